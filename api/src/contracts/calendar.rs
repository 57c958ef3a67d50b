//! The decision calendar: what has to be decided, and what happens by itself, on which day, over all contracts.

use std::sync::Arc;

use chrono::NaiveDate;
use entity::contracts::{
    colocation_charge, colocation_contract,
    support_contract::{self, Model as Support},
};
use forecasting::{
    colocation::{AlertTier, BusinessDays, Event, EventKind, Planning, Terms, UpcomingRenewal},
    explain::Explanation,
};
use rust_decimal::Decimal;
use sea_orm::{Condition, EntityTrait, QueryFilter, QueryOrder};

use super::{
    colocation_charges, costs,
    decisions::{Exposure, Priced},
    terms,
};
use crate::{
    error::{Error, Result},
    rules::require_plausible,
    scenarios::Overlay,
    store::Read,
};

/// Days a decision is due before the notice deadline where a contract states no lead of its own.
pub const USUAL_DECISION_LEAD_DAYS: u32 = 60;

/// The longest span that is given at once, in days: ten years.
const LONGEST_SPAN: i64 = 3_660;

/// What is asked of the calendar.
#[derive(Clone, Debug)]
pub struct Question {
    /// First day.
    pub from: NaiveDate,
    /// Last day, inclusive.
    pub to: NaiveDate,
    /// The day from which deadlines are counted.
    pub as_of: NaiveDate,
    /// Which kinds of events; none is all.
    pub kinds: Option<Vec<EventKind>>,
    /// Yearly rise to assume of price indices.
    pub assumed_index_rate: Option<Decimal>,
    /// Which colocation contracts; none is none of them.
    pub colocation: Option<Condition>,
    /// Which support contracts; none is none of them.
    pub support: Option<Condition>,
    /// What is laid over the contracts that are read.
    pub scenario: Arc<Overlay>,
}

/// The contract that an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// A colocation contract, by its place.
    Colocation(usize),
    /// A support contract, by its place.
    Support(usize),
}

/// Something that happens on a day.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What happens, on which day, and why then.
    pub event: Event,
    /// The contract it belongs to.
    pub agreement: Agreement,
    /// Number of the contract.
    pub label: String,
    /// The notice deadline of the term it belongs to. None where no renewal is to be avoided.
    pub deadline: Option<NaiveDate>,
    /// How near that deadline is.
    pub alert: Option<AlertTier>,
    /// The charge it concerns, by its place in the price sheet.
    pub charge: Option<colocation_charge::Model>,
    /// Of a notice deadline: the renewal that it avoids.
    pub exposure: Option<Exposure>,
}

/// All that happens between two days.
#[derive(Debug)]
pub struct Calendar {
    /// The events, by day, kind and contract.
    pub entries: Vec<Entry>,
    /// The colocation contracts that were asked for.
    pub colocation: Vec<colocation_contract::Model>,
    /// The support contracts that were asked for.
    pub support: Vec<Support>,
    /// How the dates came about.
    pub explanation: Explanation,
    /// Contracts that cannot be computed, and why.
    pub excluded: Vec<String>,
}

/// Reads the contracts with three statements, however many there are, and puts their events in order.
///
/// # Errors
/// `Invalid` for a span that ends before it begins or is longer than is given at once.
pub async fn read(db: &impl Read, question: Question) -> Result<Calendar> {
    check(&question)?;
    let mut colocation = match question.colocation.clone() {
        Some(condition) => {
            let found = colocation_contract::Entity::find().filter(condition);
            found.order_by_asc(colocation_contract::Column::Number).all(db).await?
        }
        None => Vec::new(),
    };
    let ids = colocation.iter().map(|contract| contract.id).collect();
    let mut sheets = colocation_charges::of_contracts(db, ids).await?;
    let mut support = match question.support.clone() {
        Some(condition) => {
            let found = support_contract::Entity::find().filter(condition);
            found.order_by_asc(support_contract::Column::Number).all(db).await?
        }
        None => Vec::new(),
    };
    for contract in &mut colocation {
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        question.scenario.notice(contract, charges, question.as_of);
    }
    for contract in &mut support {
        question.scenario.support_notice(contract, question.as_of);
    }
    let mut drawing = Drawing { question, entries: Vec::new(), excluded: Vec::new(), usual_leads: 0 };
    for (place, contract) in colocation.iter().enumerate() {
        let charges = sheets.remove(&contract.id).unwrap_or_default();
        drawing.colocation(place, contract, &charges);
    }
    for (place, contract) in support.iter().enumerate() {
        drawing.support(place, contract);
    }
    Ok(drawing.finish(colocation, support))
}

