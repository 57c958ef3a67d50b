//! Savings: initiatives from idea to result, and how much of them counts towards a target.
//!
//! Claims tend to exceed what finance confirms, the more so where the baseline was fixed after the negotiation.
//! Hence only hard savings that are realised and proven count, no ledger line is claimed twice, and claimed and
//! confirmed amounts stand side by side.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{checked_fiscal_year, not_negative};
use crate::error::{ForecastError, Result};
use crate::money::{Currency, bounded, proportion, times};
use crate::month::{FiscalCalendar, Month, Pattern};

/// Months of a year.
const MONTHS_OF_YEAR: u32 = 12;

/// Whether a saving lowers what is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SavingsKind {
    /// Less is spent than before: the budget can be cut.
    Hard,
    /// Less is spent than would have been: nothing in the ledger goes down.
    Avoidance,
}

/// How far an initiative has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Somebody has the idea.
    Identified,
    /// The amount has been checked.
    Validated,
    /// It has been decided.
    Approved,
    /// It has been done.
    Implemented,
    /// It shows in the ledger.
    Realised,
    /// It will not come.
    Lost,
}

impl Stage {
    /// The stages that may follow: the next one, or loss as long as the saving does not show in the ledger.
    pub fn followers(self) -> &'static [Self] {
        match self {
            Self::Identified => &[Self::Validated, Self::Lost],
            Self::Validated => &[Self::Approved, Self::Lost],
            Self::Approved => &[Self::Implemented, Self::Lost],
            Self::Implemented => &[Self::Realised, Self::Lost],
            Self::Realised | Self::Lost => &[],
        }
    }
}

/// Whether a saving comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recurrence {
    /// Every month from the start, to a last day if there is one.
    Recurring {
        /// Last day, inclusive; `None` if it has no end.
        until: Option<NaiveDate>,
    },
    /// Once, on the day it starts.
    OneOff,
}

/// What was spent before, against which a saving is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// What was spent in a year.
    pub yearly_amount: Decimal,
    /// How it was found.
    pub method: String,
    /// The day it was fixed: before negotiations, and before the saving starts.
    pub fixed_on: NaiveDate,
}

impl Baseline {
    /// What was spent in a year, of an amount spent over a number of months.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative amount or no months, [`ForecastError::OutOfRange`] if the amount
    /// does not fit.
    pub fn yearly(amount: Decimal, months: u32) -> Result<Decimal> {
        if months == 0 {
            return Err(ForecastError::invalid("months", &months, "a baseline has at least one month"));
        }
        let amount = not_negative(amount, "baseline")?;
        bounded(proportion(amount, Decimal::from(MONTHS_OF_YEAR), Decimal::from(months)), "baseline")
    }
}

/// Something that is done to save money. `I` names it, `L` names lines of the ledger with their period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initiative<I, L> {
    /// Which one.
    pub id: I,
    /// What is done: renegotiation, consolidation, retirement.
    pub lever: String,
    /// What was spent before.
    pub baseline: Baseline,
    /// Whether it lowers what is spent.
    pub kind: SavingsKind,
    /// How far it has come.
    pub stage: Stage,
    /// First day on which it saves.
    pub start: NaiveDate,
    /// What it saves in twelve months, or once, as claimed by those who do it. Positive.
    pub annualised: Decimal,
    /// The same as confirmed by finance, if they have.
    pub confirmed: Option<Decimal>,
    /// Whether it comes again.
    pub recurrence: Recurrence,
    /// Lines of the ledger in which it shows.
    pub ledger_lines: BTreeSet<L>,
}

impl<I, L> Initiative<I, L> {
    /// The first and the last day of a span on which it saves; none where it saves on no day of it.
    fn days_within(
        &self,
        until: Option<NaiveDate>,
        (first_day, last_day): (NaiveDate, NaiveDate),
    ) -> Option<(NaiveDate, NaiveDate)> {
        let from = self.start.max(first_day);
        let to = until.map_or(last_day, |until| until.min(last_day));
        (from <= to).then_some((from, to))
    }

