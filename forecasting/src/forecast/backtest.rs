//! What the members would have said before: forecasts from origins that lie back, beside what came.

use super::members::{Fitted, Member, View};
use super::width::{Evidence, LEAST};

/// Points that a series needs for its forecasts to be tried on it.
pub(super) const POINTS_MIN: usize = 12;
/// How far back the first origin lies at most: two years of months. A year and a half says too little of later ones.
const BACK_MAX: usize = 24;
/// Origins, evenly over what is held back.
const ORIGINS: usize = 3;
/// Mean of errors in deviations that is usual, and how many observations this counts for.
pub(super) const USUAL: f64 = 0.7;
const PRIOR: f64 = 3.0;

/// One origin: what each member said, and what came.
pub(super) struct Origin {
    /// Points before it.
    pub end: usize,
    /// Steps that are known after it.
    pub steps: usize,
    /// Means of each member.
    pub means: Vec<Vec<f64>>,
    /// Deviations, mean of those that are combined.
    pub deviation: Vec<f64>,
    /// Mean of those that are combined.
    pub centre: Vec<f64>,
}

/// The forecasts of all members from all origins. Parameters and seasons are those of the points before the first
/// origin, so nothing that is compared was seen; later origins only let the members read on.
pub(super) struct Backtest {
    /// Members in order.
    pub members: Vec<Member>,
    /// How many of them, from the first on, are combined.
    pub combined: usize,
    /// What was fitted to the points before the first origin.
    pub fitted: Vec<Fitted>,
    /// From the first to the last.
    pub origins: Vec<Origin>,
}

impl Backtest {
    /// Tries the members that are combined, and the `others`.
    pub fn run(series: &[f64], periods: &[usize], horizon: usize, others: &[Member]) -> Option<Self> {
        let length = series.len();
        if length < POINTS_MIN {
            return None;
        }
        let back = (length / 4).min(BACK_MAX).min(horizon.max(ORIGINS));
        let view = View::new(series, periods, length - back);
        let mut members = view.combined();
        let combined = members.len();
        members.extend(others);
        let fitted: Vec<Fitted> = members.iter().map(|member| view.fit(*member, None)).collect();
        let mut ends: Vec<usize> =
            (0..ORIGINS).map(|number| length - back + number * back / ORIGINS).collect();
        ends.dedup();
        let origins = ends.into_iter().map(|end| Origin::new(&view, &fitted, combined, end, length - end));
        let origins = origins.collect();
        Some(Self { members, combined, fitted, origins })
    }

    /// What was fitted of a member.
    pub fn fitted(&self, member: Member) -> Option<Fitted> {
        let place = self.members.iter().position(|other| *other == member)?;
        Some(self.fitted[place])
    }

    /// Forecasts that can be compared with what was observed.
    pub fn comparisons(&self, observed: &[bool]) -> usize {
        self.origins.iter().map(|origin| origin.compared(observed).count()).sum()
    }

    /// How much larger the errors of the combination were than the deviations it believed in: the logarithm of the
    /// mean of `|e| / s`, held to what is usual by a few more observations of it.
    pub fn ratio(&self, series: &[f64], observed: &[bool]) -> f64 {
        let (mut sum, mut count) = (USUAL * PRIOR, PRIOR);
        for origin in &self.origins {
            for step in origin.compared(observed) {
                let error = (series[origin.end + step] - origin.centre[step]).abs();
                sum += (error / origin.deviation[step]).min(6.0);
                count += 1.0;
            }
        }
        f64::ln(sum / count)
    }

    /// Sum of absolute errors of each member, and last of the combination; values that were not observed are left
    /// out.
    pub fn errors(&self, series: &[f64], observed: &[bool]) -> Vec<f64> {
        let mut errors = vec![0.0; self.members.len() + 1];
        for origin in &self.origins {
            let said = origin.means.iter().chain([&origin.centre]);
            for (error, said) in errors.iter_mut().zip(said) {
                let compared = origin.compared(observed);
                *error += compared.map(|step| (said[step] - series[origin.end + step]).abs()).sum::<f64>();
            }
        }
        errors
    }
}

impl Origin {
    /// Steps whose values were observed.
    pub fn compared<'a>(&'a self, observed: &'a [bool]) -> impl Iterator<Item = usize> + 'a {
        (0..self.steps).filter(|step| observed[self.end + step])
    }

    /// What the intervals of this origin are worked out from.
    pub fn evidence(&self, centre: Vec<f64>, combined: usize, positive: bool) -> Evidence {
        let apart = |step: usize| {
            let squares = self.means[..combined].iter().map(|mean| mean[step] - self.centre[step]);
            (squares.map(|away| away * away).sum::<f64>() / combined as f64).sqrt()
        };
        let spread = (0..self.steps).map(apart).collect();
        let deviation = self.deviation.clone();
        Evidence { centre, deviation, spread, ratio: f64::ln(USUAL), history: self.end, positive }
    }

    fn new(view: &View<'_>, fitted: &[Fitted], combined: usize, end: usize, steps: usize) -> Self {
        let paths: Vec<_> = fitted.iter().map(|fitted| view.project(fitted, end, steps)).collect();
        let average = |of: &dyn Fn(usize, usize) -> f64| {
            (0..steps)
                .map(|step| (0..combined).map(|member| of(member, step)).sum::<f64>() / combined as f64)
                .collect()
        };
        let centre = average(&|member, step| paths[member].mean[step]);
        let deviation = average(&|member, step| paths[member].deviation[step] + LEAST);
        let means = paths.iter().map(|path| path.mean.clone()).collect();
        Self { end, steps, means, deviation, centre }
    }
}
