//! The shape of the project, held by tests. `ARCHITECTURE.md` says why each rule is one.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

/// The words of the business, the same in every tree.
const AREAS: [&str; 11] = [
    "inventory",
    "contracts",
    "lifecycle",
    "cloud",
    "finance",
    "scenarios",
    "topology",
    "recovery",
    "capacity",
    "access",
    "audit",
];

/// Which of our crates may use which others. What is not here may use none.
const DIRECTIONS: [(&str, &[&str]); 6] = [
    ("api", &["entity", "forecasting", "migration", "topology"]),
    ("tests", &["api", "entity", "migration"]),
    ("entity", &[]),
    ("forecasting", &[]),
    ("migration", &[]),
    ("topology", &[]),
];

const PURE_CRATES: [&str; 2] = ["forecasting", "topology"];

/// Runtimes, databases and the web: pure crates have none of them, not even through others.
const IMPURE: [&str; 8] =
    ["actix-web", "async-graphql", "reqwest", "sea-orm", "sea-orm-migration", "sqlx", "sqlx-core", "tokio"];

const CLOCKS: [&str; 4] = ["Utc::now", "Local::now", "SystemTime::now", "Instant::now"];
const INPUT_AND_OUTPUT: [&str; 6] =
    ["std::env", "std::fs", "std::io", "std::net", "std::process", "std::thread"];

const LINES_MAX: usize = 500;

/// Words that mean unfinished work or a test that does not test.
const UNFINISHED: [&str; 8] =
    ["TODO", "FIXME", "XXX", "#[ignore", "#[should_panic", "dbg!(", "todo!(", "unimplemented!("];

#[test]
fn crates_of_ours_depend_in_one_direction() {
    let directions: HashMap<&str, &[&str]> = DIRECTIONS.into_iter().collect();
    let metadata = metadata();
    let ours: HashSet<&str> =
        metadata.workspace_packages().iter().map(|package| package.name.as_str()).collect();

    let mut problems = Vec::new();
    for package in metadata.workspace_packages() {
        let allowed = directions.get(package.name.as_str()).copied().unwrap_or_default();
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            if ours.contains(name) && !allowed.contains(&name) {
                problems.push(format!("{}/Cargo.toml: {} must not know {name}", package.name, package.name));
            }
        }
    }
    assert_tidy(&problems);
}

#[test]
fn pure_crates_have_no_runtime_database_or_web() {
    let metadata = metadata();
    let mut problems = Vec::new();
    for package in metadata.workspace_packages() {
        if PURE_CRATES.contains(&package.name.as_str()) {
            let used = everything_used_by(&package.id, &metadata);
            let impure = IMPURE.iter().filter(|name| used.contains(**name));
            problems.extend(impure.map(|name| format!("{}/Cargo.toml: brings {name} in", package.name)));
        }
    }
    assert_tidy(&problems);
}

#[test]
fn pure_crates_have_no_clock_and_no_input_or_output() {
    let pure = |path: &str| PURE_CRATES.iter().any(|name| path.starts_with(&format!("{name}/src/")));
    let words = [&CLOCKS[..], &INPUT_AND_OUTPUT[..]].concat();
    assert_tidy(&mentions(pure, &words, "pure crates take plain values and return plain values"));
}

#[test]
fn threads_and_floats_of_forecasting_stay_where_they_are() {
    let outside = |places: &'static [&'static str]| {
        move |path: &str| {
            path.starts_with("forecasting/src/") && !places.iter().any(|place| path.starts_with(place))
        }
    };
    let threads = outside(&["forecasting/src/uncertainty/"]);
    assert_tidy(&mentions(threads, &["rayon"], "only `uncertainty` runs on several threads"));
    let floats =
        outside(&["forecasting/src/lib.rs", "forecasting/src/uncertainty/", "forecasting/src/levelling/"]);
    assert_tidy(&mentions(floats, &["float_arithmetic"], "money never passes through a float"));
}

#[test]
fn pure_crates_document_every_public_item() {
    let mut problems = Vec::new();
    for name in PURE_CRATES {
        let path = format!("{name}/src/lib.rs");
        let has_lint =
            SOURCES.iter().any(|source| source.path == path && source.text.contains("missing_docs"));
        if !has_lint {
            problems.push(format!("{path}:1: say `#![warn(missing_docs)]`"));
        }
    }
    assert_tidy(&problems);
}

#[test]
fn only_graphql_files_and_the_schema_name_async_graphql() {
    let is_face = |path: &str| {
        path.starts_with("api/src/schema/") || path.ends_with("/graphql.rs") || path.contains("/graphql/")
    };
    let others = |path: &str| in_api(path) && !is_face(path) && !is_module(path, "server");
    let rule = "noun files know nothing of GraphQL: say it in the `graphql` file of the area";
    assert_tidy(&mentions(others, &["async_graphql"], rule));
}

