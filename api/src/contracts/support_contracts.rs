//! Support contracts: sign, change, cover assets, give notice, delete.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    contracts::{offer, support_contract, support_coverage},
    id::{AssetId, EntityId, SupportContractId},
    inventory::asset,
    money::Amount,
    scenarios::scenario_change,
};
use forecasting::explain::Explanation;
use rust_decimal::Decimal;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, TryIntoModel,
};

use super::{
    colocation_contracts::{MOST_PLANNED_DAYS, check_notice, default},
    findings, terms,
};
use crate::{
    error::{Error, Result},
    inventory::vendors,
    rules::{
        blank_is_none, draft, expect_version, require_least, require_order, require_plausible, require_range,
        require_text,
    },
    scenarios::targets,
    schema::scalar::shown,
    store::{Read, Tx},
};

/// One contract.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: SupportContractId) -> Result<support_contract::Model> {
    let found = support_contract::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("support contract", id))
}

/// What the first year of a contract costs, and how that came about.
///
/// # Errors
/// `Invalid` for terms that cannot be computed.
pub fn annual_cost(contract: &support_contract::Model) -> Result<(Decimal, Explanation)> {
    let value = terms::support(contract)?;
    let explanation = match contract.billing_frequency {
        support_contract::BillingFrequency::Prepaid => {
            Explanation::new("charge x 12 / months of the term, rounded once")
                .input("months of the term", value.term_months)
        }
        support_contract::BillingFrequency::Monthly => Explanation::new("charge x 12"),
        support_contract::BillingFrequency::Quarterly => Explanation::new("charge x 4"),
        support_contract::BillingFrequency::Yearly => Explanation::new("charge"),
    };
    let explanation = explanation
        .input("charge", contract.charge_amount)
        .assume("the price of the first twelve months, before any rise");
    Ok((value.currency.round(value.yearly_price), explanation))
}

/// Signs a contract that covers assets.
///
/// # Errors
/// `NotFound` for a vendor or an asset that is not there, `Invalid` when the number is taken or a rule of
/// [`check`] is broken.
pub async fn sign(
    tx: &Tx,
    mut row: support_contract::ActiveModel,
    assets: &[AssetId],
) -> Result<support_contract::Model> {
    row.id = Set(tx.new_id());
    blank_is_none(&mut row.owner);
    blank_is_none(&mut row.level);
    default(&mut row.auto_renew, false);
    check_numbers(&row)?;
    if let Some(vendor) = row.vendor_id.try_as_ref() {
        vendors::find(tx, *vendor).await?;
    }
    let new = draft(&row)?;
    check(&new)?;
    require_free_number(tx, &new).await?;
    let contract = tx.insert(row).await?;
    for (place, outcome) in cover(tx, contract.id, assets, (None, None)).await?.into_iter().enumerate() {
        outcome.map_err(|error| error.under(&format!("assets[{place}]")))?;
    }
    Ok(contract)
}

/// Changes the terms of a contract.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: SupportContractId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut support_contract::ActiveModel) -> Result<()>,
) -> Result<support_contract::Model> {
    let before = find(tx, id).await?;
    expect_version("support contract", before.version, expected_version)?;
    let mut row = before.clone().into_active_model();
    edit(&mut row)?;
    blank_is_none(&mut row.owner);
    blank_is_none(&mut row.level);
    check_numbers(&row)?;
    if let Set(vendor) = row.vendor_id {
        vendors::find(tx, vendor).await?;
    }
    let after = row.clone().try_into_model()?;
    check(&after)?;
    if after.number != before.number {
        require_free_number(tx, &after).await?;
    }
    tx.update(before, |changed| *changed = row).await
}

