//! Exchange rates: record, correct, remove.

use entity::{
    finance::exchange_rate::{self, RateKind},
    id::ExchangeRateId,
    money::Rate,
};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter,
};

use super::{closed_rates::ClosedRates, currencies};
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_plausible},
    schema::scalar::currency,
    store::{Read, Tx},
};

/// One exchange rate.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ExchangeRateId) -> Result<exchange_rate::Model> {
    exchange_rate::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("exchange rate", id))
}

/// Records what one unit of a currency is worth in another from a day on. The first rate of a currency adds it
/// to the currencies.
///
/// # Errors
/// `Invalid` when that day has a rate of the kind already or a rule of [`check`] is broken; `Conflict` for one that would
/// move figures of a closed period.
pub async fn record(tx: &Tx, mut row: exchange_rate::ActiveModel) -> Result<exchange_rate::Model> {
    use exchange_rate::Column as C;
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    let taken = exchange_rate::Entity::find()
        .filter(C::Base.eq(&new.base))
        .filter(C::Quote.eq(&new.quote))
        .filter(C::OnDate.eq(new.on_date))
        .filter(C::Kind.eq(new.kind))
        .one(tx)
        .await?;
    if let Some(taken) = taken {
        let message =
            format!("{} is there already, {}; correct it instead", naming(&taken), taken.rate.to_decimal());
        return Err(Error::invalid("on", message));
    }
    ClosedRates::load(tx, [new.kind]).await?.require(None, Some(&new))?;
    for (field, code) in [("base", &new.base), ("quote", &new.quote)] {
        currencies::ensure(tx, code).await.map_err(|error| error.at(field))?;
    }
    tx.insert(row).await
}

/// Corrects a rate that was recorded wrongly. A rate that moved is another record, on its day.
///
/// # Errors
/// `Conflict` for a stale version or a rate that a closed period is converted with, `Invalid` when a rule of [`check`] is
/// broken.
pub async fn correct(
    tx: &Tx,
    id: ExchangeRateId,
    expected_version: Option<i32>,
    rate: Rate,
) -> Result<exchange_rate::Model> {
    let before = find(tx, id).await?;
    expect_version("exchange rate", before.version, expected_version)?;
    let (row, after) = edited(&before, |row: &mut exchange_rate::ActiveModel| row.rate = Set(rate))?;
    check(&after)?;
    ClosedRates::load(tx, [before.kind]).await?.require(Some(&before), Some(&after))?;
    tx.update(before, |edit| *edit = row).await
}

/// Removes a rate that should never have been recorded.
///
/// # Errors
/// `Conflict` for a stale version or a rate that a closed period is converted with.
pub async fn remove(tx: &Tx, id: ExchangeRateId, expected_version: Option<i32>) -> Result<()> {
    let rate = find(tx, id).await?;
    expect_version("exchange rate", rate.version, expected_version)?;
    ClosedRates::load(tx, [rate.kind]).await?.require(Some(&rate), None)?;
    tx.delete(rate).await
}

/// The rules of an exchange rate, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(rate: &exchange_rate::Model) -> Result<()> {
    for (field, code) in [("base", &rate.base), ("quote", &rate.quote)] {
        currency(code, field)?;
    }
    if rate.base == rate.quote {
        return Err(Error::invalid("quote", format!("{} is the base as well", rate.quote)));
    }
    require_plausible("on", Some(rate.on_date))?;
    if rate.rate <= Rate::ZERO {
        return Err(Error::invalid("rate", format!("{} is not above zero", rate.rate)));
    }
    Ok(())
}

/// Whether a currency has a plan rate to any other.
///
/// # Errors
/// Those of the database.
pub async fn is_planned(db: &impl Read, code: &str) -> Result<bool> {
    use exchange_rate::Column as C;
    let touched = Condition::any().add(C::Base.eq(code)).add(C::Quote.eq(code));
    let rates = exchange_rate::Entity::find().filter(touched).filter(C::Kind.eq(RateKind::Plan));
    Ok(rates.count(db).await? > 0)
}

/// A rate in words: `the PLAN rate from EUR to USD of 2026-01-01`.
#[must_use]
pub fn naming(rate: &exchange_rate::Model) -> String {
    format!("the {} rate from {} to {} of {}", spoken(rate.kind), rate.base, rate.quote, rate.on_date)
}

/// A kind of rate as the API spells it.
#[must_use]
pub fn spoken(kind: RateKind) -> String {
    kind.to_value()
}
