//! Charges of colocation contracts: add, change, remove.

use std::collections::HashMap;

use entity::{
    contracts::{
        colocation_charge::{self, Abatements, Billing, ChargeKind, Ramp},
        colocation_circuit, colocation_contract, invoice_line,
    },
    id::{ColocationChargeId, ColocationContractId},
    money::{Amount, Rate},
    scenarios::scenario_change,
};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder,
};

use super::{
    colocation_contracts::{self, default},
    power_units, terms,
};
use crate::{
    error::{Error, Result},
    inventory::{assets, sites},
    rules::{expect_version, require_least, require_order, require_plausible},
    scenarios::targets,
    store::{Read, Tx},
};

/// One charge.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ColocationChargeId) -> Result<colocation_charge::Model> {
    let found = colocation_charge::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("colocation charge", id))
}

/// The price sheets of contracts, each in order.
///
/// # Errors
/// Those of the database.
pub async fn of_contracts(
    db: &impl Read,
    ids: Vec<ColocationContractId>,
) -> Result<HashMap<ColocationContractId, Vec<colocation_charge::Model>>> {
    let found = colocation_charge::Entity::find()
        .filter(colocation_charge::Column::ContractId.is_in(ids))
        .order_by_asc(colocation_charge::Column::Position)
        .order_by_asc(colocation_charge::Column::Id)
        .all(db)
        .await?;
    let mut sheets: HashMap<_, Vec<_>> = HashMap::new();
    for charge in found {
        sheets.entry(charge.contract_id).or_default().push(charge);
    }
    Ok(sheets)
}

/// Adds a charge to the end of a contract's price sheet.
///
/// # Errors
/// `NotFound` when there is no such contract or site, `Invalid` when a rule of the contract is broken.
pub async fn add(
    tx: &Tx,
    contract_id: ColocationContractId,
    mut row: colocation_charge::ActiveModel,
) -> Result<colocation_charge::Model> {
    let contract = colocation_contracts::find(tx, contract_id).await?;
    let sheet = of_contracts(tx, vec![contract_id]).await?;
    let last = sheet.get(&contract_id).into_iter().flatten().map(|charge| charge.position).max();
    row.position = Set(last.map_or(0, |last| last.saturating_add(1)));
    check_site(tx, &row).await?;
    let charge = write(tx, contract_id, row).await?;
    check(tx, contract, &charge).await?;
    Ok(charge)
}

/// Changes a charge.
///
/// # Errors
/// `Conflict` for a stale version, otherwise as [`add`].
pub async fn update(
    tx: &Tx,
    id: ColocationChargeId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut colocation_charge::ActiveModel) -> Result<()>,
) -> Result<colocation_charge::Model> {
    let before = find(tx, id).await?;
    expect_version("colocation charge", before.version, expected_version)?;
    let mut row = before.clone().into_active_model();
    edit(&mut row)?;
    check_site(tx, &row).await?;
    check_numbers(&row)?;
    let contract = colocation_contracts::find(tx, before.contract_id).await?;
    let after = tx.update(before, |changed| *changed = row).await?;
    check(tx, contract, &after).await?;
    Ok(after)
}

/// Removes a charge, and answers with its contract.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn remove(
    tx: &Tx,
    id: ColocationChargeId,
    expected_version: Option<i32>,
) -> Result<colocation_contract::Model> {
    let charge = find(tx, id).await?;
    expect_version("colocation charge", charge.version, expected_version)?;
    let contract = colocation_contracts::find(tx, charge.contract_id).await?;
    require_unbilled(tx, &charge).await?;
    let number = charge.position.saturating_add(1);
    let what = format!("charge {number} of the contract {}", contract.number);
    targets::require_unused(tx, scenario_change::Column::ColocationChargeId, id, &what).await?;
    tx.delete(charge).await?;
    Ok(contract)
}

/// Refuses to remove a charge that lines of invoices or circuits refer to.
async fn require_unbilled(tx: &Tx, charge: &colocation_charge::Model) -> Result<()> {
    let lines = invoice_line::Entity::find().filter(invoice_line::Column::ChargeId.eq(charge.id));
    let circuits =
        colocation_circuit::Entity::find().filter(colocation_circuit::Column::ChargeId.eq(charge.id));
    let (lines, circuits) = (lines.count(tx).await?, circuits.count(tx).await?);
    if lines + circuits > 0 {
        let message = format!(
            "{lines} lines of invoices and {circuits} circuits refer to the charge; end it instead, or change those first"
        );
        return Err(Error::Conflict(message));
    }
    Ok(())
}

