//! The integrated roadmap: one contract, one refresh, one workload, three years.

use forecasting::colocation::{BusinessDays, Indices};
use forecasting::depreciation::{Convention, DepreciationRule, Method};
use forecasting::money::{Currency, Rounding};
use forecasting::month::{FiscalCalendar, Month};
use forecasting::roadmap::{
    Category, CloudWorkload, Flows, GrowthWindow, MoneyView, RefreshCohort, Roadmap, Window, colocation_flows,
};
use rust_decimal::Decimal;

use super::{Examples, colocation, date, decimal, number, refresh};

fn cohort() -> RefreshCohort {
    RefreshCohort {
        cost: refresh::project(),
        ordered: date("2026-02-03"),
        paid: date("2026-06-25"),
        in_service: date("2026-06-15"),
        disposed: date("2026-06-30"),
        old_book_value: Decimal::ZERO,
        support_months: 60,
        rule: DepreciationRule {
            method: Method::StraightLine,
            life_months: 60,
            convention: Convention::FullMonth,
            rounding: Rounding::Cumulative,
        },
        salvage: Decimal::ZERO,
        contingency_spent: false,
    }
}

fn workload() -> CloudWorkload {
    let january: Month = "2026-01".parse().unwrap();
    CloudWorkload {
        currency: Currency::USD,
        base_month: january,
        monthly_amount: Decimal::from(42_000),
        growth: vec![GrowthWindow { from: january, to: None, monthly_rate: number("0.015") }],
        last_month: None,
    }
}

/// The flows of the three sources for a window.
pub fn sources(window: Window) -> [(&'static str, Flows); 3] {
    let calendar = FiscalCalendar::calendar_years();
    let contract = colocation::contract();
    [
        ("C1", colocation_flows(&contract, window, &Indices::default(), &BusinessDays::default()).unwrap()),
        ("refresh", cohort().flows(window, &calendar).unwrap()),
        ("cloud", workload().flows(window, &calendar).unwrap()),
    ]
}

pub fn years(examples: &Examples) {
    let expected = examples.value("13.roadmap");
    let window = Window::new("2026-01".parse().unwrap(), 36).unwrap();
    let calendar = FiscalCalendar::calendar_years();
    let mut roadmap = Roadmap::new(window, Currency::USD);
    for (record, flows) in sources(window) {
        roadmap.add(&"site", &flows, &[record]).unwrap();
    }
    let figures = |id: &str| -> Vec<Decimal> {
        expected[id].as_array().expect("a figure per year").iter().map(decimal).collect()
    };
    let by_year = |amounts: Vec<Decimal>| -> Vec<Decimal> {
        roadmap.years(&amounts, &calendar).into_values().collect()
    };
    let category = |category| by_year(roadmap.category_months(MoneyView::Pnl, category));
    // Each year is the exact sum of its months rounded once. Rounding every month would make the first year a
    // cent more, and one running total over the three years would make the third a cent more.
    assert_eq!(category(Category::Cloud), figures("cloud"));
    assert_eq!(category(Category::Depreciation), figures("dep"));
    assert_eq!(category(Category::Support), figures("support"));
    let colocation: Vec<Decimal> =
        [2026, 2027, 2028].map(|year| examples.decimal(&format!("1.C1.cal{year}"))).to_vec();
    assert_eq!(category(Category::Colocation), colocation);
    assert_eq!(category(Category::Disposal), [number("-10200.00"), Decimal::ZERO, Decimal::ZERO]);
    assert_eq!(by_year(roadmap.months(MoneyView::Pnl)), figures("pl"));
    assert_eq!(by_year(roadmap.months(MoneyView::Cash)), figures("cash"));

    let capital = roadmap.category_months(MoneyView::Cash, Category::RefreshCapital).iter().sum::<Decimal>();
    assert_eq!(capital, decimal(&expected["capex"]));
    // The month in service; later months may differ by a cent so that every running total is exact.
    let june = roadmap.category_months(MoneyView::Pnl, Category::Depreciation)[5];
    assert_eq!(june, decimal(&expected["monthly_dep"]));
    // The contingency is planned and in no view.
    let contingency: Decimal = roadmap.contingency().values().sum();
    assert_eq!(contingency, refresh::project().contingency);
}
