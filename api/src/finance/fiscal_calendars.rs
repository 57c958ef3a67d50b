//! Fiscal calendars: define, change, choose the default, remove.

use chrono::NaiveDate;
use entity::{
    finance::fiscal_calendar::{self, CalendarPattern, LabelBy, Years},
    id::FiscalCalendarId,
};
use forecasting::{
    ForecastError,
    month::{FiscalCalendar, LabelBy as Label, Pattern},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

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
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken.
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
    tx.update(before, |edit| *edit = row).await
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
/// `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: FiscalCalendarId, expected_version: Option<i32>) -> Result<()> {
    let calendar = find(tx, id).await?;
    expect_version("fiscal calendar", calendar.version, expected_version)?;
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
