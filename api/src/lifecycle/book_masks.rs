//! Which amounts of the books would tell a single price, and so are hidden from those who see only sums.

use forecasting::money::Currency;

use super::book_figures::Row;

/// Prices that a sum has to hide, for callers who see sums and no single prices.
pub const FEWEST_SUMMED: u64 = 5;

/// Which rows are hidden from callers who see no single prices: those of few assets, and with one that is alone in its
/// currency the next smallest, for what the others lack to the total would tell it.
#[must_use]
pub fn hidden(rows: &[Row]) -> Vec<bool> {
    let mut hidden: Vec<bool> = rows.iter().map(|row| row.count < FEWEST_SUMMED).collect();
    let mut currencies: Vec<Currency> = rows.iter().map(|row| row.currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    for currency in currencies {
        let mut of: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].currency == currency).collect();
        of.sort_by_key(|at| rows[*at].count);
        if of.iter().filter(|at| hidden[**at]).count() == 1 {
            for at in of.into_iter().take(2) {
                hidden[at] = true;
            }
        }
    }
    hidden
}
