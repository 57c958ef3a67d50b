//! The recovery of one service: how soon, how much is lost, what keeps it from its objective, and what shows it.

use std::collections::HashSet;

use entity::{id::ConfigurationItemId, recovery::recovery_objective};
use topology::{graph::Node, recovery::Recovery};

use super::{
    assessment::Assessment,
    consistency::GroupRecovery,
    copies::Copies,
    findings::Code,
    things::is_brought_up,
    verdicts::{Proof, Verdict, shows},
};
use crate::error::{Error, Result};

/// Links of a chain that a sentence names.
const MOST_NAMED: usize = 100;

/// Something that is odd, and what it is about.
#[derive(Clone, Debug)]
pub struct Found {
    /// What.
    pub code: Code,
    /// The values and the rule, in a sentence.
    pub message: String,
    /// The things.
    pub nodes: Vec<Node>,
}

/// The copies of a thing that bears data.
#[derive(Clone, Debug)]
pub struct Held {
    /// The thing.
    pub node: Node,
    /// Minutes of data that may be lost.
    pub promised: Option<i32>,
    /// Its copies.
    pub copies: Copies,
    /// Minutes since the newest good one.
    pub age: Option<i64>,
}

/// The recovery of one service.
#[derive(Clone, Debug)]
pub struct ServiceRecovery {
    /// The service.
    pub node: Node,
    /// Its objective.
    pub objective: Option<recovery_objective::Model>,
    /// When it is up again.
    pub recovery: Recovery,
    /// Minutes by which that is later than promised.
    pub gap: Option<u64>,
    /// When the crew has it up.
    pub with_crew: Option<u64>,
    /// What it waits for: itself, what it waits for longest, what that waits for, to the end; all of a circle.
    pub chain: Vec<Node>,
    /// Minutes of data that may be lost.
    pub point: Option<u32>,
    /// Whether something that bears data has no point objective.
    pub point_is_lower_bound: bool,
    /// The thing that makes it so much.
    pub point_from: Option<Node>,
    /// What drills have shown.
    pub proof: Proof,
    /// What it needs and no drill was about.
    pub untested: Vec<Node>,
    /// The copies of what bears data among what it needs.
    pub held: Vec<Held>,
    /// What is odd.
    pub findings: Vec<Found>,
    /// How much more is odd about things that the caller may not see.
    pub hidden_findings: usize,
    /// How many things it needs, itself not counted, and how many of them the caller may not see.
    pub needs: usize,
    /// How many of what it needs the caller may not see.
    pub hidden: usize,
}

impl Assessment {
    /// The recovery of one of its services.
    ///
    /// # Errors
    /// `Internal` for a node that the graph does not have.
    pub fn service(&self, node: Node) -> Result<ServiceRecovery> {
        let needs = self.needs(node)?;
        let recovery = self.recoveries.of(node).ok_or_else(|| Error::internal("a node that is not there"))?;
        let objective = self.objective(node).cloned();
        let promised = objective.as_ref().and_then(|objective| objective.time_minutes);
        let gap = recovery.minutes.zip(promised).and_then(|(minutes, promised)| over(minutes, promised));
        let point = self.points.get(node.0 as usize).copied().flatten();
        let bears = |need: &&Node| self.objective(**need).is_some_and(|objective| objective.bears_data);
        let unknown = |need: &Node| self.objective(*need).is_some_and(|own| own.point_minutes.is_none());
        let held = self.held(needs.iter().filter(bears).copied());
        let (proof, untested) = self.proof(node, objective.as_ref(), &needs)?;
        let mut service = ServiceRecovery {
            node,
            recovery,
            gap,
            with_crew: self.up_at.get(&node).copied(),
            chain: self.chain(node),
            point,
            point_is_lower_bound: needs.iter().filter(bears).any(unknown)
                || self.groups_among(&needs).any(|group| group.is_lower_bound),
            point_from: point.and_then(|point| self.bearer(&needs, point)),
            proof,
            untested,
            held,
            findings: Vec::new(),
            hidden_findings: 0,
            needs: needs.len().saturating_sub(1),
            hidden: needs.iter().filter(|need| !self.is_seen(**need)).count(),
            objective,
        };
        (service.findings, service.hidden_findings) = self.findings(&service, &needs);
        Ok(service)
    }

