//! When single assets are due for replacement, computed for many at once.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    id::{EntityId, HardwareModelId, SiteId},
    inventory::{
        asset::AssetStatus,
        environment::Environment,
        hardware_model::{self, DateQuality, HardwareKind},
        site,
    },
    lifecycle::refresh_policy,
};
use forecasting::refresh::{self, DueOutcome, Milestone, RefreshSubject};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};

use super::{
    matching::{self, AssetFacts},
    refresh_policies, terms,
};
use crate::{error::Result, scenarios::Overlay, store::Read};

/// What is known of an asset whose refresh is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
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
#[derive(Clone, Debug)]
pub struct Basis {
    /// The policies in use, in the order in which they are asked.
    pub policies: Vec<refresh_policy::Model>,
    models: HashMap<HardwareModelId, ModelFacts>,
    exits: HashMap<SiteId, NaiveDate>,
}

#[derive(Clone, Copy, Debug, FromQueryResult)]
struct ModelFacts {
    id: HardwareModelId,
    kind: HardwareKind,
    last_date_of_support_on: Option<NaiveDate>,
    date_quality: DateQuality,
}

impl Basis {
    /// Reads what the refreshes of assets of these models at these sites depend on, with three statements.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn load(db: &impl Read, models: Vec<HardwareModelId>, sites: Vec<SiteId>) -> Result<Self> {
        use hardware_model::Column as M;
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
        Ok(Self {
            policies,
            models: models.into_iter().map(|model| (model.id, model)).collect(),
            exits: exits.into_iter().collect(),
        })
    }

    /// Lays the lives of policies and the exits of sites of a scenario over what is recorded. Nothing else of a scenario
    /// changes when a single asset is due.
    pub fn lay_over(&mut self, overlay: &Overlay) {
        overlay.policies(&mut self.policies);
        overlay.exits(&mut self.exits);
    }

    /// When an asset is due.
    #[must_use]
    pub fn refresh(&self, asset: &Subject) -> Refresh {
        let without =
            |reason: String| Refresh::NotComputable { reason, without_input: Vec::new(), policy: None };
        if matches!(asset.status, AssetStatus::Retired | AssetStatus::Disposed) {
            return without(format!("the asset is {}, so nothing replaces it", asset.status.to_value()));
        }
        let Some(model) = self.models.get(&asset.model) else {
            return without("the model of the asset is not there".to_owned());
        };
        let facts = AssetFacts {
            kind: model.kind,
            site: asset.site,
            model: asset.model,
            environment: asset.environment,
            tier: asset.tier,
        };
        let Some((position, policy)) = matching::policy_of(&self.policies, &facts) else {
            return without("no refresh policy in use covers the asset".to_owned());
        };
        match refresh::due(&terms::rules(policy), &known(asset, model)) {
            DueOutcome::Due(due) => {
                let exit = self.exits.get(&asset.site).copied();
                let leaves = matching::leaves_before(due.date, exit, policy.exit_tolerance_days);
                Refresh::Due {
                    order_by: terms::lead_times(policy).order_by(due.date),
                    leaves_on: exit.filter(|_| leaves),
                    due,
                    policy: position,
                }
            }
            DueOutcome::NotComputable { reason, without_input } => {
                Refresh::NotComputable { reason, without_input, policy: Some(position) }
            }
        }
    }
}

fn known(asset: &Subject, model: &ModelFacts) -> RefreshSubject {
    let quality = match model.date_quality {
        DateQuality::Published => refresh::DateQuality::Published,
        DateQuality::Contract => refresh::DateQuality::Contract,
        DateQuality::Estimated => refresh::DateQuality::Estimated,
        DateQuality::Unknown => refresh::DateQuality::Unknown,
    };
    RefreshSubject {
        in_service: asset.in_service_on,
        last_date_of_support: model.last_date_of_support_on.map(|date| Milestone { date, quality }),
        warranty_end: asset.warranty_ends_on,
        risk_date: None,
        lease_return: asset.lease_return_on,
    }
}

fn distinct<I: EntityId>(mut ids: Vec<I>) -> Vec<I> {
    ids.sort_unstable();
    ids.dedup();
    ids
}
