//! What moves together, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::{
    id::{ScenarioId, SiteId},
    money::Rate,
};
use rust_decimal::Decimal;

use super::{
    dependencies::DependencyKind,
    lens::{TopologyGraph, WholeGraph, at_least, at_least_none, day, overlay, size, skip, view},
    move_cuts::{MoveCut, MoveSplit},
    things::ConfigurationItem,
    trust::{ResultTrust, STALE_AFTER_DAYS},
};
use crate::{
    access::Caller,
    error::Result,
    inventory::graphql::assets::Environment,
    schema::{
        explain::{Explanation, ExplanationInput},
        page::page_cost,
        request::caller,
        scalar::{Date, Id, plain},
    },
    topology::{
        items::Thing,
        moves::{self, Asked, Bond, Edge, Group, Moves, Totals},
        said::Said,
    },
};

/// How many records of a list are shown where nobody says.
const FEW: i32 = 50;

/// What is looked at.
#[derive(Clone, Debug, Default, InputObject)]
pub struct MoveFilter {
    /// Only equipment and workloads at this site, and the services that need them.
    pub site: Option<Id<SiteId>>,
    /// Only equipment and workloads that are used for this, and the services that need them.
    pub environment: Option<Environment>,
}

/// Why two things must not be torn apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Bond")]
pub enum MoveBond {
    /// So much is written that the two must not be far apart.
    HeavyWrites,
    /// A round trip may take no longer than is asked for.
    Latency,
    /// They are a cluster.
    Cluster,
    /// The data of the one are on the other.
    Storage,
    /// The one is executed by the other, or is inside it.
    Host,
}

/// What moves together, and in which order.
pub struct MoveGroups {
    moves: Moves,
    asked: Asked,
    caller: Caller,
    graph: WholeGraph,
}

/// Things that move together.
pub struct MoveGroup<'a> {
    group: &'a Group,
    said: &'a Said,
    caller: &'a Caller,
}

/// A dependency between two things that can move.
#[derive(SimpleObject)]
pub struct MoveEdge {
    /// The id of the dependency. Null where it follows from what lives in which chassis.
    dependency: Option<ID>,
    /// In what way the one needs the other.
    kind: DependencyKind,
    /// What needs. Null where the caller may not see it.
    from: Option<ConfigurationItem>,
    /// What is needed. Null where the caller may not see it.
    to: Option<ConfigurationItem>,
    /// Why it must not be stretched. Null where it may be.
    bond: Option<MoveBond>,
    /// Milliseconds that a round trip may take. Null where nothing is said.
    latency_budget_milliseconds: Option<i32>,
    /// Data that passes, in gigabytes a day. Null where it is not known.
    gigabytes_per_day: Option<Decimal>,
}

/// How many members have a criticality.
#[derive(SimpleObject)]
pub struct MoveTier {
    /// Criticality: 0 is the most critical, 3 the least.
    tier: i32,
    /// How many members have it.
    members: u32,
}

/// What a group comes to.
#[derive(SimpleObject)]
pub struct MoveTotals {
    /// Computers.
    servers: u32,
    /// Arrays and shelves of storage.
    storage: u32,
    /// Other equipment.
    equipment: u32,
    /// Workloads in the cloud.
    workloads: u32,
    /// Applications.
    applications: u32,
    /// Other services.
    services: u32,
    /// What the equipment draws, each by its power basis, in kilowatts. Null where the draw of one is missing.
    kilowatts: Option<Decimal>,
    /// How many pieces of equipment lack the draw of their power basis.
    without_draw: u32,
    /// Data in terabytes: what workloads store, and what equipment can hold at most, its usable capacity. Null where
    /// nobody knows how much one of the members holds.
    terabytes: Option<Decimal>,
    /// How many members hold data of which nobody knows how much: storage without a capacity of its own or of its model,
    /// and workloads without a size.
    without_size: u32,
    /// Members by criticality.
    tiers: Vec<MoveTier>,
    /// Members without a criticality.
    without_tier: u32,
}

