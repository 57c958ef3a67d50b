//! A plan against what came about, group by group: how far apart, by which causes, and what is explained.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::comparison::{Comparison, ComparisonTotals, PeriodRange, compare};
use super::decomposition::{PricedVolume, decompose};
use super::rates::{PeriodRates, PlanRates};
use super::variance::{Attribution, Materiality, Orientation, Review, Tolerance, Variance, review};
use super::version::{
    ADJUSTMENTS, BudgetLine, BudgetVersion, Dimension, DimensionValue, LineKey, PERIODS, VersionKind,
};
use crate::error::{ForecastError, Result};
use crate::money::{Currency, Money, bounded, times};

/// A quantity at a price in the currency of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Volume {
    /// How many units; never negative.
    pub quantity: Decimal,
    /// Price of a unit.
    pub price: Decimal,
}

impl Volume {
    /// What the quantity costs, rounded to the minor unit.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative quantity, [`ForecastError::OutOfRange`] for an amount that does
    /// not fit.
    pub fn amount(&self, currency: Currency) -> Result<Decimal> {
        if self.quantity < Decimal::ZERO {
            return Err(ForecastError::invalid("quantity", &self.quantity, "a quantity is not negative"));
        }
        Ok(currency.round(times(self.quantity, self.price, "quantity x unit price")?))
    }

    /// Whether it comes to an amount, to the minor unit: what does not could not be told apart by causes.
    ///
    /// # Errors
    ///
    /// As [`amount`](Self::amount).
    pub fn comes_to(&self, amount: Decimal, currency: Currency) -> Result<bool> {
        Ok(self.amount(currency)? == currency.round(amount))
    }
}

/// A line of either side with, where it is known, the quantity and the price it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLine {
    /// Where it belongs.
    pub key: LineKey,
    /// How much, in the currency of the key.
    pub amount: Decimal,
    /// What it is made of.
    pub volume: Option<Volume>,
}

/// What is compared, and how strictly.
#[derive(Debug, Clone, Copy)]
pub struct ReportQuestion<'a> {
    /// The fiscal year of both sides.
    pub fiscal_year: i32,
    /// The periods that are looked at.
    pub periods: PeriodRange,
    /// What rows are kept apart by.
    pub dimensions: &'a [Dimension],
    /// Whether the lines are costs or sales.
    pub orientation: Orientation,
    /// What is still on plan.
    pub tolerance: Tolerance,
    /// What has to be explained.
    pub materiality: Materiality,
    /// The fixed rates of the plan.
    pub plan_rates: &'a PlanRates,
    /// The rates that came about.
    pub period_rates: &'a PeriodRates,
    /// Whether the other side is what was posted. Then a period that is open and that nothing at all was posted in is
    /// not known yet, and both sides leave it out.
    pub is_posted: bool,
    /// The periods that are closed: they are complete, so that nothing posted in one of them is zero.
    pub closed: &'a BTreeSet<u32>,
}

/// Why the variance of a line is not told apart by volume and price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BridgeGap {
    /// Nothing was planned, so there is no planned price.
    NothingPlanned,
    /// The plan has no quantity and price.
    PlanWithoutQuantity,
    /// What came about has no quantity and price.
    ActualWithoutQuantity,
    /// The plan has several prices for the line, and what was posted is at none of them: which is of which is not known,
    /// and an average would mix up the causes.
    SeveralPlannedPrices,
}

impl BridgeGap {
    /// In words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NothingPlanned => "nothing was planned there, so no planned price is known",
            Self::PlanWithoutQuantity => "the plan states no quantity and unit price",
            Self::ActualWithoutQuantity => "what was posted states no quantity and unit price",
            Self::SeveralPlannedPrices => {
                "the plan has several unit prices there and the postings are at none of them, so nobody can tell which \
                 is of which"
            }
        }
    }
}

/// A variance by its causes, in the reporting currency to the minor unit. The parts add up to it exactly.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bridge {
    /// Due to another quantity, at planned prices and rates.
    pub volume: Decimal,
    /// Due to other prices, for the actual quantity at planned rates.
    pub price: Decimal,
    /// Due to other exchange rates.
    pub exchange: Decimal,
    /// Of lines whose quantities are not known, without exchange.
    pub undivided: Decimal,
    /// How many lines or postings that are, by reason.
    pub gaps: BTreeMap<BridgeGap, usize>,
}

impl Bridge {
    fn add(&mut self, other: &Self) -> Result<()> {
        self.volume = bounded(self.volume + other.volume, "volume variance")?;
        self.price = bounded(self.price + other.price, "price variance")?;
        self.exchange = bounded(self.exchange + other.exchange, "exchange variance")?;
        self.undivided = bounded(self.undivided + other.undivided, "variance")?;
        for (gap, lines) in &other.gaps {
            *self.gaps.entry(*gap).or_default() += lines;
        }
        Ok(())
    }

