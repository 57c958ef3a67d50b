//! What the roadmap may turn out to cost, as clients ask for it and see it.

use async_graphql::{InputObject, OneofObject, SimpleObject};
use forecasting::{
    roadmap::MoneyView as View,
    uncertainty::{Chance, Distribution, Outcome, QuarterSpread, Sampling, Spread},
};
use rust_decimal::Decimal;

use super::series::year_label;
use crate::{
    error::{Error, Result},
    roadmap::{plan::Plan, uncertainty::Uncertainty},
    schema::explain::Explanation,
};

/// What is uncertain, and how often it is drawn. Whatever is left out is taken as usual; the answer lists it.
#[derive(Clone, Debug, InputObject)]
pub struct UncertaintyInput {
    /// How many times everything is drawn, 1 to 100,000.
    #[graphql(default = 10_000)]
    runs: i64,
    /// Where draws begin: the same seed gives the same figures, on every machine.
    #[graphql(default = 1)]
    seed: i64,
    /// By how much the price of a kind of hardware rises in a calendar year beyond what its policy plans, as a
    /// fraction. Left out: PERT from -5 % over 0 % to 15 %, each kind and year for itself.
    hardware_price: Option<DistributionInput>,
    /// By how much an index that contracts follow rises in a year beyond the assumed rate, as a fraction. Floors and
    /// caps of the contracts hold. Left out: PERT from -1.5 % over 0 % to 2.5 %.
    index: Option<DistributionInput>,
    /// By how much a price that is the provider's or the market's, or that of support, lies above plan at each
    /// renewal, as a fraction. Left out: PERT from -2 % over 0 % to 7 %, each contract for itself.
    renewal_price: Option<DistributionInput>,
    /// By how much a cloud account grows in a month beyond its growth assumptions, as a fraction. Left out: PERT from
    /// -1 % over 0 % to 1.5 %, each account for itself.
    growth: Option<DistributionInput>,
    /// By how many months hardware of a kind is delivered later than planned: whole months, none below 0. Left out: 0 in 60 %, 1 in 20 %, 2 in
    /// 12 %, 6 in 8 %.
    delivery_delay: Option<DistributionInput>,
    /// How likely a contract that renews by itself is let do so at its next renewal: 0.8 is 80 %. What takes its place
    /// is not priced. Left out: it is renewed.
    renewal_probability: Option<Decimal>,
}

/// How an uncertain figure is distributed. Give just one of them.
#[derive(Clone, Debug, OneofObject)]
pub enum DistributionInput {
    /// Certain.
    Fixed(Decimal),
    /// Every value between two is as likely.
    Uniform(BoundsInput),
    /// The likelihood rises evenly to the most likely value and falls evenly behind it.
    Triangular(PeakInput),
    /// The same three points under a smooth bell.
    Pert(PeakInput),
    /// One of some values.
    Discrete(Vec<ChanceInput>),
}

/// Two values.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct BoundsInput {
    /// The lowest value.
    low: Decimal,
    /// The highest value.
    high: Decimal,
}

/// Two values and one between them.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct PeakInput {
    /// The lowest value.
    low: Decimal,
    /// The most likely value.
    mode: Decimal,
    /// The highest value.
    high: Decimal,
}

/// A value and how likely it is.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ChanceInput {
    /// The value.
    value: Decimal,
    /// Its probability: 0.25 is 25 %. Those of all values add up to 1.
    probability: Decimal,
}

impl UncertaintyInput {
    /// What is asked of a view.
    ///
    /// # Errors
    /// `Invalid` for what is no distribution, no probability or no number of runs, by its field.
    pub(super) fn value(self, view: View) -> Result<Uncertainty> {
        let runs = u32::try_from(self.runs).map_err(|_| {
            let message = format!("{} is refused: a simulation makes 1 to 100,000 runs", self.runs);
            Error::invalid("uncertainty.runs", message)
        })?;
        let seed = u64::try_from(self.seed).map_err(|_| {
            let message = format!("{} is refused: a seed is a whole number from 0", self.seed);
            Error::invalid("uncertainty.seed", message)
        })?;
        let usual = Uncertainty::usual(view, Sampling { runs, seed });
        let probability = self.renewal_probability.unwrap_or(usual.renewal_probability);
        Distribution::yes_or_no(probability)
            .check()
            .map_err(|cause| Error::invalid("uncertainty.renewalProbability", cause))?;
        Ok(Uncertainty {
            hardware_price: stated("hardwarePrice", self.hardware_price, usual.hardware_price)?,
            index: stated("index", self.index, usual.index)?,
            renewal_price: stated("renewalPrice", self.renewal_price, usual.renewal_price)?,
            growth: stated("growth", self.growth, usual.growth)?,
            delivery_delay: in_whole_months(stated(
                "deliveryDelay",
                self.delivery_delay,
                usual.delivery_delay,
            )?)?,
            renewal_probability: probability,
            view,
            sampling: usual.sampling,
        })
    }
}