    /// Months from one day to another, parts of months by their days.
    fn months_between(from: NaiveDate, to: NaiveDate) -> Decimal {
        let mut months = Decimal::ZERO;
        let mut month = Month::of(from);
        while month.first_day() <= to {
            let first = from.max(month.first_day());
            let last = to.min(month.last_day());
            let days = (last - first).num_days() + 1;
            months += proportion(Decimal::ONE, Decimal::from(days), Decimal::from(month.days()));
            if month.next() == month {
                break;
            }
            month = month.next();
        }
        months
    }

    /// Whether it is of those that count towards a target once they are proven: hard and realised.
    pub fn counts(&self) -> bool {
        self.kind == SavingsKind::Hard && self.stage == Stage::Realised
    }
}

/// Savings of a fiscal year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SavingsAmounts {
    /// Number of initiatives.
    pub count: u32,
    /// What they save within the year: the annualised amount by the months of the year in which they save, or the
    /// whole of what is saved once.
    pub in_year: Decimal,
    /// What they save in twelve months at the level that they have on the last day of the year. What is saved once
    /// has none.
    pub run_rate: Decimal,
}

impl SavingsAmounts {
    fn add(&mut self, other: Self) -> Result<()> {
        self.count += other.count;
        self.in_year = bounded(self.in_year + other.in_year, "savings in the year")?;
        self.run_rate = bounded(self.run_rate + other.run_rate, "savings run rate")?;
        Ok(())
    }
}

impl<I, L> Initiative<I, L> {
    /// What an annualised amount of this initiative is in a fiscal year, rounded. In a year of months a month is a
    /// twelfth, whatever its length; a year of weeks goes by its own first and last day, each day an equal part of
    /// it.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative amount or a fiscal year that is not 1 to 9999,
    /// [`ForecastError::OutOfRange`] if the amount does not fit.
    pub fn amounts(
        &self,
        annualised: Decimal,
        currency: Currency,
        calendar: &FiscalCalendar,
        fiscal_year: i32,
    ) -> Result<SavingsAmounts> {
        let annualised = not_negative(annualised, "annualised savings")?;
        let fiscal_year = checked_fiscal_year(fiscal_year)?;
        let (first_day, last_day) = (calendar.first_day(fiscal_year), calendar.last_day(fiscal_year));
        let (in_year, run_rate) = match self.recurrence {
            Recurrence::OneOff => {
                let inside = (first_day..=last_day).contains(&self.start);
                (if inside { annualised } else { Decimal::ZERO }, Decimal::ZERO)
            }
            Recurrence::Recurring { until } => {
                let days = |from: NaiveDate, to: NaiveDate| Decimal::from((to - from).num_days() + 1);
                let in_year = match self.days_within(until, (first_day, last_day)) {
                    None => Decimal::ZERO,
                    Some((from, to)) if calendar.pattern == Pattern::Months => {
                        proportion(annualised, Self::months_between(from, to), Decimal::from(MONTHS_OF_YEAR))
                    }
                    Some((from, to)) => proportion(annualised, days(from, to), days(first_day, last_day)),
                };
                let runs = self.start <= last_day && until.is_none_or(|until| until >= last_day);
                (in_year, if runs { annualised } else { Decimal::ZERO })
            }
        };
        Ok(SavingsAmounts { count: 1, in_year: currency.round(in_year), run_rate: currency.round(run_rate) })
    }
}

/// A ledger line that two initiatives claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Overlap<I, L> {
    /// The line.
    pub line: L,
    /// The initiative that comes first in the order of ids.
    pub first: I,
    /// The other one.
    pub second: I,
}

/// Ledger lines that are claimed more than once, with every pair of claimants. What is lost claims nothing.
pub fn claimed_twice<I: Ord + Clone, L: Ord + Clone>(initiatives: &[Initiative<I, L>]) -> Vec<Overlap<I, L>> {
    let mut claimants: BTreeMap<&L, BTreeSet<&I>> = BTreeMap::new();
    for initiative in initiatives.iter().filter(|initiative| initiative.stage != Stage::Lost) {
        for line in &initiative.ledger_lines {
            claimants.entry(line).or_default().insert(&initiative.id);
        }
    }
    let mut overlaps = Vec::new();
    for (line, claimants) in claimants {
        for (place, first) in claimants.iter().enumerate() {
            for second in claimants.iter().skip(place + 1) {
                overlaps.push(Overlap {
                    line: line.clone(),
                    first: (*first).clone(),
                    second: (*second).clone(),
                });
            }
        }
    }
    overlaps
}

