//! The calendar of an agreement, and what silence costs.

use chrono::{Days, NaiveDate};
use forecasting::colocation::{
    Abatement, AlertTier, Charge, ChargeKind, Contract, CostOfSilence, CpiTerms, Escalator, Event, EventKind,
    Index, Indices, NoRenewal, NoticeAction, NoticeEntry, OpenInvoice, Planning, PriceHold, Proration,
    RampStep, Renewal, RenewalPrice, Terms, cost_of_silence, exposure_of_renewal, notice_in_force,
    renewal_exposures, schedule,
};
use forecasting::money::Currency;
use forecasting::month::Month;
use forecasting::roadmap::{PaymentFrequency, SupportContract, SupportRenewal};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::estate::{contracts, dates, support_contracts};
use super::{date, days, ending, notice, number, renewing};

fn planning() -> Planning {
    Planning {
        decision_lead_days: Some(60),
        proposal_lead_days: Some(120),
        migration_days: Some(150),
        decommission_buffer_days: 30,
        price_holds: vec![PriceHold { offer: "ten cabinets".to_owned(), until: date("2026-12-31") }],
        invoices: vec![OpenInvoice { number: "I-7".to_owned(), dated: date("2026-11-01") }],
        dispute_window_days: Some(90),
    }
}

fn written(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| format!("{} {}", event.date, event.kind.code())).collect()
}

#[test]
fn a_year_of_a_contract_has_every_kind_of_event() {
    let space = Charge {
        escalator: Some(Escalator::yearly(number("0.03"))),
        ramp: [(0, 40), (34, 70)]
            .map(|(from_contract_month, kilowatts)| RampStep {
                from_contract_month,
                quantity: Decimal::from(kilowatts),
            })
            .to_vec(),
        abatements: vec![Abatement { from_contract_month: 31, months: 2, rate: Decimal::ONE }],
        ..Charge::new(ChargeKind::SpaceKw, Decimal::from(165), Decimal::ZERO)
    };
    let contract = Contract { charges: vec![space], ..renewing() };
    let events = contract.events(&planning(), &days(), date("2026-03-01"), date("2027-03-01"));
    assert_eq!(
        written(&events),
        [
            "2026-03-01 ESCALATION",
            "2026-06-03 RFP_START",
            "2026-09-01 WINDOW_OPEN",
            "2026-09-01 EXIT_START",
            "2026-10-01 DECISION_DUE",
            "2026-11-30 NOTICE_DEADLINE",
            "2026-11-30 ABATEMENT_END",
            "2026-12-31 PRICE_HOLD_EXPIRY",
            "2027-01-01 RAMP_STEP",
            "2027-01-30 DISPUTE_DEADLINE",
            "2027-02-28 TERM_END",
            "2027-03-01 AUTO_RENEWED",
            "2027-03-01 ESCALATION",
        ]
    );
    let reason = |kind| events.iter().rfind(|event| event.kind == kind).unwrap().reason.as_str();
    assert_eq!(
        reason(EventKind::DecisionDue),
        "60 days before the notice deadline, 2026-11-30; 70 kW are committed by then"
    );
    assert_eq!(reason(EventKind::AbatementEnd), "last day on which 100 % of the price of 40 kW is waived");
    assert_eq!(reason(EventKind::RampStep), "70 kW are committed from contract month 34 on, 40 before");
    assert_eq!(reason(EventKind::Escalation), "prices rise by 5 % with the renewal");
    assert_eq!(events.iter().find(|event| event.kind == EventKind::Escalation).unwrap().charge, Some(0));
    let codes: std::collections::BTreeSet<_> = events.iter().map(|event| event.kind.code()).collect();
    assert_eq!(codes, EventKind::ALL.map(EventKind::code).into());
}

#[test]
fn notice_that_stands_leaves_nothing_to_decide() {
    let history = [
        NoticeEntry { date: date("2026-10-15"), action: NoticeAction::Given },
        NoticeEntry { date: date("2026-11-02"), action: NoticeAction::Withdrawn },
        NoticeEntry { date: date("2027-11-03"), action: NoticeAction::Given },
        NoticeEntry { date: date("2027-11-09"), action: NoticeAction::Given },
    ];
    let as_of = |day: &str| Contract { notice_given: notice_in_force(&history, date(day)), ..renewing() };
    let kinds = |day: &str| {
        let plan = Planning { price_holds: Vec::new(), invoices: Vec::new(), ..planning() };
        written(&as_of(day).events(&plan, &days(), date("2026-11-15"), date("2028-12-31")))
    };
    assert_eq!(as_of("2026-10-14").notice_given, None);
    assert_eq!(kinds("2026-10-20"), ["2027-02-28 TERM_END"]);
    assert_eq!(as_of("2026-11-02").notice_given, None);
    assert_eq!(kinds("2026-11-02")[0], "2026-11-30 NOTICE_DEADLINE");
    assert_eq!(
        as_of("2027-12-31").notice_given,
        Some(date("2027-11-03")),
        "repeated notice stands as first given"
    );
    let last = kinds("2027-12-31");
    assert_eq!(last.last().unwrap(), "2028-02-29 TERM_END");
    assert_eq!(last.iter().filter(|event| event.ends_with("NOTICE_DEADLINE")).count(), 1);
}

