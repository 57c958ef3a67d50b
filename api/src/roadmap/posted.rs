//! Assets that the books have something on record about: they cost what the books charge for them, month by month.
//!
//! All other assets are written off by rules, and many of them together (see `vintages.rs`). What the roadmap
//! plans is laid over what is on record: an asset that is replaced leaves the books on that day.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{inventory::asset::AssetStatus, lifecycle::depreciation_rule::Book};
use forecasting::{
    depreciation::{Change, Disposal, Entry, Event, Ledger, Portion},
    money::Currency,
    month::Month,
    roadmap::{Flows, Window, ledger_flows},
};
use rust_decimal::Decimal;

use super::{
    assets::Asset,
    cohorts::Note,
    estate::Estate,
    keys::{Dimension, Properties},
    shares::{self, Member, Share},
};
use crate::{
    error::Result,
    lifecycle::{
        books::{Absence, Books},
        holdings::Holding,
        recorded::{Recorded, Transfers},
    },
    store::Read,
};

/// What is on record in the books that the roadmap follows: the organisation's own.
#[derive(Clone, Debug, Default)]
pub struct OnRecord {
    /// Entries and events by asset.
    pub recorded: Recorded,
    /// Last day of the last month that is closed.
    pub closed: Option<NaiveDate>,
}

impl OnRecord {
    /// Reads it by two statements; the closed month is known by then.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(db: &impl Read, closed: Option<NaiveDate>) -> Result<Self> {
        Ok(Self { recorded: Recorded::load(db, Book::Book, None).await?, closed })
    }

    /// Whether the books say more of an asset than its rule does.
    #[must_use]
    pub fn concerns(&self, asset: &Asset) -> bool {
        let is_closed =
            |day: Option<NaiveDate>| self.closed.is_some_and(|closed| day.is_some_and(|day| day <= closed));
        let own = self.recorded.of_asset(asset.id);
        !own.entries.is_empty()
            || !own.events.is_empty()
            || is_closed(asset.in_service_on)
            || is_closed(asset.retired_on)
    }
}

/// Months in which an asset belongs to a line that may be another than that of its own place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    from: Month,
    to: Month,
    properties: Properties,
}

/// Assets that the books have alike.
#[derive(Debug)]
pub struct Posted {
    /// What stands in the books of each of them.
    entries: Vec<Entry>,
    currency: Currency,
    /// Positions of the assets.
    pub members: Vec<u32>,
    /// Where one that is transferred is reported, month by month; empty for those that are not.
    spans: Vec<Span>,
}

/// What assets that are alike cost, and whose it is.
pub type Part = (Flows, Vec<Share>);

impl Posted {
    /// What they cost, in one part for each span of months.
    ///
    /// # Errors
    /// Why they do not stand in the books.
    pub fn parts(
        &self,
        books: &Books,
        assets: &[Asset],
        window: Window,
        dimensions: &[Dimension],
    ) -> Result<Vec<Part>, String> {
        let terms = books.terms(self.currency);
        let ledgers = self.entries.iter().map(|entry| Ledger::new(&terms, entry));
        let ledgers = ledgers.collect::<Result<Vec<_>, _>>().map_err(|cause| cause.to_string())?;
        let count = u64::try_from(self.members.len()).unwrap_or(u64::MAX);
        let flows = |span| {
            ledger_flows(&ledgers, count, self.currency, window, span).map_err(|cause| cause.to_string())
        };
        if self.spans.is_empty() {
            let members = self.members.iter().filter_map(|position| {
                let properties = &assets.get(*position as usize)?.properties;
                Some(Member { position: *position, properties, rule: None, weight: 1 })
            });
            let shares = shares::divide(dimensions, members);
            return Ok(vec![(flows((window.from(), window.last()))?, shares)]);
        }
        let parts = self.spans.iter().map(|span| {
            let key = span.properties.key(dimensions);
            let share = Share { key, weight: 1, members: self.members.clone() };
            Ok((flows((span.from, span.to))?, vec![share]))
        });
        parts.collect()
    }
}

/// Puts assets together that the books have alike, by what decides that.
pub struct Grouping<'a> {
    estate: &'a Estate,
    books: &'a Books,
    on_record: &'a OnRecord,
    window: Window,
    dimensions: &'a [Dimension],
    groups: HashMap<(Currency, Vec<Entry>), Vec<u32>>,
    alone: Vec<Posted>,
}

