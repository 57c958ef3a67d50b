//! Cells of services, power feeds, and what depends on what.

use entity::id::{ConfigurationItemId, EntityId};
use entity::topology::{dependency, power_feed, redundancy_group, service};

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, any_choice, choice, list, text};
use crate::import::csv::Noun;

/// The sort of a thing and its key.
pub(super) fn item(labels: &mut Labels, id: ConfigurationItemId) -> (String, String) {
    let mut parts = labels.list(Kind::ConfigurationItem, id.uuid()).into_iter();
    (parts.next().unwrap_or_default(), list(parts))
}

impl Exportable for service::Model {
    const NOUN: Noun = Noun::Service;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("name", self.name.clone()),
            ("kind", choice(&self.kind)),
            ("status", choice(&self.status)),
            ("description", text(&self.description)),
            ("owner", text(&self.owner)),
            ("tier", any(&self.tier)),
            ("is_shared", self.is_shared.cell()),
            ("users", any(&self.users)),
            ("revenue_per_hour_amount", any(&self.revenue_per_hour_amount)),
            ("revenue_per_hour_currency", text(&self.revenue_per_hour_currency)),
            ("vendor", labels.text_if_any(Kind::Vendor, self.vendor_id)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for power_feed::Model {
    const NOUN: Noun = Noun::PowerFeed;

    fn cells(&self, labels: &mut Labels) -> Line {
        let circuit = self.circuit_id.map(|id| labels.list(Kind::CircuitOfDeployment, id.uuid()));
        let mut circuit = circuit.unwrap_or_default().into_iter();
        let mut part = || circuit.next().unwrap_or_default();
        let (contract, deployment, reference) = (part(), part(), part());
        vec![
            ("site", labels.text(Kind::Site, self.site_id.uuid())),
            ("name", self.name.clone()),
            ("status", choice(&self.status)),
            ("side", any_choice(&self.side)),
            ("rack", labels.text_if_any(Kind::Rack, self.rack_id)),
            ("upstream", labels.text_if_any(Kind::PowerFeed, self.upstream_id)),
            ("contract", contract),
            ("deployment", deployment),
            ("circuit", reference),
            ("capacity_watts", any(&self.capacity_watts)),
            ("panel", text(&self.panel)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for redundancy_group::Model {
    const NOUN: Noun = Noun::RedundancyGroup;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (owner_kind, owner) = item(labels, self.owner_id);
        vec![
            ("owner_kind", owner_kind),
            ("owner", owner),
            ("name", self.name.clone()),
            ("required_count", any(&self.required_count)),
            ("required_capacity", any(&self.required_capacity)),
            ("capacity_unit", text(&self.capacity_unit)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for dependency::Model {
    const NOUN: Noun = Noun::Dependency;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (from_kind, from) = item(labels, self.from_id);
        let (to_kind, to) = item(labels, self.to_id);
        vec![
            ("from_kind", from_kind),
            ("from", from),
            ("to_kind", to_kind),
            ("to", to),
            ("kind", choice(&self.kind)),
            ("hardness", choice(&self.hardness)),
            ("redundancy_group", labels.text_if_any(Kind::RedundancyGroup, self.redundancy_group_id)),
            ("capacity", any(&self.capacity)),
            ("evidence", choice(&self.evidence)),
            ("confidence", any(&self.confidence)),
            ("first_seen_on", any(&self.first_seen_on)),
            ("last_seen_on", any(&self.last_seen_on)),
            ("latency_budget_milliseconds", any(&self.latency_budget_milliseconds)),
            ("gigabytes_per_day", any(&self.gigabytes_per_day)),
            ("is_write_heavy", self.is_write_heavy.cell()),
            ("note", text(&self.note)),
            ("source", text(&self.source)),
        ]
    }
}
