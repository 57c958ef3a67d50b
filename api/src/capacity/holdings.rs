//! What pools hold: the racks, feeds and pieces of equipment that their members come to.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    capacity::capacity_pool_member as member,
    contracts::colocation_circuit::Feed,
    id::{AssetId, CapacityPoolId, HardwareModelId, RackId, SiteId},
    inventory::{
        asset::{self, AssetStatus, PowerBasis},
        hardware_model::HardwareKind,
        rack::{self, RackStatus},
    },
    money::Rate,
    topology::power_feed::{self, FeedStatus},
};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};

use super::{
    held_models::{Figures, ModelHeld, figures, models_of},
    members,
};
use crate::{error::Result, inventory::usage::draw, store::Read, topology::items::Thing};

/// A rack that a pool has.
#[derive(Clone, Debug)]
pub struct RackHeld {
    /// Which.
    pub id: RackId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub site: SiteId,
    /// Its height.
    pub height_units: i32,
    /// What may be drawn with redundancy kept, in watts, as stated.
    protected_watts: Option<i32>,
}

/// A feed of a rack.
#[derive(Clone, Copy, Debug)]
struct FeedHeld {
    side: Option<Feed>,
    watts: Option<i32>,
}

/// A piece of equipment that a pool has.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Which.
    pub id: AssetId,
    /// Its tag.
    pub tag: String,
    /// The rack that it stands in.
    pub rack: Option<RackId>,
    /// Where it stands.
    pub site: SiteId,
    /// What it is an instance of.
    pub model: HardwareModelId,
    /// What it is for.
    pub kind: HardwareKind,
    /// Where it stands in its life.
    pub status: AssetStatus,
    /// What it has.
    pub figures: Figures,
    /// The days on which it came, is to come, is due back and is to go.
    pub days: PieceDays,
}

/// Days of a piece of equipment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PieceDays {
    /// The first day of service.
    pub in_service: Option<NaiveDate>,
    /// The day it is expected to be in service.
    pub expected: Option<NaiveDate>,
    /// The day it is due back.
    pub due_back: Option<NaiveDate>,
    /// The day it is meant to leave service.
    pub leaves: Option<NaiveDate>,
    /// The day it left service.
    pub left: Option<NaiveDate>,
}

/// What some pools hold, looked up by pool.
#[derive(Default)]
pub struct Holdings {
    members: HashMap<CapacityPoolId, Vec<Thing>>,
    racks: HashMap<RackId, RackHeld>,
    racks_of: HashMap<SiteId, Vec<RackId>>,
    feeds: HashMap<RackId, Vec<FeedHeld>>,
    pieces: HashMap<AssetId, Piece>,
    pieces_in: HashMap<RackId, Vec<AssetId>>,
    pieces_at: HashMap<SiteId, Vec<AssetId>>,
    /// Models of the pieces, and their successors.
    pub models: HashMap<HardwareModelId, ModelHeld>,
}

/// What to read of which pools.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// All of them.
    pub all: Vec<CapacityPoolId>,
    /// Those of which racks are counted.
    pub racks: Vec<CapacityPoolId>,
    /// Those of which feeds are counted.
    pub feeds: Vec<CapacityPoolId>,
    /// Those of which equipment is counted.
    pub pieces: Vec<CapacityPoolId>,
    /// Those that what stands in their racks takes from.
    pub mounted: Vec<CapacityPoolId>,
    /// Since when what left service in those racks is asked for.
    pub left_since: Option<NaiveDate>,
    /// Since when equipment that left service is asked for, of pools of which that is counted.
    pub gone_since: Option<NaiveDate>,
}

/// One column of the members of pools, as a part of another statement.
fn members_of(pools: &[CapacityPoolId], column: member::Column) -> SelectStatement {
    members::column_of(Some(pools), column)
}

/// The racks that are members of pools, or stand in sites that are.
fn racks_of(pools: &[CapacityPoolId]) -> Condition {
    use rack::Column as C;
    Condition::any()
        .add(C::Id.in_subquery(members_of(pools, member::Column::RackId)))
        .add(C::SiteId.in_subquery(members_of(pools, member::Column::SiteId)))
}

