//! Depreciation rules, refresh policies, refresh cycles and software releases.

use std::collections::{BTreeSet, HashSet};

use entity::id::{AssetId, EntityId, RefreshCycleId};
use entity::inventory::asset::AssetStatus;
use entity::lifecycle::depreciation_rule::{self, Kinds};
use entity::lifecycle::refresh_cycle::{self, CycleStatus};
use entity::lifecycle::refresh_cycle_asset as cycle_asset;
use entity::lifecycle::refresh_policy::{
    self, AgeRate, FailureRates, PriceIndex, RefreshScope, Wiping, YearRate,
};
use entity::lifecycle::software_release::{self, MilestoneState};
use entity::money::Rate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveEnum, ActiveValue, ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::engine::Run;
use super::fill::{Filling, amount, choice, choices, put, put_any, rate, usual};
use super::importable::{Candidate, Importable, Links};
use super::known::{Key, Known, Table, rows_among};
use super::policy_terms;
use crate::error::{Error, Result};
use crate::export::labels::Kind as LabelKind;
use crate::import::csv::Noun;
use crate::import::records::{self, DepreciationRule, RefreshCycle, RefreshPolicy, SoftwareRelease};
use crate::import::{Origin, Records};
use crate::lifecycle::{cohorts, depreciation_rules, refresh_cycles, refresh_policies, software_releases};
use crate::store::Tx;

/// Days from invoice to payment, unless a file says otherwise.
const USUAL_TERMS: i32 = 30;

impl Importable for DepreciationRule {
    const NOUN: Noun = Noun::DepreciationRule;
    type Entity = depreciation_rule::Entity;
    type Model = depreciation_rule::Model;
    type Row = depreciation_rule::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.depreciation_rules
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<depreciation_rule::Model> {
        &known.depreciation_rules
    }

    fn table_mut(known: &mut Known) -> &mut Table<depreciation_rule::Model> {
        &mut known.depreciation_rules
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let names = run.records.depreciation_rules.iter().map(|record| &record.name);
        let policies = run.records.refresh_policies.iter();
        let names = names.chain(policies.filter_map(|record| record.depreciation_rule.as_ref()));
        let bought = run.records.capacity_purchase_rules.iter();
        let names = names.chain(bought.filter_map(|it| it.depreciation_rule.as_ref())).cloned();
        let column = depreciation_rule::Column::Name;
        for row in rows_among::<depreciation_rule::Entity, _>(run.tx, column, names).await? {
            run.known.depreciation_rules.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut depreciation_rule::ActiveModel,
        _before: Option<&depreciation_rule::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.book, choice("book", self.book.as_ref())?);
        let kinds = self.kinds.as_ref().map(|kinds| choices("kinds", kinds)).transpose()?;
        put(&mut row.kinds, kinds.map(Kinds));
        put(&mut row.method, choice("method", self.method.as_ref())?);
        put(&mut row.switch_to_straight_line, self.switch_to_straight_line);
        put(&mut row.life_months, self.life_months);
        put(&mut row.salvage_rate, rate("salvage_rate", self.salvage_rate)?);
        put(&mut row.convention, choice("convention", self.convention.as_ref())?);
        put(&mut row.rounding, choice("rounding", self.rounding.as_ref())?);
        put(&mut row.active, self.active);
        usual(&mut row.kinds, Kinds::default());
        usual(&mut row.active, true);
        Ok(())
    }

    fn check(row: Candidate<'_, depreciation_rule::Model>, _known: &Known) -> Result<()> {
        depreciation_rules::check(row.after)
    }
}

impl Importable for RefreshPolicy {
    const NOUN: Noun = Noun::RefreshPolicy;
    type Entity = refresh_policy::Entity;
    type Model = refresh_policy::Model;
    type Row = refresh_policy::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.refresh_policies
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<refresh_policy::Model> {
        &known.refresh_policies
    }

