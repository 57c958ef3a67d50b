//! Terms of contracts beyond the worked examples: indices, renewals, notice, what is paid when, what is refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use chrono::NaiveDate;
use forecasting::colocation::{
    Abatement, Anchor, Billing, BusinessDays, Charge, ChargeKind, Contract, CpiTerms, Escalation, Escalator,
    Index, Indices, Metering, NewPrice, Notice, NoticeUnit, Proration, PueRule, RampStep, Recognition,
    Renewal, RenewalPrice, Repricing, Severity, TerminationRule, month_cost, schedule, validate,
};
use forecasting::money::Currency;
use forecasting::month::Month;
use forecasting::roadmap::{
    Category, Leaving, MoneyView, PaymentFrequency, SupportContract, SupportRenewal, Window,
    colocation_flows, left_flows,
};
use rust_decimal::Decimal;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// 36 months from 2026-01-01 that neither renew nor ask for notice.
fn one_charge(charge: Charge) -> Contract {
    Contract {
        currency: Currency::USD,
        signed: None,
        billing_start: date("2026-01-01"),
        initial_term_months: 36,
        stated_end: None,
        renewal: None,
        notice: None,
        notice_given: None,
        proration: Proration::ActualDaysCalendar,
        recognition: Recognition::default(),
        charges: vec![charge],
    }
}

fn flat(price: i64) -> Charge {
    Charge::new(ChargeKind::SpaceCage, Decimal::from(price), Decimal::ONE)
}

fn cost(contract: &Contract, indices: &Indices, at: &str) -> Decimal {
    let end = contract.end(&BusinessDays::default());
    month_cost(contract, &contract.charges[0], month(at), end, indices).unwrap().amount
}

fn cpi(floor: Option<&str>) -> CpiTerms {
    CpiTerms {
        series: "urban".to_owned(),
        lag_months: 3,
        floor: floor.map(number),
        cap: Some(number("0.05")),
        no_decrease: false,
    }
}

fn index() -> Indices {
    let published = BTreeMap::from([
        (month("2025-10"), number("300")),
        (month("2026-10"), number("309")),
        (month("2027-10"), number("306")),
    ]);
    let index = Index { published, assumed_rate: Some(number("0.04")), ..Index::default() };
    Indices(BTreeMap::from([("urban".to_owned(), index)]))
}

#[test]
fn prices_follow_an_index_and_say_when_it_is_assumed() {
    let escalator =
        Escalator { escalation: Escalation::Cpi(cpi(Some("0"))), ..Escalator::yearly(Decimal::ZERO) };
    let contract = Contract {
        initial_term_months: 60,
        ..one_charge(Charge { escalator: Some(escalator), ..flat(10_000) })
    };
    let indices = index();
    assert_eq!(cost(&contract, &indices, "2026-12"), number("10000"));
    assert_eq!(cost(&contract, &indices, "2027-01"), number("10300.00"));
    assert_eq!(cost(&contract, &indices, "2028-01"), number("10300.00"), "the index fell, the floor is 0");
    assert_eq!(cost(&contract, &indices, "2029-01"), number("10712.00"), "4 % is assumed for 2028");
    let estimated =
        |at: &str| month_cost(&contract, &contract.charges[0], month(at), None, &indices).unwrap().estimated;
    assert!(!estimated("2028-12") && estimated("2029-01"));
    let missing = month_cost(&contract, &contract.charges[0], month("2027-01"), None, &Indices::default());
    assert_eq!(
        missing.unwrap_err().to_string(),
        "price index is missing: the contract refers to a series that has neither values nor an assumed rate"
    );
}

#[test]
fn a_point_more_of_inflation_moves_colocation_by_a_point() {
    let escalator = Escalator { escalation: Escalation::Cpi(cpi(None)), ..Escalator::yearly(Decimal::ZERO) };
    let contract = one_charge(Charge { escalator: Some(escalator), ..flat(10_000) });
    let assume = |rate: &str| {
        let index =
            Index { published: BTreeMap::new(), assumed_rate: Some(number(rate)), ..Index::default() };
        Indices(BTreeMap::from([("urban".to_owned(), index)]))
    };
    assert_eq!(cost(&contract, &assume("0.02"), "2027-01"), number("10200.00"));
    assert_eq!(cost(&contract, &assume("0.03"), "2027-01"), number("10300.00"));
}

