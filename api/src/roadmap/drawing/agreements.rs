//! Contracts of colocation and of support, and what becomes of them where a scenario leaves their sites.

use chrono::NaiveDate;
use forecasting::{
    colocation::{BusinessDays, Termination},
    month::Month,
    roadmap::{Category, Flows, MoneyView, Subject, colocation_flows, left_flows},
};
use rust_decimal::Decimal;

use super::{
    super::{
        contracts::{Colocation, Contracts, Support},
        plan::Source,
        shares::Share,
    },
    Drawing, merged,
};
use crate::{
    contracts::{costs, terms},
    error::{Error, Result},
    schema::scalar::plain,
};

impl Drawing<'_> {
    /// Colocation contracts.
    ///
    /// # Errors
    /// `Internal` when amounts do not fit.
    pub fn colocation(&mut self, contracts: &Contracts) -> Result<()> {
        for colocation in &contracts.colocation {
            let source = Source::Colocation(colocation.contract.id);
            self.names.insert(source, colocation.contract.number.clone());
            let rate = self.question.assumed_index_rate.unwrap_or_default();
            let Colocation { contract, charges, .. } = colocation;
            let scenario = &self.question.scenario;
            let mut indices = costs::indices(contract, charges, &contracts.published, Some(rate));
            scenario.indices(&mut indices);
            let days = BusinessDays::default();
            let leaving = scenario.leaving(colocation, self.question.as_of);
            let mut left: Option<Termination> = None;
            let parts = colocation.by_site().into_iter().map(|(site, charges)| {
                let part = terms::colocation(&colocation.contract, &charges).map_err(Error::from);
                let mut part = part.map_err(Error::into_message)?;
                scenario.prices(&mut part, &charges);
                let flows = match leaving.as_ref().map_err(Clone::clone)? {
                    None => colocation_flows(&part, self.window, &indices, &days),
                    Some(leaving) => {
                        let leaving = left.as_ref().map_or_else(|| leaving.clone(), |_| leaving.further());
                        left_flows(&part, &leaving, self.window, &indices, &days).map(|(flows, part)| {
                            let before = left.as_ref().map_or(Decimal::ZERO, |left| left.fee);
                            left = Some(Termination { fee: before + part.fee, ..part });
                            flows
                        })
                    }
                };
                Ok((site, self.converted(flows.map_err(|cause| cause.to_string())?)?))
            });
            // Half a contract would look like a cheap one.
            match parts.collect::<Result<Vec<_>, String>>() {
                Ok(parts) => {
                    self.say_exit(colocation, left.as_ref(), parts.iter().map(|(_, part)| part));
                    let mut value = Decimal::ZERO;
                    for (site, part) in parts {
                        value += part.total(MoneyView::Pnl);
                        self.add(self.at(site), &part, |_| vec![source])?;
                    }
                    self.taken.has_index |= !indices.0.is_empty();
                    self.roadmap.include(Subject::ColocationContract, Some(value));
                }
                Err(reason) => self.roadmap.exclude(Subject::ColocationContract, source, reason, None),
            }
        }
        Ok(())
    }

    /// Support contracts: divided among sites by the assets that they cover there.
    ///
    /// # Errors
    /// `Internal` when amounts do not fit.
    pub fn support(&mut self, contracts: &Contracts) -> Result<()> {
        for support in &contracts.support {
            let source = Source::Support(support.contract.id);
            self.names.insert(source, support.contract.number.clone());
            let value = terms::support(&support.contract).map_err(Error::from).map_err(Error::into_message);
            let flows = value.and_then(|mut value| {
                self.question.scenario.support_price(&mut value, &support.contract);
                self.converted(value.flows(self.window).map_err(|cause| cause.to_string())?)
            });
            match flows {
                Ok(flows) => {
                    self.say_support_exit(support, &flows);
                    let mut shares = Vec::new();
                    for (site, assets) in &support.sites {
                        for share in self.at(Some(*site)) {
                            shares
                                .push(Share { weight: u64::try_from(*assets).unwrap_or_default(), ..share });
                        }
                    }
                    if shares.is_empty() {
                        shares = self.at(None);
                    }
                    self.add(merged(shares), &flows, |_| vec![source])?;
                    self.roadmap.include(Subject::SupportContract, Some(flows.total(MoneyView::Pnl)));
                }
                Err(reason) => self.roadmap.exclude(Subject::SupportContract, source, reason, None),
            }
        }
        Ok(())
    }

    /// Says what becomes of a contract of which the scenario leaves a site, and what that costs.
    fn say_exit<'f>(
        &mut self,
        colocation: &Colocation,
        left: Option<&Termination>,
        parts: impl Iterator<Item = &'f Flows>,
    ) {
        let scenario = &self.question.scenario;
        let Some(on) = scenario.first_exit(colocation.all_sites()) else { return };
        if colocation.charges.is_empty() {
            return;
        }
        let name = format!("the colocation contract {}", colocation.contract.number);
        if let Some(left) = left {
            let (fee, currency) = (plain(left.fee), left.currency.code());
            let day = scenario.left_on(colocation.all_sites()).unwrap_or(on);
            self.roadmap.assume(if left.bound_until <= day {
                format!("{name} has ended by {day}, when its site is left: leaving costs nothing")
            } else {
                format!(
                    "{name} ends on {day} with its site instead of {}: leaving early costs {fee} {currency} by its rule",
                    left.bound_until
                )
            });
            return;
        }
        let mut after = Decimal::ZERO;
        for part in parts {
            after += self.after(on, part, Category::Colocation);
        }
        let value = terms::colocation(&colocation.contract, &colocation.charges);
        let end = value.ok().and_then(|value| value.end(&BusinessDays::default()));
        let why = match scenario.left_on(colocation.all_sites()) {
            Some(_) => "has no termination rule on record",
            None => "is for other sites too",
        };
        self.say_runs_on(&format!("{name} {why}"), end, (on, after));
    }

    fn say_support_exit(&mut self, support: &Support, flows: &Flows) {
        let scenario = &self.question.scenario;
        let sites = || support.sites.iter().map(|(site, _)| *site);
        let Some(on) = scenario.first_exit(sites()) else { return };
        let why = match scenario.left_on(sites()) {
            Some(_) => "covers nothing but what stands at sites that are left, and ends with a term",
            None => "covers assets at other sites too",
        };
        let end = terms::support_terms(&support.contract).ok();
        let end = end.and_then(|terms| terms.end(&BusinessDays::default()));
        let after = self.after(on, flows, Category::Support);
        self.say_runs_on(
            &format!("the support contract {} {why}", support.contract.number),
            end,
            (on, after),
        );
    }

    fn say_runs_on(&mut self, what: &str, end: Option<NaiveDate>, (on, after): (NaiveDate, Decimal)) {
        let sentence = match end {
            Some(end) if end <= on => return,
            Some(end) => format!("{what}: it runs on until {end}"),
            None => format!("{what}: it runs on"),
        };
        let (after, currency) = (plain(after), self.roadmap.currency().code());
        self.roadmap.assume(format!(
            "{sentence}, and costs {after} {currency} in these months after that of {on}, in which a site is left"
        ));
    }

    /// What flows cost in the months after that of a day.
    fn after(&self, on: NaiveDate, flows: &Flows, category: Category) -> Decimal {
        let month = Month::of(on);
        let amounts = flows.amounts(MoneyView::Pnl, category).unwrap_or_default();
        let later = self.window.iter().zip(amounts).filter(|(of, _)| *of > month);
        later.map(|(_, amount)| amount).sum()
    }
}