impl Holdings {
    /// Reads what pools hold: at most six statements, however many pools and members there are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(db: &impl Read, wanted: &Wanted) -> Result<Self> {
        let mut held = Self::default();
        if wanted.all.is_empty() {
            return Ok(held);
        }
        held.members = members::of(db, wanted.all.clone()).await?;
        held.read_racks(db, &wanted.racks).await?;
        held.read_feeds(db, &wanted.feeds).await?;
        held.read_pieces(db, wanted).await?;
        Ok(held)
    }

    async fn read_racks(&mut self, db: &impl Read, pools: &[CapacityPoolId]) -> Result<()> {
        use rack::Column as C;
        type Row = (RackId, String, SiteId, i32, Option<i32>);
        if pools.is_empty() {
            return Ok(());
        }
        let columns = [C::Id, C::Name, C::SiteId, C::HeightUnits, C::ProtectedPowerWatts];
        let query = rack::Entity::find().select_only().columns(columns);
        let query = query.filter(C::Status.eq(RackStatus::Active)).filter(racks_of(pools));
        let rows: Vec<Row> = query.order_by_asc(C::Name).order_by_asc(C::Id).into_tuple().all(db).await?;
        for (id, name, site, height_units, protected_watts) in rows {
            self.racks_of.entry(site).or_default().push(id);
            self.racks.insert(id, RackHeld { id, name, site, height_units, protected_watts });
        }
        Ok(())
    }

    async fn read_feeds(&mut self, db: &impl Read, pools: &[CapacityPoolId]) -> Result<()> {
        use power_feed::Column as C;
        type Row = (Option<RackId>, Option<Feed>, Option<i32>);
        if pools.is_empty() {
            return Ok(());
        }
        let racks = rack::Entity::find().select_only().column(rack::Column::Id).filter(racks_of(pools));
        let query = power_feed::Entity::find().select_only().columns([C::RackId, C::Side, C::CapacityWatts]);
        let query = query.filter(C::Status.eq(FeedStatus::Active));
        let rows: Vec<Row> =
            query.filter(C::RackId.in_subquery(racks.into_query())).into_tuple().all(db).await?;
        for (rack, side, watts) in rows {
            if let Some(rack) = rack {
                self.feeds.entry(rack).or_default().push(FeedHeld { side, watts });
            }
        }
        Ok(())
    }

    async fn read_pieces(&mut self, db: &impl Read, wanted: &Wanted) -> Result<()> {
        if wanted.pieces.is_empty() && wanted.mounted.is_empty() {
            return Ok(());
        }
        let rows = piece_rows(db, wanted).await?;
        let models: BTreeSet<HardwareModelId> = rows.iter().map(|row| row.model_id).collect();
        self.models = models_of(db, models).await?;
        for row in rows {
            let Some(model) = self.models.get(&row.model_id) else { continue };
            let piece = row.piece(model);
            if let Some(rack) = piece.rack {
                self.pieces_in.entry(rack).or_default().push(piece.id);
            }
            self.pieces_at.entry(piece.site).or_default().push(piece.id);
            self.pieces.insert(piece.id, piece);
        }
        Ok(())
    }

    /// Whether any piece of equipment was read.
    #[must_use]
    pub fn has_pieces(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// A piece of equipment.
    #[must_use]
    pub fn piece(&self, id: AssetId) -> Option<&Piece> {
        self.pieces.get(&id)
    }

    /// The members of a pool.
    #[must_use]
    pub fn members(&self, pool: CapacityPoolId) -> &[Thing] {
        self.members.get(&pool).map(Vec::as_slice).unwrap_or_default()
    }

    /// The racks that the members of a pool are or have, by name.
    #[must_use]
    pub fn racks(&self, pool: CapacityPoolId) -> Vec<&RackHeld> {
        let mut racks = Vec::new();
        for thing in self.members(pool) {
            match thing {
                Thing::Rack(id) => racks.extend(self.racks.get(id)),
                Thing::Site(id) => {
                    let within = self.racks_of.get(id).into_iter().flatten();
                    racks.extend(within.filter_map(|id| self.racks.get(id)));
                }
                _ => {}
            }
        }
        racks.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        racks
    }

    /// The equipment that the members of a pool are or have and that is there or to come, by tag, each with whether it is
    /// a member itself.
    #[must_use]
    pub fn pieces(&self, pool: CapacityPoolId) -> Vec<(&Piece, bool)> {
        let mut pieces = self.all_pieces(pool);
        pieces.retain(|(piece, _)| !piece.is_gone());
        pieces
    }

    /// The same with what has left service.
    #[must_use]
    pub fn all_pieces(&self, pool: CapacityPoolId) -> Vec<(&Piece, bool)> {
        let mut pieces = Vec::new();
        for thing in self.members(pool) {
            let (within, is_member) = match thing {
                Thing::Asset(id) => {
                    pieces.extend(self.pieces.get(id).map(|piece| (piece, true)));
                    continue;
                }
                Thing::Rack(id) => (self.pieces_in.get(id), false),
                Thing::Site(id) => (self.pieces_at.get(id), false),
                _ => continue,
            };
            let within = within.into_iter().flatten();
            pieces.extend(within.filter_map(|id| self.pieces.get(id)).map(|piece| (piece, is_member)));
        }
        pieces.sort_by(|(one, _), (other, _)| one.tag.cmp(&other.tag));
        pieces
    }

    /// What is left of a rack's power when one of two feeds that back each other up is lost, in watts.
    #[must_use]
    pub fn protected_watts(&self, rack: &RackHeld) -> Option<Decimal> {
        let Some(feeds) = self.feeds.get(&rack.id) else { return rack.protected_watts.map(Decimal::from) };
        // What a feed without a side carries may stand behind either.
        if feeds.iter().any(|feed| feed.side.is_none()) {
            return None;
        }
        let side = |side: Feed| {
            let feeds = feeds.iter().filter(move |feed| feed.side == Some(side));
            feeds.map(|feed| feed.watts.map(Decimal::from)).sum::<Option<Decimal>>()
        };
        Some(side(Feed::A)?.min(side(Feed::B)?))
    }

    /// What all feeds of a rack carry, in watts: none where it has none on record.
    #[must_use]
    pub fn watts_of_feeds(&self, rack: &RackHeld) -> Option<Decimal> {
        self.feeds.get(&rack.id)?.iter().map(|feed| feed.watts.map(Decimal::from)).sum()
    }
}

