//! Changes of lines of budgets and of postings.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    finance::{actual_posting, budget_line},
    id::{ActualPostingId, BudgetLineId, BudgetVersionId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{
    actual_postings::{ActualPosting, PostingKind},
    budget_lines::BudgetLine,
};
use crate::{
    access::Permission,
    error::Result,
    finance::{actual_postings, budget_lines, places::Names},
    roadmap::graphql::MoneyView,
    schema::{
        bulk::{self, RowError, each, require_rows},
        patch::{kept, overlay, patch, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, amount, currency, rate},
    },
    store::Tx,
};

/// Where an amount belongs, in the codes that people know.
#[derive(Clone, Debug, InputObject)]
pub struct BudgetPlaceInput {
    /// Code of the cost centre that is charged.
    pub cost_centre: String,
    /// Code of the account of the ledger.
    pub account: String,
    /// Code of the tower, if it is assigned to one.
    pub tower: Option<String>,
    /// Code of the site, if it is of a single one.
    pub site: Option<String>,
    /// The period of the fiscal year, 1 to 12; 13 for adjustments of the year, which are posted and not planned.
    pub period: i32,
}

impl BudgetPlaceInput {
    /// As the domain takes it.
    pub(super) fn names(self) -> Names {
        Names {
            cost_centre: self.cost_centre,
            account: self.account,
            tower: self.tower,
            site: self.site,
            period: self.period,
        }
    }
}

/// An amount of a budget.
#[derive(Clone, Debug, InputObject)]
pub struct BudgetLineInput {
    /// Where it belongs.
    pub place: BudgetPlaceInput,
    /// Which event places the amount in the period.
    #[graphql(default_with = "MoneyView::Pnl")]
    pub view: MoneyView,
    /// The ISO 4217 code of the amount; the budget has a fixed rate for it.
    pub currency: String,
    /// Tells lines of one place apart; not needed where there is one.
    #[graphql(default)]
    pub item: String,
    /// How much, with at most six decimals; costs are positive. May be left out where quantity and unit price say so.
    pub amount: Option<Decimal>,
    /// How many units it is for; with a unit price it tells variances of volume and of price apart.
    pub quantity: Option<Decimal>,
    /// Price of a unit, in the currency of the amount.
    pub unit_price: Option<Decimal>,
    /// Free text.
    pub description: Option<String>,
    /// Where the line comes from.
    pub source: Option<String>,
}

impl BudgetLineInput {
    fn given(self) -> Result<budget_lines::Given> {
        Ok(budget_lines::Given {
            names: self.place.names(),
            view: self.view.into(),
            currency: currency(&self.currency, "currency")?,
            item: self.item,
            amount: self.amount.map(|value| amount(value, "amount")).transpose()?,
            quantity: self.quantity.map(|value| rate(value, "quantity")).transpose()?,
            unit_price: self.unit_price.map(|value| amount(value, "unitPrice")).transpose()?,
            description: self.description,
            source: self.source,
        })
    }
}

/// What of a line may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BudgetLineChanges {
    /// How much, with at most six decimals; costs are positive.
    pub amount: MaybeUndefined<Decimal>,
    /// How many units it is for; cleared together with the unit price.
    pub quantity: MaybeUndefined<Decimal>,
    /// Price of a unit, in the currency of the amount.
    pub unit_price: MaybeUndefined<Decimal>,
    /// Free text.
    pub description: MaybeUndefined<String>,
    /// Where the line comes from.
    pub source: MaybeUndefined<String>,
}

/// A line of a document that was posted.
#[derive(Clone, Debug, InputObject)]
pub struct ActualPostingInput {
    /// The system that it was posted in.
    pub source: String,
    /// The document, as that system numbers it.
    pub document: String,
    /// The line of the document. Source, document and line together are posted once.
    #[graphql(default_with = "\"1\".to_owned()")]
    pub document_line: String,
    /// What sort of document it is.
    #[graphql(default)]
    pub kind: PostingKind,
    /// The day of the document in the ledger.
    pub posted_on: Option<Date>,
    /// Where it belongs.
    pub place: BudgetPlaceInput,
    /// Which event places the amount in the period.
    #[graphql(default_with = "MoneyView::Pnl")]
    pub view: MoneyView,
    /// The ISO 4217 code of the amount; the actual figures have a fixed rate for it, or are kept in it.
    pub currency: String,
    /// How much, with at most six decimals; costs are positive, credits negative. May be left out where quantity and
    /// unit price say so.
    pub amount: Option<Decimal>,
    /// How many units it is for.
    pub quantity: Option<Decimal>,
    /// Price of a unit, in the currency of the amount.
    pub unit_price: Option<Decimal>,
    /// Who is paid.
    pub supplier: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Whether it happened once and says nothing about other periods.
    #[graphql(default)]
    pub one_off: bool,
}

impl ActualPostingInput {
    fn given(self) -> Result<actual_postings::Given> {
        Ok(actual_postings::Given {
            document: actual_postings::Document {
                source: self.source,
                number: self.document,
                line: self.document_line,
            },
            kind: self.kind.into(),
            posted_on: self.posted_on.map(Into::into),
            names: self.place.names(),
            view: self.view.into(),
            currency: currency(&self.currency, "currency")?,
            amount: self.amount.map(|value| amount(value, "amount")).transpose()?,
            quantity: self.quantity.map(|value| rate(value, "quantity")).transpose()?,
            unit_price: self.unit_price.map(|value| amount(value, "unitPrice")).transpose()?,
            supplier: self.supplier,
            description: self.description,
            one_off: self.one_off,
        })
    }
}

