//! Placements, as clients see, make and release them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    capacity::{capacity_placement, capacity_placement_rack},
    id::{CapacityPlacementId, RackId},
    inventory::rack,
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{Condition, Order as Sorted};

use super::{
    overbooked::{self, OverbookedResource},
    placement_inputs::{PlacementChoice, PlacementCords, PlacementNeed, PlacementTerms, question},
};
use crate::{
    access::{Caller, Permission},
    capacity::{
        held_placements::{self, Order as Held},
        needs::{thousandth, units},
    },
    error::Result,
    inventory::graphql::racks::{Rack, RackFilter},
    schema::{
        filter::{DateFilter, Filter, IdFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, change},
        scalar::{Date, Id, Moment, rate},
    },
};

/// Places in racks that are held for equipment to come.
#[derive(Clone)]
pub struct CapacityPlacement(Record<capacity_placement::Entity>);

impl From<Record<capacity_placement::Entity>> for CapacityPlacement {
    fn from(record: Record<capacity_placement::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for CapacityPlacement {
    type Entity = capacity_placement::Entity;
    type Id = CapacityPlacementId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: capacity_placement::Column = capacity_placement::Column::Id;

    fn columns(field: &str) -> &'static [capacity_placement::Column] {
        use capacity_placement::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "purpose" => &[C::Purpose],
            "fromOn" => &[C::FromOn],
            "toOn" => &[C::ToOn],
            "pieces" => &[C::Pieces],
            "u" => &[C::HalfUnits],
            "kw" => &[C::PowerWatts],
            "coolingKw" => &[C::CoolingWatts],
            "ports" => &[C::Ports],
            "weightKg" => &[C::WeightGrams],
            "cords" => &[C::Cords],
            "probability" => &[C::Probability],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// How many pieces a rack holds a place for.
#[derive(Clone)]
pub struct CapacityPlacementRack(Record<capacity_placement_rack::Entity>);

impl From<Record<capacity_placement_rack::Entity>> for CapacityPlacementRack {
    fn from(record: Record<capacity_placement_rack::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for CapacityPlacementRack {
    type Entity = capacity_placement_rack::Entity;
    type Id = entity::id::CapacityPlacementRackId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: capacity_placement_rack::Column = capacity_placement_rack::Column::Id;

    fn columns(field: &str) -> &'static [capacity_placement_rack::Column] {
        use capacity_placement_rack::Column as C;
        match field {
            "rack" => &[C::RackId],
            "pieces" => &[C::Pieces],
            "overbooked" => &[C::RackId, C::PlacementId],
            _ => &[],
        }
    }
}

/// How many pieces a rack holds a place for.
#[Object]
impl CapacityPlacementRack {
    /// The rack.
    async fn rack(&self, ctx: &Context<'_>) -> Result<Option<Rack>> {
        self.0.one(ctx, capacity_placement_rack::Column::RackId).await
    }

    /// How many pieces.
    async fn pieces(&self) -> Result<i32> {
        self.0.get(capacity_placement_rack::Column::Pieces)
    }

    /// Resources of which more is held in the rack than there is, where this placement takes part in it: what was recorded
    /// later took its place. Empty where all of them find room.
    async fn overbooked(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day that is looked at; today when left out.")] as_of: Option<Date>,
    ) -> Result<Vec<OverbookedResource>> {
        overbooked::of_holding(ctx, &self.0, as_of).await
    }
}

/// Places in racks that are held for equipment to come.
#[Object]
impl CapacityPlacement {
    /// The id of the placement.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<CapacityPlacementId>(self.0.get(capacity_placement::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to release what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(capacity_placement::Column::Version)
    }

    /// When it was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(capacity_placement::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(capacity_placement::Column::UpdatedAt)
    }

    /// What for; no two placements of one first day share it.
    async fn purpose(&self) -> Result<String> {
        self.0.get(capacity_placement::Column::Purpose)
    }

    /// First day it is held.
    #[graphql(name = "fromOn")]
    async fn first_day(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(capacity_placement::Column::FromOn)?))
    }

