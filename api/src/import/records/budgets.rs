//! Records of ledger codes, budgets, their lines and postings.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Origin;

/// A cost centre, an account or a tower. Key: `kind` and `code`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LedgerCode {
    pub origin: Origin,
    pub kind: String,
    pub code: String,
    pub name: Option<String>,
    pub category: Option<String>,
    pub owner: Option<String>,
    pub valid_from_on: Option<NaiveDate>,
    pub valid_to_on: Option<NaiveDate>,
    pub superseded_by: Option<String>,
    pub superseded_from_on: Option<NaiveDate>,
}

/// A budget of one fiscal year. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct BudgetVersion {
    pub origin: Origin,
    pub name: String,
    pub kind: Option<String>,
    pub label: Option<String>,
    pub fiscal_year: Option<i32>,
    pub calendar: Option<String>,
    pub currency: Option<String>,
    pub plan_rates: Option<Vec<BudgetRate>>,
    pub notes: Option<String>,
}

/// What one unit of a currency counts as in a budget.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct BudgetRate {
    pub currency: String,
    pub rate: Decimal,
}

/// Where an amount belongs.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct BudgetPlace {
    pub cost_centre: Option<String>,
    pub account: Option<String>,
    pub tower: Option<String>,
    pub site: Option<String>,
    pub period: Option<i32>,
}

/// An amount of a budget. Key: all but the figures, the description and the source.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct BudgetLine {
    pub origin: Origin,
    pub budget: String,
    pub place: BudgetPlace,
    pub view: String,
    pub currency: String,
    pub item: String,
    pub amount: Option<Decimal>,
    pub quantity: Option<Decimal>,
    pub unit_price: Option<Decimal>,
    pub description: Option<String>,
    pub source: Option<String>,
}

/// A line of a document that was posted. Key: `budget`, `source`, `document` and `document_line`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ActualPosting {
    pub origin: Origin,
    pub budget: String,
    pub source: String,
    pub document: String,
    pub document_line: String,
    pub kind: Option<String>,
    pub posted_on: Option<NaiveDate>,
    pub place: BudgetPlace,
    pub view: Option<String>,
    pub currency: Option<String>,
    pub amount: Option<Decimal>,
    pub quantity: Option<Decimal>,
    pub unit_price: Option<Decimal>,
    pub supplier: Option<String>,
    pub description: Option<String>,
    pub one_off: Option<bool>,
    /// Whether other figures replace what is posted already.
    pub correction: bool,
}

/// A period of a fiscal year that is closed for postings. Key: `calendar`, `fiscal_year` and `period`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PeriodClose {
    pub origin: Origin,
    /// Name of the fiscal calendar.
    pub calendar: String,
    pub fiscal_year: i32,
    pub period: i32,
    pub closed_on: Option<NaiveDate>,
    pub closed_by: Option<String>,
}

/// What somebody said about a variance. Key: all but the amount and the author.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct VarianceExplanation {
    pub origin: Origin,
    pub budget: String,
    /// Name of the version that the budget is held against.
    pub against: String,
    pub place: BudgetPlace,
    pub view: String,
    pub driver: String,
    pub note: String,
    pub amount: Option<Decimal>,
    pub author: Option<String>,
}
