//! Whether invoices are right.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "other tests use the rest of the estate")]
mod estate;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use estate::contracts;
use forecasting::ForecastError;
use forecasting::colocation::{
    Abatement, Billing, BusinessDays, Charge, ChargeKind, Contract, CpiTerms, DoubleBillingReason,
    Escalation, Escalator, Expectation, Figure, Indices, Invoice, InvoiceCheck, InvoiceLine, Metering,
    MonthReading, MonthUse, OverageBasis, OverageTerms, Proration, PueRule, Recognition, Tolerance, Verdict,
    check_invoice, month_cost,
};
use forecasting::money::Currency;
use forecasting::month::Month;
use proptest::prelude::*;
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

/// Space for 16,500 in advance, circuits for 500 in advance, metered power in arrears, cross-connects free until
/// March.
fn contract() -> Contract {
    let metering = Metering {
        pue: PueRule::Contractual(number("1.35")),
        measured_pue: None,
        minimum_take: Some(number("0.7")),
        commitment: Decimal::from(100),
    };
    let metered = Charge {
        metering: Some(metering),
        billing: Billing::Arrears,
        ..Charge::new(ChargeKind::PowerMetered, number("0.085"), Decimal::from(62))
    };
    let cross_connects = Charge {
        abatements: vec![Abatement { from_contract_month: 0, months: 3, rate: Decimal::ONE }],
        ..Charge::new(ChargeKind::CrossConnect, Decimal::from(300), Decimal::from(6))
    };
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
        charges: vec![
            Charge::new(ChargeKind::SpaceKw, Decimal::from(165), Decimal::from(100)),
            Charge::new(ChargeKind::PowerCircuit, Decimal::from(250), Decimal::TWO),
            metered,
            cross_connects,
        ],
    }
}

fn line(charge: usize, service: &str, amount: &str) -> InvoiceLine {
    let text = format!("charge {charge}");
    InvoiceLine { text, charge: Some(charge), service: month(service), amount: number(amount) }
}

fn invoice(lines: Vec<InvoiceLine>) -> Invoice {
    let (number, dated) = ("I-2".to_owned(), date("2026-02-03"));
    Invoice { number, dated, month: month("2026-02"), currency: Currency::USD, lines }
}

/// As the contract has it: January's energy at its minimum take.
fn right() -> Vec<InvoiceLine> {
    vec![line(0, "2026-02", "16500"), line(1, "2026-02", "500"), line(2, "2026-01", "5976.18")]
}

/// The check of an invoice by a contract, as it was read.
fn check_by(
    contract: &Contract,
    invoice: &Invoice,
    earlier: &[Invoice],
    used: &BTreeMap<Month, MonthUse>,
    overage: &BTreeMap<usize, OverageTerms>,
) -> Result<InvoiceCheck, ForecastError> {
    let (indices, tolerance) = (&Indices::default(), &Tolerance::default());
    let by = Expectation { contract, used, overage, indices, tolerance, dispute_window_days: Some(90) };
    check_invoice(&by, invoice, earlier, &BusinessDays::default())
}

fn checked(invoice: &Invoice, earlier: &[Invoice]) -> InvoiceCheck {
    check_by(&contract(), invoice, earlier, &BTreeMap::new(), &BTreeMap::new()).unwrap()
}

fn verdicts(check: &InvoiceCheck) -> Vec<(Option<usize>, Verdict, Decimal)> {
    check.lines.iter().map(|line| (line.charge, line.verdict, line.difference.unwrap())).collect()
}

fn doubles(check: &InvoiceCheck) -> Vec<(usize, Option<usize>, DoubleBillingReason)> {
    check.double_billing.iter().map(|double| (double.line, double.repeats, double.reason)).collect()
}

#[test]
fn a_right_invoice_matches_in_advance_and_in_arrears() {
    let check = checked(&invoice(right()), &[]);
    let zero = Decimal::ZERO;
    assert_eq!(
        verdicts(&check),
        [
            (Some(0), Verdict::Matches, zero),
            (Some(1), Verdict::Matches, zero),
            (Some(2), Verdict::Matches, zero),
        ]
    );
    assert_eq!(check.lines[2].service, month("2026-01"));
    assert!(check.lines[2].estimated && !check.lines[0].estimated);
    assert_eq!((check.expected, check.billed), (Some(number("22976.18")), number("22976.18")));
    assert_eq!(check.disputable, zero);
    assert_eq!(check.dispute_deadline, Some(date("2026-05-04")));
    assert_eq!(check.double_billing, []);
}

