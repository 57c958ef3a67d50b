//! What brings services down alone, and what groups rest on together.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use entity::id::{DependencyId, ServiceId};
use rayon::prelude::*;
use rust_decimal::Decimal;
use topology::{
    graph::{GroupNode, Node},
    impact,
    path::Link,
    reach::{Direction, Walk, reach},
    single_points::{AllSinglePoints, single_points},
};

use super::{
    chains::{Downs, Saved, Step, common_groups},
    graph::{self, Estate, NamedGroup, Options},
    impacts::Status,
    index::View,
    items::Thing,
    rollups::{Sums, blast, revenue},
};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    given_up::{GivenUp, unless_given_up},
    rules::require_plausible,
    scenarios::Overlay,
    schema::scalar::Id,
};

/// Which services and which points are asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// The id of a service; of all when left out.
    pub service: Option<String>,
    /// Services of these tiers; of all when left out.
    pub tiers: Option<Vec<i32>>,
    /// In which graph.
    pub options: Options,
    /// What is laid over it.
    pub scenario: Arc<Overlay>,
}

/// What the failure of one item alone comes to. Services that are planned are not yet in use, and weigh nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weight {
    /// The score, in points.
    pub blast_radius: Decimal,
    /// What an hour without the services costs that are down.
    pub revenue: Sums,
    /// Services in use that are down.
    pub services: u64,
}

/// What brings a service down alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SinglePoint {
    /// The item.
    pub node: Node,
    /// What its failure comes to.
    pub weight: Arc<Weight>,
    /// From the service to the item.
    pub chain: Vec<Step>,
    /// The groups on the way that look redundant and all of whose lost members rest on the item.
    pub common: Vec<Saved>,
}

/// A service with what brings it down alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfService {
    /// The service.
    pub node: Node,
    /// Its tier.
    pub tier: Option<i32>,
    /// It is down with everything else up, so that nothing brings it down.
    pub is_never_up: bool,
    /// The items, in no order: how bad they are is worked out when they are shown.
    pub points: Vec<Node>,
    /// How many more there are that the caller may not see.
    pub hidden: u64,
}

/// How bad a single point is: its score, then what an hour of it costs.
type Rank = (Decimal, Decimal);

/// The answer.
#[derive(Debug)]
pub struct Answer {
    /// The graph it was worked out in.
    pub estate: Arc<Estate>,
    /// The services that have single points or are never up: by tier, then by their worst single point.
    pub services: Vec<OfService>,
    /// Services that were looked at.
    pub looked_at: Vec<Node>,
    caller: Caller,
    weights: Mutex<HashMap<Node, Arc<Weight>>>,
}

/// Works out the single points of failure of services. Where nobody looks at the services, they are in no order, for to
/// order them it takes the weight of all their points.
///
/// # Errors
/// `Invalid` for an id that is of no service, `NotFound` for a service that is not there.
pub async fn answer(
    view: &View,
    question: &Question,
    kinds: impl Fn(Thing) -> bool + Send + 'static,
    is_ordered: bool,
) -> Result<Answer> {
    require_plausible("asOf", Some(question.options.as_of))?;
    let (estate, caller) = (view.estate_under(question.options, &question.scenario).await?, view.caller());
    let services = asked(&estate, caller, question)?;
    let mut answer = Answer {
        estate: Arc::clone(&estate),
        services: Vec::new(),
        looked_at: services.iter().map(|(node, _)| *node).collect(),
        caller: caller.clone(),
        weights: Mutex::default(),
    };
    let is_of_all = question.service.is_none();
    unless_given_up(move |is_given_up| {
        let all = is_of_all.then(|| estate.all_single_points());
        for (node, tier) in services {
            let (points, is_never_up) = match &all {
                Some(all) => (all.of(node).map_err(graph::refused)?, all.is_never_up(node)),
                None => {
                    let found = single_points(&estate.graph, node).map_err(graph::refused)?;
                    (found.nodes, found.is_never_up)
                }
            };
            answer.add((node, tier), points, is_never_up, &kinds);
        }
        answer.services.retain(|it| it.is_never_up || !it.points.is_empty() || it.hidden > 0);
        if is_ordered && answer.services.len() > 1 {
            answer.order(is_given_up)?;
        }
        Ok(answer)
    })
    .await
}

