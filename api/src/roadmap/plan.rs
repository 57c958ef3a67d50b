//! Drawing the roadmap: reads every area, turns what it finds into flows, and adds them up.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    finance::exchange_rate::RateKind,
    id::{
        AssetId, ColocationContractId, FiscalCalendarId, ProviderAccountId, RefreshCycleId, SiteId,
        SupportContractId, WorkloadId,
    },
};
use forecasting::{
    colocation::{BusinessDays, Indices},
    depreciation::Depreciation,
    money::Currency,
    month::{FiscalCalendar, Month},
    roadmap::{Flows, MoneyView, Roadmap, Subject, Window, colocation_flows, vintage_flows},
};
use rust_decimal::Decimal;
use tokio::sync::OnceCell;

use super::{
    assets::{self, Asset},
    cloud,
    cohorts::{self, Cohort, Note},
    contracts::Contracts,
    estate::Estate,
    keys::{Dimension, Key, Properties},
    vintages,
};
use crate::{
    contracts::terms,
    error::{Error, Result},
    finance::{fiscal_calendars, rates::Rates},
    rules::require_plausible,
    store::Read,
};

/// The longest roadmap, in months.
pub const LONGEST: u32 = 120;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// First month.
    pub from: Month,
    /// Number of months.
    pub months: u32,
    /// Currency of the answer; may be left out when everything is in one.
    pub currency: Option<Currency>,
    /// Fiscal calendar of quarters and years; the default one when left out.
    pub calendar: Option<FiscalCalendarId>,
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
    /// What lines are kept apart by.
    pub dimensions: Vec<Dimension>,
}

/// A record, or records taken together, behind a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// One asset.
    Asset(AssetId),
    /// Assets that are depreciated together, by position.
    Vintage(u32),
    /// Assets that are refreshed together, by position.
    Cohort(u32),
    /// A refresh cycle.
    Cycle(RefreshCycleId),
    /// A colocation contract.
    Colocation(ColocationContractId),
    /// A support contract.
    Support(SupportContractId),
    /// A cloud workload.
    Workload(WorkloadId),
    /// A cloud account, for cost that names no workload.
    Account(ProviderAccountId),
}

/// The answer.
pub struct Plan {
    /// The lines and totals.
    pub roadmap: Roadmap<Key, Source>,
    /// The calendar of quarters and years.
    pub calendar: FiscalCalendar,
    /// Name of the calendar.
    pub calendar_name: String,
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
    /// What lines are kept apart by.
    pub dimensions: Vec<Dimension>,
    /// The assets of each vintage.
    pub vintages: Vec<Vec<AssetId>>,
    /// The assets of each cohort.
    pub cohorts: Vec<Vec<AssetId>>,
    /// Names of contracts, workloads and cycles, for people.
    pub names: BTreeMap<Source, String>,
    /// Tags of the assets that answers may name, read when the first of them is asked for.
    pub tags: OnceCell<BTreeMap<AssetId, String>>,
}

impl Plan {
    /// The place of a dimension in the keys of lines.
    #[must_use]
    pub fn position(&self, dimension: Dimension) -> Option<usize> {
        self.dimensions.iter().position(|known| *known == dimension)
    }
}

