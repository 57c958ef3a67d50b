//! Levelling, as clients see it.

mod overruns;
mod plans;

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::id::ScenarioId;
use forecasting::{
    levelling::{Levelling, Limit, OptimalPlan},
    money::{Currency, Money},
};
use rust_decimal::Decimal;

use self::plans::{RefreshEarlier, RefreshShortfall, Sheet, grouped, named, shown_in};
use super::refresh_plan::{
    Book, RefreshPlanCohort, RefreshPlanFilter, RefreshWaitingInput, explained, question,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    lifecycle::{
        levelling::{Cap, Question, level_plan},
        levelling_terms::label,
        refresh_plan::whole,
    },
    roadmap::year_label,
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::Explanation,
        request::read,
        scalar::{Date, Id, Month},
    },
};
pub use plans::{RefreshLeftUndone, RefreshLevelledCost, RefreshLevelledPlan, RefreshPlacement};

/// What may be ordered in a fiscal year of what is paid in one currency, which is that of the refresh policy. What is paid
/// in a currency without a cap is free.
#[derive(Clone, Debug, InputObject)]
pub struct RefreshCapInput {
    /// The fiscal year, by its label: 2027.
    fiscal_year: i32,
    /// The cap.
    amount: Decimal,
    /// The ISO 4217 code of its currency.
    currency: String,
}

/// What may be done in a month.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshMonthlyLimitsInput {
    /// Units that may be installed. Left out: any number.
    installs: Option<i32>,
    /// What may be ordered, in the currency of the plan. Left out: anything.
    spend: Option<Decimal>,
}

/// What levelling came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum RefreshLevellingOutcome {
    /// There is a plan under every limit, and everything is ordered in it.
    Planned,
    /// There is a plan under every limit, and some cohorts stay undone in it that may wait until after the last month: the
    /// months by which they may be deferred reach past it. Either no limit has room for them or leaving them undone counts
    /// as less. They are in `leftUndone`. What may not be deferred so far is ordered.
    PlannedWithRest,
    /// No plan orders everything in time, which is proven, or orders before the plan exceed a cap by themselves;
    /// `conflict` says why. `optimised` then orders what fits: it leaves
    /// the fewest cohorts undone that cannot wait, and costs least of the plans that leave the same ones.
    Infeasible,
    /// No plan was found that orders everything in time, and it was not proven that there is none. `optimised` orders what
    /// fits.
    Undecided,
}

/// A limit, and what is left of it.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct RefreshLevelLimit {
    #[graphql(skip)]
    sheet: Arc<Sheet>,
    #[graphql(skip)]
    at: usize,
    #[graphql(skip)]
    step: Decimal,
    /// The limit in words.
    label: String,
    /// The fiscal year that it is for, by its label. Null for limits by month.
    fiscal_year: Option<i32>,
    /// The month that it is for. Null for caps by year.
    month: Option<Month>,
    /// How much there is, in `currency`; for installations a number of units.
    amount: Decimal,
    /// The currency of the limit: of a cap its own. Null for installations.
    currency: Option<&'static str>,
    /// What orders before the first month of the plan take of a cap. Null for limits by month, or where it is hidden.
    taken_earlier: Option<Decimal>,
    /// What growth of capacity orders under a cap, as the roadmap has it: refreshes have what it leaves. Null for limits by
    /// month, or where it is hidden.
    taken_by_growth: Option<Decimal>,
    /// What the plan made year by year leaves of it. Null where it is hidden.
    unused_greedy: Option<Decimal>,
    /// What the plan that costs least leaves of it. Null without such a plan, or where it is hidden.
    unused_optimised: Option<Decimal>,
    /// What the next unit of it saves at most, in the currency of the plan: zero where it does not bind. It holds for
    /// small amounts only, for cohorts move as a whole; `saving` says what a stated amount would save. Null without a
    /// plan that orders everything in time.
    shadow_price: Option<Decimal>,
}

