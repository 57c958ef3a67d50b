//! Raw quantities that are counted from the members of pools: heights of racks, terabytes of arrays, protected power.

use std::collections::{BTreeSet, HashMap};

use entity::{
    capacity::capacity_pool::{CapacityResource as Resource, CapacityUnit as Unit},
    contracts::colocation_circuit::Feed,
    id::{AssetId, CapacityPoolId, EntityId, HardwareModelId, RackId, SiteId},
    inventory::{
        asset::{self, AssetStatus},
        hardware_model,
        rack::{self, RackStatus},
    },
    money::Rate,
    topology::power_feed::{self, FeedStatus},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{members, units};
use crate::{error::Result, store::Read, topology::items::Thing};

/// What was counted of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// All of it, in the unit of the pool; none where some of it is not known.
    pub quantity: Option<Decimal>,
    /// Why there is none.
    pub reason: Option<String>,
    /// Of how many racks or assets.
    pub count: usize,
    /// What was left out, in sentences.
    pub excluded: Vec<String>,
}

/// A pool whose raw quantity is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Which.
    pub id: CapacityPoolId,
    /// A supply of what.
    pub resource: Resource,
    /// In which unit.
    pub unit: Unit,
}

/// The racks, assets and feeds that the members of some pools come to.
#[derive(Default)]
struct Inventory {
    racks: HashMap<RackId, rack::Model>,
    feeds: HashMap<RackId, Vec<power_feed::Model>>,
    assets: Vec<Stored>,
}

/// An asset that may hold data.
struct Stored {
    id: AssetId,
    tag: String,
    rack: Option<RackId>,
    site: SiteId,
    terabytes: Option<Rate>,
}

/// The raw quantities of some pools, by pool: a few statements, however many pools there are.
///
/// # Errors
/// Those of the database.
pub async fn count(db: &impl Read, pools: &[Pool]) -> Result<HashMap<CapacityPoolId, Counted>> {
    if pools.is_empty() {
        return Ok(HashMap::new());
    }
    let members = members::of(db, pools.iter().map(|pool| pool.id).collect()).await?;
    let of = |resources: &[Resource]| -> Vec<Thing> {
        let pools = pools.iter().filter(|pool| resources.contains(&pool.resource));
        pools.filter_map(|pool| members.get(&pool.id)).flatten().copied().collect()
    };
    let mut inventory = Inventory::default();
    inventory.read_racks(db, &of(&[Resource::RackUnits, Resource::Power])).await?;
    inventory.read_feeds(db, &of(&[Resource::Power])).await?;
    inventory.read_assets(db, &of(&[Resource::Storage])).await?;
    let counted = pools.iter().map(|pool| {
        let members = members.get(&pool.id).map(Vec::as_slice).unwrap_or_default();
        let counted = match pool.resource {
            Resource::RackUnits => inventory.heights(members),
            Resource::Power => inventory.power(members),
            Resource::Storage => inventory.terabytes(members),
            _ => Counted::unknown("the inventory records nothing of this resource".to_owned()),
        };
        Ok((pool.id, counted.within(pool.unit)?))
    });
    counted.collect()
}

impl Counted {
    fn unknown(reason: String) -> Self {
        Self { reason: Some(reason), ..Self::default() }
    }

    /// The same, from the unit that the inventory keeps into that of the pool.
    fn within(mut self, unit: Unit) -> Result<Self> {
        let kept = match unit {
            Unit::Watt | Unit::Kilowatt => Unit::Watt,
            Unit::RackUnit => Unit::RackUnit,
            _ => Unit::Terabyte,
        };
        if let Some(quantity) = self.quantity {
            let converted = units::converted("raw", quantity, kept, unit)?;
            self.quantity = Some(forecasting::quantity::millionths(converted).normalize());
        }
        Ok(self)
    }

    /// A sum over things, of which each has a quantity or is not known.
    fn sum(of: &[(String, Option<Decimal>)], what: &str, excluded: Vec<String>) -> Self {
        if of.is_empty() {
            let reason = format!("none of its members is or has {what} in use");
            return Self { excluded, ..Self::unknown(reason) };
        }
        let unknown: Vec<&str> =
            of.iter().filter(|(_, known)| known.is_none()).map(|(name, _)| name.as_str()).collect();
        if !unknown.is_empty() {
            let named = unknown.iter().take(5).copied().collect::<Vec<_>>().join(", ");
            let reason = format!("{} of {} have no figure: {named}", unknown.len(), of.len());
            return Self { count: of.len(), excluded, ..Self::unknown(reason) };
        }
        let quantity = of.iter().filter_map(|(_, known)| *known).sum();
        Self { quantity: Some(quantity), reason: None, count: of.len(), excluded }
    }
}

/// The plain ids of the things of a sort.
fn ids<I: EntityId>(things: &[Thing]) -> Vec<I> {
    let own = things.iter().filter(|thing| thing.kind().word() == I::KIND);
    own.map(|thing| I::from_uuid(thing.uuid())).collect::<BTreeSet<I>>().into_iter().collect()
}

fn left_out(members: &[Thing], counts: impl Fn(&Thing) -> bool, what: &str) -> Vec<String> {
    let count = members.iter().filter(|member| !counts(member)).count();
    if count == 0 { Vec::new() } else { vec![format!("{count} members, which {what}")] }
}

