//! Colocation contracts with their charges and sites, support contracts with what they cover.

use std::collections::{BTreeSet, HashSet};

use entity::contracts::colocation_contract::{
    IndexTerms, TerminationAdvance, TerminationRule, TerminationStep,
};
use entity::contracts::colocation_contract_site as contract_site;
use entity::contracts::{colocation_contract, support_contract, support_coverage};
use entity::id::{ColocationContractId, EntityId, SiteId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable, Links};
use super::known::{Key, Known, Table, rows_among};
use crate::contracts::colocation_contracts::{self, Whole};
use crate::contracts::support_contracts;
use crate::error::Result;
use crate::export::labels::Kind as LabelKind;
use crate::import::csv::Noun;
use crate::import::records::{self, ColocationContract, SupportContract, SupportCoverage};
use crate::import::{Origin, Records};
use crate::store::Tx;

impl Importable for ColocationContract {
    const NOUN: Noun = Noun::ColocationContract;
    const LINKS: Option<(&'static str, LabelKind)> = Some(("sites", LabelKind::Site));
    type Entity = colocation_contract::Entity;
    type Model = colocation_contract::Model;
    type Row = colocation_contract::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.colocation_contracts
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.number)
    }

    fn table(known: &Known) -> &Table<colocation_contract::Model> {
        &known.colocation_contracts
    }

    fn table_mut(known: &mut Known) -> &mut Table<colocation_contract::Model> {
        &mut known.colocation_contracts
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let numbers: BTreeSet<String> = run.records.colocation_named().cloned().collect();
        let column = colocation_contract::Column::Number;
        let rows = rows_among::<colocation_contract::Entity, _>(run.tx, column, numbers).await?;
        for whole in colocation_contracts::with_parts(run.tx, rows).await? {
            let id = whole.contract.id;
            run.known.links.insert(id.uuid(), whole.sites.iter().map(|site| site.uuid()).collect());
            run.known.colocation_contracts.put(Key::from(&whole.contract.number), whole.contract);
            run.known.sheets.insert(id, whole.charges);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut colocation_contract::ActiveModel,
        _before: Option<&colocation_contract::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.number, Some(self.number.clone()));
        let vendor = at.known.vendors.named_if_any("vendor", self.vendor.as_ref())?;
        put(&mut row.vendor_id, vendor.map(|vendor| vendor.id));
        put_any(&mut row.master_agreement, self.master_agreement.clone());
        put(&mut row.currency, self.currency.clone());
        put(&mut row.signed_on, self.signed_on);
        put(&mut row.billing_starts_on, self.billing_starts_on);
        put(&mut row.initial_term_months, self.initial_term_months);
        put_any(&mut row.stated_end_on, self.stated_end_on);
        put(&mut row.auto_renew, self.auto_renew);
        put_any(&mut row.renewal_term_months, self.renewal_term_months);
        put_any(&mut row.maximum_renewals, self.maximum_renewals);
        put(&mut row.renewal_price_rule, choice("renewal_price_rule", self.renewal_price_rule.as_ref())?);
        put_any(&mut row.renewal_uplift, rate("renewal_uplift", self.renewal_uplift)?);
        put_any(&mut row.renewal_index, self.renewal_index.as_ref().map(renewal_index));
        put(&mut row.notice_minimum, self.notice_minimum);
        put_any(&mut row.notice_maximum, self.notice_maximum);
        put(&mut row.notice_unit, choice("notice_unit", self.notice_unit.as_ref())?);
        put_any(&mut row.notice_method, self.notice_method.clone());
        put_any(&mut row.notice_given_on, self.notice_given_on);
        put_any(&mut row.notice_evidence, self.notice_evidence.clone());
        put_any(&mut row.holdover_multiplier, rate("holdover_multiplier", self.holdover_multiplier)?);
        put(&mut row.proration, choice("proration", self.proration.as_ref())?);
        put_any(&mut row.dispute_window_days, self.dispute_window_days);
        put(&mut row.classification, choice("classification", self.classification.as_ref())?);
        put_any(&mut row.decision_lead_days, self.decision_lead_days);
        put_any(&mut row.proposal_lead_days, self.proposal_lead_days);
        put_any(&mut row.migration_days, self.migration_days);
        put_any(&mut row.decommission_buffer_days, self.decommission_buffer_days);
        put_any(&mut row.termination_rule, self.termination.as_ref().map(termination));
        put_any(&mut row.owner, self.owner.clone());
        put_any(&mut row.source, self.source.clone());
        Ok(())
    }

    fn check(row: Candidate<'_, colocation_contract::Model>, known: &Known) -> Result<()> {
        colocation_contracts::check_numbers(&row.after.clone().into_active_model())?;
        let whole = Whole {
            contract: row.after.clone(),
            charges: known.sheets.get(&row.after.id).cloned().unwrap_or_default(),
            sites: row.links.iter().map(|site| SiteId::from_uuid(*site)).collect(),
        };
        colocation_contracts::check_whole(&whole)
    }

    fn links(&self, known: &Known) -> Result<Option<BTreeSet<Uuid>>> {
        let Some(codes) = &self.sites else { return Ok(None) };
        let sites = codes.iter().map(|code| known.sites.named("sites", &Key::from(code)));
        sites.map(|site| Ok(site?.id.uuid())).collect::<Result<_>>().map(Some)
    }

    async fn link(tx: &Tx, links: Vec<Links>, reason: &str) -> Result<()> {
        let mut rows = Vec::new();
        for link in links {
            let contract_id = ColocationContractId::from_uuid(link.owner);
            rows.extend(link.added.iter().map(|site| contract_site::ActiveModel {
                id: Set(tx.new_id()),
                contract_id: Set(contract_id),
                site_id: Set(SiteId::from_uuid(*site)),
                ..Default::default()
            }));
            if link.removed.is_empty() {
                continue;
            }
            let gone = Condition::all()
                .add(contract_site::Column::ContractId.eq(contract_id))
                .add(contract_site::Column::SiteId.is_in(link.removed));
            for row in contract_site::Entity::find().filter(gone).all(tx).await? {
                tx.delete(row).await?;
            }
        }
        if !rows.is_empty() {
            tx.insert_many(rows, reason).await?;
        }
        Ok(())
    }
}

