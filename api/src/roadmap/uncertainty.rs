//! What the roadmap may turn out to cost: its sources again, with what their amounts hang on.
//!
//! What is certain, or is not said to be otherwise, is the rest of the roadmap, so that the point figures are the
//! roadmap's to the cent. Arithmetic and draws are `forecasting::uncertainty`.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};
use entity::{contracts::colocation_contract, inventory::hardware_model::HardwareKind};
use forecasting::{
    ForecastError,
    colocation::{BusinessDays, Contract, Indices, NewPrice, Repricings, Terms},
    month::{FiscalCalendar, Month},
    refresh::PriceSource,
    roadmap::{Flows, GrowthOrder, MoneyView, RefreshCohort, Roadmap, Window, colocation_flows},
    uncertainty::{
        Chance, Compounding, DecisionId, DelayId, Distribution, Exposure, Follows, Outcome, RateId, Sampling,
        Series, Simulation, Source, UnknownRises, rising, unknown_rises, without_priced_costs,
    },
};
use rayon::prelude::*;
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use super::{
    assets::Asset,
    cloud::Spend,
    cohorts::{self, Cohort},
    contracts::{Colocation, Contracts, Support},
    estate::Estate,
    growing,
    keys::Key,
    plan::{self, Question},
    purchases::{self, PriceBook},
};
use crate::{
    capacity::purchases::Growing,
    contracts::{costs, terms},
    error::{Error, Result},
    finance::rates::Rates,
    scenarios::Overlay,
};

/// What is uncertain, how it is distributed, and how often it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncertainty {
    /// Which event places amounts in a quarter.
    pub view: MoneyView,
    /// How many runs, from which seed.
    pub sampling: Sampling,
    /// By how much the price of a kind of hardware rises in a year beyond what its policy plans.
    pub hardware_price: Distribution,
    /// By how much an index of contracts rises in a year beyond the assumed rate.
    pub index: Distribution,
    /// By how much a price that is the provider's, or an uplift of support, lies above plan at each renewal.
    pub renewal_price: Distribution,
    /// By how much a cloud account grows in a month beyond its assumptions.
    pub growth: Distribution,
    /// By how many months hardware of a kind comes later than planned.
    pub delivery_delay: Distribution,
    /// How likely a contract that renews by itself is let do so.
    pub renewal_probability: Decimal,
}

impl Uncertainty {
    /// What is assumed where nothing else is said; every answer lists it.
    #[must_use]
    pub fn usual(view: MoneyView, sampling: Sampling) -> Self {
        let rate = |thousandths: i64| Decimal::new(thousandths, 3);
        let bell = |low, high| Distribution::Pert { low: rate(low), mode: Decimal::ZERO, high: rate(high) };
        let chance = |months: i64, percent: i64| Chance {
            value: Decimal::from(months),
            probability: Decimal::new(percent, 2),
        };
        Self {
            view,
            sampling,
            hardware_price: bell(-50, 150),
            index: bell(-15, 25),
            renewal_price: bell(-20, 70),
            growth: bell(-10, 15),
            delivery_delay: Distribution::Discrete(vec![
                chance(0, 60),
                chance(1, 20),
                chance(2, 12),
                chance(6, 8),
            ]),
            renewal_probability: Decimal::ONE,
        }
    }
}

/// What a roadmap was drawn from, with the scenario laid over it.
pub struct Inputs<'a> {
    /// What assets are looked up in.
    pub estate: &'a Estate,
    /// The assets.
    pub assets: &'a [Asset],
    /// The contracts.
    pub contracts: &'a Contracts,
    /// Cloud spend.
    pub spends: &'a [Spend],
    /// Capacity pools that more is bought for.
    pub growing: &'a [Growing],
    /// Plan rates.
    pub rates: &'a Rates,
    /// The calendar of quarters.
    pub calendar: &'a FiscalCalendar,
    /// The scenario: what is read from rows here is changed as the roadmap changes it.
    pub scenario: &'a Overlay,
}

