//! What is odd about the documents behind actual figures: found, named and left to a person.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::version::{ADJUSTMENTS, LineKey, PERIODS};
use crate::error::Result;
use crate::money::{Currency, bounded};
use crate::month::FiscalCalendar;

/// What sort of document a posting is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PostingKind {
    /// What a supplier bills.
    Invoice,
    /// What a supplier gives back.
    CreditNote,
    /// What is expected to be billed later.
    Accrual,
    /// An accrual taken back.
    AccrualReversal,
    /// What is promised to a supplier.
    Order,
    /// An entry of the ledger itself.
    Journal,
    /// What one part of the company charges another.
    Recharge,
}

/// One line of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Where it belongs.
    pub key: LineKey,
    /// How much; credits are negative.
    pub amount: Decimal,
    /// What sort of document it is of.
    pub kind: PostingKind,
    /// The system that it was posted in.
    pub source: String,
    /// The document, as that system numbers it.
    pub document: String,
    /// Who is paid, if known.
    pub supplier: Option<String>,
    /// The day of the document in the ledger, if known.
    pub posted_on: Option<NaiveDate>,
}

/// A rule that postings break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PostingRule {
    /// Two systems have the same bill: one of them is to be kept as the truth.
    BilledTwice,
    /// An accrual and its reversal in the next period: only both periods together say what was spent.
    AccrualReversed,
    /// An order below zero.
    NegativeOrder,
    /// The day of the document lies in another period of the fiscal calendar.
    DayInAnotherPeriod,
    /// Below zero, and neither a credit note nor a reversal: a sign that may be turned round.
    UnexpectedCredit,
}

/// Postings that break a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostingFinding {
    /// Which rule.
    pub rule: PostingRule,
    /// Places of the postings, from 0.
    pub postings: Vec<usize>,
    /// The amount that is in doubt, in the currency of the postings.
    pub amount: Decimal,
    /// What was found, for a person to read.
    pub detail: String,
}

/// Everything that is odd about postings of one fiscal year, by rule and then by posting.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`](crate::ForecastError::OutOfRange) for an amount that does not fit.
pub fn check_postings(
    postings: &[Posting],
    calendar: &FiscalCalendar,
    fiscal_year: i32,
) -> Result<Vec<PostingFinding>> {
    let mut findings = Vec::new();
    for (place, posting) in postings.iter().enumerate() {
        bounded(posting.amount, "amount")?;
        findings.extend(one(place, posting, calendar, fiscal_year));
    }
    findings.extend(billed_twice(postings));
    findings.extend(reversed(postings));
    findings.sort_by(|one, other| one.rule.cmp(&other.rule).then_with(|| one.postings.cmp(&other.postings)));
    Ok(findings)
}

/// What amounts come to, by currency.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`](crate::ForecastError::OutOfRange) for a sum that does not fit.
pub fn affected(
    amounts: impl IntoIterator<Item = (Currency, Decimal)>,
) -> Result<BTreeMap<Currency, Decimal>> {
    let mut sums: BTreeMap<Currency, Decimal> = BTreeMap::new();
    for (currency, amount) in amounts {
        let sum = sums.entry(currency).or_default();
        *sum = bounded(*sum + amount, "amount")?;
    }
    Ok(sums)
}

fn one(place: usize, posting: &Posting, calendar: &FiscalCalendar, fiscal_year: i32) -> Vec<PostingFinding> {
    let mut findings = Vec::new();
    let mut find = |rule, detail| {
        findings.push(PostingFinding { rule, postings: vec![place], amount: posting.amount, detail });
    };
    let Posting { amount, kind, .. } = posting;
    let shown = format!("{amount} {}", posting.key.currency);
    match kind {
        PostingKind::Order if *amount < Decimal::ZERO => {
            find(PostingRule::NegativeOrder, format!("the order {} is of {shown}", posting.document));
        }
        PostingKind::Invoice | PostingKind::Accrual | PostingKind::Recharge if *amount < Decimal::ZERO => {
            let detail = format!("{shown}, and neither a credit note nor a reversal");
            find(PostingRule::UnexpectedCredit, detail);
        }
        _ => {}
    }
    if let Some(day) = posting.posted_on {
        let (year, period) = calendar.period_of(day);
        let is_there = match posting.key.period {
            // Adjustments are posted on the last days of a year, or once it is over.
            ADJUSTMENTS => year > fiscal_year || (year, period) == (fiscal_year, PERIODS),
            ours => (year, period) == (fiscal_year, ours),
        };
        if !is_there {
            let ours = posting.key.period;
            let detail =
                format!("{day} lies in period {period} of {year}, not in period {ours} of {fiscal_year}");
            find(PostingRule::DayInAnotherPeriod, detail);
        }
    }
    findings
}

