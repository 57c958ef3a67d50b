//! What can depend on something, or be depended on.

use entity::id::{
    AssetId, ColocationContractId, PowerFeedId, ProviderAccountId, RackId, ServiceId, SiteId,
    SupportContractId, VendorId, WorkloadId,
};

/// A thing that can depend on another: its kind and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A service.
    Service(ServiceId),
    /// An asset.
    Asset(AssetId),
    /// A workload in a cloud.
    Workload(WorkloadId),
    /// A rack.
    Rack(RackId),
    /// A power feed.
    PowerFeed(PowerFeedId),
    /// A site.
    Site(SiteId),
    /// A vendor.
    Vendor(VendorId),
    /// A colocation contract.
    ColocationContract(ColocationContractId),
    /// A support contract.
    SupportContract(SupportContractId),
    /// A cloud account.
    ProviderAccount(ProviderAccountId),
}

/// What people call a thing, and what else is shown of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name, or what stands for one.
    pub name: String,
    /// Criticality: 0 is the most critical.
    pub tier: Option<i32>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// Where it is.
    pub site: Option<SiteId>,
    /// Whether it is no longer there.
    pub is_retired: bool,
}
