//! The labour of a unit cost: what is planned or posted on named accounts of budgets, for no record of the inventory
//! tells what people cost.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::{
    finance::{budget_version::VersionKind, exchange_rate::RateKind, ledger_code::CodeKind},
    id::BudgetVersionId,
};
use forecasting::{
    budget::counted_share,
    money::Currency,
    month::Month,
    roadmap::{MoneyView, Window},
};
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use super::{
    exchange_rates,
    places::{PERIODS, refused},
    rates::Rates,
    unit_cost_parts::Basis,
    unit_cost_postings::{self, load_rates},
    values::{self, Figure, Figures, Reorganisation, conversion_of},
};
use crate::{
    error::{Error, Result},
    rules::require_fraction,
    store::Read,
};

/// What the part is called among the others.
pub const LABOUR: &str = "LABOUR";

/// Versions that one question may name: actual figures and a plan for each fiscal year that its months can touch.
const MOST_VERSIONS: usize = 24;

/// Accounts that one question may name.
const MOST_ACCOUNTS: usize = 100;

/// Where labour is planned and posted.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Versions of budgets: for a fiscal year actual figures, one of another kind, or both.
    pub versions: Vec<BudgetVersionId>,
    /// Codes of the accounts that labour is on.
    pub accounts: Vec<String>,
    /// Which fraction of it counts.
    pub share: Decimal,
    /// Which recorded rates postings are converted with.
    pub rate_kind: RateKind,
}

/// For what labour is read.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The code of the site; the company as a whole where there is none.
    pub site: Option<&'a str>,
    /// The months.
    pub window: Window,
    /// Currency of the answer.
    pub currency: Currency,
    /// The day on which periods have to be closed for what is posted in them to count.
    pub as_of: NaiveDate,
}

/// What labour costs.
#[derive(Clone, Debug, Default)]
pub struct Labour {
    /// What counts of it in the months of which that is known, rounded once.
    pub months: BTreeMap<Month, Decimal>,
    /// How many lines and postings are behind it.
    pub figures: usize,
    /// What was taken for granted; each is a sentence.
    pub assumptions: BTreeSet<String>,
    /// What is left out; each is a sentence.
    pub excluded: BTreeSet<String>,
}

/// Reads what is planned and posted: a constant number of statements. Closed months are what was posted, where actual
/// figures are named; others are what is planned. What neither says is not known.
///
/// # Errors
/// `NotFound` for a version that is not there; `Invalid` for two of one fiscal year that say the same, an account that
/// is not there, that nothing is on, or that counts as another cost already, a share that is no fraction, or a currency
/// without a rate.
pub async fn read(db: &impl Read, asked: &Asked, wanted: Wanted<'_>) -> Result<Labour> {
    require_fraction("labour.share", asked.share, Decimal::ZERO, Decimal::ONE)?;
    if asked.share.is_zero() {
        return Err(Error::invalid("labour.share", "0 counts nothing: leave labour out"));
    }
    require_count("labour.versions", "versions", asked.versions.len(), MOST_VERSIONS)?;
    require_count("labour.accounts", "accounts", asked.accounts.len(), MOST_ACCOUNTS)?;
    let versions = values::read(db, &asked.versions, Reorganisation::AsRecorded).await?;
    require_versions(&versions)?;
    for (place, account) in asked.accounts.iter().enumerate() {
        if let Some(figures) = versions.first() {
            let field = format!("labour.accounts[{place}]");
            figures.places.directory.named(CodeKind::Account, account, &field)?;
        }
    }
    let (actual, planned): (Vec<Figures>, Vec<Figures>) =
        versions.into_iter().partition(|figures| figures.places.version.kind == VersionKind::Actual);
    let rates = load_rates(db, asked.rate_kind, &actual, wanted.currency).await?;
    let mut sums = BTreeMap::new();
    let mut labour = Labour::default();
    // What was posted comes last, for it takes the place of what was planned.
    for figures in planned.iter().chain(&actual) {
        let of = labour.of_version(figures, asked, (&rates, wanted))?;
        sums.extend(of);
    }
    if labour.figures == 0 {
        let accounts = asked.accounts.join(", ");
        let message = format!("nothing is planned or posted in profit and loss on {accounts}");
        return Err(Error::invalid("labour.accounts", message));
    }
    for (month, sum) in sums.into_iter().filter(|(month, _)| wanted.window.position(*month).is_some()) {
        let counted = counted_share(sum, asked.share, wanted.currency);
        labour.months.insert(month, counted.map_err(|cause| refused("labour.share", cause))?);
    }
    labour.tell(asked, (&planned, &actual), wanted.window);
    Ok(labour)
}

fn require_count(field: &str, what: &str, count: usize, most: usize) -> Result<()> {
    if count == 0 || count > most {
        return Err(Error::invalid(field, format!("{count} {what} are named; 1 to {most} may be")));
    }
    Ok(())
}

/// For a fiscal year there may be actual figures and one other version.
fn require_versions(versions: &[Figures]) -> Result<()> {
    let mut known = BTreeMap::new();
    for (place, figures) in versions.iter().enumerate() {
        let version = &figures.places.version;
        let what = (version.fiscal_year, version.kind == VersionKind::Actual);
        if let Some(other) = known.insert(what, &version.name) {
            let message = format!(
                "{} is of {} as {other} is: name actual figures and one other version for a year",
                version.name, version.fiscal_year
            );
            return Err(Error::invalid(format!("labour.versions[{place}]"), message));
        }
    }
    Ok(())
}

