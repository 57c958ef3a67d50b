//! What recovers together: the most that any of a group may lose, and the newest moment that all of it can go back to.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    id::{ConfigurationItemId, ConsistencyGroupId},
    recovery::{backup_record, consistency_group, consistency_group_member as member},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use topology::{
    consistency::{common_point, unmatched},
    graph::Node,
};

use super::{assessment::Assessment, findings::Code, services::Found};
use crate::{error::Result, store::Read};

/// Days of copies that are looked at.
const DAYS: i64 = 35;

/// A group as it is on record, by the nodes of a graph.
#[derive(Clone, Debug)]
pub struct Together {
    /// The group.
    pub group: consistency_group::Model,
    /// Its members that are in use, in the order they were recorded.
    pub nodes: Vec<Node>,
    /// The moments of the good copies of each of them, in seconds, oldest first.
    copies: Vec<Vec<i64>>,
}

/// How a group recovers.
#[derive(Clone, Debug)]
pub struct GroupRecovery {
    /// The group and its members.
    pub own: Together,
    /// Minutes of data that may be lost: the most that one of them may lose.
    pub point: Option<u32>,
    /// Whether nobody said how much one of them may lose, so that it may be more.
    pub is_lower_bound: bool,
    /// The member that makes it so much.
    pub worst: Option<Node>,
    /// The newest moment that all of them can go back to.
    pub common_at: Option<DateTime<Utc>>,
    /// Minutes since then.
    pub age: Option<i64>,
    /// What is odd.
    pub findings: Vec<Found>,
}

/// All groups, with the copies of the last 35 days, by three statements.
///
/// # Errors
/// Those of the database.
pub async fn of(
    db: &impl Read,
    nodes: &HashMap<ConfigurationItemId, Node>,
    at: DateTime<Utc>,
) -> Result<Vec<Together>> {
    let groups = consistency_group::Entity::find().order_by_asc(consistency_group::Column::Name);
    let groups = groups.all(db).await?;
    let links = member::Entity::find().order_by_asc(member::Column::Id).all(db).await?;
    let mut copies = moments(db, at).await?;
    let mut members: HashMap<ConsistencyGroupId, Vec<ConfigurationItemId>> = HashMap::new();
    for link in links {
        members.entry(link.group_id).or_default().push(link.item_id);
    }
    let together = groups.into_iter().map(|group| {
        let items = members.remove(&group.id).unwrap_or_default();
        let used: Vec<_> = items.into_iter().filter_map(|item| Some((item, *nodes.get(&item)?))).collect();
        Together {
            nodes: used.iter().map(|(_, node)| *node).collect(),
            copies: used.iter().map(|(item, _)| copies.remove(item).unwrap_or_default()).collect(),
            group,
        }
    });
    Ok(together.collect())
}

/// When good copies of members of groups were complete, oldest first.
async fn moments(db: &impl Read, before: DateTime<Utc>) -> Result<HashMap<ConfigurationItemId, Vec<i64>>> {
    use backup_record::Column as C;
    let grouped = member::Entity::find().select_only().column(member::Column::ItemId).into_query();
    let of_groups = Condition::all()
        .add(C::IsGood.eq(true))
        .add(C::CompletedAt.lt(before))
        .add(C::CompletedAt.gte(before - TimeDelta::days(DAYS)))
        .add(C::ItemId.in_subquery(grouped));
    let query = backup_record::Entity::find().select_only().columns([C::ItemId, C::CompletedAt]);
    let query = query.filter(of_groups).order_by_asc(C::CompletedAt);
    let mut found: HashMap<ConfigurationItemId, Vec<i64>> = HashMap::new();
    for (item, completed) in query.into_tuple::<(ConfigurationItemId, DateTime<Utc>)>().all(db).await? {
        found.entry(item).or_default().push(completed.timestamp());
    }
    Ok(found)
}

/// Gives every member of a group the point of the worst of them: what recovers together loses as much.
pub fn level(points: &mut [Option<u32>], groups: &[Together]) {
    for together in groups {
        let worst = together.nodes.iter().filter_map(|node| *points.get(node.0 as usize)?).max();
        if worst.is_none() {
            continue;
        }
        for node in &together.nodes {
            if let Some(point) = points.get_mut(node.0 as usize) {
                *point = worst;
            }
        }
    }
}

impl Assessment {
    /// The group that a node is in.
    #[must_use]
    pub fn group_of(&self, node: Node) -> Option<&GroupRecovery> {
        self.groups.iter().find(|group| group.own.nodes.contains(&node))
    }

