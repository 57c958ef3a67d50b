//! What cohorts cost: by which model they are replaced, at which price, how many of it, and what comes with it.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    id::HardwareModelId, inventory::hardware_model::HardwareKind, lifecycle::refresh_policy, money::Rate,
};
use forecasting::{
    ForecastError,
    money::{Currency, Money},
    month::{Month, add_months},
    refresh::{DemandResult, Prices, ProjectCost, by_demand, by_ratio, project_cost},
    roadmap::{RefreshCohort, Window},
};
use rust_decimal::Decimal;

use super::{
    assets::Asset,
    cohorts::Cohort,
    estate::{Estate, PriceRates},
    proceeds::{self, Valued},
    vintages::depreciation_rule,
};
use crate::{
    error::{Error, Result},
    finance::rates::Rates,
    lifecycle::terms,
};

/// What a cohort costs, with what was taken for granted.
pub struct Priced {
    /// The refresh, for `forecasting`.
    pub refresh: RefreshCohort,
    /// What is bought.
    pub purchase: Purchase,
    /// The model that has no successor and so replaces itself.
    pub without_successor: Option<String>,
    /// The model whose list price has expired and is carried on by the index.
    pub expired_price: Option<String>,
    /// The policy under which what is bought would be replaced again within the window.
    pub replaced_again: Option<String>,
}

/// How prices move under each policy, for each kind of hardware.
#[derive(Default)]
pub struct PriceBook(HashMap<(usize, HardwareKind), Prices>);

impl PriceBook {
    /// Prices of a kind of hardware under a policy: by the rates of the policy, and over them by those that a
    /// scenario has for all hardware, for the kind and for the policy, in this order.
    fn of(&mut self, estate: &Estate, policy: usize, kind: HardwareKind) -> &mut Prices {
        self.0.entry((policy, kind)).or_insert_with(|| {
            let row = &estate.policies[policy];
            let mut index = terms::price_index(row);
            let mut over = |is_meant: &dyn Fn(&PriceRates) -> bool| {
                for known in estate.price_rates.iter().filter(|known| is_meant(known)) {
                    index.years.extend(known.rates.iter().map(|step| (step.year, step.rate)));
                }
            };
            over(&|rates| rates.policy.is_none() && rates.kind.is_none());
            over(&|rates| rates.policy.is_none() && rates.kind == Some(kind));
            over(&|rates| rates.policy == Some(row.id));
            Prices::new(index)
        })
    }
}

/// What an order for a cohort buys on a day.
#[derive(Clone, Copy, Debug)]
pub struct Purchase {
    /// The model that is bought.
    pub successor: HardwareModelId,
    /// Whether it is named, by the cycle or as the successor; if not, the model replaces itself.
    pub is_named: bool,
    /// The list price.
    pub listed: Money,
    /// The day on which the list price was true.
    pub listed_on: NaiveDate,
    /// Whether the list price no longer holds on the day of the order, and is carried on by the index.
    pub is_expired: bool,
    /// The price of a unit on the day of the order, in the currency of the policy.
    pub unit: Money,
    /// How many.
    pub quantity: Quantity,
    /// What it costs, part by part, in the currency of the policy.
    pub cost: ProjectCost,
    /// How many of the old units were valued by their age, where the policy does that.
    pub valued: Option<Valued>,
}

impl Purchase {
    /// How many old units are left out of what is sold, for what they are worth is not known.
    #[must_use]
    pub fn unsold(&self) -> usize {
        self.valued.map_or(0, |valued| valued.unknown as usize)
    }
}

/// How many units are bought, and why so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// New units.
    pub units: u32,
    /// Old units that they replace.
    pub old: u32,
    /// How many of the old units are leased: they go back, and are neither sold nor disposed of.
    pub leased: u32,
    /// Old units for one new unit.
    pub ratio: Decimal,
    /// Spares as a fraction of the new units.
    pub spares: Decimal,
    /// What the demand of the old units needs, where the policy counts that.
    pub by_demand: Option<DemandResult>,
    /// Whether the refresh cycle says how many, whatever the ratio.
    pub is_planned: bool,
}