/// Which part of a budget is to be saved, as fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetBand {
    /// At least.
    pub low: Decimal,
    /// At most what is expected.
    pub high: Decimal,
}

impl Default for TargetBand {
    /// 5 to 10 %.
    fn default() -> Self {
        Self { low: Decimal::new(5, 2), high: Decimal::new(10, 2) }
    }
}

/// Where a share of a budget lies against a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Less than the target.
    Below,
    /// Within the band, its ends included.
    Within,
    /// More.
    Above,
}

impl TargetBand {
    /// Where a share lies.
    pub fn standing(&self, share: Decimal) -> Standing {
        if share < self.low {
            Standing::Below
        } else if share > self.high {
            Standing::Above
        } else {
            Standing::Within
        }
    }
}

/// What is odd about an initiative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SavingsFinding {
    /// It saves more than was spent before.
    AboveBaseline,
    /// The baseline was fixed after the saving started.
    BaselineFixedAfterStart,
    /// It counts as realised though it has not started.
    RealisedBeforeStart,
    /// Finance confirmed less than is claimed.
    ConfirmedBelowClaim,
    /// Finance confirmed more than is claimed.
    ConfirmedAboveClaim,
    /// It counts as realised and no ledger line shows it.
    RealisedWithoutLedgerLine,
}

impl SavingsFinding {
    /// Whether an initiative of which this is found does not count before it is put right: that it saves is not
    /// proven.
    pub fn lacks_proof(self) -> bool {
        match self {
            Self::AboveBaseline | Self::RealisedBeforeStart | Self::RealisedWithoutLedgerLine => true,
            Self::BaselineFixedAfterStart | Self::ConfirmedBelowClaim | Self::ConfirmedAboveClaim => false,
        }
    }
}

/// The savings of a fiscal year against the budget they are to come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavingsSummary<I, L> {
    /// Every initiative by stage and kind, as claimed: the pipeline.
    pub pipeline: BTreeMap<(Stage, SavingsKind), SavingsAmounts>,
    /// What counts towards the target, as claimed: hard, realised, proven, and claimed by nobody else that counts.
    pub claimed: SavingsAmounts,
    /// The same initiatives as far as finance has confirmed them.
    pub confirmed: SavingsAmounts,
    /// Hard and realised, but on a ledger line that another such initiative claims too; counts only when one of
    /// them gives it up.
    pub contested: SavingsAmounts,
    /// Hard and realised, but not proven by what is found of them: it has not started, no ledger line shows it, or
    /// it is more than was spent before. Counts only when that is put right.
    pub unproven: SavingsAmounts,
    /// Ledger lines claimed twice at any stage.
    pub overlaps: Vec<Overlap<I, L>>,
    /// The run rate that counts, as claimed, as a share of the budget; `None` without a budget.
    pub claimed_share: Option<Decimal>,
    /// The run rate that counts, as confirmed, as a share of the budget; `None` without a budget.
    pub confirmed_share: Option<Decimal>,
    /// Where the claimed share lies; `None` without a budget.
    pub standing: Option<Standing>,
    /// What the lower and the upper end of the band are of the budget, rounded.
    pub target: (Decimal, Decimal),
    /// What is odd, by initiative.
    pub findings: BTreeSet<(I, SavingsFinding)>,
}

