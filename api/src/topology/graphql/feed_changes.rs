//! Registering, changing and removing power feeds, as clients ask for it.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::{
    id::{ColocationCircuitId, PowerFeedId, RackId, SiteId},
    topology::power_feed,
};
use sea_orm::ActiveValue::Set;

use super::power_feeds::{PowerFeed, PowerFeedStatus};
use crate::{
    access::Permission,
    contracts::graphql::decision_words::PowerFeed as Side,
    error::Result,
    schema::{
        patch::{overlay, patch, patch_required},
        record::Record,
        request::change,
        scalar::Id,
    },
    topology::power_feeds,
};

/// A power feed to register.
#[derive(Clone, Debug, InputObject)]
pub struct NewPowerFeed {
    /// Where it is.
    pub site: Id<SiteId>,
    /// Name; no two feeds of a site share one.
    pub name: String,
    /// What else is known of it.
    #[graphql(default)]
    pub details: PowerFeedDetails,
}

/// What may be known of a power feed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PowerFeedDetails {
    /// Which of two that back each other up it is.
    pub side: MaybeUndefined<Side>,
    /// The rack that it feeds, at the same site.
    pub rack: MaybeUndefined<Id<RackId>>,
    /// The feed that it hangs on, at the same site.
    pub upstream: MaybeUndefined<Id<PowerFeedId>>,
    /// The circuit of a colocation contract that it is.
    pub circuit: MaybeUndefined<Id<ColocationCircuitId>>,
    /// Power that it may carry for long, in watts.
    pub capacity_watts: MaybeUndefined<i32>,
    /// Panel or distribution unit that it comes from.
    pub panel: MaybeUndefined<String>,
    /// Where it stands in its life; active for a new one.
    pub status: MaybeUndefined<PowerFeedStatus>,
    /// Where the record came from, such as the file of an import.
    pub source: MaybeUndefined<String>,
}

/// What of a power feed may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PowerFeedChanges {
    /// Name; no two feeds of a site share one.
    pub name: MaybeUndefined<String>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: PowerFeedDetails,
}

impl PowerFeedDetails {
    fn apply(self, row: &mut power_feed::ActiveModel) -> Result<()> {
        patch(&mut row.side, self.side);
        patch(&mut row.rack_id, self.rack.map_value(|id| id.0));
        patch(&mut row.upstream_id, self.upstream.map_value(|id| id.0));
        patch(&mut row.circuit_id, self.circuit.map_value(|id| id.0));
        patch(&mut row.capacity_watts, self.capacity_watts);
        patch(&mut row.panel, self.panel);
        patch_required(&mut row.status, self.status, "status")?;
        patch(&mut row.source, self.source);
        Ok(())
    }
}

impl PowerFeedChanges {
    fn apply(self, row: &mut power_feed::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        self.details.apply(row)
    }
}

impl NewPowerFeed {
    fn row(self) -> Result<power_feed::ActiveModel> {
        let mut row = power_feed::ActiveModel {
            site_id: Set(self.site.0),
            status: Set(power_feed::FeedStatus::Active),
            ..Default::default()
        };
        self.details.apply(&mut row)?;
        row.name = Set(self.name);
        Ok(row)
    }
}

/// Changes of power feeds.
#[derive(Default)]
pub struct PowerFeedMutation;

/// Changes of power feeds.
#[Object]
impl PowerFeedMutation {
    /// Registers a power feed. Sent again with the same idempotency key it answers with the first feed.
    async fn register_power_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewPowerFeed,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<PowerFeed> {
        let feed = change(ctx, Permission::EditTopology, async |tx| {
            tx.once("registerPowerFeed", idempotency_key, &input, async || {
                power_feeds::register(tx, input.clone().row()?).await
            })
            .await
        });
        Ok(Record::whole(feed.await?).into())
    }

    /// Changes what is known of a power feed. It stays at its site.
    async fn update_power_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<PowerFeedId>,
        #[graphql(desc = "What is to change.")] changes: PowerFeedChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<PowerFeed> {
        let feed = change(ctx, Permission::EditTopology, async |tx| {
            let mut columns = power_feed::ActiveModel::default();
            changes.apply(&mut columns)?;
            power_feeds::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        });
        Ok(Record::whole(feed.await?).into())
    }

    /// Removes a power feed that nothing names and that was recorded by mistake, and answers with its id. One that was switched off is changed instead.
    async fn remove_power_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<PowerFeedId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditTopology, async |tx| {
            power_feeds::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