/// The services that are asked for, with their tiers.
fn asked(estate: &Estate, caller: &Caller, question: &Question) -> Result<Vec<(Node, Option<i32>)>> {
    let tier = |node: Node| estate.about_node(node).and_then(|about| about.tier);
    if let Some(id) = &question.service {
        // The id of anything else is refused as such.
        Id::<ServiceId>::parse(id).map_err(|cause| Error::invalid("service", cause))?;
        let node = estate.asked(caller, "service", id)?;
        return Ok(vec![(node, tier(node))]);
    }
    let services = estate.graph.nodes().filter(|node| matches!(estate.thing(*node), Some(Thing::Service(_))));
    let wanted = services.map(|node| (node, tier(node))).filter(|(_, tier)| {
        question.tiers.as_ref().is_none_or(|tiers| tier.is_some_and(|tier| tiers.contains(&tier)))
    });
    Ok(wanted.collect())
}

impl Answer {
    fn add(
        &mut self,
        (node, tier): (Node, Option<i32>),
        points: Vec<Node>,
        is_never_up: bool,
        kinds: &impl Fn(Thing) -> bool,
    ) {
        let estate = &self.estate;
        let points = points.into_iter().filter(|point| estate.thing(*point).is_some_and(kinds));
        let (points, hidden): (Vec<_>, Vec<_>) = points.partition(|point| estate.shows(&self.caller, *point));
        self.services.push(OfService { node, tier, is_never_up, points, hidden: hidden.len() as u64 });
    }

    /// The most critical services first, then by their worst single point.
    fn order(&mut self, is_given_up: GivenUp<'_>) -> Result<()> {
        let points: BTreeSet<Node> =
            self.services.iter().flat_map(|service| &service.points).copied().collect();
        self.weigh_all(points, is_given_up)?;
        let services = std::mem::take(&mut self.services);
        let mut ranked = Vec::with_capacity(services.len());
        for service in services {
            let mut worst: Option<Rank> = None;
            for point in &service.points {
                let weight = self.weight(*point)?;
                worst = worst.max(Some(rank(&weight, &self.caller)));
            }
            let key = (service.tier.is_none(), service.tier, Reverse(worst), self.estate.thing(service.node));
            ranked.push((key, service));
        }
        ranked.sort_by_key(|(key, _)| *key);
        self.services = ranked.into_iter().map(|(_, service)| service).collect();
        Ok(())
    }

    /// Works out what the failure of each of some items alone comes to, unless nobody waits for it any more.
    fn weigh_all(&self, points: impl IntoIterator<Item = Node>, is_given_up: GivenUp<'_>) -> Result<()> {
        let known = self.weights.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let unknown: Vec<Node> = points.into_iter().filter(|point| !known.contains_key(point)).collect();
        let weighed = unknown.par_iter().map(|point| match is_given_up() {
            true => Err(Error::internal("nobody waits for these single points any more")),
            false => Ok((*point, Arc::new(weigh(&self.estate, *point)?))),
        });
        let weighed = weighed.collect::<Result<Vec<_>>>()?;
        self.weights.lock().unwrap_or_else(PoisonError::into_inner).extend(weighed);
        Ok(())
    }

    /// What the failure of an item alone comes to, worked out once for all services.
    fn weight(&self, point: Node) -> Result<Arc<Weight>> {
        let known = self.weights.lock().unwrap_or_else(PoisonError::into_inner).get(&point).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let weight = Arc::new(weigh(&self.estate, point)?);
        self.weights.lock().unwrap_or_else(PoisonError::into_inner).insert(point, Arc::clone(&weight));
        Ok(weight)
    }

    /// The edges that what was looked at needs hard or as part of a group, directly or not, by their records.
    ///
    /// # Errors
    /// `Invalid` for a node that is none.
    pub fn edges(&self) -> Result<impl Iterator<Item = Option<DependencyId>>> {
        let walk = Walk::all(Direction::Needs);
        let found = reach(&self.estate.graph, &self.looked_at, walk).map_err(graph::refused)?;
        let edges = found.nodes.into_iter().flat_map(|node| self.estate.edges_from(node));
        Ok(edges.filter(|edge| edge.link != Link::Soft).map(|edge| edge.dependency))
    }

