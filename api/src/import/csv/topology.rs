//! Columns of services, power feeds, and what depends on what.

use super::cells::Cells;
use super::inventory::{COUNT, SOURCE, TIER};
use crate::import::columns::{Column, Kind};
use crate::import::records::{Dependency, ItemKey, PowerFeed, RedundancyGroup, Service};
use crate::import::relations;

const STATUS: Kind = Kind::Choice(&["PLANNED", "ACTIVE", "RETIRED"]);
pub(super) const ITEM_KIND: Kind = Kind::Choice(&[
    "SERVICE",
    "ASSET",
    "WORKLOAD",
    "RACK",
    "POWER_FEED",
    "SITE",
    "VENDOR",
    "COLOCATION_CONTRACT",
    "SUPPORT_CONTRACT",
    "PROVIDER_ACCOUNT",
]);
pub(super) const ITEM: Kind = Kind::List(&Kind::Identifier);

pub(super) const SERVICE: &[Column] = &[
    Column::key("name", Kind::Text, "Web shop", ""),
    Column::create(
        "kind",
        Kind::Choice(&["BUSINESS_SERVICE", "APPLICATION", "PLATFORM", "CARRIER", "EXTERNAL"]),
        "BUSINESS_SERVICE",
        "",
    ),
    Column::optional("status", STATUS, "ACTIVE", ""),
    Column::optional("description", Kind::Text, "what customers order from", ""),
    Column::optional("owner", Kind::Text, "E-commerce", ""),
    Column::optional("tier", TIER, "0", "0 is the most critical"),
    Column::optional("is_shared", Kind::Boolean, "false", "whether everything uses it, as a directory"),
    Column::optional("users", COUNT, "1200", ""),
    Column::optional("revenue_per_hour_amount", Kind::Money, "45000", "what an hour without it costs"),
    Column::optional("revenue_per_hour_currency", Kind::Currency, "EUR", ""),
    Column::optional("vendor", Kind::Identifier, "CDW", "code of the vendor who provides it"),
    SOURCE,
];

pub(super) const POWER_FEED: &[Column] = &[
    Column::key("site", Kind::Identifier, "FRA1", "code of the site"),
    Column::key("name", Kind::Identifier, "A01-A", "unique within the site"),
    Column::optional("status", STATUS, "ACTIVE", ""),
    Column::optional("side", Kind::Choice(&["A", "B"]), "A", "which of two that back each other up"),
    Column::optional("rack", Kind::Identifier, "A01", "name of the rack that it feeds, at the same site"),
    Column::optional("upstream", Kind::Identifier, "UPS-A", "name of the feed that it hangs on"),
    Column::optional("contract", Kind::Identifier, "EQX-2026-01", "number of the contract of its circuit"),
    Column::optional("deployment", Kind::Identifier, "CAGE-7", "name of the deployment of its circuit"),
    Column::optional("circuit", Kind::Identifier, "CKT-88431", "reference of its circuit"),
    Column::optional("capacity_watts", Kind::Integer { least: 1, most: i32::MAX }, "4992", "for long"),
    Column::optional("panel", Kind::Text, "Panel 1", ""),
    SOURCE,
];

pub(super) const REDUNDANCY_GROUP: &[Column] = &[
    Column::key("owner_kind", ITEM_KIND, "SERVICE", ""),
    Column::key("owner", ITEM, "Web shop", "what needs the members, by its own key, the site before a rack"),
    Column::key("name", Kind::Text, "web servers", "unique for its owner"),
    Column::optional("required_count", Kind::Integer { least: 1, most: i32::MAX }, "2", "members to be up"),
    Column::optional("required_capacity", Kind::Quantity, "40", "capacity to be up"),
    Column::optional("capacity_unit", Kind::Text, "kW", "of the required capacity"),
    SOURCE,
];

