//! Columns of recovery objectives, backups, drills, and what recovers to one point in time.

use super::cells::Cells;
use super::inventory::SOURCE;
use super::topology::{ITEM, ITEM_KIND, item};
use crate::import::columns::{Column, Kind};
use crate::import::records::{BackupRecord, ConsistencyGroup, ItemKey, RecoveryDrill, RecoveryObjective};

const MINUTES: Kind = Kind::Integer { least: 0, most: 525_600 };
/// Things of any sort, each with its sort before its key.
const ITEMS: Kind = Kind::List(&Kind::Text);

pub(super) const RECOVERY_OBJECTIVE: &[Column] = &[
    Column::key("item_kind", ITEM_KIND, "SERVICE", ""),
    Column::key("item", ITEM, "Web shop", "what has to recover, by its own key, the site before a rack"),
    Column::optional("time_minutes", MINUTES, "240", "in which it has to be up again"),
    Column::optional("point_minutes", MINUTES, "30", "of data that may be lost"),
    Column::optional("own_minutes", MINUTES, "15", "that it takes once all it needs is up"),
    Column::optional("failover_minutes", MINUTES, "5", "on top, where a passive twin takes over"),
    Column::optional("bears_data", Kind::Boolean, "true", ""),
    Column::optional("availability_target", Kind::Rate, "0.9995", "share of time"),
    Column::optional("observed_availability", Kind::Rate, "0.999", "share of time, by itself"),
    Column::optional("changed_on", Kind::Date, "2026-03-01", "last material change"),
    Column::optional("note", Kind::Text, "agreed with E-commerce", ""),
    SOURCE,
];

pub(super) const BACKUP_RECORD: &[Column] = &[
    Column::key("item_kind", ITEM_KIND, "SERVICE", ""),
    Column::key("item", ITEM, "Web shop", "whose data, by its own key, the site before a rack"),
    Column::key("kind", Kind::Choice(&["FULL", "INCREMENTAL", "SNAPSHOT", "REPLICA"]), "FULL", ""),
    Column::key("completed_at", Kind::Moment, "2026-05-31T02:40:00Z", "the data are those of this moment"),
    Column::optional("started_at", Kind::Moment, "2026-05-31T02:00:00Z", ""),
    Column::optional("is_good", Kind::Boolean, "true", ""),
    Column::optional("is_immutable", Kind::Boolean, "true", "whether nobody can change or delete it"),
    Column::optional("destination", Kind::Text, "vault 2", ""),
    Column::optional("restore_tested_on", Kind::Date, "2026-06-10", ""),
    SOURCE,
];

pub(super) const RECOVERY_DRILL: &[Column] = &[
    Column::key("name", Kind::Text, "Spring failover", ""),
    Column::create(
        "kind",
        Kind::Choice(&["TABLETOP", "WALKTHROUGH", "FUNCTIONAL", "PARALLEL", "FULL_FAILOVER"]),
        "FULL_FAILOVER",
        "",
    ),
    Column::create("held_on", Kind::Date, "2026-04-18", ""),
    Column::create(
        "scope",
        ITEMS,
        "SERVICE:Web shop",
        "what it was about, each with its sort before its key",
    ),
    Column::optional("declared_at", Kind::Moment, "2026-04-18T08:00:00Z", ""),
    Column::optional("restored_at", Kind::Moment, "2026-04-18T11:15:00Z", ""),
    Column::optional("achieved_time_minutes", MINUTES, "195", "from the declaration to being usable again"),
    Column::optional("achieved_point_minutes", MINUTES, "38", "from the last good data to the outage"),
    Column::optional("issues", Kind::Text, "the name server came up late", ""),
    Column::optional("signed_off_by", Kind::Text, "Head of operations", ""),
    Column::optional("evidence", Kind::Text, "https://wiki.example/drills/1", "where its record is kept"),
    SOURCE,
];

pub(super) const CONSISTENCY_GROUP: &[Column] = &[
    Column::key("name", Kind::Text, "orders and payments", ""),
    Column::create(
        "members",
        ITEMS,
        "SERVICE:Web shop|ASSET:SRV-0001",
        "what recovers together, each with its sort before its key, as RACK:FRA1:A01",
    ),
    Column::optional(
        "tolerance_minutes",
        Kind::Integer { least: 0, most: 1_440 },
        "5",
        "that copies of the members may lie apart",
    ),
    Column::optional("note", Kind::Text, "an order without its payment is of no use", ""),
    SOURCE,
];

/// Things of a list; a row with one that cannot be told is refused.
fn items(cells: &mut Cells, name: &str) -> Option<Vec<ItemKey>> {
    let texts = cells.texts(name)?;
    let mut items = Vec::with_capacity(texts.len());
    for text in texts {
        match ItemKey::of(&text) {
            Some(item) => items.push(item),
            None => cells.refuse(format!("{name}: '{text}' is not a sort and a key, as SERVICE:Web shop")),
        }
    }
    Some(items)
}

pub(super) fn recovery_objective(cells: &mut Cells) -> RecoveryObjective {
    RecoveryObjective {
        origin: cells.origin.clone(),
        item: item(cells, "item_kind", "item"),
        time_minutes: cells.integer("time_minutes"),
        point_minutes: cells.integer("point_minutes"),
        own_minutes: cells.integer("own_minutes"),
        failover_minutes: cells.integer("failover_minutes"),
        bears_data: cells.boolean("bears_data"),
        availability_target: cells.decimal("availability_target"),
        observed_availability: cells.decimal("observed_availability"),
        changed_on: cells.date("changed_on"),
        note: cells.text("note"),
        source: cells.text("source"),
    }
}

pub(super) fn backup_record(cells: &mut Cells) -> BackupRecord {
    BackupRecord {
        origin: cells.origin.clone(),
        item: item(cells, "item_kind", "item"),
        kind: cells.key("kind"),
        completed_at: cells.moment("completed_at").unwrap_or_default(),
        started_at: cells.moment("started_at"),
        is_good: cells.boolean("is_good"),
        is_immutable: cells.boolean("is_immutable"),
        destination: cells.text("destination"),
        restore_tested_on: cells.date("restore_tested_on"),
        source: cells.text("source"),
    }
}

pub(super) fn recovery_drill(cells: &mut Cells) -> RecoveryDrill {
    RecoveryDrill {
        origin: cells.origin.clone(),
        name: cells.key("name"),
        kind: cells.text("kind"),
        held_on: cells.date("held_on"),
        scope: items(cells, "scope"),
        declared_at: cells.moment("declared_at"),
        restored_at: cells.moment("restored_at"),
        achieved_time_minutes: cells.integer("achieved_time_minutes"),
        achieved_point_minutes: cells.integer("achieved_point_minutes"),
        issues: cells.text("issues"),
        signed_off_by: cells.text("signed_off_by"),
        evidence: cells.text("evidence"),
        source: cells.text("source"),
    }
}

pub(super) fn consistency_group(cells: &mut Cells) -> ConsistencyGroup {
    ConsistencyGroup {
        origin: cells.origin.clone(),
        name: cells.key("name"),
        members: items(cells, "members"),
        tolerance_minutes: cells.integer("tolerance_minutes"),
        note: cells.text("note"),
        source: cells.text("source"),
    }
}
