//! Where amounts of a budget belong: the version, its calendar, the ledger codes and the sites, read once for many
//! lines or postings.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    finance::{
        actual_posting,
        budget_line::{self, BudgetView},
        budget_version::{self, VersionStatus},
        fiscal_calendar,
        ledger_code::{self, CodeKind},
        period_close, variance_explanation,
    },
    id::{BudgetVersionId, FiscalCalendarId, LedgerCodeId, SiteId},
    inventory::site,
    money::{Amount, Rate},
};
use forecasting::{
    ForecastError,
    budget::Volume,
    money::Currency,
    month::{FiscalCalendar, FiscalPeriod},
};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::{budget_versions, fiscal_calendars, ledger_codes};
use crate::{
    error::{Error, Result},
    rules::{require_least, require_range},
    store::{Read, Tx},
};

/// Periods of a fiscal year.
pub const PERIODS: i32 = 12;

/// The period behind the last one: adjustments of the year as a whole, posted once it is over. It has the days of the
/// last one, and no plan.
pub const ADJUSTMENTS: i32 = PERIODS + 1;

/// The ledger codes and sites that amounts can belong to.
#[derive(Debug, Default)]
pub struct Directory {
    codes: HashMap<LedgerCodeId, ledger_code::Model>,
    by_code: HashMap<(CodeKind, String), LedgerCodeId>,
    sites: HashMap<SiteId, String>,
    by_site: HashMap<String, SiteId>,
}

impl Directory {
    /// Reads them all, with two statements: a company has far fewer codes than lines.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(db: &impl Read) -> Result<Self> {
        let codes = ledger_code::Entity::find().all(db).await?;
        let sites: Vec<(SiteId, String)> = site::Entity::find()
            .select_only()
            .columns([site::Column::Id, site::Column::Code])
            .into_tuple()
            .all(db)
            .await?;
        Ok(Self {
            by_code: codes.iter().map(|code| ((code.kind, code.code.clone()), code.id)).collect(),
            codes: codes.into_iter().map(|code| (code.id, code)).collect(),
            by_site: sites.iter().map(|(id, code)| (code.clone(), *id)).collect(),
            sites: sites.into_iter().collect(),
        })
    }

    /// A code by its id.
    #[must_use]
    pub fn code(&self, id: LedgerCodeId) -> Option<&ledger_code::Model> {
        self.codes.get(&id)
    }

    /// The code of a site.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<&str> {
        self.sites.get(&id).map(String::as_str)
    }

    /// Whether there is such a code.
    #[must_use]
    pub fn has(&self, kind: CodeKind, code: &str) -> bool {
        self.by_code.contains_key(&(kind, code.to_owned()))
    }

    /// A code and all that it took the place of, one after the other.
    #[must_use]
    pub fn with_former(&self, id: LedgerCodeId) -> Vec<LedgerCodeId> {
        let mut found = vec![id];
        let mut at = 0;
        while let Some(next) = found.get(at).copied() {
            let former = self.codes.values().filter(|code| code.superseded_by_id == Some(next));
            let former: Vec<LedgerCodeId> =
                former.map(|code| code.id).filter(|id| !found.contains(id)).collect();
            found.extend(former);
            at += 1;
        }
        found
    }

    /// A code by what people write.
    ///
    /// # Errors
    /// `Invalid` naming the field and a code that is not there.
    pub fn named(&self, kind: CodeKind, code: &str, field: &str) -> Result<&ledger_code::Model> {
        let found = self.by_code.get(&(kind, code.to_owned())).and_then(|id| self.codes.get(id));
        found.ok_or_else(|| {
            Error::invalid(field, format!("there is no {} `{code}`", ledger_codes::spoken(kind)))
        })
    }
}

/// Where an amount belongs, as people write it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Code of the cost centre.
    pub cost_centre: String,
    /// Code of the account.
    pub account: String,
    /// Code of the tower, if any.
    pub tower: Option<String>,
    /// Code of the site, if any.
    pub site: Option<String>,
    /// Period of the fiscal year.
    pub period: i32,
}

/// Where an amount belongs, as rows keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The cost centre.
    pub cost_centre: LedgerCodeId,
    /// The account.
    pub account: LedgerCodeId,
    /// The tower, if any.
    pub tower: Option<LedgerCodeId>,
    /// The site, if any.
    pub site: Option<SiteId>,
    /// Period of the fiscal year.
    pub period: i32,
}

/// A version with all that its lines and postings are held against.
#[derive(Clone, Debug)]
pub struct Places {
    /// The version.
    pub version: budget_version::Model,
    /// Its calendar.
    pub calendar: FiscalCalendar,
    /// Its closed periods, with the days on which they were.
    pub closed: BTreeMap<i32, NaiveDate>,
    /// Codes and sites.
    pub directory: Arc<Directory>,
}

impl Places {
    /// Reads what one version needs.
    ///
    /// # Errors
    /// `NotFound` when there is no such version.
    pub async fn of(db: &impl Read, id: BudgetVersionId) -> Result<Self> {
        let version = budget_versions::find(db, id).await?;
        let mut found = Self::of_all(db, vec![version]).await?;
        found.remove(&id).ok_or_else(|| Error::not_found("budget version", id))
    }

