//! When values were observed, and how far apart that is.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use forecasting::month::Month;

const DAY: i64 = 86_400;
/// Whole numbers up to this are instants: whatever is reckoned with them stays in range.
const WHOLE: i64 = 1_000_000_000_000_000;

/// How an instant is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `17`
    Whole,
    /// `2027-01`
    Month,
    /// `2027-01-31`
    Date,
    /// `20270131`
    Digits,
    /// `2027-01-31 17:00:00`, with a `T` between and a `Z` behind where those read had one.
    Moment { has_t: bool, is_utc: bool },
}

/// An instant: the number, or seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instant {
    pub(super) at: i64,
    pub(super) form: Form,
}

impl Instant {
    /// Reads an instant; none where it is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(at) = text.parse::<i64>() {
            return (at.abs() <= WHOLE).then_some(Self { at, form: Form::Whole });
        }
        let of = |time: NaiveDateTime, form| Some(Self { at: time.and_utc().timestamp(), form });
        if !is_dated(text) {
            return None;
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return of(date.and_time(NaiveTime::MIN), Form::Date);
        }
        if let Ok(date) = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d") {
            return of(date.and_time(NaiveTime::MIN), Form::Month);
        }
        let has_t = text.contains(['T', 't']);
        let plain = text.replacen(['T', 't'], " ", 1);
        for format in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"] {
            if let Ok(time) = NaiveDateTime::parse_from_str(&plain, format) {
                return Some(time)
                    .filter(|time| time.nanosecond() == 0)
                    .and_then(|time| of(time, Form::Moment { has_t, is_utc: false }));
            }
        }
        let zoned =
            plain.strip_suffix(['Z', 'z']).map_or_else(|| plain.clone(), |time| format!("{time}+00:00"));
        for format in ["%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d %H:%M%:z"] {
            if let Ok(time) = DateTime::parse_from_str(&zoned, format) {
                return Some(time.naive_utc())
                    .filter(|time| time.nanosecond() == 0)
                    .and_then(|time| of(time, Form::Moment { has_t, is_utc: true }));
            }
        }
        None
    }

    /// A whole number of eight digits as the day that it may be.
    pub(super) fn as_day(self) -> Option<Self> {
        let (year, rest) = (i32::try_from(self.at / 10_000).ok()?, u32::try_from(self.at % 10_000).ok()?);
        let is_near = self.form == Form::Whole && (1900..2200).contains(&year);
        let day = NaiveDate::from_ymd_opt(year, rest / 100, rest % 100).filter(|_| is_near)?;
        Some(Self { at: day.and_time(NaiveTime::MIN).and_utc().timestamp(), form: Form::Digits })
    }

    /// The instant as those that were read are written.
    pub(super) fn written(self) -> String {
        match self.form {
            Form::Whole => self.at.to_string(),
            Form::Month => self.time().format("%Y-%m").to_string(),
            Form::Date => self.time().format("%Y-%m-%d").to_string(),
            Form::Digits => self.time().format("%Y%m%d").to_string(),
            Form::Moment { has_t, is_utc } => {
                let format = if has_t { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
                format!("{}{}", self.time().format(format), if is_utc { "Z" } else { "" })
            }
        }
    }

    fn time(self) -> NaiveDateTime {
        DateTime::from_timestamp(self.at, 0).unwrap_or_default().naive_utc()
    }
}

/// Whether a text begins as a date does: four digits of a year and a dash.
fn is_dated(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-'
}

/// How far instants are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// So much of what they count, or so many seconds.
    Even(i64),
    /// So many months, on a day of the month: the last where the day is 31 or there is none such.
    Months(i32, u32),
}

impl Step {
    /// How far instants are apart, which rise and are each there once.
    pub(super) fn of(instants: &[Instant]) -> Result<Self, String> {
        let Some(first) = instants.first() else { return Err("there is no row".to_owned()) };
        if instants.len() == 1 {
            // One date does not show how far steps are apart: months are what plans are made in.
            return Ok(if first.form == Form::Whole {
                Self::Even(1)
            } else {
                Self::Months(1, day(instants))
            });
        }
        if first.form != Form::Whole
            && let Some(step) = months(instants)
        {
            return Ok(step);
        }
        let apart = instants.windows(2).map(|pair| pair[1].at - pair[0].at).reduce(divisor);
        let step = apart.unwrap_or(1);
        let count = (instants[instants.len() - 1].at - first.at) / step + 1;
        let usual = usual(instants);
        let points = i64::try_from(instants.len()).unwrap_or(i64::MAX);
        if usual != step && count > points.saturating_mul(4) {
            return Err(uneven(instants, usual));
        }
        Ok(Self::Even(step))
    }

