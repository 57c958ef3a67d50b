//! What must be decided when: the dates of an agreement between two days.
//!
//! [`Terms::events`] knows whatever has a term, renewals and notice, be it for space, for support or a commitment
//! to a cloud provider; [`Contract::events`] adds the dates on which the prices and quantities of a colocation
//! contract change. Deadlines count back from the last day of a term, the earlier and safer reading of "before
//! expiry".

use chrono::{Days, NaiveDate};

use super::contract::Contract;
use super::cost::committed_kilowatts;
use super::steps;
use super::term::{BusinessDays, Term, Terms};

/// What happens on a date of an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// First day on which notice is accepted.
    WindowOpen,
    /// The day by which to ask the market for proposals, so that they are in before the decision.
    RfpStart,
    /// The day by which to decide whether to stay.
    DecisionDue,
    /// Last day on which notice ends the agreement with its term.
    NoticeDeadline,
    /// The day by which to begin moving out, so that the place is empty on the last day.
    ExitStart,
    /// Last day of a term.
    TermEnd,
    /// First day of a renewal that nobody stopped.
    AutoRenewed,
    /// A price changes.
    Escalation,
    /// The committed quantity changes.
    RampStep,
    /// Last day of a free or reduced period.
    AbatementEnd,
    /// Last day on which an invoice can be disputed.
    DisputeDeadline,
    /// Last day an offered price is held.
    PriceHoldExpiry,
}

impl EventKind {
    /// All kinds, in the order in which they come on one day.
    pub const ALL: [Self; 12] = [
        Self::WindowOpen,
        Self::RfpStart,
        Self::DecisionDue,
        Self::NoticeDeadline,
        Self::ExitStart,
        Self::TermEnd,
        Self::AutoRenewed,
        Self::Escalation,
        Self::RampStep,
        Self::AbatementEnd,
        Self::DisputeDeadline,
        Self::PriceHoldExpiry,
    ];

    /// The name in capitals, such as `NOTICE_DEADLINE`.
    pub fn code(self) -> &'static str {
        match self {
            Self::WindowOpen => "WINDOW_OPEN",
            Self::RfpStart => "RFP_START",
            Self::DecisionDue => "DECISION_DUE",
            Self::NoticeDeadline => "NOTICE_DEADLINE",
            Self::ExitStart => "EXIT_START",
            Self::TermEnd => "TERM_END",
            Self::AutoRenewed => "AUTO_RENEWED",
            Self::Escalation => "ESCALATION",
            Self::RampStep => "RAMP_STEP",
            Self::AbatementEnd => "ABATEMENT_END",
            Self::DisputeDeadline => "DISPUTE_DEADLINE",
            Self::PriceHoldExpiry => "PRICE_HOLD_EXPIRY",
        }
    }
}

/// Something that happens, or must have happened, on a day. Events order by date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// The day.
    pub date: NaiveDate,
    /// What happens.
    pub kind: EventKind,
    /// The number of the term it belongs to, where it belongs to one; a renewal's first day belongs to the renewal.
    pub term: Option<u32>,
    /// Position of the charge it concerns, where it concerns one.
    pub charge: Option<usize>,
    /// Why that day, in a sentence.
    pub reason: String,
}

/// What only the company knows: how long it takes to decide, to buy and to move, and what lies on its desk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Planning {
    /// Days a decision is due before the notice deadline; no decision is put in the calendar without it.
    pub decision_lead_days: Option<u32>,
    /// Days proposals are asked for before the decision is due; they are not put in the calendar without it.
    pub proposal_lead_days: Option<u32>,
    /// Days that moving out takes; no exit is put in the calendar without it.
    pub migration_days: Option<u32>,
    /// Days between the last move and the last day, for taking down what is left.
    pub decommission_buffer_days: u32,
    /// Offers whose prices are held.
    pub price_holds: Vec<PriceHold>,
    /// Invoices that can still be disputed.
    pub invoices: Vec<OpenInvoice>,
    /// Days after its date in which an invoice can be disputed; `None` where nothing is agreed.
    pub dispute_window_days: Option<u32>,
}

/// An offer whose price is held for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceHold {
    /// What is offered.
    pub offer: String,
    /// Last day it is held.
    pub until: NaiveDate,
}

/// An invoice that can still be disputed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenInvoice {
    /// Its number.
    pub number: String,
    /// The date on it.
    pub dated: NaiveDate,
}