/// Draws what a roadmap hangs on, and adds up what it then costs, until it is given up.
///
/// # Errors
/// `Invalid` for a number of runs that is too large or none, distributions that are none, and amounts that may grow
/// beyond what can be added.
pub fn simulate(
    question: &Question,
    asked: &Uncertainty,
    inputs: &Inputs<'_>,
    roadmap: &Roadmap<Key, plan::Source>,
    is_given_up: &(dyn Fn() -> bool + Sync),
) -> Result<Outcome> {
    let window = roadmap.window();
    let mut drawing = Drawing {
        question,
        asked,
        inputs,
        window,
        simulation: Simulation::new(window, asked.view, roadmap.currency(), inputs.calendar),
        rates: BTreeMap::new(),
        delays: BTreeMap::new(),
        decisions: BTreeMap::new(),
    };
    drawing.refreshes()?;
    drawing.growth()?;
    for colocation in &inputs.contracts.colocation {
        drawing.colocation(colocation)?;
    }
    for support in &inputs.contracts.support {
        drawing.support(support)?;
    }
    for spend in inputs.spends {
        drawing.cloud(spend)?;
    }
    let months = roadmap.months(asked.view);
    let totals = Series::new(asked.view, roadmap.currency(), window.from(), &months).map_err(refused)?;
    drawing.simulation.add_rest(&totals).map_err(refused)?;
    let threads = rayon::current_num_threads();
    let outcome = drawing.simulation.run_until(asked.sampling, threads, is_given_up);
    let mut outcome = outcome.map_err(refused)?;
    outcome.assumptions.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(outcome)
}

fn refused(cause: ForecastError) -> Error {
    let field = match &cause {
        ForecastError::Invalid { field: "runs", .. } => "uncertainty.runs",
        ForecastError::Invalid { field: "delay", .. } => "uncertainty.deliveryDelay",
        _ => "uncertainty",
    };
    Error::invalid(field, cause)
}

/// Rises of a price with the rate that they follow.
type Rated = (UnknownRises, RateId);

/// The months from which on a price is agreed anew, and whether it is as a figure.
fn anew(repriced: &Repricings) -> Vec<(Month, bool)> {
    let agreed = repriced.all().iter();
    agreed.map(|anew| (Month::of(anew.from), matches!(anew.price, NewPrice::Unit(_)))).collect()
}

/// Amounts up to a price that is agreed anew, and from there on: where it is a figure, what a price would have risen by
/// before no longer matters.
fn pieces(amounts: Series, rated: &[Rated], anew: &[(Month, bool)]) -> Vec<(Series, Vec<Rated>)> {
    let mut pieces = Vec::with_capacity(anew.len() + 1);
    let (mut rest, mut rises) = (amounts, rated.to_vec());
    for (month, is_figure) in anew {
        let (before, after) = rest.split(*month);
        pieces.push((before, rises));
        let behind = rated.iter().filter_map(|(rises, rate)| Some((rises.behind(*month)?, *rate)));
        rises = if *is_figure { behind.collect() } else { rated.to_vec() };
        rest = after;
    }
    pieces.push((rest, rises));
    pieces
}

/// A refresh of which part moves with the price of hardware.
struct Refresh {
    kind: HardwareKind,
    priced: Series,
    rest: Series,
    listed_on: NaiveDate,
    ordered: NaiveDate,
}

struct Drawing<'a> {
    question: &'a Question,
    asked: &'a Uncertainty,
    inputs: &'a Inputs<'a>,
    window: Window,
    simulation: Simulation,
    /// What was assumed already, by name: what shares an assumption moves together.
    rates: BTreeMap<String, RateId>,
    delays: BTreeMap<String, DelayId>,
    decisions: BTreeMap<String, DecisionId>,
}

