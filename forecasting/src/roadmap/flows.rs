//! Amounts per month, category and view.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, bounded, times};
use crate::month::{Month, Months};

/// The longest window: a hundred years.
const LONGEST_WINDOW: u32 = 1200;

/// Consecutive months a roadmap is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    from: Month,
    months: u32,
}

impl Window {
    /// A number of months beginning with `from`.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] if the number is not 1 to 1,200.
    pub fn new(from: Month, months: u32) -> Result<Self> {
        if (1..=LONGEST_WINDOW).contains(&months) {
            return Ok(Self { from, months });
        }
        Err(ForecastError::invalid("months", &months, "a roadmap covers 1 to 1,200 months"))
    }

    /// First month.
    pub fn from(self) -> Month {
        self.from
    }

    /// Number of months.
    pub fn months(self) -> u32 {
        self.months
    }

    /// Last month.
    pub fn last(self) -> Month {
        self.from.plus(self.months as i32 - 1)
    }

    /// The months in order.
    pub fn iter(self) -> Months {
        self.from.range(self.months)
    }

    /// Position of a month, if it lies in the window.
    pub fn position(self, month: Month) -> Option<usize> {
        usize::try_from(month.since(self.from)).ok().filter(|position| *position < self.months as usize)
    }
}

/// Which event places an amount in a month. The three are never added to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoneyView {
    /// When it is committed: signature of a contract, an order; consumption where nothing is committed.
    Commitment,
    /// When it is paid.
    Cash,
    /// When it is recognised as expense: depreciation, amortised prepayments, the month a service is for.
    Pnl,
}

impl MoneyView {
    /// All views.
    pub const ALL: [Self; 3] = [Self::Commitment, Self::Cash, Self::Pnl];
}

/// What an amount is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Colocation contracts.
    Colocation,
    /// Cloud workloads.
    Cloud,
    /// Depreciation of assets, present and planned; in the view of profit and loss only.
    Depreciation,
    /// Impairment losses of assets, as the books have them; in the view of profit and loss only.
    Impairment,
    /// Support contracts and support bought with hardware.
    Support,
    /// Hardware, freight and installation of refreshes; in the views of commitment and cash only.
    RefreshCapital,
    /// Disposal of old assets: its cost and their book value, less proceeds.
    Disposal,
    /// What growth of capacity asks for, never part of a refresh: hardware, freight, installation and prepaid support in
    /// the views of commitment and cash, what is written off of them in that of profit and loss.
    Growth,
}

impl Category {
    /// All categories.
    pub const ALL: [Self; 8] = [
        Self::Colocation,
        Self::Cloud,
        Self::Depreciation,
        Self::Impairment,
        Self::Support,
        Self::RefreshCapital,
        Self::Disposal,
        Self::Growth,
    ];
}

/// Amounts of consecutive months, from the first that has one to the last: most sources are paid in few.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Row {
    /// Position of the first amount in the window.
    pub(super) first: usize,
    /// In minor units of the currency, each within the limit of an amount.
    pub(super) cells: Vec<i128>,
}

impl Row {
    fn cell(&mut self, position: usize) -> &mut i128 {
        if self.cells.is_empty() {
            self.first = position;
        }
        let before = self.first.saturating_sub(position);
        self.cells.splice(0..0, std::iter::repeat_n(0, before));
        self.first -= before;
        let place = position - self.first;
        if place >= self.cells.len() {
            self.cells.resize(place + 1, 0);
        }
        &mut self.cells[place]
    }

    /// The amounts with their positions in the window.
    fn positions(&self) -> impl Iterator<Item = (usize, i128)> {
        (self.first..).zip(self.cells.iter().copied())
    }
}

/// What one source contributes to the months of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flows {
    window: Window,
    currency: Currency,
    rows: BTreeMap<(MoneyView, Category), Row>,
    contingency: BTreeMap<Month, Decimal>,
    explanations: BTreeMap<Category, Explanation>,
}

impl Flows {
    /// No amounts yet.
    pub fn new(window: Window, currency: Currency) -> Self {
        Self {
            window,
            currency,
            rows: BTreeMap::new(),
            contingency: BTreeMap::new(),
            explanations: BTreeMap::new(),
        }
    }

