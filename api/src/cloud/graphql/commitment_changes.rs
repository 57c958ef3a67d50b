//! Changes of commitments to cloud providers.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::{
    cloud::cloud_commitment,
    id::{CloudCommitmentId, ProviderAccountId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::commitments::{CloudCommitment, CommitmentKind};
use crate::{
    access::Permission,
    cloud::commitments,
    contracts::graphql::colocation_changes::ContractPlanningDetails,
    error::{Error, Result},
    schema::{
        patch::{kept, patch, patch_required, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, amount, currency},
    },
};

/// A commitment to record.
#[derive(Clone, Debug, InputObject)]
pub struct NewCloudCommitment {
    /// The account it was made in.
    pub account: Id<ProviderAccountId>,
    /// The provider's reference, unique within the account.
    pub reference: String,
    /// What kind of commitment it is.
    pub kind: CommitmentKind,
    /// What it covers.
    pub description: Option<String>,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// ISO 4217 code of what is committed.
    pub currency: String,
    /// What is committed for each hour. Give this or the total.
    pub hourly: Option<Decimal>,
    /// What is committed over the term. Give this or the hourly amount.
    pub total: Option<Decimal>,
    /// Whether it renews unless notice is given.
    #[graphql(default = false)]
    pub auto_renews: bool,
    /// Length of each renewal, in months. Null: as long as the term.
    pub renewal_months: Option<i32>,
    /// Latest notice before the end of a term, in calendar days. Null: the last day itself.
    pub notice_days: Option<i32>,
    /// Earliest notice before the end of a term, in calendar days. Null: any day.
    pub notice_days_maximum: Option<i32>,
    /// Day notice was given.
    pub notice_given_on: Option<Date>,
    /// How long the company takes to decide, to ask for proposals and to move what is covered.
    #[graphql(default)]
    pub planning: ContractPlanningDetails,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// Where the record came from, such as the file of an import.
    pub source: Option<String>,
}

impl TryFrom<NewCloudCommitment> for cloud_commitment::ActiveModel {
    type Error = Error;

    fn try_from(new: NewCloudCommitment) -> Result<Self> {
        let mut row = Self {
            account_id: Set(*new.account),
            reference: Set(new.reference),
            kind: Set(new.kind.into()),
            description: Set(new.description),
            starts_on: Set(new.starts_on.0),
            ends_on: Set(new.ends_on.0),
            currency: Set(currency(&new.currency, "currency")?),
            hourly_amount: Set(new.hourly.map(|value| amount(value, "hourly")).transpose()?),
            total_amount: Set(new.total.map(|value| amount(value, "total")).transpose()?),
            auto_renews: Set(new.auto_renews),
            renewal_months: Set(new.renewal_months),
            notice_days: Set(new.notice_days),
            notice_given_on: Set(new.notice_given_on.map(|date| date.0)),
            owner: Set(new.owner),
            source: Set(new.source),
            notice_days_maximum: Set(new.notice_days_maximum),
            ..Default::default()
        };
        plan(&mut row, &new.planning);
        Ok(row)
    }
}

/// What of a cloud commitment may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CloudCommitmentChanges {
    /// The provider's reference, unique within the account.
    pub reference: MaybeUndefined<String>,
    /// What kind of commitment it is.
    pub kind: MaybeUndefined<CommitmentKind>,
    /// What it covers.
    pub description: MaybeUndefined<String>,
    /// First day.
    pub starts_on: MaybeUndefined<Date>,
    /// Last day.
    pub ends_on: MaybeUndefined<Date>,
    /// ISO 4217 code of what is committed.
    pub currency: MaybeUndefined<String>,
    /// What is committed for each hour. Give this or the total.
    pub hourly: MaybeUndefined<Decimal>,
    /// What is committed over the term. Give this or the hourly amount.
    pub total: MaybeUndefined<Decimal>,
    /// Whether it renews unless notice is given.
    pub auto_renews: MaybeUndefined<bool>,
    /// Length of each renewal, in months. Null: as long as the term.
    pub renewal_months: MaybeUndefined<i32>,
    /// Latest notice before the end of a term, in calendar days. Null: the last day itself.
    pub notice_days: MaybeUndefined<i32>,
    /// Earliest notice before the end of a term, in calendar days. Null: any day.
    pub notice_days_maximum: MaybeUndefined<i32>,
    /// How long the company takes to decide, to ask for proposals and to move what is covered.
    pub planning: MaybeUndefined<ContractPlanningDetails>,
    /// Day notice was given.
    pub notice_given_on: MaybeUndefined<Date>,
    /// Team or person who answers for it.
    pub owner: MaybeUndefined<String>,
    /// Where the record came from, such as the file of an import.
    pub source: MaybeUndefined<String>,
}

