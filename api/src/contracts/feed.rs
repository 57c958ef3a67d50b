//! The decision calendar as a feed for calendar programs: iCalendar, RFC 5545.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use entity::{contracts::colocation_charge, id::EntityId};
use forecasting::colocation::{AlertTier, EventKind};
use icalendar::{Alarm, Calendar as Feed, Component, Event, EventLike, Property};
use sea_orm::Condition;

use super::calendar::{self, Agreement, Calendar, Entry, Paper, Question};
use crate::{access::Caller, access::Permission, error::Result, scenarios::Overlay, store::Read};

/// Days of the past that a feed shows.
const DAYS_BACK: u64 = 31;

/// Days of the future that a feed shows: three years.
const DAYS_AHEAD: u64 = 1_096;

/// Who makes the feed, for programs that read it.
const MAKER: &str = "-//Plinth//Contract calendar//EN";

/// The feed of all contracts under a scenario, from a month before today to three years after.
///
/// # Errors
/// Those of the database.
pub async fn of(db: &impl Read, caller: &Caller, scenario: Arc<Overlay>) -> Result<String> {
    let today = caller.now.date_naive();
    let question = Question {
        from: today.checked_sub_days(Days::new(DAYS_BACK)).unwrap_or(today),
        to: today.checked_add_days(Days::new(DAYS_AHEAD)).unwrap_or(today),
        as_of: today,
        kinds: None,
        assumed_index_rate: None,
        colocation: Some(Condition::all()),
        support: Some(Condition::all()),
        cloud: caller.may(Permission::ViewCloud),
        offers: true,
        scenario,
    };
    let calendar = calendar::read(db, question).await?;
    Ok(written(&calendar, caller.now, caller.may(Permission::ViewPrices)))
}

/// A calendar in the words of RFC 5545; without what renewals cost for those who may not see prices.
fn written(calendar: &Calendar, now: DateTime<Utc>, sees_prices: bool) -> String {
    let mut feed = Feed::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", MAKER),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", "Contracts"),
    ] {
        feed.append_property(Property::new(name, value));
    }
    let mut given = HashMap::new();
    for entry in &calendar.entries {
        let uid = of_its_own(&mut given, &uid(calendar, entry));
        feed.push(event(calendar, entry, &uid, now, sees_prices));
    }
    feed.to_string()
}

/// By what programs know an event again.
fn uid(calendar: &Calendar, entry: &Entry) -> String {
    let (id, _, _) = of_agreement(calendar, entry.agreement);
    let contract = id.map(|id| id.simple().to_string()).unwrap_or_default();
    format!("{contract}-{}", occasion(calendar, entry))
}

/// An id that no other event has: where several are alike in all that tells them apart, they are counted in their
/// order, for programs show but one of those that share an id.
fn of_its_own(given: &mut HashMap<String, u32>, uid: &str) -> String {
    let times = given.entry(uid.to_owned()).or_default();
    *times += 1;
    if *times == 1 { format!("{uid}@plinth") } else { format!("{uid}-{times}@plinth") }
}

fn event(calendar: &Calendar, entry: &Entry, uid: &str, now: DateTime<Utc>, sees_prices: bool) -> Event {
    let (_, kind, owner) = of_agreement(calendar, entry.agreement);
    let summary = plain(&format!("{}: {kind} {}", phrase(entry.event.kind), entry.label));
    let mut event = Event::new();
    event
        .uid(uid)
        .timestamp(now)
        .starts(entry.event.date)
        .summary(&summary)
        .description(&plain(&description(entry, owner, sees_prices)))
        .add_property("CATEGORIES", entry.event.kind.code())
        .add_property("TRANSP", "TRANSPARENT");
    if entry.event.kind == EventKind::NoticeDeadline {
        for days in AlertTier::DAYS {
            let text = format!("{summary} in {days} days");
            let mut alarm = Alarm::display(&text, chrono::Duration::days(-i64::from(days)));
            let trigger = Property::new("TRIGGER", format!("-P{days}D"));
            alarm.append_property(trigger).timestamp(now).uid(&format!("alarm-{days}-{uid}"));
            event.alarm(alarm);
        }
    }
    event
}