/// A limit, and what is left of it.
#[ComplexObject]
impl RefreshLevelLimit {
    /// What so much more of a cap as `step` says would save, by levelling anew with it. Null without a plan that orders
    /// everything in time, for limits by month, and where it is hidden.
    #[graphql(complexity = "2_000 + child_complexity")]
    async fn saving(&self) -> Result<Option<RefreshSaving>> {
        let (sheet, levelled) = (&self.sheet, &self.sheet.levelled);
        if sheet.hides_sums() {
            return Ok(None);
        }
        let found = levelled.saving(self.at, self.step)?;
        let caps = levelled.caps.get(self.at);
        Ok(found.zip(caps).map(|(found, cap)| RefreshSaving {
            step: shown_in(self.step, cap.limit.currency),
            currency: cap.limit.currency.code().to_owned(),
            amount: sheet.shown(found.amount.amount),
            at_most: sheet.shown(found.at_most.amount),
            words: saved(sheet, cap, self.step, found.amount.amount),
        }))
    }
}

/// What more of a cap would save.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshSaving {
    /// How much more.
    step: Decimal,
    /// The currency of the step, which is that of the cap.
    currency: String,
    /// By how much the plan that was found with it is cheaper, in the currency of the plan.
    amount: Decimal,
    /// By how much any plan with it could be cheaper at most; proven.
    at_most: Decimal,
    /// All of it in a sentence.
    words: String,
}

fn saved(sheet: &Sheet, cap: &Cap, step: Decimal, amount: Decimal) -> String {
    let (own, plan) = (cap.limit.currency, sheet.book.plan.currency);
    let beginning =
        format!("{} {own} more in {} would save", grouped(step, own), year_label(cap.fiscal_year));
    match amount.is_zero() {
        true => format!("{beginning} nothing"),
        false if own == plan => format!("{beginning} {}", grouped(amount, plan)),
        false => format!("{beginning} {} {plan}", grouped(amount, plan)),
    }
}

/// A cohort that had to be ordered in a fiscal year and did not fit into the plan made year by year.
#[derive(SimpleObject)]
pub struct RefreshInfeasible {
    /// The cohort.
    cohort: RefreshPlanCohort,
    /// The fiscal year, by its label.
    fiscal_year: i32,
    /// What it does not fit under; nothing where no month of the year is open to it.
    shortfalls: Vec<RefreshShortfall>,
}

/// Cohorts and limits that cannot be met together. Leave out one of them, and there is a plan.
#[derive(SimpleObject)]
pub struct RefreshConflict {
    /// The cohorts, all of which have to be ordered.
    cohorts: Vec<RefreshPlanCohort>,
    /// The limits, in words; nothing where a cohort may be ordered in no month at all.
    limits: Vec<String>,
    /// Whether it is proven that none of them could be left out of these reasons.
    irreducible: bool,
    /// All of it in a sentence.
    words: String,
}

/// A refresh plan under caps: as a person would level it, and as it costs least.
pub struct RefreshLevelling {
    sheet: Arc<Sheet>,
}

impl RefreshLevelling {
    fn optimal(&self) -> Option<&OptimalPlan> {
        self.sheet.optimal()
    }

    fn shown(&self, amount: Decimal) -> Decimal {
        self.sheet.shown(amount)
    }

    /// A sum over the whole plan, where it does not tell the cost of a single asset.
    fn sum(&self, amount: Decimal) -> Option<Decimal> {
        (!self.sheet.hides_sums()).then(|| self.shown(amount))
    }

