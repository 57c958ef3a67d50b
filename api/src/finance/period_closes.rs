//! Periods of fiscal years: closed one after the other, and never opened again.

use chrono::NaiveDate;
use entity::{
    finance::{budget_version, fiscal_calendar, period_close},
    id::FiscalCalendarId,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::{
    budget_versions,
    fiscal_calendars::{self, require_year, to_forecast},
    places::{ADJUSTMENTS, PERIODS},
};
use crate::{
    error::{Error, Result},
    rules::{draft, require_range, require_text},
    store::{Read, Tx},
};

/// The closed periods of a fiscal year, in order.
///
/// # Errors
/// Those of the database.
pub async fn of_year(
    db: &impl Read,
    calendar: FiscalCalendarId,
    fiscal_year: i32,
) -> Result<Vec<period_close::Model>> {
    use period_close::Column as C;
    let found = period_close::Entity::find()
        .filter(C::CalendarId.eq(calendar))
        .filter(C::FiscalYear.eq(fiscal_year))
        .order_by_asc(C::Period)
        .all(db)
        .await?;
    Ok(found)
}

/// The closed periods of some fiscal years, in order.
///
/// # Errors
/// Those of the database.
pub async fn of_years(
    db: &impl Read,
    calendar: FiscalCalendarId,
    fiscal_years: impl IntoIterator<Item = i32>,
) -> Result<Vec<period_close::Model>> {
    use period_close::Column as C;
    let found = period_close::Entity::find()
        .filter(C::CalendarId.eq(calendar))
        .filter(C::FiscalYear.is_in(fiscal_years))
        .order_by_asc(C::FiscalYear)
        .order_by_asc(C::Period)
        .all(db)
        .await?;
    Ok(found)
}

/// Closes a period for postings. What comes later, such as a credit note, goes to a period that is open.
///
/// # Errors
/// `Conflict` for a period that is closed already, that has not ended yet, or whose predecessor is open; `NotFound`
/// for a calendar that is not there.
pub async fn close(
    tx: &Tx,
    calendar: FiscalCalendarId,
    fiscal_year: i32,
    period: i32,
) -> Result<period_close::Model> {
    require_year(fiscal_year)?;
    require_range("period", period, 1, ADJUSTMENTS)?;
    let row = fiscal_calendars::find(tx, calendar).await?;
    let versions = Condition::all()
        .add(budget_version::Column::CalendarId.eq(calendar))
        .add(budget_version::Column::FiscalYear.eq(fiscal_year));
    budget_versions::hold(tx, versions).await?;
    let closed = of_year(tx, calendar, fiscal_year).await?;
    let today = tx.caller().now.date_naive();
    let close = period_close::ActiveModel {
        id: Set(tx.new_id()),
        calendar_id: Set(calendar),
        fiscal_year: Set(fiscal_year),
        period: Set(period),
        closed_on: Set(today),
        closed_by: Set(tx.caller().name.clone()),
        ..Default::default()
    };
    check(&draft(&close)?, &closed, &row, today)?;
    tx.insert(close).await
}

/// The rules of a close, whoever writes it, beside the closed periods of its year.
///
/// # Errors
/// `Conflict` for a period that is closed already, that has not ended yet, or whose predecessor is open; `Invalid`
/// for a day before its end or to come.
pub fn check(
    close: &period_close::Model,
    closed: &[period_close::Model],
    calendar: &fiscal_calendar::Model,
    today: NaiveDate,
) -> Result<()> {
    let (fiscal_year, period) = (close.fiscal_year, close.period);
    require_year(fiscal_year)?;
    require_range("period", period, 1, ADJUSTMENTS)?;
    require_text("closedBy", &close.closed_by, 200)?;
    if let Some(before) = closed.iter().find(|before| before.period == period) {
        return Err(is_closed(before));
    }
    let open = (1..period).find(|earlier| closed.iter().all(|close| close.period != *earlier));
    if let Some(open) = open {
        return Err(Error::Conflict(format!("period {open} of {fiscal_year} is open, close it first")));
    }
    let last = require_over(calendar, fiscal_year, period, today)?;
    if close.closed_on > today || last.is_some_and(|last| close.closed_on <= last) {
        let message = format!("{} is not between the end of the period and today, {today}", close.closed_on);
        return Err(Error::invalid("closedOn", message));
    }
    Ok(())
}

/// The refusal of what is closed.
#[must_use]
pub fn is_closed(close: &period_close::Model) -> Error {
    Error::Conflict(format!(
        "period {} of {} was closed on {} by {}",
        close.period, close.fiscal_year, close.closed_on, close.closed_by
    ))
}

/// The last day of a period that is over.
fn require_over(
    calendar: &fiscal_calendar::Model,
    fiscal_year: i32,
    period: i32,
    today: NaiveDate,
) -> Result<Option<NaiveDate>> {
    let periods = to_forecast(calendar).periods(fiscal_year);
    // Adjustments are complete no earlier than the year is over.
    let days_of = i64::from(period.min(PERIODS));
    let found = periods.into_iter().find(|known| i64::from(known.period) == days_of);
    let last = found.map(|found| found.last_day);
    match last.filter(|last| *last >= today) {
        Some(last) => Err(Error::Conflict(format!(
            "period {period} of {fiscal_year} ends on {last}, and today is {today}"
        ))),
        None => Ok(last),
    }
}
