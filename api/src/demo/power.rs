//! What is drawn in a rented hall, and what was billed for another: a deployment with its circuits and readings, and
//! two invoices, of which one is wrong.

use chrono::{NaiveDate, NaiveTime};
use entity::{
    contracts::{
        colocation_charge::{self, Billing, ChargeKind},
        colocation_circuit::{self, Feed},
        colocation_contract, colocation_deployment, colocation_reading,
        invoice::{self, InvoiceStatus},
        invoice_line,
    },
    id::ColocationDeploymentId,
    money::{Amount, Rate},
};
use forecasting::month::Month;
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{SOURCE, TODAY, dice::Sequence};
use crate::{
    contracts::costs,
    error::{Error, Result},
    finance::price_index_values::PublishedIndices,
    scenarios::{Exit, Overlay},
    store::Tx,
};

/// The contract whose draw is measured.
const MEASURED: &str = "COL-ASH-2024";
/// The contract whose invoices were kept.
const BILLED: &str = "COL-DFW-2023";
/// Kilowatts on average and at their highest, month by month up to the one before today's.
const DRAWN: [(i64, i64); 10] = [
    (178, 214),
    (181, 219),
    (183, 218),
    (186, 226),
    (189, 233),
    (194, 241),
    (203, 252),
    (206, 255),
    (201, 243),
    (198, 238),
];
const CABINETS: usize = 8;

fn rate(value: Decimal) -> Result<Rate> {
    Ok(Rate::try_from_decimal(value)?)
}

/// The months behind today's, the latest last.
fn past(count: i32) -> impl Iterator<Item = Month> {
    Month::of(TODAY).plus(-count).range(count.unsigned_abs())
}

/// Writes it all, and returns how many rows that are.
pub(super) async fn write(tx: &Tx, ids: &mut Sequence) -> Result<u64> {
    let mut rows = 0;
    if let Some((contract, charges)) = contract(tx, MEASURED).await? {
        let id: ColocationDeploymentId = ids.next();
        rows += tx.insert_many(vec![deployment(id, &contract)?], SOURCE).await?;
        rows += tx.insert_many(circuits(ids, id, &charges)?, SOURCE).await?;
        rows += tx.insert_many(readings(ids, id)?, SOURCE).await?;
    }
    if let Some((contract, charges)) = contract(tx, BILLED).await? {
        let (invoices, lines) = invoices(ids, &contract, &charges)?;
        rows += tx.insert_many(invoices, SOURCE).await?;
        rows += tx.insert_many(lines, SOURCE).await?;
    }
    Ok(rows)
}

type Priced = (colocation_contract::Model, Vec<colocation_charge::Model>);

async fn contract(tx: &Tx, number: &str) -> Result<Option<Priced>> {
    let numbered = colocation_contract::Column::Number.eq(number);
    let Some(contract) = colocation_contract::Entity::find().filter(numbered).one(tx).await? else {
        return Ok(None);
    };
    let of_it = colocation_charge::Column::ContractId.eq(contract.id);
    let charges = colocation_charge::Entity::find().filter(of_it);
    let charges = charges.order_by_asc(colocation_charge::Column::Position).all(tx).await?;
    Ok(Some((contract, charges)))
}

fn deployment(
    id: ColocationDeploymentId,
    contract: &colocation_contract::Model,
) -> Result<colocation_deployment::ActiveModel> {
    Ok(colocation_deployment::ActiveModel {
        id: Set(id),
        contract_id: Set(contract.id),
        name: Set("Cage 14".to_owned()),
        draw_cap_kilovolt_amperes: Set(Some(rate(Decimal::from(360))?)),
        draw_is_not_capped: Set(false),
        cooling_kilowatts: Set(Some(rate(Decimal::from(340))?)),
        cooling_is_not_limited: Set(false),
        power_factor: Set(Some(rate(Decimal::new(97, 2))?)),
        commit_kilowatts: Set(Some(rate(Decimal::from(320))?)),
        source: Set(Some(SOURCE.to_owned())),
        ..Default::default()
    })
}

