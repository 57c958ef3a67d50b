//! Budgets: what was planned, what was spent, why the two differ, and who causes it.
//!
//! | File | What it answers |
//! |---|---|
//! | `variance` | plan less actual, its flag, whether it needs an explanation, and which drivers explain it |
//! | `decomposition` | how much of a variance is volume, price and exchange rate |
//! | `outlook` | where the year will end |
//! | `volumes` | how much of something there is in a month, measured or taken to grow |
//! | `unit_cost` | cost of an endpoint, a terabyte, a kW, month by month |
//! | `ownership` | the total cost of owning a server |
//! | `allocation` | pools of cost divided among those who cause them, in steps or all at once |
//! | `savings` | initiatives, what of them counts towards a target, and what is claimed twice |
//! | `version` | a budget as a value: plan, forecast, actual or scenario, with lines |
//! | `rates` | the fixed exchange rates of a plan and those that came about |
//! | `comparison` | two versions line by line at the rates of the plan, with exchange shown apart |
//! | `report` | a plan against what came about, group by group, with causes and explanations |
//! | `year` | where the year will end, group by group, and what a cut would take |
//! | `findings` | what is wrong with the lines of a version |
//! | `postings` | what is odd about the documents behind actual figures |
//!
//! Costs are positive and a variance is plan less actual, so that a positive variance of costs is favourable.
//! Whatever is rounded here is rounded once, per line, and sums foot: the parts of a variance add up to it, the
//! shares of an allocation to what was divided, and the groups of a roll-up to its total.

mod allocation;
mod chargeback;
mod comparison;
mod decomposition;
mod equations;
mod findings;
mod outlook;
mod ownership;
mod postings;
mod rates;
mod remainder;
mod report;
mod savings;
mod unit_cost;
mod variance;
mod version;
mod volumes;
mod year;

pub use allocation::{Allocation, AllocationFlow, AllocationModel, AllocationRule, DriverVolume};
pub use chargeback::{Charge, ChargedPool, charge_out};
pub use comparison::{Comparison, ComparisonLine, ComparisonTotals, PeriodRange, compare};
pub use decomposition::{Decomposition, PricedVolume, decompose, decompose_rows};
pub use findings::{FindingContext, LineFinding, LineRule, check_lines, posting_key};
pub use outlook::{Outlook, OutlookGap, YearInMonths, YearToDate};
pub use ownership::{OwnershipCost, ServerOwnership, ServerPower, total_cost_of_ownership};
pub use postings::{Posting, PostingFinding, PostingKind, PostingRule, affected, check_postings};
pub use rates::{PeriodRates, PlanRates};
pub use report::{Bridge, BridgeGap, Report, ReportLine, ReportQuestion, ReportRow, Volume, report};
pub use savings::{
    Baseline, Initiative, Overlap, Recurrence, SavingsAmounts, SavingsFinding, SavingsKind, SavingsSummary,
    Stage, Standing, TargetBand, claimed_twice, summarise,
};
pub use unit_cost::{
    CostMonth, CostPart, Denominator, MonthStatus, PeriodUnitCost, UnitCost, UnitCostGap, UnitCostPoint,
    UnitCostSeries, counted_share, unit_cost, unit_cost_series,
};
pub use variance::{
    Attribution, Driver, Flag, Materiality, Orientation, Review, TimingImbalance, TimingState, Tolerance,
    Variance, review, timing_imbalances,
};
pub use version::{
    ADJUSTMENTS, BudgetLine, BudgetVersion, Dimension, DimensionValue, ForecastLabel, LineDocument, LineKey,
    VersionKind,
};
pub use volumes::{MonthVolume, grown, together};
pub use year::{Cut, YearQuestion, YearReport, YearRow, YearVersions, year_report};

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::bounded;

/// The figure itself if it is not negative and fits.
fn not_negative(value: Decimal, field: &'static str) -> Result<Decimal> {
    if value < Decimal::ZERO {
        return Err(ForecastError::invalid(field, &value, "it is not negative"));
    }
    bounded(value, field)
}

/// Which fraction of the whole a part is; `None` of nothing.
pub fn ratio(part: Decimal, whole: Decimal) -> Option<Decimal> {
    part.checked_div(whole)
}

/// The label of a fiscal year if it is one that can be written.
fn checked_fiscal_year(fiscal_year: i32) -> Result<i32> {
    if (1..=9999).contains(&fiscal_year) {
        return Ok(fiscal_year);
    }
    Err(ForecastError::invalid("fiscal_year", &fiscal_year, "a fiscal year is 1 to 9999"))
}
