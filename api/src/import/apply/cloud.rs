//! Provider accounts, workloads, costs and growth assumptions.

use std::collections::HashSet;

use entity::cloud::{cloud_commitment, cost_record, growth_assumption, provider_account, workload};
use entity::id::{ProviderAccountId, WorkloadId};
use entity::inventory::environment::Environment;
use sea_orm::ActiveEnum;

use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::cloud::{accounts, commitments, costs, growth, workloads};
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::{
    AccountKey, CloudCommitment, CostRecord, GrowthAssumption, ProviderAccount, Workload,
};
use crate::import::{Origin, Records};

/// The key of a part of an account.
pub(super) fn under(account: &AccountKey, parts: &[&str]) -> Key {
    let account = [account.provider.as_str(), account.account_number.as_str()];
    Key::of(account.iter().chain(parts).copied())
}

fn under_id(known: &Known, account: ProviderAccountId, parts: &[&str]) -> Option<Key> {
    let account = known.provider_accounts.with_id(account)?;
    let provider = account.provider.to_value();
    let account = [provider.as_str(), account.account_number.as_str()];
    Some(Key::of(account.iter().chain(parts).copied()))
}

/// The account that a record names.
fn account<'k>(known: &'k Known, key: &AccountKey) -> Result<&'k provider_account::Model> {
    known.provider_accounts.named("account_number", &Key::from(key))
}

/// The workload that a record names, if it names one.
fn workload_of(known: &Known, key: &AccountKey, name: Option<&String>) -> Result<Option<WorkloadId>> {
    let named = name.map(|name| known.workloads.named("workload", &under(key, &[name])));
    Ok(named.transpose()?.map(|workload| workload.id))
}

/// The name of the workload of a row; empty where it has none, nothing where it is not known.
fn workload_name(known: &Known, id: Option<WorkloadId>) -> Option<&str> {
    match id {
        Some(id) => known.workloads.with_id(id).map(|workload| workload.name.as_str()),
        None => Some(""),
    }
}

impl Importable for ProviderAccount {
    const NOUN: Noun = Noun::ProviderAccount;
    type Entity = provider_account::Entity;
    type Model = provider_account::Model;
    type Row = provider_account::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.provider_accounts
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.key)
    }

    fn table(known: &Known) -> &Table<provider_account::Model> {
        &known.provider_accounts
    }

    fn table_mut(known: &mut Known) -> &mut Table<provider_account::Model> {
        &mut known.provider_accounts
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let numbers = run.records.accounts().map(|key| key.account_number.clone());
        let column = provider_account::Column::AccountNumber;
        for row in rows_among::<provider_account::Entity, _>(run.tx, column, numbers).await? {
            let key = Key(vec![row.provider.to_value(), row.account_number.clone()]);
            run.known.provider_accounts.put(key, row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut provider_account::ActiveModel,
        _before: Option<&provider_account::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.provider, choice("provider", Some(&self.key.provider))?);
        put(&mut row.account_number, Some(self.key.account_number.clone()));
        put(&mut row.name, self.name.clone());
        put(&mut row.currency, self.currency.clone());
        let vendor = at.known.vendors.named_if_any("vendor", self.vendor.as_ref())?;
        put_any(&mut row.vendor_id, vendor.map(|vendor| vendor.id));
        put_any(&mut row.owner, self.owner.clone());
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.name, self.key.account_number.clone());
        at.assume_text("currency", &mut row.currency, "USD");
        Ok(())
    }

    fn check(row: Candidate<'_, provider_account::Model>, _known: &Known) -> Result<()> {
        accounts::check(row.after)
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, provider_account::Model>) -> Result<()> {
        match row.before {
            Some(before) if before.currency != row.after.currency => {
                accounts::require_no_costs(run.tx, before).await
            }
            _ => Ok(()),
        }
    }
}

