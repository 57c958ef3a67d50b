//! Published values of price indices, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{finance::price_index_value, id::PriceIndexValueId, money::Rate};
use rust_decimal::Decimal;
use sea_orm::Condition;

use crate::{
    access::{Caller, Permission},
    error::Result,
    schema::{
        filter::{DateFilter, Filter, IdFilter, MonthFilter, Order, RatioFilter, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller},
        scalar::{Date, Id, Moment, Month},
    },
};

/// What a price index was published to be for a month. Prices that follow the index rise by its movement.
#[derive(Clone)]
pub struct PriceIndexValue(Record<price_index_value::Entity>);

impl From<Record<price_index_value::Entity>> for PriceIndexValue {
    fn from(record: Record<price_index_value::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for PriceIndexValue {
    type Entity = price_index_value::Entity;
    type Id = PriceIndexValueId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: price_index_value::Column = price_index_value::Column::Id;

    fn columns(field: &str) -> &'static [price_index_value::Column] {
        use price_index_value::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "series" => &[C::Series],
            "month" => &[C::Month],
            "value" => &[C::Value],
            "publishedOn" => &[C::PublishedOn],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// What a price index was published to be for a month. Prices that follow the index rise by its movement.
#[Object]
impl PriceIndexValue {
    /// The id of the price index value.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<PriceIndexValueId>(self.0.get(price_index_value::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(price_index_value::Column::Version)
    }

    /// When the price index value was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(price_index_value::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(price_index_value::Column::UpdatedAt)
    }

    /// Name of the index, as contracts name it.
    async fn series(&self) -> Result<String> {
        self.0.get(price_index_value::Column::Series)
    }

    /// The month it is for.
    async fn month(&self) -> Result<Month> {
        Ok(month(self.0.get::<NaiveDate>(price_index_value::Column::Month)?))
    }

    /// The value of the index, above zero, with at most nine decimals.
    async fn value(&self) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(price_index_value::Column::Value)?.to_decimal())
    }

    /// Day on which it was published: before that day nobody knew it. Null: taken as known on any day.
    async fn published_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(price_index_value::Column::PublishedOn)?.map(Date))
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(price_index_value::Column::Source)
    }
}

/// Which price index values. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PriceIndexValueFilter {
    /// All of these as well.
    pub and: Option<Vec<PriceIndexValueFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<PriceIndexValueFilter>>,
    /// And not this.
    pub not: Option<Box<PriceIndexValueFilter>>,
    /// By id.
    pub id: Option<IdFilter<PriceIndexValueId>>,
    /// By name of the index.
    pub series: Option<StringFilter>,
    /// By the month it is for.
    pub month: Option<MonthFilter>,
    /// By the value of the index.
    pub value: Option<RatioFilter>,
    /// By day it was published.
    pub published_on: Option<DateFilter>,
}

impl Filter for PriceIndexValueFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use price_index_value::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.series.as_ref().map(|test| test.on(C::Series)))
            .add_option(self.month.as_ref().map(|test| test.on(C::Month)).transpose()?)
            .add_option(self.value.as_ref().map(|test| test.on(C::Value)).transpose()?)
            .add_option(self.published_on.as_ref().map(|test| test.on(C::PublishedOn)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order price index values by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PriceIndexValueOrderField {
    /// By name of the index.
    Series,
    /// By the month it is for.
    Month,
    /// By the value of the index.
    Value,
    /// By day it was published.
    PublishedOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for PriceIndexValueOrderField {
    type Noun = PriceIndexValue;

    fn column(self) -> price_index_value::Column {
        match self {
            Self::Series => price_index_value::Column::Series,
            Self::Month => price_index_value::Column::Month,
            Self::Value => price_index_value::Column::Value,
            Self::PublishedOn => price_index_value::Column::PublishedOn,
            Self::CreatedAt => price_index_value::Column::CreatedAt,
        }
    }
}

/// Queries of price index values.
#[derive(Default)]
pub struct PriceIndexValueQuery;

/// Queries of price index values.
#[Object]
impl PriceIndexValueQuery {
    /// One price index value by its id.
    async fn price_index_value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<PriceIndexValueId>,
    ) -> Result<Option<PriceIndexValue>> {
        by_id(ctx, id).await
    }

    /// The price index values.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn price_index_values(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<PriceIndexValueFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<PriceIndexValueOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<PriceIndexValue>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// The month that a column holds by its first day.
fn month(day: NaiveDate) -> Month {
    Month(forecasting::month::Month::of(day))
}
