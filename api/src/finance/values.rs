//! Versions of budgets as the arithmetic takes them: lines and postings with codes in place of ids.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    finance::{
        actual_posting::{self, PostingKind as Kind},
        budget_line::{self, BudgetView},
        budget_version::{self, VersionKind, VersionStatus},
        exchange_rate::RateKind,
    },
    id::{ActualPostingId, BudgetLineId, BudgetVersionId, LedgerCodeId, SiteId},
    money::{Amount, Rate},
};
use forecasting::{
    budget::{
        BudgetLine, BudgetVersion, ForecastLabel, LineDocument, LineKey, PeriodRates, PlanRates, Posting,
        PostingKind, ReportLine, VersionKind as ForecastKind, Volume,
    },
    money::Currency,
    month::FiscalPeriod,
    roadmap::MoneyView,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    exchange_rates,
    ledger_codes::naming,
    places::{PERIODS, Places, currency, refused},
    rates::{Conversion, Rates},
};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// Codes that took each other's place one after the other at most.
const LONGEST_CHAIN: usize = 64;

/// What is done with codes that another took the place of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reorganisation {
    /// Lines stay where they were recorded.
    AsRecorded,
    /// Lines of periods that begin on that day or later go to the successor.
    #[default]
    FromDay,
    /// All lines go to the successor, as if it had always been there.
    Restated,
}

/// What a figure was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A line of a budget.
    Line(BudgetLineId),
    /// A posting.
    Posting(ActualPostingId),
}

/// One amount of a version.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Where it was read.
    pub origin: Origin,
    /// Where it belongs.
    pub key: LineKey,
    /// How much.
    pub amount: Decimal,
    /// What it is made of.
    pub volume: Option<Volume>,
    /// The posting that it is of.
    pub posting: Option<actual_posting::Model>,
}

/// A version with its figures.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The version and what its lines are held against.
    pub places: Places,
    /// Its figures, in the order in which they were recorded.
    pub figures: Vec<Figure>,
    /// What was done about reorganisations; each is a sentence.
    pub moved: BTreeSet<String>,
}

/// Where an amount is placed, as any of the tables keeps it.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// The cost centre.
    pub cost_centre: LedgerCodeId,
    /// The account.
    pub account: LedgerCodeId,
    /// The tower.
    pub tower: Option<LedgerCodeId>,
    /// The site.
    pub site: Option<SiteId>,
    /// The period.
    pub period: i32,
    /// The view.
    pub view: BudgetView,
}

/// Reads versions with their figures, in the order asked for, with a number of statements that does not depend on
/// how many there are of either.
///
/// # Errors
/// `NotFound` for a version that is not there.
pub async fn read(
    db: &impl Read,
    ids: &[BudgetVersionId],
    reorganisation: Reorganisation,
) -> Result<Vec<Figures>> {
    let wanted: BTreeSet<BudgetVersionId> = ids.iter().copied().collect();
    let versions = budget_version::Entity::find()
        .filter(budget_version::Column::Id.is_in(wanted.iter().copied()))
        .all(db)
        .await?;
    let places = Places::of_all(db, versions).await?;
    let lines = budget_line::Entity::find()
        .filter(budget_line::Column::VersionId.is_in(wanted.iter().copied()))
        .all(db)
        .await?;
    let postings = actual_posting::Entity::find()
        .filter(actual_posting::Column::VersionId.is_in(wanted.iter().copied()))
        .all(db)
        .await?;
    let mut found: HashMap<BudgetVersionId, Figures> = places
        .into_iter()
        .map(|(id, places)| (id, Figures { places, figures: Vec::new(), moved: BTreeSet::new() }))
        .collect();
    for line in lines {
        if let Some(figures) = found.get_mut(&line.version_id) {
            figures.line(&line, reorganisation)?;
        }
    }
    for posting in postings {
        if let Some(figures) = found.get_mut(&posting.version_id) {
            figures.posting(posting, reorganisation)?;
        }
    }
    let ordered = ids.iter().map(|id| {
        let mut figures = found.get(id).cloned().ok_or_else(|| Error::not_found("budget version", id))?;
        figures.figures.sort_by_key(|figure| match figure.origin {
            Origin::Line(id) => id.0,
            Origin::Posting(id) => id.0,
        });
        Ok(figures)
    });
    ordered.collect()
}

