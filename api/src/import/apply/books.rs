//! Entries of assets in the books, what happened to them, and closed periods.

use entity::id::AssetId;
use entity::lifecycle::depreciation_rule::Book;
use entity::lifecycle::{book_entry, book_event, closed_period};
use forecasting::month::Month;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveEnum, ColumnTrait, Condition, Iterable};

use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, rate};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::error::Result;
use crate::import::csv::Noun;
use crate::import::records::{BookEntry, BookEvent, ClosedPeriod};
use crate::import::{Origin, Records};
use crate::lifecycle::book_entries::{self, Facts};
use crate::lifecycle::books::{Asked, Books};
use crate::lifecycle::recorded::posted_in;
use crate::lifecycle::{book_events, closed_periods, holdings};
use crate::rules::draft;

/// Assets that one statement asks for.
const ASSETS_AT_ONCE: usize = 10_000;

/// What decides whether an entry or an event of an asset can be, as far as the file goes by now.
fn facts(known: &Known, asset: AssetId, book: Book) -> Option<Facts> {
    let entries = known.book_entries.rows().filter(|row| row.asset_id == asset && row.book == book);
    let events = known.book_events.rows().filter(|row| row.asset_id == asset && row.book == book);
    Some(Facts {
        books: known.books.get(&book)?.clone(),
        asset: known.holdings.get(&asset)?.clone(),
        entries: entries.cloned().collect(),
        events: events.cloned().collect(),
    })
}

impl Importable for BookEntry {
    const NOUN: Noun = Noun::BookEntry;
    type Entity = book_entry::Entity;
    type Model = book_entry::Model;
    type Row = book_entry::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.book_entries
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn table(known: &Known) -> &Table<book_entry::Model> {
        &known.book_entries
    }

    fn table_mut(known: &mut Known) -> &mut Table<book_entry::Model> {
        &mut known.book_entries
    }

    fn key(&self) -> Key {
        Key::of([&self.asset, &self.book, &self.component])
    }

