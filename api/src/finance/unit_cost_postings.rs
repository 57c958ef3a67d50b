//! What was posted of the cost of a unit: closed months of versions of actual figures, by category of cost.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::{
    finance::{
        budget_version::VersionKind, exchange_rate::RateKind, ledger_code::CodeKind,
        unit_cost_part::CostCategory,
    },
    id::BudgetVersionId,
};
use forecasting::{
    money::Currency,
    month::Month,
    roadmap::{MoneyView, Window},
};
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use super::{
    exchange_rates,
    places::PERIODS,
    rates::Rates,
    unit_cost_parts::{Basis, Part},
    values::{self, Figure, Figures, Reorganisation, conversion_of},
};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// Versions that one question may name: the fiscal years that its months can touch.
const MOST_VERSIONS: usize = 12;

/// Where a cost is posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The cost.
    pub category: CostCategory,
    /// Code of the account.
    pub account: String,
    /// Code of the tower; any, or none, where left out.
    pub tower: Option<String>,
}

/// Which postings take the place of what was due.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Versions of actual figures, one for a fiscal year.
    pub versions: Vec<BudgetVersionId>,
    /// Where costs are posted; one that is not named is posted to the account of its own name.
    pub accounts: Vec<Account>,
    /// Which recorded rates postings are converted with.
    pub rate_kind: RateKind,
}

/// What was posted.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    /// The months that are closed, with what was posted of each cost, before any share is taken.
    pub months: BTreeMap<Month, BTreeMap<CostCategory, Decimal>>,
    /// How many postings are behind each cost.
    pub postings: BTreeMap<CostCategory, usize>,
    /// What was taken for granted; each is a sentence.
    pub assumptions: BTreeSet<String>,
    /// What was posted elsewhere and does not count; each is a sentence.
    pub excluded: BTreeSet<String>,
}

/// For what postings are read.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// What goes into the unit cost.
    pub basis: &'a Basis,
    /// The code of the site; the company as a whole where there is none.
    pub site: Option<&'a str>,
    /// The months.
    pub window: Window,
    /// Currency of the answer.
    pub currency: Currency,
    /// The day on which periods have to be closed.
    pub as_of: NaiveDate,
}

/// Reads what was posted in closed periods: a constant number of statements.
///
/// # Errors
/// `NotFound` for a version that is not there; `Invalid` for one that is not of actual figures or has none in profit
/// and loss, two of one fiscal year, an account that is not there or stands for two costs, a cost that no account tells, or a currency without a
/// rate.
pub async fn read(db: &impl Read, asked: &Asked, wanted: Wanted<'_>) -> Result<Posted> {
    if asked.versions.is_empty() || asked.versions.len() > MOST_VERSIONS {
        let message = format!("{} versions are named; 1 to {MOST_VERSIONS} may be", asked.versions.len());
        return Err(Error::invalid("actuals.versions", message));
    }
    let versions = values::read(db, &asked.versions, Reorganisation::AsRecorded).await?;
    require_versions(&versions)?;
    let accounts = accounts(asked, wanted.basis, &versions)?;
    let rates = load_rates(db, asked.rate_kind, &versions, wanted.currency).await?;
    let mut posted = Posted::default();
    for version in &versions {
        posted.add(version, &accounts, &rates, wanted)?;
    }
    let kind = exchange_rates::spoken(asked.rate_kind);
    posted.assumptions.insert(format!("postings are converted at the {kind} rate of their period"));
    Ok(posted)
}

fn require_versions(versions: &[Figures]) -> Result<()> {
    let mut years = BTreeMap::new();
    for (place, figures) in versions.iter().enumerate() {
        let version = &figures.places.version;
        let field = format!("actuals.versions[{place}]");
        if version.kind != VersionKind::Actual {
            return Err(Error::invalid(field, format!("{} is not of actual figures", version.name)));
        }
        if figures.of_view(MoneyView::Pnl).next().is_none() {
            let message = format!("{} has nothing posted in profit and loss", version.name);
            return Err(Error::invalid(field, message));
        }
        if let Some(other) = years.insert(version.fiscal_year, &version.name) {
            let message = format!("{} is of {} as {other} is", version.name, version.fiscal_year);
            return Err(Error::invalid(field, message));
        }
    }
    Ok(())
}

/// Where each counted cost is posted. What is not counted is found by its account too, so as to say what was left out.
fn accounts(asked: &Asked, basis: &Basis, versions: &[Figures]) -> Result<Vec<Account>> {
    // Versions that are read together share one directory.
    let first = versions.first();
    for (place, account) in asked.accounts.iter().enumerate() {
        let field = |name: &str| format!("actuals.accounts[{place}].{name}");
        if let Some(figures) = first {
            let directory = &figures.places.directory;
            directory.named(CodeKind::Account, &account.account, &field("account"))?;
            if let Some(tower) = &account.tower {
                directory.named(CodeKind::Tower, tower, &field("tower"))?;
            }
        }
        let before = asked.accounts.iter().take(place);
        let mut other = before.filter(|other| other.category != account.category && other.meets(account));
        if let Some(other) = other.next() {
            let message = format!(
                "`{}` stands for {} and for {}: name towers that tell them apart",
                account.account,
                other.category.to_value(),
                account.category.to_value()
            );
            return Err(Error::invalid(field("account"), message));
        }
    }
    let mut accounts = asked.accounts.clone();
    for part in &basis.parts {
        if accounts.iter().all(|account| account.category != part.category) {
            accounts.push(own_account(part, versions)?);
        }
    }
    Ok(accounts)
}

