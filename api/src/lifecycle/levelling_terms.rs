//! What levelling takes for granted, and what is ordered before the plan that it levels.

use std::collections::{BTreeMap, BTreeSet};

use forecasting::{
    levelling::{Limit, PartialPlan},
    money::Currency,
    refresh::ProjectCost,
};
use rust_decimal::Decimal;

use super::{
    deferrals::Unknown,
    levelling::{Cap, Question},
    levelling_growth::Growth,
    refresh_plan::{Planned, RefreshPlan},
};

/// What is ordered before the months of the plan, and so is levelled no more.
#[derive(Clone, Copy, Debug)]
pub struct Earlier {
    /// How many cohorts.
    pub cohorts: usize,
    /// How many assets are in them.
    pub assets: usize,
    /// Of these, those that are ordered at once because their last day to order has passed.
    pub overdue: usize,
    /// What the orders commit to, in the currency of the plan.
    pub commitment: Decimal,
}

/// The cohorts of which nobody knows what waiting costs, by what is not known.
pub(super) fn unknown(plan: &RefreshPlan, question: &Question) -> Vec<String> {
    let mut counts: BTreeMap<Unknown, usize> = BTreeMap::new();
    for one in &plan.cohorts {
        if let Some(unknown) = question.waiting.unknown(plan, one) {
            *counts.entry(unknown).or_default() += 1;
        }
    }
    let said = counts.into_iter().map(|(unknown, count)| {
        format!(
            "{count} cohorts: {}; neither what capital earns nor lower prices count as a gain of waiting",
            unknown.words()
        )
    });
    said.collect()
}

/// What is ordered before the months of the plan.
pub(super) fn earlier(plan: &RefreshPlan) -> Earlier {
    let count = |one: &Planned| one.cohort.members.len();
    let overdue = plan.earlier.iter().filter(|one| one.cohort.is_overdue);
    Earlier {
        cohorts: plan.earlier.len(),
        assets: plan.earlier.iter().map(count).sum(),
        overdue: overdue.map(count).sum(),
        commitment: plan.earlier.iter().map(|one| one.cost.commitment()).sum(),
    }
}

/// What orders before the months of the plan take of each cap, in its currency.
pub(super) fn taken_earlier(plan: &RefreshPlan, question: &Question) -> Vec<Decimal> {
    let of_cap = |cap: &Cap| {
        let paid = plan.earlier.iter().filter(|one| one.fiscal_year == cap.fiscal_year);
        let paid = paid.map(|one| &one.priced.purchase.cost);
        let paid = paid.filter(|cost| cost.currency == cap.limit.currency);
        paid.map(ProjectCost::commitment).sum()
    };
    question.caps.iter().map(of_cap).collect()
}

/// What is to be known of a plan that leaves something undone that cannot wait.
pub(super) fn of_partial(partial: &PartialPlan) -> String {
    let missed = partial.missed.len();
    let proof = if partial.missed_at_least == missed {
        "no plan under these limits leaves fewer"
    } else {
        "what has to happen is left only where it would be more of the others"
    };
    format!(
        "{missed} cohorts are left undone that cannot wait until after the last month: {proof}; the lower bound is that \
         of plans which leave the same undone"
    )
}

/// What a levelling takes for granted.
pub(super) fn assumed(
    plan: &RefreshPlan,
    question: &Question,
    earlier: &Earlier,
    growth: &Growth,
) -> BTreeSet<String> {
    let mut said = plan.assumptions.clone();
    let of_cohorts: BTreeSet<usize> = plan.cohorts.iter().map(|one| one.cohort.policy).collect();
    let policies = of_cohorts.into_iter().filter_map(|position| plan.estate.policies.get(position));
    said.extend(question.waiting.assumed(policies));
    said.insert(format!("what may wait is deferred by {} months at most", question.defer_months));
    said.insert(match question.mandatory_defer_months {
        Some(months) => format!("what has to happen is deferred by {months} months at most"),
        None => "what has to happen is not deferred, or until the last date of support where that decides"
            .to_owned(),
    });
    said.insert(format!("nothing is ordered more than {} months early", question.pull_forward_months));
    said.insert(
        "caps count what orders commit to: capital, prepaid support and disposal; the price of waiting counts contingency \
         and what old units sell for too"
            .to_owned(),
    );
    if earlier.assets > 0 {
        said.insert(format!(
            "{} assets are ordered before {}, {} of them at once because their last day to order has passed: they count \
             against the caps of their fiscal years and are not levelled; from the month of asOf on they would be",
            earlier.assets, plan.window.from(), earlier.overdue
        ));
    }
    said.insert(
        "what is left undone costs its dearest price and the risk until the last month: no more than doing it can"
            .to_owned(),
    );
    said.extend(growth.said());
    said.extend(of_currencies(plan, question, growth));
    said
}

/// Which caps count what: a cap counts what is paid in its currency, which is that of the policy.
fn of_currencies(plan: &RefreshPlan, question: &Question, growth: &Growth) -> BTreeSet<String> {
    let capped: BTreeSet<Currency> = question.caps.iter().map(|cap| cap.limit.currency).collect();
    let all = plan.cohorts.iter().chain(&plan.earlier);
    let paid = all.map(|one| one.priced.purchase.cost.currency).chain(growth.currencies.iter().copied());
    let paid: BTreeSet<Currency> = paid.collect();
    let nothing = capped
        .difference(&paid)
        .map(|currency| format!("nothing is paid in {currency}, so that caps in it limit nothing"));
    let free = paid.difference(&capped).filter(|_| !capped.is_empty()).map(|currency| {
        format!("what is paid in {currency} is under no cap: a cap counts what is paid in its own currency")
    });
    nothing.chain(free).collect()
}

/// A limit in words: `FY27 cap`.
#[must_use]
pub fn label(limit: &Limit) -> String {
    match limit {
        Limit::YearSpend { fiscal_year, limit } => {
            format!("cap of {} on the fiscal year {fiscal_year}", limit.round())
        }
        Limit::MonthSpend { month, limit } => format!("cap of {} on orders in {month}", limit.round()),
        Limit::MonthInstalls { month, units } => format!("{units} installations in {month}"),
    }
}
