//! What a graph is built from.

use crate::error::{Result, TopologyError};

/// Items and groups beyond which a graph is not built: positions need a bit of their own beside them.
const MOST: usize = (1 << 30) - 1;

/// Members of a group that are compared with each other, where sorting them would cost more.
const FEW: usize = 16;

/// How much of a group has to be up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Threshold {
    /// So many members.
    Count(u32),
    /// Members whose capacities come to so much, in whole units that the caller chooses (watts, say).
    Capacity(u32),
}

/// A member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Member {
    /// The item, by its position in the draft.
    pub node: u32,
    /// What it carries, in the units of the threshold; of no account where members are counted.
    pub capacity: u32,
}

/// Items of which so many have to be up for their owner to be up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The item that needs them, by its position in the draft.
    pub owner: u32,
    /// How many, or how much.
    pub threshold: Threshold,
    /// Of which.
    pub members: Vec<Member>,
}

impl Group {
    /// How much may be lost before the threshold is missed; `None` where it is missed with all members up.
    ///
    /// # Errors
    ///
    /// [`TopologyError::Invalid`] for a threshold of zero, an item that is a member twice, and capacities whose sum
    /// is beyond 4,294,967,295.
    pub fn slack(&self) -> Result<Option<u32>> {
        self.drafted().slack()
    }

    pub(super) fn drafted(&self) -> Drafted<'_> {
        Drafted { owner: self.owner, threshold: self.threshold, members: &self.members }
    }
}

/// A group, wherever its members are.
#[derive(Clone, Copy)]
pub(super) struct Drafted<'a> {
    pub owner: u32,
    pub threshold: Threshold,
    pub members: &'a [Member],
}

impl Drafted<'_> {
    /// As [`Group::slack`].
    pub fn slack(self) -> Result<Option<u32>> {
        let (needed, available) = match self.threshold {
            Threshold::Count(needed) => (needed, u32::try_from(self.members.len()).ok()),
            Threshold::Capacity(needed) => {
                (needed, self.members.iter().try_fold(0_u32, |sum, member| sum.checked_add(member.capacity)))
            }
        };
        if needed == 0 {
            return Err(TopologyError::invalid(
                "group threshold",
                &0,
                "at least one member, or some capacity",
            ));
        }
        let rule = "the capacities of a group come to at most 4,294,967,295 units";
        let available =
            available.ok_or_else(|| TopologyError::invalid("group capacity", &self.members.len(), rule))?;
        match self.twice() {
            Some(twice) => Err(TopologyError::invalid("group member", &twice, "an item is a member once")),
            None => Ok(available.checked_sub(needed)),
        }
    }

    /// An item that is a member twice. Nearly all groups are small, and those need no list of their own.
    fn twice(self) -> Option<u32> {
        if self.members.len() <= FEW {
            let again = |(place, member): (usize, &Member)| {
                let earlier = self.members[..place].iter();
                earlier.map(|other| other.node).find(|node| *node == member.node)
            };
            return self.members.iter().enumerate().find_map(again);
        }
        let mut nodes: Vec<_> = self.members.iter().map(|member| member.node).collect();
        nodes.sort_unstable();
        nodes.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    }

    /// The members with other numbers, in the order of those.
    pub fn renumbered(self, number: impl Fn(u32) -> u32) -> Vec<Member> {
        let members = self.members.iter();
        let members = members.map(|member| Member { node: number(member.node), capacity: member.capacity });
        let mut members: Vec<_> = members.collect();
        members.sort_unstable_by_key(|member| member.node);
        members
    }
}

/// A part of a draft, as it was drawn up. Parts are never copied together, for that takes as long as much of a build.
#[derive(Debug, Clone, Default)]
struct Part {
    hard: Vec<(u32, u32)>,
    soft: Vec<(u32, u32)>,
    /// Owner and threshold of each group, and where its members end.
    groups: Vec<(u32, Threshold, u32)>,
    /// The members of all groups, one behind the other.
    members: Vec<Member>,
}

impl Part {
    fn group(&self, place: usize) -> Drafted<'_> {
        let (owner, threshold, end) = self.groups[place];
        let begin = place.checked_sub(1).map_or(0, |before| self.groups[before].2);
        Drafted { owner, threshold, members: &self.members[begin as usize..end as usize] }
    }

    fn groups(&self) -> impl Iterator<Item = Drafted<'_>> + Clone {
        (0..self.groups.len()).map(|place| self.group(place))
    }
}

/// What a graph is built from. Positions are the caller's, from zero to the number of items.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    items: u32,
    /// The parts before the last, each with the position of the first group behind it.
    before: Vec<(Part, u32)>,
    last: Part,
}

impl Draft {
    /// A draft of so many items that need nothing.
    pub fn new(items: u32) -> Self {
        Self { items, ..Self::default() }
    }

    /// `from` is down without `to`. An item that needs itself, or another twice, is as if it did so not at all, or once.
    pub fn hard(&mut self, from: u32, to: u32) {
        self.last.hard.push((from, to));
    }

    /// `from` is degraded without `to`.
    pub fn soft(&mut self, from: u32, to: u32) {
        self.last.soft.push((from, to));
    }

    /// An item needs so many of a group. Its position among the groups is the answer.
    pub fn group(&mut self, group: Group) -> u32 {
        self.group_of(group.owner, group.threshold, group.members)
    }

    /// As [`group`](Self::group), for members that are in no list.
    pub fn group_of(
        &mut self,
        owner: u32,
        threshold: Threshold,
        members: impl IntoIterator<Item = Member>,
    ) -> u32 {
        self.last.members.extend(members);
        self.last.groups.push((owner, threshold, self.last.members.len() as u32));
        self.groups() as u32 - 1
    }

