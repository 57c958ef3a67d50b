//! The refresh plan: the cohorts of the roadmap one by one, each with its days, its quantity and its price.
//!
//! What is refreshed together, when, and for how much is decided in [`roadmap`](crate::roadmap); here it is chosen,
//! named and added up, so that a plan and a roadmap of the same months never say different things.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    finance::exchange_rate::RateKind,
    id::{AssetId, FiscalCalendarId, HardwareModelId, RefreshPolicyId, SiteId},
    inventory::hardware_model::HardwareKind,
};
use forecasting::{
    money::Currency,
    month::{FiscalCalendar, Month, add_months},
    refresh::{DueRule, ProjectCost},
    roadmap::{Coverage, Window},
};
use rayon::prelude::*;
use rust_decimal::Decimal;

use crate::{
    error::{Error, Result},
    finance::rates::Rates,
    roadmap::{
        assets::{self, Asset},
        cohorts::{self, Cohort, Note},
        contracts::Contracts,
        estate::Estate,
        plan, proceeds,
        purchases::{self, PriceBook, Priced},
    },
    rules::require_plausible,
    scenarios::Overlay,
    schema::scalar::Id,
    store::Read,
};

/// The longest time, in months, that a refresh is deferred by.
pub const LONGEST_DEFERRAL: u32 = 120;

/// A number of months as people give it, from `least` to [`LONGEST_DEFERRAL`].
///
/// # Errors
/// `Invalid` naming the field, the number and the range.
pub fn whole(field: &str, months: i32, least: u32) -> Result<u32> {
    let refused = || Error::invalid(field, format!("{months} is not between {least} and {LONGEST_DEFERRAL}"));
    let whole = u32::try_from(months).map_err(|_| refused())?;
    if (least..=LONGEST_DEFERRAL).contains(&whole) { Ok(whole) } else { Err(refused()) }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// First month of orders.
    pub from: Month,
    /// Number of months.
    pub months: u32,
    /// Currency of the answer; may be left out when all policies are in one.
    pub currency: Option<Currency>,
    /// Fiscal calendar of the years; the default one when left out.
    pub calendar: Option<FiscalCalendarId>,
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
    /// Which cohorts.
    pub filter: Filter,
    /// Currencies beside those of the estate that the answer converts.
    pub also: Vec<Currency>,
    /// What is laid over the rows that are read.
    pub scenario: Arc<Overlay>,
}

/// Which cohorts: every list that is given has to name it, so that an empty list holds none. What belongs together is
/// decided before.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// At these sites.
    pub sites: Option<Vec<SiteId>>,
    /// Under these policies.
    pub policies: Option<Vec<RefreshPolicyId>>,
    /// Of these models.
    pub models: Option<Vec<HardwareModelId>>,
    /// Of these kinds of hardware.
    pub kinds: Option<Vec<HardwareKind>>,
}

impl Filter {
    /// Whether assets of a model at a site are asked for, under a policy where that matters.
    #[must_use]
    pub fn holds(
        &self,
        estate: &Estate,
        site: SiteId,
        model: HardwareModelId,
        policy: Option<usize>,
    ) -> bool {
        let kind = || estate.models.get(&model).map(|model| model.kind);
        let policy = || policy.and_then(|at| estate.policies.get(at)).map(|policy| policy.id);
        self.sites.as_ref().is_none_or(|sites| sites.contains(&site))
            && self.models.as_ref().is_none_or(|models| models.contains(&model))
            && self.kinds.as_ref().is_none_or(|kinds| kind().is_some_and(|kind| kinds.contains(&kind)))
            && self.policies.as_ref().is_none_or(|all| policy().is_some_and(|id| all.contains(&id)))
    }

