//! What is odd about the documents behind actual figures: found, named and left to a person.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::version::{ADJUSTMENTS, LineKey, PERIODS};
use crate::error::Result;
use crate::money::{Currency, bounded};
use crate::month::FiscalCalendar;
use crate::roadmap::MoneyView;

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
    findings.extend(billed_twice(postings)?);
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

/// Bills that stand in two systems.
fn billed_twice(postings: &[Posting]) -> Result<Vec<PostingFinding>> {
    let mut taken = vec![false; postings.len()];
    let mut findings = bill_by_bill(postings, &mut taken);
    for by in [Together::Supplier, Together::Account] {
        findings.extend(sum_by_sum(postings, &mut taken, by)?);
    }
    Ok(findings)
}

/// Where bills of two systems can be the same.
type Column = (u32, MoneyView, Currency);

fn column(posting: &Posting) -> Column {
    (posting.key.period, posting.key.view, posting.key.currency)
}

/// The same bill from two systems: the same amount in the same period and view, of one supplier or on one account.
fn bill_by_bill(postings: &[Posting], taken: &mut [bool]) -> Vec<PostingFinding> {
    let mut alike: BTreeMap<(Column, Decimal), Vec<usize>> = BTreeMap::new();
    for (place, posting) in postings.iter().enumerate().filter(|(_, posting)| posting.amount > Decimal::ZERO)
    {
        alike.entry((column(posting), posting.amount.normalize())).or_default().push(place);
    }
    let mut findings = Vec::new();
    for places in alike.into_values() {
        for (at, first) in places.iter().enumerate() {
            let twin = places.iter().skip(at + 1).find(|second| {
                !taken[*first] && !taken[**second] && is_same_bill(&postings[*first], &postings[**second])
            });
            let Some(second) = twin else { continue };
            (taken[*first], taken[*second]) = (true, true);
            findings.push(twice(postings, &[*first], &[*second], postings[*first].amount));
        }
    }
    findings
}

fn is_same_bill(one: &Posting, other: &Posting) -> bool {
    let is_one_supplier = match (&one.supplier, &other.supplier) {
        (Some(one), Some(other)) => is_same_supplier(one, other),
        _ => false,
    };
    !is_same_source(&one.source, &other.source) && (is_one_supplier || one.key.account == other.key.account)
}

fn is_same_source(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Whether two names may be of one supplier: the same words, the first words of the other, or its initials.
fn is_same_supplier(one: &str, other: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let (one, other) = (words(one), words(other));
    let begins = |short: &[String], long: &[String]| !short.is_empty() && long.starts_with(short);
    let abbreviates = |short: &[String], long: &[String]| match short {
        [short] if long.len() > 1 => {
            let initials: String = long.iter().filter_map(|word| word.chars().next()).collect();
            short.chars().count() > 1 && initials.starts_with(short.as_str())
        }
        _ => false,
    };
    [(&one, &other), (&other, &one)]
        .into_iter()
        .any(|(short, long)| begins(short, long) || abbreviates(short, long))
}

/// What bills are added up by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Together {
    /// Who is paid.
    Supplier,
    /// The account that is charged.
    Account,
}

/// Bills of one system, of one supplier or on one account.
struct Bills {
    source: String,
    of: String,
    places: Vec<usize>,
}

/// What one system bills as a whole and another bit by bit: the same sum in the same period and view, of one supplier
/// or on one account.
fn sum_by_sum(postings: &[Posting], taken: &mut [bool], by: Together) -> Result<Vec<PostingFinding>> {
    let mut groups: BTreeMap<(Column, String, String), Vec<usize>> = BTreeMap::new();
    for (place, posting) in postings.iter().enumerate().filter(|(place, _)| !taken[*place]) {
        let of = match by {
            Together::Supplier => posting.supplier.as_ref(),
            Together::Account => Some(&posting.key.account),
        };
        let is_bill =
            matches!(posting.kind, PostingKind::Invoice | PostingKind::CreditNote | PostingKind::Journal);
        if let Some(of) = of.filter(|_| is_bill) {
            let source = posting.source.trim().to_lowercase();
            groups.entry((column(posting), source, of.trim().to_lowercase())).or_default().push(place);
        }
    }
    let mut alike: BTreeMap<(Column, Decimal), Vec<Bills>> = BTreeMap::new();
    for ((column, source, of), places) in groups {
        let mut sum = Decimal::ZERO;
        for place in &places {
            sum = bounded(sum + postings[*place].amount, "amount")?;
        }
        if sum > Decimal::ZERO {
            alike.entry((column, sum.normalize())).or_default().push(Bills { source, of, places });
        }
    }
    let mut findings = Vec::new();
    for ((_, sum), bills) in alike {
        for (at, first) in bills.iter().enumerate() {
            let is_twin = |second: &&Bills| {
                let is_of_one = match by {
                    Together::Supplier => is_same_supplier(&first.of, &second.of),
                    Together::Account => first.of == second.of,
                };
                is_of_one && first.source != second.source && second.places.iter().all(|place| !taken[*place])
            };
            if first.places.iter().any(|place| taken[*place]) {
                continue;
            }
            let Some(second) = bills.iter().skip(at + 1).find(is_twin) else { continue };
            for place in first.places.iter().chain(&second.places) {
                taken[*place] = true;
            }
            findings.push(twice(postings, &first.places, &second.places, sum));
        }
    }
    Ok(findings)
}

/// The most documents of one system that a finding names.
const NAMED: usize = 3;

fn twice(postings: &[Posting], first: &[usize], second: &[usize], amount: Decimal) -> PostingFinding {
    let documents = |places: &[usize]| {
        let names: Vec<&str> =
            places.iter().take(NAMED).map(|place| postings[*place].document.as_str()).collect();
        let more = places.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let source = places.first().map_or("", |place| postings[*place].source.as_str());
        format!("in {source} as {}{more}", names.join(", "))
    };
    let currency = first.first().map(|place| postings[*place].key.currency.to_string()).unwrap_or_default();
    PostingFinding {
        rule: PostingRule::BilledTwice,
        postings: first.iter().chain(second).copied().collect(),
        amount,
        detail: format!("{amount} {currency} stands {} and {}", documents(first), documents(second)),
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
