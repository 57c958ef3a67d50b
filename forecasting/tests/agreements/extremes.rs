//! Impossible and enormous input is refused or computed; it never ends the program.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use forecasting::colocation::{
    Abatement, Advance, Billing, Charge, ChargeKind, Circuit, Contract, CpiTerms, Deployment, Draw,
    Escalator, Expectation, Feed, Figure, Index, Indices, Invoice, InvoiceLine, Limit, MonthReading, Notice,
    NoticeUnit, OpenInvoice, OverageBasis, OverageTerms, Phases, Planning, PriceHold, Proration, RampStep,
    Reading, Recognition, Renewal, RenewalPrice, TerminationRule, TerminationStep, Tolerance, Usage,
    check_invoice, co_terminate, cost_of_silence, holdover, power_month, renewal_exposures, step_down,
    termination, validate_usage,
};
use forecasting::money::{Currency, LIMIT};
use forecasting::month::Month;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{date, days};

fn decimals() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        prop::sample::select(vec![Decimal::MAX, Decimal::MIN, Decimal::ZERO, LIMIT, Decimal::new(1, 28)]),
        (any::<i64>(), 0..28_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        (-2_000..2_000_i64).prop_map(|thousandths| Decimal::new(thousandths, 3)),
    ]
}

fn dates() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![
        prop::sample::select(vec![NaiveDate::MIN, NaiveDate::MAX, date("0001-01-01"), date("9999-12-31")]),
        (0..20_000_u64).prop_map(|count| date("2000-01-01") + chrono::Days::new(count)),
    ]
}

fn counts() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), Just(u32::MAX), 1..2_000_u32]
}

prop_compose! {
    fn contracts()(
        billing_start in dates(), initial_term_months in counts(), numbers in prop::collection::vec(decimals(), 5),
        months in prop::collection::vec(counts(), 4), maximum in prop::option::of(counts()), by_index in any::<bool>(),
        minimum in 0..500_u32, given in prop::option::of(dates()), from in prop::option::of(dates()),
    ) -> Contract {
        let terms =
            CpiTerms { series: "series".to_owned(), lag_months: 1, floor: Some(numbers[0]), cap: None, no_decrease: false };
        let price = if by_index { RenewalPrice::Cpi(terms) } else { RenewalPrice::FixedUplift(numbers[0]) };
        let charge = Charge {
            from,
            billing: Billing::Arrears,
            escalator: Some(Escalator { every_months: months[0], ..Escalator::yearly(numbers[1]) }),
            ramp: vec![RampStep { from_contract_month: months[1], quantity: numbers[2] }],
            abatements: vec![Abatement { from_contract_month: months[2], months: months[3], rate: numbers[3] }],
            ..Charge::new(ChargeKind::SpaceKw, numbers[4], Decimal::ONE)
        };
        Contract {
            currency: Currency::JPY,
            signed: None,
            billing_start,
            initial_term_months,
            stated_end: None,
            renewal: Some(Renewal { term_months: months[0], maximum, price }),
            notice: Some(Notice {
                minimum,
                maximum: Some(u32::MAX),
                unit: NoticeUnit::CalendarDays,
                previous_business_day: true,
            }),
            notice_given: given,
            proration: Proration::ActualDaysCalendar,
            recognition: Recognition::default(),
            charges: vec![charge],
        }
    }
}

proptest! {
    // Few: some of these walk through all months from the year 1 to 9999.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn agreements(
        contract in contracts(), number in decimals(), count in counts(), months in counts(), first in dates(),
        second in dates(),
    ) {
        let index = Index { published: [(Month::of(first), number)].into(), assumed_rate: Some(number), ..Index::default() };
        let indices = Indices([("series".to_owned(), index)].into());
        let planning = Planning {
            decision_lead_days: Some(count),
            proposal_lead_days: Some(count),
            migration_days: Some(count),
            decommission_buffer_days: count,
            price_holds: vec![PriceHold { offer: String::new(), until: first }],
            invoices: vec![OpenInvoice { number: String::new(), dated: first }],
            dispute_window_days: Some(count),
        };
        let events = contract.events(&planning, &days(), first, second);
        prop_assert!(events.windows(2).all(|pair| pair[0] <= pair[1]));
        let _ = cost_of_silence(&contract, first, &indices, &days());
        let _ = renewal_exposures(&contract, first, 2, &indices, &days());
        let _ = holdover(&contract, number, second, &indices, &days());
        let _ = co_terminate(std::slice::from_ref(&contract), first, second, &indices, &days());
        let _ = step_down(&contract, 0, RampStep { from_contract_month: count, quantity: number }, &indices);
        let advance = Advance { amount: number, from: Some(first), months: Some(months) };
        let rules = [
            TerminationRule::RemainingCharges { share: Decimal::ONE, advances: vec![advance; 2], fixed: number },
            TerminationRule::DecliningTable(vec![TerminationStep { from_contract_month: 0, fee: number }]),
        ];
        for rule in rules {
            let _ = termination(&contract, &rule, first, second, &indices, &days());
        }
        let line = InvoiceLine { text: String::new(), charge: Some(0), service: Month::of(second), amount: number };
        let invoice = Invoice {
            number: String::new(),
            dated: first,
            month: Month::of(second),
            currency: Currency::JPY,
            lines: vec![line; 3],
        };
        let tolerance = Tolerance { share: number, least: number };
        let read = MonthReading {
            month: Month::of(second),
            hours: number,
            energy: number,
            average: number,
            peak: Figure::Known(number),
        };
        let terms = OverageTerms { buffer: number, multiplier: number, basis: OverageBasis::AboveBuffer };
        let by = Expectation {
            contract: &contract,
            used: &BTreeMap::from([(Month::of(second), read.clone().into())]),
            overage: &BTreeMap::from([(0, terms)]),
            indices: &indices,
            tolerance: &tolerance,
            dispute_window_days: Some(count),
        };
        let _ = check_invoice(&by, &invoice, &[], &days());
        let _ = power_month(&contract, read.into(), by.overage, &indices, &days());
    }

    #[test]
    fn power(contract in contracts(), numbers in prop::collection::vec(decimals(), 8), at in dates()) {
        let circuit = |feed| Circuit {
            name: "circuit".to_owned(),
            cabinet: "cabinet".to_owned(),
            feed: Some(feed),
            voltage: numbers[0],
            amps: numbers[1],
            phases: Phases::Three,
            derate: numbers[2],
        };
        let reading = |kilowatts| Reading {
            circuit: "circuit".to_owned(),
            interval: at.and_hms_opt(0, 0, 0).unwrap(),
            kilowatts,
        };
        let deployment = Deployment {
            circuits: vec![circuit(Feed::A), circuit(Feed::B)],
            draw_cap: Limit::Of(numbers[3]),
            cooling: Limit::Of(numbers[4]),
            power_factor: Some(numbers[5]),
            commitment: Some(numbers[6]),
        };
        let readings = vec![reading(numbers[7]), reading(numbers[3])];
        if let Ok(draw) = Draw::of(&deployment.circuits, &readings) {
            let _ = deployment.capacity(&draw);
        }
        let usage = Usage {
            as_of: at,
            circuits: deployment.circuits,
            whole: readings.clone(),
            readings,
            power_factor: Some(numbers[5]),
            monthly_draw: [(Month::of(at), numbers[7])].into(),
            cross_connects: Vec::new(),
            returned_cabinets: [].into(),
        };
        validate_usage(&contract, &usage);
    }
}
