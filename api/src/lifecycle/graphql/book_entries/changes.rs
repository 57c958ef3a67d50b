//! Changes of entries, as clients ask for them.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    id::{AssetId, BookEntryId},
    lifecycle::book_entry,
};
use forecasting::depreciation;
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{
    super::{
        book_words::MacrsClass,
        depreciation_rules::{Book, DepreciationConvention, DepreciationMethod, ScheduleRounding},
    },
    BookEntry,
};
use crate::{
    access::Permission,
    error::Result,
    lifecycle::{book_entries, terms},
    schema::{
        bulk::{self, RowError, require_rows},
        patch::{kept, overlay, patch, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, MoneyInput, Month, amount, rate},
    },
    store::Tx,
};

/// An entry to record.
#[derive(Clone, Debug, InputObject)]
pub struct NewBookEntry {
    /// The asset.
    pub asset: Id<AssetId>,
    /// The set of books.
    #[graphql(default_with = "Book::Book")]
    pub book: Book,
    /// The name of a component that has a life of its own; the asset itself when left out.
    pub component: Option<String>,
    /// Capitalised cost. Its currency is that of all amounts.
    pub cost: MoneyInput,
    /// What else is known.
    #[graphql(default)]
    pub details: BookEntryDetails,
}

/// The balance that an asset comes into the books with.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct BookOpeningInput {
    /// What was depreciated before, in the currency of the cost.
    pub accumulated: Decimal,
    /// The first month that these books charge.
    pub from: Month,
}

/// What may be said of an entry. Left out: unchanged. Null: cleared, and then as the rule of its kind says.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BookEntryDetails {
    /// The class it is reported in.
    pub class: MaybeUndefined<String>,
    /// What is expected to be left at the end of its life, in the currency of the cost.
    pub salvage: MaybeUndefined<Decimal>,
    /// How cost is spread.
    pub method: MaybeUndefined<DepreciationMethod>,
    /// Whether a declining method changes to straight line.
    pub switch_to_straight_line: MaybeUndefined<bool>,
    /// Life, in months: 60 for five years.
    pub life_months: MaybeUndefined<i32>,
    /// Which part of the months of entry and exit counts.
    pub convention: MaybeUndefined<DepreciationConvention>,
    /// Where the odd cents go.
    pub rounding: MaybeUndefined<ScheduleRounding>,
    /// The class of property for income tax in the United States, in the book TAX only.
    pub tax_class: MaybeUndefined<MacrsClass>,
    /// The share of the cost that is deducted at once, 0 to 1, with a tax class only.
    pub bonus_rate: MaybeUndefined<Decimal>,
    /// First day of service; null is that of the asset.
    pub in_service_on: MaybeUndefined<Date>,
    /// The day from which it is depreciated, where that is later than its service.
    pub depreciable_from: MaybeUndefined<Date>,
    /// The balance that it came into these books with, in the middle of its life.
    pub opening: MaybeUndefined<BookOpeningInput>,
    /// Where the record came from.
    pub source: MaybeUndefined<String>,
}

/// What of an entry may be corrected. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BookEntryChanges {
    /// Capitalised cost. Its currency is that of all amounts.
    pub cost: MaybeUndefined<MoneyInput>,
    /// What else is known.
    #[graphql(flatten)]
    pub details: BookEntryDetails,
}

