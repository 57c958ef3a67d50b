//! How soon what fails is up again, and what shows it.

pub mod backup_record;
pub mod consistency_group;
pub mod consistency_group_member;
pub mod recovery_drill;
pub mod recovery_drill_item;
pub mod recovery_objective;