    /// How groups recover.
    pub(super) fn recover_together(&self, groups: Vec<Together>) -> Vec<GroupRecovery> {
        groups.into_iter().filter(|own| !own.nodes.is_empty()).map(|own| self.recover_group(own)).collect()
    }

    fn recover_group(&self, own: Together) -> GroupRecovery {
        let promised = |node: &Node| self.promised(*node);
        let worst = own.nodes.iter().copied().max_by_key(promised).filter(|node| promised(node).is_some());
        let tolerance = u32::try_from(own.group.tolerance_minutes).unwrap_or(0).saturating_mul(60);
        let common_at = common_point(&own.copies, tolerance);
        let common_at = common_at.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let mut found = GroupRecovery {
            point: worst.and_then(|node| promised(&node)),
            is_lower_bound: own.nodes.iter().any(|node| promised(node).is_none()),
            worst,
            age: common_at.map(|common| (self.at - common).num_minutes()),
            common_at,
            findings: Vec::new(),
            own,
        };
        found.findings = self.group_findings(&found, tolerance);
        found
    }

    /// Minutes of data that a node may lose by its own objective.
    fn promised(&self, node: Node) -> Option<u32> {
        super::assessment::point(self.objective(node)?)
    }

    fn group_findings(&self, group: &GroupRecovery, tolerance: u32) -> Vec<Found> {
        let name = format!("`{}`", group.own.group.name);
        let nodes = &group.own.nodes;
        let mut found = Vec::new();
        let mut note = |code, message, nodes| found.push(Found { code, message, nodes });
        if let (Some(point), Some(worst)) = (group.point, group.worst) {
            let closer: BTreeSet<Node> = nodes
                .iter()
                .copied()
                .filter(|node| self.promised(*node).is_some_and(|own| own < point))
                .collect();
            for node in &closer {
                let message = format!(
                    "{} promises to lose at most {} minutes and recovers together with {}, which may lose {point}",
                    self.name(*node),
                    self.promised(*node).unwrap_or_default(),
                    self.name(worst)
                );
                note(Code::GroupPointDiffers, message, vec![*node, worst]);
            }
        }
        let unknown: Vec<Node> =
            nodes.iter().copied().filter(|node| self.promised(*node).is_none()).collect();
        if !unknown.is_empty() {
            let message = format!(
                "of {} of the members of {name} nobody said that they bear data and how much of it may be lost",
                unknown.len()
            );
            note(Code::PointUnknown, message, unknown);
        }
        let bare: Vec<Node> = nodes
            .iter()
            .zip(&group.own.copies)
            .filter(|(_, own)| own.is_empty())
            .map(|(node, _)| *node)
            .collect();
        let Some(age) = group.age else {
            let (message, about) = match bare.is_empty() {
                false => (
                    format!(
                        "{} of the members of {name} have no good backup of the last {DAYS} days",
                        bare.len()
                    ),
                    bare,
                ),
                true => (
                    format!(
                        "no moment of the last {DAYS} days has a good backup of every member of {name} within {} \
                         minutes",
                        group.own.group.tolerance_minutes
                    ),
                    nodes.clone(),
                ),
            };
            note(Code::NoCommonPoint, message, about);
            found.extend(self.schedules(group, tolerance));
            return found;
        };
        if let Some(point) = group.point.filter(|point| age > i64::from(*point)) {
            let message = format!(
                "the newest moment that all of {name} can go back to is {age} minutes old, more than the {point} that \
                 may be lost"
            );
            note(Code::CommonPointTooOld, message, nodes.clone());
        }
        found.extend(self.schedules(group, tolerance));
        found
    }

    /// Copies that no copy of every other member stands beside.
    fn schedules(&self, group: &GroupRecovery, tolerance: u32) -> Option<Found> {
        let copies = &group.own.copies;
        if copies.iter().any(Vec::is_empty) {
            return None;
        }
        let alone = unmatched(copies, tolerance);
        let told: Vec<(Node, String)> = (group.own.nodes.iter().zip(copies))
            .zip(&alone)
            .filter(|(_, alone)| **alone > 0)
            .map(|((node, own), alone)| {
                (*node, format!("{alone} of the {} of {}", own.len(), self.name(*node)))
            })
            .collect();
        if told.is_empty() {
            return None;
        }
        let listed: Vec<&str> = told.iter().map(|(_, text)| text.as_str()).collect();
        let message = format!(
            "the members of `{}` are not backed up together: within {} minutes of {} of the last {DAYS} days there is no \
             copy of every other",
            group.own.group.name,
            group.own.group.tolerance_minutes,
            listed.join(", ")
        );
        Some(Found {
            code: Code::SchedulesDiffer,
            message,
            nodes: told.into_iter().map(|(node, _)| node).collect(),
        })
    }
}
