//! The list of changes of a scenario: add, replace, remove, move.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    cloud::{provider_account, workload},
    contracts::{colocation_charge, colocation_contract, support_contract},
    id::{ScenarioChangeId, ScenarioId, SiteId},
    inventory::site::{self, SiteStatus},
    lifecycle::refresh_policy,
    scenarios::{
        scenario,
        scenario_change::{self, Terms},
    },
};
use forecasting::{month::Month, roadmap::Window};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait,
};

use serde::{Deserialize, Serialize};

use super::{
    contradictions,
    ends::Ends,
    overlay::{Change, Named, Overlay},
    rules,
    scenarios::{require_draft, touch},
    targets::{self, Targets},
};
use crate::{
    error::{Error, Result},
    roadmap::{assets, cohorts, contracts, estate::Estate},
    rules::{expect_version, require_text_if_any},
    store::{Read, Tx},
};

/// The most changes of one scenario.
pub const MOST_CHANGES: usize = 50;

/// A change to write.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Why it is in the list.
    pub note: Option<String>,
    /// What it is about.
    pub targets: Targets,
    /// What it says.
    pub terms: Terms,
}

/// Names of what a change is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// Number of the colocation contract.
    pub colocation_contract: Option<String>,
    /// Position of the charge in the price sheet.
    pub charge_position: Option<i32>,
    /// Number of the support contract.
    pub support_contract: Option<String>,
    /// Name of the refresh policy.
    pub refresh_policy: Option<String>,
    /// Code of the site.
    pub site: Option<String>,
    /// Name of the workload.
    pub workload: Option<String>,
    /// Name of the cloud account.
    pub provider_account: Option<String>,
    /// Why what it is about is not what it was when the change was written; none while it is.
    #[serde(default)]
    pub gone: Option<Gone>,
}

/// What became of what a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gone {
    /// The site is closed.
    Closed,
    /// The workload retired on a day.
    Retired(NaiveDate),
    /// The refresh policy is not active.
    Inactive,
}

impl Gone {
    fn of(row: &NamedRow, today: NaiveDate) -> Option<Self> {
        let retired = row.retires_on.filter(|on| *on < today);
        match (row.site_status, retired, row.policy_active) {
            (Some(SiteStatus::Closed), ..) => Some(Self::Closed),
            (_, Some(on), _) => Some(Self::Retired(on)),
            (.., Some(false)) => Some(Self::Inactive),
            _ => None,
        }
    }
}

#[derive(FromQueryResult)]
struct NamedRow {
    #[sea_orm(nested)]
    change: scenario_change::Model,
    colocation_contract: Option<String>,
    charge_position: Option<i32>,
    support_contract: Option<String>,
    refresh_policy: Option<String>,
    site: Option<String>,
    workload: Option<String>,
    provider_account: Option<String>,
    site_status: Option<SiteStatus>,
    retires_on: Option<NaiveDate>,
    policy_active: Option<bool>,
}

/// One change.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ScenarioChangeId) -> Result<scenario_change::Model> {
    let found = scenario_change::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("scenario change", id))
}

/// The changes of a scenario, in their order.
///
/// # Errors
/// Those of the database.
pub async fn of(db: &impl Read, id: ScenarioId) -> Result<Vec<scenario_change::Model>> {
    let changes = scenario_change::Entity::find().filter(scenario_change::Column::ScenarioId.eq(id));
    Ok(changes.order_by_asc(scenario_change::Column::Position).all(db).await?)
}