    fn limit(&self, at: usize, limit: &Limit, step: Decimal) -> RefreshLevelLimit {
        let (sheet, optimal) = (&self.sheet, self.optimal());
        let currency = match limit {
            Limit::YearSpend { limit, .. } | Limit::MonthSpend { limit, .. } => Some(limit.currency),
            Limit::MonthInstalls { .. } => None,
        };
        let hides_earlier = !sheet.book.shows_prices && sheet.levelled.earlier.assets == 1;
        let taken = sheet.levelled.taken_earlier.get(at).filter(|_| !hides_earlier);
        let growth = sheet.levelled.growth.taken.get(at).filter(|_| !sheet.hides_growth(at));
        let (fiscal_year, month) = match limit {
            Limit::YearSpend { fiscal_year, .. } => (Some(*fiscal_year), None),
            Limit::MonthSpend { month, .. } | Limit::MonthInstalls { month, .. } => {
                (None, Some(Month(*month)))
            }
        };
        let price = sheet.whole().and_then(|found| found.shadow_prices.get(at)).map(|found| found.price);
        RefreshLevelLimit {
            sheet: Arc::clone(sheet),
            at,
            step,
            label: label(limit),
            currency: currency.map(Currency::code),
            taken_earlier: taken.zip(currency).map(|(taken, currency)| shown_in(*taken, currency)),
            taken_by_growth: growth.zip(currency).map(|(taken, currency)| shown_in(*taken, currency)),
            fiscal_year,
            month,
            amount: limit.amount(),
            unused_greedy: sheet.unused(&sheet.levelled.greedy.plan, at),
            unused_optimised: optimal.and_then(|found| sheet.unused(&found.plan, at)),
            shadow_price: price.map(|price| price.round_dp(9).normalize()),
        }
    }
}

/// A refresh plan under caps: as a person would level it, year by year, and as it costs least, side by side.
#[Object]
impl RefreshLevelling {
    /// The scenario that is laid over what is recorded. Null for the baseline.
    async fn scenario(&self) -> Option<Scenario> {
        self.sheet.book.plan.scenario.scenario().and_then(scenarios::of)
    }

    /// First month of orders.
    async fn from(&self) -> Month {
        Month(self.sheet.book.plan.window.from())
    }

    /// Number of months.
    async fn months(&self) -> u32 {
        self.sheet.book.plan.window.months()
    }

