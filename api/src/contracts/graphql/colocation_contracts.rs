//! Colocation contracts, as clients see them.

use std::sync::LazyLock;

use async_graphql::{Context, ID, Object};
use entity::{
    contracts::{
        colocation_charge,
        colocation_contract::{self, Column, IndexTerms},
        colocation_contract_site, colocation_deployment,
    },
    id::{ColocationContractId, ScenarioId},
    inventory::site,
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{Iterable, Order as SqlOrder};

use super::{
    capacity::{PowerCapacity, PowerDeployment, PowerFigure},
    colocation_charges::ColocationCharge,
    colocation_deployments::ColocationDeployment,
    colocation_terms::{ContractNotice, ContractPlanning, ContractRenewal, ContractTerm, day},
    decisions::{
        ContractCostSchedule, ContractHoldover, CostOfSilence, EarlyTermination, EarlyTerminationRuleInput,
        RenewalExposure, StoredTerminationRule, renewals_cost,
    },
    invoice_check::{ContractInvoice, InvoiceCheck},
    monthly_cost::{MonthlyCost, month_cost},
    power_month::ContractPowerMonth,
    words::{ContractClassification, ContractFinding, Proration},
};
use crate::{
    access::Permission,
    contracts::{costs, decisions::Priced},
    error::Result,
    inventory::graphql::{sites::Site, vendors::Vendor},
    roadmap::graphql::MoneyView,
    scenarios::Overlay,
    schema::{
        record::{Noun, Record},
        request::{caller, priced, read},
        scalar::{Date, Id, Moment, Month},
    },
};

/// A contract for space, power and connections in someone else's data center.
#[derive(Clone)]
pub struct ColocationContract(pub(super) Record<colocation_contract::Entity>);

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
            | "renewals" | "earlyTermination" | "holdover" | "invoiceCheck" | "capacity" | "headroom"
            | "paidUnused" | "powerMonth" | "autoRenewExposure" => &WHOLE,
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
            "terminationRule" => &[Column::TerminationRule, Column::Currency],
            "owner" => &[Column::Owner],
            "source" => &[Column::Source],
            _ => &[],
        }
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

    /// What leaving early costs, as the contract has it. Null where not known, and when the caller may not see prices.
    async fn termination_rule(&self, ctx: &Context<'_>) -> Result<Option<StoredTerminationRule>> {
        priced(ctx, || {
            let currency: String = self.0.get(Column::Currency)?;
            let rule: Option<colocation_contract::TerminationRule> = self.0.get(Column::TerminationRule)?;
            Ok(rule.map(|rule| StoredTerminationRule::new(rule, &currency)))
        })
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

    /// What is suspicious about the contract as recorded, and about what is used under it, worst first. Empty for a
    /// sound one.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen; today where left out.")] as_of: Option<Date>,
    ) -> Result<Vec<ContractFinding>> {
        self.found(ctx, day(ctx, as_of)?).await
    }

    /// What it costs month by month, charge by charge. Needs the right to see prices.
    #[graphql(complexity = "month_cost(months, child_complexity)")]
    async fn monthly_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First month.")] from: Month,
        #[graphql(default = 12, desc = "How many months, at most 600.")] months: i32,
        #[graphql(
            desc = "Yearly rise to assume of price indices where nothing is published, as a fraction. Without it, \
                    what needs it is not computed."
        )]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The day whose knowledge of price indices counts; today where left out.")]
        as_of: Option<Date>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<MonthlyCost>> {
        read(ctx, Permission::ViewPrices)?;
        let (contract, sheets, published, overlay) = self.laid(ctx, day(ctx, as_of)?, scenario).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let cost =
            costs::monthly(&contract, charges, (from.0, months), &published, assumed_index_rate, &overlay)?;
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
        #[graphql(desc = "The day whose knowledge of price indices counts; today where left out.")]
        as_of: Option<Date>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<ContractCostSchedule>> {
        read(ctx, Permission::ViewPrices)?;
        let as_of = day(ctx, as_of)?;
        let currency: String = self.0.get(Column::Currency)?;
        let schedule = self
            .with_sheet(ctx, (as_of, scenario), assumed_index_rate, |priced| {
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
            .with_sheet(ctx, (as_of, scenario), assumed_index_rate, |priced| Ok(priced.silence(as_of)))
            .await?;
        Ok(Some(CostOfSilence::new(silence, as_of, sees_prices)))
    }

    /// The renewal that silence leads to, with what it costs: null where the contract does not renew by itself, and
    /// once valid notice ends it.
    async fn auto_renew_exposure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen; today where left out.")] as_of: Option<Date>,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<RenewalExposure>> {
        let as_of = day(ctx, as_of)?;
        let sees_prices = caller(ctx)?.may(Permission::ViewPrices);
        let silence = self
            .with_sheet(ctx, (as_of, scenario), assumed_index_rate, |priced| Ok(priced.silence(as_of)))
            .await?;
        Ok(CostOfSilence::new(silence, as_of, sees_prices).into_renewal())
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
            .with_sheet(ctx, (as_of, scenario), assumed_index_rate, |priced| priced.renewals(as_of, most))
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
        #[graphql(desc = "What leaving early costs; the rule of the contract where left out.")] rule: Option<
            EarlyTerminationRuleInput,
        >,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The day whose knowledge of price indices counts; today where left out.")]
        as_of: Option<Date>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<EarlyTermination>> {
        read(ctx, Permission::ViewPrices)?;
        let as_of = day(ctx, as_of)?;
        let rule = self.termination_rule_of(rule)?;
        let notice_on = notice_on.unwrap_or(on);
        let termination = self
            .with_sheet(ctx, (as_of, scenario), assumed_index_rate, |priced| {
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
        #[graphql(desc = "The day whose knowledge of price indices counts; today where left out.")]
        as_of: Option<Date>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<ContractHoldover>> {
        read(ctx, Permission::ViewPrices)?;
        let as_of = day(ctx, as_of)?;
        let stay = self
            .with_sheet(ctx, (as_of, scenario), assumed_index_rate, |priced| {
                priced.holdover(until.0, multiplier)
            })
            .await?;
        Ok(stay.map(ContractHoldover::from))
    }

    /// The deployments of power circuits under the contract, by name.
    async fn deployments(&self, ctx: &Context<'_>) -> Result<Vec<ColocationDeployment>> {
        use colocation_deployment::Column as Deployment;
        let order = [(Deployment::Name, SqlOrder::Asc)];
        self.0.many(ctx, Column::Id, Deployment::ContractId, &order).await
    }

    /// The numbers that are called capacity, over all deployments that are stored or for circuits that are given: what
    /// they are built for, what may be used, what is protected, what the contract allows, what is committed and what
    /// is drawn; which of them binds, and what is left. What is not known is not taken for granted: figures that need
    /// it are null, with the reason.
    async fn capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The day it is seen on: its commitment, its circuits, readings of the year up to it."
        )]
        on: Option<Date>,
        #[graphql(desc = "Circuits, their limits, and what was drawn, in place of what is stored.")]
        deployment: Option<PowerDeployment>,
    ) -> Result<Option<PowerCapacity>> {
        let on = day(ctx, on)?;
        let Some(deployment) = deployment else {
            let (capacity, circuits) = self.stored_capacity(ctx, on).await?;
            return Ok(Some(PowerCapacity::new(capacity, &circuits)?));
        };
        let (value, draw) = deployment.value()?;
        let circuits = value.circuits.clone();
        let capacity =
            self.with_sheet(ctx, (on, None), None, |priced| priced.capacity(on, value, &draw)).await?;
        Ok(Some(PowerCapacity::new(capacity, &circuits)?))
    }

    /// What more may be drawn over all deployments, in kilovolt-amperes: the effective limit less the peak.
    async fn headroom(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day it is seen on; today where left out.")] as_of: Option<Date>,
    ) -> Result<PowerFigure> {
        Ok(self.stored_capacity(ctx, day(ctx, as_of)?).await?.0.headroom.into())
    }

    /// What is paid for and not used over all deployments, in kilowatts: committed less average draw.
    async fn paid_unused(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day it is seen on; today where left out.")] as_of: Option<Date>,
    ) -> Result<PowerFigure> {
        Ok(self.stored_capacity(ctx, day(ctx, as_of)?).await?.0.paid_unused.into())
    }

    /// What a month of power costs by what was read: committed power, metered energy and overage. Needs the right to
    /// see prices.
    async fn power_month(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The month.")] month: Month,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The day whose knowledge of price indices counts; today where left out.")]
        as_of: Option<Date>,
    ) -> Result<Option<ContractPowerMonth>> {
        read(ctx, Permission::ViewPrices)?;
        self.month_of_power(ctx, month.0, day(ctx, as_of)?, assumed_index_rate).await.map(Some)
    }

    /// What an invoice bills against what the contract lets expect, line by line. Nothing is recorded. Needs the
    /// right to see prices.
    async fn invoice_check(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invoice.")] invoice: ContractInvoice,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The day whose knowledge of price indices counts; today where left out.")]
        as_of: Option<Date>,
    ) -> Result<Option<InvoiceCheck>> {
        read(ctx, Permission::ViewPrices)?;
        let as_of = day(ctx, as_of)?;
        let contract = self.0.model()?;
        let sheets = self.price_sheets(ctx).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let (value, tolerance) = invoice.value(&contract.currency)?;
        let published = self.published(ctx, as_of).await?;
        let priced = Priced::new(&contract, charges, &published, assumed_index_rate, &Overlay::none())?;
        let check = priced.check_invoice(&value, &tolerance)?;
        Ok(Some(InvoiceCheck::new(check, &value, charges)))
    }
}
