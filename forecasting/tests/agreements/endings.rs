//! What changes when an agreement ends early, late or together with others.

use chrono::Days;
use forecasting::colocation::{
    Advance, Charge, ChargeKind, Contract, Indices, Proration, RampStep, TerminationRule, TerminationStep,
    co_terminate, holdover, month_cost, step_down, termination,
};
use forecasting::month::{Month, add_months};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::estate::contracts;
use super::{date, days, ending, flat, number, renewing};

fn leave(contract: &Contract, rule: &TerminationRule, last_day: &str) -> forecasting::Result<Decimal> {
    let last_day = date(last_day);
    termination(contract, rule, last_day, last_day, &Indices::default(), &days()).map(|ended| ended.fee)
}

fn share(share: &str) -> TerminationRule {
    TerminationRule::RemainingCharges { share: number(share), advances: Vec::new(), fixed: number("500") }
}

#[test]
fn leaving_early_costs_by_its_rule() {
    assert_eq!(leave(&ending(), &share("0.5"), "2026-08-31").unwrap(), number("3500.00"));
    assert_eq!(
        leave(&ending(), &share("0.5"), "2026-08-16").unwrap(),
        number("3741.94"),
        "15 days of August more"
    );
    assert_eq!(leave(&ending(), &share("0.5"), "2027-02-28").unwrap(), Decimal::ZERO, "it is not early");
    assert_eq!(leave(&ending(), &share("1"), "2020-01-01").unwrap(), number("36500.00"), "before it begins");
    let table = TerminationRule::DecliningTable(
        [(0, 30_000), (12, 20_000), (24, 10_000)]
            .map(|(from_contract_month, fee)| TerminationStep {
                from_contract_month,
                fee: Decimal::from(fee),
            })
            .to_vec(),
    );
    assert_eq!(leave(&ending(), &table, "2025-02-27").unwrap(), number("30000"));
    assert_eq!(leave(&ending(), &table, "2025-02-28").unwrap(), number("20000"), "twelve months are over");
    assert_eq!(leave(&ending(), &table, "2027-03-01").unwrap(), Decimal::ZERO);
    assert_eq!(
        leave(&ending(), &TerminationRule::Fixed(number("700")), "2026-01-01").unwrap(),
        number("700")
    );
}

#[test]
fn late_notice_owes_the_renewal_too() {
    let fee = |notice: &str| {
        let ended = termination(
            &renewing(),
            &share("1"),
            date("2026-12-31"),
            date(notice),
            &Indices::default(),
            &days(),
        );
        ended.unwrap()
    };
    assert_eq!(fee("2026-11-28").fee, number("2500.00"));
    assert_eq!(fee("2026-12-31").bound_until, date("2028-02-29"));
    assert_eq!(fee("2026-12-31").fee, number("15100.00"), "two months, and twelve at 5 % more");
}

#[test]
fn advances_are_written_off_by_months_and_days() {
    let rule = |advance: Advance| TerminationRule::RemainingCharges {
        share: Decimal::ZERO,
        advances: vec![advance],
        fixed: Decimal::ZERO,
    };
    let advance = Advance { amount: Decimal::from(36_000), from: None, months: None };
    assert_eq!(leave(&ending(), &rule(advance), "2024-02-29").unwrap(), number("36000"));
    assert_eq!(leave(&ending(), &rule(advance), "2025-08-31").unwrap(), number("18000"));
    assert_eq!(leave(&ending(), &rule(advance), "2025-09-15").unwrap(), number("17500.00"), "15 of 30 days");
    let short = Advance { months: Some(12), ..advance };
    assert_eq!(leave(&ending(), &rule(short), "2025-08-31").unwrap(), Decimal::ZERO);
    let later = Advance { from: Some(date("2025-03-01")), months: Some(24), ..advance };
    assert_eq!(leave(&ending(), &rule(later), "2025-08-31").unwrap(), number("27000"));
}

