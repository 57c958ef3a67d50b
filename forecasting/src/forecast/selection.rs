//! Which methods count how much for a series.

use super::backtest::Backtest;
use super::members::Member;

/// Methods beside those that are combined that may take their place.
pub(super) const OTHERS: [Member; 2] = [Member::Line, Member::SeasonalNaive];
/// How much better than the combination another method has to be on the series' own past.
const CLEARLY: f64 = 0.5;
/// Comparisons that such a decision needs.
const COMPARISONS: usize = 12;

/// Members with their weights, which add up to one.
pub(super) struct Selection {
    /// Members that count.
    pub weights: Vec<(Member, f64)>,
    /// A method that took the place of the combination, with its error over that of the combination.
    pub other: Option<(Member, f64)>,
}

impl Selection {
    /// All that are combined, equally.
    pub fn equal(members: &[Member]) -> Self {
        let weight = 1.0 / members.len() as f64;
        Self { weights: members.iter().map(|member| (*member, weight)).collect(), other: None }
    }

    /// One alone.
    pub fn only(member: Member) -> Self {
        Self { weights: vec![(member, 1.0)], other: None }
    }

    /// Equally, unless the backtest clearly says otherwise: another method at half of the error shares the place.
    pub fn by_backtest(members: &[Member], backtest: Option<&Backtest>, series: &[f64], observed: &[bool]) -> Self {
        let mut selection = Self::equal(members);
        let Some(backtest) = backtest else { return selection };
        let errors = backtest.errors(series, observed);
        let Some(combination) = errors.last().copied() else { return selection };
        let strength: f64 = option("STRENGTH", 0.0);
        let power: f64 = option("POWER", 1.0);
        // shrunk weights
        let total: f64 = members
            .iter()
            .enumerate()
            .map(|(place, _)| (errors[place] / combination + 0.05).powf(-power))
            .sum();
        for (place, (_, weight)) in selection.weights.iter_mut().enumerate() {
            let own = (errors[place] / combination + 0.05).powf(-power) / total;
            *weight = (1.0 - strength) * *weight + strength * own;
        }
        let clearly = option("CLEARLY", CLEARLY);
        let share = option("SHARE", 0.5);
        let others = backtest.combined..backtest.members.len();
        let best = others.min_by(|a, b| errors[*a].total_cmp(&errors[*b]));
        if let Some(best) = best
            && backtest.comparisons(observed) >= COMPARISONS
            && errors[best] < clearly * combination
        {
            let member = backtest.members[best];
            selection.weights.iter_mut().for_each(|(_, weight)| *weight *= 1.0 - share);
            selection.weights.push((member, share));
            selection.other = Some((member, errors[best] / combination));
        }
        selection
    }
}
fn option(name: &str, default: f64) -> f64 { std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default) }
