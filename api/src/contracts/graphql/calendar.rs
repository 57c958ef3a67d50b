//! The decision calendar, as clients see it.

use async_graphql::{Context, Object, SimpleObject};
use entity::id::ScenarioId;
use rust_decimal::Decimal;

use super::{
    colocation_charges::ColocationCharge,
    colocation_contracts::ColocationContract,
    colocation_filter::ColocationContractFilter,
    colocation_terms::day,
    decision_words::{AlertTier, ContractEventKind, ContractKind},
    decisions::RenewalExposure,
    invoices::Invoice,
    offers::Offer,
    support_contracts::{SupportContract, SupportContractFilter},
};
use crate::{
    access::Permission,
    cloud::graphql::commitments::CloudCommitment,
    contracts::calendar::{self, Agreement, Entry, Paper, Question},
    error::Result,
    rules::require_range,
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::Explanation,
        filter::Filter,
        record::Record,
        request::{caller, read},
        scalar::{Date, Id},
    },
};

/// The most events that are given at once.
const MOST_EVENTS: i32 = 2_000;

/// What has to be decided, and what happens by itself, between two days.
#[derive(SimpleObject)]
pub struct ContractCalendar {
    /// The day from which deadlines are counted.
    as_of: Date,
    /// How many events there are, of which `events` has the first.
    total_count: usize,
    /// The events, by day.
    events: Vec<ContractEvent>,
    /// The scenario that is laid over what is recorded. Null for the baseline.
    scenario: Option<Scenario>,
    /// How the dates came about, what was assumed, and which contracts cannot be computed.
    explain: Explanation,
}

/// Something that happens, or must have happened, on a day of a contract.
#[derive(SimpleObject)]
pub struct ContractEvent {
    /// The day.
    date: Date,
    /// What happens.
    kind: ContractEventKind,
    /// Number of the contract; the reference of a commitment, and of an offer that is about no contract.
    contract_number: String,
    /// Team or person who answers for the contract.
    owner: Option<String>,
    /// Why that day, in a sentence.
    reason: String,
    /// The term that it belongs to: 0 for the initial term, 1 for the first renewal.
    term: Option<u32>,
    /// Last day of notice for that term; of an invoice or an offer its own last day, and of a commitment to a cloud
    /// provider that does not renew its last one. Null where no renewal is to be avoided.
    notice_deadline: Option<Date>,
    /// Days from `asOf` to that deadline; negative once it has passed.
    days_left: Option<i64>,
    /// How near that deadline is. Counted to the deadline, not to the end of the term.
    alert: Option<AlertTier>,
    /// Of a NOTICE_DEADLINE: the renewal that silence leads to, with what it costs.
    silence: Option<RenewalExposure>,
    /// The charge that it concerns.
    charge: Option<ColocationCharge>,
    /// The contract, where it is one for colocation.
    colocation_contract: Option<ColocationContract>,
    /// The contract, where it is one for support.
    support_contract: Option<SupportContract>,
    /// The commitment, where it is one to a cloud provider.
    cloud_commitment: Option<CloudCommitment>,
    /// Of a DISPUTE_DEADLINE: the invoice.
    invoice: Option<Invoice>,
    /// Of a PRICE_HOLD_EXPIRY: the offer.
    offer: Option<Offer>,
}

/// The cost of a list of events: what one costs, times how many.
fn events_cost(first: i32, events: usize) -> usize {
    usize::try_from(first).unwrap_or_default().saturating_mul(events).saturating_add(1)
}

/// Queries of the decision calendar.
#[derive(Default)]
pub struct ContractCalendarQuery;