/// A service that everything uses, so that it ties nothing together.
#[derive(SimpleObject)]
pub struct MoveHub {
    /// The service.
    service: Option<ConfigurationItem>,
    /// How many dependencies it has, in both directions.
    degree: u32,
    /// Whether it is on record as shared; otherwise it has more dependencies than `hubDegree`.
    is_declared: bool,
}

/// Groups that can move at the same time.
#[derive(SimpleObject)]
pub struct MoveStage {
    /// How many stages must have been reached before; groups of one wave do not need each other.
    wave: u32,
    /// The groups by number: one, or several that need each other in a circle and so move at once.
    groups: Vec<u32>,
    /// Their names.
    names: Vec<String>,
    /// Whether they need each other in a circle.
    is_circle: bool,
}

/// A thing with its label, where the caller may see it.
pub(super) fn shown(thing: Thing, said: &Said, caller: &Caller) -> Option<ConfigurationItem> {
    let about = said.about(thing).filter(|_| thing.is_shown_to(caller))?;
    Some(ConfigurationItem::new(thing, about))
}

impl MoveEdge {
    pub(super) fn new(edge: &Edge, said: &Said, caller: &Caller) -> Self {
        Self {
            dependency: edge.dependency.map(|dependency| Id(dependency).into()),
            kind: edge.kind.into(),
            from: shown(edge.from, said, caller),
            to: shown(edge.to, said, caller),
            bond: edge.bond.map(Into::into),
            latency_budget_milliseconds: edge.latency_milliseconds,
            gigabytes_per_day: edge.gigabytes_per_day.map(|rate| plain(rate.to_decimal())),
        }
    }
}

impl From<&Totals> for MoveTotals {
    fn from(totals: &Totals) -> Self {
        let tiers = totals.tiers.iter().map(|(tier, members)| MoveTier { tier: *tier, members: *members });
        Self {
            servers: totals.servers,
            storage: totals.storage,
            equipment: totals.equipment,
            workloads: totals.workloads,
            applications: totals.applications,
            services: totals.services,
            kilowatts: totals.draw_watts.map(|watts| plain(Decimal::new(watts, 3))),
            without_draw: totals.without_draw,
            terabytes: totals.terabytes.map(|size| plain(size.round_dp(3))),
            without_size: totals.without_size,
            tiers: tiers.collect(),
            without_tier: totals.without_tier,
        }
    }
}

/// Things that move together.
#[Object]
impl MoveGroup<'_> {
    /// Its number, from one. The same question on the same records has the same numbers.
    async fn number(&self) -> u32 {
        self.group.number
    }

    /// What it is called: its most critical service, or its most critical member where it has none. Null where the
    /// caller may not see that.
    async fn name(&self) -> Option<&str> {
        visible_name(self.group, self.caller)
    }

    /// How many members it has.
    async fn size(&self) -> usize {
        self.group.members.len()
    }

    /// The members that the caller may see: services first, then by criticality and name.
    #[graphql(complexity = "page_cost(Some(first), None, child_complexity)")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "FEW", desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Vec<ConfigurationItem>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let members = self.group.members.iter();
        let members = members.filter_map(|member| shown(*member, self.said, self.caller));
        Ok(members.skip(skip).take(size).collect())
    }

    /// How many members the caller may not see. They count in the totals.
    async fn hidden(&self) -> usize {
        self.group.members.iter().filter(|member| !member.is_shown_to(self.caller)).count()
    }

    /// What it comes to.
    async fn totals(&self) -> MoveTotals {
        (&self.group.totals).into()
    }

    /// Dependencies that lead out of it: they are stretched if it moves alone.
    #[graphql(complexity = "page_cost(Some(first), None, child_complexity)")]
    async fn stretched(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "FEW", desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Vec<MoveEdge>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let edges = self.group.stretched.iter().skip(skip).take(size);
        Ok(edges.map(|edge| MoveEdge::new(edge, self.said, self.caller)).collect())
    }

    /// How many dependencies lead out of it.
    async fn stretched_count(&self) -> usize {
        self.group.stretched.len()
    }

    /// Data that passes over them, in gigabytes a day, as far as that is known.
    async fn stretched_gigabytes_per_day(&self) -> Decimal {
        let known = self.group.stretched.iter().filter_map(|edge| edge.gigabytes_per_day);
        let sum = known.map(Rate::to_decimal).fold(Decimal::ZERO, Decimal::saturating_add);
        plain(sum)
    }

    /// The least latency budget among them, in milliseconds. Null where none has one.
    async fn least_latency_budget_milliseconds(&self) -> Option<i32> {
        self.group.stretched.iter().filter_map(|edge| edge.latency_milliseconds).min()
    }

    /// The cheapest way to cut it in two. Null where it has at most `largest` members.
    async fn cut(&self) -> Option<MoveCut> {
        self.group.cut.as_ref().map(|cut| MoveCut::new(cut, self.said, self.caller))
    }

    /// How it falls into parts of at most `largest` members, at little weight: where it has more. Null otherwise, and
    /// where members times `largest` are more than four million.
    async fn split(&self) -> Option<MoveSplit> {
        self.group.split.as_ref().map(|split| MoveSplit::new(split, self.said, self.caller))
    }
}

