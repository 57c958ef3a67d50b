//! Hardware refresh: when it is due, when to order, how many, at what price, what the project costs, and what it
//! costs to wait.

mod deferral;
mod due;
mod exposure;
mod price;
mod project;
mod quantity;
mod quote;
mod reserve;
mod residual;
mod risk;
mod waiting;

pub use deferral::{
    AgedUnits, Deferral, DeferralCost, FailureRates, OutageLoss, OutageTerms, SupportState,
    expected_outage_loss, extended_support, support_state,
};
pub use due::{
    Candidate, CapacityNeed, DateQuality, Due, DueOutcome, DueRule, LeadTimes, Milestone, Milestones,
    RefreshPolicy, RefreshSubject, due, left_before_due, with_whole,
};
pub use exposure::{Exposure, Extent, SupportedAssets, exposure, exposure_by_quarter, grouped};
pub use price::{PriceIndex, Prices, price_at};
pub use project::{CostRates, ProjectCost, project_cost};
pub use quantity::{Demand, DemandResult, by_demand, by_ratio, divide_planned};
pub use quote::{OrderPrice, PriceSource, Quote};
pub use reserve::{Reserve, reserve};
pub use residual::{ResidualCurve, Wiping};
pub use risk::{RiskDate, RiskInput, RiskScore, RiskScores, RiskStep, RiskSubject, RiskTerms, risk_date};
pub use waiting::{Undone, Wait, WaitingTerms, WaitingUnits};
