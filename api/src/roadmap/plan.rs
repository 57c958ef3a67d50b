//! Drawing the roadmap: reads every area, turns what it finds into flows, and adds them up.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    finance::{exchange_rate::RateKind, fiscal_calendar},
    id::{
        AssetId, CapacityPoolId, ColocationContractId, FiscalCalendarId, ProviderAccountId, RefreshCycleId,
        SupportContractId, WorkloadId,
    },
};
use forecasting::{
    money::Currency,
    month::{FiscalCalendar, Month},
    roadmap::{Roadmap, Window},
    uncertainty::Outcome,
};
use rust_decimal::Decimal;

use super::{
    assets::{self, Asset, Outside},
    cloud,
    contracts::Contracts,
    drawing::Drawing,
    estate::Estate,
    growing,
    keys::{Dimension, Key},
    posted::OnRecord,
    records::Tags,
    uncertainty::{Inputs, Uncertainty, simulate},
};
use crate::{
    capacity::{
        purchases::{self, Growing},
        risks::Risk,
        scenario_supplies::{Found, growing_under},
    },
    contracts::costs,
    error::{Error, Result},
    finance::{fiscal_calendars, rates::Rates},
    given_up::unless_given_up,
    rules::require_plausible,
    scenarios::{Overlay, overlay::Named, touched::Recorded},
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
    /// How much price indices of contracts are taken to rise a year: 0.03 is 3 %. They stay when left out.
    pub assumed_index_rate: Option<Decimal>,
    /// What lines are kept apart by.
    pub dimensions: Vec<Dimension>,
    /// What is uncertain, where that is asked.
    pub uncertainty: Option<Uncertainty>,
    /// What is laid over the rows that are read.
    pub scenario: Arc<Overlay>,
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
    /// A capacity pool that more is bought for.
    Pool(CapacityPoolId),
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
    /// The assets of each share of a vintage.
    pub vintages: Vec<Vec<AssetId>>,
    /// The assets of each share of a cohort.
    pub cohorts: Vec<Vec<AssetId>>,
    /// Names of contracts, workloads and cycles, for people.
    pub names: BTreeMap<Source, String>,
    /// Tags of the assets that answers name.
    pub tags: Tags,
    /// What it may turn out to cost, where that was asked.
    pub outcome: Option<Outcome>,
    /// Capacity pools that more is bought for and that run out before an order can help, the most urgent first.
    pub risks: Vec<Risk>,
    /// Capacity pools that nothing is bought for, in the order of their names.
    pub others: Vec<CapacityPoolId>,
    /// The scenario that it is drawn for; none is the baseline.
    pub scenario: Option<Named>,
}

impl Plan {
    /// The place of a dimension in the keys of lines.
    #[must_use]
    pub fn position(&self, dimension: Dimension) -> Option<usize> {
        self.dimensions.iter().position(|known| *known == dimension)
    }
}

/// What a roadmap is drawn from: read once, for the baseline and for scenarios alike.
pub struct Rows {
    window: Window,
    /// The fiscal calendar; none is calendar years.
    pub(super) calendar: Option<fiscal_calendar::Model>,
    pub(super) contracts: Contracts,
    pub(super) estate: Estate,
    pub(super) assets: Vec<Asset>,
    pub(super) on_record: OnRecord,
    pub(super) spends: Vec<cloud::Spend>,
    pub(super) outside: Vec<Outside>,
    /// Capacity pools that more is bought for.
    pub(super) growing: Vec<Growing>,
    /// What scenarios are laid over of these; nothing of rows that were kept, for what was kept of them has it already.
    found: Vec<Found>,
    /// Those that nothing is bought for; not known of rows that were kept.
    others: Vec<CapacityPoolId>,
    pub(super) rates: Rates,
    currency: Currency,
    /// The currencies of the estate and of the answer.
    currencies: BTreeSet<String>,
    /// Whether the estate costs money in the currency of the answer.
    is_own: bool,
}

/// Draws the roadmap.
///
/// # Errors
/// As [`Rows::read`] and [`Rows::draw`].
pub async fn draw(db: &impl Read, question: &Question) -> Result<Plan> {
    let rows = Rows::read(db, question, question.scenario.currencies()).await?;
    if question.uncertainty.is_some() {
        // Runs may take seconds, and are not made for a request that was given up.
        let question = question.clone();
        return unless_given_up(move |is_given_up| rows.draw_until(&question, is_given_up)).await;
    }
    // Nothing is waited for from here on: others may have this thread's place meanwhile.
    tokio::task::block_in_place(|| rows.draw(question))
}

