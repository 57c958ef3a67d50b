//! What happened to assets in the books, as clients see it.

mod changes;

pub use changes::BookEventMutation;

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    id::BookEventId,
    inventory::asset,
    lifecycle::{
        book_event::{self, Column},
        depreciation_rule,
    },
    money::{Amount, Rate},
};
use forecasting::month;
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::depreciation_rules::Book;
use crate::{
    access::{Caller, Permission},
    error::Result,
    inventory::graphql::{
        assets::{Asset, AssetFilter},
        sites::Site,
    },
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, priced},
        scalar::{Date, Id, Moment, Month, plain},
    },
};

/// What happened to an asset in the books.
#[derive(Clone)]
pub struct BookEvent(Record<book_event::Entity>);

impl From<Record<book_event::Entity>> for BookEvent {
    fn from(record: Record<book_event::Entity>) -> Self {
        Self(record)
    }
}

/// What can happen to an asset in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "book_event::BookEventKind")]
pub enum BookEventKind {
    /// It is worth less than its book value.
    Impairment,
    /// It serves longer or shorter.
    LifeChange,
    /// All or part of it leaves.
    Disposal,
    /// It goes to another site, cost centre or class.
    Transfer,
    /// It turns out to have been in service since another day.
    Service,
}

impl Noun for BookEvent {
    type Entity = book_event::Entity;
    type Id = BookEventId;
    const VIEW: Permission = Permission::ViewLifecycle;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "version" => &[Column::Version],
            "createdAt" => &[Column::CreatedAt],
            "updatedAt" => &[Column::UpdatedAt],
            "asset" => &[Column::AssetId],
            "book" => &[Column::Book],
            "component" => &[Column::Component],
            "kind" => &[Column::Kind],
            "on" => &[Column::HappenedOn],
            "postedIn" => &[Column::HappenedOn, Column::PostedFrom],
            "caughtUp" => &[Column::HappenedOn, Column::PostedFrom, Column::Kind],
            "inServiceOn" => &[Column::InServiceOn],
            "recoverable" => &[Column::RecoverableAmount],
            "lifeMonths" => &[Column::LifeMonths],
            "addedMonths" => &[Column::AddedMonths],
            "remainingMonths" => &[Column::RemainingMonths],
            "salvage" => &[Column::SalvageAmount],
            "proceeds" => &[Column::ProceedsAmount],
            "costOfSale" => &[Column::SaleCostAmount],
            "disposedCost" => &[Column::DisposedAmount],
            "disposedShare" => &[Column::DisposedShare],
            "disposedQuantity" => &[Column::DisposedQuantity],
            "heldQuantity" => &[Column::HeldQuantity],
            "fromSite" => &[Column::FromSiteId],
            "toSite" => &[Column::ToSiteId],
            "fromCostCentre" => &[Column::FromCostCentre],
            "toCostCentre" => &[Column::ToCostCentre],
            "fromClass" => &[Column::FromClass],
            "toClass" => &[Column::ToClass],
            "notes" => &[Column::Notes],
            _ => &[],
        }
    }
}

/// What happened to an asset in the books. Amounts are in the currency of its entry.
#[Object]
impl BookEvent {
    /// The id of the event.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<BookEventId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the event was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// The asset.
    async fn asset(&self, ctx: &Context<'_>) -> Result<Option<Asset>> {
        self.0.one(ctx, Column::AssetId).await
    }

    /// The set of books.
    async fn book(&self) -> Result<Book> {
        Ok(self.0.get::<depreciation_rule::Book>(Column::Book)?.into())
    }

    /// The component it happened to. Null for the asset itself.
    async fn component(&self) -> Result<Option<String>> {
        Ok(Some(self.0.get::<String>(Column::Component)?).filter(|name| !name.is_empty()))
    }

    /// What happened.
    async fn kind(&self) -> Result<BookEventKind> {
        Ok(self.0.get::<book_event::BookEventKind>(Column::Kind)?.into())
    }

