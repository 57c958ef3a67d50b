//! Changes of events, as clients ask for them.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    id::{AssetId, BookEventId, SiteId},
    lifecycle::book_event::{self, BookEventKind},
};
use sea_orm::ActiveValue::Set;

use super::{
    super::{
        depreciation_rules::Book,
        depreciation_schedules::{BookDisposalInput, ImpairmentInput, LifeChangeInput},
    },
    BookEvent,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    lifecycle::book_events,
    schema::{
        bulk::{self, RowError, require_rows},
        patch::{overlay, patch, patch_required},
        record::Record,
        request::change,
        scalar::{Date, Id, amount, rate},
    },
    store::Tx,
};

/// It goes to another site, cost centre or class, or to several of them.
#[derive(Clone, Debug, InputObject)]
pub struct BookTransferInput {
    /// The site it is at from then on.
    pub to_site: Option<Id<SiteId>>,
    /// What it is charged to from then on.
    pub to_cost_centre: Option<String>,
    /// The class it is reported in from then on.
    pub to_class: Option<String>,
    /// The site it was at. Left out: as earlier transfers say, or else as the inventory has it now.
    pub from_site: Option<Id<SiteId>>,
    /// What it was charged to. Left out: as earlier transfers say, or else as the inventory has it now.
    pub from_cost_centre: Option<String>,
    /// The class it was reported in. Left out: as earlier transfers or its entry say, or else its kind.
    pub from_class: Option<String>,
}

/// It turns out to have been in service since another day than its entry says. What months that were charged before
/// lack, or have too much, is caught up in the month of the event.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct BookServiceInput {
    /// The first day of service.
    pub in_service_on: Date,
}

/// An event to record: exactly one of impairment, lifeChange, disposal, transfer and service.
#[derive(Clone, Debug, InputObject)]
pub struct NewBookEvent {
    /// The asset.
    pub asset: Id<AssetId>,
    /// The set of books.
    #[graphql(default_with = "Book::Book")]
    pub book: Book,
    /// The component it happened to, by its name; the asset itself when left out.
    pub component: Option<String>,
    /// The day.
    pub on: Date,
    /// It is worth less.
    pub impairment: Option<ImpairmentInput>,
    /// It serves longer or shorter.
    pub life_change: Option<LifeChangeInput>,
    /// All or part of it leaves.
    pub disposal: Option<BookDisposalInput>,
    /// It goes elsewhere.
    pub transfer: Option<BookTransferInput>,
    /// It is in service since another day; for entries on record. What a closing fixed follows the inventory.
    pub service: Option<BookServiceInput>,
    /// Anything else.
    pub notes: Option<String>,
}

/// What of an event may be corrected: the day, the notes, and what it is as a whole; its kind stays. Left out:
/// unchanged.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BookEventChanges {
    /// The day.
    pub on: MaybeUndefined<Date>,
    /// Of an impairment: all of it anew.
    pub impairment: Option<ImpairmentInput>,
    /// Of a change of life: all of it anew.
    pub life_change: Option<LifeChangeInput>,
    /// Of a disposal: all of it anew.
    pub disposal: Option<BookDisposalInput>,
    /// Of a transfer: all of it anew.
    pub transfer: Option<BookTransferInput>,
    /// Of another first day of service: the day anew.
    pub service: Option<BookServiceInput>,
    /// Anything else. Null: cleared.
    pub notes: MaybeUndefined<String>,
}

fn impair(row: &mut book_event::ActiveModel, it: ImpairmentInput) -> Result<()> {
    row.recoverable_amount = Set(Some(amount(it.recoverable, "impairment.recoverable")?));
    let salvage = it.salvage.map(|salvage| amount(salvage, "impairment.salvage"));
    row.salvage_amount = Set(salvage.transpose()?);
    Ok(())
}

fn change_life(row: &mut book_event::ActiveModel, it: LifeChangeInput) -> Result<()> {
    row.life_months = Set(it.life_months);
    row.added_months = Set(it.added_months);
    row.remaining_months = Set(it.remaining_months);
    let salvage = it.salvage.map(|salvage| amount(salvage, "lifeChange.salvage"));
    row.salvage_amount = Set(salvage.transpose()?);
    Ok(())
}

fn dispose(row: &mut book_event::ActiveModel, it: BookDisposalInput) -> Result<()> {
    row.proceeds_amount = Set(Some(amount(it.proceeds, "disposal.proceeds")?));
    row.sale_cost_amount = Set(Some(amount(it.cost_of_sale, "disposal.costOfSale")?));
    row.disposed_amount = Set(it.cost.map(|cost| amount(cost, "disposal.cost")).transpose()?);
    row.disposed_share = Set(it.share.map(|share| rate(share, "disposal.share")).transpose()?);
    row.disposed_quantity = Set(it.quantity);
    row.held_quantity = Set(it.of);
    Ok(())
}

