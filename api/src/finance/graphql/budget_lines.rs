//! Lines of budgets, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{
    finance::{
        budget_line::{self, BudgetView},
        ledger_code,
    },
    id::{BudgetLineId, BudgetVersionId, SiteId},
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
        filter::{AmountFilter, EnumFilter, Filter, IdFilter, IntFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, priced},
        scalar::{Id, Moment, Money},
    },
};

/// One amount of a budget.
#[derive(Clone)]
pub struct BudgetLine(Record<budget_line::Entity>);

impl From<Record<budget_line::Entity>> for BudgetLine {
    fn from(record: Record<budget_line::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for BudgetLine {
    type Entity = budget_line::Entity;
    type Id = BudgetLineId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: budget_line::Column = budget_line::Column::Id;

    fn columns(field: &str) -> &'static [budget_line::Column] {
        use budget_line::Column as C;
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
            "item" => &[C::Item],
            "amount" => &[C::Amount, C::Currency],
            "quantity" => &[C::Quantity],
            "unitPrice" => &[C::UnitPrice, C::Currency],
            "currency" => &[C::Currency],
            "description" => &[C::Description],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// One amount of a budget.
#[Object]
impl BudgetLine {
    /// The id of the line.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<BudgetLineId>(self.0.get(budget_line::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(budget_line::Column::Version)
    }

    /// When the line was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(budget_line::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(budget_line::Column::UpdatedAt)
    }

    /// The version that it is part of.
    async fn budget(&self, ctx: &Context<'_>) -> Result<Option<BudgetVersion>> {
        self.0.one(ctx, budget_line::Column::VersionId).await
    }

    /// The cost centre that is charged.
    async fn cost_centre(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, budget_line::Column::CostCentreId).await
    }

    /// The account of the ledger.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, budget_line::Column::AccountId).await
    }

    /// The tower; null where it is assigned to none.
    async fn tower(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, budget_line::Column::TowerId).await
    }

    /// The site; null where it is of no single one.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, budget_line::Column::SiteId).await
    }

    /// The period of the fiscal year, 1 to 12.
    async fn period(&self) -> Result<i32> {
        self.0.get(budget_line::Column::Period)
    }

    /// Which event places the amount in the period.
    async fn view(&self) -> Result<MoneyView> {
        Ok(self.0.get::<BudgetView>(budget_line::Column::View)?.into())
    }

    /// Tells lines of one place apart; empty where there is one.
    async fn item(&self) -> Result<String> {
        self.0.get(budget_line::Column::Item)
    }

    /// The ISO 4217 code of its amounts.
    async fn currency(&self) -> Result<String> {
        self.0.get(budget_line::Column::Currency)
    }

    /// How much; costs are positive. Null when the caller may not see prices.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(budget_line::Column::Currency)?;
            Ok(Some(Money::of(self.0.get::<Amount>(budget_line::Column::Amount)?, &currency)))
        })
    }

    /// How many units it is for.
    async fn quantity(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(budget_line::Column::Quantity)?.map(Rate::to_decimal))
    }

    /// Price of a unit. Null where none is stated, and when the caller may not see prices.
    async fn unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(budget_line::Column::Currency)?;
            let price = self.0.get::<Option<Amount>>(budget_line::Column::UnitPrice)?;
            Ok(price.map(|price| Money::of(price, &currency)))
        })
    }

    /// Whether amounts are hidden from the caller's role.
    async fn amounts_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// Free text.
    async fn description(&self) -> Result<Option<String>> {
        self.0.get(budget_line::Column::Description)
    }

    /// Where the line came from, such as the file of an import or the roadmap.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(budget_line::Column::Source)
    }
}

/// Which lines of budgets. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BudgetLineFilter {
    /// All of these as well.
    pub and: Option<Vec<BudgetLineFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<BudgetLineFilter>>,
    /// And not this.
    pub not: Option<Box<BudgetLineFilter>>,
    /// By id.
    pub id: Option<IdFilter<BudgetLineId>>,
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
    /// By item.
    pub item: Option<StringFilter>,
    /// By where it came from.
    pub source: Option<StringFilter>,
}

impl Filter for BudgetLineFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use budget_line::Column as C;
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
            .add_option(self.item.as_ref().map(|test| test.on(C::Item)))
            .add_option(self.source.as_ref().map(|test| test.on(C::Source))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order lines of budgets by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum BudgetLineOrderField {
    /// By period.
    Period,
    /// By amount. Needs the right to see prices.
    Amount,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for BudgetLineOrderField {
    type Noun = BudgetLine;

    fn column(self) -> budget_line::Column {
        match self {
            Self::Period => budget_line::Column::Period,
            Self::Amount => budget_line::Column::Amount,
            Self::CreatedAt => budget_line::Column::CreatedAt,
        }
    }

    fn permission(self) -> Option<Permission> {
        matches!(self, Self::Amount).then_some(Permission::ViewPrices)
    }
}

/// Queries of lines of budgets.
#[derive(Default)]
pub struct BudgetLineQuery;

/// Queries of lines of budgets.
#[Object]
impl BudgetLineQuery {
    /// One of the lines of budgets by id.
    async fn budget_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BudgetLineId>,
    ) -> Result<Option<BudgetLine>> {
        by_id(ctx, id).await
    }

    /// The lines of budgets.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn budget_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<BudgetLineFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<BudgetLineOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<BudgetLine>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
