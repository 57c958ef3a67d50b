//! Colocation contracts: sign, change, assign sites, give notice, delete.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    contracts::{
        colocation_charge,
        colocation_contract::{self, Classification, NoticeUnit, Proration, RenewalPriceRule},
        colocation_contract_site, colocation_deployment, offer,
    },
    id::{ColocationContractId, EntityId, SiteId},
    inventory::site,
    scenarios::scenario_change,
};
use sea_orm::{
    ActiveValue::{self, Set},
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Value,
};
use uuid::Uuid;

use super::{colocation_charges, findings, invoices, terms};
use crate::{
    error::{Error, Result},
    inventory::vendors,
    rules::{blank_is_none, expect_version, require_least, require_plausible, require_range, require_text},
    scenarios::targets,
    schema::scalar::{Id, shown},
    store::{Read, Tx},
};

/// The most days that a single step is planned for: ten years.
pub(super) const MOST_PLANNED_DAYS: i32 = 3_650;

/// How many of those that rest on a contract are named when it cannot be deleted.
const MOST_NAMED: u64 = 5;

/// A colocation contract with its parts.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The contract.
    pub contract: colocation_contract::Model,
    /// Its price sheet, in order.
    pub charges: Vec<colocation_charge::Model>,
    /// The sites it is for.
    pub sites: Vec<SiteId>,
}

/// One contract.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ColocationContractId) -> Result<colocation_contract::Model> {
    let found = colocation_contract::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("colocation contract", id))
}

/// The parts of contracts, with one statement for all charges and one for all sites.
///
/// # Errors
/// Those of the database.
pub async fn with_parts(db: &impl Read, contracts: Vec<colocation_contract::Model>) -> Result<Vec<Whole>> {
    let ids: Vec<_> = contracts.iter().map(|contract| contract.id).collect();
    let mut charges = colocation_charges::of_contracts(db, ids.clone()).await?;
    let mut sites = sites_of(db, ids).await?;
    let wholes = contracts.into_iter().map(|contract| Whole {
        charges: charges.remove(&contract.id).unwrap_or_default(),
        sites: sites.remove(&contract.id).unwrap_or_default(),
        contract,
    });
    Ok(wholes.collect())
}

/// The sites that contracts are for.
///
/// # Errors
/// Those of the database.
pub async fn sites_of(
    db: &impl Read,
    ids: Vec<ColocationContractId>,
) -> Result<HashMap<ColocationContractId, Vec<SiteId>>> {
    let links = colocation_contract_site::Entity::find()
        .filter(colocation_contract_site::Column::ContractId.is_in(ids))
        .order_by_asc(colocation_contract_site::Column::Id)
        .all(db)
        .await?;
    let mut sites: HashMap<ColocationContractId, Vec<SiteId>> = HashMap::new();
    for link in links {
        sites.entry(link.contract_id).or_default().push(link.site_id);
    }
    Ok(sites)
}

