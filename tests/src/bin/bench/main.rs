//! `bench`: what the server costs, beside the least that a server could do.
//!
//! Run through `make bench`. `bench queries` prints processor time per request, of the server and of PostgreSQL
//! together with that of a bare handler which sends what `json_agg` made (the yardstick), in interleaved rounds of one
//! run; then the roadmap, bulk writing and the cold start. `bench roadmap` prints how a roadmap grows with its estate,
//! `bench graph` what questions of the dependency graph cost over GraphQL, `bench observations` what the months of
//! capacity pools cost with ten million observations.
//! Times of the wall depend on what else the machine does; ratios inside one run are what counts.
#![expect(clippy::expect_used, reason = "a bench that cannot go on stops")]

mod graph;
mod growth;
mod observations;
mod process;
mod queries;
mod yardstick;

use std::{env, time::Instant};

use process::{Running, cpu_seconds, free_port, plinth};
use queries::{QUERIES, Query};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

const ASSETS: u32 = 50_000;
const ROADMAP_ASSETS: u32 = 100_000;
const ROUNDS: usize = 7;
const SECRET: &str = "a secret of the bench, longer than thirty-two bytes";

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = env::args().collect();
    if let [_, command, url, port] = arguments.as_slice()
        && command == "yardstick"
    {
        yardstick::serve(url, port.parse().expect("a port")).await;
        return;
    }
    match arguments.get(1).map(String::as_str) {
        Some("queries") => on_postgres().await,
        Some("roadmap") => {
            let sizes = arguments[2..].iter().map(|size| size.parse().expect("a number of assets"));
            growth::measure(&sizes.collect::<Vec<u32>>()).await;
        }
        Some("graph") => {
            let server_url =
                env::var("PLINTH_TEST_POSTGRES_URL").expect("run `make bench`, which starts PostgreSQL");
            let admin = Database::connect(&server_url).await.expect("PostgreSQL answers");
            let sizes = arguments[2..].iter().map(|size| size.parse().expect("a number of assets"));
            let sizes: Vec<u32> = sizes.collect();
            for assets in if sizes.is_empty() { &graph::SIZES[..] } else { &sizes } {
                let url = fresh(&admin, &server_url, "plinth_bench_graph").await;
                graph::measure(&url, *assets).await;
            }
        }
        Some("observations") => {
            let server_url =
                env::var("PLINTH_TEST_POSTGRES_URL").expect("run `make bench`, which starts PostgreSQL");
            let admin = Database::connect(&server_url).await.expect("PostgreSQL answers");
            let url = fresh(&admin, &server_url, "plinth_bench_observations").await;
            observations::measure(&url).await;
        }
        _ => panic!(
            "say `bench queries`, `bench roadmap [ASSETS…]`, `bench graph [ASSETS…]` or `bench observations`, or run \
             `make bench`"
        ),
    }
}

async fn on_postgres() {
    let server_url = env::var("PLINTH_TEST_POSTGRES_URL").expect("run `make bench`, which starts PostgreSQL");
    let admin = Database::connect(&server_url).await.expect("PostgreSQL answers");
    println!("\n# Queries: {ASSETS} assets on PostgreSQL, CPU milliseconds per request\n");
    let url = fresh(&admin, &server_url, "plinth_bench").await;
    fill(&url, ASSETS);
    queries(&url).await;
    println!("\n# Roadmap: {ROADMAP_ASSETS} assets, 36 months, by site\n");
    let url = fresh(&admin, &server_url, "plinth_bench_roadmap").await;
    fill(&url, ROADMAP_ASSETS);
    roadmap(&url).await;
}

/// An empty, migrated database.
async fn fresh(admin: &DatabaseConnection, server_url: &str, name: &str) -> String {
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.expect("dropped");
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("created");
    let (before, after) =
        server_url.split_once("/postgres?").expect("the address names the database postgres");
    let url = format!("{before}/{name}?{after}");
    assert!(plinth(&["migrate", "up"], &url).status.success(), "the migrations apply");
    url
}

fn fill(url: &str, assets: u32) {
    fill_with(url, assets, &[]);
}

fn fill_with(url: &str, assets: u32, more: &[&str]) {
    let started = Instant::now();
    let output = plinth(&[&["demo", "--assets", &assets.to_string()], more].concat(), url);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stderr);
    println!("demo --assets {assets}: {:.1} s", started.elapsed().as_secs_f64());
    println!("{}", said.lines().last().unwrap_or_default());
}

struct Bench {
    client: reqwest::Client,
    db: DatabaseConnection,
    plinth: Running,
    yardstick: Running,
    token: String,
}

impl Bench {
    async fn start(url: &str) -> Self {
        let client = reqwest::Client::new();
        let started = Instant::now();
        let port = free_port();
        let plinth = Running::plinth(url, port);
        plinth.wait(&client, "/readyz").await;
        println!("cold start of serve, to ready: {:.0} ms", started.elapsed().as_secs_f64() * 1e3);
        let yardstick = Running::yardstick(url, free_port());
        yardstick.wait(&client, "/ready").await;
        let output = process::plinth(&["token", "--role", "director"], url);
        let token = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let db = Database::connect(url).await.expect("the database answers");
        Self { client, db, plinth, yardstick, token }
    }