#[test]
fn impossible_fees_are_refused() {
    let message = |rule: &TerminationRule| leave(&ending(), rule, "2026-01-01").unwrap_err().to_string();
    assert_eq!(
        message(&share("75")),
        "share \"75\" is not usable: a share is a fraction between 0 and 1: 0.75 is 75 %"
    );
    assert_eq!(
        message(&TerminationRule::Fixed(number("-1"))),
        "fee \"-1\" is not usable: a fee is not negative"
    );
    let table = |months: &[u32]| {
        let step = |month: &u32| TerminationStep { from_contract_month: *month, fee: Decimal::ONE };
        TerminationRule::DecliningTable(months.iter().map(step).collect())
    };
    assert_eq!(
        message(&table(&[12, 12])),
        "table \"12\" is not usable: contract months ascend and do not repeat"
    );
    assert_eq!(
        message(&table(&[24])),
        "fee is missing: the table of termination fees begins later than the day of leaving"
    );
    let error = holdover(&ending(), number("-1"), date("2027-04-01"), &Indices::default(), &days());
    assert_eq!(
        error.unwrap_err().to_string(),
        "multiplier \"-1\" is not usable: a multiplier is not negative"
    );
}

#[test]
fn staying_too_long_costs_by_the_day() {
    let stay = |contract: &Contract, until: &str| {
        holdover(contract, number("1.5"), date(until), &Indices::default(), &days()).unwrap()
    };
    let stayed = stay(&ending(), "2027-04-10").unwrap();
    assert_eq!((stayed.days, stayed.cost), (41, number("2000.00")), "March, and ten of thirty days");
    assert_eq!(stay(&ending(), "2027-02-28").unwrap().cost, Decimal::ZERO);
    assert_eq!(stay(&renewing(), "2027-04-10"), None, "a contract that renews has no end to stay beyond");
}

#[test]
fn orders_are_brought_to_one_end() {
    let orders = [
        ending(),
        Contract { billing_start: date("2025-01-15"), charges: vec![flat(3_000)], ..ending() },
        Contract { initial_term_months: 24, ..renewing() },
    ];
    let together = |end: &str| {
        co_terminate(&orders, date(end), date("2026-11-28"), &Indices::default(), &days()).unwrap()
    };
    let changes = together("2027-08-31");
    let found: Vec<_> =
        changes.iter().map(|change| (change.months, change.days, change.cost.amount)).collect();
    assert_eq!(
        found,
        [
            (6, 0, number("6000")),
            (-4, -14, number("-13354.84")),
            // The first renewal, at 1,050, is extended by its last price.
            (6, 0, number("6300.00")),
        ]
    );
    assert!(!changes[0].explanation.estimated && changes[2].explanation.estimated);
    assert_eq!(together("2027-02-28")[0].cost.amount, Decimal::ZERO);
    let refused = co_terminate(&orders, date("2025-01-14"), date("2026-11-28"), &Indices::default(), &days());
    assert_eq!(
        refused.unwrap_err().to_string(),
        "end \"2025-01-14\" is not usable: no order ends before it begins"
    );
}

#[test]
fn a_common_end_changes_what_is_invoiced() {
    let one_end = |order: Contract, end: &str, notice: &str| {
        co_terminate(&[order], date(end), date(notice), &Indices::default(), &days()).unwrap().remove(0)
    };
    let cage = Charge::new(ChargeKind::SpaceCage, number("19489.35"), Decimal::ONE);
    let cut = |proration| {
        let order = Contract { billing_start: date("2026-01-15"), charges: vec![cage.clone()], ..ending() };
        one_end(Contract { proration, ..order }, "2028-06-30", "2028-01-01")
    };
    let by_days = cut(Proration::ActualDaysCalendar);
    assert_eq!(by_days.cost.amount, number("-125737.74"), "six months, and 14 of 31 days of January");
    assert!(by_days.explanation.assumptions.iter().any(|it| it.contains("days of calendar months")));
    let by_months = cut(Proration::ContractMonth);
    assert_eq!(by_months.cost.amount, number("-126031.13"), "14 of the 30 days from 15 June, and six months");
    assert!(by_months.explanation.assumptions.iter().any(|it| it.contains("by contract months")));
    // The renewal until 2027-01-14, at 1,050, is extended.
    let extended = |proration| {
        let order = Contract { billing_start: date("2025-01-15"), initial_term_months: 12, ..renewing() };
        one_end(Contract { proration, ..order }, "2027-03-10", "2026-06-01").cost.amount
    };
    assert_eq!(
        extended(Proration::ActualDaysCalendar),
        number("1964.52"),
        "17 and 10 of 31 days, and February"
    );
    assert_eq!(
        extended(Proration::ContractMonth),
        number("1950.00"),
        "a month, and 24 of the next one's 28 days"
    );
}

