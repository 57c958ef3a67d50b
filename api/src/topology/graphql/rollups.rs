//! What an outage comes to, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use rust_decimal::Decimal;
use tokio::sync::OnceCell;

use super::{
    impacts::ImpactStatus,
    lens::{DependencyStep, Lens, size, skip},
    things::ConfigurationItem,
};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    schema::{
        request::read,
        scalar::{Money, plain},
    },
    topology::{
        asked::VIEW,
        impacts::Answer,
        items::Thing,
        rollups::{AssetsHit, Counts, Sums},
        service_levels::{ServiceLevel, ServiceLevels, THIRTY_DAYS, YEAR, service_levels},
    },
};

/// Services of a tier that fared alike.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct ImpactServices {
    /// The tier. Null for services of no recorded tier.
    tier: Option<i32>,
    /// What became of them.
    status: ImpactStatus,
    /// How many.
    count: u64,
}

/// The people behind services that fared alike.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct ImpactUsers {
    /// What became of the services.
    status: ImpactStatus,
    /// Who uses them; who uses two of them counts twice. Null where none of them has any on record.
    users: Option<i64>,
    /// Services whose users are not recorded.
    services_without_users: u64,
}

/// Money that hangs on what is affected.
#[derive(Clone, Debug, SimpleObject)]
pub struct ImpactMoney {
    /// By currency. Null where there is none to add up, or where the caller may not see prices: `reason` says which.
    amounts: Option<Vec<Money>>,
    /// Why there are no amounts. Null where there are.
    reason: Option<String>,
    /// How many have none on record, and are not in the amounts.
    unknown: u64,
}

impl ImpactMoney {
    /// Sums as a caller may see them.
    #[must_use]
    pub fn new(sums: &Sums, caller: &Caller, nothing: &str) -> Self {
        let unknown = sums.unknown;
        if !caller.may(Permission::ViewPrices) {
            let reason = Some("your role does not see prices".to_owned());
            return Self { amounts: None, reason, unknown };
        }
        if sums.counted == 0 {
            return Self { amounts: None, reason: Some(nothing.to_owned()), unknown };
        }
        let amounts = sums.by_currency.iter();
        let amounts =
            amounts.map(|(currency, amount)| Money { amount: plain(*amount), currency: currency.clone() });
        Self { amounts: Some(amounts.collect()), reason: None, unknown }
    }
}

/// A contract that is hit.
#[derive(Clone, Debug, SimpleObject)]
pub struct ImpactContract {
    /// The contract.
    contract: ConfigurationItem,
    /// Whether it failed or is affected itself.
    is_affected: bool,
    /// Affected assets that it covers on that day.
    covered_assets: u64,
    /// Affected sites that it is for.
    sites: u64,
}

/// Assets that fared alike.
#[derive(Clone, Debug, SimpleObject)]
pub struct ImpactAssets {
    /// What became of them.
    status: ImpactStatus,
    /// How many.
    count: u64,
    /// What those of known draw draw, in kilowatts; what is not in use draws nothing. Null where no draw is known.
    kilowatts: Option<Decimal>,
    /// How many draw nobody knows what.
    without_draw: u64,
    /// Rack units that those of known height take. Null where no height is known.
    rack_units: Option<Decimal>,
    /// How many are of unknown height.
    without_height: u64,
    /// What was paid for them.
    purchases: ImpactMoney,
}

impl ImpactAssets {
    fn new(hit: &AssetsHit, caller: &Caller) -> Self {
        Self {
            status: hit.status.into(),
            count: hit.count,
            kilowatts: (hit.without_draw < hit.count).then(|| Decimal::new(hit.watts, 3).normalize()),
            without_draw: hit.without_draw,
            rack_units: (hit.without_height < hit.count)
                .then(|| Decimal::new(hit.half_units.saturating_mul(5), 1).normalize()),
            without_height: hit.without_height,
            purchases: ImpactMoney::new(&hit.purchases, caller, "none of them has a price on record"),
        }
    }
}

/// How much is affected.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct ImpactCounts {
    /// Things that are down.
    down: u64,
    /// Things that are degraded.
    degraded: u64,
    /// Things that are at risk.
    at_risk: u64,
    /// All of them.
    all: u64,
}

impl From<Counts> for ImpactCounts {
    fn from(counts: Counts) -> Self {
        Self { down: counts.down, degraded: counts.degraded, at_risk: counts.at_risk, all: counts.all() }
    }
}

