//! The rows of a noun, page by page, as the cells of its file.

use chrono::{DateTime, Utc};
use entity::{
    access, capacity, cloud, contracts, finance, inventory, lifecycle, recovery, scenarios, topology,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, Iterable, ModelTrait, PrimaryKeyToColumn,
    QueryFilter, QueryOrder, QuerySelect, Value, sea_query::ExprTrait,
};
use std::{fmt, str::FromStr};
use uuid::Uuid;

use super::labels::Labels;
use super::line::{Exportable, Line};
use crate::access::Caller;
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::rights;
use crate::store::{Read, Reader, Store};

/// Rows of a page.
pub const PAGE: u64 = 5_000;

/// Some rows, in the order in which they were made.
#[derive(Debug)]
pub struct Page {
    pub lines: Vec<Line>,
    /// The last row, where more may follow.
    pub next: Option<After>,
}

/// The last row of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The row with an id.
    Row(Uuid),
    /// What was observed of a pool at an instant.
    Observation(Uuid, DateTime<Utc>),
}

impl fmt::Display for After {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(id) => id.fmt(formatter),
            Self::Observation(pool, at) => write!(formatter, "{pool}/{}", at.timestamp_micros()),
        }
    }
}

impl FromStr for After {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is not the end of a page");
        let id = |text: &str| Uuid::parse_str(text).map_err(|_| wrong());
        match text.split_once('/') {
            None => Ok(Self::Row(id(text)?)),
            Some((pool, at)) => {
                let at = at.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or_else(wrong)?;
                Ok(Self::Observation(id(pool)?, at))
            }
        }
    }
}

/// A handle that reads a noun with its prices.
///
/// # Errors
/// `Forbidden` when the caller may not see the noun, or its prices.
pub fn open(store: &Store, caller: &Caller, noun: Noun) -> Result<Reader> {
    let mut reader = Err(Error::internal("a noun that nobody may see"));
    for permission in rights::view(noun) {
        reader = Ok(store.read(caller, permission)?);
    }
    reader
}

/// At most `rows` rows after the row `after`, or from the first.
///
/// # Errors
/// Those of the database.
pub async fn page(
    db: &impl Read,
    noun: Noun,
    after: Option<After>,
    rows: u64,
    labels: &mut Labels,
) -> Result<Page> {
    let at = (after_row(noun, after)?, rows);
    match noun {
        Noun::Currency => read::<finance::currency::Entity>(db, at, labels).await,
        Noun::ExchangeRate => read::<finance::exchange_rate::Entity>(db, at, labels).await,
        Noun::FiscalCalendar => read::<finance::fiscal_calendar::Entity>(db, at, labels).await,
        Noun::User => read::<access::user::Entity>(db, at, labels).await,
        Noun::Vendor => read::<inventory::vendor::Entity>(db, at, labels).await,
        Noun::Manufacturer => read::<inventory::manufacturer::Entity>(db, at, labels).await,
        Noun::Site => read::<inventory::site::Entity>(db, at, labels).await,
        Noun::Rack => read::<inventory::rack::Entity>(db, at, labels).await,
        Noun::HardwareModel => read::<inventory::hardware_model::Entity>(db, at, labels).await,
        Noun::Asset => read::<inventory::asset::Entity>(db, at, labels).await,
        Noun::ColocationContract => read::<contracts::colocation_contract::Entity>(db, at, labels).await,
        Noun::ColocationCharge => read::<contracts::colocation_charge::Entity>(db, at, labels).await,
        Noun::SupportContract => read::<contracts::support_contract::Entity>(db, at, labels).await,
        Noun::SupportCoverage => read::<contracts::support_coverage::Entity>(db, at, labels).await,
        Noun::DepreciationRule => read::<lifecycle::depreciation_rule::Entity>(db, at, labels).await,
        Noun::RefreshPolicy => read::<lifecycle::refresh_policy::Entity>(db, at, labels).await,
        Noun::RefreshCycle => read::<lifecycle::refresh_cycle::Entity>(db, at, labels).await,
        Noun::SoftwareRelease => read::<lifecycle::software_release::Entity>(db, at, labels).await,
        Noun::BookEntry => read::<lifecycle::book_entry::Entity>(db, at, labels).await,
        Noun::BookEvent => read::<lifecycle::book_event::Entity>(db, at, labels).await,
        Noun::ClosedPeriod => read::<lifecycle::closed_period::Entity>(db, at, labels).await,
        Noun::ProviderAccount => read::<cloud::provider_account::Entity>(db, at, labels).await,
        Noun::Workload => read::<cloud::workload::Entity>(db, at, labels).await,
        Noun::CostRecord => read::<cloud::cost_record::Entity>(db, at, labels).await,
        Noun::GrowthAssumption => read::<cloud::growth_assumption::Entity>(db, at, labels).await,
        Noun::Volume => read::<finance::volume::Entity>(db, at, labels).await,
        Noun::UnitCostPart => read::<finance::unit_cost_part::Entity>(db, at, labels).await,
        Noun::AllocationModel => read::<finance::allocation_model::Entity>(db, at, labels).await,
        Noun::SavingsInitiative => read::<finance::savings_initiative::Entity>(db, at, labels).await,
        Noun::SavingsClaim => read::<finance::savings_claim::Entity>(db, at, labels).await,
        Noun::LedgerCode => read::<finance::ledger_code::Entity>(db, at, labels).await,
        Noun::BudgetVersion => read::<finance::budget_version::Entity>(db, at, labels).await,
        Noun::BudgetLine => read::<finance::budget_line::Entity>(db, at, labels).await,
        Noun::ActualPosting => read::<finance::actual_posting::Entity>(db, at, labels).await,
        Noun::PeriodClose => read::<finance::period_close::Entity>(db, at, labels).await,
        Noun::VarianceExplanation => read::<finance::variance_explanation::Entity>(db, at, labels).await,
        Noun::PriceIndexValue => read::<finance::price_index_value::Entity>(db, at, labels).await,
        Noun::ColocationDeployment => read::<contracts::colocation_deployment::Entity>(db, at, labels).await,
        Noun::ColocationCircuit => read::<contracts::colocation_circuit::Entity>(db, at, labels).await,
        Noun::ColocationReading => read::<contracts::colocation_reading::Entity>(db, at, labels).await,
        Noun::Invoice => read::<contracts::invoice::Entity>(db, at, labels).await,
        Noun::InvoiceLine => read::<contracts::invoice_line::Entity>(db, at, labels).await,
        Noun::Offer => read::<contracts::offer::Entity>(db, at, labels).await,
        Noun::CloudCommitment => read::<cloud::cloud_commitment::Entity>(db, at, labels).await,
        Noun::Scenario => read::<scenarios::scenario::Entity>(db, at, labels).await,
        Noun::ScenarioChange => read::<scenarios::scenario_change::Entity>(db, at, labels).await,
        Noun::Service => read::<topology::service::Entity>(db, at, labels).await,
        Noun::PowerFeed => read::<topology::power_feed::Entity>(db, at, labels).await,
        Noun::RedundancyGroup => read::<topology::redundancy_group::Entity>(db, at, labels).await,
        Noun::Dependency => read::<topology::dependency::Entity>(db, at, labels).await,
        Noun::RecoveryObjective => read::<recovery::recovery_objective::Entity>(db, at, labels).await,
        Noun::BackupRecord => read::<recovery::backup_record::Entity>(db, at, labels).await,
        Noun::RecoveryDrill => read::<recovery::recovery_drill::Entity>(db, at, labels).await,
        Noun::ConsistencyGroup => read::<recovery::consistency_group::Entity>(db, at, labels).await,
        _ => of_capacity(db, noun, after, rows, labels).await,
    }
}

