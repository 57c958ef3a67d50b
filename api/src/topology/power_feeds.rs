//! Power feeds: register, change, remove.

use std::collections::HashSet;

use entity::{
    contracts::colocation_circuit,
    id::PowerFeedId,
    inventory::rack,
    topology::{dependency, power_feed, redundancy_group},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};

use super::items::{self, Thing};
use crate::{
    error::{Error, Result},
    inventory::sites,
    rules::{draft, edited, expect_version, require_least, require_text, require_text_if_any},
    store::{Read, Tx},
};

/// Feeds that a refusal names.
const NAMED: usize = 3;

/// One power feed.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: PowerFeedId) -> Result<power_feed::Model> {
    power_feed::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("power feed", id))
}

/// Registers a power feed.
///
/// # Errors
/// `NotFound` for a site, rack, circuit or feed that is not there; `Invalid` when the site has a feed of that name
/// or a rule of [`check`] or [`require_places`] is broken.
pub async fn register(tx: &Tx, mut row: power_feed::ActiveModel) -> Result<power_feed::Model> {
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    sites::find(tx, new.site_id).await.map_err(|error| error.named_by("site"))?;
    require_places(tx, &new).await?;
    tx.insert(row).await
}

/// Changes what is known of a power feed. It stays at its site.
///
/// # Errors
/// As [`register`]; `Conflict` for a stale version.
pub async fn update(
    tx: &Tx,
    id: PowerFeedId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut power_feed::ActiveModel),
) -> Result<power_feed::Model> {
    let before = find(tx, id).await?;
    expect_version("power feed", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    require_places(tx, &after).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes a power feed that was recorded by mistake. One that was switched off is changed instead.
///
/// # Errors
/// `NotFound` when there is none; `Conflict` for a stale version, and while other feeds hang on it or dependencies
/// name it.
pub async fn remove(tx: &Tx, id: PowerFeedId, expected_version: Option<i32>) -> Result<()> {
    let feed = find(tx, id).await?;
    expect_version("power feed", feed.version, expected_version)?;
    let below = power_feed::Entity::find().filter(power_feed::Column::UpstreamId.eq(id));
    let below = below.order_by_asc(power_feed::Column::Name).all(tx).await?;
    if !below.is_empty() {
        let names: Vec<_> = below.iter().take(NAMED).map(|feed| feed.name.as_str()).collect();
        let more = below.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("the power feed {} feeds {}{more}", feed.name, names.join(", "));
        return Err(Error::Conflict(message));
    }
    if let Some(item) = items::known_item(tx, Thing::PowerFeed(id)).await? {
        use dependency::Column as C;
        let named = Condition::any().add(C::FromId.eq(item)).add(C::ToId.eq(item));
        let edges = dependency::Entity::find().filter(named).count(tx).await?;
        let groups = redundancy_group::Entity::find().filter(redundancy_group::Column::OwnerId.eq(item));
        let groups = groups.count(tx).await?;
        if edges + groups > 0 {
            let message = format!(
                "{edges} dependencies and {groups} redundancy groups name the power feed {}: remove them first",
                feed.name
            );
            return Err(Error::Conflict(message));
        }
        items::forget_unnamed(tx, [item]).await?;
    }
    tx.delete(feed).await
}

/// The rules of a power feed, whoever writes it, as far as they need nothing but its row.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(feed: &power_feed::Model) -> Result<()> {
    require_text("name", &feed.name, 200)?;
    require_text_if_any("panel", feed.panel.as_deref(), 200)?;
    require_text_if_any("source", feed.source.as_deref(), 200)?;
    require_least("capacityWatts", feed.capacity_watts, 1)?;
    if feed.upstream_id == Some(feed.id) {
        return Err(Error::invalid("upstream", format!("{} cannot feed itself", feed.name)));
    }
    Ok(())
}

/// Holds the rack, the circuit and the feed that a feed names to its site, and its feeds to have no circle.
///
/// # Errors
/// `NotFound` for what is not there, `Invalid` for what is elsewhere and for a feed that would feed itself.
pub async fn require_places(tx: &Tx, feed: &power_feed::Model) -> Result<()> {
    if let Some(id) = feed.rack_id {
        let rack = rack::Entity::find_by_id(id).one(tx).await?;
        let unknown = || Error::not_found("rack", id).named_by("rack");
        require_rack(feed, &rack.ok_or_else(unknown)?)?;
    }
    if let Some(id) = feed.circuit_id {
        let circuit = colocation_circuit::Entity::find_by_id(id).one(tx).await?;
        let unknown = || Error::not_found("colocation circuit", id).named_by("circuit");
        let circuit = circuit.ok_or_else(unknown)?;
        require_circuit(feed, &circuit)?;
    }
    let mut seen = HashSet::from([feed.id]);
    let mut next = feed.upstream_id;
    while let Some(id) = next {
        if !seen.insert(id) {
            let message = format!("{} would feed itself through the feeds it hangs on", feed.name);
            return Err(Error::invalid("upstream", message));
        }
        let upstream = find(tx, id).await.map_err(|error| error.named_by("upstream"))?;
        require_upstream(feed, &upstream)?;
        next = upstream.upstream_id;
    }
    Ok(())
}

/// Refuses a rack of another site.
///
/// # Errors
/// `Invalid` naming the rack.
pub fn require_rack(feed: &power_feed::Model, rack: &rack::Model) -> Result<()> {
    if rack.site_id == feed.site_id {
        return Ok(());
    }
    Err(Error::invalid("rack", format!("{} stands at another site than the feed {}", rack.name, feed.name)))
}

/// Refuses a circuit that feeds another rack.
///
/// # Errors
/// `Invalid` naming the circuit.
pub fn require_circuit(feed: &power_feed::Model, circuit: &colocation_circuit::Model) -> Result<()> {
    match (circuit.rack_id, feed.rack_id) {
        (Some(theirs), Some(own)) if theirs != own => {
            let message = format!("the circuit {} feeds another rack", circuit.reference);
            Err(Error::invalid("circuit", message))
        }
        _ => Ok(()),
    }
}

/// Refuses a feed of another site above one.
///
/// # Errors
/// `Invalid` naming the feed above.
pub fn require_upstream(feed: &power_feed::Model, upstream: &power_feed::Model) -> Result<()> {
    if upstream.site_id == feed.site_id {
        return Ok(());
    }
    Err(Error::invalid("upstream", format!("{} is at another site than {}", upstream.name, feed.name)))
}
