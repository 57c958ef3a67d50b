//! Filters and orders of refresh policies.

use async_graphql::{Enum, InputObject};
use entity::{
    id::RefreshPolicyId,
    lifecycle::{depreciation_rule, refresh_policy},
};
use sea_orm::Condition;

use super::{CohortPeriod, QuantityRule, RefreshPolicy};
use crate::{
    access::Caller,
    error::Result,
    lifecycle::graphql::depreciation_rules::DepreciationRuleFilter,
    schema::{
        filter::{BooleanFilter, EnumFilter, Filter, IdFilter, IntFilter, StringFilter, through},
        page::Sortable,
    },
};

/// Which refresh policies. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshPolicyFilter {
    /// All of these as well.
    pub and: Option<Vec<RefreshPolicyFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<RefreshPolicyFilter>>,
    /// And not this.
    pub not: Option<Box<RefreshPolicyFilter>>,
    /// By id.
    pub id: Option<IdFilter<RefreshPolicyId>>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By priority.
    pub priority: Option<IntFilter>,
    /// By whether it is in use.
    pub active: Option<BooleanFilter>,
    /// By the age in months at which assets are due.
    pub age_months: Option<IntFilter>,
    /// By the months before the last day of support at which assets are due.
    pub support_margin_months: Option<IntFilter>,
    /// By whether the end of the warranty makes due.
    pub warranty: Option<BooleanFilter>,
    /// By whether the return of a lease makes due.
    pub lease: Option<BooleanFilter>,
    /// By how many new units replace the old.
    pub quantity_rule: Option<EnumFilter<QuantityRule>>,
    /// By the currency of its amounts.
    pub currency: Option<StringFilter>,
    /// By how due dates are grouped.
    pub cohort_period: Option<EnumFilter<CohortPeriod>>,
    /// By how purchases under it are written off.
    pub depreciation_rule: Option<DepreciationRuleFilter>,
}

impl Filter for RefreshPolicyFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use refresh_policy::Column as C;
        let rule = match &self.depreciation_rule {
            Some(rule) => Some(through::<depreciation_rule::Entity>(
                C::DepreciationRuleId,
                depreciation_rule::Column::Id,
                rule.condition(caller)?,
            )),
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.priority.as_ref().map(|test| test.on(C::Priority)).transpose()?)
            .add_option(self.active.map(|test| test.on(C::Active)))
            .add_option(self.age_months.as_ref().map(|test| test.on(C::AgeMonths)).transpose()?)
            .add_option(
                self.support_margin_months
                    .as_ref()
                    .map(|test| test.on(C::SupportMarginMonths))
                    .transpose()?,
            )
            .add_option(self.warranty.map(|test| test.on(C::WarrantyRule)))
            .add_option(self.lease.map(|test| test.on(C::LeaseRule)))
            .add_option(
                self.quantity_rule
                    .as_ref()
                    .map(|test| test.on::<refresh_policy::QuantityRule>(C::QuantityRule)),
            )
            .add_option(self.currency.as_ref().map(|test| test.on(C::Currency)))
            .add_option(
                self.cohort_period
                    .as_ref()
                    .map(|test| test.on::<refresh_policy::CohortPeriod>(C::CohortPeriod)),
            )
            .add_option(rule))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order refresh policies by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum RefreshPolicyOrderField {
    /// By priority.
    Priority,
    /// By name.
    Name,
    /// By the age at which assets are due.
    AgeMonths,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for RefreshPolicyOrderField {
    type Noun = RefreshPolicy;

    fn column(self) -> refresh_policy::Column {
        match self {
            Self::Priority => refresh_policy::Column::Priority,
            Self::Name => refresh_policy::Column::Name,
            Self::AgeMonths => refresh_policy::Column::AgeMonths,
            Self::CreatedAt => refresh_policy::Column::CreatedAt,
        }
    }
}
