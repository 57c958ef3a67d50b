//! Demand as it was and as it may become, beside what there is to meet it.

use chrono::NaiveDate;
use forecasting::month::Month;
use plotters::style::{RGBColor, text_anchor::HPos};
use rust_decimal::Decimal;

use super::{
    canvas::{self, Axes, Axis, Canvas, Dot, Ink, LINE, MARGIN, Pen, Plot, SMALL, WIDTH, fitted, lines},
    legend::{self, Sample},
    palette::{BLUE, INK, PAPER, QUIET, SKY, VERMILION},
    scale::{Months, Scale, beginning, brief, day, middle, position},
};
use crate::error::Result;

/// Months of a picture at most: the earliest of more are left out, and that is said.
const MONTHS_DRAWN: i32 = 480;
/// Events that are drawn at most.
const EVENTS_DRAWN: usize = 24;
/// Sentences below a picture at most.
const NOTES: usize = 8;

const HISTORY: Pen = Pen::unbroken(INK, 3);
const MEDIAN: Pen = Pen::dashed(BLUE, 3, (9, 5));
const EDGE: Pen = Pen::unbroken(SKY, 1);
const SUPPLY: Pen = Pen::dashed(VERMILION, 3, (18, 4));
const EVENT: Pen = Pen::dashed(QUIET, 1, (2, 4));
const REACHED: Pen = Pen::unbroken(INK, 3);
const BAND_OPACITY: f64 = 0.35;

const LEFT: i32 = 110;
const RIGHT: i32 = WIDTH - 150;
const HIGH: i32 = 400;
/// Height of a row of marks of events.
const LANE: i32 = 20;

/// What a fan chart shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fan {
    /// What it is about, such as the name of a pool.
    pub title: String,
    /// What quantities are in.
    pub unit: String,
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
    /// What was observed, month by month in any order; a month that is left out is a gap.
    pub history: Vec<(Month, Decimal)>,
    /// What is forecast.
    pub points: Vec<FanPoint>,
    /// What there is to meet it, each from its month on.
    pub supply: Vec<(Month, Decimal)>,
    /// What happens, in any order.
    pub events: Vec<Event>,
    /// When demand reaches supply.
    pub exhaustions: Vec<Exhausted>,
    /// What to know beside the picture: why there is no forecast, no supply or no exhaustion. Each is a sentence.
    pub notes: Vec<String>,
}

/// What demand may be in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FanPoint {
    /// The month.
    pub month: Month,
    /// What one in ten values stays below; the area begins at the P50 where nobody knows it.
    pub p10: Option<Decimal>,
    /// What it is below as likely as not.
    pub p50: Decimal,
    /// What nine in ten values stay below.
    pub p90: Decimal,
}

/// Something dated that changes demand or supply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The month.
    pub month: Month,
    /// What it is.
    pub name: String,
    /// What it adds, or takes where it is below zero.
    pub quantity: Option<Decimal>,
}

/// When demand is no longer below supply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// The first such month.
    pub month: Month,
    /// Which demand: `P50`, `P90`.
    pub name: String,
}

/// A fan chart with what follows from its values.
struct Sheet<'a> {
    fan: &'a Fan,
    months: Months,
    history: Vec<(Month, Decimal)>,
    points: Vec<FanPoint>,
    supply: Vec<(Month, Decimal)>,
    /// Events within the months, each with the row of its mark.
    events: Vec<(&'a Event, i32)>,
    notes: Vec<String>,
}

