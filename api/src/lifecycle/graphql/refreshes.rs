//! When single assets are due for replacement, as clients see it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    id::{AssetId, EntityId, HardwareModelId, RefreshCycleId, ScenarioId, SiteId},
    inventory::{asset, hardware_model},
    lifecycle::{refresh_cycle, refresh_policy},
};
use forecasting::{month::add_months, refresh};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};

use super::{refresh_cycles::RefreshCycle, refresh_policies::RefreshPolicy};
use crate::{
    access::Permission,
    error::Result,
    inventory::graphql::{assets::Asset as InventoryAsset, models::DateQuality},
    lifecycle::{
        cohorts,
        refreshes::{Basis, Refresh, Subject},
    },
    rules::{require_plausible, require_range},
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        record::{Noun, Record, columns_of, names, select},
        request::read,
        scalar::Date,
    },
};

type Asset = Record<asset::Entity>;

/// The columns of an asset that its refresh is computed from.
pub const COLUMNS: &[asset::Column] = &[
    asset::Column::Id,
    asset::Column::ModelId,
    asset::Column::SiteId,
    asset::Column::RackId,
    asset::Column::Status,
    asset::Column::Environment,
    asset::Column::Tier,
    asset::Column::InServiceOn,
    asset::Column::WarrantyEndsOn,
    asset::Column::LeaseReturnOn,
    asset::Column::ParentId,
];

/// What became of the question when something falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DueState {
    /// On a day between `asOf` and the horizon.
    Dated,
    /// On a day before `asOf`.
    AlreadyPassed,
    /// On a day beyond the horizon.
    NotWithinHorizon,
    /// That is not known; the reason names what is absent.
    NotComputable,
}

/// When something falls due.
#[derive(Clone, Debug, SimpleObject)]
pub struct DueDate {
    /// What became of the question.
    state: DueState,
    /// The day, where it is known; beyond the horizon too.
    date: Option<Date>,
    /// Why the day is not known.
    reason: Option<String>,
}

/// What makes a refresh due. Of rules with the same day the first in this order is the one that binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "refresh::DueRule")]
pub enum RefreshRule {
    /// The last day of support, less a margin.
    Support,
    /// The end of the warranty.
    Warranty,
    /// Age.
    Age,
    /// The first day on which the risk score is at or above the threshold of the policy.
    Risk,
    /// The last day to order more for a capacity pool that it is part of.
    Capacity,
    /// The return of a lease.
    Lease,
}

/// The day that one rule gives.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshCandidate {
    /// The rule.
    rule: RefreshRule,
    /// Its day.
    date: Date,
    /// How well the day is known.
    quality: DateQuality,
}

/// The risk score of an asset over time: points for its age, for a warranty that has ended and for a model without
/// support, times the factor of its tier.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshRiskScore {
    /// The score from which on its replacement is due.
    threshold: Decimal,
    /// The scores, by day.
    steps: Vec<RefreshRiskStep>,
    /// What the policy gives points for and nobody knows of the asset: its score may be higher than said.
    missing: Vec<RefreshRiskFact>,
}

/// A risk score, from a day on until the next.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshRiskStep {
    /// First day on which it holds.
    from: Date,
    /// The sum of the points, times the factor.
    score: Decimal,
    /// Points for age.
    age: Decimal,
    /// Points for a warranty that has ended.
    out_of_warranty: Decimal,
    /// Points for a model that has no support any more.
    unsupported: Decimal,
    /// The factor of the tier: 1 where the policy has none for it.
    factor: Decimal,
}

/// What a risk score is worked out from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "refresh::RiskInput")]
pub enum RefreshRiskFact {
    /// The first day of service, for the age.
    InService,
    /// The end of the warranty.
    WarrantyEnd,
    /// The last day of support of the model.
    LastDateOfSupport,
}

impl RefreshRiskScore {
    fn new(terms: &refresh::RiskTerms, scores: refresh::RiskScores) -> Self {
        let steps = scores.steps.into_iter().map(|step| RefreshRiskStep {
            from: Date(step.from),
            score: step.score.normalize(),
            age: step.age.normalize(),
            out_of_warranty: step.out_of_warranty.normalize(),
            unsupported: step.unsupported.normalize(),
            factor: step.factor.normalize(),
        });
        Self {
            threshold: terms.threshold().normalize(),
            steps: steps.collect(),
            missing: scores.missing.into_iter().map(RefreshRiskFact::from).collect(),
        }
    }
}

