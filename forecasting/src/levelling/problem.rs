//! What is to be levelled: cohorts with their prices by month, and the limits on them.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::{Currency, Money, bounded, times};
use crate::month::{FiscalCalendar, Month};
use crate::refresh::Wait;
use crate::roadmap::Window;

/// Cohorts times months beyond which no plan is made: more than a hundred thousand cohorts over three years.
const MOST_CHOICES: usize = 4_000_000;
/// Limits beyond which no plan is made: several hundred years, months and currencies.
const MOST_LIMITS: usize = 4_000;
/// A deferral longer than this means that nobody set a limit.
const LONGEST_DEFERRAL: u32 = 1200;

/// What one month asks for if the cohort is ordered in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthCost {
    /// What the refresh costs at the prices of that month, in units of the cohort's currency. This is what limits
    /// on spending count, unless the cohort is [paid](Cohort::paid) in another currency. Not negative.
    pub cost: Decimal,
    /// What waiting until then costs beside that: extended support, expected outages, less what the capital earns
    /// in the meantime. May be negative. No limit counts it.
    pub waiting: Decimal,
}

impl MonthCost {
    /// What a month costs of a refresh that costs so much as planned and so much in that month, with what waiting until
    /// then comes to. The parts of the total are then what it costs as planned, and the parts of the waiting.
    pub fn of(as_planned: Decimal, cost: Decimal, wait: &Wait) -> Self {
        Self { cost, waiting: as_planned + wait.total() - cost }
    }
}

/// What caps on fiscal years count of a cohort, where that is not its cost in its own currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// The currency in which its orders are paid.
    pub currency: Currency,
    /// What is paid, for each month of the window as the month of the order. Not negative.
    pub amounts: Vec<Decimal>,
}

/// Assets that are refreshed together and whose month is to be chosen.
///
/// Days count by the month in which the new assets are in service: they are ordered `lead_months` before. Limits
/// on spending count the month of the order, limits on installations the month of service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// Names the cohort; unique.
    pub id: String,
    /// Currency of its amounts.
    pub currency: Currency,
    /// Units to install.
    pub installs: u32,
    /// Months from the order until the units are in service.
    pub lead_months: u32,
    /// Day of the month on which it is ordered, 1 to 31; the last day of months that are shorter. It tells the fiscal
    /// year of the order in calendars whose years begin within a month.
    pub order_day: u32,
    /// First month it may be in service: how far it may be pulled forward.
    pub earliest: Month,
    /// Month in which it is due to be in service.
    pub due: Month,
    /// Months after `due` that it may be deferred by.
    pub max_defer_months: u32,
    /// Whether it has to happen by its day. The greedy takes it first and never carries it into another year, and what
    /// does not all fit leaves others undone before it.
    pub mandatory: bool,
    /// How pressing it is, on the caller's scale; only the greedy asks. Not negative.
    pub risk_score: Decimal,
    /// Cost and price of waiting, for each month of the window as the month of the order.
    pub months: Vec<MonthCost>,
    /// What it costs not to order it in the window at all: the risk of the whole window. Not negative. It may be left
    /// undone only if its deadline allows an order after the window; see [`is_bound`](Self::is_bound).
    pub never: Decimal,
    /// What caps on fiscal years count, if it is paid in another currency than the one its costs are compared in.
    pub paid: Option<Paid>,
}

impl Cohort {
    /// The last month in which it may be in service.
    pub fn deadline(&self) -> Month {
        self.due.plus(self.max_defer_months as i32)
    }

    /// The last month in which it may be ordered.
    pub fn last_order(&self) -> Month {
        self.deadline().plus(-(self.lead_months as i32))
    }

    /// The month in which it is to be ordered so as to be in service when due.
    pub fn due_order(&self) -> Month {
        self.due.plus(-(self.lead_months as i32))
    }