#[test]
fn steps_happen_on_their_anchor() {
    let from_march =
        Escalator { anchor: Anchor::Explicit(date("2026-03-11")), ..Escalator::yearly(number("0.10")) };
    let contract = one_charge(Charge { escalator: Some(from_march), ..flat(3_100) });
    let none = Indices::default();
    assert_eq!(cost(&contract, &none, "2026-03"), number("3310.00"), "10 days at 100.00, 21 at 110.00");
    let january = Escalator { anchor: Anchor::CalendarJanuary, ..Escalator::yearly(number("0.10")) };
    let contract = Contract {
        billing_start: date("2026-06-15"),
        ..one_charge(Charge { escalator: Some(january), ..flat(1_000) })
    };
    assert_eq!(cost(&contract, &none, "2026-12"), number("1000"));
    assert_eq!(cost(&contract, &none, "2027-01"), number("1100.0"));
    let table = vec![(date("2026-02-01"), number("0.10")), (date("2026-04-01"), number("0.20"))];
    let table = Escalator { escalation: Escalation::Table(table), ..Escalator::yearly(Decimal::ZERO) };
    let simple = Escalator { compounding: false, ..table.clone() };
    let by = |escalator: Escalator| one_charge(Charge { escalator: Some(escalator), ..flat(1_000) });
    assert_eq!(cost(&by(table), &none, "2026-05"), number("1320"));
    assert_eq!(cost(&by(simple), &none, "2026-05"), number("1300"));
}

fn renewing(price: RenewalPrice) -> Contract {
    let escalated = Charge { escalator: Some(Escalator::yearly(number("0.10"))), ..flat(1_000) };
    let renewal = Renewal { term_months: 24, maximum: Some(2), price };
    Contract { initial_term_months: 24, renewal: Some(renewal), ..one_charge(escalated) }
}

#[test]
fn renewals_follow_their_own_price_rule_and_end() {
    let none = Indices::default();
    let fixed = renewing(RenewalPrice::FixedUplift(number("0.05")));
    assert_eq!(cost(&fixed, &none, "2027-12"), number("1100"));
    assert_eq!(cost(&fixed, &none, "2028-01"), number("1155"));
    assert_eq!(cost(&fixed, &none, "2029-12"), number("1155"), "escalators rest after the initial term");
    assert_eq!(cost(&fixed, &none, "2030-01"), number("1212.75"));
    assert_eq!(cost(&fixed, &none, "2032-01"), Decimal::ZERO, "two renewals are the most");
    let held = renewing(RenewalPrice::Market);
    let lines = schedule(&held, month("2027-12"), 2, &none, &BusinessDays::default()).unwrap();
    let amounts: Vec<Decimal> = lines[0].months.iter().map(|line| line.amount).collect();
    assert_eq!(amounts, [number("1100"), number("1100")]);
    assert!(!lines[0].months[0].estimated && lines[0].months[1].estimated && lines[0].explanation.estimated);
    let indexed = renewing(RenewalPrice::Cpi(cpi(None)));
    assert_eq!(cost(&indexed, &index(), "2028-01"), number("1089.32"), "306 / 309 of 1,100, rounded");
}

#[test]
fn notice_ends_the_term_whose_deadline_it_meets() {
    let notice =
        Notice { minimum: 90, maximum: None, unit: NoticeUnit::CalendarDays, previous_business_day: false };
    let contract = Contract { notice: Some(notice), ..renewing(RenewalPrice::ThenCurrent) };
    let days = BusinessDays::default();
    let ends = |given: Option<&str>| {
        Contract { notice_given: given.map(date), ..contract.clone() }.end(&days).unwrap().to_string()
    };
    assert_eq!(contract.notice_deadline(&contract.term(0).unwrap(), &days), Some(date("2027-10-02")));
    assert_eq!(ends(Some("2027-10-02")), "2027-12-31");
    assert_eq!(ends(Some("2027-10-03")), "2029-12-31", "a day late: the contract renews once more");
    assert_eq!(ends(None), "2031-12-31");
    let unlimited = Contract {
        renewal: contract.renewal.clone().map(|renewal| Renewal { maximum: None, ..renewal }),
        ..contract
    };
    assert_eq!(unlimited.end(&days), None);
}

