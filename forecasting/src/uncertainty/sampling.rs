//! Draws, and the factors that follow from them: the one place with binary floats.
//!
//! Nothing here is money. A draw becomes a rate, a number of months or a yes; rates become a factor in fixed
//! point, and only that whole number meets an amount.
//!
//! Every operation is one that IEEE 754 defines to the last bit (addition, multiplication, division, square root,
//! rounding), in a fixed order, and the logarithm and the exponential are made of these. The functions of the
//! platform's mathematics library differ between platforms in the last bit and are not used.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rust_decimal::Decimal;

use super::assumption::{Assumption, Point};
use super::distribution::Distribution;
use super::parts::Power;

/// Binary places of a factor in fixed point: a relative step below 10⁻¹².
const FACTOR_PLACES: u32 = 40;
/// 2 to the power of [`FACTOR_PLACES`].
const FACTOR_ONE: f64 = (1_u64 << FACTOR_PLACES) as f64;
/// The largest factor. In fixed point it takes 60 of the 63 bits.
const FACTOR_MAX: f64 = 1_000_000.0;
/// Intervals in which the area under a beta density is taken.
const INTERVALS: usize = 2_048;

/// Draws of one uncertain figure, as many as there are runs, each by the number of its run.
///
/// The stream is keyed by the seed and by the name of the figure, and its position is the number of the run. So a
/// draw does not depend on which other figures there are, on how many runs are made, or on who makes them.
#[derive(Debug, Clone)]
pub(super) struct Draws {
    name: [u8; 16],
    sampler: Sampler,
    lowest: f64,
    highest: f64,
    /// Whether what is drawn is rounded to whole months.
    is_whole: bool,
}

impl Draws {
    pub(super) fn new(assumption: &Assumption) -> Self {
        Self {
            name: digest(&assumption.name).to_le_bytes(),
            sampler: Sampler::new(&assumption.distribution),
            lowest: float(assumption.distribution.lowest()),
            highest: float(assumption.distribution.highest()),
            is_whole: assumption.point == Point::AsPlanned,
        }
    }

    /// The draws of the runs from `first_run` on.
    pub(super) fn fill(&self, seed: u64, first_run: u64, values: &mut [f64]) {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..24].copy_from_slice(&self.name);
        let mut stream = ChaCha8Rng::from_seed(key);
        // A draw takes two words of 32 bits.
        stream.set_word_pos(u128::from(first_run) * 2);
        for value in values {
            // An inverse may be off in the last bit, and what follows counts on the bounds.
            let drawn = self.sampler.at(unit_interval(stream.next_u64())).max(self.lowest).min(self.highest);
            *value = if self.is_whole { drawn.round() } else { drawn };
        }
    }
}

/// Evenly in 0 (included) to 1 (not included), in steps of 2⁻⁵³.
fn unit_interval(word: u64) -> f64 {
    (word >> 11) as f64 / (1_u64 << 53) as f64
}

/// FNV-1a of 128 bits: it tells names apart, and keeps no secret.
fn digest(name: &str) -> u128 {
    let basis = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    let prime = 0x0000_0000_0100_0000_0000_0000_0000_013b_u128;
    name.bytes().fold(basis, |state, byte| (state ^ u128::from(byte)).wrapping_mul(prime))
}

/// The inverse of a cumulative distribution.
#[derive(Debug, Clone)]
enum Sampler {
    Fixed(f64),
    Uniform {
        low: f64,
        width: f64,
    },
    Triangular {
        low: f64,
        high: f64,
        /// Probability of a value below the mode.
        below: f64,
    },
    /// The probability of a value below the end of each of so many even intervals.
    Cumulative {
        low: f64,
        width: f64,
        below: Vec<f64>,
    },
    /// The probability of a value up to each, with the value.
    Discrete(Vec<(f64, f64)>),
}