/// What all siblings of an asset share: read once.
struct Shared {
    basis: Basis,
    overlay: Arc<Overlay>,
    policies: Vec<Record<refresh_policy::Entity>>,
}

/// When the replacement of an asset is due, and by which rule of which policy.
pub struct AssetRefresh {
    asset: Asset,
    shared: Arc<Shared>,
    subject: Subject,
    refresh: Refresh,
    as_of: NaiveDate,
    until: NaiveDate,
}

/// When the replacement of an asset is due, seen on a day and with a scenario. What it depends on is read once for all its
/// siblings.
///
/// # Errors
/// `Forbidden` without the right to see the lifecycle, `Invalid` for a day or a horizon that nobody plans for.
pub async fn of_asset(
    ctx: &Context<'_>,
    asset: &Asset,
    as_of: Date,
    horizon_months: i32,
    scenario: Option<ScenarioId>,
) -> Result<AssetRefresh> {
    use asset::Column as C;
    let reader = read(ctx, Permission::ViewLifecycle)?;
    require_plausible("asOf", Some(as_of.0))?;
    require_range("horizonMonths", horizon_months, 1, 600)?;
    let load = async || {
        let models = asset.column_of_siblings::<HardwareModelId>(C::ModelId)?;
        let sites = asset.column_of_siblings::<SiteId>(C::SiteId)?;
        let overlay = Overlay::load(&reader, scenario).await?;
        let parents = asset.column_of_siblings::<AssetId>(C::ParentId)?;
        let assets = asset.column_of_siblings::<AssetId>(C::Id)?;
        let mut basis = Basis::load(&reader, assets, models, sites, parents, as_of.0).await?;
        let policies = Record::all_whole(basis.policies.clone());
        basis.lay_over(&reader, &overlay, as_of.0).await?;
        Ok(Shared { basis, overlay, policies })
    };
    let day = as_of.0;
    let key =
        scenario.map_or_else(|| format!("refresh {day}"), |id| format!("refresh {day} with {}", id.uuid()));
    let shared = asset.shared(key, load).await?;
    let subject = Subject {
        id: asset.get(C::Id)?,
        rack: asset.get(C::RackId)?,
        model: asset.get(C::ModelId)?,
        site: asset.get(C::SiteId)?,
        status: asset.get(C::Status)?,
        environment: asset.get(C::Environment)?,
        tier: asset.get(C::Tier)?,
        in_service_on: asset.get(C::InServiceOn)?,
        warranty_ends_on: asset.get(C::WarrantyEndsOn)?,
        lease_return_on: asset.get(C::LeaseReturnOn)?,
        parent: asset.get(C::ParentId)?,
    };
    let refresh = shared.basis.refresh(&subject);
    let until = add_months(as_of.0, horizon_months);
    Ok(AssetRefresh { asset: asset.clone(), shared, subject, refresh, as_of: as_of.0, until })
}

impl AssetRefresh {
    fn dated(&self) -> Option<&refresh::Due> {
        match &self.refresh {
            Refresh::Due { due, .. } => Some(due),
            Refresh::NotComputable { .. } => None,
        }
    }
}

/// When the replacement of an asset is due, and by which rule of which policy.
#[Object]
impl AssetRefresh {
    /// When it is due: the earliest day of the policy's rules.
    async fn due(&self) -> DueDate {
        match &self.refresh {
            Refresh::NotComputable { reason, .. } => {
                DueDate { state: DueState::NotComputable, date: None, reason: Some(reason.clone()) }
            }
            Refresh::Due { due, .. } => {
                let state = if due.date < self.as_of {
                    DueState::AlreadyPassed
                } else if due.date > self.until {
                    DueState::NotWithinHorizon
                } else {
                    DueState::Dated
                };
                DueDate { state, date: Some(Date(due.date)), reason: None }
            }
        }
    }

    /// The scenario that is laid over what is recorded: of its changes, lives of policies, exits of sites, contracts that
    /// are not renewed, and cohorts that are moved. Null for the baseline.
    async fn scenario(&self) -> Option<Scenario> {
        self.shared.overlay.scenario().and_then(scenarios::of)
    }

    /// The rule that decides the day.
    async fn binding_rule(&self) -> Option<RefreshRule> {
        self.dated().map(|due| due.binding_rule.into())
    }

    /// How well the day is known.
    async fn quality(&self) -> Option<DateQuality> {
        self.dated().map(|due| known(due.quality))
    }

