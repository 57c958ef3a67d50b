//! What may be planned with, over time.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{capacity::capacity_pool, id::CapacityPoolId};
use forecasting::{capacity::supply::Supply, month::Month};

use crate::{
    error::{Error, Result},
    scenarios::Overlay,
    store::Read,
};

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The day it is asked on.
    pub as_of: NaiveDate,
    /// What is laid over what is recorded.
    pub overlay: &'a Overlay,
    /// The last month that is looked at.
    pub last: Month,
}

/// What may be planned with, or why that is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supplied {
    /// The supply over time; none where it is not known.
    pub supply: Option<Supply>,
    /// Why there is none.
    pub reason: Option<String>,
}

/// What may be planned with of some pools, by pool.
///
/// # Errors
/// `Internal` for a layer that is no quantity.
pub async fn of(
    _db: &impl Read,
    pools: &[capacity_pool::Model],
    _question: &Question<'_>,
) -> Result<HashMap<CapacityPoolId, Supplied>> {
    let each = pools.iter().map(|pool| {
        let supplied = match pool.plannable {
            Some(plannable) => {
                let supply = Supply::level(plannable.to_decimal()).map_err(Error::internal)?;
                Supplied { supply: Some(supply), reason: None }
            }
            None => Supplied { supply: None, reason: Some("plannable was never stated".to_owned()) },
        };
        Ok((pool.id, supplied))
    });
    each.collect()
}