/// Covers assets, each by itself: one that cannot be covered leaves the others covered. In the order given.
///
/// # Errors
/// `NotFound` when there is no such contract, `Invalid` for a period outside of the contract's.
pub async fn cover(
    tx: &Tx,
    id: SupportContractId,
    assets: &[AssetId],
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
) -> Result<Vec<Result<support_coverage::Model>>> {
    let contract = find(tx, id).await?;
    check_period(&contract, from, to)?;
    let existing: HashSet<AssetId> = asset::Entity::find()
        .select_only()
        .column(asset::Column::Id)
        .filter(asset::Column::Id.is_in(assets.iter().copied()))
        .into_tuple()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    let mut covered: HashSet<AssetId> =
        coverages(tx, id, assets).await?.into_iter().map(|coverage| coverage.asset_id).collect();
    let mut outcomes = Vec::with_capacity(assets.len());
    for asset_id in assets {
        outcomes.push(if !existing.contains(asset_id) {
            Err(Error::not_found(AssetId::KIND, asset_id))
        } else if !covered.insert(*asset_id) {
            Err(Error::Conflict(format!("the contract {} covers the asset already", contract.number)))
        } else {
            let row = support_coverage::ActiveModel {
                id: Set(tx.new_id()),
                contract_id: Set(id),
                asset_id: Set(*asset_id),
                from_on: Set(from),
                to_on: Set(to),
                ..Default::default()
            };
            Ok(tx.insert(row).await?)
        });
    }
    Ok(outcomes)
}

/// Ends the coverage of assets, each by itself. In the order given.
///
/// # Errors
/// `NotFound` when there is no such contract.
pub async fn uncover(
    tx: &Tx,
    id: SupportContractId,
    assets: &[AssetId],
) -> Result<Vec<Result<support_coverage::Model>>> {
    find(tx, id).await?;
    let found = coverages(tx, id, assets).await?;
    let mut found: HashMap<_, _> = found.into_iter().map(|coverage| (coverage.asset_id, coverage)).collect();
    let mut outcomes = Vec::with_capacity(assets.len());
    for asset_id in assets {
        outcomes.push(match found.remove(asset_id) {
            Some(coverage) => {
                tx.delete(coverage.clone()).await?;
                Ok(coverage)
            }
            None => Err(Error::not_found("coverage of the asset", asset_id)),
        });
    }
    Ok(outcomes)
}