    /// Refuses what the estate does not have: an empty answer would look like good news.
    ///
    /// # Errors
    /// `Invalid` naming the list and the id.
    pub fn require_known(&self, estate: &Estate) -> Result<()> {
        let missing = |field: &str, what: &str, id: String| {
            Error::invalid(format!("filter.{field}"), format!("there is no {what} with the id {id}"))
        };
        if let Some(id) = self.sites.iter().flatten().find(|id| !estate.sites.contains_key(id)) {
            return Err(missing("sites", "site", Id(*id).to_string()));
        }
        if let Some(id) = self.models.iter().flatten().find(|id| !estate.models.contains_key(id)) {
            return Err(missing("models", "hardware model", Id(*id).to_string()));
        }
        let is_unknown = |id: &&RefreshPolicyId| !estate.policies.iter().any(|policy| policy.id == **id);
        if let Some(id) = self.policies.iter().flatten().find(is_unknown) {
            return Err(missing("policies", "refresh policy in use", Id(*id).to_string()));
        }
        Ok(())
    }
}

/// The answer.
pub struct RefreshPlan {
    /// The months of the orders.
    pub window: Window,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The calendar of the years.
    pub calendar: FiscalCalendar,
    /// Name of the calendar.
    pub calendar_name: String,
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
    /// What the cohorts are looked up in.
    pub estate: Estate,
    /// The assets, in the order that cohorts name them by.
    pub assets: Vec<Asset>,
    /// Plan rates.
    pub rates: Rates,
    /// The cohorts that are ordered in these months, by day of order.
    pub cohorts: Vec<Planned>,
    /// Those that are ordered before, which no total of the plan has.
    pub earlier: Vec<Planned>,
    /// Assets whose cohort is ordered after the last month.
    pub later: usize,
    /// Assets that are left out, by reason, the commonest first.
    pub excluded: Vec<Excluded>,
    /// How many of the assets in use could be planned.
    pub coverage: Coverage,
    /// What the whole plan takes for granted.
    pub assumptions: BTreeSet<String>,
    /// What is laid over the rows.
    pub scenario: Arc<Overlay>,
    /// What the scenario has otherwise, in words.
    laid_on: Vec<String>,
}

/// A cohort with what it costs.
pub struct Planned {
    /// Which assets, and when.
    pub cohort: Cohort,
    /// Names it: equal in every plan that has it.
    pub key: String,
    /// What people call it.
    pub label: String,
    /// What is bought, in the currency of its policy.
    pub priced: Priced,
    /// What it costs, in the currency of the plan.
    pub cost: ProjectCost,
    /// The fiscal year of the day of the order.
    pub fiscal_year: i32,
    /// Why it has to happen, where it has to.
    pub mandatory: Option<&'static str>,
}

impl Planned {
    /// How many assets are behind what it costs: those whose purchase price is in the proceeds, where some have one.
    #[must_use]
    pub fn behind(&self) -> usize {
        let valued = self.priced.purchase.valued.map(|valued| valued.known as usize);
        valued.filter(|known| *known > 0).unwrap_or(self.cohort.members.len())
    }
}

/// Assets that are left out for one reason.
pub struct Excluded {
    /// Why.
    pub reason: String,
    /// Whether an input is missing, rather than a decision taken.
    pub is_gap: bool,
    /// Which.
    pub assets: Vec<AssetId>,
}

/// Sums of cohorts.
#[derive(Clone, Copy, Debug)]
pub struct Sum {
    /// What they cost.
    pub cost: ProjectCost,
    /// How many cohorts.
    pub cohorts: usize,
    /// How many assets are in them.
    pub assets: usize,
    /// How many of those tell the sums apart: where old units are valued by age, those that are.
    pub behind: usize,
    /// Old units of which nobody knows what they sell for.
    pub unsold: usize,
}