impl Figures {
    fn line(&mut self, line: &budget_line::Model, reorganisation: Reorganisation) -> Result<()> {
        let spot = Spot {
            cost_centre: line.cost_centre_id,
            account: line.account_id,
            tower: line.tower_id,
            site: line.site_id,
            period: line.period,
            view: line.view,
        };
        let figure = Figure {
            origin: Origin::Line(line.id),
            key: self.key(spot, &line.currency, reorganisation)?,
            amount: line.amount.to_decimal(),
            volume: volume(line.quantity, line.unit_price),
            posting: None,
        };
        self.figures.push(figure);
        Ok(())
    }

    fn posting(&mut self, posting: actual_posting::Model, reorganisation: Reorganisation) -> Result<()> {
        let spot = Spot {
            cost_centre: posting.cost_centre_id,
            account: posting.account_id,
            tower: posting.tower_id,
            site: posting.site_id,
            period: posting.period,
            view: posting.view,
        };
        let figure = Figure {
            origin: Origin::Posting(posting.id),
            key: self.key(spot, &posting.currency, reorganisation)?,
            amount: posting.amount.to_decimal(),
            volume: volume(posting.quantity, posting.unit_price),
            posting: Some(posting),
        };
        self.figures.push(figure);
        Ok(())
    }

    /// Where an amount belongs, in codes.
    ///
    /// # Errors
    /// `Internal` for a code that is not there.
    pub fn key(&mut self, spot: Spot, code: &str, reorganisation: Reorganisation) -> Result<LineKey> {
        let period = self.places.period(spot.period)?;
        let mut name = |id| self.code(id, period, reorganisation);
        let (cost_centre, account) = (name(spot.cost_centre)?, name(spot.account)?);
        let tower = spot.tower.map(&mut name).transpose()?;
        Ok(LineKey {
            cost_centre,
            account,
            tower,
            site: spot.site.and_then(|id| self.places.directory.site(id)).map(str::to_owned),
            period: period.period,
            view: view(spot.view),
            currency: currency(code)?,
        })
    }

    fn code(
        &mut self,
        id: LedgerCodeId,
        period: FiscalPeriod,
        reorganisation: Reorganisation,
    ) -> Result<String> {
        let find = |id| {
            let code = self.places.directory.code(id);
            code.ok_or_else(|| Error::internal(format!("a ledger code {id} that is not there")))
        };
        let mut code = find(id)?;
        for _ in 0..LONGEST_CHAIN {
            let (Some(by), Some(from)) = (code.superseded_by_id, code.superseded_from_on) else { break };
            let moves = match reorganisation {
                Reorganisation::AsRecorded => false,
                Reorganisation::FromDay => period.first_day >= from,
                Reorganisation::Restated => true,
            };
            if !moves {
                break;
            }
            let successor = find(by)?;
            self.moved.insert(format!("{} is taken as {} from {from} on", naming(code), naming(successor)));
            code = successor;
        }
        Ok(code.code.clone())
    }