impl Inventory {
    async fn read_racks(&mut self, db: &impl Read, things: &[Thing]) -> Result<()> {
        use rack::Column as C;
        if things.is_empty() {
            return Ok(());
        }
        let among =
            Condition::any()
                .add(C::Id.is_in(ids::<RackId>(things)))
                .add(C::SiteId.is_in(ids::<SiteId>(things)));
        let active = rack::Entity::find().filter(C::Status.eq(RackStatus::Active)).filter(among);
        self.racks.extend(active.all(db).await?.into_iter().map(|rack| (rack.id, rack)));
        Ok(())
    }

    async fn read_feeds(&mut self, db: &impl Read, things: &[Thing]) -> Result<()> {
        use power_feed::Column as C;
        if things.is_empty() {
            return Ok(());
        }
        let racks = self.among(things).map(|rack| rack.id).collect::<Vec<_>>();
        let active = power_feed::Entity::find().filter(C::Status.eq(FeedStatus::Active));
        for feed in active.filter(C::RackId.is_in(racks)).all(db).await? {
            if let Some(rack) = feed.rack_id {
                self.feeds.entry(rack).or_default().push(feed);
            }
        }
        Ok(())
    }

    async fn read_assets(&mut self, db: &impl Read, things: &[Thing]) -> Result<()> {
        use asset::Column as C;
        type Row = (AssetId, String, Option<RackId>, SiteId, HardwareModelId, Option<Rate>);
        if things.is_empty() {
            return Ok(());
        }
        let among = Condition::any()
            .add(C::Id.is_in(ids::<AssetId>(things)))
            .add(C::RackId.is_in(ids::<RackId>(things)))
            .add(C::SiteId.is_in(ids::<SiteId>(things)));
        let columns = [C::Id, C::Tag, C::RackId, C::SiteId, C::ModelId, C::UsableTerabytes];
        let in_use = C::Status.is_in([AssetStatus::InService, AssetStatus::Maintenance]);
        let query = asset::Entity::find().select_only().columns(columns).filter(in_use).filter(among);
        let rows: Vec<Row> = query.into_tuple().all(db).await?;
        let models: BTreeSet<Uuid> = rows.iter().map(|row| row.4.uuid()).collect();
        let models = hardware_model::Entity::find()
            .select_only()
            .columns([hardware_model::Column::Id, hardware_model::Column::UsableTerabytes])
            .filter(hardware_model::Column::Id.is_in(models));
        let models: Vec<(HardwareModelId, Option<Rate>)> = models.into_tuple().all(db).await?;
        let models: HashMap<_, _> = models.into_iter().collect();
        self.assets.extend(rows.into_iter().map(|(id, tag, rack, site, model, own)| {
            let terabytes = own.or_else(|| models.get(&model).copied().flatten());
            Stored { id, tag, rack, site, terabytes }
        }));
        Ok(())
    }

    /// The racks that some members are or have.
    fn among<'a>(&'a self, members: &'a [Thing]) -> impl Iterator<Item = &'a rack::Model> {
        self.racks.values().filter(|rack| {
            members.contains(&Thing::Rack(rack.id)) || members.contains(&Thing::Site(rack.site_id))
        })
    }

    fn heights(&self, members: &[Thing]) -> Counted {
        let racks = self.among(members);
        let of: Vec<_> =
            racks.map(|rack| (rack.name.clone(), Some(Decimal::from(rack.height_units)))).collect();
        Counted::sum(&of, "a rack", no_racks(members))
    }

    /// What is left of each rack when one of two feeds that back each other up is lost.
    fn power(&self, members: &[Thing]) -> Counted {
        let watts = |rack: &rack::Model| {
            let Some(feeds) = self.feeds.get(&rack.id) else {
                return rack.protected_power_watts.map(Decimal::from);
            };
            // What a feed without a side carries may stand behind either.
            if feeds.iter().any(|feed| feed.side.is_none()) {
                return None;
            }
            let side = |side: Feed| {
                let feeds = feeds.iter().filter(move |feed| feed.side == Some(side));
                feeds.map(|feed| feed.capacity_watts.map(Decimal::from)).sum::<Option<Decimal>>()
            };
            Some(side(Feed::A)?.min(side(Feed::B)?))
        };
        let of: Vec<_> = self.among(members).map(|rack| (rack.name.clone(), watts(rack))).collect();
        Counted::sum(&of, "a rack", no_racks(members))
    }

    fn terabytes(&self, members: &[Thing]) -> Counted {
        let mut of = Vec::new();
        let mut without = 0;
        for asset in &self.assets {
            let is_member = members.contains(&Thing::Asset(asset.id));
            let is_inside = members.contains(&Thing::Site(asset.site))
                || asset.rack.is_some_and(|rack| members.contains(&Thing::Rack(rack)));
            if is_member || (is_inside && asset.terabytes.is_some()) {
                of.push((asset.tag.clone(), asset.terabytes.map(Rate::to_decimal)));
            } else if is_inside {
                without += 1;
            }
        }
        let mut excluded = left_out(
            members,
            |member| matches!(member, Thing::Asset(_) | Thing::Rack(_) | Thing::Site(_)),
            "are neither assets, racks nor sites",
        );
        if without > 0 {
            excluded.push(format!(
                "{without} assets in racks and sites, of which no usable terabytes are recorded"
            ));
        }
        Counted::sum(&of, "an asset", excluded)
    }
}

fn no_racks(members: &[Thing]) -> Vec<String> {
    let is_counted = |member: &Thing| matches!(member, Thing::Rack(_) | Thing::Site(_));
    left_out(members, is_counted, "are neither racks nor sites")
}