/// Draws the plan.
///
/// # Errors
/// `Invalid` when the question cannot be answered: too many months, several currencies and none named, a currency
/// without a rate, a filter by what is not there; `NotFound` for a calendar that is not there.
pub async fn draw(db: &impl Read, question: &Question) -> Result<RefreshPlan> {
    if question.months == 0 || question.months > plan::LONGEST {
        let message = format!("{} is not between 1 and {}", question.months, plan::LONGEST);
        return Err(Error::invalid("months", message));
    }
    require_plausible("from", Some(question.from.first_day()))?;
    require_plausible("asOf", Some(question.as_of))?;
    let window =
        Window::new(question.from, question.months).map_err(|cause| Error::invalid("months", cause))?;
    let (calendar, calendar_name) = plan::calendar(db, question.calendar).await?;
    let scenario = &question.scenario;
    let contracts = Contracts::of_colocation(db).await?;
    let estate = Estate::read(db, &contracts.ends_by_notice()).await?;
    let contracts = scenario.contracts(&contracts, question.as_of);
    let laid_on = scenario.assumptions_over(&estate);
    let estate = match scenario.estate(&estate, || contracts.ends_by_notice()) {
        Cow::Owned(laid) => laid,
        Cow::Borrowed(_) => estate,
    };
    question.filter.require_known(&estate)?;
    let assets = assets::read(db, &estate, question.as_of, question.from.first_day()).await?;
    let spoken: BTreeSet<String> = estate.policies.iter().map(|policy| policy.currency.clone()).collect();
    let currency = plan::choose_currency(question.currency, &spoken)?;
    let mut all = currencies(&estate, &assets, currency);
    all.extend(scenario.currencies());
    all.extend(question.also.iter().map(|currency| currency.code().to_owned()));
    let latest = add_months(window.last().last_day(), i32::try_from(LONGEST_DEFERRAL).unwrap_or_default());
    let earliest = question.from.first_day().min(question.as_of);
    let rates = Rates::load(db, &all, RateKind::Plan, (earliest, latest)).await?;
    let rates = scenario.rates(&rates).into_owned();
    if !spoken.contains(currency.code()) {
        plan::require_reachable(currency, &spoken, &rates, question.as_of)?;
    }
    let plan = RefreshPlan {
        window,
        currency,
        calendar,
        calendar_name,
        as_of: question.as_of,
        estate,
        assets,
        rates,
        cohorts: Vec::new(),
        earlier: Vec::new(),
        later: 0,
        excluded: Vec::new(),
        coverage: Coverage::default(),
        assumptions: BTreeSet::new(),
        scenario: Arc::clone(scenario),
        laid_on,
    };
    // Nothing is waited for from here on: others may have this thread's place meanwhile.
    tokio::task::block_in_place(|| plan.fill(&question.filter))
}

fn currencies(estate: &Estate, assets: &[Asset], own: Currency) -> BTreeSet<String> {
    let policies = estate.policies.iter().map(|policy| policy.currency.clone());
    let listed = estate.models.values().filter_map(|model| model.list_price_currency.clone());
    let mut all: BTreeSet<String> = policies.chain(listed).chain([own.code().to_owned()]).collect();
    for (_, code) in assets.iter().filter_map(|asset| asset.price.as_ref()) {
        if !all.contains(&**code) {
            all.insert(code.to_string());
        }
    }
    all
}

impl RefreshPlan {
    fn fill(mut self, filter: &Filter) -> Result<Self> {
        let grouped = cohorts::group(&self.estate, &self.assets, self.as_of, self.window, &self.scenario)?;
        let estate = &self.estate;
        let holds = |cohort: &Cohort| filter.holds(estate, cohort.site, cohort.model, Some(cohort.policy));
        let is_noted = |note: &Note| {
            let asset = self.assets.get(note.asset as usize);
            asset.is_some_and(|asset| filter.holds(estate, asset.site, asset.model, note.policy))
        };
        let mut notes: Vec<Note> = grouped.notes.into_iter().filter(is_noted).collect();
        let (seen, later): (Vec<Cohort>, Vec<Cohort>) = grouped
            .cohorts
            .into_iter()
            .filter(holds)
            .partition(|cohort| Month::of(cohort.ordered) <= self.window.last());
        self.later = later.iter().map(|cohort| cohort.members.len()).sum();
        let drawn =
            seen.into_par_iter().map_init(PriceBook::default, |prices, cohort| self.planned(cohort, prices));
        let (mut now, mut earlier) = (Vec::new(), Vec::new());
        for drawn in drawn.collect::<Vec<_>>() {
            match drawn {
                Ok(one) => {
                    notes.extend(proceeds::gaps(&self.estate, &self.assets, &one.cohort));
                    let is_earlier = Month::of(one.cohort.ordered) < self.window.from();
                    if is_earlier { earlier.push(one) } else { now.push(one) }
                }
                Err(unpriced) => {
                    let (cohort, reason) = *unpriced;
                    notes.extend(cohort.members.iter().map(|(asset, _)| Note {
                        asset: *asset,
                        policy: Some(cohort.policy),
                        reason: format!("refresh: {reason}"),
                        is_gap: true,
                    }));
                }
            }
        }
        (self.cohorts, self.earlier) = (now, earlier);
        self.count(&notes, &later);
        self.excluded = self.by_reason(notes);
        self.assumptions = self.assumed();
        Ok(self)
    }

