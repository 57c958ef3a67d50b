//! Periods of fiscal years: closed one after the other, and never opened again.

use entity::{
    finance::{budget_version, fiscal_calendar, period_close},
    id::FiscalCalendarId,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::{
    budget_versions,
    fiscal_calendars::{self, require_year, to_forecast},
    places::PERIODS,
};
use crate::{
    error::{Error, Result},
    rules::require_range,
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
    require_range("period", period, 1, PERIODS)?;
    let row = fiscal_calendars::find(tx, calendar).await?;
    let versions = Condition::all()
        .add(budget_version::Column::CalendarId.eq(calendar))
        .add(budget_version::Column::FiscalYear.eq(fiscal_year));
    budget_versions::hold(tx, versions).await?;
    let closed = of_year(tx, calendar, fiscal_year).await?;
    if let Some(before) = closed.iter().find(|before| before.period == period) {
        let message = format!(
            "period {period} of {fiscal_year} was closed on {} by {}",
            before.closed_on, before.closed_by
        );
        return Err(Error::Conflict(message));
    }
    let open = (1..period).find(|earlier| closed.iter().all(|close| close.period != *earlier));
    if let Some(open) = open {
        return Err(Error::Conflict(format!("period {open} of {fiscal_year} is open, close it first")));
    }
    let today = tx.caller().now.date_naive();
    require_over(&row, fiscal_year, period, today)?;
    let close = period_close::ActiveModel {
        id: Set(tx.new_id()),
        calendar_id: Set(calendar),
        fiscal_year: Set(fiscal_year),
        period: Set(period),
        closed_on: Set(today),
        closed_by: Set(tx.caller().name.clone()),
        ..Default::default()
    };
    tx.insert(close).await
}

fn require_over(
    calendar: &fiscal_calendar::Model,
    fiscal_year: i32,
    period: i32,
    today: chrono::NaiveDate,
) -> Result<()> {
    let periods = to_forecast(calendar).periods(fiscal_year);
    let found = periods.into_iter().find(|known| i64::from(known.period) == i64::from(period));
    match found.filter(|found| found.last_day >= today) {
        Some(found) => Err(Error::Conflict(format!(
            "period {period} of {fiscal_year} ends on {}, and today is {today}",
            found.last_day
        ))),
        None => Ok(()),
    }
}
