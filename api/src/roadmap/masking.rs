//! Which sums would tell a single price.

use std::collections::BTreeSet;

use forecasting::roadmap::Category;

use super::{Plan, Source, record_count};

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

/// Which lines of a view are hidden from those who see only sums, category by category.
#[must_use]
pub fn hidden_lines<'a>(
    plan: &Plan,
    lines: impl Iterator<Item = (Category, &'a BTreeSet<Source>)>,
) -> Vec<bool> {
    let lines: Vec<(Category, usize)> =
        lines.map(|(category, records)| (category, record_count(plan, records))).collect();
    let mut all = vec![false; lines.len()];
    for category in Category::ALL {
        let of: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].0 == category).collect();
        let counts: Vec<usize> = of.iter().map(|at| lines[*at].1).collect();
        for (at, is_hidden) in of.into_iter().zip(hidden(&counts)) {
            all[at] = is_hidden;
        }
    }
    all
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
