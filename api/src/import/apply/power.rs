//! Deployments, circuits and readings of power under colocation contracts.

use std::collections::HashSet;

use chrono::{DateTime, SecondsFormat, Utc};
use entity::contracts::{colocation_charge, colocation_circuit, colocation_deployment, colocation_reading};
use entity::id::ColocationDeploymentId;

use super::engine::Run;
use super::fill::{Filling, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::contracts::{colocation_circuits, colocation_deployments, colocation_readings};
use crate::error::Result;
use crate::import::csv::Noun;
use crate::import::records::{ColocationCircuit, ColocationDeployment, ColocationReading};
use crate::import::{Origin, Records};

/// The deployment that a record names.
fn deployment<'k>(known: &'k Known, contract: &str, name: &str) -> Result<&'k colocation_deployment::Model> {
    known.colocation_deployments.named("deployment", &Key::of([contract, name]))
}

/// The key of a deployment with an id, with more parts.
fn under(known: &Known, id: ColocationDeploymentId, parts: &[&str]) -> Option<Key> {
    let deployment = known.colocation_deployments.with_id(id)?;
    let contract = known.colocation_contracts.with_id(deployment.contract_id)?;
    let own = [contract.number.as_str(), deployment.name.as_str()];
    Some(Key::of(own.iter().chain(parts).copied()))
}

/// The charge at a position of the price sheet of a contract, from 1.
pub(super) fn charge_at<'k>(
    known: &'k Known,
    contract: &str,
    position: Option<i32>,
) -> Result<Option<&'k colocation_charge::Model>> {
    let key = position.map(|position| Key::of([contract.to_owned(), position.to_string()]));
    key.map(|key| known.colocation_charges.named("charge", &key)).transpose()
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

impl Importable for ColocationDeployment {
    const NOUN: Noun = Noun::ColocationDeployment;
    type Entity = colocation_deployment::Entity;
    type Model = colocation_deployment::Model;
    type Row = colocation_deployment::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.colocation_deployments
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::of([&self.contract, &self.name])
    }

    fn table(known: &Known) -> &Table<colocation_deployment::Model> {
        &known.colocation_deployments
    }

    fn table_mut(known: &mut Known) -> &mut Table<colocation_deployment::Model> {
        &mut known.colocation_deployments
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let column = colocation_deployment::Column::ContractId;
        let records = run.records;
        let named = records.colocation_deployments.iter().map(|record| &record.contract);
        let named = named.chain(records.colocation_circuits.iter().map(|record| &record.contract));
        let named = named.chain(records.colocation_readings.iter().map(|record| &record.contract));
        let of_feeds = records.power_feeds.iter().filter_map(|record| Some(&record.circuit.as_ref()?[0]));
        let named = named.chain(of_feeds);
        let ids = named.filter_map(|number| run.known.colocation_contracts.get(&Key::from(number)));
        let ids: HashSet<_> = ids.map(|contract| contract.id).collect();
        for row in rows_among::<colocation_deployment::Entity, _>(run.tx, column, ids).await? {
            if let Some(contract) = run.known.colocation_contracts.with_id(row.contract_id) {
                let key = Key::of([&contract.number, &row.name]);
                run.known.colocation_deployments.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut colocation_deployment::ActiveModel,
        _before: Option<&colocation_deployment::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let contract = at.known.colocation_contracts.named("contract", &Key::from(&self.contract))?;
        put(&mut row.contract_id, Some(contract.id));
        put(&mut row.name, Some(self.name.clone()));
        let cap = rate("draw_cap_kilovolt_amperes", self.draw_cap_kilovolt_amperes)?;
        put_any(&mut row.draw_cap_kilovolt_amperes, cap);
        put(&mut row.draw_is_not_capped, self.draw_is_not_capped);
        put_any(&mut row.cooling_kilowatts, rate("cooling_kilowatts", self.cooling_kilowatts)?);
        put(&mut row.cooling_is_not_limited, self.cooling_is_not_limited);
        put_any(&mut row.power_factor, rate("power_factor", self.power_factor)?);
        put_any(&mut row.commit_kilowatts, rate("commit_kilowatts", self.commit_kilowatts)?);
        let apparent = rate("commit_kilovolt_amperes", self.commit_kilovolt_amperes)?;
        put_any(&mut row.commit_kilovolt_amperes, apparent);
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.draw_is_not_capped, false);
        usual(&mut row.cooling_is_not_limited, false);
        Ok(())
    }

    fn check(row: Candidate<'_, colocation_deployment::Model>, _known: &Known) -> Result<()> {
        colocation_deployments::check(row.after)
    }
}