    /// The last day to order a replacement by, so that it is in service when due.
    async fn order_by(&self) -> Option<Date> {
        match &self.refresh {
            Refresh::Due { order_by, .. } => Some(Date(*order_by)),
            Refresh::NotComputable { .. } => None,
        }
    }

    /// The days of all rules that had what they need.
    async fn candidates(&self) -> Vec<RefreshCandidate> {
        let candidates = self.dated().map_or(&[][..], |due| &due.candidates);
        let shown = candidates.iter().map(|candidate| RefreshCandidate {
            rule: candidate.rule.into(),
            date: Date(candidate.date),
            quality: known(candidate.quality),
        });
        shown.collect()
    }

    /// The rules of the policy that lack what they need: the asset may be due earlier than said.
    async fn without_input(&self) -> Vec<RefreshRule> {
        let rules = match &self.refresh {
            Refresh::Due { due, .. } => &due.without_input,
            Refresh::NotComputable { without_input, .. } => without_input,
        };
        rules.iter().copied().map(RefreshRule::from).collect()
    }

    /// The asset that holds it, as a chassis does its blades, where it goes with that one: its replacement is due before,
    /// and its day and its rule bind. Null where the asset goes by its own rules.
    async fn with_parent(&self, ctx: &Context<'_>) -> Result<Option<InventoryAsset>> {
        match &self.refresh {
            Refresh::Due { with_parent: true, .. } => self.asset.one(ctx, asset::Column::ParentId).await,
            _ => Ok(None),
        }
    }

    /// How its risk score comes about, step by step. Null where the policy scores no risk.
    async fn risk(&self) -> Option<RefreshRiskScore> {
        let (terms, scores) = self.shared.basis.risk(&self.subject)?;
        Some(RefreshRiskScore::new(&terms, scores))
    }

    /// The policy that the asset falls under, as it is recorded.
    async fn policy(&self) -> Option<RefreshPolicy> {
        let position = match &self.refresh {
            Refresh::Due { policy, .. } => Some(*policy),
            Refresh::NotComputable { policy, .. } => *policy,
        };
        position.and_then(|position| self.shared.policies.get(position)).cloned().map(RefreshPolicy::from)
    }

    /// The day on which its site is to be empty, where that comes before the asset is due, or within the policy's
    /// tolerance after. Then it is not replaced.
    async fn leaves_site_on(&self) -> Option<Date> {
        match &self.refresh {
            Refresh::Due { leaves_on, .. } => leaves_on.map(Date),
            Refresh::NotComputable { .. } => None,
        }
    }

    /// The open refresh cycle that already replaces it.
    async fn cycle(&self, ctx: &Context<'_>) -> Result<Option<RefreshCycle>> {
        let reader = read(ctx, RefreshCycle::VIEW)?;
        let columns = columns_of::<RefreshCycle>(ctx.field(), &[]);
        let load = async || {
            let assets = self.asset.column_of_siblings::<AssetId>(asset::Column::Id)?;
            let claims = cohorts::claims_of(&reader, assets).await?;
            let ids = claims.values().map(|(cycle, _)| *cycle);
            let condition = Condition::all().add(RefreshCycle::ID.is_in(ids));
            let mut cycles = HashMap::new();
            for record in select::<RefreshCycle>(&reader, condition, &[], &columns).await? {
                cycles.insert(record.get::<RefreshCycleId>(RefreshCycle::ID)?, record);
            }
            let of_asset = claims.into_iter().map(|(asset, (cycle, _))| (asset, cycles.get(&cycle).cloned()));
            Ok(of_asset.collect::<HashMap<AssetId, Option<Record<refresh_cycle::Entity>>>>())
        };
        let key = format!("open cycle {}", names::<RefreshCycle>(&columns).join(","));
        let cycles = self.asset.shared(key, load).await?;
        let id: AssetId = self.asset.get(asset::Column::Id)?;
        Ok(cycles.get(&id).cloned().flatten().map(RefreshCycle::from))
    }
}

/// How well a day is known, in the words of clients.
pub(super) fn known(quality: refresh::DateQuality) -> DateQuality {
    let quality = match quality {
        refresh::DateQuality::Published => hardware_model::DateQuality::Published,
        refresh::DateQuality::Contract => hardware_model::DateQuality::Contract,
        refresh::DateQuality::Estimated => hardware_model::DateQuality::Estimated,
        refresh::DateQuality::Unknown => hardware_model::DateQuality::Unknown,
    };
    quality.into()
}
