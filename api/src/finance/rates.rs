//! Converting amounts: the rates that a calculation needs, read once.
//!
//! A rate is looked up by these steps, the first that succeeds deciding:
//! 1. a currency in itself is 1;
//! 2. *direct*: the latest rate from base to quote on or before the day;
//! 3. *inverse*: one divided by the latest rate from quote to base;
//! 4. *crossed*: through one third currency for which both ways to go are 2 or 3. Of several, the one whose older
//!    rate is the most recent; of equals, the first by its code.
//!
//! Kinds are never mixed: a plan is not made at the rate of the day. Nothing is rounded here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::finance::exchange_rate::{self, RateKind};
use forecasting::money::{Currency, Money};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Func, Query},
};
use thiserror::Error;

use super::exchange_rates::spoken;
use crate::{
    error::{Error, Result},
    store::Read,
};

/// The rates of one kind between some currencies over some days.
#[derive(Clone, Debug)]
pub struct Rates {
    kind: RateKind,
    /// By base and quote, the rates in the order of their days.
    recorded: BTreeMap<(String, String), Vec<(NaiveDate, Decimal)>>,
}

/// A currency without a rate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no {} rate from {base} to {quote} on or before {on}, neither direct, inverse nor crossed", spoken(*kind))]
pub struct MissingRate {
    /// From which currency.
    pub base: String,
    /// To which.
    pub quote: String,
    /// On which day.
    pub on: NaiveDate,
    /// Of which kind.
    pub kind: RateKind,
}

impl MissingRate {
    /// The refusal of an input that names the currency.
    #[must_use]
    pub fn refuse(self, field: &str) -> Error {
        Error::invalid(field, self)
    }
}

/// How a rate was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Base and quote are the same.
    Same,
    /// As recorded.
    Direct,
    /// One divided by the recorded rate.
    Inverse,
    /// Through a third currency.
    Crossed,
}

/// A recorded rate that a conversion uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The base of the record.
    pub base: String,
    /// The quote of the record.
    pub quote: String,
    /// The day of the record.
    pub on: NaiveDate,
    /// The rate as recorded.
    pub rate: Decimal,
    /// Whether amounts are divided by it.
    pub divides: bool,
}

/// What one unit of a currency is worth in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// How it was found.
    pub way: Way,
    /// The records behind it, in the order in which they are applied; none for a currency in itself.
    pub steps: Vec<Step>,
}

impl Conversion {
    /// An amount of the base in the quote, unrounded; `None` when it does not fit a decimal.
    #[must_use]
    pub fn apply(&self, amount: Decimal) -> Option<Decimal> {
        self.steps.iter().try_fold(amount, |amount, step| {
            if step.divides { amount.checked_div(step.rate) } else { amount.checked_mul(step.rate) }
        })
    }

    /// Units of the quote for one of the base.
    #[must_use]
    pub fn rate(&self) -> Decimal {
        // One divided or multiplied by two rates of at most ten digits before the point always fits.
        self.apply(Decimal::ONE).unwrap_or_default()
    }
}

