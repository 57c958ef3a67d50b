//! Cloud spend: what was billed up to now, and what it grows to.

use std::collections::{BTreeMap, HashMap};

use entity::{
    cloud::{cost_record, growth_assumption, provider_account, workload},
    id::{ProviderAccountId, SiteId, WorkloadId},
    money::Amount,
};
use forecasting::{
    money::Currency,
    month::Month,
    roadmap::{Category, CloudWorkload, Flows, GrowthWindow, MoneyView, Window},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{keys::Properties, plan::Source};
use crate::{error::Result, store::Read};

/// Months before the first of a roadmap in which the latest record may lie.
const OLDEST_RECORD_MONTHS: i32 = 36;

/// Spend on a workload, or on what an account bills without naming one.
pub struct Spend {
    /// What it is.
    pub source: Source,
    /// Its name, for people.
    pub name: String,
    /// Where it runs, where that is recorded as a site.
    pub site: Option<SiteId>,
    /// What lines are kept apart by, the site excepted.
    pub properties: Properties,
    /// Currency of the account.
    pub currency: String,
    /// What is recorded: effective and billed cost by month.
    recorded: BTreeMap<Month, (Decimal, Decimal)>,
    growth: Vec<GrowthWindow>,
    last_month: Option<Month>,
}

impl Spend {
    /// What it contributes: recorded months as recorded, effective cost in profit and loss and billed cost in
    /// cash; later months from the last recorded one by its growth.
    ///
    /// # Errors
    /// A reason for people when the spend cannot be computed.
    pub fn flows(
        &self,
        window: Window,
        calendar: &forecasting::month::FiscalCalendar,
    ) -> Result<Flows, String> {
        let (base_month, (base, _)) = self.recorded.last_key_value().ok_or("no cost is recorded for it")?;
        let currency = Currency::from_code(&self.currency).map_err(|cause| cause.to_string())?;
        let projection = CloudWorkload {
            currency,
            base_month: *base_month,
            monthly_amount: *base,
            growth: self.growth.clone(),
            last_month: self.last_month,
        };
        let mut flows = projection.flows(window, calendar).map_err(|cause| cause.to_string())?;
        for (month, (effective, billed)) in self.recorded.range(..base_month) {
            for (view, amount) in
                [(MoneyView::Commitment, effective), (MoneyView::Cash, billed), (MoneyView::Pnl, effective)]
            {
                flows.post(view, Category::Cloud, *month, *amount).map_err(|cause| cause.to_string())?;
            }
        }
        Ok(flows)
    }
}

/// Reads what is recorded up to a month, with four statements.
///
/// # Errors
/// Those of the database.
pub async fn read(db: &impl Read, from: Month, known_until: Month) -> Result<Vec<Spend>> {
    let accounts = provider_account::Entity::find().all(db).await?;
    let accounts: HashMap<_, _> = accounts.into_iter().map(|account| (account.id, account)).collect();
    let workloads = workload::Entity::find().order_by_asc(workload::Column::Id).all(db).await?;
    let growth = growth_assumption::Entity::find()
        .order_by_asc(growth_assumption::Column::FromMonth)
        .order_by_asc(growth_assumption::Column::Id)
        .all(db)
        .await?;
    let mut recorded = recorded(db, from.plus(-OLDEST_RECORD_MONTHS), known_until).await?;
    let mut spends = Vec::with_capacity(workloads.len());
    for workload in workloads {
        let Some(account) = accounts.get(&workload.account_id) else { continue };
        let months = recorded.remove(&(workload.account_id, Some(workload.id))).unwrap_or_default();
        spends.push(Spend {
            source: Source::Workload(workload.id),
            site: workload.site_id,
            properties: Properties {
                environment: Some(workload.environment.to_value().into()),
                tier: workload.tier.map(|tier| tier.to_string().into()),
                owner: workload.owner.clone().map(Into::into),
                provider: Some(account.provider.to_value().into()),
                ..Properties::default()
            },
            currency: account.currency.clone(),
            recorded: months,
            growth: windows(&growth, account.id, Some(workload.id)),
            last_month: workload.retires_on.map(Month::of),
            name: workload.name,
        });
    }
    spends.extend(of_accounts(&accounts, recorded, &growth));
    Ok(spends)
}

type Recorded = HashMap<(ProviderAccountId, Option<WorkloadId>), BTreeMap<Month, (Decimal, Decimal)>>;

async fn recorded(db: &impl Read, from: Month, until: Month) -> Result<Recorded> {
    use cost_record::Column as C;
    let rows: Vec<(ProviderAccountId, Option<WorkloadId>, chrono::NaiveDate, Amount, Amount)> =
        cost_record::Entity::find()
            .select_only()
            .columns([C::AccountId, C::WorkloadId, C::Month, C::EffectiveAmount, C::BilledAmount])
            .filter(C::Month.gte(from.first_day()))
            .filter(C::Month.lte(until.first_day()))
            .into_tuple()
            .all(db)
            .await?;
    let mut recorded = Recorded::new();
    for (account, workload, month, effective, billed) in rows {
        let months = recorded.entry((account, workload)).or_default();
        let sums = months.entry(Month::of(month)).or_default();
        sums.0 += effective.to_decimal();
        sums.1 += billed.to_decimal();
    }
    Ok(recorded)
}

/// What accounts bill without naming a workload.
fn of_accounts(
    accounts: &HashMap<ProviderAccountId, provider_account::Model>,
    recorded: Recorded,
    growth: &[growth_assumption::Model],
) -> Vec<Spend> {
    let mut spends: Vec<_> = recorded
        .into_iter()
        .filter_map(|((account, workload), months)| match workload {
            None => accounts.get(&account).map(|account| (account, months)),
            Some(_) => None,
        })
        .map(|(account, recorded)| Spend {
            source: Source::Account(account.id),
            name: account.name.clone(),
            site: None,
            properties: Properties {
                owner: account.owner.clone().map(Into::into),
                provider: Some(account.provider.to_value().into()),
                ..Properties::default()
            },
            currency: account.currency.clone(),
            recorded,
            growth: windows(growth, account.id, None),
            last_month: None,
        })
        .collect();
    spends.sort_by_key(|spend| spend.source);
    spends
}

/// The growth of a workload: its own, or else that of its account.
fn windows(
    growth: &[growth_assumption::Model],
    account: ProviderAccountId,
    workload: Option<WorkloadId>,
) -> Vec<GrowthWindow> {
    let of = |workload: Option<WorkloadId>| {
        let mine = growth.iter().filter(move |row| row.account_id == account && row.workload_id == workload);
        mine.map(|row| GrowthWindow {
            from: Month::of(row.from_month),
            to: row.to_month.map(Month::of),
            monthly_rate: row.monthly_rate.to_decimal(),
        })
        .collect::<Vec<_>>()
    };
    let own = of(workload);
    if own.is_empty() && workload.is_some() { of(None) } else { own }
}
