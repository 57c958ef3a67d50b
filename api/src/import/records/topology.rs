//! Records of services, power feeds, and what depends on what.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Origin;

/// Names a thing that something can depend on, by its sort and its own natural key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ItemKey {
    /// `SERVICE`, `ASSET`, `WORKLOAD`, `RACK`, `POWER_FEED`, `SITE`, `VENDOR`, `COLOCATION_CONTRACT`,
    /// `SUPPORT_CONTRACT` or `PROVIDER_ACCOUNT`.
    pub kind: String,
    /// Parts of the key: the tag of an asset, the site and the name of a rack.
    pub parts: Vec<String>,
}

impl ItemKey {
    /// What a text in a list names: the sort and then the parts of the key, as `RACK:FRA1:A01`. The last part may have
    /// colons of its own.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let (kind, key) = text.split_once(':')?;
        let kind = kind.trim().to_uppercase().replace(['-', ' '], "_");
        let count = match kind.as_str() {
            "WORKLOAD" => 3,
            "RACK" | "POWER_FEED" | "PROVIDER_ACCOUNT" => 2,
            "SERVICE" | "ASSET" | "SITE" | "VENDOR" | "COLOCATION_CONTRACT" | "SUPPORT_CONTRACT" => 1,
            _ => return None,
        };
        let parts: Vec<String> = key.splitn(count, ':').map(|part| part.trim().to_owned()).collect();
        (parts.len() == count && parts.iter().all(|part| !part.is_empty())).then_some(Self { kind, parts })
    }
}

/// A service. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Service {
    pub origin: Origin,
    pub name: String,
    pub kind: Option<String>,
    pub status: Option<String>,
    pub description: Option<String>,
    pub owner: Option<String>,
    pub tier: Option<i32>,
    pub is_shared: Option<bool>,
    pub users: Option<i32>,
    pub revenue_per_hour_amount: Option<Decimal>,
    pub revenue_per_hour_currency: Option<String>,
    /// Code of the vendor.
    pub vendor: Option<String>,
    pub source: Option<String>,
}

/// A power feed. Key: `site` and `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PowerFeed {
    pub origin: Origin,
    /// Code of the site.
    pub site: String,
    pub name: String,
    pub status: Option<String>,
    /// `A` or `B`.
    pub side: Option<String>,
    /// Name of the rack, at the same site.
    pub rack: Option<String>,
    /// Name of the feed that it hangs on, at the same site.
    pub upstream: Option<String>,
    /// Number of the contract, deployment and reference of the circuit.
    pub circuit: Option<[String; 3]>,
    pub capacity_watts: Option<i32>,
    pub panel: Option<String>,
    pub source: Option<String>,
}

/// Dependencies of one owner that stand in for each other. Key: `owner` and `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RedundancyGroup {
    pub origin: Origin,
    pub owner: ItemKey,
    pub name: String,
    pub required_count: Option<i32>,
    pub required_capacity: Option<Decimal>,
    pub capacity_unit: Option<String>,
    pub source: Option<String>,
}

/// That one thing needs another. Key: `from`, `to` and `kind`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Dependency {
    pub origin: Origin,
    pub from: ItemKey,
    pub to: ItemKey,
    pub kind: String,
    pub hardness: Option<String>,
    /// Name of the group, of the same owner.
    pub redundancy_group: Option<String>,
    pub capacity: Option<Decimal>,
    pub evidence: Option<String>,
    pub confidence: Option<Decimal>,
    pub first_seen_on: Option<NaiveDate>,
    pub last_seen_on: Option<NaiveDate>,
    pub latency_budget_milliseconds: Option<i32>,
    pub gigabytes_per_day: Option<Decimal>,
    pub is_write_heavy: Option<bool>,
    pub note: Option<String>,
    pub source: Option<String>,
}
