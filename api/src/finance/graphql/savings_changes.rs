//! Changes of savings initiatives.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use chrono::NaiveDate;
use entity::{
    finance::savings_initiative::{self, Evidence},
    id::SavingsInitiativeId,
    money::Amount,
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::savings_initiatives::{Recurrence, SavingsInitiative, SavingsKind, SavingsStage};
use crate::{
    access::Permission,
    error::Result,
    finance::savings_initiatives,
    schema::{
        patch::{kept, overlay, patch, patch_required},
        record::Record,
        request::change,
        scalar::{self, Date, Id, Month, currency},
    },
};

/// What was spent before. It stays once the initiative is validated.
#[derive(Clone, Debug, InputObject)]
pub struct SavingsBaselineInput {
    /// What was spent over its months, in the currency of the initiative.
    pub amount: Decimal,
    /// Its first month.
    pub from: Month,
    /// The number of its months, 1 to 120.
    #[graphql(default = 12)]
    pub months: i32,
    /// How it was found: invoices of twelve months, contract.
    pub method: String,
    /// The day it was fixed: before negotiations.
    pub fixed_on: Date,
}

impl SavingsBaselineInput {
    fn write(&self, row: &mut savings_initiative::ActiveModel) -> Result<()> {
        row.baseline_amount = Set(scalar::amount(self.amount, "baseline.amount")?);
        row.baseline_from = Set(self.from.0.first_day());
        row.baseline_months = Set(self.months);
        row.baseline_method = Set(self.method.clone());
        row.baseline_fixed_on = Set(self.fixed_on.0);
        Ok(())
    }
}

/// A savings initiative to record, as an idea.
#[derive(Clone, Debug, InputObject)]
pub struct NewSavingsInitiative {
    /// What people call it; no two initiatives share one. Without colons and bars.
    pub code: String,
    /// What it is, in a sentence.
    pub name: String,
    /// What is done: renegotiation, consolidation, retirement.
    pub lever: String,
    /// Whether it lowers what is spent.
    pub kind: SavingsKind,
    /// ISO 4217 code of its amounts.
    pub currency: String,
    /// What was spent before.
    pub baseline: SavingsBaselineInput,
    /// First day on which it saves.
    pub starts_on: Date,
    /// Last day on which it saves; without end where left out.
    pub ends_on: Option<Date>,
    /// Whether it comes again.
    #[graphql(default_with = "Recurrence::Recurring")]
    pub recurrence: Recurrence,
    /// What it saves in twelve months, or once, as claimed. Positive.
    pub claimed: Decimal,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// What shows that it is so: documents, links.
    #[graphql(default)]
    pub evidence: Vec<String>,
}

impl NewSavingsInitiative {
    fn row(&self) -> Result<savings_initiative::ActiveModel> {
        let mut row = savings_initiative::ActiveModel {
            code: Set(self.code.clone()),
            name: Set(self.name.clone()),
            lever: Set(self.lever.clone()),
            kind: Set(self.kind.into()),
            currency: Set(currency(&self.currency, "currency")?),
            starts_on: Set(self.starts_on.0),
            ends_on: Set(self.ends_on.map(NaiveDate::from)),
            recurrence: Set(self.recurrence.into()),
            claimed_amount: Set(scalar::amount(self.claimed, "claimed")?),
            confirmed_amount: Set(None::<Amount>),
            owner: Set(self.owner.clone()),
            evidence: Set(Evidence(self.evidence.clone())),
            ..Default::default()
        };
        self.baseline.write(&mut row)?;
        Ok(row)
    }
}

/// What of a savings initiative may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SavingsInitiativeChanges {
    /// What people call it; no two initiatives share one.
    pub code: MaybeUndefined<String>,
    /// What it is, in a sentence.
    pub name: MaybeUndefined<String>,
    /// What is done.
    pub lever: MaybeUndefined<String>,
    /// Whether it lowers what is spent.
    pub kind: MaybeUndefined<SavingsKind>,
    /// What was spent before; only as long as the initiative is an idea.
    pub baseline: MaybeUndefined<SavingsBaselineInput>,
    /// First day on which it saves.
    pub starts_on: MaybeUndefined<Date>,
    /// Last day on which it saves.
    pub ends_on: MaybeUndefined<Date>,
    /// Whether it comes again.
    pub recurrence: MaybeUndefined<Recurrence>,
    /// What it saves in twelve months, or once, as claimed.
    pub claimed: MaybeUndefined<Decimal>,
    /// Team or person who answers for it.
    pub owner: MaybeUndefined<String>,
    /// What shows that it is so, in place of what did before.
    pub evidence: MaybeUndefined<Vec<String>>,
}

