//! The depreciation of one asset month by month, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::id::{AssetId, ScenarioId};
use forecasting::{
    depreciation::{Change, Disposal, DisposalPosting, Event, Portion, Posting},
    month,
};
use rust_decimal::Decimal;

use super::{
    book_words::{TaxTermsInput, asked_as_of, input},
    depreciation_rules::Book,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    lifecycle::{
        book_schedules::{self, Schedule},
        books::{Absence, Books},
    },
    roadmap::year_label,
    rules::{require_plausible, require_range},
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::Explanation,
        request::{caller, read},
        scalar::{Date, Id, Month, plain},
    },
};

/// The longest schedule that is given at once, in months.
const MOST_MONTHS: i32 = 1_200;

/// It is worth less than its book value: the difference is a loss at once, the rest is written off over what is left
/// of its life.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ImpairmentInput {
    /// What it is still worth, in the currency of its purchase.
    pub(super) recoverable: Decimal,
    /// The new salvage, if it changes too.
    pub(super) salvage: Option<Decimal>,
}

/// It is expected to serve longer or shorter. What was charged stays; the book value is written off over what is then
/// left of its life.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct LifeChangeInput {
    /// The new whole life in months, counted from its first day of service. Give this, or one of the next two.
    pub(super) life_months: Option<i32>,
    /// Months by which its life becomes longer; below zero it becomes shorter.
    pub(super) added_months: Option<i32>,
    /// Months that are left, counted from the first one that is not charged yet.
    pub(super) remaining_months: Option<i32>,
    /// The new salvage, if it changes too.
    pub(super) salvage: Option<Decimal>,
}

/// All or part of it leaves the books.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct BookDisposalInput {
    /// What it brings, in the currency of its purchase.
    #[graphql(default)]
    pub(super) proceeds: Decimal,
    /// What selling costs.
    #[graphql(default)]
    pub(super) cost_of_sale: Decimal,
    /// The part of the cost that leaves. Of this, `share` and `quantity` at most one; all of it leaves without any.
    pub(super) cost: Option<Decimal>,
    /// The share that leaves of what is there: 0.25 is a quarter.
    pub(super) share: Option<Decimal>,
    /// The pieces that leave, with `of`.
    pub(super) quantity: Option<i32>,
    /// The pieces there were before.
    pub(super) of: Option<i32>,
}

/// Something that happens to an asset in the books: exactly one of the three.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct BookEventInput {
    /// The day.
    date: Date,
    /// The first open month when it became known, where that is later: what belonged to closed months is caught up
    /// in it.
    posted_from: Option<Month>,
    /// It is worth less.
    impairment: Option<ImpairmentInput>,
    /// It serves longer or shorter.
    life_change: Option<LifeChangeInput>,
    /// It leaves.
    disposal: Option<BookDisposalInput>,
}

impl LifeChangeInput {
    pub(super) fn change(self) -> Result<Change> {
        let salvage = self.salvage;
        match (self.life_months, self.added_months, self.remaining_months) {
            (Some(months), None, None) => {
                require_range("lifeChange.lifeMonths", months, 12, 600)?;
                Ok(Change::LifeChange { life_months: months.unsigned_abs(), salvage })
            }
            (None, Some(months), None) => {
                require_range("lifeChange.addedMonths", months, -600, 600)?;
                Ok(Change::AddedLife { months, salvage })
            }
            (None, None, Some(months)) => {
                require_range("lifeChange.remainingMonths", months, 1, 600)?;
                Ok(Change::RemainingLife { months: months.unsigned_abs(), salvage })
            }
            _ => {
                let message = "is exactly one of lifeMonths, addedMonths and remainingMonths";
                Err(Error::invalid("lifeChange", message))
            }
        }
    }
}

impl BookDisposalInput {
    fn portion(self) -> Result<Portion> {
        match (self.cost, self.share, self.quantity, self.of) {
            (None, None, None, None) => Ok(Portion::All),
            (Some(cost), None, None, None) => Ok(Portion::Cost(cost)),
            (None, Some(share), None, None) => Ok(Portion::Share(share)),
            (None, None, Some(disposed), Some(held)) => {
                require_range("disposal.quantity", disposed, 1, held.max(1))?;
                require_range("disposal.of", held, 1, i32::MAX)?;
                Ok(Portion::Quantity { disposed: disposed.unsigned_abs(), held: held.unsigned_abs() })
            }
            _ => {
                let message = "is at most one of cost, share, and quantity with of";
                Err(Error::invalid("disposal", message))
            }
        }
    }
}

