//! The schema: roots merged from the areas, with limits.

use async_graphql::{EmptySubscription, MergedObject, Object, Schema};

use super::{codes::Codes, limits::QueryLimits, page::LargestPage};
use crate::{access, audit, config::Limits, export, finance, import, inventory, store::Store};

/// The schema of this server.
pub type PlinthSchema = Schema<Query, Mutation, EmptySubscription>;

/// Every query of every area.
#[derive(Default, MergedObject)]
pub struct Query(
    General,
    inventory::graphql::InventoryQuery,
    finance::graphql::FinanceQuery,
    access::graphql::AccessQuery,
    audit::graphql::AuditQuery,
    export::graphql::ExportQuery,
);

/// Every change of every area.
#[derive(Default, MergedObject)]
pub struct Mutation(
    inventory::graphql::InventoryMutation,
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
        .limit_depth(limits.max_depth)
        .limit_complexity(limits.max_cost)
        .limit_recursive_depth(64)
        .limit_directives(10)
        .data(LargestPage(limits.max_page))
        .extension(QueryLimits { aliases: limits.max_aliases })
        .extension(Codes);
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
