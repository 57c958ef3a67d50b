//! What an outage comes to: services, people, money, contracts, power and space, places and teams.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    id::{SiteId, SupportContractId},
    money::Amount,
    topology::service,
};
use rust_decimal::Decimal;
use topology::blast::{Harm, blast_quarters};

use super::{
    asked::is_visible,
    chains::{Downs, Step},
    graph::{Estate, refused},
    impacts::{Affected, Status},
    items::Thing,
    recorded::supports,
    rows::CoverageRow,
};
use crate::{access::Caller, error::Result};

/// Sums of money by currency, and how many had none to add.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The sums.
    pub by_currency: BTreeMap<String, Decimal>,
    /// How many were added.
    pub counted: u64,
    /// How many have none on record.
    pub unknown: u64,
}

/// Services of a tier that fared alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierCount {
    /// The tier; none where it is not recorded.
    pub tier: Option<i32>,
    /// What became of them.
    pub status: Status,
    /// How many.
    pub count: u64,
}

/// People who use services that fared alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Users {
    /// What became of the services.
    pub status: Status,
    /// Their users; none where none of the services has any on record.
    pub users: Option<i64>,
    /// Services whose users are not recorded.
    pub unknown: u64,
}

/// Assets that fared alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetsHit {
    /// What became of them.
    pub status: Status,
    /// How many.
    pub count: u64,
    /// What those draw whose draw is known.
    pub watts: i64,
    /// How many draw nobody knows what.
    pub without_draw: u64,
    /// Half units that those take whose height is known.
    pub half_units: i64,
    /// How many are of unknown height.
    pub without_height: u64,
    /// What was paid for them.
    pub purchases: Sums,
}

/// A contract that is hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContractHit {
    /// The contract.
    pub contract: Thing,
    /// Whether it is among what is affected.
    pub is_affected: bool,
    /// Affected assets that it covers.
    pub assets: u64,
    /// Affected sites that it is for.
    pub sites: u64,
}

/// How much is affected at one place, or of one owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Items that are down.
    pub down: u64,
    /// Items that are degraded.
    pub degraded: u64,
    /// Items that are at risk.
    pub at_risk: u64,
}

/// What an outage comes to, as far as the caller may see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RollUp {
    /// All that is affected.
    pub total: Counts,
    /// Services by tier and status, the most critical first.
    pub services: Vec<TierCount>,
    /// Their users.
    pub users: Vec<Users>,
    /// What an hour without the services costs that are down.
    pub revenue: Sums,
    /// The score, in points.
    pub blast_radius: Decimal,
    /// Affected services of no recorded tier, which the score lacks.
    pub without_tier: u64,
    /// The longest of the shortest chains, from the item that is farthest to what failed.
    pub deepest: Vec<Step>,
    /// Contracts that are hit.
    pub contracts: Vec<ContractHit>,
    /// Contracts that are hit and that the caller may not see.
    pub hidden_contracts: u64,
    /// Assets by status.
    pub assets: Vec<AssetsHit>,
    /// By site; none for what stands at no site.
    pub sites: Vec<(Option<SiteId>, Counts)>,
    /// By owner.
    pub owners: Vec<(String, Counts)>,
    /// Of no recorded owner.
    pub without_owner: Counts,
    /// Affected assets that do not run: foreseen, ordered or in stock. They are nowhere else in it.
    pub not_running: u64,
    /// Affected services that are planned. They are nowhere else in it.
    pub not_in_use: u64,
}

impl Sums {
    /// Adds a sum, or counts that there is none.
    pub fn add(&mut self, sum: Option<(Amount, &str)>) {
        let Some((amount, currency)) = sum else {
            self.unknown += 1;
            return;
        };
        self.counted += 1;
        *self.by_currency.entry(currency.to_owned()).or_default() += amount.to_decimal();
    }
}

impl Counts {
    fn add(&mut self, status: Status) {
        match status {
            Status::Down => self.down += 1,
            Status::Degraded => self.degraded += 1,
            Status::AtRisk => self.at_risk += 1,
        }
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.down + self.degraded + self.at_risk
    }
}

