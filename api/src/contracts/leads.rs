//! How long the company takes: to decide, to ask the market and to move, as it plans with for each contract.

use entity::{
    cloud::cloud_commitment,
    contracts::{colocation_contract, support_contract},
};
use forecasting::colocation::Planning;

/// Days a decision is due before the notice deadline where a contract states no lead of its own.
pub const USUAL_DECISION_LEAD_DAYS: u32 = 60;

/// What the company plans with for a colocation contract.
#[must_use]
pub fn of_colocation(contract: &colocation_contract::Model) -> Planning {
    planned([
        contract.decision_lead_days,
        contract.proposal_lead_days,
        contract.migration_days,
        contract.decommission_buffer_days,
    ])
}

/// What the company plans with for a support contract.
#[must_use]
pub fn of_support(contract: &support_contract::Model) -> Planning {
    planned([
        contract.decision_lead_days,
        contract.proposal_lead_days,
        contract.migration_days,
        contract.decommission_buffer_days,
    ])
}

/// Days to decide, to ask for proposals, to move, and between the last move and the last day.
fn planned(columns: [Option<i32>; 4]) -> Planning {
    let [decision, proposals, migration, buffer] =
        columns.map(|column| column.and_then(|days| u32::try_from(days).ok()));
    Planning {
        decision_lead_days: decision.or(Some(USUAL_DECISION_LEAD_DAYS)),
        proposal_lead_days: proposals,
        migration_days: migration,
        decommission_buffer_days: buffer.unwrap_or_default(),
        ..Planning::default()
    }
}

/// What the company plans with for a commitment to a cloud provider: moving is moving what is covered to other prices
/// or places.
#[must_use]
pub fn of_cloud(commitment: &cloud_commitment::Model) -> Planning {
    planned([
        commitment.decision_lead_days,
        commitment.proposal_lead_days,
        commitment.migration_days,
        commitment.decommission_buffer_days,
    ])
}
