//! The mid-quarter test of income tax in the United States, as clients see it.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::id::ScenarioId;
use forecasting::{depreciation, money::Currency};
use rust_decimal::Decimal;

use super::{
    book_words::{TaxTermsInput, asked_as_of, input},
    books::money,
    depreciation_rules::Book,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    lifecycle::{
        book_masks::FEWEST_SUMMED,
        books::{Books, TaxTerms},
        mid_quarters,
    },
    rules::require_range,
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::Explanation,
        request::{caller, read},
        scalar::{Date, Id, Money},
    },
};

/// Whether more than 40 % of the property of a tax year was placed in service in its last quarter.
#[derive(SimpleObject)]
pub struct MidQuarter {
    /// The tax year.
    tax_year: i32,
    /// Basis placed in service in the year. Null where it is hidden.
    total: Option<Money>,
    /// Of it, in the last three months. Null where it is hidden.
    last_quarter: Option<Money>,
    /// The second over the first. Null where nothing was placed in service, or where it is hidden.
    share: Option<Decimal>,
    /// Whether all property of the year follows the mid-quarter convention: the share is above 0.4.
    applies: bool,
    /// How it came about.
    explain: Explanation,
    /// The day whose knowledge it is: what was recorded later is left out. Null where all counts that is recorded.
    as_of: Option<Date>,
    /// The scenario that is laid over what is recorded. Null for the baseline.
    scenario: Option<Scenario>,
}

/// Queries of the mid-quarter test.
#[derive(Default)]
pub struct MidQuarterQuery;

/// Queries of the mid-quarter test.
#[Object]
impl MidQuarterQuery {
    /// The mid-quarter test of a tax year, over all property of the estate in one currency: one order in the last
    /// quarter changes how everything bought in the year is written off.
    #[graphql(complexity = "2_000 + child_complexity")]
    async fn mid_quarter_test(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tax year.")] tax_year: i32,
        #[graphql(default_with = "\"USD\".to_owned()", desc = "The currency of the purchases, by its code.")]
        currency: String,
        #[graphql(desc = "Fiscal calendar of tax years; the default one when left out.")]
        fiscal_calendar: Option<ID>,
        #[graphql(desc = "Which kinds are property of this system; all when left out.")] tax: Option<
            TaxTermsInput,
        >,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(
            desc = "The day whose knowledge counts: what was recorded later is left out. Left out: all that is recorded."
        )]
        as_of: Option<Date>,
    ) -> Result<MidQuarter> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let overlay = Overlay::load(&reader, scenario.map(|id| id.0)).await?;
        require_range("taxYear", tax_year, 1970, 2199)?;
        let code = Currency::from_code(&currency).map_err(|cause| Error::invalid("currency", cause))?;
        let tax = tax.map_or_else(
            || TaxTerms {
                classes: Vec::new(),
                otherwise: Some(depreciation::MacrsClass::FiveYears),
                bonus_rate: Decimal::ZERO,
            },
            Into::into,
        );
        let books =
            Books::load(&reader, asked_as_of(Book::Tax, fiscal_calendar.as_ref(), None, as_of)?).await?;
        let mut assumptions = vec![
            "The basis is the purchase price before any bonus.".to_owned(),
            "What comes and goes in one tax year does not count.".to_owned(),
        ];
        assumptions.extend(books.known.said());
        assumptions.extend(overlay.of_books(false));
        let (test, count) = mid_quarters::test_of_year(&reader, &books, &tax, tax_year, code).await?;
        let is_shown = count >= FEWEST_SUMMED as usize || caller(ctx)?.may(Permission::ViewPrices);
        Ok(MidQuarter {
            tax_year,
            total: is_shown.then(|| money(test.total, code)),
            last_quarter: is_shown.then(|| money(test.last_quarter, code)),
            share: test.share.filter(|_| is_shown).map(|share| share.round_dp(4)),
            applies: test.applies,
            explain: Explanation {
                formula:
                    "basis placed in service in the last three months / basis placed in service, above 0.4"
                        .into(),
                inputs: vec![
                    input("assets placed in service in the year", count),
                    input("tax year", tax_year),
                ],
                assumptions,
                ..Explanation::default()
            },
            as_of,
            scenario: overlay.scenario().and_then(scenarios::of),
        })
    }
}