    /// Some of the single points of the service at a place, each with the evidence: the worst first, so many left out.
    ///
    /// # Errors
    /// `Invalid` for a node that is none; `Internal` for a place that is none.
    pub async fn points(self: &Arc<Self>, place: usize, part: Range<usize>) -> Result<Vec<SinglePoint>> {
        if part.is_empty() {
            return Ok(Vec::new());
        }
        let answer = Arc::clone(self);
        unless_given_up(move |is_given_up| answer.ranked(place, part, is_given_up)).await
    }

    fn ranked(&self, place: usize, part: Range<usize>, is_given_up: GivenUp<'_>) -> Result<Vec<SinglePoint>> {
        let service = self.services.get(place);
        let service = service.ok_or_else(|| Error::internal("a service that is not there"))?;
        self.weigh_all(service.points.iter().copied(), is_given_up)?;
        let mut ranked = Vec::with_capacity(service.points.len());
        for point in service.points.iter().copied() {
            let weight = self.weight(point)?;
            ranked.push((rank(&weight, &self.caller), self.estate.thing(point), point, weight));
        }
        ranked.sort_by_key(|(rank, thing, ..)| (Reverse(*rank), *thing));
        let evidence = ranked.into_iter().skip(part.start).take(part.len()).map(|(.., node, weight)| {
            let found = impact::impact(&self.estate.graph, &[node]).map_err(graph::refused)?;
            let downs = Downs::of(&found);
            let chain = downs.chain(service.node);
            let common = common_groups(&self.estate, &downs, &chain);
            Ok(SinglePoint { node, weight, chain, common })
        });
        evidence.collect()
    }
}

/// How bad a single point is, as far as the caller may know: who sees no prices is told no order of them.
fn rank(weight: &Weight, caller: &Caller) -> Rank {
    let costs = caller.may(Permission::ViewPrices) && weight.revenue.by_currency.len() == 1;
    let cost = weight.revenue.by_currency.values().next().copied().filter(|_| costs);
    (weight.blast_radius, cost.unwrap_or_default())
}

fn weigh(estate: &Estate, point: Node) -> Result<Weight> {
    let found = impact::impact(&estate.graph, &[point]).map_err(graph::refused)?;
    let service = |node: Node| match estate.thing(node).filter(|thing| estate.recorded.runs(*thing)) {
        Some(Thing::Service(id)) => estate.recorded.services.get(&id),
        _ => None,
    };
    let down: Vec<_> = found.down.iter().filter_map(|down| service(down.node)).collect();
    let hurt = found.hurt.iter().filter_map(|hurt| {
        let status = if hurt.is_degraded() { Status::Degraded } else { Status::AtRisk };
        Some((service(hurt.node)?.tier, status))
    });
    let mut cost = Sums::default();
    for row in &down {
        cost.add(revenue(row));
    }
    let scored = down.iter().map(|row| (row.tier, Status::Down)).chain(hurt);
    let (blast_radius, _) = blast(scored)?;
    Ok(Weight { blast_radius, revenue: cost, services: down.len() as u64 })
}

/// An item on which several members of a group rest, for all groups that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommonCause {
    /// What they share.
    pub node: Node,
    /// One of the groups.
    pub group: GroupNode,
    /// The members that go down with it.
    pub lost: Vec<Node>,
    /// The members that stay up.
    pub left: u32,
    /// Whether what needs the group is down then.
    pub is_single_point: bool,
    /// What needs such a group, the most critical first.
    pub owners: Vec<Node>,
}

