//! Depreciation schedules as a report: a line for each asset and month, and a sum for each currency and month.

use std::collections::BTreeMap;

use entity::{id::AssetId, inventory::asset, lifecycle::depreciation_rule::Book};
use forecasting::{
    depreciation::{MacrsClass, Posting},
    money::Currency,
    month::Month,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ColumnTrait, Condition};

use super::{HIDDEN, Kind, Parameter, Parameters, SCENARIO, assets, refresh_plan::kinds, under};
use crate::{
    access::Permission,
    error::{Error, Result},
    export::report::{Cell, Column, Report, Row, Sheet},
    lifecycle::{
        as_known::Known,
        book_schedules::{self, Schedule, Scheduled},
        books::{Asked, Books, TaxTerms},
    },
    rules::{require_plausible, require_range},
    schema::scalar::{Id, shown},
    store::Read,
};

/// What depreciation schedules are asked.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "assets",
        flag: "assets",
        meaning: "Which assets, by tag or id; all in the books when left out",
    },
    Parameter { name: "kinds", flag: "kinds", meaning: "Of these kinds of hardware; all when left out" },
    Parameter {
        name: "from",
        flag: "from",
        meaning: "First month; when left out that of asOf, or that of entry into service where assets are named",
    },
    Parameter {
        name: "months",
        flag: "months",
        meaning: "Number of months, 1 to 1,200; when left out 12, or to the end of life where assets are named",
    },
    BOOK,
    CALENDAR,
    TAX_CLASS,
    BONUS,
    Parameter { name: "asOf", flag: "as-of", meaning: "The day that the file is of; today when left out" },
    RECORDED_BY,
    SCENARIO,
];

/// The set of books.
pub(super) const BOOK: Parameter = Parameter {
    name: "book",
    flag: "book",
    meaning: "The set of books: BOOK, TAX, IFRS; BOOK when left out",
};

/// The calendar of conventions.
pub(super) const CALENDAR: Parameter = Parameter {
    name: "fiscalCalendar",
    flag: "fiscal-calendar",
    meaning: "Calendar of conventions, by name or id; the default one when left out",
};

/// The class of property.
pub(super) const TAX_CLASS: Parameter = Parameter {
    name: "taxClass",
    flag: "tax-class",
    meaning: "By the tables of tax in the United States, in the book TAX: the class of all property, such as \
              FIVE_YEARS; by the rules of the book when left out",
};

/// The share that is deducted at once.
pub(super) const BONUS: Parameter = Parameter {
    name: "bonusRate",
    flag: "bonus-rate",
    meaning: "Share of the cost that is deducted at once, 0 to 1, with taxClass; 0 when left out",
};

/// The day by whose end something has to be on record.
pub(super) const RECORDED_BY: Parameter = Parameter {
    name: "recordedBy",
    flag: "recorded-by",
    meaning: "The books as they were known at the end of this day, as `asOf` of the queries has them; as they are \
              known now when left out",
};

/// Lines of one report at most, in a file that a spreadsheet still opens.
const MOST_LINES: usize = 500_000;

/// The longest schedule, in months.
const MOST_MONTHS: i32 = 1_200;

const WORDS: [&str; 8] = ["row", "asset", "component", "kind", "rule", "in_service_on", "currency", "month"];
const AMOUNTS: [&str; 6] = ["charge", "caught_up", "impairment", "cost", "accumulated", "book_value"];

const BOOKS: [(&str, Book); 3] = [("BOOK", Book::Book), ("TAX", Book::Tax), ("IFRS", Book::Ifrs)];

const CLASSES: [(&str, MacrsClass); 6] = [
    ("THREE_YEARS", MacrsClass::ThreeYears),
    ("FIVE_YEARS", MacrsClass::FiveYears),
    ("SEVEN_YEARS", MacrsClass::SevenYears),
    ("TEN_YEARS", MacrsClass::TenYears),
    ("FIFTEEN_YEARS", MacrsClass::FifteenYears),
    ("TWENTY_YEARS", MacrsClass::TwentyYears),
];

