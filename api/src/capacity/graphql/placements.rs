//! Where equipment fits, as clients see it.

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::NaiveDate;
use entity::inventory::rack;
use forecasting::{capacity::placement::Resource, colocation::Feed};
use rust_decimal::Decimal;

use super::placement_inputs::{PlacementChoice, PlacementNeed, PlacementTerms, question};
use crate::{
    access::Permission,
    capacity::placements::{self, Answer, Loss, Question, RackAnswer},
    contracts::graphql::decision_words::PowerFeed as PowerSide,
    error::{Error, Result},
    inventory::graphql::racks::Rack,
    schema::{
        explain::{Explanation, ExplanationInput},
        page::{LARGEST_PAGE, LargestPage},
        record::Record,
        request::{caller, snapshot},
        rows::Items,
        scalar::Date,
    },
};

/// What racks have and equipment needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PlacementResource {
    /// Height, in rack units.
    RackUnits,
    /// Protected power, in kW.
    Power,
    /// Cooling, in kW.
    Cooling,
    /// Network ports.
    Ports,
    /// Weight, in kg.
    Weight,
}

/// None for what racks have no record of.
pub(super) fn word(resource: Resource) -> Option<PlacementResource> {
    match resource {
        Resource::RackUnits => Some(PlacementResource::RackUnits),
        Resource::Power => Some(PlacementResource::Power),
        Resource::Cooling => Some(PlacementResource::Cooling),
        Resource::Ports => Some(PlacementResource::Ports),
        Resource::Weight => Some(PlacementResource::Weight),
        Resource::Outlets => None,
    }
}

/// How much of a resource.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlacementAmount {
    /// Which.
    resource: PlacementResource,
    /// How much, in rack units, kW, ports or kg.
    quantity: Decimal,
}

/// How many racks a resource binds.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlacementBinding {
    /// Which.
    resource: PlacementResource,
    /// How many racks run out of it first, alone or with others.
    racks: usize,
}

/// What a rack has of a resource.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlacementRackResource {
    /// Which.
    resource: PlacementResource,
    /// What one piece needs. Null where it was not said to need any.
    need: Option<Decimal>,
    /// What is free. Null where nobody knows.
    free: Option<Decimal>,
    /// How many pieces find what they need of it. Null where it is not needed, or nobody knows.
    fits: Option<u64>,
    /// What is left once the pieces that go to the rack stand in it. Null where nobody knows.
    left: Option<Decimal>,
    /// What is left once as many stand in it as fit, and can be used for no more of them. Null where nobody knows.
    stranded: Option<Decimal>,
    /// Why something is not known. Null where all is.
    reason: Option<String>,
}

/// What the draws in a rack are taken from.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlacementPowerBasis {
    /// How many assets by their own measurement.
    measured: usize,
    /// How many by the typical draw of their model.
    model: usize,
    /// How many by the nameplate of their model.
    nameplate: usize,
}

/// What the loss of a feed does to the pieces that go to a rack, or to all of them.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlacementFeedLoss {
    /// The feed that is lost.
    lost: PowerSide,
    /// Whether all of them stay up. Null where nobody knows, and where no piece finds a place.
    survives: Option<bool>,
    /// How many go down, with their own feed or with one that is overloaded. Null as `survives` is.
    pieces_down: Option<u64>,
    /// What the other feed has to carry, in kW. Null where nobody knows, and for all racks together.
    load_kw: Option<Decimal>,
    /// What it could carry beside, in kW. Null where it is overloaded or nobody knows, and for all racks together.
    spare_kw: Option<Decimal>,
    /// Why they go down, or why nobody knows.
    reason: Option<String>,
}

impl From<&Loss> for PlacementFeedLoss {
    fn from(loss: &Loss) -> Self {
        Self {
            lost: loss.lost.into(),
            survives: loss.down.map(|down| down == 0),
            pieces_down: loss.down,
            load_kw: loss.load.map(|load| load.normalize()),
            spare_kw: loss.spare.map(|spare| spare.normalize()),
            reason: loss.reason.clone(),
        }
    }
}

fn amounts(of: &BTreeMap<Resource, Decimal>) -> Vec<PlacementAmount> {
    let known = of.iter().filter_map(|(resource, quantity)| Some((word(*resource)?, quantity.normalize())));
    known.map(|(resource, quantity)| PlacementAmount { resource, quantity }).collect()
}

/// A rack, and what fits in it.
pub struct PlacementRack<'a> {
    rack: Rack,
    answer: &'a RackAnswer,
    question: &'a Question,
}

