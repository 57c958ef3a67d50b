//! How far the dependency graph can be trusted, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::id::ScenarioId;
use rust_decimal::Decimal;

use super::{
    lens::{TopologyGraph, WholeGraph, at_least_none, day, overlay, size, view},
    moves::shown,
    things::ConfigurationItem,
};
use crate::{
    access::Caller,
    error::Result,
    schema::{
        explain::{Explanation, ExplanationInput},
        page::page_cost,
        request::caller,
        scalar::{Date, Id, plain},
    },
    topology::{
        quality::{self, Asked, Culprit, Defect, Finding, Quality},
        said::Said,
    },
};

/// A rule that the records of the dependency graph may break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Defect")]
pub enum GraphDefect {
    /// A thing needs itself. It is refused when it is recorded.
    SelfEdge,
    /// Two things are joined by more than one dependency, such as `RUNS_ON` and `DEPENDS_ON`.
    Duplicate,
    /// What needs, or what is needed, is out of use for good.
    RetiredEnd,
    /// It was last seen more than `staleAfterDays` ago. One that never says when it was seen is not stale.
    Stale,
    /// A service in use has no dependency at all.
    Orphan,
    /// A service in use needs nothing but services, directly or not: no equipment, rack, feed, site, workload, account,
    /// contract or vendor.
    WithoutInfrastructure,
    /// A redundancy group of what is in use needs more members, or more capacity, than it has in use: its owner is never
    /// up.
    UnmeetableGroup,
    /// A redundancy group has no member yet: nothing rests on it, and its owner does not need it.
    EmptyGroup,
    /// It is less sure than `minimumConfidence`.
    LowConfidence,
    /// A redundancy group of what is in use has one member in use.
    GroupOfOne,
    /// It was observed, and nobody declared or concluded it.
    OnlyObserved,
}

/// A rule, and what breaks it.
pub struct GraphFinding<'a> {
    finding: &'a Finding,
    dependencies: usize,
    said: &'a Said,
    caller: &'a Caller,
}

/// Something that breaks a rule.
#[derive(SimpleObject)]
pub struct GraphFindingRecord {
    /// The dependency, where it is one.
    dependency: Option<ID>,
    /// The redundancy group, where it is one.
    redundancy_group: Option<ID>,
    /// What needs, the owner of the group, or the service.
    item: Option<ConfigurationItem>,
    /// What is needed, where it is a dependency.
    needs: Option<ConfigurationItem>,
    /// What is wrong, in words.
    reason: String,
}

/// How far the dependency graph can be trusted.
pub struct GraphQuality {
    quality: Quality,
    asked: Asked,
    caller: Caller,
    graph: WholeGraph,
}

/// A share to four decimals; nothing of nothing.
fn share(part: usize, whole: usize) -> Option<Decimal> {
    let share = Decimal::from(part).checked_div(Decimal::from(whole))?;
    Some(plain(share.round_dp(4)))
}

impl Culprit {
    pub(super) fn is_shown_to(self, caller: &Caller) -> bool {
        match self {
            Self::Dependency(_, from, to) => from.is_shown_to(caller) && to.is_shown_to(caller),
            Self::Group(_, thing) | Self::Service(thing) => thing.is_shown_to(caller),
        }
    }
}

impl GraphFindingRecord {
    pub(super) fn new((culprit, reason): &(Culprit, String), said: &Said, caller: &Caller) -> Self {
        let (dependency, group, item, needs) = match *culprit {
            Culprit::Dependency(id, from, to) => (Some(Id(id).into()), None, from, Some(to)),
            Culprit::Group(id, owner) => (None, Some(Id(id).into()), owner, None),
            Culprit::Service(service) => (None, None, service, None),
        };
        Self {
            dependency,
            redundancy_group: group,
            item: shown(item, said, caller),
            needs: needs.and_then(|thing| shown(thing, said, caller)),
            reason: reason.clone(),
        }
    }
}

/// A rule, and what breaks it.
#[Object]
impl GraphFinding<'_> {
    /// Which rule.
    async fn kind(&self) -> GraphDefect {
        self.finding.defect.into()
    }

    /// The rule in words.
    async fn rule(&self) -> &'static str {
        self.finding.defect.rule()
    }

    /// How many records break it, those included that the caller may not see.
    async fn count(&self) -> usize {
        self.finding.records.len()
    }

    /// How many of them the caller may not see.
    async fn hidden(&self) -> usize {
        self.finding.records.iter().filter(|(culprit, _)| !culprit.is_shown_to(self.caller)).count()
    }

    /// The records that break it and that the caller may see, in the order in which they were made.
    #[graphql(complexity = "page_cost(Some(first), None, child_complexity)")]
    async fn records(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many of the first.")] after: i32,
    ) -> Result<Vec<GraphFindingRecord>> {
        let (size, skip) = (size(ctx, "first", first)?, at_least_none("after", after)?);
        let records = self.finding.records.iter().filter(|(culprit, _)| culprit.is_shown_to(self.caller));
        let records = records.skip(skip).take(size);
        Ok(records.map(|record| GraphFindingRecord::new(record, self.said, self.caller)).collect())
    }

    /// How many dependencies rest on it.
    async fn dependencies(&self) -> usize {
        self.finding.edges.len()
    }

    /// The share of all dependencies that rests on it, to four decimals. Null where there is no dependency.
    async fn share(&self) -> Option<Decimal> {
        share(self.finding.edges.len(), self.dependencies)
    }
}

