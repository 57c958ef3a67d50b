//! What is asked of places for equipment, as clients say it.

use async_graphql::{Enum, InputObject};
use chrono::NaiveDate;
use entity::{
    capacity::capacity_placement,
    id::{CapacityPoolId, RackId, SiteId},
};
use rust_decimal::Decimal;

use crate::{
    access::Caller,
    capacity::{
        needs::{self, Given, Piece},
        placements::Question,
        rack_choices::Choice,
        rack_holds::Period,
        rack_states::Terms,
    },
    error::Result,
    inventory::graphql::racks::RackFilter,
    schema::{filter::Filter, scalar::Id},
};

/// Which of two feeds that back each other up a piece hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "capacity_placement::PlacementCords")]
pub enum PlacementCords {
    /// Both: either carries all of it.
    Both,
    /// Side A alone: it goes down with it.
    A,
    /// Side B alone: it goes down with it.
    B,
}

/// What equipment needs. What is left out, or 0, is not needed and not looked at; something has to be needed.
#[derive(Clone, Debug, InputObject)]
pub struct PlacementNeed {
    /// Height of one piece in rack units, in one run; halves are possible.
    pub u: Option<Decimal>,
    /// What one piece draws, in kW: a measured peak with a margin rather than the nameplate.
    pub kw: Option<Decimal>,
    /// Heat of one piece that has to be carried off, in kW.
    pub cooling_kw: Option<Decimal>,
    /// Network ports of the rack that one piece takes.
    pub ports: Option<i32>,
    /// Weight of one piece, in kg.
    pub weight_kg: Option<Decimal>,
    /// How many pieces, at most 10,000.
    #[graphql(default = 1)]
    pub count: i32,
    /// Which feeds a piece hangs on.
    #[graphql(default_with = "PlacementCords::Both")]
    pub cords: PlacementCords,
}

/// Which racks. All that is given has to hold; only racks that are `ACTIVE` take equipment.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PlacementChoice {
    /// The ids of the racks.
    pub racks: Option<Vec<Id<RackId>>>,
    /// The ids of the sites that they stand at.
    pub sites: Option<Vec<Id<SiteId>>>,
    /// The ids of capacity pools that they are members of, or whose members are the sites that they stand at.
    pub pools: Option<Vec<Id<CapacityPoolId>>>,
    /// What holds for them, such as the room or cage.
    pub filter: Option<RackFilter>,
}

/// How recorded draws are planned with.
#[derive(Clone, Debug, InputObject)]
pub struct PlacementTerms {
    /// What is added to a measured draw, as a fraction of it: 0.1 adds a tenth. Left out: nothing.
    pub measured_margin: Option<Decimal>,
    /// The fraction of a nameplate that is taken to be drawn. Left out: all of it.
    pub nameplate_derate: Option<Decimal>,
}

fn plain<I>(ids: Option<Vec<Id<I>>>) -> Option<Vec<I>> {
    ids.map(|ids| ids.into_iter().map(|id| id.0).collect())
}

impl PlacementChoice {
    fn choice(self, caller: &Caller) -> Result<Choice> {
        Ok(Choice {
            racks: plain(self.racks),
            sites: plain(self.sites),
            pools: plain(self.pools),
            condition: self.filter.map(|filter| filter.condition(caller)).transpose()?,
        })
    }
}

/// What is asked, from all that a client said.
pub(super) fn question(
    caller: &Caller,
    need: &PlacementNeed,
    choice: Option<PlacementChoice>,
    (from, until): (NaiveDate, Option<NaiveDate>),
    survives: bool,
    terms: Option<PlacementTerms>,
) -> Result<Question> {
    let pieces = needs::require_pieces(need.count)?;
    let given = Given {
        u: need.u,
        kw: need.kw,
        cooling_kw: need.cooling_kw,
        ports: need.ports,
        weight_kg: need.weight_kg,
        cords: need.cords.into(),
    };
    let (margin, derate) =
        terms.map_or((None, None), |terms| (terms.measured_margin, terms.nameplate_derate));
    Ok(Question {
        piece: Piece::parse(&given)?,
        pieces,
        choice: choice.unwrap_or_default().choice(caller)?,
        period: Period { from, until },
        survives,
        terms: Terms { margin: margin.unwrap_or(Decimal::ZERO), derate: derate.unwrap_or(Decimal::ONE) },
    })
}
