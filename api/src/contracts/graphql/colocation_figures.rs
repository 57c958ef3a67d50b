//! What is worked out from colocation contracts, as fields of them.

use async_graphql::{Context, Object};
use entity::{
    contracts::colocation_contract::Column,
    id::{ColocationChargeId, ScenarioId},
};
use forecasting::colocation::RampStep;
use rust_decimal::Decimal;

use super::{
    capacity::{PowerCapacity, PowerDeployment, PowerFigure},
    co_termination::CommitmentStepDown,
    colocation_contracts::ColocationContract,
    colocation_terms::{NoticeRecord, day},
    contract_figures::Laid,
    decisions::{
        ContractCostSchedule, ContractHoldover, CostOfSilence, EarlyTermination, EarlyTerminationRuleInput,
        RenewalExposure, count, renewals_cost,
    },
    invoice_check::{ContractInvoice, InvoiceCheck},
    monthly_cost::{MonthlyCost, month_cost},
    power_month::ContractPowerMonth,
    words::ContractFinding,
};
use crate::{
    access::Permission,
    contracts::{costs, decisions::Priced, notice_history},
    error::{Error, Result},
    roadmap::graphql::MoneyView,
    scenarios::Overlay,
    schema::{
        request::{caller, read},
        scalar::{Date, Id, Month},
    },
};

/// Figures of a contract: they are fields of the contract itself.
pub struct ColocationFigures(pub(super) ColocationContract);

/// Figures of a contract: they are fields of the contract itself.
#[Object]
impl ColocationFigures {
    /// What is suspicious about the contract as recorded, and about what is used under it, worst first. Empty for a
    /// sound one.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen; today where left out.")] as_of: Option<Date>,
    ) -> Result<Vec<ContractFinding>> {
        self.0.found(ctx, day(ctx, as_of)?).await
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
        let laid = self.0.laid(ctx, day(ctx, as_of)?, scenario).await?;
        let Laid { contract, published, overlay, exit, .. } = &laid;
        let (charges, span) = (laid.charges(), (from.0, months));
        let cost = costs::monthly(contract, charges, span, published, assumed_index_rate, overlay, exit)?;
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
        #[graphql(
            desc = "Whether fixed charges of the initial term are expense in level months, in the view PNL. Left out: \
                    where the contract is classified as LEASE_OPERATING, as in the roadmap."
        )]
        straight_line: Option<bool>,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The day whose knowledge of price indices counts; today where left out.")]
        as_of: Option<Date>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<ContractCostSchedule>> {
        read(ctx, Permission::ViewPrices)?;
        let as_of = day(ctx, as_of)?;
        let currency: String = self.0.0.get(Column::Currency)?;
        let schedule = self
            .0
            .with_sheet(ctx, (as_of, scenario), assumed_index_rate, |priced| {
                priced.schedule(from.0, months, view.into(), straight_line)
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
            .0
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
            .0
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
            .0
            .with_sheet(ctx, (as_of, scenario), assumed_index_rate, |priced| priced.renewals(as_of, most))
            .await?;
        let shown = renewals.into_iter().map(|it| RenewalExposure::new(it, as_of, sees_prices));
        Ok(shown.collect())
    }

    /// What is saved if the commitment of a charge steps down from a contract month on. Nothing is recorded. Needs the
    /// right to see prices.
    async fn step_down(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The charge.")] charge: Id<ColocationChargeId>,
        #[graphql(desc = "The first contract month of the lower commitment; the first of all is 0.")]
        from_contract_month: i32,
        #[graphql(
            desc = "What is committed from then on, in the unit that the charge is stated in, such as kilowatts."
        )]
        quantity: Decimal,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The day from which it is seen; today where left out.")] as_of: Option<Date>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<CommitmentStepDown>> {
        read(ctx, Permission::ViewPrices)?;
        let as_of = day(ctx, as_of)?;
        let sheets = self.0.price_sheets(ctx).await?;
        let charges = sheets.get(&self.0.0.get(Column::Id)?).map_or(&[][..], Vec::as_slice);
        let place = charges.iter().position(|row| row.id == charge.0);
        let place = place.ok_or_else(|| Error::not_found("charge of the contract", charge.0))?;
        let from_contract_month = count("fromContractMonth", from_contract_month)?;
        let step = RampStep { from_contract_month, quantity };
        let stepped = self
            .0
            .with_sheet(ctx, (as_of, scenario), assumed_index_rate, |priced| {
                priced.step_down(place, step, as_of)
            })
            .await?;
        charges.get(place).map(|charge| CommitmentStepDown::new(stepped, place, charge)).transpose()
    }

    /// When notice was given and withdrawn, in the order that was recorded.
    async fn notice_history(&self, ctx: &Context<'_>) -> Result<Vec<NoticeRecord>> {
        Ok(self.0.notices(ctx).await?.into_iter().map(Into::into).collect())
    }

    /// The day of the notice that stood on a day: one that was withdrawn later still stood then. Null where none did.
    async fn notice_in_force(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen; today where left out.")] as_of: Option<Date>,
    ) -> Result<Option<Date>> {
        let as_of = day(ctx, as_of)?;
        Ok(notice_history::in_force(&self.0.notices(ctx).await?, as_of).map(Date))
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
        let rule = self.0.termination_rule_of(rule)?;
        let notice_on = notice_on.unwrap_or(on);
        let termination = self
            .0
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
            .0
            .with_sheet(ctx, (as_of, scenario), assumed_index_rate, |priced| {
                priced.holdover(until.0, multiplier)
            })
            .await?;
        Ok(stay.map(ContractHoldover::from))
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
            let (capacity, circuits) = self.0.stored_capacity(ctx, on).await?;
            return Ok(Some(PowerCapacity::new(capacity, &circuits)?));
        };
        let (value, draw) = deployment.value()?;
        let circuits = value.circuits.clone();
        let capacity =
            self.0.with_sheet(ctx, (on, None), None, |priced| priced.capacity(on, value, &draw)).await?;
        Ok(Some(PowerCapacity::new(capacity, &circuits)?))
    }

    /// What more may be drawn over all deployments, in kilovolt-amperes: the effective limit less the peak.
    async fn headroom(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day it is seen on; today where left out.")] as_of: Option<Date>,
    ) -> Result<PowerFigure> {
        Ok(self.0.stored_capacity(ctx, day(ctx, as_of)?).await?.0.headroom.into())
    }

    /// What is paid for and not used over all deployments, in kilowatts: committed less average draw.
    async fn paid_unused(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day it is seen on; today where left out.")] as_of: Option<Date>,
    ) -> Result<PowerFigure> {
        Ok(self.0.stored_capacity(ctx, day(ctx, as_of)?).await?.0.paid_unused.into())
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
        self.0.month_of_power(ctx, month.0, day(ctx, as_of)?, assumed_index_rate).await.map(Some)
    }

    /// What an invoice bills against what the contract lets expect, line by line, with power as it was read. Nothing
    /// is recorded. Needs the right to see prices.
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
        let contract = self.0.0.model()?;
        let sheets = self.0.price_sheets(ctx).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let (value, tolerance) = invoice.value(&contract.currency)?;
        let published = self.0.published(ctx, as_of).await?;
        let priced = Priced::new(&contract, charges, &published, assumed_index_rate, &Overlay::none())?;
        let installed = self.0.installed(ctx, value.month.plus(-1), value.month).await?;
        let installed = installed.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let check = priced.check_invoice(&value, &tolerance, charges, installed)?;
        Ok(Some(InvoiceCheck::new(check, &value, charges)))
    }
}
