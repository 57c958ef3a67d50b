//! Finds the parameters of a method: the simplex search of Nelder and Mead (The Computer Journal, 1965).
//!
//! It needs no derivatives, takes the same steps on every machine, and stops after so many evaluations.

/// Where to begin and when to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<const N: usize> {
    /// First guess.
    pub start: [f64; N],
    /// How far the other corners of the first simplex are from it.
    pub steps: [f64; N],
    /// Evaluations at most, about.
    pub evaluations: usize,
}

/// Relative difference of the corners below which the search has arrived.
const TOLERANCE: f64 = 1e-5;

type Corner<const N: usize> = ([f64; N], f64);

impl<const N: usize> Search<N> {
    /// The point with the least value that was found.
    pub fn least(&self, mut value: impl FnMut(&[f64; N]) -> f64) -> [f64; N] {
        let mut corners: Vec<Corner<N>> = Vec::with_capacity(N + 1);
        corners.push((self.start, value(&self.start)));
        for axis in 0..N {
            let mut point = self.start;
            point[axis] += self.steps[axis];
            corners.push((point, value(&point)));
        }
        let mut evaluations = N + 1;
        loop {
            corners.sort_by(|a, b| a.1.total_cmp(&b.1));
            let apart = (corners[N].1 - corners[0].1).abs();
            let arrived = apart <= TOLERANCE * (corners[0].1.abs() + f64::MIN_POSITIVE);
            if arrived || evaluations >= self.evaluations {
                return corners[0].0;
            }
            evaluations += step(&mut corners, &mut value);
        }
    }
}

/// Moves the worst corner, or all towards the best; corners are in order. Returns how often it evaluated.
fn step<const N: usize>(corners: &mut [Corner<N>], value: &mut impl FnMut(&[f64; N]) -> f64) -> usize {
    let mut centre = [0.0; N];
    for (point, _) in &corners[..N] {
        for axis in 0..N {
            centre[axis] += point[axis] / N as f64;
        }
    }
    let (worst, worst_value) = corners[N];
    let along = |factor: f64| {
        let mut point = centre;
        for axis in 0..N {
            point[axis] += factor * (worst[axis] - centre[axis]);
        }
        point
    };
    let reflected = along(-1.0);
    let reflected_value = value(&reflected);
    if reflected_value < corners[0].1 {
        let expanded = along(-2.0);
        let expanded_value = value(&expanded);
        corners[N] = if expanded_value < reflected_value {
            (expanded, expanded_value)
        } else {
            (reflected, reflected_value)
        };
        return 2;
    }
    if reflected_value < corners[N - 1].1 {
        corners[N] = (reflected, reflected_value);
        return 1;
    }
    let contracted = along(if reflected_value < worst_value { -0.5 } else { 0.5 });
    let contracted_value = value(&contracted);
    if contracted_value < worst_value.min(reflected_value) {
        corners[N] = (contracted, contracted_value);
        return 2;
    }
    let best = corners[0].0;
    for corner in &mut corners[1..] {
        for (coordinate, best) in corner.0.iter_mut().zip(best) {
            *coordinate = best + 0.5 * (*coordinate - best);
        }
        corner.1 = value(&corner.0);
    }
    N + 2
}

/// How far a point is outside its box, as a factor that grows with the distance: what a value is multiplied by.
pub(super) fn penalty<const N: usize>(point: &[f64; N], boxed: &[f64; N]) -> f64 {
    1.0 + point.iter().zip(boxed).map(|(point, boxed)| (point - boxed).abs()).sum::<f64>()
}
