//! Cloud accounts, workloads, what they have cost and how they are taken to grow.

use std::collections::HashMap;

use chrono::{Months, NaiveDate};
use entity::{
    cloud::{
        cost_record::{self, ChargeCategory},
        growth_assumption, provider_account,
        provider_account::Provider,
        workload,
    },
    id::{ProviderAccountId, WorkloadId},
    inventory::site::SiteKind,
    money::Amount,
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use sea_orm::ActiveValue::Set;

use super::{
    SOURCE, TODAY,
    data::{self, Account, Workload},
    dice::{Dice, Sequence},
    estate::Estate,
};
use crate::error::{Error, Result};

/// Months that are billed: up to the one before today's.
const BILLED: u32 = 15;
/// The region that is one of the sites.
const REGION: &str = "us-east-1";

/// The rows of all that is in the cloud.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub accounts: Vec<provider_account::ActiveModel>,
    pub workloads: Vec<workload::ActiveModel>,
    pub costs: Vec<cost_record::ActiveModel>,
    pub growth: Vec<growth_assumption::ActiveModel>,
}

/// What the company has in the cloud.
pub(super) fn plan(estate: &Estate, ids: &mut Sequence) -> Result<Rows> {
    let accounts: Vec<Account> = data::rows(include_str!("data/accounts.json"))?;
    let workloads: Vec<Workload> = data::rows(include_str!("data/workloads.json"))?;
    let mut dice = Dice::of(estate.seed, 2);
    let mut rows = Rows::default();
    let mut known: HashMap<String, (ProviderAccountId, Account)> = HashMap::new();
    for account in accounts {
        let id = ids.next();
        rows.accounts.push(account_row(id, &account, estate)?);
        rows.growth.push(growth_row(ids, id, None, account.growth, account.basis.clone()));
        account_costs(id, &account, ids, &mut rows);
        known.insert(account.key.clone(), (id, account));
    }
    let region = estate.holdings.iter().find(|it| it.place.like.kind == SiteKind::CloudRegion);
    let region = region.map(|holding| holding.place.id);
    for workload in workloads {
        let (account_id, account) = known
            .get(&workload.account)
            .ok_or_else(|| Error::internal(format!("no account {}", workload.account)))?;
        let id = ids.next();
        if let Some(rate) = workload.growth {
            let basis = Some("The trend of its last twelve months".to_owned());
            rows.growth.push(growth_row(ids, *account_id, Some(id), rate, basis));
        }
        bill(&workload, id, (*account_id, account), &mut dice, ids, &mut rows);
        let site_id = region.filter(|_| workload.region == REGION);
        rows.workloads.push(workload::ActiveModel {
            id: Set(id),
            account_id: Set(*account_id),
            name: Set(workload.name),
            service: Set(workload.service),
            region: Set(workload.region),
            site_id: Set(site_id),
            vcpu: Set(workload.vcpu),
            memory_gib: Set(workload.memory_gib),
            storage_gib: Set(workload.storage_gib),
            owner: Set(workload.owner),
            environment: Set(workload.environment),
            tier: Set(workload.tier),
            started_on: Set(workload.started_on),
            retires_on: Set(workload.retires_on),
            source: Set(Some(SOURCE.to_owned())),
            ..Default::default()
        });
    }
    Ok(rows)
}

fn account_row(
    id: ProviderAccountId,
    account: &Account,
    estate: &Estate,
) -> Result<provider_account::ActiveModel> {
    let vendor = estate.vendors.id(&account.vendor)?;
    let account = account.clone();
    Ok(provider_account::ActiveModel {
        id: Set(id),
        provider: Set(account.provider),
        account_number: Set(account.account_number),
        name: Set(account.name),
        currency: Set(account.currency),
        vendor_id: Set(Some(vendor)),
        owner: Set(account.owner),
        source: Set(Some(SOURCE.to_owned())),
        ..Default::default()
    })
}

