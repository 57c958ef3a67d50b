//! What changes of scenarios may say, as clients give it.

use async_graphql::{InputObject, OneofObject};
use entity::{
    id::{
        ColocationChargeId, ColocationContractId, ProviderAccountId, RefreshPolicyId, SiteId,
        SupportContractId, WorkloadId,
    },
    lifecycle::refresh_policy::YearRate,
    scenarios::scenario_change::Terms,
};
use rust_decimal::Decimal;

use crate::{
    error::Result,
    inventory::graphql::models::HardwareKind,
    scenarios::{changes::Draft, targets::Targets},
    schema::scalar::{Date, Id, MoneyInput, Month, amount, rate},
};

/// The movement of a price over one calendar year.
#[derive(Clone, Debug, InputObject)]
pub struct ScenarioYearRateInput {
    /// The calendar year.
    pub year: i32,
    /// The rise within it, as a fraction: 0.04 is 4 %.
    pub rate: Decimal,
}

/// Other rates of hardware prices: under a policy, of a kind of hardware, or of all where neither is named.
#[derive(Clone, Debug, InputObject)]
pub struct ScenarioPriceIndexInput {
    /// The policy whose prices move.
    pub policy: Option<Id<RefreshPolicyId>>,
    /// The kind of hardware whose prices move.
    pub hardware_kind: Option<HardwareKind>,
    /// The rates; years that are not named keep those of the policy.
    pub rates: Vec<ScenarioYearRateInput>,
}

/// Other rates of a price index of contracts, where it is not published.
#[derive(Clone, Debug, InputObject)]
pub struct ScenarioCpiCurveInput {
    /// Name of the index. Left out: all.
    pub series: Option<String>,
    /// The rates; in years that are not named the assumed rate holds.
    pub rates: Vec<ScenarioYearRateInput>,
}

/// Another growth of cloud spend: of a workload, of an account, or of all where neither is named.
#[derive(Clone, Debug, InputObject)]
pub struct ScenarioGrowthRateInput {
    /// The workload that grows.
    pub workload: Option<Id<WorkloadId>>,
    /// The account that grows with all its workloads.
    pub account: Option<Id<ProviderAccountId>>,
    /// By which fraction each month is above the one before: 0.02 is 2 %.
    pub monthly_rate: Decimal,
    /// The first month that is above the one before.
    pub from: Month,
    /// The last such month. Left out: without end.
    pub to: Option<Month>,
}

/// Another age at which a refresh policy replaces.
#[derive(Clone, Debug, InputObject)]
pub struct ScenarioPolicyLifeInput {
    /// The policy.
    pub policy: Id<RefreshPolicyId>,
    /// The age in months.
    pub age_months: i32,
    /// Months before the end of support. Left out: the policy's own.
    pub support_margin_months: Option<i32>,
}

/// A contract that ends with a term: one for colocation or one for support.
#[derive(Clone, Debug, InputObject)]
pub struct ScenarioContractNotRenewedInput {
    /// The colocation contract.
    pub colocation: Option<Id<ColocationContractId>>,
    /// The support contract.
    pub support: Option<Id<SupportContractId>>,
    /// Last day of the term. Left out: of the one that runs on the day from which the future is seen.
    pub ends_on: Option<Date>,
}

/// A price that is agreed anew: of one colocation charge, of a whole colocation contract, or of a support contract.
#[derive(Clone, Debug, InputObject)]
pub struct ScenarioRenegotiatedPriceInput {
    /// The colocation charge.
    pub charge: Option<Id<ColocationChargeId>>,
    /// The colocation contract, all its charges but those that are due once.
    pub colocation: Option<Id<ColocationContractId>>,
    /// The support contract.
    pub support: Option<Id<SupportContractId>>,
    /// What prices are multiplied with: 0.9 is a tenth less.
    pub factor: Option<Decimal>,
    /// Instead of a factor: the new price of a unit of the charge, or of a billing period of support.
    pub unit_price: Option<Decimal>,
    /// First day of the new price; for support, of the first contract year that begins then or later.
    pub from: Date,
}

/// A site that is left.
#[derive(Clone, Debug, InputObject)]
pub struct ScenarioSiteExitInput {
    /// The site.
    pub site: Id<SiteId>,
    /// The day on which it is empty.
    pub on: Date,
}

/// A refresh cohort that is ordered in another month. What its assets hold, as a chassis does its blades, goes with them,
/// unless it is due before or moved itself.
#[derive(Clone, Debug, InputObject)]
pub struct ScenarioCohortMovedInput {
    /// What `refreshPlan` names the cohort by.
    pub key: String,
    /// The month of the order.
    pub to: Month,
}

/// Another sum that may be ordered in a fiscal year.
#[derive(Clone, Debug, InputObject)]
pub struct ScenarioCapChangedInput {
    /// The fiscal year, by the number of its label.
    pub fiscal_year: i32,
    /// The sum.
    pub cap: MoneyInput,
}

