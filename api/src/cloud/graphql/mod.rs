//! The face of cloud.

use async_graphql::{MaybeUndefined, MergedObject};
use entity::money::Rate;
use rust_decimal::Decimal;

use crate::{error::Result, schema::scalar};

pub mod accounts;
mod commitment_changes;
pub mod commitments;
pub mod costs;
pub mod growth;
pub mod record_costs;
pub mod register_workloads;
pub mod summary;
pub mod workloads;

/// Queries of cloud.
#[derive(Default, MergedObject)]
pub struct CloudQuery(
    accounts::AccountQuery,
    workloads::WorkloadQuery,
    costs::CostQuery,
    growth::GrowthQuery,
    commitments::CloudCommitmentQuery,
    summary::CloudSummaryQuery,
);

/// Changes of cloud.
#[derive(Default, MergedObject)]
pub struct CloudMutation(
    accounts::AccountMutation,
    register_workloads::WorkloadMutation,
    record_costs::CostMutation,
    growth::GrowthMutation,
    commitment_changes::CloudCommitmentMutation,
);

/// A quantity as its column holds it.
fn quantity(given: MaybeUndefined<Decimal>, field: &str) -> Result<MaybeUndefined<Rate>> {
    given.map_value(|value| scalar::rate(value, field)).transpose()
}