/// Refuses to count an account as labour that postings of another cost are on.
///
/// # Errors
/// `Invalid` naming the account and the cost.
pub fn refuse_twice(asked: &Asked, actuals: &unit_cost_postings::Asked, basis: &Basis) -> Result<()> {
    for part in &basis.parts {
        let category = part.category.to_value();
        let named = actuals.accounts.iter().filter(|account| account.category == part.category);
        let mut codes: Vec<&str> = named.map(|account| account.account.as_str()).collect();
        if codes.is_empty() {
            codes.push(&category);
        }
        for (place, account) in asked.accounts.iter().enumerate() {
            if codes.contains(&account.as_str()) {
                let message = format!("`{account}` counts as {category} in `actuals` already");
                return Err(Error::invalid(format!("labour.accounts[{place}]"), message));
            }
        }
    }
    Ok(())
}

impl Labour {
    /// What a version says of the months that it is complete for.
    fn of_version(
        &mut self,
        figures: &Figures,
        asked: &Asked,
        (rates, wanted): (&Rates, Wanted<'_>),
    ) -> Result<BTreeMap<Month, Decimal>> {
        let places = &figures.places;
        let is_actual = places.version.kind == VersionKind::Actual;
        let first = places.calendar.first_month(places.version.fiscal_year);
        let is_closed = |period: i32| places.closed.get(&period).is_some_and(|on| *on <= wanted.as_of);
        let has_any = figures.of_view(MoneyView::Pnl).next().is_some();
        let complete_from = figures.complete_from()?.filter(|_| has_any);
        let is_known = |period: i32| {
            let is_planned = complete_from.is_some_and(|from| period.unsigned_abs() >= from);
            if is_actual { has_any && is_closed(period) } else { is_planned }
        };
        let known = (1..=PERIODS).filter(|period| is_known(*period));
        let mut sums: BTreeMap<Month, Decimal> =
            known.map(|period| (first.plus(period - 1), Decimal::ZERO)).collect();
        let mut elsewhere = 0;
        for figure in figures.of_view(MoneyView::Pnl) {
            if !asked.accounts.contains(&figure.key.account) {
                continue;
            }
            let period = i32::try_from(figure.key.period).unwrap_or(PERIODS);
            if wanted.site.is_some_and(|site| figure.key.site.as_deref() != Some(site)) {
                elsewhere += 1;
                continue;
            }
            // Adjustments of the year are of no month: they count in its last one.
            let month = first.plus(period.min(PERIODS) - 1);
            if (is_actual && !is_closed(period)) || wanted.window.position(month).is_none() {
                continue;
            }
            *sums.entry(month).or_default() += converted(figures, figure, (rates, wanted.currency))?;
            self.figures += 1;
        }
        if elsewhere > 0 {
            let name = &places.version.name;
            self.excluded.insert(format!("{elsewhere} amounts of labour in {name}: of no or another site"));
        }
        Ok(sums)
    }

    fn tell(&mut self, asked: &Asked, (planned, actual): (&[Figures], &[Figures]), window: Window) {
        let names = |versions: &[Figures]| {
            let names: Vec<&str> = versions.iter().map(|of| of.places.version.name.as_str()).collect();
            names.join(", ")
        };
        let (share, accounts) = (asked.share.normalize(), asked.accounts.join(", "));
        self.assumptions.insert(format!("labour is {share} of what profit and loss has on {accounts}"));
        if !actual.is_empty() {
            let kind = exchange_rates::spoken(asked.rate_kind);
            self.assumptions.insert(format!(
                "labour of closed months is what was posted in {}, at the {kind} rate of their period",
                names(actual)
            ));
        }
        if !planned.is_empty() {
            let others = if actual.is_empty() { "" } else { " of other months" };
            self.assumptions.insert(format!("labour{others} is what is planned in {}", names(planned)));
        }
        let unknown: Vec<Month> = window.iter().filter(|month| !self.months.contains_key(month)).collect();
        if let (Some(first), Some(last)) = (unknown.first(), unknown.last()) {
            let count = unknown.len();
            self.excluded.insert(format!(
                "{count} months from {first} to {last}: no version that is named says what labour costs then, so \
                 their unit cost is not known"
            ));
        }
    }
}

/// An amount in the currency of the answer: of what was posted at recorded rates, of what is planned at those of the
/// plan.
fn converted(figures: &Figures, figure: &Figure, (rates, currency): (&Rates, Currency)) -> Result<Decimal> {
    let version = &figures.places.version;
    let from = figure.key.currency;
    if from == currency {
        return Ok(figure.amount);
    }
    if version.kind != VersionKind::Actual {
        if version.currency != currency.code() {
            let message = format!("{} is kept in {}, not in {currency}", version.name, version.currency);
            return Err(Error::invalid("labour.versions", message));
        }
        let converted = figures.plan_rates()?.convert(figure.amount, from);
        return converted.map_err(|cause| refused("labour.versions", cause));
    }
    let period = i32::try_from(figure.key.period).unwrap_or(PERIODS);
    let days = figures.places.period(period)?;
    let conversion = conversion_of(rates, from.code(), currency.code(), (days.first_day, days.last_day));
    let converted = conversion.and_then(|conversion| conversion.apply(figure.amount));
    converted.ok_or_else(|| {
        let (kind, year) = (exchange_rates::spoken(rates.kind()), version.fiscal_year);
        let message = format!("no {kind} rate from {from} to {currency} for period {period} of {year}");
        Error::invalid("labour.rateKind", message)
    })
}
