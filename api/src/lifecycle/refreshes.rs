//! When single assets are due for replacement, computed for many at once.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    id::{AssetId, EntityId, HardwareModelId, RackId, RefreshCycleId, RefreshPolicyId, SiteId},
    inventory::{
        asset::{self, AssetStatus},
        environment::Environment,
        hardware_model::{self, DateQuality, HardwareKind},
        site,
    },
    lifecycle::{
        refresh_cycle::{self, CycleStatus},
        refresh_cycle_asset, refresh_policy,
    },
};
use forecasting::{
    month::Month,
    refresh::{self, Candidate, RiskScores, RiskTerms},
    roadmap::Window,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, RelationTrait,
};

use super::{
    dated::Dated,
    matching::{self, AssetFacts},
    refresh_policies,
    replacing::{self, Facing, InCycle, Replacing},
    terms,
};
use crate::{
    capacity::{deadlines::Needs, purchases},
    error::{Error, Result},
    roadmap::{
        assets,
        cohorts::{self, OwnMonth},
        contracts::Contracts,
        estate::Estate,
    },
    scenarios::Overlay,
    store::Read,
};

/// What is known of an asset whose refresh is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Which.
    pub id: AssetId,
    /// The rack that it stands in.
    pub rack: Option<RackId>,
    /// What it is an instance of.
    pub model: HardwareModelId,
    /// Where it stands.
    pub site: SiteId,
    /// Where it stands in its life.
    pub status: AssetStatus,
    /// What it is used for.
    pub environment: Environment,
    /// Its criticality.
    pub tier: Option<i32>,
    /// First day of service.
    pub in_service_on: Option<NaiveDate>,
    /// Last day of the warranty.
    pub warranty_ends_on: Option<NaiveDate>,
    /// Day on which a lease returns it.
    pub lease_return_on: Option<NaiveDate>,
    /// What holds it, as a chassis does its blades.
    pub parent: Option<AssetId>,
}

impl Subject {
    fn is_in_use(&self) -> bool {
        matches!(self.status, AssetStatus::InService | AssetStatus::Maintenance)
    }
}

/// An asset that holds others.
#[derive(Clone, Copy, Debug, FromQueryResult)]
struct Holder {
    id: AssetId,
    model_id: HardwareModelId,
    site_id: SiteId,
    rack_id: Option<RackId>,
    status: AssetStatus,
    environment: Environment,
    tier: Option<i32>,
    in_service_on: Option<NaiveDate>,
    warranty_ends_on: Option<NaiveDate>,
    lease_return_on: Option<NaiveDate>,
    parent_id: Option<AssetId>,
}

impl From<Holder> for Subject {
    fn from(row: Holder) -> Self {
        Self {
            id: row.id,
            rack: row.rack_id,
            model: row.model_id,
            site: row.site_id,
            status: row.status,
            environment: row.environment,
            tier: row.tier,
            in_service_on: row.in_service_on,
            warranty_ends_on: row.warranty_ends_on,
            lease_return_on: row.lease_return_on,
            parent: row.parent_id,
        }
    }
}

/// When an asset is due, or why that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// It is due on a day.
    Due {
        /// The day, the rule that decides it, and the days of the other rules.
        due: refresh::Due,
        /// The last day to order by.
        order_by: NaiveDate,
        /// The day on which its site is to be empty, where that comes first, so that it is not replaced.
        leaves_on: Option<NaiveDate>,
        /// Whether it goes with what holds it, which is replaced before it would be due.
        with_parent: bool,
        /// The day on which it is replaced, where it is: as its cycle plans, or else when it is due.
        replaced: Option<Candidate>,
        /// The position of the policy in [`Basis::policies`].
        policy: usize,
    },
    /// That is not known.
    NotComputable {
        /// Why, naming what is absent.
        reason: String,
        /// The rules of the policy that lack their input.
        without_input: Vec<refresh::DueRule>,
        /// The position of the policy in [`Basis::policies`], where there is one.
        policy: Option<usize>,
    },
}

/// What the refreshes of some assets depend on besides the assets.
#[derive(Clone)]
pub struct Basis {
    /// The policies in use, in the order in which they are asked.
    pub policies: Vec<refresh_policy::Model>,
    models: HashMap<HardwareModelId, ModelFacts>,
    /// The days on which sites are planned to be empty.
    exits: HashMap<SiteId, NaiveDate>,
    /// The days on which notice ends their last colocation contract.
    noticed: HashMap<SiteId, NaiveDate>,
    contracts: Contracts,
    /// What a scenario orders in months of its own.
    moved: HashMap<AssetId, OwnMonth>,
    /// The cycles of the assets and of what holds them.
    cycles: HashMap<AssetId, InCycle>,
    holders: HashMap<AssetId, Subject>,
    /// By when capacity pools ask for more, where a policy goes by that.
    needs: Option<Needs>,
}

#[derive(Clone, Copy, Debug, FromQueryResult)]
struct ModelFacts {
    id: HardwareModelId,
    kind: HardwareKind,
    last_date_of_support_on: Option<NaiveDate>,
    date_quality: DateQuality,
}

