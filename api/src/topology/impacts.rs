//! What fails when items fail.

use std::{
    borrow::Cow,
    cmp::Ordering,
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use entity::{id::DependencyId, topology::dependency::DependencyKind};
use topology::{
    graph::{Change, Graph, Node},
    impact::{self, Hurt, Impact},
    path::Link,
};

use super::{
    asked,
    chains::{Downs, Step},
    gone::{self, Gone},
    graph::{self, Estate, Options},
    index::View,
    items::Thing,
    rollups::RollUp,
};
use crate::{access::Caller, error::Result, rules::require_plausible, scenarios::Overlay};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Ids of what fails, all at once.
    pub of: Vec<String>,
    /// In which graph.
    pub options: Options,
    /// What is laid over what is recorded.
    pub scenario: Arc<Overlay>,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is down.
    Down,
    /// It is up and does less than it should.
    Degraded,
    /// It is up and has less to fall back on.
    AtRisk,
}

/// An item that is affected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// What it is.
    pub thing: Thing,
    /// Its node.
    pub node: Node,
    /// What became of it.
    pub status: Status,
    /// Steps from what failed: zero for that itself.
    pub steps: u32,
    /// What it lost while it stays up.
    pub hurt: Option<Hurt>,
}

/// The place of an item in the answer: the worst first, then the nearest.
pub type Key = (Status, u32, Thing);

impl Affected {
    /// Its place in the answer.
    #[must_use]
    pub fn key(&self) -> Key {
        (self.status, self.steps, self.thing)
    }
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The graph it was worked out in.
    pub estate: Arc<Estate>,
    /// Who asks.
    pub caller: Caller,
    /// What the caller may see of what is affected, by [`Affected::key`].
    pub affected: Vec<Affected>,
    /// How many more are affected that the caller may not see.
    pub hidden: u64,
    /// What the caller may see of what was down before.
    pub down_before: Vec<Affected>,
    /// How many more were down before that the caller may not see.
    pub hidden_before: u64,
    /// What is down, by item.
    pub downs: Downs,
    /// What it comes to.
    pub roll_up: RollUp,
    /// All that is down or hurt, whoever may see it.
    touched: Vec<(Node, bool)>,
    /// What the scenario lets fail, in words.
    pub by_scenario: Vec<String>,
}

/// Works out what fails.
///
/// # Errors
/// `Invalid` for an id that names nothing that can fail, `NotFound` for one that is not there or not for the caller,
/// `TooMuch` for more than ten thousand.
pub async fn answer(view: &View, question: &Question) -> Result<Answer> {
    asked::require_roots("of", question.of.len())?;
    require_plausible("asOf", Some(question.options.as_of))?;
    let caller = view.caller();
    let estate = view.estate(question.options).await?;
    let gone = gone::gone(&question.scenario, &estate);
    let estate = estate.that_lost(&gone);
    let mut failed = estate.all_asked(caller, "of", &question.of)?;
    let by_scenario = gone.iter().map(|gone| said(gone, &estate, caller)).collect();
    failed.extend(gone.iter().map(|gone| gone.node));
    let found = impact::impact(lifted(&estate, &failed)?.as_ref(), &failed).map_err(graph::refused)?;
    let downs = Downs::of(&found);
    let (affected, hidden) = affected(&estate, caller, &found, &downs);
    let before = found.down_before.iter().filter_map(|down| down_one(&estate, down.node, down.steps));
    let (down_before, hidden_before) = visible(caller, before);
    let roll_up = RollUp::of(&estate, caller, &downs, (&affected, &hidden))?;
    let touched = affected.iter().chain(&hidden).map(|it| (it.node, it.status == Status::Down)).collect();
    let (hidden, hidden_before) = (hidden.len() as u64, hidden_before.len() as u64);
    let caller = caller.clone();
    Ok(Answer {
        estate,
        caller,
        affected,
        hidden,
        down_before,
        hidden_before,
        downs,
        roll_up,
        touched,
        by_scenario,
    })
}

/// The graph in which contracts that are over are down because they are asked for, and not since before.
fn lifted<'a>(estate: &'a Estate, failed: &[Node]) -> Result<Cow<'a, Graph>> {
    let over = failed.iter().filter(|node| estate.is_over(**node));
    let groups = over.flat_map(|node| estate.graph.groups_of(*node));
    let groups = groups.filter(|group| estate.graph.members(*group).len() == 0).map(Change::RemoveGroup);
    let groups: Vec<Change> = groups.collect();
    if groups.is_empty() {
        return Ok(Cow::Borrowed(&estate.graph));
    }
    estate.graph.changed(&groups).map(Cow::Owned).map_err(graph::refused)
}

/// What a scenario lets fail by the day that is asked for, in words.
fn said(gone: &Gone, estate: &Estate, caller: &Caller) -> String {
    let about = estate.about(gone.thing).filter(|_| asked::is_visible(caller, gone.thing));
    let name =
        about.map_or_else(|| "something that you may not see".to_owned(), |it| format!("`{}`", it.name));
    format!("{name} is gone since {}, as the scenario has it", gone.since)
}