    fn table_mut(known: &mut Known) -> &mut Table<refresh_policy::Model> {
        &mut known.refresh_policies
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let names = run.records.refresh_policies.iter().map(|record| &record.name);
        let names = names.chain(run.records.refresh_cycles.iter().filter_map(|it| it.policy.as_ref()));
        let changes = run.records.scenario_changes.iter();
        let names = names.chain(changes.filter_map(|record| record.refresh_policy.as_ref()));
        let column = refresh_policy::Column::Name;
        for row in rows_among::<refresh_policy::Entity, _>(run.tx, column, names.cloned()).await? {
            run.known.refresh_policies.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut refresh_policy::ActiveModel,
        before: Option<&refresh_policy::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.priority, self.priority);
        put(&mut row.active, self.active);
        put(&mut row.scope, Some(scope(self, before, at.known)?));
        put_any(&mut row.age_months, self.age_months);
        put_any(&mut row.support_margin_months, self.support_margin_months);
        put(&mut row.warranty_rule, self.warranty_rule);
        put(&mut row.lease_rule, self.lease_rule);
        put(&mut row.capacity_rule, self.capacity_rule);
        put(&mut row.lead_days, self.lead_days);
        put(&mut row.install_days, self.install_days);
        put(&mut row.buffer_days, self.buffer_days);
        put(&mut row.payment_terms_days, self.payment_terms_days);
        put(&mut row.quantity_rule, choice("quantity_rule", self.quantity_rule.as_ref())?);
        put_any(&mut row.ratio, rate("ratio", self.ratio)?);
        put_any(&mut row.spares_rate, rate("spares_rate", self.spares_rate)?);
        put(&mut row.currency, self.currency.clone());
        put(
            &mut row.price_index,
            self.price_index.as_ref().map(|years| {
                PriceIndex(years.iter().map(|it| YearRate { year: it.year, rate: it.rate }).collect())
            }),
        );
        put(&mut row.freight_rate, rate("freight_rate", self.freight_rate)?);
        put(&mut row.install_amount, amount("install_amount", self.install_amount)?);
        let stated = rate("support_rate", self.support_rate)?;
        let stated_alone = stated.filter(|_| self.support_months.is_none());
        let months = before.map(|before| before.support_months).unwrap_or_default();
        refresh_policies::check_support_stated_alone("support_months", stated_alone, months)?;
        put(&mut row.support_rate, stated);
        put(&mut row.support_months, self.support_months);
        put(&mut row.disposal_amount, amount("disposal_amount", self.disposal_amount)?);
        put(&mut row.residual_amount, amount("residual_amount", self.residual_amount)?);
        put(&mut row.contingency_rate, rate("contingency_rate", self.contingency_rate)?);
        put(&mut row.exit_tolerance_days, self.exit_tolerance_days);
        put(&mut row.cohort_period, choice("cohort_period", self.cohort_period.as_ref())?);
        let rule = self.depreciation_rule.as_ref();
        let rule = at.known.depreciation_rules.named_if_any("depreciation_rule", rule)?;
        put_any(&mut row.depreciation_rule_id, rule.map(|rule| rule.id));
        put_any(&mut row.demand, policy_terms::demand(self)?);
        put_any(&mut row.residual_curve, policy_terms::residual_curve(self));
        put(&mut row.wiping, choice("wiping", self.wiping.as_ref())?);
        put_any(&mut row.risk, policy_terms::risk(self));
        let age = |it: &records::AgeRate| AgeRate { from_age_months: it.from_age_months, rate: it.rate };
        let rates = self.failure_rates.as_ref();
        put_any(&mut row.failure_rates, rates.map(|rates| FailureRates(rates.iter().map(age).collect())));
        usual(&mut row.active, true);
        usual(&mut row.capacity_rule, false);
        usual(&mut row.payment_terms_days, USUAL_TERMS);
        usual(&mut row.support_rate, Rate::ZERO);
        usual(&mut row.support_months, 0);
        usual(&mut row.wiping, Wiping::Erased);
        usual(&mut row.price_index, PriceIndex::default());
        Ok(())
    }

    fn check(row: Candidate<'_, refresh_policy::Model>, known: &Known) -> Result<()> {
        refresh_policies::check(row.after)?;
        let was = row.before.and_then(|before| before.depreciation_rule_id);
        let rule = row.after.depreciation_rule_id.filter(|rule| was != Some(*rule));
        match rule.and_then(|rule| known.depreciation_rules.with_id(rule)).filter(|rule| !rule.active) {
            Some(rule) => {
                let message = format!("the depreciation rule {} is not in use", rule.name);
                Err(Error::invalid("depreciation_rule", message))
            }
            None => Ok(()),
        }
    }
}

/// To which assets a policy applies: the lists that the file gives, and otherwise those of before.
fn scope(
    record: &RefreshPolicy,
    before: Option<&refresh_policy::Model>,
    known: &Known,
) -> Result<RefreshScope> {
    let mut scope = before.map(|before| before.scope.clone()).unwrap_or_default();
    if let Some(kinds) = &record.scope_kinds {
        scope.kinds = choices("scope_kinds", kinds)?;
    }
    if let Some(sites) = &record.scope_sites {
        let sites = sites.iter().map(|code| Ok(known.sites.named("scope_sites", &Key::from(code))?.id));
        scope.site_ids = sites.collect::<Result<_>>()?;
    }
    if let Some(models) = &record.scope_models {
        let named = |key| known.hardware_models.named("scope_models", &Key::from(key));
        scope.model_ids = models.iter().map(|key| Ok(named(key)?.id)).collect::<Result<_>>()?;
    }
    if let Some(environments) = &record.scope_environments {
        scope.environments = choices("scope_environments", environments)?;
    }
    if let Some(tiers) = &record.scope_tiers {
        scope.tiers.clone_from(tiers);
    }
    Ok(scope)
}

