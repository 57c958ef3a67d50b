//! Published values of price indices: record, correct, remove, and read for those who price by them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use entity::{finance::price_index_value, id::PriceIndexValueId, money::Rate};
use forecasting::month::Month;
use rust_decimal::Decimal;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    TryIntoModel,
};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    rules::{draft, expect_version, require_plausible, require_text, require_text_if_any},
    store::{Read, Tx},
};

/// One price index value.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: PriceIndexValueId) -> Result<price_index_value::Model> {
    price_index_value::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("price index value", id))
}

/// Records a price index value.
///
/// # Errors
/// `NotFound` for what it refers to and is not there, `Invalid` when a rule of [`check`] is broken.
pub async fn record(tx: &Tx, mut row: price_index_value::ActiveModel) -> Result<price_index_value::Model> {
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    check_references(tx, &new).await?;
    tx.insert(row).await
}

/// Changes a price index value.
///
/// # Errors
/// `Conflict` for a stale version, otherwise as when it is recorded.
pub async fn update(
    tx: &Tx,
    id: PriceIndexValueId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut price_index_value::ActiveModel) -> Result<()>,
) -> Result<price_index_value::Model> {
    let before = find(tx, id).await?;
    expect_version("price index value", before.version, expected_version)?;
    let mut row = before.clone().into_active_model();
    edit(&mut row)?;
    let after = row.clone().try_into_model()?;
    check(&after)?;
    check_references(tx, &after).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes a price index value that was recorded by mistake.
///
/// # Errors
/// `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: PriceIndexValueId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("price index value", row.version, expected_version)?;
    tx.delete(row).await
}

/// The rules of a value, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(value: &price_index_value::Model) -> Result<()> {
    require_text("series", &value.series, 100)?;
    require_plausible("month", Some(value.month))?;
    if value.month.day() != 1 {
        return Err(Error::invalid("month", format!("{} is not the first day of a month", value.month)));
    }
    require_plausible("publishedOn", value.published_on)?;
    require_text_if_any("source", value.source.as_deref(), 500)?;
    if value.value <= Rate::ZERO {
        return Err(Error::invalid(
            "value",
            format!("{} is refused: a price index is above zero", value.value),
        ));
    }
    if let Some(published) = value.published_on.filter(|published| *published < value.month) {
        let message = format!("{published} lies before the month it is for, {}", value.month);
        return Err(Error::invalid("publishedOn", message));
    }
    Ok(())
}

/// A value refers to nothing; a month of a series has one.
async fn check_references(tx: &Tx, value: &price_index_value::Model) -> Result<()> {
    use price_index_value::Column as C;
    let same = Condition::all()
        .add(C::Series.eq(&value.series))
        .add(C::Month.eq(value.month))
        .add(C::Id.ne(value.id));
    match price_index_value::Entity::find().filter(same).one(tx).await? {
        Some(taken) => {
            let month = taken.month.format("%Y-%m");
            let message =
                format!("{} of {month} is there already, {}; correct it instead", taken.series, taken.value);
            Err(Error::invalid("month", message))
        }
        None => Ok(()),
    }
}

/// A value as it is kept: its series, the first day of its month, and what it is.
type Published = (String, NaiveDate, Decimal);

/// Published values by series and month, as they were known on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Published>", into = "Vec<Published>")]
pub struct PublishedIndices(BTreeMap<String, BTreeMap<Month, Decimal>>);

impl From<Vec<Published>> for PublishedIndices {
    fn from(values: Vec<Published>) -> Self {
        let mut published: BTreeMap<String, BTreeMap<Month, Decimal>> = BTreeMap::new();
        for (series, month, value) in values {
            published.entry(series).or_default().insert(Month::of(month), value);
        }
        Self(published)
    }
}

impl From<PublishedIndices> for Vec<Published> {
    fn from(published: PublishedIndices) -> Self {
        let of = |(series, values): (String, BTreeMap<Month, Decimal>)| {
            values
                .into_iter()
                .map(move |(month, value)| (series.clone(), month.first_day(), value.normalize()))
        };
        published.0.into_iter().flat_map(of).collect()
    }
}

impl PublishedIndices {
    /// Reads what was published of some series by a day, with one statement, and none where no series is named.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(
        db: &impl Read,
        series: impl IntoIterator<Item = String>,
        as_of: NaiveDate,
    ) -> Result<Self> {
        use price_index_value::Column as C;
        let series: BTreeSet<String> = series.into_iter().collect();
        if series.is_empty() {
            return Ok(Self::default());
        }
        let known = Condition::any().add(C::PublishedOn.is_null()).add(C::PublishedOn.lte(as_of));
        let rows: Vec<(String, NaiveDate, Rate)> = price_index_value::Entity::find()
            .select_only()
            .columns([C::Series, C::Month, C::Value])
            .filter(C::Series.is_in(series))
            .filter(known)
            .into_tuple()
            .all(db)
            .await?;
        let values: Vec<Published> =
            rows.into_iter().map(|(series, month, value)| (series, month, value.to_decimal())).collect();
        Ok(values.into())
    }

    /// The values of a series.
    #[must_use]
    pub fn of(&self, series: &str) -> BTreeMap<Month, Decimal> {
        self.0.get(series).cloned().unwrap_or_default()
    }
}