    /// What a service waits for, without what stands anyway at its end. A circle recovers together, in the sum of its
    /// own times, so those of it are in the chain whose time counts or is not known, the longest first.
    fn chain(&self, node: Node) -> Vec<Node> {
        let stands = |node: &Node| {
            let recovery = self.recoveries.of(*node);
            recovery.is_some_and(|recovery| recovery.minutes == Some(0) && !recovery.is_lower_bound)
        };
        let mut chain = self.recoveries.chain(node);
        while chain.len() > 1 && chain.last().is_some_and(stands) {
            chain.pop();
        }
        chain.into_iter().flat_map(|link| std::iter::once(link).chain(self.others_of_circle(link))).collect()
    }

    fn others_of_circle(&self, node: Node) -> Vec<Node> {
        let own = |node: &Node| self.facts.own.get(node.0 as usize).copied().flatten();
        let others = self.recoveries.together(node).iter().copied();
        let mut others: Vec<Node> = others.filter(|other| *other != node && own(other) != Some(0)).collect();
        others.sort_by_key(|other| (own(other).is_none(), std::cmp::Reverse(own(other)), *other));
        others
    }

    /// The nearest thing that bears data of which so many minutes may be lost, or what such a thing has to recover
    /// together with.
    fn bearer(&self, needs: &[Node], point: u32) -> Option<Node> {
        let is_it = |need: &&Node| self.facts.points.get(need.0 as usize) == Some(&Some(point));
        let nearest = needs.iter().find(is_it).copied()?;
        self.group_of(nearest).map_or(Some(nearest), |group| group.worst)
    }

    /// The groups with a member among some things.
    fn groups_among(&self, needs: &[Node]) -> impl Iterator<Item = &GroupRecovery> {
        let among: HashSet<Node> = match self.groups.is_empty() {
            true => HashSet::new(),
            false => needs.iter().copied().collect(),
        };
        self.groups.iter().filter(move |group| group.own.nodes.iter().any(|node| among.contains(node)))
    }

    fn held(&self, nodes: impl Iterator<Item = Node>) -> Vec<Held> {
        let held = nodes.filter_map(|node| {
            let objective = self.objective(node)?;
            let copies = self.facts.copies.get(&objective.item_id).cloned().unwrap_or_default();
            let age = copies.age(self.at);
            Some(Held { node, promised: objective.point_minutes, copies, age })
        });
        held.collect()
    }

    /// What drills have shown of a service, and what it needs that none of them was about.
    fn proof(
        &self,
        node: Node,
        objective: Option<&recovery_objective::Model>,
        needs: &[Node],
    ) -> Result<(Proof, Vec<Node>)> {
        let Some(objective) = objective else {
            let reason = "it has no recovery objective that could be proven".to_owned();
            return Ok((Proof { verdict: Verdict::Unproven, reason, drill: None }, Vec::new()));
        };
        let changed_on = needs.iter().filter_map(|need| self.facts.changed.get(need)).max().copied();
        let dependants = self.dependants(node)?;
        let is_inner = |others: &[ConfigurationItemId]| self.any_of(others, &dependants);
        let proof = self.facts.drills.proof(objective, changed_on, self.as_of, is_inner);
        let untested: Vec<Node> =
            needs.iter().copied().filter(|need| *need != node && self.is_untested(*need)).collect();
        if proof.verdict != Verdict::Proven || untested.is_empty() {
            return Ok((proof, untested));
        }
        let seen: Vec<String> = untested
            .iter()
            .filter(|need| self.is_seen(**need))
            .take(3)
            .map(|need| self.name(*need))
            .collect();
        let reason = format!(
            "a drill shows something only of its scope, and none of the last 365 days was about {} of the things \
             it needs{}{}",
            untested.len(),
            if seen.is_empty() { "" } else { ", such as " },
            seen.join(", ")
        );
        Ok((Proof { verdict: Verdict::Unproven, reason, drill: proof.drill }, untested))
    }

