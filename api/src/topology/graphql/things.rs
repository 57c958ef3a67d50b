//! Whatever something can depend on, as clients see it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, ID, SimpleObject};
use entity::{id::ConfigurationItemId, topology::configuration_item};
use sea_orm::{ColumnTrait, Condition, sea_query::SimpleExpr};

use crate::{
    access::{Caller, Permission},
    error::Result,
    schema::{
        filter::through,
        record::{Record, Table},
        request::{caller, read},
    },
    topology::{
        about::About,
        items::{self, Thing, labels},
    },
};

/// Sorts of things that something can depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "items::ThingKind")]
pub enum ConfigurationItemKind {
    /// A service, application, platform or carrier.
    Service,
    /// A piece of equipment.
    Asset,
    /// What runs in a cloud account.
    Workload,
    /// A rack.
    Rack,
    /// A feed of electric power.
    PowerFeed,
    /// A site.
    Site,
    /// A vendor.
    Vendor,
    /// A colocation contract.
    ColocationContract,
    /// A support contract.
    SupportContract,
    /// An account with a cloud provider.
    ProviderAccount,
    /// A panel or distribution unit that power feeds of a site come from. It follows from what they name.
    PowerPanel,
    /// A region of a cloud provider. It follows from the workloads in it.
    CloudRegion,
}

/// Whatever something can depend on: what it is, and what people call it.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct ConfigurationItem {
    /// The id of the thing itself, which `node` answers to. Panels and regions are no record of their own: questions
    /// about what depends on what take their ids, and `node` does not.
    pub id: ID,
    /// What sort of thing it is.
    pub kind: ConfigurationItemKind,
    /// Its name: the tag of an asset, the code of a site or a vendor, the number of a contract.
    pub name: String,
    /// Criticality: 0 is the most critical, 3 the least. Null for what has none.
    pub tier: Option<i32>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// Whether it is out of use for good.
    pub is_retired: bool,
}

impl ConfigurationItem {
    /// A thing with what is said of it.
    #[must_use]
    pub fn new<'a>(thing: Thing, about: impl Into<About<'a>>) -> Self {
        let about = about.into();
        Self {
            id: ID(thing.id()),
            kind: thing.kind().into(),
            name: about.name.to_owned(),
            tier: about.tier,
            owner: about.owner.map(str::to_owned),
            is_retired: about.is_retired,
        }
    }
}

/// Items by the id of their row.
type Items = HashMap<ConfigurationItemId, ConfigurationItem>;

/// The item that a column of a row names, read once for all siblings; nothing where the caller may not see it.
///
/// # Errors
/// Those of the database.
pub(super) async fn item<E: Table>(
    ctx: &Context<'_>,
    record: &Record<E>,
    column: E::Column,
    ends: &[E::Column],
) -> Result<Option<ConfigurationItem>> {
    let reader = read(ctx, Permission::ViewTopology)?;
    let load = async || {
        let things = shown(ctx, record, ends).await?;
        let wanted: Vec<Thing> = things.values().copied().collect();
        let labels = labels(&reader, &wanted).await?;
        let named = things.iter().filter_map(|(id, thing)| {
            let label = labels.get(thing)?;
            Some((*id, ConfigurationItem::new(*thing, label)))
        });
        Ok(named.collect::<Items>())
    };
    let found: Arc<Items> = record.shared("configuration items".to_owned(), load).await?;
    Ok(found.get(&record.get::<ConfigurationItemId>(column)?).cloned())
}

/// Whether the caller may see everything that some columns of a row name, read once for all siblings. Who may see all
/// sorts of things needs no look at these.
///
/// # Errors
/// Those of the database.
pub(super) async fn are_shown<E: Table>(
    ctx: &Context<'_>,
    record: &Record<E>,
    ends: &[E::Column],
) -> Result<bool> {
    if items::shown_to(caller(ctx)?).is_none() {
        return Ok(true);
    }
    let things = shown(ctx, record, ends).await?;
    for end in ends {
        if !things.contains_key(&record.get::<ConfigurationItemId>(*end)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What columns of a row and of its siblings name, as far as the caller may see it.
async fn shown<E: Table>(
    ctx: &Context<'_>,
    record: &Record<E>,
    ends: &[E::Column],
) -> Result<Arc<HashMap<ConfigurationItemId, Thing>>> {
    let reader = read(ctx, Permission::ViewTopology)?;
    let asker = caller(ctx)?;
    let load = async || {
        let mut ids: Vec<ConfigurationItemId> = Vec::new();
        for end in ends {
            ids.extend(record.column_of_siblings::<ConfigurationItemId>(*end)?);
        }
        let mut things = items::things_of(&reader, ids).await?;
        things.retain(|_, thing| thing.is_shown_to(asker));
        Ok(things)
    };
    record.shared("things that are shown".to_owned(), load).await
}

/// The rows of which one of the columns at least names something that a caller may see. What is said of nothing but
/// hidden things is hidden too.
#[must_use]
pub fn about_shown(caller: &Caller, columns: &[impl ColumnTrait]) -> Condition {
    let Some(shown) = items::shown_to(caller) else { return Condition::all() };
    let shown =
        |column| through::<configuration_item::Entity>(column, configuration_item::Column::Id, shown.clone());
    columns.iter().fold(Condition::any(), |any, column| any.add(shown(*column)))
}

/// The condition that a column names the thing with an id; one that is not there, or hidden, is named by no row.
///
/// # Errors
/// `Invalid` for what is no id of a thing.
pub(super) fn names(caller: &Caller, field: &str, column: impl ColumnTrait, id: &ID) -> Result<SimpleExpr> {
    let thing = Thing::parse(field, id)?;
    let condition = if thing.is_shown_to(caller) {
        thing.condition()
    } else {
        Condition::all().add(configuration_item::Column::Id.is_null())
    };
    Ok(through::<configuration_item::Entity>(column, configuration_item::Column::Id, condition))
}
