//! Entries of assets in the books, as clients see them.

mod changes;

pub use changes::BookEntryMutation;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    id::BookEntryId,
    inventory::asset,
    lifecycle::{
        book_entry::{self, Column},
        depreciation_rule,
    },
    money::{Amount, Rate},
};
use forecasting::month;
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    book_words::MacrsClass,
    depreciation_rules::{Book, DepreciationConvention, DepreciationMethod, ScheduleRounding},
};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    inventory::graphql::assets::{Asset, AssetFilter},
    lifecycle::terms,
    schema::{
        filter::{AmountFilter, DateFilter, EnumFilter, Filter, IdFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, priced},
        scalar::{Date, Id, Moment, Money, Month},
    },
};

/// What a set of books says of one asset, or of a component of it, in place of what the rule of its kind gives.
#[derive(Clone)]
pub struct BookEntry(Record<book_entry::Entity>);

impl From<Record<book_entry::Entity>> for BookEntry {
    fn from(record: Record<book_entry::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for BookEntry {
    type Entity = book_entry::Entity;
    type Id = BookEntryId;
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
            "class" => &[Column::Class],
            "cost" => &[Column::CostAmount, Column::Currency],
            "salvage" => &[Column::SalvageAmount, Column::Currency],
            "ruleName" => &[Column::RuleName],
            "method" => &[Column::Method],
            "switchToStraightLine" => &[Column::SwitchToStraightLine],
            "lifeMonths" => &[Column::LifeMonths],
            "convention" => &[Column::Convention],
            "rounding" => &[Column::Rounding],
            "taxClass" => &[Column::TaxClass],
            "bonusRate" => &[Column::BonusRate],
            "midQuarter" => &[Column::MidQuarter],
            "inServiceOn" => &[Column::InServiceOn],
            "depreciableFrom" => &[Column::DepreciableFrom],
            "opening" => &[Column::OpeningAmount, Column::OpeningFrom, Column::Currency],
            "postedFrom" => &[Column::PostedFrom],
            "source" => &[Column::Source],
            _ => &[],
        }
    }
}

/// The balance that an asset came into the books with.
#[derive(Clone, Debug, SimpleObject)]
pub struct BookOpening {
    /// What was depreciated before. Null when the caller may not see prices.
    accumulated: Option<Money>,
    /// The first month that these books charge.
    from: Month,
}

/// What a set of books says of one asset, or of a component of it, in place of what the rule of its kind gives.
#[Object]
impl BookEntry {
    /// The id of the entry.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<BookEntryId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the entry was recorded.
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

    /// The component with a life of its own that it is for. Null for the asset itself.
    async fn component(&self) -> Result<Option<String>> {
        Ok(Some(self.0.get::<String>(Column::Component)?).filter(|name| !name.is_empty()))
    }

    /// The class it is reported in. Null is that of its kind.
    async fn class(&self) -> Result<Option<String>> {
        self.0.get(Column::Class)
    }