fn check(question: &Question) -> Result<()> {
    let Question { from, to, as_of, assumed_index_rate, .. } = question;
    require_plausible("from", Some(*from))?;
    require_plausible("to", Some(*to))?;
    require_plausible("asOf", Some(*as_of))?;
    costs::require_index_rate(*assumed_index_rate)?;
    if to < from {
        return Err(Error::invalid("to", format!("{to} lies before the first day, {from}")));
    }
    let days = (*to - *from).num_days();
    if days > LONGEST_SPAN {
        let message = format!("{to} is {days} days after {from}, at most {LONGEST_SPAN} are given at once");
        return Err(Error::TooMuch { field: "to".to_owned(), message });
    }
    Ok(())
}

/// The calendar while it is put together.
struct Drawing {
    question: Question,
    entries: Vec<Entry>,
    excluded: Vec<String>,
    usual_leads: usize,
}

impl Drawing {
    fn colocation(
        &mut self,
        place: usize,
        contract: &colocation_contract::Model,
        charges: &[colocation_charge::Model],
    ) {
        let priced =
            match Priced::new(contract, charges, self.question.assumed_index_rate, &self.question.scenario) {
                Ok(priced) => priced,
                Err(cause) => {
                    self.excluded.push(format!("colocation contract {}: {cause}", contract.number));
                    return;
                }
            };
        self.usual_leads += usize::from(contract.decision_lead_days.is_none());
        let value = priced.value();
        let days = BusinessDays::default();
        let events = value.events(&planning(contract), &days, self.question.from, self.question.to);
        let terms = value.terms();
        for event in events {
            if self.wants(event.kind) {
                let exposure =
                    renewal_avoided(&event).and_then(|term| priced.exposure_after(term, self.question.as_of));
                let charge = event.charge.and_then(|position| charges.get(position)).cloned();
                let label = &contract.number;
                self.add(Agreement::Colocation(place), label, &terms, event, charge, exposure);
            }
        }
    }

    fn support(&mut self, place: usize, contract: &Support) {
        let read = terms::support_terms(contract).and_then(|terms| {
            let priced = Support { notice_given_on: None, ..contract.clone() };
            let mut value = terms::support(&priced)?;
            self.question.scenario.support_price(&mut value, &priced);
            Ok((terms, value))
        });
        let (terms, priced) = match read {
            Ok(read) => read,
            Err(finding) => {
                let cause = Error::from(finding);
                self.excluded.push(format!("support contract {}: {cause}", contract.number));
                return;
            }
        };
        self.usual_leads += 1;
        let days = BusinessDays::default();
        for event in terms.events(&usual_planning(), &days, self.question.from, self.question.to) {
            if self.wants(event.kind) {
                let as_of = self.question.as_of;
                let exposure =
                    renewal_avoided(&event).and_then(|term| support_exposure(&terms, &priced, term, as_of));
                let label = &contract.number;
                self.add(Agreement::Support(place), label, &terms, event, None, exposure);
            }
        }
    }