    /// Whether it may be ordered in a month.
    pub fn may_be_ordered(&self, month: Month) -> bool {
        let in_service = month.plus(self.lead_months as i32);
        in_service >= self.earliest && in_service <= self.deadline()
    }

    /// Whether it has to be ordered in the window: it may not be deferred until a month after it.
    pub fn is_bound(&self, window: Window) -> bool {
        self.last_order() <= window.last()
    }

    /// What caps on fiscal years count of an order in the month at a position of the window.
    pub fn paid_in(&self, position: usize) -> Money {
        let paid = self.paid.as_ref().and_then(|paid| Some((paid.currency, *paid.amounts.get(position)?)));
        let (currency, amount) = paid.unwrap_or((self.currency, self.months[position].cost));
        Money::new(amount, currency).round()
    }
}

/// Something there is only so much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// What may be ordered in a fiscal year of what is paid in one currency.
    YearSpend {
        /// Label of the fiscal year.
        fiscal_year: i32,
        /// The cap.
        limit: Money,
    },
    /// What may be ordered in a month, in one currency.
    MonthSpend {
        /// The month.
        month: Month,
        /// The cap.
        limit: Money,
    },
    /// Units that may be installed in a month.
    MonthInstalls {
        /// The month of service.
        month: Month,
        /// How many.
        units: u32,
    },
}

impl Limit {
    /// How much there is: an amount in units of the currency, or a number of units to install.
    pub fn amount(&self) -> Decimal {
        match self {
            Self::YearSpend { limit, .. } | Self::MonthSpend { limit, .. } => limit.amount,
            Self::MonthInstalls { units, .. } => Decimal::from(*units),
        }
    }
}

/// Cohorts, the months they may be put in, and the limits on those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The months of order that are planned.
    pub window: Window,
    /// Fiscal years, for limits by year.
    pub calendar: FiscalCalendar,
    /// The currency in which costs of all cohorts are compared.
    pub currency: Currency,
    /// What a unit of another currency is worth in that one. Limits stay in their own currency.
    pub rates: BTreeMap<Currency, Decimal>,
    /// What is to be placed.
    pub cohorts: Vec<Cohort>,
    /// The limits. What is not limited is free.
    pub limits: Vec<Limit>,
}

impl Problem {
    /// Whether the figures can be used at all.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for ids that repeat, months that do not match the window, negative costs, limits
    /// or scores, two limits on the same thing, or too many cohorts or limits; [`ForecastError::Missing`] for a currency
    /// without a rate; [`ForecastError::OutOfRange`] for amounts beyond [`LIMIT`](crate::money::LIMIT).
    pub fn check(&self) -> Result<()> {
        self.calendar.check()?;
        let choices = self.cohorts.len().saturating_mul(self.window.months() as usize + 1);
        if choices > MOST_CHOICES {
            let rule = "a plan has at most 4,000,000 cohorts times months";
            return Err(ForecastError::invalid("cohorts", &self.cohorts.len(), rule));
        }
        if self.limits.len() > MOST_LIMITS {
            let rule = "a plan has at most 4,000 limits";
            return Err(ForecastError::invalid("limits", &self.limits.len(), rule));
        }
        let mut ids = BTreeSet::new();
        for cohort in &self.cohorts {
            if !ids.insert(cohort.id.as_str()) {
                return Err(ForecastError::invalid("cohort id", &cohort.id, "an id names one cohort"));
            }
            self.check_cohort(cohort)?;
        }
        let mut limited = BTreeSet::new();
        for limit in &self.limits {
            not_negative(limit.amount(), "limit")?;
            let subject = match limit {
                Limit::YearSpend { fiscal_year, limit } => (0, *fiscal_year, Some(limit.currency)),
                Limit::MonthSpend { month, limit } => {
                    (1, month.since(self.window.from()), Some(limit.currency))
                }
                Limit::MonthInstalls { month, .. } => (2, month.since(self.window.from()), None),
            };
            if !limited.insert(subject) {
                return Err(ForecastError::invalid("limit", &limit.amount(), "a thing has one limit"));
            }
        }
        Ok(())
    }

