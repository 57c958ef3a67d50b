//! A budget as a value: a plan, a forecast, the actual figures or a scenario of one fiscal year.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::checked_fiscal_year;
use super::rates::PlanRates;
use crate::error::{ForecastError, Result};
use crate::money::{Currency, bounded, times};
use crate::roadmap::MoneyView;

/// Periods of a fiscal year.
pub(super) const PERIODS: u32 = 12;

/// The period behind the last one of a fiscal year: adjustments that were posted once the year was over. It has no
/// days of its own, so nothing in it is spread over months.
pub const ADJUSTMENTS: u32 = PERIODS + 1;

/// How many periods of a forecast are actual figures and how many are expected, such as 3+9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForecastLabel {
    actual_periods: u32,
}

impl ForecastLabel {
    /// A forecast of which the first periods, 0 to 12, are actual figures.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for more than 12.
    pub fn new(actual_periods: u32) -> Result<Self> {
        if actual_periods > PERIODS {
            return Err(ForecastError::invalid("forecast label", &actual_periods, LABEL_RULE));
        }
        Ok(Self { actual_periods })
    }

    /// Periods that are actual figures.
    pub fn actual_periods(self) -> u32 {
        self.actual_periods
    }
}

const LABEL_RULE: &str = "a forecast is labelled 3+9: actual and expected periods, twelve together";

impl fmt::Display for ForecastLabel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}+{}", self.actual_periods, PERIODS - self.actual_periods)
    }
}

impl FromStr for ForecastLabel {
    type Err = ForecastError;

    fn from_str(text: &str) -> Result<Self> {
        let refuse = || ForecastError::invalid("forecast label", text, LABEL_RULE);
        let (actual, expected) = text.split_once('+').ok_or_else(refuse)?;
        let digits =
            |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok());
        let (Some(Some(actual)), Some(Some(expected))) = (digits(actual), digits(expected)) else {
            return Err(refuse());
        };
        if actual.checked_add(expected) != Some(PERIODS) {
            return Err(refuse());
        }
        Self::new(actual)
    }
}

/// What a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VersionKind {
    /// What was approved.
    Plan,
    /// What is expected, with some periods behind it.
    Forecast(ForecastLabel),
    /// What came about.
    Actual,
    /// What might be.
    Scenario,
}

/// Where a line of a budget belongs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    /// Cost centre.
    pub cost_centre: String,
    /// Account of the ledger.
    pub account: String,
    /// Tower of the taxonomy, if it is assigned to one.
    pub tower: Option<String>,
    /// Site, if it belongs to one.
    pub site: Option<String>,
    /// Period of the fiscal year, 1 to 12, or [`ADJUSTMENTS`].
    pub period: u32,
    /// Which event places the amount in the period.
    pub view: MoneyView,
    /// Currency of the amount.
    pub currency: Currency,
}

/// One line, as it was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetLine {
    /// Where it belongs.
    pub key: LineKey,
    /// How much; costs are positive.
    pub amount: Decimal,
    /// The line of a document that it is, so that it is not taken twice.
    pub document: Option<LineDocument>,
    /// The day it was recorded, if known.
    pub recorded_on: Option<NaiveDate>,
    /// First and last day of the period as the source understands it, if known.
    pub period_days: Option<(NaiveDate, NaiveDate)>,
}

/// The line of a document that an amount was posted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDocument {
    /// What it is told by, as [`posting_key`](super::posting_key) has it.
    pub key: String,
    /// As people read it.
    pub name: String,
}

impl BudgetLine {
    /// An amount and where it belongs.
    pub fn new(key: LineKey, amount: Decimal) -> Self {
        Self { key, amount, document: None, recorded_on: None, period_days: None }
    }
}

/// One of the things that lines are kept apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Cost centre.
    CostCentre,
    /// Account of the ledger.
    Account,
    /// Tower of the taxonomy.
    Tower,
    /// Site.
    Site,
    /// Period of the fiscal year.
    Period,
    /// View of money.
    View,
    /// Currency of the line.
    Currency,
}

impl Dimension {
    /// All dimensions.
    pub const ALL: [Self; 7] =
        [Self::CostCentre, Self::Account, Self::Tower, Self::Site, Self::Period, Self::View, Self::Currency];
}

/// What a line has in one dimension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DimensionValue {
    /// A cost centre, account, tower or site.
    Name(String),
    /// No tower, or no site.
    Unassigned,
    /// A period.
    Period(u32),
    /// A view.
    View(MoneyView),
    /// A currency.
    Currency(Currency),
}

