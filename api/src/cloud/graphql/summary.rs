//! Costs added up, as clients see them.

use async_graphql::{Context, Enum, Object, SimpleObject};
use entity::{
    cloud::{cost_record, provider_account},
    inventory::environment,
};
use forecasting::explain::Explanation as Words;
use rust_decimal::Decimal;
use sea_orm::IdenStatic;

use super::{
    accounts::{Provider, ProviderAccount},
    costs::{ChargeCategory, CostRecordFilter},
    workloads::Workload,
};
use crate::{
    access::Permission,
    cloud::summary::{Dimension, Group, Sums, summarise},
    error::Result,
    inventory::graphql::assets::Environment,
    schema::{
        explain::Explanation,
        filter::Filter,
        page::{LARGEST_PAGE, LargestPage, page_cost},
        record::Record,
        request::{caller, read},
        scalar::{Money, Month, plain},
    },
};

/// What costs can be grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Dimension")]
pub enum CloudCostDimension {
    /// The account.
    Account,
    /// The workload; null where the account as a whole caused the cost.
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

/// Costs of some months, added up. Sums are exact, and never across currencies.
#[derive(SimpleObject)]
pub struct CloudCostSummary {
    /// The first month.
    from: Month,
    /// The last month.
    to: Month,
    /// One row for every group and currency.
    rows: Vec<CloudCostRow>,
    /// One total for every currency.
    totals: Vec<CloudCostTotal>,
    /// How the figures came about.
    explain: Explanation,
}

/// The four costs of FOCUS, added up.
#[derive(Clone, SimpleObject)]
pub struct CloudCosts {
    /// On invoices.
    billed: Money,
    /// With prepayments spread over what they cover.
    effective: Money,
    /// At list prices.
    list: Money,
    /// At negotiated prices, before commitments.
    contracted: Money,
    /// The share of the list cost of usage that negotiation and commitments save; null without usage.
    savings_rate: Option<Decimal>,
}

impl From<&Sums> for CloudCosts {
    fn from(sums: &Sums) -> Self {
        let money = |amount| Money { amount: plain(amount), currency: sums.currency.clone() };
        Self {
            billed: money(sums.billed),
            effective: money(sums.effective),
            list: money(sums.list),
            contracted: money(sums.contracted),
            savings_rate: sums.savings_rate().map(|rate| rate.normalize()),
        }
    }
}

/// The costs of one group in one currency. What it was not grouped by is null.
pub struct CloudCostRow {
    record: Record<cost_record::Entity>,
    dimensions: Vec<Dimension>,
    region: Option<String>,
    environment: Option<environment::Environment>,
    owner: Option<String>,
    provider: Option<provider_account::Provider>,
    sums: Sums,
    hidden: bool,
}

/// The costs of all groups in one currency.
#[derive(SimpleObject)]
pub struct CloudCostTotal {
    /// The ISO 4217 code of the currency.
    currency: String,
    /// How many cost records were added.
    records: i64,
    /// The four costs. Null when a single record makes up the total and the caller may not see prices.
    costs: Option<CloudCosts>,
    /// Whether the costs are hidden from the caller's role.
    costs_hidden: bool,
    /// The share of the records that have all that they were grouped by.
    coverage_by_count: Decimal,
    /// The share of the effective cost whose records have all that they were grouped by; null when nothing was spent,
    /// or when the costs of a row are hidden.
    coverage_by_value: Option<Decimal>,
}

/// The costs of one group in one currency. What it was not grouped by is null.
#[Object]
impl CloudCostRow {
    /// The account.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<ProviderAccount>> {
        if !self.by(Dimension::Account) {
            return Ok(None);
        }
        self.record.one(ctx, cost_record::Column::AccountId).await
    }

    /// The workload; null where the account as a whole caused the cost.
    async fn workload(&self, ctx: &Context<'_>) -> Result<Option<Workload>> {
        if !self.by(Dimension::Workload) {
            return Ok(None);
        }
        self.record.one(ctx, cost_record::Column::WorkloadId).await
    }

