//! Laws of capacity that hold for every input, and inputs beyond anything real.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{Days, NaiveDate};
use forecasting::capacity::QUANTITY_MAX;
use forecasting::capacity::events::{Events, Step};
use forecasting::capacity::exhaustion::{Exhaustion, Fan, FanPoint, Quantile, Question, exhaustion};
use forecasting::capacity::layers::{Cluster, Headroom, Host, Layers, Model, Protection, Storage};
use forecasting::capacity::observations::{
    DailyPeak, Kind, Observation, PEAK_PERCENTILE, Series, monthly_peaks, percentile,
};
use forecasting::capacity::order::{Action, Candidate, LeadTime, order_by, push_out};
use forecasting::capacity::placement::{Cords, FeedState, Free, Need, Rack, Resource, fit, place};
use forecasting::capacity::purchases::{PurchaseRule, purchases};
use forecasting::capacity::regression::{Point, Seasonality, Trend, Z90};
use forecasting::capacity::supply::{Supply, SupplyChange};
use forecasting::capacity::units::{Unit, convert};
use forecasting::month::Month;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn first_month() -> Month {
    Month::new(2027, 1).unwrap()
}

fn tenths(value: i64) -> Decimal {
    Decimal::new(value, 1)
}

prop_compose! {
    fn clusters()(
        sizes in prop::collection::vec((1..128_i64, 33..4_096_i64, prop::bool::weighted(0.1)), 1..12),
        failures in 0..4_u32, ratio in 1..80_i64, buffer in 0..=10_i64,
    ) -> Cluster {
        let hosts = sizes.into_iter().enumerate().map(|(place, (cores, memory, in_maintenance))| Host {
            name: format!("host {place}"),
            cores: cores.into(),
            memory: memory.into(),
            memory_nodes: 1,
            in_maintenance,
        });
        Cluster {
            hosts: hosts.collect(),
            failures,
            processor_ratio: tenths(ratio),
            memory_ratio: Decimal::ONE,
            memory_overhead: Decimal::from(32),
            buffer: tenths(buffer),
            planning_limit: tenths(9),
        }
    }
}

prop_compose! {
    fn fans()(values in prop::collection::vec((0..2_000_i64, 0..300_i64), 1..40)) -> Fan {
        let points = (0..).zip(values).map(|(months, (p50, above))| FanPoint {
            month: first_month().plus(months),
            p50: tenths(p50),
            p90: tenths(p50 + above),
        });
        Fan::new(points.collect()).unwrap()
    }
}

prop_compose! {
    fn supplies()(
        opening in 500..2_000_i64, changes in prop::collection::vec((0..1_200_u64, -50..200_i64), 0..8),
    ) -> Supply {
        let changes = changes.into_iter().map(|(days, quantity)| SupplyChange {
            name: "change".to_owned(),
            on: first_month().first_day() + Days::new(days),
            quantity: tenths(quantity),
        });
        Supply::new(tenths(opening), changes.collect()).unwrap()
    }
}

prop_compose! {
    fn racks()(sizes in prop::collection::vec((prop::collection::vec(0..90_i64, 0..5), 0..200_i64, 0..60_i64), 1..8))
        -> Vec<Rack>
    {
        let rack = |(place, (runs, power, ports)): (usize, (Vec<i64>, i64, i64))| {
            let free = Free::new([(Resource::Power, tenths(power)), (Resource::Ports, ports.into())]).unwrap();
            let runs = runs.into_iter().map(|run| tenths(run * 5)).collect();
            let half = tenths(power * 2);
            let feeds = FeedState {
                capacity_a: half,
                capacity_b: half,
                load_on_both: tenths(power),
                load_on_a: Decimal::ZERO,
                load_on_b: Decimal::ZERO,
            };
            Rack { name: format!("rack {place}"), free: free.with_runs(runs).unwrap(), feeds: Some(feeds) }
        };
        sizes.into_iter().enumerate().map(rack).collect()
    }
}

prop_compose! {
    fn needs()(units in 1..10_i64, power in 0..30_i64, ports in 0..4_i64) -> Need {
        let amounts = [
            (Resource::RackUnits, tenths(units * 5)),
            (Resource::Power, tenths(power)),
            (Resource::Ports, ports.into()),
        ];
        Need::new(amounts).unwrap()
    }
}

/// The month where there is one, and else a month after all others.
fn when(exhaustion: Exhaustion) -> Month {
    exhaustion.month().unwrap_or(first_month().plus(1_000))
}

