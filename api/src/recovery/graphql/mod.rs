//! The face of recovery.

use async_graphql::MergedObject;

pub mod assessment;
pub mod availability;
pub mod backup_changes;
pub mod backups;
pub mod consistency_groups;
pub mod drill_changes;
pub mod drills;
pub mod objective_changes;
pub mod objectives;
pub mod service;
pub mod words;

/// Queries of recovery.
#[derive(Default, MergedObject)]
pub struct RecoveryQuery(
    objectives::ObjectiveQuery,
    backups::BackupQuery,
    drills::DrillQuery,
    consistency_groups::ConsistencyGroupQuery,
    assessment::AssessmentQuery,
);

/// Changes of recovery.
#[derive(Default, MergedObject)]
pub struct RecoveryMutation(
    objective_changes::ObjectiveMutation,
    backup_changes::BackupMutation,
    drill_changes::DrillMutation,
    consistency_groups::ConsistencyGroupMutation,
);
