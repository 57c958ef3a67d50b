//! Scenarios and their changes.

use std::collections::BTreeSet;

use entity::id::{ScenarioChangeId, SiteId};
use entity::inventory::hardware_model::HardwareKind;
use entity::lifecycle::refresh_policy::YearRate;
use entity::scenarios::scenario::{self, ScenarioStatus};
use entity::scenarios::scenario_change::{self, Terms};
use sea_orm::ActiveValue::Set;

use super::cloud::under;
use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use super::power::charge_at;
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::{Scenario, ScenarioChange};
use crate::import::{Origin, Records};
use crate::rules::draft;
use crate::scenarios::changes::{self, Draft, KnownCohorts, MOST_CHANGES, Names};
use crate::scenarios::overlay::{Change, Overlay};
use crate::scenarios::targets::{self, Targets};
use crate::scenarios::{rules, scenarios};
use crate::store::Read;

const MOVED: &str = "COHORT_MOVED";

impl Importable for Scenario {
    const NOUN: Noun = Noun::Scenario;
    type Entity = scenario::Entity;
    type Model = scenario::Model;
    type Row = scenario::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.scenarios
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<scenario::Model> {
        &known.scenarios
    }

    fn table_mut(known: &mut Known) -> &mut Table<scenario::Model> {
        &mut known.scenarios
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let names = run.records.scenarios.iter().map(|record| &record.name);
        let names = names.chain(run.records.scenario_changes.iter().map(|record| &record.scenario)).cloned();
        for row in rows_among::<scenario::Entity, _>(run.tx, scenario::Column::Name, names).await? {
            run.known.scenarios.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut scenario::ActiveModel,
        _before: Option<&scenario::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        put_any(&mut row.description, self.description.clone());
        put_any(&mut row.owner, self.owner.clone());
        usual(&mut row.status, ScenarioStatus::Draft);
        Ok(())
    }

    fn check(row: Candidate<'_, scenario::Model>, _known: &Known) -> Result<()> {
        row.before.map_or(Ok(()), scenarios::refuse_frozen)?;
        scenarios::check(row.after)
    }
}

impl Importable for ScenarioChange {
    const NOUN: Noun = Noun::ScenarioChange;
    type Entity = scenario_change::Entity;
    type Model = scenario_change::Model;
    type Row = scenario_change::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.scenario_changes
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key(vec![self.scenario.clone(), self.place.to_string()])
    }

    /// Cohorts are looked for under the other changes, so they come after these.
    fn needs(&self) -> Option<Key> {
        let is_move = self.kind.as_deref() == Some(MOVED);
        is_move.then(|| Key::of([self.scenario.as_str(), "other changes"]))
    }

    fn table(known: &Known) -> &Table<scenario_change::Model> {
        &known.scenario_changes
    }

    fn table_mut(known: &mut Known) -> &mut Table<scenario_change::Model> {
        &mut known.scenario_changes
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        if run.records.scenario_changes.is_empty() {
            return Ok(());
        }
        let named: BTreeSet<Key> =
            run.records.scenario_changes.iter().map(|it| Key::from(&it.scenario)).collect();
        let ids = named.iter().filter_map(|key| run.known.scenarios.get(key)).map(|scenario| scenario.id);
        let ids: Vec<_> = ids.collect();
        let column = scenario_change::Column::ScenarioId;
        for row in rows_among::<scenario_change::Entity, _>(run.tx, column, ids).await? {
            if let Some(scenario) = run.known.scenarios.with_id(row.scenario_id) {
                let key = Key(vec![scenario.name.clone(), row.position.saturating_add(1).to_string()]);
                run.known.scenario_changes.put(key, row);
            }
        }
        find_cohorts(run).await
    }

