//! What is odd about the lines of a budget or the postings of actual figures: found, and left to a person.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::{finance::budget_version::VersionKind, id::BudgetVersionId};
use forecasting::{
    budget::{BudgetVersion, FindingContext, LineRule, PostingRule, affected, check_lines, check_postings},
    money::Currency,
};
use rust_decimal::Decimal;

use super::{
    actual_postings,
    places::refused,
    values::{self, Figures, Origin, Reorganisation, require_alike},
};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// A rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// One of the lines of any version.
    Line(LineRule),
    /// One of the documents behind actual figures.
    Posting(PostingRule),
}

/// Lines or postings that break a rule.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// What was found.
    pub detail: String,
    /// Which lines or postings.
    pub origins: Vec<Origin>,
    /// The amounts that are in doubt, by currency.
    pub amounts: BTreeMap<Currency, Decimal>,
}

/// Everything that is odd about a version, by rule.
///
/// # Errors
/// `NotFound` for a version that is not there, `Invalid` for two that cannot be compared.
pub async fn of(
    db: &impl Read,
    id: BudgetVersionId,
    against: Option<BudgetVersionId>,
) -> Result<Vec<Finding>> {
    let ids: Vec<BudgetVersionId> = [id].into_iter().chain(against).collect();
    let mut found = values::read(db, &ids, Reorganisation::AsRecorded).await?.into_iter();
    let own = found.next().ok_or_else(|| Error::not_found("budget version", id))?;
    let other = found.next();
    if let Some(other) = &other {
        require_alike(&own.places.version, &other.places.version, "against")?;
    }
    let other = other.map(|other| other.version(|_| true)).transpose()?;
    let elsewhere = match own.places.version.kind {
        VersionKind::Actual => actual_postings::elsewhere(db, &own.places.version).await?,
        _ => BTreeMap::new(),
    };
    let mut findings = of_lines(&own, other.as_ref(), &elsewhere)?;
    findings.extend(of_postings(&own)?);
    findings.sort_by_key(|finding| finding.rule);
    Ok(findings)
}

fn of_lines(
    own: &Figures,
    other: Option<&BudgetVersion>,
    elsewhere: &BTreeMap<String, String>,
) -> Result<Vec<Finding>> {
    let closed: BTreeMap<u32, NaiveDate> = own
        .places
        .closed
        .iter()
        .filter_map(|(period, day)| Some((u32::try_from(*period).ok()?, *day)))
        .collect();
    let context = FindingContext { calendar: &own.places.calendar, closed: &closed, other, elsewhere };
    let found = check_lines(&own.version(|_| true)?, &context).map_err(|cause| refused("version", cause))?;
    // Of postings the sort of document says more than the sign does.
    let says_more = own.places.version.kind == VersionKind::Actual;
    let kept = found.into_iter().filter(|one| !(says_more && one.rule == LineRule::NegativeAmount));
    kept.map(|one| finding(own, Rule::Line(one.rule), one.detail, (&one.lines, &one.doubtful))).collect()
}

fn of_postings(own: &Figures) -> Result<Vec<Finding>> {
    let postings = own.postings();
    if postings.is_empty() {
        return Ok(Vec::new());
    }
    let found = check_postings(&postings, &own.places.calendar, own.places.version.fiscal_year)
        .map_err(|cause| refused("version", cause))?;
    let findings = found.into_iter().map(|one| {
        let mut found = finding(own, Rule::Posting(one.rule), one.detail, (&one.postings, &[]))?;
        // Of two that belong together, one amount is in doubt.
        let currency = one.postings.first().and_then(|place| postings.get(*place)).map(|it| it.key.currency);
        if let Some(currency) = currency {
            found.amounts = BTreeMap::from([(currency, one.amount)]);
        }
        Ok(found)
    });
    findings.collect()
}

/// A finding of figures by their places, of which the second ones are in doubt.
fn finding(
    own: &Figures,
    rule: Rule,
    detail: String,
    (places, doubtful): (&[usize], &[usize]),
) -> Result<Finding> {
    let of = |places: &[usize]| places.iter().filter_map(|place| own.figures.get(*place)).collect::<Vec<_>>();
    let concerned = of(places);
    let amounts = of(doubtful).into_iter().map(|figure| (figure.key.currency, figure.amount));
    Ok(Finding {
        rule,
        detail,
        amounts: affected(amounts).map_err(|cause| refused("version", cause))?,
        origins: concerned.into_iter().map(|figure| figure.origin).collect(),
    })
}
