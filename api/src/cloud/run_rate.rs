//! What cloud costs a month, as far as it is known, and how that is taken to grow: the start of every forecast.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use entity::{
    cloud::{
        cost_record::{self, ChargeCategory},
        growth_assumption, provider_account, workload,
    },
    id::{ProviderAccountId, WorkloadId},
};
use forecasting::{
    money::Currency,
    month::Month,
    roadmap::{CloudWorkload, GrowthWindow},
};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, EntityTrait, IntoSimpleExpr, Order, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    QueryTrait,
    sea_query::{Alias, Expr, ExprTrait, Func, OverStatement, Query, SelectStatement, WindowStatement},
};

use super::sums;
use crate::{
    error::{Error, Result},
    store::Read,
};

/// Charges that come again every month. Credits and adjustments are given once.
const RECURRING: [ChargeCategory; 3] = [ChargeCategory::Usage, ChargeCategory::Purchase, ChargeCategory::Tax];

/// What a workload, or the rest of an account, cost in its latest known month, and how that is taken to grow.
#[derive(Clone, Debug)]
pub struct RunRate {
    /// The account that is billed.
    pub account: Arc<provider_account::Model>,
    /// The workload; none is what the account cost without a workload.
    pub workload: Option<workload::Model>,
    /// The latest month that is known.
    pub month: Month,
    /// The effective cost of that month, credits and adjustments left out.
    pub effective: Decimal,
    /// The currency of the account.
    pub currency: Currency,
    /// How it grows. Windows of the account come first, those of the workload behind them: of windows that
    /// overlap, the later in the list holds, so a workload follows its own where it has any, and the account's in
    /// other months.
    pub growth: Vec<GrowthWindow>,
}

impl RunRate {
    /// The run rate as a forecast takes it: growing from the month after the known one, until the workload retires.
    #[must_use]
    pub fn spend(&self) -> CloudWorkload {
        let retires_on = self.workload.as_ref().and_then(|workload| workload.retires_on);
        CloudWorkload {
            currency: self.currency,
            base_month: self.month,
            monthly_amount: self.effective,
            growth: self.growth.clone(),
            last_month: retires_on.map(Month::of),
        }
    }
}

/// The run rates of an estate.
#[derive(Clone, Debug, Default)]
pub struct RunRates {
    /// What is known, by account and workload.
    pub known: Vec<RunRate>,
    /// Workloads that run and of which no cost is known: no figure can stand for them.
    pub unknown: Vec<workload::Model>,
}

/// The run rates as they were known in `month`: later costs are not looked at, and workloads that had retired
/// before are left out. Four statements.
///
/// # Errors
/// `Internal` for an account in a currency that is none.
pub async fn as_of(db: &impl Read, month: Month) -> Result<RunRates> {
    let accounts = accounts(db).await?;
    let mut running = running(db, month).await?;
    let growth = growth(db).await?;
    let windows = |account: ProviderAccountId, workload: Option<WorkloadId>| {
        let of = |target| growth.get(&(account, target)).into_iter().flatten().copied();
        let own = workload.into_iter().flat_map(|workload| of(Some(workload)));
        of(None).chain(own).collect::<Vec<_>>()
    };
    let mut rates = RunRates::default();
    let mut seen = HashSet::new();
    for row in db.query_all(&latest(month)).await? {
        let latest = Latest::read(&row)?;
        let workload = match latest.workload {
            // What has retired is not among those that run.
            Some(id) => match running.get(&id) {
                Some(workload) => Some(workload.clone()),
                None => continue,
            },
            None => None,
        };
        let account = accounts.get(&latest.account).cloned();
        let account = account.ok_or_else(|| Error::internal("a cost without its account"))?;
        seen.extend(latest.workload);
        rates.known.push(RunRate {
            currency: Currency::from_code(&account.currency).map_err(Error::internal)?,
            growth: windows(latest.account, latest.workload),
            account,
            workload,
            month: latest.month,
            effective: latest.effective,
        });
    }
    running.retain(|id, _| !seen.contains(id));
    rates.unknown = running.into_values().collect();
    rates.unknown.sort_by_key(|workload| workload.id);
    rates.known.sort_by_key(|rate| (rate.account.id, rate.workload.as_ref().map(|workload| workload.id)));
    Ok(rates)
}

struct Latest {
    account: ProviderAccountId,
    workload: Option<WorkloadId>,
    month: Month,
    effective: Decimal,
}

impl Latest {
    fn read(row: &QueryResult) -> Result<Self> {
        Ok(Self {
            account: row.try_get("", "account_id")?,
            workload: row.try_get("", "workload_id")?,
            month: Month::of(row.try_get("", "month")?),
            effective: sums::read(row, "effective")?,
        })
    }
}

/// The recurring cost of every workload, and of every account without its workloads, in the last month that has any.
fn latest(month: Month) -> SelectStatement {
    use cost_record::Column as C;
    let place = Alias::new("place");
    let mut partition = WindowStatement::partition_by((cost_record::Entity, C::AccountId));
    OverStatement::partition_by(&mut partition, (cost_record::Entity, C::WorkloadId));
    partition.order_by((cost_record::Entity, C::Month), Order::Desc);
    let mut recurring = cost_record::Entity::find()
        .select_only()
        .columns([C::AccountId, C::WorkloadId, C::Month, C::EffectiveAmount])
        .filter(C::Month.lte(month.first_day()))
        .filter(C::ChargeCategory.is_in(RECURRING))
        .into_query();
    recurring.expr_window_as(Func::cust(Alias::new("RANK")), partition, place.clone());
    let keys = [C::AccountId, C::WorkloadId, C::Month];
    let mut query = Query::select();
    query.columns(keys).from_subquery(recurring, Alias::new("recurring"));
    sums::select(&mut query, &Expr::col(C::EffectiveAmount), "effective");
    query.and_where(Expr::col(place).eq(1)).group_by_columns(keys);
    query
}

async fn accounts(db: &impl Read) -> Result<HashMap<ProviderAccountId, Arc<provider_account::Model>>> {
    let found = provider_account::Entity::find().all(db).await?;
    Ok(found.into_iter().map(|account| (account.id, Arc::new(account))).collect())
}

async fn running(db: &impl Read, month: Month) -> Result<HashMap<WorkloadId, workload::Model>> {
    use workload::Column as C;
    let runs = C::RetiresOn.is_null().or(C::RetiresOn.into_simple_expr().gte(month.first_day()));
    let found = workload::Entity::find().filter(runs).all(db).await?;
    Ok(found.into_iter().map(|workload| (workload.id, workload)).collect())
}

type Windows = HashMap<(ProviderAccountId, Option<WorkloadId>), Vec<GrowthWindow>>;

async fn growth(db: &impl Read) -> Result<Windows> {
    let mut windows = Windows::new();
    let by_month = growth_assumption::Entity::find().order_by_asc(growth_assumption::Column::FromMonth);
    for assumption in by_month.all(db).await? {
        let key = (assumption.account_id, assumption.workload_id);
        windows.entry(key).or_default().push(GrowthWindow {
            from: Month::of(assumption.from_month),
            to: assumption.to_month.map(Month::of),
            monthly_rate: assumption.monthly_rate.to_decimal(),
        });
    }
    Ok(windows)
}