    fn fill(
        &self,
        row: &mut scenario_change::ActiveModel,
        before: Option<&scenario_change::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let scenario = at.known.scenarios.named("scenario", &Key::from(&self.scenario))?;
        put(&mut row.scenario_id, Some(scenario.id));
        put(&mut row.position, Some(self.place.saturating_sub(1)));
        put_any(&mut row.note, self.note.clone());
        let kind = self.kind.as_deref().or(before.map(|before| rules::kind(&before.terms)));
        let kind = kind.ok_or_else(|| Error::invalid("kind", "is empty, and a new row needs it"))?;
        let before = before.filter(|before| rules::kind(&before.terms) == kind);
        let mut targets = self.targets(at.known, before)?;
        let terms = match kind {
            MOVED => {
                let (terms, site) = self.cohort_moved(at.known, before)?;
                targets.site = site;
                terms
            }
            _ => self.terms(kind, before.map(|before| &before.terms))?,
        };
        row.colocation_contract_id.set_if_not_equals(targets.colocation_contract);
        row.colocation_charge_id.set_if_not_equals(targets.colocation_charge);
        row.support_contract_id.set_if_not_equals(targets.support_contract);
        row.refresh_policy_id.set_if_not_equals(targets.refresh_policy);
        row.site_id.set_if_not_equals(targets.site);
        row.workload_id.set_if_not_equals(targets.workload);
        row.provider_account_id.set_if_not_equals(targets.provider_account);
        put(&mut row.terms, Some(terms));
        Ok(())
    }

    fn check(row: Candidate<'_, scenario_change::Model>, known: &Known) -> Result<()> {
        known.scenarios.with_id(row.after.scenario_id).map_or(Ok(()), scenarios::refuse_frozen)
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, scenario_change::Model>) -> Result<()> {
        let after = row.after;
        let mut targets = targets_of(after);
        if targets.colocation_charge.is_some() {
            // The charge says which contract it is of.
            targets.colocation_contract = None;
        }
        let draft = Draft { note: after.note.clone(), targets, terms: after.terms.clone() };
        let targets = changes::require_valid(run.tx, &draft).await?;
        // What is on record stays when what it is about goes.
        let is_new = row
            .before
            .is_none_or(|before| before.terms != after.terms || targets_of(before) != targets_of(after));
        if is_new {
            targets::require_live(run.tx, &after.terms, &targets).await?;
        }
        let today = run.tx.caller().now.date_naive();
        match &after.terms {
            Terms::CohortMoved { to, .. } => changes::require_to_come(*to, today)?,
            // An exit that is on record stays as time goes by.
            Terms::SiteExit { on } if row.before.is_none_or(|before| before.terms != after.terms) => {
                changes::require_exit_to_come(*on, today)?;
            }
            _ => {}
        }
        let Some(scenario) = run.known.scenarios.with_id(after.scenario_id).cloned() else {
            return Ok(());
        };
        let others = run.known.scenario_changes.rows();
        let others = others.filter(|other| other.scenario_id == scenario.id && other.id != after.id);
        let mut list: Vec<scenario_change::Model> = others.cloned().collect();
        if row.before.is_none() && list.len() >= MOST_CHANGES {
            let message = format!("{} has {MOST_CHANGES} changes, more are not taken", scenario.name);
            return Err(Error::invalid("place", message));
        }
        list.push(after.clone());
        list.sort_by_key(|change| change.position);
        let list: Vec<Change> = list.into_iter().map(|row| with_names(&run.known, row)).collect();
        changes::require_consistent(run.tx, &list).await?;
        if run.known.relisted.insert(scenario.id) {
            // A scenario of the same import is known as it was before it was written.
            let stored = scenarios::find(run.tx, scenario.id).await?;
            let touched = scenarios::touch(run.tx, stored).await?;
            run.known.scenarios.put(Key::from(&touched.name), touched);
        }
        Ok(())
    }
}

/// What a row is about.
fn targets_of(row: &scenario_change::Model) -> Targets {
    Targets {
        colocation_contract: row.colocation_contract_id,
        colocation_charge: row.colocation_charge_id,
        support_contract: row.support_contract_id,
        refresh_policy: row.refresh_policy_id,
        site: row.site_id,
        workload: row.workload_id,
        provider_account: row.provider_account_id,
    }
}

