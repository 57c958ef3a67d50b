//! Invoices of colocation contracts, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    contracts::{colocation_contract, invoice, invoice_line},
    id::{ColocationContractId, InvoiceId},
    inventory::vendor,
    money::Amount,
};
use rust_decimal::Decimal;
use sea_orm::{Condition, Order as SqlOrder};
use uuid::Uuid;

use super::{
    colocation_contracts::ColocationContract,
    colocation_filter::ColocationContractFilter,
    colocation_terms::day,
    invoice_check::{InvoiceCheck, InvoiceTolerance},
    invoice_lines::InvoiceLine,
};
use crate::{
    access::{Caller, Permission},
    contracts::invoice_checks::Grounds,
    error::Result,
    inventory::graphql::vendors::{Vendor, VendorFilter},
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, MonthFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, priced, read},
        scalar::{Date, Id, Moment, Money, Month},
    },
};

/// An invoice for a colocation contract, with its lines.
#[derive(Clone)]
pub struct Invoice(Record<invoice::Entity>);

impl From<Record<invoice::Entity>> for Invoice {
    fn from(record: Record<invoice::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Invoice {
    type Entity = invoice::Entity;
    type Id = InvoiceId;
    const VIEW: Permission = Permission::ViewContracts;
    const ID: invoice::Column = invoice::Column::Id;

    fn columns(field: &str) -> &'static [invoice::Column] {
        use invoice::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "contract" => &[C::ContractId],
            "vendor" => &[C::VendorId],
            "number" => &[C::Number],
            "dated" => &[C::DatedOn],
            "month" => &[C::Month],
            "currency" => &[C::Currency],
            "total" => &[C::TotalAmount, C::Currency],
            "status" => &[C::Status],
            "disputeDeadlineOn" => &[C::DisputeDeadlineOn],
            "receivedOn" => &[C::ReceivedOn],
            "disputedOn" => &[C::DisputedOn],
            "disputeReason" => &[C::DisputeReason],
            "note" => &[C::Note],
            "source" => &[C::Source],
            "check" => &[C::ContractId, C::Month],
            _ => &[],
        }
    }
}

/// Where an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "invoice::InvoiceStatus")]
pub enum InvoiceStatus {
    /// Received, and neither accepted nor disputed.
    Open,
    /// Disputed with the vendor.
    Disputed,
    /// Accepted for payment.
    Accepted,
    /// The vendor gave the disputed amount back.
    Credited,
}

impl Invoice {
    /// An amount in the currency of the row, for those who may see prices.
    async fn money(&self, ctx: &Context<'_>, column: invoice::Column) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(invoice::Column::Currency)?;
            Ok(self.0.get::<Option<Amount>>(column)?.map(|amount| Money::of(amount, &currency)))
        })
    }
}

/// An invoice for a colocation contract, with its lines.
#[Object]
impl Invoice {
    /// The id of the invoice.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<InvoiceId>(self.0.get(invoice::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(invoice::Column::Version)
    }

    /// When the invoice was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(invoice::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(invoice::Column::UpdatedAt)
    }

    /// The contract it is for.
    async fn contract(&self, ctx: &Context<'_>) -> Result<Option<ColocationContract>> {
        self.0.one(ctx, invoice::Column::ContractId).await
    }

    /// The vendor that sent it.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        self.0.one(ctx, invoice::Column::VendorId).await
    }

    /// The vendor's number; no two invoices of a vendor share one.
    async fn number(&self) -> Result<String> {
        self.0.get(invoice::Column::Number)
    }

    /// The date on it, from which the days to dispute it count.
    async fn dated(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(invoice::Column::DatedOn)?))
    }

    /// The month it is for: charges in advance of this month, charges in arrears of the month before.
    async fn month(&self) -> Result<Month> {
        Ok(month(self.0.get::<NaiveDate>(invoice::Column::Month)?))
    }

    /// ISO 4217 code of its amounts.
    async fn currency(&self) -> Result<String> {
        self.0.get(invoice::Column::Currency)
    }

    /// What it comes to, as it says itself; negative for a credit note.
    async fn total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, invoice::Column::TotalAmount).await
    }

    /// Where it stands.
    async fn status(&self) -> Result<InvoiceStatus> {
        Ok(self.0.get::<invoice::InvoiceStatus>(invoice::Column::Status)?.into())
    }

    /// Last day to dispute it. Null where the contract states no window.
    async fn dispute_deadline_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(invoice::Column::DisputeDeadlineOn)?.map(Date))
    }

    /// Day it was received.
    async fn received_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(invoice::Column::ReceivedOn)?.map(Date))
    }

    /// Day it was disputed.
    async fn disputed_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(invoice::Column::DisputedOn)?.map(Date))
    }

    /// Why it is disputed.
    async fn dispute_reason(&self) -> Result<Option<String>> {
        self.0.get(invoice::Column::DisputeReason)
    }

    /// Anything else worth knowing.
    async fn note(&self) -> Result<Option<String>> {
        self.0.get(invoice::Column::Note)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(invoice::Column::Source)
    }

    /// Whether amounts are hidden from the caller's role.
    async fn amounts_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// Its lines, in order.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<InvoiceLine>> {
        use invoice_line::Column as Line;
        let order = [(Line::Position, SqlOrder::Asc), (Line::Id, SqlOrder::Asc)];
        self.0.many(ctx, invoice::Column::Id, Line::InvoiceId, &order).await
    }

    /// What it bills against what the contract lets expect, line by line, with metered power as it was read. Needs
    /// the right to see prices.
    async fn check(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen; today where left out.")] as_of: Option<Date>,
        #[graphql(desc = "How far a line may be off; 0.5 % and at least 5.00 where left out.")]
        tolerance: Option<InvoiceTolerance>,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
    ) -> Result<Option<InvoiceCheck>> {
        use invoice::Column as C;
        let reader = read(ctx, Permission::ViewPrices)?;
        let as_of = day(ctx, as_of)?;
        let tolerance = InvoiceTolerance::value(tolerance, "tolerance")?;
        let load = async || {
            let contracts = self.0.column_of_siblings::<Uuid>(C::ContractId)?;
            let contracts = contracts.into_iter().map(ColocationContractId).collect();
            let months = self.0.column_of_siblings::<NaiveDate>(C::Month)?;
            Grounds::read(&reader, contracts, &months, as_of).await
        };
        let grounds = self.0.shared(format!("grounds of checks on {as_of}"), load).await?;
        let checked = grounds.check(self.0.get(C::Id)?, &tolerance, assumed_index_rate, as_of)?;
        Ok(Some(InvoiceCheck::of_stored(checked, as_of)))
    }
}

