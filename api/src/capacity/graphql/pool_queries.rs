//! Capacity pools, as clients find them.

use async_graphql::{Context, Enum, InputObject, Object};
use entity::{
    capacity::capacity_pool::{self, Column as C},
    id::{CapacityPoolId, SiteId},
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    pools::CapacityPool,
    words::{CapacityBasis, CapacityResource},
};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    schema::{
        filter::{BooleanFilter, EnumFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        request::{by_condition, by_id, caller, read},
        scalar::Id,
    },
};

/// Which pools. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CapacityPoolFilter {
    /// All of these as well.
    pub and: Option<Vec<CapacityPoolFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<CapacityPoolFilter>>,
    /// And not this.
    pub not: Option<Box<CapacityPoolFilter>>,
    /// By id.
    pub id: Option<IdFilter<CapacityPoolId>>,
    /// By its name.
    pub name: Option<StringFilter>,
    /// By what it is a supply of.
    pub resource: Option<EnumFilter<CapacityResource>>,
    /// By where the raw quantity comes from.
    pub basis: Option<EnumFilter<CapacityBasis>>,
    /// By the id of the site.
    pub site: Option<IdFilter<SiteId>>,
    /// By whether it is in use.
    pub is_active: Option<BooleanFilter>,
    /// By where the record came from.
    pub source: Option<StringFilter>,
}

impl Filter for CapacityPoolFilter {
    fn own(&self, _caller: &Caller) -> Result<Condition> {
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(
                self.resource.as_ref().map(|test| test.on::<capacity_pool::CapacityResource>(C::Resource)),
            )
            .add_option(self.basis.as_ref().map(|test| test.on::<capacity_pool::CapacityBasis>(C::Basis)))
            .add_option(self.site.as_ref().map(|test| test.on(C::SiteId)))
            .add_option(self.is_active.as_ref().map(|test| test.on(C::IsActive)))
            .add_option(self.source.as_ref().map(|test| test.on(C::Source))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order pools by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CapacityPoolOrderField {
    /// By its name.
    Name,
    /// By what it is a supply of.
    Resource,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for CapacityPoolOrderField {
    type Noun = CapacityPool;

    fn column(self) -> capacity_pool::Column {
        match self {
            Self::Name => C::Name,
            Self::Resource => C::Resource,
            Self::CreatedAt => C::CreatedAt,
        }
    }
}

/// Queries of pools.
#[derive(Default)]
pub struct PoolQuery;

/// Queries of pools.
#[Object]
impl PoolQuery {
    /// One pool by its id or its name, of which one is given.
    async fn capacity_pool(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<CapacityPoolId>>,
        #[graphql(desc = "Its name.")] name: Option<String>,
    ) -> Result<Option<CapacityPool>> {
        read(ctx, Permission::ViewInventory)?;
        match (id, name) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(name)) => by_condition(ctx, Condition::all().add(C::Name.eq(name))).await,
            (Some(_), Some(_)) => Err(Error::invalid("name", "is given beside the id: give one of them")),
            (None, None) => Err(Error::invalid("id", "is left out, and so is the name: give one of them")),
        }
    }

    /// The pools.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn capacity_pools(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<CapacityPoolFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<CapacityPoolOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<CapacityPool>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
