//! What growth of capacity asks for, in money; and refreshes that are due by capacity.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::NaiveDate;
use forecasting::capacity::order::LeadTime;
use forecasting::capacity::purchases::{Purchase, PurchaseRule, Shortage, out_since, purchases, shortages};
use forecasting::capacity::regression::Point;
use forecasting::capacity::supply::Supply;
use forecasting::depreciation::{Convention, DepreciationRule, Method};
use forecasting::money::{Currency, Money, Rounding};
use forecasting::month::{FiscalCalendar, Month};
use forecasting::refresh::{
    CapacityNeed, CostRates, DueOutcome, DueRule, PriceIndex, PriceSource, Prices, Quote, RefreshPolicy,
    RefreshSubject, due,
};
use forecasting::roadmap::{Category, Flows, GrowthTerms, MoneyView, Window};
use rust_decimal::Decimal;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn terms() -> GrowthTerms {
    GrowthTerms {
        quote: Quote {
            price: Money::new(Decimal::from(18_500), Currency::USD),
            quoted: day("2026-01-01"),
            valid_until: None,
            source: PriceSource::Catalog,
        },
        rates: CostRates {
            freight_tax: number("0.09"),
            install_per_unit: Decimal::from(650),
            support: number("0.12"),
            contingency: number("0.05"),
            // Nothing old leaves, so this is of no meaning.
            disposal_per_unit: Decimal::from(45),
            residual_per_unit: Decimal::from(300),
        },
        support_months: 60,
        payment_terms_days: 30,
        rule: DepreciationRule {
            method: Method::StraightLine,
            life_months: 60,
            convention: Convention::FullMonth,
            rounding: Rounding::Cumulative,
        },
        salvage_rate: Decimal::ZERO,
    }
}

fn prices() -> Prices {
    let years = [(2026, number("0.18")), (2027, number("0.08"))].into();
    Prices::new(PriceIndex { years, otherwise: Some(Decimal::ZERO) })
}

fn purchase(pieces: u64) -> Purchase {
    Purchase {
        order_by: day("2026-01-20"),
        decided_on: day("2026-01-20"),
        ordered_on: day("2026-02-03"),
        delivered_on: day("2026-05-26"),
        installed_on: day("2026-06-15"),
        usable_on: day("2026-06-29"),
        needed_in: month("2026-07"),
        usable_in: month("2026-07"),
        pieces,
        quantity: Decimal::from(pieces),
    }
}

fn sum(flows: &Flows, view: MoneyView, category: Category) -> Decimal {
    flows.amounts(view, category).map(|months| months.iter().sum()).unwrap_or_default()
}

#[test]
fn an_order_for_growth_costs_what_a_refresh_of_as_many_units_does_without_what_leaves() {
    let order = terms().order(&purchase(17), &mut prices()).unwrap();
    assert_eq!(order.price.price.amount, number("18778.92"));
    assert_eq!((order.price.source, order.price.expired), (PriceSource::Indexed, false));
    let cost = order.cohort.cost;
    assert_eq!(cost.capital(), number("359023.39"));
    assert_eq!((cost.support, cost.disposal, cost.residual), (number("38309.00"), 0.into(), 0.into()));
    assert_eq!((order.ordered(), order.cohort.paid), (day("2026-02-03"), day("2026-06-25")));

    let window = Window::new(month("2026-01"), 72).unwrap();
    let flows = order.flows(window, &FiscalCalendar::calendar_years()).unwrap();
    let growth = |view| flows.amounts(view, Category::Growth).unwrap();
    let whole = number("397332.39");
    let commitment = growth(MoneyView::Commitment);
    assert_eq!((commitment[1], commitment.iter().sum::<Decimal>()), (whole, whole));
    let cash = growth(MoneyView::Cash);
    assert_eq!((cash[5], cash.iter().sum::<Decimal>()), (whole, whole));
    // 359,023.39 over 60 months, and 38,309.00 of support over 60.
    let pnl = growth(MoneyView::Pnl);
    assert_eq!((pnl[4], pnl[5]), (Decimal::ZERO, number("5983.72") + number("638.48")));
    assert_eq!(pnl.iter().sum::<Decimal>(), whole);
    for category in Category::ALL.into_iter().filter(|category| *category != Category::Growth) {
        for view in MoneyView::ALL {
            assert_eq!(sum(&flows, view, category), Decimal::ZERO, "{category:?} {view:?}");
        }
    }
    // Planned, and in no view.
    assert_eq!(flows.contingency().values().sum::<Decimal>(), number("15962.08"));
    let explanation = flows.explanation(Category::Growth).unwrap();
    assert!(explanation.estimated);
}