fn growth_row(
    ids: &mut Sequence,
    account: ProviderAccountId,
    workload: Option<WorkloadId>,
    rate: entity::money::Rate,
    basis: Option<String>,
) -> growth_assumption::ActiveModel {
    growth_assumption::ActiveModel {
        id: Set(ids.next()),
        account_id: Set(account),
        workload_id: Set(workload),
        monthly_rate: Set(rate),
        from_month: Set(month(0)),
        to_month: Set(None),
        basis: Set(basis),
        ..Default::default()
    }
}

/// What the account is billed as a whole: a year of commitment, and credits.
fn account_costs(id: ProviderAccountId, account: &Account, ids: &mut Sequence, rows: &mut Rows) {
    let whole = |service: &str, category, at, billed, effective| Cost {
        account_id: id,
        workload_id: None,
        month: at,
        service: service.to_owned(),
        category,
        currency: account.currency.clone(),
        billed,
        effective,
    };
    let costs = match (account.provider, account.key.as_str()) {
        (Provider::Aws, "aws-production") => vec![
            // Spread over what it covers, it is in the effective costs of the workloads.
            whole("Compute Savings Plans", ChargeCategory::Purchase, month(9), 28_600_000, 0),
            whole("AWS Promotional Credit", ChargeCategory::Credit, month(4), -450_000, -450_000),
        ],
        (Provider::Azure, "azure-corporate") => {
            vec![whole("Reserved VM Instances", ChargeCategory::Purchase, month(7), 19_800_000, 0)]
        }
        (Provider::Gcp, _) => {
            vec![whole("Invoice", ChargeCategory::Adjustment, month(2), -124_050, -124_050)]
        }
        _ => Vec::new(),
    };
    rows.costs.extend(costs.into_iter().map(|cost| cost.row(ids)));
}

/// What a workload has cost each month, back from what it costs now.
fn bill(
    workload: &Workload,
    id: WorkloadId,
    (account_id, account): (ProviderAccountId, &Account),
    dice: &mut Dice,
    ids: &mut Sequence,
    rows: &mut Rows,
) {
    let growth = Decimal::ONE + workload.growth.unwrap_or(account.growth).to_decimal();
    let mut amount = Decimal::from(workload.monthly * 100);
    for back in 1..=BILLED {
        let at = month(back);
        if workload.started_on.is_some_and(|started| started > at) {
            break;
        }
        // The last month is what it is; before it, months were a little more or less than the trend.
        let wobble = if back == 1 { 1000 } else { dice.between(962, 1038) };
        let cents = amount * Decimal::from(wobble) / Decimal::from(1000);
        let effective = cents.round().to_i64().unwrap_or(0);
        let cost = Cost {
            account_id,
            workload_id: Some(id),
            month: at,
            service: workload.service.clone(),
            category: ChargeCategory::Usage,
            currency: account.currency.clone(),
            // What reservations cover is not billed again.
            billed: if workload.vcpu.is_some() { effective * 82 / 100 } else { effective },
            effective,
        };
        rows.costs.push(cost.row(ids));
        amount = amount.checked_div(growth).unwrap_or(amount);
    }
}

/// A cost in cents.
struct Cost {
    account_id: ProviderAccountId,
    workload_id: Option<WorkloadId>,
    month: NaiveDate,
    service: String,
    category: ChargeCategory,
    currency: String,
    billed: i64,
    effective: i64,
}

impl Cost {
    fn row(self, ids: &mut Sequence) -> cost_record::ActiveModel {
        let amount = |cents: i64| Set(Amount(cents * 10_000));
        let usual = if self.category == ChargeCategory::Usage { self.effective } else { self.billed };
        cost_record::ActiveModel {
            id: Set(ids.next()),
            account_id: Set(self.account_id),
            workload_id: Set(self.workload_id),
            month: Set(self.month),
            service: Set(self.service),
            charge_category: Set(self.category),
            currency: Set(self.currency),
            billed_amount: amount(self.billed),
            effective_amount: amount(self.effective),
            list_amount: amount(usual * 118 / 100),
            contracted_amount: amount(usual * 106 / 100),
            source: Set(Some(SOURCE.to_owned())),
            ..Default::default()
        }
    }
}

/// The first day of the month so many months before today's.
fn month(back: u32) -> NaiveDate {
    use chrono::Datelike;
    TODAY.with_day(1).unwrap_or(TODAY) - Months::new(back)
}
