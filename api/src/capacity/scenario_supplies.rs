//! What there is of pools that more is bought for, as scenarios have it: what was read once is asked again, so that many
//! scenarios take no more statements than one, and demand is not carried on anew.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{capacity::capacity_pool, id::CapacityPoolId};
use forecasting::{
    capacity::{exhaustion::HORIZON_MAX, projection},
    forecast::Method,
    month::Month,
};

use super::{
    forecasts::{self, PoolForecast, Question, due, first_whole, known},
    purchases::Growing,
    supplies::{self, Recorded, Supplied},
};
use crate::{
    error::{Error, Result},
    roadmap::{assets::Asset, estate::Estate},
    scenarios::Overlay,
    store::Read,
};

/// Forecasts of pools without what is assumed of their demand, with what is on record of their supply.
pub struct Found {
    /// When they run out, in their order.
    pub forecasts: Vec<PoolForecast>,
    /// What is on record that changes the pools.
    recorded: Recorded,
    /// The day it was asked on.
    as_of: NaiveDate,
}

/// When pools run out, with demand as it is without what a scenario assumes of it, beyond the days on which sites are to be
/// left; what there is is as the scenario has it. None without pools.
///
/// # Errors
/// As [`forecasts::of`].
pub async fn beyond_exits(
    db: &impl Read,
    pools: &[capacity_pool::Model],
    question: &Question<'_>,
) -> Result<Option<Found>> {
    if pools.is_empty() {
        return Ok(None);
    }
    let (forecasts, recorded) = forecasts::asked(db, pools, question, false).await?;
    Ok(Some(Found { forecasts, recorded, as_of: question.as_of }))
}

/// Pools that more is bought for, as a scenario has what there is of them and what is taken in their racks. `estate` is what
/// refresh cohorts follow from.
///
/// # Errors
/// `Invalid` for `scenario` where it moves a cohort that is not there any more.
pub fn growing_under(
    found: &[Found],
    growing: &[Growing],
    overlay: &Overlay,
    estate: (&Estate, &[Asset]),
) -> Result<Vec<Growing>> {
    let mut changed: HashMap<CapacityPoolId, PoolForecast> = HashMap::new();
    for found in found {
        changed
            .extend(found.under(overlay, estate)?.into_iter().map(|forecast| (forecast.pool.id, forecast)));
    }
    let each = growing.iter().map(|pool| match changed.get(&pool.pool) {
        Some(forecast) => Growing::new(forecast, pool.rule.clone(), pool.place.clone()),
        None => pool.clone(),
    });
    Ok(each.collect())
}

impl Found {
    /// The forecasts that a scenario changes by what there is or by what is taken in racks.
    fn under(&self, overlay: &Overlay, estate: (&Estate, &[Asset])) -> Result<Vec<PoolForecast>> {
        let last = Month::of(self.as_of).plus(i32::try_from(HORIZON_MAX).unwrap_or(i32::MAX));
        let question = supplies::Question { as_of: self.as_of, overlay, last };
        let recorded = self.recorded.under(&question, Some(estate))?;
        let pools: Vec<capacity_pool::Model> =
            self.forecasts.iter().map(|forecast| forecast.pool.clone()).collect();
        let mut supplied = recorded.supplied_once(&pools, &question);
        let mut changed = Vec::new();
        for forecast in &self.forecasts {
            let until = forecast.observed.last().map(|point| point.month.last_day());
            let demanded = recorded.demanded(&forecast.pool, &question, until);
            let supplied = supplied.remove(&forecast.pool.id).unwrap_or_default();
            if supplied != forecast.supplied || demanded.steps != forecast.steps {
                let laid =
                    PoolForecast { steps: demanded.steps, unknown: demanded.findings, ..forecast.clone() };
                changed.push(laid.supplied_by(supplied, self)?);
            }
        }
        Ok(changed)
    }
}

impl PoolForecast {
    /// The same with another supply, and when demand as it was carried on reaches that.
    fn supplied_by(self, supplied: Supplied, found: &Found) -> Result<Self> {
        let share = supplied.layers.share_once();
        let question = projection::Question {
            points: self.observed.clone(),
            fit_from: self.pool.fit_from.map(first_whole),
            method: Method::Auto,
            growth: Vec::new(),
            events: known(&self.events, &self.steps, (&self.reservations, &self.holds), share)?,
            supply: supplied.through.clone(),
            until: None,
            as_of: found.as_of,
            months: HORIZON_MAX,
        };
        let exhaustions = question.reached(&self.projection).map_err(Error::internal)?;
        let order_by = due(exhaustions.p90_demand, self.lead, found.as_of)?;
        Ok(Self { supplied, share, exhaustions, order_by, ..self })
    }
}