proptest! {
    #[test]
    fn losing_hosts_never_raises_what_is_usable(cluster in clusters()) {
        let layers = cluster.layers().unwrap();
        let fewer = Cluster { failures: cluster.failures + 1, ..cluster.clone() }.layers().unwrap();
        prop_assert!(fewer.processors.usable <= layers.processors.usable);
        prop_assert!(fewer.memory.usable <= layers.memory.usable);
        prop_assert!(fewer.utilisation_ceiling <= layers.utilisation_ceiling);
        let mut smaller = cluster.clone();
        smaller.hosts.pop();
        let smaller = smaller.layers().unwrap();
        prop_assert!(smaller.processors.usable <= layers.processors.usable);
        prop_assert!(smaller.memory.usable <= layers.memory.usable);
        prop_assert!(layers.memory.plannable <= layers.memory.usable && layers.memory.usable <= layers.memory.raw);
    }

    #[test]
    fn headroom_is_the_lesser_of_both(
        one in (1..1_000_i64, 0..1_200_i64), other in (1..1_000_i64, 0..1_200_i64)
    ) {
        let model = |(capacity, taken): (i64, i64)| Model { capacity: capacity.into(), taken: taken.into() };
        let headroom = Headroom::of(model(one), model(other)).unwrap();
        let share = headroom.remaining / Decimal::from(one.0);
        prop_assert!((share - headroom.allocation.min(headroom.demand)).abs() < Decimal::new(1, 20));
        prop_assert!(headroom.remaining >= Decimal::ZERO && headroom.remaining <= Decimal::from(one.0));
    }

    #[test]
    fn what_is_placed_is_free(racks in racks(), need in needs(), count in 1..200_u64) {
        for rack in &racks {
            let fit = fit(&rack.free, &need).unwrap();
            let units = fit.units.unwrap();
            for resource in Resource::ALL {
                let Some(free) = rack.free.of(resource) else { continue };
                let needed = need.of(resource) * Decimal::from(units);
                prop_assert!(needed <= free);
                prop_assert_eq!(fit.stranded[&resource], free - needed);
            }
            prop_assert!(!fit.binding.is_empty());
        }
        let placed = place(count, &need, &racks, None).unwrap();
        let sum: u64 = placed.allotments.iter().map(|part| part.units).sum();
        prop_assert_eq!((placed.placed, placed.missing), (sum, count - sum));
        prop_assert_eq!(placed.placed, count.min(placed.capacity));
        prop_assert!(placed.allotments.iter().all(|part| part.left.values().all(|left| *left >= Decimal::ZERO)));
    }

    #[test]
    fn what_is_placed_to_survive_does(racks in racks(), need in needs(), count in 1..200_u64) {
        let placed = place(count, &need, &racks, Some(Cords::Both)).unwrap();
        prop_assert!(placed.capacity <= place(count, &need, &racks, None).unwrap().capacity);
        for part in &placed.allotments {
            let feeds = racks.iter().find(|rack| rack.name == part.rack).unwrap().feeds.unwrap();
            for loss in feeds.losses(part.units, need.of(Resource::Power), Cords::Both).unwrap() {
                prop_assert!(loss.survives());
            }
        }
    }

    #[test]
    fn more_supply_is_never_exhausted_earlier(
        fan in fans(), supply in supplies(), more in 0..500_i64, day in 0..900_u64, asked in 0..700_u64
    ) {
        let as_of = first_month().first_day() + Days::new(asked);
        let on = first_month().first_day() + Days::new(day);
        let added = SupplyChange { name: "more".to_owned(), on, quantity: tenths(more) };
        let before = exhaustion(&fan, &supply, as_of);
        let after = exhaustion(&fan, &supply.with([added]).unwrap(), as_of);
        prop_assert!(when(after.p50) >= when(before.p50));
        prop_assert!(when(after.p90_demand) >= when(before.p90_demand));
        // The cautious date is never the later one.
        prop_assert!(when(before.p90_demand) <= when(before.p50));
    }

    #[test]
    fn more_demand_is_never_exhausted_later(
        fan in fans(), supply in supplies(), quantity in 0..500_i64, day in 0..900_u64, share in 0..=10_i64
    ) {
        let as_of = first_month().first_day();
        let step = Step {
            name: "step".to_owned(),
            on: as_of + Days::new(day),
            quantity: tenths(quantity),
            probability: Some(tenths(share)),
        };
        let events = Events::new(vec![step], Vec::new()).unwrap();
        let stepped = events.over(&fan, as_of).unwrap();
        let (before, after) = (exhaustion(&fan, &supply, as_of), exhaustion(&stepped.fan, &supply, as_of));
        prop_assert!(when(after.p50) <= when(before.p50));
        prop_assert!(when(after.p90_demand) <= when(before.p90_demand));
    }

    #[test]
    fn orders_in_time_leave_no_month_short(
        fan in fans(), supply in supplies(), piece in 1..200_i64, lot in 1..5_u32, cover in 1..15_u32,
        lead_days in 0..400_u32, asked in 0..300_u64,
    ) {
        let as_of = first_month().first_day() + Days::new(asked);
        let lead = LeadTime { lead_days, approval_days: 10, ..LeadTime::default() };
        let rule = PurchaseRule { quantity: tenths(piece), lot, cover_months: cover, lead };
        let demand = fan.demand(Quantile::P90);
        let growth = purchases(&demand, &supply, &rule, as_of).unwrap();
        let bought = growth.purchases.iter().map(|order| SupplyChange {
            name: "order".to_owned(),
            on: order.usable_in.first_day(),
            quantity: order.quantity,
        });
        let supply = supply.with(bought).unwrap();
        let earliest = as_of + Days::new(lead.days());
        for point in demand.iter().filter(|point| point.month >= Month::of(as_of)) {
            let short = point.value >= supply.in_month(point.month);
            let told = growth.shortages.iter().any(|gap| {
                gap.from <= point.month && point.month < gap.from.plus(gap.months as i32)
            });
            prop_assert_eq!(short, told, "{:?} {:?}", point, growth);
            prop_assert!(!short || point.month.first_day() < earliest);
        }
        for order in &growth.purchases {
            prop_assert_eq!(order.pieces % u64::from(lot), 0);
            prop_assert!(order.decided_on >= as_of && order.decided_on <= order.ordered_on);
            prop_assert!(order.usable_on <= order.usable_in.first_day());
            prop_assert!(order.needed_in <= order.usable_in);
        }
    }

    #[test]
    fn candidates_never_pull_the_day_in(fan in fans(), supply in supplies(), sizes in prop::collection::vec(1..400_i64, 0..6)) {
        let as_of = first_month().first_day();
        let before = exhaustion(&fan, &supply, as_of);
        let candidates: Vec<Candidate> = sizes.iter().map(|size| Candidate {
            name: format!("order of {size}"),
            action: Action::Order,
            quantity: tenths(*size),
            available: as_of + Days::new(size.unsigned_abs()),
            until: None,
        }).collect();
        let pushed = push_out(&fan, &supply, as_of, &candidates).unwrap();
        prop_assert_eq!(pushed.len(), candidates.len());
        prop_assert!(pushed.windows(2).all(|pair| when(pair[0].p90_demand) >= when(pair[1].p90_demand)));
        for pushed in pushed {
            prop_assert!(when(pushed.p90_demand) >= when(before.p90_demand));
            prop_assert!(pushed.months.is_none_or(|months| months >= 0));
        }
    }

    #[test]
    fn a_trend_passes_through_the_middle(values in prop::collection::vec(0..1_000_000_i64, 6..60)) {
        let points: Vec<Point> = (0..).zip(&values).map(|(months, value)| Point {
            month: first_month().plus(months),
            value: tenths(*value),
        }).collect();
        let trend = Trend::fit(&points, Seasonality::Never).unwrap().unwrap();
        let errors: Decimal = points.iter().map(|point| point.value - trend.value(point.month).unwrap()).sum();
        prop_assert!(errors.abs() < Decimal::new(1, 9), "{errors}");
        for months in 1..40 {
            let month = trend.last().plus(months);
            prop_assert!(trend.quantile(month, Z90).unwrap() >= trend.value(month).unwrap());
        }
    }

    #[test]
    fn the_order_of_observations_changes_no_peak(values in prop::collection::vec((0..200_u64, 0..1_000_i64), 1..80)) {
        let at = |hours: u64| first_month().first_day().and_hms_opt(0, 0, 0).unwrap() + chrono::Duration::hours(hours as i64 * 5);
        let mut observations: Vec<Observation> =
            values.iter().map(|(hours, value)| Observation { at: at(*hours), value: tenths(*value) }).collect();
        let forth = Series::accept(observations.clone(), Kind::Gauge, None).unwrap();
        observations.reverse();
        let back = Series::accept(observations, Kind::Gauge, None).unwrap();
        prop_assert_eq!(forth.series.daily_peaks().unwrap(), back.series.daily_peaks().unwrap());
        let daily = forth.series.daily_peaks().unwrap();
        for peak in monthly_peaks(&daily, Decimal::ZERO).unwrap() {
            let of_month = daily.iter().filter(|day| Month::of(day.day) == peak.month);
            let values: Vec<Decimal> = of_month.map(|day| day.value).collect();
            prop_assert!(peak.value <= values.iter().copied().max().unwrap());
            prop_assert!(peak.value >= percentile(values, Decimal::new(5, 1)).unwrap());
        }
    }

    #[test]
    fn units_come_back(value in -1_000_000_000_i64..1_000_000_000) {
        let value = tenths(value);
        for (one, other) in [(Unit::Terabytes, Unit::Tebibytes), (Unit::Mebibytes, Unit::Gigabytes), (Unit::Kilowatts, Unit::KilovoltAmperes)] {
            let factor = Some(Decimal::new(9, 1));
            let there = convert(value, one, other, factor).unwrap();
            prop_assert!((convert(there, other, one, factor).unwrap() - value).abs() < Decimal::new(1, 12));
        }
    }
}

