//! Fiscal calendars: define, change, choose the default, remove.

use chrono::NaiveDate;
use entity::{
    finance::{
        budget_version,
        fiscal_calendar::{self, CalendarPattern, LabelBy, Years},
        period_close,
    },
    id::FiscalCalendarId,
};
use forecasting::{
    ForecastError,
    month::{FiscalCalendar, LabelBy as Label, Pattern},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_plausible, require_range, require_text},
    store::{Read, Tx},
};

/// One fiscal calendar.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: FiscalCalendarId) -> Result<fiscal_calendar::Model> {
    fiscal_calendar::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("fiscal calendar", id))
}

/// The calendar that is used when none is named, where there is one.
///
/// # Errors
/// Those of the database.
pub async fn find_default(db: &impl Read) -> Result<Option<fiscal_calendar::Model>> {
    Ok(fiscal_calendar::Entity::find().filter(fiscal_calendar::Column::IsDefault.eq(true)).one(db).await?)
}

/// The calendar of a name, where there is one.
///
/// # Errors
/// Those of the database.
pub async fn find_named(db: &impl Read, name: &str) -> Result<Option<fiscal_calendar::Model>> {
    Ok(fiscal_calendar::Entity::find().filter(fiscal_calendar::Column::Name.eq(name)).one(db).await?)
}

/// Defines a fiscal calendar. The default of before, where there was one, gives way to a new one.
///
/// # Errors
/// `Invalid` when the name is taken or a rule of [`check`] is broken.
pub async fn create(tx: &Tx, mut row: fiscal_calendar::ActiveModel) -> Result<fiscal_calendar::Model> {
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    if new.is_default {
        give_way(tx).await?;
    }
    tx.insert(row).await
}

