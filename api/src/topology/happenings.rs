//! What was done to dependencies, redundancy groups and services, as change records tell it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::{
    audit::change::{self, ChangeAction},
    id::{ConfigurationItemId, DependencyId, EntityId, RedundancyGroupId, ServiceId},
    topology::{
        configuration_item,
        dependency::{DependencyKind, Hardness},
        service::ServiceStatus,
    },
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::{
    changes::Row,
    items::{self, Label, Thing},
};
use crate::{error::Result, store::Reader};

/// What something was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A dependency.
    Dependency,
    /// A redundancy group.
    RedundancyGroup,
    /// A service.
    Service,
}

/// A thing with what it was called when it was last seen.
pub type Named = (Thing, Label);

/// What was done to a dependency, a redundancy group or a service.
#[derive(Clone, Debug)]
pub struct Happening {
    /// To what.
    pub subject: Subject,
    /// What.
    pub action: ChangeAction,
    /// When.
    pub at: DateTime<Utc>,
    /// The id of the row; none for many at once.
    pub row: Option<Uuid>,
    /// How many rows, where it was many at once.
    pub rows: Option<u64>,
    /// What needs: the first end of a dependency, the owner of a group.
    pub from: Option<Named>,
    /// What is needed.
    pub to: Option<Named>,
    /// The service.
    pub service: Option<Named>,
    /// The way of needing.
    pub kind: Option<DependencyKind>,
    /// What becomes of the one without the other.
    pub hardness: Option<Hardness>,
    /// The group that the dependency has become a member of.
    pub joined: Option<RedundancyGroupId>,
    /// The group that the dependency is no longer a member of.
    pub left: Option<RedundancyGroupId>,
    /// The columns that differ, before and after.
    pub changed: Vec<String>,
}

impl Happening {
    /// The things that it is about.
    pub fn things(&self) -> impl Iterator<Item = Thing> {
        [&self.from, &self.to, &self.service].into_iter().flatten().map(|(thing, _)| *thing)
    }

    /// The id of the row, as clients see it.
    #[must_use]
    pub fn row_id(&self) -> Option<String> {
        let kind = match self.subject {
            Subject::Dependency => DependencyId::KIND,
            Subject::RedundancyGroup => RedundancyGroupId::KIND,
            Subject::Service => ServiceId::KIND,
        };
        self.row.map(|row| format!("{kind}_{}", row.simple()))
    }
}

/// What change records tell, in their order; a constant number of statements.
///
/// # Errors
/// Those of the database.
pub(super) async fn of(reader: &Reader, rows: Vec<Row>) -> Result<Vec<Happening>> {
    let told: Vec<(Subject, Row)> = rows.into_iter().filter_map(|row| Some((subject(&row)?, row))).collect();
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<ConfigurationItemId> = told.iter().flat_map(|(_, row)| ends(row)).flatten().collect();
    let things = things(reader, ids).await?;
    let services = told.iter().filter_map(|(subject, row)| service(*subject, row));
    let wanted: Vec<Thing> = things.values().copied().chain(services).collect();
    let labels = items::labels(reader, &wanted).await?;
    let names = Names { things, labels };
    Ok(told.into_iter().map(|(subject, row)| happening(subject, &row, &names)).collect())
}

fn subject(row: &Row) -> Option<Subject> {
    match row.entity.as_str() {
        DependencyId::KIND => Some(Subject::Dependency),
        RedundancyGroupId::KIND => Some(Subject::RedundancyGroup),
        ServiceId::KIND => Some(Subject::Service),
        _ => None,
    }
}

fn service(subject: Subject, row: &Row) -> Option<Thing> {
    (subject == Subject::Service).then_some(row.row_id).flatten().map(|id| Thing::Service(ServiceId(id)))
}

/// What needs and what is needed. Neither ever changes.
fn ends(row: &Row) -> [Option<ConfigurationItemId>; 2] {
    let state = state(row);
    let from = field(state, "from_id").or_else(|| field(state, "owner_id"));
    [from, field(state, "to_id")]
}

