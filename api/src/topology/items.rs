//! Things that something can depend on, and the rows that stand for them.

use std::collections::{BTreeSet, HashMap};

use entity::{
    id::{
        AssetId, CloudRegionId, ColocationContractId, ConfigurationItemId, EntityId, PowerFeedId,
        PowerPanelId, ProviderAccountId, RackId, ServiceId, SiteId, SupportContractId, VendorId, WorkloadId,
    },
    topology::{configuration_item, dependency, redundancy_group},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::LockType,
};
use uuid::Uuid;

pub use super::labels::{Label, labels};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    schema::scalar::{Id, one},
    store::{Read, Tx},
};

/// Ids that one statement asks for.
pub(super) const IDS_AT_ONCE: usize = 10_000;

/// Whatever something can depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A service.
    Service(ServiceId),
    /// An asset.
    Asset(AssetId),
    /// A workload.
    Workload(WorkloadId),
    /// A rack.
    Rack(RackId),
    /// A power feed.
    PowerFeed(PowerFeedId),
    /// A site.
    Site(SiteId),
    /// A vendor.
    Vendor(VendorId),
    /// A colocation contract.
    ColocationContract(ColocationContractId),
    /// A support contract.
    SupportContract(SupportContractId),
    /// A cloud account.
    ProviderAccount(ProviderAccountId),
    /// A panel that power feeds come from.
    PowerPanel(PowerPanelId),
    /// A region of a cloud provider.
    CloudRegion(CloudRegionId),
}

/// Sorts of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThingKind {
    /// A service.
    Service,
    /// An asset.
    Asset,
    /// A workload.
    Workload,
    /// A rack.
    Rack,
    /// A power feed.
    PowerFeed,
    /// A site.
    Site,
    /// A vendor.
    Vendor,
    /// A colocation contract.
    ColocationContract,
    /// A support contract.
    SupportContract,
    /// A cloud account.
    ProviderAccount,
    /// A panel that power feeds come from.
    PowerPanel,
    /// A region of a cloud provider.
    CloudRegion,
}

impl ThingKind {
    /// Every sort that has a table. Panels and regions have none: they follow from the feeds and workloads that name
    /// them, and nothing is recorded of them.
    pub const ALL: [Self; 10] = [
        Self::Service,
        Self::Asset,
        Self::Workload,
        Self::Rack,
        Self::PowerFeed,
        Self::Site,
        Self::Vendor,
        Self::ColocationContract,
        Self::SupportContract,
        Self::ProviderAccount,
    ];

