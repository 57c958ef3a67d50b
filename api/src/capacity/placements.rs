//! Where equipment fits: how many pieces, in which racks, what binds, what is stranded, and what the loss of a feed does.

use std::collections::{BTreeMap, HashMap};

use entity::inventory::rack;
use forecasting::{
    capacity::placement::{self as reckoned, FeedLoad, FeedLoss, FeedState, Fit, Free, Need, Resource},
    colocation::Feed,
};
use rust_decimal::Decimal;

use super::{
    needs::Piece,
    rack_choices::{self, Choice},
    rack_holds::Period,
    rack_states::{self, Backing, State, Terms},
};
use crate::{
    error::{Error, Result},
    rules::{require_fraction, require_order, require_plausible},
    store::Read,
};

/// Racks that are named in a sentence.
const NAMED: usize = 5;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// What one piece needs.
    pub piece: Piece,
    /// How many pieces, at least one.
    pub pieces: u64,
    /// Which racks they may go to.
    pub choice: Choice,
    /// The days on which they need their places.
    pub period: Period,
    /// Whether all of them have to stay up when either feed is lost.
    pub survives: bool,
    /// How draws are planned with.
    pub terms: Terms,
}

/// What the loss of one feed does to the pieces in a rack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The feed that is lost.
    pub lost: Feed,
    /// What the other has to carry, in kW; none where nobody knows, or where it is lost too.
    pub load: Option<Decimal>,
    /// What it could carry beside; none where it is overloaded, or `load` is none.
    pub spare: Option<Decimal>,
    /// How many of the pieces go down; none where nobody knows.
    pub down: Option<u64>,
    /// Why they do, or why nobody knows.
    pub reason: Option<String>,
}

/// A rack, and what fits in it.
#[derive(Clone, Debug)]
pub struct RackAnswer {
    /// What is known of it.
    pub state: State,
    /// How many fit by each resource, what binds and what is stranded.
    pub fit: Fit,
    /// How many it may take, alone; none where nobody knows.
    pub most: Option<u64>,
    /// Why none is known, or why fewer than find room may come.
    pub reason: Option<String>,
    /// How many of those that are asked for go to it.
    pub pieces: u64,
    /// What is left with these.
    pub left: BTreeMap<Resource, Decimal>,
    /// What the loss of each feed does to these, A first; none where it takes none.
    pub losses: Vec<Loss>,
}

/// Where pieces fit.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The racks: those that take pieces in the order they are filled, then the others by how many fit, then by name.
    pub racks: Vec<RackAnswer>,
    /// How many find a place.
    pub placed: u64,
    /// How many would find one in all the racks together.
    pub capacity: u64,
    /// How many racks each resource binds, of those where it is known how many fit.
    pub binding: BTreeMap<Resource, usize>,
    /// Racks of which nobody knows how many fit.
    pub unknown: usize,
    /// Whether all find a place; none where that depends on racks of which too little is known.
    pub is_enough: Option<bool>,
    /// Why not, or why nobody knows.
    pub reason: Option<String>,
}

/// Where pieces fit.
///
/// # Errors
/// `Invalid` for terms out of their range, a last day before the first and what [`rack_choices::chosen`] refuses.
pub async fn answer(db: &impl Read, question: &Question) -> Result<Answer> {
    check(question)?;
    let racks = rack_choices::chosen(db, &question.choice, question.period).await?;
    among(db, question, racks).await
}

pub(super) fn check(question: &Question) -> Result<()> {
    let Period { from, until } = question.period;
    require_plausible("asOf", Some(from))?;
    require_plausible("until", until)?;
    require_order("until", Some(from), until, "asOf")?;
    let Terms { margin, derate } = question.terms;
    require_fraction("terms.measuredMargin", margin, Decimal::ZERO, Decimal::ONE)?;
    require_fraction("terms.nameplateDerate", derate, Decimal::new(1, 2), Decimal::ONE)
}

