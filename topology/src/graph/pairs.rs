//! Pairs of numbers put in order by counting: two looks at each of them, however many there are.

/// Pairs in the order of a key below a bound; those with the same key keep the order in which they come.
pub(super) fn by_key<P: Copy>(bound: usize, pairs: &[P], key: impl Fn(&P) -> u32) -> Vec<P> {
    let Some(any) = pairs.first().copied() else { return Vec::new() };
    let mut next = vec![0_u32; bound + 1];
    for pair in pairs {
        next[key(pair) as usize + 1] += 1;
    }
    for place in 0..bound {
        next[place + 1] += next[place];
    }
    let mut ordered = vec![any; pairs.len()];
    for pair in pairs {
        let place = &mut next[key(pair) as usize];
        ordered[*place as usize] = *pair;
        *place += 1;
    }
    ordered
}

/// Pairs in the order of their first numbers, and of their second numbers where those are the same; all are below a
/// bound.
pub(super) fn in_order(bound: usize, pairs: &[(u32, u32)]) -> Vec<(u32, u32)> {
    by_key(bound, &by_key(bound, pairs, |pair| pair.1), |pair| pair.0)
}

/// Pairs from their other end.
pub(super) fn turned(pairs: &[(u32, u32)]) -> impl Iterator<Item = (u32, u32)> + Clone {
    pairs.iter().map(|(from, to)| (*to, *from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_orders_as_sorting_does() {
        let mut number = 7_u32;
        let mut next = || {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (number >> 8) % 50
        };
        let pairs: Vec<(u32, u32)> = (0..1_000).map(|_| (next(), next())).collect();
        let mut sorted = pairs.clone();
        sorted.sort_unstable();
        assert_eq!(in_order(50, &pairs), sorted);
        sorted = pairs.clone();
        sorted.sort_by_key(|pair| pair.1);
        assert_eq!(by_key(50, &pairs, |pair| pair.1), sorted, "those alike keep their order");
        assert_eq!(in_order(0, &[]), []);
    }
}
