//! The face of the inventory.

use async_graphql::MergedObject;

pub mod assets;
pub mod findings;
pub mod manufacturers;
pub mod models;
pub mod racks;
pub mod sites;
pub mod summary;
mod units;
pub mod vendors;

/// Queries of the inventory.
#[derive(Default, MergedObject)]
pub struct InventoryQuery(
    sites::SiteQuery,
    racks::RackQuery,
    manufacturers::ManufacturerQuery,
    models::HardwareModelQuery,
    vendors::VendorQuery,
    assets::AssetQuery,
    summary::InventorySummaryQuery,
    findings::FindingQuery,
);

/// Changes of the inventory.
#[derive(Default, MergedObject)]
pub struct InventoryMutation(
    sites::SiteMutation,
    racks::RackMutation,
    manufacturers::ManufacturerMutation,
    models::HardwareModelMutation,
    vendors::VendorMutation,
    assets::AssetMutation,
    assets::AssetRetirementMutation,
);