impl Quantity {
    /// Old units that are sold or disposed of.
    #[must_use]
    pub fn owned(&self) -> u32 {
        self.old.saturating_sub(self.leased)
    }
}

/// What is taken for granted of assets that go with what holds them; nothing where there are none.
#[must_use]
pub fn of_held(assets: usize) -> Option<String> {
    (assets > 0)
        .then(|| format!("{assets} assets go with what holds them, which is replaced before they fall due"))
}

/// What is taken for granted of assets that do not go with what holds them; nothing where there are none.
#[must_use]
pub fn of_apart(assets: usize) -> Option<String> {
    (assets > 0).then(|| {
        format!(
            "{assets} assets are ordered in the month that the scenario has for them, and not with what holds them"
        )
    })
}

/// What is taken for granted of leased assets that are replaced; nothing where there are none.
#[must_use]
pub fn of_leased(assets: u32) -> Option<String> {
    (assets > 0).then(|| {
        format!(
            "{assets} leased assets go back to their lessor: they bring no proceeds and cost no disposal, and what \
             their return costs is not known"
        )
    })
}

/// Works out what an order for a cohort on a day would buy.
///
/// # Errors
/// A reason for people why it cannot be priced.
pub fn purchase(
    (estate, assets): (&Estate, &[Asset]),
    cohort: &Cohort,
    ordered: NaiveDate,
    prices: &mut PriceBook,
    rates: &Rates,
) -> Result<Purchase, String> {
    let policy = &estate.policies[cohort.policy];
    let cycle = cohort.cycle.and_then(|id| estate.cycles.get(&id));
    let own = estate.models.get(&cohort.model).ok_or("its model is not recorded")?;
    let named = cycle.and_then(|cycle| cycle.model_id).or(own.successor_id);
    let successor = estate.models.get(&named.unwrap_or(own.id));
    let successor = successor.ok_or("the successor of its model is not recorded")?;
    let (Some(amount), Some(code), Some(on)) =
        (successor.list_price_amount, &successor.list_price_currency, successor.list_price_on)
    else {
        return Err(format!("no list price with a date for {}, which replaces it", successor.name));
    };
    if amount.to_decimal().is_zero() {
        return Err(format!(
            "the list price of {}, which replaces it, is 0, which is no price",
            successor.name
        ));
    }
    let (Ok(listed), Ok(currency)) = (Currency::from_code(code), Currency::from_code(&policy.currency))
    else {
        return Err(format!("the currency {code} has no minor unit"));
    };
    let listed = Money::new(amount.to_decimal(), listed);
    let unit = prices.of(estate, cohort.policy, successor.kind).at(listed.amount, on, ordered);
    let unit = Money::new(unit.map_err(|cause| cause.to_string())?, listed.currency);
    let unit = rates.convert(unit, currency, ordered).map_err(Error::into_message)?;
    let quantity = quantity(policy, cohort, own.consolidation_ratio).map_err(Error::into_message)?;
    let cost = project_cost(quantity.units, quantity.owned(), unit, &terms::cost_rates(policy));
    let cost = cost.map_err(|cause| cause.to_string())?;
    // In service as long after the order as planned.
    let in_service = ordered.checked_add_signed(cohort.in_service - cohort.ordered).unwrap_or(ordered);
    let (cost, valued) = proceeds::by_age(policy, (assets, cohort), (cost, rates), (ordered, in_service))?;
    Ok(Purchase {
        successor: successor.id,
        is_named: named.is_some(),
        listed,
        listed_on: on,
        is_expired: successor.list_price_valid_until.is_some_and(|until| until < ordered),
        unit,
        quantity,
        cost,
        valued,
    })
}

