//! Capacity that is bought because demand grows, and pools that run out before it can be there.

use std::sync::Arc;

use forecasting::{
    capacity::purchases::Purchase,
    month::Month,
    roadmap::{Flows, GrowthOrder, MoneyView, Subject},
};
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use super::Drawing;
use crate::{
    capacity::{
        purchases::Growing,
        risks::{self, Risk},
    },
    error::Result,
    roadmap::{
        growing::{self, Grown},
        keys::Properties,
        plan::Source,
        shares::Share,
    },
};

/// What is taken for granted of growth, gathered so that each is said once.
#[derive(Default)]
pub struct Grows {
    /// Orders that come later than they are needed.
    late: usize,
    /// Pools whose price was promised for a time that has passed by an order.
    expired: Vec<String>,
    /// What is to say of single pools.
    said: Vec<String>,
    /// Pools that are bought for.
    pools: usize,
}

impl Drawing<'_> {
    /// Purchases of capacity.
    ///
    /// # Errors
    /// `Internal` when amounts do not fit.
    pub fn growth(&mut self, growing: &[Growing]) -> Result<()> {
        for pool in growing {
            let source = Source::Pool(pool.pool);
            self.names.insert(source, pool.name.clone());
            let drawn = growing::grown(self.estate, pool, &self.question.scenario, self.question.as_of);
            let drawn = drawn.and_then(|grown| Ok((self.orders(&grown)?, grown)));
            match drawn {
                Ok((flows, grown)) => {
                    let shares = Share::whole(&self.properties(pool), &self.question.dimensions);
                    let mut value = Decimal::ZERO;
                    for flows in &flows {
                        value += flows.total(MoneyView::Pnl);
                        self.add(shares.clone(), flows, |_| vec![source])?;
                    }
                    self.roadmap.include(Subject::CapacityPool, Some(value));
                    self.risks.extend(Risk::all(pool, &grown.asked.growth));
                    self.grows.note(pool, &grown, self.window.last());
                }
                Err(reason) => {
                    let (scenario, as_of) = (&self.question.scenario, self.question.as_of);
                    let risks = growing::risks_of(self.estate, pool, scenario, as_of);
                    self.risks.extend(risks.map(|(risks, _)| risks).unwrap_or_default());
                    let reason = format!("growth: {reason}");
                    self.roadmap.exclude(Subject::CapacityPool, source, reason, None);
                }
            }
        }
        let last = self.window.last();
        self.risks.retain(|risk| risk.from <= last);
        risks::sort(&mut self.risks);
        Ok(())
    }

    /// The flows of the orders that are placed before the months end.
    fn orders(&self, grown: &Grown) -> Result<Vec<Flows>, String> {
        let is_seen =
            |(_, order): &&(Purchase, GrowthOrder)| Month::of(order.ordered()) <= self.window.last();
        let flows = grown.orders.iter().filter(is_seen).map(|(_, order)| {
            let flows = order.flows(self.window, self.calendar).map_err(|cause| cause.to_string())?;
            self.converted(flows)
        });
        flows.collect()
    }

    fn properties(&self, pool: &Growing) -> Properties {
        Properties {
            site: self.site(pool.site),
            kind: pool.rule.as_ref().map(|rule| Arc::from(rule.hardware_kind.to_value())),
            ..Properties::default()
        }
    }
}

impl Grows {
    fn note(&mut self, pool: &Growing, grown: &Grown, last: Month) {
        self.pools += 1;
        self.said.extend(grown.asked.said.iter().cloned());
        let seen = grown.orders.iter().filter(|(_, order)| Month::of(order.ordered()) <= last);
        let (mut late, mut is_expired) = (0, false);
        for (purchase, order) in seen {
            late += usize::from(purchase.usable_in > purchase.needed_in);
            is_expired |= order.price.expired;
        }
        self.late += late;
        if is_expired {
            self.expired.push(pool.name.clone());
        }
    }

    /// What is taken for granted, in sentences.
    pub fn sentences(&self) -> Vec<String> {
        let mut said = self.said.clone();
        if self.pools > 0 {
            said.push(format!(
                "capacity is bought for the demand that is forecast, of which the P90 is met unless a pool says \
                 otherwise, and no cap holds it: {} pools",
                self.pools
            ));
        }
        if self.late > 0 {
            said.push(format!(
                "ordered at once and there later than needed: {} orders of capacity",
                self.late
            ));
        }
        if !self.expired.is_empty() {
            said.push(format!(
                "bought at a price whose promise has passed, carried on by the index: {}",
                self.expired.join(", ")
            ));
        }
        said
    }
}
