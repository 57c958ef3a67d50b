//! The day on which the risk of keeping an asset passes what a policy bears.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::{bounded, times};
use crate::month::{add_months, months_between};

/// The risk score of an asset from a day on, until the next score. Higher is riskier; the scale is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RiskScore {
    /// First day on which it holds.
    pub from: NaiveDate,
    /// The score.
    pub score: Decimal,
}

/// When a risk score reaches its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RiskDate {
    /// The first day on which it does.
    Reached(NaiveDate),
    /// It is known and stays below, as far as scores are known.
    NotReached {
        /// First day of the last score known.
        until: NaiveDate,
    },
}

/// The first day on which the score is at or above the threshold.
///
/// Scores may come in any order. One that rises above the threshold and falls again counts from its first rise.
///
/// # Errors
///
/// [`ForecastError::Missing`] without any score: an unknown risk is not a low one.
pub fn risk_date(scores: &[RiskScore], threshold: Decimal) -> Result<RiskDate> {
    let reached = scores.iter().filter(|score| score.score >= threshold).map(|score| score.from).min();
    let last = scores.iter().map(|score| score.from).max();
    match (reached, last) {
        (Some(date), _) => Ok(RiskDate::Reached(date)),
        (None, Some(until)) => Ok(RiskDate::NotReached { until }),
        (None, None) => {
            Err(ForecastError::Missing { field: "risk score", reason: "an unknown risk is not a low one" })
        }
    }
}

/// How a policy scores the risk of keeping an asset: points for its age, for a warranty that has ended and for a model
/// that has no support any more, times a factor of its tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskTerms {
    threshold: Decimal,
    ages: BTreeMap<u32, Decimal>,
    out_of_warranty: Decimal,
    unsupported: Decimal,
    factors: BTreeMap<i32, Decimal>,
}

/// What the score of an asset is worked out from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RiskSubject {
    /// The day it entered service.
    pub in_service: Option<NaiveDate>,
    /// Last day of its warranty.
    pub warranty_end: Option<NaiveDate>,
    /// Last day on which its model has any support.
    pub last_date_of_support: Option<NaiveDate>,
    /// Its tier, where it has one.
    pub tier: Option<i32>,
}

/// A score with its parts, from a day on until the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RiskStep {
    /// First day on which it holds.
    pub from: NaiveDate,
    /// Points for age.
    pub age: Decimal,
    /// Points for a warranty that has ended.
    pub out_of_warranty: Decimal,
    /// Points for a model without support.
    pub unsupported: Decimal,
    /// The factor of the tier.
    pub factor: Decimal,
    /// The sum of the points, times the factor.
    pub score: Decimal,
}

/// An input of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RiskInput {
    /// The first day of service, for the age.
    InService,
    /// The end of the warranty.
    WarrantyEnd,
    /// The last date of support of the model.
    LastDateOfSupport,
}

/// The score of an asset over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskScores {
    /// Its steps, by day. What is missing adds no points to them.
    pub steps: Vec<RiskStep>,
    /// What the policy scores and the asset lacks: the score may be higher than the steps say.
    pub missing: Vec<RiskInput>,
}

impl RiskTerms {
    /// Terms of a score. `ages` has points from an age in months on, until the next; younger assets have none for their
    /// age. `factors` are by tier: a tier that is not among them, and an asset without a tier, have the factor 1.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a threshold that is not above zero or that no asset could ever reach, and for points
    /// or a factor below zero; [`ForecastError::OutOfRange`] for a score that does not fit.
    pub fn new(
        threshold: Decimal,
        ages: BTreeMap<u32, Decimal>,
        out_of_warranty: Decimal,
        unsupported: Decimal,
        factors: BTreeMap<i32, Decimal>,
    ) -> Result<Self> {
        if bounded(threshold, "risk threshold")? <= Decimal::ZERO {
            let rule = "a threshold is above zero, for every asset has a score of zero";
            return Err(ForecastError::invalid("risk threshold", &threshold, rule));
        }
        let points = ages.values().chain([&out_of_warranty, &unsupported]);
        for (field, part) in points
            .map(|part| ("risk score", *part))
            .chain(factors.values().map(|factor| ("risk factor", *factor)))
        {
            if bounded(part, field)? < Decimal::ZERO {
                return Err(ForecastError::invalid(field, &part, "it is not negative"));
            }
        }
        let terms = Self { threshold, ages, out_of_warranty, unsupported, factors };
        let highest = terms.highest()?;
        if highest < threshold {
            let rule = "no asset could ever reach it";
            return Err(ForecastError::invalid("risk threshold", &threshold, rule));
        }
        Ok(terms)
    }

