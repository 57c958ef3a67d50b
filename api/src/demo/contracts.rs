//! Colocation contracts: their terms, their price sheets and their sites.

use entity::{
    contracts::{colocation_charge, colocation_contract, colocation_contract_site},
    id::{ColocationChargeId, ColocationContractId},
};
use sea_orm::ActiveValue::Set;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    SOURCE, data,
    dice::Sequence,
    estate::Estate,
    sites::{Place, named},
};
use crate::error::{Error, Result};

/// A contract of each division. The columns of its tables are as they are.
#[derive(Debug, Deserialize)]
struct Contract {
    number: String,
    vendor: String,
    sites: Vec<String>,
    terms: Value,
    charges: Vec<Value>,
}

/// The rows of the colocation contracts.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub contracts: Vec<colocation_contract::ActiveModel>,
    pub charges: Vec<colocation_charge::ActiveModel>,
    pub sites: Vec<colocation_contract_site::ActiveModel>,
}

/// The colocation contracts of so many divisions.
pub(super) fn plan(divisions: u32, estate: &Estate, ids: &mut Sequence) -> Result<Rows> {
    let contracts: Vec<Contract> = data::value(include_str!("data/colocation.json"))?;
    let mut rows = Rows::default();
    for division in 0..divisions {
        for contract in &contracts {
            sign(contract, division, estate, ids, &mut rows)?;
        }
    }
    Ok(rows)
}

fn sign(
    contract: &Contract,
    division: u32,
    estate: &Estate,
    ids: &mut Sequence,
    rows: &mut Rows,
) -> Result<()> {
    let id: ColocationContractId = ids.next();
    let more = [
        ("id", json!(id)),
        ("number", json!(named(&contract.number, division, "-"))),
        ("vendor_id", json!(estate.vendors.id(&contract.vendor)?)),
        ("source", json!(SOURCE)),
    ];
    rows.contracts.push(data::row(&contract.terms, more)?);
    for code in &contract.sites {
        rows.sites.push(colocation_contract_site::ActiveModel {
            id: Set(ids.next()),
            contract_id: Set(id),
            site_id: Set(site(estate, code, division)?.id),
            ..Default::default()
        });
    }
    for (position, charge) in contract.charges.iter().enumerate() {
        let code = charge["site"].as_str();
        let site_id = code.map(|code| site(estate, code, division).map(|place| place.id)).transpose()?;
        let mut filled = json!({ "ramp": [], "abatements": [] });
        merge(&mut filled, charge);
        let more = [
            ("id", json!(ids.next::<ColocationChargeId>())),
            ("contract_id", json!(id)),
            ("site_id", json!(site_id)),
            ("position", json!(position)),
        ];
        rows.charges.push(data::row(&filled, more)?);
    }
    Ok(())
}

fn merge(into: &mut Value, from: &Value) {
    for (key, value) in from.as_object().into_iter().flatten() {
        into[key] = value.clone();
    }
}

fn site<'a>(estate: &'a Estate, code: &str, division: u32) -> Result<&'a Place> {
    estate.place(code, division).ok_or_else(|| Error::internal(format!("no site {code}")))
}