/// A rack, and what fits in it.
#[Object]
impl PlacementRack<'_> {
    /// The rack.
    async fn rack(&self) -> &Rack {
        &self.rack
    }

    /// How many of the pieces that are asked for go to it.
    async fn pieces(&self) -> u64 {
        self.answer.pieces
    }

    /// How many pieces it may take, if no other rack took any. Null where nobody knows.
    async fn fits(&self) -> Option<u64> {
        self.answer.most
    }

    /// Why nobody knows how many fit, or why fewer than find room may come. Null where neither is so.
    async fn reason(&self) -> Option<&str> {
        self.answer.reason.as_deref()
    }

    /// What runs out first: of all that is needed what the fewest pieces find. Empty where `fits` is null: what is not known of
    /// the rack, as `reason` says, may run out before.
    async fn binding(&self) -> Vec<PlacementResource> {
        self.answer.binding().filter_map(word).collect()
    }

    /// What it has of each resource.
    async fn resources(&self) -> Vec<PlacementRackResource> {
        let needed: BTreeMap<Resource, Decimal> = self.question.piece.amounts().into_iter().collect();
        let plain = |amount: Option<&Decimal>| amount.map(Decimal::normalize);
        let of = |resource: Resource| {
            let state = &self.answer.state;
            Some(PlacementRackResource {
                resource: word(resource)?,
                need: plain(needed.get(&resource)),
                free: plain(state.free.of(resource).as_ref()),
                fits: self.answer.fit.by_resource.get(&resource).copied(),
                left: plain(self.answer.left.get(&resource)),
                stranded: plain(self.answer.fit.stranded.get(&resource)),
                reason: state.unknown.get(&resource).cloned(),
            })
        };
        Resource::ALL.into_iter().filter_map(of).collect()
    }

    /// What the draws of its equipment are taken from; what is retired draws nothing.
    async fn power_basis(&self) -> PlacementPowerBasis {
        let [measured, model, nameplate] = self.answer.state.bases;
        PlacementPowerBasis { measured, model, nameplate }
    }

    /// How many pieces are held in it for other purposes on some day that is asked about.
    async fn held_pieces(&self) -> u64 {
        self.answer.state.held
    }

    /// Resources of which more is held than there is, since something else took its place.
    async fn overbooked(&self) -> Vec<PlacementResource> {
        self.answer.state.overbooked.keys().filter_map(|resource| word(*resource)).collect()
    }

    /// How much of what is held of these finds no room, on the day on which it is the most.
    async fn overbooked_by(&self) -> Vec<PlacementAmount> {
        let of = self.answer.state.overbooked.iter();
        amounts(&of.map(|(resource, short)| (*resource, short.lacking)).collect())
    }

    /// What the loss of feed A, then of feed B, does to the pieces that go to it. Empty where none goes.
    async fn feed_losses(&self) -> Vec<PlacementFeedLoss> {
        self.answer.losses.iter().map(PlacementFeedLoss::from).collect()
    }
}

/// Where equipment fits.
pub struct PlacementAnswer {
    question: Question,
    answer: Answer,
}

/// Where equipment fits.
#[Object]
impl PlacementAnswer {
    /// The day from which it is seen.
    async fn as_of(&self) -> Date {
        Date(self.question.period.from)
    }

    /// How many pieces are asked for.
    async fn count(&self) -> u64 {
        self.question.pieces
    }

    /// How many of them find a place.
    async fn placed(&self) -> u64 {
        self.answer.placed
    }

    /// Whether all find a place. Null where that depends on racks of which too little is known.
    async fn is_enough(&self) -> Option<bool> {
        self.answer.is_enough
    }

    /// Why not all do, or why nobody knows. Null where all do.
    async fn reason(&self) -> Option<&str> {
        self.answer.reason.as_deref()
    }

    /// How many would find a place in all racks of which enough is known, together: feeds that several racks hang on
    /// count once.
    async fn fits(&self) -> u64 {
        self.answer.capacity
    }

    /// How many racks were looked at.
    async fn racks_asked(&self) -> usize {
        self.answer.racks.len()
    }

    /// How many of them may take none or some, nobody knows. They take none here.
    async fn racks_unknown(&self) -> usize {
        self.answer.unknown
    }

    /// What runs out first in how many racks, of those where it is known how many fit.
    async fn binding(&self) -> Vec<PlacementBinding> {
        let of = self.answer.binding.iter();
        of.filter_map(|(resource, racks)| {
            Some(PlacementBinding { resource: word(*resource)?, racks: *racks })
        })
        .collect()
    }

    /// What would be stranded in all these racks together once as many stand in each as fit: it is there, and another
    /// resource is exhausted.
    async fn stranded(&self) -> Vec<PlacementAmount> {
        amounts(&self.answer.stranded())
    }

    /// What the loss of feed A in all racks, then of feed B, does to the pieces that find a place.
    async fn feed_losses(&self) -> Vec<PlacementFeedLoss> {
        let of = |lost: Feed| {
            let down = self.answer.down(lost);
            let mut reasons = self.answer.racks.iter().flat_map(|rack| &rack.losses);
            let reason = reasons.find(|loss| loss.lost == lost && loss.reason.is_some());
            let nothing = (self.answer.placed == 0).then(|| "no piece finds a place".to_owned());
            PlacementFeedLoss {
                lost: lost.into(),
                survives: down.map(|down| down == 0),
                pieces_down: down,
                load_kw: None,
                spare_kw: None,
                reason: nothing.or_else(|| reason.and_then(|loss| loss.reason.clone())),
            }
        };
        [Feed::A, Feed::B].into_iter().map(of).collect()
    }

