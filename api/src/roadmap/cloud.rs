//! Cloud spend: what is recorded up to now, and what it grows to.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    cloud::{
        cost_record::{self, ChargeCategory},
        growth_assumption, provider_account, workload,
    },
    id::{ProviderAccountId, SiteId, WorkloadId},
    money::Amount,
};
use forecasting::{
    money::Currency,
    month::{FiscalCalendar, Month},
    roadmap::{Category, CloudWorkload, Flows, GrowthWindow, MoneyView, Window},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use serde::{Deserialize, Serialize};

use super::{keys::Properties, plan::Source};
use crate::{error::Result, store::Read};

/// Months before the first of a roadmap in which the latest record may lie.
const OLDEST_RECORD_MONTHS: i32 = 36;

/// Charges that come again every month. Credits and adjustments are given once.
const RECURRING: [ChargeCategory; 3] = [ChargeCategory::Usage, ChargeCategory::Purchase, ChargeCategory::Tax];

/// Spend on a workload, or on what an account bills without naming one.
#[derive(Clone)]
pub struct Spend {
    /// What it is.
    pub source: Source,
    /// The account that bills it.
    pub account: ProviderAccountId,
    /// Name of the account.
    pub account_name: String,
    /// Its name, for people.
    pub name: String,
    /// Where it runs, where that is recorded as a site.
    pub site: Option<SiteId>,
    /// What lines are kept apart by, the site excepted.
    pub properties: Properties,
    /// Currency of the account.
    pub currency: String,
    /// What is recorded, by month.
    recorded: Arc<BTreeMap<Month, Recorded>>,
    /// How it grows. Windows of the account come first, those of the workload behind them: of windows that
    /// overlap, the later in the list holds, so a workload follows its own where it has any, and the account's in
    /// other months.
    pub growth: Vec<GrowthWindow>,
    last_month: Option<Month>,
}

/// What is recorded of a month.
#[derive(Clone, Copy, Default)]
struct Recorded {
    effective: Decimal,
    billed: Decimal,
    /// The effective cost that comes again; none when nothing but credits and adjustments is recorded.
    recurring: Option<Decimal>,
}

impl Spend {
    /// What it contributes: recorded months as recorded, effective cost in profit and loss and billed cost in
    /// cash; later months grow from the run rate, the recurring effective cost of the last month that has any,
    /// until the workload retires.
    ///
    /// # Errors
    /// A reason for people when the spend cannot be computed.
    pub fn flows(&self, window: Window, calendar: &FiscalCalendar) -> Result<Flows, String> {
        let currency = Currency::from_code(&self.currency).map_err(|cause| cause.to_string())?;
        let (mut flows, run_rate) = match self.run_rate() {
            Some((base_month, monthly_amount)) if self.last_month.is_none_or(|last| last >= base_month) => {
                let (growth, last_month) = (self.growth.clone(), self.last_month);
                let projection = CloudWorkload { currency, base_month, monthly_amount, growth, last_month };
                let flows = projection.flows(window, calendar).map_err(|cause| cause.to_string())?;
                (flows, Some((base_month, monthly_amount)))
            }
            None if self.last_month.is_none_or(|last| last >= window.from()) => {
                return Err("no cost is recorded for it".into());
            }
            _ => (Flows::new(window, currency), None),
        };
        for (month, recorded) in &*self.recorded {
            // The projection begins with the run rate itself.
            let posted =
                run_rate.filter(|(base, _)| base == month).map(|(_, amount)| amount).unwrap_or_default();
            let (effective, billed) = (recorded.effective - posted, recorded.billed - posted);
            for (view, amount) in
                [(MoneyView::Commitment, effective), (MoneyView::Cash, billed), (MoneyView::Pnl, effective)]
            {
                flows.post(view, Category::Cloud, *month, amount).map_err(|cause| cause.to_string())?;
            }
        }
        Ok(flows)
    }

    /// The first month that is not on record but grown from those that are; none where nothing comes again.
    #[must_use]
    pub fn grows_from(&self) -> Option<Month> {
        self.run_rate().map(|(base, _)| base.next())
    }

    /// Whether it grows in some month from one to another: not once its last month is over.
    #[must_use]
    pub fn grows_between(&self, from: Month, to: Month) -> bool {
        let last = self.last_month.map_or(to, |last| last.min(to));
        self.grows_from().is_some_and(|first| first.max(from) <= last)
    }

    fn run_rate(&self) -> Option<(Month, Decimal)> {
        self.recorded.iter().rev().find_map(|(month, recorded)| Some((*month, recorded.recurring?)))
    }
}

/// Spend as it is kept with a frozen scenario. Months are their first days.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredSpend {
    /// The workload; none is what the account bills without naming one.
    pub workload: Option<WorkloadId>,
    /// The account.
    pub account: ProviderAccountId,
    /// Name of the account.
    pub account_name: String,
    name: String,
    site: Option<SiteId>,
    properties: [Option<String>; 8],
    currency: String,
    recorded: Vec<(NaiveDate, Decimal, Decimal, Option<Decimal>)>,
    growth: Vec<(NaiveDate, Option<NaiveDate>, Decimal)>,
    last_month: Option<NaiveDate>,
}

