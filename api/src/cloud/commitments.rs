//! Commitments to cloud providers: record, change, remove, and what the calendar needs of them.

use chrono::NaiveDate;
use entity::{
    cloud::{cloud_commitment, provider_account},
    id::{CloudCommitmentId, ProviderAccountId},
    money::Amount,
};
use forecasting::{
    colocation::{BusinessDays, Event, EventKind, Notice, NoticeUnit, RenewalTerms, Term, Terms},
    commitments::{Commitment, Promise},
    money::Currency,
    month::{add_months, months_between, term_end},
};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel, TryIntoModel};

use crate::{
    error::{Error, Result},
    rules::{
        draft, expect_version, require_least, require_order, require_plausible, require_range, require_text,
        require_text_if_any,
    },
    store::{Read, Tx},
};

/// The longest single step that anybody plans, in days: ten years.
const MOST_PLANNED_DAYS: i32 = 3_650;

/// One cloud commitment.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: CloudCommitmentId) -> Result<cloud_commitment::Model> {
    cloud_commitment::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("cloud commitment", id))
}

/// Records a cloud commitment.
///
/// # Errors
/// `NotFound` for what it refers to and is not there, `Invalid` when a rule of [`check`] is broken.
pub async fn record(tx: &Tx, mut row: cloud_commitment::ActiveModel) -> Result<cloud_commitment::Model> {
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    check_references(tx, &new).await?;
    tx.insert(row).await
}

/// Changes a cloud commitment.
///
/// # Errors
/// `Conflict` for a stale version, otherwise as when it is recorded.
pub async fn update(
    tx: &Tx,
    id: CloudCommitmentId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut cloud_commitment::ActiveModel) -> Result<()>,
) -> Result<cloud_commitment::Model> {
    let before = find(tx, id).await?;
    expect_version("cloud commitment", before.version, expected_version)?;
    let mut row = before.clone().into_active_model();
    edit(&mut row)?;
    let after = row.clone().try_into_model()?;
    check(&after)?;
    check_references(tx, &after).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes a cloud commitment that was recorded by mistake.
///
/// # Errors
/// `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: CloudCommitmentId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("cloud commitment", row.version, expected_version)?;
    tx.delete(row).await
}

/// The rules of a commitment, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(commitment: &cloud_commitment::Model) -> Result<()> {
    require_text("reference", &commitment.reference, 200)?;
    require_text_if_any("description", commitment.description.as_deref(), 500)?;
    require_text_if_any("owner", commitment.owner.as_deref(), 200)?;
    require_text_if_any("source", commitment.source.as_deref(), 500)?;
    crate::schema::scalar::currency(&commitment.currency, "currency")?;
    require_plausible("startsOn", Some(commitment.starts_on))?;
    require_plausible("endsOn", Some(commitment.ends_on))?;
    require_order("endsOn", Some(commitment.starts_on), Some(commitment.ends_on), "the first day")?;
    require_least("hourly", commitment.hourly_amount, Amount::ZERO)?;
    require_least("total", commitment.total_amount, Amount::ZERO)?;
    require_least("renewalMonths", commitment.renewal_months, 1)?;
    require_least("noticeDays", commitment.notice_days, 0)?;
    if commitment.hourly_amount.is_some() == commitment.total_amount.is_some() {
        return Err(Error::invalid("hourly", "give either what is committed for each hour or the total"));
    }
    check_planning(commitment)?;
    let days = (commitment.ends_on - commitment.starts_on).num_days() + 1;
    if let Some(notice) = commitment.notice_days.filter(|notice| i64::from(*notice) > days) {
        return Err(Error::invalid(
            "noticeDays",
            format!("{notice} is refused: notice is not longer than the term"),
        ));
    }
    require_plausible("noticeGivenOn", commitment.notice_given_on)?;
    match commitment.notice_given_on.filter(|given| *given < commitment.starts_on) {
        Some(given) => {
            let message = format!("{given} lies before the commitment began on {}", commitment.starts_on);
            Err(Error::invalid("noticeGivenOn", message))
        }
        None => Ok(()),
    }
}