/// The books that are asked for, with what the report says of them.
pub(super) async fn books(db: &impl Read, asked: &Parameters) -> Result<(Books, Vec<(&'static str, Cell)>)> {
    let book = asked.word("book", &BOOKS)?.unwrap_or(Book::Book);
    let class = asked.word("taxClass", &CLASSES)?;
    let bonus = asked.rate("bonusRate")?;
    if bonus.is_some() && class.is_none() {
        return Err(Error::invalid("bonusRate", "has a meaning with taxClass only"));
    }
    let bonus_rate = bonus.unwrap_or_default();
    let tax = class.map(|class| TaxTerms { classes: Vec::new(), otherwise: Some(class), bonus_rate });
    let calendar = asked.calendar(db).await?;
    let recorded_by = asked.date("recordedBy")?;
    let known = Known::on(recorded_by).map_err(|error| error.at("recordedBy"))?;
    let books = Books::load(db, Asked { calendar, tax, known, ..Asked::of(book) }).await.map_err(named)?;
    let about = vec![
        ("book", Cell::text(book.to_value())),
        ("fiscalCalendar", Cell::text(&books.calendar_name)),
        ("taxClass", Cell::any(asked.text("taxClass"), Cell::text)),
        ("bonusRate", Cell::any(bonus, Cell::Number)),
        ("recordedBy", Cell::any(recorded_by, Cell::Date)),
    ];
    Ok((books, about))
}

/// What is refused of tax terms, under the names that they have here.
fn named(error: Error) -> Error {
    match error.field() {
        Some("tax") => error.at("taxClass"),
        Some("tax.bonusRate") => error.at("bonusRate"),
        _ => error,
    }
}

pub(super) async fn report(db: &impl Read, asked: &Parameters) -> Result<Report> {
    let as_of = asked.as_of()?;
    require_plausible("asOf", Some(as_of))?;
    let wanted = asked.list("assets")?;
    let (mut from, mut months) = (asked.month("from")?, asked.months()?);
    if wanted.is_empty() {
        from = from.or(Some(Month::of(as_of)));
        months = months.or(Some(12));
    }
    require_plausible("from", from.map(Month::first_day))?;
    if let Some(months) = months {
        require_range("months", months, 1, MOST_MONTHS)?;
    }
    let (books, about) = books(db, asked).await?;
    let scenario = asked.scenario(db).await?;
    let kinds = kinds(asked)?;
    let mut found = book_schedules::schedules(db, &books, condition(&wanted)).await?;
    let is_named =
        |word: &str| found.iter().any(|one| one.asset.tag == word || Id(one.asset.id).to_string() == word);
    if let Some(word) = wanted.iter().find(|word| !is_named(word)) {
        return Err(Error::invalid(
            "assets",
            format!("there is no asset with the tag or id {}", shown(word)),
        ));
    }
    found.retain(|one| kinds.is_empty() || kinds.contains(&one.asset.kind));
    let page = Page { shows_prices: db.caller().may(Permission::ViewPrices), span: (from, months) };
    let mut question = vec![
        ("assets", Cell::text(asked.text("assets").unwrap_or("all"))),
        ("kinds", Cell::text(asked.text("kinds").unwrap_or("all"))),
        ("from", Cell::any(from, Cell::Month)),
        ("months", Cell::any(months, Cell::count)),
    ];
    question.extend(about);
    question.extend(under(&scenario));
    let (rows, excluded) = page.rows(&found)?;
    let report = Report {
        question,
        columns: WORDS.iter().chain(&AMOUNTS).map(|name| Column::Field(name)).collect(),
        sheets: vec![Sheet { name: "Schedules", rows }],
        formulas: vec![
            "book value = cost - depreciation accumulated - impairment".to_owned(),
            "caught up is the part of the charge that makes good of closed months".to_owned(),
        ],
        assumptions: books.assumptions().into_iter().chain(scenario.of_books(false)).collect(),
        excluded,
        ..Kind::DepreciationSchedules.empty(as_of)
    };
    Ok(report.fingerprinted())
}

/// The assets that are named by tag or by id; all when none is.
fn condition(wanted: &[&str]) -> Condition {
    if wanted.is_empty() {
        return Condition::all();
    }
    let ids = wanted.iter().filter_map(|word| Id::<AssetId>::parse(word).ok()).map(|id| id.0);
    let tags = wanted.iter().copied();
    Condition::any().add(asset::Column::Id.is_in(ids)).add(asset::Column::Tag.is_in(tags))
}

struct Page {
    shows_prices: bool,
    span: (Option<Month>, Option<i32>),
}

impl Page {
    /// A line for each asset and month and the sums of months; what was left out, and why.
    fn rows(&self, found: &[Scheduled]) -> Result<(Vec<Row>, Vec<String>)> {
        let mut rows = Vec::new();
        let mut sums: BTreeMap<(Currency, Month), [Decimal; 6]> = BTreeMap::new();
        let mut absences: BTreeMap<&str, usize> = BTreeMap::new();
        for one in found {
            let schedule = match &one.schedule {
                Ok(schedule) => schedule,
                Err(absence) => {
                    *absences.entry(absence.reason()).or_default() += 1;
                    continue;
                }
            };
            let currency = schedule.entry.cost.currency;
            for posting in self.postings(schedule) {
                let amounts = amounts(schedule, &posting);
                let mut cells = words(one, schedule);
                cells.push(Cell::Month(posting.month));
                cells.extend(amounts.iter().map(|amount| self.money(*amount, currency)));
                rows.push(Row::line(cells));
                let sum = sums.entry((currency, posting.month)).or_default();
                sum.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
            }
            if rows.len() > MOST_LINES {
                let message = format!("more than {MOST_LINES} lines: name assets, kinds or fewer months");
                return Err(Error::TooMuch { field: "months".to_owned(), message });
            }
        }
        let sums: Vec<Row> = sums
            .into_iter()
            .map(|((currency, month), sum)| {
                let mut cells = vec![Cell::text("total")];
                cells.resize(WORDS.len() - 2, Cell::none());
                cells.extend([Cell::text(currency.code()), Cell::Month(month)]);
                let [charge, caught_up, impairment, balances @ ..] = sum;
                cells.extend([charge, caught_up, impairment].map(|amount| self.money(amount, currency)));
                cells.extend(balances.map(|amount| self.balance(amount, currency)));
                Row::total(cells)
            })
            .collect();
        rows.extend(sums);
        let mut absences: Vec<(&str, usize)> = absences.into_iter().collect();
        absences.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let left_out = absences.into_iter().map(|(reason, count)| format!("{}: {reason}", assets(count)));
        Ok((rows, left_out.collect()))
    }

    /// The months that are asked for, as the schedule of one asset shows them.
    fn postings(&self, schedule: &Schedule) -> Vec<Posting> {
        if self.span == (None, None) {
            return schedule.ledger.schedule();
        }
        let (from, months) = self.span;
        let from = from.unwrap_or(Month::of(schedule.entry.in_service));
        let left = || {
            let last = schedule.ledger.schedule().last().map(|last| last.month);
            last.map_or(0, |last| last.since(from).saturating_add(1).max(0)).min(MOST_MONTHS)
        };
        let months = months.unwrap_or_else(left).unsigned_abs();
        from.range(months).map(|month| schedule.ledger.posting(month)).collect()
    }

    /// A sum of balances, which holds where every asset has a line in every month.
    fn balance(&self, amount: Decimal, currency: Currency) -> Cell {
        match self.span {
            (Some(_), Some(_)) => self.money(amount, currency),
            _ => Cell::Blank("lines end with the life of each asset: give from and months".into()),
        }
    }

    fn money(&self, amount: Decimal, currency: Currency) -> Cell {
        if self.shows_prices { Cell::money(amount, currency) } else { Cell::Blank(HIDDEN.into()) }
    }
}

fn words(one: &Scheduled, schedule: &Schedule) -> Vec<Cell> {
    let component = Some(one.component.as_str()).filter(|name| !name.is_empty());
    vec![
        Cell::text("asset"),
        Cell::text(&one.asset.tag),
        Cell::any(component, Cell::text),
        Cell::text(one.asset.kind.to_value()),
        Cell::text(&schedule.rule),
        Cell::Date(schedule.entry.in_service),
        Cell::text(schedule.entry.cost.currency.code()),
    ]
}

fn amounts(schedule: &Schedule, posting: &Posting) -> [Decimal; 6] {
    let catch_up = schedule.ledger.catch_ups().iter().find(|one| one.month == posting.month);
    let caught_up = catch_up.map_or(Decimal::ZERO, |one| one.charge);
    let closing = posting.closing;
    [posting.charge, caught_up, posting.impairment, closing.cost, closing.accumulated, closing.book_value()]
}
