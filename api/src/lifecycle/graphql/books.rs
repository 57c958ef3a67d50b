//! What assets are worth in the books, and how the books got there, as clients see it.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    finance::exchange_rate::RateKind,
    id::{AssetId, ScenarioId},
    inventory::asset,
};
use forecasting::{
    depreciation::{Balance, Movements},
    money::{self, Currency},
    month,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};

use super::{
    book_periods::{BookPeriodComparison, FiscalPeriodsInput, span},
    book_words::{BookCoverage, BookDimension, BookKey, TaxTermsInput, asked_as_of, in_books, input},
    depreciation_rules::Book,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    finance::rates::Rates,
    inventory::graphql::assets::AssetFilter,
    lifecycle::{
        book_figures::{self, Dimension, Row, Worth},
        book_masks::{FEWEST_SUMMED, hidden},
        book_periods::{self, Periods},
        books::Books,
        holdings,
    },
    rules::require_fraction,
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::Explanation,
        request::{caller, read},
        scalar::{Date, Id, Money, Month, plain},
    },
    store::Read,
};

/// What assets in one currency are worth in the books. Amounts are null where they are hidden.
#[derive(Clone, Debug, SimpleObject)]
pub struct BookBalance {
    /// How many assets.
    count: u64,
    /// Capitalised cost.
    cost: Option<Money>,
    /// Depreciation accumulated.
    accumulated: Option<Money>,
    /// Impairment losses.
    impairment: Option<Money>,
    /// Cost less accumulated depreciation less impairment.
    book_value: Option<Money>,
}

/// What assets are worth in the books on a day.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct BookValue {
    /// The day.
    on: Date,
    /// The set of books.
    book: Book,
    /// The book value of all in one currency. Null where it is hidden, or cannot be told; then `reason` says why.
    total: Option<Money>,
    /// Why there is no total.
    reason: Option<String>,
    /// The sums, one for each currency.
    by_currency: Vec<BookBalance>,
    /// Whether amounts are hidden from the caller's role: those of fewer than five assets, which would tell a price.
    amounts_hidden: bool,
    /// Which assets stand behind it, and which do not and why.
    coverage: BookCoverage,
    /// How it came about.
    explain: Explanation,
    /// The day whose knowledge it is: what was recorded later is left out. Null where all counts that is recorded.
    as_of: Option<Date>,
    /// The scenario that is laid over what is recorded. Null for the baseline.
    scenario: Option<Scenario>,
    #[graphql(skip)]
    worth: Vec<Worth>,
}

/// What leaving assets behind on the day would write off, in one currency. Amounts are null where they are hidden.
#[derive(Clone, Debug, SimpleObject)]
pub struct BookWriteOff {
    /// The book value that leaves.
    book_value: Option<Money>,
    /// What a sale is taken to bring.
    proceeds: Option<Money>,
    /// The first less the second: the loss. Below zero it is a gain.
    loss: Option<Money>,
}

#[ComplexObject]
impl BookValue {
    /// What leaving these assets behind on the day would write off, by currency: their book value, less what a sale is
    /// taken to bring.
    #[graphql(complexity = "10 * child_complexity + 1")]
    async fn write_off(
        &self,
        #[graphql(
            default,
            desc = "What a sale brings, as a share of the book value: 0.1 is 10 %. Left out: nothing."
        )]
        proceeds_rate: Decimal,
    ) -> Result<Vec<BookWriteOff>> {
        require_fraction("proceedsRate", proceeds_rate, Decimal::ZERO, Decimal::ONE)?;
        let rows = self.worth.iter().map(|one| {
            let found = one.balance.write_off(proceeds_rate, one.currency);
            let found = found.map_err(|cause| book_figures::refused("", &cause))?;
            let shown = |amount| (!self.amounts_hidden).then(|| money(amount, one.currency));
            Ok(BookWriteOff {
                book_value: shown(found.book_value),
                proceeds: shown(found.proceeds),
                loss: shown(found.loss),
            })
        });
        rows.collect()
    }
}

