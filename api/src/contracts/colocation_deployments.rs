//! Deployments under colocation contracts: add, change, remove.

use entity::{
    contracts::{colocation_circuit, colocation_deployment, colocation_reading},
    id::ColocationDeploymentId,
    money::Rate,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, TryIntoModel,
};

use super::colocation_contracts;
use crate::{
    error::{Error, Result},
    rules::{draft, expect_version, require_least, require_text, require_text_if_any},
    store::{Read, Tx},
};

/// One colocation deployment.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ColocationDeploymentId) -> Result<colocation_deployment::Model> {
    colocation_deployment::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("colocation deployment", id))
}

/// Records a colocation deployment.
///
/// # Errors
/// `NotFound` for what it refers to and is not there, `Invalid` when a rule of [`check`] is broken.
pub async fn record(
    tx: &Tx,
    mut row: colocation_deployment::ActiveModel,
) -> Result<colocation_deployment::Model> {
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    check_references(tx, &new).await?;
    tx.insert(row).await
}

/// Changes a colocation deployment.
///
/// # Errors
/// `Conflict` for a stale version, otherwise as when it is recorded.
pub async fn update(
    tx: &Tx,
    id: ColocationDeploymentId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut colocation_deployment::ActiveModel) -> Result<()>,
) -> Result<colocation_deployment::Model> {
    let before = find(tx, id).await?;
    expect_version("colocation deployment", before.version, expected_version)?;
    let mut row = before.clone().into_active_model();
    edit(&mut row)?;
    let after = row.clone().try_into_model()?;
    check(&after)?;
    check_references(tx, &after).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes a colocation deployment that was recorded by mistake.
///
/// # Errors
/// `Conflict` for a stale version, and while circuits or readings are under it.
pub async fn remove(tx: &Tx, id: ColocationDeploymentId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("colocation deployment", row.version, expected_version)?;
    require_empty(tx, &row).await?;
    tx.delete(row).await
}

/// The rules of a deployment, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(deployment: &colocation_deployment::Model) -> Result<()> {
    require_text("name", &deployment.name, 100)?;
    require_text_if_any("source", deployment.source.as_deref(), 500)?;
    for (field, limit, is_none) in [
        ("drawCapKilovoltAmperes", deployment.draw_cap_kilovolt_amperes, deployment.draw_is_not_capped),
        ("coolingKilowatts", deployment.cooling_kilowatts, deployment.cooling_is_not_limited),
    ] {
        require_least(field, limit, Rate::ZERO)?;
        if limit.is_some() && is_none {
            let message = "is given, and is said not to be there; leave one of them out";
            return Err(Error::invalid(field, message));
        }
    }
    require_least("commitKilowatts", deployment.commit_kilowatts, Rate::ZERO)?;
    require_least("commitKilovoltAmperes", deployment.commit_kilovolt_amperes, Rate::ZERO)?;
    if deployment.commit_kilovolt_amperes.is_some() {
        if deployment.commit_kilowatts.is_some() {
            let message = "is given, and so are kilowatts; leave one of them out";
            return Err(Error::invalid("commitKilovoltAmperes", message));
        }
        if deployment.power_factor.is_none() {
            let message =
                "is missing: a commitment in kilovolt-amperes is one in kilowatts by a power factor";
            return Err(Error::invalid("powerFactor", message));
        }
    }
    match deployment.power_factor {
        Some(factor) if factor <= Rate::ZERO || factor > Rate::ONE => {
            let message = format!("{factor} is refused: a power factor is above 0 and at most 1");
            Err(Error::invalid("powerFactor", message))
        }
        _ => Ok(()),
    }
}

async fn check_references(tx: &Tx, deployment: &colocation_deployment::Model) -> Result<()> {
    colocation_contracts::find(tx, deployment.contract_id).await.map(|_| ())
}

async fn require_empty(tx: &Tx, deployment: &colocation_deployment::Model) -> Result<()> {
    let of_it = colocation_circuit::Column::DeploymentId.eq(deployment.id);
    let circuits = colocation_circuit::Entity::find().filter(of_it).count(tx).await?;
    let of_it = colocation_reading::Column::DeploymentId.eq(deployment.id);
    let readings = colocation_reading::Entity::find().filter(of_it).count(tx).await?;
    if circuits + readings > 0 {
        let name = &deployment.name;
        let message = format!(
            "{circuits} circuits and {readings} readings are under the deployment {name}, remove them first"
        );
        return Err(Error::Conflict(message));
    }
    Ok(())
}
