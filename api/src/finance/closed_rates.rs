//! Exchange rates that figures of closed periods are converted with: they stay as they are, so that what was reported
//! of a closed period is what it says later.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    finance::{
        actual_posting,
        budget_version::{self, VersionKind},
        exchange_rate::{self, RateKind},
        fiscal_calendar, period_close,
    },
    id::{BudgetVersionId, FiscalCalendarId},
};
use forecasting::month::FiscalCalendar;
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    exchange_rates::naming, fiscal_calendars::to_forecast, places::PERIODS, rates::Rates,
    values::conversion_of,
};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// A currency that was posted in a closed period, and one that it is converted to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Use {
    currency: String,
    reporting: String,
    days: (NaiveDate, NaiveDate),
    /// The period in words.
    period: String,
}

/// What closed periods were converted with.
#[derive(Clone, Debug, Default)]
pub struct ClosedRates {
    uses: BTreeSet<Use>,
    rates: Vec<Rates>,
}

impl ClosedRates {
    /// Reads what closed periods need of some kinds of rates, with a number of statements that does not depend on how
    /// many there are; where nothing is closed, with one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn load(db: &impl Read, kinds: impl IntoIterator<Item = RateKind>) -> Result<Self> {
        let uses = uses(db).await?;
        let first = uses.iter().map(|one| one.days.0).min();
        let last = uses.iter().map(|one| one.days.1).max();
        let Some(days) = first.zip(last) else { return Ok(Self::default()) };
        let codes: BTreeSet<String> =
            uses.iter().flat_map(|one| [one.currency.clone(), one.reporting.clone()]).collect();
        let mut rates = Vec::new();
        for kind in kinds {
            rates.push(Rates::load(db, &codes, kind, days).await?);
        }
        Ok(Self { uses, rates })
    }

    /// Refuses a rate to be recorded (nothing before), corrected, or removed (nothing after) that would move the figures
    /// of a closed period. A rate that was missing may still be recorded, and so may one of another kind than the
    /// average, which only those who ask for it are answered with.
    ///
    /// # Errors
    /// `Conflict` naming the rate and the closed period.
    pub fn require(
        &self,
        before: Option<&exchange_rate::Model>,
        after: Option<&exchange_rate::Model>,
    ) -> Result<()> {
        let Some(rate) = after.or(before) else { return Ok(()) };
        let stays = before.zip(after).is_some_and(|(before, after)| before.rate == after.rate);
        if stays || (before.is_none() && rate.kind != RateKind::Average) {
            return Ok(());
        }
        let Some(known) = self.rates.iter().find(|known| known.kind() == rate.kind) else { return Ok(()) };
        let touched = self.uses.iter().filter(|one| {
            let is_average = rate.kind == RateKind::Average;
            rate.on_date <= one.days.1 && (!is_average || rate.on_date >= one.days.0)
        });
        let touched: Vec<&Use> = touched.collect();
        if touched.is_empty() {
            return Ok(());
        }
        let changed = changed(known, rate, after.map(|after| after.rate.to_decimal()));
        for one in touched {
            let found = |rates: &Rates| {
                conversion_of(rates, &one.currency, &one.reporting, one.days).map(|found| found.rate())
            };
            if found(known).is_some_and(|rate| found(&changed) != Some(rate)) {
                let message = format!(
                    "{} would change what {} is converted with, and what is closed stays",
                    naming(rate),
                    one.period
                );
                return Err(Error::Conflict(message));
            }
        }
        Ok(())
    }
}

/// The rates with another one on a day, or with none.
fn changed(known: &Rates, rate: &exchange_rate::Model, value: Option<Decimal>) -> Rates {
    let is_it = |base: &str, quote: &str, on| base == rate.base && quote == rate.quote && on == rate.on_date;
    let kept = known.recorded().filter(|(base, quote, on, _)| !is_it(base, quote, *on));
    let kept = kept.map(|(base, quote, on, value)| (base.to_owned(), quote.to_owned(), on, value));
    let new = value.map(|value| (rate.base.clone(), rate.quote.clone(), rate.on_date, value));
    Rates::of(known.kind(), kept.chain(new))
}

async fn uses(db: &impl Read) -> Result<BTreeSet<Use>> {
    let closes = period_close::Entity::find().all(db).await?;
    if closes.is_empty() {
        return Ok(BTreeSet::new());
    }
    let calendars: HashMap<FiscalCalendarId, FiscalCalendar> =
        fiscal_calendar::Entity::find().all(db).await?.iter().map(|row| (row.id, to_forecast(row))).collect();
    let versions = budget_version::Entity::find().all(db).await?;
    let posted: Vec<(BudgetVersionId, i32, String)> = actual_posting::Entity::find()
        .select_only()
        .columns([
            actual_posting::Column::VersionId,
            actual_posting::Column::Period,
            actual_posting::Column::Currency,
        ])
        .filter(actual_posting::Column::Period.is_in(closes.iter().map(|close| close.period)))
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    let mut uses = BTreeSet::new();
    for (version, period, currency) in posted {
        let Some(actual) = versions.iter().find(|known| known.id == version) else { continue };
        let is_same = |other: &&budget_version::Model| {
            other.calendar_id == actual.calendar_id && other.fiscal_year == actual.fiscal_year
        };
        let close = closes.iter().find(|close| {
            close.calendar_id == actual.calendar_id
                && close.fiscal_year == actual.fiscal_year
                && close.period == period
        });
        let days = calendars.get(&actual.calendar_id).and_then(|calendar| days(calendar, actual, period));
        let Some((close, days)) = close.zip(days) else { continue };
        let words = format!(
            "period {period} of {}, closed on {} by {}, in {}",
            close.fiscal_year, close.closed_on, close.closed_by, actual.name
        );
        let plans = versions.iter().filter(is_same).filter(|other| other.kind != VersionKind::Actual);
        let reporting: BTreeSet<&str> = plans.map(|plan| plan.currency.as_str()).collect();
        uses.extend(reporting.into_iter().filter(|reporting| *reporting != currency).map(|reporting| Use {
            currency: currency.clone(),
            reporting: reporting.to_owned(),
            days,
            period: words.clone(),
        }));
    }
    Ok(uses)
}

/// The days whose rates a period is converted with; of the adjustments those of the last one.
fn days(
    calendar: &FiscalCalendar,
    version: &budget_version::Model,
    period: i32,
) -> Option<(NaiveDate, NaiveDate)> {
    let days_of = i64::from(period.min(PERIODS));
    let periods = calendar.periods(version.fiscal_year);
    let found = periods.into_iter().find(|known| i64::from(known.period) == days_of);
    found.map(|found| (found.first_day, found.last_day))
}
