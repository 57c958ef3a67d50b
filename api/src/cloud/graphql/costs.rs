//! Cost records, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    cloud::{cost_record, provider_account, workload},
    id::CostRecordId,
    money::Amount,
};
use sea_orm::{ColumnTrait, Condition, Order as SqlOrder};

use super::{
    accounts::{ProviderAccount, ProviderAccountFilter},
    workloads::{Workload, WorkloadFilter},
};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    schema::{
        filter::{AmountFilter, EnumFilter, Filter, IdFilter, MonthFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, priced},
        scalar::{Id, Moment, Money, Month},
    },
};

/// The longest time that costs are listed for without paging, in months.
const MOST_MONTHS: i32 = 60;

/// What one service of a workload, or of an account as a whole, cost in one month, in the four measures of FOCUS.
#[derive(Clone)]
pub struct CostRecord(Record<cost_record::Entity>);

impl From<Record<cost_record::Entity>> for CostRecord {
    fn from(record: Record<cost_record::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for CostRecord {
    type Entity = cost_record::Entity;
    type Id = CostRecordId;
    const VIEW: Permission = Permission::ViewCloud;
    const ID: cost_record::Column = cost_record::Column::Id;

    fn columns(field: &str) -> &'static [cost_record::Column] {
        use cost_record::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "account" => &[C::AccountId],
            "workload" => &[C::WorkloadId],
            "month" => &[C::Month],
            "service" => &[C::Service],
            "chargeCategory" => &[C::ChargeCategory],
            "currency" => &[C::Currency],
            "billed" => &[C::BilledAmount, C::Currency],
            "effective" => &[C::EffectiveAmount, C::Currency],
            "list" => &[C::ListAmount, C::Currency],
            "contracted" => &[C::ContractedAmount, C::Currency],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

impl CostRecord {
    /// The order of bounded lists.
    pub const BY_MONTH: [(cost_record::Column, SqlOrder); 4] = [
        (cost_record::Column::Month, SqlOrder::Asc),
        (cost_record::Column::Service, SqlOrder::Asc),
        (cost_record::Column::ChargeCategory, SqlOrder::Asc),
        (cost_record::Column::Id, SqlOrder::Asc),
    ];
}

/// The condition that a cost lies between two months, both included.
///
/// # Errors
/// `Invalid` when they are in the wrong order, `LimitExceeded` when they are too far apart.
pub fn months(from: Month, to: Month) -> Result<Condition> {
    let count = to.0.since(from.0) + 1;
    if count < 1 {
        return Err(Error::invalid("to", format!("{} lies before {}", to.0, from.0)));
    }
    if count > MOST_MONTHS {
        let message = format!("from {} to {} are {count} months, {MOST_MONTHS} at most", from.0, to.0);
        return Err(Error::TooMuch { field: "to".into(), message });
    }
    let month = cost_record::Column::Month;
    Ok(Condition::all().add(month.gte(from.0.first_day())).add(month.lte(to.0.first_day())))
}

/// The cost of listing months: what one record costs, times the months.
pub fn months_cost(from: Month, to: Month, row: usize) -> usize {
    let months = (to.0.since(from.0) + 1).clamp(1, MOST_MONTHS);
    usize::try_from(months).unwrap_or(1).saturating_mul(row).saturating_add(1)
}

/// What sort of charge a cost is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "cost_record::ChargeCategory")]
pub enum ChargeCategory {
    /// Something was used.
    #[default]
    Usage,
    /// Something was bought: a commitment, a subscription.
    Purchase,
    /// Tax.
    Tax,
    /// Given by the provider: zero or below.
    Credit,
    /// A correction of an earlier charge.
    Adjustment,
}

/// What one service of a workload, or of an account as a whole, cost in one month, in the four measures of FOCUS.
#[Object]
impl CostRecord {
    /// The id of the cost record.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<CostRecordId>(self.0.get(cost_record::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(cost_record::Column::Version)
    }

    /// When the cost was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(cost_record::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(cost_record::Column::UpdatedAt)
    }

    /// The account that was billed.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<ProviderAccount>> {
        self.0.one(ctx, cost_record::Column::AccountId).await
    }

    /// The workload that caused it; null is the account as a whole.
    async fn workload(&self, ctx: &Context<'_>) -> Result<Option<Workload>> {
        self.0.one(ctx, cost_record::Column::WorkloadId).await
    }

    /// The month that it is for.
    async fn month(&self) -> Result<Month> {
        let first: NaiveDate = self.0.get(cost_record::Column::Month)?;
        Ok(Month(forecasting::month::Month::of(first)))
    }

    /// The provider's service.
    async fn service(&self) -> Result<String> {
        self.0.get(cost_record::Column::Service)
    }

    /// What sort of charge it is.
    async fn charge_category(&self) -> Result<ChargeCategory> {
        Ok(self.0.get::<cost_record::ChargeCategory>(cost_record::Column::ChargeCategory)?.into())
    }