impl StoredSpend {
    /// Its natural key: the account and the workload by name.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} / {}", self.account_name, self.name)
    }
}

impl From<&Spend> for StoredSpend {
    fn from(spend: &Spend) -> Self {
        let recorded = spend.recorded.iter();
        let growth = spend.growth.iter();
        Self {
            workload: match spend.source {
                Source::Workload(id) => Some(id),
                _ => None,
            },
            account: spend.account,
            account_name: spend.account_name.clone(),
            name: spend.name.clone(),
            site: spend.site,
            properties: spend.properties.words(),
            currency: spend.currency.clone(),
            recorded: recorded
                .map(|(month, one)| {
                    let recurring = one.recurring.map(|amount| amount.normalize());
                    (month.first_day(), one.effective.normalize(), one.billed.normalize(), recurring)
                })
                .collect(),
            growth: growth
                .map(|window| {
                    let to = window.to.map(Month::first_day);
                    (window.from.first_day(), to, window.monthly_rate)
                })
                .collect(),
            last_month: spend.last_month.map(Month::first_day),
        }
    }
}

impl From<StoredSpend> for Spend {
    fn from(stored: StoredSpend) -> Self {
        let recorded = stored.recorded.into_iter().map(|(month, effective, billed, recurring)| {
            (Month::of(month), Recorded { effective, billed, recurring })
        });
        let growth = stored.growth.into_iter().map(|(from, to, monthly_rate)| GrowthWindow {
            from: Month::of(from),
            to: to.map(Month::of),
            monthly_rate,
        });
        Self {
            source: stored.workload.map_or(Source::Account(stored.account), Source::Workload),
            account: stored.account,
            account_name: stored.account_name,
            name: stored.name,
            site: stored.site,
            properties: Properties::of_words(stored.properties),
            currency: stored.currency,
            recorded: Arc::new(recorded.collect()),
            growth: growth.collect(),
            last_month: stored.last_month.map(Month::of),
        }
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
    let growth = growth(db).await?;
    let mut recorded = recorded(db, from.plus(-OLDEST_RECORD_MONTHS), known_until).await?;
    let mut spends = Vec::with_capacity(workloads.len());
    for workload in workloads {
        let Some(account) = accounts.get(&workload.account_id) else { continue };
        let months = recorded.remove(&(workload.account_id, Some(workload.id))).unwrap_or_default();
        spends.push(Spend {
            source: Source::Workload(workload.id),
            account: account.id,
            account_name: account.name.clone(),
            site: workload.site_id,
            properties: Properties {
                environment: Some(workload.environment.to_value().into()),
                tier: workload.tier.map(|tier| tier.to_string().into()),
                owner: workload.owner.clone().map(Into::into),
                provider: Some(account.provider.to_value().into()),
                ..Properties::default()
            },
            currency: account.currency.clone(),
            recorded: Arc::new(months),
            growth: growth.of(account.id, Some(workload.id)),
            last_month: workload.retires_on.map(Month::of),
            name: workload.name,
        });
    }
    spends.extend(of_accounts(&accounts, recorded, &growth));
    Ok(spends)
}

type Recordings = HashMap<(ProviderAccountId, Option<WorkloadId>), BTreeMap<Month, Recorded>>;

async fn recorded(db: &impl Read, from: Month, until: Month) -> Result<Recordings> {
    use cost_record::Column as C;
    type Row = (ProviderAccountId, Option<WorkloadId>, NaiveDate, ChargeCategory, Amount, Amount);
    let rows: Vec<Row> = cost_record::Entity::find()
        .select_only()
        .columns([
            C::AccountId,
            C::WorkloadId,
            C::Month,
            C::ChargeCategory,
            C::EffectiveAmount,
            C::BilledAmount,
        ])
        .filter(C::Month.gte(from.first_day()))
        .filter(C::Month.lte(until.first_day()))
        .into_tuple()
        .all(db)
        .await?;
    let mut recordings = Recordings::new();
    for (account, workload, month, category, effective, billed) in rows {
        let months = recordings.entry((account, workload)).or_default();
        let recorded = months.entry(Month::of(month)).or_default();
        recorded.effective += effective.to_decimal();
        recorded.billed += billed.to_decimal();
        if RECURRING.contains(&category) {
            *recorded.recurring.get_or_insert_default() += effective.to_decimal();
        }
    }
    Ok(recordings)
}

/// What accounts bill without naming a workload.
fn of_accounts(
    accounts: &HashMap<ProviderAccountId, provider_account::Model>,
    recorded: Recordings,
    growth: &Growth,
) -> Vec<Spend> {
    let mut spends: Vec<_> = recorded
        .into_iter()
        .filter_map(|((account, workload), months)| match workload {
            None => accounts.get(&account).map(|account| (account, months)),
            Some(_) => None,
        })
        .map(|(account, recorded)| Spend {
            source: Source::Account(account.id),
            account: account.id,
            account_name: account.name.clone(),
            name: account.name.clone(),
            site: None,
            properties: Properties {
                owner: account.owner.clone().map(Into::into),
                provider: Some(account.provider.to_value().into()),
                ..Properties::default()
            },
            currency: account.currency.clone(),
            recorded: Arc::new(recorded),
            growth: growth.of(account.id, None),
            last_month: None,
        })
        .collect();
    spends.sort_by_key(|spend| spend.source);
    spends
}

/// What is assumed to grow, by what it is assumed of.
struct Growth(HashMap<(ProviderAccountId, Option<WorkloadId>), Vec<GrowthWindow>>);

impl Growth {
    fn of(&self, account: ProviderAccountId, workload: Option<WorkloadId>) -> Vec<GrowthWindow> {
        let of = |workload| self.0.get(&(account, workload)).into_iter().flatten().copied();
        let own = workload.into_iter().flat_map(|workload| of(Some(workload)));
        of(None).chain(own).collect()
    }
}

async fn growth(db: &impl Read) -> Result<Growth> {
    let mut windows: HashMap<_, Vec<_>> = HashMap::new();
    let by_month = growth_assumption::Entity::find()
        .order_by_asc(growth_assumption::Column::FromMonth)
        .order_by_asc(growth_assumption::Column::Id);
    for assumption in by_month.all(db).await? {
        windows.entry((assumption.account_id, assumption.workload_id)).or_default().push(GrowthWindow {
            from: Month::of(assumption.from_month),
            to: assumption.to_month.map(Month::of),
            monthly_rate: assumption.monthly_rate.to_decimal(),
        });
    }
    Ok(Growth(windows))
}
