//! Colocation contracts, as clients see them.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    contracts::{
        colocation_charge,
        colocation_contract::{self, Column, IndexTerms},
        colocation_contract_site,
    },
    id::ColocationContractId,
    inventory::site,
    money::Rate,
};
use forecasting::colocation::BusinessDays;
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, Iterable, Order as SqlOrder};
use uuid::Uuid;

use super::{
    colocation_charges::ColocationCharge,
    colocation_filter::{ColocationContractFilter, ColocationContractOrderField},
    monthly_cost::{MonthlyCost, month_cost},
    words::{ContractClassification, ContractFinding, NoticeUnit, Proration, RenewalPriceRule},
};
use crate::{
    access::Permission,
    contracts::{colocation_charges, costs, findings, terms},
    error::{Error, Result},
    inventory::graphql::{sites::Site, vendors::Vendor},
    schema::{
        filter::{Filter, Order},
        page::{Connection, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, read},
        scalar::{Date, Id, Moment, Month},
    },
};

/// A contract for space, power and connections in someone else's data center.
#[derive(Clone)]
pub struct ColocationContract(Record<colocation_contract::Entity>);

impl From<Record<colocation_contract::Entity>> for ColocationContract {
    fn from(record: Record<colocation_contract::Entity>) -> Self {
        Self(record)
    }
}

/// Dates and months are computed from nearly every term, so they read the whole row.
static WHOLE: LazyLock<Vec<Column>> = LazyLock::new(|| Column::iter().collect());

impl Noun for ColocationContract {
    type Entity = colocation_contract::Entity;
    type Id = ColocationContractId;
    const VIEW: Permission = Permission::ViewContracts;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "version" => &[Column::Version],
            "createdAt" => &[Column::CreatedAt],
            "updatedAt" => &[Column::UpdatedAt],
            "number" => &[Column::Number],
            "vendor" => &[Column::VendorId],
            "masterAgreement" => &[Column::MasterAgreement],
            "currency" => &[Column::Currency],
            "renewal" => &[
                Column::AutoRenew,
                Column::RenewalTermMonths,
                Column::MaximumRenewals,
                Column::RenewalPriceRule,
                Column::RenewalUplift,
                Column::RenewalIndex,
            ],
            "term" | "notice" | "findings" | "monthlyCost" => &WHOLE,
            "holdoverMultiplier" => &[Column::HoldoverMultiplier],
            "proration" => &[Column::Proration],
            "disputeWindowDays" => &[Column::DisputeWindowDays],
            "classification" => &[Column::Classification],
            "owner" => &[Column::Owner],
            "source" => &[Column::Source],
            _ => &[],
        }
    }
}

/// The initial term of a contract, and when it is over.
pub struct ContractTerm(colocation_contract::Model);

/// The initial term of a contract, and when it is over.
#[Object]
impl ContractTerm {
    /// Day of signature.
    async fn signed_on(&self) -> Date {
        Date(self.0.signed_on)
    }

    /// Day the initial term and the billing begin; contract months and anniversaries count from here.
    async fn billing_starts_on(&self) -> Date {
        Date(self.0.billing_starts_on)
    }

    /// Length of the initial term, in months.
    async fn months(&self) -> i32 {
        self.0.initial_term_months
    }

    /// Last day of the initial term: the start of billing plus the months, less a day.
    async fn ends_on(&self) -> Result<Date> {
        Ok(Date(terms::colocation(&self.0, &[])?.initial_end()))
    }

    /// Last day of the initial term as the paper states it. Kept and reported where it differs.
    async fn stated_end_on(&self) -> Option<Date> {
        self.0.stated_end_on.map(Date)
    }

    /// Last day that the contract runs, after notice or its last renewal. Null while it goes on renewing.
    async fn last_day_on(&self) -> Result<Option<Date>> {
        Ok(terms::colocation(&self.0, &[])?.end(&BusinessDays::default()).map(Date))
    }
}

/// What happens at the end of a term.
#[derive(Clone, Debug, SimpleObject)]
pub struct ContractRenewal {
    /// Whether it renews unless notice is given.
    automatic: bool,
    /// Length of each renewal, in months.
    months: Option<i32>,
    /// How often it renews by itself; null is without end.
    maximum: Option<i32>,
    /// How a renewal is priced.
    price_rule: RenewalPriceRule,
    /// What a renewal adds to the price, as a fraction. For FIXED_UPLIFT.
    uplift: Option<Decimal>,
    /// The price index that a renewal follows. For CPI.
    index: Option<RenewalIndex>,
}

