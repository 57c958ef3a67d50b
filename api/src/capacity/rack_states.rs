//! What is free in racks: height, protected power, cooling, ports and weight, with what placements hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{
    contracts::{colocation_circuit, colocation_circuit::Feed},
    id::{ColocationCircuitId, EntityId, PowerFeedId, RackId, SiteId},
    inventory::{
        asset::{AssetStatus, PowerBasis},
        hardware_model::HardwareKind,
        rack::{self, RackStatus},
        site,
    },
    topology::power_feed::{self, FeedStatus},
};
use forecasting::capacity::placement::{self as reckoned, FeedState, Free, Limit, Need, Resource};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    needs::{thousandth, units},
    rack_holds::{self, Hold, Period, Shortfall},
};
use crate::{
    error::{Error, Result},
    inventory::{
        placement::Mounted,
        usage::{self, Usage},
    },
    store::Read,
    topology::{
        power::{Carries, Failing, Side},
        supplies::{Draw, Feeds},
    },
};

/// How what is recorded of draws is turned into what is planned with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What is added to a measured draw, as a fraction of it.
    pub margin: Decimal,
    /// The fraction of a nameplate that is taken to be drawn.
    pub derate: Decimal,
}

impl Default for Terms {
    /// Draws as they are on record.
    fn default() -> Self {
        Self { margin: Decimal::ZERO, derate: Decimal::ONE }
    }
}

/// Whether all of a rack stays up when either of its feeds is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// What each feed can carry, and what hangs on both.
    Known(FeedState),
    /// Both sides hang on one feed or come from one panel: what takes one takes both.
    Common,
    /// Nobody knows.
    Unknown,
}

/// What is known of a rack, and free in it.
#[derive(Clone, Debug)]
pub struct State {
    /// The rack.
    pub rack: rack::Model,
    /// What no other rack is called: code of the site, name, id.
    pub key: String,
    /// What is free on every day of the period.
    pub free: Free,
    /// Why it is not known how much of a resource is free.
    pub unknown: BTreeMap<Resource, String>,
    /// What its feeds can do.
    pub backing: Backing,
    /// How many assets draw, by what their draw is taken from: measured, model, nameplate.
    pub bases: [usize; 3],
    /// Pieces that placements hold on some day of the period.
    pub held: u64,
    /// Resources of which placements hold more than there is, and how much more.
    pub overbooked: BTreeMap<Resource, Shortfall>,
}

/// Racks, and what several of them share.
#[derive(Clone, Debug, Default)]
pub struct States {
    /// The racks, in the order they were asked for.
    pub racks: Vec<State>,
    /// Feeds that several of them hang on.
    pub limits: Vec<Limit>,
}

/// What stands in a rack draws, and what draws it.
#[derive(Clone, Copy, Debug, Default)]
struct Drawn {
    watts: Option<i64>,
    without: i64,
    bases: [usize; 3],
}

/// What was read of racks and of all that draws from the same feeds.
struct Estate {
    codes: HashMap<SiteId, String>,
    mounted: HashMap<RackId, Vec<Mounted>>,
    holds: HashMap<RackId, Vec<Hold>>,
    drawn: HashMap<RackId, Drawn>,
    feeds: Feeds,
}

/// What is free in some racks on every day of a period: seven statements at most, however many racks there are.
///
/// # Errors
/// Those of the database, and `Invalid` for terms out of their range.
pub async fn of(
    db: &impl Read,
    racks: Vec<rack::Model>,
    period: Period,
    need: &Need,
    terms: Terms,
) -> Result<States> {
    if racks.is_empty() {
        return Ok(States::default());
    }
    let estate = Estate::read(db, &racks, period, terms).await?;
    let mut states = States::default();
    for rack in racks {
        states.racks.push(estate.state(rack, period, need)?);
    }
    states.limits = estate.limits(&states.racks);
    Ok(states)
}

/// What is left of the power, the cooling and the ports of a rack beside what stands in it and the most that is held there
/// on a day of a period: below zero where that is more than there is. What nobody knows is left out. With what stands there.
///
/// # Errors
/// As [`of`].
pub(super) async fn beside_holds(
    db: &impl Read,
    rack: &rack::Model,
    period: Period,
    terms: Terms,
) -> Result<(BTreeMap<Resource, Decimal>, Vec<Mounted>)> {
    let mut estate = Estate::read(db, std::slice::from_ref(rack), period, terms).await?;
    let mounted = estate.mounted.remove(&rack.id).unwrap_or_default();
    let drawn = estate.drawn.get(&rack.id).copied().unwrap_or_default();
    let held = |resource| rack_holds::most(estate.holds(rack.id), period, |hold| hold.amount(resource)).0;
    let (power, _) = estate.power(rack, period);
    let cooling = cooling(rack, drawn).map(|free| free - thousandth(held(Resource::Cooling)));
    let ports = ports(rack, &mounted, period).map(|free| free - Decimal::from(held(Resource::Ports)));
    let known = [(Resource::Power, power), (Resource::Cooling, cooling), (Resource::Ports, ports)];
    let known = known.into_iter().filter_map(|(resource, found)| Some((resource, found.ok()?))).collect();
    Ok((known, mounted))
}

