//! What is taken of pools in their racks, as it changes: what comes into racks, what leaves them, what is replaced.
//!
//! It is told of pools of height, power, cooling and ports, whose racks are members or stand in sites that are. What was
//! observed has all that happened until its last day; only what comes later is told.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::{
    capacity::capacity_pool::{self, CapacityResource as Resource},
    id::SiteId,
    inventory::hardware_model::HardwareKind,
};
use rust_decimal::Decimal;

use super::{
    causes::{Cause, Found, Known},
    contents::{self, Contents, Item, State, is_taken_in_racks},
    holdings::{Holdings, Piece, PieceDays},
    supplies::{ChangeKind, Question},
};
use crate::topology::items::Thing;

/// The most that one step may be, in the unit of its pool: what is beyond is no figure that anybody meant.
const MOST: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// A day on which more or less is taken of a pool, as the inventory has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What happens, in words.
    pub name: String,
    /// The day.
    pub on: NaiveDate,
    /// By how much more is taken, in the unit of the pool; below zero where it is less.
    pub quantity: Decimal,
    /// What sort of step it is.
    pub kind: StepKind,
    /// The thing that comes, goes or is replaced, where it is one.
    pub thing: Option<Thing>,
}

/// What changes what is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// Equipment comes into service.
    Delivery,
    /// Equipment leaves service.
    Retirement,
    /// Equipment is replaced.
    Refresh,
}

impl StepKind {
    fn of(kind: ChangeKind) -> Option<Self> {
        match kind {
            ChangeKind::Delivery => Some(Self::Delivery),
            ChangeKind::Retirement => Some(Self::Retirement),
            ChangeKind::Refresh => Some(Self::Refresh),
            ChangeKind::Contract | ChangeKind::Scenario => None,
        }
    }
}

/// What changes what is taken of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demanded {
    /// In the order of days.
    pub steps: Vec<Step>,
    /// What would change it and is not known, or is odd, in sentences.
    pub findings: Vec<String>,
}

/// What changes what is taken of a pool after the last day that was observed; after the day of the question where none
/// was.
#[must_use]
pub fn of(
    pool: &capacity_pool::Model,
    (held, known): (&Holdings, &Known),
    question: &Question<'_>,
    observed_until: Option<NaiveDate>,
) -> Demanded {
    if !is_taken_in_racks(pool.resource) {
        return Demanded::default();
    }
    let after = observed_until.unwrap_or(question.as_of).min(question.as_of);
    let mounted = Mounted::of(pool, held, after);
    let mut found = Found { question, causes: Vec::new(), findings: Vec::new() };
    found.deliveries(&mounted.contents);
    found.tell(mounted.nowhere.iter().copied(), "to come to no rack on record, and not counted");
    let replaced = found.refreshes(pool, &mounted.contents, held, known);
    found.retirements(&mounted.contents, &replaced);
    let (mut causes, mut findings) = (found.causes, found.findings);
    causes.extend(mounted.moved(&replaced).filter(|cause| cause.on <= question.last.last_day()));
    causes.sort_by(|one, other| (one.on, &one.name).cmp(&(other.on, &other.name)));
    let mut running = Running { resource: pool.resource, mounted: &mounted, known, there: mounted.there() };
    let mut steps = Vec::new();
    for cause in causes {
        match running.apply(&cause) {
            Ok(quantity) => steps.extend(step(cause, quantity)),
            Err(reason) => findings.push(format!(
                "{} on {}, and what that changes of demand is not known: {reason}",
                cause.name, cause.on
            )),
        }
    }
    findings.extend(left_standing(&mounted, known, question));
    Demanded { steps, findings }
}

/// What is taken for granted where anything steps.
#[must_use]
pub fn assumption(resource: Resource) -> Option<&'static str> {
    match resource {
        Resource::RackUnits => Some(
            "equipment takes the height of its model from the day it is in service until the day it leaves it, and a \
             successor that of its own",
        ),
        Resource::Power | Resource::Cooling => Some(
            "equipment draws by its power basis from the day it is in service until the day it leaves it, and a \
             successor as its model usually does",
        ),
        Resource::Ports => Some(
            "equipment takes the ports of its model from the day it is in service until the day it leaves it, and a \
             successor those of its own",
        ),
        _ => None,
    }
}

fn step(cause: Cause, quantity: Decimal) -> Option<Step> {
    let kind = StepKind::of(cause.kind).filter(|_| !quantity.is_zero())?;
    Some(Step { name: cause.name, on: cause.on, quantity: quantity.normalize(), kind, thing: cause.thing })
}

/// What stands in the racks of a pool, or is to.
struct Mounted<'a> {
    contents: Contents,
    /// What came, or went, after the last day observed: its place, the day, and whether it came.
    recent: Vec<(usize, NaiveDate, bool)>,
    /// Tags of what is to come to a site of the pool and to no rack of it.
    nowhere: Vec<&'a str>,
}

impl<'a> Mounted<'a> {
    fn of(pool: &capacity_pool::Model, held: &'a Holdings, after: NaiveDate) -> Self {
        let mut mounted = Self { contents: Contents::default(), recent: Vec::new(), nowhere: Vec::new() };
        let mut known = BTreeSet::new();
        for (piece, is_member) in held.all_pieces(pool.id) {
            if !is_member && known.insert(piece.id) {
                mounted.add(pool, piece, after);
            }
        }
        mounted
    }

