//! Members that more than one pool counts.

use std::collections::{BTreeMap, BTreeSet};

/// A member that more than one pool counts: what it has would be planned with twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedMember {
    /// The member.
    pub member: String,
    /// Names of the pools that count it.
    pub pools: BTreeSet<String>,
}

/// The members that more than one of these pools counts, by name. The pools are of one resource: a server may give
/// its cores to one pool and its height to another.
pub fn shared_members<'a>(pools: impl IntoIterator<Item = (&'a str, &'a [String])>) -> Vec<SharedMember> {
    let mut by_member: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (pool, members) in pools {
        for member in members {
            by_member.entry(member).or_default().insert(pool);
        }
    }
    let shared = by_member.into_iter().filter(|(_, pools)| pools.len() > 1);
    let named = |(member, pools): (&str, BTreeSet<&str>)| SharedMember {
        member: member.to_owned(),
        pools: pools.into_iter().map(str::to_owned).collect(),
    };
    shared.map(named).collect()
}
