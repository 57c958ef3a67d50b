//! The roadmap as stacked quarters.

use forecasting::roadmap::{Category, MoneyView};

use super::sheet::omissions;
use crate::{
    export::charts::{Layer, Quarter, Range, Stack},
    roadmap::{
        Plan,
        periods::{Grain, folded, periods},
        words::{category_word, view_words},
        year_label,
    },
};

/// Sentences about what is left out, at most: the table has all of them.
const OMISSIONS: usize = 5;

/// What a picture of a plan shows: each category of spend by fiscal quarter, in one view.
pub(super) fn stack(plan: &Plan, view: MoneyView) -> Stack {
    let window = plan.roadmap.window();
    let mut about = format!("{}, {}", view_words(view), plan.calendar_name);
    if let Some(scenario) = &plan.scenario {
        about.push_str(&format!(", scenario {}", scenario.name));
    }
    let layers = Category::ALL.into_iter().map(|category| Layer {
        name: category_word(category).to_owned(),
        amounts: folded(plan, &plan.roadmap.category_months(view, category), Grain::Quarters),
    });
    let mut omissions = omissions(plan);
    let more = omissions.len().saturating_sub(OMISSIONS);
    omissions.truncate(OMISSIONS);
    if more > 0 {
        omissions.push(format!("left out for other reasons, which the table has: {more}"));
    }
    Stack {
        title: format!("Infrastructure roadmap {} to {}", window.from(), window.last()),
        about,
        currency: plan.roadmap.currency().code().to_owned(),
        as_of: plan.as_of,
        quarters: quarters(plan),
        layers: layers.collect(),
        ranges: ranges(plan),
        notes: omissions,
    }
}

fn quarters(plan: &Plan) -> Vec<Quarter> {
    let quarters = periods(plan, Grain::Quarters).into_iter().map(|period| {
        let (year, name) = period.name.rsplit_once(' ').unwrap_or(("", &period.name));
        Quarter { year: year.to_owned(), name: name.to_owned(), months: period.months }
    });
    quarters.collect()
}

/// What the sums may turn out to be, where that was asked and every quarter has it.
fn ranges(plan: &Plan) -> Vec<Range> {
    let Some(outcome) = &plan.outcome else { return Vec::new() };
    let named = periods(plan, Grain::Quarters).into_iter().map(|period| {
        let name = |year, quarter| format!("{} Q{quarter}", year_label(year));
        let of = outcome.quarters.iter().find(|one| name(one.fiscal_year, one.quarter) == period.name)?;
        Some(Range { p10: of.spread.p10, p90: of.spread.p90 })
    });
    named.collect::<Option<Vec<Range>>>().unwrap_or_default()
}
