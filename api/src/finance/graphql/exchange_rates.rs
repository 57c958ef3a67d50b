//! Exchange rates, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{finance::exchange_rate, id::ExchangeRateId, money::Rate};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, Condition};

use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    finance::{
        exchange_rates,
        rates::{self, Rates},
    },
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, Order, RatioFilter, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, change, read},
        scalar::{Date, Id, Moment, currency, rate},
    },
};

/// What one unit of a currency is worth in another from a day on.
#[derive(Clone)]
pub struct ExchangeRate(Record<exchange_rate::Entity>);

impl From<Record<exchange_rate::Entity>> for ExchangeRate {
    fn from(record: Record<exchange_rate::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ExchangeRate {
    type Entity = exchange_rate::Entity;
    type Id = ExchangeRateId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: exchange_rate::Column = exchange_rate::Column::Id;

    fn columns(field: &str) -> &'static [exchange_rate::Column] {
        use exchange_rate::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "base" => &[C::Base],
            "quote" => &[C::Quote],
            "on" => &[C::OnDate],
            "kind" => &[C::Kind],
            "rate" => &[C::Rate],
            _ => &[],
        }
    }
}

/// What an exchange rate is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "exchange_rate::RateKind")]
pub enum RateKind {
    /// Plans and budgets: fixed, so that operations are judged without the movement of rates.
    Plan,
    /// The market's rate of the day.
    Spot,
    /// The average of a month.
    Average,
    /// Fixed by a contract or hedge.
    Contract,
}

/// What one unit of a currency is worth in another from a day on.
#[Object]
impl ExchangeRate {
    /// The id of the rate.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ExchangeRateId>(self.0.get(exchange_rate::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(exchange_rate::Column::Version)
    }

    /// When the rate was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(exchange_rate::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(exchange_rate::Column::UpdatedAt)
    }

    /// The ISO 4217 code of the one unit.
    async fn base(&self) -> Result<String> {
        self.0.get(exchange_rate::Column::Base)
    }

    /// The ISO 4217 code of what it is worth.
    async fn quote(&self) -> Result<String> {
        self.0.get(exchange_rate::Column::Quote)
    }

    /// The day it holds from, until a later one of the same kind.
    async fn on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(exchange_rate::Column::OnDate)?))
    }

    /// What it is used for.
    async fn kind(&self) -> Result<RateKind> {
        Ok(self.0.get::<exchange_rate::RateKind>(exchange_rate::Column::Kind)?.into())
    }

    /// Units of the quote for one of the base.
    async fn rate(&self) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(exchange_rate::Column::Rate)?.to_decimal())
    }
}

/// How a conversion was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "rates::Way")]
pub enum ConversionWay {
    /// Base and quote are the same currency.
    Same,
    /// As recorded: the latest on or before the day.
    Direct,
    /// One divided by the latest rate the other way round, as there is no direct one.
    Inverse,
    /// Through one third currency, as there is neither: the one whose older rate is the most recent.
    Crossed,
}

/// A recorded rate that a conversion uses.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConversionStep {
    /// The base of the record.
    base: String,
    /// The quote of the record.
    quote: String,
    /// The day of the record.
    on: Date,
    /// The rate as recorded.
    rate: Decimal,
    /// Whether amounts are divided by it instead of multiplied.
    divides: bool,
}

/// What one unit of a currency is worth in another on a day, and how that was found. Kinds are never mixed.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConversionRate {
    /// Units of the quote for one of the base, unrounded.
    rate: Decimal,
    /// How it was found.
    way: ConversionWay,
    /// The recorded rates behind it, in the order in which they are applied.
    steps: Vec<ConversionStep>,
}

impl From<rates::Conversion> for ConversionRate {
    fn from(conversion: rates::Conversion) -> Self {
        let rate = conversion.rate().normalize();
        let steps = conversion.steps.into_iter().map(|step| ConversionStep {
            base: step.base,
            quote: step.quote,
            on: Date(step.on),
            rate: step.rate,
            divides: step.divides,
        });
        Self { rate, way: conversion.way.into(), steps: steps.collect() }
    }
}

/// Which exchange rates. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ExchangeRateFilter {
    /// All of these as well.
    pub and: Option<Vec<ExchangeRateFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ExchangeRateFilter>>,
    /// And not this.
    pub not: Option<Box<ExchangeRateFilter>>,
    /// By id.
    pub id: Option<IdFilter<ExchangeRateId>>,
    /// By base.
    pub base: Option<StringFilter>,
    /// By quote.
    pub quote: Option<StringFilter>,
    /// By day.
    pub on: Option<DateFilter>,
    /// By kind.
    pub kind: Option<EnumFilter<RateKind>>,
    /// By rate.
    pub rate: Option<RatioFilter>,
}