    /// The months covered.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Currency of every amount.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Adds an amount to a month, rounded to the minor unit; outside the window it is left out.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if the month's amount does not fit.
    pub fn post(&mut self, view: MoneyView, category: Category, month: Month, amount: Decimal) -> Result<()> {
        let (Some(position), false) = (self.window.position(month), amount.is_zero()) else { return Ok(()) };
        let cell = self.rows.entry((view, category)).or_default().cell(position);
        *cell = self.currency.bounded_minor(*cell + self.currency.to_minor(amount), "amount")?;
        Ok(())
    }

    /// Notes a contingency that is planned in a month and not spent in any view.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if it does not fit.
    pub fn reserve(&mut self, month: Month, amount: Decimal) -> Result<()> {
        if self.window.position(month).is_some() && !amount.is_zero() {
            let cell = self.contingency.entry(month).or_default();
            *cell = bounded(*cell + self.currency.round(bounded(amount, "contingency")?), "contingency")?;
        }
        Ok(())
    }

    /// Says how the amounts of a category came about.
    pub fn explain(&mut self, category: Category, explanation: Explanation) {
        self.explanations.insert(category, explanation);
    }

    /// The amounts of a view and category, one per month; `None` where there is not one.
    pub fn amounts(&self, view: MoneyView, category: Category) -> Option<Vec<Decimal>> {
        let row = self.rows.get(&(view, category))?;
        let mut amounts = vec![Decimal::ZERO; self.window.months as usize];
        for (position, cell) in row.positions() {
            amounts[position] = self.currency.from_minor(cell);
        }
        Some(amounts)
    }

    /// All rows that have an amount.
    pub(super) fn rows(&self) -> impl Iterator<Item = (MoneyView, Category, &Row)> {
        self.rows.iter().map(|((view, category), row)| (*view, *category, row))
    }

    /// Contingencies that are planned and not spent, by month.
    pub fn contingency(&self) -> &BTreeMap<Month, Decimal> {
        &self.contingency
    }

    /// Whether nothing is paid and nothing is planned.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.contingency.is_empty()
    }

    /// How the amounts of a category came about.
    pub fn explanation(&self, category: Category) -> Option<&Explanation> {
        self.explanations.get(&category)
    }

    /// The sum of all months and categories of a view.
    pub fn total(&self, view: MoneyView) -> Decimal {
        let of_view = self.rows().filter(|(of, _, _)| *of == view);
        self.currency.from_minor(of_view.flat_map(|(_, _, row)| &row.cells).sum())
    }

    /// The same amounts, all of one category, which is explained as given.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if the sum of a month does not fit.
    pub fn gathered(&self, category: Category, explanation: Explanation) -> Result<Self> {
        let mut gathered = Self::new(self.window, self.currency);
        gathered.contingency.clone_from(&self.contingency);
        for ((view, _), row) in &self.rows {
            for (position, cell) in row.positions().filter(|(_, cell)| *cell != 0) {
                let sum = gathered.rows.entry((*view, category)).or_default().cell(position);
                *sum = self.currency.bounded_minor(*sum + cell, "amount")?;
            }
        }
        gathered.explain(category, explanation);
        Ok(gathered)
    }

    /// The same in another currency: each month by its rate (units of `currency` for one of the present),
    /// rounded per month.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a rate that is not above zero, [`ForecastError::Missing`] for a month
    /// without a rate, [`ForecastError::OutOfRange`] if an amount does not fit.
    pub fn convert(&self, currency: Currency, rate: impl Fn(Month) -> Option<Decimal>) -> Result<Self> {
        let rates = self.window.iter().map(|month| match rate(month) {
            Some(rate) if rate > Decimal::ZERO => Ok(rate),
            Some(rate) => Err(ForecastError::invalid("rate", &rate, "an exchange rate is above zero")),
            None => Err(ForecastError::Missing {
                field: "exchange rate",
                reason: "every month of the window needs one",
            }),
        });
        let rates: Vec<Decimal> = rates.collect::<Result<_>>()?;
        let mut converted = Self::new(self.window, currency);
        converted.explanations.clone_from(&self.explanations);
        for (key, row) in &self.rows {
            let cells = row.positions().map(|(position, cell)| match cell {
                0 => Ok(0),
                cell => times(self.currency.from_minor(cell), rates[position], "amount")
                    .map(|amount| currency.to_minor(amount)),
            });
            converted.rows.insert(*key, Row { first: row.first, cells: cells.collect::<Result<_>>()? });
        }
        for (month, amount) in &self.contingency {
            let rate = self.window.position(*month).and_then(|position| rates.get(position));
            if let Some(rate) = rate {
                converted.reserve(*month, times(*amount, *rate, "contingency")?)?;
            }
        }
        Ok(converted)
    }
}