#[test]
fn only_the_server_names_the_web_framework() {
    let others = |path: &str| in_api(path) && !is_module(path, "server");
    let rule = "only `server` speaks HTTP";
    assert_tidy(&mentions(others, &["actix_web", "async_graphql_actix_web", "actix_http"], rule));
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let others = |path: &str| in_api(path) && !is_module(path, "config");
    // The last is how the command line parser is told to read a variable.
    let words = ["env::var", "env::vars", "env::set_var", "std::env::", "env = \""];
    let rule = "settings are read in `config.rs`, which documents and checks them";
    assert_tidy(&mentions(others, &words, rule));
}

#[test]
fn only_the_server_and_the_command_line_read_the_clock() {
    let others = |path: &str| {
        let reads = ["server", "cli", "main"].iter().any(|module| is_module(path, module));
        path.contains("/src/") && !path.starts_with("tests/") && !reads
    };
    // Not `Instant`: how long something took is no moment that a figure could depend on.
    assert_tidy(&mentions(others, &CLOCKS[..3], "the moment comes from the caller"));
}

#[test]
fn an_area_has_three_kinds_of_file() {
    let mut problems = Vec::new();
    for area in AREAS {
        let directory = format!("api/src/{area}/");
        for source in SOURCES.iter().filter(|source| source.path.starts_with(&directory)) {
            let inside = &source.path[directory.len()..];
            if inside.contains('/') && !inside.starts_with("graphql/") {
                let path = &source.path;
                problems
                    .push(format!("{path}:1: an area has mod.rs, graphql files and noun files beside them"));
            }
        }
    }
    assert_tidy(&problems);
}

#[test]
fn every_area_is_everywhere_under_its_own_name() {
    let architecture = read("ARCHITECTURE.md");
    let mut problems = Vec::new();
    for area in AREAS {
        for tree in ["entity/src", "api/src"] {
            if !exists(&format!("{tree}/{area}/mod.rs")) && !exists(&format!("{tree}/{area}.rs")) {
                problems.push(format!("{tree}: the area {area} is missing"));
            }
        }
        if !exists(&format!("tests/api/{area}.rs")) && !exists(&format!("tests/api/{area}/mod.rs")) {
            problems.push(format!("tests/api: the area {area} has no tests"));
        }
        if !migrations().any(|migration| migration.name.contains(area)) {
            problems.push(format!("migration/src: no step is named for the area {area}"));
        }
        if !architecture.contains(&format!("`{area}`")) {
            problems.push(format!("ARCHITECTURE.md: the area `{area}` is not mentioned"));
        }
    }
    assert_tidy(&problems);
}

#[test]
fn every_migration_is_dated_and_listed_in_order() {
    let mut problems = Vec::new();
    for Migration { path, name } in migrations() {
        if !is_dated(&name) {
            problems
                .push(format!("{path}:1: name it mYYYYMMDD_NNNNNN_<area>, with the day it was written on"));
        }
    }
    let names: Vec<String> = migrations().map(|migration| migration.name).collect();
    let list = read("migration/src/lib.rs");
    let listed: Vec<&str> =
        list.lines().filter_map(|line| line.trim().strip_prefix("Box::new(")?.split("::").next()).collect();
    if listed != names {
        problems.push(format!("migration/src/lib.rs: lists {listed:?}, but there are {names:?}"));
    }
    assert_tidy(&problems);
}

#[test]
fn every_file_of_tests_is_run() {
    let main = read("tests/api/main.rs");
    let mut problems = Vec::new();
    for source in SOURCES.iter().filter(|source| source.path.starts_with("tests/api/")) {
        let inside = source.path["tests/api/".len()..].trim_end_matches("/mod.rs").trim_end_matches(".rs");
        if inside != "main" && !inside.contains('/') && !main.contains(&format!("mod {inside};")) {
            problems.push(format!("tests/api/main.rs: say `mod {inside};`, or its tests do not run"));
        }
    }
    assert_tidy(&problems);
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let mut problems = Vec::new();
    for source in SOURCES.iter().filter(|source| source.path.ends_with(".rs")) {
        let lines = source.text.lines().count();
        if lines > LINES_MAX {
            problems.push(format!("{}:{lines}: has {lines} lines, at most {LINES_MAX}", source.path));
        }
    }
    assert_tidy(&problems);
}