/// Prices a cohort.
///
/// # Errors
/// A reason for people why it cannot be priced.
pub fn price(
    (estate, assets): (&Estate, &[Asset]),
    cohort: &Cohort,
    prices: &mut PriceBook,
    rates: &Rates,
    window: Window,
) -> Result<Priced, String> {
    let policy = &estate.policies[cohort.policy];
    let purchase = purchase((estate, assets), cohort, cohort.ordered, prices, rates)?;
    let name = |id: HardwareModelId| estate.models.get(&id).map(|model| model.name.clone());
    let successor = estate.models.get(&purchase.successor);
    let rule = successor.and_then(|model| depreciation_rule(estate, model.kind, policy.depreciation_rule_id));
    let Some(rule) = rule else {
        return Err("no depreciation rule applies to its successor".to_owned());
    };
    Ok(Priced {
        refresh: refresh(policy, cohort, purchase.cost, rule),
        without_successor: if purchase.is_named { None } else { name(cohort.model) },
        expired_price: if purchase.is_expired { name(purchase.successor) } else { None },
        replaced_again: is_replaced_again(policy, cohort, window).then(|| policy.name.clone()),
        purchase,
    })
}

/// Whether what a cohort buys reaches the age of its policy early enough to be ordered anew within the window.
fn is_replaced_again(policy: &refresh_policy::Model, cohort: &Cohort, window: Window) -> bool {
    let age = terms::rules(policy).age_months.and_then(|months| i32::try_from(months).ok());
    age.is_some_and(|months| {
        let due = add_months(cohort.in_service, months);
        Month::of(terms::lead_times(policy).order_by(due)) <= window.last()
    })
}

fn refresh(
    policy: &refresh_policy::Model,
    cohort: &Cohort,
    cost: ProjectCost,
    rule: (forecasting::depreciation::DepreciationRule, Decimal),
) -> RefreshCohort {
    let terms = u32::try_from(policy.payment_terms_days).unwrap_or_default();
    let (rule, salvage_rate) = rule;
    RefreshCohort {
        cost,
        ordered: cohort.ordered,
        paid: terms::lead_times(policy).cash_date(cohort.ordered, terms),
        in_service: cohort.in_service,
        disposed: cohort.in_service,
        // The vintages of the old units write off what is left of them.
        old_book_value: Decimal::ZERO,
        support_months: u32::try_from(policy.support_months).unwrap_or_default(),
        rule,
        salvage: cost.capital() * salvage_rate,
        contingency_spent: false,
    }
}

/// How many new units are bought for a cohort of a model of which one successor replaces so many.
///
/// # Errors
/// `Invalid` for what its policy cannot be reckoned with.
pub fn units(policy: &refresh_policy::Model, cohort: &Cohort, of_model: Option<Rate>) -> Result<u32> {
    Ok(quantity(policy, cohort, of_model)?.units)
}

fn quantity(policy: &refresh_policy::Model, cohort: &Cohort, of_model: Option<Rate>) -> Result<Quantity> {
    let (old, spares) = (cohort.size(), terms::spares(policy));
    let refused = |cause: ForecastError| Error::invalid("demand", cause);
    let by_demand = match terms::demand(policy, old).map_err(refused)? {
        Some((resources, failover)) => Some(by_demand(&resources, failover).map_err(refused)?),
        None => None,
    };
    let (replaced, ratio) = match by_demand {
        Some(found) => (found.units_with_failover, Decimal::ONE),
        None => (old, terms::ratio(policy, of_model)),
    };
    let computed = by_ratio(replaced, ratio, spares).map_err(|cause| Error::invalid("ratio", cause))?;
    let (units, is_planned) = (cohort.planned.unwrap_or(computed), cohort.planned.is_some());
    let ratio = by_demand.and_then(|found| found.ratio(old)).unwrap_or(ratio);
    Ok(Quantity { units, old, leased: cohort.leased, ratio, spares, by_demand, is_planned })
}