/// The extremes of a quantity, some of them refused.
const EXTREMES: [Decimal; 7] = [
    Decimal::MAX,
    Decimal::MIN,
    QUANTITY_MAX,
    Decimal::from_parts(1, 0, 0, false, 28),
    Decimal::from_parts(1, 0, 0, true, 28),
    Decimal::ZERO,
    Decimal::NEGATIVE_ONE,
];

/// What is beyond anything real is answered or refused, and nothing panics.
#[test]
fn nothing_panics_on_extreme_quantities() {
    for one in EXTREMES {
        for other in EXTREMES {
            let hosts = ["a", "b", "c"].map(|name| Host {
                name: name.to_owned(),
                cores: one,
                memory: other,
                memory_nodes: u32::MAX,
                in_maintenance: false,
            });
            for buffer in [Decimal::ZERO, other] {
                let cluster = Cluster {
                    hosts: hosts.to_vec(),
                    failures: 1,
                    processor_ratio: other,
                    memory_ratio: one,
                    memory_overhead: buffer,
                    buffer,
                    planning_limit: Decimal::ONE,
                };
                drop(cluster.layers());
            }
            let storage = Storage {
                raw: one,
                protection: Protection::Kept(other),
                reserve: other,
                reduction: Some(one),
                planning_limit: other,
            };
            drop(storage.layers());
            if let Ok(layers) =
                Layers::new(one, other, other).and_then(|l| l.with_use(Some(one), Some(one), None))
            {
                drop((layers.free(), layers.findings()));
            }
            let model = Model { capacity: one, taken: other };
            drop(Headroom::of(model, Model { capacity: other, taken: one }));
            for from in Unit::ALL {
                for to in Unit::ALL {
                    drop(convert(one, from, to, Some(other)));
                }
            }
            drop(Need::new([(Resource::Power, one)]).and_then(|need| {
                fit(&Free::new([(Resource::Power, other)])?.with_runs(vec![other, other])?, &need)
            }));
            let feeds = FeedState {
                capacity_a: one,
                capacity_b: other,
                load_on_both: one,
                load_on_a: other,
                load_on_b: one,
            };
            drop(feeds.losses(u64::MAX, one, Cords::Both));
            drop(feeds.most_that_survive(other, Cords::Both));
        }
    }
}

