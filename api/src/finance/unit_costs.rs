//! What one unit costs, month by month: cost over volumes. Cost is from the roadmap, or from postings where they are
//! named and their month is closed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    finance::{
        unit_cost_part::{CostCategory, Metric},
        volume::Measure,
    },
    id::FiscalCalendarId,
    inventory::{hardware_model::HardwareKind, site},
};
use forecasting::{
    ForecastError,
    budget::{
        CostMonth, CostPart, Denominator, MonthStatus, PeriodUnitCost, UnitCostSeries, counted_share,
        unit_cost_series,
    },
    money::Currency,
    month::Month,
    roadmap::{Line, MoneyView},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, Iterable};

use super::{
    denominators::{self, Volumes, Wanted},
    unit_cost_labour::{self, LABOUR, Labour},
    unit_cost_parts::{self, Basis, Part, of_roadmap},
    unit_cost_postings::{self, Posted},
};
use crate::{
    error::{Error, Result},
    roadmap::{self, Dimension, Key, Plan, Source, record_count},
    rules::require_fraction,
    scenarios::Overlay,
    store::Read,
};

/// Which terabytes cost is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terabytes {
    /// In use, without backups.
    Used,
    /// After protection and overhead.
    Usable,
    /// As bought.
    Raw,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The unit.
    pub metric: Metric,
    /// Which terabytes, where the unit is one.
    pub terabytes: Terabytes,
    /// First month.
    pub from: Month,
    /// Number of months.
    pub months: u32,
    /// Where; none is the company as a whole.
    pub site: Option<site::Model>,
    /// Currency of the answer; may be left out when everything is in one.
    pub currency: Option<Currency>,
    /// Fiscal calendar of years; the default one when left out.
    pub calendar: Option<FiscalCalendarId>,
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
    /// By which fraction volumes are taken to grow each month; not at all when left out.
    pub monthly_growth: Option<Decimal>,
    /// How much price indices of contracts are taken to rise a year.
    pub assumed_index_rate: Option<Decimal>,
    /// What is laid over the rows that are read.
    pub scenario: Arc<Overlay>,
    /// Which postings take the place of what was due; none where left out.
    pub actuals: Option<unit_cost_postings::Asked>,
    /// Where labour is planned and posted; none where left out.
    pub labour: Option<unit_cost_labour::Asked>,
}

/// A part of the cost, as the roadmap and postings have it.
#[derive(Clone, Debug)]
pub struct CountedPart {
    /// What is counted of it.
    pub part: Part,
    /// What counts of it by month, rounded once.
    pub amounts: Vec<Decimal>,
    /// How many records are behind it.
    pub records: usize,
    /// Those records.
    pub sources: BTreeSet<Source>,
    /// How many other records the category has.
    pub others: usize,
    /// How many postings are behind it.
    pub postings: usize,
    /// The formulas behind it.
    pub formulas: BTreeSet<&'static str>,
    /// What it takes for granted.
    pub assumptions: BTreeSet<String>,
    /// Whether any of it is an estimate.
    pub is_estimated: bool,
}

/// The unit cost by one denominator.
#[derive(Clone, Debug)]
pub struct Divided {
    /// What was counted.
    pub measure: Measure,
    /// The months.
    pub series: UnitCostSeries,
    /// What it was divided by.
    pub volumes: Volumes,
    /// By fiscal year, and whether some of its months are missing.
    pub years: Vec<(i32, bool, PeriodUnitCost)>,
    /// All months together.
    pub whole: PeriodUnitCost,
}

/// The answer.
pub struct Answer {
    /// The roadmap that cost is from.
    pub plan: Plan,
    /// What goes into the unit cost.
    pub basis: Basis,
    /// The parts of the cost.
    pub parts: Vec<CountedPart>,
    /// One for each denominator.
    pub divided: Vec<Divided>,
    /// What was posted; nothing where no postings were asked for.
    pub posted: Posted,
    /// What labour costs; none where it was not asked for.
    pub labour: Option<Labour>,
    /// What was left out.
    pub excluded: BTreeSet<String>,
}

