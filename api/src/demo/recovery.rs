//! What services promise to recover in, what their data are copied to, and what drills have shown.
//!
//! One objective is missed along the chain, one needs something that may take longer than itself, one was entered in
//! hours; two databases that recover together are backed up at different times of the day.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use entity::{
    id::{ConfigurationItemId, ConsistencyGroupId, RecoveryDrillId},
    money::Rate,
    recovery::{
        backup_record::{self, BackupKind},
        consistency_group, consistency_group_member,
        recovery_drill::{self, DrillKind},
        recovery_drill_item, recovery_objective,
    },
};
use sea_orm::ActiveValue::Set;
use serde::Deserialize;

use super::{SOURCE, TODAY, data, dice::Sequence, topology::Named};
use crate::{error::Result, store::Tx};

const OBJECTIVES: &str = include_str!("data/objectives.json");

/// Whose data are copied: how, every so many hours, at which minute of the day the first time, whether the copies can be
/// changed, and after how many days the last was restored for a test.
type Copied = (&'static str, BackupKind, i64, i64, bool, Option<u64>);

const COPIED: [Copied; 5] = [
    ("ERP database", BackupKind::Full, 24, 130, true, Some(40)),
    ("Warehouse database", BackupKind::Full, 24, 210, false, None),
    ("workload:web-store-database", BackupKind::Snapshot, 12, 0, true, Some(12)),
    ("Directory", BackupKind::Full, 24, 60, true, Some(100)),
    ("Payroll", BackupKind::Full, 24, 300, true, None),
];

/// Days of copies that are kept.
const KEPT: i64 = 14;
/// The day of the week, from Monday, on which all databases are copied at once, and the minute of that day.
const TOGETHER: (u32, i64) = (6, 130);

/// What recovers to one point in time.
const GROUP: (&str, [&str; 2]) = ("orders and shipments", ["ERP database", "Warehouse database"]);

#[derive(Debug, Deserialize)]
struct Objective {
    item: String,
    time_minutes: Option<i32>,
    point_minutes: Option<i32>,
    own_minutes: Option<i32>,
    failover_minutes: Option<i32>,
    bears_data: bool,
    availability_target: Option<Rate>,
    observed_availability: Option<Rate>,
    changed_on: Option<NaiveDate>,
    note: Option<String>,
}

/// A drill: its name, how real it was, its day, minutes to being usable and of lost data, where its record is, and what it
/// was about.
struct Drill {
    name: &'static str,
    kind: DrillKind,
    held_on: Option<NaiveDate>,
    achieved: Option<(i32, i32)>,
    issues: Option<&'static str>,
    signed_off_by: Option<&'static str>,
    evidence: Option<&'static str>,
    scope: &'static [&'static str],
}

const DRILLS: [Drill; 4] = [
    Drill {
        name: "Warehouse recovery 2025",
        kind: DrillKind::Functional,
        held_on: NaiveDate::from_ymd_opt(2025, 6, 10),
        achieved: Some((310, 45)),
        issues: None,
        signed_off_by: Some("Head of logistics"),
        evidence: Some("DR-2025-03"),
        scope: &["Warehouse shipping", "Warehouse control", "Warehouse database"],
    },
    Drill {
        name: "Payroll walk through the papers",
        kind: DrillKind::Tabletop,
        held_on: NaiveDate::from_ymd_opt(2026, 3, 3),
        achieved: None,
        issues: Some("the telephone list is out of date"),
        signed_off_by: Some("People Operations"),
        evidence: Some("DR-2026-01"),
        scope: &["Payroll"],
    },
    Drill {
        name: "Failover of ERP",
        kind: DrillKind::FullFailover,
        held_on: NaiveDate::from_ymd_opt(2026, 4, 18),
        achieved: Some((195, 38)),
        issues: Some("the third application server had to be set up by hand"),
        signed_off_by: Some("ERP Team"),
        evidence: Some("DR-2026-02"),
        scope: &[
            "Order to cash",
            "ERP",
            "ERP application 1",
            "ERP application 2",
            "ERP application 3",
            "ERP database",
            "Storage Ashburn",
        ],
    },
    Drill {
        name: "Failover of the web store",
        kind: DrillKind::Parallel,
        held_on: NaiveDate::from_ymd_opt(2026, 9, 12),
        achieved: Some((48, 9)),
        issues: None,
        signed_off_by: Some("Digital Commerce"),
        evidence: Some("DR-2026-05"),
        scope: &[
            "Web store",
            "Shop front",
            "Web front 1",
            "Web front 2",
            "Web front 3",
            "workload:web-store-database",
            "Payments gateway",
            "Compute Ashburn",
            "Name service 1",
            "Name service 2",
        ],
    },
];

/// Writes it all, and returns how many rows that are.
pub(super) async fn write(tx: &Tx, ids: &mut Sequence, named: &mut Named) -> Result<u64> {
    let objectives = objectives(ids, named)?;
    let backups = backups(ids, named);
    let (drills, scopes) = drills(ids, named);
    let (groups, members) = groups(ids, named);
    let mut rows = named.write(tx).await?;
    rows += tx.insert_many(objectives, SOURCE).await?;
    rows += tx.insert_many(backups, SOURCE).await?;
    rows += tx.insert_many(drills, SOURCE).await?;
    rows += tx.insert_many(scopes, SOURCE).await?;
    rows += tx.insert_many(groups, SOURCE).await?;
    rows += tx.insert_many(members, SOURCE).await?;
    Ok(rows)
}

