//! Hardware refresh: when it is due, when to order, how many, at what price, and what the project costs.

mod due;
mod price;
mod project;
mod quantity;

pub use due::{
    Candidate, DateQuality, Due, DueOutcome, DueRule, LeadTimes, Milestone, Milestones, RefreshPolicy,
    RefreshSubject, due,
};
pub use price::{PriceIndex, Prices, price_at};
pub use project::{CostRates, ProjectCost, project_cost};
pub use quantity::{Demand, DemandResult, by_demand, by_ratio};
