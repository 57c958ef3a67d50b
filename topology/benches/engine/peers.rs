//! What others take for the same: scipy, igraph, rustworkx, and PostgreSQL with recursive queries. They are measured by
//! `scripts/peers/measure.py`, on a graph that is written to files for them, and their answers are compared with ours.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use topology::graph::{Graph, GroupNode, Node};

/// Each of them, and how many times less than it the engine is to take.
const PEERS: [(&str, f64); 4] = [("scipy", 1.0), ("igraph", 1.0), ("rustworkx", 1.0), ("postgresql", 200.0)];

/// What the engine took for an operation, and what it found.
pub struct Ours {
    /// What `measure.py` calls the operation.
    pub operation: &'static str,
    pub time: Duration,
    /// The number by which it is seen that all were asked the same.
    pub answer: usize,
}

/// What is asked of everyone, by number in the draft.
pub struct Asked {
    pub roots: Vec<u32>,
    /// Where three steps are walked from.
    pub near: u32,
    /// What shortest ways are looked for between.
    pub pairs: Vec<(u32, u32)>,
}

/// The others, by the Python that has their libraries.
pub struct Peers {
    python: PathBuf,
    /// What could not be measured, or answered something else.
    failed: Vec<String>,
}

impl Peers {
    pub fn of(python: &str) -> Self {
        Self { python: PathBuf::from(python), failed: Vec::new() }
    }

    /// Measures all of them and prints how much longer they take. `order` has the number in the draft of each node.
    pub fn compare(&mut self, graph: &Graph, order: &[u32], asked: &Asked, ours: &[Ours]) {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("estate-{}", graph.items()));
        write(&directory, graph, order, asked);
        println!("  {:<40} {:>12} {:>12} {:>10}", "others, in turn", "ms", "x ours", "at least");
        let mut missed = Vec::new();
        for (peer, least) in PEERS {
            let found = match self.measured(&directory, peer) {
                Ok(found) => found,
                Err(reason) => {
                    println!("  {peer}: NOT MEASURED: {reason}");
                    self.failed.push(format!("{peer} at {} items", graph.items()));
                    continue;
                }
            };
            for Ours { operation, time, answer } in ours {
                let Some((milliseconds, theirs)) = found.get(*operation) else { continue };
                let what = format!("{operation}, {peer}");
                let ratio = milliseconds / (time.as_secs_f64() * 1e3);
                println!("  {what:<40} {milliseconds:>12.4} {ratio:>12.1} {least:>10.0}");
                if theirs != answer {
                    println!("  {what}: ANSWERS {theirs}, and the engine {answer}");
                    self.failed.push(format!("{what} at {} items", graph.items()));
                }
                if ratio < least {
                    missed.push(what);
                }
            }
        }
        match (missed.is_empty(), self.failed.is_empty()) {
            (true, true) => println!("  the engine takes less than all others, as much as it is to\n"),
            (true, false) => println!("  not all were compared\n"),
            (false, _) => println!("  missed: {}\n", missed.join("; ")),
        }
        // Some hundred megabytes that nobody needs any more.
        fs::remove_dir_all(&directory).unwrap();
    }

    /// Milliseconds and answer by operation.
    fn measured(&self, directory: &Path, peer: &str) -> Result<HashMap<String, (f64, usize)>, String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/peers/measure.py");
        let command = Command::new(&self.python).arg(script).arg(directory).arg(peer).output();
        let output = command.map_err(|error| format!("{}: {error}", self.python.display()))?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(text.lines().last().unwrap_or("it ended without a word").to_owned());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let line = |line: &str| {
            let mut fields = line.split(',');
            let mut field = || fields.next().ok_or_else(|| format!("unexpected: {line}"));
            let operation = field()?.to_owned();
            let time = field()?.parse().map_err(|_| format!("unexpected: {line}"))?;
            let answer = field()?.parse().map_err(|_| format!("unexpected: {line}"))?;
            Ok((operation, (time, answer)))
        };
        text.lines().map(line).collect()
    }

    /// Says what could not be measured; whether there was any.
    pub fn have_failed(&self) -> bool {
        if !self.failed.is_empty() {
            eprintln!("\nFAILED, and not compared: {}", self.failed.join("; "));
        }
        !self.failed.is_empty()
    }
}

/// Writes the graph as `measure.py` reads it, by the numbers of the draft.
fn write(directory: &Path, graph: &Graph, order: &[u32], asked: &Asked) {
    fs::create_dir_all(directory).unwrap();
    let file = |name: &str, numbers: Vec<u32>| {
        let bytes: Vec<u8> = numbers.into_iter().flat_map(u32::to_le_bytes).collect();
        fs::write(directory.join(name), bytes).unwrap();
    };
    let name = |node: Node| order[node.0 as usize];
    let groups = || (0..graph.groups()).map(GroupNode);
    let hard = |node: Node| graph.hard_needs(node).flat_map(move |need| [name(need), name(node)]);
    let members = |group| graph.members(group).flat_map(move |member: Node| [name(member), group.0]);
    let grouped = |group| [name(graph.owner(group).unwrap()), graph.slack(group).unwrap()];
    file("items", vec![graph.items()]);
    file("hard", graph.nodes().flat_map(hard).collect());
    file("members", groups().flat_map(members).collect());
    file("groups", groups().flat_map(grouped).collect());
    file("roots", asked.roots.clone());
    file("near", vec![asked.near]);
    file("pairs", asked.pairs.iter().flat_map(|(from, to)| [*from, *to]).collect());
}