    /// The variance.
    pub fn total(&self) -> Decimal {
        self.volume + self.price + self.exchange + self.undivided
    }
}

/// One row of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// The values of the dimensions, in their order.
    pub group: Vec<DimensionValue>,
    /// Plan and actual figures.
    pub totals: ComparisonTotals,
    /// The whole variance.
    pub total: Variance,
    /// The variance as if the rates of the plan had held: what operations answer for.
    pub operating: Variance,
    /// The whole variance by causes.
    pub bridge: Bridge,
    /// Whether the whole variance has to be explained, and how far it is: exchange is one of its drivers.
    pub review: Review,
    /// How many lines of the plan are behind it.
    pub planned: usize,
    /// How many lines of what came about.
    pub posted: usize,
}

impl ReportRow {
    /// How few lines one of its amounts is the sum of: one that is of a single line tells what that line says.
    pub fn fewest(&self) -> usize {
        [self.planned, self.posted].into_iter().filter(|lines| *lines > 0).min().unwrap_or(0)
    }
}

/// A plan against what came about. The rows add up to the total in every column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Currency of all amounts.
    pub reporting: Currency,
    /// One for each group, in the order of their values.
    pub rows: Vec<ReportRow>,
    /// All of them together.
    pub total: ReportRow,
    /// The open periods that nothing was posted in: no row has any part of them.
    pub unposted: BTreeSet<u32>,
    /// What was posted to the period of adjustments, at the rates that came about, whether or not it was asked for,
    /// with the number of postings.
    pub adjustments: (Decimal, usize),
}

/// What a group adds up to on the way.
#[derive(Default)]
struct Sum<'a> {
    totals: ComparisonTotals,
    bridge: Bridge,
    attributions: Vec<&'a Attribution<LineKey>>,
    planned: usize,
    posted: usize,
}

/// Compares a plan with what came about over some periods, all of one view.
///
/// # Errors
///
/// As [`compare`]; [`ForecastError::Invalid`] for a dimension that is named twice or several views at once, and where
/// nothing at all was posted in the periods that something is planned in.
pub fn report(
    plan: &[ReportLine],
    actual: &[ReportLine],
    attributions: &[Attribution<LineKey>],
    question: &ReportQuestion<'_>,
) -> Result<Report> {
    let ReportQuestion { periods, plan_rates, dimensions, .. } = *question;
    let unposted = unposted(actual, question);
    let missing: BTreeSet<u32> =
        plan.iter().map(|line| line.key.period).filter(|period| unposted.contains(period)).collect();
    let is_known = |line: &&ReportLine| !unposted.contains(&line.key.period);
    let plan: Vec<ReportLine> = plan.iter().filter(is_known).cloned().collect();
    let planned = version(&plan, question.fiscal_year, VersionKind::Plan)?;
    let posted = version(actual, question.fiscal_year, VersionKind::Actual)?;
    if !missing.is_empty() && ![&planned, &posted].iter().any(|version| has_lines(version, periods)) {
        let shown = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let rule = "nothing was posted in these periods yet, so there is nothing to hold against their plan";
        return Err(ForecastError::invalid("periods", &shown, rule));
    }
    let comparison = compare(&planned, &posted, periods, plan_rates, question.period_rates)?;
    // Refuses views that would be added to each other.
    comparison.roll_up(dimensions)?;
    let (of_plan, of_actual) = (by_key(&plan), by_key(actual));
    let mut groups: BTreeMap<Vec<DimensionValue>, Sum<'_>> = BTreeMap::new();
    let mut whole = Sum::default();
    for line in &comparison.lines {
        let (ours, theirs) = (lines_of(&of_plan, &line.key), lines_of(&of_actual, &line.key));
        let bridge = bridge(ours, theirs, &line.totals, &line.key, question)?;
        for sum in [groups.entry(group(&line.key, dimensions)).or_default(), &mut whole] {
            sum.totals.add(&line.totals)?;
            sum.bridge.add(&bridge)?;
            sum.planned += ours.len();
            sum.posted += theirs.len();
        }
    }
    for attribution in attributions
        .iter()
        .filter(|one| periods.contains(one.line.period) && !unposted.contains(&one.line.period))
    {
        groups.entry(group(&attribution.line, dimensions)).or_default().attributions.push(attribution);
        whole.attributions.push(attribution);
    }
    let rows = groups.into_iter().map(|(group, sum)| row(group, sum, &comparison, question));
    Ok(Report {
        reporting: comparison.reporting,
        rows: rows.collect::<Result<_>>()?,
        total: row(Vec::new(), whole, &comparison, question)?,
        adjustments: adjustments(&posted, question)?,
        unposted,
    })
}

