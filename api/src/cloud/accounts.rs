//! Provider accounts: open and change.

use entity::{
    cloud::{cost_record, provider_account, workload},
    id::{ProviderAccountId, WorkloadId},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use crate::{
    error::{Error, Result},
    inventory::vendors,
    rules::{draft, edited, expect_version, require_text},
    schema::scalar,
    store::Tx,
};

/// One account, which nobody else may change until the change is over. SQLite has one writer at a time anyway.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn lock(tx: &Tx, id: ProviderAccountId) -> Result<provider_account::Model> {
    let found = provider_account::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    found.ok_or_else(|| Error::not_found("provider account", id))
}

/// What a cost or a growth assumption is for: a workload, or an account as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The account, unless it follows from the workload.
    pub account_id: Option<ProviderAccountId>,
    /// The workload, unless it is the account as a whole.
    pub workload_id: Option<WorkloadId>,
}

impl Target {
    /// The account, where `workload` is the row of the workload that was named.
    ///
    /// # Errors
    /// `Invalid` when neither is named, or when the workload runs in another account.
    pub fn account(&self, workload: Option<&workload::Model>) -> Result<ProviderAccountId> {
        match (self.account_id, workload) {
            (Some(account), Some(workload)) if workload.account_id != account => Err(Error::invalid(
                "workload",
                format!("the workload {} runs in another account than the one given", workload.name),
            )),
            (_, Some(workload)) => Ok(workload.account_id),
            (Some(account), None) => Ok(account),
            (None, None) => Err(Error::invalid("account", "give an account or a workload")),
        }
    }
}

/// Opens an account.
///
/// # Errors
/// `NotFound` for a vendor that is not there, `Invalid` when the provider's number is taken or a rule of
/// [`check`] is broken.
pub async fn open(tx: &Tx, mut row: provider_account::ActiveModel) -> Result<provider_account::Model> {
    row.id = Set(tx.new_id());
    check(&draft(&row)?)?;
    require_vendor(tx, &row).await?;
    tx.insert(row).await
}

/// Changes what is known of an account.
///
/// # Errors
/// As [`open`]; `Conflict` for a stale version, or for another currency once costs are recorded.
pub async fn update(
    tx: &Tx,
    id: ProviderAccountId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut provider_account::ActiveModel),
) -> Result<provider_account::Model> {
    let before = lock(tx, id).await?;
    expect_version("provider account", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    require_vendor(tx, &row).await?;
    if after.currency != before.currency {
        require_no_costs(tx, &before).await?;
    }
    tx.update(before, |changed| *changed = row).await
}

/// The rules of an account, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(account: &provider_account::Model) -> Result<()> {
    require_text("accountNumber", &account.account_number, 100)?;
    require_text("name", &account.name, 200)?;
    scalar::currency(&account.currency, "currency")?;
    Ok(())
}

async fn require_vendor(tx: &Tx, row: &provider_account::ActiveModel) -> Result<()> {
    if let Set(Some(id)) = row.vendor_id {
        vendors::find(tx, id).await?;
    }
    Ok(())
}

/// Refuses another currency for an account whose costs are recorded.
///
/// # Errors
/// `Conflict` with their number.
pub async fn require_no_costs(tx: &Tx, account: &provider_account::Model) -> Result<()> {
    let of_account = cost_record::Column::AccountId.eq(account.id);
    let costs = cost_record::Entity::find().filter(of_account).count(tx).await?;
    if costs > 0 {
        let currency = &account.currency;
        return Err(Error::Conflict(format!(
            "{costs} costs of the account are recorded in {currency}, so it stays in {currency}"
        )));
    }
    Ok(())
}