    /// With the books and the assets that entries and events are of.
    async fn load(run: &mut Run<'_>) -> Result<()> {
        let tags = run.records.assets_of_books().map(Key::from);
        let assets: Vec<AssetId> =
            tags.filter_map(|tag| run.known.assets.get(&tag)).map(|asset| asset.id).collect();
        if assets.is_empty() {
            return Ok(());
        }
        for book in Book::iter() {
            let books = Books::load(run.tx, Asked::of(book)).await?;
            run.known.books.insert(book, books);
        }
        for chunk in assets.chunks(ASSETS_AT_ONCE) {
            let among = entity::inventory::asset::Column::Id.is_in(chunk.iter().copied());
            for holding in holdings::read(run.tx, Condition::all().add(among)).await? {
                run.known.holdings.insert(holding.id, holding);
            }
        }
        let column = book_entry::Column::AssetId;
        for row in rows_among::<book_entry::Entity, _>(run.tx, column, assets).await? {
            let Some(asset) = run.known.assets.with_id(row.asset_id) else { continue };
            let key = Key::of([asset.tag.clone(), row.book.to_value(), row.component.clone()]);
            run.known.book_entries.put(key, row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut book_entry::ActiveModel,
        before: Option<&book_entry::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let asset = at.known.assets.named("asset", &Key::from(&self.asset))?;
        let book: Option<Book> = choice("book", Some(&self.book))?;
        put(&mut row.asset_id, Some(asset.id));
        put(&mut row.book, book);
        put(&mut row.component, Some(self.component.clone()));
        put_any(&mut row.class, self.class.clone());
        put(&mut row.cost_amount, amount("cost_amount", self.cost_amount)?);
        put(&mut row.currency, self.currency.clone());
        put_any(&mut row.salvage_amount, amount("salvage_amount", self.salvage_amount)?);
        put_any(&mut row.rule_name, self.rule_name.clone());
        put_any(&mut row.method, choice("method", self.method.as_ref())?);
        put_any(&mut row.switch_to_straight_line, self.switch_to_straight_line);
        put_any(&mut row.life_months, self.life_months);
        put_any(&mut row.convention, choice("convention", self.convention.as_ref())?);
        put_any(&mut row.rounding, choice("rounding", self.rounding.as_ref())?);
        put_any(&mut row.tax_class, choice("tax_class", self.tax_class.as_ref())?);
        put_any(&mut row.bonus_rate, rate("bonus_rate", self.bonus_rate)?);
        put_any(&mut row.mid_quarter, self.mid_quarter);
        put_any(&mut row.in_service_on, self.in_service_on);
        put_any(&mut row.depreciable_from, self.depreciable_from);
        put_any(&mut row.opening_amount, amount("opening_amount", self.opening_amount)?);
        put_any(&mut row.opening_from, self.opening_from);
        put_any(&mut row.posted_from, self.posted_from);
        put_any(&mut row.source, self.source.clone());
        if before.is_none() && self.posted_from.is_none() {
            let first = self.opening_from.or(self.in_service_on).or(asset.in_service_on);
            let books = book.and_then(|book| at.known.books.get(&book));
            let open = first.zip(books).and_then(|(first, books)| books.caught_up(first));
            row.posted_from = Set(open.map(Month::first_day));
        }
        Ok(())
    }

    fn check(row: Candidate<'_, book_entry::Model>, known: &Known) -> Result<()> {
        book_entries::check(row.after)?;
        let Some(mut facts) = facts(known, row.after.asset_id, row.after.book) else { return Ok(()) };
        if let Some(before) = row.before {
            facts.require_open(book_entries::first_posted(&facts, before))?;
        }
        facts.entries.retain(|one| one.component != row.after.component);
        facts.entries.push(row.after.clone());
        // Events of the file are held to it when it is their turn.
        facts.events.retain(|event| event.component == row.after.component);
        facts.require_possible(&row.after.component)
    }
}

impl Importable for BookEvent {
    const NOUN: Noun = Noun::BookEvent;
    type Entity = book_event::Entity;
    type Model = book_event::Model;
    type Row = book_event::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.book_events
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn table(known: &Known) -> &Table<book_event::Model> {
        &known.book_events
    }

    fn table_mut(known: &mut Known) -> &mut Table<book_event::Model> {
        &mut known.book_events
    }

    fn key(&self) -> Key {
        Key::of([
            self.asset.clone(),
            self.book.clone(),
            self.component.clone(),
            self.kind.clone(),
            self.happened_on.to_string(),
        ])
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let assets: Vec<AssetId> = run.known.holdings.keys().copied().collect();
        let column = book_event::Column::AssetId;
        for row in rows_among::<book_event::Entity, _>(run.tx, column, assets).await? {
            let Some(asset) = run.known.assets.with_id(row.asset_id) else { continue };
            let key = Key::of([
                asset.tag.clone(),
                row.book.to_value(),
                row.component.clone(),
                row.kind.to_value(),
                row.happened_on.to_string(),
            ]);
            run.known.book_events.put(key, row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut book_event::ActiveModel,
        before: Option<&book_event::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let asset = at.known.assets.named("asset", &Key::from(&self.asset))?;
        put(&mut row.asset_id, Some(asset.id));
        put(&mut row.book, choice("book", Some(&self.book))?);
        put(&mut row.component, Some(self.component.clone()));
        put(&mut row.kind, choice("kind", Some(&self.kind))?);
        put(&mut row.happened_on, Some(self.happened_on));
        put_any(&mut row.posted_from, self.posted_from);
        put_any(&mut row.recoverable_amount, amount("recoverable_amount", self.recoverable_amount)?);
        put_any(&mut row.life_months, self.life_months);
        put_any(&mut row.added_months, self.added_months);
        put_any(&mut row.remaining_months, self.remaining_months);
        put_any(&mut row.salvage_amount, amount("salvage_amount", self.salvage_amount)?);
        put_any(&mut row.proceeds_amount, amount("proceeds_amount", self.proceeds_amount)?);
        put_any(&mut row.sale_cost_amount, amount("sale_cost_amount", self.sale_cost_amount)?);
        put_any(&mut row.disposed_amount, amount("disposed_amount", self.disposed_amount)?);
        put_any(&mut row.disposed_share, rate("disposed_share", self.disposed_share)?);
        put_any(&mut row.disposed_quantity, self.disposed_quantity);
        put_any(&mut row.held_quantity, self.held_quantity);
        put_any(&mut row.in_service_on, self.in_service_on);
        let from = at.known.sites.named_if_any("from_site", self.from_site.as_ref())?;
        let to = at.known.sites.named_if_any("to_site", self.to_site.as_ref())?;
        put_any(&mut row.from_site_id, from.map(|site| site.id));
        put_any(&mut row.to_site_id, to.map(|site| site.id));
        put_any(&mut row.from_cost_centre, self.from_cost_centre.clone());
        put_any(&mut row.to_cost_centre, self.to_cost_centre.clone());
        put_any(&mut row.from_class, self.from_class.clone());
        put_any(&mut row.to_class, self.to_class.clone());
        put_any(&mut row.notes, self.notes.clone());
        if before.is_none() {
            self.settle_new(row, asset.id, at.known)?;
        }
        Ok(())
    }

    fn check(row: Candidate<'_, book_event::Model>, known: &Known) -> Result<()> {
        book_events::check(row.after)?;
        let Some(mut facts) = facts(known, row.after.asset_id, row.after.book) else { return Ok(()) };
        if let Some(before) = row.before {
            facts.require_open(posted_in(before))?;
        }
        facts.events.retain(|event| event.id != row.after.id);
        facts.events.push(row.after.clone());
        book_events::require_possible(&facts, row.after)
    }
}

impl BookEvent {
    /// What follows from closed periods and from other events, unless the file says it.
    fn settle_new(&self, row: &mut book_event::ActiveModel, asset: AssetId, known: &Known) -> Result<()> {
        let new = draft(row)?;
        let Some(facts) = facts(known, asset, new.book) else { return Ok(()) };
        let settled = book_events::settled(&facts, new)?;
        if self.posted_from.is_none() {
            row.posted_from = Set(settled.posted_from);
        }
        row.from_site_id = Set(settled.from_site_id);
        row.from_cost_centre = Set(settled.from_cost_centre);
        row.from_class = Set(settled.from_class);
        Ok(())
    }
}

impl Importable for ClosedPeriod {
    const NOUN: Noun = Noun::ClosedPeriod;
    type Entity = closed_period::Entity;
    type Model = closed_period::Model;
    type Row = closed_period::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.closed_periods
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn table(known: &Known) -> &Table<closed_period::Model> {
        &known.closed_periods
    }

    fn table_mut(known: &mut Known) -> &mut Table<closed_period::Model> {
        &mut known.closed_periods
    }

    fn key(&self) -> Key {
        Key::of([self.book.clone(), Month::of(self.through).to_string()])
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        if run.records.closed_periods.is_empty() {
            return Ok(());
        }
        let books: Vec<Book> = Book::iter().collect();
        let column = closed_period::Column::Book;
        for row in rows_among::<closed_period::Entity, _>(
            run.tx,
            column,
            books.into_iter().map(|book| book.to_value()),
        )
        .await?
        {
            let key = Key::of([row.book.to_value(), Month::of(row.through_on).to_string()]);
            run.known.closed_periods.put(key, row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut closed_period::ActiveModel,
        _before: Option<&closed_period::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.book, choice("book", Some(&self.book))?);
        put(&mut row.through_on, Some(Month::of(self.through).last_day()));
        let calendar =
            at.known.fiscal_calendars.named_if_any("fiscal_calendar", self.fiscal_calendar.as_ref())?;
        put_any(&mut row.fiscal_calendar_id, calendar.map(|calendar| calendar.id));
        Ok(())
    }

    fn check(row: Candidate<'_, closed_period::Model>, _known: &Known) -> Result<()> {
        closed_periods::check(row.after)
    }

    /// Whatever closing the books here would have put on record and the files did not bring along.
    async fn settle(run: &mut Run<'_>, row: Candidate<'_, closed_period::Model>) -> Result<()> {
        if row.before.is_some() {
            return Ok(());
        }
        let (book, calendar) = (row.after.book, row.after.fiscal_calendar_id);
        closed_periods::require_ended(run.tx, Month::of(row.after.through_on))?;
        let books = Books::load(run.tx, Asked { calendar, ..Asked::of(book) }).await?;
        closed_periods::fix(run.tx, &books, row.after.through_on).await?;
        Ok(())
    }
}
