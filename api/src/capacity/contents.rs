//! What of a pool's racks and equipment counts for its resource, and how much of it each has.

use chrono::NaiveDate;
use entity::{
    capacity::capacity_pool::{self, CapacityResource as Resource, CapacityUnit as Unit},
    id::{CapacityPoolId, SiteId},
    inventory::{asset::AssetStatus, hardware_model::HardwareKind},
};
use rust_decimal::Decimal;

use super::{
    held_models::Figures,
    holdings::{Holdings, Piece, PieceDays, Wanted},
    units,
};
use crate::topology::items::Thing;

/// Names that a sentence has before it stops.
const MOST_NAMES: usize = 5;

/// Whether something of a pool is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does its work.
    InUse,
    /// It is out of use for repair or change, to return.
    InMaintenance,
    /// It is planned, ordered or in stock.
    ToCome,
}

/// Something that a pool is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name or tag.
    pub name: String,
    /// What it is.
    pub thing: Thing,
    /// Where it is.
    pub site: SiteId,
    /// How much it has, in the unit of the pool; none where that is not known.
    pub quantity: Option<Decimal>,
    /// Whether it is there.
    pub state: State,
    /// The days on which it comes and goes.
    pub days: PieceDays,
}

/// What a pool is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// What counts, by name.
    pub items: Vec<Item>,
    /// What was left out, in sentences.
    pub excluded: Vec<String>,
}

/// Whether the inventory records anything of a resource.
#[must_use]
pub fn is_recorded(resource: Resource) -> bool {
    is_of_racks(resource) || is_of_equipment(resource)
}

fn is_of_racks(resource: Resource) -> bool {
    matches!(resource, Resource::RackUnits | Resource::Power)
}

/// Whether a resource is that of equipment.
#[must_use]
pub fn is_of_equipment(resource: Resource) -> bool {
    is_of_hosts(resource) || resource == Resource::Storage
}

/// Whether what stands in the racks of a pool takes of its resource.
#[must_use]
pub fn is_taken_in_racks(resource: Resource) -> bool {
    is_of_racks(resource) || matches!(resource, Resource::Cooling | Resource::Ports)
}

/// Whether a resource is that of hosts of a cluster.
#[must_use]
pub fn is_of_hosts(resource: Resource) -> bool {
    matches!(resource, Resource::Vcpu | Resource::Memory)
}

/// What has to be read to know the contents of some pools.
#[must_use]
pub fn wanted(pools: &[capacity_pool::Model]) -> Wanted {
    let of = |fits: fn(Resource) -> bool| -> Vec<CapacityPoolId> {
        pools.iter().filter(|pool| fits(pool.resource)).map(|pool| pool.id).collect()
    };
    Wanted {
        all: of(is_recorded),
        racks: of(is_of_racks),
        feeds: of(|resource| resource == Resource::Power),
        pieces: of(is_of_equipment),
        ..Wanted::default()
    }
}

/// The days since which what left service counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// Of what takes of pools in racks.
    pub in_racks: NaiveDate,
    /// Of the equipment that pools are made of; none where what there was does not matter.
    pub equipment: Option<NaiveDate>,
}

/// The same with what takes of them in racks, what left service since some days included.
#[must_use]
pub fn wanted_with_demand(pools: &[capacity_pool::Model], since: Since) -> Wanted {
    let of = |fits: fn(Resource) -> bool| -> Vec<CapacityPoolId> {
        pools.iter().filter(|pool| fits(pool.resource)).map(|pool| pool.id).collect()
    };
    Wanted {
        all: of(|resource| is_recorded(resource) || is_taken_in_racks(resource)),
        mounted: of(is_taken_in_racks),
        left_since: Some(since.in_racks),
        gone_since: since.equipment,
        ..wanted(pools)
    }
}

/// What a piece of equipment has or takes of a resource, in the unit that the inventory keeps. All power becomes heat.
#[must_use]
pub fn figure(resource: Resource, figures: &Figures) -> Option<Decimal> {
    match resource {
        Resource::Storage => figures.terabytes,
        Resource::Vcpu => figures.cores,
        Resource::Memory => figures.gibibytes,
        Resource::Power | Resource::Cooling => figures.watts,
        Resource::RackUnits => figures.units,
        Resource::Ports => figures.ports,
        _ => None,
    }
}

/// A quantity in the unit of a pool, from the one that the inventory keeps.
#[must_use]
pub fn within(pool: &capacity_pool::Model, quantity: Decimal) -> Option<Decimal> {
    let kept = match pool.resource {
        Resource::Storage => Unit::Terabyte,
        Resource::Memory => Unit::Gibibyte,
        Resource::Power | Resource::Cooling => Unit::Watt,
        Resource::RackUnits => Unit::RackUnit,
        _ => pool.unit,
    };
    units::converted("quantity", quantity, kept, pool.unit).ok().map(|quantity| quantity.normalize())
}

