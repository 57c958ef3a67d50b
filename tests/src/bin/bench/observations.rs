//! How the months of capacity pools stay as quick as they are while observations become many, on PostgreSQL.

use std::time::Instant;

use sea_orm::ConnectionTrait;
use serde_json::json;

use super::Bench;

/// Pools that all observations are about.
const POOLS: usize = 100;

/// How far apart observations are, and what they come to in three years: about a hundred thousand, two and a half
/// million and ten million.
const STEPS: [&str; 3] = ["1 day", "1 hour", "15 minutes"];

/// Questions of a round.
const QUESTIONS: u32 = 100;

/// Observations of one request that records some.
const RECORDED: usize = 1_000;

const FIRST: &str = "2023-07-01";
const LAST: &str = "2026-06-30 23:59";

const MONTHS: &str = "query Months($pool: ID!) { capacityPool(id: $pool) {
    used { quantity on } months(from: \"2023-07\", months: 36) { month peak p95 daysObserved isComplete } } }";

const RECORD: &str = "mutation Record($pool: ID!, $observations: [CapacityObservationInput!]!) {
    recordCapacityObservations(pool: $pool, unit: TERABYTE, observations: $observations) { recorded } }";

/// Prints a line for each number of observations.
pub async fn measure(url: &str) {
    println!("\n# Observations: the months of one of {POOLS} pools over three years, on PostgreSQL\n");
    let bench = Bench::start(url).await;
    let mut pools = Vec::new();
    for number in 0..POOLS {
        let text = format!(
            "mutation {{ createCapacityPool(input: {{ name: \"Pool {number}\", resource: STORAGE, unit: TERABYTE,
                details: {{ raw: \"4000\", usable: \"3000\", plannable: \"2400\" }} }}) {{ id }} }}"
        );
        let made = bench.ask(&json!({ "query": text })).await;
        pools.push(made["data"]["createCapacityPool"]["id"].clone());
    }
    println!("| observations | months: ms of the wall | CPU ms of the server | recorded a second |");
    println!("|---|---|---|---|");
    for (round, step) in STEPS.into_iter().enumerate() {
        fill(&bench, step).await;
        let count = count(&bench).await;
        let question = |pool: &serde_json::Value| json!({ "query": MONTHS, "variables": { "pool": pool } });
        for pool in &pools {
            bench.ask(&question(pool)).await;
        }
        let (server, started) = (bench.plinth.cpu_seconds(), Instant::now());
        for number in 0..QUESTIONS as usize {
            bench.ask(&question(&pools[number % POOLS])).await;
        }
        let wall = started.elapsed().as_secs_f64() * 1e3 / f64::from(QUESTIONS);
        let server = (bench.plinth.cpu_seconds() - server) * 1e3 / f64::from(QUESTIONS);
        let started = Instant::now();
        record(&bench, &pools, round).await;
        let recorded = (RECORDED * 10) as f64 / started.elapsed().as_secs_f64();
        println!("| {count} | {wall:.2} | {server:.2} | {recorded:.0} |");
    }
}

/// Puts observations of three years into the tables, with what they come to by day, as recording them does.
async fn fill(bench: &Bench, step: &str) {
    let observations = format!(
        "INSERT INTO capacity_observation (pool_id, at, value)
         SELECT pool.id, at, (1000 + 30 * (extract(epoch FROM at - '{FIRST}+00') / 2592000)
             + 5 * sin(extract(epoch FROM at) / 3600))::bigint * 1000000
         FROM capacity_pool pool, generate_series('{FIRST}+00'::timestamptz, '{LAST}+00', '{step}') at
         ON CONFLICT DO NOTHING"
    );
    let days = "INSERT INTO capacity_day (pool_id, day, peak, sum, count, first_at, last_at)
         SELECT pool_id, (at AT TIME ZONE 'UTC')::date, max(value), sum(value), count(*), min(at), max(at)
         FROM capacity_observation GROUP BY 1, 2";
    for statement in [&observations, "DELETE FROM capacity_day", days, "ANALYZE"] {
        bench.db.execute_unprepared(statement).await.expect("observations");
    }
}

async fn count(bench: &Bench) -> i64 {
    let statement = "SELECT count(*) FROM capacity_observation";
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, statement);
    let row = bench.db.query_one_raw(statement).await.expect("a count").expect("a row");
    row.try_get_by_index(0).expect("a number")
}

/// Ten requests with observations at instants that nobody has recorded.
async fn record(bench: &Bench, pools: &[serde_json::Value], round: usize) {
    for (request, pool) in pools.iter().enumerate().take(10) {
        let observation = |second: usize| {
            let (minute, second) = (second / 60, second % 60);
            json!({ "at": format!("2026-06-{:02}T{:02}:{minute:02}:{second:02}.5Z", request + 1, round + 1), "value": "1" })
        };
        let observations: Vec<_> = (0..RECORDED).map(observation).collect();
        let variables = json!({ "pool": pool, "observations": observations });
        bench.ask(&json!({ "query": RECORD, "variables": variables })).await;
    }
}
