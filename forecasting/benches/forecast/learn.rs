//! Learns how wide intervals have to be from series with hold-outs, and writes it down.

use forecasting::forecast::evidence;
use forecasting::forecast::width::{Calibration, Evidence, FEATURES, HISTORIES, RATIO, STEPS, shares};

use crate::data::{Series, Window, other_windows, question, windows};

/// What was known of a forecast, and what came.
pub struct Case {
    pub evidence: Evidence,
    pub test: Vec<f64>,
    /// How much it counts for among those that are learned from.
    pub weight: f64,
}

/// Shares of values that intervals are to hold.
pub const LEVELS: [f64; 2] = [0.8, 0.95];
/// Steps before and after a step whose errors count for its multiplier.
const NEIGHBOURS: usize = 5;
/// Cases that the multipliers of all lengths together count for in those of one.
const POOLED: f64 = 50.0;
/// Weight of the series' own backtests, where these count for one. Least squares on one population gives it less, 0.2 to
/// 0.3; it is what carries over to another population, so it counts for more than what was learned of series in general.
const OWN: f64 = 1.0;
/// What the official hold-outs count for together; the other windows have the rest.
const OFFICIAL: f64 = 0.8;

/// Histories of some lengths, all before the official hold-outs.
pub fn cases(series: &[Series], histories: &[usize]) -> Vec<Case> {
    histories.iter().flat_map(|history| all_of(windows(series, *history), 1.0)).collect()
}

/// The same with windows that end elsewhere, of which the official ones have a part of the weight.
pub fn learned_cases(series: &[Series], histories: &[usize]) -> Vec<Case> {
    let lengths = histories.iter().flat_map(|history| {
        let (official, others) = (windows(series, *history), other_windows(series, *history));
        let each = (1.0 - OFFICIAL) * official.len() as f64 / others.len().max(1) as f64;
        all_of(official, OFFICIAL).into_iter().chain(all_of(others, each))
    });
    lengths.collect()
}

fn all_of(windows: Vec<Window>, weight: f64) -> Vec<Case> {
    let cases = windows.into_iter().filter_map(|window| {
        let evidence = evidence(&question(&window.train, 12, STEPS)).ok().flatten()?;
        Some(Case { evidence, test: window.test, weight })
    });
    cases.collect()
}

/// The correction by least squares of the logarithms of errors, then conformal multipliers of what is left.
pub fn learn(cases: &[Case]) -> Calibration {
    let coefficients = correction(cases);
    let mut calibration = Calibration { coefficients, multipliers: [[[0.0; 2]; STEPS]; HISTORIES.len()] };
    // Distances in corrected deviations, by step, with how much each length of history has of them.
    let mut scores: Vec<Vec<(f64, [f64; HISTORIES.len()])>> = vec![Vec::new(); STEPS];
    for case in cases {
        for (step, actual) in case.test.iter().enumerate().take(STEPS) {
            let distance = case.evidence.distance(step, *actual);
            let score = distance / calibration.deviation(&case.evidence, step);
            let shares = shares(case.evidence.history).map(|share| share * case.weight);
            scores[step].push((score, shares));
        }
    }
    for step in 0..STEPS {
        if scores[step].is_empty() {
            calibration.multipliers.iter_mut().for_each(|table| carry_on(table, step));
            continue;
        }
        let mut near: Vec<(f64, [f64; HISTORIES.len()])> = Vec::new();
        let around = step.saturating_sub(NEIGHBOURS)..(step + NEIGHBOURS + 1).min(STEPS);
        scores[around].iter().for_each(|scores| near.extend(scores));
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (level, share) in LEVELS.into_iter().enumerate() {
            let all = weighted_quantile(&near, share, |shares| shares.iter().sum());
            for history in 0..HISTORIES.len() {
                let own = weighted_quantile(&near, share, |shares| shares[history]);
                let count: f64 =
                    near.iter().map(|(_, shares)| shares[history]).sum::<f64>() / (1 + 2 * NEIGHBOURS) as f64;
                let weight = count / (count + POOLED);
                calibration.multipliers[history][step][level] = match own.zip(all) {
                    Some((own, all)) => weight * own + (1.0 - weight) * all,
                    None => all.unwrap_or(0.0),
                };
            }
        }
    }
    calibration
}

/// Beyond the hold-outs multipliers go on as they grew between the 7th and the 15th step.
fn carry_on(table: &mut [[f64; 2]; STEPS], step: usize) {
    for level in 0..LEVELS.len() {
        let near =
            |from: usize| table[from..from + 6].iter().map(|multipliers| multipliers[level]).sum::<f64>();
        let slope = ((near(12) / near(3)).ln() / 2.5_f64.ln()).max(0.0);
        table[step][level] = table[step - 1][level] * ((step + 1) as f64 / step as f64).powf(slope);
    }
}

/// The quantile of scores in order, each weighted.
fn weighted_quantile<const N: usize>(
    sorted: &[(f64, [f64; N])],
    share: f64,
    weight: impl Fn(&[f64; N]) -> f64,
) -> Option<f64> {
    let total: f64 = sorted.iter().map(|(_, shares)| weight(shares)).sum();
    let mut sum = 0.0;
    let found = sorted.iter().find(|(_, shares)| {
        sum += weight(shares);
        sum >= share * total
    });
    found.filter(|_| total > 0.0).map(|(score, _)| *score)
}

fn correction(cases: &[Case]) -> [f64; FEATURES] {
    let mut matrix = [[0.0; FEATURES]; FEATURES];
    let mut right = [0.0; FEATURES];
    let mut count = 0.0;
    for case in cases {
        for (step, actual) in case.test.iter().enumerate().take(STEPS) {
            let distance = case.evidence.distance(step, *actual) / case.evidence.deviation[step];
            let mut features = case.evidence.features(step);
            let wanted = (distance.min(1e3) + 0.05).ln() - OWN * features[RATIO];
            features[RATIO] = 0.0;
            for row in 0..FEATURES {
                right[row] += case.weight * features[row] * wanted;
                for column in 0..FEATURES {
                    matrix[row][column] += case.weight * features[row] * features[column];
                }
            }
            count += case.weight;
        }
    }
    for (place, row) in matrix.iter_mut().enumerate().skip(1) {
        row[place] += 0.002 * count;
    }
    let mut coefficients = solve(matrix, right);
    coefficients[RATIO] = OWN;
    coefficients
}

/// Elimination with pivots.
fn solve(mut matrix: [[f64; FEATURES]; FEATURES], mut right: [f64; FEATURES]) -> [f64; FEATURES] {
    for column in 0..FEATURES {
        let by_size = |a: &usize, b: &usize| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs());
        let pivot = (column..FEATURES).max_by(by_size).unwrap();
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..FEATURES {
            let factor = matrix[row][column] / matrix[column][column];
            let above = matrix[column];
            matrix[row]
                .iter_mut()
                .zip(above)
                .skip(column)
                .for_each(|(value, above)| *value -= factor * above);
            right[row] -= factor * right[column];
        }
    }
    for row in (0..FEATURES).rev() {
        let known: f64 = (row + 1..FEATURES).map(|column| matrix[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}
