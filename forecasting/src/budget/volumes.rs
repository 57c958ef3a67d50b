//! How much of something there is in a month: measured, added up over places, and taken to grow.

use rust_decimal::Decimal;

use super::not_negative;
use crate::error::{ForecastError, Result};
use crate::growth::compound;
use crate::money::{bounded, times};
use crate::month::Month;

/// A volume as it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthVolume {
    /// The average of the month.
    Average(Decimal),
    /// At its two ends.
    Ends {
        /// On the first day.
        opening: Decimal,
        /// On the last day.
        closing: Decimal,
    },
}

impl MonthVolume {
    /// The average: of two ends their mean.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative volume, [`ForecastError::OutOfRange`] for one that does not fit.
    pub fn average(self) -> Result<Decimal> {
        match self {
            Self::Average(average) => not_negative(average, "volume"),
            Self::Ends { opening, closing } => {
                let (opening, closing) =
                    (not_negative(opening, "opening")?, not_negative(closing, "closing")?);
                Ok((opening + closing) / Decimal::TWO)
            }
        }
    }
}

/// The volumes of several places together.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] if the sum does not fit.
pub fn together(volumes: impl IntoIterator<Item = Decimal>) -> Result<Decimal> {
    volumes
        .into_iter()
        .try_fold(Decimal::ZERO, |sum, volume| bounded(sum + bounded(volume, "volume")?, "volume"))
}

/// The volume of a later month: the last known one, grown by a fraction each month since.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a growth that is -1 or less or above 10, or a month before the known one;
/// [`ForecastError::OutOfRange`] if the volume does not fit.
pub fn grown(known: Decimal, known_month: Month, month: Month, monthly_growth: Decimal) -> Result<Decimal> {
    let months = u32::try_from(month.since(known_month)).map_err(|_| {
        ForecastError::invalid("month", &month, "a volume grows from the last known month forwards")
    })?;
    times(known, compound(monthly_growth, months)?, "volume")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(number: u32) -> Month {
        Month::new(2026, number).unwrap()
    }

    #[test]
    fn ends_average_to_their_mean() {
        let ends = MonthVolume::Ends { opening: Decimal::from(800), closing: Decimal::from(840) };
        assert_eq!(ends.average().unwrap(), Decimal::from(820));
        assert_eq!(MonthVolume::Average(Decimal::TEN).average().unwrap(), Decimal::TEN);
        let negative = MonthVolume::Ends { opening: Decimal::ONE, closing: Decimal::NEGATIVE_ONE };
        let refusal = negative.average().unwrap_err().to_string();
        assert_eq!(refusal, "closing \"-1\" is not usable: it is not negative");
    }

    #[test]
    fn a_volume_grows_from_the_last_known_month() {
        let grown_to = |number, rate| grown(Decimal::from(100), month(3), month(number), rate);
        assert_eq!(grown_to(5, Decimal::new(1, 1)).unwrap(), Decimal::from(121));
        assert_eq!(grown_to(3, Decimal::new(1, 1)).unwrap(), Decimal::from(100));
        assert_eq!(grown_to(9, Decimal::ZERO).unwrap(), Decimal::from(100));
        assert!(grown_to(2, Decimal::ZERO).is_err());
        assert!(grown_to(5, Decimal::from(12)).is_err());
        let extreme = grown(Decimal::MAX, month(1), month(12), Decimal::TEN);
        assert_eq!(extreme.unwrap_err(), ForecastError::OutOfRange { field: "volume" });
    }

    #[test]
    fn volumes_of_places_add_up() {
        assert_eq!(together([Decimal::ONE, Decimal::TWO]).unwrap(), Decimal::from(3));
        assert!(together([Decimal::MAX, Decimal::MAX]).is_err());
    }
}
