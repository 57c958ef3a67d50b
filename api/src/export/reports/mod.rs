//! Reports: what the areas compute, as files. Each is asked what its query is asked, refuses what that refuses, and
//! hides from a role what that hides.
//!
//! A report is a variant of [`Kind`] and a file here that builds a [`Report`]; how it is written, asked over HTTP
//! and on the command line, and named follows from that.

mod chargeback;
mod contract_calendar;
mod contract_costs;
mod depreciation;
pub mod parameters;
mod refresh_plan;
mod roadmap;
mod roll_forward;
mod variance;

use chrono::NaiveDate;
use forecasting::roadmap::{MoneyView, Subject};

use parameters::SCENARIO;
pub use parameters::{Parameter, Parameters};

use super::report::{Cell, Report, csv, json, xlsx};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    roadmap::words::{subject_words, view_code},
    scenarios::Overlay,
    store::{Read, Store},
};

/// Why amounts are not shown to a role.
const HIDDEN: &str = "hidden: it would tell a single price, which this role may not see";

/// A report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What the estate costs, month by month.
    Roadmap,
    /// What is refreshed when, and for how much.
    RefreshPlan,
    /// What has to be decided about contracts.
    ContractCalendar,
    /// What colocation contracts cost, month by month.
    ContractCosts,
    /// How assets are written off, month by month.
    DepreciationSchedules,
    /// How the books got from one balance to the next.
    RollForward,
    /// How far what came about is from plan, and why.
    Variance,
    /// What is posted to charge pools out.
    Chargeback,
}

impl Kind {
    /// All reports.
    pub const ALL: [Self; 8] = [
        Self::Roadmap,
        Self::RefreshPlan,
        Self::ContractCalendar,
        Self::ContractCosts,
        Self::DepreciationSchedules,
        Self::RollForward,
        Self::Variance,
        Self::Chargeback,
    ];

    /// Its name, in addresses and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Roadmap => "roadmap",
            Self::RefreshPlan => "refresh-plan",
            Self::ContractCalendar => "contract-calendar",
            Self::ContractCosts => "contract-costs",
            Self::DepreciationSchedules => "depreciation-schedules",
            Self::RollForward => "roll-forward",
            Self::Variance => "variance",
            Self::Chargeback => "chargeback",
        }
    }

    /// The report with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What it is, for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Roadmap => "What the estate costs, month by month, in three views",
            Self::RefreshPlan => "What is refreshed when, and for how much",
            Self::ContractCalendar => "What has to be decided about contracts, and by when",
            Self::ContractCosts => "What colocation contracts cost, month by month",
            Self::DepreciationSchedules => "How assets are written off, month by month",
            Self::RollForward => "How the books got from one balance to the next",
            Self::Variance => "How far what came about is from plan, and why",
            Self::Chargeback => "Journals that charge pools out to those who bear them, month by month",
        }
    }

    /// What it can be asked.
    #[must_use]
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::Roadmap => roadmap::PARAMETERS,
            Self::RefreshPlan => refresh_plan::PARAMETERS,
            Self::ContractCalendar => contract_calendar::PARAMETERS,
            Self::ContractCosts => contract_costs::PARAMETERS,
            Self::DepreciationSchedules => depreciation::PARAMETERS,
            Self::RollForward => roll_forward::PARAMETERS,
            Self::Variance => variance::PARAMETERS,
            Self::Chargeback => chargeback::PARAMETERS,
        }
    }

    /// Whoever sees it needs all of these, as for the query behind it.
    fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Roadmap | Self::RefreshPlan | Self::RollForward | Self::Variance => {
                &[Permission::ViewTotals]
            }
            Self::ContractCalendar => &[Permission::ViewContracts],
            Self::ContractCosts => &[Permission::ViewContracts, Permission::ViewPrices],
            Self::DepreciationSchedules => &[Permission::ViewLifecycle],
            Self::Chargeback => &[Permission::ViewTotals, Permission::ViewFinance, Permission::ViewPrices],
        }
    }

    async fn build(self, db: &impl Read, asked: &Parameters) -> Result<Report> {
        match self {
            Self::Roadmap => roadmap::report(db, asked).await,
            Self::RefreshPlan => refresh_plan::report(db, asked).await,
            Self::ContractCalendar => contract_calendar::report(db, asked).await,
            Self::ContractCosts => contract_costs::report(db, asked).await,
            Self::DepreciationSchedules => depreciation::report(db, asked).await,
            Self::RollForward => roll_forward::report(db, asked).await,
            Self::Variance => variance::report(db, asked).await,
            Self::Chargeback => chargeback::report(db, asked).await,
        }
    }

    /// A report of this kind that says nothing yet.
    fn empty(self, as_of: NaiveDate) -> Report {
        Report {
            name: self.name(),
            title: self.title(),
            as_of,
            fingerprint: String::new(),
            question: Vec::new(),
            columns: Vec::new(),
            sheets: Vec::new(),
            formulas: Vec::new(),
            assumptions: Vec::new(),
            excluded: Vec::new(),
        }
    }
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table of text.
    Csv,
    /// A workbook.
    Xlsx,
    /// For programs.
    Json,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Xlsx, Self::Json];

    /// The ending of its files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }

    /// What browsers are told that it is.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
        }
    }

    /// The format with an ending.
    #[must_use]
    pub fn with_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.ending() == ending)
    }

    /// The bytes of a report.
    ///
    /// # Errors
    /// `TooMuch` for more rows than the format holds, `Internal` when it cannot be written.
    pub fn write(self, report: &Report) -> Result<Vec<u8>> {
        match self {
            Self::Csv => Ok(csv::written(report).into_bytes()),
            Self::Xlsx => xlsx::written(report),
            Self::Json => json::written(report).map(String::into_bytes),
        }
    }
}