/// What is needed of an asset.
#[derive(sea_orm::FromQueryResult)]
struct PieceRow {
    id: AssetId,
    tag: String,
    rack_id: Option<RackId>,
    parent_id: Option<AssetId>,
    site_id: SiteId,
    model_id: HardwareModelId,
    status: AssetStatus,
    power_basis: PowerBasis,
    measured_draw_watts: Option<i32>,
    usable_terabytes: Option<Rate>,
    cores: Option<i32>,
    memory_gibibytes: Option<Rate>,
    in_service_on: Option<NaiveDate>,
    expected_on: Option<NaiveDate>,
    lease_return_on: Option<NaiveDate>,
    retirement_planned_on: Option<NaiveDate>,
    retired_on: Option<NaiveDate>,
}

impl PieceRow {
    fn piece(self, model: &ModelHeld) -> Piece {
        let own = figures(self.usable_terabytes, self.cores, self.memory_gibibytes);
        let watts = draw(model.kind, self.power_basis, self.measured_draw_watts, model.draws);
        // What lives in a chassis takes none of the rack's units.
        let units = if self.parent_id.is_some() { Some(Decimal::ZERO) } else { model.figures.units };
        Piece {
            id: self.id,
            tag: self.tag,
            rack: self.rack_id,
            site: self.site_id,
            model: self.model_id,
            kind: model.kind,
            status: self.status,
            figures: Figures {
                terabytes: own.terabytes.or(model.figures.terabytes),
                cores: own.cores.or(model.figures.cores),
                gibibytes: own.gibibytes.or(model.figures.gibibytes),
                watts: watts.map(Decimal::from),
                units,
                ports: model.figures.ports,
            },
            days: PieceDays {
                in_service: self.in_service_on,
                expected: self.expected_on,
                due_back: self.lease_return_on,
                leaves: self.retirement_planned_on,
                left: self.retired_on,
            },
        }
    }
}

/// Statuses of what has left service.
const GONE: [AssetStatus; 2] = [AssetStatus::Retired, AssetStatus::Disposed];

impl Piece {
    /// Whether it has left service.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        GONE.contains(&self.status)
    }
}

/// The equipment that counts: what is there or is to come, and what left service since the days that are asked for.
fn counted(wanted: &Wanted) -> Condition {
    use asset::Column as C;
    let within = |pools: &[CapacityPoolId]| {
        Condition::any()
            .add(C::RackId.in_subquery(members_of(pools, member::Column::RackId)))
            .add(C::SiteId.in_subquery(members_of(pools, member::Column::SiteId)))
    };
    let there = C::Status.is_not_in(GONE);
    let mut all = Condition::any();
    if !wanted.pieces.is_empty() {
        let own = C::Id.in_subquery(members_of(&wanted.pieces, member::Column::AssetId));
        let since = wanted.gone_since.map(|since| C::RetiredOn.gt(since));
        let counts = Condition::any().add(there.clone()).add_option(since);
        all = all.add(Condition::all().add(counts).add(within(&wanted.pieces).add(own)));
    }
    if !wanted.mounted.is_empty() {
        let coming = C::Status.is_in([AssetStatus::Planned, AssetStatus::Ordered, AssetStatus::InStock]);
        let placed = Condition::any().add(C::RackId.is_not_null()).add(coming);
        let since = wanted.left_since.map(|since| C::RetiredOn.gt(since));
        let counts = Condition::any().add(there).add_option(since);
        all = all.add(Condition::all().add(within(&wanted.mounted)).add(placed).add(counts));
    }
    all
}

async fn piece_rows(db: &impl Read, wanted: &Wanted) -> Result<Vec<PieceRow>> {
    use asset::Column as C;
    let columns = [
        C::Id,
        C::Tag,
        C::RackId,
        C::ParentId,
        C::SiteId,
        C::ModelId,
        C::Status,
        C::PowerBasis,
        C::MeasuredDrawWatts,
        C::UsableTerabytes,
        C::Cores,
        C::MemoryGibibytes,
        C::InServiceOn,
        C::ExpectedOn,
        C::LeaseReturnOn,
        C::RetirementPlannedOn,
        C::RetiredOn,
    ];
    let query = asset::Entity::find().select_only().columns(columns).filter(counted(wanted));
    Ok(query.into_model().all(db).await?)
}
