//! What a scenario takes away by a day, and the graph without it.
//!
//! The graph of a scenario shares everything with the one that it is laid over but what lies next to what is gone.

use std::{collections::HashSet, sync::Arc};

use chrono::NaiveDate;
use entity::scenarios::scenario_change::Terms;
use topology::{
    graph::{Change, Group, GroupNode, Node, Threshold},
    impact::brought_down,
};

use super::{
    graph::{Estate, Options, refused},
    index::View,
    items::Thing,
    outgoing::NamedGroup,
};
use crate::{contracts::terms, error::Result, scenarios::Overlay};

/// Something that a scenario has taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Its node.
    pub node: Node,
    /// What it is.
    pub thing: Thing,
    /// The first day without it.
    pub since: NaiveDate,
}

/// What a scenario has taken away by the day of a graph: sites from the day on which they are left, contracts from the
/// day after their last term.
#[must_use]
pub fn gone(scenario: &Overlay, estate: &Estate) -> Vec<Gone> {
    let mut gone = Vec::new();
    for change in scenario.changes() {
        let row = &change.row;
        let (things, since) = match &row.terms {
            Terms::SiteExit { on } => (vec![row.site_id.map(Thing::Site)], Some(*on)),
            Terms::ContractNotRenewed { ends_on } => {
                let things = vec![
                    row.colocation_contract_id.map(Thing::ColocationContract),
                    row.support_contract_id.map(Thing::SupportContract),
                ];
                let recorded_on = row.created_at.date_naive();
                let last = ends_on
                    .or_else(|| things.iter().flatten().find_map(|it| last_day(estate, *it, recorded_on)));
                (things, last.and_then(|last| last.succ_opt()))
            }
            _ => continue,
        };
        let Some(since) = since.filter(|since| *since <= estate.options.as_of) else { continue };
        let there = things.into_iter().flatten().filter_map(|thing| Some((thing, estate.node(thing)?)));
        gone.extend(there.map(|(thing, node)| Gone { node, thing, since }));
    }
    gone
}

/// The last day of the term of a contract that ran on a day.
fn last_day(estate: &Estate, thing: Thing, on: NaiveDate) -> Option<NaiveDate> {
    match thing {
        Thing::ColocationContract(id) => {
            let contract = estate.recorded.colocation.get(&id)?;
            let value = terms::colocation(contract, &[]).ok()?;
            Some(terms::term_on(&value, on).end)
        }
        Thing::SupportContract(id) => {
            let contract = estate.recorded.support.get(&id)?;
            let value = terms::support_terms(contract).ok()?;
            value.term(value.term_number(on)).map(|term| term.end)
        }
        _ => None,
    }
}

impl View {
    /// The graph of some options in which what a scenario has taken away is down, with all that needs it.
    ///
    /// # Errors
    /// As [`Estate::of`].
    pub async fn estate_under(&self, options: Options, scenario: &Overlay) -> Result<Arc<Estate>> {
        let estate = self.estate(options).await?;
        let gone = gone(scenario, &estate);
        if gone.is_empty() { Ok(estate) } else { estate.with_down(&gone).map(Arc::new) }
    }

    /// The graph of some options without what a scenario has taken away, and without what is down because of that.
    ///
    /// # Errors
    /// As [`Estate::of`].
    pub async fn estate_left_by(&self, options: Options, scenario: &Overlay) -> Result<Arc<Estate>> {
        let estate = self.estate(options).await?;
        let down = estate.down_under(scenario)?;
        if down.is_empty() { Ok(estate) } else { estate.without(&down).map(Arc::new) }
    }

    /// What a scenario has taken away by a day, and what is down because of that.
    ///
    /// # Errors
    /// As [`Estate::of`].
    pub async fn gone(&self, as_of: NaiveDate, scenario: &Overlay) -> Result<HashSet<Thing>> {
        if scenario.is_empty() {
            return Ok(HashSet::new());
        }
        let estate = self.estate(Options { as_of, derived: true, soft: true }).await?;
        let down = estate.down_under(scenario)?;
        Ok(down.into_iter().filter_map(|node| estate.thing(node)).collect())
    }
}

impl Estate {
    /// What a scenario has taken away, and what is down because of that.
    fn down_under(&self, scenario: &Overlay) -> Result<Vec<Node>> {
        let gone: Vec<Node> = gone(scenario, self).iter().map(|gone| gone.node).collect();
        if gone.is_empty() { Ok(gone) } else { brought_down(&self.graph, &gone).map_err(refused) }
    }

    /// The same graph, which says how much a scenario has taken away that fails in it.
    #[must_use]
    pub fn that_lost(self: Arc<Self>, gone: &[Gone]) -> Arc<Self> {
        match gone {
            [] => self,
            some => Arc::new(Self { gone: some.len() as u64, ..Self::clone(&self) }),
        }
    }

    /// The same graph in which some things are never up.
    fn with_down(&self, gone: &[Gone]) -> Result<Self> {
        let mut next = Self { single_points: Arc::default(), gone: gone.len() as u64, ..self.clone() };
        let mut changes = Vec::with_capacity(gone.len());
        for (gone, position) in gone.iter().zip((self.graph.groups()..).map(GroupNode)) {
            let (owner, members) = (gone.node.0, Vec::new());
            // Nothing is in it, so it is missed.
            changes.push(Change::AddGroup(Group { owner, threshold: Threshold::Count(1), members }));
            let named = NamedGroup {
                name: format!("gone since {}, as the scenario has it", gone.since).into(),
                id: None,
                owner: gone.thing,
                required_count: Some(1),
                required_capacity: None,
                unit: None,
            };
            next.added.insert(position, named);
        }
        next.graph = self.graph.changed(&changes).map_err(refused)?;
        Ok(next)
    }

    /// The same graph without some things and their edges.
    ///
    /// # Errors
    /// `Invalid` for a node that the graph does not have.
    pub fn without(&self, down: &[Node]) -> Result<Self> {
        let mut next = Self { single_points: Arc::default(), gone: down.len() as u64, ..self.clone() };
        let changes: Vec<Change> = down.iter().copied().map(Change::Detach).collect();
        for thing in down.iter().filter_map(|node| self.thing(*node)) {
            next.places.remove(&thing);
        }
        next.graph = self.graph.changed(&changes).map_err(refused)?;
        Ok(next)
    }
}