#[test]
fn deadlines_move_to_the_business_day_before() {
    let days = BusinessDays { holidays: [date("2026-12-25")].into() };
    let on = |minimum, unit, previous_business_day| {
        let notice = Notice { minimum, maximum: None, unit, previous_business_day };
        notice.deadline(date("2026-12-31"), &days).to_string()
    };
    assert_eq!(on(4, NoticeUnit::CalendarDays, false), "2026-12-27");
    assert_eq!(
        on(4, NoticeUnit::CalendarDays, true),
        "2026-12-24",
        "over a Sunday, a Saturday and a holiday"
    );
    assert_eq!(on(4, NoticeUnit::BusinessDays, false), "2026-12-24");
    assert_eq!(on(10, NoticeUnit::Months, false), "2026-02-28");
}

#[test]
fn arrears_are_paid_a_month_later_and_renewals_bind_at_the_deadline() {
    let notice = Notice { minimum: 3, maximum: None, unit: NoticeUnit::Months, previous_business_day: false };
    let charge = Charge { billing: Billing::Arrears, ..flat(1_000) };
    let setup = Charge::new(ChargeKind::NonRecurring, Decimal::from(500), Decimal::ONE);
    let renewal = Renewal { term_months: 12, maximum: None, price: RenewalPrice::FixedUplift(Decimal::ZERO) };
    let contract = Contract {
        initial_term_months: 12,
        signed: Some(date("2025-11-20")),
        renewal: Some(renewal),
        notice: Some(notice),
        charges: vec![charge, setup],
        ..one_charge(flat(0))
    };
    let window = Window::new(month("2025-11"), 15).unwrap();
    let flows = colocation_flows(&contract, window, &Indices::default(), &BusinessDays::default()).unwrap();
    let at = |view, text: &str| {
        flows.amounts(view, Category::Colocation).unwrap()[window.position(month(text)).unwrap()]
    };
    assert_eq!(at(MoneyView::Pnl, "2026-01"), number("1500"));
    assert_eq!(at(MoneyView::Cash, "2026-01"), number("500"), "the set-up is paid at once");
    assert_eq!(at(MoneyView::Cash, "2026-02"), number("1000"));
    assert_eq!(at(MoneyView::Commitment, "2025-11"), number("12500"));
    assert_eq!(at(MoneyView::Commitment, "2026-09"), number("12000"), "silence binds for another year");
    assert_eq!(flows.total(MoneyView::Commitment), number("24500"));
}

#[test]
fn a_contract_that_is_left_costs_what_leaving_does_and_nothing_after() {
    let later = Charge { from: Some(date("2027-03-01")), ..flat(400) };
    let setup = Charge::new(ChargeKind::NonRecurring, Decimal::from(500), Decimal::ONE);
    let contract = Contract { charges: vec![flat(1_000), later, setup], ..one_charge(flat(0)) };
    let window = Window::new(month("2026-01"), 48).unwrap();
    let days = BusinessDays::default();
    let left = |last_day: &str, rule: TerminationRule| {
        let leaving = Leaving { last_day: date(last_day), notice: date("2026-07-01"), rule };
        left_flows(&contract, &leaving, window, &Indices::default(), &days).unwrap()
    };
    let rule = TerminationRule::RemainingCharges {
        share: number("0.5"),
        advances: Vec::new(),
        fixed: Decimal::ZERO,
    };
    // 24 months at 1,000 and 22 at 400 are left, half of which is due.
    let (flows, termination) = left("2026-12-31", rule.clone());
    assert_eq!((termination.remaining, termination.fee), (number("32800"), number("16400")));
    for view in [MoneyView::Pnl, MoneyView::Cash, MoneyView::Commitment] {
        assert_eq!(flows.total(view), number("28900"), "{view:?}");
    }
    let months = flows.amounts(MoneyView::Pnl, Category::Colocation).unwrap();
    assert_eq!(months[10..14], [number("1000"), number("17400"), Decimal::ZERO, Decimal::ZERO]);
    // Half of a month is charged by its days.
    let (flows, _) = left("2026-06-15", TerminationRule::Fixed(number("250")));
    assert_eq!(flows.total(MoneyView::Cash), number("6250"), "500, five months and a half, and the fee");
    // Of a contract in parts, what is due once is due with the first.
    let once =
        TerminationRule::RemainingCharges { share: number("0.5"), advances: Vec::new(), fixed: number("90") };
    let whole = Leaving { last_day: date("2026-12-31"), notice: date("2026-07-01"), rule: once };
    let fee =
        |leaving: &Leaving| left_flows(&contract, leaving, window, &Indices::default(), &days).unwrap().1.fee;
    assert_eq!((fee(&whole), fee(&whole.further())), (number("16490"), number("16400")));
    let fixed = Leaving { rule: TerminationRule::Fixed(number("250")), ..whole };
    assert_eq!((fee(&fixed), fee(&fixed.further())), (number("250"), Decimal::ZERO));
    // To leave with the end of the term is not early.
    let (flows, termination) = left("2028-12-31", rule);
    let whole = colocation_flows(&contract, window, &Indices::default(), &days).unwrap();
    assert_eq!((termination.fee, flows.total(MoneyView::Pnl)), (Decimal::ZERO, whole.total(MoneyView::Pnl)));
}

