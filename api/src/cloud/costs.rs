//! Cost records: record the figures of a month, which replaces what was known of it, and remove them.

use std::collections::{HashMap, HashSet};

use entity::{
    cloud::{
        cost_record::{self, ChargeCategory},
        provider_account, workload,
    },
    id::{CostRecordId, ProviderAccountId, WorkloadId},
    money::Amount,
};
use forecasting::month::Month;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, prelude::Date,
};

use super::{accounts::Target, workloads};
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_plausible, require_text},
    store::Tx,
};

/// The figures of one month, as they come in.
#[derive(Clone, Debug)]
pub struct Figures {
    /// What it was for.
    pub target: Target,
    /// The month.
    pub month: Month,
    /// The provider's service; none is the workload's.
    pub service: Option<String>,
    /// What sort of charge it is.
    pub category: ChargeCategory,
    /// The currency of the four costs.
    pub currency: String,
    /// On the invoice.
    pub billed: Amount,
    /// With prepayments spread over what they cover.
    pub effective: Amount,
    /// At list price.
    pub list: Amount,
    /// At the negotiated price, before commitments.
    pub contracted: Amount,
    /// Where they came from; none keeps what is known.
    pub source: Option<String>,
}

/// What tells one record from another.
type NaturalKey = (ProviderAccountId, Option<WorkloadId>, Date, String, ChargeCategory);

/// What is known of the accounts, workloads and months of incoming figures, read at once for all of them.
#[derive(Debug)]
pub struct Known {
    accounts: HashMap<ProviderAccountId, provider_account::Model>,
    workloads: HashMap<WorkloadId, workload::Model>,
    records: HashMap<NaturalKey, cost_record::Model>,
}

impl Known {
    /// Reads what `figures` name, with three statements. The accounts stay locked until the change is over, so that
    /// the same figures that arrive twice at the same moment are recorded once.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(tx: &Tx, figures: &[Figures]) -> Result<Self> {
        let named = figures.iter().filter_map(|row| row.target.workload_id);
        let workloads = workloads::among(tx, named).await?;
        let accounts: HashSet<_> = figures
            .iter()
            .filter_map(|row| row.target.account_id)
            .chain(workloads.values().map(|workload| workload.account_id))
            .collect();
        let found = provider_account::Entity::find()
            .filter(provider_account::Column::Id.is_in(accounts.iter().copied()))
            .order_by_asc(provider_account::Column::Id)
            .lock_exclusive()
            .all(tx)
            .await?;
        let months: HashSet<Date> = figures.iter().map(|row| row.month.first_day()).collect();
        let records = cost_record::Entity::find()
            .filter(cost_record::Column::AccountId.is_in(accounts))
            .filter(cost_record::Column::Month.is_in(months))
            .all(tx)
            .await?;
        Ok(Self {
            accounts: found.into_iter().map(|account| (account.id, account)).collect(),
            workloads,
            records: records.into_iter().map(|record| (natural_key(&record), record)).collect(),
        })
    }
}

fn natural_key(record: &cost_record::Model) -> NaturalKey {
    let service = record.service.clone();
    (record.account_id, record.workload_id, record.month, service, record.charge_category)
}

/// Records the figures of a month. Where figures of the same account, workload, month, service and category are
/// `known`, they are replaced; the same figures again change nothing.
///
/// # Errors
/// `NotFound` for an account or a workload that is not there, `Invalid` when a rule of [`check`] is broken or the
/// currency is not the account's.
pub async fn record(tx: &Tx, figures: Figures, known: &Known) -> Result<cost_record::Model> {
    let workload = match figures.target.workload_id {
        Some(id) => Some(known.workloads.get(&id).ok_or_else(|| Error::not_found("workload", id))?),
        None => None,
    };
    let account_id = figures.target.account(workload)?;
    let account = known.accounts.get(&account_id);
    let account = account.ok_or_else(|| Error::not_found("provider account", account_id))?;
    if figures.currency != account.currency {
        let message =
            format!("`{}` is not {}, in which the account is billed", figures.currency, account.currency);
        return Err(Error::invalid("currency", message));
    }
    let service = figures.service.clone().or_else(|| workload.map(|workload| workload.service.clone()));
    let service =
        service.ok_or_else(|| Error::invalid("service", "is needed for a cost of a whole account"))?;
    let key = (account_id, figures.target.workload_id, figures.month.first_day(), service, figures.category);
    if let Some(before) = known.records.get(&key) {
        let (row, after) = edited(before, |row| replace(row, figures))?;
        check(&after)?;
        return tx.update(before.clone(), |changed| *changed = row).await;
    }
    let row = new_row(tx, key, figures);
    check(&draft(&row)?)?;
    tx.insert(row).await
}

fn new_row(
    tx: &Tx,
    (account_id, workload_id, month, service, category): NaturalKey,
    figures: Figures,
) -> cost_record::ActiveModel {
    cost_record::ActiveModel {
        id: Set(tx.new_id()),
        account_id: Set(account_id),
        workload_id: Set(workload_id),
        month: Set(month),
        service: Set(service),
        charge_category: Set(category),
        currency: Set(figures.currency),
        billed_amount: Set(figures.billed),
        effective_amount: Set(figures.effective),
        list_amount: Set(figures.list),
        contracted_amount: Set(figures.contracted),
        source: Set(figures.source),
        ..Default::default()
    }
}

fn replace(row: &mut cost_record::ActiveModel, figures: Figures) {
    row.billed_amount.set_if_not_equals(figures.billed);
    row.effective_amount.set_if_not_equals(figures.effective);
    row.list_amount.set_if_not_equals(figures.list);
    row.contracted_amount.set_if_not_equals(figures.contracted);
    if figures.source.is_some() {
        row.source.set_if_not_equals(figures.source);
    }
}

/// Removes a record, such as one of the wrong month.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: CostRecordId, expected_version: Option<i32>) -> Result<cost_record::Model> {
    let found = cost_record::Entity::find_by_id(id).one(tx).await?;
    let record = found.ok_or_else(|| Error::not_found("cost record", id))?;
    expect_version("cost record", record.version, expected_version)?;
    tx.delete::<_, cost_record::ActiveModel>(record.clone()).await?;
    Ok(record)
}

/// The rules of a cost record, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(record: &cost_record::Model) -> Result<()> {
    require_text("service", &record.service, 200)?;
    require_plausible("month", Some(record.month))?;
    if record.month != Month::of(record.month).first_day() {
        return Err(Error::invalid("month", format!("{} is not the first day of a month", record.month)));
    }
    let amounts = [
        ("billed", record.billed_amount),
        ("effective", record.effective_amount),
        ("list", record.list_amount),
        ("contracted", record.contracted_amount),
    ];
    for (field, amount) in amounts {
        let category = record.charge_category;
        let rule = match category {
            ChargeCategory::Credit if amount > Amount::ZERO => "a credit lowers the cost: zero or below",
            ChargeCategory::Purchase if amount < Amount::ZERO => {
                "a purchase is not below zero; a refund is an ADJUSTMENT"
            }
            _ => continue,
        };
        return Err(Error::invalid(field, format!("{amount}: {rule}")));
    }
    Ok(())
}