    fn planned(&self, cohort: Cohort, prices: &mut PriceBook) -> Result<Planned, Box<(Cohort, String)>> {
        let ordered = Month::of(cohort.ordered);
        let priced =
            purchases::price((&self.estate, &self.assets), &cohort, prices, &self.rates, self.window)
                .and_then(|priced| Ok((self.convert(&priced.purchase.cost, ordered)?, priced)));
        match priced {
            Err(reason) => Err(Box::new((cohort, reason))),
            Ok((cost, priced)) => Ok(Planned {
                key: cohort.key(&self.estate),
                label: cohort.label(&self.estate),
                mandatory: self.mandatory(&cohort),
                fiscal_year: self.calendar.fiscal_year_of_day(cohort.ordered),
                cohort,
                priced,
                cost,
            }),
        }
    }

    /// A cost in the currency of the plan, at the rate of the month in which it is ordered.
    ///
    /// # Errors
    /// A reason for people: there is no rate.
    pub fn convert(&self, cost: &ProjectCost, ordered: Month) -> Result<ProjectCost, String> {
        let (from, to) = (cost.currency.code(), self.currency.code());
        let conversion = self.rates.conversion(from, to, ordered.first_day());
        let rate = conversion.map_err(|missing| missing.to_string())?.rate();
        cost.convert(self.currency, rate).map_err(|cause| cause.to_string())
    }

