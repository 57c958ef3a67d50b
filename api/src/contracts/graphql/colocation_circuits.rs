//! Power circuits under colocation contracts, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    contracts::{colocation_circuit, colocation_deployment},
    id::{ColocationChargeId, ColocationCircuitId, RackId},
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    colocation_charges::ColocationCharge,
    colocation_deployments::{ColocationDeployment, ColocationDeploymentFilter},
    decision_words::PowerFeed,
};
use crate::{
    access::{Caller, Permission},
    error::Result,
    inventory::graphql::racks::Rack,
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, IntFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller},
        scalar::{Date, Id, Moment},
    },
};

/// A power circuit to a cabinet that a colocation contract provides.
#[derive(Clone)]
pub struct ColocationCircuit(Record<colocation_circuit::Entity>);

impl From<Record<colocation_circuit::Entity>> for ColocationCircuit {
    fn from(record: Record<colocation_circuit::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ColocationCircuit {
    type Entity = colocation_circuit::Entity;
    type Id = ColocationCircuitId;
    const VIEW: Permission = Permission::ViewContracts;
    const ID: colocation_circuit::Column = colocation_circuit::Column::Id;

    fn columns(field: &str) -> &'static [colocation_circuit::Column] {
        use colocation_circuit::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "deployment" => &[C::DeploymentId],
            "reference" => &[C::Reference],
            "cabinet" => &[C::Cabinet],
            "pair" => &[C::Pair],
            "feed" => &[C::Feed],
            "volts" => &[C::Volts],
            "amperes" => &[C::Amperes],
            "phases" => &[C::Phases],
            "derate" => &[C::Derate],
            "rack" => &[C::RackId],
            "charge" => &[C::ChargeId],
            "billedFromOn" => &[C::BilledFromOn],
            "billedToOn" => &[C::BilledToOn],
            "returnedOn" => &[C::ReturnedOn],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// A power circuit to a cabinet that a colocation contract provides.
#[Object]
impl ColocationCircuit {
    /// The id of the colocation circuit.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ColocationCircuitId>(self.0.get(colocation_circuit::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(colocation_circuit::Column::Version)
    }

    /// When the colocation circuit was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(colocation_circuit::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(colocation_circuit::Column::UpdatedAt)
    }

    /// The deployment it is part of.
    async fn deployment(&self, ctx: &Context<'_>) -> Result<Option<ColocationDeployment>> {
        self.0.one(ctx, colocation_circuit::Column::DeploymentId).await
    }

    /// The provider's reference, unique within the deployment.
    async fn reference(&self) -> Result<String> {
        self.0.get(colocation_circuit::Column::Reference)
    }

    /// The cabinet it feeds.
    async fn cabinet(&self) -> Result<String> {
        self.0.get(colocation_circuit::Column::Cabinet)
    }

    /// The pair of circuits that back each other up. Null: all circuits of its cabinet.
    async fn pair(&self) -> Result<Option<String>> {
        self.0.get(colocation_circuit::Column::Pair)
    }

    /// Which feed it hangs on. Null: not known.
    async fn feed(&self) -> Result<Option<PowerFeed>> {
        Ok(self.0.get::<Option<colocation_circuit::Feed>>(colocation_circuit::Column::Feed)?.map(Into::into))
    }

    /// Voltage, from line to line where it has three phases.
    async fn volts(&self) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(colocation_circuit::Column::Volts)?.to_decimal())
    }

    /// Amperes its breaker is rated for.
    async fn amperes(&self) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(colocation_circuit::Column::Amperes)?.to_decimal())
    }

    /// Phases, 1 or 3.
    async fn phases(&self) -> Result<i32> {
        self.0.get(colocation_circuit::Column::Phases)
    }

    /// The share of the rating that may be used for long, as a fraction, by rule of the region or the voltage: 0.8 in most of America and Asia, 1 in Europe.
    async fn derate(&self) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(colocation_circuit::Column::Derate)?.to_decimal())
    }

    /// The rack that it feeds, where the inventory has it.
    async fn rack(&self, ctx: &Context<'_>) -> Result<Option<Rack>> {
        self.0.one(ctx, colocation_circuit::Column::RackId).await
    }

    /// The charge of the price sheet that bills it.
    async fn charge(&self, ctx: &Context<'_>) -> Result<Option<ColocationCharge>> {
        self.0.one(ctx, colocation_circuit::Column::ChargeId).await
    }

    /// First day billed. Null: from the start of billing.
    async fn billed_from_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(colocation_circuit::Column::BilledFromOn)?.map(Date))
    }

    /// Last day billed. Null: without end.
    async fn billed_to_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(colocation_circuit::Column::BilledToOn)?.map(Date))
    }

    /// Day on which its cabinet was given back. Null: in use.
    async fn returned_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(colocation_circuit::Column::ReturnedOn)?.map(Date))
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(colocation_circuit::Column::Source)
    }
}