/// The same bill from two systems: the same amount in the same period and view, of one supplier, or on one account
/// of one cost centre where a supplier is not stated.
fn billed_twice(postings: &[Posting]) -> Vec<PostingFinding> {
    let mut alike: BTreeMap<(u32, &'static str, Currency, Decimal), Vec<usize>> = BTreeMap::new();
    for (place, posting) in postings.iter().enumerate().filter(|(_, posting)| posting.amount > Decimal::ZERO)
    {
        let view = match posting.key.view {
            crate::roadmap::MoneyView::Commitment => "commitment",
            crate::roadmap::MoneyView::Cash => "cash",
            crate::roadmap::MoneyView::Pnl => "pnl",
        };
        let key = (posting.key.period, view, posting.key.currency, posting.amount.normalize());
        alike.entry(key).or_default().push(place);
    }
    let mut findings = Vec::new();
    for places in alike.into_values() {
        let mut taken = vec![false; places.len()];
        for first in 0..places.len() {
            let twin = (first + 1..places.len()).find(|second| {
                !taken[first]
                    && !taken[*second]
                    && is_same_bill(&postings[places[first]], &postings[places[*second]])
            });
            let Some(second) = twin else { continue };
            (taken[first], taken[second]) = (true, true);
            let (one, other) = (&postings[places[first]], &postings[places[second]]);
            let detail = format!(
                "{} {} stands in {} as {} and in {} as {}",
                one.amount, one.key.currency, one.source, one.document, other.source, other.document
            );
            findings.push(PostingFinding {
                rule: PostingRule::BilledTwice,
                postings: vec![places[first], places[second]],
                amount: one.amount,
                detail,
            });
        }
    }
    findings
}

fn is_same_bill(one: &Posting, other: &Posting) -> bool {
    if one.source == other.source {
        return false;
    }
    match (&one.supplier, &other.supplier) {
        (Some(one), Some(other)) => one.to_lowercase() == other.to_lowercase(),
        _ => one.key.account == other.key.account && one.key.cost_centre == other.key.cost_centre,
    }
}

/// Accruals that are taken back in the next period, each with one reversal.
fn reversed(postings: &[Posting]) -> Vec<PostingFinding> {
    let mut taken = vec![false; postings.len()];
    let mut findings = Vec::new();
    let accruals = postings.iter().enumerate().filter(|(_, posting)| posting.kind == PostingKind::Accrual);
    for (place, accrual) in accruals {
        let expected = LineKey { period: accrual.key.period + 1, ..accrual.key.clone() };
        let reversal = postings.iter().enumerate().find(|(at, posting)| {
            !taken[*at] && posting.key == expected && posting.amount == -accrual.amount
        });
        let Some((at, reversal)) = reversal.filter(|_| !accrual.amount.is_zero()) else { continue };
        taken[at] = true;
        let detail = format!(
            "{} {} of {} in period {} is taken back by {} in period {}: read both periods together",
            accrual.amount,
            accrual.key.currency,
            accrual.document,
            accrual.key.period,
            reversal.document,
            reversal.key.period
        );
        let postings = vec![place, at];
        findings.push(PostingFinding {
            rule: PostingRule::AccrualReversed,
            postings,
            amount: accrual.amount,
            detail,
        });
    }
    findings
}
