//! The calendar feed of the demo estate, as programs that subscribe to it read it.

use std::collections::BTreeMap;

use api::{
    access::{Caller, Permission, Role},
    contracts::feed,
    demo::Scale,
    scenarios::Overlay,
};
use chrono::{DateTime, Days, Utc};
use icalendar::{Calendar, Component};
use support::{TestApp, on_both_engines};

use super::{load, now};

/// Summary, day and description of every event, by its id.
type Events = BTreeMap<String, (String, String, String)>;

async fn fetched(app: &TestApp, now: DateTime<Utc>) -> Events {
    let caller = Caller { now, ..app.caller(Role::Director) };
    let reader = app.store().read(&caller, Permission::ViewContracts).unwrap();
    let text = feed::of(&reader, &caller, Overlay::none()).await.unwrap();
    let calendar: Calendar = text.parse().unwrap();
    let mut events = Events::new();
    for event in calendar.events() {
        let uid = event.get_uid().unwrap().to_owned();
        let day = event.property_value("DTSTART").unwrap().to_owned();
        let description = event.get_description().unwrap().to_owned();
        let what = (event.get_summary().unwrap().to_owned(), day, description);
        if let Some(other) = events.insert(uid.clone(), what.clone()) {
            panic!("{uid} is both {other:?} and {what:?}");
        }
    }
    events
}

#[test]
fn every_event_of_the_feed_has_an_id_of_its_own_that_stays() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        let first = fetched(app, now()).await;
        let rises: Vec<&str> = first
            .values()
            .filter(|(summary, ..)| summary == "Price changes: support contract SUP-WORKPLACE-2026")
            .map(|(_, day, _)| day.as_str())
            .collect();
        assert!(rises.contains(&"20270101") && rises.contains(&"20280101"), "{rises:?}");
        let later = fetched(app, now() + Days::new(1)).await;
        let begins = (now().date_naive() - Days::new(30)).format("%Y%m%d").to_string();
        for (uid, (summary, day, _)) in &first {
            match later.get(uid) {
                Some((now_summary, now_day, _)) => {
                    assert_eq!((now_summary, now_day), (summary, day), "{uid}");
                }
                None => assert!(*day < begins, "{summary} of {day} has another id on the next day"),
            }
        }
    });
}

#[test]
fn amounts_in_the_feed_have_the_decimals_of_their_currency() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        let mut count = 0;
        for (summary, _, description) in fetched(app, now()).await.values() {
            let Some((_, rest)) = description.split_once("Silence costs ") else { continue };
            let amount = rest.strip_prefix("about ").unwrap_or(rest)[4..].to_owned();
            let amount: String =
                amount.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
            let (_, decimals) = amount.strip_suffix('.').unwrap().split_once('.').unwrap_or_default();
            assert_eq!(decimals.len(), 2, "{summary}: {description}");
            count += 1;
        }
        assert!(count > 2, "{count} events say what silence costs");
    });
}