/// How far the dependency graph can be trusted.
#[Object]
impl GraphQuality {
    /// The day from which it is seen.
    async fn as_of(&self) -> Date {
        Date(self.asked.as_of)
    }

    /// How many dependencies there are.
    async fn dependencies(&self) -> usize {
        self.quality.dependencies
    }

    /// How many of them rest on at least one finding.
    async fn affected_dependencies(&self) -> usize {
        self.quality.affected
    }

    /// The share of all dependencies that rests on at least one finding, to four decimals. Null where there is no
    /// dependency.
    async fn affected_share(&self) -> Option<Decimal> {
        share(self.quality.affected, self.quality.dependencies)
    }

    /// The rules of the given kinds, all when none is given, with what breaks each. A rule that nothing breaks has the
    /// count 0.
    #[graphql(complexity = "kinds.as_ref().map_or(Defect::ALL.len(), Vec::len) * child_complexity + 1")]
    async fn findings(
        &self,
        #[graphql(desc = "Of these rules only. Left out: of all.")] kinds: Option<Vec<GraphDefect>>,
    ) -> Vec<GraphFinding<'_>> {
        let kinds: Option<Vec<Defect>> = kinds.map(|kinds| kinds.into_iter().map(Into::into).collect());
        let is_asked =
            |finding: &&Finding| kinds.as_ref().is_none_or(|kinds| kinds.contains(&finding.defect));
        let findings = self.quality.findings.iter().filter(is_asked);
        let (dependencies, said) = (self.quality.dependencies, &self.quality.said);
        findings.map(|finding| GraphFinding { finding, dependencies, said, caller: &self.caller }).collect()
    }

    /// The graph of that day.
    async fn graph(&self) -> Result<TopologyGraph> {
        self.graph.shown().await
    }

    /// How it came about.
    async fn explain(&self) -> Explanation {
        let input = |name: &str, value: String| ExplanationInput { name: name.to_owned(), value };
        Explanation {
            formula: "share = dependencies that rest on a finding / all dependencies".to_owned(),
            inputs: vec![
                input("dependencies that rest on a finding", self.quality.affected.to_string()),
                input("all dependencies", self.quality.dependencies.to_string()),
                input("stale after days", self.asked.stale_after_days.to_string()),
                input("least confidence", self.asked.minimum_confidence.normalize().to_string()),
            ],
            assumptions: vec![
                "a dependency rests on a finding if it breaks the rule itself, or is in a group that does"
                    .to_owned(),
            ],
            excluded: vec![
                "dependencies that were first seen later".to_owned(),
                "dependencies that follow from the inventory, which are as good as the inventory".to_owned(),
            ],
            estimated: false,
        }
    }
}

/// Queries of how far the graph can be trusted.
#[derive(Default)]
pub struct QualityQuery;

/// Queries of how far the graph can be trusted.
#[Object]
impl QualityQuery {
    /// What is suspicious about the dependency graph as recorded, and how much of it rests on that.
    #[graphql(complexity = "500 + child_complexity")]
    async fn graph_quality(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen; today when left out.")] as_of: Option<Date>,
        #[graphql(
            desc = "A scenario: what it has taken away by that day is gone, with all that is down because of that. \
                    None when left out."
        )]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(default = 60, desc = "Days after which a dependency that was last seen is stale.")]
        stale_after_days: i32,
        #[graphql(desc = "The least confidence, from 0 to 1; 0.5 when left out.")] minimum_confidence: Option<
            Decimal,
        >,
        #[graphql(
            desc = "Wait until the graph has come to this revision, two seconds at most; then refuse. Changes return \
                    it as `extensions.graphRevision`."
        )]
        min_revision: Option<i64>,
    ) -> Result<GraphQuality> {
        let view = view(ctx, min_revision).await?;
        let caller = caller(ctx)?.clone();
        let asked = Asked {
            as_of: day(ctx, as_of)?,
            stale_after_days,
            minimum_confidence: minimum_confidence.unwrap_or(Decimal::new(5, 1)),
        };
        let scenario = overlay(&view, scenario).await?;
        let gone = Arc::new(view.gone(asked.as_of, &scenario).await?);
        let graph = WholeGraph::of(&view, asked.as_of).without(&gone);
        let said = Said { gone, ..view.said(asked.as_of) };
        let quality = tokio::task::block_in_place(|| quality::quality(said, asked))?;
        Ok(GraphQuality { quality, asked, caller, graph })
    }
}
