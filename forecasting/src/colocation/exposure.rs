//! What silence costs: the renewals that begin unless notice is given.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::calendar::AlertTier;
use super::contract::{Contract, RenewalPrice};
use super::escalation::Indices;
use super::schedule::monthly_lines;
use super::term::{BusinessDays, Term, Terms};
use crate::error::Result;
use crate::explain::Explanation;
use crate::money::{Money, bounded};

/// Renewals that are looked through for the first that can still be avoided.
const MOST_RENEWALS: u32 = 1_200;

/// A renewal that has not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpcomingRenewal {
    /// The renewal.
    pub term: Term,
    /// Last day of notice that avoids it; the last day of the term before where no notice is agreed.
    pub deadline: NaiveDate,
    /// How near the deadline is.
    pub alert: AlertTier,
    /// Whether nothing can be done about it any more: its deadline has passed.
    pub bound: bool,
}

impl Terms {
    /// The next renewals after a day, at most so many: those that silence leads to, or that are bound although
    /// notice was given late. None after the term that notice ended.
    pub fn upcoming_renewals(
        &self,
        as_of: NaiveDate,
        most: u32,
        business_days: &BusinessDays,
    ) -> Vec<UpcomingRenewal> {
        let end = self.end(business_days);
        let mut renewals = Vec::new();
        if end.is_some_and(|end| end < as_of) {
            return renewals;
        }
        let mut running = self.term(self.term_number(as_of));
        while let Some(term) = running.filter(|_| renewals.len() < most as usize) {
            running = self.following(&term).filter(|next| end.is_none_or(|end| next.start <= end));
            let Some(next) = running else { break };
            let deadline = self.notice_deadline(&term, business_days).unwrap_or(term.end);
            let alert = AlertTier::of(deadline, as_of);
            renewals.push(UpcomingRenewal { term: next, deadline, alert, bound: deadline < as_of });
        }
        renewals
    }

    /// The last day that is bound if notice is given on a day at the latest: that of the term whose deadline the
    /// notice meets.
    pub fn bound_until(&self, notice: NaiveDate, business_days: &BusinessDays) -> NaiveDate {
        let end = self.noticed(notice).end(business_days);
        // None at the end of the calendar only, where no term follows.
        end.unwrap_or_else(|| self.term(self.term_number(notice)).map_or(notice, |term| term.end))
    }
}

/// What a renewal will cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalExposure {
    /// The renewal, its deadline and whether it can still be avoided.
    pub renewal: UpcomingRenewal,
    /// All monthly charges over the renewal but metered power, at the price rule of the renewal, rounded once.
    pub cost: Money,
    /// Whether a price is an estimate: a list or market price of the future, or an index not published yet.
    pub estimated: bool,
    /// How the cost came about, and what was assumed.
    pub explanation: Explanation,
}

/// What saying nothing leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CostOfSilence {
    /// The contract renews.
    Renews(RenewalExposure),
    /// It costs nothing.
    Nothing(NoRenewal),
}

/// Why saying nothing costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoRenewal {
    /// The contract has ended.
    Ended,
    /// It does not renew by itself.
    NotAgreed,
    /// Notice that stands ends it.
    NoticeGiven,
    /// The last renewal it has is running or bound.
    LastRenewal,
}

/// What one renewal would cost if no notice is given: all its monthly charges but metered power, rounded once.
/// `None` for a renewal the contract does not have.
///
/// # Errors
///
/// As [`month_cost`](super::month_cost).
pub fn renewal_exposure(contract: &Contract, renewal: u32, indices: &Indices) -> Result<Option<Money>> {
    match contract.term(renewal).filter(|term| term.number > 0) {
        Some(term) => priced(contract, &term, indices).map(|(cost, _)| Some(cost)),
        None => Ok(None),
    }
}