/// The currencies of contracts.
///
/// # Errors
/// Those of the database.
pub async fn currencies(db: &impl Read, ids: Vec<Uuid>) -> Result<HashMap<ColocationContractId, String>> {
    let found: Vec<(ColocationContractId, String)> = colocation_contract::Entity::find()
        .select_only()
        .column(colocation_contract::Column::Id)
        .column(colocation_contract::Column::Currency)
        .filter(colocation_contract::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// Signs a contract for sites, with its price sheet.
///
/// # Errors
/// `NotFound` for a vendor or a site that is not there, `Invalid` when the number is taken or a rule of
/// [`check`] is broken.
pub async fn sign(
    tx: &Tx,
    mut row: colocation_contract::ActiveModel,
    sites: &[SiteId],
    charges: Vec<colocation_charge::ActiveModel>,
) -> Result<colocation_contract::Model> {
    row.id = Set(tx.new_id());
    blank_is_none(&mut row.owner);
    blank_is_none(&mut row.master_agreement);
    default(&mut row.auto_renew, false);
    default(&mut row.renewal_price_rule, RenewalPriceRule::FixedUplift);
    default(&mut row.notice_unit, NoticeUnit::CalendarDays);
    default(&mut row.proration, Proration::ActualDaysCalendar);
    default(&mut row.classification, Classification::Undetermined);
    check_numbers(&row)?;
    if let Some(vendor) = row.vendor_id.try_as_ref() {
        vendors::find(tx, *vendor).await?;
    }
    check_sites(tx, sites).await?;
    if let (Some(id), Some(number)) = (row.id.try_as_ref(), row.number.try_as_ref()) {
        require_free_number(tx, *id, number).await?;
    }
    let contract = tx.insert(row).await?;
    for site_id in sites {
        link(tx, contract.id, *site_id).await?;
    }
    for (position, mut charge) in (0..).zip(charges) {
        charge.position = Set(position);
        let under = |error: Error| error.under(&format!("charges[{position}]"));
        colocation_charges::write(tx, contract.id, charge).await.map_err(under)?;
    }
    check(tx, &contract).await?;
    Ok(contract)
}

/// Changes the terms of a contract.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: ColocationContractId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut colocation_contract::ActiveModel) -> Result<()>,
) -> Result<colocation_contract::Model> {
    let before = find(tx, id).await?;
    expect_version("colocation contract", before.version, expected_version)?;
    let mut row = before.clone().into_active_model();
    edit(&mut row)?;
    blank_is_none(&mut row.owner);
    blank_is_none(&mut row.master_agreement);
    check_numbers(&row)?;
    if let Set(vendor) = row.vendor_id {
        vendors::find(tx, vendor).await?;
    }
    if let Set(number) = &row.number {
        require_free_number(tx, id, number).await?;
    }
    let after = tx.update(before.clone(), |changed| *changed = row).await?;
    check(tx, &after).await?;
    invoices::move_deadlines(tx, &before, &after).await?;
    Ok(after)
}

/// Sets what leaving a contract early costs, or that nothing is known of it.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` for a rule that cannot be applied.
pub async fn set_termination_rule(
    tx: &Tx,
    id: ColocationContractId,
    expected_version: Option<i32>,
    rule: Option<colocation_contract::TerminationRule>,
) -> Result<colocation_contract::Model> {
    update(tx, id, expected_version, |row| {
        row.termination_rule = Set(rule);
        Ok(())
    })
    .await
}

/// Assigns a site to a contract.
///
/// # Errors
/// `NotFound` when there is no such contract or site, `Conflict` when it is assigned already.
pub async fn assign_site(
    tx: &Tx,
    id: ColocationContractId,
    site_id: SiteId,
) -> Result<colocation_contract::Model> {
    let contract = find(tx, id).await?;
    check_sites(tx, &[site_id]).await?;
    if link_of(tx, id, site_id).await?.is_some() {
        return Err(Error::Conflict(format!("the contract {} is for that site already", contract.number)));
    }
    link(tx, id, site_id).await?;
    Ok(contract)
}

/// Withdraws a site from a contract.
///
/// # Errors
/// `NotFound` when it is not assigned, `Conflict` while a charge is for it.
pub async fn withdraw_site(
    tx: &Tx,
    id: ColocationContractId,
    site_id: SiteId,
) -> Result<colocation_contract::Model> {
    let contract = find(tx, id).await?;
    let link = link_of(tx, id, site_id).await?;
    let link = link.ok_or_else(|| Error::not_found("site of the contract", site_id))?;
    let charges = colocation_charges::of_contracts(tx, vec![id]).await?;
    let for_it =
        charges.get(&id).into_iter().flatten().filter(|charge| charge.site_id == Some(site_id)).count();
    if for_it > 0 {
        let message = format!("{for_it} charges of the contract are for that site, change or remove them");
        return Err(Error::Conflict(message));
    }
    tx.delete(link).await?;
    Ok(contract)
}

/// Records that notice was given.
///
/// # Errors
/// `Invalid` for a day in the future or before the signature, `Conflict` when notice is recorded already.
pub async fn record_notice(
    tx: &Tx,
    id: ColocationContractId,
    expected_version: Option<i32>,
    on: NaiveDate,
    evidence: Option<String>,
) -> Result<colocation_contract::Model> {
    let contract = find(tx, id).await?;
    expect_version("colocation contract", contract.version, expected_version)?;
    let today = tx.caller().now.date_naive();
    check_notice(on, today, contract.signed_on, &contract.number, contract.notice_given_on)?;
    update(tx, id, expected_version, |row| {
        row.notice_given_on = Set(Some(on));
        row.notice_evidence = Set(evidence);
        Ok(())
    })
    .await
}

/// Withdraws a notice: the contract renews as if none had been given.
///
/// # Errors
/// `Conflict` when no notice is recorded.
pub async fn withdraw_notice(
    tx: &Tx,
    id: ColocationContractId,
    expected_version: Option<i32>,
) -> Result<colocation_contract::Model> {
    let contract = find(tx, id).await?;
    expect_version("colocation contract", contract.version, expected_version)?;
    if contract.notice_given_on.is_none() {
        return Err(Error::Conflict(format!("no notice is recorded for the contract {}", contract.number)));
    }
    update(tx, id, expected_version, |row| {
        row.notice_given_on = Set(None);
        row.notice_evidence = Set(None);
        Ok(())
    })
    .await
}

/// Deletes a contract that was recorded by mistake, with its parts.
///
/// # Errors
/// `Conflict` for a stale version.
pub async fn delete(
    tx: &Tx,
    id: ColocationContractId,
    expected_version: Option<i32>,
) -> Result<colocation_contract::Model> {
    let contract = find(tx, id).await?;
    expect_version("colocation contract", contract.version, expected_version)?;
    require_bare(tx, &contract).await?;
    let what = format!("the contract {}", contract.number);
    targets::require_unused(tx, scenario_change::Column::ColocationContractId, id, &what).await?;
    let links = colocation_contract_site::Entity::find()
        .filter(colocation_contract_site::Column::ContractId.eq(id))
        .all(tx)
        .await?;
    // Part by part: what the database deletes by itself leaves no change record.
    for link in links {
        tx.delete(link).await?;
    }
    for charge in colocation_charges::of_contracts(tx, vec![id]).await?.into_values().flatten() {
        tx.delete(charge).await?;
    }
    tx.delete(contract.clone()).await?;
    Ok(contract)
}

/// Refuses to delete a contract that deployments, invoices or offers rest on.
async fn require_bare(tx: &Tx, contract: &colocation_contract::Model) -> Result<()> {
    let of_it = colocation_deployment::Column::ContractId.eq(contract.id);
    let deployments: Vec<String> = colocation_deployment::Entity::find()
        .select_only()
        .column(colocation_deployment::Column::Name)
        .filter(of_it)
        .order_by_asc(colocation_deployment::Column::Name)
        .limit(MOST_NAMED)
        .into_tuple()
        .all(tx)
        .await?;
    let of_it = offer::Column::ColocationContractId.eq(contract.id);
    let offers: Vec<String> = offer::Entity::find()
        .select_only()
        .column(offer::Column::Reference)
        .filter(of_it)
        .order_by_asc(offer::Column::Reference)
        .limit(MOST_NAMED)
        .into_tuple()
        .all(tx)
        .await?;
    let invoices = invoices::numbers_of(tx, contract.id, MOST_NAMED).await?;
    for (what, names) in [("invoice", invoices), ("deployment", deployments), ("offer", offers)] {
        if !names.is_empty() {
            let (number, names) = (&contract.number, names.join(", "));
            let message =
                format!("the contract {number} has the {what} {names}; remove what rests on it first");
            return Err(Error::Conflict(message));
        }
    }
    Ok(())
}

/// The rules of a contract with its parts, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub async fn check(tx: &Tx, contract: &colocation_contract::Model) -> Result<()> {
    let wholes = with_parts(tx, vec![contract.clone()]).await?;
    wholes.iter().try_for_each(check_whole)
}

