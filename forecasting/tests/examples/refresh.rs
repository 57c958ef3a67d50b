//! Due dates, quantities, prices and the cost of a refresh project.

use std::collections::BTreeMap;

use forecasting::money::{Currency, Money};
use forecasting::refresh::{
    CostRates, DateQuality, Demand, DueOutcome, DueRule, LeadTimes, Milestone, PriceIndex, ProjectCost,
    RefreshPolicy, RefreshSubject, by_demand, by_ratio, due, price_at, project_cost,
};
use rust_decimal::Decimal;

use super::{Examples, date, decimal, number};

pub fn dates_and_quantities(examples: &Examples) {
    let policy = RefreshPolicy {
        age_months: Some(60),
        support_margin_months: Some(6),
        warranty: true,
        ..RefreshPolicy::default()
    };
    let subject = RefreshSubject {
        in_service: Some(date("2021-07-01")),
        last_date_of_support: Some(Milestone { date: date("2026-12-31"), quality: DateQuality::Published }),
        warranty_end: Some(date("2026-06-30")),
        ..RefreshSubject::default()
    };
    let DueOutcome::Due(due) = due(&policy, &subject) else { panic!("all inputs are there") };
    let of = |rule: DueRule| due.candidates.iter().find(|candidate| candidate.rule == rule).unwrap().date;
    assert_eq!(of(DueRule::Age), examples.date("2.due.age"));
    assert_eq!(of(DueRule::Support), examples.date("2.due.eos_minus6"));
    assert_eq!(of(DueRule::Warranty), examples.date("2.due.warranty"));
    // The id holds the date that binds; the text beside it names the rule that wins the tie.
    assert_eq!(due.date, examples.date("2.due.binding"));
    assert_eq!(due.binding_rule, DueRule::Support);
    let lead = LeadTimes { lead_days: 112, install_days: 21, buffer_days: 14 };
    assert_eq!(lead.order_by(due.date), examples.date("2.orderby"));

    let quantity = |spares: &str| Decimal::from(by_ratio(40, number("2.5"), number(spares)).unwrap());
    assert_eq!(quantity("0"), examples.decimal("2.qty.ratio"));
    assert_eq!(quantity("0.05"), examples.decimal("2.qty.ratio_spares5"));
    let cores = Demand {
        used: Decimal::from(40 * 32) * number("0.38"),
        growth: number("0.12"),
        years: 3,
        per_unit: Decimal::from(64),
        performance_factor: number("1.6"),
        target_utilisation: number("0.70"),
    };
    assert_eq!(cores.used, examples.decimal("2.cons.demand_cores"));
    assert_eq!(cores.future().unwrap().round_dp(2), examples.decimal("2.cons.demand_3y"));
    assert_eq!(cores.supply_per_unit().unwrap(), examples.decimal("2.cons.per_host"));
    let hosts = by_demand(&[cores], 1).unwrap();
    assert_eq!(Decimal::from(hosts.units), examples.decimal("2.cons.hosts"));
    assert_eq!(Decimal::from(hosts.units_with_failover), examples.decimal("2.cons.hosts_n1"));
}

fn unit_price(day: &str) -> Money {
    let years = BTreeMap::from([(2026, number("0.18")), (2027, number("0.08"))]);
    let index = PriceIndex { years, otherwise: None };
    let price = price_at(Decimal::from(18_500), date("2026-01-01"), &index, date(day)).unwrap();
    Money::new(price, Currency::USD).round()
}

/// The refresh of 40 units by 17, ordered on 2026-02-03.
pub fn project() -> ProjectCost {
    project_ordered("2026-02-03", 300)
}

/// The same refresh, ordered on another day, when an old unit sells for another amount.
pub fn project_ordered(ordered: &str, residual_per_unit: u32) -> ProjectCost {
    let rates = CostRates {
        freight_tax: number("0.09"),
        install_per_unit: Decimal::from(650),
        support: number("0.12"),
        disposal_per_unit: Decimal::from(45),
        residual_per_unit: Decimal::from(residual_per_unit),
        contingency: number("0.05"),
    };
    project_cost(17, 40, unit_price(ordered), &rates).unwrap()
}

pub fn prices(examples: &Examples) {
    for day in ["2026-02-03", "2027-02-03"] {
        assert_eq!(unit_price(day).amount, examples.decimal(&format!("2.price.{day}")));
    }
    let cost = project();
    let expected = examples.value("2.proj").as_object().expect("the parts of a project");
    let found = BTreeMap::from([
        ("hardware", cost.hardware),
        ("freight_tax", cost.freight_tax),
        ("install", cost.install),
        ("support", cost.support),
        ("disposal", cost.disposal),
        // Stated as a negative cost there, as a positive amount here.
        ("residual", -cost.residual),
        ("contingency", cost.contingency),
        ("total", cost.total()),
    ]);
    assert_eq!(expected.len(), found.len());
    for (part, amount) in found {
        assert_eq!(amount, decimal(&expected[part]), "2.proj {part}");
    }
}
