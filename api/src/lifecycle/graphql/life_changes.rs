//! What another life of assets does to depreciation, as clients see it.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::id::ScenarioId;
use forecasting::month;
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    book_words::{BookCoverage, TaxTermsInput, asked_as_of, input},
    depreciation_rules::Book,
    depreciation_schedules::LifeChangeInput,
};
use crate::{
    access::Permission,
    error::Result,
    inventory::graphql::assets::AssetFilter,
    lifecycle::{book_masks::FEWEST_SUMMED, books::Books, life_changes},
    roadmap::year_label,
    rules::{require_plausible, require_range},
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::Explanation,
        filter::Filter,
        request::{caller, read},
        scalar::{Date, Id, plain},
    },
};

/// What a fiscal year is charged, in one currency, with the lives of today and with another one. Amounts are null where
/// they are hidden.
#[derive(Clone, Debug, SimpleObject)]
pub struct LifeChangeYear {
    /// The fiscal year, as its calendar counts it.
    fiscal_year: i32,
    /// Its name: `FY27`.
    label: String,
    /// The currency.
    currency: String,
    /// What is charged as things are.
    before: Option<Decimal>,
    /// What would be charged.
    after: Option<Decimal>,
    /// The second less the first: below zero the change saves.
    difference: Option<Decimal>,
}

/// What another life of assets does to depreciation, year by year.
#[derive(SimpleObject)]
pub struct LifeChangeEffect {
    /// The day of the change.
    on: Date,
    /// The set of books.
    book: Book,
    /// Fiscal years, each with every currency.
    years: Vec<LifeChangeYear>,
    /// Whether amounts are hidden from the caller's role: those of fewer than five assets, which would tell a price.
    amounts_hidden: bool,
    /// Assets whose charges change.
    changed_count: u64,
    /// Assets that the change does not concern: written off by tables of tax, left by then, or in service later.
    unchanged_count: u64,
    /// Which assets stand behind it, and which do not and why.
    coverage: BookCoverage,
    /// How it came about.
    explain: Explanation,
    /// The day whose knowledge it is: what was recorded later is left out. Null where all counts that is recorded.
    as_of: Option<Date>,
    /// The scenario that is laid over what is recorded. Null for the baseline.
    scenario: Option<Scenario>,
}

/// Queries of changes of life.
#[derive(Default)]
pub struct LifeChangeQuery;

/// Queries of changes of life.
#[Object]
impl LifeChangeQuery {
    /// What it does to depreciation if assets serve longer or shorter from a day on: servers for six years instead of
    /// five. Nothing is recorded. What was charged before stays.
    #[graphql(complexity = "4_000 + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn life_change_effect(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day of the change.")] on: Date,
        #[graphql(desc = "The new life.")] life_change: LifeChangeInput,
        #[graphql(default = 5, desc = "Fiscal years shown, 1 to 20, from that of the day on.")] years: i32,
        #[graphql(desc = "Which assets. Left out: all.")] filter: Option<AssetFilter>,
        #[graphql(default_with = "Book::Book", desc = "The set of books.")] book: Book,
        #[graphql(desc = "Fiscal calendar of conventions and years; the default one when left out.")]
        fiscal_calendar: Option<ID>,
        #[graphql(desc = "By the tables of tax in the United States; for the book TAX only.")] tax: Option<
            TaxTermsInput,
        >,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(
            desc = "The day whose knowledge counts: what was recorded later is left out. Left out: all that is recorded."
        )]
        as_of: Option<Date>,
    ) -> Result<LifeChangeEffect> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let overlay = Overlay::load(&reader, scenario.map(|id| id.0)).await?;
        let caller = caller(ctx)?;
        require_plausible("on", Some(on.0))?;
        require_range("years", years, 1, 20)?;
        let change = life_change.change()?;
        let books = Books::load(&reader, asked_as_of(book, fiscal_calendar.as_ref(), tax, as_of)?).await?;
        let condition = Condition::all().add(filter.unwrap_or_default().condition(caller)?);
        let first = books.calendar.fiscal_year_of(month::Month::of(on.0));
        let span = (first, years.unsigned_abs());
        let found = life_changes::effect(&reader, &books, condition, (on.0, change), span).await?;
        let few = found.counts.values().any(|count| *count < FEWEST_SUMMED);
        let is_shown = caller.may(Permission::ViewPrices) || !few;
        let shown = |amount: Decimal| is_shown.then(|| plain(amount));
        let years = found.years.iter().map(|row| LifeChangeYear {
            fiscal_year: row.fiscal_year,
            label: year_label(row.fiscal_year),
            currency: row.currency.code().to_owned(),
            before: shown(row.before),
            after: shown(row.after),
            difference: shown(row.difference),
        });
        let mut assumptions = books.assumptions();
        assumptions.extend(overlay.of_books(false));
        assumptions
            .push("The change is prospective: months that were charged before stay as they are.".to_owned());
        Ok(LifeChangeEffect {
            on,
            book,
            years: years.collect(),
            amounts_hidden: !is_shown,
            changed_count: found.changed,
            unchanged_count: found.unchanged,
            explain: Explanation {
                formula: "charges with the change - charges without it; \
                          charge = (book value - salvage) / months left, as the method spreads it"
                    .into(),
                inputs: vec![input("assets changed", found.changed), input("day", on.0)],
                assumptions,
                excluded: found.coverage.excluded(),
                estimated: true,
            },
            coverage: BookCoverage(found.coverage),
            as_of,
            scenario: overlay.scenario().and_then(scenarios::of),
        })
    }
}