/// Changes a fiscal calendar.
///
/// # Errors
/// `Conflict` for a stale version or as [`refuse_moved`], `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: FiscalCalendarId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut fiscal_calendar::ActiveModel),
) -> Result<fiscal_calendar::Model> {
    let before = find(tx, id).await?;
    expect_version("fiscal calendar", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    refuse_moved(tx, &before, &after).await?;
    tx.update(before, |edit| *edit = row).await
}

/// Refuses a change that would move the periods of a fiscal year that is budgeted or closed: amounts would stand in
/// other days than they were planned for.
///
/// # Errors
/// `Conflict` naming the budget or the closed period.
pub async fn refuse_moved(
    tx: &Tx,
    before: &fiscal_calendar::Model,
    after: &fiscal_calendar::Model,
) -> Result<()> {
    let (before_shape, after_shape) = (to_forecast(before), to_forecast(after));
    if before_shape == after_shape {
        return Ok(());
    }
    let moves = |year: i32| before_shape.periods(year) != after_shape.periods(year);
    let versions = budget_version::Entity::find()
        .filter(budget_version::Column::CalendarId.eq(before.id))
        .order_by_asc(budget_version::Column::Id)
        .all(tx)
        .await?;
    if let Some(version) = versions.iter().find(|version| moves(version.fiscal_year)) {
        let message = format!(
            "the budget {} of {} stands in the periods of {}, so those stay; define another calendar",
            version.name, version.fiscal_year, before.name
        );
        return Err(Error::Conflict(message));
    }
    let closes = period_close::Entity::find()
        .filter(period_close::Column::CalendarId.eq(before.id))
        .order_by_asc(period_close::Column::Id)
        .all(tx)
        .await?;
    match closes.iter().find(|close| moves(close.fiscal_year)) {
        Some(close) => Err(Error::Conflict(format!(
            "period {} of {} of {} is closed, so its days stay; define another calendar",
            close.period, close.fiscal_year, before.name
        ))),
        None => Ok(()),
    }
}

/// Makes a calendar the one that is used when none is named.
///
/// # Errors
/// As [`update`].
pub async fn make_default(
    tx: &Tx,
    id: FiscalCalendarId,
    expected_version: Option<i32>,
) -> Result<fiscal_calendar::Model> {
    let calendar = find(tx, id).await?;
    expect_version("fiscal calendar", calendar.version, expected_version)?;
    if !calendar.is_default {
        give_way(tx).await?;
    }
    update(tx, id, expected_version, |row| row.is_default = Set(true)).await
}

/// Removes a fiscal calendar.
///
/// # Errors
/// `Conflict` for a stale version, or while a budget stands in its periods.
pub async fn remove(tx: &Tx, id: FiscalCalendarId, expected_version: Option<i32>) -> Result<()> {
    let calendar = find(tx, id).await?;
    expect_version("fiscal calendar", calendar.version, expected_version)?;
    let used = budget_version::Column::CalendarId.eq(id);
    let versions = budget_version::Entity::find().filter(used).order_by_asc(budget_version::Column::Id);
    if let Some(version) = versions.one(tx).await? {
        let message = format!("the budget {} stands in the periods of {}", version.name, calendar.name);
        return Err(Error::Conflict(message));
    }
    tx.delete(calendar).await
}

/// Takes the default from the calendar that has it, before another becomes it.
///
/// # Errors
/// Those of the database.
pub async fn give_way(tx: &Tx) -> Result<()> {
    if let Some(former) = find_default(tx).await? {
        tx.update(former, |row: &mut fiscal_calendar::ActiveModel| row.is_default = Set(false)).await?;
    }
    Ok(())
}

/// The rules of a fiscal calendar, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(calendar: &fiscal_calendar::Model) -> Result<()> {
    require_text("name", &calendar.name, 100)?;
    require_range("startMonth", calendar.start_month, 1, 12)?;
    require_plausible("anchorOn", calendar.anchor_on)?;
    let years = &calendar.leap_week_years.0;
    for year in years {
        require_range("leapWeekYears", *year, 1970, 2199)?;
    }
    if let Some(pair) = years.windows(2).find(|pair| pair[1] <= pair[0] + 1) {
        // 53 weeks come every five or six years; two in a row would move the year by a fortnight.
        let message = format!("{} and {} cannot both have 53 weeks; give years in order", pair[0], pair[1]);
        return Err(Error::invalid("leapWeekYears", message));
    }
    if calendar.pattern == CalendarPattern::Months {
        if let Some(anchor) = calendar.anchor_on {
            return Err(Error::invalid("anchorOn", format!("{anchor} has no meaning for calendar months")));
        }
        if let Some(year) = years.first() {
            return Err(Error::invalid(
                "leapWeekYears",
                format!("{year} has no meaning for calendar months"),
            ));
        }
    } else if calendar.anchor_on.is_none() {
        return Err(Error::invalid("anchorOn", "a pattern of weeks needs the first day of some fiscal year"));
    }
    to_forecast(calendar).check().map_err(refused)
}

fn refused(cause: ForecastError) -> Error {
    match cause {
        ForecastError::Invalid { value, rule, .. } => Error::invalid("anchorOn", format!("{value}: {rule}")),
        other => Error::invalid("anchorOn", other),
    }
}

/// The calendar as the arithmetic takes it.
#[must_use]
pub fn to_forecast(calendar: &fiscal_calendar::Model) -> FiscalCalendar {
    let years = &calendar.leap_week_years;
    shape(calendar.start_month, calendar.label_by, calendar.pattern, calendar.anchor_on, years)
}

/// The parts of a calendar as the arithmetic takes them.
#[must_use]
pub fn shape(
    start_month: i32,
    label_by: LabelBy,
    pattern: CalendarPattern,
    anchor: Option<NaiveDate>,
    leap_week_years: &Years,
) -> FiscalCalendar {
    FiscalCalendar {
        start_month: u32::try_from(start_month).unwrap_or(1),
        label_by: match label_by {
            LabelBy::StartYear => Label::StartYear,
            LabelBy::EndYear => Label::EndYear,
        },
        pattern: match pattern {
            CalendarPattern::Months => Pattern::Months,
            CalendarPattern::W445 => Pattern::Weeks445,
            CalendarPattern::W454 => Pattern::Weeks454,
            CalendarPattern::W544 => Pattern::Weeks544,
        },
        anchor,
        weeks53_years: leap_week_years.0.iter().copied().collect(),
    }
}

/// Refuses a fiscal year that no plan is made for.
///
/// # Errors
/// `Invalid` naming the year.
pub fn require_year(fiscal_year: i32) -> Result<()> {
    require_range("fiscalYear", fiscal_year, 1970, 2199)
}
