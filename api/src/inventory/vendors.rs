//! Vendors: register, change.

use entity::{id::VendorId, inventory::vendor};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_range, require_text, require_text_if_any},
    store::{Read, Tx},
};

/// Days from invoice to payment, unless said otherwise.
pub const USUAL_TERMS: i32 = 30;

/// One vendor.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: VendorId) -> Result<vendor::Model> {
    vendor::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("vendor", id))
}

/// Registers a vendor.
///
/// # Errors
/// `Invalid` when the code is taken or a rule of [`check`] is broken.
pub async fn register(tx: &Tx, mut row: vendor::ActiveModel) -> Result<vendor::Model> {
    row.id = Set(tx.new_id());
    if row.payment_terms_days.is_not_set() {
        row.payment_terms_days = Set(USUAL_TERMS);
    }
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Changes what is known of a vendor.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: VendorId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut vendor::ActiveModel),
) -> Result<vendor::Model> {
    let before = find(tx, id).await?;
    expect_version("vendor", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    tx.update(before, |changed| *changed = row).await
}

/// The rules of a vendor, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(vendor: &vendor::Model) -> Result<()> {
    require_text("code", &vendor.code, 32)?;
    require_text("name", &vendor.name, 200)?;
    require_text_if_any("accountNumber", vendor.account_number.as_deref(), 100)?;
    require_text_if_any("notes", vendor.notes.as_deref(), 10_000)?;
    require_range("paymentTermsDays", vendor.payment_terms_days, 0, 365)?;
    if let Some(address) = vendor.contact_email.as_deref() {
        let is_address = address.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !address.contains(char::is_whitespace)
        });
        if !is_address {
            return Err(Error::invalid("contactEmail", format!("`{address}` is not an e-mail address")));
        }
    }
    Ok(())
}