/// Adds up the savings of a fiscal year, as seen on a day, against a budget of the same currency.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a negative amount or budget, a band whose ends are reversed, or an id that
/// occurs twice; [`ForecastError::OutOfRange`] for amounts that do not fit.
pub fn summarise<I: Ord + Clone + ToString, L: Ord + Clone>(
    initiatives: &[Initiative<I, L>],
    currency: Currency,
    calendar: &FiscalCalendar,
    fiscal_year: i32,
    budget: Decimal,
    band: TargetBand,
    as_of: NaiveDate,
) -> Result<SavingsSummary<I, L>> {
    let budget = not_negative(budget, "budget")?;
    if not_negative(band.low, "target")? > bounded(band.high, "target")? {
        return Err(ForecastError::invalid("target", &band.low, "a band goes from low to high"));
    }
    let contested = contested(initiatives);
    let end = |share| times(budget, share, "target").map(|amount| currency.round(amount));
    let mut summary = SavingsSummary {
        pipeline: BTreeMap::new(),
        claimed: SavingsAmounts::default(),
        confirmed: SavingsAmounts::default(),
        contested: SavingsAmounts::default(),
        unproven: SavingsAmounts::default(),
        overlaps: claimed_twice(initiatives),
        claimed_share: None,
        confirmed_share: None,
        standing: None,
        target: (end(band.low)?, end(band.high)?),
        findings: BTreeSet::new(),
    };
    let mut seen = BTreeSet::new();
    for initiative in initiatives {
        if !seen.insert(&initiative.id) {
            let rule = "an initiative is listed once";
            return Err(ForecastError::invalid("initiative", &initiative.id.to_string(), rule));
        }
        let amounts = |annualised| initiative.amounts(annualised, currency, calendar, fiscal_year);
        let claimed = amounts(initiative.annualised)?;
        summary.pipeline.entry((initiative.stage, initiative.kind)).or_default().add(claimed)?;
        let findings = findings(initiative, as_of);
        if contested.contains(&initiative.id) {
            summary.contested.add(claimed)?;
        } else if initiative.counts() && findings.iter().any(|finding| finding.lacks_proof()) {
            summary.unproven.add(claimed)?;
        } else if initiative.counts() {
            summary.claimed.add(claimed)?;
            if let Some(confirmed) = initiative.confirmed {
                summary.confirmed.add(amounts(confirmed)?)?;
            }
        }
        summary.findings.extend(findings.into_iter().map(|finding| (initiative.id.clone(), finding)));
    }
    summary.claimed_share = summary.claimed.run_rate.checked_div(budget);
    summary.confirmed_share = summary.confirmed.run_rate.checked_div(budget);
    summary.standing = summary.claimed_share.map(|share| band.standing(share));
    Ok(summary)
}

/// Initiatives that count and share a ledger line with another that counts.
fn contested<I: Ord + Clone, L: Ord + Clone>(initiatives: &[Initiative<I, L>]) -> BTreeSet<&I> {
    let mut claims: BTreeMap<&L, Vec<&I>> = BTreeMap::new();
    for initiative in initiatives.iter().filter(|initiative| initiative.counts()) {
        for line in &initiative.ledger_lines {
            claims.entry(line).or_default().push(&initiative.id);
        }
    }
    claims.into_values().filter(|claimants| claimants.len() > 1).flatten().collect()
}

fn findings<I, L>(initiative: &Initiative<I, L>, as_of: NaiveDate) -> Vec<SavingsFinding> {
    let realised = initiative.stage == Stage::Realised;
    let below = initiative.confirmed.is_some_and(|confirmed| confirmed < initiative.annualised);
    let above = initiative.confirmed.is_some_and(|confirmed| confirmed > initiative.annualised);
    let rules = [
        (initiative.annualised > initiative.baseline.yearly_amount, SavingsFinding::AboveBaseline),
        (initiative.baseline.fixed_on > initiative.start, SavingsFinding::BaselineFixedAfterStart),
        (realised && initiative.start > as_of, SavingsFinding::RealisedBeforeStart),
        (below, SavingsFinding::ConfirmedBelowClaim),
        (above, SavingsFinding::ConfirmedAboveClaim),
        (realised && initiative.ledger_lines.is_empty(), SavingsFinding::RealisedWithoutLedgerLine),
    ];
    rules.into_iter().filter_map(|(applies, finding)| applies.then_some(finding)).collect()
}