impl BookEventInput {
    fn event(self) -> Result<Event> {
        require_plausible("date", Some(self.date.0))?;
        let change = match (self.impairment, self.life_change, self.disposal) {
            (Some(it), None, None) => Change::Impairment { recoverable: it.recoverable, salvage: it.salvage },
            (None, Some(it), None) => it.change()?,
            (None, None, Some(it)) => {
                for (field, amount) in
                    [("disposal.proceeds", it.proceeds), ("disposal.costOfSale", it.cost_of_sale)]
                {
                    if amount < Decimal::ZERO {
                        return Err(Error::invalid(field, format!("{amount} is below zero")));
                    }
                }
                let sale = Disposal { proceeds: it.proceeds, cost_of_sale: it.cost_of_sale };
                Change::Disposal { portion: it.portion()?, sale }
            }
            _ => {
                let message = "is exactly one of impairment, lifeChange and disposal";
                return Err(Error::invalid("", message));
            }
        };
        Ok(Event { date: self.date.0, posted_from: self.posted_from.map(|month| month.0), change })
    }
}

/// What a month does to an asset in the books.
#[derive(Clone, Debug, SimpleObject)]
pub struct DepreciationMonth {
    /// The month.
    month: Month,
    /// Depreciation charged. Negative where a disposal takes back what its convention does not count.
    charge: Decimal,
    /// Of the charge, what closed months would have been charged less what they were, for something of them that became
    /// known in this one. Zero where nothing is caught up.
    caught_up: Decimal,
    /// Impairment loss, with what is caught up of it.
    impairment: Decimal,
    /// Capitalised cost at the end of the month.
    cost: Decimal,
    /// Depreciation accumulated at the end of the month.
    accumulated: Decimal,
    /// Cost less accumulated depreciation less impairment at the end of the month.
    book_value: Decimal,
}

/// What a fiscal year charges.
#[derive(Clone, Debug, SimpleObject)]
pub struct DepreciationYear {
    /// The fiscal year, as its calendar counts it.
    fiscal_year: i32,
    /// Its name: `FY27`.
    label: String,
    /// Depreciation charged.
    charge: Decimal,
}

/// What a disposal does to the books.
#[derive(Clone, Debug, SimpleObject)]
pub struct BookDisposal {
    /// The day.
    date: Date,
    /// The month it is posted in.
    month: Month,
    /// The cost that leaves.
    cost: Decimal,
    /// The accumulated depreciation that leaves with it, that of the last month included.
    accumulated: Decimal,
    /// The book value that leaves.
    book_value: Decimal,
    /// Proceeds less cost of sale less book value; negative is a loss.
    gain: Decimal,
}

/// How an asset is written off, month by month. Everything is null where the asset does not stand in the books, and
/// amounts where the caller may not see prices.
pub struct DepreciationSchedule {
    book: Book,
    found: std::result::Result<Schedule, Absence>,
    books: Books,
    span: (Option<month::Month>, Option<i32>),
    events: usize,
    is_hidden: bool,
    overlay: Arc<Overlay>,
}

impl DepreciationSchedule {
    /// The schedule, when its amounts are shown.
    fn shown(&self) -> Option<&Schedule> {
        self.found.as_ref().ok().filter(|_| !self.is_hidden)
    }
}

/// How an asset is written off, month by month. Everything is null where the asset does not stand in the books, and
/// amounts where the caller may not see prices.
#[Object]
impl DepreciationSchedule {
    /// The set of books.
    async fn book(&self) -> Book {
        self.book
    }

    /// The scenario that is laid over what is recorded. Null for the baseline.
    async fn scenario(&self) -> Option<Scenario> {
        self.overlay.scenario().and_then(scenarios::of)
    }

