//! Books by example.

use crate::entries::*;
use forecasting::ForecastError;
use forecasting::depreciation::{
    Book, BookKind, BookTerms, Change, Entry, Event, Ledger, Macrs, MacrsClass, MacrsConvention, Movements,
    Opening, PeriodSharing, Plan, Portion,
};
use forecasting::month::{FiscalCalendar, LabelBy, Pattern};
use rust_decimal::Decimal;

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
fn an_impairment_that_became_known_late_is_caught_up() {
    let mut entry = straight(12_000, 1_200, "2026-04-10");
    let change = Change::Impairment { recoverable: Decimal::from(5_000), salvage: Some(Decimal::from(500)) };
    entry.events = vec![Event { date: date("2028-01-01"), posted_from: Some(month("2028-04")), change }];
    let late = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    for closed in ["2028-01", "2028-02", "2028-03"] {
        assert_eq!(late.charge(month(closed)), Decimal::from(180), "closed months stay");
    }
    // Three months at 115.38, in all 346.15, were charged 540.00.
    let caught_up = late.catch_ups();
    assert_eq!((caught_up.len(), caught_up[0].month), (1, month("2028-04")));
    assert_eq!(
        (caught_up[0].charge, caught_up[0].impairment),
        (cents(34_615 - 54_000), Decimal::from(3_220))
    );
    let open = late.posting(month("2028-04"));
    assert_eq!((open.charge, open.impairment), (cents(11_539 - 19_385), Decimal::from(3_220)));
    assert_eq!(late.book_value(date("2028-03-31")), Decimal::from(8_220 - 540));
    assert_eq!(late.book_value(date("2028-04-01")), cents(500_000 - 34_615), "all of it at once");
    entry.events[0].posted_from = None;
    let in_time = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    assert!(in_time.catch_ups().is_empty());
    for open in month("2028-04").range(60) {
        assert_eq!(late.balance(open), in_time.balance(open), "{open}");
    }
}

#[test]
fn another_life_that_became_known_late_is_caught_up_in_what_is_left() {
    let mut entry = straight(12_000, 1_200, "2026-04-10");
    let longer = Change::LifeChange { life_months: 72, salvage: None };
    entry.events = vec![
        Event { date: date("2028-01-01"), posted_from: Some(month("2028-07")), change: longer },
        event("2028-05-15", sale(Portion::Share(cents(50)), 0)),
    ];
    let ledger = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    let left = ledger.disposals()[0].removed;
    assert_eq!(left.accumulated, Decimal::from(25 * 90), "what left before stays as it was posted");
    // Half of six months of which each was charged 180.00 and not 137.65.
    assert_eq!(ledger.catch_ups()[0].charge, cents(41_294 - 54_000));
    assert_eq!(ledger.charge(month("2028-07")), cents(41_294 - 54_000 + 6_882));
    assert_eq!(ledger.schedule().last().unwrap().closing.book_value(), Decimal::from(600));
    // An entry that is late itself says so too.
    let late = Entry {
        posted_from: Some(month("2026-09")),
        events: Vec::new(),
        ..straight(12_000, 1_200, "2026-04-10")
    };
    let ledger = Ledger::new(&terms(BookKind::Book), &late).unwrap();
    assert_eq!(ledger.catch_ups()[0].charge, Decimal::from(5 * 180));
    assert_eq!(ledger.book_value(date("2026-09-01")), Decimal::from(12_000 - 5 * 180));
}

