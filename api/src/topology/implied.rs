//! Things that no table has, for they follow from what others say: the panels that power feeds come from, and the
//! regions that workloads run in. Their ids follow from what they are called, so they are the same on every server.

use entity::{
    cloud::provider_account::Provider,
    id::{CloudRegionId, PowerPanelId},
    topology::power_feed::{self, FeedStatus},
};
use sea_orm::ActiveEnum;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::rows::{AccountRow, WorkloadRow};

/// The panel that a feed comes from: feeds of one site that name the same one, in whichever case, come from one.
#[must_use]
pub fn panel_of(feed: &power_feed::Model) -> Option<PowerPanelId> {
    let name = feed.panel.as_deref().map(str::trim).filter(|name| !name.is_empty())?;
    let is_there = feed.status != FeedStatus::Retired;
    is_there.then(|| PowerPanelId(id(&["power_panel", &feed.site_id.to_string(), &name.to_lowercase()])))
}

/// The region that a workload runs in: that of its provider with the name, in whichever case. Where nobody knows who the
/// provider is, every account has regions of its own.
#[must_use]
pub fn region_of(row: &WorkloadRow, account: &AccountRow) -> Option<CloudRegionId> {
    let name = Some(row.region.trim()).filter(|name| !name.is_empty())?;
    let of = match account.provider {
        Provider::Other => account.id.to_string(),
        known => known.to_value(),
    };
    Some(CloudRegionId(id(&["cloud_region", &of, &name.to_lowercase()])))
}

fn id(parts: &[&str]) -> Uuid {
    let hash = Sha256::digest(parts.join("\0"));
    let mut bytes = [0; 16];
    for (byte, of_hash) in bytes.iter_mut().zip(hash.iter()) {
        *byte = *of_hash;
    }
    Builder::from_custom_bytes(bytes).into_uuid()
}
