//! Impossible and enormous input is refused or computed; it never ends the program.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use chrono::NaiveDate;
use forecasting::ForecastError;
use forecasting::colocation::{
    Abatement, Anchor, BusinessDays, Charge, ChargeKind, Contract, CpiTerms, Escalation, Escalator, Index,
    Indices, Metering, Notice, NoticeUnit, OverageBasis, Proration, PueRule, RampStep, Recognition, Renewal,
    RenewalPrice, billed_energy, cpi_step, overage, straight_line, validate,
};
use forecasting::depreciation::{Basis, Convention, Depreciation, DepreciationRule, Disposal, Method};
use forecasting::growth::{compound, compound_fraction};
use forecasting::money::{Currency, LIMIT, Money, Rounding, split, spread_cumulative, spread_equal};
use forecasting::month::{FiscalCalendar, Month, add_months, months_between, term_end};
use forecasting::quantity::{kilovolt_amperes, kilowatts, tebibytes};
use forecasting::refresh::{CostRates, Demand, PriceIndex, by_demand, by_ratio, price_at, project_cost};
use forecasting::roadmap::{
    CloudWorkload, GrowthWindow, PaymentFrequency, SupportContract, SupportRenewal, Window, colocation_flows,
    vintage_flows,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn decimals() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        Just(Decimal::MAX),
        Just(Decimal::MIN),
        Just(Decimal::ZERO),
        Just(LIMIT),
        Just(Decimal::new(1, 28)),
        Just(Decimal::NEGATIVE_ONE),
        (any::<i64>(), 0..28_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        (-2_000..2_000_i64).prop_map(|thousandths| Decimal::new(thousandths, 3)),
    ]
}

fn dates() -> impl Strategy<Value = NaiveDate> {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    prop_oneof![
        Just(NaiveDate::MIN),
        Just(NaiveDate::MAX),
        Just(day(1, 1, 1)),
        Just(day(9999, 12, 31)),
        (0..20_000_u64).prop_map(move |days| day(2000, 1, 1) + chrono::Days::new(days)),
    ]
}

fn counts() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), Just(u32::MAX), Just(1), 0..2_000_u32]
}

fn months() -> impl Strategy<Value = Month> {
    dates().prop_map(Month::of)
}

prop_compose! {
    fn charges()(
        kind in prop::sample::select(vec![
            ChargeKind::SpaceKw, ChargeKind::PowerMetered, ChargeKind::NonRecurring, ChargeKind::Credit,
        ]),
        numbers in prop::collection::vec(decimals(), 8), days in prop::collection::vec(dates(), 4),
        numbers_of_months in prop::collection::vec(counts(), 5), by_index in any::<bool>(),
    ) -> Charge {
        let cpi = CpiTerms {
            series: "series".to_owned(),
            lag_months: numbers_of_months[0],
            floor: Some(numbers[0]),
            cap: None,
            no_decrease: false,
        };
        Charge {
            from: Some(days[0]),
            to: Some(days[1]),
            escalator: Some(Escalator {
                escalation: if by_index { Escalation::Cpi(cpi) } else { Escalation::Table(vec![(days[2], numbers[1])]) },
                anchor: Anchor::Explicit(days[3]),
                every_months: numbers_of_months[1],
                compounding: by_index,
            }),
            ramp: vec![RampStep { from_contract_month: numbers_of_months[2], quantity: numbers[2] }],
            peak: Some(numbers[3]),
            abatements: vec![Abatement {
                from_contract_month: numbers_of_months[3],
                months: numbers_of_months[4],
                rate: numbers[4],
            }],
            metering: Some(Metering {
                pue: PueRule::Contractual(numbers[5]),
                measured_pue: None,
                minimum_take: Some(numbers[6]),
                commitment: numbers[7],
            }),
            renewal_uplift: Some(numbers[0]),
            repriced: Default::default(),
            ..Charge::new(kind, numbers[1], numbers[2])
        }
    }
}

