//! Where new ids come from: random in service, seeded where the same ids must come out on every run.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use uuid::Uuid;

/// A source of version 7 ids: the moment in milliseconds, then random bits.
#[derive(Debug)]
pub enum Ids {
    /// Random bits from the operating system.
    Random,
    /// Random bits from a seed, for the demo estate and for tests.
    Seeded(Box<Mutex<ChaCha12Rng>>),
}

impl Ids {
    /// A source that gives the same ids in the same order for the same seed and moments.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Box::new(Mutex::new(ChaCha12Rng::seed_from_u64(seed))))
    }

    /// The next id.
    pub fn next(&self, now: DateTime<Utc>) -> Uuid {
        let mut bits = [0_u8; 10];
        match self {
            Self::Random => rand::rng().fill_bytes(&mut bits),
            Self::Seeded(source) => {
                source.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill_bytes(&mut bits);
            }
        }
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
    }
}