/// Writes a charge without looking at its contract, which the caller checks when all parts are written.
pub(super) async fn write(
    tx: &Tx,
    contract_id: ColocationContractId,
    mut row: colocation_charge::ActiveModel,
) -> Result<colocation_charge::Model> {
    row.id = Set(tx.new_id());
    row.contract_id = Set(contract_id);
    default(&mut row.billing, Billing::Advance);
    default(&mut row.ramp, Ramp::default());
    default(&mut row.abatements, Abatements::default());
    if row.quantity.is_not_set() {
        row.quantity = Set(quantity(&row)?);
    }
    check_numbers(&row)?;
    tx.insert(row).await
}

/// The quantity that the other terms state: the last step of the ramp or the expected draw.
fn quantity(row: &colocation_charge::ActiveModel) -> Result<Rate> {
    let last = row.ramp.try_as_ref().and_then(|ramp| ramp.0.last()).map(|step| step.kilowatts);
    let metering = row.metering.try_as_ref().and_then(Option::as_ref);
    let last = last.map(|kilowatts| ("ramp", kilowatts));
    let average = metering.and_then(|metering| metering.average_kilowatts);
    let stated = last.or_else(|| average.map(|kilowatts| ("metering.averageKilowatts", kilowatts)));
    let missing = || Error::invalid("quantity", "is missing, and neither a ramp nor a meter states it");
    let (field, kilowatts) = stated.ok_or_else(missing)?;
    Rate::try_from_decimal(kilowatts).map_err(|cause| Error::invalid(field, cause))
}

/// The rules of a contract, as far as they concern one charge: fields are the charge's own.
async fn check(
    tx: &Tx,
    contract: colocation_contract::Model,
    charge: &colocation_charge::Model,
) -> Result<()> {
    let wholes = colocation_contracts::with_parts(tx, vec![contract]).await?;
    wholes.iter().try_for_each(|whole| check_in(whole, charge))
}

/// The rules of a contract whose parts have been read, as far as they concern one of its charges: fields are the
/// charge's own.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check_in(whole: &colocation_contracts::Whole, charge: &colocation_charge::Model) -> Result<()> {
    let position = whole.charges.iter().position(|other| other.id == charge.id);
    let prefix = format!("charges[{}].", position.unwrap_or_default());
    for mut finding in colocation_contracts::errors(whole) {
        if let Some(field) = finding.field.strip_prefix(&prefix) {
            finding.field = field.to_owned();
            return Err(finding.into());
        }
    }
    Ok(())
}

async fn check_site(tx: &Tx, row: &colocation_charge::ActiveModel) -> Result<()> {
    if let Set(Some(site)) = row.site_id {
        sites::find(tx, site).await?;
    }
    if let Set(Some(asset)) = row.asset_id {
        assets::find(tx, asset).await?;
    }
    Ok(())
}

/// What the table would refuse without naming the value.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check_numbers(row: &colocation_charge::ActiveModel) -> Result<()> {
    require_least("unitPrice", row.unit_price_amount.try_as_ref().copied(), Amount::ZERO)?;
    let metering = row.metering.try_as_ref().and_then(Option::as_ref);
    let average = metering.and_then(|metering| metering.average_kilowatts);
    require_least("metering.averageKilowatts", average, Decimal::ZERO)?;
    require_least("quantity", row.quantity.try_as_ref().copied(), Rate::ZERO)?;
    require_least("peakKilowatts", row.peak_kilowatts.try_as_ref().copied().flatten(), Rate::ZERO)?;
    if let Some(kind) = row.kind.try_as_ref() {
        let word = kind.to_value();
        if *kind != ChargeKind::SpaceKw && row.peak_kilowatts.try_as_ref().copied().flatten().is_some() {
            let message = format!("is refused of {word}: only SPACE_KW is billed by the kilowatt");
            return Err(Error::invalid("peakKilowatts", message));
        }
        let is_ramp = row.ramp.try_as_ref().is_some_and(|ramp| !ramp.0.is_empty());
        if is_ramp && !matches!(kind, ChargeKind::SpaceKw | ChargeKind::PowerMetered) {
            let message = format!(
                "is refused of {word}: it is in kilowatts, which only SPACE_KW and POWER_METERED have"
            );
            return Err(Error::invalid("ramp", message));
        }
    }
    power_units::check(row)?;
    if let Some(overage) = row.overage.try_as_ref().and_then(Option::as_ref) {
        if row.kind.try_as_ref().is_some_and(|kind| *kind != ChargeKind::SpaceKw) {
            let message = "is refused: only SPACE_KW has a commitment that can be passed";
            return Err(Error::invalid("overage", message));
        }
        terms::overage(overage).check().map_err(|cause| match cause {
            forecasting::ForecastError::Invalid { field: "buffer", .. } => {
                Error::invalid("overage.bufferRate", cause)
            }
            cause => Error::invalid("overage.multiplier", cause),
        })?;
    }
    let from = row.from_on.try_as_ref().copied().flatten();
    let to = row.to_on.try_as_ref().copied().flatten();
    require_plausible("fromOn", from)?;
    require_plausible("toOn", to)?;
    require_order("toOn", from, to, "the first day")
}