impl Rows {
    /// Reads what a question needs, by a number of statements that depends neither on the estate nor on how many
    /// scenarios are drawn. `also` names currencies beside those of the estate that a scenario converts.
    ///
    /// # Errors
    /// `Invalid` when the question cannot be answered: too many months, several currencies and none named;
    /// `NotFound` for a calendar that is not there.
    pub async fn read(
        db: &impl Read,
        question: &Question,
        also: impl Iterator<Item = String>,
    ) -> Result<Self> {
        if question.months == 0 || question.months > LONGEST {
            let message = format!("{} is not between 1 and {LONGEST}", question.months);
            return Err(Error::invalid("months", message));
        }
        require_plausible("from", Some(question.from.first_day()))?;
        require_plausible("asOf", Some(question.as_of))?;
        costs::require_index_rate(question.assumed_index_rate)?;
        let window =
            Window::new(question.from, question.months).map_err(|cause| Error::invalid("months", cause))?;
        let calendar = calendar_row(db, question.calendar).await?;
        let contracts = Contracts::read(db, question.as_of).await?;
        let estate = Estate::read(db, &contracts.ends_by_notice()).await?;
        let (none, is_due_by_capacity) = (Overlay::none(), estate.is_due_by_capacity());
        let pools = purchases::read(db, question.as_of, is_due_by_capacity, &none).await?;
        let sought = (&estate, pools.needs.as_ref());
        let (assets, closed) =
            assets::read_with_closed(db, sought, &question.dimensions, question.from.first_day()).await?;
        let on_record = OnRecord::read(db, closed).await?;
        let spends = cloud::read(db, question.from, Month::of(question.as_of)).await?;
        let (currency, is_own, currencies) =
            currencies(question, &contracts, &estate, (&assets, &on_record), (&spends, &pools.growing))?;
        let all = currencies.iter().cloned().chain(also).collect();
        let earliest = question.from.first_day().min(question.as_of);
        let rates = Rates::load(db, &all, RateKind::Plan, (earliest, window.last().last_day())).await?;
        let outside = assets::outside(db).await?;
        Ok(Self {
            window,
            calendar,
            contracts,
            estate,
            assets,
            on_record,
            spends,
            outside,
            growing: pools.growing,
            found: pools.found,
            others: pools.others,
            rates,
            currency,
            currencies,
            is_own,
        })
    }

    /// Rows that were kept, for the question that they were kept for.
    ///
    /// # Errors
    /// As [`Rows::read`].
    pub(super) fn kept(
        question: &Question,
        calendar: Option<fiscal_calendar::Model>,
        contracts: Contracts,
        estate: Estate,
        (assets, on_record): (Vec<Asset>, OnRecord),
        (spends, growing): (Vec<cloud::Spend>, Vec<Growing>),
        (outside, rates): (Vec<Outside>, Rates),
    ) -> Result<Self> {
        let window =
            Window::new(question.from, question.months).map_err(|cause| Error::invalid("months", cause))?;
        let (currency, is_own, currencies) =
            currencies(question, &contracts, &estate, (&assets, &on_record), (&spends, &growing))?;
        Ok(Self {
            window,
            calendar,
            contracts,
            estate,
            assets,
            on_record,
            spends,
            outside,
            growing,
            found: Vec::new(),
            others: Vec::new(),
            rates,
            currency,
            currencies,
            is_own,
        })
    }

    /// Name of the fiscal calendar; none is calendar years.
    #[must_use]
    pub fn calendar_name(&self) -> Option<&str> {
        self.calendar.as_ref().map(|calendar| calendar.name.as_str())
    }

    /// What a scenario makes of the tables that assets are looked up in, and the assets.
    #[must_use]
    pub fn under(&self, scenario: &Overlay, as_of: NaiveDate) -> (Cow<'_, Estate>, &[Asset]) {
        let contracts = scenario.contracts(&self.contracts, as_of);
        (scenario.estate(&self.estate, || contracts.ends_by_notice()), &self.assets)
    }

