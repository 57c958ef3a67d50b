//! How much of an estate is past its last date of support.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::{Currency, bounded, proportion, times};
use crate::month::{FiscalCalendar, Month};

/// Assets in use that share their last date of support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupportedAssets {
    /// How many.
    pub count: u32,
    /// What they are worth together; `None` if nobody knows, which leaves them out of the sums by value.
    pub value: Option<Decimal>,
    /// Their last date of support; `None` if nobody knows.
    pub last_date_of_support: Option<NaiveDate>,
    /// The day on which they are gone, where that is known: from then on they are not in use.
    pub gone_on: Option<NaiveDate>,
}

impl SupportedAssets {
    /// So many assets of the same price; `None` if nobody knows it.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if their value does not fit.
    pub fn alike(
        count: u32,
        price: Option<Decimal>,
        last_date_of_support: Option<NaiveDate>,
    ) -> Result<Self> {
        let value = price.map(|price| times(price, Decimal::from(count), "value")).transpose()?;
        Ok(Self { count, value, last_date_of_support, gone_on: None })
    }

    /// The same, gone from a day on.
    #[must_use]
    pub fn gone(self, on: Option<NaiveDate>) -> Self {
        Self { gone_on: on, ..self }
    }
}

/// A count and a value of assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// Assets.
    pub count: u64,
    /// Their value, of those whose value is known.
    pub value: Decimal,
}

impl Extent {
    fn add(&mut self, assets: &SupportedAssets) -> Result<()> {
        self.count += u64::from(assets.count);
        if let Some(value) = assets.value {
            self.value = bounded(self.value + bounded(value, "value")?, "value")?;
        }
        Ok(())
    }
}

/// How much of an estate has passed its last date of support on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposure {
    /// The day.
    pub date: NaiveDate,
    /// Currency of the values.
    pub currency: Currency,
    /// Assets whose last date of support is that day or earlier.
    pub exposed: Extent,
    /// Assets whose last date of support nobody knows: they may be exposed too.
    pub unknown: Extent,
    /// All assets in use, exposed and unknown ones among them.
    pub in_use: Extent,
    /// Assets of unknown value, which the values lack.
    pub without_value: u64,
}

impl Exposure {
    /// Exposed assets as a fraction of all in use, by count; `None` where there are none.
    pub fn share_by_count(&self) -> Option<Decimal> {
        share(Decimal::from(self.exposed.count), Decimal::from(self.in_use.count))
    }

    /// Exposed value as a fraction of the value in use; `None` where that is zero.
    pub fn share_by_value(&self) -> Option<Decimal> {
        share(self.exposed.value, self.in_use.value)
    }
}

fn share(part: Decimal, whole: Decimal) -> Option<Decimal> {
    (!whole.is_zero()).then(|| proportion(part, Decimal::ONE, whole))
}

/// The same assets in as few groups as say the same: those that share their last date of support and
/// the day on which they are gone, of known and of unknown value apart.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] if a sum does not fit.
pub fn grouped(assets: impl IntoIterator<Item = SupportedAssets>) -> Result<Vec<SupportedAssets>> {
    let mut groups: BTreeMap<(Option<NaiveDate>, Option<NaiveDate>, bool), SupportedAssets> = BTreeMap::new();
    for one in assets {
        let key = (one.last_date_of_support, one.gone_on, one.value.is_some());
        let Some(group) = groups.get_mut(&key) else {
            groups.insert(key, one);
            continue;
        };
        group.count =
            group.count.checked_add(one.count).ok_or(ForecastError::OutOfRange { field: "count" })?;
        if let (Some(sum), Some(value)) = (group.value.as_mut(), one.value) {
            *sum = bounded(*sum + bounded(value, "value")?, "value")?;
        }
    }
    Ok(groups.into_values().collect())
}

/// How much of an estate, valued in one currency, is past its last date of support on a day if nothing is replaced.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a negative value; [`ForecastError::OutOfRange`] if a sum does not fit.
pub fn exposure(assets: &[SupportedAssets], currency: Currency, date: NaiveDate) -> Result<Exposure> {
    let mut found = Exposure {
        date,
        currency,
        exposed: Extent::default(),
        unknown: Extent::default(),
        in_use: Extent::default(),
        without_value: 0,
    };
    for group in assets {
        if let Some(value) = group.value.filter(|value| *value < Decimal::ZERO) {
            return Err(ForecastError::invalid("value", &value, "a value is not negative"));
        }
        if group.gone_on.is_some_and(|gone| gone <= date) {
            continue;
        }
        found.in_use.add(group)?;
        if group.value.is_none() {
            found.without_value += u64::from(group.count);
        }
        match group.last_date_of_support {
            Some(last) if last <= date => found.exposed.add(group)?,
            Some(_) => {}
            None => found.unknown.add(group)?,
        }
    }
    Ok(found)
}

/// The exposure on the last day of each of a number of fiscal quarters, the first of them the one `from` lies in.
///
/// Quarters are of calendar months, as in the year totals of a roadmap.
///
/// # Errors
///
/// As [`exposure`]; [`ForecastError::Invalid`] for more than 400 quarters.
pub fn exposure_by_quarter(
    assets: &[SupportedAssets],
    currency: Currency,
    calendar: &FiscalCalendar,
    from: Month,
    quarters: u32,
) -> Result<Vec<((i32, u32), Exposure)>> {
    if quarters > 400 {
        return Err(ForecastError::invalid("quarters", &quarters, "an exposure covers at most 400 quarters"));
    }
    let inside = from.since(calendar.first_month(calendar.fiscal_year_of(from))).rem_euclid(3);
    let mut found = Vec::with_capacity(quarters as usize);
    for quarter in 0..quarters {
        let last = from.plus(2 - inside + 3 * quarter as i32);
        found.push((calendar.fiscal_quarter_of(last), exposure(assets, currency, last.last_day())?));
    }
    Ok(found)
}