impl Basis {
    /// Reads what the refreshes of assets of these models at these sites depend on, with seven statements, and one more for
    /// each level of what holds them; where a policy goes by capacity pools, with what these ask for on a day.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn load(
        db: &impl Read,
        mut assets: Vec<AssetId>,
        mut models: Vec<HardwareModelId>,
        sites: Vec<SiteId>,
        parents: Vec<AssetId>,
        as_of: NaiveDate,
    ) -> Result<Self> {
        use hardware_model::Column as M;
        // What is held stands where its holder does.
        let holders = holders(db, parents).await?;
        models.extend(holders.values().map(|holder| holder.model));
        assets.extend(holders.keys().copied());
        let cycles = replacing::of_assets(in_cycles(db, distinct(assets)).await?);
        let contracts = Contracts::of_colocation(db).await?;
        let policies = refresh_policies::all_active(db).await?;
        let models: Vec<ModelFacts> = hardware_model::Entity::find()
            .select_only()
            .columns([M::Id, M::Kind, M::LastDateOfSupportOn, M::DateQuality])
            .filter(M::Id.is_in(distinct(models)))
            .into_model()
            .all(db)
            .await?;
        let exits: Vec<(SiteId, NaiveDate)> = site::Entity::find()
            .select_only()
            .columns([site::Column::Id, site::Column::ExitOn])
            .filter(site::Column::Id.is_in(distinct(sites)))
            .filter(site::Column::ExitOn.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        let needs = match policies.iter().any(|policy| policy.capacity_rule) {
            true => purchases::read(db, as_of, true, &Overlay::none()).await?.needs,
            false => None,
        };
        Ok(Self {
            needs,
            policies,
            models: models.into_iter().map(|model| (model.id, model)).collect(),
            exits: exits.into_iter().collect(),
            noticed: contracts.ends_by_notice(),
            contracts,
            moved: HashMap::new(),
            cycles,
            holders,
        })
    }

    /// Lays the lives of policies, the exits of sites, the ends of contracts and the cohorts that are moved of a scenario over
    /// what is recorded. Where it moves cohorts, the whole estate is read to say which assets are in them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lay_over(&mut self, db: &impl Read, overlay: &Overlay, as_of: NaiveDate) -> Result<()> {
        overlay.policies(&mut self.policies);
        overlay.exits(&mut self.exits);
        let recorded = std::mem::take(&mut self.noticed);
        self.noticed = overlay.contracts(&self.contracts, as_of).ends_by_notice();
        if overlay.moved().is_empty() {
            return Ok(());
        }
        let estate = Estate::read(db, &recorded).await?;
        let estate = overlay.estate(&estate, || self.noticed.clone()).into_owned();
        let assets = assets::read(db, &estate, as_of, as_of).await?;
        let window = Window::new(Month::of(as_of), 1).map_err(Error::internal)?;
        self.moved = cohorts::in_own_months(&estate, &assets, as_of, window, overlay);
        Ok(())
    }

    /// When an asset is due: with what holds it, unless it is due before.
    #[must_use]
    pub fn refresh(&self, asset: &Subject) -> Refresh {
        let mut above = None;
        for holder in self.holders_of(asset).into_iter().rev() {
            above = match (self.moved.get(&holder.id), self.refresh_with(holder, above)) {
                (Some(moved), _) => Some(moved.replaced),
                (None, Refresh::Due { replaced, .. }) if holder.is_in_use() => replaced,
                (None, Refresh::Due { .. } | Refresh::NotComputable { .. }) => None,
            };
        }
        // What is ordered in a month of its own falls due as before, whatever becomes of what holds it.
        if let Some(OwnMonth { due, .. }) = self.moved.get(&asset.id) {
            let of_holder = Candidate { rule: due.rule, date: due.date, quality: due.quality };
            above = due.is_of_holder.then_some(of_holder);
        }
        self.refresh_with(asset, above.filter(|_| asset.is_in_use()))
    }

    /// What holds an asset, and what holds that, to the top.
    fn holders_of(&self, asset: &Subject) -> Vec<&Subject> {
        let (mut found, mut next) = (Vec::new(), asset.parent);
        while let Some(holder) = next.and_then(|id| self.holders.get(&id)) {
            // A circle ends when everything was met once.
            if found.len() >= self.holders.len() {
                return Vec::new();
            }
            found.push(holder);
            next = holder.parent;
        }
        found
    }

    /// How the policy of an asset scores the risk of keeping it, and the score over time; nothing where it does not.
    #[must_use]
    pub fn risk(&self, asset: &Subject) -> Option<(RiskTerms, RiskScores)> {
        let model = self.models.get(&asset.model)?;
        let policy = self.policy_at(asset, model)?;
        let terms = terms::risk(&self.policies[policy]).ok().flatten()?;
        let scores = terms.scores(&self.dated(asset, model).scored()).ok()?;
        Some((terms, scores))
    }

    fn dated(&self, asset: &Subject, model: &ModelFacts) -> Dated {
        let needs = self.needs.as_ref();
        Dated {
            in_service_on: asset.in_service_on,
            warranty_ends_on: asset.warranty_ends_on,
            lease_return_on: asset.lease_return_on,
            tier: asset.tier,
            last_date_of_support_on: model.last_date_of_support_on,
            date_quality: model.date_quality,
            capacity: needs.and_then(|needs| needs.of(asset.id, asset.rack, asset.site, model.kind)),
        }
    }

    fn refresh_with(&self, asset: &Subject, holder: Option<Candidate>) -> Refresh {
        let without =
            |reason: String| Refresh::NotComputable { reason, without_input: Vec::new(), policy: None };
        if matches!(asset.status, AssetStatus::Retired | AssetStatus::Disposed) {
            return without(format!("the asset is {}, so nothing replaces it", asset.status.to_value()));
        }
        let Some(model) = self.models.get(&asset.model) else {
            return without("the model of the asset is not there".to_owned());
        };
        let cycle = self.cycles.get(&asset.id);
        let Some(position) = self.policy_at(asset, model) else {
            let is_done = cycle.is_some_and(|cycle| cycle.status == CycleStatus::Completed);
            return without(
                if is_done { replacing::COMPLETED } else { "no refresh policy in use covers the asset" }
                    .to_owned(),
            );
        };
        let policy = &self.policies[position];
        // What is no score was refused when it was written.
        let risk = terms::risk(policy).ok().flatten();
        let facing = Facing {
            policy,
            dated: self.dated(asset, model),
            risk: risk.as_ref(),
            cycle,
            exit: self.exits.get(&asset.site).or_else(|| self.noticed.get(&asset.site)).copied(),
            holder,
        };
        match replacing::replacing(&facing) {
            Replacing::Due { due, with_holder, leaves_on, replaced } => Refresh::Due {
                order_by: terms::lead_times(policy).order_by(due.date),
                leaves_on,
                due,
                with_parent: with_holder,
                replaced,
                policy: position,
            },
            Replacing::Done => Refresh::NotComputable {
                reason: replacing::COMPLETED.to_owned(),
                without_input: Vec::new(),
                policy: Some(position),
            },
            Replacing::NotComputable { reason, without_input } => {
                Refresh::NotComputable { reason, without_input, policy: Some(position) }
            }
        }
    }

    fn policy_at(&self, asset: &Subject, model: &ModelFacts) -> Option<usize> {
        let matched = || matching::policy_of(&self.policies, &facts(asset, model)).map(|(at, _)| at);
        replacing::policy_at(&self.policies, self.cycles.get(&asset.id), matched)
    }
}

