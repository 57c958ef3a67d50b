//! Building a graph at once, from items in any order.

use super::draft::Draft;
use super::lists::Lists;
use super::numbering::numbered;
use super::pages::Pages;
use super::{Entry, Fans, GROUP, Graph, Node, Rows, Tolerance};
use crate::error::{Result, TopologyError};

/// The numbers of items and groups, by their positions in a draft.
struct Numbers {
    items: Vec<u32>,
    /// Groups are numbered in the order of their owners, so that what is looked at together is together.
    groups: Vec<u32>,
    /// The groups of each item, by its number, as positions.
    owned: Lists,
}

impl Numbers {
    fn of(draft: &Draft, order: &[u32]) -> Self {
        let items = inverse(order);
        let owners = draft.all_groups().map(|group| items[group.owner as usize]);
        let owned = Lists::of(items.len(), owners.zip(0..));
        let groups = inverse(owned.entries());
        Self { items, groups, owned }
    }

    fn item(&self, position: u32) -> u32 {
        self.items[position as usize]
    }

    /// The same edges between numbers.
    fn edges(
        &self,
        edges: impl Iterator<Item = (u32, u32)> + Clone,
    ) -> impl Iterator<Item = (u32, u32)> + Clone {
        edges.map(|(from, to)| (self.item(from), self.item(to)))
    }
}

/// Where each place is in an order.
fn inverse(order: &[u32]) -> Vec<u32> {
    let mut places = vec![0_u32; order.len()];
    for (place, entry) in (0_u32..).zip(order) {
        places[*entry as usize] = place;
    }
    places
}

/// Adds a list in order, and each entry once.
fn add_once(list: &[u32], entries: &mut Vec<u32>) {
    let begin = entries.len();
    entries.extend(list);
    entries[begin..].sort_unstable();
    let mut kept = begin;
    for place in begin..entries.len() {
        if place == begin || entries[place] != entries[kept - 1] {
            entries[kept] = entries[place];
            kept += 1;
        }
    }
    entries.truncate(kept);
}

impl Draft {
    /// The graph, with its items numbered anew: the second answer has the position in the draft of each node.
    /// Groups keep their positions.
    ///
    /// # Errors
    ///
    /// [`TopologyError::Invalid`] for a position that no item has, 2^30 items or groups or more, and as
    /// [`Group::slack`](super::Group::slack).
    pub fn build(self) -> Result<(Graph, Vec<u32>)> {
        self.check()?;
        let order = numbered(&self);
        let numbers = Numbers::of(&self, &order);
        let mut graph = Graph { items: order.len() as u32, ..Graph::default() };
        let (needs, taken) = rayon::join(
            || needs(&self, &numbers),
            || {
                graph.take_soft(&self, &numbers);
                graph.take_groups(&self, &numbers)
            },
        );
        taken?;
        graph.needs = needs;
        drop((self, numbers));
        graph.take_dependants();
        Ok((graph, order))
    }
}

/// What items need, and groups.
fn needs(draft: &Draft, numbers: &Numbers) -> Rows {
    let items = numbers.items.len();
    let hard = Lists::of(items, numbers.edges(draft.all_hard()));
    Rows::of(items, |item, entries| {
        add_once(hard.list(item), entries);
        entries.extend(numbers.owned.places(item).map(|group| GROUP | group));
    })
}

impl Graph {
    fn take_soft(&mut self, draft: &Draft, numbers: &Numbers) {
        let items = self.items as usize;
        if draft.all_soft().next().is_none() {
            self.soft_needs = Rows::of(items, |_, _| ());
            self.soft_needed_by = Fans::of(items, |_, _| ());
            return;
        }
        let soft = Lists::of(items, numbers.edges(draft.all_soft()));
        self.soft_needs = Rows::of(items, |item, entries| add_once(soft.list(item), entries));
        let soft = |item: u32| self.soft_needs.row(item).iter().map(move |need| (*need, item));
        let soft = Lists::of(items, (0..self.items).flat_map(soft));
        self.soft_needed_by = Fans::of(items, |item, entries| entries.extend(soft.list(item)));
    }