/// The row as it is, or as it was when it was removed. The summary of many rows has none of the fields of one.
fn state(row: &Row) -> Option<&Value> {
    row.after.as_ref().or(row.before.as_ref())
}

fn field<T: DeserializeOwned>(state: Option<&Value>, name: &str) -> Option<T> {
    serde_json::from_value(state?.get(name)?.clone()).ok()
}

/// What things are and what they are called.
struct Names {
    things: HashMap<ConfigurationItemId, Thing>,
    labels: HashMap<Thing, Label>,
}

impl Names {
    fn of_item(&self, id: Option<ConfigurationItemId>) -> Option<Named> {
        let thing = *self.things.get(&id?)?;
        // What has been removed meanwhile is called by its id.
        let unknown = || Label { name: thing.id(), ..Label::default() };
        Some((thing, self.labels.get(&thing).cloned().unwrap_or_else(unknown)))
    }

    fn of_service(&self, thing: Thing, state: Option<&Value>) -> Named {
        let as_told = || Label {
            name: field(state, "name").unwrap_or_else(|| thing.id()),
            tier: field(state, "tier"),
            owner: field(state, "owner"),
            site: None,
            is_retired: field(state, "status") == Some(ServiceStatus::Retired),
        };
        (thing, self.labels.get(&thing).cloned().unwrap_or_else(as_told))
    }
}

fn happening(subject: Subject, row: &Row, names: &Names) -> Happening {
    let [from, to] = ends(row);
    let now = state(row);
    let group = |state: Option<&Value>| field::<RedundancyGroupId>(state, "redundancy_group_id");
    let (before, after) = (group(row.before.as_ref()), group(row.after.as_ref()));
    let is_moved = before != after;
    Happening {
        subject,
        action: row.action,
        at: row.at,
        row: row.row_id,
        rows: (row.action == ChangeAction::Bulk).then(|| field(now, "rows")).flatten(),
        from: names.of_item(from),
        to: names.of_item(to),
        service: service(subject, row).map(|thing| names.of_service(thing, now)),
        kind: field(now, "kind").filter(|_| subject == Subject::Dependency),
        hardness: field(now, "hardness"),
        joined: after.filter(|_| is_moved),
        left: before.filter(|_| is_moved),
        changed: changed(row.before.as_ref(), row.after.as_ref()),
    }
}

/// The fields whose values differ, but for the version and the moment of the change.
fn changed(before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    let Some((before, after)) = before.zip(after) else { return Vec::new() };
    let fields = after.as_object().into_iter().flatten();
    let fields = fields.filter(|(name, value)| before.get(name.as_str()) != Some(*value));
    let names = fields.map(|(name, _)| name.clone());
    names.filter(|name| name != "version" && name != "updated_at").collect()
}

/// The things that items stand for, or stood for when they were forgotten.
async fn things(
    reader: &Reader,
    ids: BTreeSet<ConfigurationItemId>,
) -> Result<HashMap<ConfigurationItemId, Thing>> {
    let mut things = items::things_of(reader, ids.iter().copied()).await?;
    let forgotten: Vec<Uuid> = ids.iter().filter(|id| !things.contains_key(id)).map(|id| id.0).collect();
    if forgotten.is_empty() {
        return Ok(things);
    }
    use change::Column as C;
    let records = change::Entity::find()
        .select_only()
        .column(C::Before)
        .filter(C::Entity.eq(ConfigurationItemId::KIND))
        .filter(C::RowId.is_in(forgotten))
        .filter(C::Action.eq(ChangeAction::Delete));
    for before in records.into_tuple::<Option<Value>>().all(reader).await? {
        let item = before.and_then(|row| serde_json::from_value::<configuration_item::Model>(row).ok());
        if let Some(item) = item {
            things.insert(item.id, Thing::of(&item)?);
        }
    }
    Ok(things)
}
