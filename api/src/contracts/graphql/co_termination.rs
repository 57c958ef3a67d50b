//! What-ifs of commitments: one end for several contracts, and less than is committed, as clients see them.

use async_graphql::{Context, Object, SimpleObject};
use entity::{
    contracts::colocation_charge,
    id::{ColocationContractId, ScenarioId},
};
use forecasting::colocation::StepDown;
use rust_decimal::Decimal;

use super::{
    charge_terms::RampStep, colocation_charges::ColocationCharge, colocation_contracts::ColocationContract,
    colocation_terms::day, decisions::money,
};
use crate::{
    access::Permission,
    contracts::{
        co_termination::{self, Question},
        power_units,
    },
    error::Result,
    scenarios::Overlay,
    schema::{
        explain::Explanation,
        record::Record,
        request::read,
        scalar::{Date, Id, Money},
    },
};

/// What changes if several contracts all end on one day.
#[derive(SimpleObject)]
pub struct CoTermination {
    /// The common last day.
    ends_on: Date,
    /// The day notice would be given of what stands now.
    notice_on: Date,
    /// What changes for each contract, in the order they were asked in.
    changes: Vec<ContractEndChange>,
    /// What the changes cost together, a sum for each currency; below zero where they save.
    costs: Vec<Money>,
}

/// What a common end changes for one contract.
#[derive(SimpleObject)]
pub struct ContractEndChange {
    /// The contract.
    contract: Option<ColocationContract>,
    /// Last day it binds to as it stands.
    bound_until: Date,
    /// Whole contract months that are added; below zero where they are taken away.
    months: i32,
    /// Days on top of the whole months, with the same sign.
    days: i32,
    /// What is added to the monthly charges, without metered power; below zero for what is saved. It is what the
    /// invoices change by, so that a part of a month counts by the proration of the contract.
    cost: Money,
    /// How the cost came about.
    explain: Explanation,
}

/// A commitment that is lowered, and what that saves.
#[derive(SimpleObject)]
pub struct CommitmentStepDown {
    /// The charge.
    charge: Option<ColocationCharge>,
    /// First day of the lower commitment.
    starts_on: Date,
    /// Units given back on that day, in those that the charge is stated in.
    given_back: Decimal,
    /// What that saves until the end of the initial term, without metered power.
    saving: Money,
    /// The commitment of the charge as it would be, by contract month.
    ramp: Vec<RampStep>,
    /// How the saving came about.
    explain: Explanation,
}

impl CommitmentStepDown {
    /// A step with its charge.
    ///
    /// # Errors
    /// `Invalid` for a power factor that is refused.
    pub(super) fn new(step: StepDown, place: usize, charge: &colocation_charge::Model) -> Result<Self> {
        let ramp = step.contract.charges.get(place).map_or(&[][..], |charge| charge.ramp.as_slice());
        let ramp = ramp.iter().map(|step| colocation_charge::RampStep {
            from_contract_month: i32::try_from(step.from_contract_month).unwrap_or(i32::MAX),
            kilowatts: step.quantity.normalize(),
        });
        let factor = power_units::factor_of(charge.kind, charge.power_unit, charge.power_factor);
        Ok(Self {
            charge: Record::all_whole(vec![charge.clone()]).pop().map(Into::into),
            starts_on: Date(step.from),
            given_back: step.given_back.normalize(),
            saving: money(step.saving.amount, step.saving.currency),
            ramp: ramp.map(|step| RampStep::of(&step, factor)).collect::<Result<_>>()?,
            explain: step.explanation.into(),
        })
    }
}

/// Queries of common ends.
#[derive(Default)]
pub struct CoTerminationQuery;

/// Queries of common ends.
#[Object]
impl CoTerminationQuery {
    /// What changes in months and cost if contracts for colocation, each with a term of its own, all end on one day.
    /// One that would end earlier is extended, one that would end later is cut short without a fee. Nothing is
    /// recorded. Needs the right to see prices.
    async fn co_termination(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contracts, from 2 to 50.")] contracts: Vec<Id<ColocationContractId>>,
        #[graphql(desc = "The common last day.")] ends_on: Date,
        #[graphql(
            desc = "The day notice would be given of what stands now, which tells how long each contract binds; \
                    `asOf` where left out."
        )]
        notice_on: Option<Date>,
        #[graphql(desc = "Yearly rise to assume of price indices, as a fraction.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The day whose knowledge of price indices counts; today where left out.")]
        as_of: Option<Date>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<CoTermination> {
        let reader = read(ctx, Permission::ViewPrices)?;
        read(ctx, Permission::ViewContracts)?;
        let as_of = day(ctx, as_of)?;
        let notice_on = notice_on.map_or(as_of, |date| date.0);
        let scenario = match scenario {
            Some(id) => Overlay::load(&read(ctx, Permission::ViewTotals)?, Some(id.0)).await?,
            None => Overlay::none(),
        };
        let contracts = contracts.into_iter().map(|id| id.0).collect();
        let question =
            Question { contracts, ends_on: ends_on.0, notice_on, as_of, assumed_index_rate, scenario };
        let found = co_termination::of(&reader, &question).await?;
        let (contracts, changes): (Vec<_>, Vec<_>) = found.changes.into_iter().unzip();
        let contracts = Record::all_whole(contracts).into_iter().map(ColocationContract);
        let changes = contracts.zip(changes).map(|(contract, change)| ContractEndChange {
            contract: Some(contract),
            bound_until: Date(change.end_before),
            months: change.months,
            days: change.days,
            cost: money(change.cost.amount, change.cost.currency),
            explain: change.explanation.into(),
        });
        Ok(CoTermination {
            ends_on,
            notice_on: Date(notice_on),
            changes: changes.collect(),
            costs: found.costs.into_iter().map(|cost| money(cost.amount, cost.currency)).collect(),
        })
    }
}