    /// Reads what some versions need, with four statements.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_all(
        db: &impl Read,
        versions: Vec<budget_version::Model>,
    ) -> Result<HashMap<BudgetVersionId, Self>> {
        let calendars: Vec<FiscalCalendarId> = versions.iter().map(|version| version.calendar_id).collect();
        let known: HashMap<FiscalCalendarId, FiscalCalendar> = fiscal_calendar::Entity::find()
            .filter(fiscal_calendar::Column::Id.is_in(calendars.clone()))
            .all(db)
            .await?
            .iter()
            .map(|row| (row.id, fiscal_calendars::to_forecast(row)))
            .collect();
        let closes = period_close::Entity::find()
            .filter(period_close::Column::CalendarId.is_in(calendars))
            .all(db)
            .await?;
        let directory = Arc::new(Directory::read(db).await?);
        let places = versions.into_iter().map(|version| {
            let calendar = known.get(&version.calendar_id).cloned();
            let calendar = calendar.ok_or_else(|| Error::internal("a budget without its calendar"))?;
            let of_year = closes.iter().filter(|close| {
                close.calendar_id == version.calendar_id && close.fiscal_year == version.fiscal_year
            });
            let closed = of_year.map(|close| (close.period, close.closed_on)).collect();
            let directory = Arc::clone(&directory);
            Ok((version.id, Self { version, calendar, closed, directory }))
        });
        places.collect()
    }

    /// The closed periods of the year, as the arithmetic takes them.
    #[must_use]
    pub fn closed_periods(&self) -> BTreeSet<u32> {
        self.closed.keys().map(|period| period.unsigned_abs()).collect()
    }

    /// The version with its lines to be changed.
    ///
    /// # Errors
    /// `Conflict` naming a version that is frozen.
    pub fn require_draft(&self) -> Result<()> {
        require_draft(&self.version)
    }

    /// The rows that names stand for, open for charges in their period.
    ///
    /// # Errors
    /// `Invalid` for a code or a site that is not there, a period that is none, or a code that may not be charged
    /// then.
    pub fn resolve(&self, names: &Names) -> Result<Place> {
        let period = self.period(names.period)?;
        let directory = &self.directory;
        let charged = |kind, code: &str, field: &str| {
            let code = directory.named(kind, code, field)?;
            require_open(code, period, field)?;
            Ok::<_, Error>(code.id)
        };
        let site = names.site.as_ref().map(|code| {
            let found = directory.by_site.get(code).copied();
            found.ok_or_else(|| Error::invalid("site", format!("there is no site `{code}`")))
        });
        Ok(Place {
            cost_centre: charged(CodeKind::CostCentre, &names.cost_centre, "costCentre")?,
            account: charged(CodeKind::Account, &names.account, "account")?,
            tower: names.tower.as_ref().map(|code| charged(CodeKind::Tower, code, "tower")).transpose()?,
            site: site.transpose()?,
            period: names.period,
        })
    }

    /// The days of a period; of the adjustments those of the last one.
    ///
    /// # Errors
    /// `Invalid` for a period that the fiscal year does not have.
    pub fn period(&self, period: i32) -> Result<FiscalPeriod> {
        require_range("period", period, 1, ADJUSTMENTS)?;
        let days_of = i64::from(period.min(PERIODS));
        let periods = self.calendar.periods(self.version.fiscal_year);
        let found = periods.into_iter().find(|known| i64::from(known.period) == days_of);
        let found = found.ok_or_else(|| Error::internal(format!("a calendar without period {period}")))?;
        Ok(FiscalPeriod { period: period.unsigned_abs(), ..found })
    }

    /// The rules of an amount: a currency that the plan has a rate for, and a quantity that fits it.
    ///
    /// # Errors
    /// `Invalid` naming the field, the value and the rule.
    pub fn check_amount(&self, of: Priced<'_>) -> Result<()> {
        let version = &self.version;
        let is_rated = of.currency == version.currency
            || version.plan_rates.0.iter().any(|rate| rate.currency == of.currency);
        if !is_rated {
            let message = format!(
                "{} has no plan rate in the budget {}, which is kept in {}",
                of.currency, version.name, version.currency
            );
            return Err(Error::invalid("currency", message));
        }
        require_least("quantity", of.quantity, Rate::ZERO)?;
        match (of.quantity, of.unit_price) {
            (Some(quantity), Some(price)) => {
                let currency = currency(of.currency)?;
                let volume = Volume { quantity: quantity.to_decimal(), price: price.to_decimal() };
                let amount = of.amount.to_decimal();
                if volume.comes_to(amount, currency).map_err(|cause| refused("quantity", cause))? {
                    return Ok(());
                }
                let comes_to = volume.amount(currency).map_err(|cause| refused("quantity", cause))?;
                let message = format!("{amount} is not {quantity} x {price}, which is {comes_to}");
                Err(Error::invalid("amount", message))
            }
            (None, None) => Ok(()),
            (Some(_), None) => Err(Error::invalid("unitPrice", "is needed with a quantity")),
            (None, Some(_)) => Err(Error::invalid("quantity", "is needed with a unit price")),
        }
    }
}

