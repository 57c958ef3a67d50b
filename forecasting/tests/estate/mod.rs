//! Arbitrary contracts, workloads, refreshes and assets.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use forecasting::colocation::{
    Abatement, Anchor, Billing, BusinessDays, Charge, ChargeKind, Contract, Escalation, Escalator, Indices,
    Notice, NoticeUnit, Proration, RampStep, Recognition, Renewal, RenewalPrice,
};
use forecasting::depreciation::{Basis, Convention, Depreciation, DepreciationRule, Method};
use forecasting::money::{Currency, Money, Rounding};
use forecasting::month::{FiscalCalendar, LabelBy, Month, Pattern};
use forecasting::refresh::{CostRates, OrderPrice, PriceSource, project_cost};
use forecasting::roadmap::{
    CloudWorkload, Flows, GrowthOrder, GrowthWindow, PaymentFrequency, RefreshCohort, SupportContract,
    SupportRenewal, Window, colocation_flows, vintage_flows,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// Anything a roadmap is made from.
#[derive(Debug, Clone)]
pub enum Source {
    Colocation(Contract),
    Support(SupportContract),
    Cloud(CloudWorkload),
    Refresh(RefreshCohort),
    Growth(RefreshCohort),
    Vintage(Box<Depreciation>),
}

impl Source {
    pub fn flows(&self, window: Window) -> Flows {
        let calendar = FiscalCalendar::calendar_years();
        match self {
            Self::Colocation(contract) => {
                colocation_flows(contract, window, &Indices::default(), &BusinessDays::default())
            }
            Self::Support(contract) => contract.flows(window),
            Self::Cloud(workload) => workload.flows(window, &calendar),
            Self::Refresh(cohort) => cohort.flows(window, &calendar),
            Self::Growth(cohort) => {
                let price = Money::new(Decimal::ZERO, Currency::USD);
                let price = OrderPrice { price, source: PriceSource::Catalog, expired: false };
                GrowthOrder { cohort: *cohort, price }.flows(window, &calendar)
            }
            Self::Vintage(depreciation) => vintage_flows(depreciation, None, window),
        }
        .unwrap()
    }
}

pub fn dates() -> impl Strategy<Value = NaiveDate> {
    (0..4_000_u64).prop_map(|days| NaiveDate::from_ymd_opt(2022, 1, 1).unwrap() + chrono::Days::new(days))
}

pub fn months() -> impl Strategy<Value = Month> {
    dates().prop_map(Month::of)
}

pub fn methods() -> impl Strategy<Value = Method> {
    prop_oneof![
        Just(Method::StraightLine),
        Just(Method::SumOfYearsDigits),
        any::<bool>().prop_map(|switch| Method::DoubleDeclining { switch }),
        any::<bool>().prop_map(|switch| Method::Declining150 { switch }),
    ]
}

pub fn conventions() -> impl Strategy<Value = Convention> {
    prop::sample::select(vec![
        Convention::FullMonth,
        Convention::NextMonth,
        Convention::MidMonth,
        Convention::MidMonthFirst,
        Convention::MidQuarter,
        Convention::HalfYear,
        Convention::ActualDays,
    ])
}

pub fn roundings() -> impl Strategy<Value = Rounding> {
    prop::sample::select(vec![Rounding::LastPeriod, Rounding::Cumulative])
}

pub fn calendars() -> impl Strategy<Value = FiscalCalendar> {
    let label = prop::sample::select(vec![LabelBy::StartYear, LabelBy::EndYear]);
    let pattern =
        prop::sample::select(vec![Pattern::Months, Pattern::Weeks445, Pattern::Weeks454, Pattern::Weeks544]);
    let long_years = prop::collection::btree_set(2020..2034_i32, 0..4);
    (1..=12_u32, label, pattern, -9..10_i64, long_years).prop_map(
        |(start_month, label_by, pattern, days, years)| {
            let start =
                NaiveDate::from_ymd_opt(2026, start_month, 1).unwrap() + chrono::TimeDelta::days(days);
            if pattern == Pattern::Months {
                return FiscalCalendar::months(start_month, label_by).unwrap();
            }
            let years: BTreeSet<i32> = years;
            FiscalCalendar::weeks(start_month, label_by, pattern, start, years).unwrap()
        },
    )
}

fn escalators() -> impl Strategy<Value = Escalator> {
    let anchor = prop_oneof![
        Just(Anchor::Anniversary),
        Just(Anchor::CalendarJanuary),
        dates().prop_map(Anchor::Explicit)
    ];
    let fixed = (0..100_i64).prop_map(|rate| Escalation::Fixed(Decimal::new(rate, 3)));
    let table =
        prop::collection::btree_map(dates(), (0..100_i64).prop_map(|rate| Decimal::new(rate, 3)), 0..4)
            .prop_map(|table| Escalation::Table(table.into_iter().collect()));
    (prop_oneof![fixed, table], anchor, 1..25_u32, any::<bool>()).prop_map(
        |(escalation, anchor, every_months, compounding)| Escalator {
            escalation,
            anchor,
            every_months,
            compounding,
        },
    )
}

prop_compose! {
    fn charges()(
        kind in prop::sample::select(vec![
            ChargeKind::SpaceKw, ChargeKind::CrossConnect, ChargeKind::NonRecurring, ChargeKind::Credit,
        ]),
        price in 0..1_000_000_i64, quantity in 0..200_i64, arrears in any::<bool>(),
        from in prop::option::of(dates()), to in prop::option::of(dates()),
        escalator in prop::option::of(escalators()), step in 1..24_u32, free in prop::option::of(0..12_u32),
    ) -> Charge {
        Charge {
            billing: if arrears { Billing::Arrears } else { Billing::Advance },
            from,
            to,
            escalator,
            ramp: if kind == ChargeKind::SpaceKw {
                [(0, quantity), (step, quantity * 2)]
                    .map(|(month, kilowatts)| RampStep { from_contract_month: month, quantity: kilowatts.into() })
                    .to_vec()
            } else {
                Vec::new()
            },
            abatements: free
                .map(|from| Abatement { from_contract_month: from, months: 2, rate: Decimal::new(5, 1) })
                .into_iter()
                .collect(),
            ..Charge::new(kind, Decimal::new(price, 2), Decimal::from(quantity))
        }
    }
}

prop_compose! {
    pub fn contracts()(
        billing_start in dates(), initial_term_months in 1..61_u32, charges in prop::collection::vec(charges(), 0..4),
        renewal in prop::option::of((1..37_u32, prop::option::of(0..4_u32), 0..80_i64)),
        notice in prop::option::of((0..120_u32, prop::sample::select(vec![
            NoticeUnit::CalendarDays, NoticeUnit::BusinessDays, NoticeUnit::Months,
        ]))),
        notice_given in prop::option::of(dates()), by_contract_month in any::<bool>(),
    ) -> Contract {
        Contract {
            currency: Currency::USD,
            signed: None,
            billing_start,
            initial_term_months,
            stated_end: None,
            renewal: renewal.map(|(term_months, maximum, uplift)| Renewal {
                term_months,
                maximum,
                price: RenewalPrice::FixedUplift(Decimal::new(uplift, 3)),
            }),
            notice: notice.map(|(minimum, unit)| {
                let minimum = if unit == NoticeUnit::Months { minimum / 30 } else { minimum };
                Notice { minimum, maximum: None, unit, previous_business_day: true }
            }),
            notice_given,
            proration: if by_contract_month { Proration::ContractMonth } else { Proration::ActualDaysCalendar },
            recognition: Recognition::default(),
            charges,
        }
    }
}

prop_compose! {
    pub fn support_contracts()(
        start in dates(), term_months in 1..61_u32, price in 0..10_000_000_i64, rise in 0..80_i64,
        frequency in prop::sample::select(vec![
            PaymentFrequency::Monthly, PaymentFrequency::Quarterly, PaymentFrequency::Yearly, PaymentFrequency::Upfront,
        ]),
        renewal in prop::option::of((1..37_u32, 0..80_i64, prop::option::of(0..4_u32))),
        until in prop::option::of(dates()),
    ) -> SupportContract {
        SupportContract {
            currency: Currency::USD,
            signed: None,
            start,
            term_months,
            yearly_price: Decimal::new(price, 2),
            yearly_rise: Decimal::new(rise, 3),
            frequency,
            renewal: renewal.map(|(term_months, uplift, maximum)| SupportRenewal {
                term_months,
                uplift: Decimal::new(uplift, 3),
                maximum,
            }),
            until,
            repriced: Default::default(),
        }
    }
}

prop_compose! {
    fn workloads()(
        base_month in months(), amount in 0..10_000_000_i64, last_month in prop::option::of(months()),
        growth in prop::collection::vec((months(), prop::option::of(months()), -50..80_i64), 0..3),
    ) -> CloudWorkload {
        let window = |(from, to, rate)| GrowthWindow { from, to, monthly_rate: Decimal::new(rate, 3) };
        CloudWorkload {
            currency: Currency::USD,
            base_month,
            monthly_amount: Decimal::new(amount, 2),
            growth: growth.into_iter().map(window).collect(),
            last_month,
        }
    }
}

prop_compose! {
    fn rules()(
        method in methods(), convention in conventions(), rounding in roundings(), life_months in 1..100_u32
    ) -> DepreciationRule {
        DepreciationRule { method, life_months, convention, rounding }
    }
}

prop_compose! {
    fn cohorts()(
        rule in rules(), units in 1..100_u32, price in 1..5_000_000_i64, ordered in dates(), lead in 0..200_u64,
        support_months in 1..61_u32, contingency_spent in any::<bool>(),
    ) -> RefreshCohort {
        let share = |thousandths: i64| Decimal::new(thousandths, 3);
        let rates = CostRates {
            freight_tax: share(90),
            install_per_unit: Decimal::from(650),
            support: share(120),
            disposal_per_unit: Decimal::from(45),
            residual_per_unit: Decimal::from(300),
            contingency: share(50),
        };
        let in_service = ordered + chrono::Days::new(lead);
        RefreshCohort {
            cost: project_cost(units, units, Money::new(Decimal::new(price, 2), Currency::USD), &rates).unwrap(),
            ordered,
            paid: in_service + chrono::Days::new(30),
            in_service,
            disposed: in_service,
            old_book_value: Decimal::ZERO,
            support_months,
            rule,
            salvage: Decimal::ZERO,
            contingency_spent,
        }
    }
}

prop_compose! {
    fn vintages()(
        rule in rules(), cost in 0..100_000_000_i64, in_service in dates(), left in prop::option::of(0..3_000_u64)
    ) -> Depreciation {
        let basis = Basis {
            cost: Money::new(Decimal::new(cost, 2), Currency::USD),
            salvage: Decimal::ZERO,
            in_service,
            disposed: left.map(|days| in_service + chrono::Days::new(days)),
        };
        Depreciation::new(&rule, &basis, &FiscalCalendar::calendar_years()).unwrap()
    }
}

pub fn sources() -> impl Strategy<Value = Source> {
    prop_oneof![
        contracts().prop_map(Source::Colocation),
        support_contracts().prop_map(Source::Support),
        workloads().prop_map(Source::Cloud),
        cohorts().prop_map(Source::Refresh),
        cohorts().prop_map(Source::Growth),
        vintages().prop_map(|vintage| Source::Vintage(Box::new(vintage))),
    ]
}
