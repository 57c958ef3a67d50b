//! Places that are held and find no room, as clients see them.

use async_graphql::{Context, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    capacity::capacity_placement_rack,
    id::{CapacityPlacementId, EntityId, RackId},
    inventory::rack,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};

use super::{
    held_placements::CapacityPlacement,
    placements::{PlacementResource, not_negative, page, size, word},
};
use crate::{
    access::Permission,
    capacity::overbooked::{self, HoldingRack, Overbooked},
    error::Result,
    inventory::graphql::racks::{Rack, RackFilter},
    rules::require_plausible,
    schema::{
        filter::Filter,
        record::Record,
        request::{caller, read, snapshot},
        rows::Items,
        scalar::Date,
    },
    store::Read,
};

/// What is held of a resource in a rack and finds no room, on the first of the days on which it is the most.
#[derive(Clone, SimpleObject)]
pub struct OverbookedResource {
    /// What of.
    resource: PlacementResource,
    /// What is held of it on the day, in rack units, kW, ports or kg.
    held: Decimal,
    /// How much of that finds no room: above 0 and at most `held`.
    lacking: Decimal,
    /// The day.
    on: Date,
    /// The placements that hold of it on the day, by their first day.
    placements: Vec<CapacityPlacement>,
    /// All of it in a sentence.
    message: String,
}

/// What finds no room in some racks, with the placements as rows that are read together.
fn told<'a>(racks: impl Iterator<Item = &'a HoldingRack>) -> Vec<Vec<OverbookedResource>> {
    let racks: Vec<&HoldingRack> = racks.collect();
    let of = |rack: &&'a HoldingRack| rack.overbooked.iter().flat_map(|it| it.placements.iter().cloned());
    let mut rows = Record::all_whole(racks.iter().flat_map(of).collect()).into_iter();
    let mut one = |found: &Overbooked| {
        let placements = rows.by_ref().take(found.placements.len()).map(CapacityPlacement::from);
        Some(OverbookedResource {
            resource: word(found.resource)?,
            held: found.shortfall.held.normalize(),
            lacking: found.shortfall.lacking.normalize(),
            on: Date(found.shortfall.on),
            placements: placements.collect(),
            message: found.message.clone(),
        })
    };
    racks.iter().map(|rack| rack.overbooked.iter().filter_map(&mut one).collect()).collect()
}

/// What finds no room of what one placement holds in a rack, found for all of its siblings at once.
pub(super) async fn of_holding(
    ctx: &Context<'_>,
    holding: &Record<capacity_placement_rack::Entity>,
    as_of: Option<Date>,
) -> Result<Vec<OverbookedResource>> {
    use capacity_placement_rack::Column as C;
    let from = first_day(ctx, as_of)?;
    let reader = read(ctx, Permission::ViewInventory)?;
    let load = async || {
        let racks: Vec<RackId> = holding.column_of_siblings(C::RackId)?;
        let among = Condition::all().add(rack::Column::Id.is_in(racks.iter().map(|id| id.uuid())));
        Box::pin(overbooked::holding(&reader, among, from)).await
    };
    let racks = holding.shared(format!("overbooked {from}"), load).await?;
    let (rack, own): (RackId, CapacityPlacementId) = (holding.get(C::RackId)?, holding.get(C::PlacementId)?);
    let Some(found) = racks.iter().find(|found| found.rack.id == rack) else { return Ok(Vec::new()) };
    let takes_part = |it: &&Overbooked| it.placements.iter().any(|placement| placement.id == own);
    let of_own = HoldingRack {
        overbooked: found.overbooked.iter().filter(takes_part).cloned().collect(),
        ..found.clone()
    };
    Ok(told([&of_own].into_iter()).pop().unwrap_or_default())
}

fn first_day(ctx: &Context<'_>, as_of: Option<Date>) -> Result<NaiveDate> {
    let day = as_of.map_or(caller(ctx)?.now.date_naive(), |day| day.0);
    require_plausible("asOf", Some(day))?;
    Ok(day)
}

/// A rack that does not take what is held in it.
pub struct OverbookedRack {
    rack: Rack,
    reason: Option<String>,
    resources: Vec<OverbookedResource>,
}

/// A rack that does not take what is held in it.
#[Object]
impl OverbookedRack {
    /// The rack.
    async fn rack(&self) -> &Rack {
        &self.rack
    }

    /// Why it takes no equipment, or not for as long as places are held. Null where it does and only lacks room.
    async fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What finds no room, by resource. Empty where the rack is not in use.
    async fn resources(&self) -> &[OverbookedResource] {
        &self.resources
    }
}

/// The racks in which places are held that find no room.
pub struct OverbookedRacks {
    as_of: NaiveDate,
    asked: usize,
    found: Vec<HoldingRack>,
}

impl OverbookedRacks {
    /// Those of a condition, from a day on.
    ///
    /// # Errors
    /// As [`overbooked::holding`].
    pub(super) async fn read(db: &impl Read, among: Condition, as_of: NaiveDate) -> Result<Self> {
        let racks = Box::pin(overbooked::holding(db, among, as_of)).await?;
        let asked = racks.len();
        let found = racks.into_iter().filter(|rack| !rack.is_sound()).collect();
        Ok(Self { as_of, asked, found })
    }
}

/// The racks in which places are held that find no room.
#[Object]
impl OverbookedRacks {
    /// The day from which it is seen: what was held until before it is left out.
    async fn as_of(&self) -> Date {
        Date(self.as_of)
    }

    /// In how many racks places are held, of those that were asked about.
    async fn racks_asked(&self) -> usize {
        self.asked
    }

    /// How many of them do not take what is held.
    async fn total_count(&self) -> usize {
        self.found.len()
    }

    /// These, in the order of their sites and names.
    #[graphql(complexity = "page(first).saturating_mul(child_complexity).saturating_add(1)")]
    async fn racks(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Items<OverbookedRack>> {
        let (first, skip) = (size(ctx, first)?, not_negative("skip", skip)?);
        let shown: Vec<&HoldingRack> = self.found.iter().skip(skip).take(first).collect();
        let rows = Record::all_whole(shown.iter().map(|found| found.rack.clone()).collect());
        let resources = told(shown.iter().copied());
        let of = |((row, found), resources): ((Record<rack::Entity>, &HoldingRack), _)| OverbookedRack {
            rack: row.into(),
            reason: found.reason.clone(),
            resources,
        };
        Ok(Items(rows.into_iter().zip(shown).zip(resources).map(of).collect()))
    }
}

/// Queries of what is held and finds no room.
#[derive(Default)]
pub struct OverbookedQuery;

/// Queries of what is held and finds no room.
#[Object]
impl OverbookedQuery {
    /// The racks in which places are held that find no room any more: what was recorded later takes it, such as a draw that
    /// was measured, a height that was corrected or a feed that carries less. Nothing of that is refused for their sake.
    #[graphql(complexity = "500 + child_complexity")]
    async fn overbooked_racks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which racks, of those that hold places. Left out: all, at most 5,000.")]
        filter: Option<RackFilter>,
        #[graphql(desc = "The first day that is looked at; today when left out.")] as_of: Option<Date>,
    ) -> Result<OverbookedRacks> {
        let among = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let from = first_day(ctx, as_of)?;
        OverbookedRacks::read(&snapshot(ctx, Permission::ViewInventory).await?, among, from).await
    }
}
