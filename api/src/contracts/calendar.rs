//! The decision calendar: what has to be decided, and what happens by itself, on which day, over all contracts.

use std::{collections::HashSet, sync::Arc};

use chrono::NaiveDate;
use entity::{
    cloud::cloud_commitment,
    contracts::{
        colocation_charge, colocation_contract, invoice, offer,
        support_contract::{self, Model as Support},
    },
};
use forecasting::{
    colocation::{AlertTier, BusinessDays, Event, EventKind, Terms, UpcomingRenewal},
    explain::Explanation,
};
use rust_decimal::Decimal;
use sea_orm::{Condition, EntityTrait, QueryFilter, QueryOrder};

use super::{
    colocation_charges, costs,
    decisions::{Exposure, Priced},
    desk,
    leads::{self, USUAL_DECISION_LEAD_DAYS},
    terms,
};
use crate::{
    cloud::commitments,
    error::{Error, Result},
    finance::price_index_values::PublishedIndices,
    rules::require_plausible,
    scenarios::Overlay,
    store::Read,
};

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
    /// Whether commitments to cloud providers are among them.
    pub cloud: bool,
    /// Whether offers that are about no contract are among them.
    pub offers: bool,
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
    /// A commitment to a cloud provider, by its place.
    Cloud(usize),
    /// An offer that is about no contract.
    None,
}

/// What lies on the desk behind an event, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// An invoice.
    Invoice(usize),
    /// An offer.
    Offer(usize),
}

/// Something that happens on a day.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What happens, on which day, and why then.
    pub event: Event,
    /// The contract it belongs to.
    pub agreement: Agreement,
    /// What lies on the desk behind it.
    pub paper: Option<Paper>,
    /// Number of the contract, or the reference of the commitment or the offer.
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
    /// The commitments to cloud providers that were asked for.
    pub cloud: Vec<cloud_commitment::Model>,
    /// Invoices that can still be disputed.
    pub invoices: Vec<invoice::Model>,
    /// Offers whose prices are held.
    pub offers: Vec<offer::Model>,
    /// How the dates came about.
    pub explanation: Explanation,
    /// Contracts that cannot be computed, and why.
    pub excluded: Vec<String>,
    /// The scenario that it was made with.
    pub scenario: Arc<Overlay>,
}

/// Reads the contracts and what belongs to them with a number of statements that does not depend on how many there
/// are, and puts their events in order.
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
    let cloud = match question.cloud {
        true => {
            let found = cloud_commitment::Entity::find();
            found.order_by_asc(cloud_commitment::Column::Reference).all(db).await?
        }
        false => Vec::new(),
    };
    for contract in &mut colocation {
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        question.scenario.notice(contract, charges, question.as_of);
    }
    for contract in &mut support {
        question.scenario.support_notice(contract, question.as_of);
    }
    let (invoices, offers) = papers(db, &question, &colocation, &support).await?;
    let series = colocation.iter().flat_map(|contract| {
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        costs::series(contract, charges).collect::<Vec<_>>()
    });
    let published = PublishedIndices::read(db, series, question.as_of).await?;
    let mut drawing =
        Drawing { question, published, entries: Vec::new(), excluded: Vec::new(), usual_leads: 0 };
    for (place, contract) in colocation.iter().enumerate() {
        let charges = sheets.remove(&contract.id).unwrap_or_default();
        drawing.colocation(place, contract, &charges);
    }
    for (place, contract) in support.iter().enumerate() {
        drawing.support(place, contract);
    }
    for (place, commitment) in cloud.iter().enumerate() {
        drawing.cloud(place, commitment);
    }
    drawing.papers(&colocation, &support, &invoices, &offers);
    let scenario = Arc::clone(&drawing.question.scenario);
    let (entries, explanation, excluded) = drawing.finish(colocation.len(), support.len(), cloud.len());
    Ok(Calendar { entries, colocation, support, cloud, invoices, offers, explanation, excluded, scenario })
}