#[test]
fn without_a_renewal_the_decision_is_due_before_moving_out() {
    let events = ending().events(&planning(), &days(), date("2026-01-01"), date("2028-12-31"));
    let on = |kind| events.iter().find(|event| event.kind == kind).map(|event| event.date.to_string());
    assert_eq!(on(EventKind::ExitStart).as_deref(), Some("2026-09-01"));
    assert_eq!(on(EventKind::DecisionDue).as_deref(), Some("2026-07-03"));
    assert_eq!(on(EventKind::NoticeDeadline), None);
    assert_eq!(on(EventKind::AutoRenewed), None);
    let unplanned = Planning { migration_days: None, ..planning() };
    let events = ending().events(&unplanned, &days(), date("2026-01-01"), date("2028-12-31"));
    let decision = events.iter().find(|event| event.kind == EventKind::DecisionDue).unwrap();
    assert_eq!(decision.reason, "60 days before the last day, 2027-02-28");
}

#[test]
fn commitments_to_a_cloud_have_the_same_calendar() {
    let commitment = Terms {
        start: date("2026-01-10"),
        initial_months: 12,
        renewal: None,
        notice: None,
        notice_given: None,
        until: None,
    };
    let plan = Planning { decision_lead_days: Some(30), ..Planning::default() };
    let events = commitment.events(&plan, &days(), date("2026-01-01"), date("2030-01-01"));
    assert_eq!(written(&events), ["2026-12-10 DECISION_DUE", "2027-01-09 TERM_END"]);
}

#[test]
fn tiers_count_to_the_deadline() {
    let deadline = date("2026-11-30");
    let tier = |left: u64| AlertTier::of(deadline, deadline - Days::new(left));
    assert_eq!(tier(366), AlertTier::NotYet);
    assert_eq!([tier(365), tier(181)], [AlertTier::Within365Days; 2]);
    assert_eq!([tier(180), tier(91)], [AlertTier::Within180Days; 2]);
    assert_eq!([tier(90), tier(61)], [AlertTier::Within90Days; 2]);
    assert_eq!([tier(60), tier(31)], [AlertTier::Within60Days; 2]);
    assert_eq!([tier(30), tier(0)], [AlertTier::Within30Days; 2]);
    assert_eq!(AlertTier::of(deadline, date("2026-12-01")), AlertTier::Passed);
}

fn silence(contract: &Contract, as_of: &str) -> CostOfSilence {
    cost_of_silence(contract, date(as_of), &Indices::default(), &days()).unwrap()
}

#[test]
fn silence_costs_the_first_renewal_that_can_be_avoided() {
    let renews = |contract: &Contract, as_of: &str| match silence(contract, as_of) {
        CostOfSilence::Renews(exposure) => (exposure.renewal.term.number, exposure.cost.amount),
        CostOfSilence::Nothing(why) => panic!("{why:?}"),
    };
    assert_eq!(renews(&renewing(), "2026-11-28"), (1, number("12600.00")));
    assert_eq!(renews(&renewing(), "2026-11-30"), (1, number("12600.00")), "still in time");
    assert_eq!(renews(&renewing(), "2026-12-01"), (2, number("13230.00")), "the first is bound");
    let chain = renewal_exposures(&renewing(), date("2026-12-01"), 3, &Indices::default(), &days()).unwrap();
    let bound: Vec<bool> = chain.iter().map(|exposure| exposure.renewal.bound).collect();
    assert_eq!(bound, [true, false, false]);
    assert_eq!(chain[0].renewal.alert, AlertTier::Passed);
    assert_eq!(chain[2].cost.amount, number("13891.50"));
}

