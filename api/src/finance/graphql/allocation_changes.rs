//! Changes of allocation models.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use chrono::NaiveDate;
use entity::{
    finance::allocation_model::{self, Names, Node, Nodes, Rule, Rules, Target},
    id::AllocationModelId,
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{
    allocation_models::{AllocationLevel, AllocationMethod, AllocationModel},
    unit_cost_parts::CostCategory,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    finance::allocation_models,
    schema::{
        patch::{kept, overlay, patch, patch_required},
        record::Record,
        request::change,
        scalar::{Date, Id, rate},
    },
};

/// Something that cost passes through or ends at.
#[derive(Clone, Debug, InputObject)]
pub struct AllocationNodeInput {
    /// Its name, unique in the model, without colons and bars.
    pub name: String,
    /// Where it stands.
    pub level: AllocationLevel,
    /// What of the roadmap is its cost; each category of one node at most.
    #[graphql(default)]
    pub categories: Vec<CostCategory>,
}

/// Who receives how much of what a node gives. Give a volume or a share.
#[derive(Clone, Debug, InputObject)]
pub struct AllocationTargetInput {
    /// Name of the node.
    pub name: String,
    /// How much of the driver it has; only proportions matter.
    pub volume: Option<Decimal>,
    /// A fixed share, a fraction: 0.5 is 50 %. All targets of a rule have one, or none has.
    pub share: Option<Decimal>,
}

/// How the cost of a node is divided.
#[derive(Clone, Debug, InputObject)]
pub struct AllocationRuleInput {
    /// Name of the node.
    pub source: String,
    /// What it is divided by: used TB, tickets, kW, fixed shares. Without colons and bars.
    pub driver: String,
    /// Who receives how much.
    pub targets: Vec<AllocationTargetInput>,
    /// The volume that stands for all of the node; what targets leave of it stays unallocated. Left out: they leave
    /// nothing, or of shares what they lack to 1.
    pub whole: Option<Decimal>,
}

impl AllocationRuleInput {
    fn rule(&self, place: usize) -> Result<Rule> {
        let field = |name: &str| format!("rules[{place}].{name}");
        let has_shares = self.targets.iter().any(|target| target.share.is_some());
        if let Some(whole) = self.whole.filter(|_| has_shares) {
            return Err(Error::invalid(
                field("whole"),
                format!("{whole}: the whole of shares is 1, leave it out"),
            ));
        }
        let targets = self.targets.iter().enumerate().map(|(at, target)| {
            let (name, value) = match (target.volume, target.share) {
                (Some(volume), None) if !has_shares => ("volume", volume),
                (None, Some(share)) if share < Decimal::ZERO || share > Decimal::ONE => {
                    let message =
                        format!("{share} is not between 0 and 1: a share is a fraction, so 0.5 is 50 %");
                    return Err(Error::invalid(field(&format!("targets[{at}].share")), message));
                }
                (None, Some(share)) => ("share", share),
                _ => {
                    let message = "give all targets of a rule a volume, or all a share";
                    return Err(Error::invalid(field(&format!("targets[{at}]")), message));
                }
            };
            let volume = rate(value, &field(&format!("targets[{at}].{name}")))?;
            Ok(Target { name: target.name.clone(), volume })
        });
        let targets = targets.collect::<Result<Vec<Target>>>()?;
        let whole = match self.whole {
            Some(whole) => Some(rate(whole, &field("whole"))?),
            None => has_shares.then_some(Rate::ONE),
        };
        Ok(Rule { source: self.source.clone(), driver: self.driver.clone(), targets, whole })
    }
}

fn rules(inputs: &[AllocationRuleInput]) -> Result<Rules> {
    inputs.iter().enumerate().map(|(place, rule)| rule.rule(place)).collect::<Result<_>>().map(Rules)
}

fn nodes(inputs: Vec<AllocationNodeInput>) -> Nodes {
    let nodes = inputs.into_iter().map(|node| Node {
        name: node.name,
        level: node.level.into(),
        categories: node.categories.into_iter().map(Into::into).collect(),
    });
    Nodes(nodes.collect())
}

/// An allocation model to create.
#[derive(Clone, Debug, InputObject)]
pub struct NewAllocationModel {
    /// Its name; no two models share one.
    pub name: String,
    /// Version of the taxonomy that its names are from.
    pub taxonomy_version: String,
    /// First day it holds.
    pub effective_from: Date,
    /// Last day it holds; without end where left out.
    pub effective_to: Option<Date>,
    /// Whether pools are divided in an order or all at once.
    #[graphql(default_with = "AllocationMethod::StepDown")]
    pub method: AllocationMethod,
    /// The order in which nodes are divided, each closed once it has been; none where all are at once.
    #[graphql(default)]
    pub step_order: Vec<String>,
    /// What cost passes through and ends at, at most 1,000.
    pub nodes: Vec<AllocationNodeInput>,
    /// How each of them is divided.
    #[graphql(default)]
    pub rules: Vec<AllocationRuleInput>,
}

impl NewAllocationModel {
    fn row(&self) -> Result<allocation_model::ActiveModel> {
        Ok(allocation_model::ActiveModel {
            name: Set(self.name.clone()),
            taxonomy_version: Set(self.taxonomy_version.clone()),
            effective_from: Set(self.effective_from.0),
            effective_to: Set(self.effective_to.map(NaiveDate::from)),
            method: Set(self.method.into()),
            step_order: Set(Names(self.step_order.clone())),
            nodes: Set(nodes(self.nodes.clone())),
            rules: Set(rules(&self.rules)?),
            ..Default::default()
        })
    }
}

/// What of an allocation model may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AllocationModelChanges {
    /// Its name; no two models share one.
    pub name: MaybeUndefined<String>,
    /// Version of the taxonomy that its names are from.
    pub taxonomy_version: MaybeUndefined<String>,
    /// First day it holds.
    pub effective_from: MaybeUndefined<Date>,
    /// Last day it holds.
    pub effective_to: MaybeUndefined<Date>,
    /// Whether pools are divided in an order or all at once.
    pub method: MaybeUndefined<AllocationMethod>,
    /// The order in which nodes are divided, in place of the one before.
    pub step_order: MaybeUndefined<Vec<String>>,
    /// What cost passes through and ends at, in place of all that did before.
    pub nodes: MaybeUndefined<Vec<AllocationNodeInput>>,
    /// How each of them is divided, in place of all rules before.
    pub rules: MaybeUndefined<Vec<AllocationRuleInput>>,
}