    /// What has to happen by its day: what vendor or lessor decide, and what the business cannot be without.
    fn mandatory(&self, cohort: &Cohort) -> Option<&'static str> {
        match cohort.due.rule {
            DueRule::Support => return Some("the vendor ends its support"),
            DueRule::Lease => return Some("the lease returns it"),
            DueRule::Warranty | DueRule::Age | DueRule::Risk | DueRule::Capacity => {}
        }
        if cohort.leased > 0 {
            return Some("a lease returns assets of it");
        }
        let mut members = cohort.members.iter().filter_map(|(at, _)| self.assets.get(*at as usize));
        members.any(|asset| asset.tier == Some(0)).then_some("an asset of tier 0 is in it")
    }

    /// The ids of the assets of a cohort.
    pub fn members<'a>(&'a self, cohort: &'a Cohort) -> impl Iterator<Item = AssetId> + 'a {
        let members = cohort.members.iter();
        members.filter_map(|(at, _)| self.assets.get(*at as usize)).map(|asset| asset.id)
    }

    /// Counts every asset in use that is asked for.
    fn count(&mut self, notes: &[Note], later: &[Cohort]) {
        let gaps: BTreeSet<u32> = notes.iter().filter(|note| note.is_gap).map(|note| note.asset).collect();
        let planned = self.cohorts.iter().chain(&self.earlier).map(|one| &one.cohort);
        let members = planned.chain(later).flat_map(|cohort| cohort.members.iter().map(|(at, _)| *at));
        let all: BTreeSet<u32> = members.chain(notes.iter().map(|note| note.asset)).collect();
        let mut worth: HashMap<String, Option<Decimal>> = HashMap::new();
        for at in all {
            let Some(asset) = self.assets.get(at as usize) else { continue };
            let value = asset.price.as_ref().and_then(|(amount, code)| {
                let rate = *worth.entry(code.to_string()).or_insert_with(|| self.worth(code));
                amount.to_decimal().checked_mul(rate?)
            });
            self.coverage.count(!gaps.contains(&at), value);
        }
    }

    /// What one unit of a currency is worth in the plan's, on the day from which the future is seen.
    fn worth(&self, code: &str) -> Option<Decimal> {
        let conversion = self.rates.conversion(code, self.currency.code(), self.as_of).ok()?;
        Some(conversion.rate())
    }

    fn by_reason(&self, notes: Vec<Note>) -> Vec<Excluded> {
        let mut reasons: BTreeMap<(String, bool), Vec<AssetId>> = BTreeMap::new();
        for note in notes {
            let asset = self.assets.get(note.asset as usize).map(|asset| asset.id);
            reasons.entry((note.reason, note.is_gap)).or_default().extend(asset);
        }
        let mut excluded: Vec<_> = reasons
            .into_iter()
            .map(|((reason, is_gap), assets)| Excluded { reason, is_gap, assets })
            .collect();
        excluded.sort_by_key(|one| std::cmp::Reverse(one.assets.len()));
        excluded
    }

    fn assumed(&self) -> BTreeSet<String> {
        let mut said = BTreeSet::new();
        let own = self.currency.code();
        let overdue = self.cohorts.iter().filter(|one| one.cohort.is_overdue);
        let overdue: usize = overdue.map(|one| one.cohort.members.len()).sum();
        if overdue > 0 {
            said.insert(format!("ordered at once, for the last day to order has passed: {overdue} assets"));
        }
        for code in self.cohorts.iter().map(|one| one.priced.purchase.cost.currency.code()) {
            if code != own {
                said.insert(format!("{code} is converted at plan rates of the month of the order"));
            }
        }
        let leased = self.cohorts.iter().map(|one| one.cohort.leased).sum();
        said.extend(purchases::of_leased(leased));
        said.extend(purchases::of_held(self.cohorts.iter().map(|one| one.cohort.held as usize).sum()));
        said.extend(purchases::of_apart(self.cohorts.iter().map(|one| one.cohort.apart as usize).sum()));
        let policies = self.cohorts.iter().map(|one| &self.estate.policies[one.cohort.policy]);
        said.extend(policies.filter_map(proceeds::assumed));
        said.insert("what is bought is not replaced a second time within these months".to_owned());
        said.extend(self.laid_on.iter().cloned());
        said.insert("prices move by the index of the policy from the day of the list price".to_owned());
        said
    }

    /// The sums of the fiscal years in order, those without orders among them.
    ///
    /// # Errors
    /// `Internal` when amounts do not fit.
    pub fn years(&self) -> Result<BTreeMap<i32, Sum>> {
        let mut years = BTreeMap::new();
        for month in self.window.iter() {
            let year = self.calendar.fiscal_year_of(month);
            years.entry(year).or_insert_with(|| Sum::nothing(self.currency));
        }
        for one in &self.cohorts {
            let sum = years.entry(one.fiscal_year).or_insert_with(|| Sum::nothing(self.currency));
            sum.add(one)?;
        }
        Ok(years)
    }

    /// The sum of some cohorts.
    ///
    /// # Errors
    /// `Internal` when amounts do not fit.
    pub fn sum(&self, cohorts: &[Planned]) -> Result<Sum> {
        let mut sum = Sum::nothing(self.currency);
        cohorts.iter().try_for_each(|one| sum.add(one))?;
        Ok(sum)
    }
}

impl Sum {
    fn nothing(currency: Currency) -> Self {
        Self { cost: ProjectCost::zero(currency), cohorts: 0, assets: 0, behind: 0, unsold: 0 }
    }

    fn add(&mut self, one: &Planned) -> Result<()> {
        self.cost = self.cost.checked_add(&one.cost).map_err(Error::internal)?;
        self.cohorts += 1;
        self.assets += one.cohort.members.len();
        self.behind += one.behind();
        self.unsold += one.priced.purchase.unsold();
        Ok(())
    }
}