#[test]
fn metered_power_is_billed_by_its_energy() {
    let metering = Metering {
        pue: PueRule::MeasuredCapped(number("1.35")),
        measured_pue: Some(number("1.42")),
        minimum_take: None,
        commitment: Decimal::from(100),
    };
    let charge = Charge {
        metering: Some(metering),
        ..Charge::new(ChargeKind::PowerMetered, number("0.085"), Decimal::from(62))
    };
    let contract = one_charge(charge.clone());
    assert_eq!(cost(&contract, &Indices::default(), "2026-01"), number("5293.19"));
    let mut without = charge;
    without.metering = None;
    let error = month_cost(&contract, &without, month("2026-01"), None, &Indices::default()).unwrap_err();
    let reason = "metering is missing: metered power needs a power usage effectiveness and a commitment";
    assert_eq!(error.to_string(), reason);
}

fn step(from_contract_month: u32, kilowatts: i64) -> RampStep {
    RampStep { from_contract_month, quantity: Decimal::from(kilowatts) }
}

#[test]
fn every_mistake_of_a_contract_is_named() {
    let ramp = [(0, 40), (3, 70)];
    let space = Charge {
        ramp: ramp.map(|(from_contract_month, kilowatts)| step(from_contract_month, kilowatts)).to_vec(),
        abatements: vec![Abatement { from_contract_month: 0, months: 2, rate: Decimal::ONE }],
        ..Charge::new(ChargeKind::SpaceKw, Decimal::from(165), Decimal::ZERO)
    };
    let mut contract = one_charge(space);
    assert_eq!(validate(&contract), []);
    contract.stated_end = Some(date("2029-01-31"));
    contract.notice = Some(Notice {
        minimum: 1_200,
        maximum: Some(30),
        unit: NoticeUnit::CalendarDays,
        previous_business_day: false,
    });
    let charge = &mut contract.charges[0];
    charge.escalator = Some(Escalator::yearly(Decimal::from(3)));
    charge.ramp.push(step(36, 120));
    charge.abatements.push(Abatement { from_contract_month: 35, months: 2, rate: Decimal::from(50) });
    charge.from = Some(date("2026-05-01"));
    charge.to = Some(date("2026-04-01"));
    charge.metering = Some(Metering {
        pue: PueRule::Contractual(number("0.9")),
        measured_pue: None,
        minimum_take: Some(Decimal::from(70)),
        commitment: Decimal::from(100),
    });
    let found: Vec<String> = validate(&contract).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "stated_end \"2029-01-31\": differs from the start of billing plus the term",
            "notice.minimum \"1200\": notice is not longer than the term",
            "notice.maximum \"30\": the earliest notice is not after the latest",
            "charges[0].to \"2026-04-01\": the end is not before the start",
            "charges[0].escalator.rate \"3\": a rate is a fraction: 0.03 is 3 %",
            "charges[0].ramp[2].from_contract_month \"36\": a ramp step lies within the term",
            "charges[0].abatements[1].months \"2\": an abatement ends within the term",
            "charges[0].abatements[1].rate \"50\": the waived share is between 0 and 1",
            "charges[0].metering.pue \"0.9\": a power usage effectiveness is not below 1",
            "charges[0].metering.minimum_take \"70\": a share is between 0 and 1",
        ]
    );
    let warnings = validate(&contract).iter().filter(|problem| problem.severity == Severity::Warning).count();
    assert_eq!(warnings, 1, "a different stated end is a flag, not an error");
}