/// The text of an SVG picture of demand, its forecast and supply.
///
/// # Errors
/// `Internal` when it cannot be drawn.
pub fn fan(chart: &Fan) -> Result<String> {
    let sheet = Sheet::of(chart);
    let top = 100 + LANE * sheet.lanes();
    let bottom = top + HIGH;
    let rows = i32::try_from(sheet.events.len().div_ceil(2)).unwrap_or(0);
    let notes: Vec<String> =
        sheet.notes.iter().take(NOTES).flat_map(|note| lines(note, WIDTH - 2 * MARGIN, 2)).collect();
    let below = bottom + 48;
    let end = below + rows * LINE;
    let height = end + LINE * i32::try_from(notes.len()).unwrap_or(0) + 12;
    let description = sheet.description();
    canvas::picture(height, (&chart.title, &description), |canvas| {
        let room = WIDTH - 2 * MARGIN;
        canvas.text(&fitted(&chart.title, room, 20.0), (MARGIN, 26), Ink::TITLE)?;
        canvas.text(&fitted(&sheet.subtitle(), room, SMALL), (MARGIN, 51), Ink::QUIET)?;
        if sheet.is_empty() {
            let reason =
                chart.notes.first().map_or("nothing was observed, and nothing is forecast", |note| note);
            return canvas.nothing((WIDTH / 2, (top + bottom) / 2), reason);
        }
        legend::row(canvas, (LEFT, 76), &sheet.entries())?;
        sheet.draw(canvas, (top, bottom))?;
        sheet.list_events(canvas, below)?;
        for (place, note) in notes.iter().enumerate() {
            let y = end + LINE * i32::try_from(place).unwrap_or(0);
            canvas.text(note, (MARGIN, y), Ink::QUIET)?;
        }
        Ok(())
    })
}

impl<'a> Sheet<'a> {
    fn of(fan: &'a Fan) -> Self {
        let mut history = fan.history.clone();
        history.sort_by_key(|(month, _)| *month);
        let mut points = fan.points.clone();
        points.sort_by_key(|point| point.month);
        let mut supply = fan.supply.clone();
        supply.sort_by_key(|(month, _)| *month);
        let now = Month::of(fan.as_of);
        let known = || history.iter().map(|(month, _)| *month).chain(points.iter().map(|point| point.month));
        let last = known().max().unwrap_or(now).max(now);
        let first = known().min().unwrap_or(now).min(now).max(last.plus(1 - MONTHS_DRAWN));
        let mut notes = Vec::new();
        if history.first().is_some_and(|(month, _)| *month < first) {
            notes.push(format!("What was observed before {first} is not drawn."));
        }
        history.retain(|(month, _)| *month >= first);
        points.retain(|point| point.month >= first);
        let months = Months::between(first, last);
        let mut events: Vec<&Event> = fan.events.iter().filter(|event| months.holds(event.month)).collect();
        events.sort_by(|one, other| (one.month, &one.name).cmp(&(other.month, &other.name)));
        let outside = fan.events.len() - events.len();
        if outside > 0 {
            notes.push(format!("Events before {first} or after {last} are not drawn: {outside}."));
        }
        let more = events.len().saturating_sub(EVENTS_DRAWN);
        if more > 0 {
            notes.push(format!("Events that follow these and are not drawn: {more}."));
            events.truncate(EVENTS_DRAWN);
        }
        let late = fan.exhaustions.iter().filter(|exhausted| !months.holds(exhausted.month));
        notes.extend(late.map(|exhausted| {
            format!("{} reaches supply in {}, which is not drawn.", exhausted.name, exhausted.month)
        }));
        notes.extend(fan.notes.iter().cloned());
        let events = in_rows(&months, events);
        Self { fan, months, history, points, supply, events, notes }
    }

    fn is_empty(&self) -> bool {
        self.history.is_empty() && self.points.is_empty()
    }

    fn lanes(&self) -> i32 {
        self.events.iter().map(|(_, row)| row + 1).max().unwrap_or(0)
    }

    fn subtitle(&self) -> String {
        let Self { fan, history, points, .. } = self;
        format!(
            "{}, as of {}; months observed: {}, months forecast: {}",
            fan.unit,
            fan.as_of,
            history.len(),
            points.len()
        )
    }