    fn check_cohort(&self, cohort: &Cohort) -> Result<()> {
        if cohort.months.len() != self.window.months() as usize {
            let rule = "a cohort has a cost for every month of the window";
            return Err(ForecastError::invalid("cohort months", &cohort.months.len(), rule));
        }
        if cohort.earliest > cohort.due {
            let rule = "a cohort may be in service in the month it is due";
            return Err(ForecastError::invalid("earliest", &cohort.earliest, rule));
        }
        for (field, months) in
            [("lead_months", cohort.lead_months), ("max_defer_months", cohort.max_defer_months)]
        {
            if months > LONGEST_DEFERRAL {
                return Err(ForecastError::invalid(
                    field,
                    &months,
                    "no more than 1,200 months are waited for",
                ));
            }
        }
        if !(1..=31).contains(&cohort.order_day) {
            let rule = "the day of an order is 1 to 31";
            return Err(ForecastError::invalid("order_day", &cohort.order_day, rule));
        }
        not_negative(cohort.risk_score, "risk_score")?;
        not_negative(cohort.never, "never")?;
        for month in &cohort.months {
            not_negative(month.cost, "cost")?;
            bounded(month.waiting, "waiting")?;
        }
        if let Some(paid) = &cohort.paid {
            if paid.amounts.len() != cohort.months.len() {
                let rule = "what is paid is stated for every month of the window";
                return Err(ForecastError::invalid("paid", &paid.amounts.len(), rule));
            }
            paid.amounts.iter().try_for_each(|amount| not_negative(*amount, "paid"))?;
        }
        self.worth(Money::zero(cohort.currency)).map(|_| ())
    }

    /// An amount in the currency of comparison, rounded to its minor unit.
    pub(crate) fn worth(&self, money: Money) -> Result<Decimal> {
        if money.currency == self.currency {
            return Ok(self.currency.round(bounded(money.amount, "amount")?));
        }
        let rate = self.rates.get(&money.currency).copied().ok_or(ForecastError::Missing {
            field: "rate",
            reason: "costs in several currencies are compared in one of them",
        })?;
        if rate <= Decimal::ZERO {
            return Err(ForecastError::invalid("rate", &rate, "a rate is above zero"));
        }
        Ok(self.currency.round(times(money.amount, rate, "amount")?))
    }

    /// The fiscal year of a cohort's order in a month: that of the day of the order.
    pub fn fiscal_year(&self, cohort: &Cohort, ordered: Month) -> i32 {
        self.calendar.fiscal_year_of_day(ordered.day_clamped(cohort.order_day))
    }

    /// How much of a limit a cohort takes if it is ordered in a month, in the unit of [`Limit::amount`].
    pub(crate) fn taken(&self, limit: &Limit, cohort: &Cohort, ordered: Month) -> Decimal {
        let Some(position) = self.window.position(ordered) else { return Decimal::ZERO };
        let spent = |money: Money, currency: Currency| {
            if money.currency == currency { money.amount } else { Decimal::ZERO }
        };
        match limit {
            Limit::YearSpend { fiscal_year, limit } if self.fiscal_year(cohort, ordered) == *fiscal_year => {
                spent(cohort.paid_in(position), limit.currency)
            }
            Limit::MonthSpend { month, limit } if ordered == *month => {
                let cost = Money::new(cohort.months[position].cost, cohort.currency);
                spent(cost.round(), limit.currency)
            }
            Limit::MonthInstalls { month, .. } if ordered.plus(cohort.lead_months as i32) == *month => {
                Decimal::from(cohort.installs)
            }
            _ => Decimal::ZERO,
        }
    }
}

fn not_negative(amount: Decimal, field: &'static str) -> Result<()> {
    if amount < Decimal::ZERO {
        return Err(ForecastError::invalid(field, &amount, "it is not negative"));
    }
    bounded(amount, field).map(|_| ())
}
