//! What a version of a budget says, as a hash: the same wherever and by whichever ids it is kept.

use entity::{
    finance::{actual_posting, budget_line},
    id::{BudgetVersionId, LedgerCodeId, SiteId},
    money::{Amount, Rate},
};
use sea_orm::ActiveEnum;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{actual_postings, budget_lines, places::Places};
use crate::{
    error::{Error, Result},
    store::{Read, hex},
};

/// A hash of what a version says: equal for equal rates and amounts that are charged equally in an equal year, by the
/// codes that people know, whatever their rows are called. Nothing without lines.
///
/// # Errors
/// `NotFound` when there is no such version, and those of the database.
pub async fn hash(db: &impl Read, version: BudgetVersionId) -> Result<Option<String>> {
    let places = Places::of(db, version).await?;
    let mut said = Vec::new();
    for line in budget_lines::of_version(db, version).await? {
        said.push(of_line(&line, &places)?.to_string());
    }
    for posting in actual_postings::of_version(db, version).await? {
        said.push(of_posting(&posting, &places)?.to_string());
    }
    if said.is_empty() {
        return Ok(None);
    }
    // The order of databases differs in the letters of languages, and the hash must not.
    said.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(of_version(&places).to_string());
    for line in said {
        hash.update("\n");
        hash.update(line);
    }
    Ok(Some(hex(&hash.finalize())))
}

fn of_version(places: &Places) -> Value {
    let version = &places.version;
    let rates = version.plan_rates.0.iter().map(|rate| (rate.currency.clone(), of_rate(Some(rate.rate))));
    let rates: serde_json::Map<String, Value> = rates.collect();
    let periods = places.calendar.periods(version.fiscal_year);
    let days = periods.iter().map(|period| json!([period.first_day, period.last_day]));
    json!({
        "kind": version.kind.to_value(),
        "label": version.label,
        "fiscalYear": version.fiscal_year,
        "periods": days.collect::<Vec<_>>(),
        "currency": version.currency,
        "rates": rates,
    })
}

fn of_line(line: &budget_line::Model, places: &Places) -> Result<Value> {
    Ok(json!({
        "costCentre": code(line.cost_centre_id, places)?,
        "account": code(line.account_id, places)?,
        "tower": line.tower_id.map(|id| code(id, places)).transpose()?,
        "site": site(line.site_id, places)?,
        "period": line.period,
        "view": line.view.to_value(),
        "item": line.item,
        "currency": line.currency,
        "amount": of_amount(Some(line.amount)),
        "quantity": of_rate(line.quantity),
        "unitPrice": of_amount(line.unit_price),
    }))
}

fn of_posting(posting: &actual_posting::Model, places: &Places) -> Result<Value> {
    Ok(json!({
        "source": posting.source,
        "document": posting.document,
        "documentLine": posting.document_line,
        "kind": posting.kind.to_value(),
        "postedOn": posting.posted_on,
        "costCentre": code(posting.cost_centre_id, places)?,
        "account": code(posting.account_id, places)?,
        "tower": posting.tower_id.map(|id| code(id, places)).transpose()?,
        "site": site(posting.site_id, places)?,
        "period": posting.period,
        "view": posting.view.to_value(),
        "currency": posting.currency,
        "amount": of_amount(Some(posting.amount)),
        "quantity": of_rate(posting.quantity),
        "unitPrice": of_amount(posting.unit_price),
        "supplier": posting.supplier,
        "oneOff": posting.one_off,
    }))
}

fn code(id: LedgerCodeId, places: &Places) -> Result<String> {
    let code = places.directory.code(id).map(|code| code.code.clone());
    code.ok_or_else(|| Error::internal(format!("a ledger code {id} that is not there")))
}

fn site(id: Option<SiteId>, places: &Places) -> Result<Option<String>> {
    let site = |id| {
        let code = places.directory.site(id).map(str::to_owned);
        code.ok_or_else(|| Error::internal(format!("a site {id} that is not there")))
    };
    id.map(site).transpose()
}

/// An amount in one spelling: 1.50 and 1.5 are the same.
fn of_amount(amount: Option<Amount>) -> Value {
    amount.map_or(Value::Null, |amount| amount.to_decimal().normalize().to_string().into())
}

fn of_rate(rate: Option<Rate>) -> Value {
    rate.map_or(Value::Null, |rate| rate.to_decimal().normalize().to_string().into())
}