/// [`check`] for a contract whose parts have been read.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check_whole(whole: &Whole) -> Result<()> {
    let contract = &whole.contract;
    require_text("number", &contract.number, 100)?;
    crate::schema::scalar::currency(&contract.currency, "currency")?;
    require_plausible("term.signedOn", Some(contract.signed_on))?;
    require_plausible("term.billingStartsOn", Some(contract.billing_starts_on))?;
    if let Some(rule) = &contract.termination_rule {
        terms::termination_rule(rule)?;
    }
    match errors(whole).into_iter().next() {
        Some(finding) => Err(finding.into()),
        None => Ok(()),
    }
}

/// What keeps a contract from being written.
pub(super) fn errors(whole: &Whole) -> Vec<findings::Finding> {
    let mut errors = findings::of_colocation(&whole.contract, &whole.charges);
    errors.retain(|finding| finding.is_error);
    for (position, charge) in whole.charges.iter().enumerate() {
        if let Some(site) = charge.site_id.filter(|site| !whole.sites.contains(site)) {
            let field = format!("charges[{position}].site");
            errors.push(findings::Finding::error(&field, Id(site), "not a site of the contract"));
        }
    }
    errors
}

/// The rules of a notice of any contract.
pub(super) fn check_notice(
    on: NaiveDate,
    today: NaiveDate,
    signed_on: NaiveDate,
    number: &str,
    given_on: Option<NaiveDate>,
) -> Result<()> {
    if on > today {
        return Err(Error::invalid("on", format!("{on} lies in the future, today is {today}")));
    }
    if on < signed_on {
        return Err(Error::invalid("on", format!("{on} lies before the contract began on {signed_on}")));
    }
    match given_on {
        Some(given) => {
            let message = format!("notice for the contract {number} is recorded already, on {given}");
            Err(Error::Conflict(message))
        }
        None => Ok(()),
    }
}

