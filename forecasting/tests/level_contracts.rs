//! Level expense of contracts: it adds up to what is invoiced, and defers nothing in the end.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::NaiveDate;
use forecasting::colocation::{
    Abatement, BusinessDays, Charge, ChargeKind, Contract, Escalator, Indices, LevelMonth, Metering,
    Proration, PueRule, Recognition, Renewal, RenewalPrice, straight_line,
};
use forecasting::money::Currency;
use forecasting::month::Month;
use forecasting::roadmap::{Category, MoneyView, Window, colocation_flows};
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

/// A rising rent from mid-month on, a credit that ends early, a set-up charge and a meter.
fn uneven() -> Contract {
    let rent = Charge {
        escalator: Some(Escalator::yearly(number("0.03"))),
        abatements: vec![Abatement { from_contract_month: 0, months: 3, rate: Decimal::ONE }],
        ..flat(1_000)
    };
    let credit = Charge {
        to: Some(date("2026-09-10")),
        ..Charge::new(ChargeKind::Credit, Decimal::from(70), Decimal::ONE)
    };
    let metering = Metering {
        pue: PueRule::Contractual(number("1.3")),
        measured_pue: None,
        minimum_take: None,
        commitment: Decimal::ZERO,
    };
    let meter = Charge {
        metering: Some(metering),
        ..Charge::new(ChargeKind::PowerMetered, number("0.1"), Decimal::TEN)
    };
    let setup = Charge::new(ChargeKind::NonRecurring, Decimal::from(500), Decimal::ONE);
    let renewal =
        Renewal { term_months: 12, maximum: None, price: RenewalPrice::FixedUplift(number("0.05")) };
    Contract {
        billing_start: date("2026-01-15"),
        initial_term_months: 24,
        renewal: Some(renewal),
        charges: vec![rent, credit, meter, setup],
        ..one_charge(flat(0))
    }
}

#[test]
fn level_months_add_up_to_what_is_invoiced_and_defer_nothing_in_the_end() {
    let indices = Indices::default();
    for proration in [Proration::ActualDaysCalendar, Proration::ContractMonth] {
        let contract = Contract { proration, ..uneven() };
        let level = straight_line(&contract, &indices).unwrap();
        let sum = |part: fn(&LevelMonth) -> Decimal| level.months.iter().map(part).sum::<Decimal>();
        assert_eq!(sum(|month| month.invoiced), level.total);
        assert_eq!(sum(|month| month.expense), level.total);
        assert_eq!(level.months.last().unwrap().deferred, Decimal::ZERO);
        // 9 months at 1,000, 12 at 1,030, over 24: 890.00; the credit runs for its own days.
        let rent = straight_line(
            &Contract { charges: vec![contract.charges[0].clone()], ..contract.clone() },
            &indices,
        );
        assert_eq!(rent.unwrap().month, number("890.00"));
        let of = |at: &str| level.months.iter().find(|level| level.month == month(at)).unwrap();
        assert_eq!(of("2026-04").expense, number("820.00"), "the credit is as level as the rent");
        assert_eq!(of("2027-06").expense, number("890.00"), "the credit has ended");
        assert!(of("2026-03").deferred > Decimal::ZERO, "free months are owed to later ones");
    }
}

#[test]
fn a_level_contract_moves_its_expense_and_nothing_else() {
    let window = Window::new(month("2026-01"), 40).unwrap();
    let flows = |recognition| {
        let contract = Contract { recognition, ..uneven() };
        colocation_flows(&contract, window, &Indices::default(), &BusinessDays::default()).unwrap()
    };
    let (invoiced, level) = (flows(Recognition::AsInvoiced), flows(Recognition::StraightLine));
    for view in [MoneyView::Cash, MoneyView::Commitment] {
        let of = |flows: &forecasting::roadmap::Flows| flows.amounts(view, Category::Colocation);
        assert_eq!(of(&invoiced), of(&level));
    }
    assert_eq!(invoiced.total(MoneyView::Pnl), level.total(MoneyView::Pnl));
    let at = |flows: &forecasting::roadmap::Flows, text: &str| {
        flows.amounts(MoneyView::Pnl, Category::Colocation).unwrap()[window.position(month(text)).unwrap()]
    };
    // 10 kW over 720 hours at 1.3 times 0.1 are 936.00, with the meter as with the renewal as they are invoiced.
    assert_eq!(at(&level, "2026-04"), number("820.00") + number("936.00"));
    assert_eq!(at(&level, "2028-06"), at(&invoiced, "2028-06"));
    assert_eq!(
        at(&level, "2026-01") - at(&invoiced, "2026-01"),
        number("488.06"),
        "17 days of what is deferred"
    );
}