/// How a balance of the books came from one moment to the next.
#[derive(Clone, Debug, SimpleObject)]
pub struct BookMovement {
    /// Before the first month.
    opening: Decimal,
    /// What came in: the cost of what entered service, and what it brought along.
    added: Decimal,
    /// What was charged: depreciation, or impairment losses. Nothing is charged to cost.
    charged: Decimal,
    /// Of what was charged, what closed months would have been charged less what they were, for something of them that
    /// became known in an open one. Zero where nothing is caught up.
    caught_up: Decimal,
    /// What came by transfers from another row, less what went to one. In the totals it is nothing.
    transferred: Decimal,
    /// What left with disposals.
    removed: Decimal,
    /// After the last month: opening and added and charged and transferred, less removed.
    closing: Decimal,
}

/// A row of a roll-forward. Amounts are null where they are hidden.
#[derive(Clone, Debug, SimpleObject)]
pub struct RollForwardRow {
    /// The values of the dimensions, in the order in which they were asked for; none for a total.
    keys: Vec<BookKey>,
    /// The currency of the amounts. Amounts of different currencies are never added.
    currency: String,
    /// How many assets.
    count: u64,
    /// Capitalised cost.
    cost: Option<BookMovement>,
    /// Accumulated depreciation.
    accumulated: Option<BookMovement>,
    /// Impairment losses.
    impairment: Option<BookMovement>,
    /// Cost less accumulated depreciation less impairment, before the first month.
    opening_book_value: Option<Decimal>,
    /// The same after the last month.
    closing_book_value: Option<Decimal>,
    /// Whether the amounts are hidden from the caller's role: they are of fewer than five assets, or would tell
    /// such amounts by what they lack to the total.
    amounts_hidden: bool,
}

/// How the books got from one balance to the next.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RollForward {
    /// First month.
    from: Month,
    /// Last month.
    to: Month,
    /// The set of books.
    book: Book,
    /// One row for each value of the dimensions and each currency.
    rows: Vec<RollForwardRow>,
    /// The sums of the rows, one for each currency.
    totals: Vec<RollForwardRow>,
    /// Which assets stand behind it, and which do not and why.
    coverage: BookCoverage,
    /// How it came about.
    explain: Explanation,
    /// The day whose knowledge it is: what was recorded later is left out. Null where all counts that is recorded.
    as_of: Option<Date>,
    /// The scenario that is laid over what is recorded. Null for the baseline.
    scenario: Option<Scenario>,
    #[graphql(skip)]
    asked: Option<(Books, Condition, Periods)>,
}

#[ComplexObject]
impl RollForward {
    /// What each of the periods charges, beside the same period of the fiscal year before, by currency. In a calendar of
    /// weeks periods of different length are compared by the week. Null where months were asked for instead of periods.
    #[graphql(complexity = "200 + 24 * child_complexity")]
    async fn periods(&self, ctx: &Context<'_>) -> Result<Option<Vec<BookPeriodComparison>>> {
        let Some((books, condition, periods)) = &self.asked else { return Ok(None) };
        let reader = read(ctx, Permission::ViewTotals)?;
        let rows = book_periods::compare(&reader, books, condition.clone(), *periods).await?;
        let may = caller(ctx)?.may(Permission::ViewPrices);
        Ok(Some(rows.iter().map(|row| BookPeriodComparison::new(row, may)).collect()))
    }
}

pub(super) fn money(amount: Decimal, currency: Currency) -> Money {
    Money { amount: plain(amount), currency: currency.code().to_owned() }
}

impl BookBalance {
    fn new(worth: &Worth, is_shown: bool) -> Self {
        let shown = |amount| is_shown.then(|| money(amount, worth.currency));
        let Balance { cost, accumulated, impairment } = worth.balance;
        Self {
            count: worth.count,
            cost: shown(cost),
            accumulated: shown(accumulated),
            impairment: shown(impairment),
            book_value: shown(worth.balance.book_value()),
        }
    }
}

