//! Quantiles of the normal distribution and of what was observed.

/// What 90 % of a standard normal variable stay below; 80 % are between minus this and this.
pub(super) const Z80: f64 = 1.281_551_565_5;
/// 95 % of a standard normal variable are between minus this and this.
pub(super) const Z95: f64 = 1.959_963_984_5;

/// The quantile of values in order, between the neighbours in proportion. Zero of nothing.
pub(super) fn of_sorted(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}