impl SavingsInitiativeChanges {
    fn row(self) -> Result<savings_initiative::ActiveModel> {
        let mut row = savings_initiative::ActiveModel::default();
        patch_required(&mut row.code, self.code, "code")?;
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.lever, self.lever, "lever")?;
        patch_required(&mut row.kind, self.kind, "kind")?;
        if let Some(baseline) = kept(self.baseline, "baseline")? {
            baseline.write(&mut row)?;
        }
        patch_required(&mut row.starts_on, self.starts_on, "startsOn")?;
        patch(&mut row.ends_on, self.ends_on);
        patch_required(&mut row.recurrence, self.recurrence, "recurrence")?;
        if let Some(claimed) = kept(self.claimed, "claimed")? {
            row.claimed_amount = Set(scalar::amount(claimed, "claimed")?);
        }
        patch(&mut row.owner, self.owner);
        if let Some(evidence) = kept(self.evidence, "evidence")? {
            row.evidence = Set(Evidence(evidence));
        }
        Ok(row)
    }
}

/// Changes of savings initiatives.
#[derive(Default)]
pub struct SavingsInitiativeMutation;

/// Changes of savings initiatives.
#[Object]
impl SavingsInitiativeMutation {
    /// Records a savings initiative, as an idea. Sent again with the same idempotency key it answers with the first.
    async fn identify_savings_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewSavingsInitiative,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<SavingsInitiative> {
        let initiative = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("identifySavingsInitiative", idempotency_key, &input, async || {
                savings_initiatives::identify(tx, input.row()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(initiative).into())
    }

    /// Changes a savings initiative. Its baseline stays once it is validated; what is lost does not change.
    async fn update_savings_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SavingsInitiativeId>,
        #[graphql(desc = "What is to change.")] changes: SavingsInitiativeChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<SavingsInitiative> {
        let initiative = change(ctx, Permission::EditFinance, async |tx| {
            let given = changes.row()?;
            savings_initiatives::update(tx, *id, expected_version, |row| overlay(row, &given)).await
        })
        .await?;
        Ok(Record::whole(initiative).into())
    }

    /// Takes a savings initiative to the stage that follows, or gives it up: then it claims nothing any more.
    async fn advance_savings_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SavingsInitiativeId>,
        #[graphql(desc = "The stage that follows, or LOST.")] to: SavingsStage,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<SavingsInitiative> {
        let initiative = change(ctx, Permission::EditFinance, async |tx| {
            savings_initiatives::advance(tx, *id, expected_version, to.into()).await
        })
        .await?;
        Ok(Record::whole(initiative).into())
    }

    /// Records what finance confirms of a savings initiative, in the caller's name. What was confirmed before gives way.
    async fn confirm_savings_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SavingsInitiativeId>,
        #[graphql(desc = "What it saves in twelve months, or once, in its currency.")] amount: Decimal,
        #[graphql(desc = "The day on which it was confirmed.")] on: Date,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<SavingsInitiative> {
        let initiative = change(ctx, Permission::EditFinance, async |tx| {
            let amount = scalar::amount(amount, "amount")?;
            let confirmed = savings_initiatives::confirm(tx, *id, expected_version, amount, on.0).await;
            confirmed
                .map_err(|error| if error.field() == Some("confirmed") { error.at("amount") } else { error })
        })
        .await?;
        Ok(Record::whole(initiative).into())
    }

    /// Removes a savings initiative that was recorded by mistake, and answers with its id: an idea that claims
    /// nothing. What has come further is given up instead.
    async fn remove_savings_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SavingsInitiativeId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditFinance, async |tx| {
            savings_initiatives::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
