//! How many new hosts a demand needs, and what to set aside for them, as clients see it.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use entity::lifecycle::refresh_policy;
use forecasting::{
    ForecastError,
    money::{self, Currency},
    refresh::{Demand, by_demand, reserve},
};
use rust_decimal::Decimal;

use crate::{
    access::Permission,
    error::{Error, Result},
    rules::{require_fraction, require_least, require_range},
    schema::{
        explain::{Explanation, ExplanationInput},
        request::read,
        scalar::{Money, plain},
    },
};

/// What old and new hosts have, and what demand uses up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "refresh_policy::HostResource")]
pub enum HostResource {
    /// Cores.
    Cores,
    /// Memory.
    Memory,
    /// Storage.
    Storage,
    /// Cores that licences are bought for.
    LicenceCores,
}

/// The demand of one resource, and what a new host supplies of it. Both are in one unit: cores, gigabytes, terabytes.
#[derive(Clone, Debug, InputObject)]
pub struct ResourceDemandInput {
    /// The resource.
    resource: HostResource,
    /// What one old host has of it.
    old_per_host: Decimal,
    /// The share of it that is used, 0 to 1.
    utilisation: Decimal,
    /// What one new host has of it.
    new_per_host: Decimal,
    /// How much more a unit of the new resource does than one of the old; 1 when left out.
    performance_factor: Option<Decimal>,
    /// The share of a new host that may be used, 0 to 1; 1 when left out.
    target_utilisation: Option<Decimal>,
    /// Growth of this demand per year, as a fraction. Left out: that of all.
    growth_rate: Option<Decimal>,
}

/// What one resource asks for.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResourceDemand {
    /// The resource.
    resource: HostResource,
    /// What is used today.
    used: Decimal,
    /// What will be used after the years of growth.
    demand: Decimal,
    /// What one new host supplies: what it has, times performance factor, times target utilisation.
    supply_per_host: Decimal,
    /// New hosts that this resource needs.
    hosts: u32,
}

/// How many new hosts a demand needs.
#[derive(Clone, Debug, SimpleObject)]
pub struct Consolidation {
    /// New hosts that carry the demand: the most that any resource needs.
    hosts: u32,
    /// New hosts with those that may fail.
    hosts_with_failover: u32,
    /// The resource that needs the most hosts; the first of equals.
    binding_resource: HostResource,
    /// Old hosts that one new one replaces, those for failover included.
    ratio: Option<Decimal>,
    /// Each resource, in the order in which they were given.
    resources: Vec<ResourceDemand>,
    /// How it came about.
    explain: Explanation,
}

/// What to set aside each month for a refresh that is years away.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshReserve {
    /// What the refresh will cost then.
    future: Money,
    /// An even share of that per month; the last month takes the odd cents.
    per_month: Money,
    /// How it came about.
    explain: Explanation,
}

fn said(name: &str, value: impl std::fmt::Display) -> ExplanationInput {
    ExplanationInput { name: name.to_owned(), value: value.to_string() }
}

fn refused(field: &str, cause: &ForecastError) -> Error {
    match cause {
        ForecastError::Invalid { value, rule, .. } => Error::invalid(field, format!("{value}: {rule}")),
        other => Error::invalid(field, other),
    }
}

impl ResourceDemandInput {
    fn demand(&self, place: usize, hosts: i32, growth_rate: Decimal, years: i32) -> Result<Demand> {
        let field = |name: &str| format!("resources[{place}].{name}");
        let (zero, one) = (Decimal::ZERO, Decimal::ONE);
        require_least(&field("oldPerHost"), Some(self.old_per_host), zero)?;
        require_fraction(&field("utilisation"), self.utilisation, zero, one)?;
        require_least(&field("newPerHost"), Some(self.new_per_host), zero)?;
        let target = self.target_utilisation.unwrap_or(one);
        require_fraction(&field("targetUtilisation"), target, zero, one)?;
        let growth = self.growth_rate.unwrap_or(growth_rate);
        Demand::of_hosts(hosts.unsigned_abs(), self.old_per_host, self.utilisation)
            .map(|used| Demand {
                used,
                growth,
                years: years.unsigned_abs(),
                per_unit: self.new_per_host,
                performance_factor: self.performance_factor.unwrap_or(one),
                target_utilisation: target,
            })
            .map_err(|cause| refused(&field("oldPerHost"), &cause))
    }
}

/// Calculations of how many hosts, and of reserves.
#[derive(Default)]
pub struct ConsolidationQuery;