    /// As ids and files spell it: `power_feed`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => ServiceId::KIND,
            Self::Asset => AssetId::KIND,
            Self::Workload => WorkloadId::KIND,
            Self::Rack => RackId::KIND,
            Self::PowerFeed => PowerFeedId::KIND,
            Self::Site => SiteId::KIND,
            Self::Vendor => VendorId::KIND,
            Self::ColocationContract => ColocationContractId::KIND,
            Self::SupportContract => SupportContractId::KIND,
            Self::ProviderAccount => ProviderAccountId::KIND,
            Self::PowerPanel => PowerPanelId::KIND,
            Self::CloudRegion => CloudRegionId::KIND,
        }
    }

    /// The table of the sort.
    #[must_use]
    pub fn table(self) -> &'static str {
        // Ids are called by the tables that they are of.
        self.word()
    }

    /// What a caller needs to see things of the sort.
    #[must_use]
    pub fn permission(self) -> Permission {
        match self {
            Self::Service | Self::PowerFeed | Self::PowerPanel => Permission::ViewTopology,
            Self::Asset | Self::Rack | Self::Site | Self::Vendor => Permission::ViewInventory,
            Self::Workload | Self::ProviderAccount | Self::CloudRegion => Permission::ViewCloud,
            Self::ColocationContract | Self::SupportContract => Permission::ViewContracts,
        }
    }

    /// The column of an item that says which of the sort it is; none for what no item stands for.
    #[must_use]
    pub fn column(self) -> Option<configuration_item::Column> {
        use configuration_item::Column as C;
        Some(match self {
            Self::Service => C::ServiceId,
            Self::Asset => C::AssetId,
            Self::Workload => C::WorkloadId,
            Self::Rack => C::RackId,
            Self::PowerFeed => C::PowerFeedId,
            Self::Site => C::SiteId,
            Self::Vendor => C::VendorId,
            Self::ColocationContract => C::ColocationContractId,
            Self::SupportContract => C::SupportContractId,
            Self::ProviderAccount => C::ProviderAccountId,
            Self::PowerPanel | Self::CloudRegion => return None,
        })
    }

    /// The thing of the sort with a plain id.
    #[must_use]
    pub fn thing(self, id: Uuid) -> Thing {
        match self {
            Self::Service => Thing::Service(ServiceId(id)),
            Self::Asset => Thing::Asset(AssetId(id)),
            Self::Workload => Thing::Workload(WorkloadId(id)),
            Self::Rack => Thing::Rack(RackId(id)),
            Self::PowerFeed => Thing::PowerFeed(PowerFeedId(id)),
            Self::Site => Thing::Site(SiteId(id)),
            Self::Vendor => Thing::Vendor(VendorId(id)),
            Self::ColocationContract => Thing::ColocationContract(ColocationContractId(id)),
            Self::SupportContract => Thing::SupportContract(SupportContractId(id)),
            Self::ProviderAccount => Thing::ProviderAccount(ProviderAccountId(id)),
            Self::PowerPanel => Thing::PowerPanel(PowerPanelId(id)),
            Self::CloudRegion => Thing::CloudRegion(CloudRegionId(id)),
        }
    }
}

impl Thing {
    /// Its sort.
    #[must_use]
    pub fn kind(self) -> ThingKind {
        self.parts().0
    }

