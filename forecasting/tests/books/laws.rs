//! What is posted stays, roll-forwards foot, and no cent is lost.

use crate::entries::*;
use crate::estate::{dates, months};
use chrono::Days;
use forecasting::depreciation::{
    Basis, BookTerms, Change, Convention, Depreciation, Entry, Event, Ledger, PeriodSharing, Plan, Portion,
    Posting,
};
use forecasting::money::Rounding;
use forecasting::month::Month;
use forecasting::roadmap::{Category, MoneyView, Window, ledger_flows};
use proptest::prelude::*;
use rust_decimal::Decimal;

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

    /// What became known late ends in what it would have come to in time, and closed months stay as they were.
    #[test]
    fn what_became_known_late_is_caught_up(
        (terms, entry) in entries(), months in prop::collection::vec(0..60_i32, 6), opens in 0..60_i32,
    ) {
        // What leaves late leaves late; everything else ends as it would have.
        let mut in_time = Entry { posted_from: None, ..entry };
        in_time.events.retain(|event| !matches!(event.change, Change::Disposal { .. }));
        in_time.events.iter_mut().for_each(|event| event.posted_from = None);
        let Ok(known) = Ledger::new(&terms, &in_time) else { return Ok(()) };
        let mut late = in_time.clone();
        for (event, months) in late.events.iter_mut().zip(months) {
            event.posted_from = Some(Month::of(event.date).plus(months));
        }
        let Ok(ledger) = Ledger::new(&terms, &late) else { return Ok(()) };
        let first = Month::of(late.in_service);
        let posted = |event: &Event| shows_in(&late, event);
        let last = late.events.iter().map(posted).fold(first, Month::max);
        for month in last.range(150) {
            prop_assert_eq!(ledger.balance(month), known.balance(month), "{} after {}", month, last);
        }
        let end = last.max(known.schedule().last().unwrap().month).plus(1);
        let (whole, as_known) = (ledger.movements(first, end), known.movements(first, end));
        prop_assert_eq!(whole.charge, as_known.charge);
        prop_assert_eq!(whole.impairment, as_known.impairment);
        // A closed month has what was known in it, and the open one all that it lacked.
        let open = first.plus(opens);
        let before: Vec<Event> = late.events.iter().filter(|event| posted(event) < open).copied().collect();
        let earlier = Ledger::new(&terms, &Entry { events: before, ..late.clone() }).unwrap();
        for month in first.range(opens.unsigned_abs()) {
            prop_assert_eq!(ledger.posting(month), earlier.posting(month));
        }
        for one in ledger.catch_ups() {
            let now: Vec<Event> = late.events.iter().filter(|event| posted(event) <= one.month).copied().collect();
            let before: Vec<Event> = now.iter().filter(|event| posted(event) < one.month).copied().collect();
            let closed = one.month.plus(-1);
            let in_time = now.iter().map(|event| Event { posted_from: None, ..*event }).collect();
            let balance = |events| Ledger::new(&terms, &Entry { events, ..late.clone() }).map(|one| one.balance(closed));
            let Ok(should) = balance(in_time) else { continue };
            let was = balance(before).unwrap();
            prop_assert_eq!(one.charge, should.accumulated - was.accumulated);
            prop_assert_eq!(one.impairment, should.impairment - was.impairment);
        }
    }

    /// From the month in which another first day of service is known, all is as if it had been known in time.
    #[test]
    fn another_first_day_of_service_ends_as_it_would_have(
        (terms, entry) in entries(), known in 1..80_i32, shift in -400..400_i64,
    ) {
        let plain =
            Entry { opening: None, posted_from: None, depreciable_from: None, events: Vec::new(), ..entry };
        let in_service = plain.in_service + chrono::TimeDelta::days(shift);
        let known = Month::of(plain.in_service).plus(known);
        let service = Event { date: known.first_day(), posted_from: None, change: Change::Service { in_service } };
        let corrected = Entry { events: vec![service], ..plain.clone() };
        let in_time = Entry { in_service, ..plain.clone() };
        let (Ok(was), Ok(is), Ok(should)) =
            (Ledger::new(&terms, &plain), Ledger::new(&terms, &corrected), Ledger::new(&terms, &in_time))
        else {
            return Ok(());
        };
        for month in known.range(150) {
            prop_assert_eq!(is.balance(month).accumulated, should.balance(month).accumulated, "{}", month);
        }
        let first = Month::of(plain.in_service);
        for month in first.range(known.since(first).unsigned_abs()) {
            prop_assert_eq!(is.posting(month), was.posting(month));
        }
        let end = is.schedule().last().unwrap().month;
        let whole = is.movements(first, end.max(known));
        prop_assert_eq!(whole.closing(), is.balance(end.max(known)));
        let closed = known.plus(-1);
        let lacks = should.balance(closed).accumulated - was.balance(closed).accumulated;
        prop_assert_eq!(whole.caught_up.accumulated, lacks);
    }

    /// A roadmap charges, loses and is paid what the books post, for each of those that are alike.
    #[test]
    fn a_roadmap_has_what_the_books_post((terms, entry) in entries(), start in -20..60_i32, count in 1..5_u64) {
        let ledger = Ledger::new(&terms, &entry).unwrap();
        let window = Window::new(Month::of(entry.in_service).plus(start), 60).unwrap();
        let span = (window.from(), window.last());
        let flows = ledger_flows(std::slice::from_ref(&ledger), count, terms.currency, window, span).unwrap();
        let row = |view, category| flows.amounts(view, category).unwrap_or_else(|| vec![Decimal::ZERO; 60]);
        let charges = row(MoneyView::Pnl, Category::Depreciation);
        let losses = row(MoneyView::Pnl, Category::Impairment);
        for (place, month) in window.iter().enumerate() {
            let posting = ledger.posting(month);
            prop_assert_eq!(charges[place], posting.charge * Decimal::from(count));
            prop_assert_eq!(losses[place], posting.impairment * Decimal::from(count));
        }
        let gains: Decimal = ledger.disposals().iter().filter(|one| window.position(one.month).is_some()).map(|one| one.gain).sum();
        let lost: Decimal = row(MoneyView::Pnl, Category::Disposal).into_iter().sum();
        prop_assert_eq!(lost, -gains * Decimal::from(count));
        // Two halves of the months are the whole.
        let (middle, mut halves) = (window.from().plus(30), Decimal::ZERO);
        for span in [(span.0, middle.plus(-1)), (middle, span.1)] {
            halves += ledger_flows(std::slice::from_ref(&ledger), count, terms.currency, window, span).unwrap().total(MoneyView::Pnl);
        }
        prop_assert_eq!(halves, flows.total(MoneyView::Pnl));
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