proptest! {
    // Few: some of these walk through all months from the year 1 to 9999.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn contracts(
        charge in charges(), billing_start in dates(), initial_term_months in counts(), rate in decimals(),
        term_months in counts(), maximum in prop::option::of(counts()), minimum in 0..500_u32, given in dates(),
        index in decimals(), from in months(), floor in decimals(), by_index in any::<bool>(),
    ) {
        let terms = CpiTerms { series: "series".to_owned(), lag_months: 1, floor: Some(floor), cap: None, no_decrease: false };
        let price = if by_index { RenewalPrice::Cpi(terms) } else { RenewalPrice::FixedUplift(rate) };
        let contract = Contract {
            currency: Currency::JPY,
            signed: Some(given),
            billing_start,
            initial_term_months,
            stated_end: Some(given),
            renewal: Some(Renewal { term_months, maximum, price }),
            notice: Some(Notice { minimum, maximum: None, unit: NoticeUnit::BusinessDays, previous_business_day: true }),
            notice_given: Some(given),
            proration: Proration::ContractMonth,
            recognition: Recognition::default(),
            charges: vec![charge],
        };
        let index = Index { published: [(from, index)].into(), assumed_rate: Some(rate), ..Index::default() };
        let indices = Indices([("series".to_owned(), index)].into());
        validate(&contract);
        let window = Window::new(from, 14).unwrap();
        let _ = colocation_flows(&contract, window, &indices, &BusinessDays::default());
        let level = Contract { recognition: Recognition::StraightLine, ..contract.clone() };
        let _ = colocation_flows(&level, window, &indices, &BusinessDays::default());
        let _ = straight_line(&contract, &indices);
    }

    #[test]
    fn workloads_and_support(
        amount in decimals(), rate in decimals(), base_month in months(), from in months(), months in counts(),
        renewed in counts(), start in dates(),
    ) {
        let window = Window::new(from, 14).unwrap();
        let growth = vec![GrowthWindow { from, to: None, monthly_rate: rate }];
        let workload =
            CloudWorkload { currency: Currency::EUR, base_month, monthly_amount: amount, growth, last_month: None };
        let _ = workload.flows(window, &FiscalCalendar::calendar_years());
        let contract = SupportContract {
            currency: Currency::EUR,
            signed: None,
            start,
            term_months: months,
            yearly_price: amount,
            yearly_rise: rate,
            frequency: PaymentFrequency::Yearly,
            renewal: Some(SupportRenewal { term_months: renewed, uplift: rate, maximum: None }),
            until: None,
            repriced: Default::default(),
        };
        let _ = contract.flows(window);
    }
}

proptest! {
    #[test]
    fn depreciations(
        cost in decimals(), salvage in decimals(), in_service in dates(), disposed in prop::option::of(dates()),
        life_months in counts(), sale in decimals(), from in months(),
    ) {
        let basis = Basis { cost: Money::new(cost, Currency::USD), salvage, in_service, disposed };
        for (method, convention, rounding) in [
            (Method::StraightLine, Convention::ActualDays, Rounding::LastPeriod),
            (Method::SumOfYearsDigits, Convention::HalfYear, Rounding::Cumulative),
            (Method::DoubleDeclining { switch: true }, Convention::MidQuarter, Rounding::LastPeriod),
        ] {
            let rule = DepreciationRule { method, life_months, convention, rounding };
            let Ok(depreciation) = Depreciation::new(&rule, &basis, &FiscalCalendar::calendar_years()) else { continue };
            depreciation.book_value(in_service);
            let window = Window::new(from, 14).unwrap();
            let sale = Disposal { proceeds: sale, cost_of_sale: Decimal::ONE };
            let _ = vintage_flows(&depreciation, Some(sale), window);
        }
    }

    #[test]
    fn refreshes(numbers in prop::collection::vec(decimals(), 6), count in counts(), base in dates(), date in dates()) {
        let index = PriceIndex { years: [(2026, numbers[0])].into(), otherwise: Some(numbers[1]) };
        let _ = price_at(numbers[2], base, &index, date);
        let _ = by_ratio(count, numbers[3], numbers[4]);
        let demand = Demand {
            used: numbers[0],
            growth: numbers[1],
            years: count,
            per_unit: numbers[2],
            performance_factor: numbers[3],
            target_utilisation: numbers[4],
        };
        let _ = by_demand(&[demand], count);
        let rates = CostRates {
            freight_tax: numbers[0],
            install_per_unit: numbers[1],
            support: numbers[2],
            disposal_per_unit: numbers[3],
            residual_per_unit: numbers[4],
            contingency: numbers[5],
        };
        if let Ok(cost) = project_cost(count, count, Money::new(numbers[5], Currency::USD), &rates) {
            cost.total();
        }
    }

    #[test]
    fn sums_and_powers(numbers in prop::collection::vec(decimals(), 6), count in counts(), small in 0..40_u32) {
        let money = Money::new(numbers[0], Currency::JPY);
        let _ = money.checked_add(Money::new(numbers[1], Currency::JPY));
        let _ = split(money, &numbers[1..]);
        if numbers[0].abs() <= LIMIT {
            spread_equal(money, small);
            spread_cumulative(money, small);
        }
        let _ = compound(numbers[1], count);
        let _ = compound_fraction(numbers[1], count, small);
        let _ = cpi_step(numbers[0], numbers[1], None, None);
        let basis = OverageBasis::AboveBuffer;
        let _ = overage(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], basis);
        let _ = kilovolt_amperes(numbers[0], numbers[1]);
        let _ = kilowatts(numbers[0], numbers[1]);
        tebibytes(numbers[0]);
        let _ = billed_energy(numbers[0], numbers[1], numbers[2], Some(numbers[3]));
    }

    #[test]
    fn dates_at_the_end_of_time(date in dates(), other in dates(), count in counts(), signed in any::<i32>()) {
        add_months(date, signed);
        term_end(date, count);
        months_between(date, other);
        Month::of(date).plus(signed).last_day();
        let calendar = FiscalCalendar::months(4, forecasting::month::LabelBy::StartYear).unwrap();
        calendar.period_of(date);
    }
}