#[test]
fn every_line_has_its_verdict() {
    let lines = vec![
        line(0, "2026-02", "16582.51"),
        line(2, "2026-01", "5900"),
        line(3, "2026-02", "1800"),
        line(1, "2026-01", "500"),
        InvoiceLine {
            text: "smart hands".to_owned(),
            charge: None,
            service: month("2026-02"),
            amount: number("3"),
        },
    ];
    let check = checked(&invoice(lines), &[]);
    assert_eq!(
        verdicts(&check),
        [
            (Some(0), Verdict::Over, number("82.51")),
            (Some(1), Verdict::NotExpected, number("500")),
            (Some(1), Verdict::NotBilled, number("-500")),
            (Some(2), Verdict::Under, number("-76.18")),
            (Some(3), Verdict::NotExpected, number("1800")),
            (None, Verdict::NotExpected, number("3")),
        ]
    );
    assert_eq!(check.disputable, number("2385.51"));
    assert_eq!(check.lines[5].lines, [4]);
}

#[test]
fn differences_within_the_tolerance_match() {
    let verdict = |charge: usize, service: &str, amount: &str| {
        let check = checked(&invoice(vec![line(charge, service, amount)]), &[]);
        check.lines.iter().find(|line| !line.lines.is_empty()).unwrap().verdict
    };
    assert_eq!(verdict(0, "2026-02", "16582.50"), Verdict::Matches, "0.5 % of 16,500");
    assert_eq!(verdict(0, "2026-02", "16417.50"), Verdict::Matches);
    assert_eq!(verdict(0, "2026-02", "16417.49"), Verdict::Under);
    assert_eq!(verdict(1, "2026-02", "505"), Verdict::Matches, "5.00 is more than 0.5 % of 500");
    assert_eq!(verdict(1, "2026-02", "505.01"), Verdict::Over);
    assert_eq!(verdict(3, "2026-02", "1"), Verdict::NotExpected, "a free month has no tolerance");
    assert_eq!(verdict(3, "2026-02", "0"), Verdict::Matches, "it may be shown as free");
}

#[test]
fn what_is_billed_twice_is_found() {
    let with = |more: InvoiceLine| {
        let lines = [right(), vec![more]].concat();
        doubles(&checked(&invoice(lines), &[]))
    };
    assert_eq!(with(line(0, "2026-02", "16500")), [(3, Some(0), DoubleBillingReason::SameAmount)]);
    let parts = vec![line(0, "2026-02", "8250"), line(0, "2026-02", "8250")];
    assert_eq!(doubles(&checked(&invoice(parts), &[])), [], "two cabinets of one charge");
    assert_eq!(
        with(line(2, "2026-01", "5293.19")),
        [(3, Some(2), DoubleBillingReason::MinimumAndMetered)],
        "the minimum take and what the meter said"
    );
    let metered = with(line(2, "2026-02", "5397.84"));
    assert_eq!(
        metered,
        [(3, Some(1), DoubleBillingReason::CircuitAndMetered)],
        "power of a month that is not due yet beside the circuits of that month"
    );
}

#[test]
fn what_an_earlier_invoice_billed_is_found() {
    let mut earlier = invoice(vec![line(2, "2026-01", "5976.18"), line(0, "2026-01", "16500")]);
    earlier.number = "I-1".to_owned();
    let check = checked(&invoice(right()), std::slice::from_ref(&earlier));
    assert_eq!(doubles(&check), [(2, None, DoubleBillingReason::EarlierInvoice)]);
    assert_eq!(check.double_billing[0].invoice.as_deref(), Some("I-1"));
    let again = &check.lines[2];
    assert_eq!((again.verdict, again.expected), (Verdict::Repeated, Some(Decimal::ZERO)));
    assert_eq!(check.disputable, number("5976.18"), "all that is billed again can be disputed");

    // What was given back may be billed anew, and what was billed once is repeated once.
    let mut credit = invoice(vec![line(2, "2026-01", "-5976.18")]);
    credit.number = "CN-1".to_owned();
    let check = checked(&invoice(right()), &[earlier.clone(), credit]);
    assert_eq!((doubles(&check), check.disputable), (vec![], Decimal::ZERO));
    let twice = [right(), vec![line(2, "2026-01", "5976.18")]].concat();
    let check = checked(&invoice(twice), std::slice::from_ref(&earlier));
    assert_eq!(doubles(&check), [(2, None, DoubleBillingReason::EarlierInvoice)]);
    assert_eq!(check.disputable, number("11952.36"), "once before and twice now, due once");

    earlier.currency = Currency::EUR;
    assert_eq!(doubles(&checked(&invoice(right()), &[earlier])), []);
    let again = invoice(right());
    assert_eq!(
        doubles(&checked(&again, std::slice::from_ref(&again))),
        [],
        "an invoice does not repeat itself"
    );
}

