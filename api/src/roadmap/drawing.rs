//! From sources to lines: each source turns into flows, which are converted, divided among lines and added up.

mod agreements;
mod growth;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::id::{AssetId, SiteId};
use forecasting::{
    depreciation::Depreciation,
    month::{FiscalCalendar, Month},
    roadmap::{self, Flows, MoneyView, Roadmap, Subject, Window, vintage_flows},
};
use rayon::prelude::*;
use rust_decimal::Decimal;

use super::{
    assets::{Asset, Outside},
    cloud,
    cohorts::{self, Cohort, Note},
    estate::Estate,
    keys::{Key, Properties},
    plan::{Question, Source},
    posted::{self, Grouping, OnRecord, Posted},
    proceeds,
    purchases::{self, PriceBook, Priced},
    shares::Share,
    vintages::{self, Other, Vintage},
};
use crate::{
    capacity::risks::Risk,
    error::{Error, Result},
    finance::rates::Rates,
    lifecycle::books::Books,
};

/// What a source costs, and whose it is.
struct Drawn {
    flows: Flows,
    shares: Vec<Share>,
}

/// Sources that are worked out together, on all processors, before they are added in their order.
const AT_ONCE: usize = 2_000;

/// A roadmap in the making.
pub struct Drawing<'a> {
    window: Window,
    estate: &'a Estate,
    on_record: &'a OnRecord,
    calendar: &'a FiscalCalendar,
    rates: &'a Rates,
    question: &'a Question,
    /// Lines, coverage and what was left out.
    pub roadmap: Roadmap<Key, Source>,
    /// Names of contracts, workloads and cycles.
    pub names: BTreeMap<Source, String>,
    /// The assets of each share of a vintage.
    pub vintages: Vec<Vec<AssetId>>,
    /// The assets of each share of a cohort.
    pub cohorts: Vec<Vec<AssetId>>,
    taken: Taken,
    grows: growth::Grows,
    /// Pools that run out before an order can help.
    pub risks: Vec<Risk>,
}

/// What is taken for granted, gathered so that each is said once.
#[derive(Default)]
struct Taken {
    without_successor: BTreeSet<String>,
    expired_prices: BTreeSet<String>,
    replaced_again: BTreeSet<String>,
    overdue: usize,
    /// Assets that are written off as the books have them on record.
    posted: usize,
    leased: u32,
    /// Assets that go with what holds them.
    held: usize,
    /// Assets that do not, for a scenario orders them in a month of their own.
    apart: usize,
    /// What old units sell for by their age.
    proceeds: BTreeSet<String>,
    has_index: bool,
}

impl<'a> Drawing<'a> {
    /// Nothing drawn yet.
    pub fn new(
        question: &'a Question,
        (estate, on_record): (&'a Estate, &'a OnRecord),
        calendar: &'a FiscalCalendar,
        rates: &'a Rates,
        roadmap: Roadmap<Key, Source>,
    ) -> Self {
        Self {
            window: roadmap.window(),
            estate,
            on_record,
            calendar,
            rates,
            question,
            roadmap,
            names: BTreeMap::new(),
            vintages: Vec::new(),
            cohorts: Vec::new(),
            taken: Taken::default(),
            grows: growth::Grows::default(),
            risks: Vec::new(),
        }
    }

    /// Depreciation and refreshes.
    ///
    /// # Errors
    /// `Internal` when amounts do not fit.
    pub fn assets(&mut self, assets: &[Asset]) -> Result<()> {
        let grouped =
            cohorts::group(self.estate, assets, self.question.as_of, self.window, &self.question.scenario)?;
        let mut notes = grouped.notes;
        let mut leaving: Vec<Option<NaiveDate>> = vec![None; assets.len()];
        for cohorts in grouped.cohorts.chunks(AT_ONCE) {
            let drawn = cohorts
                .par_iter()
                .map_init(PriceBook::default, |prices, cohort| self.refresh(assets, cohort, prices));
            for (cohort, drawn) in cohorts.iter().zip(drawn.collect::<Vec<_>>()) {
                match drawn {
                    Ok((priced, drawn)) => {
                        for (position, _) in &cohort.members {
                            leaving[*position as usize] = Some(cohort.in_service);
                        }
                        if let Some(drawn) = drawn {
                            notes.extend(proceeds::gaps(self.estate, assets, cohort));
                            self.cohort(assets, cohort, priced, drawn)?;
                        }
                    }
                    Err(reason) if self.is_seen(cohort) => {
                        let reason = format!("refresh: {reason}");
                        let of = |(asset, _): &(u32, _)| Note {
                            asset: *asset,
                            policy: Some(cohort.policy),
                            reason: reason.clone(),
                            is_gap: true,
                        };
                        notes.extend(cohort.members.iter().map(of));
                    }
                    Err(_) => {}
                }
            }
        }
        notes.extend(self.depreciation(assets, &leaving)?);
        self.cover(assets, notes);
        Ok(())
    }