#[test]
fn nothing_panics_on_extreme_series() {
    let days = [NaiveDate::MIN, NaiveDate::MAX, first_month().first_day()];
    for one in EXTREMES {
        for other in EXTREMES {
            let value = |place: i32| if place % 2 == 0 { one } else { other };
            let points: Vec<Point> = (0..30)
                .map(|place| Point { month: first_month().plus(place), value: value(place) })
                .collect();
            for as_of in days {
                let change = SupplyChange { name: "change".to_owned(), on: as_of, quantity: other };
                let supply = Supply::new(one, vec![change.clone(), change]);
                let step = Step { name: "step".to_owned(), on: as_of, quantity: one, probability: None };
                let question = Question {
                    points: points.clone(),
                    last_observed: Some(as_of),
                    fit_from: None,
                    seasonality: Seasonality::default(),
                    events: Events::new(vec![step], Vec::new()).unwrap_or_default(),
                    supply: supply.clone().ok(),
                    as_of,
                    months: 120,
                };
                drop(question.answer());
                let lead = LeadTime { lead_days: u32::MAX, ..LeadTime::default() };
                let rule = PurchaseRule { quantity: other, lot: u32::MAX, cover_months: u32::MAX, lead };
                for lead in [lead, LeadTime::default()] {
                    let supply = supply.clone().unwrap_or(Supply::level(Decimal::ONE).unwrap());
                    drop(purchases(&points, &supply, &PurchaseRule { lead, ..rule }, as_of));
                    drop(order_by(Exhaustion::Reached(Month::of(as_of)), lead, as_of));
                }
                let peaks = [DailyPeak { day: as_of, value: one, observations: 1 }];
                drop(monthly_peaks(&peaks, other));
                let at = as_of.and_hms_opt(0, 0, 0).unwrap();
                let observations = vec![Observation { at, value: one }, Observation { at, value: other }];
                drop(Series::accept(observations, Kind::Counter, Some(other)));
            }
            drop(percentile(vec![one, other], PEAK_PERCENTILE));
        }
    }
}