    /// The ISO 4217 code of the currency of the four costs.
    async fn currency(&self) -> Result<String> {
        self.0.get(cost_record::Column::Currency)
    }

    /// On the invoice. Null when the caller may not see prices.
    async fn billed(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.cost(ctx, cost_record::Column::BilledAmount)
    }

    /// With prepayments spread over what they cover. Null when the caller may not see prices.
    async fn effective(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.cost(ctx, cost_record::Column::EffectiveAmount)
    }

    /// At list price. Null when the caller may not see prices.
    async fn list(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.cost(ctx, cost_record::Column::ListAmount)
    }

    /// At the negotiated price, before commitments. Null when the caller may not see prices.
    async fn contracted(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.cost(ctx, cost_record::Column::ContractedAmount)
    }

    /// Whether the four costs are hidden from the caller's role.
    async fn costs_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(cost_record::Column::Source)
    }
}

impl CostRecord {
    fn cost(&self, ctx: &Context<'_>, amount: cost_record::Column) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(cost_record::Column::Currency)?;
            Ok(Some(Money::of(self.0.get::<Amount>(amount)?, &currency)))
        })
    }
}

/// Which cost records. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CostRecordFilter {
    /// All of these as well.
    pub and: Option<Vec<CostRecordFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<CostRecordFilter>>,
    /// And not this.
    pub not: Option<Box<CostRecordFilter>>,
    /// By id.
    pub id: Option<IdFilter<CostRecordId>>,
    /// By the account that was billed.
    pub account: Option<ProviderAccountFilter>,
    /// By the workload that caused it.
    pub workload: Option<WorkloadFilter>,
    /// True: of an account as a whole. False: of a workload.
    pub of_whole_account: Option<bool>,
    /// By month.
    pub month: Option<MonthFilter>,
    /// By service.
    pub service: Option<StringFilter>,
    /// By category.
    pub charge_category: Option<EnumFilter<ChargeCategory>>,
    /// By currency.
    pub currency: Option<StringFilter>,
    /// By billed cost, in units of its currency. Needs the right to see prices.
    pub billed: Option<AmountFilter>,
    /// By effective cost, in units of its currency. Needs the right to see prices.
    pub effective: Option<AmountFilter>,
}

impl Filter for CostRecordFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use cost_record::Column as C;
        if (self.billed.is_some() || self.effective.is_some()) && !caller.may(Permission::ViewPrices) {
            // An answer would tell the price by halving.
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller.role });
        }
        let account = match &self.account {
            Some(test) => {
                let condition = test.condition(caller)?;
                let id = provider_account::Column::Id;
                Some(through::<provider_account::Entity>(C::AccountId, id, condition))
            }
            None => None,
        };
        let workload = match &self.workload {
            Some(test) => {
                let condition = test.condition(caller)?;
                Some(through::<workload::Entity>(C::WorkloadId, workload::Column::Id, condition))
            }
            None => None,
        };
        let whole = |whole| if whole { C::WorkloadId.is_null() } else { C::WorkloadId.is_not_null() };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(account)
            .add_option(workload)
            .add_option(self.of_whole_account.map(whole))
            .add_option(self.month.as_ref().map(|test| test.on(C::Month)).transpose()?)
            .add_option(self.service.as_ref().map(|test| test.on(C::Service)))
            .add_option(
                self.charge_category
                    .as_ref()
                    .map(|test| test.on::<cost_record::ChargeCategory>(C::ChargeCategory)),
            )
            .add_option(self.currency.as_ref().map(|test| test.on(C::Currency)))
            .add_option(self.billed.as_ref().map(|test| test.on(C::BilledAmount)).transpose()?)
            .add_option(self.effective.as_ref().map(|test| test.on(C::EffectiveAmount)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order cost records by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CostRecordOrderField {
    /// By month.
    Month,
    /// By service.
    Service,
    /// By billed cost. Needs the right to see prices.
    Billed,
    /// By effective cost. Needs the right to see prices.
    Effective,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for CostRecordOrderField {
    type Noun = CostRecord;

    fn column(self) -> cost_record::Column {
        use cost_record::Column as C;
        match self {
            Self::Month => C::Month,
            Self::Service => C::Service,
            Self::Billed => C::BilledAmount,
            Self::Effective => C::EffectiveAmount,
            Self::CreatedAt => C::CreatedAt,
        }
    }

    fn permission(self) -> Option<Permission> {
        matches!(self, Self::Billed | Self::Effective).then_some(Permission::ViewPrices)
    }
}

/// Queries of cost records.
#[derive(Default)]
pub struct CostQuery;

/// Queries of cost records.
#[Object]
impl CostQuery {
    /// One cost record by id.
    async fn cost_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CostRecordId>,
    ) -> Result<Option<CostRecord>> {
        by_id(ctx, id).await
    }

    /// The cost records.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn cost_records(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<CostRecordFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<CostRecordOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<CostRecord>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
