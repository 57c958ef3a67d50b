//! The mid-quarter test: what was placed in service in a tax year, and how much of it in its last quarter.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{lifecycle::depreciation_rule::Book, money::Amount};
use forecasting::{
    depreciation::{MidQuarterTest, Placement, mid_quarter_test},
    money::Currency,
    month::Month,
};
use sea_orm::Condition;

use super::{
    as_known::{self, Known},
    books::{Books, TaxTerms},
    recorded,
};
use crate::{
    error::{Error, Result},
    store::Read,
};

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
    let placements = placements(db, Some(tax), books.known).await?.remove(&currency).unwrap_or_default();
    let test = mid_quarter_test(&placements, year, &books.calendar).map_err(Error::internal)?;
    let in_year = |one: &&Placement| books.calendar.fiscal_year_of(Month::of(one.in_service)) == year;
    Ok((test, placements.iter().filter(in_year).count()))
}

/// What was placed in service, by currency. What has no class is no property of this system. An own entry says by
/// itself what it cost, since when it serves and of which class it is.
pub(super) async fn placements(
    db: &impl Read,
    tax: Option<&TaxTerms>,
    known: Known,
) -> Result<HashMap<Currency, Vec<Placement>>> {
    let (holdings, recorded) = as_known::whole(db, known, Book::Tax, Condition::all()).await?;
    let mut placements: HashMap<Currency, Vec<Placement>> = HashMap::new();
    let mut place = |code: &str, in_service: Option<NaiveDate>, basis: Amount, disposed| {
        if let (Ok(currency), Some(in_service)) = (Currency::from_code(code), in_service) {
            let placement = Placement { in_service, basis: basis.to_decimal(), disposed };
            placements.entry(currency).or_default().push(placement);
        }
    };
    for holding in holdings {
        let class = tax.and_then(|tax| tax.class(holding.kind));
        let own = recorded.of_asset(holding.id);
        let of_all = own.events.iter().filter_map(recorded::event);
        let sold = of_all.filter(|event| event.change.disposes_of_all()).map(|event| event.date).min();
        let left = sold.or(holding.left_on);
        for row in own.entries.iter().filter(|row| row.tax_class.is_some() || class.is_some()) {
            place(&row.currency, row.in_service_on.or(holding.in_service_on), row.cost_amount, left);
        }
        let has_own = own.entries.iter().any(|row| row.component.is_empty());
        if let Some((amount, code)) = holding.price.filter(|_| class.is_some() && !has_own) {
            place(&code, holding.in_service_on, amount, left);
        }
    }
    Ok(placements)
}