    /// The picture in words.
    fn description(&self) -> String {
        let mut said = vec![format!("Fan chart in {}.", self.subtitle())];
        if let Some((month, value)) = self.history.last() {
            said.push(format!("Observed last: {} in {month}.", brief(*value)));
        }
        if let Some(point) = self.points.last() {
            let (p50, p90) = (brief(point.p50), brief(point.p90));
            said.push(format!("Forecast for {}: P50 {p50}, P90 {p90}.", point.month));
        }
        for Exhausted { month, name } in &self.fan.exhaustions {
            said.push(format!("{name} reaches supply in {month}."));
        }
        said.extend(self.notes.iter().take(NOTES).cloned());
        said.join(" ")
    }

    fn entries(&self) -> Vec<(Sample, &'static str)> {
        let mut entries = Vec::new();
        if !self.history.is_empty() {
            entries.push((Sample::Line(HISTORY), "observed"));
        }
        if !self.points.is_empty() {
            entries.push((Sample::Line(MEDIAN), "P50 of demand"));
            let is_known = self.points.iter().all(|point| point.p10.is_some());
            let name = if is_known { "P10 to P90 of demand" } else { "P50 to P90 of demand" };
            entries.push((Sample::Band(EDGE, BAND_OPACITY), name));
        }
        if !self.supply.is_empty() {
            entries.push((Sample::Line(SUPPLY), "supply"));
        }
        if self.reached().next().is_some() {
            entries.push((Sample::Cross(REACHED), "demand reaches supply"));
        }
        entries
    }

    fn draw(&self, canvas: &Canvas<'_>, (top, bottom): (i32, i32)) -> Result<()> {
        let steps = self.steps();
        let values = self.history.iter().map(|(_, value)| *value);
        let values =
            values.chain(self.points.iter().flat_map(|point| [point.p10.unwrap_or(point.p50), point.p90]));
        let scale = Scale::holding(values.map(position).chain(steps.iter().map(|(_, value)| *value)));
        let months = &self.months;
        let plot = canvas.axes(Axes {
            frame: (LEFT, top, RIGHT, bottom),
            across: Axis {
                range: (months.low(), months.high()),
                ticks: months.ticks(),
                label: &|tick| months.label(*tick),
            },
            up: Axis {
                range: (scale.low, scale.high),
                ticks: scale.ticks.clone(),
                label: &|tick| scale.label(*tick),
            },
            unit: &fitted(&self.fan.unit, HIGH, SMALL),
            has_upright_grid: true,
        })?;
        self.draw_band(canvas, &plot)?;
        self.draw_events(canvas, &plot, (top, bottom))?;
        for run in self.runs() {
            let dots: Vec<Dot> = run.iter().map(|(month, value)| dot(&plot, *month, *value)).collect();
            match dots.as_slice() {
                [single] => canvas.disc(*single, 3, INK)?,
                _ => canvas.line(dots, HISTORY)?,
            }
        }
        if !steps.is_empty() {
            canvas.line(steps.iter().map(|(x, y)| plot.place(*x, *y)).collect(), SUPPLY)?;
        }
        let ahead = self.points.iter().map(|point| (point.month, point.p50));
        let median = self.followed().into_iter().chain(ahead);
        canvas.line(median.map(|(month, value)| dot(&plot, month, value)).collect(), MEDIAN)?;
        self.draw_day(canvas, &plot, (top, bottom))?;
        self.draw_exhaustions(canvas, &plot, (top, bottom))?;
        self.name_ends(canvas, &plot, (top, bottom))
    }

    /// The corners of what there is, within the months.
    fn steps(&self) -> Vec<(f64, f64)> {
        let mut corners: Vec<(f64, f64)> = Vec::new();
        let mut held: Option<f64> = None;
        for (month, quantity) in &self.supply {
            let (x, y) = (beginning(*month), position(*quantity));
            if x >= self.months.high() {
                break;
            }
            if x > self.months.low() {
                corners.extend(held.map(|held| (x, held)));
                corners.push((x, y));
            } else {
                corners = vec![(self.months.low(), y)];
            }
            held = Some(y);
        }
        corners.extend(held.map(|held| (self.months.high(), held)));
        corners
    }

