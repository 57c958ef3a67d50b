//! Costs added up over months and by what the caller groups them by, in one statement.

use entity::cloud::{
    cost_record::{self, ChargeCategory},
    provider_account, workload,
};
use forecasting::month::Month;
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IdenStatic, IntoSimpleExpr, JoinType, Order, QueryFilter,
    QueryResult, QuerySelect, QueryTrait, RelationTrait,
    sea_query::{Expr, Func, NullOrdering, SelectStatement},
};

use super::sums;
use crate::{
    error::{Error, Result},
    store::Read,
};

/// The longest summary, in months.
pub const MOST_MONTHS: u32 = 120;

/// What costs can be grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// The account.
    Account,
    /// The workload.
    Workload,
    /// The provider's service.
    Service,
    /// The region of the workload.
    Region,
    /// The environment of the workload.
    Environment,
    /// The owner of the workload, or of the account where the workload has none.
    Owner,
    /// The provider.
    Provider,
    /// The month.
    Month,
    /// The category of the charge.
    ChargeCategory,
}

impl Dimension {
    /// The name of its column in the answer.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account_id",
            Self::Workload => "workload_id",
            Self::Service => "service",
            Self::Region => "region",
            Self::Environment => "environment",
            Self::Owner => "owner",
            Self::Provider => "provider",
            Self::Month => "month",
            Self::ChargeCategory => "charge_category",
        }
    }

    fn expression(self) -> Expr {
        match self {
            Self::Account => cost_record::Column::AccountId.into_simple_expr(),
            Self::Workload => cost_record::Column::WorkloadId.into_simple_expr(),
            Self::Service => cost_record::Column::Service.into_simple_expr(),
            Self::Region => workload::Column::Region.into_simple_expr(),
            Self::Environment => workload::Column::Environment.into_simple_expr(),
            Self::Owner => Func::coalesce([
                workload::Column::Owner.into_simple_expr(),
                provider_account::Column::Owner.into_simple_expr(),
            ])
            .into(),
            Self::Provider => provider_account::Column::Provider.into_simple_expr(),
            Self::Month => cost_record::Column::Month.into_simple_expr(),
            Self::ChargeCategory => cost_record::Column::ChargeCategory.into_simple_expr(),
        }
    }
}

/// The costs of a group, all in one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The currency.
    pub currency: String,
    /// How many records were added.
    pub records: i64,
    /// On invoices.
    pub billed: Decimal,
    /// With prepayments spread over what they cover.
    pub effective: Decimal,
    /// At list prices.
    pub list: Decimal,
    /// At negotiated prices, before commitments.
    pub contracted: Decimal,
    /// List cost of usage alone.
    pub usage_list: Decimal,
    /// Effective cost of usage alone.
    pub usage_effective: Decimal,
}

impl Sums {
    /// The share of the list cost of usage that negotiation and commitments save: (list - effective) / list. Purchases
    /// are left out, as their cost is spread over usage, and taxes and credits, so that they do not move it.
    #[must_use]
    pub fn savings_rate(&self) -> Option<Decimal> {
        let saved = self.usage_list - self.usage_effective;
        saved.checked_div(self.usage_list).map(|rate| rate.round_dp(6))
    }

    /// Adds another group in the same currency.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.billed += other.billed;
        self.effective += other.effective;
        self.list += other.list;
        self.contracted += other.contracted;
        self.usage_list += other.usage_list;
        self.usage_effective += other.usage_effective;
    }

    fn read(row: &QueryResult) -> Result<Self> {
        Ok(Self {
            currency: row.try_get("", cost_record::Column::Currency.as_str())?,
            records: row.try_get("", "records")?,
            billed: sums::read(row, "billed")?,
            effective: sums::read(row, "effective")?,
            list: sums::read(row, "list")?,
            contracted: sums::read(row, "contracted")?,
            usage_list: sums::read(row, "usage_list")?,
            usage_effective: sums::read(row, "usage_effective")?,
        })
    }
}

/// A group: its row, with the dimensions, and its sums.
#[derive(Debug)]
pub struct Group {
    /// The dimensions by name.
    pub row: QueryResult,
    /// The sums.
    pub sums: Sums,
}

/// The costs of `months` months from `from` that meet `condition`, grouped by currency and `dimensions`.
///
/// # Errors
/// `Invalid` for no month or too many, `LimitExceeded` for more groups than `most`.
pub async fn summarise(
    db: &impl Read,
    from: Month,
    months: i32,
    condition: Condition,
    dimensions: &[Dimension],
    most: u64,
) -> Result<Vec<Group>> {
    let count = u32::try_from(months).ok().filter(|count| (1..=MOST_MONTHS).contains(count));
    if count.is_none() {
        return Err(Error::invalid("months", format!("{months} is not between 1 and {MOST_MONTHS}")));
    }
    let query = query(from, months, condition, dimensions, most);
    let rows = db.query_all(&query).await?;
    if rows.len() as u64 > most {
        let message = format!("the summary has more than {most} rows, group by less or choose with a filter");
        return Err(Error::LimitExceeded(message));
    }
    let groups = rows.into_iter().map(|row| Ok(Group { sums: Sums::read(&row)?, row }));
    groups.collect()
}

fn query(
    from: Month,
    months: i32,
    condition: Condition,
    dimensions: &[Dimension],
    most: u64,
) -> SelectStatement {
    use cost_record::Column as C;
    let mut select = cost_record::Entity::find()
        .select_only()
        .column(C::Currency)
        .column_as(C::Id.count(), "records")
        .join(JoinType::InnerJoin, cost_record::Relation::Account.def())
        .join(JoinType::LeftJoin, cost_record::Relation::Workload.def())
        .filter(C::Month.gte(from.first_day()))
        .filter(C::Month.lt(from.plus(months).first_day()))
        .filter(condition)
        .group_by(C::Currency)
        .limit(most.saturating_add(1));
    for dimension in dimensions {
        select = select.expr_as(dimension.expression(), dimension.name()).group_by(dimension.expression());
    }
    let mut query = select.into_query();
    let usage = |amount: C| {
        let is_usage = C::ChargeCategory.eq(ChargeCategory::Usage);
        Expr::expr(Expr::case(is_usage, amount.into_simple_expr()).finally(0_i64))
    };
    for (name, amount) in [
        ("billed", C::BilledAmount.into_simple_expr()),
        ("effective", C::EffectiveAmount.into_simple_expr()),
        ("list", C::ListAmount.into_simple_expr()),
        ("contracted", C::ContractedAmount.into_simple_expr()),
        ("usage_list", usage(C::ListAmount)),
        ("usage_effective", usage(C::EffectiveAmount)),
    ] {
        sums::select(&mut query, &amount, name);
    }
    query.order_by_expr(C::Currency.into_simple_expr(), Order::Asc);
    for dimension in dimensions {
        query.order_by_expr_with_nulls(dimension.expression(), Order::Asc, NullOrdering::Last);
    }
    query
}
