//! Cells of deployments, circuits and readings of power.

use chrono::{DateTime, SecondsFormat, Utc};
use entity::contracts::{colocation_circuit, colocation_deployment, colocation_reading};
use entity::id::EntityId;

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, any_choice, text};
use crate::import::csv::Noun;

impl Exportable for colocation_deployment::Model {
    const NOUN: Noun = Noun::ColocationDeployment;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("contract", labels.text(Kind::ColocationContract, self.contract_id.uuid())),
            ("name", self.name.clone()),
            ("draw_cap_kilovolt_amperes", any(&self.draw_cap_kilovolt_amperes)),
            ("draw_is_not_capped", self.draw_is_not_capped.cell()),
            ("cooling_kilowatts", any(&self.cooling_kilowatts)),
            ("cooling_is_not_limited", self.cooling_is_not_limited.cell()),
            ("power_factor", any(&self.power_factor)),
            ("commit_kilowatts", any(&self.commit_kilowatts)),
            ("commit_kilovolt_amperes", any(&self.commit_kilovolt_amperes)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for colocation_circuit::Model {
    const NOUN: Noun = Noun::ColocationCircuit;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (contract, deployment) = labels.pair(Kind::ColocationDeployment, self.deployment_id);
        let rack = self.rack_id.map(|id| labels.pair(Kind::RackAtSite, id));
        let (site, rack) = rack.unwrap_or_default();
        vec![
            ("contract", contract),
            ("deployment", deployment),
            ("reference", self.reference.clone()),
            ("cabinet", self.cabinet.clone()),
            ("pair", text(&self.pair)),
            ("feed", any_choice(&self.feed)),
            ("volts", self.volts.cell()),
            ("amperes", self.amperes.cell()),
            ("phases", self.phases.cell()),
            ("derate", self.derate.cell()),
            ("site", site),
            ("rack", rack),
            ("charge", labels.text_if_any(Kind::ColocationCharge, self.charge_id)),
            ("billed_from_on", any(&self.billed_from_on)),
            ("billed_to_on", any(&self.billed_to_on)),
            ("returned_on", any(&self.returned_on)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for colocation_reading::Model {
    const NOUN: Noun = Noun::ColocationReading;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (contract, deployment) = labels.pair(Kind::ColocationDeployment, self.deployment_id);
        vec![
            ("contract", contract),
            ("deployment", deployment),
            ("circuit", labels.text_if_any(Kind::ColocationCircuit, self.circuit_id)),
            ("starts_at", moment(self.starts_at)),
            ("ends_at", moment(self.ends_at)),
            ("peak_kilowatts", any(&self.peak_kilowatts)),
            ("average_kilowatts", any(&self.average_kilowatts)),
            ("kilowatt_hours", any(&self.kilowatt_hours)),
            ("source", text(&self.source)),
        ]
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