/// Another plan rate between two currencies.
#[derive(Clone, Debug, InputObject)]
pub struct ScenarioExchangeRateInput {
    /// The ISO 4217 code of the one unit.
    pub base: String,
    /// The ISO 4217 code of what it is worth.
    pub quote: String,
    /// Units of the quote for one of the base.
    pub rate: Decimal,
    /// First day.
    pub from: Date,
}

/// What a change says: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum ScenarioChangeInput {
    /// Hardware prices move by other rates.
    PriceIndex(ScenarioPriceIndexInput),
    /// A price index of contracts moves by other rates.
    CpiCurve(ScenarioCpiCurveInput),
    /// Cloud spend grows by another rate.
    GrowthRate(ScenarioGrowthRateInput),
    /// A refresh policy replaces at another age.
    PolicyLife(ScenarioPolicyLifeInput),
    /// A contract ends with a term.
    ContractNotRenewed(ScenarioContractNotRenewedInput),
    /// A price is agreed anew.
    RenegotiatedPrice(ScenarioRenegotiatedPriceInput),
    /// A site is left.
    SiteExit(ScenarioSiteExitInput),
    /// A refresh cohort is ordered in another month.
    CohortMoved(ScenarioCohortMovedInput),
    /// Another sum may be ordered in a fiscal year.
    CapChanged(ScenarioCapChangedInput),
    /// One unit of a currency is worth something else in another.
    ExchangeRate(ScenarioExchangeRateInput),
}

fn rates(steps: Vec<ScenarioYearRateInput>) -> Vec<YearRate> {
    steps.into_iter().map(|step| YearRate { year: step.year, rate: step.rate }).collect()
}

impl ScenarioChangeInput {
    /// The change to write.
    pub(super) fn draft(self, note: Option<String>) -> Result<Draft> {
        let mut targets = Targets::default();
        let terms = self.terms(&mut targets)?;
        Ok(Draft { note, targets, terms })
    }

    fn terms(self, targets: &mut Targets) -> Result<Terms> {
        Ok(match self {
            Self::PriceIndex(input) => {
                targets.refresh_policy = input.policy.map(|id| id.0);
                let hardware_kind = input.hardware_kind.map(Into::into);
                Terms::PriceIndex { hardware_kind, rates: rates(input.rates) }
            }
            Self::CpiCurve(input) => Terms::CpiCurve { series: input.series, rates: rates(input.rates) },
            Self::GrowthRate(input) => {
                targets.workload = input.workload.map(|id| id.0);
                targets.provider_account = input.account.map(|id| id.0);
                Terms::GrowthRate {
                    monthly_rate: rate(input.monthly_rate, "growthRate.monthlyRate")?,
                    from: input.from.0.first_day(),
                    to: input.to.map(|month| month.0.first_day()),
                }
            }
            Self::PolicyLife(input) => {
                targets.refresh_policy = Some(input.policy.0);
                Terms::PolicyLife {
                    age_months: input.age_months,
                    support_margin_months: input.support_margin_months,
                }
            }
            Self::ContractNotRenewed(input) => {
                targets.colocation_contract = input.colocation.map(|id| id.0);
                targets.support_contract = input.support.map(|id| id.0);
                Terms::ContractNotRenewed { ends_on: input.ends_on.map(|on| on.0) }
            }
            Self::RenegotiatedPrice(input) => return renegotiated(&input, targets),
            Self::SiteExit(input) => {
                targets.site = Some(input.site.0);
                Terms::SiteExit { on: input.on.0 }
            }
            Self::CohortMoved(input) => {
                Terms::CohortMoved { key: input.key, label: String::new(), to: input.to.0.first_day() }
            }
            Self::CapChanged(input) => {
                let (amount, currency) = input.cap.columns("capChanged.cap")?;
                Terms::CapChanged { fiscal_year: input.fiscal_year, amount, currency }
            }
            Self::ExchangeRate(input) => Terms::ExchangeRate {
                base: input.base,
                quote: input.quote,
                rate: rate(input.rate, "exchangeRate.rate")?,
                from: input.from.0,
            },
        })
    }
}

fn renegotiated(input: &ScenarioRenegotiatedPriceInput, targets: &mut Targets) -> Result<Terms> {
    targets.colocation_charge = input.charge.map(|id| id.0);
    targets.colocation_contract = input.colocation.map(|id| id.0);
    targets.support_contract = input.support.map(|id| id.0);
    let factor = input.factor.map(|factor| rate(factor, "renegotiatedPrice.factor"));
    let unit_price = input.unit_price.map(|price| amount(price, "renegotiatedPrice.unitPrice"));
    Ok(Terms::RenegotiatedPrice {
        factor: factor.transpose()?,
        unit_price: unit_price.transpose()?,
        from: input.from.0,
    })
}