/// What lies on the desk of contracts, as far as it is asked for.
async fn papers(
    db: &impl Read,
    question: &Question,
    colocation: &[colocation_contract::Model],
    support: &[Support],
) -> Result<(Vec<invoice::Model>, Vec<offer::Model>)> {
    let wants = |kind| question.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind));
    let span = (question.from, question.to);
    let of_colocation: HashSet<_> = colocation.iter().map(|contract| contract.id).collect();
    let invoices = match wants(EventKind::DisputeDeadline) {
        true => desk::invoices(db, &of_colocation, span).await?,
        false => Vec::new(),
    };
    let wanted = desk::Wanted {
        colocation: of_colocation,
        support: support.iter().map(|contract| contract.id).collect(),
        loose: question.offers,
    };
    let offers = match wants(EventKind::PriceHoldExpiry) {
        true => desk::offers(db, &wanted, span).await?,
        false => Vec::new(),
    };
    Ok((invoices, offers))
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
    published: PublishedIndices,
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
        let Question { assumed_index_rate, ref scenario, .. } = self.question;
        let priced = match Priced::new(contract, charges, &self.published, assumed_index_rate, scenario) {
            Ok(priced) => priced,
            Err(cause) => {
                self.excluded.push(format!("colocation contract {}: {cause}", contract.number));
                return;
            }
        };
        self.usual_leads += usize::from(contract.decision_lead_days.is_none());
        let value = priced.value();
        let days = BusinessDays::default();
        let events =
            value.events(&leads::of_colocation(contract), &days, self.question.from, self.question.to);
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
            let touched = self.question.scenario.touching_support(&value, contract);
            self.question.scenario.support_price(&mut value, &priced);
            Ok((terms, value, touched))
        });
        let (terms, priced, touched) = match read {
            Ok(read) => read,
            Err(finding) => {
                let cause = Error::from(finding);
                self.excluded.push(format!("support contract {}: {cause}", contract.number));
                return;
            }
        };
        self.usual_leads += usize::from(contract.decision_lead_days.is_none());
        let days = BusinessDays::default();
        let span = (self.question.from, self.question.to);
        let mut events = terms.events(&leads::of_support(contract), &days, span.0, span.1);
        events.extend(priced.rises(&terms, &days, span));
        for event in events {
            if self.wants(event.kind) {
                let as_of = self.question.as_of;
                let mut exposure =
                    renewal_avoided(&event).and_then(|term| support_exposure(&terms, &priced, term, as_of));
                if let Some(exposure) = &mut exposure {
                    exposure.explanation.assumptions.extend(touched.iter().cloned());
                }
                let label = &contract.number;
                self.add(Agreement::Support(place), label, &terms, event, None, exposure);
            }
        }
    }

    fn cloud(&mut self, place: usize, commitment: &cloud_commitment::Model) {
        let value = match commitments::value(commitment) {
            Ok(value) => value,
            Err(cause) => {
                self.excluded.push(format!("cloud commitment {}: {cause}", commitment.reference));
                return;
            }
        };
        self.usual_leads += usize::from(commitment.decision_lead_days.is_none());
        let terms = commitments::terms(commitment);
        let days = BusinessDays::default();
        let span = (self.question.from, self.question.to);
        let mut events = terms.events(&leads::of_cloud(commitment), &days, span.0, span.1);
        events.extend(commitments::price_ends(&terms, &days, span));
        for event in events {
            if self.wants(event.kind) {
                let as_of = self.question.as_of;
                let exposure = renewal_avoided(&event).and_then(|term| {
                    upcoming(&terms, term, as_of).map(|renewal| match value.renewal_cost(&renewal.term) {
                        Ok((cost, explanation)) => {
                            Exposure { renewal, cost: Some(cost), explanation, reason: None }
                        }
                        Err(cause) => {
                            let explanation = Explanation::default();
                            Exposure { renewal, cost: None, explanation, reason: Some(cause.to_string()) }
                        }
                    })
                });
                self.add(Agreement::Cloud(place), &commitment.reference, &terms, event, None, exposure);
            }
        }
    }

    /// What lies on the desk: each has a deadline of its own.
    fn papers(
        &mut self,
        colocation: &[colocation_contract::Model],
        support: &[Support],
        invoices: &[invoice::Model],
        offers: &[offer::Model],
    ) {
        for (place, invoice) in invoices.iter().enumerate() {
            let contract = colocation.iter().position(|contract| contract.id == invoice.contract_id);
            if let (Some(contract), Some(event)) = (contract, desk::dispute(invoice)) {
                let label = colocation.get(contract).map(|it| it.number.clone()).unwrap_or_default();
                self.paper(Agreement::Colocation(contract), label, Paper::Invoice(place), event);
            }
        }
        for (place, offer) in offers.iter().enumerate() {
            let of_colocation = offer.colocation_contract_id.and_then(|id| {
                let place = colocation.iter().position(|contract| contract.id == id)?;
                Some((Agreement::Colocation(place), colocation.get(place)?.number.clone()))
            });
            let of_support = offer.support_contract_id.and_then(|id| {
                let place = support.iter().position(|contract| contract.id == id)?;
                Some((Agreement::Support(place), support.get(place)?.number.clone()))
            });
            let loose = || (Agreement::None, offer.reference.clone());
            let (agreement, label) = of_colocation.or(of_support).unwrap_or_else(loose);
            self.paper(agreement, label, Paper::Offer(place), desk::expiry(offer));
        }
    }

    fn paper(&mut self, agreement: Agreement, label: String, paper: Paper, event: Event) {
        self.entries.push(Entry {
            deadline: Some(event.date),
            alert: Some(AlertTier::of(event.date, self.question.as_of)),
            event,
            agreement,
            paper: Some(paper),
            label,
            charge: None,
            exposure: None,
        });
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
        // A commitment that does not renew has its last day for a deadline: then its price is gone.
        let end = event.term.filter(|_| matches!(agreement, Agreement::Cloud(_)));
        let end = end.and_then(|term| terms.term(term)).map(|term| term.end);
        let deadline = deadline_of(terms, &event).or(end);
        let alert = deadline.map(|deadline| AlertTier::of(deadline, self.question.as_of));
        let label = label.to_owned();
        self.entries.push(Entry { event, agreement, paper: None, label, deadline, alert, charge, exposure });
    }

    fn finish(
        mut self,
        colocation: usize,
        support: usize,
        cloud: usize,
    ) -> (Vec<Entry>, Explanation, Vec<String>) {
        self.entries.sort_by(|one, other| {
            let key = |entry: &Entry| (entry.event.date, entry.event.kind);
            key(one).cmp(&key(other)).then_with(|| one.label.cmp(&other.label))
        });
        let mut explanation = Explanation::new(
            "deadlines count back from the last day of a term; alerts count the days from asOf to the deadline",
        )
        .input("colocation contracts", colocation)
        .input("support contracts", support)
        .input("cloud commitments", cloud)
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
        if self.question.scenario.leaves_a_site() {
            explanation = explanation.assume(
                "contracts of sites that the scenario leaves are shown as they are on record, unless it does not \
                 renew them",
            );
        }
        explanation = explanation.assume("Saturdays and Sundays are days of rest, holidays are not known");
        (self.entries, explanation, self.excluded)
    }
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

/// The renewal that notice for the end of a term avoids. None where none follows.
fn upcoming(terms: &Terms, term: u32, as_of: NaiveDate) -> Option<UpcomingRenewal> {
    let (before, next) = (terms.term(term)?, terms.term(term.checked_add(1)?)?);
    let deadline = terms.notice_deadline(&before, &BusinessDays::default()).unwrap_or(before.end);
    let alert = AlertTier::of(deadline, as_of);
    Some(UpcomingRenewal { term: next, deadline, alert, bound: deadline < as_of })
}

fn support_exposure(
    terms: &Terms,
    contract: &forecasting::roadmap::SupportContract,
    term: u32,
    as_of: NaiveDate,
) -> Option<Exposure> {
    let renewal = upcoming(terms, term, as_of)?;
    let (next, deadline) = (renewal.term, renewal.deadline);
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