/// What an hour without a service costs.
#[must_use]
pub fn revenue(service: &service::Model) -> Option<(Amount, &str)> {
    service.revenue_per_hour_amount.zip(service.revenue_per_hour_currency.as_deref())
}

/// How services fared, as the score has it: the score, and how many have no tier.
///
/// # Errors
/// `Invalid` for a tier that is none.
pub fn blast(services: impl Iterator<Item = (Option<i32>, Status)>) -> Result<(Decimal, u64)> {
    let mut without_tier = 0;
    let mut scored = Vec::new();
    for (tier, status) in services {
        let harm = match status {
            Status::Down => Harm::Down,
            Status::Degraded => Harm::Degraded,
            Status::AtRisk => Harm::AtRisk,
        };
        match tier.and_then(|tier| u8::try_from(tier).ok()) {
            Some(tier) => scored.push((tier, harm)),
            None => without_tier += 1,
        }
    }
    let quarters = blast_quarters(scored).map_err(refused)?;
    Ok(((Decimal::from(quarters) / Decimal::from(4)).normalize(), without_tier))
}

impl RollUp {
    /// What is affected, rolled up.
    ///
    /// # Errors
    /// `Invalid` for a tier that is none.
    pub fn of(
        estate: &Estate,
        caller: &Caller,
        downs: &Downs,
        (affected, hidden): (&[Affected], &[Affected]),
    ) -> Result<Self> {
        let mut roll_up = Self::default();
        let runs = |affected: &&Affected| estate.recorded.runs(affected.thing);
        let (running, waiting): (Vec<&Affected>, Vec<&Affected>) = affected.iter().partition(runs);
        let planned = waiting.iter().filter(|affected| matches!(affected.thing, Thing::Service(_))).count();
        roll_up.not_in_use = planned as u64;
        roll_up.not_running = (waiting.len() - planned) as u64;
        roll_up.services(estate, &running)?;
        roll_up.assets(estate, &running);
        roll_up.places(estate, &running);
        let farthest = running.iter().filter(|affected| affected.status == Status::Down);
        let farthest = farthest.max_by_key(|affected| (affected.steps, std::cmp::Reverse(affected.thing)));
        roll_up.deepest = farthest.map(|affected| downs.chain(affected.node)).unwrap_or_default();
        let things = affected.iter().chain(hidden).map(|affected| affected.thing);
        let things = things.filter(|thing| estate.recorded.runs(*thing)).collect();
        roll_up.contracts(estate, caller, things);
        Ok(roll_up)
    }

    fn services(&mut self, estate: &Estate, affected: &[&Affected]) -> Result<()> {
        let hit: Vec<(&service::Model, Status)> = affected
            .iter()
            .filter_map(|affected| match affected.thing {
                Thing::Service(id) => Some((estate.recorded.services.get(&id)?, affected.status)),
                _ => None,
            })
            .collect();
        let mut tiers: BTreeMap<(bool, Option<i32>, Status), u64> = BTreeMap::new();
        let mut users: BTreeMap<Status, (Option<i64>, u64)> = BTreeMap::new();
        for (row, status) in &hit {
            *tiers.entry((row.tier.is_none(), row.tier, *status)).or_default() += 1;
            let (sum, unknown) = users.entry(*status).or_default();
            match row.users {
                Some(count) => *sum = Some(sum.unwrap_or(0) + i64::from(count)),
                None => *unknown += 1,
            }
            if *status == Status::Down {
                self.revenue.add(revenue(row));
            }
        }
        let tiers = tiers.into_iter().map(|((_, tier, status), count)| TierCount { tier, status, count });
        self.services = tiers.collect();
        let users = users.into_iter().map(|(status, (users, unknown))| Users { status, users, unknown });
        self.users = users.collect();
        (self.blast_radius, self.without_tier) = blast(hit.iter().map(|(row, status)| (row.tier, *status)))?;
        Ok(())
    }