impl Sampler {
    fn new(distribution: &Distribution) -> Self {
        let (low, high) = (float(distribution.lowest()), float(distribution.highest()));
        let width = high - low;
        if width <= 0.0 {
            return Self::Fixed(low);
        }
        match distribution {
            Distribution::Fixed(_) => Self::Fixed(low),
            Distribution::Uniform { .. } => Self::Uniform { low, width },
            Distribution::Triangular { mode, .. } => {
                Self::Triangular { low, high, below: (float(*mode) - low) / width }
            }
            Distribution::Pert { mode, .. } => {
                Self::Cumulative { low, width, below: beta_areas((float(*mode) - low) / width) }
            }
            Distribution::Discrete(chances) => {
                let mut sum = Decimal::ZERO;
                let upto = chances.iter().map(|chance| {
                    sum += chance.probability;
                    (float(sum), float(chance.value))
                });
                Self::Discrete(upto.collect())
            }
        }
    }

    /// The value that a share of all values lies below.
    fn at(&self, share: f64) -> f64 {
        match self {
            Self::Fixed(value) => *value,
            Self::Uniform { low, width } => low + share * width,
            Self::Triangular { low, high, below } => {
                let width = high - low;
                if share < *below {
                    low + width * (share * below).sqrt()
                } else {
                    high - width * ((1.0 - share) * (1.0 - below)).sqrt()
                }
            }
            Self::Cumulative { low, width, below } => {
                let interval = below.partition_point(|area| *area <= share).min(below.len() - 1);
                let before = if interval == 0 { 0.0 } else { below[interval - 1] };
                let within = (share - before) / (below[interval] - before);
                low + width * (interval as f64 + within) / below.len() as f64
            }
            Self::Discrete(upto) => {
                let place = upto.partition_point(|(sum, _)| *sum <= share).min(upto.len() - 1);
                upto[place].1
            }
        }
    }
}

/// The area under the PERT density of the unit interval up to the end of each interval, by the midpoint rule.
///
/// The density is proportional to `x^(4 mode) × (1 - x)^(4 (1 - mode))`.
fn beta_areas(mode: f64) -> Vec<f64> {
    let mut sum = 0.0;
    let mut areas = Vec::with_capacity(INTERVALS);
    for interval in 0..INTERVALS {
        let x = (interval as f64 + 0.5) / INTERVALS as f64;
        sum += exponential(4.0 * mode * logarithm(x) + 4.0 * (1.0 - mode) * logarithm(1.0 - x));
        areas.push(sum);
    }
    areas.iter_mut().for_each(|area| *area /= sum);
    areas
}

/// A number of months, rounded half away from zero as a drawn one is.
pub(super) fn whole_months(value: Decimal) -> i32 {
    float(value).round() as i32
}

/// Whether a drawn 1 or 0 is a yes.
pub(super) fn is_yes(value: f64) -> bool {
    value > 0.5
}

/// How a drawn rate changes what compounds with it, in comparison with the rate of the point figures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ratio {
    floor: f64,
    cap: f64,
    /// The logarithm of 1 + the rate of the point figures, within floor and cap.
    point: f64,
}

impl Ratio {
    pub(super) fn new(point: Decimal, floor: Option<Decimal>, cap: Option<Decimal>) -> Self {
        let floor = floor.map_or(f64::NEG_INFINITY, float);
        let cap = cap.map_or(f64::INFINITY, float);
        let mut ratio = Self { floor, cap, point: 0.0 };
        ratio.point = ratio.logarithm(float(point));
        ratio
    }

    /// `ln((1 + rate) / (1 + rate of the point))`; exactly zero where the two rates are equal.
    pub(super) fn logarithm(&self, rate: f64) -> f64 {
        logarithm(1.0 + rate.max(self.floor).min(self.cap)) - self.point
    }
}

impl Power {
    /// To which power.
    pub(super) fn exponent(&self) -> f64 {
        f64::from(self.elapsed) / f64::from(self.period)
    }
}