/// Draws the roadmap.
///
/// # Errors
/// `Invalid` when the question cannot be answered: too many months, several currencies and none named, a
/// currency without a rate; `NotFound` for a calendar that is not there.
pub async fn draw(db: &impl Read, question: &Question) -> Result<Plan> {
    if question.months == 0 || question.months > LONGEST {
        return Err(Error::invalid("months", format!("{} is not between 1 and {LONGEST}", question.months)));
    }
    require_plausible("from", Some(question.from.first_day()))?;
    require_plausible("asOf", Some(question.as_of))?;
    let window =
        Window::new(question.from, question.months).map_err(|cause| Error::invalid("months", cause))?;
    let (calendar, calendar_name) = calendar(db, question.calendar).await?;
    let contracts = Contracts::read(db).await?;
    let estate = Estate::read(db, &contracts.ends_by_notice()).await?;
    let assets = assets::read(db, &estate, &question.dimensions, question.from.first_day()).await?;
    let spends = cloud::read(db, question.from, Month::of(question.as_of)).await?;
    let currencies = currencies(&contracts, &estate, &assets, &spends);
    let currency = choose_currency(question.currency, &currencies)?;
    let all: BTreeSet<String> = currencies.into_iter().chain([currency.code().to_owned()]).collect();
    let earliest = question.from.first_day().min(question.as_of);
    let rates = Rates::load(db, &all, RateKind::Plan, (earliest, window.last().last_day())).await?;
    let mut drawing = Drawing {
        window,
        estate: &estate,
        calendar: &calendar,
        rates: &rates,
        question,
        roadmap: Roadmap::new(window, currency),
        names: BTreeMap::new(),
    };
    let (vintages, cohorts) = drawing.assets(&assets)?;
    drawing.colocation(&contracts)?;
    drawing.support(&contracts)?;
    drawing.cloud(&spends)?;
    let Drawing { roadmap, names, .. } = drawing;
    Ok(Plan {
        roadmap,
        calendar,
        calendar_name,
        as_of: question.as_of,
        dimensions: question.dimensions.clone(),
        vintages,
        cohorts,
        names,
        tags: OnceCell::new(),
    })
}

async fn calendar(db: &impl Read, id: Option<FiscalCalendarId>) -> Result<(FiscalCalendar, String)> {
    let row = match id {
        Some(id) => Some(fiscal_calendars::find(db, id).await?),
        None => fiscal_calendars::find_default(db).await?,
    };
    match row {
        Some(row) => Ok((fiscal_calendars::to_forecast(&row), row.name)),
        None => Ok((FiscalCalendar::calendar_years(), "calendar years".to_owned())),
    }
}

fn currencies(
    contracts: &Contracts,
    estate: &Estate,
    assets: &[Asset],
    spends: &[cloud::Spend],
) -> BTreeSet<String> {
    let colocation = contracts.colocation.iter().map(|colocation| colocation.contract.currency.clone());
    let support = contracts.support.iter().map(|support| support.contract.currency.clone());
    let policies = estate.policies.iter().map(|policy| policy.currency.clone());
    let spends = spends.iter().map(|spend| spend.currency.clone());
    let mut all: BTreeSet<String> = colocation.chain(support).chain(policies).chain(spends).collect();
    for (_, code) in assets.iter().filter_map(|asset| asset.price.as_ref()) {
        if !all.contains(&**code) {
            all.insert(code.to_string());
        }
    }
    let listed = estate.models.values().filter_map(|model| model.list_price_currency.clone());
    if !estate.policies.is_empty() {
        all.extend(listed);
    }
    all
}

fn choose_currency(asked: Option<Currency>, found: &BTreeSet<String>) -> Result<Currency> {
    if let Some(currency) = asked {
        return Ok(currency);
    }
    let mut codes = found.iter();
    match (codes.next(), codes.next()) {
        (None, _) => Ok(Currency::USD),
        (Some(only), None) => Currency::from_code(only).map_err(|cause| Error::invalid("currency", cause)),
        _ => {
            let list = found.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            Err(Error::invalid("currency", format!("is needed, for the estate costs money in {list}")))
        }
    }
}

struct Drawing<'a> {
    window: Window,
    estate: &'a Estate,
    calendar: &'a FiscalCalendar,
    rates: &'a Rates,
    question: &'a Question,
    roadmap: Roadmap<Key, Source>,
    names: BTreeMap<Source, String>,
}

/// The assets of each vintage and of each cohort.
type Members = (Vec<Vec<AssetId>>, Vec<Vec<AssetId>>);