/// Builds a report for a caller, from what the database holds at one moment.
///
/// # Errors
/// `Forbidden` without the permission of the query behind it; `Invalid` naming what cannot be asked.
pub async fn build(
    store: &Store,
    caller: &Caller,
    kind: Kind,
    given: Vec<(String, String)>,
) -> Result<Report> {
    let asked = Parameters::new(kind, given, caller.now.date_naive())?;
    let snapshot = store.snapshot(caller, kind.permissions()).await?;
    kind.build(&snapshot, &asked).await
}

/// The file that an address names: a report and its format.
///
/// # Errors
/// `NotFound` for a report or a format that there is not.
pub fn file(name: &str) -> Result<(Kind, Format)> {
    let parts = name.rsplit_once('.');
    let found = parts.and_then(|(kind, ending)| Kind::named(kind).zip(Format::with_ending(ending)));
    found.ok_or_else(|| {
        let kinds: Vec<_> = Kind::ALL.into_iter().map(Kind::name).collect();
        let name: String = name.chars().take(50).collect();
        Error::not_found(
            "report",
            format!("`{name}`: there are {} as .csv, .xlsx and .json", kinds.join(", ")),
        )
    })
}

/// The views, by the words that ask for them.
fn views() -> [(&'static str, MoneyView); 3] {
    MoneyView::ALL.map(|view| (view_code(view), view))
}

/// The scenario of a report; nothing for the baseline, which is what a report says without one.
fn under(scenario: &Overlay) -> Option<(&'static str, Cell)> {
    scenario.scenario().map(|scenario| (SCENARIO.name, Cell::text(&scenario.name)))
}

/// So many assets, in words.
fn assets(count: usize) -> String {
    format!("{count} {}", subject_words(Subject::Asset, count))
}

/// Debug names as codes: `CostCentre` is `COST_CENTRE`.
fn code(name: &str) -> String {
    let mut code = String::new();
    for (place, letter) in name.char_indices() {
        if place > 0 && letter.is_ascii_uppercase() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    code
}
