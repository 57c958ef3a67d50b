//! What is promised, what can be kept, and what has been shown: recovery along the graph.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::{id::ConfigurationItemId, recovery::recovery_objective};
use sea_orm::EntityTrait;
use topology::{
    TopologyError,
    availability::Availability,
    graph::Node,
    reach::{Direction, Walk, reach},
    recovery::{Recoveries, recoveries, recovery_points},
    schedule::{Schedule, schedule},
};

use super::{
    consistency::{self, GroupRecovery, Together},
    copies::{self, Copies},
    things::is_brought_up,
    verdicts::Drills,
};
use crate::{
    access::Caller,
    error::{Error, Result},
    scenarios::Overlay,
    store::Read,
    topology::{
        graph::{Estate, Options},
        index::View,
        items::Thing,
    },
};

/// Services that one question assesses.
const MOST_SERVICES: usize = 1_000;

/// The fewest and the most who bring things up.
const CREW: std::ops::RangeInclusive<i32> = 1..=10_000;

/// Which services are assessed.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// These things alone, each with the field that names it; all services where there is none.
    pub only: Option<Vec<(String, Thing)>>,
    /// Of these tiers.
    pub tiers: Option<Vec<i32>>,
    /// Of these owners.
    pub owners: Option<Vec<String>>,
}

/// Which part of the services that were chosen, by name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part {
    /// At most so many; where nobody says, all of them have to fit into one question.
    pub limit: Option<i32>,
    /// Without so many at the beginning.
    pub skip: usize,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Of which services.
    pub choice: Choice,
    /// The day it is seen from.
    pub as_of: NaiveDate,
    /// How many things can be brought up at once; as many as there are where there is no number.
    pub crew: Option<i32>,
    /// Whether what follows from the inventory counts as needed.
    pub derived: bool,
    /// What is laid over the graph.
    pub scenario: Arc<Overlay>,
    /// Which part of them.
    pub part: Part,
}

/// What a share of time is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// What was observed of each thing.
    Observed,
    /// What is promised of each thing that is needed.
    Target,
}

/// What is known of the things of a graph, by their nodes.
#[derive(Debug)]
pub struct Facts {
    /// The objectives.
    pub objectives: Vec<Option<recovery_objective::Model>>,
    /// Minutes that each takes by itself, with its failover.
    pub own: Vec<Option<u32>>,
    /// Minutes of data that each may lose, with those that it recovers together with.
    pub points: Vec<Option<u32>>,
    /// Copies of their data.
    pub copies: HashMap<ConfigurationItemId, Copies>,
    /// Drills.
    pub drills: Drills,
    /// Nodes by the rows that stand for them.
    pub nodes: HashMap<ConfigurationItemId, Node>,
    /// The day each last changed in what it needs.
    pub changed: HashMap<Node, NaiveDate>,
}

/// Recovery of an estate, as far as all services share it.
#[derive(Debug)]
pub struct Assessment {
    /// The graph.
    pub estate: Arc<Estate>,
    /// What is known of its things.
    pub facts: Facts,
    /// When each is up again, with as many people as it takes.
    pub recoveries: Recoveries,
    /// How much data may be lost along the graph.
    pub points: Vec<Option<u32>>,
    /// Who is brought up when, with the crew.
    pub schedule: Schedule,
    /// How what recovers together does.
    pub groups: Vec<GroupRecovery>,
    /// When the schedule has each thing up.
    pub up_at: HashMap<Node, u64>,
    /// The services that are asked about, in order of name.
    pub wanted: Vec<Node>,
    /// How many were chosen, of which these are a part.
    pub chosen: usize,
    /// The day it is seen from.
    pub as_of: NaiveDate,
    /// The moment that the age of copies is measured at.
    pub at: DateTime<Utc>,
    /// How many things are brought up at once.
    pub crew: Option<u32>,
    /// Who asks: what the caller may not see is counted and not named.
    pub caller: Caller,
}

/// Answers a question, with a number of statements that does not depend on how much there is.
///
/// # Errors
/// `Invalid` for a crew of none, `NotFound` for things that are not there or hidden, `LimitExceeded` for too many
/// services.
pub async fn ask(view: &View, question: &Question) -> Result<Assessment> {
    let crew = question.crew.map(crew).transpose()?;
    let caller = view.caller().clone();
    let options = Options { as_of: question.as_of, derived: question.derived, soft: false };
    let estate = view.estate_under(options, &question.scenario).await?;
    let chosen = wanted(&estate, &question.choice, &caller)?;
    let (wanted, chosen) = (question.part.of(&chosen)?, chosen.len());
    let at = moment(question.as_of, caller.now);
    let (facts, together) = facts(&view.reader, &estate, question.as_of, at).await?;
    let graph = &estate.graph;
    let (recoveries, points, schedule) = tokio::task::block_in_place(|| {
        let points = recovery_points(graph, &facts.points)?;
        let schedule = schedule(graph, &wanted, &facts.own, crew)?;
        Ok((recoveries(graph, &facts.own)?, points, schedule))
    })
    .map_err(|error: TopologyError| Error::internal(error))?;
    let up_at = schedule.steps.iter().map(|step| (step.node, step.end)).collect();
    let as_of = question.as_of;
    let groups = Vec::new();
    let mut asked = Assessment {
        estate,
        facts,
        recoveries,
        points,
        schedule,
        groups,
        up_at,
        wanted,
        chosen,
        as_of,
        at,
        crew,
        caller,
    };
    asked.groups = asked.recover_together(together);
    Ok(asked)
}

