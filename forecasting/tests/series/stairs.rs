//! Stairs: levels that stay for months and change at once, as where capacity is handed out once a year or in projects.

use crate::series::Numbers;

/// Months in all, of which the last 36 are what came.
pub const LENGTH: usize = 96;

/// How stairs go.
#[derive(Clone, Copy)]
pub struct Stairs {
    pub name: &'static str,
    /// Months between steps, at least and at most.
    pub every: (f64, f64),
    /// Size of a step, at least and at most.
    pub size: (f64, f64),
    /// Chance that a step was the last.
    pub last: f64,
    /// Noise, as a share of the level.
    pub noise: f64,
    /// Steps after which there is none, whatever chance says.
    pub most: usize,
}

impl Stairs {
    /// All that are tried.
    pub const ALL: [Self; 8] = [
        Self {
            name: "yearly, going on",
            every: (12.0, 12.0),
            size: (50.0, 50.0),
            last: 0.0,
            noise: 0.0,
            most: 99,
        },
        Self {
            name: "yearly, noisy, going on",
            every: (12.0, 12.0),
            size: (40.0, 60.0),
            last: 0.0,
            noise: 0.02,
            most: 99,
        },
        Self {
            name: "irregular, going on",
            every: (6.0, 18.0),
            size: (20.0, 80.0),
            last: 0.0,
            noise: 0.01,
            most: 99,
        },
        Self {
            name: "frequent, going on",
            every: (4.0, 8.0),
            size: (20.0, 40.0),
            last: 0.0,
            noise: 0.01,
            most: 99,
        },
        Self {
            name: "frequent, five and level",
            every: (5.0, 7.0),
            size: (40.0, 40.0),
            last: 0.0,
            noise: 0.0,
            most: 5,
        },
        Self {
            name: "irregular, five and level",
            every: (4.0, 10.0),
            size: (20.0, 60.0),
            last: 0.0,
            noise: 0.01,
            most: 5,
        },
        Self {
            name: "regular, may end",
            every: (8.0, 12.0),
            size: (30.0, 50.0),
            last: 0.12,
            noise: 0.01,
            most: 99,
        },
        Self {
            name: "irregular, may end",
            every: (4.0, 16.0),
            size: (20.0, 60.0),
            last: 0.1,
            noise: 0.02,
            most: 99,
        },
    ];

    /// One of them, from a month within its first interval.
    pub fn values(&self, seed: u64) -> Vec<Option<f64>> {
        let mut numbers = Numbers(seed.wrapping_mul(7_919).wrapping_add(13));
        let mut between = |(low, high): (f64, f64)| low + (high - low) * numbers.share();
        let mut next = 1.0 + between((0.0, self.every.1));
        let (mut level, mut steps, mut ended) = (100.0, 0, false);
        let mut levels = Vec::with_capacity(LENGTH);
        for month in 0..LENGTH {
            if !ended && month as f64 >= next {
                level += between(self.size);
                steps += 1;
                next += between(self.every);
                ended = steps >= self.most || between((0.0, 1.0)) < self.last;
            }
            levels.push(level);
        }
        levels.into_iter().map(|level| Some(level * (1.0 + self.noise * numbers.noise()))).collect()
    }
}
