//! How wide intervals are: from what the members believe to what was found to hold.
//!
//! The deviation that the members believe in is multiplied by a correction that was learned from many series, and by
//! a conformal multiplier: the quantile, over many series with hold-outs, of how many corrected deviations the
//! actual value was away from the forecast (Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World",
//! 2005). So an interval holds as often as it says because it did so on other series, not because errors are normal.

/// Numbers that the correction is worked out from.
pub const FEATURES: usize = 9;
/// The place of [`Evidence::ratio`] among them.
pub const RATIO: usize = 5;
/// Steps for which there are multipliers; further ones take those of the last.
pub const STEPS: usize = 36;
/// Lengths of history for which there are multipliers; between them they are interpolated.
pub const HISTORIES: [usize; 4] = [24, 36, 60, 120];
/// What the weight of the own backtests of a series gains from the shortest to the longest of these.
const OWN_GROWTH: f64 = 0.3;
/// Logarithm of the least share of a forecast that an interval reaches down to: what is less may be zero to a computer.
const DEEPEST: f64 = -600.0;
/// Least deviation of a series whose largest value is one.
pub(super) const LEAST: f64 = 1e-7;

/// What is known of the errors of one forecast before any calibration.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Forecasts, step by step.
    pub centre: Vec<f64>,
    /// Standard deviations that the methods believe in: their mean.
    pub deviation: Vec<f64>,
    /// How far the methods are apart: the standard deviation of their forecasts.
    pub spread: Vec<f64>,
    /// Logarithm of how large errors of the series' own backtests were, in deviations.
    pub ratio: f64,
    /// Points behind it.
    pub history: usize,
    /// Whether no value may fall to zero.
    pub positive: bool,
}

/// What turns evidence into intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Weight of each feature in the logarithm of the correction.
    pub coefficients: [f64; FEATURES],
    /// Multipliers of the 80 % and the 95 % interval, by length of history and step.
    pub multipliers: [[[f64; 2]; STEPS]; HISTORIES.len()],
}

impl Evidence {
    /// The numbers that the correction of a step (from 0) is worked out from.
    #[must_use]
    pub fn features(&self, step: usize) -> [f64; FEATURES] {
        let ahead = ((step.min(STEPS - 1) + 1) as f64).ln();
        let [shortest, short, ..] = shares(self.history);
        let apart = (self.spread[step] / self.deviation[step] + 0.02).ln();
        let own = self.ratio * self.own_weight();
        [1.0, ahead, ahead * ahead, shortest, short, own, apart, apart * ahead, shortest * ahead]
    }

    /// How much the errors of its own backtests say of a series: the more, the longer it is. Least errors in what is
    /// covered on populations that nothing was learned from: 1 at 24 points and 1.3 at 120.
    fn own_weight(&self) -> f64 {
        let [shortest, .., longest] = HISTORIES.map(|length| length as f64);
        let place = (self.history as f64).clamp(shortest / 2.0, longest);
        1.0 + OWN_GROWTH * (place / shortest).ln() / (longest / shortest).ln()
    }

    /// How far an actual value is from the forecast of a step: the half width that would just have held it.
    ///
    /// Below the forecast of a positive series distances are those of logarithms, which never reach zero.
    #[must_use]
    pub fn distance(&self, step: usize, actual: f64) -> f64 {
        let centre = self.centre[step];
        if self.positive && actual < centre && centre > 0.0 {
            if actual <= 0.0 { f64::INFINITY } else { centre * (centre / actual).ln() }
        } else {
            (actual - centre).abs()
        }
    }

    /// Both ends of the interval of a half width, around a centre.
    pub(super) fn ends(&self, centre: f64, half: f64) -> (f64, f64) {
        let below = if self.positive && centre > 0.0 { below(centre, half) } else { centre - half };
        (below, centre + half)
    }
}

/// The lower end of a half width below what is positive, which is positive too.
pub(super) fn below(centre: f64, half: f64) -> f64 {
    centre * (-half / centre).max(DEEPEST).exp()
}

impl Calibration {
    /// The corrected deviation of a step.
    #[must_use]
    pub fn deviation(&self, evidence: &Evidence, step: usize) -> f64 {
        let features = evidence.features(step);
        let correction: f64 =
            features.iter().zip(self.coefficients).map(|(feature, weight)| feature * weight).sum();
        evidence.deviation[step] * correction.clamp(-3.0, 3.0).exp()
    }

    /// Half widths of the 80 % and the 95 % interval of a step.
    #[must_use]
    pub fn half_widths(&self, evidence: &Evidence, step: usize) -> [f64; 2] {
        let deviation = self.deviation(evidence, step);
        let shares = shares(evidence.history);
        let at = |level: usize| {
            let each = shares.iter().zip(&self.multipliers);
            each.map(|(share, table)| share * table[step.min(STEPS - 1)][level]).sum::<f64>()
        };
        [deviation * at(0), deviation * at(1)]
    }
}

/// How much of each length of history in the table counts for a history, in proportion of logarithms.
#[must_use]
pub fn shares(history: usize) -> [f64; HISTORIES.len()] {
    let mut shares = [0.0; HISTORIES.len()];
    let place = |length: usize| (length.max(1) as f64).ln();
    let above = HISTORIES.iter().position(|length| *length >= history);
    match above {
        None => shares[HISTORIES.len() - 1] = 1.0,
        Some(0) => shares[0] = 1.0,
        Some(above) => {
            let (low, high) = (place(HISTORIES[above - 1]), place(HISTORIES[above]));
            let share = (place(history) - low) / (high - low);
            shares[above] = share;
            shares[above - 1] = 1.0 - share;
        }
    }
    shares
}