#[test]
fn what_may_be_a_gift_is_worth_a_look() {
    let falling = one_charge(Charge { escalator: Some(Escalator::yearly(number("-0.02"))), ..flat(1_000) });
    let found = validate(&falling);
    assert_eq!((found.len(), found[0].field.as_str()), (1, "charges[0].escalator.rate"));
    assert_eq!(found[0].severity, Severity::Warning);
    let all = one_charge(Charge { escalator: Some(Escalator::yearly(number("-1"))), ..flat(1_000) });
    let found: Vec<String> = validate(&all).iter().map(ToString::to_string).collect();
    let rule = "a price does not fall by all of it or more: a rate is above -1";
    assert_eq!(found, [format!("charges[0].escalator.rate \"-1\": {rule}")]);
    let waived = |months: u32| Abatement { from_contract_month: 0, months, rate: Decimal::ONE };
    let free = one_charge(Charge { abatements: vec![waived(36)], ..flat(1_000) });
    let found = validate(&free);
    assert_eq!((found.len(), found[0].field.as_str()), (1, "charges[0].abatements"));
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(validate(&one_charge(Charge { abatements: vec![waived(35)], ..flat(1_000) })), []);
    let half = |from_contract_month| Abatement { from_contract_month, months: 3, rate: number("0.5") };
    let beside = one_charge(Charge { abatements: vec![half(0), half(3)], ..flat(1_000) });
    assert_eq!(validate(&beside), []);
    let over = one_charge(Charge { abatements: vec![half(0), half(2)], ..flat(1_000) });
    let found = validate(&over);
    assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
    assert_eq!(found[0].field, "charges[0].abatements[1].from_contract_month");
}

#[test]
fn a_price_agreed_anew_holds_from_its_day_and_rises_as_before() {
    let none = Indices::default();
    let repriced = |price| {
        let repriced = [Repricing { from: date("2027-07-16"), price }].into_iter().collect();
        let escalator = Some(Escalator::yearly(number("0.10")));
        one_charge(Charge { escalator, repriced, ..flat(3_100) })
    };
    let half = repriced(NewPrice::Factor(number("0.5")));
    assert_eq!(cost(&half, &none, "2027-06"), number("3410"));
    // Fifteen days at the old price and sixteen at the new.
    assert_eq!(cost(&half, &none, "2027-07"), number("2530"));
    assert_eq!(cost(&half, &none, "2027-08"), number("1705"));
    assert_eq!(cost(&half, &none, "2028-01"), number("1875.50"));
    let fixed = repriced(NewPrice::Unit(number("2000")));
    assert_eq!(cost(&fixed, &none, "2027-06"), number("3410"));
    assert_eq!(cost(&fixed, &none, "2027-08"), number("2000"));
    assert_eq!(cost(&fixed, &none, "2028-01"), number("2200"));
}

#[test]
fn prices_that_are_agreed_in_stages_hold_one_after_the_other() {
    let none = Indices::default();
    let staged = |stages: &[(&str, NewPrice)]| {
        let repriced =
            stages.iter().map(|(from, price)| Repricing { from: date(from), price: *price }).collect();
        let escalator = Some(Escalator::yearly(number("0.10")));
        one_charge(Charge { escalator, repriced, ..flat(1_000) })
    };
    let factor = |text| NewPrice::Factor(number(text));
    let both = staged(&[("2028-04-01", factor("0.85")), ("2027-04-01", factor("0.9"))]);
    for (month, expected) in
        [("2027-03", "1100"), ("2027-04", "990"), ("2028-03", "1089"), ("2028-04", "1028.50")]
    {
        assert_eq!(cost(&both, &none, month), number(expected), "{month}: factors are of the agreed price");
    }
    let mixed = staged(&[("2027-04-01", NewPrice::Unit(number("500"))), ("2028-04-01", factor("0.85"))]);
    assert_eq!(cost(&mixed, &none, "2028-01"), number("550"));
    assert_eq!(cost(&mixed, &none, "2028-04"), number("1028.50"));
    // On one day the later holds.
    let twice = staged(&[("2027-04-01", factor("0.9")), ("2027-04-01", factor("0.5"))]);
    assert_eq!(cost(&twice, &none, "2027-04"), number("550"));
}