/// How near a notice deadline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertTier {
    /// More than 365 days are left.
    NotYet,
    /// 181 to 365 days are left.
    Within365Days,
    /// 91 to 180 days are left.
    Within180Days,
    /// 61 to 90 days are left.
    Within90Days,
    /// 31 to 60 days are left.
    Within60Days,
    /// 0 to 30 days are left; on the deadline itself there are none.
    Within30Days,
    /// The deadline has passed.
    Passed,
}

impl AlertTier {
    /// The name in capitals, such as `WITHIN_30_DAYS`.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotYet => "NOT_YET",
            Self::Within365Days => "WITHIN_365_DAYS",
            Self::Within180Days => "WITHIN_180_DAYS",
            Self::Within90Days => "WITHIN_90_DAYS",
            Self::Within60Days => "WITHIN_60_DAYS",
            Self::Within30Days => "WITHIN_30_DAYS",
            Self::Passed => "PASSED",
        }
    }

    /// The days before a deadline on which an alert is raised, the earliest first.
    pub const DAYS: [u32; 5] = [365, 180, 90, 60, 30];

    /// The tier a day is in. Days count to the notice deadline, never to the end of the term.
    pub fn of(deadline: NaiveDate, as_of: NaiveDate) -> Self {
        match (deadline - as_of).num_days() {
            ..0 => Self::Passed,
            0..=30 => Self::Within30Days,
            31..=60 => Self::Within60Days,
            61..=90 => Self::Within90Days,
            91..=180 => Self::Within180Days,
            181..=365 => Self::Within365Days,
            _ => Self::NotYet,
        }
    }
}

/// The day a number of days earlier; the first there is where the calendar ends.
pub(super) fn days_before(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_sub_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MIN)
}

