//! What can be told of contracts when not all of it can, and when they are left or rise in price.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::NaiveDate;
use forecasting::ForecastError;
use forecasting::colocation::{
    Anchor, BusinessDays, Charge, ChargeKind, Contract, CpiTerms, Escalation, Escalator, Index, Indices,
    Notice, NoticeUnit, Proration, Recognition, Repricings, TerminationRule,
};
use forecasting::money::Currency;
use forecasting::roadmap::{
    Category, Leaving, MoneyView, PaymentFrequency, SupportContract, SupportRenewal, Window, known_flows,
    left_flows,
};
use rust_decimal::Decimal;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// 1,000 a month for 36 months from 2026-01-01, which follow an index from 2027 on.
fn contract() -> Contract {
    let terms =
        CpiTerms { series: "CPI-U".to_owned(), lag_months: 3, floor: None, cap: None, no_decrease: false };
    let (escalation, anchor) = (Escalation::Cpi(terms), Anchor::Anniversary);
    let escalator = Escalator { escalation, anchor, every_months: 12, compounding: true };
    let charge = Charge::new(ChargeKind::SpaceCage, Decimal::ONE_THOUSAND, Decimal::ONE);
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
        charges: vec![Charge { escalator: Some(escalator), ..charge }],
    }
}

fn window(from: &str, months: u32) -> Window {
    Window::new(from.parse().unwrap(), months).unwrap()
}

/// What is known of the first and the last month, and of how many months it is.
fn known(view: MoneyView, window: Window, leaving: Option<&Leaving>) -> (Vec<Option<Decimal>>, bool) {
    let indices = Indices([("CPI-U".to_owned(), Index::default())].into());
    let found =
        known_flows(&contract(), leaving, (window, view), &indices, &BusinessDays::default()).unwrap();
    let is_missing = matches!(found.unknown, Some(ForecastError::Missing { .. }));
    (found.amounts(view, Category::Colocation, window), is_missing)
}

#[test]
fn months_before_an_index_is_needed_are_known() {
    let thousand = Some(Decimal::ONE_THOUSAND);
    for view in [MoneyView::Pnl, MoneyView::Cash] {
        let (amounts, is_missing) = known(view, window("2026-10", 6), None);
        assert_eq!(amounts, [thousand, thousand, thousand, None, None, None], "{view:?}");
        assert!(is_missing);
    }
    assert_eq!(known(MoneyView::Pnl, window("2026-10", 3), None), (vec![thousand; 3], false));
    assert_eq!(known(MoneyView::Pnl, window("2027-01", 2), None), (vec![None, None], true));
    // Nothing is committed before it is signed; the value of the term is not known, nor is what follows.
    let (amounts, _) = known(MoneyView::Commitment, window("2025-11", 4), None);
    assert_eq!(amounts, [Some(Decimal::ZERO), Some(Decimal::ZERO), None, None]);
}

#[test]
fn a_contract_that_is_left_costs_nothing_afterwards() {
    let rule = TerminationRule::Fixed(Decimal::from(500));
    let leaving = Leaving { last_day: date("2026-11-15"), notice: date("2026-06-01"), rule };
    let (amounts, _) = known(MoneyView::Pnl, window("2026-10", 4), Some(&leaving));
    // What is charged up to the middle of November needs no index, but what binds beyond it does.
    assert_eq!(amounts[0], Some(Decimal::ONE_THOUSAND));
    let flat =
        Contract { charges: vec![Charge { escalator: None, ..contract().charges[0].clone() }], ..contract() };
    let (window, days, indices) = (window("2026-10", 4), BusinessDays::default(), Indices::default());
    let view = MoneyView::Pnl;
    let found = known_flows(&flat, Some(&leaving), (window, view), &indices, &days).unwrap();
    let amounts = found.amounts(view, Category::Colocation, window);
    let expected = ["1000", "1000", "0", "0"].map(|amount| Some(number(amount)));
    assert_eq!(amounts, expected, "half of November, and the fee");
    assert_eq!(found.left.unwrap().fee, Decimal::from(500));
    let (whole, _) = left_flows(&flat, &leaving, window, &indices, &days).unwrap();
    let amounts: Vec<Option<Decimal>> =
        whole.amounts(view, Category::Colocation).unwrap().into_iter().map(Some).collect();
    assert_eq!(amounts, expected, "as in the roadmap");
}

#[test]
fn charges_are_served_up_to_the_last_day() {
    let rule = TerminationRule::Fixed(Decimal::ZERO);
    let leaving = Leaving { last_day: date("2026-11-15"), notice: date("2026-06-01"), rule };
    let begins = date("2026-01-01");
    let charge = |kind| Charge::new(kind, Decimal::ONE, Decimal::TWO);
    let served = leaving.served_charge(charge(ChargeKind::SpaceCage), begins);
    assert_eq!(served.to, Some(date("2026-11-15")));
    let ended = Charge { to: Some(date("2026-03-01")), ..charge(ChargeKind::SpaceCage) };
    assert_eq!(leaving.served_charge(ended.clone(), begins), ended);
    let once = charge(ChargeKind::NonRecurring);
    assert_eq!(leaving.served_charge(once.clone(), begins), once);
    let later = Charge { from: Some(date("2026-12-01")), ..once };
    assert_eq!(leaving.served_charge(later, begins).quantity, Decimal::ZERO);
}

#[test]
fn support_rises_with_anniversaries_and_renewals() {
    let contract = SupportContract {
        currency: Currency::USD,
        signed: None,
        start: date("2026-01-01"),
        term_months: 24,
        yearly_price: Decimal::from(12_000),
        yearly_rise: number("0.05"),
        frequency: PaymentFrequency::Monthly,
        renewal: Some(SupportRenewal { term_months: 24, uplift: number("0.07"), maximum: None }),
        until: None,
        repriced: Repricings::default(),
    };
    let notice =
        Notice { minimum: 60, maximum: None, unit: NoticeUnit::CalendarDays, previous_business_day: true };
    let rises = |contract: &SupportContract, given: Option<&str>, from: &str, to: &str| {
        let terms = contract.terms(Some(notice), given.map(date));
        let found = contract.rises(&terms, &BusinessDays::default(), (date(from), date(to)));
        found.iter().map(|it| (it.date.to_string(), it.term, it.reason.clone())).collect::<Vec<_>>()
    };
    let rise = |day: &str, term: u32, reason: &str| (day.to_owned(), Some(term), reason.to_owned());
    assert_eq!(
        rises(&contract, None, "2026-01-01", "2029-12-31"),
        [
            rise("2027-01-01", 0, "the price rises by 5 %"),
            rise("2028-01-01", 1, "the price rises by 7 % with the renewal"),
            rise("2029-01-01", 1, "the price rises by 5 %"),
        ]
    );
    assert_eq!(rises(&contract, None, "2027-01-02", "2028-01-01").len(), 1);
    assert_eq!(rises(&contract, Some("2027-06-01"), "2026-01-01", "2029-12-31").len(), 1, "it ends");
    let flat = SupportContract {
        yearly_rise: Decimal::ZERO,
        renewal: Some(SupportRenewal { term_months: 24, uplift: Decimal::ZERO, maximum: None }),
        ..contract
    };
    assert_eq!(rises(&flat, None, "2026-01-01", "2029-12-31"), []);
}