    /// The currency of all amounts.
    async fn currency(&self) -> &'static str {
        self.sheet.currency()
    }

    /// Name of the fiscal calendar of the years.
    async fn fiscal_calendar(&self) -> &str {
        &self.sheet.book.plan.calendar_name
    }

    /// The day from which the future is seen.
    async fn as_of(&self) -> Date {
        Date(self.sheet.book.plan.as_of)
    }

    /// What levelling came to.
    async fn outcome(&self) -> RefreshLevellingOutcome {
        if self.overrun().is_some() {
            return RefreshLevellingOutcome::Infeasible;
        }
        match &self.sheet.levelled.outcome {
            Levelling::Planned(found) if found.plan.unplaced.is_empty() => RefreshLevellingOutcome::Planned,
            Levelling::Planned(_) => RefreshLevellingOutcome::PlannedWithRest,
            Levelling::Infeasible(_) => RefreshLevellingOutcome::Infeasible,
            Levelling::Undecided { .. } => RefreshLevellingOutcome::Undecided,
        }
    }

    /// The plan made year by year: what has to happen first, then what can wait no longer, then what risks most for
    /// its cost; what does not fit is carried into the next year while it may wait.
    async fn greedy(&self) -> RefreshLevelledPlan {
        RefreshLevelledPlan::new(&self.sheet, false)
    }

    /// The cohorts that the plan made year by year had to order and could not.
    async fn greedy_infeasible(&self) -> Vec<RefreshInfeasible> {
        let infeasible = &self.sheet.levelled.greedy.infeasible;
        let cohorts = self.sheet.cohorts(infeasible.iter().map(|one| one.cohort));
        let all = infeasible.iter().zip(cohorts).map(|(one, cohort)| RefreshInfeasible {
            cohort,
            fiscal_year: one.fiscal_year,
            shortfalls: one
                .shortfalls
                .iter()
                .filter(|short| !self.sheet.hides_sums() && !self.sheet.hides_what_is_left(&short.limit))
                .map(|short| RefreshShortfall {
                    limit: self.sheet.levelled.spoken(&short.limit),
                    short: short.short,
                })
                .collect(),
        });
        all.collect()
    }

    /// What is ordered before the first month: it counts against the caps of its fiscal years, and is not levelled.
    async fn earlier(&self) -> RefreshEarlier {
        let (book, found) = (&self.sheet.book, self.sheet.levelled.earlier);
        let is_shown = book.shows_prices || found.assets != 1;
        RefreshEarlier {
            cohort_count: found.cohorts,
            asset_count: found.assets,
            overdue_count: found.overdue,
            cost: is_shown.then(|| self.shown(found.commitment)),
        }
    }

    /// The plan that costs least, priced risk included. Where no plan orders everything in time, the one that leaves the
    /// fewest cohorts undone that cannot wait.
    async fn optimised(&self) -> Option<RefreshLevelledPlan> {
        self.optimal().map(|_| RefreshLevelledPlan::new(&self.sheet, true))
    }

    /// How much less the plan that costs least costs. Null where one of the two leaves something undone that cannot wait,
    /// and so has no cost to compare with.
    async fn gain_over_greedy(&self) -> Option<Decimal> {
        self.sum(self.optimal()?.gain_over_greedy?.amount)
    }

    /// What any plan costs at least; proven. Where no plan orders everything in time, what any plan costs that leaves the
    /// same cohorts undone as `optimised`.
    async fn lower_bound(&self) -> Option<Decimal> {
        match &self.sheet.levelled.outcome {
            Levelling::Undecided { bound } => self.sum(bound.amount),
            Levelling::Planned(_) | Levelling::Infeasible(_) => self.sum(self.optimal()?.bound.amount),
        }
    }

    /// How much less any other plan could cost at most, as a fraction of the total: 0.001 is 0.1 %. Where no plan orders
    /// everything in time, any that leaves the same cohorts undone.
    async fn proven_gap(&self) -> Option<Decimal> {
        self.optimal()?.gap().map(|gap| gap.round_dp(6))
    }

    /// The limits, with what is left of them and what more of each would save.
    async fn limits(
        &self,
        #[graphql(
            default_with = "Decimal::from(100_000)",
            desc = "How much more of each cap `saving` is worked out for, in the currency of the cap."
        )]
        step: Decimal,
    ) -> Vec<RefreshLevelLimit> {
        let limits = self.sheet.levelled.limits().into_iter().enumerate();
        limits.map(|(at, limit)| self.limit(at, &limit, step)).collect()
    }

    /// Why there is no plan: the smallest set of reasons that was found. Null where there is one.
    async fn conflict(&self) -> Option<RefreshConflict> {
        if let Some(overrun) = self.overrun() {
            return Some(overrun);
        }
        let Levelling::Infeasible(conflict) = &self.sheet.levelled.outcome else { return None };
        let limits: Vec<String> =
            conflict.limits.iter().map(|limit| self.sheet.levelled.spoken(limit)).collect();
        let cohorts = self.sheet.cohorts(conflict.cohorts.iter().copied());
        let labels: Vec<&str> =
            conflict.cohorts.iter().map(|at| self.sheet.book.plan.cohorts[*at].label.as_str()).collect();
        let words = if limits.is_empty() {
            format!("{} may be ordered in no month of the plan", named(&labels))
        } else {
            format!("{} cannot all be ordered in time under {}", named(&labels), limits.join(" and "))
        };
        Some(RefreshConflict { cohorts, limits, irreducible: conflict.irreducible, words })
    }

    /// How the plans came about.
    async fn explain(&self) -> Explanation {
        let explained = explained(&self.sheet.book);
        Explanation {
            formula:
                "least total = what is ordered, as planned, + price rise, extended support and expected outages while it \
                      waits - what capital earns meanwhile + what is left undone, under every limit"
                    .to_owned(),
            assumptions: self.sheet.levelled.assumptions.iter().cloned().collect(),
            excluded: self.sheet.levelled.excluded.iter().cloned().chain(explained.excluded).collect(),
            estimated: true,
            ..explained
        }
    }
}