fn visible_name<'a>(group: &'a Group, caller: &Caller) -> Option<&'a str> {
    group.members.first().filter(|first| first.is_shown_to(caller)).map(|_| group.name.as_str())
}

/// What moves together, and in which order.
#[Object]
impl MoveGroups {
    /// The day from which it is seen.
    async fn as_of(&self) -> Date {
        Date(self.asked.as_of)
    }

    /// How many groups there are.
    async fn count(&self) -> usize {
        self.moves.groups.len()
    }

    /// The groups, largest first.
    #[graphql(complexity = "page_cost(Some(first), None, child_complexity)")]
    async fn groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "FEW", desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out the groups up to this number.")] after: i32,
    ) -> Result<Vec<MoveGroup<'_>>> {
        let (size, skip) = (size(ctx, "first", first)?, at_least_none("after", after)?);
        let groups = self.moves.groups.iter().skip(skip).take(size);
        let said = &self.moves.said;
        Ok(groups.map(|group| MoveGroup { group, said, caller: &self.caller }).collect())
    }

    /// Services that are in no group, because everything uses them: those that are looked at, and those beyond the filter
    /// that stretched dependencies lead to. Those with most dependencies first.
    #[graphql(complexity = "page_cost(Some(first), None, child_complexity)")]
    async fn hubs(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "FEW", desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Vec<MoveHub>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let hub = |hub: &moves::Hub| MoveHub {
            service: shown(hub.thing, &self.moves.said, &self.caller),
            degree: hub.degree,
            is_declared: hub.is_declared,
        };
        Ok(self.moves.hubs.iter().skip(skip).take(size).map(hub).collect())
    }

    /// An order in which what a group needs has moved before it.
    #[graphql(complexity = "page_cost(Some(first), None, child_complexity)")]
    async fn stages(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "FEW", desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many of the first.")] after: i32,
    ) -> Result<Vec<MoveStage>> {
        let (size, skip) = (size(ctx, "first", first)?, at_least_none("after", after)?);
        let stages = self.moves.stages.iter().skip(skip).take(size);
        Ok(stages.map(|stage| self.stage(stage)).collect())
    }

    /// How much of the groups rests on dependencies that are stale or unsure: of all edges between two things that can
    /// move, with one end in the groups at least.
    async fn trust(
        &self,
        #[graphql(
            default_with = "STALE_AFTER_DAYS",
            desc = "Days after which a dependency that was last seen is stale."
        )]
        stale_after_days: i32,
        #[graphql(desc = "The least confidence, from 0 to 1; 0.5 when left out.")] minimum_confidence: Option<
            Decimal,
        >,
    ) -> Result<ResultTrust> {
        let said = &self.moves.said;
        let doubts = (stale_after_days, minimum_confidence);
        let edges = self.moves.records.iter().copied();
        ResultTrust::of((&said.recorded, said.as_of), &self.caller, doubts, edges)
    }

    /// The graph of that day.
    async fn graph(&self) -> Result<TopologyGraph> {
        self.graph.shown().await
    }

    /// How it came about.
    async fn explain(&self) -> Explanation {
        self.explanation()
    }
}

