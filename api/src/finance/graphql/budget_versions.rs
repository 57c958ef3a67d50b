//! Versions of budgets, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    finance::{
        budget_line::BudgetView,
        budget_version::{self, PlanRates},
    },
    id::{BudgetVersionId, FiscalCalendarId},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};

use super::fiscal_calendars::FiscalCalendar;
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    finance::{
        values::{self, Figures, Reorganisation},
        variances::total,
    },
    roadmap::graphql::MoneyView,
    schema::{
        filter::{EnumFilter, Filter, IdFilter, IntFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, read},
        scalar::{Id, Moment, Money, plain},
    },
};

/// A budget of one fiscal year: what was approved, is expected, came about or might be.
#[derive(Clone)]
pub struct BudgetVersion(Record<budget_version::Entity>);

impl From<Record<budget_version::Entity>> for BudgetVersion {
    fn from(record: Record<budget_version::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for BudgetVersion {
    type Entity = budget_version::Entity;
    type Id = BudgetVersionId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: budget_version::Column = budget_version::Column::Id;

    fn columns(field: &str) -> &'static [budget_version::Column] {
        use budget_version::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "name" => &[C::Name],
            "kind" => &[C::Kind],
            "label" => &[C::Label],
            "fiscalYear" => &[C::FiscalYear],
            "fiscalCalendar" => &[C::CalendarId],
            "currency" => &[C::Currency],
            "planRates" => &[C::PlanRates],
            "status" => &[C::Status],
            "approvedBy" => &[C::ApprovedBy],
            "frozenAt" => &[C::FrozenAt],
            "contentHash" => &[C::ContentHash],
            "copiedFrom" => &[C::CopiedFromId],
            "notes" => &[C::Notes],
            _ => &[],
        }
    }
}

/// What a version of a budget is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "budget_version::VersionKind")]
pub enum BudgetVersionKind {
    /// What was approved.
    Plan,
    /// What is expected, with some periods behind it.
    Forecast,
    /// What came about: posted from documents.
    Actual,
    /// What might be.
    Scenario,
}

/// Whether a version may still be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "budget_version::VersionStatus")]
pub enum BudgetVersionStatus {
    /// It may.
    Draft,
    /// It may not: what differs is another version.
    Frozen,
}

/// What one unit of a currency counts as in a budget, all year long.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanRate {
    /// The ISO 4217 code of the currency.
    pub currency: String,
    /// Units of the currency of the budget for one of it.
    pub rate: Decimal,
}

/// What a budget has in one view, at its fixed rates.
#[derive(Clone, Debug, SimpleObject)]
pub struct BudgetTotal {
    /// Which event places the amounts in periods.
    view: MoneyView,
    /// How many lines or postings.
    lines: usize,
    /// Their sum. Null when the caller may not see sums, or when it would tell a single price.
    amount: Option<Money>,
}

/// A budget of one fiscal year: what was approved, is expected, came about or might be.
#[Object]
impl BudgetVersion {
    /// The id of the version.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<BudgetVersionId>(self.0.get(budget_version::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(budget_version::Column::Version)
    }

    /// When the version was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(budget_version::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(budget_version::Column::UpdatedAt)
    }

    /// Name; no two versions share one.
    async fn name(&self) -> Result<String> {
        self.0.get(budget_version::Column::Name)
    }

    /// What it is.
    async fn kind(&self) -> Result<BudgetVersionKind> {
        Ok(self.0.get::<budget_version::VersionKind>(budget_version::Column::Kind)?.into())
    }

    /// Of a forecast, how many periods are actual figures and how many expected: 3+9.
    async fn label(&self) -> Result<Option<String>> {
        self.0.get(budget_version::Column::Label)
    }

    /// The fiscal year, by its label.
    async fn fiscal_year(&self) -> Result<i32> {
        self.0.get(budget_version::Column::FiscalYear)
    }

    /// The calendar that cuts the year into periods.
    async fn fiscal_calendar(&self, ctx: &Context<'_>) -> Result<Option<FiscalCalendar>> {
        self.0.one(ctx, budget_version::Column::CalendarId).await
    }

    /// The ISO 4217 code of the currency that it is kept in.
    async fn currency(&self) -> Result<String> {
        self.0.get(budget_version::Column::Currency)
    }

    /// The fixed exchange rates of the year.
    async fn plan_rates(&self) -> Result<Vec<PlanRate>> {
        let PlanRates(rates) = self.0.get(budget_version::Column::PlanRates)?;
        let rates = rates.into_iter();
        Ok(rates.map(|rate| PlanRate { currency: rate.currency, rate: rate.rate.to_decimal() }).collect())
    }

    /// Whether it may still be edited.
    async fn status(&self) -> Result<BudgetVersionStatus> {
        Ok(self.0.get::<budget_version::VersionStatus>(budget_version::Column::Status)?.into())
    }

    /// Who approved it.
    async fn approved_by(&self) -> Result<Option<String>> {
        self.0.get(budget_version::Column::ApprovedBy)
    }

    /// When it was frozen.
    async fn frozen_at(&self) -> Result<Option<Moment>> {
        self.0.get::<Option<DateTime<Utc>>>(budget_version::Column::FrozenAt)
    }

    /// Hash of the rates and amounts that were frozen: equal for equal content.
    async fn content_hash(&self) -> Result<Option<String>> {
        self.0.get(budget_version::Column::ContentHash)
    }

    /// The version that it was copied from.
    async fn copied_from(&self, ctx: &Context<'_>) -> Result<Option<BudgetVersion>> {
        self.0.one(ctx, budget_version::Column::CopiedFromId).await
    }

    /// Free text.
    async fn notes(&self) -> Result<Option<String>> {
        self.0.get(budget_version::Column::Notes)
    }

    /// What it has in each view, at its fixed rates. Views are never added to each other.
    async fn totals(&self, ctx: &Context<'_>) -> Result<Vec<BudgetTotal>> {
        let reader = read(ctx, Permission::ViewFinance)?;
        let caller = caller(ctx)?;
        let (sees_totals, sees_prices) =
            (caller.may(Permission::ViewTotals), caller.may(Permission::ViewPrices));
        let load = async || {
            let ids: Vec<BudgetVersionId> = self.0.column_of_siblings(budget_version::Column::Id)?;
            values::read(&reader, &ids, Reorganisation::AsRecorded).await
        };
        let all = self.0.shared("totals".to_owned(), load).await?;
        let id: BudgetVersionId = self.0.get(budget_version::Column::Id)?;
        let own: Option<&Figures> = all.iter().find(|figures| figures.places.version.id == id);
        let own = own.ok_or_else(|| Error::internal("a budget that was not read"))?;
        let mut totals = Vec::new();
        for view in [MoneyView::Commitment, MoneyView::Cash, MoneyView::Pnl] {
            let (currency, sum, lines) = total(own, view.into())?;
            if lines > 0 {
                let is_shown = sees_totals && (sees_prices || lines > 1);
                let amount = is_shown.then(|| Money { amount: plain(sum), currency: currency.to_string() });
                totals.push(BudgetTotal { view, lines, amount });
            }
        }
        Ok(totals)
    }
}

