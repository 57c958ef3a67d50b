//! Manufacturers: register, rename.

use entity::{id::ManufacturerId, inventory::manufacturer};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_text},
    store::{Read, Tx},
};

/// One manufacturer.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ManufacturerId) -> Result<manufacturer::Model> {
    manufacturer::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("manufacturer", id))
}

/// Registers a manufacturer.
///
/// # Errors
/// `Invalid` when the name is blank or taken.
pub async fn register(tx: &Tx, name: String) -> Result<manufacturer::Model> {
    let row = manufacturer::ActiveModel { id: Set(tx.new_id()), name: Set(name), ..Default::default() };
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Gives a manufacturer another name.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when the name is blank or taken.
pub async fn rename(
    tx: &Tx,
    id: ManufacturerId,
    expected_version: Option<i32>,
    name: String,
) -> Result<manufacturer::Model> {
    let before = find(tx, id).await?;
    expect_version("manufacturer", before.version, expected_version)?;
    let (row, after) = edited(&before, |row: &mut manufacturer::ActiveModel| row.name = Set(name))?;
    check(&after)?;
    tx.update(before, |changed| *changed = row).await
}

/// The rules of a manufacturer, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(manufacturer: &manufacturer::Model) -> Result<()> {
    require_text("name", &manufacturer.name, 200)
}