impl MoveGroups {
    fn stage(&self, stage: &moves::Stage) -> MoveStage {
        let groups = stage.groups.iter().filter_map(|number| self.moves.groups.get(*number as usize - 1));
        let name = |group| visible_name(group, &self.caller).unwrap_or("hidden").to_owned();
        MoveStage {
            wave: stage.wave,
            groups: stage.groups.clone(),
            names: groups.map(name).collect(),
            is_circle: stage.groups.len() > 1,
        }
    }

    fn explanation(&self) -> Explanation {
        let input = |name: &str, value: String| ExplanationInput { name: name.to_owned(), value };
        Explanation {
            formula: "things joined by strong ties, hubs left out, are a group".to_owned(),
            inputs: vec![
                input("dependencies between things that can move", self.moves.edges.to_string()),
                input("of them strong", self.moves.strong.to_string()),
                input("latency budget of strong ties, ms, at most", self.asked.latency_milliseconds.to_string()),
                input("dependencies of a hub, more than", self.asked.hub_degree.to_string()),
                input("members of a group that is not cut, at most", self.asked.largest.to_string()),
            ],
            assumptions: vec![
                "heavy writes, a short latency budget, a cluster, storage, and a host that executes or contains \
                 must not be stretched; all else may be"
                    .to_owned(),
                "what lives in a chassis moves with it".to_owned(),
                "storage that is full: how much of its usable capacity is taken is not known".to_owned(),
                "a group moves after the groups that it needs; groups that need each other move at once".to_owned(),
            ],
            excluded: vec![
                "what is retired, and dependencies that were first seen later".to_owned(),
                "racks, feeds, sites, vendors, contracts and accounts, which do not move".to_owned(),
                "what was never said to depend on something, or to be needed, and is in no chassis with such a thing"
                    .to_owned(),
            ],
            estimated: false,
        }
    }
}

/// Queries of what moves together.
#[derive(Default)]
pub struct MoveQuery;

/// Queries of what moves together.
#[Object]
impl MoveQuery {
    /// What has to move together when a site is left: services, equipment and workloads joined by what must not be
    /// stretched, and in which order the groups move.
    #[graphql(complexity = "1_000 + child_complexity")]
    async fn move_groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is looked at. Left out: all.")] filter: Option<MoveFilter>,
        #[graphql(default = 20, desc = "A service with more dependencies than this is a hub.")]
        hub_degree: i32,
        #[graphql(
            default = 50,
            desc = "A group with more members than this is shown how to cut, and how it falls into parts of so many."
        )]
        largest: i32,
        #[graphql(
            default = 5,
            desc = "A latency budget of at most so many milliseconds must not be stretched."
        )]
        latency_milliseconds: i32,
        #[graphql(desc = "The day from which it is seen; today when left out.")] as_of: Option<Date>,
        #[graphql(
            desc = "A scenario: what it has taken away by that day is gone, with all that is down because of that. \
                    None when left out."
        )]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(
            desc = "Wait until the graph has come to this revision, two seconds at most; then refuse. Changes return \
                    it as `extensions.graphRevision`."
        )]
        min_revision: Option<i64>,
    ) -> Result<MoveGroups> {
        let view = view(ctx, min_revision).await?;
        let caller = caller(ctx)?.clone();
        let filter = filter.unwrap_or_default();
        let asked = Asked {
            site: filter.site.map(|site| site.0),
            environment: filter.environment.map(Into::into),
            hub_degree: at_least("hubDegree", hub_degree, 1)?,
            largest: at_least("largest", largest, 1)?,
            latency_milliseconds,
            as_of: day(ctx, as_of)?,
        };
        let scenario = overlay(&view, scenario).await?;
        let gone = Arc::new(view.gone(asked.as_of, &scenario).await?);
        let graph = WholeGraph::of(&view, asked.as_of).without(&gone);
        let said = Said { gone, ..view.said(asked.as_of) };
        moves::require_site(&said, asked.site, &caller)?;
        let moves = tokio::task::block_in_place(|| moves::moves(said, asked))?;
        Ok(MoveGroups { moves, asked, caller, graph })
    }
}