    /// Its plain id.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        self.parts().1
    }

    fn parts(self) -> (ThingKind, Uuid) {
        match self {
            Self::Service(id) => (ThingKind::Service, id.0),
            Self::Asset(id) => (ThingKind::Asset, id.0),
            Self::Workload(id) => (ThingKind::Workload, id.0),
            Self::Rack(id) => (ThingKind::Rack, id.0),
            Self::PowerFeed(id) => (ThingKind::PowerFeed, id.0),
            Self::Site(id) => (ThingKind::Site, id.0),
            Self::Vendor(id) => (ThingKind::Vendor, id.0),
            Self::ColocationContract(id) => (ThingKind::ColocationContract, id.0),
            Self::SupportContract(id) => (ThingKind::SupportContract, id.0),
            Self::ProviderAccount(id) => (ThingKind::ProviderAccount, id.0),
            Self::PowerPanel(id) => (ThingKind::PowerPanel, id.0),
            Self::CloudRegion(id) => (ThingKind::CloudRegion, id.0),
        }
    }

    /// The id of the thing itself, as clients see it.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::Service(id) => Id(id).to_string(),
            Self::Asset(id) => Id(id).to_string(),
            Self::Workload(id) => Id(id).to_string(),
            Self::Rack(id) => Id(id).to_string(),
            Self::PowerFeed(id) => Id(id).to_string(),
            Self::Site(id) => Id(id).to_string(),
            Self::Vendor(id) => Id(id).to_string(),
            Self::ColocationContract(id) => Id(id).to_string(),
            Self::SupportContract(id) => Id(id).to_string(),
            Self::ProviderAccount(id) => Id(id).to_string(),
            Self::PowerPanel(id) => Id(id).to_string(),
            Self::CloudRegion(id) => Id(id).to_string(),
        }
    }

    /// The thing that an id of a client names, whether it is there or not.
    ///
    /// # Errors
    /// `Invalid` naming `field` for what is no id, and for ids of what nothing can depend on.
    pub fn parse(field: &str, text: &str) -> Result<Self> {
        let no_id = || Error::invalid(field, format!("`{text}` is not an id"));
        let (word, digits) = text.rsplit_once('_').ok_or_else(no_id)?;
        let id = Uuid::try_parse(digits).map_err(|_| no_id())?;
        let kind = ThingKind::ALL.into_iter().find(|kind| kind.word() == word);
        let kind = kind.ok_or_else(|| {
            let why = match word {
                PowerPanelId::KIND => {
                    "which follows from the power feeds that name it: nothing is recorded of it"
                }
                CloudRegionId::KIND => "which follows from the workloads in it: nothing is recorded of it",
                _ => "which nothing can depend on",
            };
            let message = format!("`{text}` is the id of {}, {why}", one(word));
            Error::invalid(field, message)
        })?;
        Ok(kind.thing(id))
    }

    /// Whether a caller may see things of its sort.
    #[must_use]
    pub fn is_shown_to(self, caller: &Caller) -> bool {
        caller.may(self.kind().permission())
    }

    /// The thing that an item stands for.
    ///
    /// # Errors
    /// `Internal` for an item that stands for nothing, which its table excludes.
    pub fn of(item: &configuration_item::Model) -> Result<Self> {
        let known = [
            item.service_id.map(Self::Service),
            item.asset_id.map(Self::Asset),
            item.workload_id.map(Self::Workload),
            item.rack_id.map(Self::Rack),
            item.power_feed_id.map(Self::PowerFeed),
            item.site_id.map(Self::Site),
            item.vendor_id.map(Self::Vendor),
            item.colocation_contract_id.map(Self::ColocationContract),
            item.support_contract_id.map(Self::SupportContract),
            item.provider_account_id.map(Self::ProviderAccount),
        ];
        let known = known.into_iter().flatten().next();
        known.ok_or_else(|| Error::internal("a configuration item that stands for nothing"))
    }

    /// The condition that an item stands for it.
    #[must_use]
    pub fn condition(self) -> Condition {
        let nothing = || configuration_item::Column::Id.is_null();
        Condition::all().add(self.kind().column().map_or_else(nothing, |column| column.eq(self.uuid())))
    }

    /// The row of an item that stands for it.
    #[must_use]
    pub fn row(self, id: ConfigurationItemId) -> configuration_item::ActiveModel {
        let mut row = configuration_item::ActiveModel { id: Set(id), ..Default::default() };
        match self {
            Self::Service(id) => row.service_id = Set(Some(id)),
            Self::Asset(id) => row.asset_id = Set(Some(id)),
            Self::Workload(id) => row.workload_id = Set(Some(id)),
            Self::Rack(id) => row.rack_id = Set(Some(id)),
            Self::PowerFeed(id) => row.power_feed_id = Set(Some(id)),
            Self::Site(id) => row.site_id = Set(Some(id)),
            Self::Vendor(id) => row.vendor_id = Set(Some(id)),
            Self::ColocationContract(id) => row.colocation_contract_id = Set(Some(id)),
            Self::SupportContract(id) => row.support_contract_id = Set(Some(id)),
            Self::ProviderAccount(id) => row.provider_account_id = Set(Some(id)),
            // Its table refuses an item that stands for nothing.
            Self::PowerPanel(_) | Self::CloudRegion(_) => {}
        }
        row
    }
}

/// What is said of a thing that is there and that the caller may see.
///
/// # Errors
/// `NotFound` for one that is not there and for one that is hidden, in the same words.
pub async fn seen(db: &impl Read, thing: Thing) -> Result<Label> {
    let unknown = || Error::not_found("configuration item", thing.id());
    if !thing.is_shown_to(db.caller()) {
        return Err(unknown());
    }
    labels(db, &[thing]).await?.remove(&thing).ok_or_else(unknown)
}

/// The item that stands for a thing, where there is one.
///
/// # Errors
/// Those of the database.
pub async fn known_item(db: &impl Read, thing: Thing) -> Result<Option<ConfigurationItemId>> {
    let found = configuration_item::Entity::find().filter(thing.condition()).one(db).await?;
    Ok(found.map(|item| item.id))
}