#[test]
fn a_renewal_is_priced_by_its_number() {
    let priced = |contract: &Contract, renewal: u32, as_of: &str| {
        exposure_of_renewal(contract, renewal, date(as_of), &Indices::default(), &days()).unwrap()
    };
    let first = priced(&renewing(), 1, "2026-12-01").unwrap();
    assert_eq!((first.cost.amount, first.renewal.bound), (number("12600.00"), true));
    assert_eq!(first.renewal.deadline, date("2026-11-30"));
    let second = priced(&renewing(), 2, "2026-12-01").unwrap();
    assert_eq!((second.cost.amount, second.renewal.bound), (number("13230.00"), false));
    assert_eq!(priced(&renewing(), 0, "2026-12-01"), None, "the initial term is no renewal");
    assert_eq!(priced(&ending(), 1, "2026-12-01"), None);
}

#[test]
fn a_renewal_of_support_rises_once_and_then_year_by_year() {
    let support = SupportContract {
        currency: Currency::USD,
        signed: None,
        start: date("2026-01-01"),
        term_months: 24,
        yearly_price: number("1000"),
        yearly_rise: number("0.10"),
        frequency: PaymentFrequency::Yearly,
        renewal: Some(SupportRenewal { term_months: 24, uplift: number("0.05"), maximum: Some(1) }),
        until: None,
        repriced: Default::default(),
    };
    // 1,000 and 1,100; then 1,155 and 1,270.50.
    let cost = |renewal: u32| support.renewal_cost(renewal).unwrap().map(|cost| cost.amount);
    assert_eq!(cost(1), Some(number("2425.50")));
    assert_eq!((cost(0), cost(2)), (None, None));
    let ending = SupportContract { renewal: None, ..support };
    assert_eq!(ending.renewal_cost(1).unwrap(), None);
}

#[test]
fn silence_costs_nothing_where_nothing_renews() {
    let noticed = |day: &str| Contract { notice_given: Some(date(day)), ..renewing() };
    let why = |contract: &Contract, as_of: &str| silence(contract, as_of);
    assert_eq!(why(&noticed("2026-11-30"), "2026-12-01"), CostOfSilence::Nothing(NoRenewal::NoticeGiven));
    assert_eq!(why(&noticed("2026-11-30"), "2027-03-01"), CostOfSilence::Nothing(NoRenewal::Ended));
    assert_eq!(why(&ending(), "2026-11-28"), CostOfSilence::Nothing(NoRenewal::NotAgreed));
    let once = |contract: Contract| Contract {
        renewal: contract.renewal.map(|renewal| Renewal { maximum: Some(1), ..renewal }),
        ..contract
    };
    assert_eq!(why(&once(renewing()), "2026-12-01"), CostOfSilence::Nothing(NoRenewal::LastRenewal));
    let late = renewal_exposures(&noticed("2026-12-01"), date("2026-12-02"), 9, &Indices::default(), &days());
    let late = late.unwrap();
    assert_eq!(late.len(), 1, "late notice lets one more renewal begin");
    assert!(late[0].renewal.bound);
}

#[test]
fn unknown_prices_are_estimates() {
    let with = |price: RenewalPrice| Contract {
        renewal: renewing().renewal.map(|renewal| Renewal { price, ..renewal }),
        ..renewing()
    };
    for price in [RenewalPrice::ThenCurrent, RenewalPrice::Market] {
        let CostOfSilence::Renews(exposure) = silence(&with(price), "2026-11-28") else { panic!() };
        assert!(exposure.estimated && exposure.explanation.estimated);
        assert_eq!(exposure.cost.amount, number("12000.00"), "the last price is held");
    }
    let CostOfSilence::Renews(fixed) = silence(&renewing(), "2026-11-28") else { panic!() };
    assert!(!fixed.estimated && !fixed.explanation.estimated);
    let cpi =
        CpiTerms { series: "urban".to_owned(), lag_months: 3, floor: None, cap: None, no_decrease: false };
    let index = Index { assumed_rate: Some(number("0.04")), ..Index::default() };
    let indices = Indices([("urban".to_owned(), index)].into());
    let indexed = with(RenewalPrice::Cpi(cpi));
    let exposure = cost_of_silence(&indexed, date("2026-11-28"), &indices, &days()).unwrap();
    let CostOfSilence::Renews(exposure) = exposure else { panic!() };
    assert!(exposure.estimated);
    assert_eq!(exposure.cost.amount, number("12480.00"));
    let missing = cost_of_silence(&indexed, date("2026-11-28"), &Indices::default(), &days());
    assert!(missing.unwrap_err().to_string().starts_with("price index is missing"));
}