impl Importable for ColocationCircuit {
    const NOUN: Noun = Noun::ColocationCircuit;
    type Entity = colocation_circuit::Entity;
    type Model = colocation_circuit::Model;
    type Row = colocation_circuit::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.colocation_circuits
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::of([&self.contract, &self.deployment, &self.reference])
    }

    fn table(known: &Known) -> &Table<colocation_circuit::Model> {
        &known.colocation_circuits
    }

    fn table_mut(known: &mut Known) -> &mut Table<colocation_circuit::Model> {
        &mut known.colocation_circuits
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let column = colocation_circuit::Column::DeploymentId;
        let ids: HashSet<_> = run.known.colocation_deployments.rows().map(|it| it.id).collect();
        for row in rows_among::<colocation_circuit::Entity, _>(run.tx, column, ids).await? {
            if let Some(key) = under(&run.known, row.deployment_id, &[&row.reference]) {
                run.known.colocation_circuits.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut colocation_circuit::ActiveModel,
        _before: Option<&colocation_circuit::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let deployment = deployment(at.known, &self.contract, &self.deployment)?;
        put(&mut row.deployment_id, Some(deployment.id));
        put(&mut row.reference, Some(self.reference.clone()));
        put(&mut row.cabinet, self.cabinet.clone());
        put_any(&mut row.pair, self.pair.clone());
        put_any(&mut row.feed, choice("feed", self.feed.as_ref())?);
        put(&mut row.volts, rate("volts", self.volts)?);
        put(&mut row.amperes, rate("amperes", self.amperes)?);
        put(&mut row.phases, self.phases);
        put(&mut row.derate, rate("derate", self.derate)?);
        let rack = at.known.racks.named_if_any("rack", self.rack.as_ref())?;
        put_any(&mut row.rack_id, rack.map(|rack| rack.id));
        let charge = charge_at(at.known, &self.contract, self.charge)?;
        put_any(&mut row.charge_id, charge.map(|charge| charge.id));
        put_any(&mut row.billed_from_on, self.billed_from_on);
        put_any(&mut row.billed_to_on, self.billed_to_on);
        put_any(&mut row.returned_on, self.returned_on);
        put_any(&mut row.source, self.source.clone());
        Ok(())
    }

    fn check(row: Candidate<'_, colocation_circuit::Model>, _known: &Known) -> Result<()> {
        colocation_circuits::check(row.after)
    }
}

impl Importable for ColocationReading {
    const NOUN: Noun = Noun::ColocationReading;
    type Entity = colocation_reading::Entity;
    type Model = colocation_reading::Model;
    type Row = colocation_reading::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.colocation_readings
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        let circuit = self.circuit.clone().unwrap_or_default();
        let (starts, ends) = (moment(self.starts_at), moment(self.ends_at));
        Key(vec![self.contract.clone(), self.deployment.clone(), circuit, starts, ends])
    }

    fn table(known: &Known) -> &Table<colocation_reading::Model> {
        &known.colocation_readings
    }

    fn table_mut(known: &mut Known) -> &mut Table<colocation_reading::Model> {
        &mut known.colocation_readings
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let records = &run.records.colocation_readings;
        let wanted: HashSet<Key> = records.iter().map(Importable::key).collect();
        let moments = records.iter().map(|record| record.starts_at);
        let column = colocation_reading::Column::StartsAt;
        for row in rows_among::<colocation_reading::Entity, _>(run.tx, column, moments).await? {
            let circuit = match row.circuit_id {
                Some(id) => run.known.colocation_circuits.with_id(id).map(|it| it.reference.clone()),
                None => Some(String::new()),
            };
            let Some(circuit) = circuit else { continue };
            let parts = [circuit.as_str(), &moment(row.starts_at), &moment(row.ends_at)];
            if let Some(key) = under(&run.known, row.deployment_id, &parts)
                && wanted.contains(&key)
            {
                run.known.colocation_readings.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut colocation_reading::ActiveModel,
        _before: Option<&colocation_reading::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let deployment = deployment(at.known, &self.contract, &self.deployment)?;
        put(&mut row.deployment_id, Some(deployment.id));
        let circuit = self.circuit.as_ref().map(|reference| {
            let key = Key::of([&self.contract, &self.deployment, reference]);
            at.known.colocation_circuits.named("circuit", &key).map(|circuit| circuit.id)
        });
        put(&mut row.circuit_id, Some(circuit.transpose()?));
        put(&mut row.starts_at, Some(self.starts_at));
        put(&mut row.ends_at, Some(self.ends_at));
        put_any(&mut row.peak_kilowatts, rate("peak_kilowatts", self.peak_kilowatts)?);
        put_any(&mut row.average_kilowatts, rate("average_kilowatts", self.average_kilowatts)?);
        put_any(&mut row.kilowatt_hours, rate("kilowatt_hours", self.kilowatt_hours)?);
        put_any(&mut row.source, self.source.clone());
        Ok(())
    }

    fn check(row: Candidate<'_, colocation_reading::Model>, known: &Known) -> Result<()> {
        let reading = row.after;
        colocation_readings::check(reading)?;
        // Those of the same file are not in the database yet.
        let mut others = known.colocation_readings.rows().filter(|other| {
            (other.deployment_id, other.circuit_id) == (reading.deployment_id, reading.circuit_id)
                && other.id != reading.id
        });
        match others.find(|other| colocation_readings::overlap_in_part(reading, other)) {
            Some(other) => Err(colocation_readings::overlapping(other)),
            None => Ok(()),
        }
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, colocation_reading::Model>) -> Result<()> {
        colocation_readings::check_beside(run.tx, row.after).await
    }
}
