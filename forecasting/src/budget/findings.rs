//! What is wrong with the lines of a budget: found, named and left to a person, never silently put right.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::version::{ADJUSTMENTS, BudgetVersion, LineKey};
use crate::error::Result;
use crate::money::{Currency, bounded};
use crate::month::FiscalCalendar;
use crate::roadmap::MoneyView;

/// What a factor of a thousand may be taken for: budgets and actual figures rarely differ twofold.
const NEAR_THOUSAND: (u32, u32) = (500, 2_000);

/// A rule that a line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineRule {
    /// About a thousand times as much, or as little, as in the other version: one of them is in thousands.
    LoadedInThousands,
    /// The other version has the opposite sign.
    ReversedSign,
    /// Recorded after its period had been closed.
    PostedToClosedPeriod,
    /// The same posting as another line, or as one of other actual figures of the year.
    Duplicate,
    /// Below zero: a credit, or a sign that is reversed.
    NegativeAmount,
    /// The period does not exist in the fiscal calendar, or has other days there.
    PeriodOfAnotherCalendar,
}

/// Lines that break a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFinding {
    /// Which rule.
    pub rule: LineRule,
    /// Places of the lines in the version, from 0.
    pub lines: Vec<usize>,
    /// Those of them whose amounts are in doubt: of postings that are the same, all but the first.
    pub doubtful: Vec<usize>,
    /// What was found, for a person to read.
    pub detail: String,
}

/// What lines are held against.
#[derive(Debug, Clone, Copy)]
pub struct FindingContext<'a> {
    /// The fiscal calendar of the organisation.
    pub calendar: &'a FiscalCalendar,
    /// Periods of the fiscal year that are closed, with the day on which they were.
    pub closed: &'a BTreeMap<u32, NaiveDate>,
    /// Another version of the same fiscal year, such as the plan or last month's forecast.
    pub other: Option<&'a BudgetVersion>,
    /// What other actual figures of the fiscal year have posted: each in words, by what [`posting_key`] makes of it.
    pub elsewhere: &'a BTreeMap<String, String>,
}

/// What a line of a document is told by, however it is spelt: without white space around, capitals, or zeros in front.
pub fn posting_key(source: &str, document: &str, line: &str) -> String {
    let part = |text: &str| {
        let text = text.trim();
        let bare = text.trim_start_matches('0');
        // Zeros alone are a name too.
        let bare = if bare.is_empty() && !text.is_empty() { "0" } else { bare };
        bare.to_lowercase()
    };
    [part(source), part(document), part(line)].join("\u{1f}")
}

/// Everything that is wrong with the lines of a version, by rule and then by line.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`](crate::ForecastError::OutOfRange) if a sum does not fit.
pub fn check_lines(version: &BudgetVersion, context: &FindingContext<'_>) -> Result<Vec<LineFinding>> {
    let mut findings = single_lines(version, context);
    findings.extend(duplicates(version, context.elsewhere));
    if let Some(other) = context.other {
        findings.extend(against(version, other)?);
    }
    findings.sort_by(|one, other| one.rule.cmp(&other.rule).then_with(|| one.lines.cmp(&other.lines)));
    Ok(findings)
}

fn single_lines(version: &BudgetVersion, context: &FindingContext<'_>) -> Vec<LineFinding> {
    let periods = context.calendar.periods(version.fiscal_year());
    let mut findings = Vec::new();
    for (place, line) in version.lines().iter().enumerate() {
        let mut find = |rule, detail| {
            findings.push(LineFinding { rule, lines: vec![place], doubtful: vec![place], detail });
        };
        if line.amount < Decimal::ZERO {
            find(LineRule::NegativeAmount, format!("{} {}", line.amount, line.key.currency));
        }
        let number = line.key.period;
        if let (Some(recorded), Some(closed)) = (line.recorded_on, context.closed.get(&number))
            && recorded > *closed
        {
            let detail = format!("recorded on {recorded}, period {number} was closed on {closed}");
            find(LineRule::PostedToClosedPeriod, detail);
        }
        match (periods.iter().find(|period| period.period == number), line.period_days) {
            (None, _) if number != ADJUSTMENTS => {
                find(LineRule::PeriodOfAnotherCalendar, format!("there is no period {number}"));
            }
            (Some(ours), Some((first, last))) if (ours.first_day, ours.last_day) != (first, last) => {
                let (from, to) = (ours.first_day, ours.last_day);
                let detail = format!("period {number} is {from} to {to}, not {first} to {last}");
                find(LineRule::PeriodOfAnotherCalendar, detail);
            }
            _ => {}
        }
    }
    findings
}