impl Part {
    /// The part of all that were chosen.
    fn of(self, chosen: &[Node]) -> Result<Vec<Node>> {
        let left = chosen.get(self.skip..).unwrap_or_default();
        let Some(limit) = self.limit else {
            if left.len() > MOST_SERVICES {
                let message = format!(
                    "{} services are more than the {MOST_SERVICES} of one question; ask for a part of them with limit \
                     and skip, or name tiers or owners",
                    left.len()
                );
                return Err(Error::TooMuch { field: "filter".to_owned(), message });
            }
            return Ok(left.to_vec());
        };
        let most = usize::try_from(limit).ok().filter(|limit| (1..=MOST_SERVICES).contains(limit));
        let most = most.ok_or_else(|| {
            Error::invalid("limit", format!("{limit} is not between 1 and {MOST_SERVICES}"))
        })?;
        Ok(left.iter().take(most).copied().collect())
    }
}

fn crew(crew: i32) -> Result<u32> {
    if !CREW.contains(&crew) {
        let message = format!("{crew} is not between {} and {}", CREW.start(), CREW.end());
        return Err(Error::invalid("crew", message));
    }
    u32::try_from(crew).map_err(Error::internal)
}

/// The moment that a day stands for, at which the age of copies is measured: now where it is today, its end otherwise.
fn moment(as_of: NaiveDate, now: DateTime<Utc>) -> DateTime<Utc> {
    if as_of == now.date_naive() {
        return now;
    }
    let next = as_of.succ_opt().unwrap_or(as_of);
    next.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// Copies count that were complete before this: up to now where the day is today, and before the next day otherwise.
fn before(as_of: NaiveDate, at: DateTime<Utc>) -> DateTime<Utc> {
    if at.date_naive() == as_of { at + TimeDelta::microseconds(1) } else { at }
}

/// The services that a choice names, in order of name.
fn wanted(estate: &Estate, choice: &Choice, caller: &Caller) -> Result<Vec<Node>> {
    if let Some(only) = &choice.only {
        let nodes = only.iter().map(|(field, thing)| estate.asked(caller, field, &thing.id()));
        let (mut nodes, mut met) = (nodes.collect::<Result<Vec<_>>>()?, HashSet::new());
        nodes.retain(|node| met.insert(*node));
        return Ok(nodes);
    }
    let is_chosen = |thing: &Thing| {
        let Some(about) = estate.about(*thing).filter(|_| matches!(thing, Thing::Service(_))) else {
            return false;
        };
        let of_tier = |tiers: &Vec<i32>| about.tier.is_some_and(|tier| tiers.contains(&tier));
        let of_owner = |owners: &Vec<String>| {
            about.owner.is_some_and(|owner| owners.iter().any(|wanted| wanted == owner))
        };
        choice.tiers.as_ref().is_none_or(of_tier) && choice.owners.as_ref().is_none_or(of_owner)
    };
    let mut chosen: Vec<(&str, Node)> = (0..)
        .zip(estate.things.iter())
        .filter(|(_, thing)| is_chosen(thing))
        .filter_map(|(place, thing)| Some((estate.about(*thing)?.name, Node(place))))
        .collect();
    chosen.sort_unstable();
    Ok(chosen.into_iter().map(|(_, node)| node).collect())
}

/// What is known of the things of a graph, and which of them recover together.
async fn facts(
    db: &impl Read,
    estate: &Estate,
    as_of: NaiveDate,
    at: DateTime<Utc>,
) -> Result<(Facts, Vec<Together>)> {
    let mut nodes = HashMap::new();
    for (item, thing) in estate.recorded.items.iter() {
        if let Some(node) = estate.node(*thing) {
            nodes.insert(*item, node);
        }
    }
    let mut objectives = vec![None; estate.things.len()];
    for row in recovery_objective::Entity::find().all(db).await? {
        if let Some(node) = nodes.get(&row.item_id) {
            objectives[node.0 as usize] = Some(row);
        }
    }
    let own = objectives.iter().zip(estate.things.iter());
    let own = own.map(|(objective, thing)| own_minutes(objective.as_ref(), *thing)).collect();
    let mut changed: HashMap<Node, NaiveDate> = HashMap::new();
    let mut note = |node: Node, day: Option<NaiveDate>| {
        if let Some(day) = day.filter(|day| *day <= as_of) {
            let last = changed.entry(node).or_insert(day);
            *last = day.max(*last);
        }
    };
    for (place, objective) in (0..).zip(&objectives) {
        note(Node(place), objective.as_ref().and_then(|objective| objective.changed_on));
    }
    for dependency in estate.recorded.dependencies.values() {
        if let Some(node) = nodes.get(&dependency.from_id) {
            note(*node, dependency.detail.first_seen_on);
        }
    }
    let before = before(as_of, at);
    let copies = copies::of(db, as_of, before).await?;
    let drills = Drills::of(db, as_of).await?;
    let together = consistency::of(db, &nodes, before).await?;
    let mut points: Vec<_> = objectives.iter().map(|objective| point(objective.as_ref()?)).collect();
    consistency::level(&mut points, &together);
    Ok((Facts { objectives, own, points, copies, drills, nodes, changed }, together))
}

/// Minutes that a thing takes by itself, with its failover; what stands takes none unless it was said.
fn own_minutes(objective: Option<&recovery_objective::Model>, thing: Thing) -> Option<u32> {
    let recorded = objective.and_then(|objective| {
        let own = objective.own_minutes?.saturating_add(objective.failover_minutes.unwrap_or(0));
        u32::try_from(own).ok()
    });
    recorded.or_else(|| (!is_brought_up(thing)).then_some(0))
}

/// The point objective of what bears data.
pub(super) fn point(objective: &recovery_objective::Model) -> Option<u32> {
    let minutes = objective.point_minutes.filter(|_| objective.bears_data)?;
    u32::try_from(minutes).ok()
}

impl Assessment {
    /// What a node is.
    #[must_use]
    pub fn thing(&self, node: Node) -> Option<Thing> {
        self.estate.things.get(node.0 as usize).copied()
    }

    /// The objective of a node.
    #[must_use]
    pub fn objective(&self, node: Node) -> Option<&recovery_objective::Model> {
        self.facts.objectives.get(node.0 as usize)?.as_ref()
    }

    /// Whether the caller may see what a node is.
    #[must_use]
    pub fn is_seen(&self, node: Node) -> bool {
        self.thing(node).is_some_and(|thing| thing.is_shown_to(&self.caller))
    }

    /// What people call a node that the caller may see.
    #[must_use]
    pub fn name(&self, node: Node) -> String {
        let thing = self.thing(node).filter(|thing| thing.is_shown_to(&self.caller));
        let about = thing.and_then(|thing| self.estate.about(thing));
        about.map_or_else(|| "an item that is hidden".to_owned(), |about| format!("`{}`", about.name))
    }

    /// All that a node needs hard, itself first.
    ///
    /// # Errors
    /// `Internal` for a node that the graph does not have.
    pub fn needs(&self, node: Node) -> Result<Vec<Node>> {
        self.walk(node, Direction::Needs)
    }

    /// All that the services need, themselves included.
    ///
    /// # Errors
    /// `Internal` for a node that the graph does not have.
    pub fn needed_by_all(&self) -> Result<HashSet<Node>> {
        let walk = Walk::all(Direction::Needs);
        let found = reach(&self.estate.graph, &self.wanted, walk).map_err(Error::internal)?;
        Ok(found.nodes.into_iter().collect())
    }

    /// All that needs a node hard and that it does not need itself.
    ///
    /// # Errors
    /// `Internal` for a node that the graph does not have.
    pub fn dependants(&self, node: Node) -> Result<HashSet<Node>> {
        let needs: HashSet<Node> = self.needs(node)?.into_iter().collect();
        let found = self.walk(node, Direction::NeededBy)?.into_iter();
        Ok(found.filter(|dependant| !needs.contains(dependant)).collect())
    }

    fn walk(&self, node: Node, direction: Direction) -> Result<Vec<Node>> {
        let found = reach(&self.estate.graph, &[node], Walk::all(direction)).map_err(Error::internal)?;
        Ok(found.nodes)
    }

    /// How often a node is up, by what is known of each thing it needs.
    ///
    /// # Errors
    /// `Internal` for a node that the graph does not have.
    pub fn availability(&self, node: Node, basis: Basis, seed: u64) -> Result<Availability> {
        use rust_decimal::prelude::ToPrimitive;
        let share = |objective: &Option<recovery_objective::Model>| {
            let objective = objective.as_ref()?;
            let share = match basis {
                Basis::Observed => objective.observed_availability,
                Basis::Target => objective.availability_target,
            };
            share?.to_decimal().to_f64()
        };
        let mut shares: Vec<Option<f64>> = self.facts.objectives.iter().map(share).collect();
        if let (Basis::Target, Some(own)) = (basis, shares.get_mut(node.0 as usize)) {
            // Its own target is what the answer is compared with.
            *own = Some(1.0);
        }
        let graph = &self.estate.graph;
        let found =
            tokio::task::block_in_place(|| topology::availability::availability(graph, node, &shares, seed));
        found.map_err(Error::internal)
    }
}