impl Drawing<'_> {
    fn assets(&mut self, assets: &[Asset]) -> Result<Members> {
        let dimensions = &self.question.dimensions;
        let grouped = cohorts::group(self.estate, assets, dimensions, self.question.as_of, self.window);
        let mut notes = grouped.notes;
        let mut leaving: Vec<Option<NaiveDate>> = vec![None; assets.len()];
        let mut members = Vec::new();
        for cohort in &grouped.cohorts {
            match self.cohort(cohort, members.len())? {
                Ok(()) => {
                    for position in &cohort.members {
                        leaving[*position as usize] = Some(cohort.in_service);
                    }
                    members.push(ids(assets, &cohort.members));
                }
                Err(reason) => {
                    let reason = format!("refresh: {reason}");
                    notes.extend(cohort.members.iter().map(|asset| Note {
                        asset: *asset,
                        reason: reason.clone(),
                        is_gap: true,
                    }));
                }
            }
        }
        let (vintages, gaps) = vintages::group(self.estate, assets, &leaving);
        notes.extend(gaps);
        let mut of_vintages = Vec::with_capacity(vintages.len());
        for (position, vintage) in (0_u32..).zip(&vintages) {
            let depreciation = Depreciation::new(&vintage.rule, &vintage.basis, self.calendar);
            let flows = depreciation.and_then(|one| vintage_flows(&one, None, self.window));
            match flows {
                Ok(flows) => {
                    self.add(&vintage.properties, &flows, &[Source::Vintage(position)])?;
                }
                Err(cause) => notes.extend(vintage.members.iter().map(|asset| Note {
                    asset: *asset,
                    reason: format!("depreciation: {cause}"),
                    is_gap: true,
                })),
            }
            of_vintages.push(ids(assets, &vintage.members));
        }
        self.cover(assets, notes)?;
        Ok((of_vintages, members))
    }

    /// Adds a refresh, or says why it cannot be priced.
    fn cohort(&mut self, cohort: &Cohort, position: usize) -> Result<Result<(), String>> {
        let priced = match cohorts::price(self.estate, cohort, self.rates)? {
            Ok(priced) => priced,
            Err(reason) => return Ok(Err(reason)),
        };
        let flows = match priced.refresh.flows(self.window, self.calendar) {
            Ok(flows) => flows,
            Err(cause) => return Ok(Err(cause.to_string())),
        };
        let mut sources = vec![Source::Cohort(u32::try_from(position).unwrap_or(u32::MAX))];
        if let Some(cycle) = cohort.cycle.and_then(|id| self.estate.cycles.get(&id)) {
            sources.push(Source::Cycle(cycle.id));
            self.names.insert(Source::Cycle(cycle.id), cycle.name.clone());
        }
        self.add(&cohort.properties, &flows, &sources)?;
        for assumption in priced.assumptions {
            self.roadmap.assume(assumption);
        }
        Ok(Ok(()))
    }

    /// Counts every asset once, however many things are to say of it.
    fn cover(&mut self, assets: &[Asset], mut notes: Vec<Note>) -> Result<()> {
        notes.sort_by_key(|note| (note.asset, !note.is_gap));
        let mut notes = notes.into_iter().peekable();
        let mut worth: HashMap<Arc<str>, Decimal> = HashMap::new();
        for (position, asset) in (0_u32..).zip(assets) {
            let value = match &asset.price {
                Some((amount, code)) => Some(amount.to_decimal() * self.worth(&mut worth, code)?),
                None => None,
            };
            let source = Source::Asset(asset.id);
            let mut counted = false;
            while let Some(note) = notes.next_if(|note| note.asset == position) {
                if note.is_gap && !counted {
                    self.roadmap.exclude(Subject::Asset, source, note.reason, value);
                    counted = true;
                } else {
                    self.roadmap.note(Subject::Asset, source, note.reason);
                }
            }
            if !counted {
                self.roadmap.include(Subject::Asset, value);
            }
        }
        Ok(())
    }

    /// What one unit of a currency is worth in the roadmap's, on the day from which the future is seen.
    fn worth(&self, known: &mut HashMap<Arc<str>, Decimal>, code: &Arc<str>) -> Result<Decimal> {
        if let Some(rate) = known.get(code) {
            return Ok(*rate);
        }
        let rate = self.rate(code, self.question.as_of)?;
        known.insert(Arc::clone(code), rate);
        Ok(rate)
    }

    fn rate(&self, code: &str, on: NaiveDate) -> Result<Decimal> {
        let conversion = self.rates.conversion(code, self.roadmap.currency().code(), on);
        Ok(conversion.map_err(|missing| missing.refuse("currency"))?.rate())
    }

    fn colocation(&mut self, contracts: &Contracts) -> Result<()> {
        for colocation in &contracts.colocation {
            let source = Source::Colocation(colocation.contract.id);
            self.names.insert(source, colocation.contract.number.clone());
            let mut flows = Vec::new();
            let mut failure = None;
            for (site, charges) in colocation.by_site() {
                let part = terms::colocation(&colocation.contract, &charges)
                    .map_err(|finding| Error::from(finding).to_string());
                let part = part.and_then(|part| {
                    colocation_flows(&part, self.window, &Indices::default(), &BusinessDays::default())
                        .map_err(|cause| cause.to_string())
                });
                match part {
                    Ok(part) => flows.push((site, part)),
                    Err(reason) => failure = Some(reason),
                }
            }
            // Half a contract would look like a cheap one.
            match failure {
                None => {
                    let mut value = Decimal::ZERO;
                    for (site, part) in flows {
                        value += self.add(&self.at(site), &part, &[source])?;
                    }
                    self.roadmap.include(Subject::ColocationContract, Some(value));
                }
                Some(reason) => self.roadmap.exclude(Subject::ColocationContract, source, reason, None),
            }
        }
        Ok(())
    }

    fn support(&mut self, contracts: &Contracts) -> Result<()> {
        for support in &contracts.support {
            let source = Source::Support(support.contract.id);
            self.names.insert(source, support.contract.number.clone());
            let flows = terms::support(&support.contract).map_err(|finding| Error::from(finding).to_string());
            let flows = flows.and_then(|value| value.flows(self.window).map_err(|cause| cause.to_string()));
            let weights: Vec<Decimal> =
                support.sites.iter().map(|(_, assets)| Decimal::from(*assets)).collect();
            let by_site = self.question.dimensions.contains(&Dimension::Site) && weights.len() > 1;
            let parts = flows.and_then(|flows| {
                if by_site {
                    flows.divide(&weights).map_err(|cause| cause.to_string())
                } else {
                    Ok(vec![flows])
                }
            });
            match parts {
                Ok(parts) => {
                    let mut value = Decimal::ZERO;
                    let sites = support.sites.iter().map(|(site, _)| Some(*site)).chain([None]);
                    for (part, site) in parts.iter().zip(sites) {
                        value += self.add(&self.at(site), part, &[source])?;
                    }
                    self.roadmap.include(Subject::SupportContract, Some(value));
                }
                Err(reason) => self.roadmap.exclude(Subject::SupportContract, source, reason, None),
            }
        }
        Ok(())
    }

    fn cloud(&mut self, spends: &[cloud::Spend]) -> Result<()> {
        for spend in spends {
            self.names.insert(spend.source, spend.name.clone());
            let mut properties = spend.properties.clone();
            properties.site = self.at(spend.site).site;
            match spend.flows(self.window, self.calendar) {
                Ok(flows) => {
                    let value = self.add(&properties, &flows, &[spend.source])?;
                    self.roadmap.include(Subject::Workload, Some(value));
                }
                Err(cause) => self.roadmap.exclude(Subject::Workload, spend.source, cause, None),
            }
        }
        Ok(())
    }

    fn at(&self, site: Option<SiteId>) -> Properties {
        let site = site.and_then(|id| self.estate.sites.get(&id));
        Properties { site: site.map(|site| Arc::clone(&site.code)), ..Properties::default() }
    }

    /// Adds flows, converted where they must be; answers with their sum in profit and loss.
    fn add(&mut self, properties: &Properties, flows: &Flows, sources: &[Source]) -> Result<Decimal> {
        let key = properties.key(&self.question.dimensions);
        let currency = self.roadmap.currency();
        if flows.currency() == currency {
            self.roadmap.add(&key, flows, sources).map_err(Error::internal)?;
            return Ok(flows.total(MoneyView::Pnl));
        }
        for month in self.window.iter() {
            self.rate(flows.currency().code(), month.first_day())?;
        }
        let converted =
            flows.convert(currency, |month| self.rate(flows.currency().code(), month.first_day()).ok());
        let converted = converted.map_err(|cause| Error::invalid("currency", cause))?;
        self.roadmap.assume(format!("{} is converted at plan rates", flows.currency()));
        self.roadmap.add(&key, &converted, sources).map_err(Error::internal)?;
        Ok(converted.total(MoneyView::Pnl))
    }
}

fn ids(assets: &[Asset], positions: &[u32]) -> Vec<AssetId> {
    positions.iter().filter_map(|position| assets.get(*position as usize)).map(|asset| asset.id).collect()
}
