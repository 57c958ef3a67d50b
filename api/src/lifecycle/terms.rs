//! Policies and rules as the arithmetic takes them.

use std::collections::BTreeMap;

use entity::{
    lifecycle::{
        book_entry::{self, TaxClass},
        depreciation_rule::{self, Convention, DepreciationMethod, ScheduleRounding},
        refresh_policy::{self, QuantityRule, Wiping},
    },
    money::Rate,
};
use forecasting::{ForecastError, depreciation, money::Rounding, refresh};
use rust_decimal::Decimal;

/// Which rules a policy enables, with their margins.
#[must_use]
pub fn rules(policy: &refresh_policy::Model) -> refresh::RefreshPolicy {
    refresh::RefreshPolicy {
        age_months: policy.age_months.map(whole),
        support_margin_months: policy.support_margin_months.map(whole),
        warranty: policy.warranty_rule,
        risk: policy.risk.is_some(),
        capacity: policy.capacity_rule,
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
        residual_per_unit: match policy.wiping {
            Wiping::Erased => policy.residual_amount.to_decimal(),
            Wiping::Shredded => Decimal::ZERO,
        },
        contingency: policy.contingency_rate.to_decimal(),
    }
}

/// The share of their purchase price that old units sell for, by age, where the policy says so and anything is sold.
#[must_use]
pub fn residual_curve(policy: &refresh_policy::Model) -> Option<refresh::ResidualCurve> {
    let points = policy.residual_curve.as_ref().filter(|_| policy.wiping == Wiping::Erased)?.0.iter();
    // The rules of the area keep out what is no curve.
    refresh::ResidualCurve::new(points.map(|point| (whole(point.age_months), point.share)).collect()).ok()
}

/// How the risk of keeping an asset is scored, where the policy says so.
///
/// # Errors
/// Terms that are impossible.
pub fn risk(policy: &refresh_policy::Model) -> Result<Option<refresh::RiskTerms>, ForecastError> {
    let terms = policy.risk.as_ref().map(|terms| {
        let ages = terms.ages.iter().map(|step| (whole(step.from_age_months), step.score)).collect();
        let factors = terms.tiers.iter().map(|one| (one.tier, one.factor)).collect();
        refresh::RiskTerms::new(terms.threshold, ages, terms.out_of_warranty, terms.unsupported, factors)
    });
    terms.transpose()
}

/// Old units that one new unit replaces: one for one, or the ratio of their model, or else of the policy.
#[must_use]
pub fn ratio(policy: &refresh_policy::Model, of_model: Option<Rate>) -> Decimal {
    match policy.quantity_rule {
        QuantityRule::LikeForLike => Decimal::ONE,
        QuantityRule::Ratio => of_model.or(policy.ratio).map_or(Decimal::ONE, Rate::to_decimal),
    }
}

/// The demand of so many old units, resource by resource, and the units that may fail, where the policy says so.
///
/// # Errors
/// A demand that does not fit.
pub fn demand(
    policy: &refresh_policy::Model,
    old: u32,
) -> Result<Option<(Vec<refresh::Demand>, u32)>, ForecastError> {
    let Some(terms) = &policy.demand else { return Ok(None) };
    let demands = terms.resources.iter().map(|one| {
        Ok(refresh::Demand {
            used: refresh::Demand::of_hosts(old, one.old_per_unit, one.utilisation)?,
            growth: terms.growth_rate,
            years: whole(terms.years),
            per_unit: one.new_per_unit,
            performance_factor: one.performance_factor,
            target_utilisation: one.target_utilisation,
        })
    });
    Ok(Some((demands.collect::<Result<_, ForecastError>>()?, whole(terms.failover_units))))
}

/// Spares as a fraction of the new units.
#[must_use]
pub fn spares(policy: &refresh_policy::Model) -> Decimal {
    policy.spares_rate.map_or(Decimal::ZERO, Rate::to_decimal)
}

/// How often old units fail, by their age in months, where the policy says so.
#[must_use]
pub fn failure_rates(policy: &refresh_policy::Model) -> Option<BTreeMap<u32, Decimal>> {
    let steps = policy.failure_rates.as_ref().filter(|rates| !rates.0.is_empty())?.0.iter();
    Some(steps.map(|step| (whole(step.from_age_months), step.rate)).collect())
}

/// How purchases under a rule are written off.
#[must_use]
pub fn depreciation(rule: &depreciation_rule::Model) -> depreciation::DepreciationRule {
    depreciation::DepreciationRule {
        method: method(rule.method, rule.switch_to_straight_line),
        life_months: whole(rule.life_months),
        convention: convention(rule.convention),
        rounding: rounding(rule.rounding),
    }
}