/// Which invoices. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct InvoiceFilter {
    /// All of these as well.
    pub and: Option<Vec<InvoiceFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<InvoiceFilter>>,
    /// And not this.
    pub not: Option<Box<InvoiceFilter>>,
    /// By id.
    pub id: Option<IdFilter<InvoiceId>>,
    /// By contract.
    pub contract: Option<ColocationContractFilter>,
    /// By vendor.
    pub vendor: Option<VendorFilter>,
    /// By number of the invoice.
    pub number: Option<StringFilter>,
    /// By the date on it.
    pub dated: Option<DateFilter>,
    /// By the month it is for.
    pub month: Option<MonthFilter>,
    /// By currency.
    pub currency: Option<StringFilter>,
    /// By status.
    pub status: Option<EnumFilter<InvoiceStatus>>,
    /// By last day to dispute it.
    pub dispute_deadline_on: Option<DateFilter>,
    /// By day it was received.
    pub received_on: Option<DateFilter>,
    /// By day it was disputed.
    pub disputed_on: Option<DateFilter>,
}

impl Filter for InvoiceFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use invoice::Column as C;
        let contract = match &self.contract {
            Some(test) => Some(through::<colocation_contract::Entity>(
                C::ContractId,
                colocation_contract::Column::Id,
                test.condition(caller)?,
            )),
            None => None,
        };
        let vendor = match &self.vendor {
            Some(test) => {
                Some(through::<vendor::Entity>(C::VendorId, vendor::Column::Id, test.condition(caller)?))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(contract)
            .add_option(vendor)
            .add_option(self.number.as_ref().map(|test| test.on(C::Number)))
            .add_option(self.dated.as_ref().map(|test| test.on(C::DatedOn)).transpose()?)
            .add_option(self.month.as_ref().map(|test| test.on(C::Month)).transpose()?)
            .add_option(self.currency.as_ref().map(|test| test.on(C::Currency)))
            .add_option(self.status.as_ref().map(|test| test.on::<invoice::InvoiceStatus>(C::Status)))
            .add_option(
                self.dispute_deadline_on.as_ref().map(|test| test.on(C::DisputeDeadlineOn)).transpose()?,
            )
            .add_option(self.received_on.as_ref().map(|test| test.on(C::ReceivedOn)).transpose()?)
            .add_option(self.disputed_on.as_ref().map(|test| test.on(C::DisputedOn)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order invoices by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InvoiceOrderField {
    /// By number of the invoice.
    Number,
    /// By the date on it.
    Dated,
    /// By the month it is for.
    Month,
    /// By status.
    Status,
    /// By last day to dispute it.
    DisputeDeadlineOn,
    /// By day it was received.
    ReceivedOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for InvoiceOrderField {
    type Noun = Invoice;

    fn column(self) -> invoice::Column {
        match self {
            Self::Number => invoice::Column::Number,
            Self::Dated => invoice::Column::DatedOn,
            Self::Month => invoice::Column::Month,
            Self::Status => invoice::Column::Status,
            Self::DisputeDeadlineOn => invoice::Column::DisputeDeadlineOn,
            Self::ReceivedOn => invoice::Column::ReceivedOn,
            Self::CreatedAt => invoice::Column::CreatedAt,
        }
    }
}

/// Queries of invoices.
#[derive(Default)]
pub struct InvoiceQuery;

/// Queries of invoices.
#[Object]
impl InvoiceQuery {
    /// One invoice by its id.
    async fn invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<InvoiceId>,
    ) -> Result<Option<Invoice>> {
        by_id(ctx, id).await
    }

    /// The invoices.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<InvoiceFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<InvoiceOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Invoice>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// The month that a column holds by its first day.
fn month(day: NaiveDate) -> Month {
    Month(forecasting::month::Month::of(day))
}
