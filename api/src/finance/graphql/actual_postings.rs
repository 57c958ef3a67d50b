//! Postings of actual figures, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    finance::{actual_posting, budget_line::BudgetView, ledger_code},
    id::{ActualPostingId, BudgetVersionId, SiteId},
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    budget_versions::BudgetVersion,
    ledger_codes::{LedgerCode, LedgerCodeFilter},
};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    inventory::graphql::sites::Site,
    roadmap::graphql::MoneyView,
    schema::{
        filter::{
            AmountFilter, BooleanFilter, DateFilter, EnumFilter, Filter, IdFilter, IntFilter, Order,
            StringFilter, through,
        },
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, priced},
        scalar::{Date, Id, Moment, Money},
    },
};

/// One line of a document that was posted: what came about.
#[derive(Clone)]
pub struct ActualPosting(Record<actual_posting::Entity>);

impl From<Record<actual_posting::Entity>> for ActualPosting {
    fn from(record: Record<actual_posting::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ActualPosting {
    type Entity = actual_posting::Entity;
    type Id = ActualPostingId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: actual_posting::Column = actual_posting::Column::Id;

    fn columns(field: &str) -> &'static [actual_posting::Column] {
        use actual_posting::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "budget" => &[C::VersionId],
            "costCentre" => &[C::CostCentreId],
            "account" => &[C::AccountId],
            "tower" => &[C::TowerId],
            "site" => &[C::SiteId],
            "period" => &[C::Period],
            "view" => &[C::View],
            "source" => &[C::Source],
            "document" => &[C::Document],
            "documentLine" => &[C::DocumentLine],
            "kind" => &[C::Kind],
            "postedOn" => &[C::PostedOn],
            "recordedOn" => &[C::RecordedOn],
            "amount" => &[C::Amount, C::Currency],
            "quantity" => &[C::Quantity],
            "unitPrice" => &[C::UnitPrice, C::Currency],
            "currency" => &[C::Currency],
            "supplier" => &[C::Supplier],
            "description" => &[C::Description],
            "oneOff" => &[C::OneOff],
            _ => &[],
        }
    }
}

/// What sort of document a posting is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "actual_posting::PostingKind")]
pub enum PostingKind {
    /// What a supplier bills.
    #[default]
    Invoice,
    /// What a supplier gives back.
    CreditNote,
    /// What is expected to be billed later.
    Accrual,
    /// An accrual taken back, because the bill is there.
    AccrualReversal,
    /// What is promised to a supplier.
    Order,
    /// An entry of the ledger itself.
    Journal,
    /// What one part of the company charges another.
    Recharge,
}

/// One line of a document that was posted: what came about.
#[Object]
impl ActualPosting {
    /// The id of the posting.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ActualPostingId>(self.0.get(actual_posting::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(actual_posting::Column::Version)
    }

    /// When the posting was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(actual_posting::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(actual_posting::Column::UpdatedAt)
    }

    /// The actual figures that it is part of.
    async fn budget(&self, ctx: &Context<'_>) -> Result<Option<BudgetVersion>> {
        self.0.one(ctx, actual_posting::Column::VersionId).await
    }

    /// The system that it was posted in.
    async fn source(&self) -> Result<String> {
        self.0.get(actual_posting::Column::Source)
    }

    /// The document, as that system numbers it.
    async fn document(&self) -> Result<String> {
        self.0.get(actual_posting::Column::Document)
    }

    /// The line of the document.
    async fn document_line(&self) -> Result<String> {
        self.0.get(actual_posting::Column::DocumentLine)
    }

    /// What sort of document it is.
    async fn kind(&self) -> Result<PostingKind> {
        Ok(self.0.get::<actual_posting::PostingKind>(actual_posting::Column::Kind)?.into())
    }

    /// The day of the document in the ledger.
    async fn posted_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(actual_posting::Column::PostedOn)?.map(Date))
    }

    /// The day on which it was recorded here, or corrected.
    async fn recorded_on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(actual_posting::Column::RecordedOn)?))
    }

    /// The cost centre that is charged.
    async fn cost_centre(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, actual_posting::Column::CostCentreId).await
    }

    /// The account of the ledger.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, actual_posting::Column::AccountId).await
    }

    /// The tower; null where it is assigned to none.
    async fn tower(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, actual_posting::Column::TowerId).await
    }

    /// The site; null where it is of no single one.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, actual_posting::Column::SiteId).await
    }

    /// The period of the fiscal year, 1 to 12.
    async fn period(&self) -> Result<i32> {
        self.0.get(actual_posting::Column::Period)
    }

    /// Which event places the amount in the period.
    async fn view(&self) -> Result<MoneyView> {
        Ok(self.0.get::<BudgetView>(actual_posting::Column::View)?.into())
    }

    /// The ISO 4217 code of its amounts.
    async fn currency(&self) -> Result<String> {
        self.0.get(actual_posting::Column::Currency)
    }

    /// How much; costs are positive. Null when the caller may not see prices.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(actual_posting::Column::Currency)?;
            Ok(Some(Money::of(self.0.get::<Amount>(actual_posting::Column::Amount)?, &currency)))
        })
    }

    /// How many units it is for.
    async fn quantity(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(actual_posting::Column::Quantity)?.map(Rate::to_decimal))
    }

    /// Price of a unit. Null where none is stated, and when the caller may not see prices.
    async fn unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(actual_posting::Column::Currency)?;
            let price = self.0.get::<Option<Amount>>(actual_posting::Column::UnitPrice)?;
            Ok(price.map(|price| Money::of(price, &currency)))
        })
    }

    /// Whether amounts are hidden from the caller's role.
    async fn amounts_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// Who is paid.
    async fn supplier(&self) -> Result<Option<String>> {
        self.0.get(actual_posting::Column::Supplier)
    }

    /// Free text.
    async fn description(&self) -> Result<Option<String>> {
        self.0.get(actual_posting::Column::Description)
    }

    /// Whether it happened once and says nothing about other periods.
    async fn one_off(&self) -> Result<bool> {
        self.0.get(actual_posting::Column::OneOff)
    }
}