/// Queries of the decision calendar.
#[Object]
impl ContractCalendarQuery {
    /// What has to be decided about contracts, and what happens by itself, from one day to another, both included:
    /// notice windows and deadlines, decisions, ends of terms, renewals, changes of prices and quantities, invoices
    /// that can still be disputed and offers whose prices are held. Commitments to cloud providers are among them for
    /// those who may see the cloud, unless a filter of contracts is given.
    #[graphql(complexity = "events_cost(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the query")]
    async fn contract_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First day.")] from: Date,
        #[graphql(desc = "Last day, at most 3,660 days later.")] to: Date,
        #[graphql(desc = "The day from which deadlines are counted; today where left out.")] as_of: Option<
            Date,
        >,
        #[graphql(desc = "Which kinds of events. Left out: all.")] kinds: Option<Vec<ContractEventKind>>,
        #[graphql(desc = "Which kinds of contracts. Left out: all.")] contracts: Option<Vec<ContractKind>>,
        #[graphql(desc = "Which colocation contracts. Left out: all.")] colocation: Option<
            ColocationContractFilter,
        >,
        #[graphql(desc = "Which support contracts. Left out: all.")] support: Option<SupportContractFilter>,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(default = 100, desc = "At most so many of the first, at most 2,000.")] first: i32,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<ContractCalendar> {
        let reader = read(ctx, Permission::ViewContracts)?;
        require_range("first", first, 1, MOST_EVENTS)?;
        let caller = caller(ctx)?;
        let sees_prices = caller.may(Permission::ViewPrices);
        let wants = |kind| contracts.as_ref().is_none_or(|kinds| kinds.contains(&kind));
        if contracts.as_ref().is_some_and(|kinds| kinds.contains(&ContractKind::Cloud)) {
            read(ctx, Permission::ViewCloud)?;
        }
        let is_filtered = colocation.is_some() || support.is_some();
        let colocation = colocation.unwrap_or_default().condition(caller)?;
        let support = support.unwrap_or_default().condition(caller)?;
        let as_of = day(ctx, as_of)?;
        let question = Question {
            from: from.0,
            to: to.0,
            as_of,
            kinds: kinds.map(|kinds| kinds.into_iter().map(Into::into).collect()),
            assumed_index_rate,
            colocation: Some(colocation).filter(|_| wants(ContractKind::Colocation)),
            support: Some(support).filter(|_| wants(ContractKind::Support)),
            // A filter of contracts asks for contracts alone.
            cloud: wants(ContractKind::Cloud) && caller.may(Permission::ViewCloud) && !is_filtered,
            offers: wants(ContractKind::Offer) && !is_filtered,
            scenario: Overlay::load(&reader, scenario.map(|id| id.0)).await?,
        };
        let calendar = calendar::read(&reader, question).await?;
        Ok(shown(calendar, Date(as_of), first, sees_prices))
    }
}

fn shown(calendar: calendar::Calendar, as_of: Date, first: i32, sees_prices: bool) -> ContractCalendar {
    let owner = |agreement| match agreement {
        Agreement::Colocation(place) => calendar.colocation.get(place).and_then(|it| it.owner.clone()),
        Agreement::Support(place) => calendar.support.get(place).and_then(|it| it.owner.clone()),
        Agreement::Cloud(place) => calendar.cloud.get(place).and_then(|it| it.owner.clone()),
        Agreement::None => None,
    };
    let total_count = calendar.entries.len();
    let first = usize::try_from(first).unwrap_or_default();
    let entries: Vec<(Entry, Option<String>)> =
        calendar.entries.into_iter().take(first).map(|it| (it.clone(), owner(it.agreement))).collect();
    // Read together, shown together: relations of all events take one statement each.
    let colocation = Record::all_whole(calendar.colocation);
    let support = Record::all_whole(calendar.support);
    let cloud = Record::all_whole(calendar.cloud);
    let invoices = Record::all_whole(calendar.invoices);
    let offers = Record::all_whole(calendar.offers);
    let charges = entries.iter().filter_map(|(entry, _)| entry.charge.clone()).collect();
    let mut charges = Record::all_whole(charges).into_iter();
    let events = entries.into_iter().map(|(entry, owner)| {
        let charge = entry.charge.as_ref().and_then(|_| charges.next());
        let (of_colocation, of_support) = match entry.agreement {
            Agreement::Colocation(place) => (colocation.get(place).cloned(), None),
            Agreement::Support(place) => (None, support.get(place).cloned()),
            Agreement::Cloud(_) | Agreement::None => (None, None),
        };
        let of_cloud = match entry.agreement {
            Agreement::Cloud(place) => cloud.get(place).cloned(),
            _ => None,
        };
        let (invoice, offer) = match entry.paper {
            Some(Paper::Invoice(place)) => (invoices.get(place).cloned(), None),
            Some(Paper::Offer(place)) => (None, offers.get(place).cloned()),
            None => (None, None),
        };
        ContractEvent {
            date: Date(entry.event.date),
            kind: entry.event.kind.into(),
            contract_number: entry.label,
            owner,
            reason: entry.event.reason,
            term: entry.event.term,
            notice_deadline: entry.deadline.map(Date),
            days_left: entry.deadline.map(|deadline| (deadline - as_of.0).num_days()),
            alert: entry.alert.map(Into::into),
            silence: entry.exposure.map(|it| RenewalExposure::new(it, as_of.0, sees_prices)),
            charge: charge.map(Into::into),
            colocation_contract: of_colocation.map(Into::into),
            support_contract: of_support.map(Into::into),
            cloud_commitment: of_cloud.map(Into::into),
            invoice: invoice.map(Into::into),
            offer: offer.map(Into::into),
        }
    });
    ContractCalendar {
        as_of,
        total_count,
        events: events.collect(),
        scenario: calendar.scenario.scenario().and_then(scenarios::of),
        explain: Explanation::from(calendar.explanation).without(calendar.excluded),
    }
}
