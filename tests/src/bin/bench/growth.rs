//! How a roadmap grows with its estate: all three views over 36 months at nine sites, from an SQLite file, beside the
//! reading of the same columns.

use std::time::Instant;

use super::{Bench, fill_with};

/// A tenth, the whole, and ten times it.
const SIZES: [u32; 3] = [10_000, 100_000, 1_000_000];

/// Rounds of each, of which the middle one counts.
const ROUNDS: usize = 3;

const REPORT: &str =
    "/export/roadmap.json?from=2026-11&months=36&currency=USD&asOf=2026-11-02&groupBy=SITE&columns=YEARS";

/// What was measured of an estate.
struct Point {
    assets: u32,
    seconds: f64,
}

/// Prints a line for each size, and how time grew between them.
pub async fn measure(sizes: &[u32]) {
    let sizes = if sizes.is_empty() { &SIZES } else { sizes };
    println!("\n# Roadmap: 36 months at nine sites, all three views, from an SQLite file\n");
    let mut lines = Vec::new();
    let mut points: Vec<Point> = Vec::new();
    for assets in sizes {
        let (line, point) = of_size(*assets).await;
        lines.push(line);
        points.push(point);
    }
    println!(
        "\n| assets | roadmap ms | assets a second | ms per 1,000 assets | same columns ms | ratio | idle MB | peak MB |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    lines.iter().for_each(|line| println!("{line}"));
    println!();
    for pair in points.windows(2) {
        let [before, after] = pair else { continue };
        println!(
            "from {} to {} assets: {:.2} times the assets, {:.2} times the time",
            before.assets,
            after.assets,
            f64::from(after.assets) / f64::from(before.assets),
            after.seconds / before.seconds
        );
    }
}

async fn of_size(assets: u32) -> (String, Point) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("bench.sqlite").display());
    fill_with(&url, assets, &["--divisions", "1"]);
    let bench = Bench::start(&url).await;
    let idle = bench.plinth.resident_megabytes();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let answer = bench.report(REPORT).await;
        ours.push(started.elapsed().as_secs_f64());
        require_whole(&answer);
        let started = Instant::now();
        bench.fetch("/columns").await;
        theirs.push(started.elapsed().as_secs_f64());
    }
    ours.sort_by(f64::total_cmp);
    theirs.sort_by(f64::total_cmp);
    let (seconds, reading) = (ours[ROUNDS / 2], theirs[ROUNDS / 2]);
    let count = f64::from(assets);
    let line = format!(
        "| {assets} | {:.0} | {:.0} | {:.2} | {:.0} | {:.2} | {idle} | {} |",
        seconds * 1e3,
        count / seconds,
        seconds * 1e6 / count,
        reading * 1e3,
        seconds / reading,
        bench.plinth.peak_megabytes()
    );
    (line, Point { assets, seconds })
}

/// Refuses an answer that lacks a view or a site: it would be quick for the wrong reason.
fn require_whole(answer: &serde_json::Value) {
    let sheets = answer["sheets"].as_array().expect("the views");
    for view in ["COMMITMENT", "CASH", "PNL"] {
        let sheet = sheets.iter().find(|sheet| sheet["name"] == view).expect("every view");
        let rows = sheet["rows"].as_array().expect("its rows");
        let sites: std::collections::BTreeSet<&str> =
            rows.iter().filter_map(|row| row["site"].as_str()).collect();
        assert_eq!(sites.len(), SITES, "{view}: {sites:?}");
    }
}

/// Sites of a division.
const SITES: usize = 9;
