//! Stored invoices against their contracts, with metered power as it was read.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    contracts::{colocation_charge, colocation_contract, invoice, invoice_line},
    id::{ColocationContractId, InvoiceId},
};
use forecasting::{
    colocation::{BusinessDays, Expectation, Invoice, InvoiceCheck, InvoiceLine, Tolerance, check_invoice},
    money::Currency,
    month::Month,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    colocation_charges,
    costs::{self, require_index_rate},
    findings::Finding,
    invoice_findings, invoices,
    power::{self, Installed},
    terms,
};
use crate::{
    error::{Error, Result},
    finance::price_index_values::PublishedIndices,
    store::Read,
};

/// What checks of invoices stand on: everything about their contracts, read once for all of them.
#[derive(Debug)]
pub struct Grounds {
    contracts: HashMap<ColocationContractId, colocation_contract::Model>,
    sheets: HashMap<ColocationContractId, Vec<colocation_charge::Model>>,
    invoices: HashMap<InvoiceId, invoice::Model>,
    lines: HashMap<InvoiceId, Vec<invoice_line::Model>>,
    installed: HashMap<ColocationContractId, Vec<Installed>>,
    published: PublishedIndices,
}

/// A stored invoice that was checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What came of it.
    pub check: InvoiceCheck,
    /// The invoice as a value.
    pub invoice: Invoice,
    /// What the invoice says that it comes to.
    pub stated: Decimal,
    /// What its lines come to.
    pub of_lines: Decimal,
    /// The price sheet of its contract, in order.
    pub charges: Vec<colocation_charge::Model>,
    /// What is odd about it apart from what it bills.
    pub findings: Vec<Finding>,
}

impl Grounds {
    /// Reads contracts with their price sheets, invoices, readings of the months that are asked for, and indices:
    /// a number of statements that does not depend on how many there are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(
        db: &impl Read,
        ids: Vec<ColocationContractId>,
        months: &[NaiveDate],
        as_of: NaiveDate,
    ) -> Result<Self> {
        let rows = colocation_contract::Entity::find()
            .filter(colocation_contract::Column::Id.is_in(ids.iter().copied()))
            .all(db)
            .await?;
        let sheets = colocation_charges::of_contracts(db, ids.clone()).await?;
        let invoices = invoice::Entity::find()
            .filter(invoice::Column::ContractId.is_in(ids.iter().copied()))
            .order_by_asc(invoice::Column::DatedOn)
            .all(db)
            .await?;
        let lines = invoices::lines_of(db, invoices.iter().map(|invoice| invoice.id).collect()).await?;
        let span = months.iter().min().zip(months.iter().max());
        let installed = match span {
            Some((first, last)) => {
                // What is billed in arrears is for the month before.
                let span = power::months(Month::of(*first).plus(-1), Month::of(*last));
                power::of_contracts(db, ids, span).await?
            }
            None => HashMap::new(),
        };
        let series = rows.iter().flat_map(|row| {
            let charges = sheets.get(&row.id).map_or(&[][..], Vec::as_slice);
            costs::series(row, charges).collect::<Vec<_>>()
        });
        let published = PublishedIndices::read(db, series, as_of).await?;
        Ok(Self {
            contracts: rows.into_iter().map(|row| (row.id, row)).collect(),
            sheets,
            invoices: invoices.into_iter().map(|row| (row.id, row)).collect(),
            lines,
            installed,
            published,
        })
    }

    /// Checks one of the invoices.
    ///
    /// # Errors
    /// `NotFound` for an invoice that is not one of them, `Invalid` where terms cannot be computed.
    pub fn check(
        &self,
        id: InvoiceId,
        tolerance: &Tolerance,
        assumed_index_rate: Option<Decimal>,
        as_of: NaiveDate,
    ) -> Result<Checked> {
        require_index_rate(assumed_index_rate)?;
        let row = self.invoices.get(&id).ok_or_else(|| Error::not_found("invoice", id))?;
        let contract = self.contracts.get(&row.contract_id);
        let contract = contract.ok_or_else(|| Error::not_found("colocation contract", row.contract_id))?;
        let charges = self.sheets.get(&row.contract_id).map_or(&[][..], Vec::as_slice);
        let invoice = self.value(row, charges)?;
        // Later ones are not what this one repeats.
        let earlier = self.invoices.values().filter(|other| {
            other.contract_id == row.contract_id && (other.dated_on, other.id) < (row.dated_on, row.id)
        });
        let earlier = earlier.map(|other| self.value(other, charges)).collect::<Result<Vec<_>>>()?;
        let value = terms::colocation(contract, charges)?;
        let indices = costs::indices(contract, charges, &self.published, assumed_index_rate);
        let window = row.dispute_deadline_on.map(|deadline| (deadline - row.dated_on).num_days());
        let window = window.and_then(|days| u32::try_from(days).ok());
        let installed = self.installed.get(&row.contract_id).map_or(&[][..], Vec::as_slice);
        // What is billed in arrears is for the month before.
        let used = power::uses(installed, charges, [invoice.month.plus(-1), invoice.month])?;
        let by = Expectation {
            contract: &value,
            used: &used,
            overage: &terms::overages(charges),
            indices: &indices,
            tolerance,
            dispute_window_days: window,
        };
        let check = check_invoice(&by, &invoice, &earlier, &BusinessDays::default())
            .map_err(|cause| Error::invalid("lines", cause))?;
        let lines = self.lines.get(&row.id).map_or(&[][..], Vec::as_slice);
        let others = self.invoices.values().filter(|other| other.contract_id == row.contract_id);
        Ok(Checked {
            findings: invoice_findings::of(row, lines, (contract, charges), others, as_of),
            of_lines: check.billed,
            check,
            stated: row.total_amount.to_decimal(),
            invoice,
            charges: charges.to_vec(),
        })
    }

    fn value(&self, row: &invoice::Model, charges: &[colocation_charge::Model]) -> Result<Invoice> {
        let month = Month::of(row.month);
        let lines = self.lines.get(&row.id).into_iter().flatten().map(|line| {
            let charge = line.charge_id.and_then(|id| charges.iter().position(|charge| charge.id == id));
            let arrears = charge
                .and_then(|position| charges.get(position))
                .is_some_and(|charge| charge.billing == colocation_charge::Billing::Arrears);
            let usual = if arrears { month.plus(-1) } else { month };
            InvoiceLine {
                text: line.description.clone(),
                charge,
                service: line.service_month.map_or(usual, Month::of),
                amount: line.amount.to_decimal(),
            }
        });
        let refused = |cause| Error::invalid("currency", cause);
        Ok(Invoice {
            number: row.number.clone(),
            dated: row.dated_on,
            month,
            currency: Currency::from_code(&row.currency).map_err(refused)?,
            lines: lines.collect(),
        })
    }
}