    /// Whether the version is complete: what is frozen was approved as it is.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.places.version.status == VersionStatus::Frozen
    }

    /// The first period from which on the version is complete; of a forecast the first one that it looks ahead to.
    ///
    /// # Errors
    /// `Invalid` for a label that is none.
    pub fn complete_from(&self) -> Result<Option<u32>> {
        if !self.is_complete() {
            return Ok(None);
        }
        let version = &self.places.version;
        match (version.kind, version.label.as_deref()) {
            (VersionKind::Forecast, Some(label)) => {
                let label = label.parse::<ForecastLabel>().map_err(|cause| refused("label", cause))?;
                Ok(Some(label.actual_periods() + 1))
            }
            _ => Ok(Some(1)),
        }
    }

    /// What is taken for granted of closed periods that nothing of a view is posted in; each is a sentence. Other
    /// versions than actual figures are not posted to.
    #[must_use]
    pub fn closed_empty(&self, view: MoneyView, (first, last): (i32, i32)) -> Vec<String> {
        let version = &self.places.version;
        if version.kind != VersionKind::Actual {
            return Vec::new();
        }
        let posted: BTreeSet<u32> = self.of_view(view).map(|figure| figure.key.period).collect();
        let empty = self.places.closed.keys().filter(|period| {
            (first..=last.min(PERIODS)).contains(*period) && !posted.contains(&period.unsigned_abs())
        });
        let year = version.fiscal_year;
        let said = empty.map(|period| {
            format!("period {period} of {year} is closed with nothing posted in it, so it cost nothing")
        });
        said.collect()
    }

    /// The figures of one view.
    pub fn of_view(&self, view: MoneyView) -> impl Iterator<Item = &Figure> {
        self.figures.iter().filter(move |figure| figure.key.view == view)
    }

    /// The lines of one view, as a comparison takes them.
    #[must_use]
    pub fn report_lines(&self, view: MoneyView) -> Vec<ReportLine> {
        let lines = self.of_view(view).map(|figure| ReportLine {
            key: figure.key.clone(),
            amount: figure.amount,
            volume: figure.volume,
        });
        lines.collect()
    }

    /// The figures that a test holds for, as a version.
    ///
    /// # Errors
    /// `Invalid` for an amount that does not fit.
    pub fn version(&self, holds: impl Fn(&Figure) -> bool) -> Result<BudgetVersion> {
        let lines = self.figures.iter().filter(|figure| holds(figure)).map(|figure| BudgetLine {
            document: figure.posting.as_ref().map(|posting| {
                let document = super::actual_postings::Document::of(posting);
                LineDocument { key: document.key(), name: document.to_string() }
            }),
            recorded_on: figure.posting.as_ref().map(|posting| posting.recorded_on),
            ..BudgetLine::new(figure.key.clone(), figure.amount)
        });
        let version = &self.places.version;
        let kind = match version.kind {
            VersionKind::Plan => ForecastKind::Plan,
            VersionKind::Actual => ForecastKind::Actual,
            VersionKind::Scenario => ForecastKind::Scenario,
            VersionKind::Forecast => {
                let label = version.label.as_deref().unwrap_or_default().parse::<ForecastLabel>();
                ForecastKind::Forecast(label.map_err(|cause| refused("label", cause))?)
            }
        };
        BudgetVersion::new(kind, version.fiscal_year, lines.collect()).map_err(|cause| refused("plan", cause))
    }

    /// The fixed rates of the version.
    ///
    /// # Errors
    /// `Invalid` for a currency that nobody pays in.
    pub fn plan_rates(&self) -> Result<PlanRates> {
        let version = &self.places.version;
        let rates =
            version.plan_rates.0.iter().map(|rate| Ok((currency(&rate.currency)?, rate.rate.to_decimal())));
        PlanRates::new(currency(&version.currency)?, rates.collect::<Result<_>>()?)
            .map_err(|cause| refused("planRates", cause))
    }

    /// The postings, where the version has some.
    #[must_use]
    pub fn postings(&self) -> Vec<Posting> {
        let postings = self.figures.iter().filter_map(|figure| {
            let posting = figure.posting.as_ref()?;
            Some(Posting {
                key: figure.key.clone(),
                amount: figure.amount,
                kind: kind(posting.kind),
                source: posting.source.clone(),
                document: posting.document.clone(),
                supplier: posting.supplier.clone(),
                posted_on: posting.posted_on,
            })
        });
        postings.collect()
    }
}

/// Refuses versions that cannot be held against each other.
///
/// # Errors
/// `Invalid` naming both fiscal years or both calendars.
pub fn require_alike(one: &budget_version::Model, other: &budget_version::Model, field: &str) -> Result<()> {
    if one.fiscal_year != other.fiscal_year {
        let message = format!(
            "{} is of the fiscal year {}, and {} of {}",
            other.name, other.fiscal_year, one.name, one.fiscal_year
        );
        return Err(Error::invalid(field, message));
    }
    if one.calendar_id != other.calendar_id {
        let message = format!("{} and {} are of different fiscal calendars", other.name, one.name);
        return Err(Error::invalid(field, message));
    }
    Ok(())
}

