//! Changes of chargebacks.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object};
use entity::id::{AllocationModelId, BudgetVersionId, ChargebackId};
use rust_decimal::Decimal;

use super::{chargebacks::Chargeback, unit_costs::known_currency};
use crate::{
    access::Permission,
    error::Result,
    finance::{
        allocations::Months,
        chargeback_postings,
        chargebacks::{self, Submission},
    },
    scenarios::Overlay,
    schema::{
        record::Record,
        request::change,
        scalar::{Date, Id, Month},
    },
};

/// Months of the roadmap whose cost a chargeback divides; no scenario, for nobody is charged what might be.
#[derive(Clone, Debug, InputObject)]
pub struct ChargebackMonthsInput {
    /// First month.
    pub from: Month,
    /// Number of months, 1 to 120.
    #[graphql(default = 12)]
    pub months: i32,
    /// The day from which the future is seen.
    pub as_of: Date,
    /// How much the price indices of contracts are taken to rise a year: 0.03 is 3 %. They stay when left out.
    pub assumed_index_rate: Option<Decimal>,
}

/// A chargeback to submit: the journal of one month of an allocation.
#[derive(Clone, Debug, InputObject)]
pub struct NewChargeback {
    /// The allocation model, by its id.
    pub model: Id<AllocationModelId>,
    /// The ISO 4217 code of its amounts; may be left out where the roadmap is in one.
    pub currency: Option<String>,
    /// Months of the roadmap whose cost is divided; the month is one of them.
    pub roadmap: ChargebackMonthsInput,
    /// Code of the account that all lines are posted to.
    pub account: String,
    /// The month whose journal it is.
    pub month: Month,
    /// The actual figures that it is for, by the id of their version.
    pub target_version: Id<BudgetVersionId>,
}

impl NewChargeback {
    fn submission(&self) -> Result<Submission> {
        let currency = self.currency.as_deref().map(|code| known_currency(code, "currency")).transpose()?;
        Ok(Submission {
            model: *self.model,
            currency,
            months: Months {
                from: self.roadmap.from.0,
                months: u32::try_from(self.roadmap.months).unwrap_or_default(),
                as_of: self.roadmap.as_of.0,
                assumed_index_rate: self.roadmap.assumed_index_rate,
                scenario: Arc::new(Overlay::default()),
            },
            account: self.account.clone(),
            month: self.month.0,
            version: *self.target_version,
        })
    }
}

/// Changes of chargebacks.
#[derive(Default)]
pub struct ChargebackMutation;

/// Changes of chargebacks.
#[Object]
impl ChargebackMutation {
    /// Submits the journal of a month for approval, with its lines as they are computed now. It is refused where the
    /// journal cannot be posted, or where one of the same model, month and currency is on its way or posted.
    async fn submit_chargeback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be submitted.")] input: NewChargeback,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Chargeback> {
        let row = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("submitChargeback", idempotency_key, &input, async || {
                chargebacks::submit(tx, &input.submission()?).await
            })
            .await
        });
        Ok(Record::whole(row.await?).into())
    }

    /// Approves a chargeback in the caller's name. Whoever submitted it is refused.
    async fn approve_chargeback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ChargebackId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Chargeback> {
        let row = change(ctx, Permission::EditFinance, async |tx| {
            chargebacks::approve(tx, *id, expected_version).await
        });
        Ok(Record::whole(row.await?).into())
    }

    /// Rejects a chargeback that is not posted yet, approved or not. Whoever submitted it takes it back so.
    async fn reject_chargeback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ChargebackId>,
        #[graphql(desc = "Why, in at most 500 characters.")] reason: String,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Chargeback> {
        let row = change(ctx, Permission::EditFinance, async |tx| {
            chargebacks::reject(tx, *id, expected_version, reason).await
        });
        Ok(Record::whole(row.await?).into())
    }

    /// Posts the lines of an approved chargeback to the actual figures, all or none: debits as cost, credits below zero.
    /// A closed period is refused, and so is posting twice.
    async fn post_chargeback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ChargebackId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Chargeback> {
        let row = change(ctx, Permission::EditFinance, async |tx| {
            chargeback_postings::post(tx, *id, expected_version).await
        });
        Ok(Record::whole(row.await?).into())
    }

    /// Posts the opposite of a posted chargeback to an open period; what was posted stays.
    async fn reverse_chargeback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ChargebackId>,
        #[graphql(desc = "The period to post to, 1 to 13.")] period: i32,
        #[graphql(
            desc = "The actual figures to post to, by the id of their version; those that it was posted to \
                          when left out."
        )]
        target_version: Option<Id<BudgetVersionId>>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Chargeback> {
        let row = change(ctx, Permission::EditFinance, async |tx| {
            let to = (target_version.map(|id| *id), period);
            chargeback_postings::reverse(tx, *id, expected_version, to).await
        });
        Ok(Record::whole(row.await?).into())
    }
}