/// How a renewal follows a price index.
#[derive(Clone, Debug, SimpleObject)]
pub struct RenewalIndex {
    /// Name of the index.
    series: String,
    /// How many months before the renewal the index is read.
    lag_months: i32,
    /// Least rise, as a fraction.
    floor: Option<Decimal>,
    /// Greatest rise, as a fraction.
    cap: Option<Decimal>,
    /// Whether a falling index leaves the price as it is.
    no_decrease: bool,
}

impl From<IndexTerms> for RenewalIndex {
    fn from(terms: IndexTerms) -> Self {
        let IndexTerms { series, lag_months, floor, cap, no_decrease } = terms;
        Self { series, lag_months, floor, cap, no_decrease }
    }
}

/// How a contract is ended, and by when.
pub struct ContractNotice(colocation_contract::Model);

/// How a contract is ended, and by when.
#[Object]
impl ContractNotice {
    /// Latest notice before the end of a term, in the unit.
    async fn minimum(&self) -> i32 {
        self.0.notice_minimum
    }

    /// Earliest notice before the end of a term, in the unit.
    async fn maximum(&self) -> Option<i32> {
        self.0.notice_maximum
    }

    /// What notice is counted in.
    async fn unit(&self) -> NoticeUnit {
        self.0.notice_unit.into()
    }

    /// How and to whom notice must be given.
    async fn method(&self) -> Option<&str> {
        self.0.notice_method.as_deref()
    }

    /// Last day on which notice ends the contract with the term that runs on `asOf`, today where left out.
    /// Counted back from the last day of the term, and moved to the Friday before where it falls on a weekend.
    async fn deadline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen.")] as_of: Option<Date>,
    ) -> Result<Option<Date>> {
        let contract = terms::colocation(&self.0, &[])?;
        let term = terms::term_on(&contract, day(ctx, as_of)?);
        Ok(contract.notice_deadline(&term, &BusinessDays::default()).map(Date))
    }

    /// First day on which that notice is accepted; null where it always is.
    async fn window_opens_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen.")] as_of: Option<Date>,
    ) -> Result<Option<Date>> {
        let contract = terms::colocation(&self.0, &[])?;
        let term = terms::term_on(&contract, day(ctx, as_of)?);
        Ok(contract.notice_window_open(&term, &BusinessDays::default()).map(Date))
    }

    /// Day notice was given.
    async fn given_on(&self) -> Option<Date> {
        self.0.notice_given_on.map(Date)
    }

    /// Proof that it was.
    async fn evidence(&self) -> Option<&str> {
        self.0.notice_evidence.as_deref()
    }
}

pub(super) fn day(ctx: &Context<'_>, as_of: Option<Date>) -> Result<NaiveDate> {
    Ok(as_of.map_or(caller(ctx)?.now.date_naive(), |date| date.0))
}

type PriceSheets = HashMap<ColocationContractId, Vec<colocation_charge::Model>>;

impl ColocationContract {
    /// The price sheets of this contract and its siblings.
    async fn price_sheets(&self, ctx: &Context<'_>) -> Result<Arc<PriceSheets>> {
        let reader = read(ctx, Self::VIEW)?;
        let load = async || {
            let ids = self.0.column_of_siblings::<Uuid>(Column::Id)?;
            colocation_charges::of_contracts(&reader, ids.into_iter().map(ColocationContractId).collect())
                .await
        };
        self.0.shared("price sheets".to_owned(), load).await
    }
}

/// A contract for space, power and connections in someone else's data center.
#[Object]
impl ColocationContract {
    /// The id of the contract.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ColocationContractId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the contract was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// Contract number; no two contracts share one.
    async fn number(&self) -> Result<String> {
        self.0.get(Column::Number)
    }