/// The items on which several members of a group rest: those that bring owners down first, then by the most critical
/// owner, recorded groups before those that follow from feeds.
///
/// # Errors
/// `Invalid` for a node that is none.
pub fn common_causes(estate: &Estate, caller: &Caller) -> Result<(Vec<CommonCause>, u64)> {
    let all = estate.all_single_points();
    let mut points: HashMap<Node, Vec<Node>> = HashMap::new();
    let mut alike: BTreeMap<(Node, Vec<Node>, bool, Arc<str>), CommonCause> = BTreeMap::new();
    for group in (0..estate.graph.groups()).map(GroupNode) {
        let Some(owner) = estate.graph.owner(group) else { continue };
        let found = shared(estate, all, &mut points, group)?;
        let Some(named) = (!found.is_empty()).then(|| estate.group(group)).flatten() else { continue };
        for (node, lost) in found {
            let members: Vec<_> = estate.graph.members(group).collect();
            let is_single_point = halves(estate, group, &named).any(|half| is_missed(estate, half, &lost));
            let left = u32::try_from(members.len() - lost.len()).unwrap_or(u32::MAX);
            let key = (node, members, is_single_point, Arc::clone(&named.name));
            let cause = alike.entry(key).or_insert_with(|| CommonCause {
                node,
                group,
                lost,
                left,
                is_single_point,
                owners: Vec::new(),
            });
            if cause.owners.last() != Some(&owner) {
                cause.owners.push(owner);
            }
        }
    }
    let is_shown = |cause: &CommonCause| estate.shows(caller, cause.node);
    let (mut shown, hidden): (Vec<_>, Vec<_>) = alike.into_values().partition(is_shown);
    let tier = |node: Node| {
        let tier = estate.about_node(node).and_then(|about| about.tier);
        (tier.is_none(), tier, estate.thing(node))
    };
    for cause in &mut shown {
        cause.owners.sort_by_key(|owner| tier(*owner));
    }
    shown.sort_by_key(|cause| {
        let is_derived = estate.group(cause.group).is_some_and(|group| group.id.is_none());
        let first = cause.owners.first().map(|owner| tier(*owner));
        (
            !cause.is_single_point,
            is_derived,
            first,
            Reverse((cause.lost.len(), cause.owners.len())),
            estate.thing(cause.node),
        )
    });
    Ok((shown, hidden.len() as u64))
}

/// The groups of the graph that are one on record: one that needs a number and a capacity is two.
fn halves<'a>(
    estate: &'a Estate,
    group: GroupNode,
    named: &'a NamedGroup,
) -> impl Iterator<Item = GroupNode> + 'a {
    let owner = named.id.and(estate.graph.owner(group));
    let of_owner = owner.into_iter().flat_map(|owner| estate.graph.groups_of(owner));
    let others = of_owner.filter(move |other| {
        *other != group && estate.group(*other).is_some_and(|other| other.id == named.id)
    });
    std::iter::once(group).chain(others)
}

/// Whether a group is missed without some of its members.
fn is_missed(estate: &Estate, group: GroupNode, lost: &[Node]) -> bool {
    let weighed = estate.graph.members(group).zip(estate.graph.capacities(group));
    let weight: u64 =
        weighed.filter(|(member, _)| lost.contains(member)).map(|(_, weight)| u64::from(weight)).sum();
    estate.graph.slack(group).is_some_and(|slack| weight > u64::from(slack))
}

/// What brings two or more members of a group down alone: by item, the members that fall. That may be a member that
/// others need, but not the owner.
fn shared(
    estate: &Estate,
    all: &AllSinglePoints,
    points: &mut HashMap<Node, Vec<Node>>,
    group: GroupNode,
) -> Result<BTreeMap<Node, Vec<Node>>> {
    let members: Vec<_> = estate.graph.members(group).collect();
    let owner = estate.graph.owner(group);
    let mut falls: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
    for member in &members {
        if !points.contains_key(member) {
            points.insert(*member, all.of(*member).map_err(graph::refused)?);
        }
        for point in points.get(member).into_iter().flatten() {
            falls.entry(*point).or_default().push(*member);
        }
    }
    for member in &members {
        if let Some(lost) = falls.get_mut(member) {
            // What fails itself falls too.
            lost.push(*member);
            lost.sort_by_key(|lost| estate.thing(*lost));
        }
    }
    falls.retain(|point, lost| lost.len() > 1 && Some(*point) != owner);
    Ok(falls)
}
