//! What relations between configuration items are called elsewhere.
//!
//! ServiceNow names a relation from both ends, `Depends on::Used by`: the first half is what the parent does to the
//! child, the second what the child does to the parent. The halves are told as a whole and never by one word: `Used
//! by` stands in `Depends on::Used by`, whose parent needs the child, and in `Used by::Uses`, whose child needs the
//! parent.

/// What a relation comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    /// The way of needing, in the spelling of the stored enum.
    pub kind: &'static str,
    /// Whether it is the second that needs the first.
    pub is_reversed: bool,
    /// Whether what needs is only degraded without what it needs.
    pub is_soft: bool,
}

const KINDS: [&str; 12] = [
    "RUNS_ON",
    "DEPENDS_ON",
    "USES",
    "STORES_ON",
    "CONNECTS_VIA",
    "POWERED_BY",
    "COOLED_BY",
    "AUTHENTICATES_WITH",
    "REPLICATES_TO",
    "BACKS_UP_TO",
    "MEMBER_OF",
    "CONTAINED_IN",
];

/// The way of needing, what the one that needs does, what the needed one does, and whether it is soft.
type Pair = (&'static str, &'static str, &'static str, bool);

const PAIRS: [Pair; 14] = [
    ("DEPENDS_ON", "depends on", "used by", false),
    ("RUNS_ON", "runs on", "runs", false),
    ("RUNS_ON", "runs on", "hosts", false),
    ("RUNS_ON", "hosted on", "hosts", false),
    ("RUNS_ON", "virtualized by", "virtualizes", false),
    ("USES", "uses", "used by", false),
    // A container that fails takes its contents with it.
    ("CONTAINED_IN", "contained by", "contains", false),
    ("CONNECTS_VIA", "connects to", "connected by", false),
    // A cluster needs its nodes, and a node needs the cluster that it is a member of.
    ("DEPENDS_ON", "cluster of", "cluster", false),
    ("MEMBER_OF", "member of", "members", false),
    ("POWERED_BY", "powered by", "powers", false),
    ("AUTHENTICATES_WITH", "authenticates with", "authenticates", false),
    ("BACKS_UP_TO", "backed up by", "backs up", false),
    // Whoever gets data from another is degraded without it.
    ("USES", "receives data from", "sends data to", true),
];

/// What a relation comes to: one of our own words, both halves of a name joined by `::`, or its first half alone.
/// `Connects to` and `Cluster of` are in use with the same word on both sides, too.
pub(super) fn relation(text: &str) -> Option<Relation> {
    let own = text.trim().to_uppercase().replace([' ', '-'], "_");
    if let Some(kind) = KINDS.into_iter().find(|kind| *kind == own) {
        return Some(Relation { kind, is_reversed: false, is_soft: false });
    }
    let halves: Vec<String> = text
        .split("::")
        .map(|half| half.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
        .collect();
    let came_to = |(kind, _, _, is_soft): Pair, is_reversed: bool| Relation { kind, is_reversed, is_soft };
    match halves.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [first, second] => PAIRS.into_iter().find_map(|pair| {
            let (_, needs, ..) = pair;
            let is_forward = needs == *first && (is_needed(pair, second) || first == second);
            let is_reversed = is_needed(pair, first) && needs == *second;
            (is_forward || is_reversed).then(|| came_to(pair, is_reversed))
        }),
        [one] => {
            let forward = PAIRS.into_iter().find(|(_, needs, _, _)| needs == one);
            let back = || PAIRS.into_iter().find(|pair| is_needed(*pair, one));
            forward.map(|pair| came_to(pair, false)).or_else(|| back().map(|pair| came_to(pair, true)))
        }
        _ => None,
    }
}

/// Whether a half is what the needed one of a pair does. Where it has several words for that, a slash may join them:
/// `Runs/Hosts`.
fn is_needed((kind, needs, needed, _): Pair, half: &str) -> bool {
    let is_word =
        |word: &str| PAIRS.iter().any(|pair| (pair.0, pair.1) == (kind, needs) && pair.2 == word.trim());
    half == needed || half.contains('/') && half.split('/').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_told_by_both_halves() {
        for (text, kind, is_reversed, is_soft) in [
            ("RUNS_ON", "RUNS_ON", false, false),
            ("powered by", "POWERED_BY", false, false),
            ("Depends on::Used by", "DEPENDS_ON", false, false),
            ("Used by::Depends on", "DEPENDS_ON", true, false),
            ("Runs on::Runs", "RUNS_ON", false, false),
            ("Runs::Runs on", "RUNS_ON", true, false),
            ("Runs on::Hosts", "RUNS_ON", false, false),
            ("Hosts::Runs on", "RUNS_ON", true, false),
            ("Runs on::Runs/Hosts", "RUNS_ON", false, false),
            ("Runs / Hosts::Runs on", "RUNS_ON", true, false),
            ("Runs/Hosts", "RUNS_ON", true, false),
            ("Hosted on::Hosts", "RUNS_ON", false, false),
            ("Hosts::Hosted on", "RUNS_ON", true, false),
            ("Uses::Used by", "USES", false, false),
            ("Used by::Uses", "USES", true, false),
            ("Contains::Contained by", "CONTAINED_IN", true, false),
            ("Contained by::Contains", "CONTAINED_IN", false, false),
            ("Contains", "CONTAINED_IN", true, false),
            ("Connects to::Connected by", "CONNECTS_VIA", false, false),
            ("connects  to", "CONNECTS_VIA", false, false),
            ("Connects to::Connects to", "CONNECTS_VIA", false, false),
            ("Cluster of::Cluster", "DEPENDS_ON", false, false),
            ("Cluster of", "DEPENDS_ON", false, false),
            ("Members::Member of", "MEMBER_OF", true, false),
            ("Sends data to::Receives data from", "USES", true, true),
            ("Sends data to", "USES", true, true),
            ("Receives data from::Sends data to", "USES", false, true),
            ("Powers::Powered by", "POWERED_BY", true, false),
        ] {
            assert_eq!(relation(text), Some(Relation { kind, is_reversed, is_soft }), "{text}");
        }
        for text in [
            "",
            "::",
            "Runs on::Runs/Powers",
            "Hosts/Used by::Runs on",
            "Used by::Used by",
            "a::b::c",
            "Manages::Managed by",
        ] {
            assert_eq!(relation(text), None, "{text}");
        }
    }
}
