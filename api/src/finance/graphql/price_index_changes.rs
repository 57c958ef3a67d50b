//! Changes of published values of price indices.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{finance::price_index_value, id::PriceIndexValueId};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::price_index_values::PriceIndexValue;
use crate::{
    access::Permission,
    error::{Error, Result},
    finance::price_index_values,
    schema::{
        bulk::{self, RowError, each, require_rows},
        patch::{kept, patch},
        record::Record,
        request::change,
        scalar::{Date, Id, Month, rate},
    },
    store::Tx,
};

/// A published value to record.
#[derive(Clone, Debug, InputObject)]
pub struct NewPriceIndexValue {
    /// Name of the index, as contracts name it.
    pub series: String,
    /// The month it is for.
    pub month: Month,
    /// The value of the index, above zero, with at most nine decimals.
    pub value: Decimal,
    /// Day on which it was published: before that day nobody knew it. Null: taken as known on any day.
    pub published_on: Option<Date>,
    /// Where the record came from, such as the file of an import.
    pub source: Option<String>,
}

impl TryFrom<NewPriceIndexValue> for price_index_value::ActiveModel {
    type Error = Error;

    fn try_from(new: NewPriceIndexValue) -> Result<Self> {
        Ok(Self {
            series: Set(new.series),
            month: Set(new.month.0.first_day()),
            value: Set(rate(new.value, "value")?),
            published_on: Set(new.published_on.map(|date| date.0)),
            source: Set(new.source),
            ..Default::default()
        })
    }
}

/// What of a price index value may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PriceIndexValueChanges {
    /// The value of the index, above zero, with at most nine decimals.
    pub value: MaybeUndefined<Decimal>,
    /// Day on which it was published: before that day nobody knew it. Null: taken as known on any day.
    pub published_on: MaybeUndefined<Date>,
    /// Where the record came from, such as the file of an import.
    pub source: MaybeUndefined<String>,
}

impl PriceIndexValueChanges {
    fn apply(self, row: &mut price_index_value::ActiveModel) -> Result<()> {
        if let Some(value) = kept(self.value, "value")? {
            row.value = Set(rate(value, "value")?);
        }
        patch(&mut row.published_on, self.published_on);
        patch(&mut row.source, self.source);
        Ok(())
    }
}

/// What became of one row of price index values.
#[derive(SimpleObject)]
pub struct RecordedPriceIndexValue {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The price index value as it is recorded now.
    price_index_value: Option<PriceIndexValue>,
    /// Why it was refused.
    error: Option<RowError>,
}

async fn record_one(tx: &Tx, new: NewPriceIndexValue) -> Result<price_index_value::Model> {
    price_index_values::record(tx, new.try_into()?).await
}

/// Changes of price index values.
#[derive(Default)]
pub struct PriceIndexValueMutation;

/// Changes of price index values.
#[Object]
impl PriceIndexValueMutation {
    /// Records what a price index was published to be for a month.
    async fn record_price_index_value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewPriceIndexValue,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<PriceIndexValue> {
        let recorded = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("recordPriceIndexValue", idempotency_key, &input, async || {
                price_index_values::record(tx, input.clone().try_into()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(recorded).into())
    }

    /// Records values of many months and series, each by itself: what is refused undoes only its own row.
    async fn record_price_index_values(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<NewPriceIndexValue>,
    ) -> Result<Vec<RecordedPriceIndexValue>> {
        let outcomes = change(ctx, Permission::EditFinance, async |tx| {
            require_rows("inputs", inputs.len())?;
            each(tx, inputs, record_one).await
        })
        .await?;
        let rows = bulk::rows::<PriceIndexValue>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows
            .map(|(index, price_index_value, error)| RecordedPriceIndexValue {
                index,
                price_index_value,
                error,
            })
            .collect())
    }

    /// Corrects a value that was recorded wrongly, or that was revised.
    async fn correct_price_index_value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<PriceIndexValueId>,
        #[graphql(desc = "What is to change.")] changes: PriceIndexValueChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<PriceIndexValue> {
        let changed = change(ctx, Permission::EditFinance, async |tx| {
            price_index_values::update(tx, *id, expected_version, |row| changes.apply(row)).await
        })
        .await?;
        Ok(Record::whole(changed).into())
    }

    /// Removes a value that should never have been recorded, and answers with its id.
    async fn remove_price_index_value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<PriceIndexValueId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditFinance, async |tx| {
            price_index_values::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
