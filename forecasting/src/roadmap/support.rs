//! Flows of support contracts: paid in advance, recognised month by month.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::flows::{Category, Flows, MoneyView, Window};
use crate::colocation::{
    BusinessDays, Event, EventKind, NewPrice, Notice, RenewalTerms, Repricing, Repricings, Terms, percent,
};
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::growth::compound;
use crate::money::{Currency, Money, bounded, times};
use crate::month::{Month, add_months};

const LONGEST_TERM: u32 = 1200;

/// How often a support contract is paid, in advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentFrequency {
    /// Every month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Every twelve months.
    Yearly,
    /// Once for the whole term.
    Upfront,
}

/// A support or maintenance contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportContract {
    /// Currency of the price.
    pub currency: Currency,
    /// When it was signed; the first day if `None`.
    pub signed: Option<NaiveDate>,
    /// First day. Its month counts whole.
    pub start: NaiveDate,
    /// Months of the term.
    pub term_months: u32,
    /// Price of the first twelve months.
    pub yearly_price: Decimal,
    /// Rise in each later year of a term: 0.03 is 3 %.
    pub yearly_rise: Decimal,
    /// How often it is paid.
    pub frequency: PaymentFrequency,
    /// How it renews, if it does.
    pub renewal: Option<SupportRenewal>,
    /// A day after which no renewal starts, such as the last date of support.
    pub until: Option<NaiveDate>,
    /// Yearly prices that are agreed anew, if any are: each from the first contract year that begins on its day or
    /// later, until the next one.
    pub repriced: Repricings,
}

/// Renewal of a support contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupportRenewal {
    /// Months of each renewal.
    pub term_months: u32,
    /// Rise at the start of each renewal over the price of the last year: 0.05 is 5 %.
    pub uplift: Decimal,
    /// How many times it renews; `None` for without limit.
    pub maximum: Option<u32>,
}

struct Term {
    start: NaiveDate,
    months: u32,
    /// The price of its first year if nothing were agreed anew.
    yearly_price: Decimal,
    /// The price of its first year by what was agreed anew before it began.
    anew: Option<(Repricing, Decimal)>,
}

impl SupportContract {
    /// How long the contract runs, with the notice that is agreed and the notice that stands, so that its deadlines
    /// come out as those of any other agreement.
    pub fn terms(&self, notice: Option<Notice>, notice_given: Option<NaiveDate>) -> Terms {
        let renewal = self
            .renewal
            .map(|renewal| RenewalTerms { months: renewal.term_months, maximum: renewal.maximum });
        Terms {
            start: self.start,
            initial_months: self.term_months,
            renewal,
            notice,
            notice_given,
            until: self.until,
        }
    }

    /// What the contract contributes. Commitment has the value of the term at signature and of a renewal when
    /// it starts, cash has the payments, profit and loss an even share of each year per month.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a term outside 1 to 1,200 months, a negative price or an impossible rise;
    /// [`ForecastError::OutOfRange`] if an amount does not fit.
    pub fn flows(&self, window: Window) -> Result<Flows> {
        self.check()?;
        let mut flows = Flows::new(window, self.currency);
        let mut explanation =
            Explanation::new("yearly price / 12 per month, rounded so that every payment is met")
                .input("yearly price", self.yearly_price)
                .input("term in months", self.term_months);
        let mut months_before = 0_u32;
        let mut term = self.initial();
        let mut number = 0_u32;
        loop {
            let committed = if number == 0 { self.signed.unwrap_or(self.start) } else { term.start };
            self.post_term(&mut flows, &term, Month::of(committed))?;
            let Some(renewal) = self.renewal else { break };
            number += 1;
            months_before = months_before.saturating_add(term.months);
            let start = add_months(self.start, months_before as i32);
            let over = self.until.is_some_and(|until| start > until);
            // At the end of the calendar terms no longer advance.
            let stands = start <= term.start;
            let spent = renewal.maximum.is_some_and(|most| number > most);
            if over || stands || spent || Month::of(start) > window.last() {
                break;
            }
            term = self.renewed(&term, start, renewal)?;
            explanation = explanation.assume("the support contract renews with its uplift");
        }
        flows.explain(Category::Support, explanation);
        Ok(flows)
    }

    /// What one renewal costs over all its months, rounded once; 1 is the first. `None` for a renewal the contract
    /// does not have.
    ///
    /// # Errors
    ///
    /// As [`flows`](Self::flows).
    pub fn renewal_cost(&self, renewal: u32) -> Result<Option<Money>> {
        self.check()?;
        let Some(terms) = self.renewal.filter(|terms| renewal > 0 && terms.term_months > 0) else {
            return Ok(None);
        };
        if terms.maximum.is_some_and(|most| renewal > most) {
            return Ok(None);
        }
        let mut term = self.initial();
        let mut months_before = 0_u32;
        for _ in 0..renewal {
            months_before = months_before.saturating_add(term.months);
            let months = i32::try_from(months_before).unwrap_or(i32::MAX);
            term = self.renewed(&term, add_months(self.start, months), terms)?;
        }
        let mut cost = Decimal::ZERO;
        for index in 0..term.months {
            let price = self.price_of_year(&term, index / 12)?;
            cost = bounded(cost + price / Decimal::from(12), "support")?;
        }
        Ok(Some(Money::new(cost, self.currency).round()))
    }