/// A factor in fixed point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Factor(i64);

impl Factor {
    pub(super) const ONE: Self = Self(1 << FACTOR_PLACES);

    /// The factors that have these logarithms.
    pub(super) fn all<const N: usize>(logarithms: &[f64; N]) -> [Self; N] {
        logarithms.map(|one| Self(whole(exponential(one) * FACTOR_ONE) as i64))
    }

    /// The product of an amount in minor units with the factor, to be added up and then [`rounded`].
    pub(super) fn times(self, amount: i64) -> i128 {
        i128::from(amount) * i128::from(self.0)
    }
}

/// A sum of products in whole minor units, rounded half away from zero.
pub(super) fn rounded(products: i128) -> i64 {
    let half = 1_i128 << (FACTOR_PLACES - 1);
    let magnitude = (products.abs() + half) >> FACTOR_PLACES;
    (magnitude * products.signum()) as i64
}

/// Adds the logarithm of a ratio, to a power, to each logarithm of a product.
pub(super) fn raise<const N: usize>(products: &mut [f64; N], exponent: f64, ratios: &[f64; N]) {
    for (product, ratio) in products.iter_mut().zip(ratios) {
        *product += exponent * ratio;
    }
}

/// A whole number that the product of some powers is never above, given each exponent with the lowest and the highest
/// logarithm of its ratio; `None` if it may be above a million.
pub(super) fn largest(powers: impl Iterator<Item = (f64, [f64; 2])>) -> Option<u64> {
    let sum: f64 =
        powers.map(|(exponent, [lowest, highest])| (exponent * lowest).max(exponent * highest)).sum();
    (sum <= logarithm(FACTOR_MAX)).then(|| exponential(sum).ceil() as u64 + 1)
}

/// A decimal as the nearest float, or the one beside it.
pub(super) fn float(value: Decimal) -> f64 {
    let divisor = (0..value.scale()).fold(1.0, |divisor, _| divisor * 10.0);
    value.mantissa() as f64 / divisor
}

/// Coefficients of `artanh x / x` by powers of x², the highest first.
const AREA_TANGENT: [f64; 12] = {
    let mut coefficients = [0.0; 12];
    let mut term = 0;
    while term < 12 {
        coefficients[11 - term] = 1.0 / (2 * term + 1) as f64;
        term += 1;
    }
    coefficients
};

/// Coefficients of `e^x` by powers of x, the highest first.
const EXPONENTIAL: [f64; 15] = {
    let mut coefficients = [1.0; 15];
    let (mut term, mut factorial) = (1, 1_u64);
    while term < 15 {
        factorial *= term as u64;
        coefficients[14 - term] = 1.0 / factorial as f64;
        term += 1;
    }
    coefficients
};