/// The terms of an entry of its own, what it leaves out by the rule.
#[derive(Clone, Copy, Debug)]
pub struct WholeTerms {
    /// How cost is spread.
    pub method: DepreciationMethod,
    /// Whether a declining method changes to straight line.
    pub switch_to_straight_line: bool,
    /// Life, in months, where the entry or the rule has one.
    pub life_months: Option<i32>,
    /// Which part of the first and last month counts.
    pub convention: Convention,
    /// Where rounding differences go.
    pub rounding: ScheduleRounding,
}

/// What an entry of its own states, and otherwise the rule, and otherwise what is usual.
#[must_use]
pub fn whole_terms(entry: &book_entry::Model, rule: Option<&depreciation_rule::Model>) -> WholeTerms {
    let method = entry.method.or(rule.map(|rule| rule.method));
    // A rule's switch belongs to the rule's method.
    let of_rule = rule.filter(|_| entry.method.is_none()).map(|rule| rule.switch_to_straight_line);
    WholeTerms {
        method: method.unwrap_or(DepreciationMethod::StraightLine),
        switch_to_straight_line: entry.switch_to_straight_line.or(of_rule).unwrap_or_default(),
        life_months: entry.life_months.or(rule.map(|rule| rule.life_months)),
        convention: entry.convention.or(rule.map(|rule| rule.convention)).unwrap_or(Convention::FullMonth),
        rounding: entry.rounding.or(rule.map(|rule| rule.rounding)).unwrap_or(ScheduleRounding::Cumulative),
    }
}

/// How an entry of its own is written off: as it states, and otherwise by the rule. Nothing without either's life.
#[must_use]
pub fn own_depreciation(
    entry: &book_entry::Model,
    rule: Option<&depreciation_rule::Model>,
) -> Option<depreciation::DepreciationRule> {
    let terms = whole_terms(entry, rule);
    Some(depreciation::DepreciationRule {
        method: method(terms.method, terms.switch_to_straight_line),
        life_months: whole(terms.life_months?),
        convention: convention(terms.convention),
        rounding: rounding(terms.rounding),
    })
}

fn method(method: DepreciationMethod, switch: bool) -> depreciation::Method {
    use depreciation::Method;
    match method {
        DepreciationMethod::StraightLine => Method::StraightLine,
        DepreciationMethod::SumOfYearsDigits => Method::SumOfYearsDigits,
        DepreciationMethod::DoubleDeclining => Method::DoubleDeclining { switch },
        DepreciationMethod::Declining150 => Method::Declining150 { switch },
    }
}

fn convention(convention: Convention) -> depreciation::Convention {
    use depreciation::Convention as To;
    match convention {
        Convention::FullMonth => To::FullMonth,
        Convention::NextMonth => To::NextMonth,
        Convention::MidMonth => To::MidMonth,
        Convention::MidMonthFirst => To::MidMonthFirst,
        Convention::MidQuarter => To::MidQuarter,
        Convention::HalfYear => To::HalfYear,
        Convention::ActualDays => To::ActualDays,
    }
}

fn rounding(rounding: ScheduleRounding) -> Rounding {
    match rounding {
        ScheduleRounding::Cumulative => Rounding::Cumulative,
        ScheduleRounding::LastPeriod => Rounding::LastPeriod,
    }
}

/// A class of property as the arithmetic takes it.
#[must_use]
pub fn tax_class(class: TaxClass) -> depreciation::MacrsClass {
    use depreciation::MacrsClass as To;
    match class {
        TaxClass::ThreeYears => To::ThreeYears,
        TaxClass::FiveYears => To::FiveYears,
        TaxClass::SevenYears => To::SevenYears,
        TaxClass::TenYears => To::TenYears,
        TaxClass::FifteenYears => To::FifteenYears,
        TaxClass::TwentyYears => To::TwentyYears,
    }
}

/// A class of property as it is kept.
#[must_use]
pub fn kept_class(class: depreciation::MacrsClass) -> TaxClass {
    use depreciation::MacrsClass as From;
    match class {
        From::ThreeYears => TaxClass::ThreeYears,
        From::FiveYears => TaxClass::FiveYears,
        From::SevenYears => TaxClass::SevenYears,
        From::TenYears => TaxClass::TenYears,
        From::FifteenYears => TaxClass::FifteenYears,
        From::TwentyYears => TaxClass::TwentyYears,
    }
}

/// What a rule expects to be left of a cost.
#[must_use]
pub fn salvage(rule: &depreciation_rule::Model, cost: Decimal) -> Decimal {
    cost * rule.salvage_rate.to_decimal()
}

/// The rules of the area keep these numbers from being negative.
pub(super) fn whole(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}
