//! Closed periods of the books, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    id::ClosedPeriodId,
    lifecycle::{
        closed_period::{self, Column},
        depreciation_rule,
    },
};
use forecasting::month;
use sea_orm::Condition;

use super::{
    book_words::{TaxTermsInput, asked},
    depreciation_rules::Book,
};
use crate::{
    access::{Caller, Permission},
    error::Result,
    finance::graphql::fiscal_calendars::FiscalCalendar,
    lifecycle::closed_periods,
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, Order},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, change},
        scalar::{Date, Id, Moment, Month},
    },
};

/// Up to which month a set of books is closed. The latest of a book counts.
#[derive(Clone)]
pub struct ClosedPeriod(Record<closed_period::Entity>);

impl From<Record<closed_period::Entity>> for ClosedPeriod {
    fn from(record: Record<closed_period::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ClosedPeriod {
    type Entity = closed_period::Entity;
    type Id = ClosedPeriodId;
    const VIEW: Permission = Permission::ViewLifecycle;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "version" => &[Column::Version],
            "createdAt" => &[Column::CreatedAt],
            "updatedAt" => &[Column::UpdatedAt],
            "book" => &[Column::Book],
            "through" | "firstOpen" | "throughOn" => &[Column::ThroughOn],
            "fiscalCalendar" => &[Column::FiscalCalendarId],
            _ => &[],
        }
    }
}

/// Up to which month a set of books is closed. The latest of a book counts.
#[Object]
impl ClosedPeriod {
    /// The id of the closing.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ClosedPeriodId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the closing was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// The set of books.
    async fn book(&self) -> Result<Book> {
        Ok(self.0.get::<depreciation_rule::Book>(Column::Book)?.into())
    }

    /// The last month that is closed.
    async fn through(&self) -> Result<Month> {
        Ok(Month(month::Month::of(self.0.get::<NaiveDate>(Column::ThroughOn)?)))
    }

    /// The last day that is closed.
    async fn through_on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(Column::ThroughOn)?))
    }

    /// The month after: what belongs to closed months and becomes known later is caught up in it.
    async fn first_open(&self) -> Result<Month> {
        Ok(Month(month::Month::of(self.0.get::<NaiveDate>(Column::ThroughOn)?).next()))
    }

    /// The fiscal calendar by which it was closed. Null is the default one of that day, or calendar years.
    async fn fiscal_calendar(&self, ctx: &Context<'_>) -> Result<Option<FiscalCalendar>> {
        self.0.one(ctx, Column::FiscalCalendarId).await
    }
}

/// A closing, and what it put on record.
#[derive(SimpleObject)]
pub struct PeriodClosing {
    /// The period that is closed now.
    period: ClosedPeriod,
    /// Entries that rules had given, and that are on record from now on, whatever becomes of the rules.
    entries_recorded: u64,
    /// Disposals that the inventory had, and that are on record from now on.
    disposals_recorded: u64,
    /// Other first days of service that the inventory had, caught up in the closed months and on record from now on.
    corrections_recorded: u64,
}

/// Which closed periods. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ClosedPeriodFilter {
    /// All of these as well.
    pub and: Option<Vec<ClosedPeriodFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ClosedPeriodFilter>>,
    /// And not this.
    pub not: Option<Box<ClosedPeriodFilter>>,
    /// By id.
    pub id: Option<IdFilter<ClosedPeriodId>>,
    /// By the set of books.
    pub book: Option<EnumFilter<Book>>,
    /// By the last day that is closed.
    pub through_on: Option<DateFilter>,
}

impl Filter for ClosedPeriodFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(Column::Id)))
            .add_option(self.book.as_ref().map(|test| test.on::<depreciation_rule::Book>(Column::Book)))
            .add_option(self.through_on.as_ref().map(|test| test.on(Column::ThroughOn)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order closed periods by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ClosedPeriodOrderField {
    /// By the last day that is closed.
    ThroughOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for ClosedPeriodOrderField {
    type Noun = ClosedPeriod;

    fn column(self) -> Column {
        match self {
            Self::ThroughOn => Column::ThroughOn,
            Self::CreatedAt => Column::CreatedAt,
        }
    }
}

/// Queries of closed periods.
#[derive(Default)]
pub struct ClosedPeriodQuery;

/// Queries of closed periods.
#[Object]
impl ClosedPeriodQuery {
    /// One closed period by id.
    async fn closed_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ClosedPeriodId>,
    ) -> Result<Option<ClosedPeriod>> {
        by_id(ctx, id).await
    }

    /// The closed periods of the books.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn closed_periods(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ClosedPeriodFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ClosedPeriodOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ClosedPeriod>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of closed periods.
#[derive(Default)]
pub struct ClosedPeriodMutation;

/// Changes of closed periods.
#[Object]
impl ClosedPeriodMutation {
    /// Closes a set of books through a month, for good. What has been posted up to then never changes: entries that
    /// rules gave and disposals that the inventory had are put on record, and whatever becomes known later is caught up
    /// in the first open month.
    async fn close_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The last month that is closed from then on; it has ended.")] through: Month,
        #[graphql(default_with = "Book::Book", desc = "The set of books.")] book: Book,
        #[graphql(desc = "Fiscal calendar of conventions; the default one when left out.")]
        fiscal_calendar: Option<ID>,
        #[graphql(desc = "By the tables of tax in the United States; for the book TAX only.")] tax: Option<
            TaxTermsInput,
        >,
    ) -> Result<PeriodClosing> {
        let asked = asked(book, fiscal_calendar.as_ref(), tax)?;
        let closing = change(ctx, Permission::EditFinance, async |tx| {
            closed_periods::close(tx, asked.clone(), through.0).await
        })
        .await?;
        Ok(PeriodClosing {
            period: Record::whole(closing.period).into(),
            entries_recorded: closing.entries,
            disposals_recorded: closing.disposals,
            corrections_recorded: closing.corrections,
        })
    }
}