#[test]
fn a_late_event_may_leave_an_earlier_impairment_less_to_take() {
    let mut entry = straight(12_000, 1_200, "2026-04-10");
    let impairment =
        Change::Impairment { recoverable: Decimal::from(8_000), salvage: Some(Decimal::from(7_500)) };
    let shorter = Change::LifeChange { life_months: 30, salvage: None };
    entry.events = vec![
        event("2028-01-01", impairment),
        Event { date: date("2026-10-01"), posted_from: Some(month("2028-03")), change: shorter },
    ];
    let ledger = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    assert_eq!(ledger.posting(month("2028-01")).impairment, Decimal::from(220));
    assert_eq!(
        ledger.posting(month("2028-03")).impairment,
        Decimal::from(-220),
        "by then it was worth less anyway"
    );
    assert!(ledger.schedule().iter().all(|posting| posting.closing.book_value() >= Decimal::from(1_200)));
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

#[test]
fn another_life_is_the_same_however_it_is_said() {
    let mut entry = straight(12_000, 1_200, "2026-04-10");
    let of = |change| {
        let entry = Entry { events: vec![event("2028-01-01", change)], ..entry.clone() };
        Ledger::new(&terms(BookKind::Book), &entry).unwrap().schedule()
    };
    let whole = of(Change::LifeChange { life_months: 72, salvage: None });
    assert_eq!(of(Change::AddedLife { months: 12, salvage: None }), whole);
    assert_eq!(of(Change::RemainingLife { months: 51, salvage: None }), whole);
    let short = of(Change::RemainingLife { months: 1, salvage: None });
    assert_eq!(short.len(), 22, "all that is left is charged in the month");
    assert_eq!(short[21].closing.book_value(), Decimal::from(1_200));
    entry.events = vec![
        event("2028-01-01", Change::RemainingLife { months: 10, salvage: None }),
        event("2028-03-01", Change::AddedLife { months: 5, salvage: None }),
    ];
    let both = Ledger::new(&terms(BookKind::Book), &entry).unwrap().schedule();
    assert_eq!(both.len(), 21 + 15);
    for (change, field) in [
        (Change::RemainingLife { months: 0, salvage: None }, "event.remaining_months"),
        (Change::AddedLife { months: -60, salvage: None }, "event.added_months"),
    ] {
        entry.events = vec![event("2028-01-01", change)];
        match Ledger::new(&terms(BookKind::Book), &entry) {
            Err(ForecastError::Invalid { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_share_leaves_as_its_cost_does() {
    let mut entry = straight(12_000, 1_200, "2026-01-01");
    entry.events = vec![event("2027-01-15", sale(Portion::Share(cents(25)), 2_000))];
    let by_share = Ledger::new(&terms(BookKind::Book), &entry).unwrap().schedule();
    assert_eq!(entry.left(), None, "something is left");
    entry.events = vec![event("2027-01-15", sale(Portion::Cost(Decimal::from(3_000)), 2_000))];
    assert_eq!(Ledger::new(&terms(BookKind::Book), &entry).unwrap().schedule(), by_share);
    for share in [Decimal::ZERO, Decimal::TWO, Decimal::NEGATIVE_ONE] {
        entry.events = vec![event("2027-01-15", sale(Portion::Share(share), 0))];
        assert!(Ledger::new(&terms(BookKind::Book), &entry).is_err(), "{share}");
    }
    entry.events = vec![event("2027-01-15", sale(Portion::All, 0))];
    assert_eq!(entry.left(), Some(date("2027-01-15")));
}

#[test]
fn what_serves_may_be_depreciated_from_a_later_day() {
    let mut entry = straight(12_000, 1_200, "2026-01-10");
    entry.depreciable_from = Some(date("2026-04-10"));
    let ledger = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    assert_eq!(ledger.balance(month("2026-01")).cost, Decimal::from(12_000), "it stands in the books");
    assert_eq!(ledger.charge(month("2026-03")), Decimal::ZERO);
    let later = Ledger::new(&terms(BookKind::Book), &straight(12_000, 1_200, "2026-04-10")).unwrap();
    assert_eq!(ledger.charges(month("2026-04"), 70), later.charges(month("2026-04"), 70));
    entry.depreciable_from = Some(date("2026-01-09"));
    assert!(Ledger::new(&terms(BookKind::Book), &entry).is_err(), "before it serves");
}

#[test]
fn leaving_something_behind_writes_off_what_it_does_not_bring() {
    let ledger = Ledger::new(&terms(BookKind::Book), &straight(12_000, 1_200, "2026-01-01")).unwrap();
    let balance = ledger.balance_on(date("2026-12-31"));
    let found = balance.write_off(cents(10), terms(BookKind::Book).currency).unwrap();
    assert_eq!((found.book_value, found.proceeds), (Decimal::from(9_840), Decimal::from(984)));
    assert_eq!(found.loss, Decimal::from(8_856));
    assert!(balance.write_off(Decimal::NEGATIVE_ONE, terms(BookKind::Book).currency).is_err());
}

/// What turns out to have been in service since another day.
fn served_since(day: &str, known: &str) -> Ledger {
    let change = Change::Service { in_service: date(day) };
    let entry = Entry { events: vec![event(known, change)], ..straight(12_000, 1_200, "2026-04-10") };
    Ledger::new(&terms(BookKind::Book), &entry).unwrap()
}

#[test]
fn another_first_day_of_service_is_caught_up_whichever_way_it_lies() {
    let earlier = served_since("2026-01-10", "2026-07-01");
    assert_eq!(earlier.charge(month("2026-06")), Decimal::from(180), "closed months stay");
    assert_eq!(earlier.charge(month("2026-07")), Decimal::from(180 + 3 * 180));
    assert_eq!(earlier.schedule().last().unwrap().month, month("2030-12"));
    let movements = earlier.movements(month("2026-07"), month("2026-12"));
    assert_eq!(movements.caught_up.accumulated, Decimal::from(3 * 180));
    assert_eq!(movements.charge, Decimal::from(6 * 180 + 3 * 180));
    assert_eq!(movements.times(2).caught_up.accumulated, Decimal::from(6 * 180));
    assert_eq!(movements.closing(), earlier.balance(month("2026-12")));

    let later = served_since("2026-09-05", "2026-07-15");
    let charges = later.charges(month("2026-06"), 4);
    assert_eq!(
        charges,
        [180, -3 * 180, 0, 180].map(Decimal::from),
        "June stays, July takes back April to June"
    );
    assert_eq!(
        later.balance(month("2026-08")).cost,
        Decimal::from(12_000),
        "the cost stays where it was entered"
    );
    assert_eq!(later.catch_ups()[0].charge, Decimal::from(-3 * 180));
    assert_eq!(later.schedule().last().unwrap().closing.book_value(), Decimal::from(1_200));
}

#[test]
fn the_last_day_of_service_that_became_known_counts() {
    let again = |day, known| event(known, Change::Service { in_service: date(day) });
    let mut entry = straight(12_000, 1_200, "2026-04-10");
    entry.events = vec![again("2026-02-10", "2026-09-01"), again("2026-01-10", "2026-07-01")];
    let ledger = Ledger::new(&terms(BookKind::Book), &entry).unwrap();
    let caught_up: Vec<_> = ledger.catch_ups().iter().map(|one| (one.month, one.charge)).collect();
    assert_eq!(
        caught_up,
        [(month("2026-07"), Decimal::from(3 * 180)), (month("2026-09"), Decimal::from(-180))]
    );
    assert_eq!(entry.service_known(), Some((date("2026-09-01"), date("2026-02-10"))));
    // Of two that the same month catches up, the one that happened later counts, whichever day is the later.
    let late = |day, known| Event { posted_from: Some(month("2026-10")), ..again(day, known) };
    let two = vec![late("2026-03-05", "2026-07-01"), late("2026-01-20", "2026-08-01")];
    let both = Entry { events: two, ..entry.clone() };
    assert_eq!(both.service_known(), Some((date("2026-10-01"), date("2026-01-20"))));
    let counted = Ledger::new(&terms(BookKind::Book), &both).unwrap();
    assert_eq!(counted.charge(month("2026-10")), Decimal::from(180 + 3 * 180), "as since January");
    // What has left does not serve since any other day.
    entry.events.push(event("2026-08-20", sale(Portion::All, 0)));
    let refusal = Ledger::new(&terms(BookKind::Book), &entry).unwrap_err().to_string();
    assert!(refusal.contains("nothing happens after all was disposed of"), "{refusal}");
}