/// Which postings of actual figures. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ActualPostingFilter {
    /// All of these as well.
    pub and: Option<Vec<ActualPostingFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ActualPostingFilter>>,
    /// And not this.
    pub not: Option<Box<ActualPostingFilter>>,
    /// By id.
    pub id: Option<IdFilter<ActualPostingId>>,
    /// By the version of the budget.
    pub budget: Option<IdFilter<BudgetVersionId>>,
    /// By cost centre.
    pub cost_centre: Option<LedgerCodeFilter>,
    /// By account.
    pub account: Option<LedgerCodeFilter>,
    /// By tower.
    pub tower: Option<LedgerCodeFilter>,
    /// By site.
    pub site: Option<IdFilter<SiteId>>,
    /// By period.
    pub period: Option<IntFilter>,
    /// By view.
    pub view: Option<EnumFilter<MoneyView>>,
    /// By currency.
    pub currency: Option<StringFilter>,
    /// By amount, in units of its currency. Needs the right to see prices.
    pub amount: Option<AmountFilter>,
    /// By system.
    pub source: Option<StringFilter>,
    /// By document.
    pub document: Option<StringFilter>,
    /// By sort of document.
    pub kind: Option<EnumFilter<PostingKind>>,
    /// By the day of the document in the ledger.
    pub posted_on: Option<DateFilter>,
    /// By the day on which it was recorded here.
    pub recorded_on: Option<DateFilter>,
    /// By who is paid.
    pub supplier: Option<StringFilter>,
    /// By whether it happened once.
    pub one_off: Option<BooleanFilter>,
}

impl Filter for ActualPostingFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use actual_posting::Column as C;
        if self.amount.is_some() && !caller.may(Permission::ViewPrices) {
            // An answer would tell the amount by halving.
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller.role });
        }
        let cost_centre = match &self.cost_centre {
            Some(test) => {
                let condition = test.condition(caller)?;
                Some(through::<ledger_code::Entity>(C::CostCentreId, ledger_code::Column::Id, condition))
            }
            None => None,
        };
        let account = match &self.account {
            Some(test) => {
                let condition = test.condition(caller)?;
                Some(through::<ledger_code::Entity>(C::AccountId, ledger_code::Column::Id, condition))
            }
            None => None,
        };
        let tower = match &self.tower {
            Some(test) => {
                let condition = test.condition(caller)?;
                Some(through::<ledger_code::Entity>(C::TowerId, ledger_code::Column::Id, condition))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.budget.as_ref().map(|test| test.on(C::VersionId)))
            .add_option(cost_centre)
            .add_option(account)
            .add_option(tower)
            .add_option(self.site.as_ref().map(|test| test.on(C::SiteId)))
            .add_option(self.period.as_ref().map(|test| test.on(C::Period)).transpose()?)
            .add_option(self.view.as_ref().map(|test| test.on::<BudgetView>(C::View)))
            .add_option(self.currency.as_ref().map(|test| test.on(C::Currency)))
            .add_option(self.amount.as_ref().map(|test| test.on(C::Amount)).transpose()?)
            .add_option(self.source.as_ref().map(|test| test.on(C::Source)))
            .add_option(self.document.as_ref().map(|test| test.on(C::Document)))
            .add_option(self.kind.as_ref().map(|test| test.on::<actual_posting::PostingKind>(C::Kind)))
            .add_option(self.posted_on.as_ref().map(|test| test.on(C::PostedOn)).transpose()?)
            .add_option(self.recorded_on.as_ref().map(|test| test.on(C::RecordedOn)).transpose()?)
            .add_option(self.supplier.as_ref().map(|test| test.on(C::Supplier)))
            .add_option(self.one_off.as_ref().map(|test| test.on(C::OneOff))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order postings of actual figures by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ActualPostingOrderField {
    /// By period.
    Period,
    /// By amount. Needs the right to see prices.
    Amount,
    /// By document.
    Document,
    /// By the day of the document in the ledger.
    PostedOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for ActualPostingOrderField {
    type Noun = ActualPosting;

    fn column(self) -> actual_posting::Column {
        match self {
            Self::Period => actual_posting::Column::Period,
            Self::Amount => actual_posting::Column::Amount,
            Self::Document => actual_posting::Column::Document,
            Self::PostedOn => actual_posting::Column::PostedOn,
            Self::CreatedAt => actual_posting::Column::CreatedAt,
        }
    }

    fn permission(self) -> Option<Permission> {
        matches!(self, Self::Amount).then_some(Permission::ViewPrices)
    }
}

/// Queries of postings of actual figures.
#[derive(Default)]
pub struct ActualPostingQuery;

/// Queries of postings of actual figures.
#[Object]
impl ActualPostingQuery {
    /// One of the postings of actual figures by id.
    async fn actual_posting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ActualPostingId>,
    ) -> Result<Option<ActualPosting>> {
        by_id(ctx, id).await
    }

    /// The postings of actual figures.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn actual_postings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ActualPostingFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ActualPostingOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ActualPosting>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