fn objectives(ids: &mut Sequence, named: &mut Named) -> Result<Vec<recovery_objective::ActiveModel>> {
    let mut rows = Vec::new();
    for own in data::rows::<Objective>(OBJECTIVES)? {
        let Some(item) = named.item(&own.item, ids) else { continue };
        rows.push(recovery_objective::ActiveModel {
            id: Set(ids.next()),
            item_id: Set(item),
            time_minutes: Set(own.time_minutes),
            point_minutes: Set(own.point_minutes),
            own_minutes: Set(own.own_minutes),
            failover_minutes: Set(own.failover_minutes),
            bears_data: Set(own.bears_data),
            availability_target: Set(own.availability_target),
            observed_availability: Set(own.observed_availability),
            changed_on: Set(own.changed_on),
            note: Set(own.note),
            source: Set(Some(SOURCE.to_owned())),
            ..Default::default()
        });
    }
    Ok(rows)
}

/// The moment of a day so many minutes after its beginning.
fn at(day: NaiveDate, minutes: i64) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(minutes)
}

fn backups(ids: &mut Sequence, named: &mut Named) -> Vec<backup_record::ActiveModel> {
    let mut rows = Vec::new();
    for (name, kind, hours, minute, is_immutable, tested) in COPIED {
        let Some(item) = named.item(name, ids) else { continue };
        let days = (0..KEPT).rev().filter_map(|back| TODAY.checked_sub_days(Days::new(back.unsigned_abs())));
        let moments = days.flat_map(|day| {
            let is_of_group = GROUP.1.contains(&name);
            let is_together = is_of_group && day.weekday().num_days_from_monday() == TOGETHER.0;
            let first = if is_together { TOGETHER.1 } else { minute };
            (0..24 / hours).map(move |turn| at(day, first + turn * hours * 60))
        });
        let moments: Vec<DateTime<Utc>> = moments.filter(|moment| *moment <= super::noon()).collect();
        let tested = tested.and_then(|back| TODAY.checked_sub_days(Days::new(back)));
        // The newest copy of that day or before it; it may be older than those that are kept.
        let restored = tested.map(|day| moments.iter().rposition(|moment| moment.date_naive() <= day));
        if let (Some(day), Some(None)) = (tested, restored) {
            rows.push(copy(ids, item, kind, at(day, minute), is_immutable, Some(day)));
        }
        for (place, moment) in moments.iter().enumerate() {
            let tested = tested.filter(|_| restored == Some(Some(place)));
            rows.push(copy(ids, item, kind, *moment, is_immutable, tested));
        }
    }
    rows
}

fn copy(
    ids: &mut Sequence,
    item: ConfigurationItemId,
    kind: BackupKind,
    completed_at: DateTime<Utc>,
    is_immutable: bool,
    restore_tested_on: Option<NaiveDate>,
) -> backup_record::ActiveModel {
    backup_record::ActiveModel {
        id: Set(ids.next()),
        item_id: Set(item),
        kind: Set(kind),
        started_at: Set(Some(completed_at - TimeDelta::minutes(35))),
        completed_at: Set(completed_at),
        is_good: Set(true),
        is_immutable: Set(is_immutable),
        destination: Set(Some("backup-vault".to_owned())),
        restore_tested_on: Set(restore_tested_on),
        source: Set(Some(SOURCE.to_owned())),
        ..Default::default()
    }
}

type Drilled = (Vec<recovery_drill::ActiveModel>, Vec<recovery_drill_item::ActiveModel>);

fn drills(ids: &mut Sequence, named: &mut Named) -> Drilled {
    let (mut rows, mut scopes) = (Vec::new(), Vec::new());
    for own in DRILLS {
        let id: RecoveryDrillId = ids.next();
        for item in own.scope {
            let Some(item) = named.item(item, ids) else { continue };
            scopes.push(recovery_drill_item::ActiveModel {
                id: Set(ids.next()),
                drill_id: Set(id),
                item_id: Set(item),
                ..Default::default()
            });
        }
        let text = |text: Option<&str>| Set(text.map(str::to_owned));
        rows.push(recovery_drill::ActiveModel {
            id: Set(id),
            name: Set(own.name.to_owned()),
            kind: Set(own.kind),
            held_on: Set(own.held_on.unwrap_or(TODAY)),
            achieved_time_minutes: Set(own.achieved.map(|(time, _)| time)),
            achieved_point_minutes: Set(own.achieved.map(|(_, point)| point)),
            issues: text(own.issues),
            signed_off_by: text(own.signed_off_by),
            evidence: text(own.evidence),
            source: text(Some(SOURCE)),
            ..Default::default()
        });
    }
    (rows, scopes)
}

type Grouped = (Vec<consistency_group::ActiveModel>, Vec<consistency_group_member::ActiveModel>);

fn groups(ids: &mut Sequence, named: &mut Named) -> Grouped {
    let id: ConsistencyGroupId = ids.next();
    let (name, members) = GROUP;
    let group = consistency_group::ActiveModel {
        id: Set(id),
        name: Set(name.to_owned()),
        tolerance_minutes: Set(15),
        note: Set(Some("a shipment without its order cannot be invoiced".to_owned())),
        source: Set(Some(SOURCE.to_owned())),
        ..Default::default()
    };
    let mut rows = Vec::new();
    for member in members {
        let Some(item) = named.item(member, ids) else { continue };
        rows.push(consistency_group_member::ActiveModel {
            id: Set(ids.next()),
            group_id: Set(id),
            item_id: Set(item),
            ..Default::default()
        });
    }
    (vec![group], rows)
}
