//! How answers about the graph came about, in words.

use crate::{
    schema::explain::{Explanation, ExplanationInput},
    topology::{graph::Estate, impacts, needs::Direction, single_points::Answer},
};

fn input(name: &str, value: &impl ToString) -> ExplanationInput {
    ExplanationInput { name: name.to_owned(), value: value.to_string() }
}

/// The size of the graph, which every answer begins with.
fn inputs(estate: &Estate) -> Vec<ExplanationInput> {
    vec![
        input("day", &estate.options.as_of),
        input("things in the graph", &estate.graph.items()),
        input("edges in the graph", &estate.graph.edges()),
    ]
}

/// What was left out: what is retired, what was not asked for, and what the caller may not see.
fn excluded(estate: &Estate, hidden: u64) -> Vec<String> {
    let mut excluded = Vec::new();
    let left_out = estate.left_out;
    if left_out.things > 0 {
        excluded.push(format!("{} things that are retired", left_out.things));
    }
    if left_out.edges > 0 {
        excluded.push(format!("{} edges to or from what is retired", left_out.edges));
    }
    if !estate.options.derived {
        excluded.push("what follows from inventory and contracts, as was asked for".to_owned());
    }
    if !estate.options.soft {
        excluded.push("soft needs, as was asked for".to_owned());
    }
    if hidden > 0 {
        excluded.push(format!("{hidden} that you may not see: they take part and are not named"));
    }
    excluded
}

/// Of single points of failure.
pub fn of_single_points(answer: &Answer) -> Explanation {
    let estate = &answer.estate;
    let mut inputs = inputs(estate);
    inputs.push(input("services that were looked at", &answer.looked_at.len()));
    inputs.push(input("services with single points, or never up", &answer.services.len()));
    let mut assumptions = impacts::assumptions();
    assumptions.push("one thing fails at a time, and everything else is up".to_owned());
    assumptions.push("what only degrades a service is no single point of it".to_owned());
    assumptions.push(
        "services that are planned are not yet in use: no failure weighs more because of them".to_owned(),
    );
    Explanation {
        formula: "a single point of a service is anything but itself without which, alone, the service is down; worst \
                  first: blast radius, then what an hour of it costs"
            .to_owned(),
        inputs,
        assumptions,
        excluded: excluded(estate, answer.services.iter().map(|service| service.hidden).sum()),
        estimated: false,
    }
}

/// Of common causes.
pub fn of_common_causes(estate: &Estate, found: usize, hidden: u64) -> Explanation {
    let mut inputs = inputs(estate);
    inputs.push(input("redundancy groups", &estate.graph.groups()));
    inputs.push(input("common causes", &(found as u64 + hidden)));
    Explanation {
        formula:
            "a common cause of a group is anything but its owner that, alone, brings down two or more of its \
                  members; a member that others need counts itself"
                .to_owned(),
        inputs,
        assumptions: impacts::assumptions(),
        excluded: excluded(estate, hidden),
        estimated: false,
    }
}

/// Of what a thing needs, or of what needs it.
pub fn of_reach(
    estate: &Estate,
    (direction, depth): (Direction, Option<u32>),
    (met, hidden): (usize, u64),
) -> Explanation {
    let mut inputs = inputs(estate);
    inputs.push(input(
        "steps at most",
        &depth.map_or_else(|| "all the way".to_owned(), |depth| depth.to_string()),
    ));
    inputs.push(input("things that were met", &(met as u64 + hidden)));
    let formula = match direction {
        Direction::Needs => {
            "everything that is needed hard, as a member of a group or softly, by however many steps"
        }
        Direction::NeededBy => "everything that needs it hard, by a group or softly, by however many steps",
        Direction::Both => {
            "everything within so many steps along edges in either direction, the nearest first"
        }
    };
    let mut assumptions = impacts::assumptions();
    assumptions.push(
        "each thing counts once, at its least number of steps; which of a group are enough is not looked at"
            .to_owned(),
    );
    Explanation {
        formula: formula.to_owned(),
        inputs,
        assumptions,
        excluded: excluded(estate, hidden),
        estimated: false,
    }
}

/// Of the shortest ways between two things.
pub fn of_ways(estate: &Estate, length: Option<u64>, (count, shown): (Option<u64>, usize)) -> Explanation {
    let mut inputs = inputs(estate);
    inputs.push(input("steps", &length.map_or_else(|| "no way".to_owned(), |length| length.to_string())));
    let ways = count.unwrap_or(shown as u64);
    inputs.push(input("shortest ways", &ways));
    let mut left_out = excluded(estate, 0);
    if ways > shown as u64 {
        left_out.push(format!("{} ways as short, which are counted and not told", ways - shown as u64));
    }
    Explanation {
        formula: "the fewest edges from the one to the other, each from what needs to what is needed"
            .to_owned(),
        inputs,
        assumptions: impacts::assumptions(),
        excluded: left_out,
        estimated: false,
    }
}