/// How much is affected at a site.
#[derive(Clone, Debug, SimpleObject)]
pub struct ImpactSite {
    /// The site. Null for what stands at no site: services, vendors, contracts, accounts.
    site: Option<ConfigurationItem>,
    /// How much.
    counts: ImpactCounts,
}

/// How much is affected of what somebody answers for.
#[derive(Clone, Debug, SimpleObject)]
pub struct ImpactOwner {
    /// Team or person.
    owner: String,
    /// How much.
    counts: ImpactCounts,
}

/// An affected service with an availability target, and what an outage takes of the time that it may be down.
#[derive(Clone, Debug, SimpleObject)]
pub struct ImpactServiceLevel {
    /// The service.
    service: ConfigurationItem,
    /// What became of it.
    status: ImpactStatus,
    /// The share of time in which it has to be up, from 0 to 1.
    availability_target: Decimal,
    /// Minutes of 30 days in which it may be down by that.
    #[graphql(name = "allowedMinutesIn30Days")]
    allowed_in_thirty_days: Decimal,
    /// Minutes of 365 days in which it may be down by that.
    #[graphql(name = "allowedMinutesIn365Days")]
    allowed_in_a_year: Decimal,
    /// What an hour of this outage takes of the minutes of 30 days: 1 is all of them. Null where it is not down, and
    /// where it may never be down.
    #[graphql(name = "takenPerHourOf30Days")]
    taken_of_thirty_days: Option<Decimal>,
    /// What an hour of this outage takes of the minutes of 365 days. Null as above.
    #[graphql(name = "takenPerHourOf365Days")]
    taken_of_a_year: Option<Decimal>,
}

impl ImpactServiceLevel {
    fn new(level: &ServiceLevel, service: ConfigurationItem) -> Self {
        let rounded = |figure: Decimal| figure.round_dp(4).normalize();
        Self {
            service,
            status: level.status.into(),
            availability_target: level.target.normalize(),
            allowed_in_thirty_days: rounded(level.allowed(THIRTY_DAYS)),
            allowed_in_a_year: rounded(level.allowed(YEAR)),
            taken_of_thirty_days: level.taken_per_hour(THIRTY_DAYS).map(rounded),
            taken_of_a_year: level.taken_per_hour(YEAR).map(rounded),
        }
    }
}

/// What an outage comes to, as far as the caller may see it.
pub struct ImpactRollUp {
    answer: Arc<Answer>,
    lens: Lens,
    /// Read once, where they are asked for.
    levels: OnceCell<ServiceLevels>,
}

impl ImpactRollUp {
    /// The roll-up of an answer, with the graph as the caller may see it.
    #[must_use]
    pub fn new(answer: Arc<Answer>, lens: Lens) -> Self {
        Self { answer, lens, levels: OnceCell::new() }
    }

    async fn levels(&self, ctx: &Context<'_>) -> Result<&ServiceLevels> {
        let load = async || service_levels(&read(ctx, VIEW)?, &self.answer).await;
        self.levels.get_or_try_init(load).await
    }
}

/// What an outage comes to, as far as the caller may see it.
#[Object]
impl ImpactRollUp {
    /// How much is affected in all, without assets that do not run and services that are planned.
    async fn total(&self) -> ImpactCounts {
        self.answer.roll_up.total.into()
    }

    /// Affected services in use by tier and status, the most critical first.
    async fn services(&self) -> Vec<ImpactServices> {
        let rows = self.answer.roll_up.services.iter();
        rows.map(|row| ImpactServices { tier: row.tier, status: row.status.into(), count: row.count })
            .collect()
    }

    /// The people who use them, by what became of the services.
    async fn users(&self) -> Vec<ImpactUsers> {
        let rows = self.answer.roll_up.users.iter();
        let rows = rows.map(|row| ImpactUsers {
            status: row.status.into(),
            users: row.users,
            services_without_users: row.unknown,
        });
        rows.collect()
    }

    /// What an hour without the services costs that are down, each by its own revenue.
    async fn revenue_per_hour(&self) -> ImpactMoney {
        let nothing = "no service that is down has its revenue on record";
        ImpactMoney::new(&self.answer.roll_up.revenue, &self.lens.caller, nothing)
    }

