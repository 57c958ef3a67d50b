//! What answers about the graph have in common: the graph as a caller may see it.

use std::{collections::HashSet, sync::Arc};

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{id::ScenarioId, money::Rate};
use rust_decimal::Decimal;
use topology::{
    graph::{GroupNode, Node},
    path::Link,
};

use super::things::ConfigurationItem;
use crate::{
    access::Caller,
    error::{Error, Result},
    rules::require_plausible,
    scenarios::Overlay,
    schema::{
        page::{LARGEST_PAGE, LargestPage},
        request::caller,
        scalar::{Date, Id},
    },
    topology::{
        asked::{VIEW, is_visible},
        chains::{Saved, Step, StepLink},
        graph::{Estate, NamedGroup, Options},
        index::{Index, State, View},
        items::Thing,
    },
};

/// Which edges count.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct TopologyInclude {
    /// Soft needs, without which a thing is degraded.
    #[graphql(default = true)]
    soft: bool,
    /// What follows from inventory and contracts: racks, sites, power feeds, panels, accounts, regions, colocation
    /// contracts, vendors.
    #[graphql(default = true)]
    derived: bool,
}

/// Which graph is asked for: as of today where no day is named.
///
/// # Errors
/// `Unauthenticated` without credentials.
pub fn options(ctx: &Context<'_>, as_of: Option<Date>, include: Option<TopologyInclude>) -> Result<Options> {
    Ok(options_of(caller(ctx)?, as_of, include))
}

/// The day from which it is seen: today where none is named.
///
/// # Errors
/// `Unauthenticated` without credentials, `Invalid` for a day that only a slip of the keyboard gives.
pub fn day(ctx: &Context<'_>, as_of: Option<Date>) -> Result<NaiveDate> {
    let as_of = as_of.map_or(caller(ctx)?.now.date_naive(), |as_of| as_of.0);
    require_plausible("asOf", Some(as_of))?;
    Ok(as_of)
}

/// As [`options`], for a caller whose moment is not that of the request.
#[must_use]
pub fn options_of(caller: &Caller, as_of: Option<Date>, include: Option<TopologyInclude>) -> Options {
    let as_of = as_of.map_or_else(|| caller.now.date_naive(), |as_of| as_of.0);
    let TopologyInclude { soft, derived } = include.unwrap_or(TopologyInclude { soft: true, derived: true });
    Options { as_of, derived, soft }
}

/// A look at the graph as it is now, or once it has come to a revision.
///
/// # Errors
/// `Unauthenticated` without credentials, `Forbidden` without the permission, `Invalid` for a revision that is not
/// there after two seconds, `Unavailable` when the graph cannot be brought up to date.
pub async fn view(ctx: &Context<'_>, min_revision: Option<i64>) -> Result<View> {
    let (caller, index) = (caller(ctx)?, index(ctx)?);
    // Boxed, so that what every question waits for is no part of the size of its future.
    Box::pin(index.view(caller, VIEW, min_revision)).await
}

/// What is laid over the graph: the changes of a scenario, or nothing. No price shows in answers about the graph, so
/// whoever may ask them may ask them of any scenario.
///
/// # Errors
/// `NotFound` for a scenario that is not there.
pub async fn overlay(view: &View, scenario: Option<Id<ScenarioId>>) -> Result<Arc<Overlay>> {
    Overlay::load_without_prices(&view.reader, scenario.map(|id| id.0)).await
}

/// The graph that is kept in memory.
///
/// # Errors
/// `Internal` when the schema was built without one.
pub fn index<'a>(ctx: &Context<'a>) -> Result<&'a Index> {
    ctx.data_opt::<Index>().ok_or_else(|| Error::internal("the schema has no graph"))
}

/// The graph of a day with all its edges, built when it is asked for.
#[derive(Clone, Debug)]
pub struct WholeGraph {
    state: Arc<State>,
    as_of: NaiveDate,
    gone: Arc<HashSet<Thing>>,
}

impl WholeGraph {
    /// The graph that a look belongs to.
    #[must_use]
    pub fn of(view: &View, as_of: NaiveDate) -> Self {
        Self { state: Arc::clone(&view.state), as_of, gone: Arc::default() }
    }

    /// The same without some things.
    #[must_use]
    pub fn without(self, gone: &Arc<HashSet<Thing>>) -> Self {
        Self { gone: Arc::clone(gone), ..self }
    }

    /// The graph, as clients see it.
    ///
    /// # Errors
    /// `Invalid` for more than 2^30 things.
    pub async fn shown(&self) -> Result<TopologyGraph> {
        let options = Options { as_of: self.as_of, derived: true, soft: true };
        let estate = Box::pin(self.state.estate(options)).await?;
        if self.gone.is_empty() {
            return Ok(TopologyGraph(estate));
        }
        let gone: Vec<Node> = self.gone.iter().filter_map(|thing| estate.node(*thing)).collect();
        Ok(TopologyGraph(Arc::new(estate.without(&gone)?)))
    }
}

