//! Deployments under colocation contracts, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{
    contracts::{colocation_circuit, colocation_contract, colocation_deployment},
    id::{ColocationContractId, ColocationDeploymentId},
    money::Rate,
};
use forecasting::colocation::{Capacity, Circuit};
use rust_decimal::Decimal;
use sea_orm::{Condition, Order as SqlOrder};
use uuid::Uuid;

use super::{
    capacity::{PowerCapacity, PowerFigure},
    colocation_circuits::ColocationCircuit,
    colocation_contracts::ColocationContract,
    colocation_filter::ColocationContractFilter,
    colocation_terms::day,
};
use crate::{
    access::{Caller, Permission},
    contracts::{power, power_units},
    error::{Error, Result},
    schema::{
        filter::{Filter, IdFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, read},
        scalar::{Date, Id, Moment},
    },
};

/// Circuits under a colocation contract that one set of limits holds together: a cage, a row, a suite.
#[derive(Clone)]
pub struct ColocationDeployment(Record<colocation_deployment::Entity>);

impl From<Record<colocation_deployment::Entity>> for ColocationDeployment {
    fn from(record: Record<colocation_deployment::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ColocationDeployment {
    type Entity = colocation_deployment::Entity;
    type Id = ColocationDeploymentId;
    const VIEW: Permission = Permission::ViewContracts;
    const ID: colocation_deployment::Column = colocation_deployment::Column::Id;

    fn columns(field: &str) -> &'static [colocation_deployment::Column] {
        use colocation_deployment::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "contract" | "capacity" | "headroom" | "paidUnused" => &[C::ContractId],
            "name" => &[C::Name],
            "drawCapKilovoltAmperes" => &[C::DrawCapKilovoltAmperes],
            "drawIsNotCapped" => &[C::DrawIsNotCapped],
            "coolingKilowatts" => &[C::CoolingKilowatts],
            "coolingIsNotLimited" => &[C::CoolingIsNotLimited],
            "powerFactor" => &[C::PowerFactor],
            "commitKilowatts" => &[C::CommitKilowatts, C::CommitKilovoltAmperes, C::PowerFactor],
            "commitKilovoltAmperes" => &[C::CommitKilovoltAmperes],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

impl ColocationDeployment {
    /// Its numbers on a day, read once for all its siblings.
    async fn numbers(&self, ctx: &Context<'_>, on: Option<Date>) -> Result<(Capacity, Vec<Circuit>)> {
        use colocation_deployment::Column as C;
        let reader = read(ctx, Self::VIEW)?;
        let on = day(ctx, on)?;
        let load = async || {
            let contracts = self.0.column_of_siblings::<Uuid>(C::ContractId)?;
            power::installations(&reader, contracts.into_iter().map(ColocationContractId).collect(), on).await
        };
        let installed = self.0.shared(format!("power on {on}"), load).await?;
        let installation = installed.get(&self.0.get(C::ContractId)?);
        let installation = installation.ok_or_else(|| Error::internal("a deployment without a contract"))?;
        installation.capacity_of(self.0.get(C::Id)?)
    }
}

/// Circuits under a colocation contract that one set of limits holds together: a cage, a row, a suite.
#[Object]
impl ColocationDeployment {
    /// The id of the colocation deployment.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ColocationDeploymentId>(self.0.get(colocation_deployment::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(colocation_deployment::Column::Version)
    }

    /// When the colocation deployment was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(colocation_deployment::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(colocation_deployment::Column::UpdatedAt)
    }

    /// The contract it is under.
    async fn contract(&self, ctx: &Context<'_>) -> Result<Option<ColocationContract>> {
        self.0.one(ctx, colocation_deployment::Column::ContractId).await
    }

    /// Name, unique within the contract.
    async fn name(&self) -> Result<String> {
        self.0.get(colocation_deployment::Column::Name)
    }

    /// The most the contract allows over all its circuits at one moment, in kilovolt-amperes. Null: not known.
    async fn draw_cap_kilovolt_amperes(&self) -> Result<Option<Decimal>> {
        Ok(self
            .0
            .get::<Option<Rate>>(colocation_deployment::Column::DrawCapKilovoltAmperes)?
            .map(Rate::to_decimal))
    }

    /// Whether it is known that the contract does not cap the draw.
    async fn draw_is_not_capped(&self) -> Result<bool> {
        self.0.get(colocation_deployment::Column::DrawIsNotCapped)
    }

    /// The most that can be cooled, in kilowatts. Null: not known.
    async fn cooling_kilowatts(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(colocation_deployment::Column::CoolingKilowatts)?.map(Rate::to_decimal))
    }