    /// What a cohort costs, and the flows of it where they are seen: what is ordered later adds nothing to these
    /// months, but that it can be priced says that its assets leave.
    fn refresh(
        &self,
        assets: &[Asset],
        cohort: &Cohort,
        prices: &mut PriceBook,
    ) -> Result<(Priced, Option<Drawn>), String> {
        let priced = purchases::price((self.estate, assets), cohort, prices, self.rates, self.window)?;
        if !self.is_seen(cohort) {
            return Ok((priced, None));
        }
        let flows = priced.refresh.flows(self.window, self.calendar).map_err(|cause| cause.to_string())?;
        let flows = self.converted(flows)?;
        Ok((priced, Some(Drawn { flows, shares: cohort.shares(assets, &self.question.dimensions) })))
    }

    /// Whether a cohort is ordered before the months end.
    fn is_seen(&self, cohort: &Cohort) -> bool {
        Month::of(cohort.ordered) <= self.window.last()
    }

    fn cohort(&mut self, assets: &[Asset], cohort: &Cohort, priced: Priced, drawn: Drawn) -> Result<()> {
        self.taken.without_successor.extend(priced.without_successor);
        self.taken.expired_prices.extend(priced.expired_price);
        self.taken.replaced_again.extend(priced.replaced_again);
        if cohort.is_overdue {
            self.taken.overdue += cohort.members.len();
        }
        self.taken.leased = self.taken.leased.saturating_add(cohort.leased);
        self.taken.held += cohort.held as usize;
        self.taken.apart += cohort.apart as usize;
        self.taken.proceeds.extend(proceeds::assumed(&self.estate.policies[cohort.policy]));
        let cycle = cohort.cycle.and_then(|id| self.estate.cycles.get(&id));
        if let Some(cycle) = cycle {
            self.names.insert(Source::Cycle(cycle.id), cycle.name.clone());
        }
        let Drawn { flows, shares } = drawn;
        let first = self.cohorts.len();
        self.cohorts.extend(shares.iter().map(|share| ids(assets, &share.members)));
        let sources = |place: usize| {
            let mut sources = vec![Source::Cohort(position(first + place))];
            sources.extend(cycle.map(|cycle| Source::Cycle(cycle.id)));
            sources
        };
        self.add(shares, &flows, sources)
    }

    fn depreciation(&mut self, assets: &[Asset], leaving: &[Option<NaiveDate>]) -> Result<Vec<Note>> {
        let (on_record, dimensions) = (self.on_record, self.question.dimensions.as_slice());
        let books = Books::by_rules(self.calendar.clone(), on_record.closed, self.estate.rules.clone());
        let mut grouping = Grouping::new((self.estate, &books, on_record), self.window, dimensions);
        let (vintages, mut notes) =
            vintages::group(self.estate, assets, leaving, |position, asset, leaves| {
                if !on_record.concerns(asset) {
                    return Other::ByRule;
                }
                Other::Taken(grouping.add(position, asset, leaves))
            });
        let posted = grouping.finish();
        self.posted(assets, &books, &posted, &mut notes)?;
        for vintages in vintages.chunks(AT_ONCE) {
            let drawn = vintages.par_iter().map(|vintage| self.vintage(assets, vintage));
            for (vintage, drawn) in vintages.iter().zip(drawn.collect::<Vec<_>>()) {
                match drawn {
                    Ok(Drawn { flows, shares }) => {
                        let first = self.vintages.len();
                        self.vintages.extend(shares.iter().map(|share| ids(assets, &share.members)));
                        self.add(shares, &flows, |place| vec![Source::Vintage(position(first + place))])?;
                    }
                    Err(cause) => notes.extend(vintage.members.iter().map(|asset| Note {
                        asset: *asset,
                        policy: None,
                        reason: format!("depreciation: {cause}"),
                        is_gap: true,
                    })),
                }
            }
        }
        Ok(notes)
    }