/// Where pieces fit among some racks in use.
pub(super) async fn among(db: &impl Read, question: &Question, racks: Vec<rack::Model>) -> Result<Answer> {
    let need = question.piece.need()?;
    let states = rack_states::of(db, racks, question.period, &need, question.terms).await?;
    let offered = |state: &State| reckoned::Rack {
        name: state.key.clone(),
        free: state.free.clone(),
        feeds: match state.backing {
            Backing::Known(feeds) => Some(feeds),
            Backing::Common | Backing::Unknown => None,
        },
    };
    let racks: Vec<reckoned::Rack> = states.racks.iter().map(offered).collect();
    let survive = question.survives.then(|| question.piece.cords());
    let placed = reckoned::place_within(question.pieces, &need, &racks, survive, &states.limits)
        .map_err(|cause| Error::invalid("need", cause))?;
    let allotted: HashMap<&str, (usize, u64)> = placed
        .allotments
        .iter()
        .enumerate()
        .map(|(place, allotment)| (allotment.rack.as_str(), (place, allotment.units)))
        .collect();
    let mut answers = Vec::with_capacity(states.racks.len());
    for state in states.racks {
        let (place, pieces) = allotted.get(state.key.as_str()).copied().unwrap_or((usize::MAX, 0));
        answers.push((place, rack_answer(question, &need, state, pieces)?));
    }
    answers.sort_by(|(one, this), (other, that)| {
        (one, that.most, &this.state.key).cmp(&(other, this.most, &that.state.key))
    });
    let racks: Vec<RackAnswer> = answers.into_iter().map(|(_, answer)| answer).collect();
    Ok(judged(question, racks, &placed))
}

fn rack_answer(question: &Question, need: &Need, state: State, pieces: u64) -> Result<RackAnswer> {
    let wrong = |cause| Error::invalid("need", cause);
    let fit = reckoned::fit(&state.free, need).map_err(wrong)?;
    let (most, reason) = most(question, need, &state, &fit)?;
    let left = rest(&state.free, need, pieces)?;
    let losses = if pieces == 0 { Vec::new() } else { losses(question, need, &state, pieces)? };
    Ok(RackAnswer { state, fit, most, reason, pieces, left, losses })
}

/// What is left of each resource with some pieces placed.
fn rest(free: &Free, need: &Need, pieces: u64) -> Result<BTreeMap<Resource, Decimal>> {
    let taken = free.less(need, pieces).map_err(|cause| Error::invalid("need", cause))?;
    let known = Resource::ALL.into_iter();
    Ok(known.filter_map(|resource| Some((resource, taken.left.of(resource)?))).collect())
}

/// How many a rack may take, and why nobody knows or why fewer than find room.
fn most(question: &Question, need: &Need, state: &State, fit: &Fit) -> Result<(Option<u64>, Option<String>)> {
    let Some(units) = fit.units else {
        let why = fit.unknown.iter().filter_map(|resource| state.unknown.get(resource).cloned());
        let why: Vec<String> = why.collect();
        // What is known may say already that none fits.
        return Ok(if fit.at_most == Some(0) { (Some(0), None) } else { (None, Some(why.join("; "))) });
    };
    if !question.survives || units == 0 {
        return Ok((Some(units), None));
    }
    let name = &state.rack.name;
    let feeds = match &state.backing {
        Backing::Known(feeds) => feeds,
        Backing::Common => return Ok((Some(0), Some(common(name)))),
        Backing::Unknown => return Ok((None, Some(unbacked(name)))),
    };
    let draw = need.of(Resource::Power);
    let most = match question.piece.cords() {
        reckoned::Cords::Only(feed) => {
            let message = format!("a piece on feed {} alone goes down with it", letter(feed));
            return Ok((Some(0), Some(message)));
        }
        reckoned::Cords::Both if draw.is_zero() => units,
        reckoned::Cords::Both => most_that_survive(feeds, draw)?.min(units),
    };
    let reason = (most < units).then(|| format!("more would not stay up in {name} on one feed"));
    Ok((Some(most), reason))
}

fn most_that_survive(feeds: &FeedState, draw: Decimal) -> Result<u64> {
    feeds.most_that_survive(draw, reckoned::Cords::Both).map_err(|cause| Error::invalid("need", cause))
}

fn common(name: &str) -> String {
    format!("both sides of {name} hang on one feed or come from one panel: what takes one takes both")
}

fn unbacked(name: &str) -> String {
    format!("what each feed of {name} carries is not known")
}