impl AllocationModelChanges {
    fn row(self) -> Result<allocation_model::ActiveModel> {
        let mut row = allocation_model::ActiveModel::default();
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.taxonomy_version, self.taxonomy_version, "taxonomyVersion")?;
        patch_required(&mut row.effective_from, self.effective_from, "effectiveFrom")?;
        patch(&mut row.effective_to, self.effective_to);
        patch_required(&mut row.method, self.method, "method")?;
        if let Some(order) = kept(self.step_order, "stepOrder")? {
            row.step_order = Set(Names(order));
        }
        if let Some(inputs) = kept(self.nodes, "nodes")? {
            row.nodes = Set(nodes(inputs));
        }
        if let Some(inputs) = kept(self.rules, "rules")? {
            row.rules = Set(rules(&inputs)?);
        }
        Ok(row)
    }
}

/// Changes of allocation models.
#[derive(Default)]
pub struct AllocationModelMutation;

/// Changes of allocation models.
#[Object]
impl AllocationModelMutation {
    /// Creates an allocation model. Sent again with the same idempotency key it answers with the first model.
    async fn create_allocation_model(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewAllocationModel,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<AllocationModel> {
        let model = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("createAllocationModel", idempotency_key, &input, async || {
                allocation_models::create(tx, input.row()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(model).into())
    }

    /// Changes an allocation model.
    async fn update_allocation_model(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AllocationModelId>,
        #[graphql(desc = "What is to change.")] changes: AllocationModelChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<AllocationModel> {
        let model = change(ctx, Permission::EditFinance, async |tx| {
            let given = changes.row()?;
            allocation_models::update(tx, *id, expected_version, |row| overlay(row, &given)).await
        })
        .await?;
        Ok(Record::whole(model).into())
    }

    /// Removes an allocation model, and answers with its id.
    async fn remove_allocation_model(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AllocationModelId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditFinance, async |tx| {
            allocation_models::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
