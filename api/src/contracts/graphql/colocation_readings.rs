//! Readings of power, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{
    contracts::{colocation_deployment, colocation_reading},
    id::{ColocationCircuitId, ColocationReadingId},
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    colocation_circuits::ColocationCircuit,
    colocation_deployments::{ColocationDeployment, ColocationDeploymentFilter},
};
use crate::{
    access::{Caller, Permission},
    error::Result,
    schema::{
        filter::{Filter, IdFilter, MomentFilter, Order, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller},
        scalar::{Id, Moment},
    },
};

/// What was drawn on a power circuit, or by a deployment as a whole, from one moment to another.
#[derive(Clone)]
pub struct ColocationReading(Record<colocation_reading::Entity>);

impl From<Record<colocation_reading::Entity>> for ColocationReading {
    fn from(record: Record<colocation_reading::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ColocationReading {
    type Entity = colocation_reading::Entity;
    type Id = ColocationReadingId;
    const VIEW: Permission = Permission::ViewContracts;
    const ID: colocation_reading::Column = colocation_reading::Column::Id;

    fn columns(field: &str) -> &'static [colocation_reading::Column] {
        use colocation_reading::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "deployment" => &[C::DeploymentId],
            "circuit" => &[C::CircuitId],
            "startsAt" => &[C::StartsAt],
            "endsAt" => &[C::EndsAt],
            "peakKilowatts" => &[C::PeakKilowatts],
            "averageKilowatts" => &[C::AverageKilowatts],
            "kilowattHours" => &[C::KilowattHours],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// What was drawn on a power circuit, or by a deployment as a whole, from one moment to another.
#[Object]
impl ColocationReading {
    /// The id of the power reading.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ColocationReadingId>(self.0.get(colocation_reading::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(colocation_reading::Column::Version)
    }

    /// When the power reading was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(colocation_reading::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(colocation_reading::Column::UpdatedAt)
    }

    /// The deployment.
    async fn deployment(&self, ctx: &Context<'_>) -> Result<Option<ColocationDeployment>> {
        self.0.one(ctx, colocation_reading::Column::DeploymentId).await
    }

    /// The circuit. Null: the deployment as a whole, metered at one moment over all its circuits.
    async fn circuit(&self, ctx: &Context<'_>) -> Result<Option<ColocationCircuit>> {
        self.0.one(ctx, colocation_reading::Column::CircuitId).await
    }

    /// The moment at which the period begins.
    async fn starts_at(&self) -> Result<Moment> {
        self.0.get(colocation_reading::Column::StartsAt)
    }

    /// The moment at which the period ends.
    async fn ends_at(&self) -> Result<Moment> {
        self.0.get(colocation_reading::Column::EndsAt)
    }

    /// The highest draw within the period, in kilowatts. Peaks of single circuits are never added up: they may not be at one moment.
    async fn peak_kilowatts(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(colocation_reading::Column::PeakKilowatts)?.map(Rate::to_decimal))
    }

    /// The average draw over the period, in kilowatts.
    async fn average_kilowatts(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(colocation_reading::Column::AverageKilowatts)?.map(Rate::to_decimal))
    }

    /// The energy over the period, in kilowatt-hours.
    async fn kilowatt_hours(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(colocation_reading::Column::KilowattHours)?.map(Rate::to_decimal))
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(colocation_reading::Column::Source)
    }
}

/// Which power readings. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ColocationReadingFilter {
    /// All of these as well.
    pub and: Option<Vec<ColocationReadingFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ColocationReadingFilter>>,
    /// And not this.
    pub not: Option<Box<ColocationReadingFilter>>,
    /// By id.
    pub id: Option<IdFilter<ColocationReadingId>>,
    /// By deployment.
    pub deployment: Option<ColocationDeploymentFilter>,
    /// By circuit.
    pub circuit: Option<IdFilter<ColocationCircuitId>>,
    /// By the moment the period begins.
    pub starts_at: Option<MomentFilter>,
    /// By the moment the period ends.
    pub ends_at: Option<MomentFilter>,
}

impl Filter for ColocationReadingFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use colocation_reading::Column as C;
        let deployment = match &self.deployment {
            Some(test) => Some(through::<colocation_deployment::Entity>(
                C::DeploymentId,
                colocation_deployment::Column::Id,
                test.condition(caller)?,
            )),
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(deployment)
            .add_option(self.circuit.as_ref().map(|test| test.on(C::CircuitId)))
            .add_option(self.starts_at.as_ref().map(|test| test.on(C::StartsAt)).transpose()?)
            .add_option(self.ends_at.as_ref().map(|test| test.on(C::EndsAt)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order power readings by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ColocationReadingOrderField {
    /// By the moment the period begins.
    StartsAt,
    /// By the moment the period ends.
    EndsAt,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for ColocationReadingOrderField {
    type Noun = ColocationReading;

    fn column(self) -> colocation_reading::Column {
        match self {
            Self::StartsAt => colocation_reading::Column::StartsAt,
            Self::EndsAt => colocation_reading::Column::EndsAt,
            Self::CreatedAt => colocation_reading::Column::CreatedAt,
        }
    }
}

/// Queries of power readings.
#[derive(Default)]
pub struct ColocationReadingQuery;

/// Queries of power readings.
#[Object]
impl ColocationReadingQuery {
    /// One power reading by its id.
    async fn colocation_reading(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationReadingId>,
    ) -> Result<Option<ColocationReading>> {
        by_id(ctx, id).await
    }

    /// The power readings.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn colocation_readings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ColocationReadingFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ColocationReadingOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ColocationReading>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
