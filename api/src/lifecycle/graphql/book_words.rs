//! The words of the books, and which assets stand behind their figures, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::id::{AssetId, FiscalCalendarId};
use forecasting::{depreciation, month::Month};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::depreciation_rules::Book;
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    inventory::graphql::{assets::AssetFilter, models::HardwareKind},
    lifecycle::{
        as_known::Known,
        book_figures::{self, Coverage, Dimension},
        books::{Absence, Asked, TaxTerms},
        holdings::placed,
    },
    rules::require_range,
    schema::{
        explain::ExplanationInput,
        filter::Filter,
        request::caller,
        scalar::{Date, Id},
    },
};

/// The longest list of assets that are named for a reason.
const MOST_NAMED: i32 = 1_000;

/// How long property of a kind is written off for income tax in the United States.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "depreciation::MacrsClass")]
pub enum MacrsClass {
    /// Three years.
    ThreeYears,
    /// Five years: computers and their peripherals.
    FiveYears,
    /// Seven years: furniture, and whatever has no class of its own.
    SevenYears,
    /// Ten years.
    TenYears,
    /// Fifteen years: improvements inside a building.
    FifteenYears,
    /// Twenty years.
    TwentyYears,
}

/// The class of property of a kind of hardware.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct MacrsClassOfKind {
    /// The kind.
    kind: HardwareKind,
    /// Its class.
    class: MacrsClass,
}

/// Writes property off by the tables of income tax in the United States (MACRS, IRS Publication 946) instead of by
/// the rules of the book TAX. Salvage is ignored; the mid-quarter test over all property of a year decides its
/// convention.
#[derive(Clone, Debug, InputObject)]
pub struct TaxTermsInput {
    /// The class of kinds that have one of their own.
    classes: Option<Vec<MacrsClassOfKind>>,
    /// The class of all other kinds; null leaves them out of the books. Left out: five years, as for computers.
    #[graphql(default_with = "Some(MacrsClass::FiveYears)")]
    otherwise: Option<MacrsClass>,
    /// The share of the cost that is deducted at once in the first year, 0 to 1.
    #[graphql(default)]
    bonus_rate: Decimal,
}

impl From<TaxTermsInput> for TaxTerms {
    fn from(input: TaxTermsInput) -> Self {
        let classes = input.classes.unwrap_or_default().into_iter();
        Self {
            classes: classes.map(|one| (one.kind.into(), one.class.into())).collect(),
            otherwise: input.otherwise.map(Into::into),
            bonus_rate: input.bonus_rate,
        }
    }
}

/// What the rows of a roll-forward are kept apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Dimension")]
pub enum BookDimension {
    /// The kind of hardware.
    Kind,
    /// The site, by its code.
    Site,
    /// The depreciation rule, by its name, or the class of property.
    Rule,
    /// The owner.
    Owner,
    /// The cost centre.
    CostCentre,
    /// The class of the asset's own entry and its transfers, or else the kind of hardware.
    Class,
}

/// A value of a dimension.
#[derive(Clone, Debug, SimpleObject)]
pub struct BookKey {
    /// The dimension.
    pub(super) dimension: BookDimension,
    /// Its value. Null where the assets have none.
    pub(super) value: Option<String>,
}

/// An asset that a list names.
#[derive(Clone, Debug, SimpleObject)]
pub struct BookAsset {
    /// Its id.
    asset: ID,
    /// Its tag.
    tag: String,
}

impl BookAsset {
    pub(super) fn new(id: AssetId, tag: String) -> Self {
        Self { asset: Id(id).into(), tag }
    }
}

/// Assets that a figure of the books leaves out, for one reason.
pub struct BookExclusion {
    absence: Absence,
    assets: Vec<book_figures::Named>,
}

/// Assets that a figure of the books leaves out, for one reason.
#[Object]
impl BookExclusion {
    /// Why.
    async fn reason(&self) -> &str {
        self.absence.reason()
    }

    /// Whether they should stand behind the figure and lack an input. Otherwise they do not belong in the books,
    /// such as what is leased or not in service yet.
    async fn is_gap(&self) -> bool {
        matches!(self.absence, Absence::Gap(_))
    }