/// Two feeds for each cabinet.
fn circuits(
    ids: &mut Sequence,
    deployment: ColocationDeploymentId,
    charges: &[colocation_charge::Model],
) -> Result<Vec<colocation_circuit::ActiveModel>> {
    let space = charges.iter().find(|charge| charge.kind == ChargeKind::SpaceKw).map(|charge| charge.id);
    let mut rows = Vec::new();
    for cabinet in 1..=CABINETS {
        for (feed, word) in [(Feed::A, "A"), (Feed::B, "B")] {
            rows.push(colocation_circuit::ActiveModel {
                id: Set(ids.next()),
                deployment_id: Set(deployment),
                reference: Set(format!("14-{cabinet:02}-{word}")),
                cabinet: Set(format!("14-{cabinet:02}")),
                pair: Set(None),
                feed: Set(Some(feed)),
                volts: Set(rate(Decimal::from(415))?),
                amperes: Set(rate(Decimal::from(63))?),
                phases: Set(3),
                derate: Set(rate(Decimal::new(8, 1))?),
                rack_id: Set(None),
                charge_id: Set(space),
                source: Set(Some(SOURCE.to_owned())),
                ..Default::default()
            });
        }
    }
    Ok(rows)
}

fn readings(
    ids: &mut Sequence,
    deployment: ColocationDeploymentId,
) -> Result<Vec<colocation_reading::ActiveModel>> {
    let at = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let months = past(i32::try_from(DRAWN.len()).unwrap_or_default());
    let rows = months.zip(DRAWN).map(|(month, (average, peak))| {
        let (starts, ends) = (month.first_day(), month.plus(1).first_day());
        let hours = (ends - starts).num_hours();
        Ok(colocation_reading::ActiveModel {
            id: Set(ids.next()),
            deployment_id: Set(deployment),
            circuit_id: Set(None),
            starts_at: Set(at(starts)),
            ends_at: Set(at(ends)),
            peak_kilowatts: Set(Some(rate(Decimal::from(peak))?)),
            average_kilowatts: Set(Some(rate(Decimal::from(average))?)),
            kilowatt_hours: Set(Some(rate(Decimal::from(average * hours))?)),
            source: Set(Some(SOURCE.to_owned())),
            ..Default::default()
        })
    });
    rows.collect()
}

type Invoices = (Vec<invoice::ActiveModel>, Vec<invoice_line::ActiveModel>);

/// One that says what the contract says, and one with a dearer price of space and two more cross-connects.
fn invoices(
    ids: &mut Sequence,
    contract: &colocation_contract::Model,
    charges: &[colocation_charge::Model],
) -> Result<Invoices> {
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for (place, month) in past(2).enumerate() {
        let is_wrong = place == 1;
        let invoice = ids.next();
        let billed = billed(contract, charges, month)?;
        let mut total = Amount::ZERO;
        for (position, (charge, amount)) in (1..).zip(billed) {
            let amount = match charge.kind {
                ChargeKind::SpaceKw if is_wrong => amount + Decimal::from(780),
                ChargeKind::CrossConnect if is_wrong => amount + Decimal::from(600),
                _ => amount,
            };
            let amount = Amount::try_from_decimal(amount)?;
            total.0 += amount.0;
            lines.push(invoice_line::ActiveModel {
                id: Set(ids.next()),
                invoice_id: Set(invoice),
                position: Set(position),
                charge_id: Set(Some(charge.id)),
                service_month: Set(None),
                kind: Set(Some(charge.kind)),
                description: Set(charge.description.clone().unwrap_or_else(|| "Services".to_owned())),
                amount: Set(amount),
                ..Default::default()
            });
        }
        let dated = month.first_day();
        rows.push(invoice::ActiveModel {
            id: Set(invoice),
            contract_id: Set(contract.id),
            vendor_id: Set(contract.vendor_id),
            number: Set(format!("LSH-{month}")),
            dated_on: Set(dated),
            month: Set(dated),
            currency: Set(contract.currency.clone()),
            total_amount: Set(total),
            status: Set(if is_wrong { InvoiceStatus::Open } else { InvoiceStatus::Accepted }),
            received_on: Set(Some(dated)),
            source: Set(Some(SOURCE.to_owned())),
            ..Default::default()
        });
    }
    Ok((rows, lines))
}

/// What each charge comes to on the invoice of a month: what is billed in arrears is for the month before.
fn billed<'c>(
    contract: &colocation_contract::Model,
    charges: &'c [colocation_charge::Model],
    month: Month,
) -> Result<Vec<(&'c colocation_charge::Model, Decimal)>> {
    let published = PublishedIndices::default();
    let cost = costs::monthly(
        contract,
        charges,
        (month.plus(-1), 2),
        &published,
        None,
        &Overlay::none(),
        &Exit::default(),
    )?;
    let [before, own] = cost.months.as_slice() else { return Err(Error::internal("two months")) };
    let amount = |(place, charge): (usize, &'c colocation_charge::Model)| {
        let months = if charge.billing == Billing::Arrears { before } else { own };
        Some((charge, months.lines.get(place)?.amount?))
    };
    Ok(charges.iter().enumerate().filter_map(amount).collect())
}