/// What the file says of leaving early is all of it.
fn termination(given: &records::TerminationRule) -> TerminationRule {
    let advance = |advance: &records::TerminationAdvance| TerminationAdvance {
        amount: advance.amount,
        from_on: advance.from_on,
        months: advance.months,
    };
    let step = |step: &records::TerminationStep| TerminationStep {
        from_contract_month: step.from_contract_month,
        fee: step.fee,
    };
    TerminationRule {
        share: given.share,
        advances: given.advances.iter().map(advance).collect(),
        table: given.table.iter().map(step).collect(),
        fixed: given.fixed,
    }
}

/// What the file says of an index is all of it; what it leaves out is as usual.
fn renewal_index(given: &records::IndexTerms) -> IndexTerms {
    IndexTerms {
        series: given.series.clone(),
        lag_months: given.lag_months.unwrap_or_default(),
        floor: given.floor,
        cap: given.cap,
        no_decrease: given.no_decrease.unwrap_or_default(),
    }
}

impl Importable for SupportContract {
    const NOUN: Noun = Noun::SupportContract;
    type Entity = support_contract::Entity;
    type Model = support_contract::Model;
    type Row = support_contract::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.support_contracts
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.number)
    }

    fn table(known: &Known) -> &Table<support_contract::Model> {
        &known.support_contracts
    }

    fn table_mut(known: &mut Known) -> &mut Table<support_contract::Model> {
        &mut known.support_contracts
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let numbers = run.records.support_contracts.iter().map(|record| &record.number);
        let numbers = numbers.chain(run.records.support_coverages.iter().map(|record| &record.contract));
        let offers = run.records.offers.iter();
        let numbers = numbers.chain(offers.filter_map(|record| record.support_contract.as_ref()));
        let changes = run.records.scenario_changes.iter();
        let numbers = numbers.chain(changes.filter_map(|record| record.support_contract.as_ref()));
        let column = support_contract::Column::Number;
        for row in rows_among::<support_contract::Entity, _>(run.tx, column, numbers.cloned()).await? {
            run.known.support_contracts.put(Key::from(&row.number), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut support_contract::ActiveModel,
        _before: Option<&support_contract::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.number, Some(self.number.clone()));
        let vendor = at.known.vendors.named_if_any("vendor", self.vendor.as_ref())?;
        put(&mut row.vendor_id, vendor.map(|vendor| vendor.id));
        put_any(&mut row.level, self.level.clone());
        put(&mut row.currency, self.currency.clone());
        put(&mut row.starts_on, self.starts_on);
        put(&mut row.ends_on, self.ends_on);
        put(&mut row.charge_amount, amount("charge_amount", self.charge_amount)?);
        put(&mut row.billing_frequency, choice("billing_frequency", self.billing_frequency.as_ref())?);
        put_any(&mut row.escalation_rate, rate("escalation_rate", self.escalation_rate)?);
        put(&mut row.auto_renew, self.auto_renew);
        put_any(&mut row.renewal_term_months, self.renewal_term_months);
        put_any(&mut row.renewal_uplift, rate("renewal_uplift", self.renewal_uplift)?);
        put_any(&mut row.notice_days, self.notice_days);
        put_any(&mut row.notice_days_maximum, self.notice_days_maximum);
        put_any(&mut row.decision_lead_days, self.decision_lead_days);
        put_any(&mut row.proposal_lead_days, self.proposal_lead_days);
        put_any(&mut row.migration_days, self.migration_days);
        put_any(&mut row.decommission_buffer_days, self.decommission_buffer_days);
        put_any(&mut row.notice_given_on, self.notice_given_on);
        put_any(&mut row.owner, self.owner.clone());
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.auto_renew, false);
        Ok(())
    }

    fn check(row: Candidate<'_, support_contract::Model>, _known: &Known) -> Result<()> {
        support_contracts::check_numbers(&row.after.clone().into_active_model())?;
        support_contracts::check(row.after)
    }
}