    fn take_groups(&mut self, draft: &Draft, numbers: &Numbers) -> Result<()> {
        let names = numbers.owned.entries();
        let groups = || draft.all_groups().zip(&numbers.groups);
        let mut tolerances = vec![Tolerance::GONE; names.len()];
        let mut refused: Option<(u32, TopologyError)> = None;
        for (group, number) in groups() {
            match group.slack() {
                Ok(slack) => {
                    let owner = numbers.item(group.owner);
                    tolerances[*number as usize] = Tolerance::of(owner, slack, group.threshold);
                }
                // Of several the first by number is told.
                Err(error) if refused.as_ref().is_none_or(|(first, _)| number < first) => {
                    refused = Some((*number, error));
                }
                Err(_) => {}
            }
        }
        if let Some((_, error)) = refused {
            return Err(error);
        }
        let unmet = (0_u32..).zip(&tolerances).filter(|(_, tolerance)| tolerance.is_unmet());
        self.unmet = unmet.map(|(number, _)| number).collect();
        self.losses = Pages::of(tolerances.iter().map(|tolerance| tolerance.losses()));
        self.tolerances = Pages::of(tolerances.into_iter());
        self.numbers = Pages::of(numbers.groups.iter().copied());
        self.names = Pages::of(names.iter().copied());
        let members = Lists::of(
            names.len(),
            groups().flat_map(|(group, number)| {
                group.members.iter().map(|member| (*number, numbers.item(member.node)))
            }),
        );
        self.members = Rows::of(names.len(), |group, entries| {
            let begin = entries.len();
            entries.extend(members.list(group));
            entries[begin..].sort_unstable();
        });
        self.capacities = Rows::of(names.len(), |group, entries| {
            if self.tolerance(group).is_weighed() {
                let members = draft.group_at(names[group as usize]).renumbered(|node| numbers.item(node));
                entries.extend(members.iter().map(|member| member.capacity));
            }
        });
        Ok(())
    }

    /// What needs items, and what items need of any kind.
    fn take_dependants(&mut self) {
        let items = self.items as usize;
        let needs = |item: u32| self.needs.row(item).iter().copied();
        let hard = |item: u32| needs(item).filter(|need| need & GROUP == 0).map(move |need| (need, item));
        let members = |group: u32| self.members.row(group).iter().map(move |member| (*member, group));
        let fans = |lists: &Lists| Fans::of(items, |item, entries| entries.extend(lists.list(item)));
        let below = |item: u32, entries: &mut Vec<u32>| {
            let begin = entries.len();
            for need in needs(item) {
                match Entry::of(need) {
                    Entry::Item(need) => entries.push(need),
                    Entry::Group(group) => entries.extend(self.members.row(group)),
                }
            }
            entries[begin..].sort_unstable();
        };
        let (needed_by, (member_of, below)) = rayon::join(
            || fans(&Lists::of(items, (0..self.items).flat_map(hard))),
            || {
                let member_of = fans(&Lists::of(items, (0..self.groups()).flat_map(members)));
                (member_of, Rows::of(items, below))
            },
        );
        let above = Fans::of(items, |item, entries| {
            let begin = entries.len();
            needed_by.each(item, |dependant| entries.push(dependant));
            let middle = entries.len();
            member_of.each(item, |group| entries.push(self.tolerance(group).owner()));
            // Two runs in order, one behind the other.
            if begin < middle && middle < entries.len() {
                entries[begin..].sort();
            }
        });
        (self.needed_by, self.member_of, self.below, self.above) = (needed_by, member_of, below, above);
    }
}

impl From<Node> for u32 {
    fn from(node: Node) -> Self {
        node.0
    }
}
