//! One asset after the other, in chunks that fit into memory.

use chrono::{Datelike, Days, Months, NaiveDate};
use entity::{
    id::{AssetId, HardwareModelId, RackId, RefreshCycleId, SupportContractId, VendorId},
    inventory::{
        asset::{self, AssetStatus, PowerBasis, RackFace},
        environment::Environment,
        hardware_model::HardwareKind,
    },
    money::Amount,
};
use sea_orm::ActiveValue::Set;

use super::{
    SOURCE, TODAY,
    data::{Model, Site},
    dice::{Dice, Sequence, shifted},
    estate::Estate,
    faults::Fault,
    hardware::Family,
    sites::Place,
    support,
};
use crate::error::Result;

/// Rows of a chunk: few enough to hold a handful of chunks, and enough that there are few statements.
const CHUNK: usize = 2_000;

/// What a dollar is worth when equipment is bought in another currency, in thousandths.
const ABROAD: [(&str, i64); 2] = [("EUR", 915), ("GBP", 790)];

/// Takes finished chunks, and fails when nobody wants more of them.
pub(super) type Outlet<'a> = &'a mut dyn FnMut(Vec<asset::ActiveModel>) -> Result<()>;

/// What is known once all assets are made.
#[derive(Debug)]
pub(super) struct Made {
    pub covered: Vec<(SupportContractId, AssetId)>,
    pub replaced: Vec<(RefreshCycleId, AssetId)>,
    pub ids: Sequence,
}

/// What an asset is to be, and where.
#[derive(Clone, Debug)]
pub(super) struct Wish<'a> {
    pub place: &'a Place,
    pub family: Family,
    pub name: String,
    /// Months since it was put to use.
    pub age: i32,
    pub owner: &'static str,
    pub environment: Environment,
    pub spot: Spot,
    /// Whether it stays where it is: what holds others or lives in others does.
    pub is_fixed: bool,
    pub is_leased: bool,
}

/// Where an asset is mounted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spot {
    pub rack: Option<RackId>,
    pub position: Option<i32>,
    pub face: Option<RackFace>,
    pub parent: Option<AssetId>,
}

/// The first days of an asset.
#[derive(Clone, Copy, Debug)]
struct Start {
    bought_on: NaiveDate,
    in_service_on: NaiveDate,
}

/// Makes assets.
pub(super) struct Maker<'a> {
    estate: &'a Estate,
    pub dice: Dice,
    ids: Sequence,
    outlet: Outlet<'a>,
    chunk: Vec<asset::ActiveModel>,
    number: u32,
    serial: String,
    covered: Vec<(SupportContractId, AssetId)>,
    replaced: Vec<(RefreshCycleId, AssetId)>,
    chosen: Vec<u32>,
}

impl<'a> Maker<'a> {
    /// A maker that hands its chunks to `outlet`.
    pub(super) fn new(estate: &'a Estate, ids: Sequence, outlet: Outlet<'a>) -> Self {
        Self {
            estate,
            dice: Dice::of(estate.seed, 1),
            ids,
            outlet,
            chunk: Vec::with_capacity(CHUNK),
            number: 0,
            serial: String::new(),
            covered: Vec::new(),
            replaced: Vec::new(),
            chosen: vec![0; estate.cycles.len()],
        }
    }

    /// Hands over what is left.
    pub(super) fn finish(mut self) -> Result<Made> {
        if !self.chunk.is_empty() {
            (self.outlet)(std::mem::take(&mut self.chunk))?;
        }
        Ok(Made { covered: self.covered, replaced: self.replaced, ids: self.ids })
    }

