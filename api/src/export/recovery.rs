//! Cells of recovery objectives, backups, drills, and what recovers to one point in time.

use chrono::{DateTime, SecondsFormat, Utc};
use entity::id::EntityId;
use entity::recovery::{backup_record, consistency_group, recovery_drill, recovery_objective};

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, choice, list, text};
use super::topology::item;
use crate::import::csv::Noun;

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

impl Exportable for recovery_objective::Model {
    const NOUN: Noun = Noun::RecoveryObjective;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (item_kind, item) = item(labels, self.item_id);
        vec![
            ("item_kind", item_kind),
            ("item", item),
            ("time_minutes", any(&self.time_minutes)),
            ("point_minutes", any(&self.point_minutes)),
            ("own_minutes", any(&self.own_minutes)),
            ("failover_minutes", any(&self.failover_minutes)),
            ("bears_data", self.bears_data.cell()),
            ("availability_target", any(&self.availability_target)),
            ("observed_availability", any(&self.observed_availability)),
            ("changed_on", any(&self.changed_on)),
            ("note", text(&self.note)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for backup_record::Model {
    const NOUN: Noun = Noun::BackupRecord;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (item_kind, item) = item(labels, self.item_id);
        vec![
            ("item_kind", item_kind),
            ("item", item),
            ("kind", choice(&self.kind)),
            ("completed_at", moment(self.completed_at)),
            ("started_at", self.started_at.map(moment).unwrap_or_default()),
            ("is_good", self.is_good.cell()),
            ("is_immutable", self.is_immutable.cell()),
            ("destination", text(&self.destination)),
            ("restore_tested_on", any(&self.restore_tested_on)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for recovery_drill::Model {
    const NOUN: Noun = Noun::RecoveryDrill;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("name", self.name.clone()),
            ("kind", choice(&self.kind)),
            ("held_on", self.held_on.cell()),
            ("scope", list(labels.list(Kind::ScopeOfDrill, self.id.uuid()))),
            ("declared_at", self.declared_at.map(moment).unwrap_or_default()),
            ("restored_at", self.restored_at.map(moment).unwrap_or_default()),
            ("achieved_time_minutes", any(&self.achieved_time_minutes)),
            ("achieved_point_minutes", any(&self.achieved_point_minutes)),
            ("issues", text(&self.issues)),
            ("signed_off_by", text(&self.signed_off_by)),
            ("evidence", text(&self.evidence)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for consistency_group::Model {
    const NOUN: Noun = Noun::ConsistencyGroup;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("name", self.name.clone()),
            ("members", list(labels.list(Kind::MembersOfConsistencyGroup, self.id.uuid()))),
            ("tolerance_minutes", self.tolerance_minutes.cell()),
            ("note", text(&self.note)),
            ("source", text(&self.source)),
        ]
    }
}