impl Importable for Workload {
    const NOUN: Noun = Noun::Workload;
    type Entity = workload::Entity;
    type Model = workload::Model;
    type Row = workload::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.workloads
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        under(&self.account, &[&self.name])
    }

    fn table(known: &Known) -> &Table<workload::Model> {
        &known.workloads
    }

    fn table_mut(known: &mut Known) -> &mut Table<workload::Model> {
        &mut known.workloads
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let records = run.records;
        let names = records.workloads.iter().map(|record| &record.name);
        let names = names.chain(records.cost_records.iter().filter_map(|it| it.workload.as_ref()));
        let names = names.chain(records.growth_assumptions.iter().filter_map(|it| it.workload.as_ref()));
        let names = names.chain(records.scenario_changes.iter().filter_map(|it| it.workload.as_ref()));
        for row in rows_among::<workload::Entity, _>(run.tx, workload::Column::Name, names.cloned()).await? {
            if let Some(key) = under_id(&run.known, row.account_id, &[&row.name]) {
                run.known.workloads.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut workload::ActiveModel,
        _before: Option<&workload::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.account_id, Some(account(at.known, &self.account)?.id));
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.service, self.service.clone());
        put(&mut row.region, self.region.clone());
        let site = at.known.sites.named_if_any("site", self.site.as_ref())?;
        put_any(&mut row.site_id, site.map(|site| site.id));
        put_any(&mut row.vcpu, rate("vcpu", self.vcpu)?);
        put_any(&mut row.memory_gib, rate("memory_gib", self.memory_gib)?);
        put_any(&mut row.storage_gib, rate("storage_gib", self.storage_gib)?);
        put_any(&mut row.owner, self.owner.clone());
        put(&mut row.environment, choice("environment", self.environment.as_ref())?);
        put_any(&mut row.tier, self.tier);
        put_any(&mut row.started_on, self.started_on);
        put_any(&mut row.retires_on, self.retires_on);
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.environment, Environment::Production);
        Ok(())
    }

    fn check(row: Candidate<'_, workload::Model>, _known: &Known) -> Result<()> {
        workloads::check(row.after)
    }
}