    /// The racks: those that take pieces in the order they are filled, then the others by how many fit.
    #[graphql(complexity = "page(first).saturating_mul(child_complexity).saturating_add(1)")]
    async fn racks(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Items<PlacementRack<'_>>> {
        let (first, skip) = (size(ctx, first)?, not_negative("skip", skip)?);
        let shown: Vec<&RackAnswer> = self.answer.racks.iter().skip(skip).take(first).collect();
        let rows = Record::all_whole(shown.iter().map(|answer| answer.state.rack.clone()).collect());
        let racks = rows.into_iter().zip(shown);
        let of = |(row, answer): (Record<rack::Entity>, _)| PlacementRack {
            rack: row.into(),
            answer,
            question: &self.question,
        };
        Ok(Items(racks.map(of).collect()))
    }

    /// How it came about.
    async fn explain(&self) -> Explanation {
        explain(&self.question, &self.answer)
    }
}

pub(super) fn page(first: i32) -> usize {
    usize::try_from(first).unwrap_or_default()
}

pub(super) fn not_negative(field: &str, wanted: i32) -> Result<usize> {
    usize::try_from(wanted).map_err(|_| Error::invalid(field, format!("{wanted} is below zero")))
}

pub(super) fn size(ctx: &Context<'_>, first: i32) -> Result<usize> {
    let size = not_negative("first", first)?;
    let largest = ctx.data_opt::<LargestPage>().map_or(LARGEST_PAGE, |largest| largest.0);
    if size as u64 > largest {
        let message = format!("{size} is more than the largest list of {largest}");
        return Err(Error::TooMuch { field: "first".to_owned(), message });
    }
    Ok(size)
}

fn explain(question: &Question, answer: &Answer) -> Explanation {
    let input = |name: &str, value: String| ExplanationInput { name: name.to_owned(), value };
    let needed = question.piece.amounts().into_iter();
    let mut inputs: Vec<ExplanationInput> = needed
        .map(|(resource, amount)| input(&format!("{} of one piece", resource.code()), amount.to_string()))
        .collect();
    inputs.push(input("pieces", question.pieces.to_string()));
    inputs.push(input("racks", answer.racks.len().to_string()));
    inputs.push(input("added to measured draws, as a fraction", question.terms.margin.to_string()));
    inputs.push(input("share of nameplates that is drawn", question.terms.derate.to_string()));
    let mut excluded = vec![
        "racks that are planned or retired, and equipment in no rack".to_owned(),
        "racks at sites that are closed, or left by the last day".to_owned(),
        "what was not said to be needed".to_owned(),
    ];
    if answer.unknown > 0 {
        excluded.push(format!("{} racks of which too little is known", answer.unknown));
    }
    Explanation {
        formula: "of each resource floor(free / need), in each run of units for height; a rack takes the least of \
                  these; next is filled the rack in which the least is left over"
            .to_owned(),
        inputs,
        assumptions: vec![
            "units are free that are free on both faces; whatever has not been disposed of keeps its units".to_owned(),
            "the power of a rack is the lesser of what its feeds of side A and of side B, and those that they hang \
             on, carry beyond the draw; its protected power where it has no feed on record"
                .to_owned(),
            "planned equipment draws already, retired equipment draws nothing and takes no port".to_owned(),
            "all power that is drawn becomes heat in the rack".to_owned(),
            "what stands there has two power supplies, one on each side".to_owned(),
            "what placements hold is held in full, however likely it is to be needed".to_owned(),
        ],
        excluded,
        estimated: false,
    }
}

/// Queries of places.
#[derive(Default)]
pub struct PlacementQuery;

/// Queries of places.
#[Object]
impl PlacementQuery {
    /// Where equipment fits: how many pieces in which racks, what runs out first, what is stranded, and whether they stay
    /// up when a feed is lost. What placements hold is taken.
    #[graphql(complexity = "500 + child_complexity")]
    async fn placement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What one piece needs, and how many there are.")] need: PlacementNeed,
        #[graphql(name = "in", desc = "Which racks. Left out: all that are in use, at most 5,000.")]
        choice: Option<PlacementChoice>,
        #[graphql(desc = "The day on which the places are needed; today when left out.")] as_of: Option<Date>,
        #[graphql(desc = "The last day on which they are needed. Left out: the first.")] until: Option<Date>,
        #[graphql(
            default = false,
            desc = "Place only what stays up when either feed is lost. Racks whose feeds are not known take none then."
        )]
        survives_feed_loss: bool,
        #[graphql(desc = "How recorded draws are planned with. Left out: as they are recorded.")]
        terms: Option<PlacementTerms>,
    ) -> Result<PlacementAnswer> {
        let caller = caller(ctx)?;
        let reader = snapshot(ctx, Permission::ViewInventory).await?;
        let from = as_of.map_or(caller.now.date_naive(), |day| day.0);
        let until: NaiveDate = until.map_or(from, |day| day.0);
        let question = question(caller, &need, choice, (from, Some(until)), survives_feed_loss, terms)?;
        let answer = Box::pin(placements::answer(&reader, &question)).await?;
        Ok(PlacementAnswer { question, answer })
    }
}
