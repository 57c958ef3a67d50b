//! How much of a result rests on dependencies that are stale or unsure.

use chrono::{Days, NaiveDate};
use entity::id::DependencyId;
use rust_decimal::Decimal;

use super::{graph::Estate, recorded::Recorded, rows::DependencyRow};
use crate::error::{Error, Result};

/// Which dependencies are doubtful.
#[derive(Clone, Copy, Debug)]
pub struct Doubts {
    /// Days after which one that was last seen is stale.
    pub stale_after_days: u32,
    /// The day on which it has to have been seen since.
    pub seen_since: NaiveDate,
    /// The least confidence.
    pub minimum_confidence: Decimal,
}

/// How much of a result is doubtful.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// The edges that it rests on.
    pub edges: u64,
    /// Those of them that are on record; the others follow from inventory and contracts.
    pub recorded: u64,
    /// Those that were last seen too long ago.
    pub stale: u64,
    /// Those that are not sure enough.
    pub unsure: u64,
    /// Those that are either, each once, with what is wrong.
    pub doubtful: Vec<(DependencyId, String)>,
}

impl Doubts {
    /// What is doubtful as seen from a day.
    ///
    /// # Errors
    /// `Invalid` for days below zero, or more than there are before that day, and for a confidence that is no fraction.
    pub fn of(as_of: NaiveDate, stale_after_days: i32, minimum_confidence: Decimal) -> Result<Self> {
        let days = u32::try_from(stale_after_days).map_err(|_| {
            Error::invalid("staleAfterDays", format!("{stale_after_days} is below the least, 0"))
        })?;
        if minimum_confidence < Decimal::ZERO || minimum_confidence > Decimal::ONE {
            let message = format!("{minimum_confidence} is not between 0 and 1");
            return Err(Error::invalid("minimumConfidence", message));
        }
        let Some(seen_since) = as_of.checked_sub_days(Days::new(u64::from(days))) else {
            let message = format!("{days} days before {as_of} is no day");
            return Err(Error::invalid("staleAfterDays", message));
        };
        Ok(Self { stale_after_days: days, seen_since, minimum_confidence })
    }

    /// Why a dependency is stale, where it is.
    #[must_use]
    pub fn stale(&self, row: &DependencyRow) -> Option<String> {
        let last = row.detail.last_seen_on.filter(|last| *last < self.seen_since)?;
        Some(format!("last seen on {last}, more than {} days ago", self.stale_after_days))
    }

    /// Why a dependency is not sure enough, where it is not.
    #[must_use]
    pub fn unsure(&self, row: &DependencyRow) -> Option<String> {
        let confidence = row.detail.confidence?.to_decimal().normalize();
        let least = self.minimum_confidence.normalize();
        (confidence < least).then(|| format!("sure to {confidence}, below {least}"))
    }
}

impl Trust {
    /// Of the edges that a result rests on: each by its record, none where it follows from inventory or contracts.
    pub fn of(
        recorded: &Recorded,
        doubts: &Doubts,
        edges: impl IntoIterator<Item = Option<DependencyId>>,
    ) -> Self {
        let mut trust = Self::default();
        for edge in edges {
            trust.edges += 1;
            let Some(row) = edge.and_then(|id| recorded.dependencies.get(&id)) else { continue };
            trust.recorded += 1;
            let (stale, unsure) = (doubts.stale(row), doubts.unsure(row));
            trust.stale += u64::from(stale.is_some());
            trust.unsure += u64::from(unsure.is_some());
            let reasons: Vec<String> = stale.into_iter().chain(unsure).collect();
            if !reasons.is_empty() {
                trust.doubtful.push((row.id, reasons.join("; ")));
            }
        }
        trust
    }

    /// The share of its edges that is doubtful; none of nothing.
    #[must_use]
    pub fn share(&self) -> Option<Decimal> {
        Decimal::from(self.doubtful.len()).checked_div(Decimal::from(self.edges))
    }
}

/// The edges from some nodes to what they need, by their records.
pub fn edges_from(
    estate: &Estate,
    nodes: impl IntoIterator<Item = topology::graph::Node>,
) -> impl Iterator<Item = Option<DependencyId>> {
    nodes.into_iter().flat_map(|node| estate.edges_from(node)).map(|edge| edge.dependency)
}
