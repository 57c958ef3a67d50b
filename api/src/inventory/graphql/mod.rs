//! The face of the inventory.

use async_graphql::MergedObject;

pub mod assets;
pub mod sites;

/// Queries of the inventory.
#[derive(Default, MergedObject)]
pub struct InventoryQuery(sites::SiteQuery, assets::AssetQuery);

/// Changes of the inventory.
#[derive(Default, MergedObject)]
pub struct InventoryMutation(sites::SiteMutation);
