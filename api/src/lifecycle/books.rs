//! The books: which assets stand in them, by which rule, and which do not and why.
//!
//! An asset enters the books with what was paid for it on its first day of service, and leaves them on the day it
//! was retired. How it is written off says the rule of its kind in the set of books, or, for income tax in the United
//! States, its class of property ([`TaxTerms`]).

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    id::FiscalCalendarId,
    inventory::{asset::AssetStatus, hardware_model::HardwareKind},
    lifecycle::{
        book_entry,
        depreciation_rule::{self, Book},
    },
    money::{Amount, Rate},
};
use forecasting::{
    depreciation::{
        BookKind, BookTerms, Change, Disposal, Entry, Event, Macrs, MacrsClass, MacrsConvention, Opening,
        PeriodSharing, Plan, Portion, mid_quarter_years,
    },
    money::{Currency, Money},
    month::{FiscalCalendar, Month},
};
use rust_decimal::Decimal;

use super::{
    as_known::Known,
    closed_periods, depreciation_rules,
    holdings::Holding,
    matching, mid_quarters,
    recorded::{self, OfAsset},
    terms,
};
use crate::{
    error::{Error, Result},
    finance::fiscal_calendars,
    rules::require_fraction,
    store::Read,
};

/// What people call terms that an entry states by itself.
const OWN_TERMS: &str = "terms of its own";

/// Which books are asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The set of books.
    pub book: Book,
    /// The fiscal calendar; the default one when left out.
    pub calendar: Option<FiscalCalendarId>,
    /// Writes property off by the tables of income tax in the United States, instead of by rules.
    pub tax: Option<TaxTerms>,
    /// Whose knowledge it is.
    pub known: Known,
}

impl Asked {
    /// A set of books by its rules and the default calendar, as it is recorded.
    #[must_use]
    pub fn of(book: Book) -> Self {
        Self { book, calendar: None, tax: None, known: Known::default() }
    }
}

/// How property is written off for income tax in the United States.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxTerms {
    /// The class of each kind that has one of its own.
    pub classes: Vec<(HardwareKind, MacrsClass)>,
    /// The class of all other kinds. Without one they stand in no books.
    pub otherwise: Option<MacrsClass>,
    /// The share of the cost that is deducted at once, 0 to 1.
    pub bonus_rate: Decimal,
}

impl TaxTerms {
    pub(super) fn class(&self, kind: HardwareKind) -> Option<MacrsClass> {
        let named = self.classes.iter().find(|(known, _)| *known == kind).map(|(_, class)| *class);
        named.or(self.otherwise)
    }
}

/// Why an asset does not stand in the books.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Absence {
    /// It should, and what is said is missing or wrong.
    Gap(String),
    /// It should not, for the reason that is said.
    Outside(&'static str),
}

impl Absence {
    fn gap(reason: &str) -> Self {
        Self::Gap(reason.to_owned())
    }

    /// The reason in words.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Gap(reason) => reason,
            Self::Outside(reason) => reason,
        }
    }
}

/// How an asset is written off, with the name of it.
#[derive(Clone, Copy, Debug)]
pub enum Terms<'a> {
    /// By a rule.
    Rule(&'a depreciation_rule::Model),
    /// By the tables of tax.
    Class(MacrsClass),
}

impl Terms<'_> {
    /// What people call it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Rule(rule) => rule.name.clone(),
            Self::Class(class) => format!("{class:?}"),
        }
    }
}

/// An entry of an asset or of one of its components.
#[derive(Clone, Debug)]
pub struct Stated {
    /// The name of the component; empty is the asset itself.
    pub component: String,
    /// What people call the way in which it is written off.
    pub terms: String,
    /// The class it is reported in, where it has one of its own.
    pub class: Option<String>,
    /// Whether it is on record by itself, and not by the rule of its kind.
    pub is_own: bool,
    /// What is posted.
    pub entry: Entry,
}

