//! The face of the lifecycle.

use async_graphql::MergedObject;

pub mod depreciation_rules;
pub mod refresh_cycles;
pub mod refresh_policies;
pub mod refreshes;
pub mod software_releases;

/// Queries of the lifecycle.
#[derive(Default, MergedObject)]
pub struct LifecycleQuery(
    refresh_policies::RefreshPolicyQuery,
    refresh_cycles::RefreshCycleQuery,
    depreciation_rules::DepreciationRuleQuery,
    software_releases::SoftwareReleaseQuery,
);

/// Changes of the lifecycle.
#[derive(Default, MergedObject)]
pub struct LifecycleMutation(
    refresh_policies::RefreshPolicyMutation,
    refresh_cycles::RefreshCycleMutation,
    depreciation_rules::DepreciationRuleMutation,
);
