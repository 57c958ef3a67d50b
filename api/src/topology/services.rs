//! Services: register, change, retire.

use entity::{
    id::ServiceId,
    money::Amount,
    topology::service::{self, ServiceStatus},
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::{
    error::{Error, Result},
    inventory::vendors,
    rules::{draft, edited, expect_version, require_least, require_range, require_text, require_text_if_any},
    schema::scalar,
    store::{Read, Tx},
};

/// One service.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ServiceId) -> Result<service::Model> {
    service::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("service", id))
}

/// Registers a service.
///
/// # Errors
/// `NotFound` for a vendor that is not there, `Invalid` when the name is taken or a rule of [`check`] is broken.
pub async fn register(tx: &Tx, mut row: service::ActiveModel) -> Result<service::Model> {
    row.id = Set(tx.new_id());
    check(&draft(&row)?)?;
    require_vendor(tx, &row).await?;
    tx.insert(row).await
}

/// Changes what is known of a service.
///
/// # Errors
/// As [`register`]; `Conflict` for a stale version.
pub async fn update(
    tx: &Tx,
    id: ServiceId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut service::ActiveModel),
) -> Result<service::Model> {
    let before = find(tx, id).await?;
    expect_version("service", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    require_vendor(tx, &row).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Takes a service out of use. What depends on it stays recorded, and is a finding until it no longer does.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version or a service that is retired already.
pub async fn retire(tx: &Tx, id: ServiceId, expected_version: Option<i32>) -> Result<service::Model> {
    let before = find(tx, id).await?;
    expect_version("service", before.version, expected_version)?;
    if before.status == ServiceStatus::Retired {
        return Err(Error::Conflict(format!("the service {} is retired already", before.name)));
    }
    tx.update(before, |row: &mut service::ActiveModel| row.status = Set(ServiceStatus::Retired)).await
}

/// The rules of a service, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(service: &service::Model) -> Result<()> {
    require_text("name", &service.name, 200)?;
    require_text_if_any("description", service.description.as_deref(), 2_000)?;
    require_text_if_any("owner", service.owner.as_deref(), 200)?;
    require_text_if_any("source", service.source.as_deref(), 200)?;
    if let Some(tier) = service.tier {
        require_range("tier", tier, 0, 3)?;
    }
    require_least("users", service.users, 0)?;
    if let (Some(amount), Some(currency)) =
        (service.revenue_per_hour_amount, &service.revenue_per_hour_currency)
    {
        scalar::currency(currency, "revenuePerHour.currency")?;
        if amount < Amount::ZERO {
            return Err(Error::invalid("revenuePerHour.amount", format!("{amount} is below 0")));
        }
    }
    Ok(())
}

async fn require_vendor(tx: &Tx, row: &service::ActiveModel) -> Result<()> {
    if let Set(Some(id)) = row.vendor_id {
        vendors::find(tx, id).await.map_err(|error| error.named_by("vendor"))?;
    }
    Ok(())
}
