//! The schema: roots merged from the areas, with limits.

use async_graphql::{MergedObject, MergedSubscription, Object, Schema, SchemaBuilder};

use super::{engine::PlinthSchema, node::NodeQuery, page::LargestPage};
use crate::{
    access, audit, capacity, cloud, config::Limits, contracts, export, finance, import, inventory, lifecycle,
    recovery, roadmap, scenarios, store::Store, topology,
};

/// Every query of every area.
#[derive(Default, MergedObject)]
pub struct Query(
    General,
    NodeQuery,
    inventory::graphql::InventoryQuery,
    contracts::graphql::ContractsQuery,
    lifecycle::graphql::LifecycleQuery,
    cloud::graphql::CloudQuery,
    finance::graphql::FinanceQuery,
    scenarios::graphql::ScenariosQuery,
    topology::graphql::TopologyQuery,
    recovery::graphql::RecoveryQuery,
    capacity::graphql::CapacityQuery,
    access::graphql::AccessQuery,
    audit::graphql::AuditQuery,
    roadmap::graphql::RoadmapQuery,
    export::graphql::ExportQuery,
);

/// Every change of every area.
#[derive(Default, MergedObject)]
pub struct Mutation(
    inventory::graphql::InventoryMutation,
    contracts::graphql::ContractsMutation,
    lifecycle::graphql::LifecycleMutation,
    cloud::graphql::CloudMutation,
    finance::graphql::FinanceMutation,
    scenarios::graphql::ScenariosMutation,
    topology::graphql::TopologyMutation,
    recovery::graphql::RecoveryMutation,
    capacity::graphql::CapacityMutation,
    access::graphql::AccessMutation,
    import::graphql::ImportMutation,
);

/// Every subscription of every area.
#[derive(Default, MergedSubscription)]
pub struct Subscription(topology::graphql::TopologySubscription);

/// What belongs to no area.
#[derive(Default)]
pub struct General;

/// What belongs to no area.
#[Object]
impl General {
    /// The version of the server that answers.
    async fn server_version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// The schema of every area, with what resolvers need of the server.
pub(super) type Areas = Schema<Query, Mutation, Subscription>;

/// The schema of every area, before it is finished.
pub(super) fn areas() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        // Ours are checked before, and say by how much; this one only has to be no narrower.
        .limit_recursive_depth(usize::MAX)
}

/// Builds the schema. The store, where given, is what its resolvers read and change.
#[must_use]
pub fn build(store: Option<Store>, limits: &Limits) -> PlinthSchema {
    let builder = areas().data(LargestPage(limits.max_page));
    let index = store.map(topology::index::Index::new);
    let areas = match &index {
        Some(index) => builder.data(index.store().clone()).data(index.clone()).finish(),
        None => builder.finish(),
    };
    PlinthSchema::new(areas, *limits, index)
}

/// The contract as text.
#[must_use]
pub fn sdl() -> String {
    areas()
        .finish()
        .sdl_with_options(async_graphql::SDLExportOptions::new().sorted_fields().sorted_enum_items())
}