#[test]
fn invoices_that_do_not_belong_to_the_contract_are_refused() {
    let refused = |invoice: &Invoice| {
        let check = check_by(&contract(), invoice, &[], &BTreeMap::new(), &BTreeMap::new());
        check.unwrap_err().to_string()
    };
    let euros = Invoice { currency: Currency::EUR, ..invoice(right()) };
    assert_eq!(refused(&euros), "currency EUR cannot be added to USD: convert it first");
    assert_eq!(
        refused(&invoice(vec![line(4, "2026-02", "1")])),
        "charge \"4\" is not usable: the contract has a charge at this position"
    );
    let mut enormous = line(0, "2026-02", "1");
    enormous.amount = Decimal::MAX;
    let rule = "billed is beyond 1000000000000000000: no such amount of money exists";
    assert_eq!(refused(&invoice(vec![enormous.clone()])), rule);
    enormous.charge = None;
    assert_eq!(refused(&invoice(vec![enormous])), rule);
}

/// January as read: 62 kW on average, and a peak.
fn january(peak: Figure) -> MonthUse {
    let (hours, average) = (Decimal::from(744), Decimal::from(62));
    MonthReading { month: month("2026-01"), hours, energy: hours * average, average, peak }.into()
}

fn terms() -> OverageTerms {
    OverageTerms { buffer: number("0.05"), multiplier: number("1.5"), basis: OverageBasis::AboveBuffer }
}

#[test]
fn overage_is_expected_once_its_month_is_read() {
    let used = BTreeMap::from([(month("2026-01"), january(Figure::Known(Decimal::from(112))))]);
    let overage = BTreeMap::from([(0, terms())]);
    let check = |invoice: &Invoice, earlier: &[Invoice]| {
        check_by(&contract(), invoice, earlier, &used, &overage).unwrap()
    };
    // On the invoice after the month: 7 kW above 105, at 165 and half as much again.
    let after = invoice([right(), vec![line(0, "2026-01", "1732.50")]].concat());
    let found = check(&after, &[]);
    assert!(found.lines.iter().all(|line| line.verdict == Verdict::Matches), "{found:?}");
    assert_eq!((found.expected, found.disputable), (Some(number("24708.68")), Decimal::ZERO));
    assert_eq!(found.lines[0].overage, number("1732.50"));
    let found = check(&invoice(right()), &[]);
    assert_eq!(verdicts(&found)[0], (Some(0), Verdict::NotBilled, number("-1732.50")));

    // Or with the month itself, but once.
    let mut with_it = invoice(vec![line(0, "2026-01", "16500"), line(0, "2026-01", "1732.50")]);
    (with_it.number, with_it.month) = ("I-1".to_owned(), month("2026-01"));
    let found = check(&with_it, &[]);
    assert_eq!(verdicts(&found)[0], (Some(0), Verdict::Matches, Decimal::ZERO));
    let found = check(&after, std::slice::from_ref(&with_it));
    assert_eq!(verdicts(&found)[0], (Some(0), Verdict::Repeated, number("1732.50")));
    let other = invoice([right(), vec![line(0, "2026-01", "1700")]].concat());
    let found = check(&other, &[with_it]);
    assert_eq!(verdicts(&found)[0], (Some(0), Verdict::NotExpected, number("1700")));
    assert_eq!(found.disputable, number("1700"));
}

#[test]
fn overage_of_a_month_that_was_not_read_is_not_known() {
    let overage = BTreeMap::from([(0, terms())]);
    let peakless = BTreeMap::from([(
        month("2026-01"),
        january(Figure::Absent(forecasting::colocation::Absence::PeaksNotCoincident)),
    )]);
    for used in [BTreeMap::new(), peakless] {
        let after = invoice([right(), vec![line(0, "2026-01", "1732.50")]].concat());
        let found = check_by(&contract(), &after, &[], &used, &overage).unwrap();
        assert_eq!((found.lines[0].verdict, found.lines[0].expected), (Verdict::Unknown, None));
        assert_eq!((found.expected, found.disputable), (None, Decimal::ZERO));
        assert_eq!(found.lines[1].verdict, Verdict::Matches, "other lines are known");
        let found = check_by(&contract(), &invoice(right()), &[], &used, &overage).unwrap();
        assert_eq!(found.lines[0].service, month("2026-02"), "nothing is billed, so nothing is asked");
    }
}