fn with_names(known: &Known, row: scenario_change::Model) -> Change {
    let contract = row.colocation_contract_id.and_then(|id| known.colocation_contracts.with_id(id));
    let charge = row.colocation_charge_id.and_then(|id| known.colocation_charges.with_id(id));
    let support = row.support_contract_id.and_then(|id| known.support_contracts.with_id(id));
    let policy = row.refresh_policy_id.and_then(|id| known.refresh_policies.with_id(id));
    let site = row.site_id.and_then(|id| known.sites.with_id(id));
    let workload = row.workload_id.and_then(|id| known.workloads.with_id(id));
    let account = row.provider_account_id.and_then(|id| known.provider_accounts.with_id(id));
    let names = Names {
        colocation_contract: contract.map(|contract| contract.number.clone()),
        charge_position: charge.map(|charge| charge.position),
        support_contract: support.map(|contract| contract.number.clone()),
        refresh_policy: policy.map(|policy| policy.name.clone()),
        site: site.map(|site| site.code.clone()),
        workload: workload.map(|workload| workload.name.clone()),
        provider_account: account.map(|account| account.name.clone()),
        gone: None,
    };
    Change { row, names }
}

/// Looks for the cohorts that may be moved: those under the other changes of each scenario that moves some.
async fn find_cohorts(run: &mut Run<'_>) -> Result<()> {
    let records = &run.records.scenario_changes;
    let is_move = |record: &&ScenarioChange| record.kind.as_deref() == Some(MOVED);
    let moving: BTreeSet<&String> = records.iter().filter(is_move).map(|record| &record.scenario).collect();
    if moving.is_empty() {
        return Ok(());
    }
    let cohorts = KnownCohorts::read(run.tx).await?;
    for name in moving {
        let Some(scenario) = run.known.scenarios.get(&Key::from(name)).cloned() else { continue };
        let mut rows: Vec<scenario_change::Model> = run.known.scenario_changes.rows().cloned().collect();
        rows.retain(|row| row.scenario_id == scenario.id);
        for record in records.iter().filter(|record| record.scenario == *name && !is_move(record)) {
            // What is refused here is refused again when it is taken, with its reason.
            if let Some(row) = record.row(run) {
                rows.retain(|other| other.position != row.position);
                rows.push(row);
            }
        }
        rows.sort_by_key(|row| row.position);
        let list = rows.into_iter().map(|row| with_names(&run.known, row)).collect();
        let found = cohorts.under(&Overlay::of(scenario.into(), list))?;
        run.known.cohorts.insert(name.clone(), found);
    }
    Ok(())
}

fn needed<T>(column: &str, given: Option<T>) -> Result<T> {
    given.ok_or_else(|| Error::invalid(column, "is empty, and a change of this kind needs it"))
}

impl ScenarioChange {
    /// The row that the record would be.
    fn row(&self, run: &Run<'_>) -> Option<scenario_change::Model> {
        let before = run.known.scenario_changes.get(&self.key());
        let mut row = match before {
            Some(before) => before.clone().into(),
            None => scenario_change::ActiveModel {
                id: Set(run.tx.new_id::<ScenarioChangeId>()),
                ..Default::default()
            },
        };
        self.fill(&mut row, before, &mut Filling::new(&run.known)).ok()?;
        draft(&row).ok()
    }

