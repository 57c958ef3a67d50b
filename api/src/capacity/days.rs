//! What observations come to by day and by month. Reads days, never observations.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    capacity::{Quantity, capacity_day},
    id::CapacityPoolId,
};
use forecasting::{
    capacity::observations::{COMPLETE_SHARE, DailyPeak, MonthlyPeak, monthly_peaks},
    month::Month,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr,
};

use crate::{
    error::{Error, Result},
    store::Read,
};

/// Days that one question may be about: a little more than ten years.
pub const MOST_DAYS: i64 = 3_700;

/// Months that one question may be about.
pub const MOST_MONTHS: u32 = 120;

/// What was used in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthFigures {
    /// The month.
    pub month: Month,
    /// The highest observation; none where there is none.
    pub peak: Option<Quantity>,
    /// What stands for the month; none where there is no observation.
    pub monthly: Option<MonthlyPeak>,
    /// Days with an observation.
    pub observed: u32,
    /// Days that have begun and have none.
    pub missing: u32,
    /// Whether it was not over.
    pub is_partial: bool,
}

/// The days with observations of some pools, by pool, in their order.
///
/// # Errors
/// `Invalid` for days out of order, `LimitExceeded` for too many.
pub async fn of(
    db: &impl Read,
    pools: Vec<CapacityPoolId>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<HashMap<CapacityPoolId, Vec<capacity_day::Model>>> {
    let rows = capacity_day::Entity::find().filter(among(pools, from, to)?);
    let rows = rows.order_by_asc(capacity_day::Column::Day);
    let mut days: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows.all(db).await? {
        days.entry(row.pool_id).or_default().push(row);
    }
    Ok(days)
}

/// A day with its highest observation.
pub type Peak = (NaiveDate, Quantity);

/// The peaks of the days with observations of some pools, by pool, in their order: no more than that is read.
///
/// # Errors
/// As [`of`].
pub async fn peaks(
    db: &impl Read,
    pools: Vec<CapacityPoolId>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<HashMap<CapacityPoolId, Vec<Peak>>> {
    use capacity_day::Column as C;
    let rows = capacity_day::Entity::find().select_only().columns([C::PoolId, C::Day, C::Peak]);
    let rows = rows.filter(among(pools, from, to)?).order_by_asc(C::Day).into_tuple();
    let rows: Vec<(CapacityPoolId, NaiveDate, Quantity)> = rows.all(db).await?;
    let mut peaks: HashMap<_, Vec<Peak>> = HashMap::new();
    for (pool, day, peak) in rows {
        peaks.entry(pool).or_default().push((day, peak));
    }
    Ok(peaks)
}

fn among(pools: Vec<CapacityPoolId>, from: NaiveDate, to: NaiveDate) -> Result<Condition> {
    if to < from {
        return Err(Error::invalid("to", format!("{to} lies before from on {from}")));
    }
    let count = (to - from).num_days() + 1;
    if count > MOST_DAYS {
        let message = format!("{count} days are more than the {MOST_DAYS} of one question");
        return Err(Error::TooMuch { field: "to".to_owned(), message });
    }
    let among = Condition::all().add(capacity_day::Column::PoolId.is_in(pools));
    Ok(among.add(capacity_day::Column::Day.between(from, to)))
}

/// The last day with an observation of each of some pools, not after a day.
///
/// # Errors
/// Those of the database.
pub async fn last(
    db: &impl Read,
    pools: Vec<CapacityPoolId>,
    on: NaiveDate,
) -> Result<HashMap<CapacityPoolId, capacity_day::Model>> {
    use capacity_day::Column as C;
    use sea_orm::ExprTrait as _;
    let until = Condition::all().add(C::PoolId.is_in(pools)).add(C::Day.lte(on));
    let newest = capacity_day::Entity::find().select_only().column(C::PoolId).column_as(C::Day.max(), "day");
    let newest = newest.filter(until).group_by(C::PoolId).into_query();
    // Both columns of its key together: one look-up a pool, and no condition that grows with them.
    let own = Expr::tuple([C::PoolId, C::Day].map(|column| Expr::col((capacity_day::Entity, column))));
    let rows = capacity_day::Entity::find().filter(own.in_subquery(newest)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.pool_id, row)).collect())
}

/// What days come to by month: a day without an observation is missing and never 0.
///
/// # Errors
/// `Internal` where a day is kept twice.
pub fn by_month(
    days: impl IntoIterator<Item = Peak>,
    from: Month,
    months: u32,
    as_of: NaiveDate,
) -> Result<Vec<MonthFigures>> {
    let mut highest: HashMap<Month, Quantity> = HashMap::new();
    let mut daily = Vec::new();
    for (day, of_day) in days.into_iter().filter(|(day, _)| *day <= as_of) {
        let peak = highest.entry(Month::of(day)).or_insert(of_day);
        *peak = of_day.max(*peak);
        // Peaks are told by day, from however many observations.
        daily.push(DailyPeak { day, value: of_day.to_decimal(), observations: 1 });
    }
    let monthly = monthly_peaks(&daily, COMPLETE_SHARE).map_err(Error::internal)?;
    let mut monthly: HashMap<Month, MonthlyPeak> = monthly.into_iter().map(|it| (it.month, it)).collect();
    let figures = |month: Month| {
        let begun = (as_of.min(month.last_day()) - month.first_day()).num_days() + 1;
        let begun = u32::try_from(begun).unwrap_or_default();
        let monthly = monthly.remove(&month);
        let observed = monthly.as_ref().map_or(0, |monthly| monthly.days);
        MonthFigures {
            month,
            peak: highest.get(&month).copied(),
            monthly,
            observed,
            missing: begun.saturating_sub(observed),
            is_partial: month.last_day() >= as_of,
        }
    };
    Ok(from.range(months).map(figures).collect())
}

/// Refuses a number of months that no question is about.
///
/// # Errors
/// `Invalid` for none, `LimitExceeded` for too many.
pub fn require_months(months: i32) -> Result<u32> {
    match u32::try_from(months) {
        Ok(months @ 1..=MOST_MONTHS) => Ok(months),
        Ok(0) | Err(_) => Err(Error::invalid("months", format!("{months} is fewer than 1"))),
        Ok(_) => {
            let message = format!("{months} months are more than the {MOST_MONTHS} of one question");
            Err(Error::TooMuch { field: "months".to_owned(), message })
        }
    }
}