    /// Last day it is held. Null where nobody said.
    async fn to_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(capacity_placement::Column::ToOn)?.map(Date))
    }

    /// How many pieces are to come.
    async fn pieces(&self) -> Result<i32> {
        self.0.get(capacity_placement::Column::Pieces)
    }

    /// Height of one piece, in rack units. Null where it needs none.
    async fn u(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<i32>>(capacity_placement::Column::HalfUnits)?.map(units))
    }

    /// What one piece draws, in kW. Null where it needs no power.
    async fn kw(&self) -> Result<Option<Decimal>> {
        self.watts(capacity_placement::Column::PowerWatts)
    }

    /// Heat of one piece that has to be carried off, in kW. Null where it needs no cooling.
    async fn cooling_kw(&self) -> Result<Option<Decimal>> {
        self.watts(capacity_placement::Column::CoolingWatts)
    }

    /// Network ports that one piece takes. Null where it needs none.
    async fn ports(&self) -> Result<Option<i32>> {
        self.0.get(capacity_placement::Column::Ports)
    }

    /// Weight of one piece, in kg. Null where it was not said.
    async fn weight_kg(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<i64>>(capacity_placement::Column::WeightGrams)?.map(thousandth))
    }

    /// Which feeds a piece hangs on.
    async fn cords(&self) -> Result<PlacementCords> {
        Ok(self.0.get::<capacity_placement::PlacementCords>(capacity_placement::Column::Cords)?.into())
    }

    /// How likely it is to be needed. Places are held in full all the same.
    async fn probability(&self) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(capacity_placement::Column::Probability)?.to_decimal())
    }

    /// Where the record came from.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(capacity_placement::Column::Source)
    }

    /// The racks that hold places, each with how many pieces, in the order they are filled.
    async fn racks(&self, ctx: &Context<'_>) -> Result<Vec<CapacityPlacementRack>> {
        use capacity_placement_rack::Column as Own;
        self.0.many(ctx, capacity_placement::Column::Id, Own::PlacementId, &[(Own::Id, Sorted::Asc)]).await
    }
}

impl CapacityPlacement {
    fn watts(&self, column: capacity_placement::Column) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<i32>>(column)?.map(|watts| thousandth(i64::from(watts))))
    }
}

/// Which placements. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CapacityPlacementFilter {
    /// All of these as well.
    pub and: Option<Vec<CapacityPlacementFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<CapacityPlacementFilter>>,
    /// And not this.
    pub not: Option<Box<CapacityPlacementFilter>>,
    /// By id.
    pub id: Option<IdFilter<CapacityPlacementId>>,
    /// By what it is for.
    pub purpose: Option<StringFilter>,
    /// By the first day.
    pub from_on: Option<DateFilter>,
    /// By the last day.
    pub to_on: Option<DateFilter>,
    /// Those that hold places in at least one of these racks.
    pub rack: Option<RackFilter>,
}

