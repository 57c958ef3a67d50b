//! Questions of the dependency graph over GraphQL, in a large estate on PostgreSQL: what they cost while nothing
//! changes, after a change of one row, and on a server that has just begun.

use std::time::Instant;

use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};

use super::{Bench, Running, fill, free_port, per_request};

/// Assets of the estates, where nobody says.
pub const SIZES: [u32; 2] = [100_000, 1_000_000];

/// Questions of a round.
const QUESTIONS: u32 = 200;

/// Changes, each followed by a question.
const CHANGES: u32 = 20;

/// Changes on one server that another one is asked about at once.
const SEEN_CHANGES: usize = 300;

/// What is asked of an outage: its roll-ups, and the first page of what is affected.
const IMPACT: &str = "query Impact($of: [ID!]!) { impact(of: $of) {
    affected(first: 50) { totalCount nodes { item { name } status steps reason { item { name } link } } }
    rollUp { blastRadius services { tier status count } users { status users }
        revenuePerHour { amounts { amount currency } } contracts { contract { name } isAffected }
        assets { count } sites { site { name } } owners { owner } }
    graph { revision nodes edges } hidden } }";

const GRAPH: &str = "{ graph { revision nodes edges } }";

/// Racks every asset, gives every rack a feed of each side, and lets every fourth asset need four others, so that there
/// are nearly five edges to an item. Nothing listens yet, so nothing is written down for those who do.
const WIRING: &str = include_str!("wiring.sql");

/// Prints a line for each kind of question.
pub async fn measure(url: &str, assets: u32) {
    println!("\n# Graph over GraphQL: {assets} assets on PostgreSQL\n");
    fill(url, assets);
    wire(url).await;
    let bench = Bench::start(url).await;
    let (sql, started) = (bench.backends().await, Instant::now());
    let graph = bench.ask(&json!({ "query": GRAPH })).await["data"]["graph"].clone();
    let wall = started.elapsed().as_secs_f64() * 1e3;
    // The server reads the graph when it starts, so all that it has done so far is part of it.
    let (both, sql) = per_request(bench.plinth.cpu_seconds(), bench.backends().await - sql, 1);
    println!("{} items, {} edges", graph["nodes"], graph["edges"]);
    println!(
        "\n| question | ms of the wall | CPU ms, with PostgreSQL | of it PostgreSQL |\n|---|---|---|---|"
    );
    println!(
        "| start, and what is left to read of the graph once it is ready | {wall:.0} | {both:.0} | {sql:.0} |"
    );
    let host = host(&bench).await;
    let body = json!({ "query": IMPACT, "variables": { "of": [host] } });
    bench.ask(&body).await;
    line(&bench, "impact of a host, nothing changed", QUESTIONS, async |_| {
        bench.ask(&body).await;
    })
    .await;
    line(&bench, "the cheapest question: the version of the server", QUESTIONS, async |_| {
        bench.ask(&json!({ "query": "{ serverVersion }" })).await;
    })
    .await;
    line(&bench, "one new dependency, and impact of a host", CHANGES, async |round| {
        let service = service(&bench, &format!("Bench {round}")).await;
        depend(&bench, &service, &host).await;
        bench.ask(&body).await;
    })
    .await;
    println!("\nresident memory: {} MB", bench.plinth.resident_megabytes());
    seen_elsewhere(&bench, url).await;
}

async fn wire(url: &str) {
    let db = Database::connect(url).await.expect("PostgreSQL answers");
    db.execute_unprepared(WIRING).await.expect("the assets are wired");
    db.close().await.expect("the connection is closed");
}

/// How long it takes another server to answer with what was committed on this one, from the answer to the change on.
async fn seen_elsewhere(bench: &Bench, url: &str) {
    let other = Running::plinth(url, free_port());
    other.wait(&bench.client, "/readyz").await;
    let question = json!({ "query": GRAPH });
    bench.ask_of(&other, &question).await;
    let mut waits = Vec::with_capacity(SEEN_CHANGES);
    for round in 0..SEEN_CHANGES {
        let (_, revision) = registered(bench, &format!("Seen {round}")).await;
        let committed = Instant::now();
        while bench.ask_of(&other, &question).await["data"]["graph"]["revision"].as_i64() < revision {}
        waits.push(committed.elapsed().as_secs_f64() * 1e3);
    }
    waits.sort_by(f64::total_cmp);
    let at = |part: usize| waits[(waits.len() * part / 100).min(waits.len() - 1)];
    println!(
        "a commit in an answer of another server: {:.1} ms (p50), {:.1} ms (p99), {:.1} ms at most, of {} commits",
        at(50),
        at(99),
        at(100),
        waits.len()
    );
}

async fn line(bench: &Bench, name: &str, times: u32, ask: impl AsyncFn(u32)) {
    let (server, sql, started) = (bench.plinth.cpu_seconds(), bench.backends().await, Instant::now());
    for round in 0..times {
        ask(round).await;
    }
    let wall = started.elapsed().as_secs_f64() * 1e3 / f64::from(times);
    let (both, sql) = per_request(bench.plinth.cpu_seconds() - server, bench.backends().await - sql, times);
    println!("| {name} | {wall:.2} | {both:.2} | {sql:.2} |");
}

/// An ordinary host: three services need it.
async fn host(bench: &Bench) -> String {
    let assets = "{ assets(first: 1, filter: { status: { eq: IN_SERVICE } }) { nodes { id } } }";
    let answer = bench.ask(&json!({ "query": assets })).await;
    let host = text(&answer["data"]["assets"]["nodes"][0]["id"]);
    for name in ["Shop", "Desk", "Books"] {
        let service = service(bench, name).await;
        depend(bench, &service, &host).await;
    }
    host
}

async fn service(bench: &Bench, name: &str) -> String {
    registered(bench, name).await.0
}

/// A new service, and the revision that the graph came to with it.
async fn registered(bench: &Bench, name: &str) -> (String, Option<i64>) {
    let register = "mutation($name: String!) { registerService(input: { name: $name, kind: APPLICATION,
        details: { tier: 1, owner: \"Bench\", users: 100 } }) { id } }";
    let answer = bench.ask(&json!({ "query": register, "variables": { "name": name } })).await;
    (text(&answer["data"]["registerService"]["id"]), answer["extensions"]["graphRevision"].as_i64())
}

async fn depend(bench: &Bench, from: &str, to: &str) {
    let record = "mutation($from: ID!, $to: ID!) {
        recordDependency(input: { from: $from, to: $to, kind: RUNS_ON }) { id } }";
    bench.ask(&json!({ "query": record, "variables": { "from": from, "to": to } })).await;
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
