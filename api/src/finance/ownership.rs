//! What a server costs over the years that it is kept.

use entity::{id::HardwareModelId, inventory::hardware_model};
use forecasting::{
    ForecastError,
    budget::{OwnershipCost, ServerOwnership, ServerPower, total_cost_of_ownership},
    money::Currency,
};
use rust_decimal::Decimal;
use sea_orm::EntityTrait;

use crate::{
    error::{Error, Result},
    store::Read,
};

/// How power is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// By the energy that is drawn.
    Metered {
        /// Average draw in kW; of the hardware model where left out.
        average_kilowatts: Option<Decimal>,
        /// Facility energy over equipment energy.
        power_usage_effectiveness: Decimal,
        /// Price of a kWh.
        price_per_kilowatt_hour: Decimal,
    },
    /// By the kW that are committed.
    Committed {
        /// Committed kW; the draw of the hardware model where left out.
        kilowatts: Option<Decimal>,
        /// Price of a committed kW for a month.
        price_per_kilowatt_month: Decimal,
    },
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// A hardware model that price and draw are taken from.
    pub model: Option<HardwareModelId>,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Years it is kept.
    pub years: u32,
    /// Price of the hardware; of the hardware model where left out.
    pub purchase: Option<Decimal>,
    /// Installation.
    pub installation: Decimal,
    /// Support over all of the years.
    pub support: Decimal,
    /// Its power.
    pub power: Power,
    /// Disposal.
    pub disposal: Decimal,
    /// What it is sold for in the end.
    pub residual_value: Decimal,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What went in, where all of it is known.
    pub server: Option<ServerOwnership>,
    /// The cost by its parts, where all that goes in is known.
    pub cost: Option<OwnershipCost>,
    /// What is missing.
    pub reason: Option<String>,
    /// The hardware model.
    pub model: Option<hardware_model::Model>,
    /// Whether a price of the model went in.
    pub has_list_price: bool,
}

/// Works out what a server costs, with one statement where a hardware model is named.
///
/// # Errors
/// `NotFound` for a model that is not there; `Invalid` for a figure that cannot be.
pub async fn answer(db: &impl Read, question: &Question) -> Result<Answer> {
    let model = match question.model {
        Some(id) => {
            let found = hardware_model::Entity::find_by_id(id).one(db).await?;
            Some(found.ok_or_else(|| Error::not_found("hardware model", id))?)
        }
        None => None,
    };
    let purchase = match question.purchase {
        Some(purchase) => Ok(purchase),
        None => list_price(model.as_ref(), question.currency),
    };
    let has_list_price = question.purchase.is_none() && purchase.is_ok();
    let power = power(question.power, model.as_ref());
    let (server, reason) = match (purchase, power) {
        (Ok(purchase), Ok(power)) => {
            let server = ServerOwnership {
                currency: question.currency,
                years: question.years,
                purchase,
                installation: question.installation,
                support: question.support,
                power,
                disposal: question.disposal,
                residual_value: question.residual_value,
            };
            (Some(server), None)
        }
        (Err(reason), _) | (_, Err(reason)) => (None, Some(reason)),
    };
    let cost = server.as_ref().map(total_cost_of_ownership).transpose().map_err(refused)?;
    Ok(Answer { server, cost, reason, model, has_list_price })
}

fn list_price(model: Option<&hardware_model::Model>, currency: Currency) -> Result<Decimal, String> {
    let Some(model) = model else {
        return Err("no price of the hardware is given, and no hardware model to take it from".into());
    };
    match (model.list_price_amount, model.list_price_currency.as_deref()) {
        (Some(price), Some(code)) if code == currency.code() => Ok(price.to_decimal()),
        (Some(_), Some(code)) => {
            Err(format!("{} has a list price in {code}, not in {}", model.name, currency.code()))
        }
        _ => Err(format!("{} has no list price", model.name)),
    }
}

fn power(power: Power, model: Option<&hardware_model::Model>) -> Result<ServerPower, String> {
    let draw = |given: Option<Decimal>| match (given, model) {
        (Some(kilowatts), _) => Ok(kilowatts),
        (None, None) => Err("no draw is given, and no hardware model to take it from".to_owned()),
        (None, Some(model)) => match model.typical_draw_watts {
            Some(watts) => Ok(Decimal::new(i64::from(watts), 3)),
            None => Err(format!("{} has no typical draw", model.name)),
        },
    };
    Ok(match power {
        Power::Metered { average_kilowatts, power_usage_effectiveness, price_per_kilowatt_hour } => {
            ServerPower::Metered {
                average_kilowatts: draw(average_kilowatts)?,
                power_usage_effectiveness,
                price_per_kilowatt_hour,
            }
        }
        Power::Committed { kilowatts, price_per_kilowatt_month } => {
            ServerPower::Committed { kilowatts: draw(kilowatts)?, price_per_kilowatt_month }
        }
    })
}

fn refused(cause: ForecastError) -> Error {
    match cause {
        ForecastError::Invalid { field, value, rule } => {
            let field = match field {
                "pue" => "power.metered.powerUsageEffectiveness",
                "average_kilowatts" => "power.metered.averageKilowatts",
                "price of a kWh" => "power.metered.pricePerKilowattHour",
                "kilowatts" => "power.committed.kilowatts",
                "price of a kW" => "power.committed.pricePerKilowattMonth",
                "residual value" => "residualValue",
                other => other,
            };
            Error::invalid(field, format!("{value}: {rule}"))
        }
        other => Error::invalid("", other),
    }
}