/// The changes of scenarios with the names of what they are about, in their order: one statement.
///
/// # Errors
/// Those of the database.
pub async fn named(db: &impl Read, ids: &[ScenarioId]) -> Result<Vec<Change>> {
    use scenario_change::{Column as C, Relation as R};
    let left = JoinType::LeftJoin;
    let rows = scenario_change::Entity::find()
        .column_as(colocation_contract::Column::Number, "colocation_contract")
        .column_as(colocation_charge::Column::Position, "charge_position")
        .column_as(support_contract::Column::Number, "support_contract")
        .column_as(refresh_policy::Column::Name, "refresh_policy")
        .column_as(site::Column::Code, "site")
        .column_as(workload::Column::Name, "workload")
        .column_as(provider_account::Column::Name, "provider_account")
        .column_as(site::Column::Status, "site_status")
        .column_as(workload::Column::RetiresOn, "retires_on")
        .column_as(refresh_policy::Column::Active, "policy_active")
        .join(left, R::ColocationContract.def())
        .join(left, R::ColocationCharge.def())
        .join(left, R::SupportContract.def())
        .join(left, R::RefreshPolicy.def())
        .join(left, R::Site.def())
        .join(left, R::Workload.def())
        .join(left, R::ProviderAccount.def())
        .filter(C::ScenarioId.is_in(ids.iter().copied()))
        .order_by_asc(C::ScenarioId)
        .order_by_asc(C::Position)
        .into_model::<NamedRow>()
        .all(db)
        .await?;
    let today = db.caller().now.date_naive();
    let changes = rows.into_iter().map(|row| (Gone::of(&row, today), row)).map(|(gone, row)| Change {
        names: Names {
            colocation_contract: row.colocation_contract,
            charge_position: row.charge_position,
            support_contract: row.support_contract,
            refresh_policy: row.refresh_policy,
            site: row.site,
            workload: row.workload,
            provider_account: row.provider_account,
            gone,
        },
        row: row.change,
    });
    Ok(changes.collect())
}

/// Adds a change at the end of the list.
///
/// # Errors
/// `Conflict` for a stale version or a frozen scenario; `Invalid` for what is not there, for a rule of
/// [`rules::check`] that is broken, for changes that cannot both be, and for more than there may be.
pub async fn add(
    tx: &Tx,
    id: ScenarioId,
    expected_version: Option<i32>,
    draft: Draft,
) -> Result<scenario::Model> {
    let scenario = require_draft(tx, id, expected_version).await?;
    let known = of(tx, id).await?;
    if known.len() >= MOST_CHANGES {
        let message = format!("{} has {MOST_CHANGES} changes, more are not taken", scenario.name);
        return Err(Error::TooMuch { field: "change".to_owned(), message });
    }
    let mut row = columns(tx, draft).await?;
    row.id = Set(tx.new_id());
    row.scenario_id = Set(id);
    row.position = Set(known.last().map_or(0, |last| last.position + 1));
    tx.insert(row).await?;
    check_list(tx, &scenario).await?;
    touch(tx, scenario).await
}

/// Puts another change in the place of one.
///
/// # Errors
/// As [`add`], and `NotFound` for a change that is not there.
pub async fn replace(
    tx: &Tx,
    id: ScenarioChangeId,
    expected_version: Option<i32>,
    draft: Draft,
) -> Result<scenario::Model> {
    let (scenario, before) = of_draft(tx, id, expected_version).await?;
    let row = columns(tx, draft).await?;
    tx.update(before, |edit: &mut scenario_change::ActiveModel| {
        crate::schema::patch::overlay(edit, &row);
    })
    .await?;
    check_list(tx, &scenario).await?;
    touch(tx, scenario).await
}

/// Takes a change out of the list.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version or a frozen scenario.
pub async fn remove(tx: &Tx, id: ScenarioChangeId, expected_version: Option<i32>) -> Result<scenario::Model> {
    let (scenario, before) = of_draft(tx, id, expected_version).await?;
    tx.delete(before).await?;
    check_list(tx, &scenario).await?;
    touch(tx, scenario).await
}