#[test]
fn a_quote_holds_as_long_as_it_was_promised() {
    let promised = |until| GrowthTerms {
        quote: Quote { valid_until: Some(day(until)), source: PriceSource::Quote, ..terms().quote },
        ..terms()
    };
    let held = promised("2026-02-03").order(&purchase(2), &mut prices()).unwrap().price;
    assert_eq!((held.price.amount, held.source), (Decimal::from(18_500), PriceSource::Quote));
    let expired = promised("2026-02-02").order(&purchase(2), &mut prices()).unwrap().price;
    assert_eq!((expired.price.amount, expired.expired), (number("18778.92"), true));
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let message =
        |terms: GrowthTerms, pieces| terms.order(&purchase(pieces), &mut prices()).unwrap_err().to_string();
    assert!(message(terms(), u64::MAX).contains("pieces"));
    let quote = Quote { price: Money::new(Decimal::from(-1), Currency::USD), ..terms().quote };
    assert!(message(GrowthTerms { quote, ..terms() }, 1).contains("price"));
    let never = GrowthTerms { payment_terms_days: u32::MAX, ..terms() };
    assert!(message(never, 1).contains("payment_terms_days"));
    let dear = Quote { price: Money::new(number("900000000000000000"), Currency::USD), ..terms().quote };
    assert!(terms().order(&purchase(1), &mut prices()).is_ok());
    assert!(GrowthTerms { quote: dear, ..terms() }.order(&purchase(4_000_000), &mut prices()).is_err());
}

#[test]
fn an_order_is_delivered_installed_and_then_kept_in_hand() {
    let lead = LeadTime { lead_days: 90, install_days: 20, approval_days: 14, buffer_days: 10 };
    let rule = PurchaseRule { quantity: Decimal::from(10), lot: 1, cover_months: 1, lead };
    let demand: Vec<Point> =
        (0..12).map(|at| Point { month: month("2026-12").plus(at), value: Decimal::from(90 + at) }).collect();
    let supply = Supply::level(Decimal::from(100)).unwrap();
    let growth = purchases(&demand, &supply, &rule, day("2026-12-01")).unwrap();
    assert!(growth.shortages.is_empty());
    let order = growth.purchases[0];
    // 100 in October 2027: 134 days before the first of it.
    assert_eq!((order.needed_in, order.order_by), (month("2027-10"), day("2027-05-20")));
    assert_eq!((order.ordered_on, order.delivered_on), (day("2027-06-03"), day("2027-09-01")));
    assert_eq!((order.installed_on, order.usable_on), (day("2027-09-21"), day("2027-10-01")));
}

#[test]
fn what_comes_too_late_is_told_without_knowing_what_is_bought() {
    let lead = LeadTime { lead_days: 120, ..LeadTime::default() };
    let demand: Vec<Point> =
        (0..12).map(|at| Point { month: month("2026-12").plus(at), value: Decimal::from(97 + at) }).collect();
    let supply = Supply::level(Decimal::from(100)).unwrap();
    let found = shortages(&demand, &supply, lead, day("2026-12-15")).unwrap();
    assert_eq!(found.len(), 1);
    let gap = found[0];
    assert_eq!((gap.from, gap.months, gap.relief), (month("2027-03"), 2, month("2027-05")));
    assert_eq!((gap.worst, gap.worst_month), (Decimal::from(1), month("2027-04")));
    // 120 days before the first of March were the first of November.
    assert_eq!((gap.order_by, gap.overdue_days), (day("2026-11-01"), 44));
    let rule = PurchaseRule { quantity: Decimal::from(3), lot: 2, cover_months: 6, lead };
    assert_eq!(purchases(&demand, &supply, &rule, day("2026-12-15")).unwrap().shortages, found);
}

