//! Copies that belong together: data that are only of use as of one moment go back to a moment that all have.

/// The newest moment that all can go back to together, from the moments of each one's copies in ascending order: of
/// each there is a copy no earlier than it and at most `tolerance` later. `None` where there is no such moment, or
/// nobody to go back.
///
/// Moments and tolerance are in one unit, whichever it is.
pub fn common_point(copies: &[Vec<i64>], tolerance: u32) -> Option<i64> {
    let mut rows: Vec<&[i64]> = copies.iter().map(Vec::as_slice).collect();
    loop {
        let mut latest: Option<(usize, i64)> = None;
        let mut earliest = i64::MAX;
        for (place, row) in rows.iter().enumerate() {
            let moment = *row.last()?;
            earliest = earliest.min(moment);
            if latest.is_none_or(|(_, other)| moment > other) {
                latest = Some((place, moment));
            }
        }
        let (place, moment) = latest?;
        let last = earliest.saturating_add(i64::from(tolerance));
        if moment <= last {
            return Some(earliest);
        }
        // Whatever all can go back to is no later than the earliest of the newest, so this copy is not part of it.
        let kept = rows[place].partition_point(|moment| *moment <= last);
        rows[place] = &rows[place][..kept];
    }
}

/// How many copies of each have no copy of some other beside them, at most `tolerance` earlier or later. The moments of
/// each are in ascending order.
pub fn unmatched(copies: &[Vec<i64>], tolerance: u32) -> Vec<usize> {
    let tolerance = i64::from(tolerance);
    let is_beside = |moment: i64, other: &[i64]| {
        let from = other.partition_point(|one| *one < moment.saturating_sub(tolerance));
        other.get(from).is_some_and(|one| *one <= moment.saturating_add(tolerance))
    };
    let alone = |own: &Vec<i64>| {
        own.iter().filter(|moment| !copies.iter().all(|other| is_beside(**moment, other))).count()
    };
    copies.iter().map(alone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every choice of one copy of each, by hand.
    fn by_hand(copies: &[Vec<i64>], tolerance: u32) -> Option<i64> {
        let mut best = None;
        let moments = copies.iter().flatten();
        for moment in moments {
            let last = moment + i64::from(tolerance);
            let has_all = copies.iter().all(|row| row.iter().any(|one| (*moment..=last).contains(one)));
            if has_all {
                best = best.max(Some(*moment));
            }
        }
        best
    }

    #[test]
    fn all_go_back_to_the_newest_moment_that_all_have() {
        assert_eq!(common_point(&[vec![0, 60, 120], vec![0, 60]], 0), Some(60));
        assert_eq!(common_point(&[vec![0, 60, 120], vec![5, 55, 130]], 0), None);
        assert_eq!(common_point(&[vec![0, 60, 120], vec![5, 55, 130]], 10), Some(120));
        assert_eq!(common_point(&[vec![0, 60, 120], vec![5, 55]], 10), Some(55));
        assert_eq!(common_point(&[vec![0], vec![]], 10), None);
        assert_eq!(common_point(&[], 10), None);
        assert_eq!(common_point(&[vec![i64::MAX], vec![i64::MAX]], u32::MAX), Some(i64::MAX));
    }

    #[test]
    fn it_is_what_trying_every_moment_finds() {
        let mut state = 7_u64;
        let mut draw = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % most
        };
        for _ in 0..2_000 {
            let members = 1 + draw(4);
            let copies: Vec<Vec<i64>> = (0..members)
                .map(|_| {
                    let mut row: Vec<i64> = (0..draw(8)).map(|_| draw(60) as i64).collect();
                    row.sort_unstable();
                    row
                })
                .collect();
            let tolerance = draw(12) as u32;
            assert_eq!(
                common_point(&copies, tolerance),
                by_hand(&copies, tolerance),
                "{copies:?} {tolerance}"
            );
        }
    }

    #[test]
    fn what_stands_alone_is_counted() {
        assert_eq!(unmatched(&[vec![0, 60, 120], vec![0, 120]], 0), [1, 0]);
        assert_eq!(unmatched(&[vec![0, 60], vec![5, 64]], 5), [0, 0]);
        assert_eq!(unmatched(&[vec![0, 60], vec![]], 5), [2, 0]);
    }
}