impl BookEntryDetails {
    fn apply(self, row: &mut book_entry::ActiveModel) -> Result<()> {
        patch(&mut row.class, self.class);
        patch_with(&mut row.salvage_amount, self.salvage, |salvage| amount(salvage, "salvage"))?;
        patch(&mut row.method, self.method);
        patch(&mut row.switch_to_straight_line, self.switch_to_straight_line);
        patch(&mut row.life_months, self.life_months);
        patch(&mut row.convention, self.convention);
        patch(&mut row.rounding, self.rounding);
        patch_with(&mut row.tax_class, self.tax_class, |class| {
            Ok(terms::kept_class(depreciation::MacrsClass::from(class)))
        })?;
        patch_with(&mut row.bonus_rate, self.bonus_rate, |bonus| rate(bonus, "bonusRate"))?;
        patch(&mut row.in_service_on, self.in_service_on);
        patch(&mut row.depreciable_from, self.depreciable_from);
        match self.opening {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => (row.opening_amount, row.opening_from) = (Set(None), Set(None)),
            MaybeUndefined::Value(opening) => {
                row.opening_amount = Set(Some(amount(opening.accumulated, "opening.accumulated")?));
                row.opening_from = Set(Some(opening.from.0.first_day()));
            }
        }
        patch(&mut row.source, self.source);
        Ok(())
    }
}

impl BookEntryChanges {
    fn apply(self, row: &mut book_entry::ActiveModel) -> Result<()> {
        if let Some(cost) = kept(self.cost, "cost")? {
            let (cost, currency) = cost.columns("cost")?;
            (row.cost_amount, row.currency) = (Set(cost), Set(currency));
        }
        self.details.apply(row)
    }
}

impl NewBookEntry {
    fn row(self) -> Result<book_entry::ActiveModel> {
        let (cost, currency) = self.cost.columns("cost")?;
        let mut row = book_entry::ActiveModel {
            asset_id: Set(*self.asset),
            book: Set(self.book.into()),
            component: Set(self.component.unwrap_or_default()),
            cost_amount: Set(cost),
            currency: Set(currency),
            ..Default::default()
        };
        self.details.apply(&mut row)?;
        Ok(row)
    }
}

async fn record(tx: &Tx, input: NewBookEntry) -> Result<book_entry::Model> {
    book_entries::record(tx, input.row()?).await
}

/// What became of one entry.
#[derive(SimpleObject)]
pub struct BookEntryRow {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The entry as it is recorded now.
    book_entry: Option<BookEntry>,
    /// Why it was refused.
    error: Option<RowError>,
}

/// Changes of entries.
#[derive(Default)]
pub struct BookEntryMutation;

/// Changes of entries.
#[Object]
impl BookEntryMutation {
    /// Records an entry of an asset or of a component in the books. It takes the place of what the rule of its kind
    /// gives. What belongs to closed months is caught up in the first open one.
    async fn record_book_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewBookEntry,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<BookEntry> {
        let entry = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("recordBookEntry", idempotency_key, &input, async || record(tx, input.clone()).await)
                .await
        })
        .await?;
        Ok(Record::whole(entry).into())
    }

    /// Records many entries, each by itself: the rows that are refused do not hold up the others.
    #[graphql(complexity = "inputs.len() * (child_complexity + 1)")]
    async fn record_book_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<NewBookEntry>,
    ) -> Result<Vec<BookEntryRow>> {
        require_rows("inputs", inputs.len())?;
        let outcomes =
            change(ctx, Permission::EditFinance, async |tx| bulk::each(tx, inputs, record).await).await?;
        let rows = bulk::rows::<BookEntry>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows.map(|(index, book_entry, error)| BookEntryRow { index, book_entry, error }).collect())
    }

    /// Corrects an entry of which nothing has been posted in a closed month.
    async fn correct_book_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BookEntryId>,
        #[graphql(desc = "What is to change.")] changes: BookEntryChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<BookEntry> {
        let entry = change(ctx, Permission::EditFinance, async |tx| {
            let mut columns = book_entry::ActiveModel::default();
            changes.apply(&mut columns)?;
            book_entries::correct(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(entry).into())
    }

    /// Removes an entry of which nothing has been posted in a closed month, and answers with what it was. What the rule
    /// gives takes its place again.
    async fn remove_book_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BookEntryId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<BookEntry> {
        let entry = change(ctx, Permission::EditFinance, async |tx| {
            book_entries::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(Record::whole(entry).into())
    }
}