    /// Makes an asset.
    pub(super) fn make(&mut self, wish: &Wish<'_>) -> Result<(AssetId, &'a Model)> {
        self.number += 1;
        let id = self.ids.next();
        let in_service_on = shifted(TODAY - Months::new(wish.age.unsigned_abs()), -self.dice.between(1, 28));
        let bought_on = shifted(in_service_on, -self.dice.between(20, 75));
        let estate = self.estate;
        let listed = estate.catalogue.bought(wish.family, bought_on, &mut self.dice);
        // Nothing is bought before it is sold.
        let early = Days::new((listed.1.released_on - bought_on).num_days().max(0).unsigned_abs());
        let start = Start { bought_on: bought_on + early, in_service_on: (in_service_on + early).min(TODAY) };
        let mut row = self.row(id, wish, listed, start)?;
        self.live(&mut row, wish, &listed.1, start);
        Fault::of(self.number).put_into(&mut row, &mut self.serial);
        self.refer(id, &row, wish, listed);
        self.chunk.push(row);
        if self.chunk.len() == CHUNK {
            let full = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
            (self.outlet)(full)?;
        }
        Ok((id, &listed.1))
    }

    /// The row of an asset in service.
    fn row(
        &mut self,
        id: AssetId,
        wish: &Wish<'_>,
        (model_id, model): &(HardwareModelId, Model),
        Start { bought_on, in_service_on }: Start,
    ) -> Result<asset::ActiveModel> {
        let like = &wish.place.like;
        let endpoint = is_endpoint(model.kind);
        let warranty = self.dice.pick(if endpoint { &[24, 36, 36] } else { &[36, 36, 60] });
        let discounted = price(model, like, self.dice.between(700, 880));
        let paid = Some(discounted).filter(|_| !wish.is_leased);
        let draw = self.draw(model, like);
        let order = format!("PO-{}-{:04}", bought_on.year(), self.dice.between(1, 950));
        let critical = self.tier(endpoint, wish.environment);
        Ok(asset::ActiveModel {
            id: Set(id),
            tag: Set(format!("KB-{:07}", self.number)),
            name: Set(Some(wish.name.clone())),
            serial: Set(Some(self.dice.serial(if endpoint { 10 } else { 8 }))),
            model_id: Set(*model_id),
            site_id: Set(wish.place.id),
            rack_id: Set(wish.spot.rack),
            position_half_units: Set(wish.spot.position),
            face: Set(wish.spot.face),
            parent_id: Set(wish.spot.parent),
            status: Set(AssetStatus::InService),
            vendor_id: Set(Some(self.vendor(model, like)?)),
            purchase_amount: Set(paid),
            purchase_currency: Set(paid.map(|_| like.currency.clone())),
            purchased_on: Set(Some(bought_on)),
            purchase_order: Set(Some(order)),
            in_service_on: Set(Some(in_service_on)),
            warranty_ends_on: Set(Some(bought_on + Months::new(warranty))),
            lease_return_on: Set(wish.is_leased.then(|| in_service_on + Months::new(36))),
            retired_on: Set(None),
            disposed_on: Set(None),
            owner: Set(Some(wish.owner.to_owned())),
            tier: Set(Some(critical)),
            environment: Set(wish.environment),
            power_basis: Set(if draw.is_some() { PowerBasis::Measured } else { PowerBasis::Model }),
            measured_draw_watts: Set(draw),
            cost_centre: Set(Some(cost_centre(model.kind).to_owned())),
            source: Set(Some(SOURCE.to_owned())),
            ..Default::default()
        })
    }

    /// Moves an asset to another stage of its life: most stay in service.
    fn live(&mut self, row: &mut asset::ActiveModel, wish: &Wish<'_>, model: &Model, start: Start) {
        use AssetStatus as S;
        if wish.is_fixed {
            return;
        }
        let worn = if is_endpoint(model.kind) { 54 } else { 66 };
        let status = match self.number {
            number if wish.age >= worn && number.is_multiple_of(3) => S::Retired,
            number if wish.age >= 24 && number % 139 == 80 => S::Disposed,
            number if number % 97 == 50 => S::Maintenance,
            number if number % 113 == 60 => S::InStock,
            number if number % 151 == 70 => S::Ordered,
            number if number % 181 == 90 => S::Planned,
            _ => return,
        };
        row.status = Set(status);
        if matches!(status, S::Retired | S::Disposed) {
            let retired_on = shifted(TODAY, -self.dice.between(30, 240)).max(start.in_service_on);
            row.retired_on = Set(Some(retired_on));
            row.disposed_on = Set((status == S::Disposed).then(|| shifted(retired_on, 21)));
        }
        if matches!(status, S::InStock | S::Ordered | S::Planned) {
            row.in_service_on = Set(None);
        }
        if matches!(status, S::Ordered | S::Planned) {
            row.serial = Set(None);
            row.warranty_ends_on = Set(None);
            row.purchased_on = Set((status == S::Ordered).then(|| shifted(TODAY, -self.dice.between(5, 60))));
            row.lease_return_on = Set(None);
            if status == S::Planned {
                row.purchase_amount = Set(None);
                row.purchase_currency = Set(None);
                row.purchase_order = Set(None);
            }
        }
        // What is foreseen keeps its units, and what is retired has not been taken out yet.
        if matches!(status, S::InStock | S::Disposed) {
            row.rack_id = Set(None);
            row.position_half_units = Set(None);
            row.face = Set(None);
        }
    }

