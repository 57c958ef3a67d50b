//! Changes of deployments under colocation contracts.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::{
    contracts::colocation_deployment,
    id::{ColocationContractId, ColocationDeploymentId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::colocation_deployments::ColocationDeployment;
use crate::{
    access::Permission,
    contracts::colocation_deployments,
    error::{Error, Result},
    schema::{
        patch::{patch, patch_required, patch_with},
        record::Record,
        request::change,
        scalar::{Id, rate},
    },
};

/// A deployment to add to a colocation contract.
#[derive(Clone, Debug, InputObject)]
pub struct NewColocationDeployment {
    /// The contract it is under.
    pub contract: Id<ColocationContractId>,
    /// Name, unique within the contract.
    pub name: String,
    /// The most the contract allows over all its circuits at one moment, in kilovolt-amperes. Null: not known.
    pub draw_cap_kilovolt_amperes: Option<Decimal>,
    /// Whether it is known that the contract does not cap the draw.
    #[graphql(default = false)]
    pub draw_is_not_capped: bool,
    /// The most that can be cooled, in kilowatts. Null: not known.
    pub cooling_kilowatts: Option<Decimal>,
    /// Whether it is known that cooling does not limit the draw.
    #[graphql(default = false)]
    pub cooling_is_not_limited: bool,
    /// Real over apparent power, above 0 and at most 1. Null: not known.
    pub power_factor: Option<Decimal>,
    /// What of the contract's commitment is for it, in kilowatts. Null: not said; all of it where the contract has no other deployment.
    pub commit_kilowatts: Option<Decimal>,
    /// The same in kilovolt-amperes, times the power factor in kilowatts. Give this or `commitKilowatts`.
    pub commit_kilovolt_amperes: Option<Decimal>,
    /// Where the record came from, such as the file of an import.
    pub source: Option<String>,
}

impl TryFrom<NewColocationDeployment> for colocation_deployment::ActiveModel {
    type Error = Error;

    fn try_from(new: NewColocationDeployment) -> Result<Self> {
        Ok(Self {
            contract_id: Set(*new.contract),
            name: Set(new.name),
            draw_cap_kilovolt_amperes: Set(new
                .draw_cap_kilovolt_amperes
                .map(|value| rate(value, "drawCapKilovoltAmperes"))
                .transpose()?),
            draw_is_not_capped: Set(new.draw_is_not_capped),
            cooling_kilowatts: Set(new
                .cooling_kilowatts
                .map(|value| rate(value, "coolingKilowatts"))
                .transpose()?),
            cooling_is_not_limited: Set(new.cooling_is_not_limited),
            power_factor: Set(new.power_factor.map(|value| rate(value, "powerFactor")).transpose()?),
            commit_kilowatts: Set(new
                .commit_kilowatts
                .map(|value| rate(value, "commitKilowatts"))
                .transpose()?),
            commit_kilovolt_amperes: Set(new
                .commit_kilovolt_amperes
                .map(|value| rate(value, "commitKilovoltAmperes"))
                .transpose()?),
            source: Set(new.source),
            ..Default::default()
        })
    }
}

/// What of a colocation deployment may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ColocationDeploymentChanges {
    /// Name, unique within the contract.
    pub name: MaybeUndefined<String>,
    /// The most the contract allows over all its circuits at one moment, in kilovolt-amperes. Null: not known.
    pub draw_cap_kilovolt_amperes: MaybeUndefined<Decimal>,
    /// Whether it is known that the contract does not cap the draw.
    pub draw_is_not_capped: MaybeUndefined<bool>,
    /// The most that can be cooled, in kilowatts. Null: not known.
    pub cooling_kilowatts: MaybeUndefined<Decimal>,
    /// Whether it is known that cooling does not limit the draw.
    pub cooling_is_not_limited: MaybeUndefined<bool>,
    /// Real over apparent power, above 0 and at most 1. Null: not known.
    pub power_factor: MaybeUndefined<Decimal>,
    /// What of the contract's commitment is for it, in kilowatts. Null: not said; all of it where the contract has no other deployment.
    pub commit_kilowatts: MaybeUndefined<Decimal>,
    /// The same in kilovolt-amperes, times the power factor in kilowatts. Give this or `commitKilowatts`.
    pub commit_kilovolt_amperes: MaybeUndefined<Decimal>,
    /// Where the record came from, such as the file of an import.
    pub source: MaybeUndefined<String>,
}

impl ColocationDeploymentChanges {
    fn apply(self, row: &mut colocation_deployment::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        patch_with(&mut row.draw_cap_kilovolt_amperes, self.draw_cap_kilovolt_amperes, |value| {
            rate(value, "drawCapKilovoltAmperes")
        })?;
        patch_required(&mut row.draw_is_not_capped, self.draw_is_not_capped, "drawIsNotCapped")?;
        patch_with(&mut row.cooling_kilowatts, self.cooling_kilowatts, |value| {
            rate(value, "coolingKilowatts")
        })?;
        patch_required(&mut row.cooling_is_not_limited, self.cooling_is_not_limited, "coolingIsNotLimited")?;
        patch_with(&mut row.power_factor, self.power_factor, |value| rate(value, "powerFactor"))?;
        patch_with(&mut row.commit_kilowatts, self.commit_kilowatts, |value| rate(value, "commitKilowatts"))?;
        patch_with(&mut row.commit_kilovolt_amperes, self.commit_kilovolt_amperes, |value| {
            rate(value, "commitKilovoltAmperes")
        })?;
        patch(&mut row.source, self.source);
        Ok(())
    }
}

/// Changes of colocation deployments.
#[derive(Default)]
pub struct ColocationDeploymentMutation;

/// Changes of colocation deployments.
#[Object]
impl ColocationDeploymentMutation {
    /// Adds a deployment to a colocation contract.
    async fn add_colocation_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewColocationDeployment,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<ColocationDeployment> {
        let recorded = change(ctx, Permission::EditContracts, async |tx| {
            tx.once("addColocationDeployment", idempotency_key, &input, async || {
                colocation_deployments::record(tx, input.clone().try_into()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(recorded).into())
    }

    /// Changes a deployment.
    async fn update_colocation_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationDeploymentId>,
        #[graphql(desc = "What is to change.")] changes: ColocationDeploymentChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ColocationDeployment> {
        let changed = change(ctx, Permission::EditContracts, async |tx| {
            colocation_deployments::update(tx, *id, expected_version, |row| changes.apply(row)).await
        })
        .await?;
        Ok(Record::whole(changed).into())
    }

    /// Removes a deployment that has no circuits and no readings, and answers with its id.
    async fn remove_colocation_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationDeploymentId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditContracts, async |tx| {
            colocation_deployments::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