    /// Adds what the books charge for assets that they have something on record about.
    fn posted(
        &mut self,
        assets: &[Asset],
        books: &Books,
        posted: &[Posted],
        notes: &mut Vec<Note>,
    ) -> Result<()> {
        let (window, dimensions) = (self.window, self.question.dimensions.as_slice());
        for posted in posted.chunks(AT_ONCE) {
            let drawn = posted.par_iter().map(|one| {
                let parts = one.parts(books, assets, window, dimensions)?;
                parts.into_iter().map(|(flows, shares)| Ok((self.converted(flows)?, shares))).collect()
            });
            let drawn: Vec<Result<Vec<posted::Part>, String>> = drawn.collect();
            for (one, drawn) in posted.iter().zip(drawn) {
                match drawn {
                    Ok(parts) => {
                        self.taken.posted += one.members.len();
                        for (flows, shares) in parts {
                            let first = self.vintages.len();
                            self.vintages.extend(shares.iter().map(|share| ids(assets, &share.members)));
                            let source = |place| vec![Source::Vintage(position(first + place))];
                            self.add(shares, &flows, source)?;
                        }
                    }
                    Err(cause) => notes.extend(one.members.iter().map(|asset| Note {
                        asset: *asset,
                        policy: None,
                        reason: format!("depreciation: {cause}"),
                        is_gap: true,
                    })),
                }
            }
        }
        Ok(())
    }

    fn vintage(&self, assets: &[Asset], vintage: &Vintage) -> Result<Drawn, String> {
        let depreciation = Depreciation::new(&vintage.rule, &vintage.basis, self.calendar);
        let flows = depreciation.and_then(|one| vintage_flows(&one, None, self.window));
        let flows = self.converted(flows.map_err(|cause| cause.to_string())?)?;
        Ok(Drawn { flows, shares: vintage.shares(assets, &self.question.dimensions) })
    }