    /// What was observed in the month before the first that is forecast.
    fn followed(&self) -> Option<(Month, Decimal)> {
        let first = self.points.first()?;
        self.history.last().copied().filter(|(month, _)| month.next() == first.month)
    }

    /// What was observed, cut where a month is missing.
    fn runs(&self) -> Vec<&[(Month, Decimal)]> {
        self.history.chunk_by(|(one, _), (other, _)| other.since(*one) <= 1).collect()
    }

    fn draw_band(&self, canvas: &Canvas<'_>, plot: &Plot<'_>) -> Result<()> {
        if self.points.is_empty() {
            return Ok(());
        }
        let low = |point: &FanPoint| dot(plot, point.month, point.p10.unwrap_or(point.p50));
        let upper: Vec<Dot> = self.points.iter().map(|point| dot(plot, point.month, point.p90)).collect();
        let lower: Vec<Dot> = self.points.iter().map(low).collect();
        let outline = upper.iter().chain(lower.iter().rev()).copied().collect();
        canvas.surface(outline, SKY, BAND_OPACITY)?;
        canvas.line(upper, EDGE)?;
        canvas.line(lower, EDGE)
    }

    fn draw_events(&self, canvas: &Canvas<'_>, plot: &Plot<'_>, (top, bottom): (i32, i32)) -> Result<()> {
        for (place, (event, row)) in self.events.iter().enumerate() {
            let (x, _) = plot.place(beginning(event.month), 0.0);
            let y = top - 12 - LANE * row;
            canvas.line(vec![(x, y), (x, bottom)], EVENT)?;
            mark(canvas, (x, y), place)?;
        }
        Ok(())
    }

    fn draw_day(&self, canvas: &Canvas<'_>, plot: &Plot<'_>, (top, bottom): (i32, i32)) -> Result<()> {
        let (x, _) = plot.place(day(self.fan.as_of), 0.0);
        canvas.line(vec![(x, top), (x, bottom)], Pen::unbroken(QUIET, 1))?;
        let text = format!("as of {}", self.fan.as_of);
        let (at, side) = if x > RIGHT - 110 { (x - 6, HPos::Right) } else { (x + 6, HPos::Left) };
        canvas.label(&text, (at, top + 11), Ink { side, ..Ink::QUIET })
    }

    fn draw_exhaustions(&self, canvas: &Canvas<'_>, plot: &Plot<'_>, (_, bottom): (i32, i32)) -> Result<()> {
        let shown = self.reached().map(|(exhausted, value)| (exhausted, dot(plot, exhausted.month, value)));
        let shown: Vec<(&Exhausted, Dot)> = shown.collect();
        for (_, (x, y)) in &shown {
            canvas.line(vec![(*x, *y), (*x, bottom)], Pen::dashed(INK, 1, (6, 3)))?;
            canvas.cross((*x, *y), 7, REACHED)?;
        }
        for (place, (Exhausted { month, name }, (x, _))) in shown.into_iter().enumerate() {
            let below = bottom - 14 - LINE * i32::try_from(place).unwrap_or(0);
            let (at, side) = if x > RIGHT - 220 { (x - 7, HPos::Right) } else { (x + 7, HPos::Left) };
            let text = format!("{name} reaches supply: {month}");
            canvas.label(&text, (at, below), Ink { side, ..Ink::PLAIN })?;
        }
        Ok(())
    }

    /// Where demand reaches what there is: at what there is in the month, or at what was observed in one of which it is not
    /// known what there was. A month of which neither is known has no place.
    fn reached(&self) -> impl Iterator<Item = (&Exhausted, Decimal)> {
        let shown = self.fan.exhaustions.iter().filter(|exhausted| self.months.holds(exhausted.month));
        shown.filter_map(|exhausted| {
            let there = self.supply.iter().rev().find(|(from, _)| *from <= exhausted.month);
            let observed = || self.history.iter().find(|(month, _)| *month == exhausted.month);
            there.or_else(observed).map(|(_, value)| (exhausted, *value))
        })
    }