/// The days that are planned with: none is below zero or beyond ten years, and the earliest notice is no later than the
/// latest.
fn check_planning(commitment: &cloud_commitment::Model) -> Result<()> {
    for (field, days) in [
        ("noticeDaysMaximum", commitment.notice_days_maximum),
        ("planning.decisionLeadDays", commitment.decision_lead_days),
        ("planning.proposalLeadDays", commitment.proposal_lead_days),
        ("planning.migrationDays", commitment.migration_days),
        ("planning.decommissionBufferDays", commitment.decommission_buffer_days),
    ] {
        if let Some(days) = days {
            require_range(field, days, 0, MOST_PLANNED_DAYS)?;
        }
    }
    match (commitment.notice_days, commitment.notice_days_maximum) {
        (None, Some(maximum)) => {
            let message = format!("{maximum} is refused: no latest notice is agreed");
            Err(Error::invalid("noticeDaysMaximum", message))
        }
        (Some(minimum), Some(maximum)) if maximum < minimum => {
            let message =
                format!("{maximum} is less than the latest notice of {minimum}, so no day would be valid");
            Err(Error::invalid("noticeDaysMaximum", message))
        }
        _ => Ok(()),
    }
}

async fn check_references(tx: &Tx, commitment: &cloud_commitment::Model) -> Result<()> {
    let id: ProviderAccountId = commitment.account_id;
    let found = provider_account::Entity::find_by_id(id).one(tx).await?;
    let account = found.ok_or_else(|| Error::not_found("provider account", id))?;
    check_account(commitment, &account)
}

/// The rules that a commitment and its account have in common.
///
/// # Errors
/// `Invalid` for a commitment in another currency than the account is billed in.
pub fn check_account(commitment: &cloud_commitment::Model, account: &provider_account::Model) -> Result<()> {
    if account.currency != commitment.currency {
        let message =
            format!("{} is not {}, in which the account is billed", commitment.currency, account.currency);
        return Err(Error::invalid("currency", message));
    }
    Ok(())
}

/// How long a commitment runs, by the dates that are stated, and how it renews.
#[must_use]
pub fn terms(commitment: &cloud_commitment::Model) -> Terms {
    let months = term_months(commitment);
    let renews = commitment.auto_renews;
    let renewal = commitment.renewal_months.and_then(|months| u32::try_from(months).ok()).unwrap_or(months);
    let notice = u32::try_from(commitment.notice_days.unwrap_or_default()).unwrap_or_default();
    let after = commitment.ends_on.succ_opt().unwrap_or(commitment.ends_on);
    // A last part of a month counts whole in the length; the dates are those that are stated.
    let is_whole = term_end(commitment.starts_on, months) == commitment.ends_on;
    let back = i32::try_from(months).unwrap_or(i32::MAX).saturating_neg();
    Terms {
        start: if is_whole { commitment.starts_on } else { add_months(after, back) },
        initial_months: months,
        renewal: renews.then_some(RenewalTerms { months: renewal, maximum: None }),
        notice: Some(Notice {
            minimum: notice,
            maximum: commitment.notice_days_maximum.and_then(|days| u32::try_from(days).ok()),
            unit: NoticeUnit::CalendarDays,
            previous_business_day: commitment.notice_days.is_some(),
        }),
        notice_given: commitment.notice_given_on,
        until: None,
    }
}

/// The day from which what a commitment covered is paid at the prices of those who commit to nothing, where no renewal
/// follows: the one change of price that a commitment has, for its own price stands for the whole term and renews as it
/// is.
#[must_use]
pub fn price_ends(terms: &Terms, days: &BusinessDays, (from, to): (NaiveDate, NaiveDate)) -> Option<Event> {
    let end = terms.end(days)?;
    let date = end.succ_opt().filter(|date| (from..=to).contains(date))?;
    let reason = format!("the prices of the commitment end on {end}: usage is at list prices from then on");
    Some(Event {
        date,
        kind: EventKind::Escalation,
        term: Some(terms.term_number(end)),
        charge: None,
        reason,
    })
}

/// A commitment as a value, for what its renewals cost.
///
/// # Errors
/// `Invalid` for a currency that is none.
pub fn value(commitment: &cloud_commitment::Model) -> Result<Commitment> {
    let refused = |cause| Error::invalid("currency", cause);
    let promise = match (commitment.hourly_amount, commitment.total_amount) {
        (Some(hourly), _) => Promise::Hourly(hourly.to_decimal()),
        (None, total) => Promise::Total(total.unwrap_or_default().to_decimal()),
    };
    let term = Term { number: 0, start: commitment.starts_on, end: commitment.ends_on };
    Ok(Commitment { currency: Currency::from_code(&commitment.currency).map_err(refused)?, promise, term })
}

/// Months of the term; a part of a month counts whole.
fn term_months(commitment: &cloud_commitment::Model) -> u32 {
    let after: NaiveDate = commitment.ends_on.succ_opt().unwrap_or(commitment.ends_on);
    let whole = months_between(commitment.starts_on, after).max(0);
    let has_rest = add_months(commitment.starts_on, whole) < after;
    (whole.unsigned_abs() + u32::from(has_rest)).max(1)
}