/// Moves a change to another place of the list, from 1.
///
/// # Errors
/// As [`remove`]; `Invalid` for a place that the list does not have.
pub async fn move_to(
    tx: &Tx,
    id: ScenarioChangeId,
    expected_version: Option<i32>,
    place: i32,
) -> Result<scenario::Model> {
    let (scenario, _) = of_draft(tx, id, expected_version).await?;
    let mut list = of(tx, scenario.id).await?;
    let target = usize::try_from(place).ok().filter(|place| (1..=list.len()).contains(place));
    let target = target.ok_or_else(|| {
        Error::invalid(
            "place",
            format!("{place} is not between 1 and {}, the length of the list", list.len()),
        )
    })?;
    let from = list.iter().position(|change| change.id == id).unwrap_or_default();
    let moved = list.remove(from);
    list.insert(target - 1, moved);
    for (position, change) in (0_i32..).zip(list) {
        tx.update(change, |row: &mut scenario_change::ActiveModel| {
            if row.position.as_ref() != &position {
                row.position = Set(position);
            }
        })
        .await?;
    }
    check_list(tx, &scenario).await?;
    touch(tx, scenario).await
}

async fn of_draft(
    tx: &Tx,
    id: ScenarioChangeId,
    expected_version: Option<i32>,
) -> Result<(scenario::Model, scenario_change::Model)> {
    let change = find(tx, id).await?;
    expect_version("scenario change", change.version, expected_version)?;
    Ok((require_draft(tx, change.scenario_id, None).await?, change))
}

/// Holds a change to its own rules and to what is there; the contract of a charge follows from it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub(crate) async fn require_valid(tx: &Tx, draft: &Draft) -> Result<Targets> {
    require_text_if_any("note", draft.note.as_deref(), 1_000)?;
    rules::check_subject(&draft.terms, &draft.targets)?;
    rules::check(&draft.terms)?;
    targets::require_there(tx, draft).await
}

/// The columns of a change that keeps its rules.
async fn columns(tx: &Tx, draft: Draft) -> Result<scenario_change::ActiveModel> {
    let targets = require_valid(tx, &draft).await?;
    if let Terms::SiteExit { on } = draft.terms {
        require_exit_to_come(on, tx.caller().now.date_naive())?;
    }
    targets::require_live(tx, &draft.terms, &targets).await?;
    Ok(scenario_change::ActiveModel {
        note: Set(draft.note),
        colocation_contract_id: Set(targets.colocation_contract),
        colocation_charge_id: Set(targets.colocation_charge),
        support_contract_id: Set(targets.support_contract),
        refresh_policy_id: Set(targets.refresh_policy),
        site_id: Set(targets.site),
        workload_id: Set(targets.workload),
        provider_account_id: Set(targets.provider_account),
        terms: Set(draft.terms),
        ..Default::default()
    })
}

/// Holds the whole list to what its changes say together.
async fn check_list(tx: &Tx, scenario: &scenario::Model) -> Result<()> {
    let mut changes = named(tx, &[scenario.id]).await?;
    let scenario = Named::from(scenario.clone());
    let mut missing = None;
    if changes.iter().any(|change| matches!(change.row.terms, Terms::CohortMoved { .. })) {
        let overlay = Overlay::of(scenario, changes.clone());
        missing = place_cohorts(tx, &overlay, &mut changes).await?;
    }
    require_consistent(tx, &changes).await?;
    match missing {
        None => Ok(()),
        Some(name) => {
            let message = format!("the cohort {name} is not there under the other changes of the scenario");
            Err(Error::invalid("cohortMoved.key", message))
        }
    }
}