#[test]
fn an_enormous_abatement_is_out_of_range() {
    for rate in [Decimal::MIN, Decimal::MAX] {
        let mut charge = Charge::new(ChargeKind::SpaceKw, Decimal::ONE, Decimal::ONE);
        charge.abatements = vec![Abatement { from_contract_month: 0, months: 12, rate }; 2];
        let contract = contract_with(charge);
        let window = Window::new(Month::of(contract.billing_start), 14).unwrap();
        let flows = colocation_flows(&contract, window, &Indices(BTreeMap::new()), &BusinessDays::default());
        assert_eq!(flows.unwrap_err(), ForecastError::OutOfRange { field: "abatement" });
    }
}

#[test]
fn an_enormous_floor_of_a_renewal_is_out_of_range() {
    let mut contract = contract_with(Charge::new(ChargeKind::SpaceKw, Decimal::ONE, Decimal::ONE));
    let terms = CpiTerms {
        series: "series".to_owned(),
        lag_months: 0,
        floor: Some(Decimal::MAX),
        cap: None,
        no_decrease: false,
    };
    contract.renewal = Some(Renewal { term_months: 12, maximum: None, price: RenewalPrice::Cpi(terms) });
    let index = Index { published: BTreeMap::new(), assumed_rate: Some(Decimal::ZERO), ..Index::default() };
    let indices = Indices([("series".to_owned(), index)].into());
    let window = Window::new(Month::of(contract.billing_start), 36).unwrap();
    let flows = colocation_flows(&contract, window, &indices, &BusinessDays::default());
    assert_eq!(flows.unwrap_err(), ForecastError::OutOfRange { field: "renewal price" });
}

/// A contract of one year in dollars with one charge.
fn contract_with(charge: Charge) -> Contract {
    Contract {
        currency: Currency::USD,
        signed: None,
        billing_start: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
        initial_term_months: 12,
        stated_end: None,
        renewal: None,
        notice: None,
        notice_given: None,
        proration: Proration::ActualDaysCalendar,
        recognition: Recognition::default(),
        charges: vec![charge],
    }
}

#[test]
fn a_contract_that_renews_to_the_end_of_the_calendar_ends_there() {
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let contract = SupportContract {
        currency: Currency::from_code("USD").unwrap(),
        signed: None,
        start: day(9_900),
        term_months: 12,
        yearly_price: Decimal::from(1_200),
        yearly_rise: Decimal::ZERO,
        frequency: PaymentFrequency::Yearly,
        renewal: Some(SupportRenewal { term_months: 12, uplift: Decimal::ZERO, maximum: None }),
        until: None,
        repriced: Default::default(),
    };
    let window = Window::new(Month::of(day(9_999)), 36).unwrap();
    assert!(
        contract.flows(window).unwrap().total(forecasting::roadmap::MoneyView::Cash) >= Decimal::from(1_200)
    );
}