    /// How many steps one instant is after another.
    pub(super) fn between(self, first: Instant, other: Instant) -> i64 {
        match self {
            Self::Even(step) => (other.at - first.at) / step,
            Self::Months(step, _) => {
                let months = month(other.time()).since(month(first.time()));
                i64::from(months / step)
            }
        }
    }

    /// The instant so many steps after another.
    pub(super) fn after(self, instant: Instant, steps: usize) -> Instant {
        let at = match self {
            Self::Even(step) => {
                instant.at.saturating_add(step.saturating_mul(i64::try_from(steps).unwrap_or(i64::MAX)))
            }
            Self::Months(step, day) => {
                let time = instant.time();
                let months = step.saturating_mul(i32::try_from(steps).unwrap_or(i32::MAX));
                let date = month(time).plus(months).day_clamped(day);
                date.and_time(time.time()).and_utc().timestamp()
            }
        };
        Instant { at, ..instant }
    }

    /// After how many steps something usually recurs.
    pub(super) fn periods(self, form: Form) -> Vec<usize> {
        let period = match (self, form) {
            (Self::Months(step, _), _) if 12 % step == 0 => i64::from(12 / step),
            (Self::Even(_), Form::Whole) => 12,
            (Self::Even(DAY), _) => 7,
            (Self::Even(step), _) if step % DAY == 0 && step >= 7 * DAY && 364 % (step / DAY) == 0 => {
                364 / (step / DAY)
            }
            (Self::Even(step), _) if step < DAY && DAY % step == 0 && DAY / step <= 10_000 => DAY / step,
            (Self::Even(step), _) if step < 3_600 && 3_600 % step == 0 => 3_600 / step,
            (Self::Months(..) | Self::Even(_), _) => 1,
        };
        usize::try_from(period).ok().filter(|period| *period > 1).into_iter().collect()
    }
}

/// The step of instants that are one in a month, at one time of one day.
fn months(instants: &[Instant]) -> Option<Step> {
    let times: Vec<NaiveDateTime> = instants.iter().map(|instant| instant.time()).collect();
    let time = times.first()?.time();
    let day = day(instants);
    let is_there = |time: &&NaiveDateTime| month(**time).day_clamped(day) == time.date();
    if times.iter().any(|other| other.time() != time) || !times.iter().all(|time| is_there(&time)) {
        return None;
    }
    let apart = times.windows(2).map(|pair| i64::from(month(pair[1]).since(month(pair[0]))));
    let step = apart.reduce(divisor).filter(|months| *months > 0)?;
    Some(Step::Months(i32::try_from(step).ok()?, day))
}

/// The day of a month that instants are on: 31 where each is on the last of its month.
fn day(instants: &[Instant]) -> u32 {
    let times = || instants.iter().map(|instant| instant.time());
    let is_last = |time: NaiveDateTime| time.day() == month(time).days();
    if times().all(is_last) { 31 } else { times().map(|time| time.day()).max().unwrap_or(31) }
}

/// Why instants have no step, with the first that does not fit.
fn uneven(instants: &[Instant], usual: i64) -> String {
    let days: Vec<u32> = instants.iter().map(|instant| instant.time().day()).collect();
    let on = |day: u32| days.iter().filter(|other| **other == day).count();
    let most = days.iter().copied().max_by_key(|day| (on(*day), *day)).unwrap_or(1);
    if instants[0].form != Form::Whole && on(most) * 2 > days.len() {
        let odd = instants.iter().zip(&days).find(|(_, day)| **day != most);
        let odd = odd.map_or_else(String::new, |(instant, _)| instant.written());
        return format!("ds is at no equal steps: most are on day {most} of a month, but not {odd}");
    }
    let odd = instants.windows(2).find(|pair| (pair[1].at - pair[0].at) % usual != 0);
    let [before, after] = odd.map_or_else(Default::default, |pair| [pair[0].written(), pair[1].written()]);
    let usual = match instants[0].form {
        Form::Whole => usual.to_string(),
        _ if usual % DAY == 0 => format!("{} days", usual / DAY),
        _ => format!("{usual} seconds"),
    };
    format!("ds is at no equal steps: {usual} are usual between two, but not between {before} and {after}")
}

fn month(time: NaiveDateTime) -> Month {
    Month::of(time.date())
}

/// The distance that most instants have from the one before, the least of several.
fn usual(instants: &[Instant]) -> i64 {
    let mut apart: Vec<i64> = instants.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    apart.sort_unstable();
    let runs = apart.chunk_by(|one, other| one == other);
    let longest = runs.fold((0, 1), |best, run| if run.len() > best.0 { (run.len(), run[0]) } else { best });
    longest.1.max(1)
}

/// The greatest number that divides both.
fn divisor(one: i64, other: i64) -> i64 {
    if other == 0 { one.abs() } else { divisor(other, one % other) }
}