fn plans() -> impl Strategy<Value = Planning> {
    let lead = || prop::option::of(0..400_u32);
    (lead(), lead(), lead(), 0..90_u32, dates()).prop_map(|(decision, proposal, migration, buffer, day)| {
        Planning {
            decision_lead_days: decision,
            proposal_lead_days: proposal,
            migration_days: migration,
            decommission_buffer_days: buffer,
            price_holds: vec![PriceHold { offer: "offer".to_owned(), until: day }],
            invoices: vec![OpenInvoice { number: "I-1".to_owned(), dated: day }],
            dispute_window_days: Some(90),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_event_depends_on_where_the_days_begin(
        contract in contracts(), planning in plans(), from in dates(), first in 0..900_u64, second in 1..900_u64,
    ) {
        let (middle, to) = (from + Days::new(first), from + Days::new(first + second));
        let whole = contract.events(&planning, &days(), from, to);
        let mut parts = contract.events(&planning, &days(), from, middle);
        parts.extend(contract.events(&planning, &days(), middle + Days::new(1), to));
        prop_assert_eq!(&whole, &parts);
        for pair in whole.windows(2) {
            prop_assert!(pair[0] < pair[1], "ordered, and none twice");
        }
        for event in &whole {
            prop_assert!((from..=to).contains(&event.date) && !event.reason.is_empty());
        }
    }

    #[test]
    fn nothing_happens_after_the_end(contract in contracts(), from in dates()) {
        let events = contract.events(&Planning::default(), &days(), from, from + Days::new(8_000));
        if let Some(end) = contract.end(&days()) {
            prop_assert!(events.iter().all(|event| event.date <= end));
            let last = events.iter().rfind(|event| event.kind == EventKind::TermEnd);
            prop_assert_eq!(last.map(|event| event.date), Some(end).filter(|end| *end >= from));
        }
    }

    #[test]
    fn support_has_the_same_calendar(support in support_contracts(), from in dates(), length in 0..2_000_u64) {
        let terms = support.terms(Some(notice(60)), None);
        let events = terms.events(&Planning::default(), &days(), from, from + Days::new(length));
        for event in events {
            let term = terms.term(event.term.unwrap()).unwrap();
            prop_assert!(support.until.is_none_or(|until| term.number == 0 || term.start <= until));
            match event.kind {
                EventKind::NoticeDeadline => prop_assert_eq!(event.date, notice(60).deadline(term.end, &days())),
                EventKind::WindowOpen => prop_assert_eq!(event.date, term.end - Days::new(180)),
                EventKind::TermEnd => prop_assert_eq!(event.date, term.end),
                kind => {
                    prop_assert_eq!(kind, EventKind::AutoRenewed);
                    prop_assert_eq!(event.date, term.start);
                }
            }
        }
    }

    #[test]
    fn notice_in_time_avoids_what_silence_costs(contract in contracts(), as_of in dates()) {
        let contract = Contract { notice_given: None, ..contract };
        let found = cost_of_silence(&contract, as_of, &Indices::default(), &days()).unwrap();
        if let CostOfSilence::Renews(exposure) = found {
            let renewal = exposure.renewal;
            prop_assert!(renewal.deadline >= as_of && renewal.alert != AlertTier::Passed);
            let given = |day: NaiveDate| Contract { notice_given: Some(day), ..contract.clone() };
            let noticed = given(renewal.deadline.max(contract.billing_start));
            if noticed.notice_given == Some(renewal.deadline) {
                prop_assert_eq!(noticed.end(&days()).and_then(|end| end.succ_opt()), Some(renewal.term.start));
                let after = cost_of_silence(&noticed, as_of, &Indices::default(), &days()).unwrap();
                prop_assert_eq!(after, CostOfSilence::Nothing(NoRenewal::NoticeGiven));
                let late = given(renewal.deadline + Days::new(1)).end(&days());
                prop_assert!(late.is_none_or(|end| end >= renewal.term.end));
            }
        }
    }

    #[test]
    fn the_exposure_is_what_the_schedule_will_say(contract in contracts(), as_of in dates()) {
        let contract = Contract { proration: Proration::ContractMonth, notice_given: None, ..contract };
        let exposures = renewal_exposures(&contract, as_of, 2, &Indices::default(), &days()).unwrap();
        for exposure in exposures {
            let term = exposure.renewal.term;
            let from = Month::of(term.start);
            let months = u32::try_from(Month::of(term.end).since(from) + 1).unwrap();
            let mut lines = Decimal::ZERO;
            for charge in schedule(&contract, from, months, &Indices::default(), &days()).unwrap() {
                let once = charge.kind == ChargeKind::NonRecurring;
                for line in charge.months.iter().filter(|_| !once) {
                    let begins = line.segments.first().map(|segment| segment.first);
                    if begins.is_some_and(|begins| begins >= term.start && begins <= term.end) {
                        lines += line.exact;
                    }
                }
            }
            prop_assert_eq!(exposure.cost.amount, Currency::USD.round(lines));
        }
    }
}