impl Importable for SupportCoverage {
    const NOUN: Noun = Noun::SupportCoverage;
    type Entity = support_coverage::Entity;
    type Model = support_coverage::Model;
    type Row = support_coverage::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.support_coverages
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::of([&self.contract, &self.asset])
    }

    fn table(known: &Known) -> &Table<support_coverage::Model> {
        &known.support_coverages
    }

    fn table_mut(known: &mut Known) -> &mut Table<support_coverage::Model> {
        &mut known.support_coverages
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let records = &run.records.support_coverages;
        let wanted: HashSet<Key> = records.iter().map(Importable::key).collect();
        let contracts = records.iter().map(|record| Key::from(&record.contract));
        let contracts = contracts.filter_map(|key| run.known.support_contracts.get(&key)).map(|it| it.id);
        let column = support_coverage::Column::ContractId;
        for row in rows_among::<support_coverage::Entity, _>(run.tx, column, contracts).await? {
            let contract = run.known.support_contracts.with_id(row.contract_id);
            let asset = run.known.assets.with_id(row.asset_id);
            if let (Some(contract), Some(asset)) = (contract, asset) {
                let key = Key::of([&contract.number, &asset.tag]);
                if wanted.contains(&key) {
                    run.known.support_coverages.put(key, row);
                }
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut support_coverage::ActiveModel,
        _before: Option<&support_coverage::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let contract = at.known.support_contracts.named("contract", &Key::from(&self.contract))?;
        let asset = at.known.assets.named("asset", &Key::from(&self.asset))?;
        put(&mut row.contract_id, Some(contract.id));
        put(&mut row.asset_id, Some(asset.id));
        put_any(&mut row.from_on, self.from_on);
        put_any(&mut row.to_on, self.to_on);
        Ok(())
    }

    fn check(row: Candidate<'_, support_coverage::Model>, known: &Known) -> Result<()> {
        match known.support_contracts.with_id(row.after.contract_id) {
            Some(contract) => support_contracts::check_period(contract, row.after.from_on, row.after.to_on),
            None => Ok(()),
        }
    }
}