impl Answer {
    /// Whether its amounts would tell a single price: a part is of one record or posting, or leaves one of its category
    /// out, or labour is of one amount.
    #[must_use]
    pub fn tells_a_price(&self) -> bool {
        let is_single = self.labour.as_ref().is_some_and(|labour| labour.figures == 1);
        is_single || self.parts.iter().any(|part| part.records == 1 || part.others == 1 || part.postings == 1)
    }
}

/// What cost of a unit is divided by.
#[must_use]
pub fn measures(metric: Metric, terabytes: Terabytes) -> Vec<Measure> {
    match metric {
        Metric::PerEndpoint => vec![Measure::Endpoints],
        Metric::PerTb => vec![match terabytes {
            Terabytes::Used => Measure::UsedTerabytes,
            Terabytes::Usable => Measure::UsableTerabytes,
            Terabytes::Raw => Measure::RawTerabytes,
        }],
        Metric::PerKw => vec![Measure::DrawnKilowatts, Measure::CommittedKilowatts],
        Metric::PerServer => vec![Measure::Servers],
        Metric::PerVm => vec![Measure::VirtualMachines],
        Metric::PerSeat => vec![Measure::Seats],
        Metric::PerTicket => vec![Measure::Tickets],
        Metric::PerWorkload => vec![Measure::Workloads],
    }
}

/// The denominator of the arithmetic.
#[must_use]
pub fn denominator(measure: Measure) -> Denominator {
    match measure {
        Measure::Endpoints => Denominator::ManagedEndpoints,
        Measure::UsedTerabytes => Denominator::UsedTerabytes,
        Measure::UsableTerabytes => Denominator::UsableTerabytes,
        Measure::RawTerabytes => Denominator::RawTerabytes,
        Measure::DrawnKilowatts => Denominator::DrawnKilowatts,
        Measure::CommittedKilowatts => Denominator::CommittedKilowatts,
        Measure::Servers => Denominator::PhysicalServers,
        Measure::VirtualMachines => Denominator::LogicalServers,
        Measure::Seats => Denominator::Seats,
        Measure::Tickets => Denominator::Contacts,
        Measure::Workloads => Denominator::TaggedWorkloads,
    }
}

/// Works out what a unit costs. The roadmap is drawn once.
///
/// # Errors
/// Those of [`roadmap::draw`] and of [`unit_cost_postings::read`]; `Invalid` for growth that is no fraction.
pub async fn answer(db: &impl Read, question: &Question) -> Result<Answer> {
    let growth = question.monthly_growth.unwrap_or_default();
    require_fraction("monthlyGrowth", growth, Decimal::new(-99, 2), Decimal::ONE)?;
    let basis = unit_cost_parts::of(db, question.metric).await?;
    let plan = roadmap::draw(
        db,
        &roadmap::Question {
            from: question.from,
            months: question.months,
            currency: question.currency,
            calendar: question.calendar,
            as_of: question.as_of,
            assumed_index_rate: question.assumed_index_rate,
            dimensions: vec![Dimension::Site, Dimension::HardwareKind],
            uncertainty: None,
            scenario: Arc::clone(&question.scenario),
        },
    )
    .await?;
    let wanted = Wanted {
        measures: measures(question.metric, question.terabytes),
        site: question.site.as_ref().map(|site| site.id),
        window: plan.roadmap.window(),
        as_of: question.as_of,
        monthly_growth: growth,
        scenario: &question.scenario,
    };
    let volumes = denominators::read(db, &wanted).await?;
    let mut excluded = excluded(&plan, &basis);
    let site = question.site.as_ref().map(|site| site.code.as_str());
    let posted = match &question.actuals {
        None => Posted::default(),
        Some(asked) => {
            let (window, currency) = (plan.roadmap.window(), plan.roadmap.currency());
            let of =
                unit_cost_postings::Wanted { basis: &basis, site, window, currency, as_of: question.as_of };
            unit_cost_postings::read(db, asked, of).await?
        }
    };
    excluded.extend(posted.excluded.iter().cloned());
    let parts = basis.parts.iter().map(|part| counted(&plan, part, site, &posted));
    let parts = parts.collect::<Result<Vec<_>>>()?;
    if site.is_some() && has_shared(&plan, &basis) {
        excluded.insert("cost that belongs to no single site".into());
    }
    let labour = labour(db, question, (&plan, &basis)).await?;
    match &labour {
        Some(labour) => excluded.extend(labour.excluded.iter().cloned()),
        None => {
            excluded.insert(
                "LABOUR: none was given; `labour` names the accounts of budgets that it is on".into(),
            );
        }
    }
    let divided = divide(&plan, (&parts, labour.as_ref()), volumes, (question.as_of, &posted))?;
    Ok(Answer { plan, basis, parts, divided, posted, labour, excluded })
}