    /// Sends a GraphQL query and refuses answers with errors.
    async fn ask(&self, body: &serde_json::Value) -> serde_json::Value {
        self.ask_of(&self.plinth, body).await
    }

    /// The same of another server.
    async fn ask_of(&self, server: &Running, body: &serde_json::Value) -> serde_json::Value {
        understood(&self.send_to(server, body).await)
    }

    async fn send(&self, body: &serde_json::Value) -> String {
        self.send_to(&self.plinth, body).await
    }

    async fn send_to(&self, server: &Running, body: &serde_json::Value) -> String {
        let request = self.client.post(server.address("/graphql")).bearer_auth(&self.token).json(body);
        request.send().await.expect("an answer").text().await.expect("a body")
    }

    /// Asks for a report as a file, and refuses what is none.
    async fn report(&self, path: &str) -> serde_json::Value {
        let request = self.client.get(self.plinth.address(path)).bearer_auth(&self.token);
        let answer = request.send().await.expect("an answer").text().await.expect("a body");
        understood(&answer)
    }

    async fn fetch(&self, path: &str) -> usize {
        let answer = self.client.get(self.yardstick.address(path)).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.bytes().await.expect("a body").len()
    }

    /// Processor seconds so far of the backends of this database.
    async fn backends(&self) -> f64 {
        let statement =
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let rows = self
            .db
            .query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, statement))
            .await
            .expect("the activity");
        let pids = rows.iter().map(|row| row.try_get_by_index::<i32>(0).expect("a process"));
        pids.map(|pid| cpu_seconds(pid.unsigned_abs())).sum()
    }
}

fn understood(answer: &str) -> serde_json::Value {
    let answer: serde_json::Value = serde_json::from_str(answer).expect("JSON");
    assert!(answer.get("errors").is_none(), "{answer}");
    answer
}

async fn queries(url: &str) {
    let bench = Bench::start(url).await;
    println!(
        "\n| query | Plinth | of it PostgreSQL | yardstick | of it PostgreSQL | ratio |\n|---|---|---|---|---|---|"
    );
    for query in QUERIES {
        let (body, path) = query.prepare(&bench).await;
        let mut ours = Vec::new();
        let mut theirs = Vec::new();
        measure_ours(&bench, query, &body).await;
        measure_yardstick(&bench, query, &path).await;
        for _ in 0..ROUNDS {
            ours.push(measure_ours(&bench, query, &body).await);
            theirs.push(measure_yardstick(&bench, query, &path).await);
        }
        let (ours, ours_sql) = median(ours);
        let (theirs, theirs_sql) = median(theirs);
        let ratio = ours / theirs;
        println!(
            "| {} | {ours:.2} | {ours_sql:.2} | {theirs:.2} | {theirs_sql:.2} | {ratio:.2} |",
            query.name
        );
    }
    println!("\nresident memory of the server: {} MB", bench.plinth.resident_megabytes());
}

async fn measure_ours(bench: &Bench, query: &Query, body: &serde_json::Value) -> (f64, f64) {
    let (server, sql) = (bench.plinth.cpu_seconds(), bench.backends().await);
    for _ in 0..query.requests {
        bench.ask(body).await;
    }
    per_request(bench.plinth.cpu_seconds() - server, bench.backends().await - sql, query.requests)
}

async fn measure_yardstick(bench: &Bench, query: &Query, path: &str) -> (f64, f64) {
    let (server, sql) = (bench.yardstick.cpu_seconds(), bench.backends().await);
    for _ in 0..query.requests {
        bench.fetch(path).await;
    }
    per_request(bench.yardstick.cpu_seconds() - server, bench.backends().await - sql, query.requests)
}

/// Milliseconds of both processes together, and of PostgreSQL alone.
fn per_request(server: f64, sql: f64, requests: u32) -> (f64, f64) {
    let each = 1e3 / f64::from(requests);
    ((server + sql) * each, sql * each)
}

fn median(mut rounds: Vec<(f64, f64)>) -> (f64, f64) {
    rounds.sort_by(|one, other| one.0.total_cmp(&other.0));
    rounds[rounds.len() / 2]
}

async fn roadmap(url: &str) {
    let bench = Bench::start(url).await;
    let before = bench.plinth.resident_megabytes();
    let body = serde_json::json!({ "query": queries::ROADMAP });
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let answer = bench.send(&body).await;
        ours.push(started.elapsed().as_secs_f64());
        understood(&answer);
        let started = Instant::now();
        bench.fetch("/columns").await;
        theirs.push(started.elapsed().as_secs_f64());
    }
    ours.sort_by(f64::total_cmp);
    theirs.sort_by(f64::total_cmp);
    let (ours, theirs) = (ours[ROUNDS / 2], theirs[ROUNDS / 2]);
    println!(
        "roadmap: {:.0} ms; reading the same columns: {:.0} ms; ratio {:.2}",
        ours * 1e3,
        theirs * 1e3,
        ours / theirs
    );
    println!(
        "resident memory: {before} MB before, {} MB after {ROUNDS} roadmaps",
        bench.plinth.resident_megabytes()
    );
}
