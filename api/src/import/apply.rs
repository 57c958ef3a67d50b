//! From records to rows: checked, matched by natural key and written in one transaction.
//!
//! A record whose natural key is not there becomes a row; one that says something else than its row changes it; one
//! that says nothing new leaves it alone, so that applying the same files again changes nothing. What a file is
//! silent about stays as it is. Every record is held to the same rules as a change through the API before anything of
//! it is written, and one that breaks a rule is left out without the others.
//!
//! What a new row has that no file gave: a site is a data center where racks of the files stand and an office
//! otherwise, in the time zone UTC; a model is of the kind OTHER; an account is billed in USD (each of these is
//! mentioned in the report); an asset is in service, or retired or disposed of where a file has such a day; rows are
//! active where they have a state.

mod assets;
mod books;
mod budgets;
mod capacity;
mod capacity_placements;
mod capacity_purchases;
mod charges;
mod cloud;
mod contracts;
mod dependencies;
mod describe;
mod economics;
mod engine;
mod explanations;
mod fill;
mod finance;
mod importable;
mod inventory;
mod invoices;
mod items;
mod known;
mod lifecycle;
mod models;
mod observations;
mod places;
mod policy_terms;
mod power;
mod recovery;
mod report;
mod savings;
mod scenarios;
mod topology;

use self::engine::Run;
pub use self::report::{Change, Counts, FieldChange, Outcome, Report};
use super::csv::Noun;
use super::records::{self, Records};
use super::{Parsed, rights};
use crate::access::{Caller, Permission};
use crate::error::Result;
use crate::store::{Store, Tx};

/// What happens to the good records when others are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// They are written.
    #[default]
    Partial,
    /// Nothing is written.
    AllOrNothing,
}

/// How an import is applied.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Does all of it, reports it, and undoes it.
    pub dry_run: bool,
    pub mode: Mode,
    /// Told how many more records are done.
    pub progress: &'a (dyn Fn(usize) + Sync),
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { dry_run: false, mode: Mode::Partial, progress: &|_| {} }
    }
}

/// The permissions that applying records needs: one for each area that they are of.
#[must_use]
pub fn permissions(records: &Records) -> Vec<Permission> {
    let mut needed: Vec<Permission> = Vec::new();
    for noun in Noun::ALL {
        if records.count(noun) > 0 && !needed.contains(&rights::edit(noun)) {
            needed.push(rights::edit(noun));
        }
    }
    needed
}

/// Applies what was read, in one transaction.
///
/// # Errors
/// `Forbidden` when the caller may not change an area that the records are of; `Unavailable` when the database
/// goes away. Then nothing has changed. What is wrong with records stands in the report.
pub async fn apply(store: &Store, caller: &Caller, parsed: Parsed, options: Options<'_>) -> Result<Report> {
    let unreadable = parsed.errors();
    let Parsed { records, problems } = parsed;
    let report = Report { dry_run: options.dry_run, unreadable, problems, ..Report::default() };
    let permissions = permissions(&records);
    if permissions.is_empty() {
        return Ok(report);
    }
    let tx = store.begin_all(caller, &permissions).await?;
    let mut report = run(&tx, &records, report, options).await?;
    let stopped = options.mode == Mode::AllOrNothing && report.refused() > 0;
    let has_changes = report.count(Outcome::Created) + report.count(Outcome::Updated) > 0;
    // Dropping the transaction undoes it.
    if !options.dry_run && !stopped && has_changes {
        tx.commit().await?;
        report.written = true;
    }
    Ok(report)
}