    /// Counts every asset once, however many things are to say of it.
    fn cover(&mut self, assets: &[Asset], mut notes: Vec<Note>) {
        notes.sort_by_key(|note| (note.asset, !note.is_gap));
        let mut notes = notes.into_iter().peekable();
        let mut worth: HashMap<Arc<str>, Option<Decimal>> = HashMap::new();
        for (position, asset) in (0_u32..).zip(assets) {
            let value = asset.price.as_ref().and_then(|(amount, code)| {
                let rate = *worth.entry(Arc::clone(code)).or_insert_with(|| self.worth(code));
                Some(amount.to_decimal() * rate?)
            });
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
    }

    /// What one unit of a currency is worth in the roadmap's, on the day from which the future is seen.
    fn worth(&self, code: &str) -> Option<Decimal> {
        let conversion =
            self.rates.conversion(code, self.roadmap.currency().code(), self.question.as_of).ok()?;
        Some(conversion.rate())
    }

    /// Cloud spend.
    ///
    /// # Errors
    /// `Internal` when amounts do not fit.
    pub fn cloud(&mut self, spends: &[cloud::Spend]) -> Result<()> {
        for spend in spends {
            self.names.insert(spend.source, spend.name.clone());
            let mut properties = spend.properties.clone();
            properties.site = self.site(spend.site);
            let flows = spend.flows(self.window, self.calendar).and_then(|flows| self.converted(flows));
            match flows {
                Ok(flows) => {
                    let shares = Share::whole(&properties, &self.question.dimensions);
                    self.add(shares, &flows, |_| vec![spend.source])?;
                    self.roadmap.include(Subject::Workload, Some(flows.total(MoneyView::Pnl)));
                }
                Err(cause) => self.roadmap.exclude(Subject::Workload, spend.source, cause, None),
            }
        }
        Ok(())
    }

    fn site(&self, site: Option<SiteId>) -> Option<Arc<str>> {
        site.and_then(|id| self.estate.sites.get(&id)).map(|site| Arc::clone(&site.code))
    }

    /// The line of what belongs to a site and has no other property.
    fn at(&self, site: Option<SiteId>) -> Vec<Share> {
        let properties = Properties { site: self.site(site), ..Properties::default() };
        Share::whole(&properties, &self.question.dimensions)
    }

    /// Flows in the currency of the roadmap, or the reason why they cannot be: a month without a rate.
    fn converted(&self, flows: Flows) -> Result<Flows, String> {
        let (from, to) = (flows.currency(), self.roadmap.currency());
        if from == to {
            return Ok(flows);
        }
        let mut rates = Vec::with_capacity(self.window.months() as usize);
        for month in self.window.iter() {
            let conversion = self.rates.conversion(from.code(), to.code(), month.first_day());
            rates.push(conversion.map_err(|missing| missing.to_string())?.rate());
        }
        let rate = |month| rates.get(self.window.position(month)?).copied();
        flows.convert(to, rate).map_err(|cause| cause.to_string())
    }

    /// Divides flows among lines, and adds them with the sources behind each.
    fn add(
        &mut self,
        shares: Vec<Share>,
        flows: &Flows,
        sources: impl Fn(usize) -> Vec<Source>,
    ) -> Result<()> {
        if let [share] = shares.as_slice() {
            return self.roadmap.add(&share.key, flows, &sources(0)).map_err(Error::internal);
        }
        let shares = shares.into_iter().enumerate().map(|(place, share)| roadmap::Share {
            key: share.key,
            weight: share.weight,
            records: sources(place),
        });
        self.roadmap.add_divided(&shares.collect::<Vec<_>>(), flows).map_err(Error::internal)
    }

    /// Says what was taken for granted; what stands outside is counted, for it costs nothing here; `laid_on` is what a scenario has otherwise.
    pub fn assume(&mut self, currencies: &BTreeSet<String>, outside: &[Outside], laid_on: Vec<String>) {
        let own = self.roadmap.currency().code();
        let mut say = |sentence: String| self.roadmap.assume(sentence);
        laid_on.into_iter().for_each(&mut say);
        let taken = &self.taken;
        for (names, what) in [
            (&taken.without_successor, "replaced by the same model, for no successor is recorded"),
            (&taken.expired_prices, "bought at a list price that has expired, carried on by the index"),
            (
                &taken.replaced_again,
                "not replaced a second time within these months, though the policy would",
            ),
        ] {
            if !names.is_empty() {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                say(format!("{what}: {}", names.join(", ")));
            }
        }
        if taken.overdue > 0 {
            say(format!("ordered at once, for the last day to order has passed: {} assets", taken.overdue));
        }
        if taken.posted > 0 {
            say(format!("written off as the books have them on record: {} assets", taken.posted));
        }
        purchases::of_leased(taken.leased).into_iter().for_each(&mut say);
        purchases::of_held(taken.held).into_iter().for_each(&mut say);
        purchases::of_apart(taken.apart).into_iter().for_each(&mut say);
        taken.proceeds.iter().cloned().for_each(&mut say);
        self.grows.sentences().into_iter().for_each(&mut say);
        self.risks.iter().map(|risk| risk.sentence(self.question.as_of)).for_each(&mut say);
        if taken.has_index {
            let rate = self.question.assumed_index_rate.unwrap_or_default();
            say(format!("price indices rise by {} a year", rate.normalize()));
        }
        if self.question.from < Month::of(self.question.as_of) {
            say(format!("months before {}: what is on record now, not what was spent", self.question.as_of));
        }
        for code in currencies.iter().filter(|code| *code != own) {
            say(format!("{code} is converted at plan rates"));
        }
        for outside in outside {
            say(format!("nothing is spent on what is not in service: {outside}"));
        }
    }
}

/// Shares of one line taken together.
fn merged(shares: Vec<Share>) -> Vec<Share> {
    let mut merged: BTreeMap<Key, Share> = BTreeMap::new();
    for share in shares {
        match merged.get_mut(&share.key) {
            Some(known) => known.weight = known.weight.saturating_add(share.weight),
            None => drop(merged.insert(share.key.clone(), share)),
        }
    }
    merged.into_values().collect()
}

fn position(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn ids(assets: &[Asset], positions: &[u32]) -> Vec<AssetId> {
    positions.iter().filter_map(|position| assets.get(*position as usize)).map(|asset| asset.id).collect()
}