    /// The score to rank outages by: for each affected service in use the weight of its tier (8, 4, 2, 1 for tier 0 to 3),
    /// whole where it is down, half where it is degraded, a quarter where it is at risk.
    async fn blast_radius(&self) -> Decimal {
        self.answer.roll_up.blast_radius
    }

    /// Affected services in use of no recorded tier, which the score lacks.
    async fn services_without_tier(&self) -> u64 {
        self.answer.roll_up.without_tier
    }

    /// The chain to the thing that is down and farthest from what failed.
    async fn deepest_chain(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 100, desc = "At most so many steps, from that thing on.")] first: i32,
    ) -> Result<Vec<DependencyStep>> {
        self.lens.first_steps(ctx, &self.answer.roll_up.deepest, first)
    }

    /// How many steps that chain has.
    async fn deepest_chain_length(&self) -> u64 {
        self.answer.roll_up.deepest.len() as u64
    }

    /// Contracts that are hit: those that failed or are affected, support contracts that cover affected assets, and
    /// colocation contracts that are for affected sites.
    async fn contracts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Vec<ImpactContract>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let hits = self.answer.roll_up.contracts.iter().skip(skip).take(size).map(|hit| {
            let contract = self.lens.thing(hit.contract);
            let contract = contract.ok_or_else(|| Error::internal("a contract that is hidden"))?;
            let (is_affected, covered_assets, sites) = (hit.is_affected, hit.assets, hit.sites);
            Ok(ImpactContract { contract, is_affected, covered_assets, sites })
        });
        hits.collect()
    }

    /// How many contracts are hit that the caller may see.
    async fn contract_count(&self) -> u64 {
        self.answer.roll_up.contracts.len() as u64
    }

    /// How many contracts are hit that the caller may not see.
    async fn hidden_contracts(&self) -> u64 {
        self.answer.roll_up.hidden_contracts
    }

    /// Affected services in use with an availability target: those that are down first, then the most critical. What an hour
    /// takes of the time in which they may be down is told of those that are down.
    async fn service_levels(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Vec<ImpactServiceLevel>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let levels = self.levels(ctx).await?.shown.iter().skip(skip).take(size).map(|level| {
            let service = self.lens.thing(level.service);
            let service = service.ok_or_else(|| Error::internal("a service that is hidden"))?;
            Ok(ImpactServiceLevel::new(level, service))
        });
        levels.collect()
    }

    /// How many affected services in use have an availability target that the caller may see.
    async fn service_level_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(self.levels(ctx).await?.shown.len() as u64)
    }

    /// How many affected services in use have an availability target that the caller may not see.
    async fn hidden_service_levels(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(self.levels(ctx).await?.hidden)
    }

    /// Affected assets by status: how many, what they draw, the rack units they take and what was paid for them.
    async fn assets(&self) -> Vec<ImpactAssets> {
        self.answer.roll_up.assets.iter().map(|hit| ImpactAssets::new(hit, &self.lens.caller)).collect()
    }

    /// Affected assets that are foreseen, ordered or in stock. They are affected where they will need what failed, and
    /// count in nothing else here.
    async fn assets_not_running(&self) -> u64 {
        self.answer.roll_up.not_running
    }

    /// Affected services that are planned, and so not yet in use. They are affected where they will need what failed, and
    /// count in nothing else here.
    async fn services_not_in_use(&self) -> u64 {
        self.answer.roll_up.not_in_use
    }

    /// How much is affected at each site, those with most down first.
    async fn sites(&self) -> Vec<ImpactSite> {
        let rows = self.answer.roll_up.sites.iter().map(|(site, counts)| ImpactSite {
            site: site.and_then(|site| self.lens.thing(Thing::Site(site))),
            counts: (*counts).into(),
        });
        rows.collect()
    }

    /// How much is affected of what each owner answers for, those with most down first.
    async fn owners(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Vec<ImpactOwner>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let rows = self.answer.roll_up.owners.iter().skip(skip).take(size);
        Ok(rows
            .map(|(owner, counts)| ImpactOwner { owner: owner.clone(), counts: (*counts).into() })
            .collect())
    }

    /// How many owners answer for what is affected.
    async fn owner_count(&self) -> u64 {
        self.answer.roll_up.owners.len() as u64
    }

    /// How much is affected that nobody is recorded to answer for.
    async fn without_owner(&self) -> ImpactCounts {
        self.answer.roll_up.without_owner.into()
    }
}