    /// The day whose knowledge it is: what was recorded later is left out. Null where all counts that is recorded.
    async fn as_of(&self) -> Option<Date> {
        self.books.known.day().map(Date)
    }

    /// Why the asset does not stand in the books.
    async fn reason(&self) -> Option<&str> {
        self.found.as_ref().err().map(Absence::reason)
    }

    /// Whether amounts are hidden from the caller's role.
    async fn amounts_hidden(&self) -> bool {
        self.is_hidden
    }

    /// The depreciation rule, by its name, or the class of property.
    async fn rule(&self) -> Option<&str> {
        self.found.as_ref().ok().map(|schedule| schedule.rule.as_str())
    }

    /// The currency of all amounts: that of the purchase.
    async fn currency(&self) -> Option<&'static str> {
        self.found.as_ref().ok().map(|schedule| schedule.entry.cost.currency.code())
    }

    /// First day of service, as it entered the books.
    async fn in_service_on(&self) -> Option<Date> {
        self.found.as_ref().ok().map(|schedule| Date(schedule.entry.in_service))
    }

    /// First day of service as it became known after months were closed: what these would have been charged by it, less
    /// what they were, is `caughtUp` in the month in which it became known. Null where the day stands.
    async fn corrected_in_service_on(&self) -> Option<Date> {
        self.found.as_ref().ok().and_then(Schedule::corrected).map(|(_, day)| Date(day))
    }

    /// Capitalised cost.
    async fn cost(&self) -> Option<Decimal> {
        self.shown().map(|schedule| plain(schedule.entry.cost.amount))
    }

    /// What is expected to be left at the end of its life.
    async fn salvage(&self) -> Option<Decimal> {
        self.shown().map(|schedule| plain(schedule.entry.salvage))
    }

    /// The months that were asked for.
    async fn months(&self) -> Option<Vec<DepreciationMonth>> {
        let schedule = self.shown()?;
        let postings = match self.span {
            (None, None) => schedule.ledger.schedule(),
            (from, months) => {
                let from = from.unwrap_or(month::Month::of(schedule.entry.in_service));
                let whole = schedule.ledger.schedule();
                let left = whole.last().map_or(0, |last| last.month.since(from).saturating_add(1).max(0));
                let months = months.unwrap_or(left.min(MOST_MONTHS)).unsigned_abs();
                from.range(months).map(|month| schedule.ledger.posting(month)).collect()
            }
        };
        let catch_ups = schedule.ledger.catch_ups();
        let of = |posting: Posting| {
            let caught_up = catch_ups.iter().find(|one| one.month == posting.month);
            DepreciationMonth::new(posting, caught_up.map_or(Decimal::ZERO, |one| one.charge))
        };
        Some(postings.into_iter().map(of).collect())
    }

    /// The fiscal years of the whole life.
    async fn years(&self) -> Option<Vec<DepreciationYear>> {
        let years = self.shown()?.ledger.yearly(&self.books.calendar).into_iter();
        let years = years.map(|(fiscal_year, charge)| DepreciationYear {
            fiscal_year,
            label: year_label(fiscal_year),
            charge: plain(charge),
        });
        Some(years.collect())
    }

    /// What leaves the books, and with what gain or loss.
    async fn disposals(&self) -> Option<Vec<BookDisposal>> {
        Some(self.shown()?.ledger.disposals().iter().map(BookDisposal::from).collect())
    }

    /// How the figures came about.
    async fn explain(&self) -> Explanation {
        let mut explain = Explanation {
            formula: "book value = cost - depreciation accumulated - impairment; \
                      gain = proceeds - cost of sale - book value"
                .into(),
            assumptions: self.books.assumptions().into_iter().chain(self.overlay.of_books(false)).collect(),
            ..Explanation::default()
        };
        match &self.found {
            Err(absence) => explain.excluded.push(absence.reason().to_owned()),
            Ok(schedule) => {
                explain.inputs = vec![
                    input("rule", &schedule.rule),
                    input("in service", schedule.entry.in_service),
                    input("entry", if schedule.is_own { "on record" } else { "by the rule" }),
                    input("events on record", schedule.recorded),
                    input("events assumed", self.events),
                ];
                if let Some((known, day)) = schedule.corrected() {
                    explain.inputs.push(input(&format!("in service, as known since {known}"), day));
                }
                if !self.is_hidden {
                    explain.inputs.push(input("cost", plain(schedule.entry.cost.amount)));
                    explain.inputs.push(input("salvage", plain(schedule.entry.salvage)));
                    for one in schedule.ledger.catch_ups() {
                        let name = format!("depreciation of closed months caught up in {}", one.month);
                        explain.inputs.push(input(&name, plain(one.charge)));
                        if !one.impairment.is_zero() {
                            let name = format!("impairment of closed months caught up in {}", one.month);
                            explain.inputs.push(input(&name, plain(one.impairment)));
                        }
                    }
                }
                explain.estimated = self.events > 0;
            }
        }
        explain
    }
}

