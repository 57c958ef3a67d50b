//! Things that records of `topology` and `recovery` name: which they are, and the items that stand for them.

use std::collections::{BTreeSet, HashMap};

use entity::id::{ConfigurationItemId, DependencyId};
use entity::topology::{configuration_item, dependency};
use uuid::Uuid;

use super::engine::Run;
use super::known::rows_among;
use crate::error::{Error, Result};
use crate::import::records::ItemKey;
use crate::store::Read;
use crate::topology::items::{Label, Thing, ThingKind, labels};
use crate::topology::keys::{Wanted, natural_keys};

/// Names that one statement asks for.
const NAMES_AT_ONCE: usize = 10_000;

/// The things that records name, and their items.
#[derive(Debug, Default)]
pub struct Items {
    things: HashMap<ItemKey, Thing>,
    keys: HashMap<Thing, ItemKey>,
    labels: HashMap<Thing, Label>,
    ids: HashMap<Thing, ConfigurationItemId>,
    by_id: HashMap<ConfigurationItemId, Thing>,
    /// Items that have an id and no row yet: they get one with the first row that names them.
    unmade: HashMap<ConfigurationItemId, Thing>,
    /// The dependencies between two items.
    edges: HashMap<(ConfigurationItemId, ConfigurationItemId), HashMap<DependencyId, dependency::Model>>,
}

impl Items {
    /// The item that `column` of a file names.
    ///
    /// # Errors
    /// `Invalid` naming the column and the key when there is no such thing, or the importer may not see it.
    pub fn named(&self, column: &str, key: &ItemKey) -> Result<ConfigurationItemId> {
        let found = self.things.get(key).and_then(|thing| self.ids.get(thing));
        found.copied().ok_or_else(|| {
            let (kind, name) = (key.kind.to_lowercase().replace('_', " "), key.parts.join(" / "));
            let message = format!("'{name}' is no {kind} of the database or among the rows that were taken");
            Error::invalid(column, message)
        })
    }

    /// The thing that `column` of a file names.
    ///
    /// # Errors
    /// As [`Items::named`].
    pub fn thing(&self, column: &str, key: &ItemKey) -> Result<Thing> {
        let id = self.named(column, key)?;
        self.by_id.get(&id).copied().ok_or_else(|| Error::internal("an item that is nothing"))
    }

    /// The key of a thing, among those that records name.
    pub fn key_of(&self, thing: Thing) -> Option<&ItemKey> {
        self.keys.get(&thing)
    }

    /// What is said of a thing.
    pub fn label_of(&self, thing: Thing) -> Option<&Label> {
        self.labels.get(&thing)
    }

    /// What is said of the thing that an item stands for.
    pub fn label(&self, id: ConfigurationItemId) -> Option<&Label> {
        self.labels.get(self.by_id.get(&id)?)
    }

    /// The key of the thing that an item stands for, among those that records name.
    pub fn key(&self, id: ConfigurationItemId) -> Option<&ItemKey> {
        self.keys.get(self.by_id.get(&id)?)
    }

    /// The items that have a row.
    pub fn made(&self) -> impl Iterator<Item = ConfigurationItemId> {
        self.ids.values().copied().filter(|id| !self.unmade.contains_key(id))
    }

    /// Notes a dependency as it is now.
    pub fn note(&mut self, edge: &dependency::Model) {
        self.edges.entry((edge.from_id, edge.to_id)).or_default().insert(edge.id, edge.clone());
    }

    /// The dependencies between the ends of one.
    pub fn beside(&self, edge: &dependency::Model) -> impl Iterator<Item = &dependency::Model> {
        self.edges.get(&(edge.from_id, edge.to_id)).into_iter().flat_map(HashMap::values)
    }

    fn keep(&mut self, thing: Thing, key: ItemKey) {
        self.things.insert(key.clone(), thing);
        self.keys.insert(thing, key);
    }

    fn keep_id(&mut self, thing: Thing, id: ConfigurationItemId) {
        self.ids.insert(thing, id);
        self.by_id.insert(id, thing);
    }
}

/// The sort that a file calls by its word.
fn sort(word: &str) -> Option<ThingKind> {
    let word = word.to_lowercase();
    ThingKind::ALL.into_iter().find(|kind| kind.word() == word)
}

/// Reads the things that records name, and the items of those.
///
/// # Errors
/// Those of the database.
pub async fn load(run: &mut Run<'_>) -> Result<()> {
    let wanted: BTreeSet<&ItemKey> = run.records.items_named().collect();
    for kind in ThingKind::ALL {
        let keys = wanted.iter().filter(|key| sort(&key.kind) == Some(kind));
        let names: BTreeSet<String> = keys.filter_map(|key| key.parts.last().cloned()).collect();
        if names.is_empty() || !run.tx.caller().may(kind.permission()) {
            continue;
        }
        let names: Vec<String> = names.into_iter().collect();
        for names in names.chunks(NAMES_AT_ONCE) {
            for (id, parts) in natural_keys(run.tx, kind, Wanted::Names(names)).await? {
                let key = ItemKey { kind: kind.word().to_uppercase(), parts };
                if wanted.contains(&key) {
                    run.known.items.keep(kind.thing(id), key);
                }
            }
        }
        load_ids(run, kind).await?;
    }
    let things: Vec<Thing> = run.known.items.keys.keys().copied().collect();
    run.known.items.labels = labels(run.tx, &things).await?;
    Ok(())
}

/// Reads the items of the things of a sort, and gives an id to those that have none.
async fn load_ids(run: &mut Run<'_>, kind: ThingKind) -> Result<()> {
    let things: Vec<Thing> =
        run.known.items.keys.keys().copied().filter(|thing| thing.kind() == kind).collect();
    let ids: Vec<Uuid> = things.iter().map(|thing| thing.uuid()).collect();
    let Some(column) = kind.column() else { return Ok(()) };
    for item in rows_among::<configuration_item::Entity, _>(run.tx, column, ids).await? {
        run.known.items.keep_id(Thing::of(&item)?, item.id);
    }
    for thing in things {
        if !run.known.items.ids.contains_key(&thing) {
            let id = run.tx.new_id();
            run.known.items.keep_id(thing, id);
            run.known.items.unmade.insert(id, thing);
        }
    }
    Ok(())
}

/// Makes the rows of items that have none.
///
/// # Errors
/// Those of the database.
pub async fn make(run: &mut Run<'_>, ids: impl IntoIterator<Item = ConfigurationItemId>) -> Result<()> {
    for id in ids {
        if let Some(thing) = run.known.items.unmade.remove(&id) {
            run.tx.insert(thing.row(id)).await?;
        }
    }
    Ok(())
}
