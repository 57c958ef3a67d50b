//! Tax tables, what happens to an asset in a book, leases.

use forecasting::depreciation::{
    BookKind, BookTerms, Change, Convention, DepreciationRule, Disposal, Entry, Event, Lease, Ledger, Macrs,
    MacrsClass, MacrsConvention, Method, PaymentTiming, PeriodSharing, Placement, Plan, Portion, Purchase,
    lease_or_buy, mid_quarter_test,
};
use forecasting::money::{Currency, Money, Rounding};
use forecasting::month::FiscalCalendar;
use rust_decimal::Decimal;

use super::{Examples, date, decimal, number};

pub fn tax_tables(examples: &Examples) {
    let five_years =
        |convention| Macrs { class: MacrsClass::FiveYears, convention, bonus_rate: Decimal::ZERO };
    for (id, convention, quarter) in [
        ("3.MACRS5.HY", MacrsConvention::HalfYear, 2),
        ("3.MACRS5.MQ1", MacrsConvention::MidQuarter, 1),
        ("3.MACRS5.MQ2", MacrsConvention::MidQuarter, 2),
        ("3.MACRS5.MQ3", MacrsConvention::MidQuarter, 3),
        ("3.MACRS5.MQ4", MacrsConvention::MidQuarter, 4),
    ] {
        let shares = five_years(convention).percentages(quarter).unwrap();
        let percent: Vec<Decimal> = shares.iter().map(|share| share * Decimal::ONE_HUNDRED).collect();
        assert_eq!(percent, examples.decimals(id), "{id}");
    }
    let calendar = FiscalCalendar::calendar_years();
    let cost = Money::new(Decimal::from(12_000), Currency::USD);
    let deductions =
        five_years(MacrsConvention::HalfYear).deductions(cost, date("2026-04-10"), None, &calendar).unwrap();
    assert_eq!(deductions.keys().copied().collect::<Vec<_>>(), (2026..=2031).collect::<Vec<_>>());
    let found: Vec<Decimal> = deductions.into_values().collect();
    assert_eq!(found, examples.decimals("3.MACRS5.HY_on_12000"));

    let expected = examples.value("3.MQ_test").as_array().expect("pairs of share and answer");
    for (pair, last) in expected.chunks(2).zip([450, 400]) {
        let placements = [("2026-02-01", 1_000 - last), ("2026-10-01", last)].map(|(day, basis)| Placement {
            in_service: date(day),
            basis: Decimal::from(basis),
            disposed: None,
        });
        let test = mid_quarter_test(&placements, 2026, &calendar).unwrap();
        assert_eq!(test.share, Some(decimal(&pair[0])));
        assert_eq!(test.applies, pair[1].as_bool().expect("yes or no"), "{last}");
    }
}

fn terms() -> BookTerms {
    BookTerms {
        kind: BookKind::Book,
        currency: Currency::USD,
        calendar: FiscalCalendar::calendar_years(),
        sharing: PeriodSharing::EqualPeriods,
    }
}

fn server(event: Event) -> Entry {
    Entry {
        plan: Plan::Rule(DepreciationRule {
            method: Method::StraightLine,
            life_months: 60,
            convention: Convention::FullMonth,
            rounding: Rounding::Cumulative,
        }),
        cost: Money::new(Decimal::from(12_000), Currency::USD),
        salvage: Decimal::from(1_200),
        in_service: date("2026-04-10"),
        depreciable_from: None,
        opening: None,
        posted_from: None,
        events: vec![event],
    }
}

pub fn events(examples: &Examples) {
    let start_of_2028 = |change| Event { date: date("2028-01-01"), posted_from: None, change };
    let january = "2028-01".parse().unwrap();

    let impairment =
        Change::Impairment { recoverable: Decimal::from(5_000), salvage: Some(Decimal::from(500)) };
    let impaired = Ledger::new(&terms(), &server(start_of_2028(impairment))).unwrap();
    let expected = examples.value("3.impair");
    assert_eq!(impaired.book_value(date("2027-12-31")), decimal(&expected["nbv"]));
    assert_eq!(impaired.book_value(date("2028-01-01")), Decimal::from(5_000));
    assert_eq!(impaired.posting(january).impairment, decimal(&expected["loss"]));
    assert_eq!(impaired.charge(january), decimal(&expected["new_month"]));

    let longer = Change::LifeChange { life_months: 72, salvage: None };
    let extended = Ledger::new(&terms(), &server(start_of_2028(longer))).unwrap();
    assert_eq!(extended.charge(january), examples.decimal("3.lifechange"));

    let sale = Disposal { proceeds: number("3000"), cost_of_sale: number("150") };
    let disposal = Change::Disposal { portion: Portion::All, sale };
    let sold = Event { date: date("2028-09-20"), posted_from: None, change: disposal };
    let sold = Ledger::new(&terms(), &server(sold)).unwrap();
    let expected = examples.value("3.disposal");
    let charged = sold.schedule().iter().filter(|posting| !posting.charge.is_zero()).count();
    assert_eq!(Decimal::from(charged), decimal(&expected["months"]));
    assert_eq!(sold.disposals()[0].removed.accumulated, decimal(&expected["accum"]));
    assert_eq!(sold.disposals()[0].removed.book_value(), decimal(&expected["nbv"]));
    assert_eq!(sold.disposals()[0].gain, decimal(&expected["gain"]));
    assert_eq!(sold.book_value(date("2028-09-20")), Decimal::ZERO);
}

pub fn leases(examples: &Examples) {
    let purchase = Purchase { price: Decimal::from(355_000), residual: Decimal::from(12_000), months: 60 };
    let lease = Lease { payments: vec![Decimal::from(6_900); 60], timing: PaymentTiming::Advance };
    let found = lease_or_buy(&purchase, &lease, Decimal::new(7, 2), Currency::USD).unwrap();
    let expected = examples.value("3.leasebuy");
    assert_eq!(found.monthly_rate.round_dp(8), decimal(&expected["monthly_rate"]));
    assert_eq!(found.purchase, decimal(&expected["pv_buy"]));
    assert_eq!(found.lease, decimal(&expected["pv_lease"]));
    assert_eq!(found.difference, decimal(&expected["difference"]));
}