/// The open periods that nothing was posted in; adjustments are posted or there are none.
fn unposted(actual: &[ReportLine], question: &ReportQuestion<'_>) -> BTreeSet<u32> {
    if !question.is_posted {
        return BTreeSet::new();
    }
    let known: BTreeSet<u32> = actual.iter().map(|line| line.key.period).collect();
    let is_open = |period: &u32| !known.contains(period) && !question.closed.contains(period);
    (1..=PERIODS).filter(|period| question.periods.contains(*period)).filter(is_open).collect()
}

fn has_lines(version: &BudgetVersion, periods: PeriodRange) -> bool {
    version.lines().iter().any(|line| periods.contains(line.key.period))
}

fn adjustments(posted: &BudgetVersion, question: &ReportQuestion<'_>) -> Result<(Decimal, usize)> {
    let count = posted.lines().iter().filter(|line| line.key.period == ADJUSTMENTS).count();
    if count == 0 {
        return Ok((Decimal::ZERO, 0));
    }
    let nothing = BudgetVersion::new(VersionKind::Plan, question.fiscal_year, Vec::new())?;
    let period = PeriodRange::new(ADJUSTMENTS, ADJUSTMENTS)?;
    let mut sum = ComparisonTotals::default();
    for line in &compare(&nothing, posted, period, question.plan_rates, question.period_rates)?.lines {
        sum.add(&line.totals)?;
    }
    Ok((sum.actual, count))
}

fn version(lines: &[ReportLine], fiscal_year: i32, kind: VersionKind) -> Result<BudgetVersion> {
    let lines = lines.iter().map(|line| BudgetLine::new(line.key.clone(), line.amount)).collect();
    BudgetVersion::new(kind, fiscal_year, lines)
}

fn by_key(lines: &[ReportLine]) -> BTreeMap<&LineKey, Vec<&ReportLine>> {
    let mut by_key: BTreeMap<&LineKey, Vec<&ReportLine>> = BTreeMap::new();
    for line in lines {
        by_key.entry(&line.key).or_default().push(line);
    }
    by_key
}

fn lines_of<'m, 'l>(
    by_key: &'m BTreeMap<&LineKey, Vec<&'l ReportLine>>,
    key: &LineKey,
) -> &'m [&'l ReportLine] {
    by_key.get(key).map_or(&[], Vec::as_slice)
}

fn group(key: &LineKey, dimensions: &[Dimension]) -> Vec<DimensionValue> {
    dimensions.iter().map(|dimension| key.value(*dimension)).collect()
}

fn row(
    group: Vec<DimensionValue>,
    sum: Sum<'_>,
    comparison: &Comparison,
    question: &ReportQuestion<'_>,
) -> Result<ReportRow> {
    let variance = |actual: Decimal| {
        let money = |amount| Money::new(amount, comparison.reporting);
        Variance::new(money(sum.totals.plan), money(actual), question.orientation, question.tolerance)
    };
    let total = variance(sum.totals.actual)?;
    Ok(ReportRow {
        group,
        totals: sum.totals,
        total,
        operating: variance(sum.totals.at_plan_rates)?,
        review: review(&total, &question.materiality, sum.attributions)?,
        bridge: sum.bridge,
        planned: sum.planned,
        posted: sum.posted,
    })
}

/// The causes of the variance of one line: of what has a quantity and a price on both sides, the rest is not told
/// apart. What rounding leaves goes to the price.
fn bridge(
    plan: &[&ReportLine],
    actual: &[&ReportLine],
    totals: &ComparisonTotals,
    key: &LineKey,
    question: &ReportQuestion<'_>,
) -> Result<Bridge> {
    let operating = question.orientation.variance(totals.plan, totals.at_plan_rates);
    let exchange = question.orientation.variance(totals.at_plan_rates, totals.actual);
    let rate = question.plan_rates.rate(key.currency)?;
    let reporting = question.plan_rates.reporting();
    let matched = match matched(plan, actual) {
        Ok(matched) => matched,
        Err(gap) => {
            let gaps = BTreeMap::from([(gap, 1)]);
            return Ok(Bridge { exchange, undivided: operating, gaps, ..Bridge::default() });
        }
    };
    let converted = |lines: &[&ReportLine]| -> Result<Decimal> {
        let mut sum = Decimal::ZERO;
        for line in lines {
            sum = bounded(sum + line.amount, "line amount")?;
        }
        Ok(reporting.round(times(sum, rate, "converted amount")?))
    };
    let rest =
        question.orientation.variance(converted(&matched.plan_rest)?, converted(&matched.actual_rest)?);
    let volume = reporting.round(volume_variance(&matched.items, rate, question.orientation)?);
    let price = bounded(operating - volume - rest, "price variance")?;
    Ok(Bridge { volume, price, exchange, undivided: rest, gaps: matched.gaps })
}