    /// Adds what is in a draft of the same items, behind what is in this one.
    pub fn append(&mut self, other: Self) {
        let last = std::mem::replace(&mut self.last, other.last);
        for part in std::iter::once(last).chain(other.before.into_iter().map(|(part, _)| part)) {
            let end = self.end() + part.groups.len() as u32;
            self.before.push((part, end));
        }
    }

    /// The position of the first group of the last part.
    fn end(&self) -> u32 {
        self.before.last().map_or(0, |(_, end)| *end)
    }

    pub(super) fn items(&self) -> usize {
        self.items as usize
    }

    pub(super) fn groups(&self) -> usize {
        self.end() as usize + self.last.groups.len()
    }

    fn parts(&self) -> impl Iterator<Item = &Part> + Clone {
        self.before.iter().map(|(part, _)| part).chain(std::iter::once(&self.last))
    }

    /// What is down without what. No item is down without itself.
    pub(super) fn all_hard(&self) -> impl Iterator<Item = (u32, u32)> + Clone {
        self.parts().flat_map(|part| part.hard.iter().copied()).filter(|(from, to)| from != to)
    }

    /// What is degraded without what, likewise.
    pub(super) fn all_soft(&self) -> impl Iterator<Item = (u32, u32)> + Clone {
        self.parts().flat_map(|part| part.soft.iter().copied()).filter(|(from, to)| from != to)
    }

    /// All groups, in the order of their positions.
    pub(super) fn all_groups(&self) -> impl Iterator<Item = Drafted<'_>> + Clone {
        self.parts().flat_map(Part::groups)
    }

    /// The group at a position.
    pub(super) fn group_at(&self, position: u32) -> Drafted<'_> {
        let part = self.before.partition_point(|(_, end)| *end <= position);
        let begin = part.checked_sub(1).map_or(0, |before| self.before[before].1);
        let part = self.before.get(part).map_or(&self.last, |(part, _)| part);
        part.group((position - begin) as usize)
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.items() > MOST || self.groups() > MOST {
            let rule = "a graph has at most 1,073,741,823 items and as many groups";
            return Err(TopologyError::invalid("items", &self.items.max(self.groups() as u32), rule));
        }
        let hard = self.parts().flat_map(|part| &part.hard);
        let edges = hard.chain(self.parts().flat_map(|part| &part.soft)).flat_map(|(from, to)| [*from, *to]);
        let groups = self.all_groups().flat_map(|group| {
            group.members.iter().map(|member| member.node).chain(std::iter::once(group.owner))
        });
        // All is well nearly always, and the largest is found quicker than the first that is too large.
        let largest = edges.clone().chain(groups.clone()).fold(0, u32::max);
        if largest < self.items {
            return Ok(());
        }
        match edges.chain(groups).find(|position| *position >= self.items) {
            Some(position) => Err(TopologyError::invalid("node", &position, "no item has this position")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(node: u32) -> Member {
        Member { node, capacity: node + 1 }
    }

    /// A part of a draft of ten items, its groups with so many members each.
    fn part(draft: &mut Draft, owner: u32, sizes: &[u32]) -> Vec<u32> {
        draft.hard(owner, 0);
        draft.soft(owner, 1);
        let threshold = |size: u32| match size % 2 {
            0 => Threshold::Count(1),
            _ => Threshold::Capacity(2),
        };
        let group = |size: &u32| draft.group_of(owner, threshold(*size), (0..*size).map(member));
        sizes.iter().map(group).collect()
    }

    #[test]
    fn parts_are_as_one_draft() {
        let mut whole = Draft::new(10);
        assert_eq!(part(&mut whole, 9, &[2, 0]), [0, 1]);
        assert_eq!(part(&mut whole, 7, &[]), []);
        assert_eq!(part(&mut whole, 8, &[3, 1, 4]), [2, 3, 4]);
        assert_eq!(part(&mut whole, 5, &[5]), [5]);
        let (mut parts, mut inner, mut last) = (Draft::new(10), Draft::default(), Draft::default());
        part(&mut parts, 9, &[2, 0]);
        part(&mut inner, 7, &[]);
        part(&mut last, 8, &[3, 1, 4]);
        inner.append(last);
        parts.append(inner);
        assert_eq!(part(&mut parts, 5, &[5]), [5], "groups are counted through all parts");
        let sizes =
            |draft: &Draft| (0..6).map(|group| draft.group_at(group).members.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&parts), [2, 0, 3, 1, 4, 5]);
        assert_eq!(sizes(&whole), sizes(&parts));
        assert_eq!(whole.build(), parts.build());
    }

    #[test]
    fn of_groups_that_are_refused_the_first_by_owner_is_told() {
        let mut draft = Draft::new(3);
        draft.group_of(2, Threshold::Count(0), [member(0)]);
        draft.group_of(1, Threshold::Count(1), [member(0), member(0)]);
        draft.hard(2, 1);
        let refused = draft.build().unwrap_err();
        assert_eq!(refused, TopologyError::invalid("group member", &0, "an item is a member once"));
    }

    #[test]
    fn the_first_position_that_no_item_has_is_told() {
        let mut draft = Draft::new(3);
        draft.group_of(1, Threshold::Count(1), [member(9)]);
        draft.hard(2, 3);
        draft.hard(5, 1);
        let refused = draft.build().unwrap_err();
        assert_eq!(refused, TopologyError::invalid("node", &3, "no item has this position"));
    }
}