    /// What the record is about; of a row of the same kind, what stands there if the file names nothing.
    fn targets(&self, known: &Known, before: Option<&scenario_change::Model>) -> Result<Targets> {
        let names_any = self.colocation_contract.is_some()
            || self.support_contract.is_some()
            || self.refresh_policy.is_some()
            || self.site.is_some()
            || self.account.is_some();
        if let Some(before) = before.filter(|_| !names_any) {
            return Ok(targets_of(before));
        }
        let number = self.colocation_contract.as_ref();
        let contract = known.colocation_contracts.named_if_any("colocation_contract", number)?;
        let charge = charge_at(known, number.map_or("", String::as_str), self.charge)?;
        let number = self.support_contract.as_ref();
        let support = known.support_contracts.named_if_any("support_contract", number)?;
        let policy = known.refresh_policies.named_if_any("refresh_policy", self.refresh_policy.as_ref())?;
        let site = known.sites.named_if_any("site", self.site.as_ref())?;
        let account = self.account.as_ref();
        let workload = account.zip(self.workload.as_ref());
        let workload = workload
            .map(|(account, name)| known.workloads.named("workload", &under(account, &[name.as_str()])))
            .transpose()?;
        let account = known.provider_accounts.named_if_any("account_number", account)?;
        Ok(Targets {
            colocation_contract: contract.map(|contract| contract.id),
            colocation_charge: charge.map(|charge| charge.id),
            support_contract: support.map(|contract| contract.id),
            refresh_policy: policy.map(|policy| policy.id),
            site: site.map(|site| site.id),
            workload: workload.map(|workload| workload.id),
            provider_account: account.filter(|_| workload.is_none()).map(|account| account.id),
        })
    }

    /// A cohort by its key, or by what people call it: keys are others in another database.
    fn cohort_moved(
        &self,
        known: &Known,
        before: Option<&scenario_change::Model>,
    ) -> Result<(Terms, Option<SiteId>)> {
        let stored = before.and_then(|before| match &before.terms {
            Terms::CohortMoved { key, label, to } => Some((key, label, *to, before.site_id)),
            _ => None,
        });
        let to = needed("order_month", self.order_month.or(stored.map(|(_, _, to, _)| to)))?;
        if let Some((key, label, _, site)) = stored {
            let is_same = self.cohort_key.as_ref().is_none_or(|given| given == key)
                && self.cohort.as_ref().is_none_or(|given| given == label);
            if is_same {
                return Ok((Terms::CohortMoved { key: key.clone(), label: label.clone(), to }, site));
            }
        }
        let cohorts = known.cohorts.get(&self.scenario);
        let by_key = self.cohort_key.as_ref().and_then(|key| cohorts?.get_key_value(key));
        let found = match by_key {
            Some(found) => found,
            None => {
                let label = needed("cohort", self.cohort.as_ref())?;
                let named = cohorts.into_iter().flatten().filter(|(_, (name, _))| name == label);
                match named.collect::<Vec<_>>().as_slice() {
                    [only] => *only,
                    [] => {
                        let message = format!("'{label}' is no refresh cohort under the scenario");
                        return Err(Error::invalid("cohort", message));
                    }
                    several => {
                        let count = several.len();
                        let message =
                            format!("'{label}' names {count} refresh cohorts: give the cohort_key of one");
                        return Err(Error::invalid("cohort", message));
                    }
                }
            }
        };
        let (key, (label, site)) = found;
        Ok((Terms::CohortMoved { key: key.clone(), label: label.clone(), to }, Some(*site)))
    }

    /// What the record says; of a row of the same kind, what stands there where the file is silent.
    fn terms(&self, kind: &str, before: Option<&Terms>) -> Result<Terms> {
        match (kind, before) {
            ("PRICE_INDEX", before) => {
                let known = match before {
                    Some(Terms::PriceIndex { hardware_kind, rates }) => (*hardware_kind, Some(rates.clone())),
                    _ => (None, None),
                };
                let hardware_kind: Option<HardwareKind> =
                    choice("hardware_kind", self.hardware_kind.as_ref())?;
                let rates = needed("rates", self.years().or(known.1))?;
                Ok(Terms::PriceIndex { hardware_kind: hardware_kind.or(known.0), rates })
            }
            ("CPI_CURVE", before) => {
                let known = match before {
                    Some(Terms::CpiCurve { series, rates }) => (series.clone(), Some(rates.clone())),
                    _ => (None, None),
                };
                let rates = needed("rates", self.years().or(known.1))?;
                Ok(Terms::CpiCurve { series: self.series.clone().or(known.0), rates })
            }
            ("GROWTH_RATE", before) => self.growth(before),
            ("POLICY_LIFE", before) => {
                let known = match before {
                    Some(Terms::PolicyLife { age_months, support_margin_months }) => {
                        (Some(*age_months), *support_margin_months)
                    }
                    _ => (None, None),
                };
                Ok(Terms::PolicyLife {
                    age_months: needed("age_months", self.age_months.or(known.0))?,
                    support_margin_months: self.support_margin_months.or(known.1),
                })
            }
            ("CONTRACT_NOT_RENEWED", before) => {
                let known = match before {
                    Some(Terms::ContractNotRenewed { ends_on }) => *ends_on,
                    _ => None,
                };
                Ok(Terms::ContractNotRenewed { ends_on: self.ends_on.or(known) })
            }
            ("RENEGOTIATED_PRICE", before) => self.renegotiated(before),
            ("SITE_EXIT", before) => {
                let known = match before {
                    Some(Terms::SiteExit { on }) => Some(*on),
                    _ => None,
                };
                Ok(Terms::SiteExit { on: needed("exit_on", self.exit_on.or(known))? })
            }
            ("CAP_CHANGED", before) => self.cap(before),
            (_, before) => self.exchange(before),
        }
    }

