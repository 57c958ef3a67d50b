//! Reservations, as clients see and record them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    capacity::{Quantity, capacity_reservation},
    id::{CapacityPoolId, CapacityReservationId},
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, Condition};

use super::pools::CapacityPool;
use crate::{
    access::{Caller, Permission},
    capacity::reservations,
    error::Result,
    schema::{
        filter::{DateFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, change},
        scalar::{Date, Id, Moment, amount, rate},
    },
};

/// What of a pool is held for a purpose, and for how long.
#[derive(Clone)]
pub struct CapacityReservation(Record<capacity_reservation::Entity>);

impl From<Record<capacity_reservation::Entity>> for CapacityReservation {
    fn from(record: Record<capacity_reservation::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for CapacityReservation {
    type Entity = capacity_reservation::Entity;
    type Id = CapacityReservationId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: capacity_reservation::Column = capacity_reservation::Column::Id;

    fn columns(field: &str) -> &'static [capacity_reservation::Column] {
        use capacity_reservation::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "pool" => &[C::PoolId],
            "quantity" => &[C::Quantity],
            "fromOn" => &[C::FromOn],
            "toOn" => &[C::ToOn],
            "purpose" => &[C::Purpose],
            "probability" => &[C::Probability],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// What of a pool is held for a purpose, and for how long.
#[Object]
impl CapacityReservation {
    /// The id of the reservation.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<CapacityReservationId>(self.0.get(capacity_reservation::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(capacity_reservation::Column::Version)
    }

    /// When it was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(capacity_reservation::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(capacity_reservation::Column::UpdatedAt)
    }

    /// The pool.
    async fn pool(&self, ctx: &Context<'_>) -> Result<Option<CapacityPool>> {
        self.0.one(ctx, capacity_reservation::Column::PoolId).await
    }

    /// How much is held, in the unit of the pool.
    async fn quantity(&self) -> Result<Decimal> {
        Ok(self.0.get::<Quantity>(capacity_reservation::Column::Quantity)?.to_decimal())
    }

    /// First day it is held.
    #[graphql(name = "fromOn")]
    async fn first_day(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(capacity_reservation::Column::FromOn)?))
    }

    /// Last day it is held. Null where nobody said.
    async fn to_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(capacity_reservation::Column::ToOn)?.map(Date))
    }

    /// What for.
    async fn purpose(&self) -> Result<String> {
        self.0.get(capacity_reservation::Column::Purpose)
    }

    /// How likely it is to be needed, above 0 and at most 1.
    async fn probability(&self) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(capacity_reservation::Column::Probability)?.to_decimal())
    }

    /// Where the record came from.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(capacity_reservation::Column::Source)
    }
}

/// Which reservations. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CapacityReservationFilter {
    /// All of these as well.
    pub and: Option<Vec<CapacityReservationFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<CapacityReservationFilter>>,
    /// And not this.
    pub not: Option<Box<CapacityReservationFilter>>,
    /// By id.
    pub id: Option<IdFilter<CapacityReservationId>>,
    /// By the id of the pool.
    pub pool: Option<IdFilter<CapacityPoolId>>,
    /// By the first day.
    pub from_on: Option<DateFilter>,
    /// By what it is for.
    pub purpose: Option<StringFilter>,
}

impl Filter for CapacityReservationFilter {
    fn own(&self, _caller: &Caller) -> Result<Condition> {
        use capacity_reservation::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.pool.as_ref().map(|test| test.on(C::PoolId)))
            .add_option(self.from_on.as_ref().map(|test| test.on(C::FromOn)).transpose()?)
            .add_option(self.purpose.as_ref().map(|test| test.on(C::Purpose))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order reservations by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CapacityReservationOrderField {
    /// By the first day.
    FromOn,
    /// By how much.
    Quantity,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for CapacityReservationOrderField {
    type Noun = CapacityReservation;

    fn column(self) -> capacity_reservation::Column {
        match self {
            Self::FromOn => capacity_reservation::Column::FromOn,
            Self::Quantity => capacity_reservation::Column::Quantity,
            Self::CreatedAt => capacity_reservation::Column::CreatedAt,
        }
    }
}

/// Queries of reservations.
#[derive(Default)]
pub struct ReservationQuery;

/// Queries of reservations.
#[Object]
impl ReservationQuery {
    /// One reservation by its id.
    async fn capacity_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CapacityReservationId>,
    ) -> Result<Option<CapacityReservation>> {
        by_id(ctx, id).await
    }

    /// The reservations.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn capacity_reservations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<CapacityReservationFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<CapacityReservationOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<CapacityReservation>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// What of a pool is held for a purpose, and for how long.
#[derive(Clone, Debug, InputObject)]
pub struct NewCapacityReservation {
    /// The id of the pool.
    pub pool: Id<CapacityPoolId>,
    /// How much is held, in the unit of the pool.
    pub quantity: Decimal,
    /// First day it is held.
    pub from_on: Date,
    /// Last day it is held. Null where nobody said.
    pub to_on: Option<Date>,
    /// What for.
    pub purpose: String,
    /// How likely it is to be needed, above 0 and at most 1. Left out: 1.
    pub probability: Option<Decimal>,
    /// Where the record comes from.
    pub source: Option<String>,
}

/// Changes of reservations.
#[derive(Default)]
pub struct ReservationMutation;

/// Changes of reservations.
#[Object]
impl ReservationMutation {
    /// Holds some of a pool for a purpose.
    async fn record_capacity_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewCapacityReservation,
    ) -> Result<CapacityReservation> {
        let recorded = change(ctx, Permission::EditInventory, async |tx| {
            let row = capacity_reservation::ActiveModel {
                pool_id: Set(*input.pool),
                quantity: Set(amount(input.quantity, "quantity")?),
                from_on: Set(input.from_on.0),
                to_on: Set(input.to_on.map(|day| day.0)),
                purpose: Set(input.purpose),
                probability: Set(input
                    .probability
                    .map_or(Ok(Rate::ONE), |probability| rate(probability, "probability"))?),
                source: Set(input.source),
                ..Default::default()
            };
            reservations::record(tx, row).await
        });
        Ok(Record::whole(recorded.await?).into())
    }

    /// Removes a reservation and answers with its id: what it held is free.
    async fn remove_capacity_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CapacityReservationId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditInventory, async |tx| {
            reservations::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