impl Filter for ExchangeRateFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use exchange_rate::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.base.as_ref().map(|test| test.on(C::Base)))
            .add_option(self.quote.as_ref().map(|test| test.on(C::Quote)))
            .add_option(self.on.as_ref().map(|test| test.on(C::OnDate)).transpose()?)
            .add_option(self.kind.as_ref().map(|test| test.on::<exchange_rate::RateKind>(C::Kind)))
            .add_option(self.rate.as_ref().map(|test| test.on(C::Rate)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order exchange rates by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ExchangeRateOrderField {
    /// By base.
    Base,
    /// By quote.
    Quote,
    /// By day.
    On,
    /// By kind.
    Kind,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for ExchangeRateOrderField {
    type Noun = ExchangeRate;

    fn column(self) -> exchange_rate::Column {
        match self {
            Self::Base => exchange_rate::Column::Base,
            Self::Quote => exchange_rate::Column::Quote,
            Self::On => exchange_rate::Column::OnDate,
            Self::Kind => exchange_rate::Column::Kind,
            Self::CreatedAt => exchange_rate::Column::CreatedAt,
        }
    }
}

/// An exchange rate to record.
#[derive(Clone, Debug, InputObject)]
pub struct NewExchangeRate {
    /// The ISO 4217 code of the one unit.
    pub base: String,
    /// The ISO 4217 code of what it is worth.
    pub quote: String,
    /// The day it holds from.
    pub on: Date,
    /// What it is used for.
    pub kind: RateKind,
    /// Units of the quote for one of the base, with at most nine decimals.
    pub rate: Decimal,
}

impl TryFrom<NewExchangeRate> for exchange_rate::ActiveModel {
    type Error = Error;

    fn try_from(new: NewExchangeRate) -> Result<Self> {
        Ok(Self {
            base: Set(currency(&new.base, "base")?),
            quote: Set(currency(&new.quote, "quote")?),
            on_date: Set(new.on.0),
            kind: Set(new.kind.into()),
            rate: Set(rate(new.rate, "rate")?),
            ..Default::default()
        })
    }
}

/// Queries of exchange rates.
#[derive(Default)]
pub struct ExchangeRateQuery;

/// Queries of exchange rates.
#[Object]
impl ExchangeRateQuery {
    /// One exchange rate by its id.
    async fn exchange_rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ExchangeRateId>,
    ) -> Result<Option<ExchangeRate>> {
        by_id(ctx, id).await
    }

    /// The exchange rates.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn exchange_rates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ExchangeRateFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ExchangeRateOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ExchangeRate>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }

    /// What one unit of a currency is worth in another on a day: by the latest rate on or before it; where there
    /// is none, by the rate the other way round; where there is none either, through one third currency.
    async fn conversion_rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The currency of one unit, by its code.")] base: String,
        #[graphql(desc = "The currency that it is expressed in, by its code.")] quote: String,
        #[graphql(desc = "The day of the rate: the latest rate up to it counts.")] on: Date,
        #[graphql(default_with = "RateKind::Plan", desc = "Which kind of rate.")] kind: RateKind,
    ) -> Result<ConversionRate> {
        let reader = read(ctx, Permission::ViewFinance)?;
        let (base, quote) = (currency(&base, "base")?, currency(&quote, "quote")?);
        let pair = [base.clone(), quote.clone()].into();
        let rates = Rates::load(&reader, &pair, kind.into(), (on.0, on.0)).await?;
        let conversion = rates.conversion(&base, &quote, on.0).map_err(|missing| missing.refuse("quote"))?;
        Ok(conversion.into())
    }
}

/// Changes of exchange rates.
#[derive(Default)]
pub struct ExchangeRateMutation;

/// Changes of exchange rates.
#[Object]
impl ExchangeRateMutation {
    /// Records what one unit of a currency is worth in another from a day on.
    async fn record_exchange_rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewExchangeRate,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<ExchangeRate> {
        let recorded = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("recordExchangeRate", idempotency_key, &input, async || {
                exchange_rates::record(tx, input.clone().try_into()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(recorded).into())
    }

    /// Corrects a rate that was recorded wrongly. A rate that moved is recorded anew, on its day.
    async fn correct_exchange_rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ExchangeRateId>,
        #[graphql(name = "rate", desc = "The right rate.")] value: Decimal,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ExchangeRate> {
        let value = rate(value, "rate")?;
        let corrected = change(ctx, Permission::EditFinance, async |tx| {
            exchange_rates::correct(tx, *id, expected_version, value).await
        })
        .await?;
        Ok(Record::whole(corrected).into())
    }

    /// Removes a rate that should never have been recorded, and answers with its id.
    async fn remove_exchange_rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ExchangeRateId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditFinance, async |tx| {
            exchange_rates::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
