//! Laws of books: what is posted stays, roll-forwards foot, nothing is lost; and what books refuse.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "what only other laws need")]
mod estate;

use chrono::{Days, NaiveDate};
use estate::{calendars, conventions, dates, methods, months, roundings};
use forecasting::ForecastError;
use forecasting::depreciation::{
    Basis, Book, BookKind, BookTerms, Change, Convention, Depreciation, DepreciationRule, Disposal, Entry,
    Event, Ledger, Macrs, MacrsClass, MacrsConvention, Method, Movements, Opening, PeriodSharing, Plan,
    Portion, Posting,
};
use forecasting::money::{Currency, LIMIT, Money, Rounding};
use forecasting::month::{FiscalCalendar, LabelBy, Month, Pattern};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn cents(amount: i64) -> Decimal {
    Decimal::new(amount, 2)
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn terms(kind: BookKind) -> BookTerms {
    BookTerms {
        kind,
        currency: Currency::USD,
        calendar: FiscalCalendar::calendar_years(),
        sharing: PeriodSharing::EqualPeriods,
    }
}

fn straight(cost: i64, salvage: i64, in_service: &str) -> Entry {
    Entry {
        plan: Plan::Rule(DepreciationRule {
            method: Method::StraightLine,
            life_months: 60,
            convention: Convention::FullMonth,
            rounding: Rounding::Cumulative,
        }),
        cost: Money::new(Decimal::from(cost), Currency::USD),
        salvage: Decimal::from(salvage),
        in_service: date(in_service),
        opening: None,
        posted_from: None,
        events: Vec::new(),
    }
}

fn event(day: &str, change: Change) -> Event {
    Event { date: date(day), posted_from: None, change }
}

fn sale(portion: Portion, proceeds: i64) -> Change {
    Change::Disposal {
        portion,
        sale: Disposal { proceeds: Decimal::from(proceeds), cost_of_sale: Decimal::ZERO },
    }
}

fn changes() -> impl Strategy<Value = Change> {
    let salvage = prop::option::of((0..100_000_i64).prop_map(cents));
    prop_oneof![
        ((0..20_000_000_i64).prop_map(cents), salvage.clone())
            .prop_map(|(recoverable, salvage)| Change::Impairment { recoverable, salvage }),
        (1..130_u32, salvage).prop_map(|(life_months, salvage)| Change::LifeChange { life_months, salvage }),
        (1..6_u32, 5..9_u32, -500..500_000_i64).prop_map(|(disposed, held, proceeds)| Change::Disposal {
            portion: Portion::Quantity { disposed, held },
            sale: Disposal { proceeds: cents(proceeds), cost_of_sale: Decimal::ONE },
        }),
        Just(sale(Portion::All, 10)),
    ]
}

prop_compose! {
    fn plans()(
        method in methods(), convention in conventions(), rounding in roundings(), life_months in 1..100_u32,
        bonus in 0..=100_i64, tables in 0..4_u32,
    ) -> Plan {
        if tables > 0 {
            return Plan::Rule(DepreciationRule { method, life_months, convention, rounding });
        }
        Plan::Macrs(Macrs {
            class: if rounding == Rounding::Cumulative { MacrsClass::FiveYears } else { MacrsClass::ThreeYears },
            convention: if method == Method::StraightLine { MacrsConvention::HalfYear } else { MacrsConvention::MidQuarter },
            bonus_rate: Decimal::new(bonus, 2),
        })
    }
}

prop_compose! {
    /// A sound entry with up to five events, in terms that fit it.
    fn entries()(
        plan in plans(), cost in 0..50_000_000_i64, salvage_share in 0..=100_i64, in_service in dates(),
        calendar in calendars(), by_weeks in any::<bool>(), taken_over in prop::option::of((0..50_i32, 0..=100_i64)),
        late in prop::option::of(0..30_i32),
        candidates in prop::collection::vec((0..3_000_u64, prop::option::of(0..6_i32), changes()), 0..6),
    ) -> (BookTerms, Entry) {
        let sharing = if by_weeks { PeriodSharing::Weeks } else { PeriodSharing::EqualPeriods };
        let terms = BookTerms { kind: BookKind::Tax, currency: Currency::USD, calendar, sharing };
        let entered = Month::of(in_service);
        let depreciable = cost - cost * salvage_share / 100;
        let opening = taken_over.map(|(months, share)| Opening {
            month: entered.plus(months),
            accumulated: cents(depreciable * share / 100),
        });
        let mut entry = Entry {
            plan,
            cost: Money::new(cents(cost), Currency::USD),
            salvage: cents(cost * salvage_share / 100),
            in_service,
            opening: opening.filter(|_| matches!(plan, Plan::Rule(_))),
            posted_from: late.map(|months| entered.plus(months)),
            events: Vec::new(),
        };
        for (days, known, change) in candidates {
            let date = in_service + Days::new(days);
            entry.events.push(Event { date, posted_from: known.map(|months| Month::of(date).plus(months)), change });
            if Ledger::new(&terms, &entry).is_err() {
                entry.events.pop();
            }
        }
        (terms, entry)
    }
}

/// The first month an event shows in.
fn shows_in(entry: &Entry, event: &Event) -> Month {
    let opening = entry.opening.map(|opening| opening.month);
    [event.posted_from, entry.posted_from, opening]
        .into_iter()
        .flatten()
        .fold(Month::of(event.date), Month::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn movements_foot_over_any_months((terms, entry) in entries(), from in months(), first in 1..40_i32, second in 1..40_i32) {
        let ledger = Ledger::new(&terms, &entry).unwrap();
        let between = from.plus(first);
        let (earlier, later) = (ledger.movements(from, between.plus(-1)), ledger.movements(between, between.plus(second)));
        let both = ledger.movements(from, between.plus(second));
        prop_assert_eq!(earlier.closing(), later.opening);
        prop_assert_eq!(both.closing(), later.closing());
        prop_assert_eq!(both.charge, earlier.charge + later.charge);
        prop_assert_eq!(both.closing(), ledger.balance(between.plus(second)));
        prop_assert_eq!(earlier.opening, ledger.balance(from.plus(-1)));
    }

    #[test]
    fn no_more_is_written_off_than_there_is((terms, entry) in entries()) {
        let ledger = Ledger::new(&terms, &entry).unwrap();
        let changes_salvage = !entry.events.is_empty() || matches!(entry.plan, Plan::Macrs(_));
        for Posting { month, closing, .. } in ledger.schedule() {
            prop_assert!(closing.cost >= Decimal::ZERO && closing.impairment >= Decimal::ZERO, "{month} {closing:?}");
            prop_assert!(closing.accumulated >= Decimal::ZERO, "{month} {closing:?}");
            prop_assert!(closing.book_value() >= Decimal::ZERO, "{month} {closing:?}");
            let least = if changes_salvage || closing.cost.is_zero() { Decimal::ZERO } else { entry.salvage };
            prop_assert!(closing.accumulated <= closing.cost - least, "{month} {closing:?}");
            prop_assert_eq!(closing.book_value(), closing.cost - closing.accumulated - closing.impairment);
            prop_assert_eq!(ledger.book_value(month.last_day()), closing.book_value());
        }
    }

    /// All that was paid is charged, lost, gone with what was disposed of, or still there.
    #[test]
    fn no_cent_is_lost((terms, entry) in entries()) {
        let ledger = Ledger::new(&terms, &entry).unwrap();
        let schedule = ledger.schedule();
        let charged: Decimal = schedule.iter().map(|posting| posting.charge).sum();
        let impaired: Decimal = schedule.iter().map(|posting| posting.impairment).sum();
        let gone: Decimal = ledger.disposals().iter().map(|disposal| disposal.removed.book_value()).sum();
        let before = entry.opening.map_or(Decimal::ZERO, |opening| opening.accumulated);
        let end = schedule.last().unwrap();
        prop_assert_eq!(before + charged + impaired + gone + end.closing.book_value(), entry.cost.amount);
        // Nothing follows the schedule.
        prop_assert_eq!(ledger.balance(end.month.plus(50)), end.closing);
        prop_assert_eq!(ledger.charge(end.month.next()), Decimal::ZERO);
        prop_assert_eq!(ledger.balance(schedule[0].month.plus(-1)), forecasting::depreciation::Balance::default());
    }

    #[test]
    fn what_was_posted_stays((terms, entry) in entries()) {
        let whole = Ledger::new(&terms, &entry).unwrap();
        for event in &entry.events {
            let known: Vec<Event> =
                entry.events.iter().filter(|other| shows_in(&entry, other) < shows_in(&entry, event)).copied().collect();
            let earlier = Ledger::new(&terms, &Entry { events: known, ..entry.clone() }).unwrap();
            let last = shows_in(&entry, event).plus(-1);
            prop_assert_eq!(whole.balance(last), earlier.balance(last));
            for month in Month::of(entry.in_service).range(last.since(Month::of(entry.in_service)).max(0) as u32) {
                prop_assert_eq!(whole.posting(month), earlier.posting(month));
            }
        }
    }

    /// Without events a ledger is the depreciation of its rule.
    #[test]
    fn an_uneventful_ledger_follows_the_rule((terms, entry) in entries(), day in dates()) {
        let Plan::Rule(rule) = entry.plan else { return Ok(()) };
        let entry = Entry { opening: None, posted_from: None, events: Vec::new(), ..entry };
        let terms = BookTerms { sharing: PeriodSharing::EqualPeriods, ..terms };
        let basis = Basis { cost: entry.cost, salvage: entry.salvage, in_service: entry.in_service, disposed: None };
        let depreciation = Depreciation::new(&rule, &basis, &terms.calendar).unwrap();
        let plain = Ledger::new(&terms, &entry).unwrap();
        // An event that changes nothing sends the same through the other way of posting.
        let same = Change::LifeChange { life_months: rule.life_months, salvage: None };
        let end = depreciation.schedule().last().unwrap().month;
        let late = Event { date: end.plus(3).first_day(), posted_from: None, change: same };
        let posted = Ledger::new(&terms, &Entry { events: vec![late], ..entry.clone() }).unwrap();
        prop_assert_eq!(plain.book_value(day), depreciation.book_value(day));
        // Where a declining balance never switches, the event writes off what life left.
        let day = day.min(end.last_day());
        prop_assert_eq!(posted.book_value(day), depreciation.book_value(day));
        for charge in depreciation.schedule() {
            for ledger in [&plain, &posted] {
                let posting = ledger.posting(charge.month);
                prop_assert_eq!(posting.charge, charge.amount);
                prop_assert_eq!(posting.closing.book_value(), charge.book_value);
            }
        }
        let months = Month::of(day).range(30);
        let one_by_one: Vec<Decimal> = months.map(|month| plain.charge(month)).collect();
        prop_assert_eq!(plain.charges(Month::of(day), 30), one_by_one);
    }

    /// However a disposal is posted, its convention says what is depreciated in all.
    #[test]
    fn a_disposal_follows_its_convention((terms, entry) in entries(), days in 0..3_000_u64) {
        let Plan::Rule(rule) = entry.plan else { return Ok(()) };
        let terms = BookTerms { sharing: PeriodSharing::EqualPeriods, ..terms };
        let disposed = entry.in_service + Days::new(days);
        let event = Event { date: disposed, posted_from: None, change: sale(Portion::All, 0) };
        let entry = Entry { opening: None, posted_from: None, events: vec![event], ..entry };
        let basis =
            Basis { cost: entry.cost, salvage: entry.salvage, in_service: entry.in_service, disposed: Some(disposed) };
        let known = Depreciation::new(&rule, &basis, &terms.calendar).unwrap();
        let ledger = Ledger::new(&terms, &entry).unwrap();
        // Rounded month by month, what a convention takes back is not what those months were rounded to.
        let takes_back = matches!(rule.convention, Convention::HalfYear | Convention::MidQuarter);
        let by_month = takes_back && rule.rounding == Rounding::LastPeriod;
        let slack = if by_month { cents(i64::from(rule.life_months) / 2 + 6) } else { Decimal::ZERO };
        let removed = ledger.disposals()[0].removed;
        prop_assert!((removed.accumulated - known.accumulated(Month::of(disposed))).abs() <= slack);
        prop_assert_eq!(ledger.disposals()[0].gain, -removed.book_value());
        prop_assert_eq!(ledger.book_value(disposed), Decimal::ZERO);
        prop_assert_eq!(ledger.balance(Month::of(disposed)), forecasting::depreciation::Balance::default());
    }

    /// What was closed stays closed, and from the open month on all is as if it had been entered in time.
    #[test]
    fn a_late_entry_catches_up((terms, entry) in entries(), late in 0..40_i32) {
        let terms = BookTerms { sharing: PeriodSharing::EqualPeriods, ..terms };
        let open = Month::of(entry.in_service).plus(late);
        let in_time = Entry { posted_from: None, opening: None, events: Vec::new(), ..entry };
        let entered_late = Entry { posted_from: Some(open), ..in_time.clone() };
        let (in_time, entered_late) =
            (Ledger::new(&terms, &in_time).unwrap(), Ledger::new(&terms, &entered_late).unwrap());
        prop_assert_eq!(entered_late.balance(open.plus(-1)), forecasting::depreciation::Balance::default());
        for month in open.range(100) {
            prop_assert_eq!(entered_late.balance(month), in_time.balance(month));
        }
        prop_assert_eq!(entered_late.charge(open), in_time.balance(open).accumulated);
    }

    /// Sharing by weeks moves charges within a fiscal year and never out of it.
    #[test]
    fn weeks_share_what_the_year_charges((terms, entry) in entries()) {
        let entry = Entry { events: Vec::new(), ..entry };
        let equal = Ledger::new(&BookTerms { sharing: PeriodSharing::EqualPeriods, ..terms.clone() }, &entry).unwrap();
        let weeks = Ledger::new(&BookTerms { sharing: PeriodSharing::Weeks, ..terms.clone() }, &entry).unwrap();
        let first = terms.calendar.fiscal_year_of(Month::of(entry.in_service));
        for year in first..first + 12 {
            let last = terms.calendar.first_month(year).plus(11);
            prop_assert_eq!(equal.balance(last), weeks.balance(last));
        }
    }
}

#[test]
fn a_part_leaves_and_the_rest_goes_on() {
    let mut entry = straight(12_000, 1_200, "2026-01-01");
    entry.events = vec![event("2027-01-15", sale(Portion::Quantity { disposed: 5, held: 20 }, 2_000))];
    let ledger = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    assert_eq!(ledger.charge(month("2026-12")), Decimal::from(180));
    // Three quarters of 180: by the full-month convention the month of disposal charges nothing for what leaves.
    assert_eq!(ledger.charge(month("2027-01")), Decimal::from(135));
    let disposal = ledger.disposals()[0];
    assert_eq!(
        (disposal.removed.cost, disposal.removed.accumulated),
        (Decimal::from(3_000), Decimal::from(540))
    );
    assert_eq!(disposal.gain, Decimal::from(2_000 - 2_460));
    assert_eq!(ledger.book_value(date("2027-01-14")), Decimal::from(9_840));
    assert_eq!(ledger.book_value(date("2027-01-15")), Decimal::from(7_380));
    assert_eq!(ledger.schedule().last().unwrap().closing.book_value(), Decimal::from(900));
    // A share of the cost says the same.
    entry.events = vec![event("2027-01-15", sale(Portion::Cost(Decimal::from(3_000)), 2_000))];
    let by_cost = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    assert_eq!(by_cost.schedule(), ledger.schedule());
}

#[test]
fn an_asset_is_taken_over_in_the_middle_of_its_life() {
    let mut entry = straight(12_000, 1_200, "2026-01-01");
    entry.opening = Some(Opening { month: month("2028-01"), accumulated: Decimal::from(5_400) });
    let ledger = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    // 5,400 of 10,800 are left for 36 of 60 months.
    assert_eq!(ledger.charge(month("2028-01")), Decimal::from(150));
    assert_eq!(ledger.book_value(date("2027-12-31")), Decimal::ZERO);
    assert_eq!(ledger.book_value(date("2028-01-01")), Decimal::from(6_600));
    let movements = ledger.movements(month("2028-01"), month("2028-12"));
    assert_eq!(movements.added.book_value(), Decimal::from(6_600));
    assert_eq!(movements.charge, Decimal::from(1_800));
    assert_eq!(ledger.schedule().len(), 36);
}

#[test]
fn a_disposal_that_became_known_late_takes_back_what_was_charged_since() {
    let mut entry = straight(12_000, 1_200, "2026-01-01");
    let change = sale(Portion::All, 0);
    entry.events = vec![Event { date: date("2026-10-05"), posted_from: Some(month("2027-02")), change }];
    let ledger = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    assert_eq!(ledger.charge(month("2026-12")), Decimal::from(180), "closed months stay");
    assert_eq!(ledger.charge(month("2027-02")), Decimal::from(-4 * 180));
    assert_eq!(ledger.disposals()[0].removed.accumulated, Decimal::from(9 * 180));
    assert_eq!(ledger.book_value(date("2027-01-31")), Decimal::from(12_000 - 13 * 180));
    assert_eq!(ledger.book_value(date("2027-02-01")), Decimal::ZERO);
}

#[test]
fn a_life_that_is_over_is_charged_in_the_next_month() {
    let mut entry = straight(12_000, 0, "2026-01-01");
    entry.events = vec![event("2027-01-01", Change::LifeChange { life_months: 6, salvage: None })];
    let ledger = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    assert_eq!(ledger.charge(month("2027-01")), Decimal::from(9_600));
    assert_eq!(ledger.schedule().len(), 13);
}

#[test]
fn an_event_on_the_last_day_follows_the_charge_of_the_month() {
    let mut entry = straight(12_000, 0, "2026-01-01");
    let impairment = Change::Impairment { recoverable: Decimal::from(4_800), salvage: None };
    entry.events = vec![event("2026-12-31", impairment)];
    let ledger = Ledger::new(&terms(BookKind::Ifrs), &entry).unwrap();
    let posting = ledger.posting(month("2026-12"));
    assert_eq!((posting.charge, posting.impairment), (Decimal::from(200), Decimal::from(4_800)));
    assert_eq!(ledger.charge(month("2027-01")), Decimal::from(100));
}

#[test]
fn weeks_cost_the_same_in_a_year_of_weeks() {
    let calendar = |long: &[i32]| {
        let long = long.iter().copied().collect();
        FiscalCalendar::weeks(2, LabelBy::StartYear, Pattern::Weeks445, date("2026-02-01"), long).unwrap()
    };
    let entry = straight(12_000, 1_200, "2026-02-01");
    let charges = |sharing, long: &[i32]| {
        let terms = BookTerms { sharing, calendar: calendar(long), ..terms(BookKind::Book) };
        let mut book: Book<&str, &str> = Book::new(terms).unwrap();
        book.enter("server", "servers", &entry).unwrap();
        book.periods(2026)["servers"].iter().map(|charge| charge.charge).collect::<Vec<_>>()
    };
    assert_eq!(charges(PeriodSharing::EqualPeriods, &[]), vec![Decimal::from(180); 12]);
    let weeks = charges(PeriodSharing::Weeks, &[]);
    assert_eq!(weeks.iter().sum::<Decimal>(), Decimal::from(2_160));
    for (charge, weeks) in weeks.iter().zip([4, 4, 5].into_iter().cycle()) {
        assert!((charge - Decimal::from(2_160 * weeks) / Decimal::from(52)).abs() < cents(1), "{charge}");
    }
    let long = charges(PeriodSharing::Weeks, &[2026]);
    assert_eq!(long.iter().sum::<Decimal>(), Decimal::from(2_160));
    // Six of 53 weeks.
    assert_eq!(long[11], cents(24_453));
}

#[test]
fn a_book_adds_components_and_classes() {
    let mut book: Book<u32, &str> = Book::new(terms(BookKind::Book)).unwrap();
    book.enter(1, "servers", &straight(12_000, 1_200, "2026-01-01")).unwrap();
    let mut memory = straight(600, 0, "2027-01-01");
    if let Plan::Rule(rule) = &mut memory.plan {
        rule.life_months = 12;
    }
    book.enter(1, "servers", &memory).unwrap();
    book.enter(2, "storage", &straight(6_000, 0, "2026-07-01")).unwrap();
    let mut sold = straight(24_000, 0, "2026-01-01");
    sold.events = vec![event("2027-03-10", sale(Portion::All, 20_000))];
    book.enter(3, "servers", &sold).unwrap();

    assert_eq!(book.book_value(&1, date("2027-01-31")), Some(Decimal::from(12_000 - 13 * 180 + 550)));
    assert_eq!(book.book_value(&9, date("2027-01-31")), None);
    let schedule = book.schedule(&1);
    assert_eq!((schedule[0].month, schedule.len()), (month("2026-01"), 60));
    assert_eq!(schedule[12].charge, Decimal::from(230));
    assert_eq!(schedule[12].closing.cost, Decimal::from(12_600));

    let charges = book.charges(month("2027-01"), 3);
    assert_eq!(charges["servers"], [630, 630, 230].map(Decimal::from));
    assert_eq!(charges["storage"], [100, 100, 100].map(Decimal::from));
    let classes = book.roll_forward_periods(2027, 1, 12).unwrap();
    let servers = classes["servers"];
    assert_eq!(servers.opening.cost, Decimal::from(36_000));
    assert_eq!((servers.added.cost, servers.removed.cost), (Decimal::from(600), Decimal::from(24_000)));
    assert_eq!(servers.closing().cost, Decimal::from(12_600));
    assert_eq!(servers.charge, Decimal::from(12 * 180 + 600 + 2 * 400));
    assert_eq!(servers.removed.accumulated, Decimal::from(14 * 400));
    let mut whole = Movements::default();
    classes.into_values().for_each(|class| whole += class);
    assert_eq!(whole.closing().book_value(), Decimal::from(12_000 - 4_320 + 6_000 - 1_800));
    let disposals = book.disposals(month("2027-03"), month("2027-03"));
    assert_eq!(disposals.len(), 1);
    assert_eq!((disposals[0].0, disposals[0].1.gain), (&3, Decimal::from(20_000 - 18_400)));
    let refused = book.roll_forward_periods(2027, 5, 4);
    assert!(matches!(refused, Err(ForecastError::Invalid { field: "period", .. })));
}

#[test]
fn one_asset_stands_in_several_books() {
    let entry = straight(10_000, 1_000, "2026-04-10");
    let tax = Entry {
        plan: Plan::Macrs(Macrs {
            class: MacrsClass::FiveYears,
            convention: MacrsConvention::HalfYear,
            bonus_rate: Decimal::new(4, 1),
        }),
        ..entry.clone()
    };
    let own = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    let for_tax = Ledger::new(&terms(BookKind::Tax), &tax).unwrap();
    assert_eq!(own.book_value(date("2026-12-31")), Decimal::from(8_650));
    // 40 % at once, and a fifth of the rest over nine months; salvage is ignored.
    assert_eq!(for_tax.charge(month("2026-04")), cents(413_333));
    assert_eq!(for_tax.book_value(date("2026-12-31")), Decimal::from(4_800));
    assert_eq!(for_tax.schedule().last().unwrap().closing.book_value(), Decimal::ZERO);
    assert_eq!(for_tax.schedule().last().unwrap().month, month("2031-12"));
    let refused = Ledger::new(&terms(BookKind::Ifrs), &tax).unwrap_err().to_string();
    assert_eq!(refused, "bonus_rate \"0.4\" is not usable: only a tax book deducts a bonus");
}

#[test]
fn a_tax_disposal_counts_to_the_middle_of_its_year() {
    let mut entry = straight(10_000, 0, "2026-02-10");
    entry.plan = Plan::Macrs(Macrs {
        class: MacrsClass::FiveYears,
        convention: MacrsConvention::HalfYear,
        bonus_rate: Decimal::ZERO,
    });
    entry.events = vec![event("2027-11-01", sale(Portion::All, 0))];
    let ledger = Ledger::new(&terms(BookKind::Tax), &entry).unwrap();
    assert_eq!(ledger.disposals()[0].removed.accumulated, Decimal::from(2_000 + 1_600));
    let year = ledger.movements(month("2027-01"), month("2027-12"));
    assert_eq!(year.charge, Decimal::from(1_600));
    assert!(ledger.charge(month("2027-11")) < Decimal::ZERO, "ten twelfths were posted by then");
}

/// The field that a refusal names.
fn refused(terms: &BookTerms, entry: &Entry) -> &'static str {
    match Ledger::new(terms, entry).unwrap_err() {
        ForecastError::Invalid { field, .. } | ForecastError::OutOfRange { field } => field,
        ForecastError::CurrencyMismatch { .. } => "currency",
        error => panic!("{error}"),
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let book = terms(BookKind::Tax);
    let plain = straight(12_000, 1_200, "2026-01-01");
    let with = |events: Vec<Event>| refused(&book, &Entry { events, ..plain.clone() });
    let impairment = |recoverable, salvage| Change::Impairment {
        recoverable: Decimal::from(recoverable),
        salvage: Some(Decimal::from(salvage)),
    };
    let life = |life_months| Change::LifeChange { life_months, salvage: None };
    let all = || event("2027-01-01", sale(Portion::All, 0));

    assert_eq!(with(vec![event("2025-12-31", life(72))]), "event.date");
    assert_eq!(with(vec![all(), event("2027-01-02", life(72))]), "event.date");
    assert_eq!(with(vec![all(), all()]), "event.date");
    assert_eq!(with(vec![event("2027-01-01", life(0))]), "event.life_months");
    assert_eq!(with(vec![event("2027-01-01", impairment(9_840, 0))]), "event.recoverable");
    assert_eq!(with(vec![event("2027-01-01", impairment(-1, 0))]), "event.recoverable");
    assert_eq!(with(vec![event("2027-01-01", impairment(500, 501))]), "event.salvage");
    let pieces = |disposed, held| sale(Portion::Quantity { disposed, held }, 0);
    assert_eq!(with(vec![event("2027-01-01", pieces(3, 2))]), "portion.disposed");
    assert_eq!(with(vec![event("2027-01-01", pieces(0, 0))]), "portion.disposed");
    let cost = |cost| sale(Portion::Cost(cost), 0);
    assert_eq!(with(vec![event("2027-01-01", cost(Decimal::from(12_001)))]), "portion.cost");
    assert_eq!(with(vec![event("2027-01-01", cost(Decimal::ZERO))]), "portion.cost");

    let opening = |day, accumulated| {
        let opening = Opening { month: month(day), accumulated: Decimal::from(accumulated) };
        refused(&book, &Entry { opening: Some(opening), ..plain.clone() })
    };
    assert_eq!(opening("2025-12", 0), "opening.month");
    assert_eq!(opening("2027-01", 10_801), "opening.accumulated");
    assert_eq!(refused(&book, &Entry { salvage: Decimal::NEGATIVE_ONE, ..plain.clone() }), "salvage");
    let euro = Money::new(Decimal::ONE_HUNDRED, Currency::EUR);
    assert_eq!(refused(&book, &Entry { cost: euro, ..plain.clone() }), "currency");

    let plan = Plan::Macrs(Macrs {
        class: MacrsClass::FiveYears,
        convention: MacrsConvention::HalfYear,
        bonus_rate: Decimal::ZERO,
    });
    let by_tables = |events| refused(&book, &Entry { plan, events, ..plain.clone() });
    assert_eq!(by_tables(vec![event("2027-01-01", life(72))]), "event.life_months");
    assert_eq!(by_tables(vec![event("2027-01-01", impairment(1, 0))]), "event.impairment");
}

fn extreme_decimals() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        Just(Decimal::MAX),
        Just(Decimal::MIN),
        Just(LIMIT),
        Just(Decimal::new(1, 28)),
        (any::<i64>(), 0..28_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        (0..200_000_i64).prop_map(cents),
    ]
}

fn extreme_dates() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![
        Just(NaiveDate::MIN),
        Just(NaiveDate::MAX),
        Just(date("9800-12-31")),
        Just(date("0001-01-01")),
        dates(),
        dates(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn enormous_input_never_ends_the_program(
        plan in plans(), numbers in prop::collection::vec(extreme_decimals(), 7),
        days in prop::collection::vec(extreme_dates(), 5), calendar in calendars(), by_weeks in any::<bool>(),
        taken_over in any::<bool>(), late in any::<bool>(), life_months in any::<u32>(), held in any::<u32>(),
    ) {
        let sharing = if by_weeks { PeriodSharing::Weeks } else { PeriodSharing::EqualPeriods };
        let terms = BookTerms { kind: BookKind::Tax, currency: Currency::USD, calendar, sharing };
        let sale = Disposal { proceeds: numbers[4], cost_of_sale: numbers[5] };
        let changes = [
            Change::Impairment { recoverable: numbers[2], salvage: Some(numbers[3]) },
            Change::LifeChange { life_months, salvage: Some(numbers[3]) },
            Change::Disposal { portion: Portion::Quantity { disposed: life_months, held }, sale },
            Change::Disposal { portion: Portion::Cost(numbers[6]), sale },
            Change::Disposal { portion: Portion::All, sale },
        ];
        for change in changes {
            let entry = Entry {
                plan,
                cost: Money::new(numbers[0], Currency::USD),
                salvage: numbers[1],
                in_service: days[0],
                opening: taken_over.then(|| Opening { month: Month::of(days[1]), accumulated: numbers[1] }),
                posted_from: late.then(|| Month::of(days[2])),
                events: vec![Event { date: days[3], posted_from: None, change }],
            };
            if let Ok(ledger) = Ledger::new(&terms, &entry) {
                ledger.book_value(days[4]);
                ledger.posting(Month::of(days[4]));
                let movements = ledger.movements(Month::of(days[2]), Month::of(days[4]));
                prop_assert_eq!(movements.closing().cost, movements.closing().cost.abs());
            }
        }
    }
}
