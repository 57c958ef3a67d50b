//! Currencies: add, name, remove. What ISO 4217 says of a currency is not ours to change.

use entity::{
    finance::{currency, exchange_rate},
    id::CurrencyId,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_text},
    store::{Read, Tx},
};

/// One currency.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: CurrencyId) -> Result<currency::Model> {
    currency::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("currency", id))
}

/// A currency of ISO 4217 as a new row, with the name and the decimals of the standard.
///
/// # Errors
/// `Invalid` for a code that is not one, or that names something without a smallest coin, such as gold.
pub fn of_standard(code: &str) -> Result<currency::ActiveModel> {
    let (currency, minor_units) = standard(code)?;
    Ok(currency::ActiveModel {
        code: Set(currency.code().to_owned()),
        name: Set(currency.name().to_owned()),
        minor_units: Set(minor_units),
        ..Default::default()
    })
}

/// Adds a currency to those that the company uses.
///
/// # Errors
/// `Invalid` when it is there already or a rule of [`check`] is broken.
pub async fn create(tx: &Tx, mut row: currency::ActiveModel) -> Result<currency::Model> {
    row.id = Set(tx.new_id());
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Adds a currency unless it is there, for records that use it for the first time.
///
/// # Errors
/// As [`create`].
pub async fn ensure(tx: &Tx, code: &str) -> Result<()> {
    let known = currency::Entity::find().filter(currency::Column::Code.eq(code)).count(tx).await?;
    if known == 0 {
        create(tx, of_standard(code)?).await?;
    }
    Ok(())
}

/// Changes the name of a currency.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: CurrencyId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut currency::ActiveModel),
) -> Result<currency::Model> {
    let before = find(tx, id).await?;
    expect_version("currency", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    tx.update(before, |edit| *edit = row).await
}

/// Removes a currency that no exchange rate uses. Amounts in it stay as they are.
///
/// # Errors
/// `Conflict` for a stale version or while exchange rates use it.
pub async fn remove(tx: &Tx, id: CurrencyId, expected_version: Option<i32>) -> Result<()> {
    use exchange_rate::Column as C;
    let currency = find(tx, id).await?;
    expect_version("currency", currency.version, expected_version)?;
    let either = Condition::any().add(C::Base.eq(&currency.code)).add(C::Quote.eq(&currency.code));
    let rates = exchange_rate::Entity::find().filter(either).count(tx).await?;
    if rates > 0 {
        let message = format!("{rates} exchange rates use the currency {}, remove them first", currency.code);
        return Err(Error::Conflict(message));
    }
    tx.delete(currency).await
}

/// The rules of a currency, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(currency: &currency::Model) -> Result<()> {
    let (_, minor_units) = standard(&currency.code)?;
    require_text("name", &currency.name, 100)?;
    if currency.minor_units != minor_units {
        let message = format!(
            "{} is not the number of decimals of {} in ISO 4217, which is {minor_units}",
            currency.minor_units, currency.code
        );
        return Err(Error::invalid("minorUnits", message));
    }
    Ok(())
}

fn standard(code: &str) -> Result<(iso_currency::Currency, i32)> {
    let currency = iso_currency::Currency::from_code(code)
        .ok_or_else(|| Error::invalid("code", format!("`{code}` is not a currency of ISO 4217")))?;
    let minor_units = currency.exponent().ok_or_else(|| {
        Error::invalid("code", format!("`{code}` has no smallest coin, so nobody pays in it"))
    })?;
    Ok((currency, i32::from(minor_units)))
}