    /// The days on which its price rises, from one day to another, both included, each with a sentence: the
    /// anniversaries within its terms, and the renewals of `terms`, which are those of the contract.
    pub fn rises(
        &self,
        terms: &Terms,
        business_days: &BusinessDays,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Vec<Event> {
        let mut events = Vec::new();
        let end = terms.end(business_days);
        let mut next = terms.term(terms.term_number(end.map_or(from, |end| end.min(from))));
        while let Some(term) = next.filter(|term| term.start <= to) {
            if end.is_some_and(|end| term.start > end) {
                break;
            }
            let mut push = |date: NaiveDate, reason: String| {
                if (from..=to).contains(&date) {
                    let (kind, number) = (EventKind::Escalation, Some(term.number));
                    events.push(Event { date, kind, term: number, charge: None, reason });
                }
            };
            if let Some(renewal) = self.renewal.filter(|it| term.number > 0 && !it.uplift.is_zero()) {
                push(term.start, format!("the price rises by {} with the renewal", percent(renewal.uplift)));
            }
            if !self.yearly_rise.is_zero() {
                for year in 1..LONGEST_TERM {
                    let date = add_months(term.start, i32::try_from(year * 12).unwrap_or(i32::MAX));
                    if date > term.end || date > to {
                        break;
                    }
                    push(date, format!("the price rises by {}", percent(self.yearly_rise)));
                }
            }
            next = terms.term(term.number.saturating_add(1)).filter(|later| later.start > term.start);
        }
        events
    }

    fn check(&self) -> Result<()> {
        let terms = [Some(self.term_months), self.renewal.map(|renewal| renewal.term_months)];
        for months in terms.into_iter().flatten() {
            if !(1..=LONGEST_TERM).contains(&months) {
                return Err(ForecastError::invalid("term_months", &months, "a term is 1 to 1,200 months"));
            }
        }
        if bounded(self.yearly_price, "yearly price")? < Decimal::ZERO {
            return Err(ForecastError::invalid(
                "yearly_price",
                &self.yearly_price,
                "a price is not negative",
            ));
        }
        Ok(())
    }

    fn initial(&self) -> Term {
        let yearly_price = self.yearly_price;
        Term { start: self.start, months: self.term_months, yearly_price, anew: None }
    }

    /// The term after another, priced from the last year of that one.
    fn renewed(&self, term: &Term, start: NaiveDate, renewal: SupportRenewal) -> Result<Term> {
        let last = (term.months - 1) / 12;
        let rise = compound(renewal.uplift, 1)?;
        let uplifted = |price: Decimal| times(price, rise, "yearly price");
        let anew = match self.repriced.on(year_of(term, last)) {
            Some(anew) => Some((anew, uplifted(self.price_of_year(term, last)?)?)),
            None => None,
        };
        let yearly_price = uplifted(self.agreed(term, last)?)?;
        Ok(Term { start, months: renewal.term_months, yearly_price, anew })
    }

    /// What a year of a term costs if nothing is agreed anew.
    fn agreed(&self, term: &Term, year: u32) -> Result<Decimal> {
        times(term.yearly_price, compound(self.yearly_rise, year)?, "yearly price")
    }

    fn price_of_year(&self, term: &Term, year: u32) -> Result<Decimal> {
        let Some(anew) = self.repriced.on(year_of(term, year)) else { return self.agreed(term, year) };
        let known = term.anew.filter(|(known, _)| *known == anew);
        match (known, anew.price) {
            (Some((_, price)), _) => times(price, compound(self.yearly_rise, year)?, "yearly price"),
            (None, NewPrice::Factor(by)) => times(self.agreed(term, year)?, by, "yearly price"),
            (None, NewPrice::Unit(price)) => {
                let first = (0..=year).find(|year| anew.from <= year_of(term, *year)).unwrap_or(year);
                times(price, compound(self.yearly_rise, year - first)?, "yearly price")
            }
        }
    }

    fn post_term(&self, flows: &mut Flows, term: &Term, committed: Month) -> Result<()> {
        let window = flows.window();
        let start = Month::of(term.start);
        let end = start.plus(term.months as i32 - 1);
        if end < window.from() && committed < window.from() {
            return Ok(());
        }
        let every = match self.frequency {
            PaymentFrequency::Monthly => 1,
            PaymentFrequency::Quarterly => 3,
            PaymentFrequency::Yearly => 12,
            PaymentFrequency::Upfront => term.months,
        };
        // Payments and monthly shares are differences of the same rounded running total, so both meet.
        let (mut exact, mut recognised, mut paid) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        let mut price = Decimal::ZERO;
        let mut payment_month = start;
        for index in 0..term.months {
            if index % 12 == 0 {
                price = self.price_of_year(term, index / 12)?;
            }
            if index % every == 0 {
                payment_month = start.plus(index as i32);
            }
            exact = bounded(exact + price / Decimal::from(12), "support")?;
            let upto = self.currency.round(exact);
            let month = start.plus(index as i32);
            flows.post(MoneyView::Pnl, Category::Support, month, upto - recognised)?;
            recognised = upto;
            if (index + 1) % every == 0 || index + 1 == term.months {
                flows.post(MoneyView::Cash, Category::Support, payment_month, upto - paid)?;
                paid = upto;
            }
        }
        flows.post(MoneyView::Commitment, Category::Support, committed, recognised)
    }
}

/// First day of a year of a term.
fn year_of(term: &Term, year: u32) -> NaiveDate {
    add_months(term.start, i32::try_from(year.saturating_mul(12)).unwrap_or(i32::MAX))
}