/// An amount with what it is made of.
#[derive(Clone, Copy, Debug)]
pub struct Priced<'a> {
    /// ISO 4217 code.
    pub currency: &'a str,
    /// How much.
    pub amount: Amount,
    /// How many units.
    pub quantity: Option<Rate>,
    /// Price of a unit.
    pub unit_price: Option<Amount>,
}

/// The amount that was given, or what quantity and unit price come to.
///
/// # Errors
/// `Invalid` without an amount and without both of the others, or for more than can be kept.
pub fn amount(
    given: Option<Amount>,
    quantity: Option<Rate>,
    unit_price: Option<Amount>,
    code: &str,
) -> Result<Amount> {
    match (given, quantity, unit_price) {
        (Some(amount), ..) => Ok(amount),
        (None, Some(quantity), Some(price)) => {
            let volume = Volume { quantity: quantity.to_decimal(), price: price.to_decimal() };
            let amount = volume.amount(currency(code)?).map_err(|cause| refused("quantity", cause))?;
            Amount::try_from_decimal(amount).map_err(|cause| Error::invalid("amount", cause))
        }
        _ => Err(Error::invalid("amount", "is needed, unless quantity and unitPrice are given")),
    }
}

/// A version that may be changed.
///
/// # Errors
/// `Conflict` naming a version that is frozen.
pub fn require_draft(version: &budget_version::Model) -> Result<()> {
    match version.status {
        VersionStatus::Draft => Ok(()),
        VersionStatus::Frozen => Err(Error::Conflict(format!(
            "the budget {} is frozen, and what is frozen stays as it was approved: copy it and change the copy",
            version.name
        ))),
    }
}

fn require_open(code: &ledger_code::Model, period: FiscalPeriod, field: &str) -> Result<()> {
    let naming = ledger_codes::naming(code);
    let (number, first, last) = (period.period, period.first_day, period.last_day);
    if let Some(closed) = code.valid_to_on.filter(|closed| *closed < first) {
        let message = format!("{naming} was closed on {closed}, before period {number} begins on {first}");
        return Err(Error::invalid(field, message));
    }
    if let Some(opened) = code.valid_from_on.filter(|opened| *opened > last) {
        let message = format!("{naming} opens on {opened}, after period {number} ends on {last}");
        return Err(Error::invalid(field, message));
    }
    Ok(())
}

/// A currency as the arithmetic takes it.
///
/// # Errors
/// `Invalid` for a code that nobody pays in.
pub fn currency(code: &str) -> Result<Currency> {
    Currency::from_code(code).map_err(|cause| Error::invalid("currency", cause))
}

/// A refusal of the arithmetic, about a field of the API.
#[must_use]
pub fn refused(field: &str, cause: ForecastError) -> Error {
    match cause {
        ForecastError::Invalid { value, rule, .. } => Error::invalid(field, format!("{value}: {rule}")),
        other => Error::invalid(field, other),
    }
}

/// A view as the API spells it.
#[must_use]
pub fn spoken(view: BudgetView) -> String {
    view.to_value()
}

/// Refuses to explain a place where neither side has anything, under the codes that it names or those that they took
/// the place of.
///
/// # Errors
/// `Invalid` for `place`, naming both versions.
pub async fn require_amounts(
    tx: &Tx,
    explanation: &variance_explanation::Model,
    places: &Places,
    actual: &budget_version::Model,
) -> Result<()> {
    let codes = |id| places.directory.with_former(id);
    let (centres, accounts) = (codes(explanation.cost_centre_id), codes(explanation.account_id));
    let towers = explanation.tower_id.map(codes);
    macro_rules! count {
        ($table:ident) => {{
            use $table::Column as C;
            let tower = match &towers {
                Some(towers) => C::TowerId.is_in(towers.iter().copied()),
                None => C::TowerId.is_null(),
            };
            let site = match explanation.site_id {
                Some(site) => C::SiteId.eq(site),
                None => C::SiteId.is_null(),
            };
            let here = Condition::all()
                .add(C::VersionId.is_in([places.version.id, actual.id]))
                .add(C::CostCentreId.is_in(centres.iter().copied()))
                .add(C::AccountId.is_in(accounts.iter().copied()))
                .add(tower)
                .add(site)
                .add(C::Period.eq(explanation.period))
                .add(C::View.eq(explanation.view));
            $table::Entity::find().filter(here).count(tx).await?
        }};
    }
    if count!(budget_line) + count!(actual_posting) > 0 {
        return Ok(());
    }
    let message = format!(
        "neither {} nor {} has anything there in period {} in the view {}, so there is nothing to explain",
        places.version.name,
        actual.name,
        explanation.period,
        spoken(explanation.view)
    );
    Err(Error::invalid("place", message))
}
