//! `plinth demo`: the demo estate, in any size.

use std::{io::IsTerminal, time::Duration};

use clap::Args;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::{DatabaseSettings, Failure, Ids, connect, output};
use crate::{
    demo::{self, Scale, Summary},
    error::{Error, Result},
    store::Store,
};

#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// Assets in all, from 100 to 1,000,000; without it, the 3,000 of the standard estate.
    #[arg(long, value_name = "N", default_value_t = demo::STANDARD_ASSETS, value_parser = parse_assets)]
    assets: u32,
    /// Another number gives another estate; the same number always gives the same.
    #[arg(long, value_name = "N", default_value_t = Scale::default().seed)]
    seed: u64,
    /// Divisions of the company, with nine sites each; one for every 3,000 assets when left out.
    #[arg(long, value_name = "N")]
    divisions: Option<u32>,
}

/// Applies outstanding migrations and writes the estate, or nothing of it.
pub(super) async fn run(arguments: &DemoArguments, database: &DatabaseSettings) -> Result<(), Failure> {
    let store = connect(database, Ids::random()).await?;
    migration::up(store.pool(), None).await?;
    let scale = Scale { assets: arguments.assets, seed: arguments.seed };
    let divisions = arguments.divisions.unwrap_or(scale.divisions());
    let summary = load(&store, scale, divisions).await.map_err(refused)?;
    store.close().await;
    output::tell(&told(&summary));
    Ok(())
}

/// Writes the standard estate, unless the database holds something already.
pub(super) async fn load_standard(store: &Store) -> Result<()> {
    match demo::contents(store).await? {
        Some(found) => tracing::info!("the database holds {found}, so the demo estate is not written"),
        None => {
            let scale = Scale::default();
            let summary = load(store, scale, scale.divisions()).await?;
            tracing::info!("{}", told(&summary));
        }
    }
    Ok(())
}

async fn load(store: &Store, scale: Scale, divisions: u32) -> Result<Summary> {
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(scale.assets.into())
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} assets, {eta} left")
    {
        bar.set_style(style);
    }
    let written = demo::load_divided(store, scale, divisions, |assets| bar.set_position(assets)).await;
    bar.finish_and_clear();
    written
}

/// What the demo says of its size, in the words of the command line.
fn refused(cause: Error) -> Failure {
    match cause {
        Error::Invalid { field, message } if field == "divisions" => {
            Failure::Usage(vec![format!("--divisions: {message}")])
        }
        other => other.into(),
    }
}

/// What was written, and how fast.
fn told(summary: &Summary) -> String {
    let Summary { sites, assets, rows, assets_took, took } = *summary;
    format!(
        "{} assets at {} sites, {} rows in all, in {:.1} s: {} assets and {} rows a second",
        HumanCount(assets),
        HumanCount(sites),
        HumanCount(rows),
        took.as_secs_f64(),
        HumanCount(rate(assets, assets_took)),
        HumanCount(rate(rows, took)),
    )
}

fn rate(count: u64, took: Duration) -> u64 {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000_000) / micros
}

fn parse_assets(text: &str) -> std::result::Result<u32, String> {
    let range = demo::ASSETS;
    text.parse()
        .ok()
        .filter(|assets| range.contains(assets))
        .ok_or_else(|| format!("is not a whole number from {} to {}", range.start(), range.end()))
}