    /// Whether it is known that cooling does not limit the draw.
    async fn cooling_is_not_limited(&self) -> Result<bool> {
        self.0.get(colocation_deployment::Column::CoolingIsNotLimited)
    }

    /// Real over apparent power, above 0 and at most 1. Null: not known.
    async fn power_factor(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(colocation_deployment::Column::PowerFactor)?.map(Rate::to_decimal))
    }

    /// What of the contract's commitment is for it, in kilowatts. Null: not said; all of it where the contract has no other deployment.
    async fn commit_kilowatts(&self) -> Result<Option<Decimal>> {
        use colocation_deployment::Column as C;
        let column = |column: C| self.0.get::<Option<Rate>>(column);
        power_units::deployed(
            column(C::CommitKilowatts)?,
            column(C::CommitKilovoltAmperes)?,
            column(C::PowerFactor)?,
        )
    }

    /// The same in kilovolt-amperes, where it is stated in them: times the power factor it is `commitKilowatts`.
    async fn commit_kilovolt_amperes(&self) -> Result<Option<Decimal>> {
        use colocation_deployment::Column as C;
        Ok(self.0.get::<Option<Rate>>(C::CommitKilovoltAmperes)?.map(Rate::to_decimal))
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(colocation_deployment::Column::Source)
    }

    /// Its circuits, by reference.
    async fn circuits(&self, ctx: &Context<'_>) -> Result<Vec<ColocationCircuit>> {
        use colocation_circuit::Column as Circuit;
        let order = [(Circuit::Reference, SqlOrder::Asc)];
        self.0.many(ctx, colocation_deployment::Column::Id, Circuit::DeploymentId, &order).await
    }

    /// The numbers that are called capacity, from its circuits, its limits and what was read in the year up to `on`.
    async fn capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day it is seen on; today where left out.")] on: Option<Date>,
    ) -> Result<PowerCapacity> {
        let (capacity, circuits) = self.numbers(ctx, on).await?;
        PowerCapacity::new(capacity, &circuits)
    }

    /// The effective limit less the peak, in kilovolt-amperes: what more may be drawn.
    async fn headroom(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day it is seen on; today where left out.")] as_of: Option<Date>,
    ) -> Result<PowerFigure> {
        Ok(self.numbers(ctx, as_of).await?.0.headroom.into())
    }

    /// Committed less average kilowatts: what is paid for and not used.
    async fn paid_unused(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day it is seen on; today where left out.")] as_of: Option<Date>,
    ) -> Result<PowerFigure> {
        Ok(self.numbers(ctx, as_of).await?.0.paid_unused.into())
    }
}

/// Which colocation deployments. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ColocationDeploymentFilter {
    /// All of these as well.
    pub and: Option<Vec<ColocationDeploymentFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ColocationDeploymentFilter>>,
    /// And not this.
    pub not: Option<Box<ColocationDeploymentFilter>>,
    /// By id.
    pub id: Option<IdFilter<ColocationDeploymentId>>,
    /// By contract.
    pub contract: Option<ColocationContractFilter>,
    /// By name.
    pub name: Option<StringFilter>,
}

impl Filter for ColocationDeploymentFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use colocation_deployment::Column as C;
        let contract = match &self.contract {
            Some(test) => Some(through::<colocation_contract::Entity>(
                C::ContractId,
                colocation_contract::Column::Id,
                test.condition(caller)?,
            )),
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(contract)
            .add_option(self.name.as_ref().map(|test| test.on(C::Name))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order colocation deployments by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ColocationDeploymentOrderField {
    /// By name.
    Name,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for ColocationDeploymentOrderField {
    type Noun = ColocationDeployment;

    fn column(self) -> colocation_deployment::Column {
        match self {
            Self::Name => colocation_deployment::Column::Name,
            Self::CreatedAt => colocation_deployment::Column::CreatedAt,
        }
    }
}

/// Queries of colocation deployments.
#[derive(Default)]
pub struct ColocationDeploymentQuery;

/// Queries of colocation deployments.
#[Object]
impl ColocationDeploymentQuery {
    /// One colocation deployment by its id.
    async fn colocation_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationDeploymentId>,
    ) -> Result<Option<ColocationDeployment>> {
        by_id(ctx, id).await
    }

    /// The colocation deployments.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn colocation_deployments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ColocationDeploymentFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ColocationDeploymentOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ColocationDeployment>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