impl Filter for CapacityPlacementFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use capacity_placement::Column as C;
        use capacity_placement_rack::Column as Own;
        let rack = match &self.rack {
            Some(rack) => {
                let of_racks =
                    through::<rack::Entity>(Own::RackId, rack::Column::Id, rack.condition(caller)?);
                let of_racks = Condition::all().add(of_racks);
                Some(through::<capacity_placement_rack::Entity>(C::Id, Own::PlacementId, of_racks))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.purpose.as_ref().map(|test| test.on(C::Purpose)))
            .add_option(self.from_on.as_ref().map(|test| test.on(C::FromOn)).transpose()?)
            .add_option(self.to_on.as_ref().map(|test| test.on(C::ToOn)).transpose()?)
            .add_option(rack))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order placements by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CapacityPlacementOrderField {
    /// By the first day.
    FromOn,
    /// By what it is for.
    Purpose,
    /// By how many pieces are to come.
    Pieces,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for CapacityPlacementOrderField {
    type Noun = CapacityPlacement;

    fn column(self) -> capacity_placement::Column {
        match self {
            Self::FromOn => capacity_placement::Column::FromOn,
            Self::Purpose => capacity_placement::Column::Purpose,
            Self::Pieces => capacity_placement::Column::Pieces,
            Self::CreatedAt => capacity_placement::Column::CreatedAt,
        }
    }
}

/// Queries of placements.
#[derive(Default)]
pub struct HeldPlacementQuery;

/// Queries of placements.
#[Object]
impl HeldPlacementQuery {
    /// One placement by its id.
    async fn capacity_placement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CapacityPlacementId>,
    ) -> Result<Option<CapacityPlacement>> {
        by_id(ctx, id).await
    }

    /// The placements.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn capacity_placements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<CapacityPlacementFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<CapacityPlacementOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<CapacityPlacement>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Equipment to come that needs its places.
#[derive(Clone, Debug, InputObject)]
pub struct NewCapacityPlacement {
    /// What one piece needs, and how many there are.
    pub need: PlacementNeed,
    /// Which racks. Left out: all that are in use.
    #[graphql(name = "in")]
    pub choice: Option<PlacementChoice>,
    /// First day the places are held.
    pub from_on: Date,
    /// Last day they are held. Null where nobody said.
    pub to_on: Option<Date>,
    /// What for; no two placements of one first day share it.
    pub purpose: String,
    /// How likely they are to be needed, above 0 and at most 1. Left out: 1. Places are held in full all the same.
    pub probability: Option<Decimal>,
    /// Hold only places in which all stay up when either feed is lost.
    #[graphql(default = false)]
    pub survives_feed_loss: bool,
    /// How recorded draws are planned with. Left out: as they are recorded.
    pub terms: Option<PlacementTerms>,
    /// Where the record comes from.
    pub source: Option<String>,
}

/// Pieces whose places in a rack are given back.
#[derive(Clone, Debug, InputObject)]
pub struct PlacementPieces {
    /// The id of the rack.
    pub rack: Id<RackId>,
    /// How many pieces, at least one and at most those that it holds places for.
    pub pieces: i32,
}

/// Changes of placements.
#[derive(Default)]
pub struct HeldPlacementMutation;

/// Changes of placements.
#[Object]
impl HeldPlacementMutation {
    /// Holds places for equipment to come, in the racks in which it fits on every day of the period: the racks that
    /// `placement` would name. Refused where fewer pieces fit than are asked for.
    async fn reserve_placement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be held.")] input: NewCapacityPlacement,
    ) -> Result<CapacityPlacement> {
        let caller = caller(ctx)?;
        let held = change(ctx, Permission::EditInventory, async |tx| {
            let days = (input.from_on.0, input.to_on.map(|day| day.0));
            let question =
                question(caller, &input.need, input.choice, days, input.survives_feed_loss, input.terms)?;
            let probability = input.probability.map_or(Ok(Rate::ONE), |given| rate(given, "probability"))?;
            let order = Held { question, purpose: input.purpose, probability, source: input.source };
            Box::pin(held_placements::reserve(tx, order)).await
        });
        Ok(Record::whole(held.await?).into())
    }

    /// Gives the places of a placement back and answers with its id: when the equipment stands in its racks, or will not
    /// come.
    async fn release_placement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CapacityPlacementId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditInventory, async |tx| {
            held_placements::release(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }

    /// Gives some of the places of a placement back, rack by rack, and answers with what is still held: when some of the
    /// equipment stands in its racks, or will not come. Null where nothing is held any more.
    async fn release_placement_pieces(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CapacityPlacementId>,
        #[graphql(desc = "The racks, each once, with how many pieces.")] racks: Vec<PlacementPieces>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Option<CapacityPlacement>> {
        let given: Vec<(RackId, i32)> = racks.iter().map(|given| (given.rack.0, given.pieces)).collect();
        let held = change(ctx, Permission::EditInventory, async |tx| {
            held_placements::release_pieces(tx, *id, &given, expected_version).await
        });
        Ok(held.await?.map(|row| Record::whole(row).into()))
    }
}
