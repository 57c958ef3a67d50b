//! What is on record about assets in a set of books, besides the inventory: entries of their own, what happened to
//! them, and up to when the books are closed.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    id::{AssetId, EntityId},
    inventory::asset,
    lifecycle::{
        book_entry,
        book_event::{self, BookEventKind},
        depreciation_rule::Book,
    },
    money::{Amount, Rate},
};
use forecasting::{
    depreciation::{Change, Disposal, Event, Portion},
    month::Month,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::{error::Result, store::Read};

/// Entries and events of a set of books, by asset.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    entries: HashMap<AssetId, Vec<book_entry::Model>>,
    events: HashMap<AssetId, Vec<book_event::Model>>,
}

/// What is on record about one asset.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfAsset<'a> {
    /// Its own entries: itself and its components.
    pub entries: &'a [book_entry::Model],
    /// What happened, in the order of the days.
    pub events: &'a [book_event::Model],
}

impl Recorded {
    /// Reads what is on record about the assets under a condition, or about all, by two statements.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn load(db: &impl Read, book: Book, condition: Option<&Condition>) -> Result<Self> {
        let assets = condition.map(|condition| {
            asset::Entity::find().select_only().column(asset::Column::Id).filter(condition.clone())
        });
        let entries = book_entry::Entity::find().filter(book_entry::Column::Book.eq(book));
        let events = book_event::Entity::find().filter(book_event::Column::Book.eq(book));
        let (entries, events) = match assets {
            Some(assets) => (
                entries.filter(book_entry::Column::AssetId.in_subquery(assets.clone().into_query())),
                events.filter(book_event::Column::AssetId.in_subquery(assets.into_query())),
            ),
            None => (entries, events),
        };
        Ok(Self::of(entries.all(db).await?, events.all(db).await?))
    }

    /// Rows by asset.
    #[must_use]
    pub fn of(entries: Vec<book_entry::Model>, events: Vec<book_event::Model>) -> Self {
        let mut recorded = Self::default();
        for entry in entries {
            recorded.entries.entry(entry.asset_id).or_default().push(entry);
        }
        for event in events {
            recorded.events.entry(event.asset_id).or_default().push(event);
        }
        for entries in recorded.entries.values_mut() {
            entries.sort_by(|one, other| one.component.cmp(&other.component));
        }
        for events in recorded.events.values_mut() {
            events.sort_by_key(|event| (event.happened_on, event.id.uuid()));
        }
        recorded
    }

    /// All rows again, in no order.
    #[must_use]
    pub fn into_rows(self) -> (Vec<book_entry::Model>, Vec<book_event::Model>) {
        (self.entries.into_values().flatten().collect(), self.events.into_values().flatten().collect())
    }

    /// What is on record about an asset.
    #[must_use]
    pub fn of_asset(&self, id: AssetId) -> OfAsset<'_> {
        OfAsset {
            entries: self.entries.get(&id).map_or(&[], Vec::as_slice),
            events: self.events.get(&id).map_or(&[], Vec::as_slice),
        }
    }

    /// Whether nothing is on record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.events.is_empty()
    }

    /// Every own entry.
    pub fn entries(&self) -> impl Iterator<Item = &book_entry::Model> {
        self.entries.values().flatten()
    }
}

/// The month in which an event is posted.
#[must_use]
pub fn posted_in(event: &book_event::Model) -> Month {
    Month::of(event.posted_from.map_or(event.happened_on, |from| from.max(event.happened_on)))
}