impl RollForwardRow {
    fn new(row: &Row, by: &[Dimension], is_hidden: bool) -> Self {
        let keys = by.iter().zip(&row.key);
        let keys = keys.map(|(one, value)| BookKey { dimension: (*one).into(), value: value.clone() });
        let closing = row.movements.closing();
        let Movements { opening, added, charge, impairment, caught_up, transferred, removed } = row.movements;
        let movement = |of: fn(&Balance) -> Decimal, charged: Decimal| {
            (!is_hidden).then(|| BookMovement {
                opening: plain(of(&opening)),
                added: plain(of(&added)),
                charged: plain(charged),
                caught_up: plain(of(&caught_up)),
                transferred: plain(of(&transferred)),
                removed: plain(of(&removed)),
                closing: plain(of(&closing)),
            })
        };
        Self {
            keys: keys.collect(),
            currency: row.currency.code().to_owned(),
            count: row.count,
            cost: movement(|balance| balance.cost, Decimal::ZERO),
            accumulated: movement(|balance| balance.accumulated, charge),
            impairment: movement(|balance| balance.impairment, impairment),
            opening_book_value: (!is_hidden).then(|| plain(opening.book_value())),
            closing_book_value: (!is_hidden).then(|| plain(closing.book_value())),
            amounts_hidden: is_hidden,
        }
    }
}

/// The sum in one currency, or why there is none.
async fn total(
    db: &impl Read,
    worth: &[Worth],
    asked: Option<&str>,
    (on, overlay): (NaiveDate, &Overlay),
) -> Result<std::result::Result<Money, String>> {
    let asked =
        asked.map(|code| Currency::from_code(code).map_err(|cause| Error::invalid("currency", cause)));
    let currency = match (asked.transpose()?, worth) {
        (_, []) => return Ok(Err("none of the assets stands in the books on this day".to_owned())),
        (Some(currency), _) => currency,
        (None, [only]) => only.currency,
        (None, several) => {
            let codes: Vec<_> = several.iter().map(|one| one.currency.code()).collect();
            return Ok(Err(format!("the assets were bought in {}: name a currency", codes.join(", "))));
        }
    };
    let codes = worth.iter().map(|one| one.currency.code()).chain([currency.code()]);
    let codes = codes.map(str::to_owned).chain(overlay.currencies()).collect();
    let rates = Rates::load(db, &codes, RateKind::Plan, (on, on)).await?;
    let rates = overlay.rates(&rates);
    let mut sum = money::Money::zero(currency);
    for one in worth {
        let value = money::Money::new(one.balance.book_value(), one.currency);
        let converted = rates.convert(value, currency, on)?.round();
        sum = sum.checked_add(converted).map_err(Error::internal)?;
    }
    Ok(Ok(money(sum.amount, currency)))
}

/// Queries of the books.
#[derive(Default)]
pub struct BookQuery;