#[test]
fn nothing_is_left_for_later() {
    let mut problems = Vec::new();
    // This file has to say the words.
    for source in SOURCES.iter().filter(|source| source.path != "tests/api/tidy.rs") {
        for (number, line) in source.text.lines().enumerate() {
            for word in UNFINISHED.iter().filter(|word| contains_word(line, word)) {
                let path = &source.path;
                problems
                    .push(format!("{path}:{}: `{word}`: finish it, or write it down as planned", number + 1));
            }
        }
    }
    assert_tidy(&problems);
}

/// A file of the project, its path from the top with `/` between.
struct Source {
    path: String,
    text: String,
}

/// Every file that people write: code, scripts and prose.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let mut sources = Vec::new();
    collect(&root(), &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 20, "found only {} files below {}", sources.len(), root().display());
    sources
});

fn collect(directory: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if !["target", ".git", ".plinth", "node_modules"].contains(&name) {
                collect(&path, sources);
            }
        } else if is_written_by_people(&path) {
            let inside = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            sources.push(Source { path: inside, text: fs::read_to_string(&path).unwrap() });
        }
    }
}

fn is_written_by_people(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let script =
        path.ends_with("Makefile") || path.parent().is_some_and(|parent| parent.ends_with("scripts"));
    script || matches!(extension, Some("rs" | "md" | "toml" | "sh" | "graphql"))
}

/// Where code, comments left out, of the files that `of` picks says one of the words.
fn mentions(of: impl Fn(&str) -> bool, words: &[&str], rule: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for source in SOURCES.iter().filter(|source| source.path.ends_with(".rs") && of(&source.path)) {
        for (number, line) in source.text.lines().enumerate() {
            for word in words.iter().filter(|word| contains_word(code(line), word)) {
                problems.push(format!("{}:{}: `{word}`: {rule}", source.path, number + 1));
            }
        }
    }
    problems
}

/// A line without its comment.
fn code(line: &str) -> &str {
    if line.trim_start().starts_with("//") {
        return "";
    }
    line.split_once(" //").map_or(line, |(code, _)| code)
}

/// Whether the word stands by itself: `tokio` is not in `tokio_util`.
fn contains_word(line: &str, word: &str) -> bool {
    let continues =
        |neighbour: Option<char>| neighbour.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let begins = word.starts_with(char::is_alphanumeric);
        let ends = word.ends_with(char::is_alphanumeric);
        !(begins && continues(before) || ends && continues(after))
    })
}

fn in_api(path: &str) -> bool {
    path.starts_with("api/src/")
}

/// Whether the file is the top module `name` of `api`, or a part of it.
fn is_module(path: &str, name: &str) -> bool {
    path == format!("api/src/{name}.rs") || path.starts_with(&format!("api/src/{name}/"))
}

/// A step in the history of the database.
struct Migration {
    path: &'static str,
    /// The file's name without its ending.
    name: String,
}

/// The steps, by name.
fn migrations() -> impl Iterator<Item = Migration> {
    let files = SOURCES.iter().filter(|source| {
        source.path.starts_with("migration/src/") && source.text.contains("impl MigrationTrait for")
    });
    files.map(|source| {
        let name = Path::new(&source.path).file_stem().unwrap().to_str().unwrap().to_owned();
        Migration { path: &source.path, name }
    })
}

/// Whether a name is `mYYYYMMDD_NNNNNN_` and a word.
fn is_dated(name: &str) -> bool {
    let mut parts = name.splitn(3, '_');
    let (Some(date), Some(number), Some(what)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let date = date.strip_prefix('m').and_then(|date| chrono::NaiveDate::parse_from_str(date, "%Y%m%d").ok());
    let numbered = number.len() == 6 && number.chars().all(|digit| digit.is_ascii_digit());
    date.is_some() && numbered && AREAS.iter().any(|area| what.starts_with(area))
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        // Crates for other systems may never have been fetched.
        .other_options(["--locked", "--filter-platform", "host-tuple"].map(String::from))
        .exec()
        .unwrap()
}

/// The names of all crates that a crate is built from.
fn everything_used_by(package: &PackageId, metadata: &Metadata) -> BTreeSet<String> {
    let graph = metadata.resolve.as_ref().unwrap();
    let nodes: HashMap<&PackageId, _> = graph.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut reached = HashSet::from([package]);
    let mut open = vec![package];
    while let Some(id) = open.pop() {
        for dependency in &nodes[id].deps {
            let is_built = dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development);
            if is_built && reached.insert(&dependency.pkg) {
                open.push(&dependency.pkg);
            }
        }
    }
    reached.into_iter().map(|id| metadata[id].name.to_string()).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn exists(path: &str) -> bool {
    root().join(path).is_file()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

#[track_caller]
fn assert_tidy(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
