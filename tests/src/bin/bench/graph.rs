//! Questions of the dependency graph over GraphQL, in a large estate on PostgreSQL: what they cost while nothing
//! changes, after a change of one row, and on a server that has just begun.

use std::time::Instant;

use serde_json::{Value, json};

use super::{Bench, fill, per_request};

/// Assets of the estate, where nobody says.
pub const ASSETS: u32 = 100_000;

/// Questions of a round.
const QUESTIONS: u32 = 200;

/// Changes, each followed by a question.
const CHANGES: u32 = 20;

/// What is asked of an outage: its roll-ups, and the first page of what is affected.
const IMPACT: &str = "query Impact($of: [ID!]!) { impact(of: $of) {
    affected(first: 50) { totalCount nodes { item { name } status steps reason { item { name } link } } }
    rollUp { blastRadius services { tier status count } users { status users }
        revenuePerHour { amounts { amount currency } } contracts { contract { name } isAffected }
        assets { count } sites { site { name } } owners { owner } }
    graph { revision nodes edges } hidden } }";

const GRAPH: &str = "{ graph { revision nodes edges } }";

/// Prints a line for each kind of question.
pub async fn measure(url: &str, assets: u32) {
    println!("\n# Graph over GraphQL: {assets} assets on PostgreSQL\n");
    fill(url, assets);
    let bench = Bench::start(url).await;
    let before = bench.plinth.resident_megabytes();
    let (server, sql, started) = (bench.plinth.cpu_seconds(), bench.backends().await, Instant::now());
    let graph = bench.ask(&json!({ "query": GRAPH })).await["data"]["graph"].clone();
    let wall = started.elapsed().as_secs_f64() * 1e3;
    let (both, sql) = per_request(bench.plinth.cpu_seconds() - server, bench.backends().await - sql, 1);
    println!("{} items, {} edges", graph["nodes"], graph["edges"]);
    println!(
        "\n| question | ms of the wall | CPU ms, with PostgreSQL | of it PostgreSQL |\n|---|---|---|---|"
    );
    println!("| reload cold | {wall:.0} | {both:.0} | {sql:.0} |");
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
    println!("\nresident memory: {before} MB before, {} MB after", bench.plinth.resident_megabytes());
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
    let register = "mutation($name: String!) { registerService(input: { name: $name, kind: APPLICATION,
        details: { tier: 1, owner: \"Bench\", users: 100 } }) { id } }";
    let answer = bench.ask(&json!({ "query": register, "variables": { "name": name } })).await;
    text(&answer["data"]["registerService"]["id"])
}

async fn depend(bench: &Bench, from: &str, to: &str) {
    let record = "mutation($from: ID!, $to: ID!) {
        recordDependency(input: { from: $from, to: $to, kind: RUNS_ON }) { id } }";
    bench.ask(&json!({ "query": record, "variables": { "from": from, "to": to } })).await;
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
