//! What placements hold in racks on the days of a period.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    capacity::{
        capacity_placement::{self, PlacementCords},
        capacity_placement_rack,
    },
    id::RackId,
};
use forecasting::capacity::placement::{Free, Need, Resource};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, RelationTrait,
};

use super::needs::{Piece, units};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// The days that a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub from: NaiveDate,
    /// The last; none where there is no end.
    pub until: Option<NaiveDate>,
}

impl Period {
    /// Placements that hold something on one of the days.
    #[must_use]
    pub fn met(self) -> Condition {
        use capacity_placement::Column as C;
        Condition::all()
            .add_option(self.until.map(|until| C::FromOn.lte(until)))
            .add(Condition::any().add(C::ToOn.is_null()).add(C::ToOn.gte(self.from)))
    }
}

/// What a rack holds for one placement.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Hold {
    rack_id: RackId,
    purpose: String,
    pieces: i32,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
    half_units: Option<i32>,
    power_watts: Option<i32>,
    cooling_watts: Option<i32>,
    ports: Option<i32>,
    weight_grams: Option<i64>,
    cords: PlacementCords,
}

impl Hold {
    /// How many pieces.
    #[must_use]
    pub fn pieces(&self) -> u64 {
        u64::try_from(self.pieces).unwrap_or_default()
    }

    fn piece(&self) -> Piece {
        Piece {
            half_units: self.half_units,
            power_watts: self.power_watts,
            cooling_watts: self.cooling_watts,
            ports: self.ports,
            weight_grams: self.weight_grams,
            cords: self.cords,
        }
    }

    /// What it is for.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// What one piece takes of power, cooling or ports, in watts or ports; none of anything else.
    #[must_use]
    pub fn amount(&self, resource: Resource) -> Option<i32> {
        match resource {
            Resource::Power => self.power_watts,
            Resource::Cooling => self.cooling_watts,
            Resource::Ports => self.ports,
            Resource::RackUnits | Resource::Weight | Resource::Outlets => None,
        }
    }

    /// What one piece takes of any resource, in rack units, kW, ports or kg: zero where it needs none.
    fn amount_of(&self, resource: Resource) -> Decimal {
        let needed = self.piece().amounts().into_iter();
        needed.filter(|(own, _)| *own == resource).map(|(_, amount)| amount).sum()
    }

    /// What all pieces take, each so much.
    #[must_use]
    pub fn taken(&self, each: i32) -> i64 {
        i64::from(self.pieces).saturating_mul(i64::from(each))
    }

    /// Whether it holds on a day.
    #[must_use]
    pub fn is_in_force(&self, on: NaiveDate) -> bool {
        self.from_on <= on && self.to_on.is_none_or(|to| on <= to)
    }
}

/// What placements hold in some racks in a period, by rack: one statement.
///
/// # Errors
/// Those of the database.
pub async fn of(db: &impl Read, racks: Vec<RackId>, period: Period) -> Result<HashMap<RackId, Vec<Hold>>> {
    use capacity_placement::Column as C;
    use capacity_placement_rack::Column as R;
    let query = capacity_placement_rack::Entity::find()
        .select_only()
        .columns([R::RackId, R::Pieces])
        .columns([C::Purpose, C::FromOn, C::ToOn, C::HalfUnits, C::PowerWatts, C::CoolingWatts])
        .columns([C::Ports, C::WeightGrams, C::Cords])
        .join(JoinType::InnerJoin, capacity_placement_rack::Relation::Placement.def())
        .filter(R::RackId.is_in(racks))
        .filter(period.met());
    let mut holds: HashMap<RackId, Vec<Hold>> = HashMap::new();
    for hold in query.into_model::<Hold>().all(db).await? {
        holds.entry(hold.rack_id).or_default().push(hold);
    }
    // What is highest is put first where it finds room.
    holds.values_mut().for_each(|of_rack| of_rack.sort_by_key(|hold| std::cmp::Reverse(hold.half_units)));
    Ok(holds)
}

