//! Policies and rules as the arithmetic takes them.

use entity::{
    lifecycle::{
        depreciation_rule::{self, Convention, DepreciationMethod, ScheduleRounding},
        refresh_policy::{self, QuantityRule},
    },
    money::Rate,
};
use forecasting::{depreciation, money::Rounding, refresh};
use rust_decimal::Decimal;

/// Which rules a policy enables, with their margins.
#[must_use]
pub fn rules(policy: &refresh_policy::Model) -> refresh::RefreshPolicy {
    refresh::RefreshPolicy {
        age_months: policy.age_months.map(whole),
        support_margin_months: policy.support_margin_months.map(whole),
        warranty: policy.warranty_rule,
        risk: false,
        lease: policy.lease_rule,
    }
}

/// The days that a replacement takes before it is in service.
#[must_use]
pub fn lead_times(policy: &refresh_policy::Model) -> refresh::LeadTimes {
    refresh::LeadTimes {
        lead_days: whole(policy.lead_days),
        install_days: whole(policy.install_days),
        buffer_days: whole(policy.buffer_days),
    }
}

/// How prices move. In years that the policy does not list they stand still.
#[must_use]
pub fn price_index(policy: &refresh_policy::Model) -> refresh::PriceIndex {
    refresh::PriceIndex {
        years: policy.price_index.0.iter().map(|step| (step.year, step.rate)).collect(),
        otherwise: Some(Decimal::ZERO),
    }
}

/// How the parts of a replacement's cost follow from its units, in the currency of the policy.
#[must_use]
pub fn cost_rates(policy: &refresh_policy::Model) -> refresh::CostRates {
    refresh::CostRates {
        freight_tax: policy.freight_rate.to_decimal(),
        install_per_unit: policy.install_amount.to_decimal(),
        support: policy.support_rate.to_decimal(),
        disposal_per_unit: policy.disposal_amount.to_decimal(),
        residual_per_unit: policy.residual_amount.to_decimal(),
        contingency: policy.contingency_rate.to_decimal(),
    }
}

/// Old units that one new unit replaces: one for one, or the ratio of their model, or else of the policy.
#[must_use]
pub fn ratio(policy: &refresh_policy::Model, of_model: Option<Rate>) -> Decimal {
    match policy.quantity_rule {
        QuantityRule::LikeForLike => Decimal::ONE,
        QuantityRule::Ratio => of_model.or(policy.ratio).map_or(Decimal::ONE, Rate::to_decimal),
    }
}

/// Spares as a fraction of the new units.
#[must_use]
pub fn spares(policy: &refresh_policy::Model) -> Decimal {
    policy.spares_rate.map_or(Decimal::ZERO, Rate::to_decimal)
}

/// How purchases under a rule are written off.
#[must_use]
pub fn depreciation(rule: &depreciation_rule::Model) -> depreciation::DepreciationRule {
    use depreciation::{Convention as To, Method};
    let switch = rule.switch_to_straight_line;
    depreciation::DepreciationRule {
        method: match rule.method {
            DepreciationMethod::StraightLine => Method::StraightLine,
            DepreciationMethod::SumOfYearsDigits => Method::SumOfYearsDigits,
            DepreciationMethod::DoubleDeclining => Method::DoubleDeclining { switch },
            DepreciationMethod::Declining150 => Method::Declining150 { switch },
        },
        life_months: whole(rule.life_months),
        convention: match rule.convention {
            Convention::FullMonth => To::FullMonth,
            Convention::NextMonth => To::NextMonth,
            Convention::MidMonth => To::MidMonth,
            Convention::MidMonthFirst => To::MidMonthFirst,
            Convention::MidQuarter => To::MidQuarter,
            Convention::HalfYear => To::HalfYear,
            Convention::ActualDays => To::ActualDays,
        },
        rounding: match rule.rounding {
            ScheduleRounding::Cumulative => Rounding::Cumulative,
            ScheduleRounding::LastPeriod => Rounding::LastPeriod,
        },
    }
}

/// What a rule expects to be left of a cost.
#[must_use]
pub fn salvage(rule: &depreciation_rule::Model, cost: Decimal) -> Decimal {
    cost * rule.salvage_rate.to_decimal()
}

/// The rules of the area keep these numbers from being negative.
fn whole(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}
