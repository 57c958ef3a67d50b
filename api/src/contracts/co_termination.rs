//! Contracts that are brought to one end: what changes for each, and what that costs.

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use entity::{
    contracts::colocation_contract::{self, Model as Contract},
    id::ColocationContractId,
};
use forecasting::{
    ForecastError,
    colocation::{BusinessDays, Indices, OrderChange, co_terminate, co_termination_costs},
    money::Money,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{colocation_charges, costs, decisions::Priced};
use crate::{
    error::{Error, Result},
    finance::price_index_values::PublishedIndices,
    rules::require_plausible,
    scenarios::Overlay,
    schema::scalar::Id,
    store::Read,
};

/// The most contracts that are brought to one end at once.
const MOST_CONTRACTS: usize = 50;

/// Which contracts are to end on which day.
#[derive(Clone, Debug)]
pub struct Question {
    /// The contracts.
    pub contracts: Vec<ColocationContractId>,
    /// The common last day.
    pub ends_on: NaiveDate,
    /// The day notice would be given of what stands now; it tells how long each contract binds.
    pub notice_on: NaiveDate,
    /// The day whose knowledge of price indices counts.
    pub as_of: NaiveDate,
    /// Yearly rise to assume of price indices.
    pub assumed_index_rate: Option<Decimal>,
    /// What is laid over what is recorded.
    pub scenario: Arc<Overlay>,
}

/// What a common end changes.
#[derive(Debug)]
pub struct CoTermination {
    /// The contracts, in the order they were asked in, each with what changes for it.
    pub changes: Vec<(Contract, OrderChange)>,
    /// What the changes cost together, a sum for each currency.
    pub costs: Vec<Money>,
}

/// What a common end changes, with three statements however many contracts there are.
///
/// # Errors
/// `NotFound` for a contract that is not there; `Invalid` for fewer than two of them or one named twice, for an end
/// before one begins, for one that is over by the day of notice, and where a price index is not known.
pub async fn of(db: &impl Read, question: &Question) -> Result<CoTermination> {
    check(question)?;
    let found = colocation_contract::Entity::find()
        .filter(colocation_contract::Column::Id.is_in(question.contracts.iter().copied()))
        .all(db)
        .await?;
    let mut by_id: HashMap<_, _> = found.into_iter().map(|contract| (contract.id, contract)).collect();
    let contracts = question
        .contracts
        .iter()
        .map(|id| by_id.remove(id).ok_or_else(|| Error::not_found("colocation contract", id)));
    let mut contracts: Vec<Contract> = contracts.collect::<Result<_>>()?;
    let sheets = colocation_charges::of_contracts(db, question.contracts.clone()).await?;
    let sheet = |contract: &Contract| sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
    let series = contracts.iter().flat_map(|contract| costs::series(contract, sheet(contract)));
    let published = PublishedIndices::read(db, series.collect::<Vec<_>>(), question.as_of).await?;
    for contract in &mut contracts {
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        question.scenario.notice(contract, charges, question.as_of);
    }
    let (mut orders, mut indices) = (Vec::with_capacity(contracts.len()), Indices::default());
    for contract in &contracts {
        let rate = question.assumed_index_rate;
        let priced = Priced::new(contract, sheet(contract), &published, rate, &question.scenario)
            .map_err(|error| error.under(&contract.number))?;
        require_running(question, contract, &priced)?;
        indices.0.extend(priced.indices().0.clone());
        orders.push(priced.value().clone());
    }
    let days = BusinessDays::default();
    let changes =
        co_terminate(&orders, question.ends_on, question.notice_on, &indices, &days).map_err(refused)?;
    let costs = co_termination_costs(&changes).map_err(refused)?;
    Ok(CoTermination { changes: contracts.into_iter().zip(changes).collect(), costs })
}

fn check(question: &Question) -> Result<()> {
    require_plausible("endsOn", Some(question.ends_on))?;
    require_plausible("noticeOn", Some(question.notice_on))?;
    require_plausible("asOf", Some(question.as_of))?;
    let ids = &question.contracts;
    if !(2..=MOST_CONTRACTS).contains(&ids.len()) {
        let message = format!("names {}: from 2 to {MOST_CONTRACTS} are brought to one end", ids.len());
        return Err(Error::invalid("contracts", message));
    }
    for (place, id) in ids.iter().enumerate() {
        if ids.iter().take(place).any(|earlier| earlier == id) {
            return Err(Error::invalid(format!("contracts[{place}]"), format!("{} is named twice", Id(*id))));
        }
    }
    Ok(())
}

/// Refuses a contract that has not begun by the common end, or is over by the day of notice.
fn require_running(question: &Question, contract: &Contract, priced: &Priced<'_>) -> Result<()> {
    let (number, begins) = (&contract.number, contract.billing_starts_on);
    let Question { ends_on, notice_on, .. } = question;
    if *ends_on < begins {
        let message = format!("{ends_on} lies before billing of the contract {number} begins on {begins}");
        return Err(Error::invalid("endsOn", message));
    }
    match priced.value().end(&BusinessDays::default()) {
        Some(end) if end < *notice_on => {
            let message = format!("{notice_on} lies after the contract {number} is over on {end}");
            Err(Error::invalid("noticeOn", message))
        }
        _ => Ok(()),
    }
}

fn refused(cause: ForecastError) -> Error {
    match cause {
        ForecastError::Missing { .. } => Error::invalid("assumedIndexRate", cause),
        other => Error::invalid("endsOn", other),
    }
}