/// Reads the cycles of assets, of those that are not cancelled.
async fn in_cycles(db: &impl Read, assets: Vec<AssetId>) -> Result<Vec<(AssetId, InCycle)>> {
    use refresh_cycle::Column as C;
    type Link = (AssetId, RefreshCycleId, CycleStatus, RefreshPolicyId, Option<NaiveDate>, Option<NaiveDate>);
    let links: Vec<Link> = refresh_cycle_asset::Entity::find()
        .select_only()
        .columns([refresh_cycle_asset::Column::AssetId, refresh_cycle_asset::Column::CycleId])
        .columns([C::Status, C::PolicyId, C::OrderOn, C::InServiceOn])
        .join(JoinType::InnerJoin, refresh_cycle_asset::Relation::Cycle.def())
        .filter(refresh_cycle_asset::Column::AssetId.is_in(assets))
        .filter(C::Status.ne(CycleStatus::Cancelled))
        .into_tuple()
        .all(db)
        .await?;
    let links = links.into_iter().map(|(asset, cycle_id, status, policy_id, order_on, in_service_on)| {
        (asset, InCycle { cycle_id, status, policy_id, order_on, in_service_on })
    });
    Ok(links.collect())
}

/// Reads what holds assets, and what holds that, level by level.
async fn holders(db: &impl Read, parents: Vec<AssetId>) -> Result<HashMap<AssetId, Subject>> {
    use asset::Column as C;
    let mut found: HashMap<AssetId, Subject> = HashMap::new();
    let mut asked = distinct(parents);
    while !asked.is_empty() {
        let rows: Vec<Holder> = asset::Entity::find()
            .select_only()
            .columns([C::Id, C::ModelId, C::SiteId, C::RackId, C::Status, C::Environment, C::Tier])
            .columns([C::InServiceOn, C::WarrantyEndsOn, C::LeaseReturnOn, C::ParentId])
            .filter(C::Id.is_in(asked))
            .into_model()
            .all(db)
            .await?;
        let above: Vec<AssetId> = rows.iter().filter_map(|row| row.parent_id).collect();
        found.extend(rows.into_iter().map(|row| (row.id, Subject::from(row))));
        asked = distinct(above.into_iter().filter(|id| !found.contains_key(id)).collect());
    }
    Ok(found)
}

fn facts(asset: &Subject, model: &ModelFacts) -> AssetFacts {
    AssetFacts {
        kind: model.kind,
        site: asset.site,
        model: asset.model,
        environment: asset.environment,
        tier: asset.tier,
    }
}

fn distinct<I: EntityId>(mut ids: Vec<I>) -> Vec<I> {
    ids.sort_unstable();
    ids.dedup();
    ids
}