impl Contents {
    /// What a pool is made of.
    #[must_use]
    pub fn of(pool: &capacity_pool::Model, held: &Holdings) -> Self {
        if is_of_racks(pool.resource) { Self::racks(pool, held) } else { Self::equipment(pool, held) }
    }

    fn racks(pool: &capacity_pool::Model, held: &Holdings) -> Self {
        let quantity = |rack| match pool.resource {
            Resource::Power => held.protected_watts(rack),
            _ => Some(Decimal::from(rack.height_units)),
        };
        let items = held.racks(pool.id).into_iter().map(|rack| Item {
            name: rack.name.clone(),
            thing: Thing::Rack(rack.id),
            site: rack.site,
            quantity: quantity(rack).and_then(|quantity| within(pool, quantity)),
            state: State::InUse,
            days: PieceDays::default(),
        });
        let counts = |member: &Thing| matches!(member, Thing::Rack(_) | Thing::Site(_));
        let excluded = left_out(held.members(pool.id), counts, "are neither racks nor sites");
        Self { items: items.collect(), excluded }
    }

    /// The equipment that a pool is made of with what it was made of before: what left service is none that is there.
    #[must_use]
    pub fn with_gone(pool: &capacity_pool::Model, held: &Holdings) -> Self {
        let pieces = held.all_pieces(pool.id).into_iter().filter_map(|(piece, is_member)| {
            let figure = figure(pool.resource, &piece.figures);
            let counts = is_member || is_for(pool.resource, piece.kind, figure);
            counts.then(|| item(piece, figure.and_then(|figure| within(pool, figure))))
        });
        Self { items: pieces.collect(), excluded: Vec::new() }
    }

    fn equipment(pool: &capacity_pool::Model, held: &Holdings) -> Self {
        let counts = |member: &Thing| matches!(member, Thing::Asset(_) | Thing::Rack(_) | Thing::Site(_));
        let mut excluded = left_out(held.members(pool.id), counts, "are neither assets, racks nor sites");
        let (mut items, mut without) = (Vec::new(), 0);
        for (piece, is_member) in held.pieces(pool.id) {
            let figure = figure(pool.resource, &piece.figures);
            if is_member || is_for(pool.resource, piece.kind, figure) {
                let quantity = figure.and_then(|figure| within(pool, figure));
                items.push(item(piece, quantity));
            } else {
                without += usize::from(state(piece.status) != State::ToCome);
            }
        }
        if without > 0 {
            let what = match pool.resource {
                Resource::Storage => "of which no usable terabytes are recorded",
                _ => "which are neither servers nor blades",
            };
            excluded.push(format!("{without} assets in racks and sites, {what}"));
        }
        Self { items, excluded }
    }

    /// What is there, with or without what is in maintenance.
    pub fn there(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.state != State::ToCome)
    }

    /// Why what is there cannot be added up: the names of what has no figure, or that there is nothing.
    #[must_use]
    pub fn unknown(&self, resource: Resource) -> Option<String> {
        let count = self.there().count();
        if count == 0 {
            let what = match resource {
                Resource::Storage => "an asset",
                Resource::Vcpu | Resource::Memory => "a server or blade",
                _ => "a rack",
            };
            return Some(format!("none of its members is or has {what} in use"));
        }
        let unknown: Vec<&str> =
            self.there().filter(|item| item.quantity.is_none()).map(|item| item.name.as_str()).collect();
        let named = unknown.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
        (!unknown.is_empty()).then(|| format!("{} of {count} have no figure: {named}", unknown.len()))
    }
}

/// Whether a piece of equipment in a rack or site counts: what is made for the resource, whatever is recorded of it.
fn is_for(resource: Resource, kind: HardwareKind, figure: Option<Decimal>) -> bool {
    match resource {
        Resource::Storage => kind == HardwareKind::Storage || figure.is_some_and(|it| !it.is_zero()),
        _ => is_host(kind),
    }
}

/// Whether equipment of a kind is a host of a cluster.
#[must_use]
pub fn is_host(kind: HardwareKind) -> bool {
    matches!(kind, HardwareKind::Server | HardwareKind::Blade)
}

/// A piece of equipment as something that a pool is made of, or that takes of it.
#[must_use]
pub fn item(piece: &Piece, quantity: Option<Decimal>) -> Item {
    Item {
        name: piece.tag.clone(),
        thing: Thing::Asset(piece.id),
        site: piece.site,
        quantity,
        state: state(piece.status),
        days: piece.days,
    }
}

fn state(status: AssetStatus) -> State {
    match status {
        AssetStatus::InService => State::InUse,
        AssetStatus::Maintenance => State::InMaintenance,
        _ => State::ToCome,
    }
}

fn left_out(members: &[Thing], counts: impl Fn(&Thing) -> bool, what: &str) -> Vec<String> {
    let count = members.iter().filter(|member| !counts(member)).count();
    if count == 0 { Vec::new() } else { vec![format!("{count} members, which {what}")] }
}