#[test]
fn the_peak_that_was_read_is_billed_where_the_contract_says_so() {
    let mut contract = contract();
    contract.charges[0].peak = Some(Decimal::from(100));
    contract.charges[0].billing = Billing::Arrears;
    let used = BTreeMap::from([(month("2026-01"), january(Figure::Known(Decimal::from(112))))]);
    let billed = invoice(vec![line(0, "2026-01", "18480")]);
    let found = check_by(&contract, &billed, &[], &used, &BTreeMap::new()).unwrap();
    assert_eq!(verdicts(&found)[0], (Some(0), Verdict::Matches, Decimal::ZERO));
    assert!(!found.lines[0].estimated);
    let found = check_by(&contract, &billed, &[], &BTreeMap::new(), &BTreeMap::new()).unwrap();
    assert_eq!(verdicts(&found)[0], (Some(0), Verdict::Over, number("1980")));
    assert!(found.lines[0].estimated, "the peak is the expected one");
}

#[test]
fn a_price_that_is_not_known_leaves_the_other_lines_known() {
    let mut contract = contract();
    let terms =
        CpiTerms { series: "CPI-U".to_owned(), lag_months: 3, floor: None, cap: None, no_decrease: false };
    let anchor = forecasting::colocation::Anchor::CalendarJanuary;
    contract.charges[1].escalator =
        Some(Escalator { escalation: Escalation::Cpi(terms), anchor, every_months: 12, compounding: true });
    let mut later = invoice(vec![line(0, "2027-02", "16500"), line(1, "2027-02", "510")]);
    (later.month, later.dated) = (month("2027-02"), date("2027-02-03"));
    let found = check_by(&contract, &later, &[], &BTreeMap::new(), &BTreeMap::new()).unwrap();
    assert_eq!((found.lines[0].verdict, found.lines[1].verdict), (Verdict::Matches, Verdict::Unknown));
    assert!(found.lines[1].unknown.is_some() && found.expected.is_none());
}

#[test]
fn an_amount_is_units_at_a_price_or_some_days_of_it() {
    let agrees = |quantity: &str, price: &str, amount: &str| {
        InvoiceLine::agrees(Currency::USD, number(quantity), number(price), number(amount)).unwrap()
    };
    assert!(agrees("5", "100", "500"));
    assert!(agrees("5", "100", "-500"), "given back");
    assert!(agrees("6", "300", "987.10"), "17 of 31 days");
    assert!(agrees("3", "33.33", "100.00"), "the price was rounded");
    assert!(agrees("46128", "0.11475", "5293.19"));
    assert!(!agrees("5", "100", "6.00"));
    assert!(!agrees("5", "100", "500.10"));
    assert!(InvoiceLine::agrees(Currency::USD, Decimal::MAX, Decimal::MAX, Decimal::ONE).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_invoice_written_from_the_contract_matches(contract in contracts(), number in 0..72_i32, off in -9_999..9_999_i64) {
        let at = Month::of(contract.billing_start).plus(number);
        let (indices, days) = (Indices::default(), BusinessDays::default());
        let end = contract.end(&days);
        let mut lines = Vec::new();
        for (position, charge) in contract.charges.iter().enumerate() {
            let service = if charge.billing == Billing::Arrears { at.plus(-1) } else { at };
            let amount = month_cost(&contract, charge, service, end, &indices).unwrap().amount;
            if !amount.is_zero() {
                lines.push(InvoiceLine { text: String::new(), charge: Some(position), service, amount });
            }
        }
        let mut invoice = Invoice {
            number: "I-1".to_owned(),
            dated: at.first_day(),
            month: at,
            currency: contract.currency,
            lines,
        };
        let check = |invoice: &Invoice| {
            check_by(&contract, invoice, &[], &BTreeMap::new(), &BTreeMap::new()).unwrap()
        };
        let right = check(&invoice);
        prop_assert!(right.lines.iter().all(|line| line.verdict == Verdict::Matches));
        prop_assert_eq!(right.lines.len(), invoice.lines.len());
        prop_assert_eq!((right.expected, right.disputable), (Some(right.billed), Decimal::ZERO));
        prop_assert_eq!(right.double_billing.len(), 0);

        // Off by so many cents, the first line matches within its tolerance and no further.
        let off = Decimal::new(off, 2);
        if let Some(first) = invoice.lines.first_mut() {
            first.amount += off;
            let wrong = check(&invoice);
            let line = &wrong.lines[0];
            prop_assert_eq!(line.difference, Some(off));
            prop_assert_eq!(line.verdict == Verdict::Matches, off.abs() <= line.tolerance);
            prop_assert!(line.tolerance >= Decimal::from(5));
            prop_assert_eq!(wrong.billed - wrong.expected.unwrap(), off);
        }
    }
}
