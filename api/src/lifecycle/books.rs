//! The books: which assets stand in them, by which rule, and which do not and why.
//!
//! An asset enters the books with what was paid for it on its first day of service, and leaves them on the day it
//! was retired. How it is written off says the rule of its kind in the set of books, or, for income tax in the United
//! States, its class of property ([`TaxTerms`]).

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    id::{AssetId, FiscalCalendarId, SiteId},
    inventory::{
        asset::{self, AssetStatus},
        hardware_model::{self, HardwareKind},
    },
    lifecycle::depreciation_rule::{self, Book},
    money::Amount,
};
use forecasting::{
    depreciation::{
        BookKind, BookTerms, Change, Disposal, Entry, Event, Macrs, MacrsClass, MacrsConvention,
        MidQuarterTest, PeriodSharing, Placement, Plan, Portion, mid_quarter_test, mid_quarter_years,
    },
    money::{Currency, Money},
    month::{FiscalCalendar, Month},
};
use futures_util::TryStreamExt;
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryResult, QuerySelect, QueryTrait,
    RelationTrait,
};

use super::{depreciation_rules, matching, terms};
use crate::{
    error::{Error, Result},
    finance::fiscal_calendars,
    rules::require_fraction,
    store::Read,
};

/// Which books are asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The set of books.
    pub book: Book,
    /// The fiscal calendar; the default one when left out.
    pub calendar: Option<FiscalCalendarId>,
    /// Writes property off by the tables of income tax in the United States, instead of by rules.
    pub tax: Option<TaxTerms>,
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
    fn class(&self, kind: HardwareKind) -> Option<MacrsClass> {
        let named = self.classes.iter().find(|(known, _)| *known == kind).map(|(_, class)| *class);
        named.or(self.otherwise)
    }
}

/// An asset as the books see it.
#[derive(Clone, Debug)]
pub struct Holding {
    /// Which one.
    pub id: AssetId,
    /// Its tag.
    pub tag: String,
    /// What its model is for.
    pub kind: HardwareKind,
    /// Where it stands.
    pub site: SiteId,
    /// Where it stands in its life.
    pub status: AssetStatus,
    /// First day of service.
    pub in_service_on: Option<NaiveDate>,
    /// The day on which it left, where it has left.
    pub left_on: Option<NaiveDate>,
    /// Whether it is leased.
    pub is_leased: bool,
    /// What was paid for it, and in which currency.
    pub price: Option<(Amount, String)>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it is charged to.
    pub cost_centre: Option<String>,
}

impl Holding {
    /// Whether it has left service for good.
    #[must_use]
    pub fn has_left(&self) -> bool {
        matches!(self.status, AssetStatus::Retired | AssetStatus::Disposed)
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

/// A set of books, ready to enter assets in.
#[derive(Clone, Debug)]
pub struct Books {
    /// The set.
    pub book: Book,
    /// The fiscal calendar.
    pub calendar: FiscalCalendar,
    /// The name of the calendar.
    pub calendar_name: String,
    tax: Option<TaxTerms>,
    rules: Vec<depreciation_rule::Model>,
    /// The tax years that follow the mid-quarter convention, by currency.
    mid_quarter: HashMap<Currency, BTreeSet<i32>>,
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
        let rules = depreciation_rules::all_active(db).await?;
        let mut books = Self {
            book: asked.book,
            calendar,
            calendar_name,
            tax: asked.tax,
            rules,
            mid_quarter: HashMap::new(),
        };
        if let Some(tax) = &books.tax {
            for (currency, placements) in placements(db, tax).await? {
                let years = mid_quarter_years(&placements, &books.calendar).map_err(Error::internal)?;
                books.mid_quarter.insert(currency, years);
            }
        }
        Ok(books)
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
            None => matching::rule_of(&self.rules, self.book, kind).map(Terms::Rule),
        }
    }

    /// The entry of an asset, as it stands with what was known before `until`: what leaves later is still there.
    ///
    /// # Errors
    /// Why the asset does not stand in the books.
    pub fn entry(&self, asset: &Holding, until: NaiveDate) -> std::result::Result<Entry, Absence> {
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
            Terms::Class(class) => (Plan::Macrs(self.macrs(class, in_service, currency)), Decimal::ZERO),
        };
        let left_on = asset.left_on.filter(|day| *day <= until && asset.has_left());
        Ok(Entry {
            plan,
            cost: Money::new(cost, currency),
            salvage,
            in_service,
            opening: None,
            posted_from: None,
            events: left_on.map(scrapped).into_iter().collect(),
        })
    }

    fn macrs(&self, class: MacrsClass, in_service: NaiveDate, currency: Currency) -> Macrs {
        let none = BTreeSet::new();
        let years = self.mid_quarter.get(&currency).unwrap_or(&none);
        let bonus_rate = self.tax.as_ref().map_or(Decimal::ZERO, |tax| tax.bonus_rate);
        Macrs { class, convention: MacrsConvention::of(in_service, years, &self.calendar), bonus_rate }
    }

    /// What the books take for granted, each a sentence.
    #[must_use]
    pub fn assumptions(&self) -> Vec<String> {
        let mut list = vec![
            "An asset enters the books with its purchase price on its first day of service.".to_owned(),
            "What was retired leaves the books on that day, without proceeds.".to_owned(),
            "Charges are posted on the last day of each month.".to_owned(),
            format!("Fiscal years are those of: {}.", self.calendar_name),
        ];
        match &self.tax {
            None => {
                let rule = "The rule of the asset's kind in this book applies, as it is on record now.";
                list.push(rule.to_owned());
            }
            Some(_) => {
                list.push(
                    "Property is written off by the tables of IRS Publication 946; salvage is ignored."
                        .into(),
                );
                let mut years: Vec<i32> = self.mid_quarter.values().flatten().copied().collect();
                years.sort_unstable();
                years.dedup();
                let years: Vec<String> = years.iter().map(ToString::to_string).collect();
                let which = if years.is_empty() { "none".to_owned() } else { years.join(", ") };
                list.push(format!("Tax years that follow the mid-quarter convention: {which}."));
            }
        }
        list
    }
}