/// Which colocation circuits. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ColocationCircuitFilter {
    /// All of these as well.
    pub and: Option<Vec<ColocationCircuitFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ColocationCircuitFilter>>,
    /// And not this.
    pub not: Option<Box<ColocationCircuitFilter>>,
    /// By id.
    pub id: Option<IdFilter<ColocationCircuitId>>,
    /// By deployment.
    pub deployment: Option<ColocationDeploymentFilter>,
    /// By the provider's reference.
    pub reference: Option<StringFilter>,
    /// By the cabinet it feeds.
    pub cabinet: Option<StringFilter>,
    /// By the pair of circuits that back each other up.
    pub pair: Option<StringFilter>,
    /// By feed.
    pub feed: Option<EnumFilter<PowerFeed>>,
    /// By phases.
    pub phases: Option<IntFilter>,
    /// By rack.
    pub rack: Option<IdFilter<RackId>>,
    /// By charge.
    pub charge: Option<IdFilter<ColocationChargeId>>,
    /// By first day billed.
    pub billed_from_on: Option<DateFilter>,
    /// By last day billed.
    pub billed_to_on: Option<DateFilter>,
    /// By day its cabinet was given back.
    pub returned_on: Option<DateFilter>,
}

impl Filter for ColocationCircuitFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use colocation_circuit::Column as C;
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
            .add_option(self.reference.as_ref().map(|test| test.on(C::Reference)))
            .add_option(self.cabinet.as_ref().map(|test| test.on(C::Cabinet)))
            .add_option(self.pair.as_ref().map(|test| test.on(C::Pair)))
            .add_option(self.feed.as_ref().map(|test| test.on::<colocation_circuit::Feed>(C::Feed)))
            .add_option(self.phases.as_ref().map(|test| test.on(C::Phases)).transpose()?)
            .add_option(self.rack.as_ref().map(|test| test.on(C::RackId)))
            .add_option(self.charge.as_ref().map(|test| test.on(C::ChargeId)))
            .add_option(self.billed_from_on.as_ref().map(|test| test.on(C::BilledFromOn)).transpose()?)
            .add_option(self.billed_to_on.as_ref().map(|test| test.on(C::BilledToOn)).transpose()?)
            .add_option(self.returned_on.as_ref().map(|test| test.on(C::ReturnedOn)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order colocation circuits by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ColocationCircuitOrderField {
    /// By the provider's reference.
    Reference,
    /// By the cabinet it feeds.
    Cabinet,
    /// By first day billed.
    BilledFromOn,
    /// By day its cabinet was given back.
    ReturnedOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for ColocationCircuitOrderField {
    type Noun = ColocationCircuit;

    fn column(self) -> colocation_circuit::Column {
        match self {
            Self::Reference => colocation_circuit::Column::Reference,
            Self::Cabinet => colocation_circuit::Column::Cabinet,
            Self::BilledFromOn => colocation_circuit::Column::BilledFromOn,
            Self::ReturnedOn => colocation_circuit::Column::ReturnedOn,
            Self::CreatedAt => colocation_circuit::Column::CreatedAt,
        }
    }
}

/// Queries of colocation circuits.
#[derive(Default)]
pub struct ColocationCircuitQuery;

/// Queries of colocation circuits.
#[Object]
impl ColocationCircuitQuery {
    /// One colocation circuit by its id.
    async fn colocation_circuit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationCircuitId>,
    ) -> Result<Option<ColocationCircuit>> {
        by_id(ctx, id).await
    }

    /// The colocation circuits.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn colocation_circuits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ColocationCircuitFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ColocationCircuitOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ColocationCircuit>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