    /// The provider.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        self.0.one(ctx, Column::VendorId).await
    }

    /// The agreement it hangs under. Its dates do not count; the contract has its own.
    async fn master_agreement(&self) -> Result<Option<String>> {
        self.0.get(Column::MasterAgreement)
    }

    /// ISO 4217 code of every price in it.
    async fn currency(&self) -> Result<String> {
        self.0.get(Column::Currency)
    }

    /// The initial term, and when the contract is over.
    async fn term(&self) -> Result<ContractTerm> {
        Ok(ContractTerm(self.0.model()?))
    }

    /// What happens at the end of a term.
    async fn renewal(&self) -> Result<ContractRenewal> {
        let rule: colocation_contract::RenewalPriceRule = self.0.get(Column::RenewalPriceRule)?;
        Ok(ContractRenewal {
            automatic: self.0.get(Column::AutoRenew)?,
            months: self.0.get(Column::RenewalTermMonths)?,
            maximum: self.0.get(Column::MaximumRenewals)?,
            price_rule: rule.into(),
            uplift: self.0.get::<Option<Rate>>(Column::RenewalUplift)?.map(Rate::to_decimal),
            index: self.0.get::<Option<IndexTerms>>(Column::RenewalIndex)?.map(Into::into),
        })
    }

    /// How the contract is ended, and by when.
    async fn notice(&self) -> Result<ContractNotice> {
        Ok(ContractNotice(self.0.model()?))
    }

    /// Price after the end without renewal, as a multiple of the last.
    async fn holdover_multiplier(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(Column::HoldoverMultiplier)?.map(Rate::to_decimal))
    }

    /// How part of a month is billed.
    async fn proration(&self) -> Result<Proration> {
        Ok(self.0.get::<colocation_contract::Proration>(Column::Proration)?.into())
    }

    /// Days in which an invoice may be disputed.
    async fn dispute_window_days(&self) -> Result<Option<i32>> {
        self.0.get(Column::DisputeWindowDays)
    }

    /// What it is in the books.
    async fn classification(&self) -> Result<ContractClassification> {
        Ok(self.0.get::<colocation_contract::Classification>(Column::Classification)?.into())
    }

    /// Team or person who answers for it.
    async fn owner(&self) -> Result<Option<String>> {
        self.0.get(Column::Owner)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(Column::Source)
    }

    /// The sites it is for, by code.
    async fn sites(&self, ctx: &Context<'_>) -> Result<Option<Vec<Site>>> {
        use colocation_contract_site::{Column as Link, Entity};
        let order = [(site::Column::Code, SqlOrder::Asc)];
        let ends = (Link::ContractId, Link::SiteId);
        self.0.linked::<Site, Entity>(ctx, Column::Id, ends, &order).await.map(Some)
    }

    /// The price sheet, in order.
    async fn charges(&self, ctx: &Context<'_>) -> Result<Vec<ColocationCharge>> {
        use colocation_charge::Column as Charge;
        let order = [(Charge::Position, SqlOrder::Asc), (Charge::Id, SqlOrder::Asc)];
        self.0.many(ctx, Column::Id, Charge::ContractId, &order).await
    }

    /// What is suspicious about the contract as recorded, worst first. Empty for a sound one.
    async fn findings(&self, ctx: &Context<'_>) -> Result<Vec<ContractFinding>> {
        let contract = self.0.model()?;
        let sheets = self.price_sheets(ctx).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let sees_prices = caller(ctx)?.may(Permission::ViewPrices);
        let found = findings::of_colocation(&contract, charges).into_iter();
        Ok(found.map(|finding| ContractFinding::new(finding, sees_prices)).collect())
    }

    /// What it costs month by month, charge by charge. Needs the right to see prices.
    #[graphql(complexity = "month_cost(months, child_complexity)")]
    async fn monthly_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First month.")] from: Month,
        #[graphql(default = 12, desc = "How many months, at most 600.")] months: i32,
        #[graphql(
            desc = "Yearly rise to assume of price indices, as a fraction. Without it, what follows an index \
                    is not computed."
        )]
        assumed_index_rate: Option<Decimal>,
    ) -> Result<Option<MonthlyCost>> {
        read(ctx, Permission::ViewPrices)?;
        let contract = self.0.model()?;
        let sheets = self.price_sheets(ctx).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let cost = costs::monthly(&contract, charges, from.0, months, assumed_index_rate)?;
        Ok(Some(MonthlyCost::new(cost, &contract.currency, charges)))
    }
}

/// Queries of colocation contracts.
#[derive(Default)]
pub struct ColocationContractQuery;

/// Queries of colocation contracts.
#[Object]
impl ColocationContractQuery {
    /// One colocation contract by id or by number.
    async fn colocation_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<ColocationContractId>>,
        #[graphql(desc = "Its number.")] number: Option<String>,
    ) -> Result<Option<ColocationContract>> {
        match (id, number) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(number)) => by_condition(ctx, Condition::all().add(Column::Number.eq(number))).await,
            _ => Err(Error::invalid("id", "give either an id or a number")),
        }
    }

    /// The colocation contracts.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn colocation_contracts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ColocationContractFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ColocationContractOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ColocationContract>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