/// Queries of the books.
#[Object]
impl BookQuery {
    /// What assets are worth in the books on a day: one of them, those of a filter, or all.
    #[graphql(complexity = "2_000 + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn book_value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day. Charges are posted on the last day of each month.")] on: Date,
        #[graphql(desc = "One asset.")] asset: Option<Id<AssetId>>,
        #[graphql(
            desc = "Which assets; site and cost centre are those that the books have them at on the day. Left out: all."
        )]
        filter: Option<AssetFilter>,
        #[graphql(default_with = "Book::Book", desc = "The set of books.")] book: Book,
        #[graphql(desc = "Currency of the total, by its code; may be left out when all was bought in one.")]
        currency: Option<String>,
        #[graphql(desc = "Fiscal calendar of conventions; the default one when left out.")]
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
    ) -> Result<BookValue> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let overlay = Overlay::load(&reader, scenario.map(|id| id.0)).await?;
        let caller = caller(ctx)?;
        let books = Books::load(&reader, asked_as_of(book, fiscal_calendar.as_ref(), tax, as_of)?).await?;
        if let Some(id) = asset {
            // No asset is not one that is worth nothing.
            holdings::find(&reader, *id).await?;
        }
        let condition = Condition::all()
            .add(in_books(filter, caller, (book, month::Month::of(on.0)))?)
            .add_option(asset.map(|id| asset::Column::Id.eq(*id)));
        let (worth, coverage) = book_figures::worth(&reader, &books, condition, on.0).await?;
        let is_shown =
            caller.may(Permission::ViewPrices) || worth.iter().all(|one| one.count >= FEWEST_SUMMED);
        let (total, reason) = match total(&reader, &worth, currency.as_deref(), (on.0, &overlay)).await? {
            Ok(total) => (Some(total).filter(|_| is_shown), None),
            Err(reason) => (None, Some(reason)),
        };
        let explain = Explanation {
            formula: "sum over the assets of cost - depreciation accumulated - impairment".into(),
            inputs: vec![input("assets", coverage.covered), input("day", on.0)],
            assumptions: books.assumptions().into_iter().chain(overlay.of_books(true)).collect(),
            excluded: coverage.excluded(),
            estimated: false,
        };
        Ok(BookValue {
            on,
            book,
            total,
            reason,
            by_currency: worth.iter().map(|one| BookBalance::new(one, is_shown)).collect(),
            amounts_hidden: !is_shown,
            coverage: BookCoverage(coverage),
            explain,
            as_of,
            scenario: overlay.scenario().and_then(scenarios::of),
            worth,
        })
    }

    /// How the books got from one balance to the next: opening, what came, what was charged, what left, closing.
    /// The closing balance of one span is the opening one of the next.
    #[graphql(complexity = "2_000 + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn roll_forward(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First month; with `to`, or else `periods`.")] from: Option<Month>,
        #[graphql(desc = "Last month.")] to: Option<Month>,
        #[graphql(desc = "Periods of a fiscal year instead, by the nominal month of each.")] periods: Option<
            FiscalPeriodsInput,
        >,
        #[graphql(
            desc = "Which assets; site and cost centre are those that the books have them at in the last month. Left out: all."
        )]
        filter: Option<AssetFilter>,
        #[graphql(default_with = "Book::Book", desc = "The set of books.")] book: Book,
        #[graphql(desc = "What rows are kept apart by; the kind of hardware when left out.")]
        group_by: Option<Vec<BookDimension>>,
        #[graphql(desc = "Fiscal calendar of conventions; the default one when left out.")]
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
    ) -> Result<RollForward> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let overlay = Overlay::load(&reader, scenario.map(|id| id.0)).await?;
        let caller = caller(ctx)?;
        let books = Books::load(&reader, asked_as_of(book, fiscal_calendar.as_ref(), tax, as_of)?).await?;
        let mut by: Vec<Dimension> = Vec::new();
        for dimension in group_by.unwrap_or_else(|| vec![BookDimension::Kind]) {
            if by.contains(&dimension.into()) {
                return Err(Error::invalid("groupBy", format!("{dimension:?} is named twice")));
            }
            by.push(dimension.into());
        }
        let ((from, to), periods) = span(&books, (from, to), periods)?;
        let condition = in_books(filter, caller, (book, to.0))?;
        let (rows, coverage) =
            book_figures::roll_forward(&reader, &books, condition.clone(), (from.0, to.0), &by).await?;
        let totals = book_figures::totals(&rows);
        let may = caller.may(Permission::ViewPrices);
        let hide = hidden(&rows);
        let shown = rows.iter().zip(&hide).map(|(row, hide)| RollForwardRow::new(row, &by, *hide && !may));
        let of_total = |row: &Row| RollForwardRow::new(row, &[], row.count < FEWEST_SUMMED && !may);
        let mut assumptions = books.assumptions();
        assumptions.extend(overlay.of_books(false));
        assumptions.push("A row that is hidden is part of the totals.".to_owned());
        assumptions.push("What is caught up of closed months is part of what is charged.".to_owned());
        let explain = Explanation {
            formula:
                "closing = opening + added + charged + transferred - removed; book value = cost - accumulated - impairment"
                    .into(),
            inputs: vec![input("assets", coverage.covered), input("from", from.0), input("to", to.0)],
            assumptions,
            excluded: coverage.excluded(),
            estimated: false,
        };
        Ok(RollForward {
            from,
            to,
            book,
            rows: shown.collect(),
            totals: totals.iter().map(of_total).collect(),
            coverage: BookCoverage(coverage),
            explain,
            as_of,
            scenario: overlay.scenario().and_then(scenarios::of),
            asked: periods.map(|periods| (books, condition, periods)),
        })
    }
}
