//! What is bought for pools that run out, and what that costs.

use entity::{
    capacity::capacity_purchase_rule::{self, Column},
    id::CapacityPoolId,
    money::Amount,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{pools, units};
use crate::{
    error::{Error, Result},
    inventory::vendors,
    lifecycle::{depreciation_rules, refresh_policies},
    rules::{
        draft, edited, expect_version, require_fraction, require_order, require_plausible, require_range,
        require_text, require_text_if_any,
    },
    schema::{patch::overlay, scalar::currency},
    store::{Read, Tx},
};

/// The most pieces of a lot.
const MOST_PIECES: i32 = 1_000_000;

/// Payment later than this is taken for a slip.
const MOST_DAYS: i32 = 3_650;

/// What is bought for a pool, if that was said.
///
/// # Errors
/// Those of the database.
pub async fn of_pool(db: &impl Read, pool: CapacityPoolId) -> Result<Option<capacity_purchase_rule::Model>> {
    Ok(capacity_purchase_rule::Entity::find().filter(Column::PoolId.eq(pool)).one(db).await?)
}

/// Says what is bought for a pool, in place of what was said before.
///
/// # Errors
/// `NotFound` for a pool, a vendor or a depreciation rule that is not there; `Conflict` for a stale version; `Invalid` for
/// a pool that is retired, and when a rule of [`check`] is broken.
pub async fn set(
    tx: &Tx,
    pool: CapacityPoolId,
    expected_version: Option<i32>,
    given: capacity_purchase_rule::ActiveModel,
) -> Result<capacity_purchase_rule::Model> {
    let pool = pools::held(tx, pool).await?;
    let before = of_pool(tx, pool.id).await?;
    let id = before.as_ref().map_or_else(|| tx.new_id(), |before| before.id);
    let row = capacity_purchase_rule::ActiveModel { id: Set(id), pool_id: Set(pool.id), ..given };
    let new = draft(&row)?;
    check(&new)?;
    require_references(tx, &new).await?;
    match before {
        Some(before) => {
            expect_version("capacity purchase rule", before.version, expected_version)?;
            let (row, after) = edited(&before, |changed| overlay(changed, &row))?;
            if after == before {
                return Ok(before);
            }
            tx.update(before, |changed| *changed = row).await
        }
        None => {
            if let Some(version) = expected_version {
                let message =
                    format!("nothing is bought for {} yet, so there is no version {version}", pool.name);
                return Err(Error::invalid("expectedVersion", message));
            }
            tx.insert(row).await
        }
    }
}

/// Says that nothing is bought for a pool.
///
/// # Errors
/// `NotFound` for a pool that is not there; `Conflict` for a stale version; `Invalid` where nothing was bought for it.
pub async fn remove(tx: &Tx, pool: CapacityPoolId, expected_version: Option<i32>) -> Result<()> {
    let pool = pools::find(tx, pool).await?;
    let Some(row) = of_pool(tx, pool.id).await? else {
        return Err(Error::invalid("pool", format!("nothing is bought for {}", pool.name)));
    };
    expect_version("capacity purchase rule", row.version, expected_version)?;
    tx.delete::<_, capacity_purchase_rule::ActiveModel>(row).await
}

/// The rules of what is bought, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &capacity_purchase_rule::Model) -> Result<()> {
    require_text("item", &row.item, 200)?;
    if units::kept("quantity", row.quantity.to_decimal())?.0 == 0 {
        return Err(Error::invalid("quantity", "0: a piece that adds nothing is not bought"));
    }
    require_range("lot", row.lot, 1, MOST_PIECES)?;
    require_range("coverMonths", row.cover_months, 1, 120)?;
    check_price(row)?;
    let (zero, one) = (Decimal::ZERO, Decimal::ONE);
    require_fraction("freightRate", row.freight_rate.to_decimal(), zero, one)?;
    require_fraction("contingencyRate", row.contingency_rate.to_decimal(), zero, one)?;
    require_fraction("supportRate", row.support_rate.to_decimal(), zero, Decimal::TWO)?;
    if row.install_amount < Amount::ZERO {
        return Err(Error::invalid("installPerPiece", format!("{} is below zero", row.install_amount)));
    }
    require_range("supportMonths", row.support_months, 0, 120)?;
    if !row.support_rate.to_decimal().is_zero() && row.support_months == 0 {
        let message = "0 months cannot be paid in advance; say how many months the support covers";
        return Err(Error::invalid("supportMonths", message));
    }
    require_range("paymentTermsDays", row.payment_terms_days, 0, MOST_DAYS)?;
    if let Some(months) = row.life_months {
        require_range("lifeMonths", months, 1, 1_200)?;
        if row.depreciation_rule_id.is_some() {
            let message = format!(
                "{months} is given beside a depreciation rule: it is written off by one or the other"
            );
            return Err(Error::invalid("lifeMonths", message));
        }
    }
    require_text_if_any("note", row.note.as_deref(), 2_000)?;
    require_text_if_any("source", row.source.as_deref(), 200)
}

fn check_price(row: &capacity_purchase_rule::Model) -> Result<()> {
    currency(&row.currency, "price.currency")?;
    if row.price_amount <= Amount::ZERO {
        return Err(Error::invalid(
            "price.amount",
            format!("{} is no price: it is above 0", row.price_amount),
        ));
    }
    require_plausible("pricedOn", Some(row.price_on))?;
    require_order("priceValidUntil", Some(row.price_on), row.price_valid_until_on, "pricedOn")?;
    require_plausible("priceValidUntil", row.price_valid_until_on)?;
    refresh_policies::check_price_index(&row.price_index)
}

async fn require_references(tx: &Tx, row: &capacity_purchase_rule::Model) -> Result<()> {
    if let Some(vendor) = row.vendor_id {
        vendors::find(tx, vendor).await?;
    }
    if let Some(rule) = row.depreciation_rule_id {
        let rule = depreciation_rules::find(tx, rule).await?;
        if !rule.active {
            let message = format!("the depreciation rule {} is not in use", rule.name);
            return Err(Error::invalid("depreciationRule", message));
        }
    }
    Ok(())
}
