//! How cost less salvage falls over the years of life.

use rust_decimal::Decimal;

use crate::money::{Currency, proportion};

/// A depreciation method. Years are years of the asset's life, not fiscal years; within one of them the charge
/// is even.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Method {
    /// The same every month: (cost - salvage) / life.
    #[default]
    StraightLine,
    /// Sum of years' digits: each year in proportion to the years left at its start.
    SumOfYearsDigits,
    /// Twice the straight-line rate on the book value, never below salvage.
    DoubleDeclining {
        /// Whether to change to straight line on the remainder as soon as that is at least as much. Without it
        /// an asset with little salvage is never written off in full.
        switch: bool,
    },
    /// One and a half times the straight-line rate on the book value, never below salvage.
    Declining150 {
        /// As for [`DoubleDeclining`](Self::DoubleDeclining).
        switch: bool,
    },
}

/// Unrounded accumulated depreciation as a function of the share of life that has passed.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    depreciable: Decimal,
    life_months: u32,
    /// Charge of each year of life; empty for the straight line.
    years: Vec<Decimal>,
    /// Charges of all years before each year.
    before: Vec<Decimal>,
}

impl Curve {
    pub(super) fn new(method: Method, cost: Decimal, salvage: Decimal, life_months: u32) -> Self {
        Self::remaining(method, cost, salvage, life_months, life_months)
    }

    /// What is left of a life, `life_months` of `whole_life`, beginning with a book value. The rate of a declining
    /// balance stays that of the whole life.
    pub(super) fn remaining(
        method: Method,
        cost: Decimal,
        salvage: Decimal,
        life_months: u32,
        whole_life: u32,
    ) -> Self {
        let yearly = |twelfths, switch| {
            let rate = (Decimal::from(twelfths), Decimal::from(whole_life));
            declining(cost, salvage, life_months, rate, switch)
        };
        let years = match method {
            Method::StraightLine => Vec::new(),
            Method::SumOfYearsDigits => years_digits(cost - salvage, life_months),
            Method::DoubleDeclining { switch } => yearly(24, switch),
            Method::Declining150 { switch } => yearly(18, switch),
        };
        let mut sum = Decimal::ZERO;
        let before = years
            .iter()
            .map(|charge| {
                let start = sum;
                sum += charge;
                start
            })
            .collect();
        Self { depreciable: cost - salvage, life_months, years, before }
    }

    /// What has been depreciated once `passed` of `whole` of the life is over.
    pub(super) fn accumulated(&self, passed: i64, whole: i64) -> Decimal {
        if passed <= 0 || whole <= 0 {
            return Decimal::ZERO;
        }
        if passed >= whole {
            return self.at_end();
        }
        if self.years.is_empty() {
            return proportion(self.depreciable, Decimal::from(passed), Decimal::from(whole));
        }
        // Position in life in units of 1/whole month, so that all of it stays whole numbers.
        let position = i64::from(self.life_months) * passed;
        let year = (position / (12 * whole)) as usize;
        let (Some(charge), Some(before)) = (self.years.get(year), self.before.get(year)) else {
            return self.at_end();
        };
        let length = year_length(self.life_months, year as u32);
        let within = position % (12 * whole);
        before + proportion(*charge, Decimal::from(within), Decimal::from(i64::from(length) * whole))
    }

    /// The same rounded to the minor unit of `currency`, in which cost and salvage are whole.
    pub(super) fn rounded(&self, passed: i64, whole: i64, currency: Currency) -> Decimal {
        if !self.years.is_empty() || !(0..whole).contains(&passed) {
            return currency.round(self.accumulated(passed, whole));
        }
        // Most assets of most estates come here, month by month: whole numbers give the same at a tenth of the time.
        let (passed, whole) = (i128::from(passed), i128::from(whole));
        let doubled = 2 * currency.to_minor(self.depreciable) * passed + whole;
        currency.from_minor(doubled / (2 * whole))
    }

    /// Whether nothing but salvage is left when life is over.
    pub(super) fn writes_off(&self, currency: Currency) -> bool {
        currency.round(self.at_end()) == currency.round(self.depreciable)
    }

    /// What has been depreciated when life is over: cost less salvage, or less than that for a declining
    /// balance that never switches.
    pub(super) fn at_end(&self) -> Decimal {
        match (self.years.last(), self.before.last()) {
            (Some(last), Some(before)) => last + before,
            _ => self.depreciable,
        }
    }
}

fn year_count(life_months: u32) -> u32 {
    life_months.div_ceil(12)
}

/// Months of a year of life; the last one may be short.
fn year_length(life_months: u32, year: u32) -> u32 {
    (life_months - 12 * year).min(12)
}

/// Each year weighs its length times the months left at its start, which for whole years is the textbook
/// N, N-1, … 1.
fn years_digits(depreciable: Decimal, life_months: u32) -> Vec<Decimal> {
    let weight = |year: u32| Decimal::from((life_months - 12 * year) * year_length(life_months, year));
    let sum: Decimal = (0..year_count(life_months)).map(weight).sum();
    let mut left = depreciable;
    (0..year_count(life_months))
        .map(|year| {
            let last = year + 1 == year_count(life_months);
            let charge = if last { left } else { proportion(depreciable, weight(year), sum) };
            left -= charge;
            charge
        })
        .collect()
}

/// The yearly rate is a number of twelfths over the months of the whole life: 24 for double, 18 for one and a half
/// times the straight line.
fn declining(
    cost: Decimal,
    salvage: Decimal,
    life_months: u32,
    (twelfths, whole_life): (Decimal, Decimal),
    switch: bool,
) -> Vec<Decimal> {
    let mut book_value = cost;
    (0..year_count(life_months))
        .map(|year| {
            let length = year_length(life_months, year);
            let months = whole_life * Decimal::from(12);
            let by_rate = proportion(book_value, twelfths * Decimal::from(length), months);
            let left = (book_value - salvage).max(Decimal::ZERO);
            let straight = proportion(left, Decimal::from(length), Decimal::from(life_months - 12 * year));
            let charge = if switch { by_rate.max(straight) } else { by_rate }.min(left);
            book_value -= charge;
            charge
        })
        .collect()
}