    /// The provider's service.
    async fn service(&self) -> Result<Option<String>> {
        if self.by(Dimension::Service) { self.record.get(cost_record::Column::Service) } else { Ok(None) }
    }

    /// The region of the workload.
    async fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The environment of the workload.
    async fn environment(&self) -> Option<Environment> {
        self.environment.map(Into::into)
    }

    /// The owner of the workload, or of the account where the workload has none.
    async fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// The provider.
    async fn provider(&self) -> Option<Provider> {
        self.provider.map(Into::into)
    }

    /// The month.
    async fn month(&self) -> Result<Option<Month>> {
        if !self.by(Dimension::Month) {
            return Ok(None);
        }
        let first = self.record.get(cost_record::Column::Month)?;
        Ok(Some(Month(forecasting::month::Month::of(first))))
    }

    /// The category of the charge.
    async fn charge_category(&self) -> Result<Option<ChargeCategory>> {
        if !self.by(Dimension::ChargeCategory) {
            return Ok(None);
        }
        let category = cost_record::Column::ChargeCategory;
        Ok(Some(self.record.get::<cost_record::ChargeCategory>(category)?.into()))
    }

    /// The ISO 4217 code of the currency.
    async fn currency(&self) -> &str {
        &self.sums.currency
    }

    /// How many cost records were added.
    async fn records(&self) -> i64 {
        self.sums.records
    }

    /// The four costs. Null when a single record makes up the group and the caller may not see prices.
    async fn costs(&self) -> Option<CloudCosts> {
        (!self.hidden).then(|| CloudCosts::from(&self.sums))
    }

    /// Whether the costs are hidden from the caller's role.
    async fn costs_hidden(&self) -> bool {
        self.hidden
    }
}

impl CloudCostRow {
    fn by(&self, dimension: Dimension) -> bool {
        self.dimensions.contains(&dimension)
    }

    /// Whether the records of the group have all that they were grouped by.
    fn is_covered(&self) -> Result<bool> {
        let covered = self.dimensions.iter().map(|dimension| match dimension {
            Dimension::Workload => {
                Ok(self.record.get::<Option<uuid::Uuid>>(cost_record::Column::WorkloadId)?.is_some())
            }
            Dimension::Region => Ok(self.region.is_some()),
            Dimension::Environment => Ok(self.environment.is_some()),
            Dimension::Owner => Ok(self.owner.is_some()),
            _ => Ok(true),
        });
        covered.collect::<Result<Vec<_>>>().map(|covered| covered.into_iter().all(|is| is))
    }
}

/// Queries of summed costs.
#[derive(Default)]
pub struct CloudSummaryQuery;

/// Queries of summed costs.
#[Object]
impl CloudSummaryQuery {
    /// What the cloud cost over some months, grouped. Needs the right to see totals; a group of a single record shows
    /// its price only to those who may see prices.
    #[graphql(complexity = "page_cost(None, None, child_complexity)")]
    async fn cloud_cost_summary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first month.")] from: Month,
        #[graphql(default = 12, desc = "How many months from then on.")] months: i32,
        #[graphql(default, desc = "What groups are kept apart by.")] group_by: Vec<CloudCostDimension>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<CostRecordFilter>,
    ) -> Result<CloudCostSummary> {
        read(ctx, Permission::ViewCloud)?;
        let reader = read(ctx, Permission::ViewTotals)?;
        let caller = caller(ctx)?;
        let condition = filter.unwrap_or_default().condition(caller)?;
        let mut dimensions: Vec<Dimension> = Vec::new();
        for dimension in group_by.into_iter().map(Dimension::from) {
            if !dimensions.contains(&dimension) {
                dimensions.push(dimension);
            }
        }
        let most = ctx.data_opt::<LargestPage>().map_or(LARGEST_PAGE, |largest| largest.0);
        let groups = summarise(&reader, from.0, months, condition, &dimensions, most).await?;
        let sees_prices = caller.may(Permission::ViewPrices);
        let rows = rows(groups, &dimensions, sees_prices)?;
        Ok(CloudCostSummary {
            from,
            to: Month(from.0.plus(months - 1)),
            totals: totals(&rows, sees_prices)?,
            rows,
            explain: explain(from, months, &dimensions),
        })
    }
}

