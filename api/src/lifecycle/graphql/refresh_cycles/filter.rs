//! Filters and orders of refresh cycles.

use async_graphql::{Enum, InputObject};
use entity::{
    id::RefreshCycleId,
    inventory::{asset, hardware_model, site},
    lifecycle::{refresh_cycle, refresh_cycle_asset, refresh_policy},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{CycleStatus, RefreshCycle};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    inventory::graphql::{assets::AssetFilter, models::HardwareModelFilter, sites::SiteFilter},
    lifecycle::graphql::refresh_policies::RefreshPolicyFilter,
    schema::{
        filter::{Comparison, DateFilter, EnumFilter, Filter, IdFilter, IntFilter, StringFilter, through},
        page::Sortable,
    },
};

/// Which refresh cycles. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshCycleFilter {
    /// All of these as well.
    pub and: Option<Vec<RefreshCycleFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<RefreshCycleFilter>>,
    /// And not this.
    pub not: Option<Box<RefreshCycleFilter>>,
    /// By id.
    pub id: Option<IdFilter<RefreshCycleId>>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By status.
    pub status: Option<EnumFilter<CycleStatus>>,
    /// By policy.
    pub policy: Option<RefreshPolicyFilter>,
    /// By the one site that it is for.
    pub site: Option<SiteFilter>,
    /// By the model to buy.
    pub model: Option<HardwareModelFilter>,
    /// By the assets that it replaces: at least one has to match.
    pub asset: Option<AssetFilter>,
    /// By the day to order by.
    pub order_on: Option<DateFilter>,
    /// By the day on which the new units are to be in service.
    pub in_service_on: Option<DateFilter>,
    /// By new units.
    pub quantity: Option<IntFilter>,
    /// By budget, in units of its currency. Needs the right to see prices.
    pub budget: Option<Comparison<Decimal>>,
}

impl RefreshCycleFilter {
    fn relations(&self, caller: &Caller) -> Result<Condition> {
        use refresh_cycle::Column as C;
        let mut all = Condition::all();
        if let Some(policy) = &self.policy {
            let condition = policy.condition(caller)?;
            all = all.add(through::<refresh_policy::Entity>(
                C::PolicyId,
                refresh_policy::Column::Id,
                condition,
            ));
        }
        if let Some(site) = &self.site {
            all = all.add(through::<site::Entity>(C::SiteId, site::Column::Id, site.condition(caller)?));
        }
        if let Some(model) = &self.model {
            let condition = model.condition(caller)?;
            all =
                all.add(through::<hardware_model::Entity>(C::ModelId, hardware_model::Column::Id, condition));
        }
        if let Some(asset) = &self.asset {
            use refresh_cycle_asset::Column as L;
            let matching = through::<asset::Entity>(L::AssetId, asset::Column::Id, asset.condition(caller)?);
            let links = refresh_cycle_asset::Entity::find().select_only().column(L::CycleId);
            all = all.add(C::Id.in_subquery(links.filter(matching).into_query()));
        }
        Ok(all)
    }
}

impl Filter for RefreshCycleFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use refresh_cycle::Column as C;
        if self.budget.is_some() && !caller.may(Permission::ViewPrices) {
            // An answer would tell the budget by halving.
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller.role });
        }
        Ok(self
            .relations(caller)?
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.status.as_ref().map(|test| test.on::<refresh_cycle::CycleStatus>(C::Status)))
            .add_option(self.order_on.as_ref().map(|test| test.on(C::OrderOn)).transpose()?)
            .add_option(self.in_service_on.as_ref().map(|test| test.on(C::InServiceOn)).transpose()?)
            .add_option(self.quantity.as_ref().map(|test| test.on(C::Quantity)).transpose()?)
            .add_option(self.budget.as_ref().map(|test| test.on(C::BudgetAmount)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order refresh cycles by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum RefreshCycleOrderField {
    /// By name.
    Name,
    /// By status.
    Status,
    /// By the day to order by.
    OrderOn,
    /// By the day on which the new units are to be in service.
    InServiceOn,
    /// By new units.
    Quantity,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for RefreshCycleOrderField {
    type Noun = RefreshCycle;

    fn column(self) -> refresh_cycle::Column {
        match self {
            Self::Name => refresh_cycle::Column::Name,
            Self::Status => refresh_cycle::Column::Status,
            Self::OrderOn => refresh_cycle::Column::OrderOn,
            Self::InServiceOn => refresh_cycle::Column::InServiceOn,
            Self::Quantity => refresh_cycle::Column::Quantity,
            Self::CreatedAt => refresh_cycle::Column::CreatedAt,
        }
    }
}