/// The row that a page begins behind, of nouns that have an id.
fn after_row(noun: Noun, after: Option<After>) -> Result<Option<Uuid>> {
    match after {
        Some(After::Observation(..)) if noun != Noun::CapacityObservation => {
            Err(Error::invalid("after", "is the end of a page of another noun"))
        }
        Some(After::Row(id)) => Ok(Some(id)),
        _ => Ok(None),
    }
}

/// [`page`] of pools of capacity and what belongs to them.
async fn of_capacity(
    db: &impl Read,
    noun: Noun,
    after: Option<After>,
    rows: u64,
    labels: &mut Labels,
) -> Result<Page> {
    let at = (after_row(noun, after)?, rows);
    match noun {
        Noun::CapacityPool => read::<capacity::capacity_pool::Entity>(db, at, labels).await,
        Noun::CapacityPoolMember => read::<capacity::capacity_pool_member::Entity>(db, at, labels).await,
        Noun::CapacityReservation => read::<capacity::capacity_reservation::Entity>(db, at, labels).await,
        Noun::CapacityEvent => read::<capacity::capacity_event::Entity>(db, at, labels).await,
        Noun::CapacityPurchaseRule => read::<capacity::capacity_purchase_rule::Entity>(db, at, labels).await,
        Noun::CapacityPlacement => read::<capacity::capacity_placement::Entity>(db, at, labels).await,
        Noun::CapacityPlacementRack => {
            read::<capacity::capacity_placement_rack::Entity>(db, at, labels).await
        }
        _ => observations(db, after, rows, labels).await,
    }
}

async fn read<E>(db: &impl Read, (after, rows): (Option<Uuid>, u64), labels: &mut Labels) -> Result<Page>
where
    E: EntityTrait,
    E::Model: Exportable,
{
    let key = E::PrimaryKey::iter().next().map(PrimaryKeyToColumn::into_column);
    let key = key.ok_or_else(|| Error::internal("a table without a key"))?;
    let mut query = E::find().order_by_asc(key).limit(rows);
    if let Some(after) = after {
        query = query.filter(key.into_simple_expr().gt(after));
    }
    let models = query.all(db).await?;
    for model in &models {
        model.cells(labels);
    }
    labels.load(db).await?;
    let is_full = u64::try_from(models.len()).unwrap_or(u64::MAX) >= rows;
    let last = models.last().filter(|_| is_full).map(|model| model.get(key));
    let next = match last {
        Some(Value::Uuid(id)) => id.map(After::Row),
        _ => None,
    };
    Ok(Page { lines: models.iter().map(|model| model.cells(labels)).collect(), next })
}

/// Observations have no id: they are told by their pool and their instant.
async fn observations(db: &impl Read, after: Option<After>, rows: u64, labels: &mut Labels) -> Result<Page> {
    use capacity::capacity_observation::{Column as C, Entity};
    let mut query = Entity::find().order_by_asc(C::PoolId).order_by_asc(C::At).limit(rows);
    match after {
        Some(After::Observation(pool, at)) => {
            let later = Condition::all().add(C::PoolId.eq(pool)).add(C::At.gt(at));
            query = query.filter(Condition::any().add(C::PoolId.gt(pool)).add(later));
        }
        Some(After::Row(_)) => return Err(Error::invalid("after", "is the end of a page of another noun")),
        None => {}
    }
    let models = query.all(db).await?;
    for model in &models {
        model.cells(labels);
    }
    labels.load(db).await?;
    let is_full = u64::try_from(models.len()).unwrap_or(u64::MAX) >= rows;
    let last = models.last().filter(|_| is_full);
    let next = last.map(|last| After::Observation(entity::id::EntityId::uuid(last.pool_id), last.at));
    Ok(Page { lines: models.iter().map(|model| model.cells(labels)).collect(), next })
}
