//! Depreciation rules: create, change.

use entity::{
    id::DepreciationRuleId,
    lifecycle::depreciation_rule::{self, DepreciationMethod},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::as_known::Known;
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_fraction, require_text},
    store::{Read, Tx},
};

/// One depreciation rule.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: DepreciationRuleId) -> Result<depreciation_rule::Model> {
    depreciation_rule::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("depreciation rule", id))
}

/// The rules in use, by name.
///
/// # Errors
/// Those of the database.
pub async fn all_active(db: &impl Read) -> Result<Vec<depreciation_rule::Model>> {
    let query = depreciation_rule::Entity::find().filter(depreciation_rule::Column::Active.eq(true));
    Ok(query.order_by_asc(depreciation_rule::Column::Name).all(db).await?)
}

/// The rules that were in use, as they were known, by name.
///
/// # Errors
/// Those of the database.
pub async fn all_active_as_known(db: &impl Read, known: Known) -> Result<Vec<depreciation_rule::Model>> {
    if known.day().is_none() {
        return all_active(db).await;
    }
    let now = depreciation_rule::Entity::find().all(db).await?;
    let mut rules = known.rows::<depreciation_rule::Entity>(db, now, None, |_| true).await?;
    rules.retain(|rule| rule.active);
    rules.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(rules)
}

/// Creates a depreciation rule.
///
/// # Errors
/// `Invalid` when the name is taken or a rule of [`check`] is broken.
pub async fn create(tx: &Tx, mut row: depreciation_rule::ActiveModel) -> Result<depreciation_rule::Model> {
    row.id = Set(tx.new_id());
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Changes a depreciation rule. Charges that were computed and posted elsewhere stay as they are.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: DepreciationRuleId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut depreciation_rule::ActiveModel),
) -> Result<depreciation_rule::Model> {
    let before = find(tx, id).await?;
    expect_version("depreciation rule", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    tx.update(before, |edit| *edit = row).await
}

/// The rules of a depreciation rule, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(rule: &depreciation_rule::Model) -> Result<()> {
    require_text("name", &rule.name, 200)?;
    require_life("lifeMonths", rule.life_months)?;
    require_fraction("salvageRate", rule.salvage_rate.to_decimal(), Decimal::ZERO, Decimal::ONE)?;
    let declines =
        matches!(rule.method, DepreciationMethod::DoubleDeclining | DepreciationMethod::Declining150);
    if rule.switch_to_straight_line && !declines {
        let message = "true has no meaning for a method that does not decline by a rate";
        return Err(Error::invalid("switchToStraightLine", message));
    }
    Ok(())
}

/// Refuses a life that is too short to be months, which is nearly always years, or too long.
///
/// # Errors
/// `Invalid` naming the field, the value and, for years, the months that were probably meant.
pub fn require_life(field: &str, months: i32) -> Result<()> {
    match months {
        12..=600 => Ok(()),
        1..12 => {
            let meant = months * 12;
            let message = format!(
                "{months} is less than 12 months, and less than a year is no life; {months} years are {meant}"
            );
            Err(Error::invalid(field, message))
        }
        _ => Err(Error::invalid(field, format!("{months} is not between 12 and 600"))),
    }
}
