//! Charges of colocation contracts.

use entity::contracts::colocation_charge::{
    self, Abatement, Abatements, Billing, Escalator, EscalatorAnchor, EscalatorKind, EscalatorStep, Metering,
    Overage, OverageBasis, Ramp, RampStep,
};
use sea_orm::IntoActiveModel;
use serde::de::DeserializeOwned;

use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table};
use crate::contracts::colocation_charges;
use crate::contracts::colocation_contracts::Whole;
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::{self, ColocationCharge};
use crate::import::{Origin, Records};
use entity::id::{EntityId, SiteId};

/// Lines are counted from 1 by people and from 0 in the database.
const FIRST_LINE: i32 = 1;

impl Importable for ColocationCharge {
    const NOUN: Noun = Noun::ColocationCharge;
    type Entity = colocation_charge::Entity;
    type Model = colocation_charge::Model;
    type Row = colocation_charge::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.colocation_charges
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key(vec![self.contract.clone(), self.position.to_string()])
    }

    fn table(known: &Known) -> &Table<colocation_charge::Model> {
        &known.colocation_charges
    }

    fn table_mut(known: &mut Known) -> &mut Table<colocation_charge::Model> {
        &mut known.colocation_charges
    }

    /// They have been read with their contracts.
    async fn load(run: &mut Run<'_>) -> Result<()> {
        for (contract, charges) in &run.known.sheets {
            let Some(contract) = run.known.colocation_contracts.with_id(*contract) else { continue };
            for charge in charges {
                let line = charge.position.saturating_add(FIRST_LINE);
                let key = Key(vec![contract.number.clone(), line.to_string()]);
                run.known.colocation_charges.put(key, charge.clone());
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut colocation_charge::ActiveModel,
        _before: Option<&colocation_charge::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let contract = at.known.colocation_contracts.named("contract", &Key::from(&self.contract))?;
        put(&mut row.contract_id, Some(contract.id));
        put(&mut row.position, Some(self.position.saturating_sub(FIRST_LINE)));
        let site = at.known.sites.named_if_any("site", self.site.as_ref())?;
        put_any(&mut row.site_id, site.map(|site| site.id));
        put(&mut row.kind, choice("kind", self.kind.as_ref())?);
        put_any(&mut row.description, self.description.clone());
        put(&mut row.unit_price_amount, amount("unit_price_amount", self.unit_price_amount)?);
        put(&mut row.quantity, rate("quantity", self.quantity)?);
        put_any(&mut row.from_on, self.from_on);
        put_any(&mut row.to_on, self.to_on);
        put(&mut row.billing, choice("billing", self.billing.as_ref())?);
        put_any(&mut row.escalator, self.escalator.as_ref().map(escalator).transpose()?);
        put(&mut row.ramp, self.ramp.as_deref().map(ramp));
        put(&mut row.abatements, self.abatements.as_deref().map(abatements));
        put_any(&mut row.metering, self.metering.as_ref().map(metering));
        put_any(&mut row.peak_kilowatts, rate("peak_kilowatts", self.peak_kilowatts)?);
        put_any(&mut row.renewal_uplift, rate("renewal_uplift", self.renewal_uplift)?);
        let asset = at.known.assets.named_if_any("asset", self.asset.as_ref())?;
        put_any(&mut row.asset_id, asset.map(|asset| asset.id));
        put_any(&mut row.overage, self.overage.as_ref().map(overage).transpose()?);
        put_any(&mut row.power_unit, choice("power_unit", self.power_unit.as_ref())?);
        put_any(&mut row.power_factor, rate("power_factor", self.power_factor)?);
        usual(&mut row.billing, Billing::Advance);
        usual(&mut row.ramp, Ramp::default());
        usual(&mut row.abatements, Abatements::default());
        Ok(())
    }

    fn check(row: Candidate<'_, colocation_charge::Model>, known: &Known) -> Result<()> {
        colocation_charges::check_numbers(&row.after.clone().into_active_model())?;
        let Some(contract) = known.colocation_contracts.with_id(row.after.contract_id) else {
            return Ok(());
        };
        let mut charges = known.sheets.get(&contract.id).cloned().unwrap_or_default();
        charges.retain(|charge| charge.id != row.after.id);
        charges.push(row.after.clone());
        charges.sort_by_key(|charge| charge.position);
        let sites = known.links.get(&contract.id.uuid()).into_iter().flatten();
        let sites = sites.map(|site| SiteId::from_uuid(*site)).collect();
        colocation_charges::check_in(&Whole { contract: contract.clone(), charges, sites }, row.after)
    }

    fn taken(
        known: &mut Known,
        _before: Option<&colocation_charge::Model>,
        after: &colocation_charge::Model,
    ) {
        let sheet = known.sheets.entry(after.contract_id).or_default();
        sheet.retain(|charge| charge.id != after.id);
        sheet.push(after.clone());
        sheet.sort_by_key(|charge| charge.position);
    }
}

/// What the file says of an escalator is all of it; what it leaves out is as usual.
fn escalator(given: &records::Escalator) -> Result<Escalator> {
    let step = |step: &records::RateStep| EscalatorStep { on: step.on, rate: step.rate };
    Ok(Escalator {
        kind: spelled::<EscalatorKind>("escalator_kind", &given.kind)?,
        rate: given.rate,
        first_on: given.first_on,
        every_months: given.every_months.unwrap_or(12),
        anchor: match &given.anchor {
            Some(anchor) => spelled("escalator_anchor", anchor)?,
            None => EscalatorAnchor::Anniversary,
        },
        compounding: given.compounding.unwrap_or(true),
        series: given.series.clone(),
        lag_months: given.lag_months,
        floor: given.floor,
        cap: given.cap,
        no_decrease: given.no_decrease,
        table: given.table.as_ref().map(|table| table.iter().map(step).collect()),
    })
}

/// What the file says of overage is all of it; what it leaves out is as usual.
fn overage(given: &records::Overage) -> Result<Overage> {
    let multiplier = given.multiplier.ok_or_else(|| {
        Error::invalid("overage_multiplier", "is empty, and overage without a multiplier has no price")
    });
    Ok(Overage {
        buffer_rate: given.buffer_rate.unwrap_or_default(),
        multiplier: multiplier?,
        basis: match &given.basis {
            Some(basis) => spelled("overage_basis", basis)?,
            None => OverageBasis::AboveBuffer,
        },
    })
}

fn ramp(given: &[records::RampStep]) -> Ramp {
    let step = |step: &records::RampStep| RampStep {
        from_contract_month: step.from_contract_month,
        kilowatts: step.kilowatts,
    };
    Ramp(given.iter().map(step).collect())
}

fn abatements(given: &[records::Abatement]) -> Abatements {
    let abatement = |abatement: &records::Abatement| Abatement {
        from_contract_month: abatement.from_contract_month,
        months: abatement.months,
        rate: abatement.rate,
    };
    Abatements(given.iter().map(abatement).collect())
}

fn metering(given: &records::Metering) -> Metering {
    Metering {
        average_kilowatts: given.average_kilowatts,
        power_usage_effectiveness_measured: given.power_usage_effectiveness_measured,
        power_usage_effectiveness_contractual: given.power_usage_effectiveness_contractual,
        power_usage_effectiveness_cap: given.power_usage_effectiveness_cap,
        minimum_take_rate: given.minimum_take_rate,
        commit_kilowatts: given.commit_kilowatts,
        commit_kilovolt_amperes: given.commit_kilovolt_amperes,
    }
}

/// A choice that is kept inside of a JSON column.
fn spelled<T: DeserializeOwned>(column: &str, text: &str) -> Result<T> {
    serde_json::from_value(text.into())
        .map_err(|_| Error::invalid(column, format!("'{text}' is not a choice")))
}