    /// Capacity pools that more is bought for, as a scenario has what there is of them.
    ///
    /// # Errors
    /// `Invalid` for a scenario that moves a cohort that is not there.
    pub(super) fn growing(&self, scenario: &Overlay) -> Result<Cow<'_, [Growing]>> {
        if self.found.is_empty() || !scenario.moves_supply() {
            return Ok(Cow::Borrowed(&self.growing));
        }
        let mut assets = Cow::Borrowed(self.assets.as_slice());
        if scenario.shifts_refreshes() && self.estate.is_due_by_capacity() {
            // What is due by capacity rests on what there is.
            assets.to_mut().iter_mut().for_each(|asset| asset.capacity = None);
        }
        let laid = growing_under(&self.found, &self.growing, scenario, (&self.estate, &assets))?;
        Ok(Cow::Owned(laid))
    }

    /// Draws the roadmap of the question from the rows, with its scenario laid over them.
    ///
    /// # Errors
    /// `Invalid` for a currency that nothing can be converted to, and for a scenario of which something is not there.
    pub fn draw(&self, question: &Question) -> Result<Plan> {
        self.draw_until(question, &|| false)
    }

    /// [`Rows::draw`], until it is given up.
    fn draw_until(&self, question: &Question, is_given_up: &(dyn Fn() -> bool + Sync)) -> Result<Plan> {
        let scenario = &question.scenario;
        let rates = scenario.rates(&self.rates);
        let contracts = scenario.contracts(&self.contracts, question.as_of);
        let estate = scenario.estate(&self.estate, || contracts.ends_by_notice());
        let spends = scenario.spends(&self.spends);
        if !self.is_own {
            require_reachable(self.currency, &self.currencies, &rates, question.as_of)?;
        }
        let roadmap = Roadmap::new(self.window, self.currency);
        let (calendar, calendar_name) = spoken_calendar(self.calendar.as_ref());
        let mut drawing = Drawing::new(question, (&estate, &self.on_record), &calendar, &rates, roadmap);
        drawing.assets(&self.assets)?;
        drawing.colocation(&contracts)?;
        drawing.support(&contracts)?;
        drawing.cloud(&spends)?;
        let growing = self.growing(scenario)?;
        drawing.growth(&growing)?;
        let laid_on = scenario.assumptions_touching(&Recorded {
            estate: &self.estate,
            assets: &self.assets,
            contracts: &self.contracts,
            ending: &contracts,
            spends: &self.spends,
            growing: &self.growing,
            last: self.window.last(),
        });
        drawing.assume(&self.currencies, &self.outside, laid_on);
        let outcome = question.uncertainty.as_ref().map(|asked| {
            let inputs = Inputs {
                estate: &estate,
                assets: &self.assets,
                contracts: &contracts,
                spends: &spends,
                growing: &growing,
                rates: &rates,
                calendar: &calendar,
                scenario,
            };
            simulate(question, asked, &inputs, &drawing.roadmap, is_given_up)
        });
        let outcome = outcome.transpose()?;
        let Drawing { roadmap, names, vintages, cohorts, risks, .. } = drawing;
        Ok(Plan {
            roadmap,
            calendar,
            calendar_name,
            as_of: question.as_of,
            dimensions: question.dimensions.clone(),
            vintages,
            cohorts,
            names,
            tags: Tags::default(),
            outcome,
            risks,
            others: self.others.clone(),
            scenario: scenario.scenario().cloned(),
        })
    }
}

/// A fiscal calendar with its name: the one asked for, the default one, or calendar years.
///
/// # Errors
/// `NotFound` for a calendar that is not there.
pub async fn calendar(db: &impl Read, id: Option<FiscalCalendarId>) -> Result<(FiscalCalendar, String)> {
    Ok(spoken_calendar(calendar_row(db, id).await?.as_ref()))
}

async fn calendar_row(
    db: &impl Read,
    id: Option<FiscalCalendarId>,
) -> Result<Option<fiscal_calendar::Model>> {
    match id {
        Some(id) => Ok(Some(fiscal_calendars::find(db, id).await?)),
        None => fiscal_calendars::find_default(db).await,
    }
}

fn spoken_calendar(row: Option<&fiscal_calendar::Model>) -> (FiscalCalendar, String) {
    match row {
        Some(row) => (fiscal_calendars::to_forecast(row), row.name.clone()),
        None => (FiscalCalendar::calendar_years(), "calendar years".to_owned()),
    }
}

/// The currency of the answer, whether the estate costs money in it, and it with all that the estate does.
fn currencies(
    question: &Question,
    contracts: &Contracts,
    estate: &Estate,
    (assets, on_record): (&[Asset], &OnRecord),
    (spends, growing): (&[cloud::Spend], &[Growing]),
) -> Result<(Currency, bool, BTreeSet<String>)> {
    let mut all = spoken_currencies(contracts, estate, assets, spends);
    all.extend(growing::currencies(growing));
    if !on_record.recorded.is_empty() {
        let own = assets.iter().flat_map(|asset| on_record.recorded.of_asset(asset.id).entries);
        all.extend(own.map(|entry| entry.currency.clone()));
    }
    let currency = choose_currency(question.currency, &all)?;
    let is_own = !all.insert(currency.code().to_owned());
    Ok((currency, is_own, all))
}

fn spoken_currencies(
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

/// Refuses a currency that nothing can be converted to: the answer would be empty.
///
/// # Errors
/// `Invalid` naming the currencies and the day.
pub fn require_reachable(
    currency: Currency,
    found: &BTreeSet<String>,
    rates: &Rates,
    on: NaiveDate,
) -> Result<()> {
    let mut missing = None;
    for code in found.iter().filter(|code| *code != currency.code()) {
        match rates.conversion(code, currency.code(), on) {
            Ok(_) => return Ok(()),
            Err(one) => missing = missing.or(Some(one)),
        }
    }
    missing.map_or(Ok(()), |missing| Err(missing.refuse("currency")))
}

/// The currency of an answer: the one asked for, or the only one there is.
///
/// # Errors
/// `Invalid` when there are several and none was asked for.
pub fn choose_currency(asked: Option<Currency>, found: &BTreeSet<String>) -> Result<Currency> {
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