    /// The day.
    async fn on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(Column::HappenedOn)?))
    }

    /// The month in which it is posted: its own, or the first one that was open when it was recorded.
    async fn posted_in(&self) -> Result<Month> {
        let on: NaiveDate = self.0.get(Column::HappenedOn)?;
        let from: Option<NaiveDate> = self.0.get(Column::PostedFrom)?;
        Ok(Month(month::Month::of(from.map_or(on, |from| from.max(on)))))
    }

    /// Whether it happened in a month that was closed when it was recorded, so that it is caught up in a later one.
    /// Another first day of service always is.
    async fn caught_up(&self) -> Result<bool> {
        let kind: book_event::BookEventKind = self.0.get(Column::Kind)?;
        let on: NaiveDate = self.0.get(Column::HappenedOn)?;
        let from: Option<NaiveDate> = self.0.get(Column::PostedFrom)?;
        Ok(kind == book_event::BookEventKind::Service || from.is_some_and(|from| from > on))
    }

    /// Whether the amounts are hidden from the caller's role.
    async fn amounts_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// Of an impairment: what it is still worth. Null when the caller may not see prices.
    async fn recoverable(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        priced(ctx, || {
            Ok(self.0.get::<Option<Amount>>(Column::RecoverableAmount)?.map(|it| plain(it.to_decimal())))
        })
    }

    /// Of a change of life: the new whole life, in months.
    async fn life_months(&self) -> Result<Option<i32>> {
        self.0.get(Column::LifeMonths)
    }

    /// Of a change of life: months by which it becomes longer, or shorter below zero.
    async fn added_months(&self) -> Result<Option<i32>> {
        self.0.get(Column::AddedMonths)
    }

    /// Of a change of life: months that are left.
    async fn remaining_months(&self) -> Result<Option<i32>> {
        self.0.get(Column::RemainingMonths)
    }

    /// Of an impairment or a change of life: the new salvage, where it changes too. Null when the caller may not see prices.
    async fn salvage(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        priced(ctx, || {
            Ok(self.0.get::<Option<Amount>>(Column::SalvageAmount)?.map(|it| plain(it.to_decimal())))
        })
    }

    /// Of a disposal: what it brought. Null when the caller may not see prices.
    async fn proceeds(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        priced(ctx, || {
            Ok(self.0.get::<Option<Amount>>(Column::ProceedsAmount)?.map(|it| plain(it.to_decimal())))
        })
    }

    /// Of a disposal: what selling cost. Null when the caller may not see prices.
    async fn cost_of_sale(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        priced(ctx, || {
            Ok(self.0.get::<Option<Amount>>(Column::SaleCostAmount)?.map(|it| plain(it.to_decimal())))
        })
    }

    /// Of a disposal in part: the cost that left. Null when the caller may not see prices.
    async fn disposed_cost(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        priced(ctx, || {
            Ok(self.0.get::<Option<Amount>>(Column::DisposedAmount)?.map(|it| plain(it.to_decimal())))
        })
    }

    /// Of a disposal in part: the share that left of what was there.
    async fn disposed_share(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(Column::DisposedShare)?.map(Rate::to_decimal))
    }

    /// Of a disposal in part: the pieces that left.
    async fn disposed_quantity(&self) -> Result<Option<i32>> {
        self.0.get(Column::DisposedQuantity)
    }

    /// Of a disposal in part: the pieces there were before.
    async fn held_quantity(&self) -> Result<Option<i32>> {
        self.0.get(Column::HeldQuantity)
    }

    /// Of another first day of service: the day.
    async fn in_service_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(Column::InServiceOn)?.map(Date))
    }

    /// Of a transfer: the site it was at.
    #[graphql(name = "fromSite")]
    async fn origin_site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, Column::FromSiteId).await
    }

    /// Of a transfer: the site it is at from then on.
    #[graphql(name = "toSite")]
    async fn target_site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, Column::ToSiteId).await
    }

    /// Of a transfer: what it was charged to.
    #[graphql(name = "fromCostCentre")]
    async fn origin_cost_centre(&self) -> Result<Option<String>> {
        self.0.get(Column::FromCostCentre)
    }

    /// Of a transfer: what it is charged to from then on.
    #[graphql(name = "toCostCentre")]
    async fn target_cost_centre(&self) -> Result<Option<String>> {
        self.0.get(Column::ToCostCentre)
    }

    /// Of a transfer: the class it was reported in.
    #[graphql(name = "fromClass")]
    async fn origin_class(&self) -> Result<Option<String>> {
        self.0.get(Column::FromClass)
    }

    /// Of a transfer: the class it is reported in from then on.
    #[graphql(name = "toClass")]
    async fn target_class(&self) -> Result<Option<String>> {
        self.0.get(Column::ToClass)
    }

    /// Anything else.
    async fn notes(&self) -> Result<Option<String>> {
        self.0.get(Column::Notes)
    }
}

/// Which events. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BookEventFilter {
    /// All of these as well.
    pub and: Option<Vec<BookEventFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<BookEventFilter>>,
    /// And not this.
    pub not: Option<Box<BookEventFilter>>,
    /// By id.
    pub id: Option<IdFilter<BookEventId>>,
    /// By the asset.
    pub asset: Option<AssetFilter>,
    /// By the set of books.
    pub book: Option<EnumFilter<Book>>,
    /// By the component; the asset itself has an empty one.
    pub component: Option<StringFilter>,
    /// By what happened.
    pub kind: Option<EnumFilter<BookEventKind>>,
    /// By the day.
    pub on: Option<DateFilter>,
    /// By the first day of the month in which it is caught up.
    pub posted_from: Option<DateFilter>,
}

impl Filter for BookEventFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        let asset = match &self.asset {
            Some(asset) => {
                let condition = asset.condition(caller)?;
                Some(through::<asset::Entity>(Column::AssetId, asset::Column::Id, condition))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(Column::Id)))
            .add_option(asset)
            .add_option(self.book.as_ref().map(|test| test.on::<depreciation_rule::Book>(Column::Book)))
            .add_option(self.component.as_ref().map(|test| test.on(Column::Component)))
            .add_option(self.kind.as_ref().map(|test| test.on::<book_event::BookEventKind>(Column::Kind)))
            .add_option(self.on.as_ref().map(|test| test.on(Column::HappenedOn)).transpose()?)
            .add_option(self.posted_from.as_ref().map(|test| test.on(Column::PostedFrom)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order events by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum BookEventOrderField {
    /// By the day.
    On,
    /// By what happened.
    Kind,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for BookEventOrderField {
    type Noun = BookEvent;

    fn column(self) -> Column {
        match self {
            Self::On => Column::HappenedOn,
            Self::Kind => Column::Kind,
            Self::CreatedAt => Column::CreatedAt,
        }
    }
}

/// Queries of events.
#[derive(Default)]
pub struct BookEventQuery;

/// Queries of events.
#[Object]
impl BookEventQuery {
    /// One event of the books by id.
    async fn book_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BookEventId>,
    ) -> Result<Option<BookEvent>> {
        by_id(ctx, id).await
    }

    /// What happened to assets in the books.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn book_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<BookEventFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<BookEventOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<BookEvent>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