#[test]
fn support_that_is_agreed_in_stages_is_priced_year_by_year() {
    let years = |stages: &[(&str, NewPrice)]| {
        let contract = SupportContract {
            currency: Currency::USD,
            signed: None,
            start: date("2026-01-01"),
            term_months: 12,
            yearly_price: number("1000"),
            yearly_rise: Decimal::ZERO,
            frequency: PaymentFrequency::Yearly,
            renewal: Some(SupportRenewal { term_months: 12, uplift: number("0.10"), maximum: None }),
            until: None,
            repriced: stages
                .iter()
                .map(|(from, price)| Repricing { from: date(from), price: *price })
                .collect(),
        };
        let flows = contract.flows(Window::new(month("2026-01"), 60).unwrap()).unwrap();
        let months = flows.amounts(MoneyView::Cash, Category::Support).unwrap();
        [0, 12, 24, 36, 48].map(|at| months[at])
    };
    let factor = |text| NewPrice::Factor(number(text));
    let found = years(&[("2026-06-01", factor("0.9")), ("2028-06-01", factor("0.5"))]);
    assert_eq!(found, ["1000", "990", "1089", "665.50", "732.05"].map(number));
    let found = years(&[("2027-01-01", NewPrice::Unit(number("500"))), ("2029-01-01", factor("0.5"))]);
    assert_eq!(found, ["1000", "500", "550", "665.50", "732.05"].map(number));
    let found = years(&[("2027-01-01", factor("0.5")), ("2029-01-01", NewPrice::Unit(number("700")))]);
    assert_eq!(found, ["1000", "550", "605", "700", "770"].map(number));
}

#[test]
fn a_curve_moves_each_step_by_the_rate_of_its_year() {
    let terms = CpiTerms { cap: None, ..cpi(None) };
    let escalator = Escalator { escalation: Escalation::Cpi(terms), ..Escalator::yearly(Decimal::ZERO) };
    let contract = one_charge(Charge { escalator: Some(escalator), ..flat(1_000) });
    let indices = |published: &[(&str, &str)]| {
        let published = published.iter().map(|(at, value)| (month(at), number(value))).collect();
        let curve = [(2026, number("0.04")), (2027, number("0.01"))].into();
        let index = Index { published, assumed_rate: Some(number("0.10")), curve };
        Indices([("urban".to_owned(), index)].into())
    };
    // The index is read three months before the step: that of January 2027 in October 2026.
    assert_eq!(cost(&contract, &indices(&[]), "2027-01"), number("1040"));
    assert_eq!(cost(&contract, &indices(&[]), "2028-01"), number("1050.40"));
    // What is published stays; from there on the curve holds.
    let known = [("2025-10", "100"), ("2026-10", "120")];
    assert_eq!(cost(&contract, &indices(&known), "2027-01"), number("1200"));
    assert_eq!(cost(&contract, &indices(&known), "2028-01"), number("1212"));
}

#[test]
fn support_is_repriced_from_the_contract_year_that_follows() {
    let contract = |price: Option<NewPrice>| SupportContract {
        currency: Currency::USD,
        signed: None,
        start: date("2026-01-01"),
        term_months: 24,
        yearly_price: number("1200"),
        yearly_rise: number("0.10"),
        frequency: PaymentFrequency::Yearly,
        renewal: Some(SupportRenewal { term_months: 12, uplift: number("0.50"), maximum: None }),
        until: None,
        repriced: price.map(|price| Repricing { from: date("2026-03-01"), price }).into_iter().collect(),
    };
    let years = |price| {
        let flows = contract(price).flows(Window::new(month("2026-01"), 48).unwrap()).unwrap();
        let months = flows.amounts(MoneyView::Cash, Category::Support).unwrap();
        [0, 12, 24, 36].map(|at| months[at])
    };
    assert_eq!(years(None), ["1200", "1320", "1980", "2970"].map(number));
    assert_eq!(years(Some(NewPrice::Factor(number("0.5")))), ["1200", "660", "990", "1485"].map(number));
    assert_eq!(years(Some(NewPrice::Unit(number("600")))), ["1200", "600", "900", "1350"].map(number));
    let second = contract(Some(NewPrice::Unit(number("600")))).renewal_cost(2).unwrap().unwrap();
    assert_eq!(second.amount, number("1350"));
}