/// A number that a client set.
///
/// # Errors
/// `Invalid` with the field, the value and the least.
pub fn at_least(field: &str, value: i32, least: u32) -> Result<u32> {
    let below = || Error::invalid(field, format!("{value} is below the least, {least}"));
    u32::try_from(value).ok().filter(|value| *value >= least).ok_or_else(below)
}

/// How many of a list are wanted.
///
/// # Errors
/// `Invalid` below zero, `TooMuch` for more than the server gives.
pub fn size(ctx: &Context<'_>, field: &str, wanted: i32) -> Result<usize> {
    let size = u64::try_from(wanted).map_err(|_| Error::invalid(field, format!("{wanted} is below zero")))?;
    let largest = ctx.data_opt::<LargestPage>().map_or(LARGEST_PAGE, |largest| largest.0);
    if size > largest {
        let message = format!("{size} is more than the largest list of {largest}");
        return Err(Error::TooMuch { field: field.to_owned(), message });
    }
    usize::try_from(size).map_err(Error::internal)
}

/// How many of a list are left out at its beginning.
///
/// # Errors
/// `Invalid` below zero.
pub fn skip(wanted: i32) -> Result<usize> {
    at_least_none("skip", wanted)
}

/// A number that counts something.
///
/// # Errors
/// `Invalid` below zero.
pub fn at_least_none(field: &str, wanted: i32) -> Result<usize> {
    usize::try_from(wanted).map_err(|_| Error::invalid(field, format!("{wanted} is below zero")))
}

/// The graph as a caller may see it.
#[derive(Clone, Debug)]
pub struct Lens {
    /// The graph.
    pub estate: Arc<Estate>,
    /// Who looks.
    pub caller: Caller,
}

impl Lens {
    /// What a node is; none where the caller may not know.
    #[must_use]
    pub fn item(&self, node: Node) -> Option<ConfigurationItem> {
        if !self.estate.shows(&self.caller, node) {
            return None;
        }
        Some(ConfigurationItem::new(self.estate.thing(node)?, self.estate.about_node(node)?))
    }

    /// A thing, whether or not it is part of the graph; none where the caller may not know.
    #[must_use]
    pub fn thing(&self, thing: Thing) -> Option<ConfigurationItem> {
        let about = self.estate.about(thing)?;
        is_visible(&self.caller, thing).then(|| ConfigurationItem::new(thing, about))
    }

    /// What ties a node to the next.
    #[must_use]
    pub fn step(&self, step: &Step) -> DependencyStep {
        let (link, group) = match step.link {
            StepLink::Hard => (DependencyStepLink::Hard, None),
            StepLink::Group(group) => (DependencyStepLink::Group, Some(group)),
            StepLink::Soft => (DependencyStepLink::Soft, None),
            StepLink::Failed => (DependencyStepLink::Failed, None),
            StepLink::Unmet(group) => (DependencyStepLink::Unmet, Some(group)),
            StepLink::End => (DependencyStepLink::End, None),
        };
        DependencyStep { item: self.item(step.node), link, group: group.and_then(|group| self.name(group)) }
    }

    /// The steps of a chain.
    #[must_use]
    pub fn steps(&self, chain: &[Step]) -> Vec<DependencyStep> {
        chain.iter().map(|step| self.step(step)).collect()
    }

    /// The first steps of a chain, at most so many.
    ///
    /// # Errors
    /// As [`size`].
    pub fn first_steps(&self, ctx: &Context<'_>, chain: &[Step], first: i32) -> Result<Vec<DependencyStep>> {
        let size = size(ctx, "first", first)?;
        Ok(chain.iter().take(size).map(|step| self.step(step)).collect())
    }

    /// The name of a group; none where the caller may not see what needs it.
    #[must_use]
    pub fn name(&self, group: GroupNode) -> Option<String> {
        let group = self.estate.group(group).filter(|group| is_visible(&self.caller, group.owner));
        group.map(|group| group.name.to_string())
    }

    /// How an edge ties, and the name of its group.
    #[must_use]
    pub fn link(&self, link: Link) -> (DependencyLink, Option<String>) {
        match link {
            Link::Hard => (DependencyLink::Hard, None),
            Link::Group(group) => (DependencyLink::Group, self.name(group)),
            Link::Soft => (DependencyLink::Soft, None),
        }
    }

