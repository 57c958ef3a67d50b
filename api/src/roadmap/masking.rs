//! Which sums would tell a single price.

/// Which of some parts of one sum are hidden from those who see only sums, by how many records are behind each: those
/// of single records, and with one that is alone the one of fewest records, for what the others lack to the whole
/// would tell it.
#[must_use]
pub fn hidden(counts: &[usize]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|at| counts[*at]);
    let single = counts.iter().filter(|count| **count < 2).count();
    let mut hidden = vec![false; counts.len()];
    for at in order.into_iter().take(if single == 1 { 2 } else { single }) {
        hidden[at] = true;
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alone_takes_the_smallest_other_with_it() {
        assert_eq!(hidden(&[5, 1, 3]), [false, true, true]);
        assert_eq!(hidden(&[1, 1, 3]), [true, true, false]);
        assert_eq!(hidden(&[2, 3]), [false, false]);
        assert_eq!(hidden(&[1]), [true]);
    }
}