/// What an asset that is retired later than the period begins draws until then.
fn is_drawing(asset: &Mounted, period: Period) -> bool {
    asset.status != AssetStatus::Retired || asset.retired_on.is_some_and(|on| on > period.from)
}

fn drawn(mounted: &[Mounted], period: Period, terms: Terms) -> Result<Drawn> {
    let mut sum = Drawn { watts: Some(0), ..Drawn::default() };
    for asset in mounted.iter().filter(|asset| is_drawing(asset, period)) {
        let of_model = (asset.typical_draw_watts, asset.maximum_draw_watts);
        let known = usage::draw(asset.kind, asset.power_basis, asset.measured_draw_watts, of_model);
        let Some(known) = known.map(Decimal::from) else {
            sum.without += 1;
            sum.watts = None;
            continue;
        };
        let mut of = reckoned::Draw {
            measured_peak: None,
            typical: None,
            nameplate: None,
            margin: terms.margin,
            derate: terms.derate,
        };
        let (place, figure) = match asset.power_basis {
            PowerBasis::Measured => (0, &mut of.measured_peak),
            PowerBasis::Model => (1, &mut of.typical),
            PowerBasis::Nameplate => (2, &mut of.nameplate),
        };
        *figure = Some(known);
        let (watts, _) = reckoned::draw(&of).map_err(|cause| Error::invalid("terms", cause))?;
        let watts = watts.ceil().to_i64().ok_or_else(|| Error::internal("a draw beyond all racks"))?;
        sum.watts = sum.watts.map(|sum| sum.saturating_add(watts));
        if let Some(count) = sum.bases.get_mut(place) {
            *count += 1;
        }
    }
    Ok(sum)
}

impl Estate {
    async fn read(db: &impl Read, racks: &[rack::Model], period: Period, terms: Terms) -> Result<Self> {
        let sites: BTreeSet<Uuid> = racks.iter().map(|rack| rack.site_id.uuid()).collect();
        let codes = site::Entity::find().select_only().columns([site::Column::Id, site::Column::Code]);
        let codes: Vec<(SiteId, String)> =
            codes.filter(site::Column::Id.is_in(sites.iter().copied())).into_tuple().all(db).await?;
        let feeds = power_feed::Entity::find()
            .filter(power_feed::Column::Status.eq(FeedStatus::Active))
            .filter(power_feed::Column::SiteId.is_in(sites.iter().copied()))
            .order_by_asc(power_feed::Column::Name)
            .all(db)
            .await?;
        let gone = handed_back(db, &feeds, period).await?;
        let mut all: Vec<RackId> = racks.iter().map(|rack| rack.id).collect();
        // What other racks draw counts where feeds are shared.
        if feeds.iter().any(|feed| feed.upstream_id.is_some()) {
            all = rack::Entity::find()
                .select_only()
                .column(rack::Column::Id)
                .filter(rack::Column::Status.eq(RackStatus::Active))
                .filter(rack::Column::SiteId.is_in(sites))
                .into_tuple()
                .all(db)
                .await?;
        }
        let feeds = Feeds::of(feeds, |feed| feed.circuit_id.is_none_or(|circuit| !gone.contains(&circuit)));
        let mounted = usage::of_racks(db, all.clone()).await?;
        let holds = rack_holds::of(db, all.clone(), period).await?;
        let mut estate = Self {
            codes: codes.into_iter().collect(),
            mounted,
            holds,
            drawn: HashMap::new(),
            feeds: Feeds::of(Vec::new(), |_| true),
        };
        let mut draws = HashMap::new();
        for rack in all {
            let drawn = drawn(estate.mounted_in(rack), period, terms)?;
            estate.drawn.insert(rack, drawn);
            draws.insert(rack, estate.draw(rack, period));
        }
        estate.feeds = feeds.loaded(&draws);
        Ok(estate)
    }

    fn mounted_in(&self, rack: RackId) -> &[Mounted] {
        self.mounted.get(&rack).map(Vec::as_slice).unwrap_or_default()
    }