fn stated(field: &str, input: Option<DistributionInput>, usual: Distribution) -> Result<Distribution> {
    let Some(input) = input else { return Ok(usual) };
    let distribution = match input {
        DistributionInput::Fixed(value) => Distribution::Fixed(value),
        DistributionInput::Uniform(BoundsInput { low, high }) => Distribution::Uniform { low, high },
        DistributionInput::Triangular(PeakInput { low, mode, high }) => {
            Distribution::Triangular { low, mode, high }
        }
        DistributionInput::Pert(PeakInput { low, mode, high }) => Distribution::Pert { low, mode, high },
        DistributionInput::Discrete(chances) => {
            let chances = chances.into_iter();
            Distribution::Discrete(
                chances.map(|ChanceInput { value, probability }| Chance { value, probability }).collect(),
            )
        }
    };
    distribution.check().map_err(|cause| Error::invalid(format!("uncertainty.{field}"), cause))?;
    Ok(distribution)
}

/// Refuses a delay that is none: less than nothing, or a part of a month, for amounts are of months.
fn in_whole_months(delay: Distribution) -> Result<Distribution> {
    let stated = match &delay {
        Distribution::Fixed(value) => vec![*value],
        Distribution::Uniform { low, high } => vec![*low, *high],
        Distribution::Triangular { low, mode, high } | Distribution::Pert { low, mode, high } => {
            vec![*low, *mode, *high]
        }
        Distribution::Discrete(chances) => chances.iter().map(|chance| chance.value).collect(),
    };
    let refuse = |message: String| Err(Error::invalid("uncertainty.deliveryDelay", message));
    for months in stated {
        if months < Decimal::ZERO {
            return refuse(format!("{months} is below 0: nothing is delivered before it was planned"));
        }
        if !months.fract().is_zero() {
            return refuse(format!("{months} is not a whole number of months"));
        }
    }
    Ok(delay)
}

/// What the roadmap may turn out to cost, where what it hangs on is not certain.
#[derive(Clone, Debug, SimpleObject)]
pub struct RoadmapUncertainty {
    /// How many times everything was drawn.
    runs: u32,
    /// Where draws began.
    seed: u64,
    /// By fiscal quarter. Percentiles of quarters do not add up: not all are dear in the same run.
    quarters: Vec<UncertainQuarter>,
    /// All months together.
    total: UncertainAmount,
    /// What was drawn, and from what.
    assumptions: Vec<UncertainAssumption>,
    /// How the percentiles came about.
    explain: Explanation,
}

/// A figure, and what it may turn out to be.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct UncertainAmount {
    /// With everything as planned: the figure of the roadmap.
    point: Decimal,
    /// A tenth of the runs costs no more.
    p10: Decimal,
    /// Half of the runs costs no more.
    p50: Decimal,
    /// Nine tenths of the runs cost no more.
    p90: Decimal,
}

/// What a fiscal quarter may turn out to cost.
#[derive(Clone, Debug, SimpleObject)]
pub struct UncertainQuarter {
    /// The fiscal year, by its label.
    fiscal_year: i32,
    /// The quarter of it, 1 to 4.
    quarter: u32,
    /// Its name: `FY27 Q1`.
    label: String,
    /// What it costs.
    amount: UncertainAmount,
}

/// Something that was drawn.
#[derive(Clone, Debug, SimpleObject)]
pub struct UncertainAssumption {
    /// What it is.
    name: String,
    /// From what it was drawn, and what the roadmap takes it to be.
    statement: String,
}

impl RoadmapUncertainty {
    /// What a simulation of a plan found.
    pub(super) fn new(plan: &Plan, outcome: &Outcome) -> Self {
        let amount = |spread: Spread| UncertainAmount {
            point: plan.shown(spread.point),
            p10: plan.shown(spread.p10),
            p50: plan.shown(spread.p50),
            p90: plan.shown(spread.p90),
        };
        let quarters = outcome.quarters.iter().map(|QuarterSpread { fiscal_year, quarter, spread }| {
            let label = format!("{} Q{quarter}", year_label(*fiscal_year));
            UncertainQuarter { fiscal_year: *fiscal_year, quarter: *quarter, label, amount: amount(*spread) }
        });
        let assumptions = outcome.assumptions.iter().map(|assumption| UncertainAssumption {
            name: assumption.name.clone(),
            statement: assumption.to_string(),
        });
        Self {
            runs: outcome.sampling.runs,
            seed: outcome.sampling.seed,
            quarters: quarters.collect(),
            total: amount(outcome.total),
            assumptions: assumptions.collect(),
            explain: outcome.explanation.clone().into(),
        }
    }
}
