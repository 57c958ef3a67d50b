//! How much of a result rests on dependencies that are stale or unsure, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Object};
use chrono::NaiveDate;
use entity::id::DependencyId;
use rust_decimal::Decimal;

use super::{
    lens::{size, skip},
    quality::GraphFindingRecord,
};
use crate::{
    access::Caller,
    error::Result,
    schema::scalar::plain,
    topology::{
        quality::Culprit,
        recorded::Recorded,
        said::Said,
        trust::{Doubts, Trust},
    },
};

/// Days after which a dependency that was last seen is stale, where nobody says.
pub const STALE_AFTER_DAYS: i32 = 60;

/// How much of a result rests on dependencies that are stale or unsure.
pub struct ResultTrust {
    trust: Trust,
    said: Said,
    caller: Caller,
}

impl ResultTrust {
    /// Of the edges that a result rests on: each by its record, none where it follows from inventory or contracts.
    ///
    /// # Errors
    /// `Invalid` for days below zero and for a confidence that is no fraction.
    pub fn of(
        (recorded, as_of): (&Arc<Recorded>, NaiveDate),
        caller: &Caller,
        (stale_after_days, minimum_confidence): (i32, Option<Decimal>),
        edges: impl IntoIterator<Item = Option<DependencyId>>,
    ) -> Result<Self> {
        let least = minimum_confidence.unwrap_or(Decimal::new(5, 1));
        let doubts = Doubts::of(as_of, stale_after_days, least)?;
        let trust = Trust::of(recorded, &doubts, edges);
        let said = Said { recorded: Arc::clone(recorded), as_of, ..Said::default() };
        Ok(Self { trust, said, caller: caller.clone() })
    }

    fn culprits(&self) -> impl Iterator<Item = (Culprit, String)> {
        self.trust.doubtful.iter().filter_map(|(id, reason)| {
            let row = self.said.recorded.dependencies.get(id)?;
            let (from, to) = self.said.ends(row)?;
            Some((Culprit::Dependency(*id, from, to), reason.clone()))
        })
    }
}

/// How much of a result rests on dependencies that are stale or unsure.
#[Object]
impl ResultTrust {
    /// The edges that the result rests on.
    async fn edges(&self) -> u64 {
        self.trust.edges
    }

    /// Those of them that are on record as dependencies; the others follow from inventory and contracts, and are as good
    /// as these.
    async fn recorded(&self) -> u64 {
        self.trust.recorded
    }

    /// Those that were last seen more than `staleAfterDays` ago. One that never says when it was seen is not stale.
    async fn stale(&self) -> u64 {
        self.trust.stale
    }

    /// Those that are less sure than `minimumConfidence`. One that never says how sure it is does not count.
    async fn unsure(&self) -> u64 {
        self.trust.unsure
    }

    /// Those that are either, each once.
    async fn doubtful(&self) -> u64 {
        self.trust.doubtful.len() as u64
    }

    /// The share of the edges that is doubtful, to four decimals. Null where the result rests on no edge.
    async fn share(&self) -> Option<Decimal> {
        self.trust.share().map(|share| plain(share.round_dp(4)))
    }

    /// The doubtful dependencies whose ends the caller may see, with what is wrong.
    async fn records(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Vec<GraphFindingRecord>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let shown = self.culprits().filter(|(culprit, _)| culprit.is_shown_to(&self.caller));
        let shown = shown.skip(skip).take(size);
        Ok(shown.map(|record| GraphFindingRecord::new(&record, &self.said, &self.caller)).collect())
    }
}