    fn wants(&self, kind: EventKind) -> bool {
        self.question.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    fn add(
        &mut self,
        agreement: Agreement,
        label: &str,
        terms: &Terms,
        event: Event,
        charge: Option<colocation_charge::Model>,
        exposure: Option<Exposure>,
    ) {
        let deadline = deadline_of(terms, &event);
        let alert = deadline.map(|deadline| AlertTier::of(deadline, self.question.as_of));
        let label = label.to_owned();
        self.entries.push(Entry { event, agreement, label, deadline, alert, charge, exposure });
    }

    fn finish(mut self, colocation: Vec<colocation_contract::Model>, support: Vec<Support>) -> Calendar {
        self.entries.sort_by(|one, other| {
            let key = |entry: &Entry| (entry.event.date, entry.event.kind);
            key(one).cmp(&key(other)).then_with(|| one.label.cmp(&other.label))
        });
        let mut explanation = Explanation::new(
            "deadlines count back from the last day of a term; alerts count the days from asOf to the deadline",
        )
        .input("colocation contracts", colocation.len())
        .input("support contracts", support.len())
        .input("as of", self.question.as_of);
        if self.usual_leads > 0 {
            explanation = explanation.assume(format!(
                "a decision is due {USUAL_DECISION_LEAD_DAYS} days before the notice deadline where a contract \
                 states no lead of its own: {} contracts",
                self.usual_leads
            ));
        }
        for assumption in self.question.scenario.assumptions() {
            explanation = explanation.assume(assumption);
        }
        explanation = explanation.assume("Saturdays and Sundays are days of rest, holidays are not known");
        Calendar { entries: self.entries, colocation, support, explanation, excluded: self.excluded }
    }
}

/// What the company plans with for a colocation contract.
fn planning(contract: &colocation_contract::Model) -> Planning {
    let days = |column: Option<i32>| column.and_then(|days| u32::try_from(days).ok());
    Planning {
        decision_lead_days: days(contract.decision_lead_days).or(Some(USUAL_DECISION_LEAD_DAYS)),
        proposal_lead_days: days(contract.proposal_lead_days),
        migration_days: days(contract.migration_days),
        decommission_buffer_days: days(contract.decommission_buffer_days).unwrap_or_default(),
        ..Planning::default()
    }
}

/// What the company plans with where a contract says nothing of its own.
fn usual_planning() -> Planning {
    Planning { decision_lead_days: Some(USUAL_DECISION_LEAD_DAYS), ..Planning::default() }
}

/// The term whose end silence lets pass, for a notice deadline.
fn renewal_avoided(event: &Event) -> Option<u32> {
    event.term.filter(|_| event.kind == EventKind::NoticeDeadline)
}

/// The deadline that an event has to do with: that of its term while a renewal can follow. Changes of single prices
/// have none.
fn deadline_of(terms: &Terms, event: &Event) -> Option<NaiveDate> {
    let days = BusinessDays::default();
    let term = terms.term(event.term.filter(|_| event.charge.is_none())?)?;
    terms.term(term.number.checked_add(1)?)?;
    let is_last = terms.end(&days).is_some_and(|end| term.end >= end);
    terms.notice_deadline(&term, &days).filter(|_| !is_last)
}

fn support_exposure(
    terms: &Terms,
    contract: &forecasting::roadmap::SupportContract,
    term: u32,
    as_of: NaiveDate,
) -> Option<Exposure> {
    let (before, next) = (terms.term(term)?, terms.term(term.checked_add(1)?)?);
    let deadline = terms.notice_deadline(&before, &BusinessDays::default()).unwrap_or(before.end);
    let alert = AlertTier::of(deadline, as_of);
    let renewal = UpcomingRenewal { term: next, deadline, alert, bound: deadline < as_of };
    let explanation = Explanation::new(
        "last yearly price x (1 + uplift), rising each year of the renewal, / 12 x months, rounded once",
    )
    .input("first day of the renewal", next.start)
    .input("last day of the renewal", next.end)
    .input("last day of notice that avoids it", deadline);
    Some(match contract.renewal_cost(next.number) {
        Ok(cost) => Exposure { renewal, cost, explanation, reason: None },
        Err(cause) => Exposure { renewal, cost: None, explanation, reason: Some(cause.to_string()) },
    })
}