impl Importable for RefreshCycle {
    const NOUN: Noun = Noun::RefreshCycle;
    const LINKS: Option<(&'static str, LabelKind)> = Some(("assets", LabelKind::Asset));
    type Entity = refresh_cycle::Entity;
    type Model = refresh_cycle::Model;
    type Row = refresh_cycle::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.refresh_cycles
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<refresh_cycle::Model> {
        &known.refresh_cycles
    }

    fn table_mut(known: &mut Known) -> &mut Table<refresh_cycle::Model> {
        &mut known.refresh_cycles
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let names = run.records.refresh_cycles.iter().map(|record| record.name.clone());
        let column = refresh_cycle::Column::Name;
        let rows = rows_among::<refresh_cycle::Entity, _>(run.tx, column, names).await?;
        let ids: Vec<RefreshCycleId> = rows.iter().map(|row| row.id).collect();
        let column = cycle_asset::Column::CycleId;
        for link in rows_among::<cycle_asset::Entity, _>(run.tx, column, ids).await? {
            run.known.links.entry(link.cycle_id.uuid()).or_default().insert(link.asset_id.uuid());
        }
        for row in rows {
            run.known.refresh_cycles.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut refresh_cycle::ActiveModel,
        _before: Option<&refresh_cycle::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        let policy = at.known.refresh_policies.named_if_any("policy", self.policy.as_ref())?;
        put(&mut row.policy_id, policy.map(|policy| policy.id));
        let site = at.known.sites.named_if_any("site", self.site.as_ref())?;
        put_any(&mut row.site_id, site.map(|site| site.id));
        let model = at.known.hardware_models.named_if_any("model", self.model.as_ref())?;
        put_any(&mut row.model_id, model.map(|model| model.id));
        put(&mut row.status, choice("status", self.status.as_ref())?);
        put_any(&mut row.order_on, self.order_on);
        put_any(&mut row.in_service_on, self.in_service_on);
        put_any(&mut row.quantity, self.quantity);
        put_any(&mut row.budget_amount, amount("budget_amount", self.budget_amount)?);
        put_any(&mut row.budget_currency, self.budget_currency.clone());
        put_any(&mut row.notes, self.notes.clone());
        usual(&mut row.status, CycleStatus::Planned);
        Ok(())
    }

    /// A new cycle may be in any state, for those that were kept elsewhere; one that is here goes by its steps.
    fn check(row: Candidate<'_, refresh_cycle::Model>, _known: &Known) -> Result<()> {
        refresh_cycles::check(row.after)?;
        let Some(before) = row.before else { return Ok(()) };
        if before.status != row.after.status {
            let message = format!(
                "{} is not {}, which the cycle is: it goes on by its own steps, not by an import",
                row.after.status.to_value(),
                before.status.to_value()
            );
            return Err(Error::invalid("status", message));
        }
        refresh_cycles::check_settled(before, row.after)
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, refresh_cycle::Model>) -> Result<()> {
        let now = run.known.links.get(&row.after.id.uuid()).cloned().unwrap_or_default();
        if now == *row.links {
            return Ok(());
        }
        if let Some(before) = row.before {
            refresh_cycles::require_status(before, &[CycleStatus::Planned])?;
        }
        if !refresh_cycles::OPEN.contains(&row.after.status) {
            return Ok(());
        }
        require_fit(&run.known, row)?;
        let added: Vec<AssetId> = row.links.difference(&now).map(|id| AssetId::from_uuid(*id)).collect();
        let claims = cohorts::claims_of(run.tx, added.iter().copied()).await?;
        let of_others = claims.into_iter().find(|(_, (cycle, _))| *cycle != row.after.id);
        let of_file = run.known.refresh_cycles.rows().find_map(|other| {
            let open = refresh_cycles::OPEN.contains(&other.status) && other.id != row.after.id;
            let links = run.known.links.get(&other.id.uuid()).filter(|_| open)?;
            let claimed = added.iter().find(|asset| links.contains(&asset.uuid()))?;
            Some((*claimed, (other.id, other.name.clone())))
        });
        match of_others.or(of_file) {
            Some((asset, (_, cycle))) => {
                let tag = run.known.assets.with_id(asset).map_or("", |asset| asset.tag.as_str());
                Err(Error::invalid("assets", format!("{tag} is in the open refresh cycle {cycle}")))
            }
            None => Ok(()),
        }
    }

    fn links(&self, known: &Known) -> Result<Option<BTreeSet<Uuid>>> {
        let Some(tags) = &self.assets else { return Ok(None) };
        let assets = tags.iter().map(|tag| known.assets.named("assets", &Key::from(tag)));
        assets.map(|asset| Ok(asset?.id.uuid())).collect::<Result<_>>().map(Some)
    }

    async fn link(tx: &Tx, links: Vec<Links>, reason: &str) -> Result<()> {
        let mut rows = Vec::new();
        for link in links {
            let cycle_id = RefreshCycleId::from_uuid(link.owner);
            rows.extend(link.added.iter().map(|asset| cycle_asset::ActiveModel {
                id: Set(tx.new_id()),
                cycle_id: Set(cycle_id),
                asset_id: Set(AssetId::from_uuid(*asset)),
                ..Default::default()
            }));
            if link.removed.is_empty() {
                continue;
            }
            let gone = Condition::all()
                .add(cycle_asset::Column::CycleId.eq(cycle_id))
                .add(cycle_asset::Column::AssetId.is_in(link.removed));
            for row in cycle_asset::Entity::find().filter(gone).all(tx).await? {
                tx.delete(row).await?;
            }
        }
        if !rows.is_empty() {
            tx.insert_many(rows, reason).await?;
        }
        Ok(())
    }
}

/// Assets of an open cycle are in use, and stand at its site where it has one.
fn require_fit(known: &Known, row: Candidate<'_, refresh_cycle::Model>) -> Result<()> {
    for asset in row.links.iter().filter_map(|id| known.assets.with_id(AssetId::from_uuid(*id))) {
        if matches!(asset.status, AssetStatus::Retired | AssetStatus::Disposed) {
            let message = format!("{} is {}", asset.tag, asset.status.to_value());
            return Err(Error::invalid("assets", message));
        }
        if row.after.site_id.is_some_and(|site| site != asset.site_id) {
            let message = format!("{} is at another site than the refresh cycle's", asset.tag);
            return Err(Error::invalid("assets", message));
        }
    }
    Ok(())
}

impl Importable for SoftwareRelease {
    const NOUN: Noun = Noun::SoftwareRelease;
    type Entity = software_release::Entity;
    type Model = software_release::Model;
    type Row = software_release::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.software_releases
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::of([&self.product, &self.cycle])
    }

    fn table(known: &Known) -> &Table<software_release::Model> {
        &known.software_releases
    }

    fn table_mut(known: &mut Known) -> &mut Table<software_release::Model> {
        &mut known.software_releases
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let wanted: HashSet<Key> = run.records.software_releases.iter().map(Importable::key).collect();
        let products = run.records.software_releases.iter().map(|record| record.product.clone());
        let column = software_release::Column::Product;
        for row in rows_among::<software_release::Entity, _>(run.tx, column, products).await? {
            let key = Key::of([&row.product, &row.cycle]);
            if wanted.contains(&key) {
                run.known.software_releases.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut software_release::ActiveModel,
        _before: Option<&software_release::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.product, Some(self.product.clone()));
        put(&mut row.cycle, Some(self.cycle.clone()));
        put_any(&mut row.label, self.label.clone());
        put_any(&mut row.released_on, self.released_on);
        let milestones = [
            (
                &mut row.active_support,
                &mut row.active_support_ends_on,
                &self.active_support,
                self.active_support_ends_on,
            ),
            (&mut row.end_of_life, &mut row.end_of_life_on, &self.end_of_life, self.end_of_life_on),
            (&mut row.discontinued, &mut row.discontinued_on, &self.discontinued, self.discontinued_on),
        ];
        for (state, on, given, given_on) in milestones {
            let given: Option<MilestoneState> = choice("end_of_life", given.as_ref())?;
            put_any(on, given_on);
            put(state, given.or(given_on.map(|_| MilestoneState::Dated)));
            if given.is_some_and(|state| state != MilestoneState::Dated) && given_on.is_none() {
                forget(on);
            }
            usual(state, MilestoneState::Unknown);
        }
        put_any(&mut row.latest_version, self.latest_version.clone());
        put_any(&mut row.source, self.source.clone());
        Ok(())
    }

    fn check(row: Candidate<'_, software_release::Model>, _known: &Known) -> Result<()> {
        software_releases::check(row.after)
    }
}

/// Takes a day away that a milestone has no more.
fn forget(on: &mut ActiveValue<Option<sea_orm::prelude::Date>>) {
    if on.try_as_ref().is_some_and(Option::is_some) {
        *on = Set(None);
    }
}