    fn any_of(&self, items: &[ConfigurationItemId], nodes: &HashSet<Node>) -> bool {
        items.iter().filter_map(|item| self.facts.nodes.get(item)).any(|node| nodes.contains(node))
    }

    /// Whether a thing that somebody has to bring up within a time was in no drill of late.
    fn is_untested(&self, node: Node) -> bool {
        let Some(objective) = self.objective(node) else { return false };
        let is_brought_up = self.thing(node).is_some_and(is_brought_up);
        let changed_on = self.facts.changed.get(&node).copied();
        let is_shown = |drill: &_| shows(drill, changed_on, self.as_of);
        let is_tested = self.facts.drills.about(objective.item_id).any(is_shown);
        is_brought_up && objective.time_minutes.is_some() && !is_tested
    }

    /// What is odd, and how much more is that names what the caller may not see.
    fn findings(&self, service: &ServiceRecovery, needs: &[Node]) -> (Vec<Found>, usize) {
        let mut found = self.reach_findings(service);
        let names_seen = |found: &Found| found.nodes.iter().all(|node| self.is_seen(*node));
        let inversions = needs.iter().flat_map(|need| self.inversions(*need));
        let (inversions, left_out): (Vec<_>, Vec<_>) = inversions.partition(names_seen);
        found.extend(inversions);
        let mut hidden = left_out.len();
        let unknown = needs.iter().copied().filter(|need| self.facts.own[need.0 as usize].is_none());
        let (unknown, left_out): (Vec<Node>, Vec<Node>) = unknown.partition(|need| self.is_seen(*need));
        hidden += usize::from(!left_out.is_empty());
        if !unknown.is_empty() {
            let message = format!(
                "of {} of the things it needs, or of itself, nobody said how long they take: what is said of time \
                 is a lower bound",
                unknown.len()
            );
            found.push(Found { code: Code::OwnTimeUnknown, message, nodes: unknown });
        }
        let among: HashSet<Node> = needs.iter().copied().collect();
        for circle in
            self.recoveries.circles().filter(|circle| circle.iter().any(|node| among.contains(node)))
        {
            let names: Vec<String> = circle.iter().take(10).map(|node| self.name(*node)).collect();
            let message = format!(
                "{} need each other to start: after everything was off, none can be first",
                names.join(", ")
            );
            found.push(Found { code: Code::CircularStart, message, nodes: circle.to_vec() });
        }
        let copies = service.held.iter().flat_map(|held| self.copy_findings(held));
        let (copies, left_out): (Vec<_>, Vec<_>) = copies.partition(names_seen);
        found.extend(copies);
        hidden += left_out.len();
        found.extend(self.groups_among(needs).flat_map(|group| group.findings.iter().cloned()));
        (found, hidden)
    }

