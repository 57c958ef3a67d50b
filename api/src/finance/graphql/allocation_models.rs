//! Allocation models, as clients see them.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    finance::allocation_model::{self, Column, Names, Nodes, Rules},
    id::AllocationModelId,
};
use forecasting::budget::ratio;
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};

use super::unit_cost_parts::CostCategory;
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller},
        scalar::{Date, Id, Moment},
    },
};

/// How the cost of pools is divided among those who cause it.
#[derive(Clone)]
pub struct AllocationModel(Record<allocation_model::Entity>);

impl From<Record<allocation_model::Entity>> for AllocationModel {
    fn from(record: Record<allocation_model::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for AllocationModel {
    type Entity = allocation_model::Entity;
    type Id = AllocationModelId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "version" => &[Column::Version],
            "createdAt" => &[Column::CreatedAt],
            "updatedAt" => &[Column::UpdatedAt],
            "name" => &[Column::Name],
            "taxonomyVersion" => &[Column::TaxonomyVersion],
            "effectiveFrom" => &[Column::EffectiveFrom],
            "effectiveTo" => &[Column::EffectiveTo],
            "method" => &[Column::Method],
            "stepOrder" => &[Column::StepOrder],
            "nodes" => &[Column::Nodes],
            "rules" => &[Column::Rules],
            _ => &[],
        }
    }
}

/// How pools that serve each other are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "allocation_model::AllocationMethod")]
pub enum AllocationMethod {
    /// One after the other, in a declared order; a circle is refused.
    StepDown,
    /// All at once, by linear equations, which a circle does not hinder.
    Simultaneous,
}

/// Where a node stands between cost and those who cause it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "allocation_model::Level")]
pub enum AllocationLevel {
    /// What money is spent on: hardware, outside services, facilities.
    Pool,
    /// A technology: compute, storage, network.
    Tower,
    /// What is offered with it.
    Service,
    /// Who uses that.
    Consumer,
}

/// Something that cost passes through or ends at.
#[derive(Clone, Debug, SimpleObject)]
pub struct AllocationNode {
    /// Its name, unique in the model.
    name: String,
    /// Where it stands.
    level: AllocationLevel,
    /// What of the roadmap is its cost.
    categories: Vec<CostCategory>,
}

/// Who receives how much of what a node gives.
#[derive(Clone, Debug, SimpleObject)]
pub struct AllocationTarget {
    /// Name of the node.
    name: String,
    /// How much of the driver it has; only proportions matter.
    volume: Decimal,
    /// The same as a fraction of the whole. Null where the whole is zero.
    share: Option<Decimal>,
}

/// How the cost of a node is divided.
#[derive(Clone, Debug, SimpleObject)]
pub struct AllocationRule {
    /// Name of the node.
    source: String,
    /// What it is divided by: used TB, tickets, kW, fixed shares.
    driver: String,
    /// Who receives how much.
    targets: Vec<AllocationTarget>,
    /// The volume that stands for all of the node; what targets leave of it stays unallocated. Null where they leave
    /// nothing.
    whole: Option<Decimal>,
}

impl From<&allocation_model::Rule> for AllocationRule {
    fn from(rule: &allocation_model::Rule) -> Self {
        let used: Decimal = rule.targets.iter().map(|target| target.volume.to_decimal()).sum();
        let whole = rule.whole.map(entity::money::Rate::to_decimal);
        let targets = rule.targets.iter().map(|target| AllocationTarget {
            name: target.name.clone(),
            volume: target.volume.to_decimal(),
            share: ratio(target.volume.to_decimal(), whole.unwrap_or(used))
                .map(|it| it.round_dp(6).normalize()),
        });
        Self { source: rule.source.clone(), driver: rule.driver.clone(), targets: targets.collect(), whole }
    }
}

/// How the cost of pools is divided among those who cause it.
#[Object]
impl AllocationModel {
    /// The id of the model.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<AllocationModelId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the model was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// Its name; no two models share one.
    async fn name(&self) -> Result<String> {
        self.0.get(Column::Name)
    }