impl Drawing<'_> {
    /// What a price rises by; `field` is where its distribution is stated.
    fn rate(
        &mut self,
        field: &str,
        name: String,
        distribution: &Distribution,
        point: Decimal,
    ) -> Result<RateId> {
        if let Some(known) = self.rates.get(&name) {
            return Ok(*known);
        }
        let refused = |cause| Error::invalid(format!("uncertainty.{field}"), cause);
        let rate = self.simulation.rate(&name, distribution.clone(), point).map_err(refused)?;
        self.rates.insert(name, rate);
        Ok(rate)
    }

    fn add(&mut self, source: &Source) -> Result<()> {
        self.simulation.add(source).map_err(refused)
    }

    /// What is bought, as late as it is delivered and as dear as hardware became by the day of the order.
    fn refreshes(&mut self) -> Result<()> {
        let Inputs { estate, assets, scenario, .. } = *self.inputs;
        let wide = self.wide()?;
        let grouped = cohorts::group(estate, assets, self.question.as_of, self.window, scenario)?;
        let refreshes: Vec<_> = grouped
            .cohorts
            .par_iter()
            .filter(|cohort| Month::of(cohort.ordered) <= wide.last())
            .map_init(PriceBook::default, |prices, cohort| self.refresh(cohort, prices, wide))
            .collect();
        // The roadmap has left out, with the reason, what cannot be priced.
        for refresh in refreshes.into_iter().flatten() {
            self.add_refresh(refresh)?;
        }
        Ok(())
    }

    fn refresh(&self, cohort: &Cohort, prices: &mut PriceBook, wide: Window) -> Option<Refresh> {
        let Inputs { estate, assets, rates, calendar, .. } = *self.inputs;
        let priced = purchases::price((estate, assets), cohort, prices, rates, self.window).ok()?;
        let series = |cohort: RefreshCohort| {
            let flows = self.converted(cohort.flows(wide, calendar).ok()?)?;
            Some(Series::of(&flows, self.asked.view))
        };
        let (whole, rest) = (series(priced.refresh)?, series(without_priced_costs(&priced.refresh))?);
        Some(Refresh {
            kind: estate.models.get(&priced.purchase.successor)?.kind,
            priced: whole.less(&rest).ok()?,
            rest,
            listed_on: priced.purchase.listed_on,
            ordered: cohort.ordered,
        })
    }

    /// What is bought for growth, as late and as dear as what is bought for refreshes. What demand will be is taken as the
    /// roadmap has it.
    fn growth(&mut self) -> Result<()> {
        let Inputs { estate, scenario, growing, .. } = *self.inputs;
        let wide = self.wide()?;
        for pool in growing {
            let Ok(grown) = growing::grown(estate, pool, scenario, self.question.as_of) else { continue };
            let is_seen = |order: &&GrowthOrder| Month::of(order.ordered()) <= wide.last();
            let orders = grown.orders.iter().map(|(_, order)| order).filter(is_seen);
            let drawn: Option<Vec<Refresh>> = orders.map(|order| self.order(pool, order, wide)).collect();
            // The roadmap has left out, with the reason, a pool of which an order cannot be drawn.
            for refresh in drawn.into_iter().flatten() {
                self.add_refresh(refresh)?;
            }
        }
        Ok(())
    }

    fn order(&self, pool: &Growing, order: &GrowthOrder, wide: Window) -> Option<Refresh> {
        let rule = pool.rule.as_ref()?;
        let series = |cohort: RefreshCohort| {
            let flows = self.converted(cohort.flows(wide, self.inputs.calendar).ok()?)?;
            Some(Series::of(&flows, self.asked.view))
        };
        let (whole, rest) = (series(order.cohort)?, series(without_priced_costs(&order.cohort))?);
        // A price that was promised for the day of the order is not uncertain.
        let is_promised = order.price.source == PriceSource::Quote;
        Some(Refresh {
            kind: rule.hardware_kind,
            priced: whole.less(&rest).ok()?,
            rest,
            listed_on: if is_promised { order.ordered() } else { rule.price_on },
            ordered: order.ordered(),
        })
    }

    fn add_refresh(&mut self, refresh: Refresh) -> Result<()> {
        let kind = refresh.kind.to_value();
        // What prices did before the day from which the future is seen is no longer uncertain.
        let from = refresh.listed_on.max(self.question.as_of);
        let mut years = BTreeMap::new();
        for year in from.year()..=refresh.ordered.year() {
            let name = format!("price of hardware of kind {kind} in {year}, above plan");
            years.insert(year, self.rate("hardwarePrice", name, &self.asked.hardware_price, Decimal::ZERO)?);
        }
        let prices = Exposure::prices(&years, from, refresh.ordered.max(from));
        let mut parts = [Source::certain(refresh.priced).exposed(prices), Source::certain(refresh.rest)];
        // An order is committed to on its day, however late what was ordered comes.
        if self.asked.view != MoneyView::Commitment {
            let name = format!("delivery of hardware of kind {kind}");
            let delay = match self.delays.get(&name) {
                Some(known) => *known,
                None => {
                    let distribution = self.asked.delivery_delay.clone();
                    let delay = self.simulation.delay(&name, distribution).map_err(refused)?;
                    self.delays.insert(name, delay);
                    delay
                }
            };
            parts = parts.map(|part| part.delayed(delay));
        }
        parts.iter().try_for_each(|part| self.add(part))
    }

    /// A contract whose prices follow an index, or are not agreed for renewals.
    fn colocation(&mut self, colocation: &Colocation) -> Result<()> {
        let Colocation { contract, charges, .. } = colocation;
        if !matches!(self.inputs.scenario.leaving(colocation, self.question.as_of), Ok(None)) {
            // What is left with its site is taken as the roadmap has it.
            return Ok(());
        }
        let rate = self.question.assumed_index_rate.unwrap_or_default();
        let mut indices = costs::indices(contract, charges, &self.inputs.contracts.published, Some(rate));
        self.inputs.scenario.indices(&mut indices);
        let Ok(mut value) = terms::colocation(contract, charges) else { return Ok(()) };
        self.inputs.scenario.prices(&mut value, charges);
        let parts = value.charges.iter().map(|charge| {
            let alone = Contract { charges: vec![charge.clone()], ..value.clone() };
            let flows = colocation_flows(&alone, self.window, &indices, &BusinessDays::default()).ok()?;
            let rises = unknown_rises(&value, charge, &indices, self.question.as_of).ok()?;
            Some((Series::of(&self.converted(flows)?, self.asked.view), rises, anew(&charge.repriced)))
        });
        // The roadmap leaves out a contract of which a part cannot be computed.
        let Some(parts) = parts.collect::<Option<Vec<_>>>() else { return Ok(()) };
        let renewed = self.renewed_from(&value.terms());
        for (amounts, rises, anew) in parts {
            let mut rated = Vec::with_capacity(rises.len());
            for rises in rises {
                let rate = self.rate_of(&rises, contract, &indices)?;
                rated.push((rises, rate));
            }
            for (amounts, rated) in pieces(amounts, &rated, &anew) {
                let (agreed, later) = self.split(amounts, renewed);
                rising(agreed, &rated).iter().try_for_each(|source| self.add(source))?;
                self.add_renewed(&contract.number, rising(later, &rated))?;
            }
        }
        Ok(())
    }

    fn rate_of(
        &mut self,
        rises: &UnknownRises,
        contract: &colocation_contract::Model,
        indices: &Indices,
    ) -> Result<RateId> {
        match &rises.follows {
            Follows::Index(terms) => {
                let years = self.window.from().first_day().year()..=self.window.last().first_day().year();
                let assumed = indices.0.get(&terms.series).and_then(|index| index.mean_assumed(years));
                let assumed = assumed.unwrap_or_default();
                let (rise, planned) = self.asked.index.beyond(assumed, rises.every).map_err(refused)?;
                let name = match rises.every {
                    12 => format!("rise of the index {} in a year", terms.series),
                    months => format!("rise of the index {} in {months} months", terms.series),
                };
                self.rate("index", name, &rise, planned)
            }
            Follows::Market => {
                let name = format!("price of {} at each renewal, above plan", contract.number);
                self.rate("renewalPrice", name, &self.asked.renewal_price, Decimal::ZERO)
            }
        }
    }

    /// A support contract, which renews at a price that is not agreed.
    fn support(&mut self, support: &Support) -> Result<()> {
        let contract = &support.contract;
        let Ok(mut value) = terms::support(contract) else { return Ok(()) };
        self.inputs.scenario.support_price(&mut value, contract);
        let (Some(renewal), Ok(terms)) = (value.renewal, terms::support_terms(contract)) else {
            return Ok(());
        };
        let flows = value.flows(self.window).ok().and_then(|flows| self.converted(flows));
        let next = terms.term(terms.term_number(self.question.as_of).saturating_add(1));
        let (Some(flows), Some(next)) = (flows, next) else { return Ok(()) };
        let name = format!("price of {} at each renewal, above plan", contract.number);
        let rate = self.rate("renewalPrice", name, &self.asked.renewal_price, Decimal::ZERO)?;
        let (first, every) = (Month::of(next.start), renewal.term_months);
        let rises = UnknownRises { follows: Follows::Market, first, every, count: None };
        let amounts = Series::of(&flows, self.asked.view);
        for (amounts, rated) in pieces(amounts, &[(rises, rate)], &anew(&value.repriced)) {
            let (agreed, later) = self.split(amounts, Some(first));
            self.add(&Source::certain(agreed))?;
            self.add_renewed(&contract.number, rising(later, &rated))?;
        }
        Ok(())
    }

    /// Cloud spend, behind the last month that is on record.
    fn cloud(&mut self, spend: &Spend) -> Result<()> {
        let Some(base) = spend.grows_from() else { return Ok(()) };
        let flows = spend.flows(self.window, self.inputs.calendar).ok();
        let Some(flows) = flows.and_then(|flows| self.converted(flows)) else { return Ok(()) };
        let name = format!("growth of {} in a month, above plan", spend.account_name);
        let rate = self.rate("growth", name, &self.asked.growth, Decimal::ZERO)?;
        let steps = Compounding::Steps { first: base, every: Some(1) };
        let (recorded, later) = Series::of(&flows, self.asked.view).split(base);
        self.add(&Source::certain(recorded))?;
        self.add(&Source::certain(later).exposed([Exposure::new(rate, steps)]))
    }

    /// The first month of a renewal that is still to be decided about.
    fn renewed_from(&self, terms: &Terms) -> Option<Month> {
        let next = terms.term(terms.term_number(self.question.as_of).saturating_add(1))?;
        let before = terms.term(next.number - 1)?;
        let bound = terms.notice_deadline(&before, &BusinessDays::default());
        // Commitment has a renewal in the month from which on silence binds.
        let is_commitment = self.asked.view == MoneyView::Commitment;
        Some(Month::of(bound.filter(|_| is_commitment).unwrap_or(next.start)))
    }

    fn split(&self, amounts: Series, at: Option<Month>) -> (Series, Series) {
        amounts.split(at.unwrap_or_else(|| self.window.last().next()))
    }

    /// Amounts that are spent only if a contract is let renew.
    fn add_renewed(&mut self, number: &str, sources: Vec<Source>) -> Result<()> {
        if self.asked.renewal_probability == Decimal::ONE {
            return sources.iter().try_for_each(|source| self.add(source));
        }
        let name = format!("{number} is renewed");
        let decision = match self.decisions.get(&name) {
            Some(known) => *known,
            None => {
                let probability = self.asked.renewal_probability;
                let decision = self.simulation.decision(&name, probability, true).map_err(refused)?;
                self.decisions.insert(name, decision);
                decision
            }
        };
        sources.into_iter().try_for_each(|source| self.add(&source.decided(decision, true)))
    }

    /// The months of the roadmap, and those that a delivery may move into them.
    fn wide(&self) -> Result<Window> {
        let months = |months: Decimal| i32::try_from(months.round()).unwrap_or_default();
        let delay = &self.asked.delivery_delay;
        let (early, late) = (months(delay.lowest()).min(0), months(delay.highest()).max(0));
        let (from, last) = (self.window.from().plus(-late), self.window.last().plus(-early));
        let count = u32::try_from(last.since(from)).unwrap_or_default().saturating_add(1);
        Window::new(from, count).map_err(refused)
    }

    /// Flows in the currency of the roadmap. Months before it are converted as its first.
    fn converted(&self, flows: Flows) -> Option<Flows> {
        let (from, to) = (flows.currency(), self.simulation.currency());
        if from == to {
            return Some(flows);
        }
        let mut known: HashMap<Month, Decimal> = HashMap::new();
        for month in flows.window().iter() {
            let day = month.max(self.window.from()).min(self.window.last()).first_day();
            let rate = self.inputs.rates.conversion(from.code(), to.code(), day).ok()?;
            known.insert(month, rate.rate());
        }
        flows.convert(to, |month| known.get(&month).copied()).ok()
    }
}