/// What is held of a resource and finds no room, on the first of the days on which it is the most: in rack units, kW, ports
/// or kg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// What is held.
    pub held: Decimal,
    /// How much of it finds no room: above zero, and not more than is held.
    pub lacking: Decimal,
    /// The day.
    pub on: NaiveDate,
}

/// What is held of a resource on a day.
fn held(holds: &[Hold], resource: Resource, on: NaiveDate) -> Decimal {
    let in_force = holds.iter().filter(|hold| hold.is_in_force(on));
    in_force.map(|hold| hold.amount_of(resource) * Decimal::from(hold.pieces)).sum::<Decimal>().normalize()
}

/// The days of a period on which more may be held than on the day before.
fn days(holds: &[Hold], period: Period) -> BTreeSet<NaiveDate> {
    let later = holds.iter().map(|hold| hold.from_on).filter(|day| *day > period.from);
    later.chain([period.from]).collect()
}

/// The most that is held on one day of what one piece takes so much of, and the first such day.
pub(super) fn most(holds: &[Hold], period: Period, each: impl Fn(&Hold) -> Option<i32>) -> (i64, NaiveDate) {
    let on = |day: NaiveDate| {
        let in_force = holds.iter().filter(|hold| hold.is_in_force(day));
        let taken = in_force.map(|hold| hold.taken(each(hold).unwrap_or_default()));
        (taken.fold(0, i64::saturating_add), day)
    };
    // Of equal ones the last is taken, so that the first day comes last.
    let days = days(holds, period).into_iter().rev().map(on);
    days.max_by_key(|(held, _)| *held).unwrap_or((0, period.from))
}

/// The most height that what is held lacks on a day of a period, in units, and the first such day, where so many half units
/// lie free on top of each other.
pub(super) fn lacking(free: &[i32], holds: &[Hold], period: Period) -> Result<(Decimal, NaiveDate)> {
    let runs = free.iter().copied().map(units).collect();
    let free = Free::new([]).and_then(|free| free.with_runs(runs)).map_err(Error::internal)?;
    let mut most = (Decimal::ZERO, period.from);
    for day in days(holds, period) {
        let (mut left, mut short) = (free.clone(), Decimal::ZERO);
        for hold in holds.iter().filter(|hold| hold.is_in_force(day)) {
            let Some(held) = hold.piece().need_without_power() else { continue };
            let taken = left.less(&held, hold.pieces()).map_err(Error::internal)?;
            short += taken.short.get(&Resource::RackUnits).copied().unwrap_or_default();
            left = taken.left;
        }
        if short > most.0 {
            most = (short, day);
        }
    }
    Ok(most)
}

/// What is free in a rack on every day of a period, and what is held beyond what there is.
///
/// Power is left as it is: what is held of it is asked of the feeds.
pub(super) fn left(
    free: &Free,
    holds: &[Hold],
    period: Period,
    need: &Need,
) -> Result<(Free, BTreeMap<Resource, Shortfall>)> {
    let mut most: BTreeMap<Resource, Shortfall> = BTreeMap::new();
    let mut by_day = Vec::new();
    for day in days(holds, period) {
        let (mut left, mut short) = (free.clone(), BTreeMap::<Resource, Decimal>::new());
        for hold in holds.iter().filter(|hold| hold.is_in_force(day)) {
            let Some(held) = hold.piece().need_without_power() else { continue };
            let taken = left.less(&held, hold.pieces()).map_err(Error::internal)?;
            for (resource, lacking) in taken.short {
                *short.entry(resource).or_default() += lacking;
            }
            left = taken.left;
        }
        for (resource, lacking) in short {
            if most.get(&resource).is_none_or(|before| before.lacking < lacking) {
                let held = held(holds, resource, day);
                most.insert(resource, Shortfall { held, lacking: lacking.normalize(), on: day });
            }
        }
        by_day.push(left);
    }
    let left = Free::on_all(&by_day, need).map_err(|cause| Error::invalid("need", cause))?;
    Ok((left, most))
}