    /// The highest score that any asset can have.
    fn highest(&self) -> Result<Decimal> {
        let age = self.ages.values().copied().max().unwrap_or_default();
        let points = bounded(age + self.out_of_warranty + self.unsupported, "risk score")?;
        // A tier that is not named has the factor 1.
        let factor = self.factors.values().copied().max().unwrap_or_default().max(Decimal::ONE);
        times(points, factor, "risk score")
    }

    /// The score that makes a refresh due.
    pub fn threshold(&self) -> Decimal {
        self.threshold
    }

    /// The score of an asset over time: a step on each day on which it changes. Before it entered service it has none, so
    /// that days before that count from that day on.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] for a score that does not fit.
    pub fn scores(&self, subject: &RiskSubject) -> Result<RiskScores> {
        let mut missing = Vec::new();
        let mut days = BTreeSet::new();
        let ends = [
            (RiskInput::WarrantyEnd, self.out_of_warranty, subject.warranty_end),
            (RiskInput::LastDateOfSupport, self.unsupported, subject.last_date_of_support),
        ];
        match subject.in_service {
            Some(since) => {
                days.insert(since);
                days.extend(
                    self.ages.keys().map(|age| add_months(since, i32::try_from(*age).unwrap_or(i32::MAX))),
                );
            }
            None if !self.ages.is_empty() => missing.push(RiskInput::InService),
            None => {}
        }
        for (input, _, end) in ends.iter().filter(|(_, points, _)| !points.is_zero()) {
            match end {
                Some(end) => drop(days.insert(after(*end))),
                None => missing.push(*input),
            }
        }
        let first = subject.in_service.unwrap_or(NaiveDate::MIN);
        let days: BTreeSet<NaiveDate> = days.into_iter().map(|day| day.max(first)).collect();
        let steps = days.into_iter().map(|day| self.step(subject, day)).collect::<Result<_>>()?;
        Ok(RiskScores { steps, missing })
    }

    fn step(&self, subject: &RiskSubject, from: NaiveDate) -> Result<RiskStep> {
        let age = subject.in_service.map_or(Decimal::ZERO, |since| {
            let months = months_between(since, from).max(0).unsigned_abs();
            self.ages.range(..=months).next_back().map_or(Decimal::ZERO, |(_, points)| *points)
        });
        let since = |end: Option<NaiveDate>, points| match end {
            Some(end) if end < from => points,
            _ => Decimal::ZERO,
        };
        let out_of_warranty = since(subject.warranty_end, self.out_of_warranty);
        let unsupported = since(subject.last_date_of_support, self.unsupported);
        let factor = subject.tier.and_then(|tier| self.factors.get(&tier)).copied().unwrap_or(Decimal::ONE);
        let score = times(bounded(age + out_of_warranty + unsupported, "risk score")?, factor, "risk score")?;
        Ok(RiskStep { from, age, out_of_warranty, unsupported, factor, score })
    }

    /// The first day on which the score of an asset is at or above the threshold. `None` where an input is missing and
    /// what is known does not reach it: an unknown risk is not a low one.
    ///
    /// # Errors
    ///
    /// As [`scores`](Self::scores).
    pub fn date(&self, subject: &RiskSubject) -> Result<Option<RiskDate>> {
        let found = self.scores(subject)?;
        let scores: Vec<_> =
            found.steps.iter().map(|step| RiskScore { from: step.from, score: step.score }).collect();
        Ok(match risk_date(&scores, self.threshold) {
            Ok(RiskDate::Reached(day)) => Some(RiskDate::Reached(day)),
            Ok(below) if found.missing.is_empty() => Some(below),
            _ => None,
        })
    }
}

/// The first day on which something that ends on a day is over.
fn after(end: NaiveDate) -> NaiveDate {
    end.succ_opt().unwrap_or(end)
}