/// What labour costs, where it is asked for.
async fn labour(
    db: &impl Read,
    question: &Question,
    (plan, basis): (&Plan, &Basis),
) -> Result<Option<Labour>> {
    let Some(asked) = &question.labour else { return Ok(None) };
    if let Some(actuals) = &question.actuals {
        unit_cost_labour::refuse_twice(asked, actuals, basis)?;
    }
    let wanted = unit_cost_labour::Wanted {
        site: question.site.as_ref().map(|site| site.code.as_str()),
        window: plan.roadmap.window(),
        currency: plan.roadmap.currency(),
        as_of: question.as_of,
    };
    unit_cost_labour::read(db, asked, wanted).await.map(Some)
}

type Row = Line<Source>;

/// The lines of a part and how many records of its category are in others. Closed months cost what was posted.
fn counted(plan: &Plan, part: &Part, site: Option<&str>, posted: &Posted) -> Result<CountedPart> {
    let currency = plan.roadmap.currency();
    let kinds: BTreeSet<String> = part.kinds.iter().map(ActiveEnum::to_value).collect();
    let is_meant = |key: &Key| {
        let value = |place: usize| key.get(place).and_then(|value| value.as_deref());
        let is_there = site.is_none_or(|site| value(0) == Some(site));
        is_there && (kinds.is_empty() || value(1).is_some_and(|kind| kinds.contains(kind)))
    };
    let categories = of_roadmap(part.category);
    let of_category = plan.roadmap.lines(MoneyView::Pnl).filter(|(of, _, _)| categories.contains(of));
    let (meant, others): (Vec<_>, Vec<_>) = of_category.partition(|(_, key, _)| is_meant(key));
    let sources = |lines: &[(_, &Key, &Row)]| -> BTreeSet<Source> {
        lines.iter().flat_map(|(_, _, line)| &line.records).copied().collect()
    };
    let behind = sources(&meant);
    let mut sums = vec![Decimal::ZERO; plan.roadmap.window().months() as usize];
    for (_, _, line) in &meant {
        for (sum, amount) in sums.iter_mut().zip(line.amounts()) {
            *sum += amount;
        }
    }
    for (sum, month) in sums.iter_mut().zip(plan.roadmap.window().iter()) {
        if let Some(amount) = posted.amount(part.category, month) {
            *sum = amount;
        }
    }
    let share = part.share.to_decimal();
    let amounts = sums.into_iter().map(|sum| counted_share(sum, share, currency));
    Ok(CountedPart {
        amounts: amounts.collect::<Result<_, _>>().map_err(refused)?,
        records: record_count(plan, &behind),
        sources: behind,
        others: record_count(plan, &sources(&others)),
        postings: posted.postings.get(&part.category).copied().unwrap_or_default(),
        formulas: meant.iter().flat_map(|(_, _, line)| &line.formulas).copied().collect(),
        assumptions: meant.iter().flat_map(|(_, _, line)| &line.assumptions).cloned().collect(),
        is_estimated: meant.iter().any(|(_, _, line)| line.estimated),
        part: part.clone(),
    })
}

/// Whether any counted cost belongs to no single site.
fn has_shared(plan: &Plan, basis: &Basis) -> bool {
    let counted = |category| basis.parts.iter().any(|part| of_roadmap(part.category).contains(&category));
    let mut lines = plan.roadmap.lines(MoneyView::Pnl);
    lines.any(|(category, key, _)| counted(category) && key.first().is_none_or(Option::is_none))
}