    /// Notes which contracts cover an asset, and which cycles replace it.
    fn refer(
        &mut self,
        id: AssetId,
        row: &asset::ActiveModel,
        wish: &Wish<'_>,
        (model_id, model): &(HardwareModelId, Model),
    ) {
        let Set(status) = row.status else { return };
        let estate = self.estate;
        let contracts = estate.support.get(wish.place.division as usize);
        for (contract, covers) in contracts.into_iter().flatten() {
            let often = support::coverage(*covers, model, status, wish.age);
            if often > 0 && self.dice.happens(often) {
                self.covered.push((*contract, id));
            }
        }
        let Set(Some(in_service_on)) = row.in_service_on else { return };
        for ((cycle, choice), chosen) in estate.cycles.iter().zip(&mut self.chosen) {
            let fits = choice.site == wish.place.id
                && choice.model == *model_id
                && in_service_on <= choice.before
                && *chosen < choice.most
                && status == AssetStatus::InService;
            if fits {
                *chosen += 1;
                self.replaced.push((*cycle, id));
            }
        }
    }

    fn vendor(&self, model: &Model, like: &Site) -> Result<VendorId> {
        let direct = model.maker == "Dell" && !is_endpoint(model.kind);
        self.estate.vendors.id(if direct { "DELL" } else { &like.reseller })
    }

    /// What a quarter of the servers at sites with meters draw, in watts.
    fn draw(&mut self, model: &Model, like: &Site) -> Option<i32> {
        let is_metered = model.kind == HardwareKind::Server && !like.ageing && like.infrastructure >= 90;
        let typical = model.typical_watts.filter(|_| is_metered && self.dice.happens(250))?;
        Some(typical * self.dice.between(70, 108) / 100)
    }

    fn tier(&mut self, endpoint: bool, environment: Environment) -> i32 {
        let weights = match environment {
            _ if endpoint => [0, 0, 5, 95],
            Environment::Production => [15, 45, 40, 0],
            Environment::DisasterRecovery => [20, 60, 20, 0],
            _ => [0, 0, 15, 85],
        };
        i32::try_from(self.dice.weighted(&weights)).unwrap_or(3)
    }
}

/// What a person uses, rather than the company.
pub(super) fn is_endpoint(kind: HardwareKind) -> bool {
    use HardwareKind as K;
    matches!(kind, K::Laptop | K::Desktop | K::Monitor | K::Phone | K::Printer)
}

/// So many thousandths of the list price, in the currency of the site and to the cent.
fn price(model: &Model, like: &Site, per_mille: i32) -> Amount {
    let abroad = ABROAD.iter().find(|(currency, _)| *currency == like.currency);
    let rate = abroad.map_or(1000, |(_, rate)| *rate);
    let cents = model.price.0 / 10_000 * i64::from(per_mille) / 1000 * rate / 1000;
    Amount(cents * 10_000)
}

fn cost_centre(kind: HardwareKind) -> &'static str {
    use HardwareKind as K;
    match kind {
        K::Server | K::Blade | K::Chassis => "4110",
        K::Storage => "4120",
        K::Switch | K::Router | K::Firewall | K::LoadBalancer | K::Wireless => "4130",
        K::Power | K::PatchPanel | K::Other => "4140",
        K::Laptop | K::Desktop | K::Monitor | K::Phone | K::Printer => "4210",
    }
}
