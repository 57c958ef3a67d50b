//! Recording costs, as clients ask for it.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{
    cloud::cost_record,
    id::{CostRecordId, ProviderAccountId, WorkloadId},
};
use rust_decimal::Decimal;

use super::costs::{ChargeCategory, CostRecord};
use crate::{
    access::Permission,
    cloud::{
        accounts::Target,
        costs::{self, Figures, Known},
    },
    error::Result,
    schema::{
        bulk::{self, RowError, each, require_rows},
        record::Record,
        request::change,
        scalar::{self, Id, Month},
    },
    store::Tx,
};

/// The figures of one month. Give the account, or the workload, or both.
#[derive(Clone, Debug, InputObject)]
pub struct CostInput {
    /// The account that was billed; it follows from the workload.
    pub account: Option<Id<ProviderAccountId>>,
    /// The workload that caused it; without one it is a cost of the account as a whole.
    pub workload: Option<Id<WorkloadId>>,
    /// The month.
    pub month: Month,
    /// The provider's service. Left out: that of the workload.
    pub service: Option<String>,
    /// What sort of charge it is.
    #[graphql(default)]
    pub charge_category: ChargeCategory,
    /// The ISO 4217 code of the four costs, which is that of the account.
    pub currency: String,
    /// On the invoice.
    pub billed: Decimal,
    /// With prepayments spread over what they cover.
    pub effective: Decimal,
    /// At list price.
    pub list: Decimal,
    /// At the negotiated price, before commitments.
    pub contracted: Decimal,
    /// Where the figures came from, such as the name of a file.
    pub source: Option<String>,
}

impl CostInput {
    fn figures(self) -> Result<Figures> {
        Ok(Figures {
            target: Target {
                account_id: self.account.map(|id| id.0),
                workload_id: self.workload.map(|id| id.0),
            },
            month: self.month.0,
            service: self.service,
            category: self.charge_category.into(),
            currency: scalar::currency(&self.currency, "currency")?,
            billed: scalar::amount(self.billed, "billed")?,
            effective: scalar::amount(self.effective, "effective")?,
            list: scalar::amount(self.list, "list")?,
            contracted: scalar::amount(self.contracted, "contracted")?,
            source: self.source,
        })
    }
}

async fn record(tx: &Tx, (figures, known): (Result<Figures>, Arc<Known>)) -> Result<cost_record::Model> {
    costs::record(tx, figures?, &known).await
}

/// What became of one row of figures.
#[derive(SimpleObject)]
pub struct RecordedCost {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The cost as it is recorded now.
    cost_record: Option<CostRecord>,
    /// Why it was refused.
    error: Option<RowError>,
}

/// Changes of cost records.
#[derive(Default)]
pub struct CostMutation;

/// Changes of cost records.
#[Object]
impl CostMutation {
    /// Records the cost of a month. Figures of the same account, workload, month, service and category are replaced;
    /// the same figures again change nothing.
    async fn record_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: CostInput,
    ) -> Result<CostRecord> {
        let record = change(ctx, Permission::EditCloud, async |tx| {
            let figures = input.figures()?;
            let known = Known::of(tx, std::slice::from_ref(&figures)).await?;
            costs::record(tx, figures, &known).await
        });
        Ok(Record::whole(record.await?).into())
    }

    /// Records the costs of many workloads and months, each by itself: what is refused undoes only its own row.
    async fn record_costs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<CostInput>,
    ) -> Result<Vec<RecordedCost>> {
        let outcomes = change(ctx, Permission::EditCloud, async |tx| {
            require_rows("inputs", inputs.len())?;
            let rows: Vec<Result<Figures>> = inputs.into_iter().map(CostInput::figures).collect();
            let readable: Vec<Figures> = rows.iter().filter_map(|row| row.as_ref().ok().cloned()).collect();
            let known = Arc::new(Known::of(tx, &readable).await?);
            let rows = rows.into_iter().map(|row| (row, Arc::clone(&known))).collect();
            each(tx, rows, record).await
        })
        .await?;
        let rows = bulk::rows::<CostRecord>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows.map(|(index, cost_record, error)| RecordedCost { index, cost_record, error }).collect())
    }

    /// Removes a cost record, such as one of the wrong month, and answers with what it was.
    async fn remove_cost_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CostRecordId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<CostRecord> {
        let record =
            change(ctx, Permission::EditCloud, async |tx| costs::remove(tx, *id, expected_version).await);
        Ok(Record::whole(record.await?).into())
    }
}