/// Applies the nouns in an order in which none refers to a later one.
async fn run(tx: &Tx, records: &Records, report: Report, options: Options<'_>) -> Result<Report> {
    let mut run = Run::new(tx, records, report, options.progress);
    engine::apply::<records::Currency>(&mut run).await?;
    engine::apply::<records::ExchangeRate>(&mut run).await?;
    engine::apply::<records::PriceIndexValue>(&mut run).await?;
    engine::apply::<records::FiscalCalendar>(&mut run).await?;
    engine::apply::<records::User>(&mut run).await?;
    engine::apply::<records::Vendor>(&mut run).await?;
    engine::apply::<records::Manufacturer>(&mut run).await?;
    engine::apply::<records::Site>(&mut run).await?;
    engine::apply::<records::Rack>(&mut run).await?;
    engine::apply::<records::HardwareModel>(&mut run).await?;
    engine::apply::<records::Asset>(&mut run).await?;
    engine::apply::<records::ColocationContract>(&mut run).await?;
    engine::apply::<records::ColocationCharge>(&mut run).await?;
    engine::apply::<records::SupportContract>(&mut run).await?;
    engine::apply::<records::SupportCoverage>(&mut run).await?;
    engine::apply::<records::ColocationDeployment>(&mut run).await?;
    engine::apply::<records::ColocationCircuit>(&mut run).await?;
    engine::apply::<records::ColocationReading>(&mut run).await?;
    engine::apply::<records::Invoice>(&mut run).await?;
    engine::apply::<records::InvoiceLine>(&mut run).await?;
    engine::apply::<records::Offer>(&mut run).await?;
    engine::apply::<records::DepreciationRule>(&mut run).await?;
    engine::apply::<records::RefreshPolicy>(&mut run).await?;
    engine::apply::<records::RefreshCycle>(&mut run).await?;
    engine::apply::<records::SoftwareRelease>(&mut run).await?;
    engine::apply::<records::BookEntry>(&mut run).await?;
    engine::apply::<records::BookEvent>(&mut run).await?;
    engine::apply::<records::ClosedPeriod>(&mut run).await?;
    engine::apply::<records::ProviderAccount>(&mut run).await?;
    engine::apply::<records::Workload>(&mut run).await?;
    engine::apply::<records::CostRecord>(&mut run).await?;
    engine::apply::<records::GrowthAssumption>(&mut run).await?;
    engine::apply::<records::Volume>(&mut run).await?;
    engine::apply::<records::UnitCostPart>(&mut run).await?;
    engine::apply::<records::AllocationModel>(&mut run).await?;
    engine::apply::<records::SavingsInitiative>(&mut run).await?;
    engine::apply::<records::LedgerCode>(&mut run).await?;
    engine::apply::<records::SavingsClaim>(&mut run).await?;
    engine::apply::<records::BudgetVersion>(&mut run).await?;
    engine::apply::<records::BudgetLine>(&mut run).await?;
    engine::apply::<records::ActualPosting>(&mut run).await?;
    engine::apply::<records::PeriodClose>(&mut run).await?;
    engine::apply::<records::VarianceExplanation>(&mut run).await?;
    engine::apply::<records::CloudCommitment>(&mut run).await?;
    engine::apply::<records::Scenario>(&mut run).await?;
    engine::apply::<records::ScenarioChange>(&mut run).await?;
    engine::apply::<records::Service>(&mut run).await?;
    engine::apply::<records::PowerFeed>(&mut run).await?;
    engine::apply::<records::RedundancyGroup>(&mut run).await?;
    engine::apply::<records::Dependency>(&mut run).await?;
    engine::apply::<records::RecoveryObjective>(&mut run).await?;
    engine::apply::<records::BackupRecord>(&mut run).await?;
    engine::apply::<records::RecoveryDrill>(&mut run).await?;
    engine::apply::<records::ConsistencyGroup>(&mut run).await?;
    engine::apply::<records::CapacityPool>(&mut run).await?;
    engine::apply::<records::CapacityPoolMember>(&mut run).await?;
    observations::apply(&mut run).await?;
    engine::apply::<records::CapacityReservation>(&mut run).await?;
    engine::apply::<records::CapacityEvent>(&mut run).await?;
    engine::apply::<records::CapacityPurchaseRule>(&mut run).await?;
    engine::apply::<records::CapacityPlacement>(&mut run).await?;
    engine::apply::<records::CapacityPlacementRack>(&mut run).await?;
    Ok(run.finish())
}