    /// How a group came through. What a group of something hidden requires is hidden too.
    #[must_use]
    pub fn outcome(&self, saved: &Saved) -> Option<GroupOutcome> {
        let group = self.estate.group(saved.group)?;
        let seen = Some(&group).filter(|group| is_visible(&self.caller, group.owner));
        let (count, capacity) = seen.map(|group| self.required(group)).unwrap_or_default();
        Some(GroupOutcome {
            name: seen.map(|group| group.name.to_string()),
            owner: self.thing(group.owner),
            is_derived: group.id.is_none(),
            required_count: count,
            required_capacity: capacity.map(Rate::to_decimal),
            capacity_unit: capacity.and(group.unit.clone()),
            members_lost: saved.lost.len() as u64,
            members_left: saved.left,
            lost: saved.lost.iter().filter_map(|lost| self.item(*lost)).collect(),
        })
    }

    /// How groups came through, each once: one that needs a number and a capacity is two in the graph.
    #[must_use]
    pub fn outcomes(&self, saved: impl IntoIterator<Item = Saved>) -> Vec<GroupOutcome> {
        let mut met = HashSet::new();
        let is_new = |saved: &Saved| {
            let id = self.estate.group(saved.group).and_then(|group| group.id);
            id.is_none_or(|id| met.insert(id))
        };
        saved.into_iter().filter(is_new).filter_map(|saved| self.outcome(&saved)).collect()
    }

    /// What a group requires as a whole, a number or a capacity or both.
    fn required(&self, group: &NamedGroup) -> (Option<u32>, Option<Rate>) {
        let Some(row) = group.id.and_then(|id| self.estate.recorded.groups.get(&id)) else {
            return (group.required_count, group.required_capacity);
        };
        let count = row.required_count.and_then(|count| u32::try_from(count).ok());
        (count.or(row.required_capacity.is_none().then_some(1)), row.required_capacity)
    }
}

/// What becomes of a thing without another that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum DependencyLink {
    /// It is down.
    Hard,
    /// It is down once too many of a group are lost.
    Group,
    /// It is degraded.
    Soft,
}

/// What ties a step of a chain to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum DependencyStepLink {
    /// It is down without the next.
    Hard,
    /// The next is a member of a group that it needs.
    Group,
    /// It is degraded without the next.
    Soft,
    /// It failed itself: the chain ends here.
    Failed,
    /// It needs more of a group than there is, even with everything up: the chain ends here.
    Unmet,
    /// The way ends here.
    End,
}

/// A step of a chain.
#[derive(Clone, Debug, SimpleObject)]
pub struct DependencyStep {
    /// The thing. Null where the caller may not see it.
    item: Option<ConfigurationItem>,
    /// What ties it to the next step.
    link: DependencyStepLink,
    /// The name of the group, where it is one and the caller may see what needs it.
    group: Option<String>,
}

/// How a redundancy group came through.
#[derive(Clone, Debug, SimpleObject)]
pub struct GroupOutcome {
    /// Its name. Null where the caller may not see what needs it.
    name: Option<String>,
    /// What needs it. Null where the caller may not see it.
    owner: Option<ConfigurationItem>,
    /// Whether it follows from power feeds or contracts and was not recorded.
    is_derived: bool,
    /// How many members have to be up. Null where only their capacity counts.
    required_count: Option<u32>,
    /// What capacity has to be up. Null where only members are counted.
    required_capacity: Option<Decimal>,
    /// The unit of the capacity. Null where only members are counted.
    capacity_unit: Option<String>,
    /// Members that are down.
    members_lost: u64,
    /// Members that are up.
    members_left: u32,
    /// The members that are down, as far as the caller may see them.
    lost: Vec<ConfigurationItem>,
}

/// The graph that an answer was worked out in.
pub struct TopologyGraph(pub Arc<Estate>);

/// The graph that an answer was worked out in.
#[Object]
impl TopologyGraph {
    /// The state of all that the graph rests on: it rises with every change that is committed to it, and by how much says
    /// nothing. Answers to changes have it as `extensions.graphRevision`, and questions wait for it by `minRevision`.
    async fn revision(&self) -> i64 {
        self.0.revision
    }

    /// The day on which contracts had to be in force.
    async fn as_of(&self) -> Date {
        Date(self.0.options.as_of)
    }

    /// How many things it has.
    async fn nodes(&self) -> u32 {
        self.0.graph.items()
    }

    /// How many edges it has: hard needs, memberships in groups and soft needs, each once.
    async fn edges(&self) -> u64 {
        self.0.graph.edges() as u64
    }

    /// Things that a scenario has taken away by that day. Where they are looked for among what is left, as in
    /// `requirements`, those that are down because of that are counted too.
    async fn things_gone(&self) -> u64 {
        self.0.gone
    }

    /// Things that are retired and no part of it.
    async fn things_left_out(&self) -> u64 {
        self.0.left_out.things
    }

    /// Edges that are no part of it, for one of their ends is retired.
    async fn edges_left_out(&self) -> u64 {
        self.0.left_out.edges
    }

    /// A hash of every thing, edge and group: two answers with the same one were worked out in the same graph.
    async fn fingerprint(&self) -> String {
        self.0.fingerprint()
    }
}