/// A set of books, ready to enter assets in.
#[derive(Clone, Debug)]
pub struct Books {
    /// The set.
    pub book: Book,
    /// The fiscal calendar.
    pub calendar: FiscalCalendar,
    /// The name of the calendar.
    pub calendar_name: String,
    /// Last day of the last month that is closed.
    pub closed: Option<NaiveDate>,
    /// Whose knowledge it is.
    pub known: Known,
    pub(super) tax: Option<TaxTerms>,
    rules: Vec<depreciation_rule::Model>,
    /// The tax years that follow the mid-quarter convention, by currency.
    pub(super) mid_quarter: HashMap<Currency, BTreeSet<i32>>,
}

impl Books {
    /// Reads what assets are entered by: the calendar, the rules, and for tax tables what was placed in service
    /// in the whole estate.
    ///
    /// # Errors
    /// `Invalid` for tax terms in other books than the tax return's or a bonus that is no fraction, `NotFound` for a
    /// calendar that is not there.
    pub async fn load(db: &impl Read, asked: Asked) -> Result<Self> {
        if let Some(tax) = &asked.tax {
            require_fraction("tax.bonusRate", tax.bonus_rate, Decimal::ZERO, Decimal::ONE)?;
            if asked.book != Book::Tax {
                return Err(Error::invalid("tax", "has a meaning in the book TAX only"));
            }
        }
        let calendar = match asked.calendar {
            Some(id) => Some(fiscal_calendars::find(db, id).await?),
            None => fiscal_calendars::find_default(db).await?,
        };
        let (calendar, calendar_name) = match calendar {
            Some(row) => (fiscal_calendars::to_forecast(&row), row.name),
            None => (FiscalCalendar::calendar_years(), "calendar years".to_owned()),
        };
        let rules = depreciation_rules::all_active_as_known(db, asked.known).await?;
        let mut books = Self {
            book: asked.book,
            calendar,
            calendar_name,
            closed: closed_periods::closed_through(db, asked.book, asked.known).await?,
            known: asked.known,
            tax: asked.tax,
            rules,
            mid_quarter: HashMap::new(),
        };
        if books.book == Book::Tax {
            for (currency, placements) in
                mid_quarters::placements(db, books.tax.as_ref(), books.known).await?
            {
                let years = mid_quarter_years(&placements, &books.calendar).map_err(Error::internal)?;
                books.mid_quarter.insert(currency, years);
            }
        }
        Ok(books)
    }

    /// The organisation's own books by rules, for whoever has read what they are kept by.
    #[must_use]
    pub fn by_rules(
        calendar: FiscalCalendar,
        closed: Option<NaiveDate>,
        rules: Vec<depreciation_rule::Model>,
    ) -> Self {
        Self {
            book: Book::Book,
            calendar,
            calendar_name: String::new(),
            closed,
            known: Known::default(),
            tax: None,
            rules,
            mid_quarter: HashMap::new(),
        }
    }

    /// What all entries in one currency have in common.
    #[must_use]
    pub fn terms(&self, currency: Currency) -> BookTerms {
        let kind = match self.book {
            Book::Book => BookKind::Book,
            Book::Tax => BookKind::Tax,
            Book::Ifrs => BookKind::Ifrs,
        };
        let sharing = PeriodSharing::EqualPeriods;
        BookTerms { kind, currency, calendar: self.calendar.clone(), sharing }
    }