/// What one renewal would cost if no notice is given, as seen on a day, with its deadline and the way its cost came
/// about. `None` for a renewal the contract does not have.
///
/// # Errors
///
/// As [`month_cost`](super::month_cost).
pub fn exposure_of_renewal(
    contract: &Contract,
    renewal: u32,
    as_of: NaiveDate,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<Option<RenewalExposure>> {
    let before = renewal.checked_sub(1).and_then(|number| contract.term(number));
    let (Some(before), Some(term)) = (before, contract.term(renewal)) else { return Ok(None) };
    let deadline = contract.notice_deadline(&before, business_days).unwrap_or(before.end);
    let alert = AlertTier::of(deadline, as_of);
    let renewal = UpcomingRenewal { term, deadline, alert, bound: deadline < as_of };
    exposure(contract, renewal, indices).map(Some)
}

/// What the next renewals after a day will cost, at most so many; see [`Terms::upcoming_renewals`].
///
/// # Errors
///
/// As [`month_cost`](super::month_cost).
pub fn renewal_exposures(
    contract: &Contract,
    as_of: NaiveDate,
    most: u32,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<Vec<RenewalExposure>> {
    let renewals = contract.terms().upcoming_renewals(as_of, most, business_days);
    renewals.into_iter().map(|renewal| exposure(contract, renewal, indices)).collect()
}

/// The cost of the first renewal that can still be avoided on a day, or why there is none.
///
/// Renewals that are bound already are no matter of silence; [`renewal_exposures`] has them too.
///
/// # Errors
///
/// As [`month_cost`](super::month_cost).
pub fn cost_of_silence(
    contract: &Contract,
    as_of: NaiveDate,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<CostOfSilence> {
    let terms = contract.terms();
    let end = terms.end(business_days);
    let why = if end.is_some_and(|end| end < as_of) {
        NoRenewal::Ended
    } else if terms.term(1).is_none() {
        NoRenewal::NotAgreed
    } else if contract.notice_given.is_some() {
        NoRenewal::NoticeGiven
    } else {
        NoRenewal::LastRenewal
    };
    let upcoming = terms.upcoming_renewals(as_of, MOST_RENEWALS, business_days);
    let avoidable = upcoming.into_iter().find(|renewal| !renewal.bound && why != NoRenewal::NoticeGiven);
    match avoidable {
        Some(renewal) => exposure(contract, renewal, indices).map(CostOfSilence::Renews),
        None => Ok(CostOfSilence::Nothing(why)),
    }
}

fn exposure(contract: &Contract, renewal: UpcomingRenewal, indices: &Indices) -> Result<RenewalExposure> {
    let (cost, estimated) = priced(contract, &renewal.term, indices)?;
    let mut explanation = Explanation::new(
        "sum over the contract months of the renewal of all monthly charges, rounded once",
    )
    .input("first day of the renewal", renewal.term.start)
    .input("last day of the renewal", renewal.term.end)
    .input("last day of notice that avoids it", renewal.deadline)
    .assume(
        "the contract months are added up unrounded and rounded once: their invoices, each rounded, may come \
                 to some cents more or less",
    )
    .assume("metered power is left out: it follows what is drawn");
    let unknown = contract
        .renewal
        .as_ref()
        .is_some_and(|renewal| matches!(renewal.price, RenewalPrice::ThenCurrent | RenewalPrice::Market));
    if unknown {
        explanation = explanation.estimate("the price of the renewal is unknown: the last price is held");
    } else if estimated {
        explanation = explanation.estimate("a price index is not published yet: its assumed rate is used");
    }
    Ok(RenewalExposure { renewal, cost, estimated, explanation })
}

/// The cost of a term and whether it is an estimate.
fn priced(contract: &Contract, term: &Term, indices: &Indices) -> Result<(Money, bool)> {
    let mut total = Decimal::ZERO;
    let mut estimated = false;
    for line in monthly_lines(contract, term.start, term.end, indices)? {
        total = bounded(total + line.exact, "renewal exposure")?;
        estimated |= line.estimated;
    }
    Ok((Money::new(total, contract.currency).round(), estimated))
}