impl DepreciationMonth {
    fn new(posting: Posting, caught_up: Decimal) -> Self {
        Self {
            month: Month(posting.month),
            charge: plain(posting.charge),
            caught_up: plain(caught_up),
            impairment: plain(posting.impairment),
            cost: plain(posting.closing.cost),
            accumulated: plain(posting.closing.accumulated),
            book_value: plain(posting.closing.book_value()),
        }
    }
}

impl From<&DisposalPosting> for BookDisposal {
    fn from(posting: &DisposalPosting) -> Self {
        Self {
            date: Date(posting.date),
            month: Month(posting.month),
            cost: plain(posting.removed.cost),
            accumulated: plain(posting.removed.accumulated),
            book_value: plain(posting.removed.book_value()),
            gain: plain(posting.gain),
        }
    }
}

/// Queries of schedules.
#[derive(Default)]
pub struct DepreciationScheduleQuery;

/// Queries of schedules.
#[Object]
impl DepreciationScheduleQuery {
    /// How an asset is written off, month by month, and what would change if something happened to it.
    #[graphql(complexity = "500 + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn depreciation_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The asset.")] asset: Id<AssetId>,
        #[graphql(default_with = "Book::Book", desc = "The set of books.")] book: Book,
        #[graphql(
            desc = "A component that has an entry of its own, by its name; the asset itself when left out."
        )]
        component: Option<String>,
        #[graphql(desc = "First month; that of entry into service when left out.")] from: Option<Month>,
        #[graphql(desc = "Number of months, 1 to 1,200; to the end of its life when left out.")]
        months: Option<i32>,
        #[graphql(default, desc = "What is taken to happen to it, in any order; nothing is recorded.")]
        assuming: Vec<BookEventInput>,
        #[graphql(desc = "Fiscal calendar of conventions and years; the default one when left out.")]
        fiscal_calendar: Option<ID>,
        #[graphql(desc = "By the tables of tax in the United States; for the book TAX only.")] tax: Option<
            TaxTermsInput,
        >,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(
            desc = "The day whose knowledge counts: what was recorded later is left out. Left out: all that is recorded."
        )]
        as_of: Option<Date>,
    ) -> Result<DepreciationSchedule> {
        let reader = read(ctx, Permission::ViewLifecycle)?;
        let overlay = Overlay::load(&reader, scenario.map(|id| id.0)).await?;
        require_plausible("from", from.map(|month| month.0.first_day()))?;
        if let Some(months) = months {
            require_range("months", months, 1, MOST_MONTHS)?;
        }
        let events = assuming.iter().enumerate();
        let events: Vec<Event> = events
            .map(|(place, input)| input.event().map_err(|error| error.under(&format!("assuming[{place}]"))))
            .collect::<Result<_>>()?;
        let (count, is_hidden) = (events.len(), !caller(ctx)?.may(Permission::ViewPrices));
        if is_hidden && count > 0 {
            // What is refused of an event, such as a loss that is none, would tell the book value.
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller(ctx)?.role });
        }
        let books = Books::load(&reader, asked_as_of(book, fiscal_calendar.as_ref(), tax, as_of)?).await?;
        let found = book_schedules::schedule(
            &reader,
            &books,
            *asset,
            component.as_deref().unwrap_or_default(),
            events,
        )
        .await?;
        let span = (from.map(|month| month.0), months);
        Ok(DepreciationSchedule { book, found, books, span, events: count, is_hidden, overlay })
    }
}