/// The day a number of days later; the last there is where the calendar ends.
pub(super) fn days_after(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// Events of a span of days.
pub(super) struct Span {
    from: NaiveDate,
    to: NaiveDate,
    events: Vec<Event>,
}

impl Span {
    /// Keeps an event if its day lies within the span.
    pub(super) fn push(&mut self, event: Event) {
        if (self.from..=self.to).contains(&event.date) {
            self.events.push(event);
        }
    }

    /// First day.
    pub(super) fn from(&self) -> NaiveDate {
        self.from
    }

    /// Last day, inclusive.
    pub(super) fn to(&self) -> NaiveDate {
        self.to
    }

    fn sorted(mut self) -> Vec<Event> {
        self.events.sort();
        self.events
    }
}

impl Terms {
    /// What happens from one day to another, both included, in order.
    ///
    /// Terms follow each other as long as the agreement renews; notice that stands ends them, and nothing is left
    /// to decide about the term it ended. Where no renewal follows a term, the decision is due before moving out
    /// begins, or before the last day where no migration is planned.
    pub fn events(
        &self,
        planning: &Planning,
        business_days: &BusinessDays,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Vec<Event> {
        self.span(planning, business_days, from, to).sorted()
    }

    fn span(
        &self,
        planning: &Planning,
        business_days: &BusinessDays,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Span {
        let mut span = Span { from, to, events: Vec::new() };
        let end = self.end(business_days);
        let mut next = self.term(self.term_number(end.map_or(from, |end| end.min(from))));
        while let Some(term) = next {
            let is_last = end.is_some_and(|end| term.end >= end) || self.following(&term).is_none();
            let events = self.of_term(&term, is_last, planning, business_days);
            let begins = events.iter().map(|event| event.date).min().unwrap_or(term.start);
            events.into_iter().for_each(|event| span.push(event));
            // Every date of a later term is later, so that nothing of it is within the span either.
            next = if is_last || begins > to { None } else { self.following(&term) };
        }
        desk(planning, &mut span);
        span
    }

    /// The events of one term; of the last one no renewal follows.
    fn of_term(
        &self,
        term: &Term,
        is_last: bool,
        planning: &Planning,
        business_days: &BusinessDays,
    ) -> Vec<Event> {
        let mut events = Vec::new();
        let mut add = |date: NaiveDate, kind: EventKind, reason: String| {
            events.push(Event { date, kind, term: Some(term.number), charge: None, reason });
        };
        if term.number > 0 {
            let reason = format!("renewal {} begins, for no notice ended the term before", term.number);
            add(term.start, EventKind::AutoRenewed, reason);
        }
        let what = if is_last { "the agreement ends" } else { "the term ends and the next one begins" };
        add(term.end, EventKind::TermEnd, what.to_owned());
        let exit = planning
            .migration_days
            .map(|days| days_before(term.end, days.saturating_add(planning.decommission_buffer_days)));
        if let (Some(exit), Some(days)) = (exit, planning.migration_days) {
            let buffer = planning.decommission_buffer_days;
            let reason = format!("{days} days to move and {buffer} to take down before {}", term.end);
            add(exit, EventKind::ExitStart, reason);
        }
        if is_last && self.notice_given.is_some() && self.renewal.is_some() {
            return events;
        }
        let deadline = if is_last { None } else { self.notice_deadline(term, business_days) };
        if let Some(deadline) = deadline {
            let reason = format!("last day of notice for {}; silence renews the agreement", term.end);
            add(deadline, EventKind::NoticeDeadline, reason);
            if let Some(opens) = self.notice_window_open(term, business_days) {
                let reason = format!("first day of notice for {}", term.end);
                add(opens, EventKind::WindowOpen, reason);
            }
        }
        let (last_chance, what) = match (deadline, exit) {
            (Some(deadline), _) => (deadline, "the notice deadline"),
            (None, Some(exit)) => (exit, "moving out begins"),
            (None, None) => (term.end, "the last day"),
        };
        let decision = days_before(last_chance, planning.decision_lead_days.unwrap_or(0));
        if let Some(days) = planning.decision_lead_days {
            add(decision, EventKind::DecisionDue, format!("{days} days before {what}, {last_chance}"));
        }
        if let Some(days) = planning.proposal_lead_days {
            let reason = format!("{days} days before the decision on {decision}");
            add(days_before(decision, days), EventKind::RfpStart, reason);
        }
        events
    }
}

/// Events of what lies on the desk: offers and invoices.
fn desk(planning: &Planning, span: &mut Span) {
    for hold in &planning.price_holds {
        let reason = format!("the price of {} is held until then", hold.offer);
        let kind = EventKind::PriceHoldExpiry;
        span.push(Event { date: hold.until, kind, term: None, charge: None, reason });
    }
    let Some(days) = planning.dispute_window_days else { return };
    for invoice in &planning.invoices {
        let date = days_after(invoice.dated, days);
        let reason = format!("{days} days after invoice {} of {}", invoice.number, invoice.dated);
        span.push(Event { date, kind: EventKind::DisputeDeadline, term: None, charge: None, reason });
    }
}

impl Contract {
    /// What happens from one day to another, both included, in order: [`Terms::events`], and every change of a price
    /// or a quantity while the contract runs.
    ///
    /// Within the initial term prices follow the escalators of the charges; afterwards the price rule of the
    /// renewals moves them once, on the first day of each.
    pub fn events(
        &self,
        planning: &Planning,
        business_days: &BusinessDays,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Vec<Event> {
        let mut span = self.terms().span(planning, business_days, from, to);
        steps::charges(self, self.end(business_days), &mut span);
        let renewals: Vec<(NaiveDate, Option<u32>)> = span
            .events
            .iter()
            .filter(|event| event.kind == EventKind::AutoRenewed)
            .map(|event| (event.date, event.term))
            .collect();
        for event in &mut span.events {
            self.tell_commitment(event);
        }
        for (date, term) in renewals {
            if let Some(reason) = steps::renewal(self) {
                span.push(Event { date, kind: EventKind::Escalation, term, charge: None, reason });
            }
        }
        span.sorted()
    }

    /// Adds to a decision about a term, and to its end, how much power it is about.
    fn tell_commitment(&self, event: &mut Event) {
        let is_about_term = matches!(
            event.kind,
            EventKind::RfpStart
                | EventKind::WindowOpen
                | EventKind::DecisionDue
                | EventKind::NoticeDeadline
                | EventKind::ExitStart
                | EventKind::TermEnd
        );
        let term = event.term.filter(|_| is_about_term && event.charge.is_none());
        let Some(term) = term.and_then(|number| self.term(number)) else { return };
        // A commitment that does not fit is refused elsewhere; the date stands without it.
        if let Ok(Some(committed)) = committed_kilowatts(self, term.end)
            && !committed.is_zero()
        {
            event.reason = format!("{}; {} kW are committed by then", event.reason, committed.normalize());
        }
    }
}