impl Importable for CostRecord {
    const NOUN: Noun = Noun::CostRecord;
    type Entity = cost_record::Entity;
    type Model = cost_record::Model;
    type Row = cost_record::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.cost_records
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        let (workload, month) = (self.workload.as_deref().unwrap_or_default(), self.month.to_string());
        under(&self.account, &[workload, &month, &self.service, &self.charge_category])
    }

    fn table(known: &Known) -> &Table<cost_record::Model> {
        &known.cost_records
    }

    fn table_mut(known: &mut Known) -> &mut Table<cost_record::Model> {
        &mut known.cost_records
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let records = &run.records.cost_records;
        let wanted: HashSet<Key> = records.iter().map(Importable::key).collect();
        let months = records.iter().map(|record| record.month);
        for row in rows_among::<cost_record::Entity, _>(run.tx, cost_record::Column::Month, months).await? {
            let Some(workload) = workload_name(&run.known, row.workload_id) else { continue };
            let (month, category) = (row.month.to_string(), row.charge_category.to_value());
            let parts = [workload, month.as_str(), row.service.as_str(), category.as_str()];
            if let Some(key) = under_id(&run.known, row.account_id, &parts)
                && wanted.contains(&key)
            {
                run.known.cost_records.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut cost_record::ActiveModel,
        _before: Option<&cost_record::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let account = account(at.known, &self.account)?;
        let currency = self.currency.as_ref().unwrap_or(&account.currency);
        if *currency != account.currency {
            let message = format!("{currency} is not {}, in which the account is billed", account.currency);
            return Err(Error::invalid("currency", message));
        }
        put(&mut row.account_id, Some(account.id));
        put(&mut row.workload_id, Some(workload_of(at.known, &self.account, self.workload.as_ref())?));
        put(&mut row.month, Some(self.month));
        put(&mut row.service, Some(self.service.clone()));
        put(&mut row.charge_category, choice("charge_category", Some(&self.charge_category))?);
        put(&mut row.currency, Some(currency.clone()));
        put(&mut row.billed_amount, amount("billed_amount", self.billed_amount)?);
        put(&mut row.effective_amount, amount("effective_amount", self.effective_amount)?);
        put(&mut row.list_amount, amount("list_amount", self.list_amount)?);
        put(&mut row.contracted_amount, amount("contracted_amount", self.contracted_amount)?);
        put_any(&mut row.source, self.source.clone());
        Ok(())
    }

    fn check(row: Candidate<'_, cost_record::Model>, _known: &Known) -> Result<()> {
        costs::check(row.after)
    }
}

impl Importable for GrowthAssumption {
    const NOUN: Noun = Noun::GrowthAssumption;
    type Entity = growth_assumption::Entity;
    type Model = growth_assumption::Model;
    type Row = growth_assumption::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.growth_assumptions
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        let workload = self.workload.as_deref().unwrap_or_default();
        under(&self.account, &[workload, &self.from_month.to_string()])
    }

    fn table(known: &Known) -> &Table<growth_assumption::Model> {
        &known.growth_assumptions
    }

    fn table_mut(known: &mut Known) -> &mut Table<growth_assumption::Model> {
        &mut known.growth_assumptions
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let named = run.records.growth_assumptions.iter().map(|record| Key::from(&record.account));
        let accounts = named.filter_map(|key| run.known.provider_accounts.get(&key)).map(|it| it.id);
        let column = growth_assumption::Column::AccountId;
        for row in rows_among::<growth_assumption::Entity, _>(run.tx, column, accounts).await? {
            let Some(workload) = workload_name(&run.known, row.workload_id) else { continue };
            let parts = [workload, &row.from_month.to_string()];
            if let Some(key) = under_id(&run.known, row.account_id, &parts) {
                run.known.growth_assumptions.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut growth_assumption::ActiveModel,
        _before: Option<&growth_assumption::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.account_id, Some(account(at.known, &self.account)?.id));
        put(&mut row.workload_id, Some(workload_of(at.known, &self.account, self.workload.as_ref())?));
        put(&mut row.monthly_rate, rate("monthly_rate", self.monthly_rate)?);
        put(&mut row.from_month, Some(self.from_month));
        put_any(&mut row.to_month, self.to_month);
        put_any(&mut row.basis, self.basis.clone());
        Ok(())
    }

    fn check(row: Candidate<'_, growth_assumption::Model>, known: &Known) -> Result<()> {
        growth::check(row.after)?;
        let same = |other: &&growth_assumption::Model| {
            other.account_id == row.after.account_id
                && other.workload_id == row.after.workload_id
                && other.id != row.after.id
        };
        growth::refuse_overlap_with(row.after, known.growth_assumptions.rows().filter(same), "fromMonth")
    }
}

impl Importable for CloudCommitment {
    const NOUN: Noun = Noun::CloudCommitment;
    type Entity = cloud_commitment::Entity;
    type Model = cloud_commitment::Model;
    type Row = cloud_commitment::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.cloud_commitments
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        under(&self.account, &[&self.reference])
    }

    fn table(known: &Known) -> &Table<cloud_commitment::Model> {
        &known.cloud_commitments
    }

    fn table_mut(known: &mut Known) -> &mut Table<cloud_commitment::Model> {
        &mut known.cloud_commitments
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let references = run.records.cloud_commitments.iter().map(|record| record.reference.clone());
        let column = cloud_commitment::Column::Reference;
        for row in rows_among::<cloud_commitment::Entity, _>(run.tx, column, references).await? {
            if let Some(key) = under_id(&run.known, row.account_id, &[&row.reference]) {
                run.known.cloud_commitments.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut cloud_commitment::ActiveModel,
        _before: Option<&cloud_commitment::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.account_id, Some(account(at.known, &self.account)?.id));
        put(&mut row.reference, Some(self.reference.clone()));
        put(&mut row.kind, choice("kind", self.kind.as_ref())?);
        put(&mut row.starts_on, self.starts_on);
        put(&mut row.ends_on, self.ends_on);
        put(&mut row.currency, self.currency.clone());
        put_any(&mut row.hourly_amount, amount("hourly_amount", self.hourly_amount)?);
        put_any(&mut row.total_amount, amount("total_amount", self.total_amount)?);
        put(&mut row.auto_renews, self.auto_renews);
        put_any(&mut row.renewal_months, self.renewal_months);
        put_any(&mut row.notice_days, self.notice_days);
        put_any(&mut row.notice_days_maximum, self.notice_days_maximum);
        put_any(&mut row.decision_lead_days, self.decision_lead_days);
        put_any(&mut row.proposal_lead_days, self.proposal_lead_days);
        put_any(&mut row.migration_days, self.migration_days);
        put_any(&mut row.decommission_buffer_days, self.decommission_buffer_days);
        put_any(&mut row.notice_given_on, self.notice_given_on);
        put_any(&mut row.description, self.description.clone());
        put_any(&mut row.owner, self.owner.clone());
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.auto_renews, false);
        Ok(())
    }

    fn check(row: Candidate<'_, cloud_commitment::Model>, known: &Known) -> Result<()> {
        commitments::check(row.after)?;
        match known.provider_accounts.with_id(row.after.account_id) {
            Some(account) => commitments::check_account(row.after, account),
            None => Ok(()),
        }
    }
}