    /// What keeps a service from its own objective.
    fn reach_findings(&self, service: &ServiceRecovery) -> Vec<Found> {
        let mut found = Vec::new();
        let name = self.name(service.node);
        let mut note = |code, message, nodes| found.push(Found { code, message, nodes });
        let time = service.objective.as_ref().and_then(|objective| objective.time_minutes);
        if service.recovery.minutes.is_none() {
            let message = format!("{name} needs more of a group than there is, so it is never up");
            note(Code::NeverUp, message, service.chain.clone());
        }
        if let (Some(gap), Some(minutes), Some(time)) = (service.gap, service.recovery.minutes, time) {
            let chain = service.chain.iter().skip(1).take(MOST_NAMED);
            let chain: Vec<String> = chain.map(|node| self.name(*node)).collect();
            let more = match service.chain.len().saturating_sub(chain.len() + 1) {
                0 => String::new(),
                more => format!(", and so on: {more} more"),
            };
            let chain = match chain.is_empty() {
                true => "it waits for nothing".to_owned(),
                false => format!("it waits for {}{more}", chain.join(", which waits for ")),
            };
            let message = format!(
                "{name} is up after {minutes} minutes at the soonest, {gap} later than the {time} promised; {chain}"
            );
            note(Code::TimeUnreachable, message, service.chain.clone());
        } else if let (Some(crew), Some(up_at), Some(time)) = (self.crew, service.with_crew, time)
            && let Some(gap) = over(up_at, time)
        {
            let message = format!(
                "{name} is up after {up_at} minutes when {crew} can be worked on at once, {gap} later than the {time} \
                 promised"
            );
            note(Code::TimeUnreachableWithCrew, message, vec![service.node]);
        }
        let point = service.objective.as_ref().and_then(|objective| objective.point_minutes);
        if let (Some(lost), Some(point)) = (service.point, point)
            && let Some(gap) = over(u64::from(lost), point)
        {
            let bearer = service.point_from.map(|node| self.name(node)).unwrap_or_default();
            let message = format!(
                "{name} may lose {lost} minutes of data, {gap} more than the {point} promised, because of {bearer}"
            );
            note(Code::PointUnreachable, message, service.point_from.into_iter().collect());
        }
        found
    }

    /// What a thing needs and that has a longer time objective; of a group only where too few have a shorter one.
    fn inversions(&self, node: Node) -> Vec<Found> {
        let time = |node: Node| self.objective(node).and_then(|objective| objective.time_minutes);
        let Some(own) = time(node) else { return Vec::new() };
        let graph = &self.estate.graph;
        let is_longer = |need: &Node| time(*need).is_some_and(|other| other > own);
        let mut longer: Vec<Node> = graph.hard_needs(node).filter(is_longer).collect();
        for group in graph.groups_of(node) {
            let members = graph.members(group).zip(graph.capacities(group));
            let late: Vec<(Node, u32)> = members.filter(|(member, _)| is_longer(member)).collect();
            let lost: u64 = late.iter().map(|(_, capacity)| u64::from(*capacity)).sum();
            if graph.slack(group).is_some_and(|slack| lost > u64::from(slack)) {
                longer.extend(late.into_iter().map(|(member, _)| member));
            }
        }
        longer.sort_unstable();
        longer.dedup();
        let found = longer.into_iter().map(|need| {
            let message = format!(
                "{} has to be up within {own} minutes and needs {}, which has {}",
                self.name(node),
                self.name(need),
                time(need).unwrap_or_default()
            );
            Found { code: Code::TimeInversion, message, nodes: vec![node, need] }
        });
        found.collect()
    }

    /// What is odd about the copies of one thing.
    fn copy_findings(&self, held: &Held) -> Vec<Found> {
        let name = self.name(held.node);
        let mut found = Vec::new();
        let mut note = |code, message| found.push(Found { code, message, nodes: vec![held.node] });
        if held.promised.is_none() {
            note(
                Code::PointUnknown,
                format!("{name} bears data, and nobody said how much of it may be lost"),
            );
        }
        let Some(age) = held.age else {
            note(Code::NoGoodBackup, format!("{name} bears data, and no good backup of it is on record"));
            return found;
        };
        if let Some(promised) = held.promised.filter(|promised| age > i64::from(*promised)) {
            let message = format!(
                "the newest good backup of {name} is {age} minutes old, more than the {promised} promised"
            );
            note(Code::BackupTooOld, message);
        }
        if held.copies.immutable.is_none() {
            note(Code::NoImmutableBackup, format!("every backup of {name} can be changed or deleted"));
        }
        if held.copies.restore_tested_on.is_none() {
            note(Code::RestoreNotTested, format!("no backup of {name} was ever restored for a test"));
        }
        found
    }
}

/// By how much a time is longer than what was promised.
fn over(minutes: u64, promised: i32) -> Option<u64> {
    let promised = u64::try_from(promised).ok()?;
    minutes.checked_sub(promised).filter(|gap| *gap > 0)
}