    /// Capitalised cost. Null when the caller may not see prices.
    async fn cost(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(Column::Currency)?;
            Ok(Some(Money::of(self.0.get::<Amount>(Column::CostAmount)?, &currency)))
        })
    }

    /// Whether the amounts are hidden from the caller's role.
    async fn amounts_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// What is expected to be left at the end of its life. Null is what the rule says, and where the caller may not see
    /// prices.
    async fn salvage(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(Column::Currency)?;
            let salvage = self.0.get::<Option<Amount>>(Column::SalvageAmount)?;
            Ok(salvage.map(|amount| Money::of(amount, &currency)))
        })
    }

    /// The rule that its terms were taken from when the books were closed. Null where they are its own, or still those
    /// of the rule of its kind.
    async fn rule_name(&self) -> Result<Option<String>> {
        self.0.get(Column::RuleName)
    }

    /// How cost is spread. Null is as the rule of its kind says.
    async fn method(&self) -> Result<Option<DepreciationMethod>> {
        let method: Option<depreciation_rule::DepreciationMethod> = self.0.get(Column::Method)?;
        Ok(method.map(Into::into))
    }

    /// Whether a declining method changes to straight line. Null is as the rule of its kind says.
    async fn switch_to_straight_line(&self) -> Result<Option<bool>> {
        self.0.get(Column::SwitchToStraightLine)
    }

    /// Life, in months. Null is as the rule of its kind says.
    async fn life_months(&self) -> Result<Option<i32>> {
        self.0.get(Column::LifeMonths)
    }

    /// Which part of the months of entry and exit counts. Null is as the rule of its kind says.
    async fn convention(&self) -> Result<Option<DepreciationConvention>> {
        let convention: Option<depreciation_rule::Convention> = self.0.get(Column::Convention)?;
        Ok(convention.map(Into::into))
    }

    /// Where the odd cents go. Null is as the rule of its kind says.
    async fn rounding(&self) -> Result<Option<ScheduleRounding>> {
        let rounding: Option<depreciation_rule::ScheduleRounding> = self.0.get(Column::Rounding)?;
        Ok(rounding.map(Into::into))
    }

    /// The class of property for income tax in the United States, which takes the place of method and life.
    async fn tax_class(&self) -> Result<Option<MacrsClass>> {
        let class: Option<book_entry::TaxClass> = self.0.get(Column::TaxClass)?;
        Ok(class.map(|class| terms::tax_class(class).into()))
    }

    /// The share of the cost that is deducted at once.
    async fn bonus_rate(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(Column::BonusRate)?.map(Rate::to_decimal))
    }

    /// Whether it follows the mid-quarter convention of tax. Null is as the test of its tax year says, until the books
    /// are closed.
    async fn mid_quarter(&self) -> Result<Option<bool>> {
        self.0.get(Column::MidQuarter)
    }

    /// First day of service. Null is that of the asset.
    async fn in_service_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(Column::InServiceOn)?.map(Date))
    }

    /// The day from which it is depreciated, where that is later than its service.
    async fn depreciable_from(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(Column::DepreciableFrom)?.map(Date))
    }

    /// The balance that it came into these books with, in the middle of its life.
    async fn opening(&self, ctx: &Context<'_>) -> Result<Option<BookOpening>> {
        let Some(from) = self.0.get::<Option<NaiveDate>>(Column::OpeningFrom)? else { return Ok(None) };
        let accumulated = priced(ctx, || {
            let currency: String = self.0.get(Column::Currency)?;
            let amount = self.0.get::<Option<Amount>>(Column::OpeningAmount)?;
            Ok(amount.map(|amount| Money::of(amount, &currency)))
        })?;
        Ok(Some(BookOpening { accumulated, from: Month(month::Month::of(from)) }))
    }

    /// The month in which everything is caught up that belongs to months that were closed when it was recorded. Null
    /// where nothing does.
    async fn posted_from(&self) -> Result<Option<Month>> {
        let from = self.0.get::<Option<NaiveDate>>(Column::PostedFrom)?;
        Ok(from.map(|from| Month(month::Month::of(from))))
    }

    /// Where the record came from, such as the closing that put it on record.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(Column::Source)
    }
}

/// Which entries. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BookEntryFilter {
    /// All of these as well.
    pub and: Option<Vec<BookEntryFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<BookEntryFilter>>,
    /// And not this.
    pub not: Option<Box<BookEntryFilter>>,
    /// By id.
    pub id: Option<IdFilter<BookEntryId>>,
    /// By the asset.
    pub asset: Option<AssetFilter>,
    /// By the set of books.
    pub book: Option<EnumFilter<Book>>,
    /// By the component; the asset itself has an empty one.
    pub component: Option<StringFilter>,
    /// By class.
    pub class: Option<StringFilter>,
    /// By cost, in units of its currency. Needs the right to see prices.
    pub cost: Option<AmountFilter>,
    /// By first day of service, where the entry states one.
    pub in_service_on: Option<DateFilter>,
    /// By the first day of the month in which it is caught up.
    pub posted_from: Option<DateFilter>,
}

impl Filter for BookEntryFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        if self.cost.is_some() && !caller.may(Permission::ViewPrices) {
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller.role });
        }
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
            .add_option(self.class.as_ref().map(|test| test.on(Column::Class)))
            .add_option(self.cost.as_ref().map(|test| test.on(Column::CostAmount)).transpose()?)
            .add_option(self.in_service_on.as_ref().map(|test| test.on(Column::InServiceOn)).transpose()?)
            .add_option(self.posted_from.as_ref().map(|test| test.on(Column::PostedFrom)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order entries by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum BookEntryOrderField {
    /// By component.
    Component,
    /// By class.
    Class,
    /// By first day of service, where the entry states one.
    InServiceOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for BookEntryOrderField {
    type Noun = BookEntry;

    fn column(self) -> Column {
        match self {
            Self::Component => Column::Component,
            Self::Class => Column::Class,
            Self::InServiceOn => Column::InServiceOn,
            Self::CreatedAt => Column::CreatedAt,
        }
    }
}

/// Queries of entries.
#[derive(Default)]
pub struct BookEntryQuery;

/// Queries of entries.
#[Object]
impl BookEntryQuery {
    /// One entry of the books by id.
    async fn book_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BookEntryId>,
    ) -> Result<Option<BookEntry>> {
        by_id(ctx, id).await
    }

    /// The entries that assets and components have of their own in the books.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn book_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<BookEntryFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<BookEntryOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<BookEntry>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