/// The item that stands for a thing that is there, made where there is none, and held as [`hold`] does.
///
/// # Errors
/// Those of the database.
pub async fn item_of(tx: &Tx, thing: Thing) -> Result<ConfigurationItemId> {
    let of_thing = configuration_item::Entity::find().filter(thing.condition());
    let find = || of_thing.clone().lock(LockType::NoKeyUpdate);
    if let Some(item) = find().one(tx).await? {
        return Ok(item.id);
    }
    let made = tx.attempt(async |tx| tx.insert(thing.row(tx.new_id())).await).await;
    match made {
        Ok(item) => Ok(item.id),
        // Somebody else has made it meanwhile.
        Err(Error::Invalid { field, message }) => match find().one(tx).await? {
            Some(item) => Ok(item.id),
            None => Err(Error::Invalid { field, message }),
        },
        Err(other) => Err(other),
    }
}

/// Keeps an item from the others who change what it needs until the change is over. Others may still come to need
/// it meanwhile.
///
/// # Errors
/// Those of the database.
pub async fn hold(tx: &Tx, id: ConfigurationItemId) -> Result<()> {
    configuration_item::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    Ok(())
}

/// Forgets items that nothing names any more, so that what they stand for can be removed as if it had never been
/// named.
///
/// # Errors
/// Those of the database.
pub async fn forget_unnamed(tx: &Tx, ids: impl IntoIterator<Item = ConfigurationItemId>) -> Result<()> {
    for id in ids.into_iter().collect::<BTreeSet<_>>() {
        let edges =
            Condition::any().add(dependency::Column::FromId.eq(id)).add(dependency::Column::ToId.eq(id));
        let groups = redundancy_group::Entity::find().filter(redundancy_group::Column::OwnerId.eq(id));
        let is_named =
            dependency::Entity::find().filter(edges).count(tx).await? > 0 || groups.count(tx).await? > 0;
        if is_named {
            continue;
        }
        let Some(item) = configuration_item::Entity::find_by_id(id).one(tx).await? else { continue };
        match tx.attempt(async |tx| tx.delete(item).await).await {
            // Others may refer to it as well; then it stays.
            Ok(()) | Err(Error::Conflict(_) | Error::Invalid { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// The condition that an item stands for something that a caller may see; none where that is everything.
#[must_use]
pub fn shown_to(caller: &Caller) -> Option<Condition> {
    let hidden = ThingKind::ALL.into_iter().filter(|kind| !caller.may(kind.permission()));
    let columns: Vec<configuration_item::Column> = hidden.filter_map(ThingKind::column).collect();
    let none_of = |columns: Vec<configuration_item::Column>| {
        columns.into_iter().fold(Condition::all(), |all, column| all.add(column.is_null()))
    };
    (!columns.is_empty()).then(|| none_of(columns))
}

/// The things that items stand for.
///
/// # Errors
/// Those of the database.
pub async fn things_of(
    db: &impl Read,
    ids: impl IntoIterator<Item = ConfigurationItemId>,
) -> Result<HashMap<ConfigurationItemId, Thing>> {
    let ids: Vec<_> = ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let mut things = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(IDS_AT_ONCE) {
        let among = configuration_item::Column::Id.is_in(ids.iter().copied());
        for item in configuration_item::Entity::find().filter(among).all(db).await? {
            things.insert(item.id, Thing::of(&item)?);
        }
    }
    Ok(things)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS: &str = "0199a3f47c1e7b529d0a2f6e8c4b1a37";

    #[test]
    fn every_sort_reads_back_the_id_it_prints() {
        for kind in ThingKind::ALL {
            let text = format!("{}_{DIGITS}", kind.word());
            let thing = Thing::parse("of", &text).unwrap();
            assert_eq!((thing.kind(), thing.id()), (kind, text));
            assert_eq!(kind.thing(thing.uuid()), thing);
        }
    }

    #[test]
    fn what_nothing_can_depend_on_is_refused() {
        let refused = |text: &str| Thing::parse("to", text).unwrap_err().to_string();
        assert_eq!(refused("asset"), "to: `asset` is not an id");
        assert_eq!(refused("asset_7"), "to: `asset_7` is not an id");
        let user = format!("user_{DIGITS}");
        assert_eq!(refused(&user), format!("to: `{user}` is the id of a user, which nothing can depend on"));
    }
}
