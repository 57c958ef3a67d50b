//! What pools charge to those who bear them, period by period, so that it can be posted: every pool is charged out to
//! the cent, and everybody is charged what an allocation says that they bear.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rust_decimal::Decimal;

use super::remainder::round_to_total;
use crate::error::Result;
use crate::money::{Currency, Money, bounded, split};

/// A pool with its cost and who bears it in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargedPool<K> {
    /// The pool.
    pub pool: K,
    /// Its cost in all periods, in minor units exactly.
    pub total: Decimal,
    /// Its cost by period, unrounded; adds up to the total but for rounding.
    pub periods: Vec<Decimal>,
    /// What each receiver bears of it, in any unit: only proportions matter. `None` for what nobody bears.
    pub shares: BTreeMap<Option<K>, Decimal>,
}

/// What a pool charges to a receiver in a period: a credit of the one, and a debit of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge<K> {
    /// The place of the period.
    pub period: usize,
    /// Who is credited.
    pub pool: K,
    /// Who is debited.
    pub receiver: K,
    /// How much; negative where the pool has a credit to pass on.
    pub amount: Decimal,
}

/// One pool in one period, in minor units.
struct Row<'a, K> {
    period: usize,
    pool: &'a K,
    cells: BTreeMap<&'a Option<K>, i128>,
}

/// Charges pools out: the cost of each is rounded by period so that it adds up to its total, and divided among those who
/// bear it by the largest remainder. What everybody is charged is then brought to what they bear, in `borne`, by single
/// minor units within a pool and a period, so that each of those still adds up.
///
/// # Errors
///
/// [`ForecastError::Invalid`](crate::ForecastError::Invalid) for a pool without shares or with a negative one;
/// [`ForecastError::OutOfRange`](crate::ForecastError::OutOfRange) for amounts that do not fit, and for periods that do
/// not add up to their total.
pub fn charge_out<K: Ord + Clone>(
    currency: Currency,
    pools: &[ChargedPool<K>],
    borne: &BTreeMap<Option<K>, Decimal>,
) -> Result<Vec<Charge<K>>> {
    let mut rows = Vec::new();
    for pool in pools {
        let amounts = round_to_total(&pool.periods, pool.total, currency, "cost of a pool")?;
        for (period, amount) in amounts.into_iter().enumerate() {
            let shares = pool.shares.iter().filter(|(_, share)| !share.is_zero());
            let (receivers, weights): (Vec<&Option<K>>, Vec<Decimal>) = shares.map(|(k, v)| (k, *v)).unzip();
            let parts = split(Money::new(bounded(amount, "cost of a pool")?, currency), &weights)?;
            let minor = parts.into_iter().map(|part| currency.to_minor(part.amount));
            rows.push(Row { period, pool: &pool.pool, cells: receivers.into_iter().zip(minor).collect() });
        }
    }
    settle(&mut rows, borne, currency);
    rows.sort_by_key(|row| row.period);
    let charges = rows.iter().flat_map(|row| {
        row.cells.iter().filter(|(_, minor)| **minor != 0).filter_map(|(receiver, minor)| {
            let receiver = receiver.as_ref()?.clone();
            let amount = currency.from_minor(*minor);
            Some(Charge { period: row.period, pool: row.pool.clone(), receiver, amount })
        })
    });
    Ok(charges.collect())
}

/// Moves single minor units within rows until everybody has what they bear. Units pass over others where two have no
/// pool in common; where nothing connects them they stay.
fn settle<K: Ord>(rows: &mut [Row<'_, K>], borne: &BTreeMap<Option<K>, Decimal>, currency: Currency) {
    let mut over: BTreeMap<&Option<K>, i128> = BTreeMap::new();
    for row in rows.iter() {
        for (receiver, minor) in &row.cells {
            *over.entry(*receiver).or_default() += minor;
        }
    }
    for (receiver, minor) in &mut over {
        *minor -= borne.get(*receiver).map_or(0, |amount| currency.to_minor(*amount));
    }
    let mut stuck = BTreeSet::new();
    loop {
        let from = over.iter().find(|(receiver, minor)| **minor > 0 && !stuck.contains(*receiver));
        let Some(from) = from.map(|(receiver, _)| *receiver) else { return };
        let Some(way) = way(rows, from, &over) else {
            stuck.insert(from);
            continue;
        };
        let mut at = from;
        for (row, to) in way {
            for (receiver, unit) in [(at, -1), (to, 1)] {
                if let Some(minor) = rows[row].cells.get_mut(receiver) {
                    *minor += unit;
                }
                *over.entry(receiver).or_default() += unit;
            }
            at = to;
        }
    }
}

/// The rows by which a unit gets from somebody who has too much to somebody who has too little.
fn way<'a, K: Ord>(
    rows: &[Row<'a, K>],
    from: &'a Option<K>,
    over: &BTreeMap<&'a Option<K>, i128>,
) -> Option<Vec<(usize, &'a Option<K>)>> {
    let mut reached: BTreeMap<&Option<K>, Vec<(usize, &'a Option<K>)>> = BTreeMap::from([(from, Vec::new())]);
    let mut next = VecDeque::from([from]);
    while let Some(at) = next.pop_front() {
        let so_far = reached[&at].clone();
        // The largest amount bears a unit most easily; of equals the last period does.
        let mut places: Vec<usize> =
            (0..rows.len()).filter(|place| rows[*place].cells.contains_key(at)).collect();
        places.sort_by_key(|place| {
            std::cmp::Reverse((rows[*place].cells[at].unsigned_abs(), rows[*place].period))
        });
        for place in places {
            for to in rows[place].cells.keys().copied() {
                if reached.contains_key(to) {
                    continue;
                }
                let mut way = so_far.clone();
                way.push((place, to));
                if over.get(to).is_some_and(|minor| *minor < 0) {
                    return Some(way);
                }
                reached.insert(to, way);
                next.push_back(to);
            }
        }
    }
    None
}