/// A planned price with what was planned and what was posted at it.
struct Item {
    price: Decimal,
    planned: Vec<Volume>,
    posted: Vec<Volume>,
}

/// What of two sides of a line belongs together, and what is left over of each.
struct Matched<'a> {
    items: Vec<Item>,
    plan_rest: Vec<&'a ReportLine>,
    actual_rest: Vec<&'a ReportLine>,
    gaps: BTreeMap<BridgeGap, usize>,
}

/// Finds which postings are of which planned price. Where the plan has one, all are of it. Where it has several, those
/// at exactly one of them are, and the others are of the single price that nothing was posted at; where there are more
/// of those, nobody can tell.
fn matched<'a>(
    plan: &[&'a ReportLine],
    actual: &[&'a ReportLine],
) -> std::result::Result<Matched<'a>, BridgeGap> {
    if plan.is_empty() {
        return Err(BridgeGap::NothingPlanned);
    }
    let (planned, plan_rest) = parted(plan);
    let (mut posted, actual_rest) = parted(actual);
    if planned.is_empty() {
        return Err(BridgeGap::PlanWithoutQuantity);
    }
    if posted.is_empty() && !actual_rest.is_empty() {
        return Err(BridgeGap::ActualWithoutQuantity);
    }
    let mut items: BTreeMap<Decimal, Item> = BTreeMap::new();
    for (_, volume) in &planned {
        let item = || Item { price: volume.price, planned: Vec::new(), posted: Vec::new() };
        items.entry(volume.price).or_insert_with(item).planned.push(*volume);
    }
    posted.retain(|(_, volume)| match items.get_mut(&volume.price) {
        Some(item) => {
            item.posted.push(*volume);
            false
        }
        None => true,
    });
    let is_single = items.len() == 1;
    let mut open: Vec<&mut Item> =
        items.values_mut().filter(|item| is_single || item.posted.is_empty()).collect();
    let mut rest = Matched { items: Vec::new(), plan_rest, actual_rest, gaps: BTreeMap::new() };
    let mut gap = |gap, lines: usize| {
        if lines > 0 {
            rest.gaps.insert(gap, lines);
        }
    };
    gap(BridgeGap::PlanWithoutQuantity, rest.plan_rest.len());
    gap(BridgeGap::ActualWithoutQuantity, rest.actual_rest.len());
    if let [item] = open.as_mut_slice() {
        item.posted.extend(posted.drain(..).map(|(_, volume)| volume));
    }
    if !posted.is_empty() {
        // Whatever was posted at another price may be of any of the prices that nothing was posted at.
        let unmet: BTreeSet<Decimal> = open.iter().map(|item| item.price).collect();
        gap(BridgeGap::SeveralPlannedPrices, posted.len());
        rest.actual_rest.extend(posted.into_iter().map(|(line, _)| line));
        let of_those = planned.iter().filter(|(_, volume)| unmet.contains(&volume.price));
        rest.plan_rest.extend(of_those.map(|(line, _)| *line));
        items.retain(|price, _| !unmet.contains(price));
    }
    rest.items = items.into_values().collect();
    Ok(rest)
}

/// Lines with their quantities, and those without one.
fn parted<'a>(lines: &[&'a ReportLine]) -> (Vec<(&'a ReportLine, Volume)>, Vec<&'a ReportLine>) {
    let mut priced = Vec::new();
    let mut rest = Vec::new();
    for line in lines {
        match line.volume {
            Some(volume) => priced.push((*line, volume)),
            None => rest.push(*line),
        }
    }
    (priced, rest)
}

/// What is due to another quantity. Each posting is taken by itself, never at an average price.
fn volume_variance(items: &[Item], rate: Decimal, orientation: Orientation) -> Result<Decimal> {
    let mut sum = Decimal::ZERO;
    for Item { price, planned, posted } in items {
        let at = |quantity: Decimal, price: Decimal| PricedVolume { quantity, price, rate };
        let nothing = at(Decimal::ZERO, *price);
        for volume in planned {
            let row = decompose(&at(volume.quantity, *price), &nothing, orientation)?;
            sum = bounded(sum + row.volume, "variance")?;
        }
        for volume in posted {
            let row = decompose(&nothing, &at(volume.quantity, volume.price), orientation)?;
            sum = bounded(sum + row.volume, "variance")?;
        }
    }
    Ok(sum)
}