impl LineKey {
    /// What the line has in a dimension.
    pub fn value(&self, dimension: Dimension) -> DimensionValue {
        let optional = |name: &Option<String>| match name {
            Some(name) => DimensionValue::Name(name.clone()),
            None => DimensionValue::Unassigned,
        };
        match dimension {
            Dimension::CostCentre => DimensionValue::Name(self.cost_centre.clone()),
            Dimension::Account => DimensionValue::Name(self.account.clone()),
            Dimension::Tower => optional(&self.tower),
            Dimension::Site => optional(&self.site),
            Dimension::Period => DimensionValue::Period(self.period),
            Dimension::View => DimensionValue::View(self.view),
            Dimension::Currency => DimensionValue::Currency(self.currency),
        }
    }
}

/// Checks that lines may be added up when kept apart by some dimensions only: views never are.
pub(super) fn check_dimensions<'a>(
    keys: impl Iterator<Item = &'a LineKey>,
    dimensions: &[Dimension],
) -> Result<()> {
    let distinct: BTreeSet<&Dimension> = dimensions.iter().collect();
    if distinct.len() < dimensions.len() {
        let rule = "a roll-up names each dimension once";
        return Err(ForecastError::invalid("dimensions", &dimensions.len(), rule));
    }
    let views: BTreeSet<MoneyView> = keys.map(|key| key.view).collect();
    if views.len() > 1 && !distinct.contains(&Dimension::View) {
        let rule = "views are never added to each other: keep them apart, or take one of them";
        return Err(ForecastError::invalid("dimensions", &dimensions.len(), rule));
    }
    Ok(())
}

/// A version of the budget of one fiscal year. It is never changed: what differs is another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetVersion {
    kind: VersionKind,
    fiscal_year: i32,
    lines: Vec<BudgetLine>,
}

impl BudgetVersion {
    /// A version with its lines. What is merely odd about them is left to
    /// [`check_lines`](super::check_lines), for a budget has to be loaded before it can be put right.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a fiscal year that is not 1 to 9999, [`ForecastError::OutOfRange`] for an
    /// amount that does not fit.
    pub fn new(kind: VersionKind, fiscal_year: i32, lines: Vec<BudgetLine>) -> Result<Self> {
        for line in &lines {
            bounded(line.amount, "line amount")?;
        }
        Ok(Self { kind, fiscal_year: checked_fiscal_year(fiscal_year)?, lines })
    }

    /// What it is.
    pub fn kind(&self) -> VersionKind {
        self.kind
    }

    /// The fiscal year it is of.
    pub fn fiscal_year(&self) -> i32 {
        self.fiscal_year
    }

    /// Its lines, as they were loaded.
    pub fn lines(&self) -> &[BudgetLine] {
        &self.lines
    }

    /// The amount of each key, in the currency of the key: several postings are one figure.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if a sum does not fit.
    pub fn amounts(&self) -> Result<BTreeMap<&LineKey, Decimal>> {
        let mut amounts: BTreeMap<&LineKey, Decimal> = BTreeMap::new();
        for line in &self.lines {
            let sum = amounts.entry(&line.key).or_default();
            *sum = bounded(*sum + line.amount, "line amount")?;
        }
        Ok(amounts)
    }

    /// The version in the reporting currency at the rates of the plan, added up by some dimensions, in their
    /// order. Each key is rounded once, so that every roll-up foots to every other.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a currency without a rate, a dimension that is named twice, or views that
    /// would be added to each other; [`ForecastError::OutOfRange`] if a sum does not fit.
    pub fn roll_up(
        &self,
        rates: &PlanRates,
        dimensions: &[Dimension],
    ) -> Result<BTreeMap<Vec<DimensionValue>, Decimal>> {
        let amounts = self.amounts()?;
        check_dimensions(amounts.keys().copied(), dimensions)?;
        let mut groups: BTreeMap<Vec<DimensionValue>, Decimal> = BTreeMap::new();
        for (key, amount) in amounts {
            let converted = times(amount, rates.rate(key.currency)?, "converted amount")?;
            let group = dimensions.iter().map(|dimension| key.value(*dimension)).collect();
            let sum = groups.entry(group).or_default();
            *sum = bounded(*sum + rates.reporting().round(converted), "roll-up")?;
        }
        Ok(groups)
    }
}