    /// How many.
    async fn count(&self) -> usize {
        self.assets.len()
    }

    /// Which.
    async fn assets(
        &self,
        #[graphql(default = 20, desc = "at most so many, up to 1,000")] first: i32,
        #[graphql(default = 0, desc = "so many that come before are left out")] skip: i32,
    ) -> Result<Vec<BookAsset>> {
        require_range("first", first, 0, MOST_NAMED)?;
        let skip =
            usize::try_from(skip).map_err(|_| Error::invalid("skip", format!("{skip} is below zero")))?;
        let first = usize::try_from(first).unwrap_or_default();
        let shown = self.assets.iter().skip(skip).take(first);
        let shown = shown.map(|it| BookAsset::new(it.id, it.tag.clone()));
        Ok(shown.collect())
    }
}

/// Which share of the assets had the inputs.
pub struct BookCoverage(pub(super) Coverage);

/// Which share of the assets had the inputs.
#[Object]
impl BookCoverage {
    /// Assets that stand behind the figure.
    async fn covered_count(&self) -> usize {
        self.0.covered
    }

    /// Assets that should: those that are covered, and those that lack an input.
    async fn total_count(&self) -> usize {
        self.0.covered.saturating_add(self.0.gaps())
    }

    /// The assets that were left out, by reason, the commonest first.
    async fn excluded(&self) -> Vec<BookExclusion> {
        let absences = self.0.absences.iter().cloned();
        absences.map(|(absence, assets)| BookExclusion { absence, assets }).collect()
    }

    /// The assets whose entry a closing fixed with another day of service or another cost than the inventory has now:
    /// what closed months were charged stands. Another first day of service is caught up in the first open month; nothing
    /// is caught up for another cost by itself. Empty for those who may not see prices.
    async fn differing(&self, ctx: &Context<'_>) -> Result<Vec<BookDifference>> {
        if !caller(ctx)?.may(Permission::ViewPrices) {
            return Ok(Vec::new());
        }
        let differing = self.0.differing.iter();
        Ok(differing
            .map(|(named, words)| BookDifference { tag: named.tag.clone(), words: words.clone() })
            .collect())
    }
}

/// An asset whose entry and whose record in the inventory differ.
#[derive(Clone, Debug, SimpleObject)]
pub struct BookDifference {
    /// The tag of the asset.
    tag: String,
    /// What differs, with both values.
    words: String,
}

/// The books that are asked for.
///
/// # Errors
/// `Invalid` for what is no id of a calendar.
pub(super) fn asked(book: Book, calendar: Option<&ID>, tax: Option<TaxTermsInput>) -> Result<Asked> {
    let calendar = calendar.map(|id| Id::<FiscalCalendarId>::parse(id)).transpose();
    Ok(Asked {
        book: book.into(),
        calendar: calendar.map_err(|message| Error::invalid("fiscalCalendar", message))?.map(|id| *id),
        tax: tax.map(Into::into),
        known: Known::default(),
    })
}

/// The books that are asked for, as they were known at the end of a day.
///
/// # Errors
/// As [`asked`], and for a day that nobody keeps books for.
pub(super) fn asked_as_of(
    book: Book,
    calendar: Option<&ID>,
    tax: Option<TaxTermsInput>,
    as_of: Option<Date>,
) -> Result<Asked> {
    Ok(Asked { known: Known::on(as_of.map(|day| day.0))?, ..asked(book, calendar, tax)? })
}

/// The assets of a filter, as the books place them in a month.
///
/// # Errors
/// Those of the filter.
pub(super) fn in_books(
    filter: Option<AssetFilter>,
    caller: &Caller,
    (book, month): (Book, Month),
) -> Result<Condition> {
    let Some(filter) = filter else { return Ok(Condition::all()) };
    Ok(placed(filter.condition(caller)?, book.into(), month))
}

/// One input of an explanation.
pub(super) fn input(name: &str, value: impl std::fmt::Display) -> ExplanationInput {
    ExplanationInput { name: name.to_owned(), value: value.to_string() }
}
