//! Chance that falls the same way on every run.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::id::EntityId;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;

use crate::store::Ids;

/// The letters that serial numbers are made of.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTVWXY";

/// A source of choices. Each part of the estate has its own, so that a change of one leaves the others alone.
#[derive(Debug)]
pub(super) struct Dice(ChaCha12Rng);

impl Dice {
    /// The source number `part` of a seed.
    pub(super) fn of(seed: u64, part: u64) -> Self {
        let mut source = ChaCha12Rng::seed_from_u64(seed);
        source.set_stream(part);
        Self(source)
    }

    /// A number from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: i32, most: i32) -> i32 {
        let span = u64::from(most.abs_diff(least)) + 1;
        let offset = (u64::from(self.0.next_u32()) * span) >> 32;
        least.saturating_add(i32::try_from(offset).unwrap_or(0))
    }

    /// Whether something happens that happens so often in a thousand.
    pub(super) fn happens(&mut self, per_mille: i32) -> bool {
        self.between(1, 1000) <= per_mille
    }

    /// One of several, which are not none.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        let most = i32::try_from(of.len()).unwrap_or(i32::MAX) - 1;
        of[usize::try_from(self.between(0, most)).unwrap_or(0)]
    }

    /// The place of one of several, each as likely as its weight.
    pub(super) fn weighted(&mut self, weights: &[i32]) -> usize {
        let mut left = self.between(1, weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            left -= weight;
            if left <= 0 {
                return place;
            }
        }
        0
    }

    /// A serial number of so many letters.
    pub(super) fn serial(&mut self, letters: usize) -> String {
        (0..letters).map(|_| char::from(LETTERS[(self.0.next_u32() >> 27) as usize])).collect()
    }
}

/// Ids in the order in which they are made: one for each millisecond.
#[derive(Debug)]
pub(super) struct Sequence {
    ids: Ids,
    moment: DateTime<Utc>,
}

impl Sequence {
    /// Ids of a seed, the first of them made at `start`.
    pub(super) fn of(seed: u64, start: DateTime<Utc>) -> Self {
        Self { ids: Ids::seeded(seed), moment: start }
    }

    /// The next id.
    pub(super) fn next<I: EntityId>(&mut self) -> I {
        self.moment += TimeDelta::milliseconds(1);
        I::from_uuid(self.ids.next(self.moment))
    }
}

/// A day so many days later, or earlier when they are negative.
pub(super) fn shifted(day: NaiveDate, days: i32) -> NaiveDate {
    day.checked_add_signed(TimeDelta::days(days.into())).unwrap_or(day)
}

/// Divides `total` by weights so that the parts add up to it: the largest remainders get what is left.
pub(super) fn shares(total: u32, weights: &[u32]) -> Vec<u32> {
    let sum: u64 = weights.iter().map(|weight| u64::from(*weight)).sum::<u64>().max(1);
    let exact = |weight: u32| u64::from(total) * u64::from(weight);
    let mut parts: Vec<u32> =
        weights.iter().map(|weight| u32::try_from(exact(*weight) / sum).unwrap_or(0)).collect();
    let mut order: Vec<usize> = (0..weights.len()).filter(|place| weights[*place] > 0).collect();
    order.sort_by_key(|place| std::cmp::Reverse(exact(weights[*place]) % sum));
    let left = total - parts.iter().sum::<u32>();
    for place in order.iter().cycle().take(left as usize) {
        parts[*place] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_give_nothing_to_nobody() {
        assert_eq!(
            shares(1200, &[400, 230, 200, 90, 36, 18, 14, 12, 0]),
            [480, 276, 240, 108, 43, 22, 17, 14, 0]
        );
        for total in 0..50 {
            let parts = shares(total, &[3, 0, 3, 1]);
            assert_eq!(parts.iter().sum::<u32>(), total);
            assert_eq!(parts[1], 0);
        }
    }

    #[test]
    fn dice_of_one_seed_fall_alike() {
        let throw = |part| {
            let mut dice = Dice::of(7, part);
            (dice.between(-3, 3), dice.weighted(&[1, 0, 5]), dice.serial(7), dice.pick(&[1, 2, 3]))
        };
        assert_eq!(throw(1), throw(1));
        assert_ne!(throw(1), throw(2));
    }

    #[test]
    fn dice_stay_within_their_bounds() {
        let mut dice = Dice::of(1, 1);
        let throws: Vec<i32> = (0..1000).map(|_| dice.between(2, 5)).collect();
        assert_eq!((throws.iter().min(), throws.iter().max()), (Some(&2), Some(&5)));
        assert!((0..1000).all(|_| dice.weighted(&[0, 1, 0]) == 1));
    }
}