/// An event as the arithmetic takes it. A transfer changes nothing but where a balance is reported.
#[must_use]
pub fn event(row: &book_event::Model) -> Option<Event> {
    let salvage = row.salvage_amount.map(Amount::to_decimal);
    let amount = |amount: Option<Amount>| amount.map_or(Decimal::ZERO, Amount::to_decimal);
    let whole = |number: i32| u32::try_from(number).unwrap_or_default();
    let change = match row.kind {
        BookEventKind::Transfer => return None,
        BookEventKind::Service => Change::Service { in_service: row.in_service_on? },
        BookEventKind::Impairment => {
            Change::Impairment { recoverable: amount(row.recoverable_amount), salvage }
        }
        BookEventKind::LifeChange => match (row.life_months, row.added_months, row.remaining_months) {
            (Some(months), _, _) => Change::LifeChange { life_months: whole(months), salvage },
            (None, Some(months), _) => Change::AddedLife { months, salvage },
            (None, None, months) => {
                Change::RemainingLife { months: whole(months.unwrap_or_default()), salvage }
            }
        },
        BookEventKind::Disposal => Change::Disposal {
            portion: portion(row),
            sale: Disposal {
                proceeds: amount(row.proceeds_amount),
                cost_of_sale: amount(row.sale_cost_amount),
            },
        },
    };
    Some(Event { date: row.happened_on, posted_from: row.posted_from.map(Month::of), change })
}

/// The first day of service that the last event of a component says, where one does.
#[must_use]
pub fn service(events: &[book_event::Model], component: &str) -> Option<NaiveDate> {
    let of_component = events.iter().filter(|row| row.component == component);
    let days = of_component.filter_map(|row| Some((posted_in(row), row.happened_on, row.in_service_on?)));
    days.max().map(|(.., in_service)| in_service)
}

fn portion(row: &book_event::Model) -> Portion {
    match (row.disposed_amount, row.disposed_share, row.disposed_quantity.zip(row.held_quantity)) {
        (Some(amount), _, _) => Portion::Cost(amount.to_decimal()),
        (None, Some(share), _) => Portion::Share(Rate::to_decimal(share)),
        (None, None, Some((disposed, held))) => Portion::Quantity {
            disposed: u32::try_from(disposed).unwrap_or_default(),
            held: u32::try_from(held).unwrap_or_default(),
        },
        (None, None, None) => Portion::All,
    }
}

/// Where an asset is reported, month by month: its transfers, in the order in which they are posted.
#[derive(Clone, Debug, Default)]
pub struct Transfers<'a>(Vec<&'a book_event::Model>);

impl<'a> Transfers<'a> {
    /// Those of a component; it goes where its asset goes, and may change its class by itself.
    #[must_use]
    pub fn of(events: &'a [book_event::Model], component: &str, until: NaiveDate) -> Self {
        let mut found: Vec<_> = events
            .iter()
            .filter(|event| event.kind == BookEventKind::Transfer)
            .filter(|event| event.component.is_empty() || event.component == component)
            .filter(|event| posted_in(event).first_day() <= until)
            .collect();
        found.sort_by_key(|event| (posted_in(event), event.happened_on));
        Self(found)
    }

    /// The months in which something changes.
    #[must_use]
    pub fn months(&self) -> Vec<Month> {
        let mut months: Vec<Month> = self.0.iter().map(|event| posted_in(event)).collect();
        months.dedup();
        months
    }

    /// What holds in a month: of the transfers that concern it the last one up to the month says where to, or else the
    /// first one after it where from; without any it is what holds now.
    pub fn at<T: Clone>(
        &self,
        month: Option<Month>,
        ends: impl Fn(&'a book_event::Model) -> (Option<T>, Option<T>),
        now: Option<T>,
    ) -> Option<T> {
        let concerned: Vec<_> = self
            .0
            .iter()
            .map(|event| (posted_in(event), ends(event)))
            .filter(|(_, (_, to))| to.is_some())
            .collect();
        let upto = concerned.iter().rev().find(|(posted, _)| month.is_some_and(|month| *posted <= month));
        match (upto, concerned.first()) {
            (Some((_, (_, to))), _) => to.clone(),
            (None, Some((_, (from, _)))) => from.clone(),
            (None, None) => now,
        }
    }
}
