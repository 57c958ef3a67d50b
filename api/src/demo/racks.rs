//! Racks: how many a site needs, what each is for, and where its equipment goes.

use entity::{
    id::RackId,
    inventory::{
        rack::{self, RackStatus},
        site::SiteKind,
    },
};
use sea_orm::ActiveValue::Set;

use super::{
    SOURCE,
    data::Site,
    dice::Sequence,
    hardware::{Catalogue, Family},
    sites::Place,
};
use crate::error::Result;

/// Where a piece of equipment of a rack goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mount {
    /// Into the lowest free units.
    Low,
    /// Into the highest free units.
    High,
    /// Beside the units.
    Beside,
    /// Into the chassis that came before it.
    Chassis,
    /// Nowhere: on a ceiling, say.
    Loose,
}

/// What a rack is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Compute,
    Blades,
    Arrays,
    Network,
    Closet,
}

type Recipe = &'static [(&'static str, usize, Mount)];

const COMPUTE: Recipe = &[
    ("pdu", 2, Mount::Beside),
    ("switch-top", 2, Mount::High),
    ("patch-panel", 1, Mount::High),
    ("server-1u", 12, Mount::Low),
    ("server-2u", 6, Mount::Low),
];
const BLADES: Recipe = &[
    ("pdu", 4, Mount::Beside),
    ("switch-top", 2, Mount::High),
    ("chassis", 1, Mount::Low),
    ("blade", 8, Mount::Chassis),
    ("chassis", 1, Mount::Low),
    ("blade", 8, Mount::Chassis),
];
const ARRAYS: Recipe = &[
    ("pdu", 2, Mount::Beside),
    ("switch-san", 2, Mount::High),
    ("array", 3, Mount::Low),
    ("shelf", 14, Mount::Low),
];
const FLASH_ARRAYS: Recipe =
    &[("pdu", 2, Mount::Beside), ("switch-san", 2, Mount::High), ("flash-array", 7, Mount::Low)];
const NETWORK: Recipe = &[
    ("pdu", 2, Mount::Beside),
    ("switch-core", 2, Mount::Low),
    ("switch-top", 4, Mount::Low),
    ("router", 2, Mount::Low),
    ("firewall", 2, Mount::Low),
    ("load-balancer", 2, Mount::Low),
    ("patch-panel", 3, Mount::High),
    ("console", 1, Mount::High),
];
const CLOSET: Recipe = &[
    ("ups", 1, Mount::Low),
    ("firewall-branch", 1, Mount::High),
    ("router", 1, Mount::High),
    ("switch-access", 3, Mount::High),
    ("patch-panel", 2, Mount::High),
    ("server-2u", 1, Mount::Low),
    ("wireless", 6, Mount::Loose),
];

/// A rack, and how much of its recipe is mounted.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub id: RackId,
    pub name: String,
    pub purpose: Purpose,
    pub room: String,
    /// Assets that it was built for and that are there.
    pub assets: usize,
}

/// The racks that a site needs for so many assets.
pub(super) fn frames(place: &Place, assets: u32, ids: &mut Sequence) -> Vec<Frame> {
    let mut left = assets as usize;
    let mut frames = Vec::new();
    while left > 0 {
        let number = frames.len();
        let purpose = purpose(&place.like, number);
        let most: usize = recipe(purpose, &place.like).iter().map(|(_, count, _)| count).sum();
        let here = most.min(left);
        let (name, room) = if purpose == Purpose::Closet {
            (format!("C{:02}", number + 1), format!("Floor {}", number + 1))
        } else {
            let row = char::from(b'A' + u8::try_from(number / 12 % 26).unwrap_or(0));
            (format!("{row}{:02}", number % 12 + 1 + number / 312 * 12), format!("Hall {}", number / 24 + 1))
        };
        frames.push(Frame { id: ids.next(), name, purpose, room, assets: here });
        left -= here;
    }
    frames
}

fn purpose(like: &Site, number: usize) -> Purpose {
    if !matches!(like.kind, SiteKind::DataCenter | SiteKind::Colocation) {
        return Purpose::Closet;
    }
    match number {
        0 => Purpose::Network,
        1 => Purpose::Arrays,
        2 if like.infrastructure >= 400 => Purpose::Blades,
        _ if number % 8 == 6 => Purpose::Arrays,
        _ if number % 20 == 12 => Purpose::Network,
        _ => Purpose::Compute,
    }
}

fn recipe(purpose: Purpose, like: &Site) -> Recipe {
    match purpose {
        Purpose::Compute => COMPUTE,
        Purpose::Blades => BLADES,
        Purpose::Arrays if like.brand == "lenovo" => FLASH_ARRAYS,
        Purpose::Arrays => ARRAYS,
        Purpose::Network => NETWORK,
        Purpose::Closet => CLOSET,
    }
}

/// What a rack of a purpose takes at a site, piece by piece.
pub(super) fn pieces(purpose: Purpose, like: &Site, catalogue: &Catalogue) -> Result<Vec<(Family, Mount)>> {
    let mut pieces = Vec::new();
    for (name, count, mount) in recipe(purpose, like) {
        let family = match *name {
            "server-1u" | "server-2u" => catalogue.family(&format!("{name}-{}", like.brand))?,
            "array" if like.ageing => catalogue.family("hybrid-array")?,
            name => catalogue.family(name)?,
        };
        pieces.extend(std::iter::repeat_n((family, *mount), *count));
    }
    Ok(pieces)
}

/// The row of a rack.
pub(super) fn row(place: &Place, frame: &Frame) -> rack::ActiveModel {
    rack::ActiveModel {
        id: Set(frame.id),
        site_id: Set(place.id),
        name: Set(frame.name.clone()),
        room: Set(Some(frame.room.clone())),
        status: Set(RackStatus::Active),
        height_units: Set(place.like.rack_units),
        protected_power_watts: Set(Some(place.like.rack_watts)),
        weight_limit_grams: Set(Some(place.like.rack_grams)),
        source: Set(Some(SOURCE.to_owned())),
        ..Default::default()
    }
}

/// The free units of a rack while it is filled, in half units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Units {
    low: i32,
    high: i32,
}

impl Units {
    /// All units of an empty rack.
    pub(super) fn of(place: &Place) -> Self {
        Self { low: 2, high: place.like.rack_units * 2 + 2 }
    }

    /// Takes so many half units from below or above, where they are free.
    pub(super) fn take(&mut self, height: i32, mount: Mount) -> Option<i32> {
        if self.low + height > self.high {
            return None;
        }
        if mount == Mount::High {
            self.high -= height;
            return Some(self.high);
        }
        self.low += height;
        Some(self.low - height)
    }
}