fn duplicates(version: &BudgetVersion, elsewhere: &BTreeMap<String, String>) -> Vec<LineFinding> {
    let mut postings: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, line) in version.lines().iter().enumerate() {
        if let Some(document) = &line.document {
            postings.entry(&document.key).or_default().push(place);
        }
    }
    let name = |place: &usize| {
        version.lines().get(*place).and_then(|line| line.document.as_ref()).map(|document| &document.name)
    };
    let mut findings = Vec::new();
    for (key, lines) in postings {
        let other = elsewhere.get(key);
        if lines.len() < 2 && other.is_none() {
            continue;
        }
        let names: Vec<String> =
            lines.iter().filter_map(name).chain(other).map(|name| format!("{name:?}")).collect();
        let (first, others) = names.split_first().map_or(("", &[][..]), |(one, rest)| (one.as_str(), rest));
        let detail = format!("posting {first} is there again as {}", others.join(", "));
        let kept = usize::from(other.is_none());
        let doubtful = lines.iter().skip(kept).copied().collect();
        findings.push(LineFinding { rule: LineRule::Duplicate, lines, doubtful, detail });
    }
    findings
}

/// Lines of one cost centre, account, view and currency.
type Group<'a> = (&'a str, &'a str, MoneyView, Currency);

fn group(key: &LineKey) -> Group<'_> {
    (&key.cost_centre, &key.account, key.view, key.currency)
}

/// What shows only beside another version, by the sums of each group over the periods that both have: a year beside
/// its first quarter would look wrong without being so.
fn against(version: &BudgetVersion, other: &BudgetVersion) -> Result<Vec<LineFinding>> {
    let (ours, theirs) = (by_period(version)?, by_period(other)?);
    let mut sums: BTreeMap<Group<'_>, (Decimal, Decimal)> = BTreeMap::new();
    for ((group, period), our) in &ours {
        if let Some(their) = theirs.get(&(*group, *period)) {
            let sum = sums.entry(*group).or_default();
            sum.0 += our;
            sum.1 += their;
        }
    }
    let mut findings = Vec::new();
    for (key, (our, their)) in sums {
        if our.is_zero() || their.is_zero() {
            continue;
        }
        let concerned = || {
            let lines = version.lines().iter().enumerate();
            lines.filter(|(_, line)| group(&line.key) == key).map(|(place, _)| place).collect()
        };
        let detail = format!("{our} against {their} {} of {} on {}", key.3, key.0, key.1);
        if is_thousandfold(our, their) || is_thousandfold(their, our) {
            findings.push(found(LineRule::LoadedInThousands, concerned(), detail.clone()));
        }
        if our.is_sign_negative() != their.is_sign_negative() {
            findings.push(found(LineRule::ReversedSign, concerned(), detail));
        }
    }
    Ok(findings)
}

/// A finding that puts all of its lines in doubt.
fn found(rule: LineRule, lines: Vec<usize>, detail: String) -> LineFinding {
    LineFinding { rule, doubtful: lines.clone(), lines, detail }
}

fn by_period(version: &BudgetVersion) -> Result<BTreeMap<(Group<'_>, u32), Decimal>> {
    let mut sums: BTreeMap<(Group<'_>, u32), Decimal> = BTreeMap::new();
    for (key, amount) in version.amounts()? {
        let sum = sums.entry((group(key), key.period)).or_default();
        *sum = bounded(*sum + amount, "line amount")?;
    }
    Ok(sums)
}

fn is_thousandfold(large: Decimal, small: Decimal) -> bool {
    let (low, high) = NEAR_THOUSAND;
    let (large, small) = (large.abs(), small.abs());
    small * Decimal::from(low) <= large && large <= small * Decimal::from(high)
}
