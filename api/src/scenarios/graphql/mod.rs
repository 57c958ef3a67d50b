//! The face of scenarios.

use async_graphql::MergedObject;

pub mod changes;
pub mod compare;
pub mod frozen;
pub mod inputs;
pub mod scenarios;
pub mod terms;

/// Queries of scenarios.
#[derive(Default, MergedObject)]
pub struct ScenariosQuery(
    scenarios::ScenarioQuery,
    compare::CompareScenariosQuery,
    frozen::FrozenScenarioQuery,
);

/// Changes of scenarios.
#[derive(Default, MergedObject)]
pub struct ScenariosMutation(
    scenarios::ScenarioMutation,
    changes::ScenarioChangeMutation,
    frozen::FreezeScenarioMutation,
);
