//! The changes of scenarios, as clients see them.

use async_graphql::{Context, ID, Object};
use entity::{
    id::{ScenarioChangeId, ScenarioId},
    scenarios::scenario_change::{self, Column, Terms},
};

use super::{inputs::ScenarioChangeInput, scenarios::Scenario, terms::ScenarioTerms};
use crate::{
    access::Permission,
    cloud::graphql::{accounts::ProviderAccount, workloads::Workload},
    contracts::graphql::{
        colocation_charges::ColocationCharge, colocation_contracts::ColocationContract,
        support_contracts::SupportContract,
    },
    error::Result,
    inventory::graphql::sites::Site,
    lifecycle::graphql::refresh_policies::RefreshPolicy,
    scenarios::{changes, overlay::Change, sentences},
    schema::{
        record::{Noun, Record},
        request::{caller, change as apply, read},
        scalar::{Id, Moment},
    },
};

/// One change of a scenario.
#[derive(Clone)]
pub struct ScenarioChange(Record<scenario_change::Entity>);

impl From<Record<scenario_change::Entity>> for ScenarioChange {
    fn from(record: Record<scenario_change::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ScenarioChange {
    type Entity = scenario_change::Entity;
    type Id = ScenarioChangeId;
    const VIEW: Permission = Permission::ViewTotals;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "version" => &[Column::Version],
            "createdAt" => &[Column::CreatedAt],
            "updatedAt" => &[Column::UpdatedAt],
            "note" => &[Column::Note],
            "terms" => &[Column::Terms],
            "words" | "gone" | "scenario" => &[Column::ScenarioId],
            "colocationContract" => &[Column::ColocationContractId],
            "colocationCharge" => &[Column::ColocationChargeId],
            "supportContract" => &[Column::SupportContractId],
            "refreshPolicy" => &[Column::RefreshPolicyId],
            "site" => &[Column::SiteId],
            "workload" => &[Column::WorkloadId],
            "providerAccount" => &[Column::ProviderAccountId],
            _ => &[],
        }
    }
}

impl ScenarioChange {
    /// What is said of the change with its names, which are read once for all siblings.
    async fn said<T>(&self, ctx: &Context<'_>, say: impl FnOnce(&Change) -> T) -> Result<Option<T>> {
        let reader = read(ctx, Self::VIEW)?;
        let load = async || {
            let ids = self.0.column_of_siblings::<uuid::Uuid>(Column::ScenarioId)?;
            changes::named(&reader, &ids.into_iter().map(ScenarioId).collect::<Vec<_>>()).await
        };
        let all = self.0.shared("changes with names".to_owned(), load).await?;
        let id: ScenarioChangeId = self.0.get(Column::Id)?;
        Ok(all.iter().find(|change| change.row.id == id).map(say))
    }
}

/// One change of a scenario.
#[Object]
impl ScenarioChange {
    /// The id of the change.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ScenarioChangeId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every edit; give it as `expectedVersion` to edit what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When it was added.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When it was last edited.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// Why it is in the list.
    async fn note(&self) -> Result<Option<String>> {
        self.0.get(Column::Note)
    }

    /// What it says.
    async fn terms(&self, ctx: &Context<'_>) -> Result<ScenarioTerms> {
        let sees_prices = caller(ctx)?.may(Permission::ViewPrices);
        Ok(ScenarioTerms::of(self.0.get::<Terms>(Column::Terms)?, sees_prices))
    }

    /// What it says, in a sentence without prices.
    async fn words(&self, ctx: &Context<'_>) -> Result<String> {
        self.said(ctx, |change| sentences::of(change, true)).await.map(Option::unwrap_or_default)
    }

    /// What became of what it is about since it was written, in a sentence: a site that is closed, a workload that
    /// retired, a refresh policy that is not active. Null while it stands. What is deleted cannot be named: it is kept
    /// as long as a scenario names it.
    async fn gone(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        self.said(ctx, sentences::gone).await.map(Option::flatten)
    }

    /// The scenario that it is part of.
    async fn scenario(&self, ctx: &Context<'_>) -> Result<Option<Scenario>> {
        self.0.one(ctx, Column::ScenarioId).await
    }