fn divide(
    plan: &Plan,
    (parts, labour): (&[CountedPart], Option<&Labour>),
    mut volumes: BTreeMap<Measure, Volumes>,
    (as_of, posted): (NaiveDate, &Posted),
) -> Result<Vec<Divided>> {
    let window = plan.roadmap.window();
    let status = |month: Month| match month {
        month if posted.months.contains_key(&month) => MonthStatus::Posted,
        month if month < Month::of(as_of) => MonthStatus::Estimated,
        _ => MonthStatus::Forecast,
    };
    let months: Vec<CostMonth> = window
        .iter()
        .enumerate()
        .map(|(place, month)| CostMonth {
            month,
            status: status(month),
            // A category without any record has no cost, which is not a cost of zero; a closed month without a posting
            // has cost nothing.
            parts: parts
                .iter()
                .filter(|part| part.records > 0 || posted.months.contains_key(&month))
                .map(|part| cost(part, place))
                .chain(labour.map(|labour| CostPart {
                    name: LABOUR.to_owned(),
                    view: MoneyView::Pnl,
                    amount: labour.months.get(&month).copied(),
                }))
                .collect(),
        })
        .collect();
    let measures: Vec<Measure> = volumes.keys().copied().collect();
    let denominators: Vec<Denominator> = measures.iter().copied().map(denominator).collect();
    let mut known = BTreeMap::new();
    for (measure, of) in &volumes {
        for (month, volume) in &of.months {
            known.insert((denominator(*measure), *month), volume.average);
        }
    }
    let series =
        unit_cost_series(plan.roadmap.currency(), &months, &denominators, &known).map_err(refused)?;
    let divided = measures.into_iter().zip(series).map(|(measure, series)| {
        Ok(Divided {
            measure,
            years: years(plan, &series)?,
            whole: series.over(window.from(), window.last()).map_err(refused)?,
            series,
            volumes: volumes.remove(&measure).unwrap_or_default(),
        })
    });
    divided.collect()
}

fn cost(part: &CountedPart, place: usize) -> CostPart {
    CostPart {
        name: part.part.category.to_value(),
        view: MoneyView::Pnl,
        amount: part.amounts.get(place).copied(),
    }
}

/// The fiscal years of the months, and whether some of their months are outside.
fn years(plan: &Plan, series: &UnitCostSeries) -> Result<Vec<(i32, bool, PeriodUnitCost)>> {
    let mut spans: BTreeMap<i32, (Month, Month)> = BTreeMap::new();
    for month in plan.roadmap.window().iter() {
        spans.entry(plan.calendar.fiscal_year_of(month)).or_insert((month, month)).1 = month;
    }
    let years = spans.into_iter().map(|(year, (first, last))| {
        let of_year = series.over(first, last).map_err(refused)?;
        Ok((year, of_year.months != 12, of_year))
    });
    years.collect()
}

/// What the unit cost does not have: records without input, costs that it does not count, and capital.
fn excluded(plan: &Plan, basis: &Basis) -> BTreeSet<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for exclusion in plan.roadmap.exclusions() {
        *counts.entry(exclusion.reason.as_str()).or_default() += 1;
    }
    let mut excluded: BTreeSet<String> =
        counts.into_iter().map(|(reason, count)| format!("{count}: {reason}")).collect();
    for category in CostCategory::iter() {
        match basis.parts.iter().find(|part| part.category == category) {
            None => {
                let category = category.to_value();
                excluded
                    .insert(format!("{category}: not counted in this unit cost; declare a share of it to"));
            }
            Some(part) if !part.kinds.is_empty() => {
                let kinds: Vec<String> = part.kinds.iter().map(HardwareKind::to_value).collect();
                excluded.insert(format!("{} of other kinds than {}", category.to_value(), kinds.join(", ")));
            }
            Some(_) => {}
        }
    }
    excluded.insert("capital: it counts by its depreciation".into());
    excluded
}

fn refused(cause: ForecastError) -> Error {
    match cause {
        ForecastError::Invalid { field, value, rule } => Error::invalid(field, format!("{value}: {rule}")),
        other => Error::invalid("", other),
    }
}
