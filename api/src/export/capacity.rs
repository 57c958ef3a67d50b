//! Cells of pools of capacity, what they are made of, what was observed of them, and what is to come.

use chrono::SecondsFormat;
use entity::capacity::{
    capacity_event, capacity_observation, capacity_placement, capacity_placement_rack, capacity_pool,
    capacity_pool_member, capacity_purchase_rule, capacity_reservation,
};
use entity::id::{CapacityPoolId, EntityId};

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, choice, kilograms, list, text, units};
use crate::import::csv::Noun;

fn name(labels: &mut Labels, pool: CapacityPoolId) -> String {
    labels.text(Kind::CapacityPool, pool.uuid())
}

impl Exportable for capacity_pool::Model {
    const NOUN: Noun = Noun::CapacityPool;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("name", self.name.clone()),
            ("resource", choice(&self.resource)),
            ("unit", choice(&self.unit)),
            ("site", labels.text_if_any(Kind::Site, self.site_id)),
            ("basis", choice(&self.basis)),
            ("raw", any(&self.raw)),
            ("usable", any(&self.usable)),
            ("plannable", any(&self.plannable)),
            ("allocated", any(&self.allocated)),
            ("planning_limit", any(&self.planning_limit)),
            ("failures_tolerated", any(&self.failures_tolerated)),
            ("overcommit_ratio", any(&self.overcommit_ratio)),
            ("buffer_share", any(&self.buffer_share)),
            ("host_overhead", any(&self.host_overhead)),
            ("protection_data", any(&self.protection_data)),
            ("protection_parity", any(&self.protection_parity)),
            ("protection_share", any(&self.protection_share)),
            ("reserve_share", any(&self.reserve_share)),
            ("reduction_ratio", any(&self.reduction_ratio)),
            ("lead_days", any(&self.lead_days)),
            ("install_days", any(&self.install_days)),
            ("approval_days", any(&self.approval_days)),
            ("buffer_days", any(&self.buffer_days)),
            ("fit_from", any(&self.fit_from)),
            ("is_active", self.is_active.cell()),
            ("note", text(&self.note)),
            ("source", text(&self.source)),
        ]
    }
}

/// The sort of a member and the parts of its key.
fn member(row: &capacity_pool_member::Model, labels: &mut Labels) -> (&'static str, Vec<String>) {
    if let Some(asset) = row.asset_id {
        return ("ASSET", vec![labels.text(Kind::Asset, asset.uuid())]);
    }
    if let Some(rack) = row.rack_id {
        let (site, rack) = labels.pair(Kind::RackAtSite, rack);
        return ("RACK", vec![site, rack]);
    }
    if let Some(site) = row.site_id {
        return ("SITE", vec![labels.text(Kind::Site, site.uuid())]);
    }
    let Some(workload) = row.workload_id else { return ("", Vec::new()) };
    let (provider, number) = labels.pair(Kind::AccountOfWorkload, workload);
    ("WORKLOAD", vec![provider, number, labels.text(Kind::Workload, workload.uuid())])
}

impl Exportable for capacity_pool_member::Model {
    const NOUN: Noun = Noun::CapacityPoolMember;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (kind, item) = member(self, labels);
        vec![("pool", name(labels, self.pool_id)), ("item_kind", kind.to_owned()), ("item", list(item))]
    }
}

impl Exportable for capacity_observation::Model {
    const NOUN: Noun = Noun::CapacityObservation;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (pool, unit) = labels.pair(Kind::CapacityPool, self.pool_id);
        vec![
            ("pool", pool),
            ("at", self.at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            ("unit", unit),
            ("value", self.value.cell()),
        ]
    }
}

impl Exportable for capacity_reservation::Model {
    const NOUN: Noun = Noun::CapacityReservation;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("pool", name(labels, self.pool_id)),
            ("from_on", self.from_on.cell()),
            ("purpose", self.purpose.clone()),
            ("quantity", self.quantity.cell()),
            ("to_on", any(&self.to_on)),
            ("probability", self.probability.cell()),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for capacity_event::Model {
    const NOUN: Noun = Noun::CapacityEvent;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("pool", name(labels, self.pool_id)),
            ("happens_on", self.happens_on.cell()),
            ("name", self.name.clone()),
            ("quantity", self.quantity.cell()),
            ("probability", self.probability.cell()),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for capacity_purchase_rule::Model {
    const NOUN: Noun = Noun::CapacityPurchaseRule;

    fn cells(&self, labels: &mut Labels) -> Line {
        let index = self.price_index.0.iter().map(|step| format!("{}:{}", step.year, step.rate.cell()));
        vec![
            ("pool", name(labels, self.pool_id)),
            ("item", self.item.clone()),
            ("hardware_kind", choice(&self.hardware_kind)),
            ("quantity", self.quantity.cell()),
            ("lot", self.lot.cell()),
            ("cover_months", self.cover_months.cell()),
            ("demand", choice(&self.demand)),
            ("price_amount", self.price_amount.cell()),
            ("currency", self.currency.clone()),
            ("priced_on", self.price_on.cell()),
            ("price_valid_until", any(&self.price_valid_until_on)),
            ("price_index", list(index)),
            ("freight_rate", self.freight_rate.cell()),
            ("install_per_piece", self.install_amount.cell()),
            ("support_rate", self.support_rate.cell()),
            ("support_months", self.support_months.cell()),
            ("contingency_rate", self.contingency_rate.cell()),
            ("payment_terms_days", self.payment_terms_days.cell()),
            ("depreciation_rule", labels.text_if_any(Kind::DepreciationRule, self.depreciation_rule_id)),
            ("life_months", any(&self.life_months)),
            ("vendor", labels.text_if_any(Kind::Vendor, self.vendor_id)),
            ("note", text(&self.note)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for capacity_placement::Model {
    const NOUN: Noun = Noun::CapacityPlacement;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("purpose", self.purpose.clone()),
            ("from_on", self.from_on.cell()),
            ("to_on", any(&self.to_on)),
            ("pieces", self.pieces.cell()),
            ("height_units", self.half_units.map(units).unwrap_or_default()),
            ("power_watts", any(&self.power_watts)),
            ("cooling_watts", any(&self.cooling_watts)),
            ("ports", any(&self.ports)),
            ("weight_kilograms", self.weight_grams.map(kilograms).unwrap_or_default()),
            ("cords", choice(&self.cords)),
            ("probability", self.probability.cell()),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for capacity_placement_rack::Model {
    const NOUN: Noun = Noun::CapacityPlacementRack;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (purpose, from_on) = labels.pair(Kind::CapacityPlacement, self.placement_id);
        let (site, rack) = labels.pair(Kind::RackAtSite, self.rack_id);
        vec![
            ("purpose", purpose),
            ("from_on", from_on),
            ("site", site),
            ("rack", rack),
            ("pieces", self.pieces.cell()),
        ]
    }
}
