//! Savings that count and savings that do not: stages, proof, years, lines of the ledger.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use chrono::NaiveDate;
use forecasting::budget::{
    Baseline, Initiative, Overlap, Recurrence, SavingsFinding, SavingsKind, SavingsSummary, Stage, Standing,
    TargetBand, claimed_twice, summarise,
};
use forecasting::money::Currency;
use forecasting::month::{FiscalCalendar, LabelBy, Pattern};
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn initiative(
    id: &'static str,
    kind: SavingsKind,
    stage: Stage,
    lines: &[&'static str],
) -> Initiative<&'static str, &'static str> {
    Initiative {
        id,
        lever: "renegotiation".to_owned(),
        baseline: Baseline {
            yearly_amount: number("5000"),
            method: "invoices".to_owned(),
            fixed_on: date("2025-12-01"),
        },
        kind,
        stage,
        start: date("2026-01-01"),
        annualised: number("1200"),
        confirmed: None,
        recurrence: Recurrence::Recurring { until: None },
        ledger_lines: lines.iter().copied().collect(),
    }
}

fn summary(
    initiatives: &[Initiative<&'static str, &'static str>],
    budget: &str,
) -> SavingsSummary<&'static str, &'static str> {
    let calendar = FiscalCalendar::calendar_years();
    let band = TargetBand::default();
    summarise(initiatives, Currency::USD, &calendar, 2026, number(budget), band, date("2026-11-28")).unwrap()
}

#[test]
fn only_hard_savings_that_are_realised_count() {
    let mut all = Vec::new();
    for (id, stage) in [
        ("1", Stage::Identified),
        ("2", Stage::Validated),
        ("3", Stage::Approved),
        ("4", Stage::Implemented),
        ("5", Stage::Lost),
    ] {
        all.push(initiative(id, SavingsKind::Hard, stage, &[]));
    }
    all.push(initiative("6", SavingsKind::Avoidance, Stage::Realised, &["a"]));
    let nothing = summary(&all, "12000");
    assert_eq!((nothing.claimed.count, nothing.standing), (0, Some(Standing::Below)));
    assert_eq!(nothing.pipeline[&(Stage::Identified, SavingsKind::Hard)].in_year, number("1200"));
    let mut counted = initiative("7", SavingsKind::Hard, Stage::Realised, &["b"]);
    counted.confirmed = Some(number("700"));
    all.push(counted);
    let one = summary(&all, "12000");
    assert_eq!((one.claimed.run_rate, one.confirmed.run_rate), (number("1200"), number("700")));
    assert_eq!((one.claimed_share, one.standing), (Some(number("0.1")), Some(Standing::Within)));
    assert_eq!(one.findings, BTreeSet::from([("7", SavingsFinding::ConfirmedBelowClaim)]));
    all.last_mut().unwrap().confirmed = Some(number("1300"));
    let above = summary(&all, "12000");
    assert_eq!(above.findings, BTreeSet::from([("7", SavingsFinding::ConfirmedAboveClaim)]));
    assert_eq!(above.claimed.count, 1, "it counts all the same");
    all.last_mut().unwrap().confirmed = Some(number("1200"));
    assert_eq!(summary(&all, "12000").findings, BTreeSet::new());
    let without = summary(&all, "0");
    assert_eq!((without.claimed_share, without.standing), (None, None));
    assert_eq!(summary(&all, "11999").standing, Some(Standing::Above));
}

#[test]
fn a_ledger_line_is_claimed_once_and_both_claimants_are_named() {
    let realised = |id, lines: &[&'static str]| initiative(id, SavingsKind::Hard, Stage::Realised, lines);
    let all = [
        realised("colocation", &["6100", "6200"]),
        realised("managed service", &["6200"]),
        realised("licences", &["6300"]),
        initiative("idea", SavingsKind::Hard, Stage::Identified, &["6300"]),
        initiative("given up", SavingsKind::Hard, Stage::Lost, &["6300"]),
    ];
    let overlap = |line, first, second| Overlap { line, first, second };
    let expected = [overlap("6200", "colocation", "managed service"), overlap("6300", "idea", "licences")];
    assert_eq!(claimed_twice(&all), expected);
    // An idea does not take away what is realised; of two that are, neither counts until one gives up.
    let summary = summary(&all, "12000");
    assert_eq!((summary.claimed.count, summary.contested.count), (1, 2));
    assert_eq!(summary.contested.run_rate, number("2400"));
    let twice = [all[0].clone(), all[0].clone()];
    let calendar = FiscalCalendar::calendar_years();
    let band = TargetBand::default();
    let refusal =
        summarise(&twice, Currency::USD, &calendar, 2026, number("1"), band, date("2026-11-28")).unwrap_err();
    assert!(refusal.to_string().starts_with("initiative \"colocation\""), "{refusal}");
}

#[test]
fn savings_count_in_the_months_in_which_they_save() {
    let calendar = FiscalCalendar::months(7, LabelBy::EndYear).unwrap();
    let mut saving = initiative("1", SavingsKind::Hard, Stage::Realised, &["a"]);
    let of = |saving: &Initiative<&str, &str>, year| {
        let amounts = saving.amounts(saving.annualised, Currency::USD, &calendar, year).unwrap();
        (amounts.in_year, amounts.run_rate)
    };
    assert_eq!(of(&saving, 2025), (Decimal::ZERO, Decimal::ZERO));
    assert_eq!(of(&saving, 2026), (number("600"), number("1200")));
    assert_eq!(of(&saving, 2027), (number("1200"), number("1200")));
    // From the middle of June: 15 of 30 days of one month.
    saving.start = date("2026-06-16");
    assert_eq!(of(&saving, 2026), (number("50"), number("1200")));
    saving.recurrence = Recurrence::Recurring { until: Some(date("2026-09-30")) };
    assert_eq!(of(&saving, 2026), (number("50"), number("1200")));
    assert_eq!(of(&saving, 2027), (number("300"), Decimal::ZERO));
    // On its last day it still runs; the day before it has not ended the year.
    saving.recurrence = Recurrence::Recurring { until: Some(date("2027-06-30")) };
    assert_eq!(of(&saving, 2027), (number("1200"), number("1200")));
    saving.recurrence = Recurrence::Recurring { until: Some(date("2027-06-29")) };
    assert_eq!(of(&saving, 2027).1, Decimal::ZERO);
    saving.recurrence = Recurrence::OneOff;
    assert_eq!(of(&saving, 2026), (number("1200"), Decimal::ZERO));
    assert_eq!(of(&saving, 2027), (Decimal::ZERO, Decimal::ZERO));
}

#[test]
fn years_of_weeks_have_their_own_first_and_last_day() {
    let anchor = date("2024-12-29");
    let weeks = FiscalCalendar::weeks(1, LabelBy::EndYear, Pattern::Weeks445, anchor, BTreeSet::from([2025]))
        .unwrap();
    assert_eq!((weeks.first_day(2025), weeks.last_day(2025)), (anchor, date("2026-01-03")));
    assert_eq!((weeks.first_day(2026), weeks.last_day(2026)), (date("2026-01-04"), date("2027-01-02")));
    assert_eq!(FiscalCalendar::calendar_years().last_day(2026), date("2026-12-31"));
    let of = |saving: &Initiative<&str, &str>, year| {
        let amounts = saving.amounts(saving.annualised, Currency::USD, &weeks, year).unwrap();
        (amounts.in_year, amounts.run_rate)
    };
    // 53 weeks are a year too: 3 of its 371 days.
    let mut saving = initiative("1", SavingsKind::Hard, Stage::Realised, &["a"]);
    assert_eq!(of(&saving, 2025), (number("9.70"), number("1200")));
    assert_eq!(of(&saving, 2026), (number("1200"), number("1200")));
    saving.recurrence = Recurrence::Recurring { until: Some(date("2026-12-31")) };
    assert_eq!(of(&saving, 2026), (number("1193.41"), Decimal::ZERO));
    saving.recurrence = Recurrence::OneOff;
    saving.start = date("2026-01-03");
    assert_eq!(of(&saving, 2025).0, number("1200"));
    assert_eq!(of(&saving, 2026).0, Decimal::ZERO);
}

#[test]
fn what_is_not_proven_does_not_count() {
    let mut early = initiative("early", SavingsKind::Hard, Stage::Realised, &["a"]);
    early.start = date("2026-12-01");
    let bare = initiative("bare", SavingsKind::Hard, Stage::Realised, &[]);
    let mut large = initiative("large", SavingsKind::Hard, Stage::Realised, &["b"]);
    large.annualised = number("5000.01");
    large.confirmed = Some(number("5000.01"));
    let mut sound = initiative("sound", SavingsKind::Hard, Stage::Realised, &["c"]);
    sound.baseline.fixed_on = date("2026-01-02");
    sound.confirmed = Some(number("1100"));
    let found = summary(&[early, bare, large, sound], "12000");
    assert_eq!((found.claimed.count, found.claimed.run_rate), (1, number("1200")));
    assert_eq!((found.confirmed.count, found.confirmed.run_rate), (1, number("1100")));
    assert_eq!((found.unproven.count, found.unproven.run_rate), (3, number("7400.01")));
    assert_eq!(found.standing, Some(Standing::Within));
}

#[test]
fn odd_claims_are_named() {
    let mut odd = initiative("odd", SavingsKind::Hard, Stage::Realised, &[]);
    odd.annualised = number("5000.01");
    odd.start = date("2026-12-01");
    odd.baseline.fixed_on = date("2026-12-02");
    let found: Vec<SavingsFinding> = summary(&[odd], "1").findings.into_iter().map(|one| one.1).collect();
    let expected = [
        SavingsFinding::AboveBaseline,
        SavingsFinding::BaselineFixedAfterStart,
        SavingsFinding::RealisedBeforeStart,
        SavingsFinding::RealisedWithoutLedgerLine,
    ];
    assert_eq!(found, expected);
}
