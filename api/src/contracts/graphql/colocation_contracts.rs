//! Colocation contracts, as clients see them.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use async_graphql::{Context, ID, Object};
use entity::{
    contracts::{
        colocation_charge,
        colocation_contract::{self, Column, IndexTerms},
        colocation_contract_site,
    },
    id::{ColocationContractId, ScenarioId},
    inventory::site,
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, Iterable, Order as SqlOrder};
use uuid::Uuid;

use super::{
    capacity::{PowerCapacity, PowerDeployment},
    colocation_charges::ColocationCharge,
    colocation_filter::{ColocationContractFilter, ColocationContractOrderField},
    colocation_terms::{ContractNotice, ContractPlanning, ContractRenewal, ContractTerm, day},
    decisions::{
        ContractCostSchedule, ContractHoldover, CostOfSilence, EarlyTermination, EarlyTerminationRuleInput,
        RenewalExposure, renewals_cost,
    },
    invoice_check::{ContractInvoice, InvoiceCheck},
    monthly_cost::{MonthlyCost, month_cost},
    words::{ContractClassification, ContractFinding, Proration},
};
use crate::{
    access::Permission,
    contracts::{colocation_charges, costs, decisions::Priced, findings},
    error::{Error, Result},
    inventory::graphql::{sites::Site, vendors::Vendor},
    roadmap::graphql::MoneyView,
    scenarios::Overlay,
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
            "term" | "notice" | "findings" | "monthlyCost" | "costSchedule" | "costOfSilence"
            | "renewals" | "earlyTermination" | "holdover" | "invoiceCheck" | "capacity" => &WHOLE,
            "holdoverMultiplier" => &[Column::HoldoverMultiplier],
            "proration" => &[Column::Proration],
            "disputeWindowDays" => &[Column::DisputeWindowDays],
            "planning" => &[
                Column::DecisionLeadDays,
                Column::ProposalLeadDays,
                Column::MigrationDays,
                Column::DecommissionBufferDays,
            ],
            "classification" => &[Column::Classification],
            "owner" => &[Column::Owner],
            "source" => &[Column::Source],
            _ => &[],
        }
    }
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

    /// A scenario, read once for this contract and its siblings.
    async fn overlay(&self, ctx: &Context<'_>, id: Option<Id<ScenarioId>>) -> Result<Arc<Overlay>> {
        let Some(id) = id else { return Ok(Overlay::none()) };
        let reader = read(ctx, Permission::ViewTotals)?;
        let load = async || Overlay::load(&reader, Some(id.0)).await;
        Ok(Arc::clone(&*self.0.shared(format!("scenario {id}"), load).await?))
    }

    /// What a calculation makes of the contract and its price sheet, seen from a day under a scenario.
    async fn with_sheet<T>(
        &self,
        ctx: &Context<'_>,
        assumed_index_rate: Option<Decimal>,
        (scenario, as_of): (Option<Id<ScenarioId>>, Option<Date>),
        calculation: impl FnOnce(&Priced<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut contract = self.0.model()?;
        let sheets = self.price_sheets(ctx).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let overlay = self.overlay(ctx, scenario).await?;
        overlay.notice(&mut contract, charges, day(ctx, as_of)?);
        calculation(&Priced::new(&contract, charges, assumed_index_rate, &overlay)?)
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

    /// How long the company takes to decide, to ask the market and to move out.
    async fn planning(&self) -> Result<ContractPlanning> {
        Ok(ContractPlanning {
            decision_lead_days: self.0.get(Column::DecisionLeadDays)?,
            proposal_lead_days: self.0.get(Column::ProposalLeadDays)?,
            migration_days: self.0.get(Column::MigrationDays)?,
            decommission_buffer_days: self.0.get(Column::DecommissionBufferDays)?,
        })
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
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<MonthlyCost>> {
        read(ctx, Permission::ViewPrices)?;
        let mut contract = self.0.model()?;
        let sheets = self.price_sheets(ctx).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let overlay = self.overlay(ctx, scenario).await?;
        overlay.notice(&mut contract, charges, day(ctx, None)?);
        let cost = costs::monthly(&contract, charges, from.0, months, assumed_index_rate, &overlay)?;
        Ok(Some(MonthlyCost::new(cost, &contract.currency, charges)))
    }

    /// What it costs month by month in one view of money, all charges together. Needs the right to see prices.
    #[graphql(complexity = "month_cost(months, child_complexity)")]
    async fn cost_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First month.")] from: Month,
        #[graphql(default = 12, desc = "How many months, at most 600.")] months: i32,
        #[graphql(default_with = "MoneyView::Pnl", desc = "Which event places an amount in a month.")]
        view: MoneyView,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<ContractCostSchedule>> {
        read(ctx, Permission::ViewPrices)?;
        let currency: String = self.0.get(Column::Currency)?;
        let schedule = self
            .with_sheet(ctx, assumed_index_rate, (scenario, None), |priced| {
                priced.schedule(from.0, months, view.into())
            })
            .await?;
        Ok(Some(ContractCostSchedule::new(schedule, view, &currency)))
    }

    /// What saying nothing costs: the first renewal that can still be avoided on `asOf`, or why there is none.
    async fn cost_of_silence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen; today where left out.")] as_of: Option<Date>,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<CostOfSilence>> {
        let as_of = day(ctx, as_of)?;
        let sees_prices = caller(ctx)?.may(Permission::ViewPrices);
        let silence = self
            .with_sheet(ctx, assumed_index_rate, (scenario, Some(Date(as_of))), |priced| {
                Ok(priced.silence(as_of))
            })
            .await?;
        Ok(Some(CostOfSilence::new(silence, as_of, sees_prices)))
    }

    /// The next renewals after `asOf`: those that silence leads to, and those that are bound already.
    #[graphql(complexity = "renewals_cost(most, child_complexity)")]
    async fn renewals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen; today where left out.")] as_of: Option<Date>,
        #[graphql(desc = "At most so many, at most 20.")] most: i32,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Vec<RenewalExposure>> {
        let as_of = day(ctx, as_of)?;
        let sees_prices = caller(ctx)?.may(Permission::ViewPrices);
        let renewals = self
            .with_sheet(ctx, assumed_index_rate, (scenario, Some(Date(as_of))), |priced| {
                priced.renewals(as_of, most)
            })
            .await?;
        let shown = renewals.into_iter().map(|it| RenewalExposure::new(it, as_of, sees_prices));
        Ok(shown.collect())
    }

    /// What it costs to leave before the contract ends. Needs the right to see prices.
    async fn early_termination(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Last day of service.")] on: Date,
        #[graphql(desc = "The day notice of it is given; the last day of service where left out.")]
        notice_on: Option<Date>,
        #[graphql(desc = "What leaving early costs.")] rule: EarlyTerminationRuleInput,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<EarlyTermination>> {
        read(ctx, Permission::ViewPrices)?;
        let rule = rule.value()?;
        let notice_on = notice_on.unwrap_or(on);
        let termination = self
            .with_sheet(ctx, assumed_index_rate, (scenario, None), |priced| {
                priced.early_termination(on.0, notice_on.0, &rule)
            })
            .await?;
        Ok(Some(termination.into()))
    }

    /// What staying until a day costs after the contract has ended; null for one that goes on renewing. Needs the
    /// right to see prices.
    async fn holdover(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Last day stayed.")] until: Date,
        #[graphql(desc = "Multiple of the last price; that of the contract where left out.")]
        multiplier: Option<Decimal>,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<ContractHoldover>> {
        read(ctx, Permission::ViewPrices)?;
        let stay = self
            .with_sheet(ctx, assumed_index_rate, (scenario, None), |priced| {
                priced.holdover(until.0, multiplier)
            })
            .await?;
        Ok(stay.map(ContractHoldover::from))
    }

    /// The numbers that are called capacity, for circuits under the contract: what they are built for, what may be
    /// used, what is protected, what the contract allows, what is committed and what is drawn; which of them binds,
    /// and what is left. What is not given is not taken for granted: figures that need it are null, with the reason.
    async fn capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day whose commitment counts; today where left out.")] on: Option<Date>,
        #[graphql(desc = "The circuits, their limits, and what was drawn.")] deployment: PowerDeployment,
    ) -> Result<Option<PowerCapacity>> {
        let on = day(ctx, on)?;
        let (value, draw) = deployment.value()?;
        let circuits = value.circuits.clone();
        let capacity =
            self.with_sheet(ctx, None, (None, None), |priced| priced.capacity(on, value, &draw)).await?;
        Ok(Some(PowerCapacity::new(capacity, &circuits)?))
    }

    /// What an invoice bills against what the contract lets expect, line by line. Nothing is recorded. Needs the
    /// right to see prices.
    async fn invoice_check(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invoice.")] invoice: ContractInvoice,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
    ) -> Result<Option<InvoiceCheck>> {
        read(ctx, Permission::ViewPrices)?;
        let contract = self.0.model()?;
        let sheets = self.price_sheets(ctx).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let (value, tolerance) = invoice.value(&contract.currency)?;
        let check = Priced::new(&contract, charges, assumed_index_rate, &Overlay::none())?
            .check_invoice(&value, &tolerance)?;
        Ok(Some(InvoiceCheck::new(check, &value, charges)))
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
