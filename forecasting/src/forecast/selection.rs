//! Which methods count how much for a series.

use super::backtest::Backtest;
use super::members::Member;

/// Methods beside those that are combined that may take their place.
pub(super) const OTHERS: [Member; 2] = [Member::Line, Member::SeasonalNaive];
/// What the error of another method is at most of that of the combination before it takes its place. Half, a third
/// and a quarter were tried and made forecasts of real series worse.
const CLEARLY: f64 = 0.2;
/// Comparisons that a choice needs.
const COMPARISONS: usize = 6;
/// Share of the combination's error that every error is taken to have besides, so that luck does not decide.
const LUCK: f64 = 0.05;

/// Members with their weights, which add up to one.
pub(super) struct Selection {
    /// Members that count.
    pub weights: Vec<(Member, f64)>,
    /// A method that took the place of the combination, with its error over that of the combination.
    pub other: Option<(Member, f64)>,
    /// Whether the weights come from the series' own past.
    pub weighed: bool,
}

impl Selection {
    /// All that are combined, equally.
    pub fn equal(members: &[Member]) -> Self {
        let weight = 1.0 / members.len() as f64;
        let weights = members.iter().map(|member| (*member, weight)).collect();
        Self { weights, other: None, weighed: false }
    }

    /// One alone.
    pub fn only(member: Member) -> Self {
        Self { weights: vec![(member, 1.0)], other: None, weighed: false }
    }

    /// By errors of the past: members by the inverse of theirs (Bates and Granger, "The combination of forecasts",
    /// Operational Research Quarterly 20, 1969), which leaves them near equal, or one other method alone where it is
    /// better beyond doubt. Equally where the series is too short to say.
    pub fn by_backtest(
        members: &[Member],
        backtest: Option<&Backtest>,
        series: &[f64],
        observed: &[bool],
    ) -> Self {
        let mut selection = Self::equal(members);
        let Some(backtest) = backtest.filter(|backtest| backtest.comparisons(observed) >= COMPARISONS) else {
            return selection;
        };
        let errors = backtest.errors(series, observed);
        let combination = errors.last().copied().unwrap_or(0.0);
        if combination <= 0.0 {
            return selection;
        }
        let others = backtest.combined..backtest.members.len();
        let candidates = others.filter(|place| OTHERS.contains(&backtest.members[*place]));
        let best = candidates.min_by(|a, b| errors[*a].total_cmp(&errors[*b]));
        if let Some(best) = best.filter(|best| errors[*best] < CLEARLY * combination) {
            let member = backtest.members[best];
            return Self { other: Some((member, errors[best] / combination)), ..Self::only(member) };
        }
        let inverse = |member: Member| {
            let place = backtest.members.iter().position(|other| *other == member);
            let error = place.map_or(1.0, |place| errors[place] / combination);
            1.0 / (error + LUCK)
        };
        let total: f64 = members.iter().map(|member| inverse(*member)).sum();
        for (member, weight) in &mut selection.weights {
            *weight = inverse(*member) / total;
        }
        selection.weighed = true;
        selection
    }
}
