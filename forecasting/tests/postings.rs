//! Postings that look wrong: found, and left to a person.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use forecasting::budget::{LineKey, Posting, PostingKind, PostingRule, affected, check_postings};
use forecasting::money::{Currency, LIMIT};
use forecasting::month::FiscalCalendar;
use forecasting::roadmap::MoneyView;
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn key(account: &str, period: u32, currency: Currency) -> LineKey {
    LineKey {
        cost_centre: "4711".to_owned(),
        account: account.to_owned(),
        tower: None,
        site: None,
        period,
        view: MoneyView::Pnl,
        currency,
    }
}

fn posting(kind: PostingKind, source: &str, period: u32, amount: &str) -> Posting {
    Posting {
        key: key("6100", period, Currency::USD),
        amount: number(amount),
        kind,
        source: source.to_owned(),
        document: format!("{source}-{period}"),
        supplier: None,
        posted_on: None,
    }
}

fn rules(postings: &[Posting]) -> Vec<(PostingRule, Vec<usize>)> {
    let found = check_postings(postings, &FiscalCalendar::calendar_years(), 2026).unwrap();
    found.into_iter().map(|finding| (finding.rule, finding.postings)).collect()
}

#[test]
fn a_bill_of_two_systems_is_one_bill_and_of_one_system_two() {
    let bill = |source: &str| posting(PostingKind::Invoice, source, 1, "10");
    assert_eq!(rules(&[bill("ERP"), bill("FOCUS")]), [(PostingRule::BilledTwice, vec![0, 1])]);
    assert_eq!(rules(&[bill("ERP"), bill("ERP")]), []);
    let other = Posting { supplier: Some("A".to_owned()), ..bill("ERP") };
    let one = Posting { supplier: Some("B".to_owned()), ..bill("FOCUS") };
    assert_eq!(
        rules(&[other.clone(), one.clone()]),
        [(PostingRule::BilledTwice, vec![0, 1])],
        "an unlike name on the same account is in doubt as well"
    );
    let elsewhere = Posting { key: key("6200", 1, Currency::USD), ..one };
    assert_eq!(rules(&[other, elsewhere]), [], "of different suppliers on different accounts");
    let three = [bill("ERP"), bill("FOCUS"), bill("FOCUS")];
    assert_eq!(rules(&three), [(PostingRule::BilledTwice, vec![0, 1])], "each bill is paired once");
}

#[test]
fn a_bill_as_a_whole_is_the_same_as_its_parts_elsewhere() {
    let of = |source: &str, account: &str, supplier: Option<&str>, amount: &str| Posting {
        supplier: supplier.map(str::to_owned),
        key: key(account, 1, Currency::USD),
        document: format!("{source}-{amount}"),
        ..posting(PostingKind::Invoice, source, 1, amount)
    };
    let whole = of("ERP", "6100", Some("AWS"), "3000");
    let parts = |account, supplier| vec![of("FOCUS", account, supplier, "1000"); 3];
    let twice = [(PostingRule::BilledTwice, vec![0, 1, 2, 3])];
    for (account, supplier) in [
        ("6200", Some("aws")),
        ("6200", Some("Amazon Web Services")),
        ("6200", Some("AWS EMEA SARL")),
        ("6100", None),
        ("6100", Some("Hyperscaler")),
    ] {
        let all = [vec![whole.clone()], parts(account, supplier)].concat();
        assert_eq!(rules(&all), twice, "{account} {supplier:?}");
        let found = check_postings(&all, &FiscalCalendar::calendar_years(), 2026).unwrap();
        assert_eq!(found[0].amount, number("3000"));
    }
    let all = [vec![whole.clone()], parts("6200", Some("Hyperscaler"))].concat();
    assert_eq!(rules(&all), [], "another supplier on another account");
    let all = [vec![whole.clone()], parts("6200", Some("A"))].concat();
    assert_eq!(rules(&all), [], "a letter is no name");
    // A bill that is paired with one of its own amount is no part of a sum.
    let all = [vec![whole, of("FOCUS", "6100", Some("AWS"), "3000")], parts("6100", Some("AWS"))].concat();
    assert_eq!(rules(&all), [(PostingRule::BilledTwice, vec![0, 1])]);
    let names = (0..5).map(|_| of("FOCUS", "6100", None, "10")).collect::<Vec<_>>();
    let all = [vec![of("ERP", "6100", None, "50")], names].concat();
    let found = check_postings(&all, &FiscalCalendar::calendar_years(), 2026).unwrap();
    assert_eq!(
        found[0].detail,
        "50 USD stands in ERP as ERP-50 and in FOCUS as FOCUS-10, FOCUS-10, FOCUS-10 and 2 more"
    );
}

#[test]
fn an_accrual_is_paired_with_one_reversal_in_the_next_period() {
    let accrual = posting(PostingKind::Accrual, "ERP", 1, "10");
    let reversal = |period| posting(PostingKind::AccrualReversal, "ERP", period, "-10");
    let pair = [(PostingRule::AccrualReversed, vec![0, 1])];
    assert_eq!(rules(&[accrual.clone(), reversal(2)]), pair);
    assert_eq!(rules(&[accrual.clone(), reversal(3)]), []);
    let two = [accrual.clone(), reversal(2), accrual];
    assert_eq!(rules(&two), pair, "a reversal takes one accrual back");
}

#[test]
fn amounts_in_doubt_are_summed_by_currency() {
    let sums =
        affected([(Currency::USD, number("1")), (Currency::EUR, number("2")), (Currency::USD, number("3"))]);
    assert_eq!(sums.unwrap(), BTreeMap::from([(Currency::USD, number("4")), (Currency::EUR, number("2"))]));
    assert!(affected([(Currency::USD, LIMIT), (Currency::USD, LIMIT)]).is_err());
}