    fn add(&mut self, pool: &capacity_pool::Model, piece: &'a Piece, after: NaiveDate) {
        let quantity = contents::figure(pool.resource, &piece.figures);
        let mut item = contents::item(piece, quantity.and_then(|quantity| contents::within(pool, quantity)));
        if piece.rack.is_none() {
            if item.state == State::ToCome && !piece.is_gone() && stands_in_racks(piece.kind) {
                self.nowhere.push(&piece.tag);
            }
            return;
        }
        let place = self.contents.items.len();
        if piece.is_gone() {
            // What is retired stays in its rack until it is taken out, and the inventory no longer plans with it.
            let Some(left) = piece.days.left.filter(|on| *on > after && pool.resource != Resource::RackUnits)
            else {
                return;
            };
            (item.state, item.days) = (State::InUse, PieceDays::default());
            self.recent.push((place, left, false));
        }
        let came = piece.days.in_service.filter(|on| *on > after && item.state != State::ToCome);
        self.recent.extend(came.map(|on| (place, on, true)));
        self.contents.items.push(item);
    }

    /// What was there on the last day observed, by place.
    fn there(&self) -> BTreeSet<usize> {
        let to_come = |item: &Item| item.state == State::ToCome;
        let items = self.contents.items.iter().enumerate().filter(|(_, item)| !to_come(item));
        let mut there: BTreeSet<usize> = items.map(|(place, _)| place).collect();
        for (place, _, is_coming) in &self.recent {
            if *is_coming {
                there.remove(place);
            }
        }
        there
    }

    /// What came and went after the last day observed, by what is on record of it now.
    fn moved(&self, replaced: &BTreeSet<usize>) -> impl Iterator<Item = Cause> {
        let moved = self.recent.iter().filter(|(place, _, comes)| *comes || !replaced.contains(place));
        moved.filter_map(|(place, on, is_coming)| {
            let item = self.contents.items.get(*place)?;
            let (what, kind) = if *is_coming {
                ("comes into service", ChangeKind::Delivery)
            } else {
                ("leaves service", ChangeKind::Retirement)
            };
            let mut cause = Cause::new(format!("{} {what}", item.name), *on, kind);
            cause.thing = Some(item.thing);
            let places = if *is_coming { &mut cause.into } else { &mut cause.out };
            places.push(*place);
            Some(cause)
        })
    }
}

/// Whether equipment of a kind belongs into racks.
fn stands_in_racks(kind: HardwareKind) -> bool {
    !matches!(
        kind,
        HardwareKind::Laptop
            | HardwareKind::Desktop
            | HardwareKind::Monitor
            | HardwareKind::Phone
            | HardwareKind::Printer
    )
}

/// What stands in racks on its way through the days.
struct Running<'a> {
    resource: Resource,
    mounted: &'a Mounted<'a>,
    known: &'a Known,
    /// What is there, by place.
    there: BTreeSet<usize>,
}

impl Running<'_> {
    /// By how much more is taken; nothing where it does not happen.
    fn apply(&mut self, cause: &Cause) -> Result<Decimal, String> {
        let is_left = |site: &SiteId| self.known.exit(*site).is_some_and(|(_, on)| on <= cause.on);
        if !cause.sites.is_empty() && cause.sites.iter().all(is_left) {
            return Ok(Decimal::ZERO);
        }
        let items = &self.mounted.contents.items;
        let going: Vec<usize> =
            cause.out.iter().copied().filter(|place| self.there.contains(place)).collect();
        let coming: Vec<usize> =
            cause.into.iter().copied().filter(|place| !self.there.contains(place)).collect();
        let of = |places: &[usize]| -> Vec<&Item> {
            places.iter().filter_map(|place| items.get(*place)).collect()
        };
        let (old, mut new) = (of(&going), of(&coming));
        new.extend(&cause.new);
        let unknown: Vec<&str> =
            old.iter().chain(&new).filter(|it| it.quantity.is_none()).map(|it| it.name.as_str()).collect();
        if !unknown.is_empty() {
            return Err(format!("{} of {}", lacking(self.resource), unknown.join(", ")));
        }
        let sum = |items: &[&Item]| -> Decimal { items.iter().filter_map(|item| item.quantity).sum() };
        let change = sum(&new) - sum(&old);
        if change.abs() > MOST {
            return Err(format!("{change} is more than {MOST}"));
        }
        for place in &going {
            self.there.remove(place);
        }
        self.there.extend(coming);
        Ok(change)
    }
}

fn lacking(resource: Resource) -> &'static str {
    match resource {
        Resource::RackUnits => "the height is not on record",
        Resource::Ports => "the network ports are not on record",
        _ => "the draw of the power basis is not on record",
    }
}

/// What is said of equipment at sites that are left, where the pool has others.
fn left_standing(mounted: &Mounted<'_>, known: &Known, question: &Question<'_>) -> Vec<String> {
    let mut counts: BTreeMap<SiteId, usize> = BTreeMap::new();
    for place in mounted.there() {
        if let Some(item) = mounted.contents.items.get(place) {
            *counts.entry(item.site).or_default() += 1;
        }
    }
    let last = question.last.last_day();
    let left: Vec<_> = counts
        .iter()
        .filter_map(|(site, count)| Some((count, known.exit(*site)?)))
        .filter(|(_, (_, on))| *on <= last)
        .collect();
    if left.len() == counts.len() {
        return Vec::new();
    }
    let said = left.into_iter().map(|(count, (code, on))| {
        format!("{code} is left on {on}, and what its {count} assets take stays in demand: nobody says where they go")
    });
    said.collect()
}
