//! The draw of a machine from the ratings of its power ports.

/// Watts of a whole machine, from the watts of those of its `ports` that have a figure.
///
/// Power supplies stand in for one another: a machine with two ports of 500 W draws 500 W, not 1,000 W. Half of the
/// ports, rounded up, are taken to carry the load, and the largest ratings are counted: one of one or two, two of
/// three or four. Nothing is returned when fewer ports than that have a figure, since missing is not zero.
pub(super) fn of_ports(ports: usize, ratings: &[i32]) -> Option<i32> {
    let carrying = ports.max(ratings.len()).div_ceil(2);
    if ratings.is_empty() || ratings.len() < carrying {
        return None;
    }
    let mut largest = ratings.to_vec();
    largest.sort_unstable_by(|one, other| other.cmp(one));
    largest.iter().take(carrying).try_fold(0_i32, |sum, watts| sum.checked_add(*watts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redundant_ports_are_not_added() {
        for (ports, ratings, expected) in [
            (0, &[][..], None),
            (1, &[], None),
            (1, &[150], Some(150)),
            (2, &[500, 500], Some(500)),
            (2, &[65, 90], Some(90)),
            (2, &[350], Some(350)),
            (3, &[700, 700, 700], Some(1_400)),
            (4, &[3_000; 4], Some(6_000)),
            (4, &[3_000], None),
            (6, &[2_500; 6], Some(7_500)),
            (1, &[i32::MAX, i32::MAX, i32::MAX], None),
        ] {
            assert_eq!(of_ports(ports, ratings), expected, "{ports} {ratings:?}");
        }
    }
}
