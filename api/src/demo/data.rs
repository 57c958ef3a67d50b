//! The tables that the estate is made from: they are part of the program.

use chrono::NaiveDate;
use entity::{
    access::user::Role,
    cloud::provider_account::Provider,
    contracts::support_contract::BillingFrequency,
    inventory::{
        environment::Environment,
        hardware_model::{DateQuality, HardwareKind, PriceSource},
        site::SiteKind,
    },
    lifecycle::software_release::MilestoneState,
    money::{Amount, Rate},
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, TryIntoModel};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// A place of the standard estate, and what stands there.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Site {
    pub code: String,
    pub name: String,
    pub kind: SiteKind,
    pub time_zone: String,
    pub street: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
    pub opened_on: Option<NaiveDate>,
    pub exit_on: Option<NaiveDate>,
    pub exit_reason: Option<String>,
    pub headcount: Option<i32>,
    /// What is bought there is paid in it.
    pub currency: String,
    /// The make of its servers.
    pub brand: String,
    /// Whom it buys from when not from the maker.
    pub reseller: String,
    /// Its part of all that is no endpoint, in thousandths.
    pub infrastructure: u32,
    /// Its part of all endpoints, in thousandths.
    pub endpoints: u32,
    pub rack_units: i32,
    pub rack_watts: i32,
    pub rack_grams: i64,
    /// Whether hardly anything was bought for it of late.
    pub ageing: bool,
}

/// A hardware model of the catalogue.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Model {
    /// Models of one family follow each other: the newest that is on sale is bought.
    pub family: String,
    pub maker: String,
    pub name: String,
    pub part_number: Option<String>,
    pub kind: HardwareKind,
    pub height_half_units: Option<i32>,
    pub full_depth: bool,
    pub typical_watts: Option<i32>,
    pub maximum_watts: Option<i32>,
    pub grams: Option<i64>,
    pub life_months: Option<i32>,
    pub price: Amount,
    pub price_on: NaiveDate,
    pub price_until: Option<NaiveDate>,
    pub price_source: PriceSource,
    pub released_on: NaiveDate,
    pub announced_on: Option<NaiveDate>,
    pub end_of_sale_on: Option<NaiveDate>,
    pub last_ship_on: Option<NaiveDate>,
    pub end_of_software_on: Option<NaiveDate>,
    pub end_of_security_on: Option<NaiveDate>,
    pub last_support_on: Option<NaiveDate>,
    pub quality: DateQuality,
    pub successor: Option<String>,
    pub ratio: Option<Rate>,
    #[serde(default)]
    pub terabytes: Option<Rate>,
}

/// A company that is bought from.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Vendor {
    pub code: String,
    pub name: String,
    pub contact_email: Option<String>,
    pub account_number: Option<String>,
    pub payment_terms_days: i32,
    pub notes: Option<String>,
}

/// A support contract of each division.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Support {
    pub number: String,
    pub vendor: String,
    pub level: Option<String>,
    pub currency: String,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub charge_amount: Amount,
    pub billing_frequency: BillingFrequency,
    pub escalation_rate: Option<Rate>,
    pub auto_renew: bool,
    pub renewal_term_months: Option<i32>,
    pub renewal_uplift: Option<Rate>,
    pub notice_days: Option<i32>,
    pub owner: Option<String>,
    /// Which assets it covers.
    pub covers: Covers,
}

/// Which assets a support contract covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Covers {
    /// Servers of Dell, with their chassis.
    Dell,
    /// Servers of HPE.
    Hpe,
    /// Servers of Lenovo.
    Lenovo,
    /// Network equipment of Cisco.
    Cisco,
    /// Storage of NetApp.
    Netapp,
    /// Storage of Pure Storage.
    Pure,
    /// Firewalls.
    PaloAlto,
    /// Load balancers.
    F5,
    /// Portable computers.
    Laptops,
    /// The older servers of HPE: on a contract that has run out.
    HpeOld,
    /// What its maker no longer supports, and by mistake what has been retired.
    Aged,
}

/// Somebody who may call.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct User {
    pub email: String,
    pub name: String,
    pub role: Role,
}

/// A release line of software.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Release {
    pub product: String,
    pub cycle: String,
    pub label: Option<String>,
    pub released_on: Option<NaiveDate>,
    pub active_support_ends_on: Option<NaiveDate>,
    pub active_support: MilestoneState,
    pub end_of_life_on: Option<NaiveDate>,
    pub end_of_life: MilestoneState,
    pub latest_version: Option<String>,
}

/// An account with a cloud provider.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Account {
    /// What workloads call it.
    pub key: String,
    pub provider: Provider,
    pub account_number: String,
    pub name: String,
    pub currency: String,
    pub vendor: String,
    pub owner: Option<String>,
    /// Growth per month.
    pub growth: Rate,
    pub basis: Option<String>,
}

/// Something that runs in the cloud.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Workload {
    pub account: String,
    pub name: String,
    pub service: String,
    pub region: String,
    pub vcpu: Option<Rate>,
    pub memory_gib: Option<Rate>,
    pub storage_gib: Option<Rate>,
    pub owner: Option<String>,
    pub environment: Environment,
    pub tier: Option<i32>,
    pub started_on: Option<NaiveDate>,
    pub retires_on: Option<NaiveDate>,
    /// What it cost in the month before today's.
    pub monthly: i64,
    /// Growth per month, where it is not the account's.
    pub growth: Option<Rate>,
}

/// The rows of a table: lists of values in JSON, of which the first has the names of the columns.
pub(super) fn rows<T: DeserializeOwned>(table: &str) -> Result<Vec<T>> {
    let mut lines: std::vec::IntoIter<Vec<Value>> = value::<Vec<_>>(table)?.into_iter();
    let names: Vec<String> = lines
        .next()
        .unwrap_or_default()
        .into_iter()
        .map(|name| name.as_str().unwrap_or_default().to_owned())
        .collect();
    let rows = lines.map(|line| {
        let row = names.iter().cloned().zip(line).collect();
        serde_json::from_value(Value::Object(row)).map_err(Error::internal)
    });
    rows.collect()
}

/// A value in JSON.
pub(super) fn value<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::internal)
}

/// A row from the values of its columns in JSON, to which more are added: ids, above all.
pub(super) fn row<A>(terms: &Value, more: impl IntoIterator<Item = (&'static str, Value)>) -> Result<A>
where
    A: ActiveModelTrait + TryIntoModel<<A::Entity as EntityTrait>::Model>,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A> + Serialize + DeserializeOwned,
{
    let mut terms = terms.clone();
    // Whoever writes the row sets both, but a row is not read from JSON without them.
    (terms["created_at"], terms["updated_at"]) = (json!(super::noon()), json!(super::noon()));
    for (column, value) in more {
        terms[column] = value;
    }
    Ok(A::from_json(terms)?)
}
