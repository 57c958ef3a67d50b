//! Whether invoices are right.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "other tests use the rest of the estate")]
mod estate;

use chrono::NaiveDate;
use estate::contracts;
use forecasting::colocation::{
    Abatement, Billing, BusinessDays, Charge, ChargeKind, Contract, DoubleBillingReason, Indices, Invoice,
    InvoiceCheck, InvoiceLine, Metering, Proration, PueRule, Recognition, Tolerance, Verdict, check_invoice,
    month_cost,
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

fn checked(invoice: &Invoice, earlier: &[Invoice]) -> InvoiceCheck {
    let (indices, days) = (Indices::default(), BusinessDays::default());
    check_invoice(&contract(), invoice, earlier, &Tolerance::default(), Some(90), &indices, &days).unwrap()
}

fn verdicts(check: &InvoiceCheck) -> Vec<(Option<usize>, Verdict, Decimal)> {
    check.lines.iter().map(|line| (line.charge, line.verdict, line.difference)).collect()
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
    assert_eq!((check.expected, check.billed), (number("22976.18"), number("22976.18")));
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
        let (indices, days) = (Indices::default(), BusinessDays::default());
        let check = check_invoice(&contract(), invoice, &[], &Tolerance::default(), None, &indices, &days);
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
            check_invoice(&contract, invoice, &[], &Tolerance::default(), None, &indices, &days).unwrap()
        };
        let right = check(&invoice);
        prop_assert!(right.lines.iter().all(|line| line.verdict == Verdict::Matches));
        prop_assert_eq!(right.lines.len(), invoice.lines.len());
        prop_assert_eq!((right.expected, right.disputable), (right.billed, Decimal::ZERO));
        prop_assert_eq!((right.dispute_deadline, right.double_billing.len()), (None, 0));

        // Off by so many cents, the first line matches within its tolerance and no further.
        let off = Decimal::new(off, 2);
        if let Some(first) = invoice.lines.first_mut() {
            first.amount += off;
            let wrong = check(&invoice);
            let line = &wrong.lines[0];
            prop_assert_eq!(line.difference, off);
            prop_assert_eq!(line.verdict == Verdict::Matches, off.abs() <= line.tolerance);
            prop_assert!(line.tolerance >= Decimal::from(5));
            prop_assert_eq!(wrong.billed - wrong.expected, off);
        }
    }
}