    /// Version of the taxonomy that its names are from.
    async fn taxonomy_version(&self) -> Result<String> {
        self.0.get(Column::TaxonomyVersion)
    }

    /// First day it holds.
    async fn effective_from(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(Column::EffectiveFrom)?))
    }

    /// Last day it holds. Null is without end.
    async fn effective_to(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(Column::EffectiveTo)?.map(Date))
    }

    /// Whether pools are divided in an order or all at once.
    async fn method(&self) -> Result<AllocationMethod> {
        Ok(self.0.get::<allocation_model::AllocationMethod>(Column::Method)?.into())
    }

    /// The order in which nodes are divided, each closed once it has been; empty where all are at once.
    async fn step_order(&self) -> Result<Vec<String>> {
        Ok(self.0.get::<Names>(Column::StepOrder)?.0)
    }

    /// What cost passes through and ends at.
    async fn nodes(&self) -> Result<Vec<AllocationNode>> {
        let nodes = self.0.get::<Nodes>(Column::Nodes)?.0.into_iter();
        let nodes = nodes.map(|node| AllocationNode {
            name: node.name,
            level: node.level.into(),
            categories: node.categories.into_iter().map(Into::into).collect(),
        });
        Ok(nodes.collect())
    }

    /// How each of them is divided.
    async fn rules(&self) -> Result<Vec<AllocationRule>> {
        Ok(self.0.get::<Rules>(Column::Rules)?.0.iter().map(Into::into).collect())
    }
}

/// Which allocation models. All tests have to hold.
#[derive(Clone, Debug, Default, async_graphql::InputObject)]
pub struct AllocationModelFilter {
    /// All of these as well.
    pub and: Option<Vec<AllocationModelFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<AllocationModelFilter>>,
    /// And not this.
    pub not: Option<Box<AllocationModelFilter>>,
    /// By id.
    pub id: Option<IdFilter<AllocationModelId>>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By version of the taxonomy.
    pub taxonomy_version: Option<StringFilter>,
    /// By the first day.
    pub effective_from: Option<DateFilter>,
    /// By the last day.
    pub effective_to: Option<DateFilter>,
    /// By how pools are divided.
    pub method: Option<EnumFilter<AllocationMethod>>,
}

impl Filter for AllocationModelFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use Column as C;
        let method = self.method.as_ref();
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.taxonomy_version.as_ref().map(|test| test.on(C::TaxonomyVersion)))
            .add_option(self.effective_from.as_ref().map(|test| test.on(C::EffectiveFrom)).transpose()?)
            .add_option(self.effective_to.as_ref().map(|test| test.on(C::EffectiveTo)).transpose()?)
            .add_option(method.map(|test| test.on::<allocation_model::AllocationMethod>(C::Method))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order allocation models by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AllocationModelOrderField {
    /// By name.
    Name,
    /// By the first day.
    EffectiveFrom,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for AllocationModelOrderField {
    type Noun = AllocationModel;

    fn column(self) -> Column {
        match self {
            Self::Name => Column::Name,
            Self::EffectiveFrom => Column::EffectiveFrom,
            Self::CreatedAt => Column::CreatedAt,
        }
    }
}

/// Queries of allocation models.
#[derive(Default)]
pub struct AllocationModelQuery;

/// Queries of allocation models.
#[Object]
impl AllocationModelQuery {
    /// One allocation model by id or by name.
    async fn allocation_model(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<AllocationModelId>>,
        #[graphql(desc = "Its name.")] name: Option<String>,
    ) -> Result<Option<AllocationModel>> {
        match (id, name) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(name)) => by_condition(ctx, Condition::all().add(Column::Name.eq(name))).await,
            _ => Err(Error::invalid("id", "give either an id or a name")),
        }
    }

    /// The allocation models.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn allocation_models(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<AllocationModelFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<AllocationModelOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<AllocationModel>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