/// The id of what an event belongs to, what that is, and who answers for it.
fn of_agreement(
    calendar: &Calendar,
    agreement: Agreement,
) -> (Option<uuid::Uuid>, &'static str, Option<&str>) {
    match agreement {
        Agreement::Colocation(place) => {
            let contract = calendar.colocation.get(place);
            let owner = contract.and_then(|contract| contract.owner.as_deref());
            (contract.map(|contract| contract.id.uuid()), "colocation contract", owner)
        }
        Agreement::Support(place) => {
            let contract = calendar.support.get(place);
            let owner = contract.and_then(|contract| contract.owner.as_deref());
            (contract.map(|contract| contract.id.uuid()), "support contract", owner)
        }
        Agreement::Cloud(place) => {
            let commitment = calendar.cloud.get(place);
            let owner = commitment.and_then(|commitment| commitment.owner.as_deref());
            (commitment.map(|commitment| commitment.id.uuid()), "cloud commitment", owner)
        }
        Agreement::None => (None, "offer", None),
    }
}

/// What an event is of its contract, by which programs know it again after its day has moved.
fn occasion(calendar: &Calendar, entry: &Entry) -> String {
    let kind = entry.event.kind.code().to_lowercase().replace('_', "-");
    let date = entry.event.date;
    let paper = entry.paper.and_then(|paper| match paper {
        Paper::Invoice(place) => calendar.invoices.get(place).map(|invoice| invoice.id.uuid()),
        Paper::Offer(place) => calendar.offers.get(place).map(|offer| offer.id.uuid()),
    });
    if let Some(paper) = paper {
        return format!("{kind}-{}", paper.simple());
    }
    match (&entry.charge, entry.event.term) {
        (Some(charge), _) => format!("{kind}-{date}-{}", of_charge(charge)),
        // The price of a contract moves on the anniversaries within a term too, once in a year.
        (None, Some(term)) if entry.event.kind == EventKind::Escalation => {
            format!("{kind}-{term}-{}", date.year())
        }
        (None, Some(term)) => format!("{kind}-{term}"),
        (None, None) => format!("{kind}-{date}"),
    }
}

fn of_charge(charge: &colocation_charge::Model) -> String {
    charge.id.uuid().simple().to_string()
}

fn description(entry: &Entry, owner: Option<&str>, sees_prices: bool) -> String {
    let mut lines = vec![sentence(&entry.event.reason)];
    if let Some(deadline) = entry.deadline.filter(|deadline| *deadline != entry.event.date) {
        lines.push(format!("Last day of notice: {deadline}."));
    }
    if let Some(exposure) = &entry.exposure {
        let term = exposure.renewal.term;
        lines.push(silence(term.start, term.end));
        if let Some(cost) = exposure.cost.filter(|_| sees_prices) {
            let about = if exposure.explanation.estimated { "about " } else { "" };
            let cost = cost.in_minor_units();
            lines.push(format!("Silence costs {about}{} {}.", cost.currency.code(), cost.amount));
        }
    }
    lines.push(owner.map_or("Nobody answers for it.".to_owned(), |owner| format!("Owner: {owner}.")));
    lines.join("\n")
}

fn silence(start: NaiveDate, end: NaiveDate) -> String {
    format!("Without notice it renews from {start} to {end}.")
}

fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// Text without the control characters that RFC 5545 forbids.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control() || *letter == '\n').collect()
}

fn phrase(kind: EventKind) -> &'static str {
    match kind {
        EventKind::WindowOpen => "Notice window opens",
        EventKind::RfpStart => "Ask for proposals",
        EventKind::DecisionDue => "Decide",
        EventKind::NoticeDeadline => "Last day of notice",
        EventKind::ExitStart => "Begin moving out",
        EventKind::TermEnd => "Term ends",
        EventKind::AutoRenewed => "Renewed",
        EventKind::Escalation => "Price changes",
        EventKind::RampStep => "Commitment changes",
        EventKind::AbatementEnd => "Reduced period ends",
        EventKind::DisputeDeadline => "Last day to dispute an invoice",
        EventKind::PriceHoldExpiry => "Offer expires",
    }
}