impl Rates {
    /// Reads the rates that amounts in `currencies` may need between `from` and `until`, with one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn load(
        db: &impl Read,
        currencies: &BTreeSet<String>,
        kind: RateKind,
        (from, until): (NaiveDate, NaiveDate),
    ) -> Result<Self> {
        use exchange_rate::Column as C;
        // Either side: the second currency of a crossed rate is in no list.
        let touched = Condition::any().add(C::Base.is_in(currencies)).add(C::Quote.is_in(currencies));
        let rows: Vec<(String, String, NaiveDate, entity::money::Rate)> = exchange_rate::Entity::find()
            .select_only()
            .columns([C::Base, C::Quote, C::OnDate, C::Rate])
            .filter(touched)
            .filter(C::Kind.eq(kind))
            .filter(C::OnDate.lte(until))
            .filter(not_superseded(from))
            .into_tuple()
            .all(db)
            .await?;
        let recorded = rows.into_iter().map(|(base, quote, on, rate)| (base, quote, on, rate.to_decimal()));
        Ok(Self::of(kind, recorded))
    }

    /// Rates that are at hand: base, quote, day, and units of the quote for one of the base.
    pub fn of(kind: RateKind, rates: impl IntoIterator<Item = (String, String, NaiveDate, Decimal)>) -> Self {
        let mut recorded: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (base, quote, on, rate) in rates.into_iter().filter(|(.., rate)| *rate > Decimal::ZERO) {
            recorded.entry((base, quote)).or_default().push((on, rate));
        }
        for rates in recorded.values_mut() {
            rates.sort_unstable();
        }
        Self { kind, recorded }
    }

    /// The recorded rates: base, quote, day, and units of the quote for one of the base.
    pub fn recorded(&self) -> impl Iterator<Item = (&str, &str, NaiveDate, Decimal)> {
        self.recorded.iter().flat_map(|((base, quote), rates)| {
            rates.iter().map(move |(on, rate)| (base.as_str(), quote.as_str(), *on, *rate))
        })
    }

    /// What the rates are used for.
    #[must_use]
    pub fn kind(&self) -> RateKind {
        self.kind
    }

    /// Takes another rate between two currencies from a day on, whatever is recorded for later.
    pub fn agree(&mut self, base: &str, quote: &str, from: NaiveDate, rate: Decimal) {
        let pairs = [(base, quote, Some(rate)), (quote, base, Decimal::ONE.checked_div(rate))];
        for (place, (base, quote, rate)) in pairs.into_iter().enumerate() {
            let pair = (base.to_owned(), quote.to_owned());
            // The other way round is worked out, unless it is recorded too and would come first.
            if place == 0 || self.recorded.contains_key(&pair) {
                let rates = self.recorded.entry(pair).or_default();
                rates.retain(|(on, _)| *on < from);
                rates.extend(rate.map(|rate| (from, rate)));
            }
        }
    }

    /// What one unit of `base` is worth in `quote` on a day.
    ///
    /// # Errors
    /// [`MissingRate`] naming both currencies, the day and the kind.
    pub fn conversion(&self, base: &str, quote: &str, on: NaiveDate) -> Result<Conversion, MissingRate> {
        if base == quote {
            return Ok(Conversion { way: Way::Same, steps: Vec::new() });
        }
        if let Some(step) = self.step(base, quote, on) {
            let way = if step.divides { Way::Inverse } else { Way::Direct };
            return Ok(Conversion { way, steps: vec![step] });
        }
        let crossed = self.crossed(base, quote, on).map(|steps| Conversion { way: Way::Crossed, steps });
        crossed.ok_or_else(|| MissingRate {
            base: base.to_owned(),
            quote: quote.to_owned(),
            on,
            kind: self.kind,
        })
    }

    /// An amount in another currency on a day, unrounded.
    ///
    /// # Errors
    /// `Invalid` for `currency` when there is no rate or the amount becomes too large.
    pub fn convert(&self, money: Money, quote: Currency, on: NaiveDate) -> Result<Money> {
        let conversion = self
            .conversion(money.currency.code(), quote.code(), on)
            .map_err(|missing| missing.refuse("currency"))?;
        let amount = conversion.apply(money.amount);
        let amount =
            amount.ok_or_else(|| Error::invalid("currency", format!("{money} is too much for {quote}")))?;
        Ok(Money::new(amount, quote))
    }

    /// The latest record between two currencies, whichever way round.
    fn step(&self, base: &str, quote: &str, on: NaiveDate) -> Option<Step> {
        let step = |from: &str, to: &str, divides| {
            let (on, rate) = self.latest(from, to, on)?;
            Some(Step { base: from.to_owned(), quote: to.to_owned(), on, rate, divides })
        };
        step(base, quote, false).or_else(|| step(quote, base, true))
    }

    fn latest(&self, base: &str, quote: &str, on: NaiveDate) -> Option<(NaiveDate, Decimal)> {
        let rates = self.recorded.get(&(base.to_owned(), quote.to_owned()))?;
        let passed = rates.partition_point(|(day, _)| *day <= on);
        rates.get(passed.checked_sub(1)?).copied()
    }

    fn crossed(&self, base: &str, quote: &str, on: NaiveDate) -> Option<Vec<Step>> {
        let known: BTreeSet<&str> =
            self.recorded.keys().flat_map(|(base, quote)| [base.as_str(), quote.as_str()]).collect();
        let ways =
            known.into_iter().filter(|middle| *middle != base && *middle != quote).filter_map(|middle| {
                let steps = [self.step(base, middle, on)?, self.step(middle, quote, on)?];
                let older = steps.iter().map(|step| step.on).min()?;
                Some((older, steps))
            });
        // `max_by_key` keeps the last of equals: turned round, that is the first by its code.
        let best = ways.collect::<Vec<_>>().into_iter().rev().max_by_key(|(older, _)| *older);
        best.map(|(_, steps)| steps.to_vec())
    }
}

