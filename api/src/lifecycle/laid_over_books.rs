//! What the books make of a scenario.
//!
//! Books have what is on record: a refresh that is planned, a site that is left or a price that is agreed is posted when
//! it happens. So of the changes of a scenario only an exchange rate alters a figure of the books, where they are
//! converted; of every other one the answer says that it alters nothing.

use entity::scenarios::scenario_change::Terms;

use crate::scenarios::Overlay;

impl Overlay {
    /// The changes in sentences, and of each that the books do not follow that they do not. `is_converted` is whether
    /// the figure is converted at plan rates.
    #[must_use]
    pub fn of_books(&self, is_converted: bool) -> Vec<String> {
        let mut said = self.assumptions();
        for (sentence, change) in said.iter_mut().zip(self.changes()) {
            if is_converted && matches!(change.row.terms, Terms::ExchangeRate { .. }) {
                continue;
            }
            sentence.push_str(
                "; the books are the same, for they have what is on record and not what is planned",
            );
        }
        said
    }
}
