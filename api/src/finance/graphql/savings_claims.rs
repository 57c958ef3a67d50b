//! Lines of the ledger that initiatives claim, as clients see them.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    finance::savings_claim::{self, Column},
    id::{SavingsClaimId, SavingsInitiativeId},
};

use super::savings_initiatives::SavingsInitiative;
use crate::{
    access::Permission,
    error::{Error, Result},
    finance::savings_claims::{self, LedgerLine},
    schema::{
        bulk::{self, RowError, require_rows},
        record::{Noun, Record},
        request::change,
        scalar::{Id, Moment, Month},
    },
};

/// That an initiative shows in a line of the ledger.
#[derive(Clone)]
pub struct SavingsClaim(Record<savings_claim::Entity>);

impl From<Record<savings_claim::Entity>> for SavingsClaim {
    fn from(record: Record<savings_claim::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for SavingsClaim {
    type Entity = savings_claim::Entity;
    type Id = SavingsClaimId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "createdAt" => &[Column::CreatedAt],
            "initiative" => &[Column::InitiativeId],
            "costCentre" => &[Column::CostCentre],
            "account" => &[Column::Account],
            "month" => &[Column::Month],
            "document" => &[Column::Document],
            _ => &[],
        }
    }
}

/// That an initiative shows in a line of the ledger.
#[Object]
impl SavingsClaim {
    /// The id of the claim.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<SavingsClaimId>(self.0.get(Column::Id)?).into())
    }

    /// When the claim was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// The initiative that claims it.
    async fn initiative(&self, ctx: &Context<'_>) -> Result<Option<SavingsInitiative>> {
        self.0.one(ctx, Column::InitiativeId).await
    }

    /// Cost centre of the line.
    async fn cost_centre(&self) -> Result<String> {
        self.0.get(Column::CostCentre)
    }

    /// Account of the line.
    async fn account(&self) -> Result<String> {
        self.0.get(Column::Account)
    }

    /// Month of the line.
    async fn month(&self) -> Result<Month> {
        Ok(Month(forecasting::month::Month::of(self.0.get::<NaiveDate>(Column::Month)?)))
    }

    /// Document of the line. Null where all documents of cost centre, account and month are claimed.
    async fn document(&self) -> Result<Option<String>> {
        Ok(Some(self.0.get::<String>(Column::Document)?).filter(|text| !text.is_empty()))
    }
}

/// A line of the ledger.
#[derive(Clone, Debug, InputObject)]
pub struct LedgerLineInput {
    /// Its cost centre.
    pub cost_centre: String,
    /// Its account.
    pub account: String,
    /// Its month.
    pub month: Month,
    /// Its document. Left out: all documents of cost centre, account and month.
    pub document: Option<String>,
}

impl From<LedgerLineInput> for LedgerLine {
    fn from(line: LedgerLineInput) -> Self {
        Self {
            cost_centre: line.cost_centre,
            account: line.account,
            month: line.month.0,
            document: line.document.unwrap_or_default(),
        }
    }
}

/// What became of one line.
#[derive(SimpleObject)]
pub struct ClaimedLine {
    /// The place of the line in the input, from 0.
    index: i32,
    /// The claim, as it is now or as it was before it was released.
    claim: Option<SavingsClaim>,
    /// Why the line was refused. The others are not touched by it.
    error: Option<RowError>,
}

fn lines(inputs: Vec<LedgerLineInput>) -> Result<Vec<LedgerLine>> {
    require_rows("lines", inputs.len())?;
    if let Some(place) = inputs.iter().position(|line| line.document.as_deref() == Some("")) {
        let message = "is blank: leave it out to claim all documents";
        return Err(Error::invalid(format!("lines[{place}].document"), message));
    }
    Ok(inputs.into_iter().map(Into::into).collect())
}

fn shown(outcomes: Vec<Result<savings_claim::Model>>) -> Vec<ClaimedLine> {
    let outcomes = outcomes.into_iter().map(|outcome| outcome.map_err(RowError::from)).collect();
    let rows = bulk::rows::<SavingsClaim>(outcomes).into_iter().map(bulk::Row::parts);
    rows.map(|(index, claim, error)| ClaimedLine { index, claim, error }).collect()
}

/// Changes of claims.
#[derive(Default)]
pub struct SavingsClaimMutation;

/// Changes of claims.
#[Object]
impl SavingsClaimMutation {
    /// Claims lines of the ledger for an initiative, each by itself. A line that another initiative claims is
    /// refused.
    async fn claim_ledger_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The initiative, by its id.")] initiative: Id<SavingsInitiativeId>,
        #[graphql(name = "lines", desc = "The lines, at most 1,000.")] inputs: Vec<LedgerLineInput>,
    ) -> Result<Vec<ClaimedLine>> {
        let outcomes = change(ctx, Permission::EditFinance, async |tx| {
            savings_claims::claim(tx, *initiative, &lines(inputs)?).await
        });
        Ok(shown(outcomes.await?))
    }

    /// Gives up lines of the ledger that an initiative claims, each by itself.
    async fn release_ledger_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The initiative, by its id.")] initiative: Id<SavingsInitiativeId>,
        #[graphql(name = "lines", desc = "The lines, at most 1,000.")] inputs: Vec<LedgerLineInput>,
    ) -> Result<Vec<ClaimedLine>> {
        let outcomes = change(ctx, Permission::EditFinance, async |tx| {
            savings_claims::release(tx, *initiative, &lines(inputs)?).await
        });
        Ok(shown(outcomes.await?))
    }
}