    /// The colocation contract that it is about.
    async fn colocation_contract(&self, ctx: &Context<'_>) -> Result<Option<ColocationContract>> {
        self.0.one(ctx, Column::ColocationContractId).await
    }

    /// The colocation charge that it is about.
    async fn colocation_charge(&self, ctx: &Context<'_>) -> Result<Option<ColocationCharge>> {
        self.0.one(ctx, Column::ColocationChargeId).await
    }

    /// The support contract that it is about.
    async fn support_contract(&self, ctx: &Context<'_>) -> Result<Option<SupportContract>> {
        self.0.one(ctx, Column::SupportContractId).await
    }

    /// The refresh policy that it is about.
    async fn refresh_policy(&self, ctx: &Context<'_>) -> Result<Option<RefreshPolicy>> {
        self.0.one(ctx, Column::RefreshPolicyId).await
    }

    /// The site that it is about.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, Column::SiteId).await
    }

    /// The workload that it is about.
    async fn workload(&self, ctx: &Context<'_>) -> Result<Option<Workload>> {
        self.0.one(ctx, Column::WorkloadId).await
    }

    /// The cloud account that it is about.
    async fn provider_account(&self, ctx: &Context<'_>) -> Result<Option<ProviderAccount>> {
        self.0.one(ctx, Column::ProviderAccountId).await
    }
}

/// Changes of the lists of scenarios.
#[derive(Default)]
pub struct ScenarioChangeMutation;

/// Changes of the lists of scenarios.
#[Object]
impl ScenarioChangeMutation {
    /// Adds a change at the end of the list of a draft. Answers with the scenario.
    async fn add_scenario_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the scenario.")] scenario: Id<ScenarioId>,
        #[graphql(desc = "What the change says.")] change: ScenarioChangeInput,
        #[graphql(desc = "Why it is in the list.")] note: Option<String>,
        #[graphql(desc = "The version of the scenario that you have read; left out: any.")]
        expected_version: Option<i32>,
    ) -> Result<Scenario> {
        let written = apply(ctx, Permission::EditScenarios, async |tx| {
            changes::add(tx, *scenario, expected_version, change.clone().draft(note.clone())?).await
        });
        Ok(Record::whole(written.await?).into())
    }

    /// Puts another change in the place of one. Answers with the scenario.
    async fn replace_scenario_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the change.")] id: Id<ScenarioChangeId>,
        #[graphql(desc = "What the change says from now on.")] change: ScenarioChangeInput,
        #[graphql(desc = "Why it is in the list.")] note: Option<String>,
        #[graphql(desc = "The version of the change that you have read; left out: any.")]
        expected_version: Option<i32>,
    ) -> Result<Scenario> {
        let written = apply(ctx, Permission::EditScenarios, async |tx| {
            changes::replace(tx, *id, expected_version, change.clone().draft(note.clone())?).await
        });
        Ok(Record::whole(written.await?).into())
    }

    /// Takes a change out of the list of a draft. Answers with the scenario.
    async fn remove_scenario_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the change.")] id: Id<ScenarioChangeId>,
        #[graphql(desc = "The version of the change that you have read; left out: any.")]
        expected_version: Option<i32>,
    ) -> Result<Scenario> {
        let written = apply(ctx, Permission::EditScenarios, async |tx| {
            changes::remove(tx, *id, expected_version).await
        });
        Ok(Record::whole(written.await?).into())
    }

    /// Moves a change to another place of the list of a draft: changes are laid on in their order. Answers with the
    /// scenario.
    async fn move_scenario_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the change.")] id: Id<ScenarioChangeId>,
        #[graphql(desc = "The place, from 1.")] to: i32,
        #[graphql(desc = "The version of the change that you have read; left out: any.")]
        expected_version: Option<i32>,
    ) -> Result<Scenario> {
        let written = apply(ctx, Permission::EditScenarios, async |tx| {
            changes::move_to(tx, *id, expected_version, to).await
        });
        Ok(Record::whole(written.await?).into())
    }
}
