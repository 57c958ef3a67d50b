//! What a server costs over the years that it is kept, as clients see it.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::id::HardwareModelId;
use forecasting::budget::ServerOwnership;
use rust_decimal::Decimal;

use super::unit_costs::known_currency;
use crate::{
    access::Permission,
    error::{Error, Result},
    finance::ownership::{self, Power, Question},
    schema::{
        explain::Explanation,
        request::{caller, read},
        scalar::{Id, Money, plain},
    },
};

/// Power by the energy that is drawn, in a facility of one's own.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct MeteredPowerInput {
    /// Average draw in kW; the typical draw of the hardware model where left out.
    pub average_kilowatts: Option<Decimal>,
    /// Facility energy over equipment energy, at least 1.
    pub power_usage_effectiveness: Decimal,
    /// Price of a kWh.
    pub price_per_kilowatt_hour: Decimal,
}

/// Power by the kW that are committed, in rented space.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct CommittedPowerInput {
    /// Committed kW; the typical draw of the hardware model where left out.
    pub kilowatts: Option<Decimal>,
    /// Price of a committed kW for a month.
    pub price_per_kilowatt_month: Decimal,
}

/// How power is paid for. One of both, for a commitment includes what is drawn.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct OwnershipPowerInput {
    /// By the energy that is drawn.
    pub metered: Option<MeteredPowerInput>,
    /// By the kW that are committed.
    pub committed: Option<CommittedPowerInput>,
}

/// What owning a server takes, in amounts of one currency.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct OwnershipInput {
    /// Years it is kept, 1 to 100.
    pub years: i32,
    /// Price of the hardware; the list price of the hardware model where left out.
    pub purchase: Option<Decimal>,
    /// Installation.
    #[graphql(default)]
    pub installation: Decimal,
    /// Support over all of the years.
    #[graphql(default)]
    pub support: Decimal,
    /// Its power.
    pub power: OwnershipPowerInput,
    /// Cost of disposal.
    #[graphql(default)]
    pub disposal: Decimal,
    /// What it is sold for in the end; taken off.
    #[graphql(default)]
    pub residual_value: Decimal,
}

impl OwnershipPowerInput {
    fn power(self) -> Result<Power> {
        match (self.metered, self.committed) {
            (Some(metered), None) => Ok(Power::Metered {
                average_kilowatts: metered.average_kilowatts,
                power_usage_effectiveness: metered.power_usage_effectiveness,
                price_per_kilowatt_hour: metered.price_per_kilowatt_hour,
            }),
            (None, Some(committed)) => Ok(Power::Committed {
                kilowatts: committed.kilowatts,
                price_per_kilowatt_month: committed.price_per_kilowatt_month,
            }),
            _ => {
                let rule = "give either metered or committed power: a commitment includes what is drawn";
                Err(Error::invalid("power", rule))
            }
        }
    }
}

/// What a server costs over the years that it is kept, by its parts, each rounded. Amounts are null where something is
/// not known, or where they are hidden.
#[derive(Clone, Debug, SimpleObject)]
pub struct CostOfOwnership {
    /// Price of the hardware.
    purchase: Option<Money>,
    /// Installation.
    installation: Option<Money>,
    /// Support.
    support: Option<Money>,
    /// Energy, or the commitment in its place.
    power: Option<Money>,
    /// Disposal.
    disposal: Option<Money>,
    /// Proceeds, which are taken off.
    residual_value: Option<Money>,
    /// All of it.
    total: Option<Money>,
    /// Why there is no total. Null where there is one.
    reason: Option<String>,
    /// Whether amounts are hidden from the caller's role: they contain the list price of the hardware model.
    amounts_hidden: bool,
    /// How it came about.
    explain: Explanation,
}

/// Queries of ownership.
#[derive(Default)]
pub struct OwnershipQuery;

/// Queries of ownership.
#[Object]
impl OwnershipQuery {
    /// What a server costs over the years that it is kept: purchase, installation, support, power and disposal, less
    /// what it is sold for. Price and draw are those that are given, or those of a hardware model.
    async fn cost_of_ownership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Currency of all amounts, by its code.")] currency: String,
        #[graphql(desc = "What owning it takes.")] server: OwnershipInput,
        #[graphql(
            desc = "A hardware model, by its id, that price and draw are taken from where none are given."
        )]
        hardware_model: Option<Id<HardwareModelId>>,
    ) -> Result<CostOfOwnership> {
        let reader = read(ctx, Permission::ViewFinance)?;
        let question = Question {
            model: hardware_model.map(|id| *id),
            currency: known_currency(&currency, "currency")?,
            years: u32::try_from(server.years).unwrap_or_default(),
            purchase: server.purchase,
            installation: server.installation,
            support: server.support,
            power: server.power.power()?,
            disposal: server.disposal,
            residual_value: server.residual_value,
        };
        let answer = ownership::answer(&reader, &question).await?;
        let is_hidden = answer.has_list_price && !caller(ctx)?.may(Permission::ViewPrices);
        let code = question.currency.code();
        let cost = answer.cost.as_ref().filter(|_| !is_hidden);
        let money = |amount: Option<Decimal>| {
            amount.map(|amount| Money { amount: plain(amount), currency: code.to_owned() })
        };
        let explanation = answer.server.as_ref().filter(|_| !is_hidden).map(ServerOwnership::explain);
        let mut explain = Explanation::from(explanation.unwrap_or_default());
        if let (Some(model), true) = (&answer.model, answer.has_list_price) {
            explain
                .assumptions
                .push(format!("The price is the list price of {}, not negotiated.", model.name));
        }
        Ok(CostOfOwnership {
            purchase: money(cost.map(|cost| cost.purchase)),
            installation: money(cost.map(|cost| cost.installation)),
            support: money(cost.map(|cost| cost.support)),
            power: money(cost.map(|cost| cost.power)),
            disposal: money(cost.map(|cost| cost.disposal)),
            residual_value: money(cost.map(|cost| cost.residual_value)),
            total: money(cost.map(|cost| cost.total)),
            reason: answer.reason,
            amounts_hidden: is_hidden,
            explain,
        })
    }
}
