//! Prices of colocation contracts that are not agreed as figures, and from when on.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::assumption::RateId;
use super::source::{Compounding, Exposure, Series, Source};
use crate::colocation::{Charge, Contract, CpiTerms, Escalation, Indices, RenewalPrice};
use crate::error::Result;
use crate::month::Month;

/// What a price moves with where it is not agreed as a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Follows {
    /// A price index, within what the contract says of it.
    Index(CpiTerms),
    /// The provider's list price, or the market's, of the day of a renewal.
    Market,
}

/// Rises of a price, one after another, none of which is known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRises {
    /// What they follow.
    pub follows: Follows,
    /// Month of the first of them.
    pub first: Month,
    /// Months from one to the next.
    pub every: u32,
    /// How many there are at most; `None` for as many as there are months.
    pub count: Option<u32>,
}

/// The rises of a charge that are not known: those within the initial term that follow an index whose values are not
/// published, and those at renewals that are priced by an index, a list or the market.
///
/// Rises at renewals begin with the first one behind `as_of`. A rise that does not build on the one before is taken
/// as one that does.
///
/// # Errors
///
/// [`ForecastError::Missing`](crate::error::ForecastError::Missing) for an index that has neither values nor an
/// assumed rate.
pub fn unknown_rises(
    contract: &Contract,
    charge: &Charge,
    indices: &Indices,
    as_of: NaiveDate,
) -> Result<Vec<UnknownRises>> {
    let mut rises = Vec::new();
    rises.extend(within_term(contract, charge, indices)?);
    if let Some(renewal) = contract.renewal.as_ref().filter(|renewal| renewal.term_months > 0) {
        let follows = match &renewal.price {
            RenewalPrice::FixedUplift(_) => None,
            RenewalPrice::Cpi(terms) => Some(Follows::Index(terms.clone())),
            RenewalPrice::ThenCurrent | RenewalPrice::Market => Some(Follows::Market),
        };
        let next = contract.term(contract.term_number(as_of).saturating_add(1));
        if let (Some(follows), Some(next)) = (follows, next) {
            let (first, every) = (Month::of(next.start), renewal.term_months);
            rises.push(UnknownRises { follows, first, every, count: None });
        }
    }
    Ok(rises)
}

fn within_term(contract: &Contract, charge: &Charge, indices: &Indices) -> Result<Option<UnknownRises>> {
    let Some(escalator) = &charge.escalator else { return Ok(None) };
    let Escalation::Cpi(terms) = &escalator.escalation else { return Ok(None) };
    let mut first = None;
    let mut count = 0;
    for date in escalator.changes(contract.billing_start, contract.billing_start, contract.initial_end()) {
        if indices.step(terms, date, escalator.every_months)?.estimated {
            first = first.or(Some(Month::of(date)));
            count += 1;
        }
    }
    Ok(first.map(|first| {
        let every = escalator.every_months.max(1);
        UnknownRises { follows: Follows::Index(terms.clone()), first, every, count: Some(count) }
    }))
}

impl Follows {
    /// The lowest rise that counts.
    fn floor(&self) -> Option<Decimal> {
        match self {
            Self::Index(terms) if terms.no_decrease => {
                Some(terms.floor.map_or(Decimal::ZERO, |floor| floor.max(Decimal::ZERO)))
            }
            Self::Index(terms) => terms.floor,
            Self::Market => None,
        }
    }

    /// The highest rise that counts.
    fn cap(&self) -> Option<Decimal> {
        match self {
            Self::Index(terms) => terms.cap,
            Self::Market => None,
        }
    }
}

/// Amounts of a charge, as sources that compound with the rates its rises follow. Where the last of some rises lies
/// behind, what follows keeps all of them and takes no more.
pub fn rising(amounts: Series, rises: &[(UnknownRises, RateId)]) -> Vec<Source> {
    let mut ends: Vec<Month> = rises.iter().filter_map(|(rises, _)| rises.over()).collect();
    ends.sort_unstable();
    ends.dedup();
    let mut sources = Vec::with_capacity(ends.len() + 1);
    let mut rest = amounts;
    let mut passed = None;
    for end in ends {
        let (before, after) = rest.split(end);
        sources.push(exposed(before, rises, passed));
        (rest, passed) = (after, Some(end));
    }
    sources.push(exposed(rest, rises, passed));
    sources
}

fn exposed(amounts: Series, rises: &[(UnknownRises, RateId)], passed: Option<Month>) -> Source {
    let exposures = rises.iter().map(|(rises, rate)| {
        let is_over = rises.over().zip(passed).is_some_and(|(over, passed)| over <= passed);
        let compounding = match rises.count.filter(|_| is_over) {
            Some(count) => Compounding::Part { elapsed: i32::try_from(count).unwrap_or(i32::MAX), period: 1 },
            None => Compounding::Steps { first: rises.first, every: Some(rises.every) },
        };
        let (floor, cap) = (rises.follows.floor(), rises.follows.cap());
        Exposure { rate: *rate, compounding, floor, cap }
    });
    Source::certain(amounts).exposed(exposures)
}

impl UnknownRises {
    /// Those behind a month: all that move a price which is agreed as a figure in that month. `None` where no more
    /// come.
    pub fn behind(&self, month: Month) -> Option<Self> {
        if month < self.first {
            return Some(self.clone());
        }
        let since = u32::try_from(month.since(self.first)).unwrap_or_default();
        let passed = since / self.every.max(1) + 1;
        let count = match self.count {
            Some(count) => Some(count.checked_sub(passed).filter(|left| *left > 0)?),
            None => None,
        };
        let months = i32::try_from(passed.saturating_mul(self.every.max(1))).unwrap_or(i32::MAX);
        Some(Self { first: self.first.plus(months), count, ..self.clone() })
    }

    /// The month from which on no more of them come.
    fn over(&self) -> Option<Month> {
        let months = self.count?.saturating_mul(self.every);
        Some(self.first.plus(i32::try_from(months).unwrap_or(i32::MAX)))
    }
}
