//! Capacity events, as clients see and record them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    capacity::{Quantity, capacity_event},
    id::{CapacityEventId, CapacityPoolId},
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, Condition};

use super::pools::CapacityPool;
use crate::{
    access::{Caller, Permission},
    capacity::events,
    error::Result,
    schema::{
        filter::{DateFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, change},
        scalar::{Date, Id, Moment, amount, rate},
    },
};

/// A day on which the demand of a pool steps up or down.
#[derive(Clone)]
pub struct CapacityEvent(Record<capacity_event::Entity>);

impl From<Record<capacity_event::Entity>> for CapacityEvent {
    fn from(record: Record<capacity_event::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for CapacityEvent {
    type Entity = capacity_event::Entity;
    type Id = CapacityEventId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: capacity_event::Column = capacity_event::Column::Id;

    fn columns(field: &str) -> &'static [capacity_event::Column] {
        use capacity_event::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "pool" => &[C::PoolId],
            "quantity" => &[C::Quantity],
            "happensOn" => &[C::HappensOn],
            "name" => &[C::Name],
            "probability" => &[C::Probability],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// A day on which the demand of a pool steps up or down.
#[Object]
impl CapacityEvent {
    /// The id of the event.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<CapacityEventId>(self.0.get(capacity_event::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(capacity_event::Column::Version)
    }

    /// When it was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(capacity_event::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(capacity_event::Column::UpdatedAt)
    }

    /// The pool.
    async fn pool(&self, ctx: &Context<'_>) -> Result<Option<CapacityPool>> {
        self.0.one(ctx, capacity_event::Column::PoolId).await
    }

    /// By how much demand rises, in the unit of the pool; below zero where it falls.
    async fn quantity(&self) -> Result<Decimal> {
        Ok(self.0.get::<Quantity>(capacity_event::Column::Quantity)?.to_decimal())
    }

    /// The day.
    async fn happens_on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(capacity_event::Column::HappensOn)?))
    }

    /// What happens.
    async fn name(&self) -> Result<String> {
        self.0.get(capacity_event::Column::Name)
    }

    /// How likely it is, above 0 and at most 1.
    async fn probability(&self) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(capacity_event::Column::Probability)?.to_decimal())
    }

    /// Where the record came from.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(capacity_event::Column::Source)
    }
}

/// Which capacity events. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CapacityEventFilter {
    /// All of these as well.
    pub and: Option<Vec<CapacityEventFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<CapacityEventFilter>>,
    /// And not this.
    pub not: Option<Box<CapacityEventFilter>>,
    /// By id.
    pub id: Option<IdFilter<CapacityEventId>>,
    /// By the id of the pool.
    pub pool: Option<IdFilter<CapacityPoolId>>,
    /// By the day.
    pub happens_on: Option<DateFilter>,
    /// By what happens.
    pub name: Option<StringFilter>,
}

impl Filter for CapacityEventFilter {
    fn own(&self, _caller: &Caller) -> Result<Condition> {
        use capacity_event::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.pool.as_ref().map(|test| test.on(C::PoolId)))
            .add_option(self.happens_on.as_ref().map(|test| test.on(C::HappensOn)).transpose()?)
            .add_option(self.name.as_ref().map(|test| test.on(C::Name))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order capacity events by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CapacityEventOrderField {
    /// By the day.
    HappensOn,
    /// By how much.
    Quantity,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for CapacityEventOrderField {
    type Noun = CapacityEvent;

    fn column(self) -> capacity_event::Column {
        match self {
            Self::HappensOn => capacity_event::Column::HappensOn,
            Self::Quantity => capacity_event::Column::Quantity,
            Self::CreatedAt => capacity_event::Column::CreatedAt,
        }
    }
}

/// Queries of capacity events.
#[derive(Default)]
pub struct EventQuery;

/// Queries of capacity events.
#[Object]
impl EventQuery {
    /// One capacity event by its id.
    async fn capacity_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CapacityEventId>,
    ) -> Result<Option<CapacityEvent>> {
        by_id(ctx, id).await
    }

    /// The capacity events.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn capacity_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<CapacityEventFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<CapacityEventOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<CapacityEvent>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// A day on which the demand of a pool steps up or down.
#[derive(Clone, Debug, InputObject)]
pub struct NewCapacityEvent {
    /// The id of the pool.
    pub pool: Id<CapacityPoolId>,
    /// By how much demand rises, in the unit of the pool; below zero where it falls.
    pub quantity: Decimal,
    /// The day.
    pub happens_on: Date,
    /// What happens.
    pub name: String,
    /// How likely it is, above 0 and at most 1. Left out: 1.
    pub probability: Option<Decimal>,
    /// Where the record comes from.
    pub source: Option<String>,
}

/// Changes of capacity events.
#[derive(Default)]
pub struct EventMutation;

/// Changes of capacity events.
#[Object]
impl EventMutation {
    /// Records a day on which the demand of a pool steps up or down.
    async fn record_capacity_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewCapacityEvent,
    ) -> Result<CapacityEvent> {
        let recorded = change(ctx, Permission::EditInventory, async |tx| {
            let row = capacity_event::ActiveModel {
                pool_id: Set(*input.pool),
                quantity: Set(amount(input.quantity, "quantity")?),
                happens_on: Set(input.happens_on.0),
                name: Set(input.name),
                probability: Set(input
                    .probability
                    .map_or(Ok(Rate::ONE), |probability| rate(probability, "probability"))?),
                source: Set(input.source),
                ..Default::default()
            };
            events::record(tx, row).await
        });
        Ok(Record::whole(recorded.await?).into())
    }

    /// Removes an event and answers with its id.
    async fn remove_capacity_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CapacityEventId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditInventory, async |tx| events::remove(tx, *id, expected_version).await)
            .await?;
        Ok(id.into())
    }
}
