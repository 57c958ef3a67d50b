//! The schema: roots merged from the areas, with limits.

use async_graphql::{EmptySubscription, MergedObject, Object, Schema};

use super::{codes::Codes, limits::QueryLimits, page::LargestPage};
use crate::{access, audit, cloud, config::Limits, contracts, export, finance, import, inventory, lifecycle, roadmap, store::Store};
use super::{codes::Codes, limits::QueryLimits, order::FieldOrder, page::LargestPage};

/// The schema of this server.
pub type PlinthSchema = Schema<Query, Mutation, EmptySubscription>;

/// Every query of every area.
#[derive(Default, MergedObject)]
pub struct Query(
    General,
    inventory::graphql::InventoryQuery,
    contracts::graphql::ContractsQuery,
    lifecycle::graphql::LifecycleQuery,
    cloud::graphql::CloudQuery,
    finance::graphql::FinanceQuery,
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
    access::graphql::AccessMutation,
    import::graphql::ImportMutation,
);

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

/// Builds the schema. The store, where given, is what its resolvers read and change.
#[must_use]
pub fn build(store: Option<Store>, limits: &Limits) -> PlinthSchema {
    let builder = Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        // Ours are checked before, and say by how much; this one only has to be no narrower.
        .limit_recursive_depth(usize::MAX)
        .data(LargestPage(limits.max_page))
        .extension(Codes)
        .extension(FieldOrder)
        .extension(QueryLimits(*limits));
    match store {
        Some(store) => builder.data(store).finish(),
        None => builder.finish(),
    }
}

/// The contract as text.
#[must_use]
pub fn sdl() -> String {
    build(None, &Limits::default())
        .sdl_with_options(async_graphql::SDLExportOptions::new().sorted_fields().sorted_enum_items())
}