    fn years(&self) -> Option<Vec<YearRate>> {
        let years = self.rates.as_ref()?.iter();
        Some(years.map(|step| YearRate { year: step.year, rate: step.rate }).collect())
    }

    fn growth(&self, before: Option<&Terms>) -> Result<Terms> {
        let (known, first, last) = match before {
            Some(Terms::GrowthRate { monthly_rate, from, to }) => (Some(*monthly_rate), Some(*from), *to),
            _ => (None, None, None),
        };
        let monthly_rate = rate("monthly_rate", self.monthly_rate)?;
        Ok(Terms::GrowthRate {
            monthly_rate: needed("monthly_rate", monthly_rate.or(known))?,
            from: needed("from_month", self.from_month.or(first))?,
            to: self.to_month.or(last),
        })
    }

    fn renegotiated(&self, before: Option<&Terms>) -> Result<Terms> {
        let (known, first) = match before {
            Some(Terms::RenegotiatedPrice { factor, unit_price, from }) => {
                (Some((*factor, *unit_price)), Some(*from))
            }
            _ => (None, None),
        };
        let given = (rate("factor", self.factor)?, amount("unit_price", self.unit_price)?);
        let (factor, unit_price) = match given {
            // A factor takes the place of a price, and the other way round.
            (None, None) => known.unwrap_or_default(),
            given => given,
        };
        let from = needed("from_on", self.from_on.or(first))?;
        Ok(Terms::RenegotiatedPrice { factor, unit_price, from })
    }

    fn cap(&self, before: Option<&Terms>) -> Result<Terms> {
        let (year, known, code) = match before {
            Some(Terms::CapChanged { fiscal_year, amount, currency }) => {
                (Some(*fiscal_year), Some(*amount), Some(currency.clone()))
            }
            _ => (None, None, None),
        };
        let cap = amount("cap_amount", self.cap_amount)?;
        Ok(Terms::CapChanged {
            fiscal_year: needed("fiscal_year", self.fiscal_year.or(year))?,
            amount: needed("cap_amount", cap.or(known))?,
            currency: needed("cap_currency", self.cap_currency.clone().or(code))?,
        })
    }

    fn exchange(&self, before: Option<&Terms>) -> Result<Terms> {
        let known = match before {
            Some(Terms::ExchangeRate { base, quote, rate, from }) => {
                Some((base.clone(), quote.clone(), *rate, *from))
            }
            _ => None,
        };
        let given = rate("rate", self.rate)?;
        let of = known.as_ref();
        Ok(Terms::ExchangeRate {
            base: needed("base", self.base.clone().or(of.map(|known| known.0.clone())))?,
            quote: needed("quote", self.quote.clone().or(of.map(|known| known.1.clone())))?,
            rate: needed("rate", given.or(of.map(|known| known.2)))?,
            from: needed("from_on", self.from_on.or(of.map(|known| known.3)))?,
        })
    }
}