/// Looks for the cohorts that are moved, writes down what people call them and where they stand, and says which of
/// them is not there under the other changes.
async fn place_cohorts(tx: &Tx, overlay: &Overlay, changes: &mut [Change]) -> Result<Option<String>> {
    let known = KnownCohorts::read(tx).await?;
    let recorded = known.recorded()?;
    let found = known.under(overlay)?;
    let mut missing = None;
    for change in changes.iter_mut() {
        let Terms::CohortMoved { key, label, to } = &mut change.row.terms else { continue };
        let Some((name, site)) = found.get(key.as_str()).or_else(|| recorded.get(key.as_str())).cloned()
        else {
            let message =
                format!("`{key}` names no refresh cohort; `refreshPlan` lists them with their keys");
            return Err(Error::invalid("cohortMoved.key", message));
        };
        require_to_come(*to, known.as_of)?;
        if !found.contains_key(key.as_str()) {
            missing = missing.or(Some(name.clone()));
        }
        if change.row.site_id != Some(site) || *label != name {
            label.clone_from(&name);
            let terms = change.row.terms.clone();
            let before = find(tx, change.row.id).await?;
            let edit = |row: &mut scenario_change::ActiveModel| {
                row.site_id = Set(Some(site));
                row.terms = Set(terms);
            };
            change.row = tx.update(before, edit).await?;
        }
    }
    Ok(missing)
}

/// Refuses a month in which nothing can be ordered any more.
pub(crate) fn require_to_come(to: NaiveDate, as_of: NaiveDate) -> Result<()> {
    if Month::of(to) < Month::of(as_of) {
        let message = format!("{} has passed: nothing is ordered before {as_of}", Month::of(to));
        return Err(Error::invalid("cohortMoved.to", message));
    }
    Ok(())
}

/// Refuses to leave a site on a day that has passed: that it was left is on record, and no scenario.
pub(crate) fn require_exit_to_come(on: NaiveDate, as_of: NaiveDate) -> Result<()> {
    if on < as_of {
        let message = format!("{on} has passed: no site is left before {as_of}");
        return Err(Error::invalid("siteExit.on", message));
    }
    Ok(())
}

/// Refuses a list of which two changes cannot both be, or with a cap that neither its rates nor those on record
/// convert.
///
/// # Errors
/// `Invalid` for `change`, naming both and why; for `capChanged.currency`.
pub(crate) async fn require_consistent(tx: &Tx, changes: &[Change]) -> Result<()> {
    contradictions::check(changes, &Ends::of(tx, changes).await?)?;
    targets::require_convertible(tx, changes).await
}

/// What names a cohort, and what people call it and where it stands.
pub(crate) type Cohorts = HashMap<String, (String, SiteId)>;

/// What the cohorts of a day are made of.
pub(crate) struct KnownCohorts {
    /// The day.
    pub(crate) as_of: NaiveDate,
    contracts: contracts::Contracts,
    estate: Estate,
    assets: Vec<assets::Asset>,
}

impl KnownCohorts {
    pub(crate) async fn read(tx: &Tx) -> Result<Self> {
        let as_of = tx.caller().now.date_naive();
        let contracts = contracts::Contracts::read(tx, as_of).await?;
        let estate = Estate::read(tx, &contracts.ends_by_notice()).await?;
        let assets = assets::read(tx, &estate, as_of, as_of).await?;
        Ok(Self { as_of, contracts, estate, assets })
    }

    fn recorded(&self) -> Result<Cohorts> {
        let window = Window::new(Month::of(self.as_of), 1).map_err(Error::internal)?;
        let none = Overlay::default();
        let grouped = cohorts::group(&self.estate, &self.assets, self.as_of, window, &none)?;
        let of =
            |cohort: &cohorts::Cohort| (cohort.key(&self.estate), (cohort.label(&self.estate), cohort.site));
        Ok(grouped.cohorts.iter().map(of).collect())
    }

    /// The cohorts under the changes of a scenario: those before it moves any, and those that come about by that.
    pub(crate) fn under(&self, overlay: &Overlay) -> Result<Cohorts> {
        let contracts = overlay.contracts(&self.contracts, self.as_of);
        let estate = overlay.estate(&self.estate, || contracts.ends_by_notice());
        let window = Window::new(Month::of(self.as_of), 1).map_err(Error::internal)?;
        let found = cohorts::nameable(&estate, &self.assets, self.as_of, window, overlay).into_iter();
        Ok(found.map(|(key, cohort)| (key, (cohort.label(&estate), cohort.site))).collect())
    }
}