    fn assets(&mut self, estate: &Estate, affected: &[&Affected]) {
        let mut by_status: BTreeMap<Status, AssetsHit> = BTreeMap::new();
        for one in affected {
            let Thing::Asset(id) = one.thing else { continue };
            let Some(row) = estate.recorded.assets.get(&id) else { continue };
            let hit = by_status.entry(one.status).or_insert_with(|| AssetsHit::none(one.status));
            hit.count += 1;
            match estate.recorded.watts(row, estate.options.as_of) {
                Some(watts) => hit.watts += i64::from(watts),
                None => hit.without_draw += 1,
            }
            match estate.recorded.half_units(row) {
                Some(height) => hit.half_units += i64::from(height),
                None => hit.without_height += 1,
            }
            hit.purchases.add(row.purchase_amount.zip(row.profile.purchase_currency.as_deref()));
        }
        self.assets = by_status.into_values().collect();
    }

    /// By site and by owner, those with most down first.
    fn places(&mut self, estate: &Estate, affected: &[&Affected]) {
        let mut sites: BTreeMap<Option<SiteId>, Counts> = BTreeMap::new();
        let mut owners: BTreeMap<&str, Counts> = BTreeMap::new();
        for one in affected {
            self.total.add(one.status);
            let Some(about) = estate.about(one.thing) else { continue };
            sites.entry(about.site).or_default().add(one.status);
            match about.owner {
                Some(owner) => owners.entry(owner).or_default().add(one.status),
                None => self.without_owner.add(one.status),
            }
        }
        let most = |counts: &Counts| std::cmp::Reverse((counts.down, counts.degraded, counts.at_risk));
        self.sites = sites.into_iter().collect();
        self.sites.sort_by_key(|(site, counts)| (site.is_none(), most(counts)));
        self.owners = owners.into_iter().map(|(owner, counts)| (owner.to_owned(), counts)).collect();
        self.owners.sort_by_key(|(_, counts)| most(counts));
    }

    /// Contracts that are affected, that cover affected assets, or that are for affected sites.
    fn contracts(&mut self, estate: &Estate, caller: &Caller, things: HashSet<Thing>) {
        let as_of = estate.options.as_of;
        let mut runs: HashMap<SupportContractId, bool> = HashMap::new();
        let mut is_running = |id: SupportContractId| {
            let runs_now = || estate.recorded.support.get(&id).is_some_and(|row| supports(row, as_of));
            *runs.entry(id).or_insert_with(runs_now)
        };
        let mut hits: BTreeMap<Thing, ContractHit> = BTreeMap::new();
        let hit = |contract| ContractHit { contract, is_affected: false, assets: 0, sites: 0 };
        for thing in &things {
            match thing {
                Thing::Asset(asset) => {
                    let covers = estate.recorded.coverage_of(*asset).filter(|row| covers(row, as_of));
                    for row in covers.filter(|row| is_running(row.contract_id)) {
                        let contract = Thing::SupportContract(row.contract_id);
                        hits.entry(contract).or_insert_with(|| hit(contract)).assets += 1;
                    }
                }
                Thing::Site(site) => {
                    for contract in estate.contracts_of(*site) {
                        let contract = Thing::ColocationContract(*contract);
                        hits.entry(contract).or_insert_with(|| hit(contract)).sites += 1;
                    }
                }
                _ => {}
            }
        }
        for thing in things {
            if matches!(thing, Thing::ColocationContract(_) | Thing::SupportContract(_)) {
                hits.entry(thing).or_insert_with(|| hit(thing)).is_affected = true;
            }
        }
        let (mut shown, hidden): (Vec<_>, Vec<_>) =
            hits.into_values().partition(|hit| is_visible(caller, hit.contract));
        let order =
            |hit: &ContractHit| (!hit.is_affected, std::cmp::Reverse((hit.sites, hit.assets)), hit.contract);
        shown.sort_by_key(order);
        self.contracts = shown;
        self.hidden_contracts = hidden.len() as u64;
    }
}

/// Whether an asset is covered on a day, as far as its coverage goes.
fn covers(row: &CoverageRow, on: NaiveDate) -> bool {
    row.from_on.is_none_or(|first| first <= on) && row.to_on.is_none_or(|last| on <= last)
}

impl AssetsHit {
    fn none(status: Status) -> Self {
        Self {
            status,
            count: 0,
            watts: 0,
            without_draw: 0,
            half_units: 0,
            without_height: 0,
            purchases: Sums::default(),
        }
    }
}
