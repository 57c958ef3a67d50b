//! Lines of invoices, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    contracts::{colocation_charge, invoice, invoice_line},
    id::{ColocationChargeId, InvoiceId, InvoiceLineId},
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::Condition;
use uuid::Uuid;

use super::{
    colocation_charges::ColocationCharge,
    invoices::{Invoice, InvoiceFilter},
    words::ChargeKind,
};
use crate::{
    access::{Caller, Permission},
    contracts::invoices,
    error::Result,
    schema::{
        filter::{EnumFilter, Filter, IdFilter, IntFilter, MonthFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, read},
        scalar::{Id, Moment, Money, Month},
    },
};

/// A line of an invoice.
#[derive(Clone)]
pub struct InvoiceLine(Record<invoice_line::Entity>);

impl From<Record<invoice_line::Entity>> for InvoiceLine {
    fn from(record: Record<invoice_line::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for InvoiceLine {
    type Entity = invoice_line::Entity;
    type Id = InvoiceLineId;
    const VIEW: Permission = Permission::ViewContracts;
    const ID: invoice_line::Column = invoice_line::Column::Id;

    fn columns(field: &str) -> &'static [invoice_line::Column] {
        use invoice_line::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "invoice" => &[C::InvoiceId],
            "position" => &[C::Position],
            "charge" => &[C::ChargeId],
            "serviceMonth" => &[C::ServiceMonth],
            "kind" => &[C::Kind],
            "description" => &[C::Description],
            "amount" => &[C::Amount, C::InvoiceId],
            "quantity" => &[C::Quantity],
            "unitPrice" => &[C::UnitPriceAmount, C::InvoiceId],
            "meteredKilowattHours" => &[C::MeteredKilowattHours],
            "meteredPeakKilowatts" => &[C::MeteredPeakKilowatts],
            _ => &[],
        }
    }
}

impl InvoiceLine {
    /// An amount in the currency of the invoice, for those who may see prices.
    async fn money(&self, ctx: &Context<'_>, column: invoice_line::Column) -> Result<Option<Money>> {
        use invoice_line::Column as C;
        if !caller(ctx)?.may(Permission::ViewPrices) {
            return Ok(None);
        }
        let Some(amount) = self.0.get::<Option<Amount>>(column)? else { return Ok(None) };
        let reader = read(ctx, Self::VIEW)?;
        let load = async || {
            let invoices = self.0.column_of_siblings::<Uuid>(C::InvoiceId)?;
            invoices::currencies(&reader, invoices).await
        };
        let currencies = self.0.shared("currencies".to_owned(), load).await?;
        let invoice: InvoiceId = self.0.get(C::InvoiceId)?;
        Ok(currencies.get(&invoice).map(|currency| Money::of(amount, currency)))
    }
}

/// A line of an invoice.
#[Object]
impl InvoiceLine {
    /// The id of the invoice line.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<InvoiceLineId>(self.0.get(invoice_line::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(invoice_line::Column::Version)
    }

    /// When the invoice line was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(invoice_line::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(invoice_line::Column::UpdatedAt)
    }

    /// The invoice it is on.
    async fn invoice(&self, ctx: &Context<'_>) -> Result<Option<Invoice>> {
        self.0.one(ctx, invoice_line::Column::InvoiceId).await
    }

    /// Number of the line, from 1.
    async fn position(&self) -> Result<i32> {
        self.0.get(invoice_line::Column::Position)
    }

    /// The charge of the price sheet that it bills. Null where it bills none of them.
    async fn charge(&self, ctx: &Context<'_>) -> Result<Option<ColocationCharge>> {
        self.0.one(ctx, invoice_line::Column::ChargeId).await
    }

    /// The month of service. Null: the month of the invoice, and the month before where the charge is billed in arrears.
    async fn service_month(&self) -> Result<Option<Month>> {
        Ok(self.0.get::<Option<NaiveDate>>(invoice_line::Column::ServiceMonth)?.map(month))
    }

    /// What kind of charge it says it is.
    async fn kind(&self) -> Result<Option<ChargeKind>> {
        Ok(self.0.get::<Option<colocation_charge::ChargeKind>>(invoice_line::Column::Kind)?.map(Into::into))
    }

    /// What it says.
    async fn description(&self) -> Result<String> {
        self.0.get(invoice_line::Column::Description)
    }

    /// How much; negative for a credit.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, invoice_line::Column::Amount).await
    }

    /// How many units it bills.
    async fn quantity(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(invoice_line::Column::Quantity)?.map(Rate::to_decimal))
    }

    /// Price of a unit as it states it.
    async fn unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, invoice_line::Column::UnitPriceAmount).await
    }

    /// The energy it states, in kilowatt-hours.
    async fn metered_kilowatt_hours(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(invoice_line::Column::MeteredKilowattHours)?.map(Rate::to_decimal))
    }

    /// The peak it states, in kilowatts.
    async fn metered_peak_kilowatts(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(invoice_line::Column::MeteredPeakKilowatts)?.map(Rate::to_decimal))
    }

    /// Whether amounts are hidden from the caller's role.
    async fn amounts_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }
}

/// Which invoice lines. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct InvoiceLineFilter {
    /// All of these as well.
    pub and: Option<Vec<InvoiceLineFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<InvoiceLineFilter>>,
    /// And not this.
    pub not: Option<Box<InvoiceLineFilter>>,
    /// By id.
    pub id: Option<IdFilter<InvoiceLineId>>,
    /// By invoice.
    pub invoice: Option<InvoiceFilter>,
    /// By number of the line.
    pub position: Option<IntFilter>,
    /// By charge.
    pub charge: Option<IdFilter<ColocationChargeId>>,
    /// By the month of service.
    pub service_month: Option<MonthFilter>,
    /// By what kind of charge it says it is.
    pub kind: Option<EnumFilter<ChargeKind>>,
    /// By what it says.
    pub description: Option<StringFilter>,
}

impl Filter for InvoiceLineFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use invoice_line::Column as C;
        let invoice = match &self.invoice {
            Some(test) => {
                Some(through::<invoice::Entity>(C::InvoiceId, invoice::Column::Id, test.condition(caller)?))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(invoice)
            .add_option(self.position.as_ref().map(|test| test.on(C::Position)).transpose()?)
            .add_option(self.charge.as_ref().map(|test| test.on(C::ChargeId)))
            .add_option(self.service_month.as_ref().map(|test| test.on(C::ServiceMonth)).transpose()?)
            .add_option(self.kind.as_ref().map(|test| test.on::<colocation_charge::ChargeKind>(C::Kind)))
            .add_option(self.description.as_ref().map(|test| test.on(C::Description))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order invoice lines by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InvoiceLineOrderField {
    /// By number of the line.
    Position,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for InvoiceLineOrderField {
    type Noun = InvoiceLine;

    fn column(self) -> invoice_line::Column {
        match self {
            Self::Position => invoice_line::Column::Position,
            Self::CreatedAt => invoice_line::Column::CreatedAt,
        }
    }
}

/// Queries of invoice lines.
#[derive(Default)]
pub struct InvoiceLineQuery;

/// Queries of invoice lines.
#[Object]
impl InvoiceLineQuery {
    /// One invoice line by its id.
    async fn invoice_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<InvoiceLineId>,
    ) -> Result<Option<InvoiceLine>> {
        by_id(ctx, id).await
    }

    /// The invoice lines.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn invoice_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<InvoiceLineFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<InvoiceLineOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<InvoiceLine>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// The month that a column holds by its first day.
fn month(day: NaiveDate) -> Month {
    Month(forecasting::month::Month::of(day))
}
