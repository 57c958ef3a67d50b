//! Where new ids come from: random in service, seeded where the same ids must come out on every run.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use uuid::Uuid;

/// The bits of a version 7 id behind the moment, the version and the variant.
const RANDOM_BITS: u32 = 74;

/// The lower of them, behind the variant.
const LOWER_BITS: u32 = 62;

/// A source of version 7 ids: the moment in milliseconds, then random bits.
///
/// Each id is greater than all that the source gave before, so that rows sort as they were made. Within one
/// millisecond the random bits are raised by a random amount, the "monotonic random" method of RFC 9562 §6.2.
#[derive(Debug)]
pub struct Ids(Mutex<State>);

#[derive(Debug)]
struct State {
    source: Source,
    millis: u64,
    bits: u128,
}

#[derive(Debug)]
enum Source {
    System,
    Seeded(Box<ChaCha12Rng>),
}

impl Ids {
    /// A source with random bits from the operating system.
    #[must_use]
    pub fn random() -> Self {
        Self::of(Source::System)
    }

    /// A source that gives the same ids in the same order for the same seed and moments.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::of(Source::Seeded(Box::new(ChaCha12Rng::seed_from_u64(seed))))
    }

    fn of(source: Source) -> Self {
        Self(Mutex::new(State { source, millis: 0, bits: 0 }))
    }

    /// The next id.
    pub fn next(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next(millis)
    }
}

impl State {
    fn next(&mut self, millis: u64) -> Uuid {
        let raised = self.bits + 1 + u128::from(self.random() >> 32);
        if millis > self.millis || raised >> RANDOM_BITS != 0 {
            self.millis = millis.max(self.millis + 1);
            // The highest bit stays free, so that there is room to raise the others.
            self.bits = u128::from(self.random()) << 9;
            self.bits |= u128::from(self.random() >> (64 - 9));
        } else {
            self.bits = raised;
        }
        let upper = u16::try_from(self.bits >> LOWER_BITS).unwrap_or_default();
        let lower = u64::try_from(self.bits & ((1 << LOWER_BITS) - 1)).unwrap_or_default();
        let mut bytes = [0_u8; 10];
        bytes[..2].copy_from_slice(&upper.to_be_bytes());
        bytes[2..].copy_from_slice(&lower.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(self.millis, &bytes).into_uuid()
    }

    fn random(&mut self) -> u64 {
        match &mut self.source {
            Source::System => rand::rng().next_u64(),
            Source::Seeded(source) => source.next_u64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_are_in_the_order_in_which_they_were_made() {
        for ids in [Ids::random(), Ids::seeded(7)] {
            let now = DateTime::from_timestamp_millis(1_700_000_000_000).unwrap();
            let made: Vec<Uuid> = (0..1_000).map(|_| ids.next(now)).collect();
            assert!(made.is_sorted_by(|one, other| one < other));
            assert!(made.iter().all(|id| id.get_version_num() == 7));
            let earlier = ids.next(DateTime::from_timestamp_millis(1_600_000_000_000).unwrap());
            assert!(earlier > made[999]);
            let later = ids.next(DateTime::from_timestamp_millis(1_700_000_000_001).unwrap());
            assert!(later > earlier);
        }
    }

    #[test]
    fn a_seed_gives_the_same_ids_again() {
        let now = DateTime::from_timestamp_millis(1_700_000_000_000).unwrap();
        let made = |seed| {
            let ids = Ids::seeded(seed);
            [ids.next(now), ids.next(now)]
        };
        assert_eq!(made(1), made(1));
        assert_ne!(made(1), made(2));
    }
}