    fn holds(&self, rack: RackId) -> &[Hold] {
        self.holds.get(&rack).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is drawn in a rack together with what is held.
    fn draw(&self, rack: RackId, period: Period) -> Draw {
        let drawn = self.drawn.get(&rack).copied().unwrap_or_default();
        let (held, _) = rack_holds::most(self.holds(rack), period, |hold| hold.amount(Resource::Power));
        Draw { watts: drawn.watts.map(|watts| watts.saturating_add(held)), without: drawn.without }
    }

    fn state(&self, rack: rack::Model, period: Period, need: &Need) -> Result<State> {
        let mounted = self.mounted_in(rack.id);
        let drawn = self.drawn.get(&rack.id).copied().unwrap_or_default();
        let usage = Usage::of(rack.height_units, mounted);
        let (power, backing) = self.power(&rack, period);
        let beyond_power = self.held_beyond_power(&rack, period, power.as_ref().ok().copied());
        let known = [
            (Resource::Power, power),
            (Resource::Cooling, cooling(&rack, drawn)),
            (Resource::Ports, ports(&rack, mounted, period)),
            (Resource::Weight, weight(&rack, &usage)),
        ];
        let mut unknown = BTreeMap::new();
        let mut amounts = Vec::new();
        for (resource, found) in known {
            match found {
                // Where too much is taken, nothing is free.
                Ok(amount) => amounts.push((resource, amount.max(Decimal::ZERO))),
                Err(reason) => {
                    unknown.insert(resource, reason);
                }
            }
        }
        let mut free = Free::new(amounts).map_err(Error::internal)?;
        match usage.free(None) {
            Some(blocks) => {
                let runs = blocks.iter().map(|block| units(block.height)).collect();
                free = free.with_runs(runs).map_err(Error::internal)?;
            }
            None => {
                let count = usage.without_unit;
                let reason = format!("{count} assets of {} take units that are not on record", rack.name);
                unknown.insert(Resource::RackUnits, reason);
            }
        }
        let holds = self.holds(rack.id);
        let (free, mut overbooked) = rack_holds::left(&free, holds, period, need)?;
        overbooked.extend(beyond_power.map(|short| (Resource::Power, short)));
        let code = self.codes.get(&rack.site_id).map(String::as_str).unwrap_or_default();
        let key = format!("{code} {} {}", rack.name, rack.id);
        let held = holds.iter().map(Hold::pieces).sum();
        Ok(State { rack, key, free, unknown, backing, bases: drawn.bases, held, overbooked })
    }

    /// Power that is held in a rack and that one of its sides, or its protected power, does not carry beside what is drawn.
    fn held_beyond_power(
        &self,
        rack: &rack::Model,
        period: Period,
        free: Option<Decimal>,
    ) -> Option<Shortfall> {
        let power = |hold: &Hold| hold.amount(Resource::Power);
        let (held, on) = rack_holds::most(self.holds(rack.id), period, power);
        let held = thousandth(held);
        let draw = self.draw(rack.id, period);
        let supply = self.feeds.supply(draw, &self.feeds.of_rack(rack.id), None);
        let spare = supply.sides.iter().filter_map(|side| side.spare_watts).map(thousandth);
        let lacking = (-spare.chain(free).min()?).min(held);
        (lacking > Decimal::ZERO).then_some(Shortfall { held, lacking, on })
    }

    /// Protected power that is free, in kW, below zero where too much is taken, or why nobody knows; and what the feeds can
    /// do.
    fn power(&self, rack: &rack::Model, period: Period) -> (std::result::Result<Decimal, String>, Backing) {
        let name = &rack.name;
        let draw = self.draw(rack.id, period);
        let no_draw = || format!("{} assets of {name} lack the draw of their power basis", draw.without);
        let feeds = self.feeds.of_rack(rack.id);
        if feeds.is_empty() {
            let found = match (rack.protected_power_watts, draw.watts) {
                (None, _) => Err(format!("neither feeds nor the protected power of {name} are on record")),
                (Some(_), None) => Err(no_draw()),
                (Some(most), Some(draw)) => Ok(thousandth(i64::from(most).saturating_sub(draw))),
            };
            return (found, Backing::Unknown);
        }
        let supply = self.feeds.supply(draw, &feeds, None);
        let spare = supply.sides.each_ref().map(|side| match (side.feeds.is_empty(), supply.without_side) {
            (true, 0) => Some(draw.watts.map_or(0, i64::saturating_neg)),
            (true, _) => None,
            (false, _) => side.spare_watts,
        });
        let found = match spare {
            [Some(a), Some(b)] => Ok(thousandth(a.min(b))),
            // What one side alone does not carry is not protected, whatever the other does.
            [Some(..=0), _] | [_, Some(..=0)] => Ok(Decimal::ZERO),
            _ if draw.watts.is_none() => Err(no_draw()),
            _ if supply.without_side > 0 => Err(format!("{name} has feeds of which nobody said their side")),
            _ => Err(format!(
                "what a feed of {name}, or one that it hangs on, carries or supplies is not known"
            )),
        };
        (found, backing(draw, spare, &supply.sides))
    }

    /// Feeds that several of the racks hang on: what each can take beyond what draws from it.
    fn limits(&self, racks: &[State]) -> Vec<Limit> {
        let mut shared: BTreeMap<(PowerFeedId, bool), (i64, BTreeSet<String>)> = BTreeMap::new();
        for state in racks {
            for (feed, side, spare) in self.feeds.shared_by(state.rack.id) {
                let Some(spare) = spare else { continue };
                let entry = shared.entry((feed, side == Feed::A)).or_insert((spare, BTreeSet::new()));
                entry.1.insert(state.key.clone());
            }
        }
        let several = shared.into_values().filter(|(_, racks)| racks.len() > 1);
        let limit = |(spare, racks): (i64, BTreeSet<String>)| Limit {
            resource: Resource::Power,
            free: thousandth(spare.max(0)),
            racks,
        };
        several.map(limit).collect()
    }
}

/// What both feeds can do; a rack of which one side is not known is not known.
fn backing(draw: Draw, spare: [Option<i64>; 2], sides: &[Side; 2]) -> Backing {
    let is_common =
        |side: &Side| matches!(side.carries, Carries::No(Failing::SharedFeed | Failing::SharedPanel));
    if sides.iter().any(is_common) {
        return Backing::Common;
    }
    let (Some(draw), [Some(a), Some(b)]) = (draw.watts, spare) else { return Backing::Unknown };
    let capacity = |spare: i64| thousandth(draw.saturating_add(spare).max(0));
    Backing::Known(FeedState {
        capacity_a: capacity(a),
        capacity_b: capacity(b),
        load_on_both: thousandth(draw),
        load_on_a: Decimal::ZERO,
        load_on_b: Decimal::ZERO,
    })
}

fn cooling(rack: &rack::Model, drawn: Drawn) -> std::result::Result<Decimal, String> {
    let name = &rack.name;
    let most = rack.cooling_watts.ok_or_else(|| format!("the cooling of {name} is not on record"))?;
    let no_draw = || format!("{} assets of {name} lack the draw of their power basis", drawn.without);
    Ok(thousandth(i64::from(most).saturating_sub(drawn.watts.ok_or_else(no_draw)?)))
}

fn ports(rack: &rack::Model, mounted: &[Mounted], period: Period) -> std::result::Result<Decimal, String> {
    let name = &rack.name;
    let most = rack.network_ports.ok_or_else(|| format!("the network ports of {name} are not on record"))?;
    // Passive panels carry ports and take none.
    let taking =
        mounted.iter().filter(|asset| is_drawing(asset, period) && asset.kind != HardwareKind::PatchPanel);
    let taken: Vec<Option<i64>> = taking.map(|asset| asset.network_ports.map(i64::from)).collect();
    let without = taken.iter().filter(|ports| ports.is_none()).count();
    if without > 0 {
        return Err(format!(
            "the models of {without} assets of {name} lack the network ports that they take"
        ));
    }
    Ok(Decimal::from(taken.into_iter().flatten().fold(i64::from(most), i64::saturating_sub)))
}

fn weight(rack: &rack::Model, usage: &Usage) -> std::result::Result<Decimal, String> {
    let name = &rack.name;
    let most = rack
        .weight_limit_grams
        .ok_or_else(|| format!("the weight that {name} may carry is not on record"))?;
    let without = || format!("the models of {} assets of {name} lack their weight", usage.without_weight);
    Ok(thousandth(most.saturating_sub(usage.weight_grams.ok_or_else(without)?)))
}

/// Circuits that were handed back by the first day of a period.
async fn handed_back(
    db: &impl Read,
    feeds: &[power_feed::Model],
    period: Period,
) -> Result<BTreeSet<ColocationCircuitId>> {
    use colocation_circuit::Column as C;
    let circuits: BTreeSet<Uuid> = feeds.iter().filter_map(|feed| Some(feed.circuit_id?.uuid())).collect();
    if circuits.is_empty() {
        return Ok(BTreeSet::new());
    }
    let gone = colocation_circuit::Entity::find().select_only().column(C::Id);
    let gone: Vec<ColocationCircuitId> = gone
        .filter(C::Id.is_in(circuits))
        .filter(C::ReturnedOn.lte(period.from))
        .into_tuple()
        .all(db)
        .await?;
    Ok(gone.into_iter().collect())
}