/// Records that notice was given.
///
/// # Errors
/// `Invalid` for a day in the future or before the start, `Conflict` when notice is recorded already.
pub async fn record_notice(
    tx: &Tx,
    id: SupportContractId,
    expected_version: Option<i32>,
    on: NaiveDate,
) -> Result<support_contract::Model> {
    let contract = find(tx, id).await?;
    expect_version("support contract", contract.version, expected_version)?;
    let today = tx.caller().now.date_naive();
    check_notice(on, today, contract.starts_on, &contract.number, contract.notice_given_on)?;
    update(tx, id, expected_version, |row| {
        row.notice_given_on = Set(Some(on));
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
    id: SupportContractId,
    expected_version: Option<i32>,
) -> Result<support_contract::Model> {
    let contract = find(tx, id).await?;
    expect_version("support contract", contract.version, expected_version)?;
    if contract.notice_given_on.is_none() {
        return Err(Error::Conflict(format!("no notice is recorded for the contract {}", contract.number)));
    }
    update(tx, id, expected_version, |row| {
        row.notice_given_on = Set(None);
        Ok(())
    })
    .await
}

/// Deletes a contract that was recorded by mistake, with its coverage.
///
/// # Errors
/// `Conflict` for a stale version.
pub async fn delete(
    tx: &Tx,
    id: SupportContractId,
    expected_version: Option<i32>,
) -> Result<support_contract::Model> {
    let contract = find(tx, id).await?;
    expect_version("support contract", contract.version, expected_version)?;
    if let Some(offer) = offer::Entity::find().filter(offer::Column::SupportContractId.eq(id)).one(tx).await?
    {
        let message = format!(
            "the offer {} is about the contract {}, remove it first",
            offer.reference, contract.number
        );
        return Err(Error::Conflict(message));
    }
    let what = format!("the contract {}", contract.number);
    targets::require_unused(tx, scenario_change::Column::SupportContractId, id, &what).await?;
    let coverages =
        support_coverage::Entity::find().filter(support_coverage::Column::ContractId.eq(id)).all(tx).await?;
    // Part by part: what the database deletes by itself leaves no change record.
    for coverage in coverages {
        tx.delete(coverage).await?;
    }
    tx.delete(contract.clone()).await?;
    Ok(contract)
}

/// The rules of a contract, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(contract: &support_contract::Model) -> Result<()> {
    require_text("number", &contract.number, 100)?;
    crate::schema::scalar::currency(&contract.currency, "currency")?;
    require_plausible("startsOn", Some(contract.starts_on))?;
    require_plausible("endsOn", Some(contract.ends_on))?;
    match findings::of_support(contract).into_iter().find(|finding| finding.is_error) {
        Some(finding) => Err(finding.into()),
        None => Ok(()),
    }
}

/// Refuses a number that another contract has.
async fn require_free_number(tx: &Tx, contract: &support_contract::Model) -> Result<()> {
    use support_contract::Column as C;
    let same = support_contract::Entity::find().filter(C::Number.eq(&contract.number));
    match same.filter(C::Id.ne(contract.id)).one(tx).await? {
        Some(taken) => {
            let message =
                format!("{} is the number of another support contract already", shown(&taken.number));
            Err(Error::invalid("number", message))
        }
        None => Ok(()),
    }
}

/// What the table would refuse without naming the value.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check_numbers(row: &support_contract::ActiveModel) -> Result<()> {
    let (starts, ends) = (row.starts_on.try_as_ref().copied(), row.ends_on.try_as_ref().copied());
    require_order("endsOn", starts, ends, "the start")?;
    require_least("charge", row.charge_amount.try_as_ref().copied(), Amount::ZERO)?;
    require_least("renewal.months", row.renewal_term_months.try_as_ref().copied().flatten(), 1)?;
    let minimum = row.notice_days.try_as_ref().copied().flatten();
    let maximum = row.notice_days_maximum.try_as_ref().copied().flatten();
    require_least("noticeDays", minimum, 0)?;
    for (field, column) in [
        ("noticeDaysMaximum", &row.notice_days_maximum),
        ("planning.decisionLeadDays", &row.decision_lead_days),
        ("planning.proposalLeadDays", &row.proposal_lead_days),
        ("planning.migrationDays", &row.migration_days),
        ("planning.decommissionBufferDays", &row.decommission_buffer_days),
    ] {
        if let Some(days) = column.try_as_ref().copied().flatten() {
            require_range(field, days, 0, MOST_PLANNED_DAYS)?;
        }
    }
    match (minimum, maximum) {
        (None, Some(maximum)) => {
            let message = format!("{maximum} is refused: no latest notice is agreed");
            Err(Error::invalid("noticeDaysMaximum", message))
        }
        (Some(minimum), Some(maximum)) if maximum < minimum => {
            let message =
                format!("{maximum} is less than the latest notice of {minimum}, so no day would be valid");
            Err(Error::invalid("noticeDaysMaximum", message))
        }
        _ => Ok(()),
    }
}

/// The rules of the days on which an asset is covered.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check_period(
    contract: &support_contract::Model,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Result<()> {
    require_order("toOn", from.or(Some(contract.starts_on)), to, "the first day covered")?;
    match from.filter(|from| *from < contract.starts_on) {
        Some(from) => {
            let message = format!("{from} lies before the contract starts on {}", contract.starts_on);
            Err(Error::invalid("fromOn", message))
        }
        None => Ok(()),
    }
}

async fn coverages(
    db: &impl Read,
    id: SupportContractId,
    assets: &[AssetId],
) -> Result<Vec<support_coverage::Model>> {
    let found = support_coverage::Entity::find()
        .filter(support_coverage::Column::ContractId.eq(id))
        .filter(support_coverage::Column::AssetId.is_in(assets.iter().copied()))
        .all(db)
        .await?;
    Ok(found)
}