    /// How an asset of a kind is written off.
    #[must_use]
    pub fn terms_of(&self, kind: HardwareKind) -> Option<Terms<'_>> {
        match &self.tax {
            Some(tax) => tax.class(kind).map(Terms::Class),
            None => self.rule_of(kind).map(Terms::Rule),
        }
    }

    /// The depreciation rule of a kind.
    #[must_use]
    pub fn rule_of(&self, kind: HardwareKind) -> Option<&depreciation_rule::Model> {
        matching::rule_of(&self.rules, self.book, kind)
    }

    /// The first month that is open, where some are closed.
    #[must_use]
    pub fn open(&self) -> Option<Month> {
        self.closed.map(|closed| Month::of(closed).next())
    }

    /// The first open month, for what happened before it.
    #[must_use]
    pub fn caught_up(&self, happened: NaiveDate) -> Option<Month> {
        self.open().filter(|open| happened < open.first_day())
    }

    /// The entries of an asset and of its components, as they stand with what was posted up to `until`: what leaves
    /// later is still there. An entry on record takes the place of what the rule gives.
    ///
    /// # Errors
    /// Why the asset does not stand in the books, or not whole.
    pub fn entries(
        &self,
        asset: &Holding,
        own: OfAsset<'_>,
        until: NaiveDate,
    ) -> std::result::Result<Vec<Stated>, Absence> {
        let mut outcomes = Vec::with_capacity(1 + own.entries.len());
        if own.entries.iter().all(|row| !row.component.is_empty()) {
            outcomes.push(self.by_rule(asset, until).map(|(terms, entry)| Stated {
                component: String::new(),
                terms: terms.name(),
                class: None,
                is_own: false,
                entry,
            }));
        }
        outcomes.extend(own.entries.iter().map(|row| self.on_record(asset, row, until)));
        let (mut stated, mut outside) = (Vec::new(), None);
        for outcome in outcomes {
            match outcome {
                Ok(one) if one.entry.first_posted().first_day() > until => {
                    outside = outside.or(Some(Absence::Outside("caught up later")));
                }
                Ok(one) => stated.push(self.with_events(asset, own, one, until)),
                Err(gap @ Absence::Gap(_)) => return Err(gap),
                Err(reason) => outside = outside.or(Some(reason)),
            }
        }
        match outside {
            Some(reason) if stated.is_empty() => Err(reason),
            _ => Ok(stated),
        }
    }

    /// The entry of an asset that has none on record, without what happened to it.
    ///
    /// # Errors
    /// Why the asset does not stand in the books.
    pub fn by_rule(
        &self,
        asset: &Holding,
        until: NaiveDate,
    ) -> std::result::Result<(Terms<'_>, Entry), Absence> {
        if asset.price.is_none() && asset.is_leased {
            return Err(Absence::Outside("leased: it stands in the books of the lessor"));
        }
        if matches!(asset.status, AssetStatus::Planned | AssetStatus::Ordered | AssetStatus::InStock) {
            return Err(Absence::Outside("not in service yet"));
        }
        let in_service = asset.in_service_on.ok_or_else(|| Absence::gap("no in-service date"))?;
        if in_service > until {
            return Err(Absence::Outside("in service later"));
        }
        let (amount, code) = asset.price.as_ref().ok_or_else(|| Absence::gap("no purchase price"))?;
        let currency = Currency::from_code(code).map_err(|cause| Absence::Gap(cause.to_string()))?;
        let terms = self
            .terms_of(asset.kind)
            .ok_or_else(|| Absence::gap("no rule of this book applies to its kind"))?;
        if asset.has_left() && asset.left_on.is_none() {
            return Err(Absence::gap("it left service on a day that is not known"));
        }
        let cost = amount.to_decimal();
        let (plan, salvage) = match terms {
            Terms::Rule(rule) => (Plan::Rule(terms::depreciation(rule)), terms::salvage(rule, cost)),
            Terms::Class(class) => {
                (Plan::Macrs(self.macrs(class, in_service, currency, None, None)), Decimal::ZERO)
            }
        };
        let entry = Entry {
            plan,
            cost: Money::new(cost, currency),
            salvage,
            in_service,
            depreciable_from: None,
            opening: None,
            posted_from: self.caught_up(in_service),
            events: Vec::new(),
        };
        Ok((terms, entry))
    }

    /// The entry that is on record, without what happened to it.
    fn on_record(
        &self,
        asset: &Holding,
        row: &book_entry::Model,
        until: NaiveDate,
    ) -> std::result::Result<Stated, Absence> {
        let in_service = row.in_service_on.or(asset.in_service_on);
        let in_service = in_service.ok_or_else(|| Absence::gap("no in-service date"))?;
        if in_service > until {
            return Err(Absence::Outside("in service later"));
        }
        let currency = Currency::from_code(&row.currency).map_err(|cause| Absence::Gap(cause.to_string()))?;
        let cost = row.cost_amount.to_decimal();
        let states_terms = row.life_months.is_some() || row.method.is_some();
        let of_kind = self.tax.as_ref().filter(|_| !states_terms).and_then(|tax| tax.class(asset.kind));
        let class = row.tax_class.map(terms::tax_class).or(of_kind);
        let (plan, salvage, name) = match class.filter(|_| self.book == Book::Tax) {
            Some(class) => {
                let macrs = self.macrs(class, in_service, currency, row.bonus_rate, row.mid_quarter);
                (Plan::Macrs(macrs), Decimal::ZERO, Terms::Class(class).name())
            }
            None => {
                let rule = self.rule_of(asset.kind);
                let plan = terms::own_depreciation(row, rule).ok_or_else(|| {
                    Absence::gap("its entry states no life, and no rule of this book applies to its kind")
                })?;
                let by_rule = rule.map_or(Decimal::ZERO, |rule| terms::salvage(rule, cost));
                let of_rule = rule.filter(|_| !states_terms).map(|rule| rule.name.clone());
                let name = row.rule_name.clone().or(of_rule);
                let salvage = row.salvage_amount.map_or(by_rule, Amount::to_decimal);
                (Plan::Rule(plan), salvage, name.unwrap_or_else(|| OWN_TERMS.to_owned()))
            }
        };
        let opening = row.opening_amount.zip(row.opening_from);
        Ok(Stated {
            component: row.component.clone(),
            terms: name,
            class: row.class.clone(),
            is_own: true,
            entry: Entry {
                plan,
                cost: Money::new(cost, currency),
                salvage,
                in_service,
                depreciable_from: row.depreciable_from,
                opening: opening.map(|(amount, from)| Opening {
                    month: Month::of(from),
                    accumulated: amount.to_decimal(),
                }),
                posted_from: row.posted_from.map(Month::of),
                events: Vec::new(),
            },
        })
    }

    /// An entry with what happened to it: what is on record, and the day on which the inventory has it leave, unless a
    /// disposal on record says how all of it left.
    fn with_events(&self, asset: &Holding, own: OfAsset<'_>, mut stated: Stated, until: NaiveDate) -> Stated {
        let rows = own.events.iter().filter(|row| row.component == stated.component);
        let mut events: Vec<Event> = rows.filter_map(recorded::event).collect();
        if !events.iter().any(|event| event.change.disposes_of_all())
            && let Some(left) = asset.left_on.filter(|_| asset.has_left())
        {
            let sale = Disposal { proceeds: Decimal::ZERO, cost_of_sale: Decimal::ZERO };
            let change = Change::Disposal { portion: Portion::All, sale };
            events.push(Event { date: left, posted_from: self.caught_up(left), change });
        }
        events.extend(self.served_since(asset, own, &stated, &events));
        events.retain(|event| event.posted_on() <= until);
        stated.entry.events = events;
        stated
    }

    /// That the inventory has an asset in service since another day than a closing fixed: closed months stay as they
    /// were charged, and the first open one catches up. What had left before it is not charged any more.
    fn served_since(
        &self,
        asset: &Holding,
        own: OfAsset<'_>,
        stated: &Stated,
        events: &[Event],
    ) -> Option<Event> {
        let is_it = |row: &&book_entry::Model| row.component == stated.component;
        own.entries.iter().filter(is_it).find(|row| closed_periods::is_fixed(row))?;
        let date = self.open()?.first_day();
        let known = recorded::service(own.events, &stated.component).unwrap_or(stated.entry.in_service);
        let in_service = asset.in_service_on.filter(|day| *day != known)?;
        let has_left = |event: &Event| event.change.disposes_of_all() && event.posted_on() < date;
        let event = Event { date, posted_from: None, change: Change::Service { in_service } };
        (!events.iter().any(has_left)).then_some(event)
    }

    fn macrs(
        &self,
        class: MacrsClass,
        in_service: NaiveDate,
        currency: Currency,
        bonus_rate: Option<Rate>,
        mid_quarter: Option<bool>,
    ) -> Macrs {
        let none = BTreeSet::new();
        let years = self.mid_quarter.get(&currency).unwrap_or(&none);
        let asked = self.tax.as_ref().map_or(Decimal::ZERO, |tax| tax.bonus_rate);
        let convention = match mid_quarter {
            Some(true) => MacrsConvention::MidQuarter,
            Some(false) => MacrsConvention::HalfYear,
            None => MacrsConvention::of(in_service, years, &self.calendar),
        };
        Macrs { class, convention, bonus_rate: bonus_rate.map_or(asked, Rate::to_decimal) }
    }
}
