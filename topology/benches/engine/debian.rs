//! The packages that Debian knows here: a real graph. A package needs what it depends on; alternatives are a group of
//! which one has to be there; what it recommends it needs softly.

use std::collections::HashMap;
use std::process::Command;

use topology::graph::{Draft, Group, Member, Threshold};

/// The graph of `apt-cache dumpavail`; `None` where there is no such command, or it knows no packages.
pub fn packages() -> Option<(Draft, u32)> {
    let output = Command::new("apt-cache").arg("dumpavail").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut packages: Vec<Package<'_>> = Vec::new();
    for paragraph in text.split("\n\n") {
        let package = Package::read(paragraph);
        packages.extend(package);
    }
    let mut providers: HashMap<&str, Vec<u32>> = HashMap::new();
    for (position, package) in packages.iter().enumerate() {
        for name in package.provides.iter().chain([&package.name]) {
            providers.entry(name).or_default().push(position as u32);
        }
    }
    let items = packages.len() as u32;
    let mut draft = Draft::new(items);
    for (owner, package) in packages.iter().enumerate() {
        let owner = owner as u32;
        for clause in &package.needs {
            let mut nodes = anyone(clause, &providers);
            nodes.retain(|node| *node != owner);
            match nodes[..] {
                [] => {}
                [only] => draft.hard(owner, only),
                _ => {
                    let members = nodes.into_iter().map(|node| Member { node, capacity: 1 }).collect();
                    draft.group(Group { owner, threshold: Threshold::Count(1), members });
                }
            }
        }
        for clause in &package.recommends {
            anyone(clause, &providers).into_iter().for_each(|node| draft.soft(owner, node));
        }
    }
    (items > 0).then_some((draft, items))
}

/// A package as its paragraph has it. A clause is a list of alternatives.
#[derive(Default)]
struct Package<'a> {
    name: &'a str,
    provides: Vec<&'a str>,
    needs: Vec<Vec<&'a str>>,
    recommends: Vec<Vec<&'a str>>,
}

impl<'a> Package<'a> {
    fn read(paragraph: &'a str) -> Option<Self> {
        let mut package = Self::default();
        for (field, value) in paragraph.lines().filter_map(|line| line.split_once(": ")) {
            match field {
                "Package" => package.name = value,
                "Provides" => package.provides = value.split(',').map(name).collect(),
                "Depends" | "Pre-Depends" => package.needs.extend(clauses(value)),
                "Recommends" => package.recommends.extend(clauses(value)),
                _ => {}
            }
        }
        (!package.name.is_empty()).then_some(package)
    }
}

fn clauses(value: &str) -> impl Iterator<Item = Vec<&str>> {
    value.split(',').map(|clause| clause.split('|').map(name).collect())
}

/// The name without its version and its architecture.
fn name(word: &str) -> &str {
    let word = word.trim();
    word.split([' ', '(', ':']).next().unwrap_or(word)
}

fn anyone(clause: &[&str], providers: &HashMap<&str, Vec<u32>>) -> Vec<u32> {
    let mut nodes: Vec<_> = clause.iter().filter_map(|name| providers.get(name)).flatten().copied().collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}