fn polynomial<const N: usize>(coefficients: [f64; N], x: f64) -> f64 {
    coefficients.into_iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// The natural logarithm of a positive number: `ln m = 2 artanh((m - 1) / (m + 1))` of the part between √½ and
/// √2, and the logarithm of the power of two. Exactly zero for one.
fn logarithm(value: f64) -> f64 {
    const FRACTION: u64 = (1 << 52) - 1;
    let bits = value.to_bits();
    let mut exponent = (bits >> 52) as i32 - 1023;
    let mut part = f64::from_bits(bits & FRACTION | 1023 << 52);
    if part > std::f64::consts::SQRT_2 {
        part /= 2.0;
        exponent += 1;
    }
    let ratio = (part - 1.0) / (part + 1.0);
    f64::from(exponent) * std::f64::consts::LN_2 + 2.0 * ratio * polynomial(AREA_TANGENT, ratio * ratio)
}

/// The exponential, by its series between -½ ln 2 and ½ ln 2 and a power of two. Exactly one for zero; zero where
/// next to nothing is left.
fn exponential(value: f64) -> f64 {
    let value = value.clamp(-700.0, 700.0);
    let exponent = whole(value * std::f64::consts::LOG2_E);
    let rest = value - exponent * std::f64::consts::LN_2;
    polynomial(EXPONENTIAL, rest) * f64::from_bits(((exponent as i64 + 1023) as u64) << 52)
}

/// The nearest whole number, for magnitudes below 2⁵¹ others as they are: adding 1.5 × 2⁵² leaves no place for a
/// fraction.
fn whole(value: f64) -> f64 {
    const SHIFT: f64 = 1.5 * (1_u64 << 52) as f64;
    if value.abs() < (1_u64 << 51) as f64 { value + SHIFT - SHIFT } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_and_exponential_undo_each_other() {
        assert_eq!((logarithm(1.0), exponential(0.0)), (0.0, 1.0));
        for value in [1e-9, 0.01, 0.5, 0.999_999, 1.000_001, 1.4, 1.5, 2.0, 3.7, 11.0, 1e6] {
            assert!((exponential(logarithm(value)) / value - 1.0).abs() < 1e-14, "{value}");
        }
        assert!((logarithm(10.0) - std::f64::consts::LN_10).abs() < 1e-15);
        assert!((exponential(1.0) - std::f64::consts::E).abs() < 1e-15);
    }

    #[test]
    fn factors_are_rounded_half_away_from_zero() {
        assert_eq!(Factor::all(&[0.0]), [Factor::ONE]);
        let half = Factor(1 << (FACTOR_PLACES - 1));
        assert_eq!([3, -3, 2, 0].map(|amount| rounded(half.times(amount))), [2, -2, 1, 0]);
        assert_eq!(rounded(half.times(3) + half.times(3)), 3);
        assert_eq!(rounded(Factor::ONE.times(i64::MAX / 4)), i64::MAX / 4);
    }

    #[test]
    fn a_stream_has_known_draws() {
        // From another implementation of the cipher, in units of 2⁻⁵³.
        let expected = [(0, 3_371_993_837_099_894.0), (37, 8_382_084_967_941_814.0)];
        let uniform = Distribution::Uniform { low: Decimal::ZERO, high: Decimal::ONE };
        let name = "price index 2027".to_owned();
        let draws =
            Draws::new(&Assumption { name, distribution: uniform, point: Point::Rate(Decimal::ZERO) });
        let (mut together, mut later) = ([0.0; 40], [0.0; 3]);
        draws.fill(2_026, 0, &mut together);
        draws.fill(2_026, 37, &mut later);
        assert_eq!(together[37..], later);
        assert_eq!(digest(""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(digest("a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
        assert_eq!(
            expected.map(|(run, _)| together[run] * (1_u64 << 53) as f64),
            expected.map(|(_, draw)| draw)
        );
    }

    #[test]
    fn inverses_meet_their_cumulative_distributions() {
        let (low, mode, high) = (Decimal::new(-5, 2), Decimal::ZERO, Decimal::new(15, 2));
        let triangular = Sampler::new(&Distribution::Triangular { low, mode, high });
        // A quarter lies below the mode.
        for (share, value) in [(0.0, -0.05), (0.0625, -0.025), (0.25, 0.0), (0.8125, 0.075)] {
            assert!((triangular.at(share) - value).abs() < 1e-12, "{share}");
        }
        // With the mode in the middle the density is 30 x² (1 - x)², and the area 10 x³ - 15 x⁴ + 6 x⁵.
        let pert = Sampler::new(&Distribution::Pert {
            low: Decimal::ZERO,
            mode: Decimal::new(5, 1),
            high: Decimal::ONE,
        });
        for share in [0.001, 0.1, 0.3, 0.5, 0.9, 0.999] {
            let x = pert.at(share);
            let area = x * x * x * (10.0 - 15.0 * x + 6.0 * x * x);
            assert!((area - share).abs() < 1e-6, "{share}: {area}");
        }
    }
}