#[test]
fn leaving_early_says_whether_it_counts_as_invoices_do() {
    let told = |proration| {
        let contract = Contract { proration, ..ending() };
        let (rule, day) = (share("1"), date("2026-08-16"));
        let ended = termination(&contract, &rule, day, day, &Indices::default(), &days()).unwrap();
        ended.explanation.assumptions.into_iter().collect::<Vec<_>>().join("; ")
    };
    let words = "rounded, as it would be invoiced, and then added up";
    assert!(told(Proration::ContractMonth).contains(words));
    let by_days = told(Proration::ActualDaysCalendar);
    assert!(!by_days.contains(words) && by_days.contains("invoices go by the days of calendar months"));
}

#[test]
fn a_lower_commitment_saves_what_is_given_back() {
    let space = Charge::new(ChargeKind::SpaceKw, Decimal::from(100), Decimal::from(50));
    let contract = Contract { charges: vec![space], ..ending() };
    let to = |from_contract_month, kilowatts: i64| {
        let step = RampStep { from_contract_month, quantity: Decimal::from(kilowatts) };
        step_down(&contract, 0, step, &Indices::default())
    };
    let lower = to(24, 40).unwrap();
    assert_eq!(lower.from, date("2026-03-01"));
    assert_eq!((lower.given_back, lower.saving.amount), (Decimal::TEN, number("12000")));
    let line = |month: &str| {
        let month: Month = month.parse().unwrap();
        let charge = &lower.contract.charges[0];
        month_cost(&lower.contract, charge, month, None, &Indices::default()).unwrap().amount
    };
    assert_eq!([line("2026-02"), line("2026-03")], [number("5000"), number("4000")]);
    for (month, kilowatts) in [(24, 50), (24, -1), (36, 40)] {
        assert!(to(month, kilowatts).is_err(), "{month} {kilowatts}");
    }
    assert!(
        step_down(
            &contract,
            1,
            RampStep { from_contract_month: 1, quantity: Decimal::ONE },
            &Indices::default()
        )
        .is_err()
    );
}

#[test]
fn a_common_end_lies_within_a_hundred_years() {
    let contract = ending();
    let end = |months| add_months(contract.billing_start, months);
    let to = |end| {
        co_terminate(
            std::slice::from_ref(&contract),
            end,
            contract.billing_start,
            &Indices::default(),
            &days(),
        )
    };
    assert!(to(end(1_200)).is_ok());
    assert!(to(end(1_201)).unwrap_err().to_string().contains("end"));
}

/// Charges that cost something every month.
fn without_credits(contract: Contract) -> Contract {
    let charges =
        contract.charges.iter().filter(|charge| charge.kind != ChargeKind::Credit).cloned().collect();
    Contract { charges, ..contract }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_longer_it_runs_the_less_remains(
        contract in contracts(), months in 0..60_i32, later in 0..400_u64, share in 0..=100_i64,
    ) {
        let contract = without_credits(contract);
        let rule = TerminationRule::RemainingCharges {
            share: Decimal::new(share, 2),
            advances: vec![Advance { amount: Decimal::from(12_000), from: None, months: None }],
            fixed: Decimal::ZERO,
        };
        let notice = contract.billing_start;
        let ended = |last_day| termination(&contract, &rule, last_day, notice, &Indices::default(), &days()).unwrap();
        let day = add_months(contract.billing_start, months).pred_opt().unwrap();
        let (early, late) = (ended(day), ended(day + Days::new(later)));
        // Parts of a month are rounded by themselves, half a cent for each charge.
        let cents = Decimal::new(contract.charges.len() as i64 + 2, 2);
        prop_assert!(late.remaining <= early.remaining + cents, "{} {}", late.remaining, early.remaining);
        prop_assert!(late.unamortised <= early.unamortised);
        prop_assert!(late.fee <= early.fee + cents);
        prop_assert_eq!(early.fee, early.on_remaining + early.unamortised + early.fixed);
    }

    #[test]
    fn longer_and_back_again_changes_nothing(contract in contracts(), months in 1..40_u32) {
        let short = Contract { renewal: None, ..contract };
        let long = Contract { initial_term_months: short.initial_term_months + months, ..short.clone() };
        let to = |order: &Contract, end| {
            let orders = [order.clone()];
            co_terminate(&orders, end, order.billing_start, &Indices::default(), &days()).unwrap().remove(0)
        };
        let (longer, shorter) = (to(&short, long.initial_end()), to(&long, short.initial_end()));
        prop_assert_eq!(longer.cost.amount, -shorter.cost.amount);
        prop_assert_eq!((longer.months, longer.days), (-shorter.months, -shorter.days));
        prop_assert_eq!((longer.months, longer.days), (months as i32, 0));
    }
}