pub(super) const DEPENDENCY: &[Column] = &[
    Column::key("from_kind", ITEM_KIND, "SERVICE", "sort of what needs"),
    Column::key("from", ITEM, "Web shop", "what needs, by its own key, the site before a rack"),
    Column::key("to_kind", ITEM_KIND, "RACK", "sort of what is needed"),
    Column::key("to", ITEM, "FRA1|A01", "what is needed"),
    Column::key(
        "kind",
        Kind::Text,
        "RUNS_ON",
        "RUNS_ON, DEPENDS_ON, USES, STORES_ON, CONNECTS_VIA, POWERED_BY, COOLED_BY, AUTHENTICATES_WITH, \
         REPLICATES_TO, BACKS_UP_TO, MEMBER_OF, CONTAINED_IN, or a name as Depends on::Used by of parent and child",
    ),
    Column::optional("hardness", Kind::Choice(&["HARD", "SOFT"]), "HARD", ""),
    Column::optional("redundancy_group", Kind::Text, "web servers", "name of the group of what needs"),
    Column::optional("capacity", Kind::Quantity, "20", "in the unit of the group"),
    Column::optional("evidence", Kind::Choice(&["OBSERVED", "DECLARED", "INFERRED"]), "DECLARED", ""),
    Column::optional("confidence", Kind::Fraction, "0.9", "from 0 to 1"),
    Column::optional("first_seen_on", Kind::Date, "2026-01-15", ""),
    Column::optional("last_seen_on", Kind::Date, "2026-06-30", ""),
    Column::optional("latency_budget_milliseconds", COUNT, "5", "of a round trip"),
    Column::optional("gigabytes_per_day", Kind::Quantity, "120", "that pass"),
    Column::optional("is_write_heavy", Kind::Boolean, "false", ""),
    Column::optional("note", Kind::Text, "from the run book", ""),
    SOURCE,
];

pub(super) fn item(cells: &mut Cells, kind: &str, parts: &str) -> ItemKey {
    ItemKey { kind: cells.key(kind), parts: cells.texts(parts).unwrap_or_default() }
}

pub(super) fn service(cells: &mut Cells) -> Service {
    cells.needs("revenue_per_hour_amount", "revenue_per_hour_currency");
    Service {
        origin: cells.origin.clone(),
        name: cells.key("name"),
        kind: cells.text("kind"),
        status: cells.text("status"),
        description: cells.text("description"),
        owner: cells.text("owner"),
        tier: cells.integer("tier"),
        is_shared: cells.boolean("is_shared"),
        users: cells.integer("users"),
        revenue_per_hour_amount: cells.decimal("revenue_per_hour_amount"),
        revenue_per_hour_currency: cells.text("revenue_per_hour_currency"),
        vendor: cells.text("vendor"),
        source: cells.text("source"),
    }
}

pub(super) fn power_feed(cells: &mut Cells) -> PowerFeed {
    for (name, other) in [("circuit", "contract"), ("circuit", "deployment"), ("contract", "circuit")] {
        cells.needs(name, other);
    }
    let circuit = (cells.text("contract"), cells.text("deployment"), cells.text("circuit"));
    let circuit = match circuit {
        (Some(contract), Some(deployment), Some(circuit)) => Some([contract, deployment, circuit]),
        _ => None,
    };
    PowerFeed {
        origin: cells.origin.clone(),
        site: cells.key("site"),
        name: cells.key("name"),
        status: cells.text("status"),
        side: cells.text("side"),
        rack: cells.text("rack"),
        upstream: cells.text("upstream"),
        circuit,
        capacity_watts: cells.integer("capacity_watts"),
        panel: cells.text("panel"),
        source: cells.text("source"),
    }
}

pub(super) fn redundancy_group(cells: &mut Cells) -> RedundancyGroup {
    RedundancyGroup {
        origin: cells.origin.clone(),
        owner: item(cells, "owner_kind", "owner"),
        name: cells.key("name"),
        required_count: cells.integer("required_count"),
        required_capacity: cells.decimal("required_capacity"),
        capacity_unit: cells.text("capacity_unit"),
        source: cells.text("source"),
    }
}

pub(super) fn dependency(cells: &mut Cells) -> Dependency {
    let (first, second) = (item(cells, "from_kind", "from"), item(cells, "to_kind", "to"));
    let named = cells.key("kind");
    let relation = relations::relation(&named);
    if relation.is_none() {
        cells.refuse_cell("kind", &named, "is no known kind of dependency");
    }
    let is_reversed = relation.is_some_and(|relation| relation.is_reversed);
    let is_soft = relation.is_some_and(|relation| relation.is_soft);
    let (from, to) = if is_reversed { (second, first) } else { (first, second) };
    Dependency {
        origin: cells.origin.clone(),
        from,
        to,
        kind: relation.map(|relation| relation.kind.to_owned()).unwrap_or_default(),
        hardness: cells.text("hardness").or_else(|| is_soft.then(|| "SOFT".to_owned())),
        redundancy_group: cells.text("redundancy_group"),
        capacity: cells.decimal("capacity"),
        evidence: cells.text("evidence"),
        confidence: cells.decimal("confidence"),
        first_seen_on: cells.date("first_seen_on"),
        last_seen_on: cells.date("last_seen_on"),
        latency_budget_milliseconds: cells.integer("latency_budget_milliseconds"),
        gigabytes_per_day: cells.decimal("gigabytes_per_day"),
        is_write_heavy: cells.boolean("is_write_heavy"),
        note: cells.text("note"),
        source: cells.text("source"),
    }
}
