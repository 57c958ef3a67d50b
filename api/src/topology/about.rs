//! What people call things of the index, and what matters of them to whoever depends on them.

use chrono::NaiveDate;
use entity::{
    id::SiteId,
    inventory::{asset::AssetStatus, rack::RackStatus, site::SiteStatus},
    topology::{power_feed::FeedStatus, service::ServiceStatus},
};

use super::{
    items::{Label, Thing},
    recorded::Recorded,
    rows::AssetRow,
};
use crate::inventory::usage::status_on;

/// What is said of a thing, as it stands in the index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About<'a> {
    /// What people and files call it: the tag of an asset, the code of a site or a vendor, the number of a contract.
    pub name: &'a str,
    /// Criticality: 0 is the most critical, 3 the least.
    pub tier: Option<i32>,
    /// Team or person who answers for it.
    pub owner: Option<&'a str>,
    /// Where it is.
    pub site: Option<SiteId>,
    /// Whether it is out of use for good. Vendors, accounts and contracts never are.
    pub is_retired: bool,
}

impl<'a> From<&'a Label> for About<'a> {
    fn from(label: &'a Label) -> Self {
        let (name, owner) = (label.name.as_str(), label.owner.as_deref());
        Self { name, tier: label.tier, owner, site: label.site, is_retired: label.is_retired }
    }
}

impl Recorded {
    /// What is said of a thing on a day, by the name that [`labels`](super::labels::labels) has for it too; none for
    /// what is not there. A workload is out of use from the day after its last one, an asset from the day on which it
    /// was retired.
    #[must_use]
    pub fn about(&self, thing: Thing, as_of: NaiveDate) -> Option<About<'_>> {
        match thing {
            Thing::Site(id) => self.sites.get(&id).map(|row| {
                let is_retired = row.status == SiteStatus::Closed;
                About { name: &row.code, site: Some(id), is_retired, ..About::default() }
            }),
            Thing::Rack(id) => self.racks.get(&id).map(|row| {
                let (site, is_retired) = (Some(row.site_id), row.status == RackStatus::Retired);
                About { name: &row.name, site, is_retired, ..About::default() }
            }),
            Thing::PowerFeed(id) => self.feeds.get(&id).map(|row| {
                let (site, is_retired) = (Some(row.site_id), row.status == FeedStatus::Retired);
                About { name: &row.name, site, is_retired, ..About::default() }
            }),
            Thing::Asset(id) => self.assets.get(&id).map(|row| About {
                name: &row.tag,
                tier: row.profile.tier,
                owner: row.profile.owner.as_deref(),
                site: Some(row.place.site_id),
                is_retired: row.is_out(as_of),
            }),
            Thing::Workload(id) => self.workloads.get(&id).map(|row| About {
                name: &row.name,
                tier: row.tier,
                owner: row.owner.as_deref(),
                site: row.site_id,
                is_retired: row.retires_on.is_some_and(|last| last < as_of),
            }),
            Thing::Service(id) => self.services.get(&id).map(|row| About {
                name: &row.name,
                tier: row.tier,
                owner: row.owner.as_deref(),
                site: None,
                is_retired: row.status == ServiceStatus::Retired,
            }),
            Thing::Vendor(id) => self.vendors.get(&id).map(|row| plain(&row.code, None)),
            Thing::ProviderAccount(id) => {
                self.accounts.get(&id).map(|row| plain(&row.name, row.owner.as_deref()))
            }
            Thing::ColocationContract(id) => {
                self.colocation.get(&id).map(|row| plain(&row.number, row.owner.as_deref()))
            }
            Thing::SupportContract(id) => {
                self.support.get(&id).map(|row| plain(&row.number, row.owner.as_deref()))
            }
            Thing::PowerPanel(id) => self.feeds_of_panel(id).next().map(|row| {
                let name = row.panel.as_deref().unwrap_or_default().trim();
                About { name, site: Some(row.site_id), ..About::default() }
            }),
            Thing::CloudRegion(id) => {
                self.workloads_of_region(id).next().map(|row| plain(row.region.trim(), None))
            }
        }
    }
}

impl AssetRow {
    /// Whether it is out of use for good on a day.
    #[must_use]
    pub fn is_out(&self, as_of: NaiveDate) -> bool {
        is_out(status_on(self.status, self.retired_on, as_of))
    }
}

/// Whether an asset of a status is out of use for good.
#[must_use]
pub fn is_out(status: AssetStatus) -> bool {
    matches!(status, AssetStatus::Retired | AssetStatus::Disposed)
}

fn plain<'a>(name: &'a str, owner: Option<&'a str>) -> About<'a> {
    About { name, owner, ..About::default() }
}