/// The rates of `from` and later, and of each pair the latest before.
fn not_superseded(from: NaiveDate) -> Condition {
    use exchange_rate::Column as C;
    let earlier = Alias::new("earlier");
    let mut latest = Query::select();
    latest
        .expr(Func::max(Expr::col((earlier.clone(), C::OnDate))))
        .from_as(exchange_rate::Entity, earlier.clone())
        .and_where(Expr::col((earlier.clone(), C::OnDate)).lte(from));
    for column in [C::Base, C::Quote, C::Kind] {
        latest.and_where(Expr::col((earlier.clone(), column)).equals((exchange_rate::Entity, column)));
    }
    Condition::any().add(C::OnDate.gt(from)).add(C::OnDate.in_subquery(latest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rates(rows: &[(&str, &str, &str, &str)]) -> Rates {
        let rows = rows.iter().map(|(base, quote, on, rate)| {
            ((*base).to_owned(), (*quote).to_owned(), day(on), rate.parse().unwrap())
        });
        Rates::of(RateKind::Plan, rows)
    }

    fn found(rates: &Rates, base: &str, quote: &str, on: &str) -> (Way, String) {
        let conversion = rates.conversion(base, quote, day(on)).unwrap();
        (conversion.way, conversion.rate().normalize().to_string())
    }

    #[test]
    fn the_latest_on_or_before_the_day_holds() {
        let rates = rates(&[("EUR", "USD", "2027-01-01", "1.15"), ("EUR", "USD", "2026-01-01", "1.10")]);
        assert_eq!(found(&rates, "EUR", "USD", "2026-12-31"), (Way::Direct, "1.1".into()));
        assert_eq!(found(&rates, "EUR", "USD", "2027-01-01"), (Way::Direct, "1.15".into()));
        assert_eq!(found(&rates, "EUR", "EUR", "1990-01-01"), (Way::Same, "1".into()));
    }

    #[test]
    fn a_currency_without_a_rate_names_pair_day_and_kind() {
        let rates = rates(&[("EUR", "USD", "2026-01-01", "1.10")]);
        let missing = rates.conversion("EUR", "USD", day("2025-12-31")).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "no PLAN rate from EUR to USD on or before 2025-12-31, neither direct, inverse nor crossed"
        );
    }

    #[test]
    fn a_direct_rate_comes_before_a_newer_inverse() {
        let rates = rates(&[("EUR", "USD", "2026-01-01", "1.25"), ("USD", "EUR", "2026-06-01", "0.5")]);
        assert_eq!(found(&rates, "EUR", "USD", "2026-07-01"), (Way::Direct, "1.25".into()));
        assert_eq!(found(&rates, "USD", "EUR", "2026-02-01"), (Way::Inverse, "0.8".into()));
    }

    #[test]
    fn a_crossed_rate_takes_the_freshest_middle_and_then_the_first() {
        let stale = ("EUR", "CHF", "2020-01-01", "1");
        let rates = rates(&[
            stale,
            ("CHF", "JPY", "2026-01-01", "100"),
            ("EUR", "USD", "2026-01-01", "1.25"),
            ("USD", "JPY", "2026-01-01", "160"),
            ("EUR", "GBP", "2026-01-01", "0.8"),
            ("GBP", "JPY", "2026-01-01", "200"),
        ]);
        let conversion = rates.conversion("EUR", "JPY", day("2026-07-01")).unwrap();
        assert_eq!(conversion.way, Way::Crossed);
        assert_eq!(conversion.steps[0].quote, "GBP");
        assert_eq!(conversion.rate(), Decimal::from(160));
    }

    #[test]
    fn two_middles_are_too_many() {
        let rates = rates(&[
            ("EUR", "USD", "2026-01-01", "1.25"),
            ("USD", "JPY", "2026-01-01", "160"),
            ("JPY", "KRW", "2026-01-01", "9"),
        ]);
        assert!(rates.conversion("EUR", "KRW", day("2026-07-01")).is_err());
    }

    #[test]
    fn a_rate_that_is_agreed_holds_both_ways_from_its_day() {
        let mut rates = rates(&[
            ("EUR", "USD", "2026-01-01", "1.25"),
            ("USD", "EUR", "2026-01-01", "0.8"),
            ("EUR", "USD", "2027-01-01", "1.60"),
        ]);
        rates.agree("EUR", "USD", day("2026-07-01"), Decimal::TWO);
        assert_eq!(found(&rates, "EUR", "USD", "2026-06-30"), (Way::Direct, "1.25".into()));
        assert_eq!(found(&rates, "EUR", "USD", "2027-02-01"), (Way::Direct, "2".into()));
        assert_eq!(found(&rates, "USD", "EUR", "2026-06-30"), (Way::Direct, "0.8".into()));
        assert_eq!(found(&rates, "USD", "EUR", "2026-07-01"), (Way::Direct, "0.5".into()));
    }

    #[test]
    fn dividing_and_multiplying_back_is_exact() {
        let rates = rates(&[("EUR", "USD", "2026-01-01", "1.1")]);
        let usd = Money::new(Decimal::from(11), Currency::USD);
        let eur = rates.convert(usd, Currency::EUR, day("2026-01-01")).unwrap();
        assert_eq!(eur, Money::new(Decimal::from(10), Currency::EUR));
    }
}
