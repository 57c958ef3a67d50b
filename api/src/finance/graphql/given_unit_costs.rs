//! What one unit costs, of figures that are given, as clients see it.

use async_graphql::{Context, Object, SimpleObject};
use forecasting::budget::{MonthVolume, UnitCost as Cost, unit_cost};
use rust_decimal::Decimal;

use super::unit_cost_words::{UnitCostGap, input, reason, shown};
use crate::{
    access::Permission,
    error::{Error, Result},
    rules::require_range,
    schema::{
        explain::Explanation,
        request::read,
        scalar::{Money, MoneyInput, plain},
    },
};

/// What one unit costs, of a cost and a volume that were given.
#[derive(Clone, Debug, SimpleObject)]
pub struct GivenUnitCost {
    /// The average volume. Null where none was given.
    average_volume: Option<Decimal>,
    /// Cost of a unit over all months. Null where there is none.
    per_period: Option<Money>,
    /// Cost of a unit in a month. Null where there is none.
    per_month: Option<Money>,
    /// Why there is none. Null where there is one.
    gap: Option<UnitCostGap>,
    /// The same in words.
    reason: Option<String>,
    /// How it came about.
    explain: Explanation,
}

/// The volume as it was given: the average, or both ends.
fn given(
    average: Option<Decimal>,
    opening: Option<Decimal>,
    closing: Option<Decimal>,
) -> Result<Option<Decimal>> {
    let volume = match (average, opening, closing) {
        (None, None, None) => return Ok(None),
        (Some(average), None, None) => MonthVolume::Average(average),
        (None, Some(opening), Some(closing)) => MonthVolume::Ends { opening, closing },
        _ => {
            let rule = "give either the average, or both the opening and the closing volume";
            return Err(Error::invalid("averageVolume", rule));
        }
    };
    volume.average().map(Some).map_err(|cause| Error::invalid("averageVolume", cause))
}

/// Queries of unit costs of given figures.
#[derive(Default)]
pub struct GivenUnitCostQuery;

/// Queries of unit costs of given figures.
#[Object]
impl GivenUnitCostQuery {
    /// What one unit costs, of a cost and a volume that are given. Nothing of the estate goes into it.
    async fn given_unit_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cost of all months.")] cost: MoneyInput,
        #[graphql(default = 12, desc = "Number of months, 1 to 1,200.")] months: i32,
        #[graphql(desc = "The average volume.")] average_volume: Option<Decimal>,
        #[graphql(desc = "The volume at the start, together with `closing` in place of an average.")]
        opening: Option<Decimal>,
        #[graphql(desc = "The volume at the end.")] closing: Option<Decimal>,
    ) -> Result<GivenUnitCost> {
        read(ctx, Permission::ViewFinance)?;
        require_range("months", months, 1, 1_200)?;
        let (_, currency) = cost.columns("cost")?;
        let average = given(average_volume, opening, closing)?;
        let refused = |cause| Error::invalid("cost", cause);
        let per_period = unit_cost(cost.amount, average).map_err(refused)?;
        let per_month = match &per_period {
            Cost::Known(value) => unit_cost(*value, Some(Decimal::from(months))).map_err(refused)?,
            unknown @ Cost::Unknown(_) => unknown.clone(),
        };
        let money = |cost: &Cost| shown(cost).map(|amount| Money { amount, currency: currency.clone() });
        Ok(GivenUnitCost {
            average_volume: average.map(|volume| volume.normalize()),
            per_period: money(&per_period),
            per_month: money(&per_month),
            gap: per_period.gap().map(Into::into),
            reason: per_period.gap().map(reason),
            explain: Explanation {
                formula: "cost / average volume; in a month the same / months".into(),
                inputs: vec![
                    input("cost", plain(cost.amount)),
                    input(
                        "average volume",
                        average.map_or_else(|| "not given".into(), |it| it.normalize().to_string()),
                    ),
                    input("months", months),
                ],
                ..Explanation::default()
            },
        })
    }
}