/// Queries of levelled refresh plans.
#[derive(Default)]
pub struct RefreshLevellingQuery;

/// Queries of levelled refresh plans.
#[Object]
impl RefreshLevellingQuery {
    /// A refresh plan under caps on spending and on installations: as a person would level it, year by year, and as it
    /// costs least, with the proof of how much less any other could cost, and what a little more of each cap would save.
    #[graphql(complexity = "10_000 + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn level_refresh_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First month of orders; not before that of `asOf`.")] from: Month,
        #[graphql(default = 36, desc = "Number of months, 1 to 120.")] months: i32,
        #[graphql(
            desc = "Currency of the answer, by its code; may be left out when all policies are in one."
        )]
        currency: Option<String>,
        #[graphql(desc = "Fiscal calendar of the years; the default one when left out.")]
        fiscal_calendar: Option<ID>,
        #[graphql(desc = "The day from which the future is seen.")] as_of: Date,
        #[graphql(desc = "Which cohorts. Left out: all.")] filter: Option<RefreshPlanFilter>,
        #[graphql(
            default,
            desc = "What may be ordered in each fiscal year, currency by currency; a year without a cap is free."
        )]
        caps: Vec<RefreshCapInput>,
        #[graphql(desc = "What may be done in each month. Left out: anything.")] monthly_limits: Option<
            RefreshMonthlyLimitsInput,
        >,
        #[graphql(
            default = 12,
            desc = "Months by which what may wait is deferred at most. What they let wait until after the last month may be left undone."
        )]
        defer_months: i32,
        #[graphql(
            desc = "Months by which what has to happen is deferred at most. Left out: until the last date of support where that decides, and not at all otherwise."
        )]
        mandatory_defer_months: Option<i32>,
        #[graphql(default = 0, desc = "Months by which anything is ordered before its time at most.")]
        pull_forward_months: i32,
        #[graphql(desc = "What is taken for granted of waiting. Left out: the defaults.")] waiting: Option<
            RefreshWaitingInput,
        >,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<RefreshLevelling> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let scenario = Overlay::load(&reader, scenario.map(|id| id.0)).await?;
        let caps = caps.into_iter().enumerate().map(cap).collect::<Result<Vec<_>>>()?;
        let mut plan = question(from, months, (currency, fiscal_calendar), as_of, filter, scenario)?;
        plan.also = caps.iter().map(|cap| cap.limit.currency).collect();
        let limits = monthly_limits.unwrap_or_default();
        let installs = limits.installs.map(|units| {
            let refused = |_| Error::invalid("monthlyLimits.installs", format!("{units} is below 0"));
            u32::try_from(units).map_err(refused)
        });
        let question = Question {
            plan,
            caps,
            monthly_installs: installs.transpose()?,
            monthly_spend: limits.spend,
            defer_months: whole("deferMonths", defer_months, 0)?,
            mandatory_defer_months: mandatory_defer_months
                .map(|months| whole("mandatoryDeferMonths", months, 0))
                .transpose()?,
            pull_forward_months: whole("pullForwardMonths", pull_forward_months, 0)?,
            waiting: waiting.unwrap_or_default().to_terms(),
        };
        let (plan, levelled) = level_plan(&reader, &question).await?;
        Ok(RefreshLevelling { sheet: Arc::new(Sheet { book: Book::new(ctx, plan)?, levelled }) })
    }
}

fn cap((at, input): (usize, RefreshCapInput)) -> Result<Cap> {
    let currency = Currency::from_code(&input.currency);
    let currency = currency.map_err(|cause| Error::invalid(format!("caps[{at}].currency"), cause))?;
    Ok(Cap { fiscal_year: input.fiscal_year, limit: Money::new(input.amount, currency) })
}