/// Calculations of how many hosts, and of reserves.
#[Object]
impl ConsolidationQuery {
    /// How many new hosts carry what old ones carry now, after some years of growth. Nothing of the estate goes into
    /// it.
    async fn consolidation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Old hosts.")] hosts: i32,
        #[graphql(desc = "What is counted; the resource that needs the most hosts decides.")] resources: Vec<
            ResourceDemandInput,
        >,
        #[graphql(default, desc = "Growth of the demand per year, as a fraction: 0.12 is 12 %.")]
        growth_rate: Decimal,
        #[graphql(default = 0, desc = "Years that the new hosts must last, 0 to 20.")] years: i32,
        #[graphql(default = 0, desc = "New hosts that may fail, on top.")] failover_hosts: i32,
    ) -> Result<Consolidation> {
        read(ctx, Permission::ViewLifecycle)?;
        require_range("hosts", hosts, 1, 1_000_000)?;
        require_range("years", years, 0, 20)?;
        require_range("failoverHosts", failover_hosts, 0, 10_000)?;
        require_fraction("growthRate", growth_rate, Decimal::new(-99, 2), Decimal::ONE)?;
        if resources.is_empty() {
            return Err(Error::invalid("resources", "is empty: at least one resource is needed"));
        }
        let mut demands = Vec::with_capacity(resources.len());
        let mut shown = Vec::with_capacity(resources.len());
        for (place, input) in resources.iter().enumerate() {
            if resources[..place].iter().any(|other| other.resource == input.resource) {
                let message = format!("{:?} is given twice", input.resource);
                return Err(Error::invalid(format!("resources[{place}].resource"), message));
            }
            let demand = input.demand(place, hosts, growth_rate, years)?;
            let refuse = |cause: ForecastError| refused(&format!("resources[{place}]"), &cause);
            shown.push(ResourceDemand {
                resource: input.resource,
                used: demand.used.normalize(),
                demand: demand.future().map_err(refuse)?.round_dp(2),
                supply_per_host: demand.supply_per_unit().map_err(refuse)?.normalize(),
                hosts: demand.units().map_err(refuse)?,
            });
            demands.push(demand);
        }
        let found = by_demand(&demands, failover_hosts.unsigned_abs());
        let found = found.map_err(|cause| refused("resources", &cause))?;
        let ratio = found.ratio(hosts.unsigned_abs()).map(|ratio| ratio.round_dp(4).normalize());
        Ok(Consolidation {
            hosts: found.units,
            hosts_with_failover: found.units_with_failover,
            binding_resource: resources[found.binding].resource,
            ratio,
            resources: shown,
            explain: Explanation {
                formula:
                    "max over resources of ceil(old hosts x per host x utilisation x (1 + growth)^years \
                          / (new per host x performance factor x target utilisation)) + failover hosts"
                        .into(),
                inputs: vec![
                    said("old hosts", hosts),
                    said("growth a year", growth_rate.normalize()),
                    said("years", years),
                    said("failover hosts", failover_hosts),
                    said("binding resource", format!("{:?}", resources[found.binding].resource)),
                ],
                assumptions: vec![
                    "Growth compounds from year to year, and every resource is full at the end of the years."
                        .into(),
                    "A performance factor or a target that was left out is 1.".into(),
                ],
                estimated: true,
                ..Explanation::default()
            },
        })
    }

    /// What to set aside each month for a refresh that is years away. Nothing of the estate goes into it.
    async fn refresh_reserve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the refresh would cost today.")] today: Decimal,
        #[graphql(desc = "Currency of the amounts, by its code.")] currency: String,
        #[graphql(default, desc = "The rise of its cost per year, as a fraction: 0.06 is 6 %.")]
        escalation_rate: Decimal,
        #[graphql(desc = "Years until then, 0 to 20.")] years: i32,
        #[graphql(desc = "Months to save in, 1 to 240; those of the years when left out.")] months: Option<
            i32,
        >,
    ) -> Result<RefreshReserve> {
        read(ctx, Permission::ViewLifecycle)?;
        let currency = Currency::from_code(&currency).map_err(|cause| Error::invalid("currency", cause))?;
        require_range("years", years, 0, 20)?;
        require_fraction("escalationRate", escalation_rate, Decimal::new(-99, 2), Decimal::ONE)?;
        let months = months.unwrap_or_else(|| years.saturating_mul(12));
        require_range("months", months, 1, 240)?;
        let today = money::Money::new(today, currency);
        let found = reserve(today, escalation_rate, years.unsigned_abs(), months.unsigned_abs());
        let found = found.map_err(|cause| refused("today", &cause))?;
        let shown =
            |money: money::Money| Money { amount: plain(money.amount), currency: currency.code().to_owned() };
        Ok(RefreshReserve {
            future: shown(found.future),
            per_month: shown(found.per_month),
            explain: Explanation {
                formula: "today x (1 + escalation)^years, and that over months".into(),
                inputs: vec![
                    said("today", today),
                    said("escalation a year", escalation_rate.normalize()),
                    said("years", years),
                    said("months", months),
                ],
                assumptions: vec!["What is saved earns no interest.".into()],
                estimated: true,
                ..Explanation::default()
            },
        })
    }
}