/// The rates of what is compared with a plan: of actual figures those that came about, of others their own.
///
/// # Errors
/// `Invalid` naming a currency and a period without a rate, or a version that is kept in another currency.
pub async fn period_rates(
    db: &impl Read,
    reporting: Currency,
    other: &Figures,
    figures: &[&Figure],
    kind: RateKind,
) -> Result<PeriodRates> {
    let needed: BTreeSet<(Currency, u32)> =
        figures.iter().map(|figure| (figure.key.currency, figure.key.period)).collect();
    let needed: Vec<_> = needed.into_iter().filter(|(currency, _)| *currency != reporting).collect();
    let version = &other.places.version;
    let rates = if version.kind == VersionKind::Actual {
        recorded(db, reporting, other, &needed, kind).await?
    } else {
        if version.currency != reporting.code() {
            let message = format!("{} is kept in {}, not in {reporting}", version.name, version.currency);
            return Err(Error::invalid("actual", message));
        }
        let own = other.plan_rates()?;
        let rates = needed.into_iter().map(|(currency, period)| {
            let rate = own.rate(currency).map_err(|cause| refused("planRates", cause))?;
            Ok(((currency, period), rate))
        });
        rates.collect::<Result<_>>()?
    };
    PeriodRates::new(reporting, rates).map_err(|cause| refused("rateKind", cause))
}

async fn recorded(
    db: &impl Read,
    reporting: Currency,
    other: &Figures,
    needed: &[(Currency, u32)],
    kind: RateKind,
) -> Result<BTreeMap<(Currency, u32), Decimal>> {
    let mut rates = BTreeMap::new();
    let periods = other.places.calendar.periods(other.places.version.fiscal_year);
    let (Some(first), Some(last)) = (periods.first(), periods.last()) else { return Ok(rates) };
    if needed.is_empty() {
        return Ok(rates);
    }
    let codes = needed.iter().map(|(currency, _)| currency.code().to_owned());
    let codes: BTreeSet<String> = codes.chain([reporting.code().to_owned()]).collect();
    let loaded = Rates::load(db, &codes, kind, (first.first_day, last.last_day)).await?;
    for (currency, number) in needed {
        // Adjustments are converted as what was posted on the last days of the year.
        let days_of = (*number).min(last.period);
        let Some(period) = periods.iter().find(|period| period.period == days_of) else { continue };
        let days = (period.first_day, period.last_day);
        let found = conversion_of(&loaded, currency.code(), reporting.code(), days);
        let found = found.ok_or_else(|| {
            let message = format!(
                "no {} rate from {currency} to {reporting} for period {number}, {} to {}",
                exchange_rates::spoken(kind),
                period.first_day,
                period.last_day
            );
            Error::invalid("rateKind", message)
        })?;
        rates.insert((*currency, *number), found.rate());
    }
    Ok(rates)
}

/// What amounts of a period are converted with, if there is a rate.
#[must_use]
pub fn conversion_of(
    rates: &Rates,
    currency: &str,
    reporting: &str,
    (first, last): (NaiveDate, NaiveDate),
) -> Option<Conversion> {
    let found = rates.conversion(currency, reporting, last).ok();
    // The average of another month says nothing about this one.
    let is_of_it = |found: &Conversion| found.steps.iter().all(|step| step.on >= first);
    found.filter(|found| rates.kind() != RateKind::Average || is_of_it(found))
}

/// A view as the arithmetic takes it.
#[must_use]
pub fn view(view: BudgetView) -> MoneyView {
    match view {
        BudgetView::Commitment => MoneyView::Commitment,
        BudgetView::Cash => MoneyView::Cash,
        BudgetView::Pnl => MoneyView::Pnl,
    }
}

fn volume(quantity: Option<Rate>, price: Option<Amount>) -> Option<Volume> {
    Some(Volume { quantity: quantity?.to_decimal(), price: price?.to_decimal() })
}

fn kind(kind: Kind) -> PostingKind {
    match kind {
        Kind::Invoice => PostingKind::Invoice,
        Kind::CreditNote => PostingKind::CreditNote,
        Kind::Accrual => PostingKind::Accrual,
        Kind::AccrualReversal => PostingKind::AccrualReversal,
        Kind::Order => PostingKind::Order,
        Kind::Journal => PostingKind::Journal,
        Kind::Recharge => PostingKind::Recharge,
    }
}