/// All of an asset leaves the books without proceeds.
fn scrapped(date: NaiveDate) -> Event {
    let sale = Disposal { proceeds: Decimal::ZERO, cost_of_sale: Decimal::ZERO };
    Event { date, posted_from: None, change: Change::Disposal { portion: Portion::All, sale } }
}

/// The mid-quarter test of a tax year over all property in one currency, with the number of assets that were placed in
/// service in the year.
///
/// # Errors
/// Those of the database.
pub async fn test_of_year(
    db: &impl Read,
    books: &Books,
    tax: &TaxTerms,
    year: i32,
    currency: Currency,
) -> Result<(MidQuarterTest, usize)> {
    let placements = placements(db, tax).await?.remove(&currency).unwrap_or_default();
    let test = mid_quarter_test(&placements, year, &books.calendar).map_err(Error::internal)?;
    let in_year = |one: &&Placement| books.calendar.fiscal_year_of(Month::of(one.in_service)) == year;
    Ok((test, placements.iter().filter(in_year).count()))
}

/// What was placed in service, by currency. What has no class is no property of this system.
async fn placements(db: &impl Read, tax: &TaxTerms) -> Result<HashMap<Currency, Vec<Placement>>> {
    let mut placements: HashMap<Currency, Vec<Placement>> = HashMap::new();
    let priced = Condition::all()
        .add(asset::Column::PurchaseAmount.is_not_null())
        .add(asset::Column::InServiceOn.is_not_null());
    for holding in read(db, priced).await? {
        let known = holding.in_service_on.zip(holding.price).filter(|_| tax.class(holding.kind).is_some());
        let Some((in_service, (amount, code))) = known else { continue };
        let Ok(currency) = Currency::from_code(&code) else { continue };
        let disposed = holding.left_on;
        let placement = Placement { in_service, basis: amount.to_decimal(), disposed };
        placements.entry(currency).or_default().push(placement);
    }
    Ok(placements)
}

/// The assets that can stand in the books on a day or later: all but those that left before.
#[must_use]
pub fn still_there(from: NaiveDate) -> Condition {
    use asset::Column as C;
    Condition::any()
        .add(C::Status.is_not_in([AssetStatus::Retired, AssetStatus::Disposed]))
        .add(C::RetiredOn.is_null())
        .add(C::RetiredOn.gte(from))
}

/// Reads assets, as they arrive, by one statement.
///
/// # Errors
/// Those of the database.
pub async fn read(db: &impl Read, condition: Condition) -> Result<Vec<Holding>> {
    use asset::Column as C;
    let columns = [
        C::Id,
        C::Tag,
        C::SiteId,
        C::Status,
        C::InServiceOn,
        C::RetiredOn,
        C::DisposedOn,
        C::LeaseReturnOn,
        C::PurchaseAmount,
        C::PurchaseCurrency,
        C::Owner,
        C::CostCentre,
    ];
    let query = asset::Entity::find()
        .select_only()
        .columns(columns)
        .column(hardware_model::Column::Kind)
        .join(JoinType::InnerJoin, asset::Relation::Model.def())
        .filter(condition);
    let query = db.get_database_backend().build(query.as_query());
    let mut rows = db.rows(query).await?;
    let mut holdings = Vec::new();
    while let Some(row) = rows.try_next().await? {
        holdings.push(decoded(&row)?);
    }
    holdings.sort_unstable_by_key(|holding| holding.id);
    Ok(holdings)
}

fn decoded(row: &QueryResult) -> Result<Holding> {
    let status: AssetStatus = row.try_get_by_index(3)?;
    let retired: Option<NaiveDate> = row.try_get_by_index(5)?;
    let disposed: Option<NaiveDate> = row.try_get_by_index(6)?;
    let lease_return: Option<NaiveDate> = row.try_get_by_index(7)?;
    let amount: Option<Amount> = row.try_get_by_index(8)?;
    let has_left = matches!(status, AssetStatus::Retired | AssetStatus::Disposed);
    Ok(Holding {
        id: row.try_get_by_index(0)?,
        tag: row.try_get_by_index(1)?,
        kind: row.try_get_by_index(12)?,
        site: row.try_get_by_index(2)?,
        status,
        in_service_on: row.try_get_by_index(4)?,
        left_on: retired.or(disposed).filter(|_| has_left),
        is_leased: lease_return.is_some(),
        price: amount.zip(row.try_get_by_index::<Option<String>>(9)?),
        owner: row.try_get_by_index(10)?,
        cost_centre: row.try_get_by_index(11)?,
    })
}