async fn set(
    tx: &Tx,
    (given, known): (Result<budget_lines::Given>, Arc<budget_lines::Known>),
) -> Result<budget_line::Model> {
    budget_lines::set(tx, given?, &known).await
}

async fn post(
    tx: &Tx,
    (given, corrects, known): (Result<actual_postings::Given>, bool, Arc<actual_postings::Known>),
) -> Result<actual_posting::Model> {
    actual_postings::post(tx, given?, corrects, &known).await
}

/// What became of one line.
#[derive(SimpleObject)]
pub struct SetBudgetLine {
    /// The place of the line in the input, from 0.
    index: i32,
    /// The line as it is now.
    budget_line: Option<BudgetLine>,
    /// Why it was refused. The others are not touched by it.
    error: Option<RowError>,
}

/// What became of one posting.
#[derive(SimpleObject)]
pub struct PostedActual {
    /// The place of the posting in the input, from 0.
    index: i32,
    /// The posting as it is now.
    actual_posting: Option<ActualPosting>,
    /// Why it was refused. The others are not touched by it.
    error: Option<RowError>,
}

/// Changes of lines of budgets and of postings.
#[derive(Default)]
pub struct LineMutation;

/// Changes of lines of budgets and of postings.
#[Object]
impl LineMutation {
    /// Sets lines of a draft, each by itself. A line of the same place, view, currency and item is replaced; the same
    /// figures again change nothing.
    async fn set_budget_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft, by its id.")] version: Id<BudgetVersionId>,
        #[graphql(desc = "The lines, at most 1,000, each by itself.")] lines: Vec<BudgetLineInput>,
    ) -> Result<Vec<SetBudgetLine>> {
        let outcomes = change(ctx, Permission::EditFinance, async |tx| {
            require_rows("lines", lines.len())?;
            let known = Arc::new(budget_lines::Known::of(tx, *version).await?);
            let rows = lines.into_iter().map(|line| (line.given(), Arc::clone(&known))).collect();
            each(tx, rows, set).await
        })
        .await?;
        let rows = bulk::rows::<BudgetLine>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows.map(|(index, budget_line, error)| SetBudgetLine { index, budget_line, error }).collect())
    }

    /// Changes the figures of a line of a draft.
    async fn update_budget_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BudgetLineId>,
        #[graphql(desc = "What is to change.")] changes: BudgetLineChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<BudgetLine> {
        let line = change(ctx, Permission::EditFinance, async |tx| {
            let mut columns = budget_line::ActiveModel::default();
            if let Some(value) = kept(changes.amount, "amount")? {
                columns.amount = Set(amount(value, "amount")?);
            }
            patch_with(&mut columns.quantity, changes.quantity, |value| rate(value, "quantity"))?;
            patch_with(&mut columns.unit_price, changes.unit_price, |value| amount(value, "unitPrice"))?;
            patch(&mut columns.description, changes.description);
            patch(&mut columns.source, changes.source);
            budget_lines::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(line).into())
    }

    /// Removes a line of a draft, and answers with what it was.
    async fn remove_budget_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BudgetLineId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<BudgetLine> {
        let line = change(ctx, Permission::EditFinance, async |tx| {
            budget_lines::remove(tx, *id, expected_version).await
        });
        Ok(Record::whole(line.await?).into())
    }

    /// Posts lines of documents to actual figures, each by itself. What is posted already changes nothing; with other
    /// figures it is refused, unless it is said to be a correction.
    async fn post_actuals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The actual figures, by the id of their version.")] version: Id<BudgetVersionId>,
        #[graphql(desc = "The postings, at most 1,000, each by itself.")] postings: Vec<ActualPostingInput>,
        #[graphql(default, desc = "Whether other figures for what is posted already correct it.")]
        corrects: bool,
    ) -> Result<Vec<PostedActual>> {
        let outcomes = change(ctx, Permission::EditFinance, async |tx| {
            require_rows("postings", postings.len())?;
            let rows: Vec<_> = postings.into_iter().map(ActualPostingInput::given).collect();
            let readable: Vec<_> = rows.iter().filter_map(|row| row.as_ref().ok().cloned()).collect();
            let known = Arc::new(actual_postings::Known::of(tx, *version, &readable).await?);
            let rows = rows.into_iter().map(|row| (row, corrects, Arc::clone(&known))).collect();
            each(tx, rows, post).await
        })
        .await?;
        let rows = bulk::rows::<ActualPosting>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows.map(|(index, actual_posting, error)| PostedActual { index, actual_posting, error }).collect())
    }

    /// Removes a posting of an open period, and answers with what it was.
    async fn remove_actual_posting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ActualPostingId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ActualPosting> {
        let posting = change(ctx, Permission::EditFinance, async |tx| {
            actual_postings::remove(tx, *id, expected_version).await
        });
        Ok(Record::whole(posting.await?).into())
    }
}