fn plan(row: &mut cloud_commitment::ActiveModel, planning: &ContractPlanningDetails) {
    patch(&mut row.decision_lead_days, planning.decision_lead_days);
    patch(&mut row.proposal_lead_days, planning.proposal_lead_days);
    patch(&mut row.migration_days, planning.migration_days);
    patch(&mut row.decommission_buffer_days, planning.decommission_buffer_days);
}

impl CloudCommitmentChanges {
    fn apply(self, row: &mut cloud_commitment::ActiveModel) -> Result<()> {
        patch_required(&mut row.reference, self.reference, "reference")?;
        patch_required(&mut row.kind, self.kind, "kind")?;
        patch(&mut row.description, self.description);
        patch_required(&mut row.starts_on, self.starts_on, "startsOn")?;
        patch_required(&mut row.ends_on, self.ends_on, "endsOn")?;
        if let Some(code) = kept(self.currency, "currency")? {
            row.currency = Set(currency(&code, "currency")?);
        }
        patch_with(&mut row.hourly_amount, self.hourly, |value| amount(value, "hourly"))?;
        patch_with(&mut row.total_amount, self.total, |value| amount(value, "total"))?;
        patch_required(&mut row.auto_renews, self.auto_renews, "autoRenews")?;
        patch(&mut row.renewal_months, self.renewal_months);
        patch(&mut row.notice_days, self.notice_days);
        patch(&mut row.notice_days_maximum, self.notice_days_maximum);
        if let Some(planning) = kept(self.planning, "planning")? {
            plan(row, &planning);
        }
        patch(&mut row.notice_given_on, self.notice_given_on);
        patch(&mut row.owner, self.owner);
        patch(&mut row.source, self.source);
        Ok(())
    }
}

/// Changes of cloud commitments.
#[derive(Default)]
pub struct CloudCommitmentMutation;

/// Changes of cloud commitments.
#[Object]
impl CloudCommitmentMutation {
    /// Records a commitment to a cloud provider.
    async fn record_cloud_commitment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewCloudCommitment,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<CloudCommitment> {
        let recorded = change(ctx, Permission::EditCloud, async |tx| {
            tx.once("recordCloudCommitment", idempotency_key, &input, async || {
                commitments::record(tx, input.clone().try_into()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(recorded).into())
    }

    /// Changes a commitment: its terms, its owner, the day notice was given.
    async fn update_cloud_commitment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CloudCommitmentId>,
        #[graphql(desc = "What is to change.")] changes: CloudCommitmentChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<CloudCommitment> {
        let changed = change(ctx, Permission::EditCloud, async |tx| {
            commitments::update(tx, *id, expected_version, |row| changes.apply(row)).await
        })
        .await?;
        Ok(Record::whole(changed).into())
    }

    /// Removes a commitment that was recorded by mistake, and answers with its id.
    async fn remove_cloud_commitment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CloudCommitmentId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditCloud, async |tx| commitments::remove(tx, *id, expected_version).await)
            .await?;
        Ok(id.into())
    }
}