fn down_one(estate: &Estate, node: Node, steps: u32) -> Option<Affected> {
    let thing = estate.thing(node)?;
    Some(Affected { thing, node, status: Status::Down, steps, hurt: None })
}

fn hurt_one(estate: &Estate, downs: &Downs, hurt: &Hurt) -> Option<Affected> {
    let (_, _, steps) = downs.hurt_by(estate, hurt)?;
    let status = if hurt.is_degraded() { Status::Degraded } else { Status::AtRisk };
    let (node, steps) = (hurt.node, steps.saturating_add(1));
    Some(Affected { thing: estate.thing(node)?, node, status, steps, hurt: Some(hurt.clone()) })
}

/// Everything that is affected and that a caller may see, and what else is.
fn affected(
    estate: &Estate,
    caller: &Caller,
    found: &Impact,
    downs: &Downs,
) -> (Vec<Affected>, Vec<Affected>) {
    let down = found.down.iter().filter_map(|down| down_one(estate, down.node, down.steps));
    let hurt = found.hurt.iter().filter_map(|hurt| hurt_one(estate, downs, hurt));
    visible(caller, down.chain(hurt))
}

fn visible(caller: &Caller, affected: impl Iterator<Item = Affected>) -> (Vec<Affected>, Vec<Affected>) {
    let (mut shown, hidden): (Vec<_>, Vec<_>) =
        affected.partition(|affected| asked::is_visible(caller, affected.thing));
    shown.sort_by_key(Affected::key);
    (shown, hidden)
}

impl Answer {
    /// Why an item is affected: the shortest chain to what failed.
    #[must_use]
    pub fn reason(&self, affected: &Affected) -> Vec<Step> {
        match &affected.hurt {
            Some(hurt) => self.downs.hurt_chain(&self.estate, hurt),
            None => self.downs.chain(affected.node),
        }
    }

    /// All that is down or hurt, whoever may see it.
    pub fn touched(&self) -> impl Iterator<Item = Node> {
        self.touched.iter().map(|(node, _)| *node)
    }

    /// The edges along which something failed, from what is affected to what is down, by their records.
    pub fn failing_edges(&self) -> impl Iterator<Item = Option<DependencyId>> {
        let down: HashSet<Node> =
            self.touched.iter().filter(|(_, is_down)| *is_down).map(|(node, _)| *node).collect();
        let edges = self.touched.iter().flat_map(|(node, _)| self.estate.edges_from(*node));
        edges.filter(move |edge| down.contains(&edge.to)).map(|edge| edge.dependency)
    }

    /// The edges to the members that are left of the groups that saved an item, each once by its record.
    #[must_use]
    pub fn saving_edges(&self, affected: &Affected) -> Vec<Option<DependencyId>> {
        let Some(hurt) = &affected.hurt else { return Vec::new() };
        let edges = self.estate.edges_from(affected.node).into_iter();
        let saving = edges.filter(|edge| match edge.link {
            Link::Group(group) => hurt.saved_by.contains(&group) && !self.downs.has(edge.to),
            Link::Hard | Link::Soft => false,
        });
        // A group that needs a number and a capacity is two in the graph.
        let saving: BTreeSet<_> = saving.map(|edge| (edge.to, edge.dependency)).collect();
        saving.into_iter().map(|(_, dependency)| dependency).collect()
    }

    /// A page of what is affected: so many behind a place.
    #[must_use]
    pub fn page(&self, after: Option<Key>, size: usize) -> &[Affected] {
        let begin = after.map_or(0, |after| {
            self.affected.partition_point(|affected| affected.key().cmp(&after) != Ordering::Greater)
        });
        let end = begin.saturating_add(size).min(self.affected.len());
        self.affected.get(begin..end).unwrap_or_default()
    }
}

/// Ways of needing that are no need, for what answers take for granted.
#[must_use]
pub fn assumptions() -> Vec<String> {
    vec![
        format!(
            "{} is no need, and {} is a soft one at most",
            word(DependencyKind::ReplicatesTo),
            word(DependencyKind::BacksUpTo)
        ),
        "what is up degrades what needs it in no way, even where it is degraded itself".to_owned(),
        "an asset needs its site, rack and chassis; it and its rack need one active feed of the rack where that has both \
         sides, and otherwise every active feed"
            .to_owned(),
        "a site needs one of its colocation contracts, and is down once the last of them is over, unless that says what \
         staying on costs; a contract needs its vendor"
            .to_owned(),
        "a service that others run needs its vendor; any other is degraded without".to_owned(),
        "who uses two services counts twice".to_owned(),
    ]
}

fn word(kind: DependencyKind) -> String {
    use sea_orm::ActiveEnum;
    kind.to_value()
}
