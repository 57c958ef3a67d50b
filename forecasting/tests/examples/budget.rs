//! Variance, outlook, unit cost, ownership, allocation and savings.

use std::collections::{BTreeMap, BTreeSet};

use forecasting::budget::{
    AllocationModel, AllocationRule, Baseline, CostMonth, CostPart, Denominator, DriverVolume, Initiative,
    MonthStatus, Orientation, PricedVolume, Recurrence, SavingsKind, ServerOwnership, ServerPower, Stage,
    Standing, TargetBand, Tolerance, UnitCostSeries, Variance, YearToDate, decompose, summarise,
    total_cost_of_ownership, unit_cost_series,
};
use forecasting::money::{Currency, Money};
use forecasting::month::{FiscalCalendar, Month};
use forecasting::roadmap::MoneyView;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Examples, date, decimal, number};

/// On plan is only what is exactly on plan.
const EXACTLY: Tolerance = Tolerance::Amount(Decimal::ZERO);

fn dollars(amount: Decimal) -> Money {
    Money::new(amount, Currency::USD)
}

fn rounded(amount: Decimal, places: u32) -> Decimal {
    amount.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

fn priced(quantity: &str, price: &str, rate: &str) -> PricedVolume {
    PricedVolume { quantity: number(quantity), price: number(price), rate: number(rate) }
}

pub fn variances(examples: &Examples) {
    let expected = examples.value("4.var");
    let figure = |name: &str| decimal(&expected[name]);
    let plan = dollars(figure("ytd_plan"));
    let variance = Variance::new(plan, dollars(figure("ytd_actual")), Orientation::Cost, EXACTLY).unwrap();
    assert_eq!(variance.amount, figure("variance"));
    assert_eq!(rounded(variance.rate.unwrap(), 4), figure("pct"));
    assert_eq!(variance.flag.code(), expected["flag"].as_str().unwrap());

    // 100 kW at 150 euro and 1.10 were planned, 104 kW at 153 euro and 1.15 came about.
    let expected = examples.value("4.pvx_cost");
    let figure = |name: &str| decimal(&expected[name]);
    let parts =
        decompose(&priced("100", "150", "1.10"), &priced("104", "153", "1.15"), Orientation::Cost).unwrap();
    let parts = parts.rounded(Currency::USD).unwrap();
    assert_eq!([parts.plan, parts.actual], [figure("plan"), figure("actual")]);
    assert_eq!([parts.volume, parts.price], [figure("volume"), figure("price")]);
    assert_eq!(parts.exchange, figure("fx"));
    assert_eq!([parts.total(), parts.plan - parts.actual], [figure("total"), figure("check")]);

    // A published analysis of sales, analysed in another currency than they were planned in.
    let expected = examples.value("4.fx_ajb");
    let figure = |name: &str| decimal(&expected[name]);
    let plan = priced("23204", "16.500", "1.48925");
    let actual = priced("23021", "15.979", "1.53851");
    let parts = decompose(&plan, &actual, Orientation::Sales).unwrap();
    assert_eq!(rounded(parts.exchange, 0), figure("exchange"));
    assert_eq!(rounded(parts.price, 0), figure("price"));
    assert_eq!(rounded(parts.volume, 0), figure("volume"));
    assert_eq!(rounded(parts.total(), 0), figure("total"));
    assert_eq!(parts.total(), parts.actual - parts.plan);
    // Each rounded by itself they miss the total by one.
    assert_ne!(figure("exchange") + figure("price") + figure("volume"), figure("total"));
}

pub fn outlooks(examples: &Examples) {
    let expected = examples.value("4.outlook");
    let figure = |name: &str| decimal(&expected[name]);
    let year = YearToDate {
        currency: Currency::USD,
        plan: Some(number("1200")),
        actual: Some(number("616")),
        one_off: number("8"),
        adjustments: Decimal::ZERO,
        months_elapsed: 6,
        remaining_forecast: Some(number("630")),
    };
    let outlook = year.outlook(EXACTLY).unwrap();
    assert_eq!(outlook.run_rate, Some(figure("runrate")));
    assert_eq!(outlook.outlook, Some(figure("outlook")));
    assert_eq!(outlook.variance.unwrap().amount, figure("vs_plan"));
    assert_eq!(outlook.normalised_run_rate, Some(examples.decimal("4.runrate_norm")));
    assert!(outlook.gaps.is_empty());
}

/// A year of a cost in twelve equal months, divided by a volume that is given month by month.
fn year_of(cost: &str, denominator: Denominator, volume: impl Fn(i32) -> Decimal) -> UnitCostSeries {
    let january: Month = "2026-01".parse().unwrap();
    let months: Vec<CostMonth> = january
        .range(12)
        .map(|month| CostMonth {
            month,
            status: MonthStatus::Estimated,
            parts: vec![CostPart {
                name: "everything".to_owned(),
                view: MoneyView::Pnl,
                amount: Some(number(cost) / Decimal::from(12)),
            }],
        })
        .collect();
    let volumes: BTreeMap<_, _> =
        months.iter().map(|month| ((denominator, month.month), volume(month.month.since(january)))).collect();
    unit_cost_series(Currency::USD, &months, &[denominator], &volumes).unwrap().remove(0)
}

pub fn unit_costs(examples: &Examples) {
    let expected = examples.value("4.unit");
    let figure = |name: &str| decimal(&expected[name]);
    let (first, last) = ("2026-01".parse().unwrap(), "2026-12".parse().unwrap());
    let endpoints = year_of("1890000", Denominator::ManagedEndpoints, |_| number("4200"));
    let year = endpoints.over(first, last).unwrap();
    assert_eq!(year.per_period.value(), Some(figure("per_endpoint_year")));
    assert_eq!(year.per_month.value(), Some(figure("per_endpoint_month")));
    // 800 TB in the first half of the year, 840 in the second.
    let storage =
        year_of("984000", Denominator::UsedTerabytes, |month| number(if month < 6 { "800" } else { "840" }));
    let year = storage.over(first, last).unwrap();
    assert_eq!(year.average_volume, Some(figure("avg_den")));
    assert_eq!(year.per_month.value(), Some(figure("per_tb_month")));

    let expected = examples.value("4.tco");
    let server = ServerOwnership {
        currency: Currency::USD,
        years: 5,
        purchase: number("18500"),
        installation: number("650"),
        support: number("2220"),
        power: ServerPower::Metered {
            average_kilowatts: number("0.42"),
            power_usage_effectiveness: number("1.35"),
            price_per_kilowatt_hour: number("0.085"),
        },
        disposal: number("45"),
        residual_value: number("300"),
    };
    let cost = total_cost_of_ownership(&server).unwrap();
    assert_eq!(cost.power, decimal(&expected["energy"]));
    assert_eq!(cost.total, decimal(&expected["total"]));
}

pub fn allocation(examples: &Examples) {
    let rule = |source, targets: &[(&'static str, i64)]| AllocationRule {
        source,
        driver: "share".to_owned(),
        targets: targets
            .iter()
            .map(|(target, volume)| DriverVolume { target: *target, volume: Decimal::from(*volume) })
            .collect(),
        whole: Some(Decimal::ONE_HUNDRED),
    };
    let single = AllocationModel {
        currency: Currency::USD,
        costs: vec![("pool", number("100000"))],
        receivers: BTreeSet::from(["a", "b", "c"]),
        rules: vec![AllocationRule { whole: None, ..rule("pool", &[("a", 3), ("b", 3), ("c", 1)]) }],
    };
    let shares: Vec<Decimal> = single.step_down(&["pool"]).unwrap().received.into_values().collect();
    assert_eq!(shares, examples.decimals("4.alloc.lr"));

    let expected = examples.value("4.alloc.stepdown");
    let figure = |name: &str| decimal(&expected[name]);
    let model = AllocationModel {
        currency: Currency::USD,
        costs: vec![
            ("data centre", number("600")),
            ("network", number("300")),
            ("compute", number("900")),
            ("storage", number("400")),
        ],
        receivers: BTreeSet::from(["compute", "storage"]),
        rules: vec![
            rule("data centre", &[("compute", 50), ("storage", 30), ("network", 20)]),
            rule("network", &[("compute", 60), ("storage", 40)]),
        ],
    };
    let stepped = model.step_down(&["data centre", "network"]).unwrap();
    assert_eq!(stepped.pools["network"], figure("network_before"));
    assert_eq!(stepped.received["compute"], figure("compute"));
    assert_eq!(stepped.received["storage"], figure("storage"));
    assert_eq!(stepped.total, figure("total"));
    assert_eq!(stepped.allocated_rate(), Some(Decimal::ONE));
    // Without a circle the equations have the same solution.
    let at_once = model.simultaneous().unwrap();
    assert_eq!((at_once.received, at_once.pools), (stepped.received, stepped.pools));
}

pub fn savings(examples: &Examples) {
    let expected = examples.value("4.savings");
    let figure = |name: &str| decimal(&expected[name]);
    let renegotiation = Initiative {
        id: "colocation",
        lever: "renegotiation".to_owned(),
        baseline: Baseline {
            yearly_amount: number("3000000"),
            method: "twelve invoices".to_owned(),
            fixed_on: date("2026-01-31"),
        },
        kind: SavingsKind::Hard,
        stage: Stage::Realised,
        start: date("2026-05-01"),
        annualised: number("840000"),
        confirmed: Some(number("840000")),
        recurrence: Recurrence::Recurring { until: None },
        ledger_lines: BTreeSet::from(["6100"]),
    };
    let summary = summarise(
        &[renegotiation],
        Currency::USD,
        &FiscalCalendar::calendar_years(),
        2026,
        number("12000000"),
        TargetBand::default(),
        date("2026-11-28"),
    )
    .unwrap();
    assert_eq!(summary.claimed.in_year, figure("in_year"));
    assert_eq!(summary.claimed.run_rate, figure("runrate"));
    assert_eq!(summary.claimed_share, Some(figure("pct_of_12M")));
    assert_eq!(summary.target, (figure("target5"), figure("target10")));
    assert_eq!(summary.standing, Some(Standing::Within));
    assert_eq!(summary.confirmed, summary.claimed);
    assert!(summary.findings.is_empty() && summary.overlaps.is_empty());
}