fn rows(groups: Vec<Group>, dimensions: &[Dimension], sees_prices: bool) -> Result<Vec<CloudCostRow>> {
    let mut rows = Vec::with_capacity(groups.len());
    let mut results = Vec::with_capacity(groups.len());
    for Group { row, sums } in groups {
        let has = |dimension| dimensions.contains(&dimension);
        let text = |dimension: Dimension| -> Result<Option<String>> {
            if has(dimension) { Ok(row.try_get("", dimension.name())?) } else { Ok(None) }
        };
        let (region, owner) = (text(Dimension::Region)?, text(Dimension::Owner)?);
        let environment = match has(Dimension::Environment) {
            true => row.try_get("", Dimension::Environment.name())?,
            false => None,
        };
        let provider = match has(Dimension::Provider) {
            true => row.try_get("", Dimension::Provider.name())?,
            false => None,
        };
        let hidden = !sees_prices && sums.records < 2;
        rows.push((region, environment, owner, provider, sums, hidden));
        results.push(row);
    }
    // The first columns are the currency and the number of records, then come the dimensions in their order.
    let mut columns = vec![cost_record::Column::Currency.as_str(), "records"];
    columns.extend(dimensions.iter().map(|dimension| dimension.name()));
    let records = Record::of_rows(columns, results);
    let rows = records.into_iter().zip(rows).map(|(record, row)| {
        let (region, environment, owner, provider, sums, hidden) = row;
        let dimensions = dimensions.to_vec();
        CloudCostRow { record, dimensions, region, environment, owner, provider, sums, hidden }
    });
    let mut rows: Vec<CloudCostRow> = rows.collect();
    for rows in rows.chunk_by_mut(|left, right| left.sums.currency == right.sums.currency) {
        hide_a_second(rows);
    }
    Ok(rows)
}

/// One hidden row among others could be told from their total, so another is hidden with it: the one of fewest records.
fn hide_a_second(rows: &mut [CloudCostRow]) {
    if rows.iter().filter(|row| row.hidden).count() == 1
        && let Some(fewest) = rows.iter_mut().filter(|row| !row.hidden).min_by_key(|row| row.sums.records)
    {
        fewest.hidden = true;
    }
}

fn totals(rows: &[CloudCostRow], sees_prices: bool) -> Result<Vec<CloudCostTotal>> {
    let share =
        |part: Decimal, whole: Decimal| part.checked_div(whole).map(|share| share.round_dp(6).normalize());
    // Rows of one currency stand together.
    let totals = rows.chunk_by(|left, right| left.sums.currency == right.sums.currency).map(|rows| {
        let mut total = Sums::default();
        let (mut covered, mut value) = (0, Decimal::ZERO);
        for row in rows {
            total.currency.clone_from(&row.sums.currency);
            total.add(&row.sums);
            if row.is_covered()? {
                covered += row.sums.records;
                value += row.sums.effective;
            }
        }
        let hidden = !sees_prices && total.records < 2;
        Ok(CloudCostTotal {
            currency: total.currency.clone(),
            records: total.records,
            costs: (!hidden).then(|| CloudCosts::from(&total)),
            costs_hidden: hidden,
            coverage_by_count: share(covered.into(), total.records.into()).unwrap_or_default(),
            // The share of a hidden row would tell its cost.
            coverage_by_value: if rows.iter().any(|row| row.hidden) {
                None
            } else {
                share(value, total.effective)
            },
        })
    });
    totals.collect()
}

fn explain(from: Month, months: i32, dimensions: &[Dimension]) -> Explanation {
    let mut words = Words::new("sum of the cost records of the months, by group and currency")
        .input("from", from.0)
        .input("months", months)
        .assume(
            "the savings rate is (list - effective) / list over usage, without purchases, taxes and credits",
        );
    if dimensions.contains(&Dimension::Owner) {
        words = words.assume("the cost of a workload without an owner is its account owner's");
    }
    words.into()
}