/// The account that has the name of a cost.
fn own_account(part: &Part, versions: &[Figures]) -> Result<Account> {
    let category = part.category.to_value();
    if !part.kinds.is_empty() {
        let kinds: Vec<String> = part.kinds.iter().map(ActiveEnum::to_value).collect();
        let message = format!(
            "{category} counts only of {}, which postings do not tell: name the account or the tower that they are \
             posted to",
            kinds.join(", ")
        );
        return Err(Error::invalid("actuals.accounts", message));
    }
    if versions.first().is_some_and(|figures| !figures.places.directory.has(CodeKind::Account, &category)) {
        let message = format!("says nothing of {category}, and there is no account of that name");
        return Err(Error::invalid("actuals.accounts", message));
    }
    Ok(Account { category: part.category, account: category, tower: None })
}

impl Account {
    /// Whether some posting could belong to both.
    fn meets(&self, other: &Self) -> bool {
        let towers = self.tower.as_ref().zip(other.tower.as_ref());
        self.account == other.account && towers.is_none_or(|(one, two)| one == two)
    }

    fn has(&self, figure: &Figure) -> bool {
        let is_of_tower = self.tower.is_none() || figure.key.tower == self.tower;
        figure.key.account == self.account && is_of_tower
    }
}

/// The recorded rates that postings of versions are converted with.
///
/// # Errors
/// Those of the database.
pub(super) async fn load_rates(
    db: &impl Read,
    kind: RateKind,
    versions: &[Figures],
    currency: Currency,
) -> Result<Rates> {
    let figures = versions.iter().flat_map(|version| version.of_view(MoneyView::Pnl));
    let codes = figures.map(|figure| figure.key.currency).chain([currency]);
    let codes: BTreeSet<String> = codes.map(|currency| currency.code().to_owned()).collect();
    let days = versions
        .iter()
        .flat_map(|version| version.places.calendar.periods(version.places.version.fiscal_year));
    let days: Vec<(NaiveDate, NaiveDate)> = days.map(|period| (period.first_day, period.last_day)).collect();
    let first = days.iter().map(|(first, _)| *first).min();
    let last = days.iter().map(|(_, last)| *last).max();
    let Some(span) = first.zip(last).filter(|_| codes.len() > 1) else {
        return Ok(Rates::of(kind, []));
    };
    Rates::load(db, &codes, kind, span).await
}

impl Posted {
    /// What a unit cost counts of a cost in a month; none where the month is not closed.
    #[must_use]
    pub fn amount(&self, category: CostCategory, month: Month) -> Option<Decimal> {
        let of_month = self.months.get(&month)?;
        Some(of_month.get(&category).copied().unwrap_or_default())
    }

    fn add(
        &mut self,
        version: &Figures,
        accounts: &[Account],
        rates: &Rates,
        wanted: Wanted<'_>,
    ) -> Result<()> {
        let places = &version.places;
        let year = places.version.fiscal_year;
        let first = places.calendar.first_month(year);
        let is_closed = |period: i32| places.closed.get(&period).is_some_and(|on| *on <= wanted.as_of);
        let closed = (1..=PERIODS).filter(|period| is_closed(*period)).map(|period| first.plus(period - 1));
        let closed: BTreeSet<Month> =
            closed.filter(|month| wanted.window.position(*month).is_some()).collect();
        for month in &closed {
            self.months.entry(*month).or_default();
        }
        let mut elsewhere = 0;
        for figure in version.of_view(MoneyView::Pnl) {
            let period = i32::try_from(figure.key.period).unwrap_or(PERIODS);
            // Adjustments of the year are of no month: they count in its last one.
            let month = first.plus(period.min(PERIODS) - 1);
            if !closed.contains(&month) || !is_closed(period) {
                continue;
            }
            if wanted.site.is_some_and(|site| figure.key.site.as_deref() != Some(site)) {
                continue;
            }
            let account = accounts.iter().find(|account| account.has(figure));
            let counts =
                |account: &&Account| wanted.basis.parts.iter().any(|part| part.category == account.category);
            let Some(account) = account.filter(counts) else {
                elsewhere += 1;
                continue;
            };
            let days = places.period(period)?;
            let converted = conversion_of(
                rates,
                figure.key.currency.code(),
                wanted.currency.code(),
                (days.first_day, days.last_day),
            );
            let converted = converted.and_then(|conversion| conversion.apply(figure.amount));
            let amount = converted.ok_or_else(|| {
                let (from, to) = (figure.key.currency, wanted.currency);
                let kind = exchange_rates::spoken(rates.kind());
                let message = format!("no {kind} rate from {from} to {to} for period {period} of {year}");
                Error::invalid("actuals.rateKind", message)
            })?;
            *self.months.entry(month).or_default().entry(account.category).or_default() += amount;
            *self.postings.entry(account.category).or_default() += 1;
        }
        self.tell(version, &closed, is_closed(PERIODS + 1), elsewhere);
        Ok(())
    }

    fn tell(&mut self, version: &Figures, closed: &BTreeSet<Month>, is_adjusted: bool, elsewhere: usize) {
        let name = &version.places.version.name;
        match closed.first().zip(closed.last()) {
            Some((first, last)) => {
                self.assumptions.insert(format!(
                    "closed months from {first} to {last} cost what was posted in {name}: nothing posted is no cost"
                ));
            }
            None => {
                self.assumptions.insert(format!("{name} has no closed period among the months asked for"));
            }
        }
        if is_adjusted {
            self.assumptions.insert(format!("adjustments of {name} count in the last month of its year"));
        }
        if elsewhere > 0 {
            self.excluded.insert(format!(
                "{elsewhere} postings of {name}: to accounts that this unit cost does not count"
            ));
        }
    }
}
