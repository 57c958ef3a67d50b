//! Power circuits under colocation contracts: add, change, remove.

use entity::{
    contracts::{colocation_circuit, colocation_reading},
    id::ColocationCircuitId,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, TryIntoModel,
};

use super::{colocation_charges, colocation_deployments, power};
use crate::{
    error::{Error, Result},
    inventory::racks,
    rules::{draft, expect_version, require_order, require_plausible, require_text, require_text_if_any},
    schema::scalar::Id,
    store::{Read, Tx},
};

/// One colocation circuit.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ColocationCircuitId) -> Result<colocation_circuit::Model> {
    colocation_circuit::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("colocation circuit", id))
}

/// Records a colocation circuit.
///
/// # Errors
/// `NotFound` for what it refers to and is not there, `Invalid` when a rule of [`check`] is broken.
pub async fn record(tx: &Tx, mut row: colocation_circuit::ActiveModel) -> Result<colocation_circuit::Model> {
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    check_references(tx, &new).await?;
    tx.insert(row).await
}

/// Changes a colocation circuit.
///
/// # Errors
/// `Conflict` for a stale version, otherwise as when it is recorded.
pub async fn update(
    tx: &Tx,
    id: ColocationCircuitId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut colocation_circuit::ActiveModel) -> Result<()>,
) -> Result<colocation_circuit::Model> {
    let before = find(tx, id).await?;
    expect_version("colocation circuit", before.version, expected_version)?;
    let mut row = before.clone().into_active_model();
    edit(&mut row)?;
    let after = row.clone().try_into_model()?;
    check(&after)?;
    check_references(tx, &after).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes a colocation circuit that was recorded by mistake.
///
/// # Errors
/// `Conflict` for a stale version, and while readings of it are recorded.
pub async fn remove(tx: &Tx, id: ColocationCircuitId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("colocation circuit", row.version, expected_version)?;
    let of_it = colocation_reading::Column::CircuitId.eq(id);
    let readings = colocation_reading::Entity::find().filter(of_it).count(tx).await?;
    if readings > 0 {
        let message = format!(
            "{readings} readings of the circuit {} are recorded; say when it was returned",
            row.reference
        );
        return Err(Error::Conflict(message));
    }
    tx.delete(row).await
}

/// The rules of a circuit, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(circuit: &colocation_circuit::Model) -> Result<()> {
    require_text("reference", &circuit.reference, 100)?;
    require_text("cabinet", &circuit.cabinet, 100)?;
    require_text_if_any("pair", circuit.pair.as_deref(), 100)?;
    require_text_if_any("source", circuit.source.as_deref(), 500)?;
    if !matches!(circuit.phases, 1 | 3) {
        return Err(Error::invalid("phases", format!("{} is neither 1 nor 3", circuit.phases)));
    }
    for (field, day) in [
        ("billedFromOn", circuit.billed_from_on),
        ("billedToOn", circuit.billed_to_on),
        ("returnedOn", circuit.returned_on),
    ] {
        require_plausible(field, day)?;
    }
    require_order("billedToOn", circuit.billed_from_on, circuit.billed_to_on, "the first day billed")?;
    power::circuit(circuit).usable_kva().map(|_| ()).map_err(|cause| match cause {
        forecasting::ForecastError::Invalid { field, .. } => {
            let field = match field {
                "voltage" => "volts",
                "amps" => "amperes",
                other => other,
            };
            Error::invalid(field, cause)
        }
        other => Error::invalid("", other),
    })
}

async fn check_references(tx: &Tx, circuit: &colocation_circuit::Model) -> Result<()> {
    let deployment = colocation_deployments::find(tx, circuit.deployment_id).await?;
    if let Some(rack) = circuit.rack_id {
        racks::find(tx, rack).await?;
    }
    if let Some(id) = circuit.charge_id {
        let charge = colocation_charges::find(tx, id).await?;
        if charge.contract_id != deployment.contract_id {
            let message = format!(
                "{} is a charge of another contract than the deployment {} is under",
                Id(id),
                deployment.name
            );
            return Err(Error::invalid("charge", message));
        }
    }
    Ok(())
}