fn letter(feed: Feed) -> &'static str {
    match feed {
        Feed::A => "A",
        Feed::B => "B",
    }
}

fn losses(question: &Question, need: &Need, state: &State, pieces: u64) -> Result<Vec<Loss>> {
    let name = &state.rack.name;
    let told =
        |lost, down, reason: String| Loss { lost, load: None, spare: None, down, reason: Some(reason) };
    let both = [Feed::A, Feed::B];
    let feeds = match &state.backing {
        Backing::Known(feeds) => feeds,
        Backing::Common => {
            return Ok(both.into_iter().map(|lost| told(lost, Some(pieces), common(name))).collect());
        }
        Backing::Unknown => {
            return Ok(both.into_iter().map(|lost| told(lost, None, unbacked(name))).collect());
        }
    };
    let losses = feeds.losses(pieces, need.of(Resource::Power), question.piece.cords());
    let losses = losses.map_err(|cause| Error::invalid("need", cause))?;
    Ok(losses.iter().map(|loss| of_loss(question, loss)).collect())
}

fn of_loss(question: &Question, loss: &FeedLoss) -> Loss {
    let lost = letter(loss.lost);
    let (spare, reason) = match loss.left {
        FeedLoad::Carried { spare } => {
            let is_on_lost = question.piece.cords() == reckoned::Cords::Only(loss.lost);
            (Some(spare), is_on_lost.then(|| format!("they hang on feed {lost} alone")))
        }
        FeedLoad::Overloaded { by } => {
            (None, Some(format!("without feed {lost} the other lacks {} kW", by.normalize())))
        }
    };
    Loss { lost: loss.lost, load: Some(loss.load), spare, down: Some(loss.units_down), reason }
}

/// The answer as a whole.
fn judged(question: &Question, racks: Vec<RackAnswer>, placed: &reckoned::RackPlacement) -> Answer {
    let unknown: Vec<&RackAnswer> = racks.iter().filter(|rack| rack.most.is_none()).collect();
    let count = unknown.len();
    let short = placed.missing > 0;
    let mut reason = None;
    if short {
        let mut words = format!("{} of {} find a place", placed.placed, question.pieces);
        let named: Vec<&str> = unknown.iter().filter_map(|rack| rack.reason.as_deref()).take(NAMED).collect();
        if count > 0 {
            words = format!("{words}; {count} racks are not known: {}", named.join("; "));
        }
        reason = Some(words);
    }
    let is_enough = match (short, count) {
        (false, _) => Some(true),
        (true, 0) => Some(false),
        (true, _) => None,
    };
    Answer {
        placed: placed.placed,
        capacity: placed.capacity,
        binding: bindings(&racks),
        unknown: count,
        is_enough,
        reason,
        racks,
    }
}

impl RackAnswer {
    /// What runs out first in it; nothing where it is not known how many it may take, for then that is not known either.
    pub fn binding(&self) -> impl Iterator<Item = Resource> {
        self.fit.binding.iter().copied().filter(|_| self.most.is_some())
    }
}

/// How many racks each resource binds.
fn bindings(racks: &[RackAnswer]) -> BTreeMap<Resource, usize> {
    let mut bindings = BTreeMap::new();
    for resource in racks.iter().flat_map(RackAnswer::binding) {
        *bindings.entry(resource).or_default() += 1;
    }
    bindings
}

impl Answer {
    /// What is stranded in all racks of which it is known how many fit, by resource.
    #[must_use]
    pub fn stranded(&self) -> BTreeMap<Resource, Decimal> {
        let mut sum: BTreeMap<Resource, Decimal> = BTreeMap::new();
        let known = self.racks.iter().filter(|rack| rack.most.is_some());
        for (resource, amount) in known.flat_map(|rack| &rack.fit.stranded) {
            *sum.entry(*resource).or_default() += *amount;
        }
        sum
    }

    /// How many of the pieces that find a place go down when a feed is lost in every rack; none where nobody knows of
    /// one, and where no piece finds one.
    #[must_use]
    pub fn down(&self, lost: Feed) -> Option<u64> {
        if self.placed == 0 {
            return None;
        }
        let losses = self.racks.iter().flat_map(|rack| &rack.losses).filter(|loss| loss.lost == lost);
        losses.map(|loss| loss.down).sum()
    }
}