#[test]
fn what_has_run_out_is_short_since_then_however_low_its_demand_is_forecast() {
    let lead = LeadTime { lead_days: 60, ..LeadTime::default() };
    let as_of = day("2026-03-10");
    let supply = Supply::level(Decimal::from(100)).unwrap();
    // An order of 10 March helps from June on: 60 days later it is 9 May.
    let found = |demand: [i64; 6], missing: Option<i64>| -> Vec<Shortage> {
        let demand = demand.into_iter().zip(0..);
        let demand: Vec<Point> = demand
            .map(|(value, at)| Point { month: month("2026-03").plus(at), value: Decimal::from(value) })
            .collect();
        let told = shortages(&demand, &supply, lead, as_of).unwrap();
        out_since(told, month("2026-01"), missing.map(Decimal::from), lead, as_of).unwrap()
    };
    let told = |gaps: Vec<Shortage>| -> Vec<(String, u32, Decimal, String)> {
        let each = gaps.into_iter();
        each.map(|gap| (gap.from.to_string(), gap.months, gap.worst, gap.worst_month.to_string())).collect()
    };
    let gap = |from: &str, months, worst: i64, worst_month: &str| {
        (from.to_owned(), months, Decimal::from(worst), worst_month.to_owned())
    };
    // Forecast below what there is, and out by what was observed.
    let below = found([90; 6], Some(7));
    assert_eq!((below[0].order_by, below[0].overdue_days), (day("2025-11-02"), 128));
    assert_eq!(below[0].relief, month("2026-06"));
    assert_eq!(told(below), [gap("2026-01", 3, 7, "2026-03")]);
    // The same, and short by its forecast from the next month on, or from a later one.
    assert_eq!(told(found([90, 112, 90, 90, 90, 90], Some(7))), [gap("2026-01", 4, 12, "2026-04")]);
    assert_eq!(told(found([90, 103, 104, 90, 90, 90], Some(7))), [gap("2026-01", 5, 7, "2026-03")]);
    let apart = found([90, 90, 112, 90, 90, 90], Some(0));
    assert_eq!(told(apart), [gap("2026-01", 3, 0, "2026-03"), gap("2026-05", 1, 12, "2026-05")]);
    // Short by its forecast of the month, which tells how much.
    assert_eq!(told(found([103, 101, 90, 90, 90, 90], Some(7))), [gap("2026-01", 4, 3, "2026-03")]);
    // What was observed fits into what there is now, or is not known: the forecast stands.
    for missing in [Some(-1), None] {
        assert_eq!(told(found([90, 112, 90, 90, 90, 90], missing)), [gap("2026-04", 1, 12, "2026-04")]);
    }
    // An order that is there at once helps in the month itself.
    let at_once =
        out_since(Vec::new(), month("2026-01"), Some(Decimal::ONE), LeadTime::default(), day("2026-03-01"));
    assert_eq!(at_once.unwrap(), []);
}

#[test]
fn capacity_makes_due_after_what_wins_ties() {
    let policy = RefreshPolicy { warranty: true, capacity: true, lease: true, ..RefreshPolicy::default() };
    let on = day("2027-03-01");
    let subject = RefreshSubject {
        warranty_end: Some(day("2027-04-01")),
        capacity: Some(CapacityNeed::OrderBy(on)),
        lease_return: Some(on),
        ..RefreshSubject::default()
    };
    let DueOutcome::Due(found) = due(&policy, &subject) else { panic!() };
    assert_eq!((found.date, found.binding_rule), (on, DueRule::Capacity));
    let tied = RefreshSubject { warranty_end: Some(on), ..subject };
    let DueOutcome::Due(found) = due(&policy, &tied) else { panic!() };
    assert_eq!(found.binding_rule, DueRule::Warranty);
    assert_eq!(
        DueRule::ALL.map(|rule| format!("{rule:?}")).join(" "),
        "Support Warranty Age Risk Capacity Lease"
    );

    let alone = RefreshPolicy { capacity: true, ..RefreshPolicy::default() };
    let reason = |capacity| match due(&alone, &RefreshSubject { capacity, ..RefreshSubject::default() }) {
        DueOutcome::NotComputable { reason, .. } => reason,
        DueOutcome::Due(found) => panic!("{found:?}"),
    };
    assert!(reason(None).contains("no input"), "{}", reason(None));
    assert!(reason(Some(CapacityNeed::NoPool)).contains("no capacity pool"));
    assert!(reason(Some(CapacityNeed::NotWithin(month("2029-11")))).contains("2029-11"));
    let off = RefreshPolicy { warranty: true, ..RefreshPolicy::default() };
    let DueOutcome::Due(found) = due(&off, &subject) else { panic!() };
    assert_eq!(found.binding_rule, DueRule::Warranty);
}

#[test]
fn pools_ask_together_for_the_earliest_day() {
    let (one, two) = (CapacityNeed::OrderBy(day("2027-03-01")), CapacityNeed::OrderBy(day("2027-02-01")));
    let lasts = |text| CapacityNeed::NotWithin(month(text));
    assert_eq!((one.and(two), two.and(one)), (two, two));
    assert_eq!((one.and(lasts("2026-12")), lasts("2026-12").and(one)), (one, one));
    assert_eq!(lasts("2029-12").and(lasts("2028-12")), lasts("2028-12"));
    for need in [one, lasts("2028-12"), CapacityNeed::NoPool] {
        assert_eq!((need.and(CapacityNeed::NoPool), CapacityNeed::NoPool.and(need)), (need, need));
    }
}