/// What the table would refuse without naming the value.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check_numbers(row: &colocation_contract::ActiveModel) -> Result<()> {
    let minimum = row.notice_minimum.try_as_ref().copied();
    let maximum = row.notice_maximum.try_as_ref().copied().flatten();
    require_least("term.months", row.initial_term_months.try_as_ref().copied(), 1)?;
    require_least("renewal.months", row.renewal_term_months.try_as_ref().copied().flatten(), 1)?;
    require_least("renewal.maximum", row.maximum_renewals.try_as_ref().copied().flatten(), 0)?;
    require_least("notice.minimum", minimum, 0)?;
    require_least("notice.maximum", maximum, 0)?;
    require_least("disputeWindowDays", row.dispute_window_days.try_as_ref().copied().flatten(), 0)?;
    for (field, column) in [
        ("planning.decisionLeadDays", &row.decision_lead_days),
        ("planning.proposalLeadDays", &row.proposal_lead_days),
        ("planning.migrationDays", &row.migration_days),
        ("planning.decommissionBufferDays", &row.decommission_buffer_days),
    ] {
        if let Some(days) = column.try_as_ref().copied().flatten() {
            require_range(field, days, 0, MOST_PLANNED_DAYS)?;
        }
    }
    let holdover = row.holdover_multiplier.try_as_ref().copied().flatten();
    require_least("holdoverMultiplier", holdover, entity::money::Rate::ZERO)?;
    if let (Some(minimum), Some(maximum)) = (minimum, maximum)
        && maximum < minimum
    {
        let message =
            format!("{maximum} is less than the latest notice of {minimum}, so no day would be valid");
        return Err(Error::invalid("notice.maximum", message));
    }
    Ok(())
}

/// Refuses a number that another contract has.
async fn require_free_number(tx: &Tx, id: ColocationContractId, number: &str) -> Result<()> {
    use colocation_contract::Column as C;
    let same = colocation_contract::Entity::find().filter(C::Number.eq(number)).filter(C::Id.ne(id));
    match same.one(tx).await? {
        Some(_) => {
            let message = format!("{} is the number of another colocation contract already", shown(number));
            Err(Error::invalid("number", message))
        }
        None => Ok(()),
    }
}

async fn check_sites(tx: &Tx, sites: &[SiteId]) -> Result<()> {
    let found = site::Entity::find().filter(site::Column::Id.is_in(sites.iter().copied())).all(tx).await?;
    for (place, id) in sites.iter().enumerate() {
        if !found.iter().any(|site| site.id == *id) {
            return Err(Error::not_found(SiteId::KIND, id));
        }
        if sites.iter().take(place).any(|earlier| earlier == id) {
            return Err(Error::invalid(format!("sites[{place}]"), format!("{} is named twice", Id(*id))));
        }
    }
    Ok(())
}

async fn link(tx: &Tx, contract_id: ColocationContractId, site_id: SiteId) -> Result<()> {
    let id = Set(tx.new_id());
    let row = colocation_contract_site::ActiveModel {
        id,
        contract_id: Set(contract_id),
        site_id: Set(site_id),
        ..Default::default()
    };
    tx.insert(row).await?;
    Ok(())
}

async fn link_of(
    tx: &Tx,
    contract_id: ColocationContractId,
    site_id: SiteId,
) -> Result<Option<colocation_contract_site::Model>> {
    let found = colocation_contract_site::Entity::find()
        .filter(colocation_contract_site::Column::ContractId.eq(contract_id))
        .filter(colocation_contract_site::Column::SiteId.eq(site_id))
        .one(tx)
        .await?;
    Ok(found)
}

/// Gives a column a value where it has none.
pub(super) fn default<T: Into<Value>>(column: &mut ActiveValue<T>, value: T) {
    if column.is_not_set() {
        *column = Set(value);
    }
}
