//! Series that are awkward on purpose, and series shaped as capacity is.

/// A series with a name.
pub struct Case {
    pub name: &'static str,
    pub observations: Vec<Option<f64>>,
}

/// Numbers that look random and are the same on every run (Steele, Lea and Flood, 2014).
pub struct Numbers(pub u64);

impl Numbers {
    /// Between 0 and 1.
    pub fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About zero, with a standard deviation of about one.
    pub fn noise(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

/// A series of so many steps, with 2 % of noise.
pub fn noisy(length: usize, seed: u64, level: impl Fn(f64) -> f64) -> Vec<Option<f64>> {
    let mut numbers = Numbers(seed);
    (0..length).map(|step| Some(level(step as f64) * (1.0 + 0.02 * numbers.noise()))).collect()
}

/// A spike of ten times the level, three steps before the end.
pub fn spike(length: usize, seed: u64) -> Vec<Option<f64>> {
    let mut observations = noisy(length, seed, |_| 100.0);
    observations[length - 3] = Some(1_000.0);
    observations
}

/// From 100 to 200, twenty steps before the end.
pub fn step_up(length: usize, seed: u64) -> Vec<Option<f64>> {
    let at = (length - 20) as f64;
    noisy(length, seed, move |step| if step < at { 100.0 } else { 200.0 })
}

fn season(step: f64) -> f64 {
    (step * std::f64::consts::TAU / 12.0).sin()
}

/// What monitoring really delivers; the first few cannot be answered and say why.
pub fn edge_cases() -> Vec<Case> {
    let case = |name, observations| Case { name, observations };
    let plain = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();
    let trend = || noisy(60, 5, |step| 100.0 + 2.0 * step);
    let mut gaps = noisy(60, 6, |step| 100.0 + 10.0 * season(step));
    [7, 8, 9, 20, 33, 34, 50].into_iter().for_each(|gap: usize| gaps[gap] = None);
    let mut ends = noisy(48, 7, |_| 50.0);
    [0, 1, 45, 46, 47].into_iter().for_each(|gap: usize| ends[gap] = None);
    let mut zeros_for_missing = noisy(60, 8, |_| 100.0);
    [11, 40].into_iter().for_each(|gap: usize| zeros_for_missing[gap] = Some(0.0));
    let mut duplicated = trend();
    (1..60).step_by(2).for_each(|place| duplicated[place] = duplicated[place - 1]);
    let mut numbers = Numbers(9);
    let rare = (0..60).map(|_| Some(if numbers.share() < 0.25 { 5.0 + 3.0 * numbers.share() } else { 0.0 }));
    let mut growing = 0.0;
    let counter = (0..60).map(|step| {
        growing = if step == 40 { 3.0 } else { growing + 4.0 + f64::from(step % 3) };
        Some(growing)
    });
    vec![
        case("empty", Vec::new()),
        case("all missing", vec![None; 24]),
        case("one point", plain(&[42.0])),
        case("two points", plain(&[40.0, 44.0])),
        case("three points", plain(&[40.0, 44.0, 43.0])),
        case("five points", plain(&[10.0, 12.0, 11.0, 14.0, 13.0])),
        case("all zero", vec![Some(0.0); 36]),
        case("constant", vec![Some(7.5); 36]),
        case("constant but for the last", plain(&[[5.0; 35].as_slice(), &[6.0]].concat())),
        case("gaps", gaps),
        case("gaps at both ends", ends),
        case("zero for missing", zeros_for_missing),
        case("a spike of ten times near the end", spike(60, 1)),
        case("a step up", step_up(60, 2)),
        case("saturation", noisy(60, 3, |step| 1_000.0 / (1.0 + (-(step - 30.0) / 5.0).exp()))),
        case("a counter that begins anew", counter.collect()),
        case("negative", noisy(60, 4, |step| -100.0 + 20.0 * season(step))),
        case("across zero", noisy(60, 4, |step| 30.0 * season(step) + 0.1)),
        case("huge", noisy(60, 10, |step| 1e290 * (1.0 + 0.01 * step))),
        case("tiny", noisy(60, 11, |step| 1e-300 * (1.0 + 0.01 * step))),
        case("intermittent", rare.collect()),
        case("a single demand", plain(&[[0.0; 40].as_slice(), &[3.0], &[0.0; 7]].concat())),
        case("every value twice", duplicated),
        case("exponential", noisy(60, 12, |step| 10.0 * 1.08_f64.powf(step))),
        case("falling to nothing", noisy(60, 13, |step| 100.0 * 0.9_f64.powf(step))),
        case(
            "two seasons",
            noisy(180, 14, |step| 100.0 + 20.0 * season(step) + 10.0 * season(step * 12.0 / 5.0)),
        ),
        case("ten thousand points", noisy(10_000, 15, |step| 100.0 + 0.01 * step + 5.0 * season(step))),
    ]
}

/// Sixty months as capacity goes, with the thirty-six that come after them.
pub fn capacity_shapes(seed: u64) -> Vec<(&'static str, Vec<Option<f64>>)> {
    let length = 96;
    let stairs = |step: f64| 100.0 + 40.0 * (step / 11.0).floor();
    let saturating = |step: f64| 500.0 - 400.0 * (-step / 30.0).exp();
    let exponential = |step: f64| 50.0 * 1.012_f64.powf(step);
    let growing = |step: f64| (100.0 + 1.5 * step) * (1.0 + 0.15 * season(step));
    let leaving = |step: f64| if step < 45.0 { 400.0 } else { 120.0 };
    let straight = |step: f64| 200.0 + 3.0 * step;
    vec![
        ("stairs", noisy(length, seed, stairs)),
        ("saturating", noisy(length, seed + 1, saturating)),
        ("exponential", noisy(length, seed + 2, exponential)),
        ("seasonal with growth", noisy(length, seed + 3, growing)),
        ("migration exit", noisy(length, seed + 4, leaving)),
        ("straight", noisy(length, seed + 5, straight)),
    ]
}