    /// The last values, beside their lines.
    fn name_ends(&self, canvas: &Canvas<'_>, plot: &Plot<'_>, (top, bottom): (i32, i32)) -> Result<()> {
        let mut ends: Vec<(i32, String, RGBColor)> = Vec::new();
        let mut end = |name: &str, value: Decimal, colour| {
            let (_, y) = plot.place(self.months.high(), position(value));
            ends.push((y, format!("{name} {}", brief(value)), colour));
        };
        if let Some(point) = self.points.last() {
            end("P90", point.p90, INK);
            end("P50", point.p50, BLUE);
            if let Some(p10) = point.p10 {
                end("P10", p10, INK);
            }
        } else if let Some((_, value)) = self.history.last() {
            end("observed", *value, INK);
        }
        let last = self.supply.iter().rev().find(|(month, _)| beginning(*month) < self.months.high());
        if let Some((_, quantity)) = last {
            end("supply", *quantity, VERMILION);
        }
        ends.sort_by_key(|(y, ..)| *y);
        let mut free = top - 6;
        let count = i32::try_from(ends.len()).unwrap_or(0);
        for (place, (y, text, colour)) in ends.into_iter().enumerate() {
            let following = count - 1 - i32::try_from(place).unwrap_or(0);
            let y = y.max(free).min(bottom - 17 * following);
            free = y + 17;
            canvas.text(&fitted(&text, 140, SMALL), (RIGHT + 8, y), Ink::PLAIN.in_colour(colour))?;
        }
        Ok(())
    }

    /// The names behind the numbers of the marks, in two columns.
    fn list_events(&self, canvas: &Canvas<'_>, top: i32) -> Result<()> {
        let rows = self.events.len().div_ceil(2);
        for (place, (event, _)) in self.events.iter().enumerate() {
            let column = i32::from(place >= rows);
            let row = i32::try_from(place % rows.max(1)).unwrap_or(0);
            let (x, y) = (MARGIN + 8 + column * (WIDTH / 2 - MARGIN), top + row * LINE);
            let sign = |quantity: Decimal| if quantity.is_sign_negative() { "" } else { "+" };
            let quantity = event.quantity.map_or_else(String::new, |quantity| {
                format!(" ({}{} {})", sign(quantity), brief(quantity), fitted(&self.fan.unit, 120, SMALL))
            });
            let room = WIDTH / 2 - 3 * MARGIN - 90;
            let name = fitted(&event.name, room - canvas::width(&quantity, SMALL), SMALL);
            mark(canvas, (x, y), place)?;
            canvas.text(&format!("{} {name}{quantity}", event.month), (x + 16, y), Ink::PLAIN)?;
        }
        Ok(())
    }
}

/// The number of an event.
fn mark(canvas: &Canvas<'_>, (x, y): Dot, place: usize) -> Result<()> {
    canvas.disc((x, y), 9, QUIET)?;
    let ink = Ink { size: 11.0, is_bold: true, ..Ink::PLAIN };
    canvas.text(&(place + 1).to_string(), (x, y), ink.centred().in_colour(PAPER))
}

/// Puts marks that would touch each other into rows above one another.
fn in_rows<'a>(months: &Months, events: Vec<&'a Event>) -> Vec<(&'a Event, i32)> {
    let dots_a_month = f64::from(RIGHT - LEFT) / (months.high() - months.low());
    let mut ends: Vec<f64> = Vec::new();
    let placed = events.into_iter().map(|event| {
        let x = beginning(event.month) * dots_a_month;
        let free = ends.iter().position(|end| *end <= x);
        let row = free.unwrap_or(ends.len());
        if free.is_none() {
            ends.push(0.0);
        }
        ends[row] = x + 20.0;
        (event, i32::try_from(row).unwrap_or(0))
    });
    placed.collect()
}

fn dot(plot: &Plot<'_>, month: Month, value: Decimal) -> Dot {
    plot.place(middle(month), position(value))
}