fn transfer(row: &mut book_event::ActiveModel, it: BookTransferInput) {
    row.to_site_id = Set(it.to_site.map(|id| *id));
    row.to_cost_centre = Set(it.to_cost_centre);
    row.to_class = Set(it.to_class);
    row.from_site_id = Set(it.from_site.map(|id| *id));
    row.from_cost_centre = Set(it.from_cost_centre);
    row.from_class = Set(it.from_class);
}

impl NewBookEvent {
    fn row(self) -> Result<book_event::ActiveModel> {
        let mut row = book_event::ActiveModel {
            asset_id: Set(*self.asset),
            book: Set(self.book.into()),
            component: Set(self.component.unwrap_or_default()),
            happened_on: Set(self.on.0),
            notes: Set(self.notes),
            ..Default::default()
        };
        row.kind = Set(
            match (self.impairment, self.life_change, self.disposal, self.transfer, self.service) {
                (Some(it), None, None, None, None) => {
                    impair(&mut row, it)?;
                    BookEventKind::Impairment
                }
                (None, Some(it), None, None, None) => {
                    change_life(&mut row, it)?;
                    BookEventKind::LifeChange
                }
                (None, None, Some(it), None, None) => {
                    dispose(&mut row, it)?;
                    BookEventKind::Disposal
                }
                (None, None, None, Some(it), None) => {
                    transfer(&mut row, it);
                    BookEventKind::Transfer
                }
                (None, None, None, None, Some(it)) => {
                    row.in_service_on = Set(Some(it.in_service_on.0));
                    BookEventKind::Service
                }
                _ => {
                    let message = "what happened is missing, or more than one thing is given: give exactly one of \
                               impairment, lifeChange, disposal, transfer and service";
                    return Err(Error::invalid("impairment", message));
                }
            },
        );
        Ok(row)
    }
}

impl BookEventChanges {
    fn apply(self, row: &mut book_event::ActiveModel) -> Result<()> {
        patch_required(&mut row.happened_on, self.on, "on")?;
        patch(&mut row.notes, self.notes);
        if let Some(it) = self.impairment {
            impair(row, it)?;
        }
        if let Some(it) = self.life_change {
            change_life(row, it)?;
        }
        if let Some(it) = self.disposal {
            dispose(row, it)?;
        }
        if let Some(it) = self.transfer {
            transfer(row, it);
        }
        if let Some(it) = self.service {
            row.in_service_on = Set(Some(it.in_service_on.0));
        }
        Ok(())
    }
}

async fn record(tx: &Tx, input: NewBookEvent) -> Result<book_event::Model> {
    book_events::record(tx, input.row()?).await
}

/// What became of one event.
#[derive(SimpleObject)]
pub struct BookEventRow {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The event as it is recorded now.
    book_event: Option<BookEvent>,
    /// Why it was refused.
    error: Option<RowError>,
}

/// Changes of events.
#[derive(Default)]
pub struct BookEventMutation;

/// Changes of events.
#[Object]
impl BookEventMutation {
    /// Records what happened to an asset in the books. What happened in a closed month is posted in the first open
    /// one, and `postedIn` says so.
    async fn record_book_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewBookEvent,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<BookEvent> {
        let event = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("recordBookEvent", idempotency_key, &input, async || record(tx, input.clone()).await)
                .await
        })
        .await?;
        Ok(Record::whole(event).into())
    }

    /// Records many events, each by itself and in their order: the rows that are refused do not hold up the others.
    #[graphql(complexity = "inputs.len() * (child_complexity + 1)")]
    async fn record_book_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<NewBookEvent>,
    ) -> Result<Vec<BookEventRow>> {
        require_rows("inputs", inputs.len())?;
        let outcomes =
            change(ctx, Permission::EditFinance, async |tx| bulk::each(tx, inputs, record).await).await?;
        let rows = bulk::rows::<BookEvent>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows.map(|(index, book_event, error)| BookEventRow { index, book_event, error }).collect())
    }

    /// Corrects an event that was not posted in a closed month.
    async fn correct_book_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BookEventId>,
        #[graphql(desc = "What is to change.")] changes: BookEventChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<BookEvent> {
        let event = change(ctx, Permission::EditFinance, async |tx| {
            let mut columns = book_event::ActiveModel::default();
            changes.apply(&mut columns)?;
            book_events::correct(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(event).into())
    }

    /// Removes an event that was not posted in a closed month, and answers with what it was.
    async fn remove_book_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BookEventId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<BookEvent> {
        let event = change(ctx, Permission::EditFinance, async |tx| {
            book_events::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(Record::whole(event).into())
    }
}
