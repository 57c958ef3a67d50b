//! Records of recovery objectives, backups, drills, and what recovers to one point in time.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::{ItemKey, Origin};

/// How soon an item has to be up again. Key: the item.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RecoveryObjective {
    pub origin: Origin,
    pub item: ItemKey,
    pub time_minutes: Option<i32>,
    pub point_minutes: Option<i32>,
    pub own_minutes: Option<i32>,
    pub failover_minutes: Option<i32>,
    pub bears_data: Option<bool>,
    pub availability_target: Option<Decimal>,
    pub observed_availability: Option<Decimal>,
    pub changed_on: Option<NaiveDate>,
    pub note: Option<String>,
    pub source: Option<String>,
}

/// A copy of the data of an item. Key: the item, `kind` and `completed_at`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct BackupRecord {
    pub origin: Origin,
    pub item: ItemKey,
    pub kind: String,
    pub completed_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub is_good: Option<bool>,
    pub is_immutable: Option<bool>,
    pub destination: Option<String>,
    pub restore_tested_on: Option<NaiveDate>,
    pub source: Option<String>,
}

/// A test of recovery. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RecoveryDrill {
    pub origin: Origin,
    pub name: String,
    pub kind: Option<String>,
    pub held_on: Option<NaiveDate>,
    pub declared_at: Option<DateTime<Utc>>,
    pub restored_at: Option<DateTime<Utc>>,
    pub achieved_time_minutes: Option<i32>,
    pub achieved_point_minutes: Option<i32>,
    pub issues: Option<String>,
    pub signed_off_by: Option<String>,
    pub evidence: Option<String>,
    /// What it was about.
    pub scope: Option<Vec<ItemKey>>,
    pub source: Option<String>,
}

/// Items that recover to one point in time. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ConsistencyGroup {
    pub origin: Origin,
    pub name: String,
    pub tolerance_minutes: Option<i32>,
    pub members: Option<Vec<ItemKey>>,
    pub note: Option<String>,
    pub source: Option<String>,
}