/// Which versions of budgets. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BudgetVersionFilter {
    /// All of these as well.
    pub and: Option<Vec<BudgetVersionFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<BudgetVersionFilter>>,
    /// And not this.
    pub not: Option<Box<BudgetVersionFilter>>,
    /// By id.
    pub id: Option<IdFilter<BudgetVersionId>>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By what it is.
    pub kind: Option<EnumFilter<BudgetVersionKind>>,
    /// By the label of a forecast.
    pub label: Option<StringFilter>,
    /// By fiscal year.
    pub fiscal_year: Option<IntFilter>,
    /// By fiscal calendar.
    pub fiscal_calendar: Option<IdFilter<FiscalCalendarId>>,
    /// By status.
    pub status: Option<EnumFilter<BudgetVersionStatus>>,
}

impl Filter for BudgetVersionFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use budget_version::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.kind.as_ref().map(|test| test.on::<budget_version::VersionKind>(C::Kind)))
            .add_option(self.label.as_ref().map(|test| test.on(C::Label)))
            .add_option(self.fiscal_year.as_ref().map(|test| test.on(C::FiscalYear)).transpose()?)
            .add_option(self.fiscal_calendar.as_ref().map(|test| test.on(C::CalendarId)))
            .add_option(self.status.as_ref().map(|test| test.on::<budget_version::VersionStatus>(C::Status))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order versions of budgets by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum BudgetVersionOrderField {
    /// By name.
    Name,
    /// By fiscal year.
    FiscalYear,
    /// By what they are.
    Kind,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for BudgetVersionOrderField {
    type Noun = BudgetVersion;

    fn column(self) -> budget_version::Column {
        match self {
            Self::Name => budget_version::Column::Name,
            Self::FiscalYear => budget_version::Column::FiscalYear,
            Self::Kind => budget_version::Column::Kind,
            Self::CreatedAt => budget_version::Column::CreatedAt,
        }
    }
}

impl From<MoneyView> for BudgetView {
    fn from(view: MoneyView) -> Self {
        match view {
            MoneyView::Commitment => Self::Commitment,
            MoneyView::Cash => Self::Cash,
            MoneyView::Pnl => Self::Pnl,
        }
    }
}

impl From<BudgetView> for MoneyView {
    fn from(view: BudgetView) -> Self {
        match view {
            BudgetView::Commitment => Self::Commitment,
            BudgetView::Cash => Self::Cash,
            BudgetView::Pnl => Self::Pnl,
        }
    }
}

/// Queries of versions of budgets.
#[derive(Default)]
pub struct BudgetVersionQuery;

/// Queries of versions of budgets.
#[Object]
impl BudgetVersionQuery {
    /// One version of a budget by id or by name.
    async fn budget_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<BudgetVersionId>>,
        #[graphql(desc = "Its name.")] name: Option<String>,
    ) -> Result<Option<BudgetVersion>> {
        match (id, name) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(name)) => {
                by_condition(ctx, Condition::all().add(budget_version::Column::Name.eq(name))).await
            }
            _ => Err(Error::invalid("id", "give either an id or a name")),
        }
    }

    /// The versions of budgets.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn budget_versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<BudgetVersionFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<BudgetVersionOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<BudgetVersion>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
