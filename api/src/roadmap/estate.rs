//! What the roadmap reads before the assets: the tables that are few, whole, with one statement each.

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use entity::{
    id::{AssetId, DepreciationRuleId, HardwareModelId, RefreshCycleId, RefreshPolicyId, SiteId},
    inventory::{hardware_model, site},
    lifecycle::{
        depreciation_rule::{self, Book},
        refresh_cycle::{self, CycleStatus},
        refresh_cycle_asset,
        refresh_policy::{self, YearRate},
    },
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    error::Result,
    lifecycle::{
        matching,
        replacing::{self, InCycle},
    },
    store::Read,
};

/// The tables that assets are looked up in.
#[derive(Clone)]
pub struct Estate {
    /// Sites by id.
    pub sites: HashMap<SiteId, Site>,
    /// Hardware models by id.
    pub models: Arc<HashMap<HardwareModelId, hardware_model::Model>>,
    /// Active refresh policies, the first that applies decides.
    pub policies: Vec<refresh_policy::Model>,
    /// Depreciation rules.
    pub rules: Vec<depreciation_rule::Model>,
    /// Refresh cycles that are not cancelled.
    pub cycles: HashMap<RefreshCycleId, refresh_cycle::Model>,
    /// The cycle of an asset, where it has one.
    pub cycle_of: Arc<HashMap<AssetId, RefreshCycleId>>,
    /// Rates by which prices of hardware move instead of those of its policy; none but a scenario has them.
    pub price_rates: Vec<PriceRates>,
}

/// Yearly rates by which prices of hardware move: under a policy, of a kind, or of all hardware.
#[derive(Clone, Debug)]
pub struct PriceRates {
    /// The policy; none is any.
    pub policy: Option<RefreshPolicyId>,
    /// The kind of hardware; none is any.
    pub kind: Option<hardware_model::HardwareKind>,
    /// The rates, by calendar year.
    pub rates: Vec<YearRate>,
}

/// What the roadmap knows of a site.
#[derive(Clone)]
pub struct Site {
    /// Its code.
    pub code: Arc<str>,
    /// The day on which it is planned to be empty, and who plans that.
    pub planned: Option<(NaiveDate, &'static str)>,
    /// The last day of its last colocation contract, where notice ends them all.
    pub noticed: Option<NaiveDate>,
    /// The day on which it is to be empty, and why that is known.
    pub exit: Option<(NaiveDate, &'static str)>,
}

impl Site {
    /// The first day on which nothing can be there any more, as capacity has it.
    #[must_use]
    pub fn first_empty(&self) -> Option<NaiveDate> {
        first_empty(self.planned.map(|(on, _)| on), self.noticed)
    }
}

/// The first day on which nothing can be at a site any more: the one on which it is planned to be empty, or the one after the
/// last of its contracts, whichever is first.
#[must_use]
pub fn first_empty(planned: Option<NaiveDate>, noticed: Option<NaiveDate>) -> Option<NaiveDate> {
    let after = noticed.map(|last| last.succ_opt().unwrap_or(last));
    planned.into_iter().chain(after).min()
}

impl Estate {
    /// Reads the tables. `noticed` has the sites where notice ends the last colocation contract.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(db: &impl Read, noticed: &HashMap<SiteId, NaiveDate>) -> Result<Self> {
        let models = hardware_model::Entity::find().all(db).await?;
        let policies = matching::in_order(refresh_policy::Entity::find().all(db).await?);
        let rules =
            depreciation_rule::Entity::find().order_by_asc(depreciation_rule::Column::Name).all(db).await?;
        let cycles = refresh_cycle::Entity::find()
            .filter(refresh_cycle::Column::Status.ne(CycleStatus::Cancelled))
            .all(db)
            .await?;
        let cycles: HashMap<_, _> = cycles.into_iter().map(|cycle| (cycle.id, cycle)).collect();
        let links: Vec<(AssetId, RefreshCycleId)> = refresh_cycle_asset::Entity::find()
            .select_only()
            .columns([refresh_cycle_asset::Column::AssetId, refresh_cycle_asset::Column::CycleId])
            .into_tuple()
            .all(db)
            .await?;
        let links =
            links.into_iter().filter_map(|(asset, id)| Some((asset, InCycle::from(cycles.get(&id)?))));
        let cycle_of = replacing::of_assets(links.collect()).into_iter();
        let cycle_of: HashMap<_, _> = cycle_of.map(|(asset, cycle)| (asset, cycle.cycle_id)).collect();
        let models: HashMap<_, _> = models.into_iter().map(|model| (model.id, model)).collect();
        let mut estate = Self {
            sites: sites(db).await?,
            models: Arc::new(models),
            policies,
            rules,
            cycles,
            cycle_of: Arc::new(cycle_of),
            price_rates: Vec::new(),
        };
        estate.leave(noticed);
        Ok(estate)
    }

    /// Whether any policy goes by when capacity pools run out.
    #[must_use]
    pub fn is_due_by_capacity(&self) -> bool {
        self.policies.iter().any(|policy| policy.capacity_rule)
    }

    /// Says when sites are left: on the planned day, or at the end of the last contract that notice was given for.
    pub fn leave(&mut self, noticed: &HashMap<SiteId, NaiveDate>) {
        for (id, site) in &mut self.sites {
            site.noticed = noticed.get(id).copied();
            let ended = noticed.get(id).map(|on| (*on, "notice was given on its last colocation contract"));
            site.exit = site.planned.or(ended);
        }
    }

    /// The rule by which hardware of a kind is depreciated: the policy's own, or that of the kind.
    #[must_use]
    pub fn rule(
        &self,
        kind: hardware_model::HardwareKind,
        own: Option<DepreciationRuleId>,
    ) -> Option<&depreciation_rule::Model> {
        let named = own.and_then(|id| self.rules.iter().find(|rule| rule.id == id));
        named.or_else(|| matching::rule_of(&self.rules, Book::Book, kind))
    }
}

/// Sites with the days on which they are planned to be empty.
async fn sites(db: &impl Read) -> Result<HashMap<SiteId, Site>> {
    let rows: Vec<(SiteId, String, Option<NaiveDate>)> = site::Entity::find()
        .select_only()
        .columns([site::Column::Id, site::Column::Code, site::Column::ExitOn])
        .into_tuple()
        .all(db)
        .await?;
    let sites = rows.into_iter().map(|(id, code, exit_on)| {
        let planned = exit_on.map(|on| (on, "its exit is planned"));
        (id, Site { code: code.into(), planned, noticed: None, exit: planned })
    });
    Ok(sites.collect())
}
