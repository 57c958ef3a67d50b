//! Cells of sites, racks, models, assets and vendors.

use entity::id::EntityId;
use entity::inventory::{asset, hardware_model, manufacturer, rack, site, vendor};

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, any_choice, choice, kilograms, text, units};
use crate::import::csv::Noun;

impl Exportable for vendor::Model {
    const NOUN: Noun = Noun::Vendor;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("code", self.code.clone()),
            ("name", self.name.clone()),
            ("contact_email", text(&self.contact_email)),
            ("account_number", text(&self.account_number)),
            ("payment_terms_days", self.payment_terms_days.cell()),
            ("notes", text(&self.notes)),
        ]
    }
}

impl Exportable for manufacturer::Model {
    const NOUN: Noun = Noun::Manufacturer;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![("name", self.name.clone())]
    }
}

impl Exportable for site::Model {
    const NOUN: Noun = Noun::Site;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("code", self.code.clone()),
            ("name", self.name.clone()),
            ("kind", choice(&self.kind)),
            ("status", choice(&self.status)),
            ("time_zone", self.time_zone.clone()),
            ("street", text(&self.street)),
            ("city", text(&self.city)),
            ("region", text(&self.region)),
            ("postal_code", text(&self.postal_code)),
            ("country", text(&self.country)),
            ("opened_on", any(&self.opened_on)),
            ("exit_on", any(&self.exit_on)),
            ("exit_reason", text(&self.exit_reason)),
            ("headcount", any(&self.headcount)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for rack::Model {
    const NOUN: Noun = Noun::Rack;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("site", labels.text(Kind::Site, self.site_id.uuid())),
            ("name", self.name.clone()),
            ("room", text(&self.room)),
            ("status", choice(&self.status)),
            ("height_units", self.height_units.cell()),
            ("protected_power_watts", any(&self.protected_power_watts)),
            ("weight_limit_kilograms", self.weight_limit_grams.map(kilograms).unwrap_or_default()),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for hardware_model::Model {
    const NOUN: Noun = Noun::HardwareModel;

    fn cells(&self, labels: &mut Labels) -> Line {
        let successor = self.successor_id.map(|id| labels.pair(Kind::HardwareModel, id));
        let (successor_manufacturer, successor_name) = successor.unwrap_or_default();
        vec![
            ("manufacturer", labels.text(Kind::Manufacturer, self.manufacturer_id.uuid())),
            ("name", self.name.clone()),
            ("part_number", text(&self.part_number)),
            ("kind", choice(&self.kind)),
            ("height_units", self.height_half_units.map(units).unwrap_or_default()),
            ("full_depth", self.full_depth.cell()),
            ("typical_draw_watts", any(&self.typical_draw_watts)),
            ("maximum_draw_watts", any(&self.maximum_draw_watts)),
            ("weight_kilograms", self.weight_grams.map(kilograms).unwrap_or_default()),
            ("usable_terabytes", any(&self.usable_terabytes)),
            ("cores", any(&self.cores)),
            ("memory_gibibytes", any(&self.memory_gibibytes)),
            ("useful_life_months", any(&self.useful_life_months)),
            ("list_price_amount", any(&self.list_price_amount)),
            ("list_price_currency", text(&self.list_price_currency)),
            ("list_price_on", any(&self.list_price_on)),
            ("list_price_valid_until", any(&self.list_price_valid_until)),
            ("list_price_source", any_choice(&self.list_price_source)),
            ("released_on", any(&self.released_on)),
            ("end_of_sale_announced_on", any(&self.end_of_sale_announced_on)),
            ("end_of_sale_on", any(&self.end_of_sale_on)),
            ("last_ship_on", any(&self.last_ship_on)),
            ("end_of_software_maintenance_on", any(&self.end_of_software_maintenance_on)),
            ("end_of_security_support_on", any(&self.end_of_security_support_on)),
            ("last_date_of_support_on", any(&self.last_date_of_support_on)),
            ("date_quality", choice(&self.date_quality)),
            ("successor_manufacturer", successor_manufacturer),
            ("successor_name", successor_name),
            ("consolidation_ratio", any(&self.consolidation_ratio)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for asset::Model {
    const NOUN: Noun = Noun::Asset;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (manufacturer, model) = labels.pair(Kind::HardwareModel, self.model_id);
        vec![
            ("tag", self.tag.clone()),
            ("name", text(&self.name)),
            ("serial", text(&self.serial)),
            ("quantity", "1".to_owned()),
            ("manufacturer", manufacturer),
            ("model", model),
            ("site", labels.text(Kind::Site, self.site_id.uuid())),
            ("rack", labels.text_if_any(Kind::Rack, self.rack_id)),
            ("position_units", self.position_half_units.map(units).unwrap_or_default()),
            ("face", any_choice(&self.face)),
            ("parent", labels.text_if_any(Kind::Asset, self.parent_id)),
            ("status", choice(&self.status)),
            ("vendor", labels.text_if_any(Kind::Vendor, self.vendor_id)),
            ("purchase_amount", any(&self.purchase_amount)),
            ("purchase_currency", text(&self.purchase_currency)),
            ("purchased_on", any(&self.purchased_on)),
            ("purchase_order", text(&self.purchase_order)),
            ("in_service_on", any(&self.in_service_on)),
            ("warranty_ends_on", any(&self.warranty_ends_on)),
            ("lease_return_on", any(&self.lease_return_on)),
            ("expected_on", any(&self.expected_on)),
            ("retirement_planned_on", any(&self.retirement_planned_on)),
            ("retired_on", any(&self.retired_on)),
            ("disposed_on", any(&self.disposed_on)),
            ("owner", text(&self.owner)),
            ("tier", any(&self.tier)),
            ("environment", choice(&self.environment)),
            ("power_basis", choice(&self.power_basis)),
            ("measured_draw_watts", any(&self.measured_draw_watts)),
            ("usable_terabytes", any(&self.usable_terabytes)),
            ("cores", any(&self.cores)),
            ("memory_gibibytes", any(&self.memory_gibibytes)),
            ("cost_centre", text(&self.cost_centre)),
            ("source", text(&self.source)),
        ]
    }
}