impl<'a> Grouping<'a> {
    /// Nothing put together yet.
    #[must_use]
    pub fn new(
        (estate, books, on_record): (&'a Estate, &'a Books, &'a OnRecord),
        window: Window,
        dimensions: &'a [Dimension],
    ) -> Self {
        Self { estate, books, on_record, window, dimensions, groups: HashMap::new(), alone: Vec::new() }
    }

    /// Adds an asset, with the day on which it is replaced. What should stand in the books and does not is said.
    pub fn add(&mut self, position: u32, asset: &Asset, leaves: Option<NaiveDate>) -> Option<Note> {
        let gap = |reason: &str| {
            Some(Note {
                asset: position,
                policy: None,
                reason: format!("depreciation: {reason}"),
                is_gap: true,
            })
        };
        let Some(holding) = self.holding(asset) else { return gap("its model is not there") };
        let own = self.on_record.recorded.of_asset(asset.id);
        let stated = match self.books.entries(&holding, own, NaiveDate::MAX) {
            Ok(stated) => stated,
            Err(Absence::Outside(_)) => return None,
            Err(absence) => return gap(absence.reason()),
        };
        let mut entries: BTreeMap<Currency, Vec<Entry>> = BTreeMap::new();
        for mut entry in stated.into_iter().map(|one| one.entry) {
            if let Some(leaves) = leaves {
                self.leave(&mut entry, leaves);
            }
            entries.entry(entry.cost.currency).or_default().push(entry);
        }
        let spans = self.spans(asset);
        for (currency, entries) in entries {
            if spans.is_empty() {
                self.groups.entry((currency, entries)).or_default().push(position);
            } else {
                let spans = spans.clone();
                self.alone.push(Posted { entries, currency, members: vec![position], spans });
            }
        }
        None
    }

    /// The groups, in the order of their first assets.
    #[must_use]
    pub fn finish(self) -> Vec<Posted> {
        let groups = self.groups.into_iter();
        let groups = groups.map(|((currency, entries), members)| Posted {
            entries,
            currency,
            members,
            spans: Vec::new(),
        });
        let mut posted: Vec<Posted> = groups.chain(self.alone).collect();
        posted.sort_by(|one, other| (&one.members, one.currency).cmp(&(&other.members, other.currency)));
        posted
    }

    /// An asset as the books see it.
    fn holding(&self, asset: &Asset) -> Option<Holding> {
        let kind = self.estate.models.get(&asset.model)?.kind;
        Some(Holding {
            id: asset.id,
            tag: String::new(),
            kind,
            site: asset.site,
            status: if asset.is_in_use() { AssetStatus::InService } else { AssetStatus::Retired },
            in_service_on: asset.in_service_on,
            left_on: asset.retired_on,
            is_leased: asset.is_leased(),
            price: asset.price.as_ref().map(|(amount, code)| (*amount, code.to_string())),
            owner: None,
            cost_centre: None,
        })
    }

    /// Has an entry leave with the asset that is replaced, unless all of it has left already.
    fn leave(&self, entry: &mut Entry, leaves: NaiveDate) {
        if entry.events.iter().any(|event| event.change.disposes_of_all()) {
            return;
        }
        let date = leaves.max(entry.in_service);
        entry.events.retain(|event| event.date <= date);
        let sale = Disposal { proceeds: Decimal::ZERO, cost_of_sale: Decimal::ZERO };
        let change = Change::Disposal { portion: Portion::All, sale };
        entry.events.push(Event { date, posted_from: self.books.caught_up(date), change });
    }

    /// Where a transferred asset is reported in the months of the roadmap; nothing where that is its own place, or does
    /// not matter.
    fn spans(&self, asset: &Asset) -> Vec<Span> {
        let events = self.on_record.recorded.of_asset(asset.id).events;
        let matters =
            [Dimension::Site, Dimension::CostCentre].iter().any(|one| self.dimensions.contains(one));
        if events.is_empty() || !matters {
            return Vec::new();
        }
        let transfers = Transfers::of(events, "", NaiveDate::MAX);
        let (first, last) = (self.window.from(), self.window.last());
        let later = transfers.months().into_iter().filter(|month| (first.next()..=last).contains(month));
        let starts: Vec<Month> = std::iter::once(first).chain(later).collect();
        let ends = starts.iter().skip(1).map(|next| next.plus(-1)).chain([last]);
        let spans = starts.iter().zip(ends).map(|(from, to)| {
            let mut properties = (*asset.properties).clone();
            if self.dimensions.contains(&Dimension::Site) {
                let ends =
                    |event: &entity::lifecycle::book_event::Model| (event.from_site_id, event.to_site_id);
                let site = transfers.at(Some(*from), ends, Some(asset.site));
                let site = site.and_then(|site| self.estate.sites.get(&site));
                properties.site = site.map(|site| Arc::clone(&site.code));
            }
            if self.dimensions.contains(&Dimension::CostCentre) {
                let ends = |event: &entity::lifecycle::book_event::Model| {
                    (event.from_cost_centre.clone(), event.to_cost_centre.clone())
                };
                let now = properties.cost_centre.as_deref().map(str::to_owned);
                properties.cost_centre = transfers.at(Some(*from), ends, now).map(Into::into);
            }
            Span { from: *from, to, properties }
        });
        let spans: Vec<Span> = spans.collect();
        let stays = spans.iter().all(|span| span.properties == *asset.properties);
        if stays { Vec::new() } else { spans }
    }
}
