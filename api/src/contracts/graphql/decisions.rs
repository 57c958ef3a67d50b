//! What decisions about a colocation contract cost, as clients see it.

use async_graphql::{InputObject, SimpleObject};
use chrono::NaiveDate;
use entity::contracts::colocation_contract::{
    self, TerminationAdvance, TerminationRule as TerminationTerms, TerminationStep as TerminationFeeStep,
};
use forecasting::{
    colocation::{Advance, Holdover, StraightLine, Termination, TerminationRule, TerminationStep},
    money::Currency,
};
use rust_decimal::Decimal;

use super::decision_words::{AlertTier, NoRenewalReason, SilenceOutcome};
use crate::{
    contracts::decisions::{self, Exposure, Silence},
    error::{Error, Result},
    roadmap::graphql::MoneyView,
    schema::{
        explain::Explanation,
        scalar::{Date, Money, Month, plain},
    },
};

/// The cost of a list of renewals: what one costs, times how many.
pub fn renewals_cost(most: i32, renewal: usize) -> usize {
    usize::try_from(most).unwrap_or_default().saturating_mul(renewal).saturating_add(1)
}

/// Money of a calculation.
pub(super) fn money(amount: Decimal, currency: Currency) -> Money {
    Money { amount: plain(amount), currency: currency.code().to_owned() }
}

/// What saying nothing leads to.
#[derive(Clone, Debug, SimpleObject)]
pub struct CostOfSilence {
    /// The day from which it is seen.
    as_of: Date,
    /// Whether the contract renews.
    outcome: SilenceOutcome,
    /// Why it does not.
    reason: Option<NoRenewalReason>,
    /// The first renewal that can still be avoided, with its cost.
    renewal: Option<RenewalExposure>,
}

impl CostOfSilence {
    /// The answer as seen on a day, without costs for those who may not see prices.
    pub(super) fn new(silence: Silence, as_of: NaiveDate, sees_prices: bool) -> Self {
        let (outcome, reason, renewal) = match silence {
            Silence::Renews(exposure) => {
                let renewal = RenewalExposure::new(exposure, as_of, sees_prices);
                (SilenceOutcome::Renews, None, Some(renewal))
            }
            Silence::Nothing(why) => (SilenceOutcome::Nothing, Some(why.into()), None),
        };
        Self { as_of: Date(as_of), outcome, reason, renewal }
    }

    /// The renewal, where there is one.
    pub(super) fn into_renewal(self) -> Option<RenewalExposure> {
        self.renewal
    }
}

/// A renewal that has not begun, and what it costs if nobody stops it.
#[derive(Clone, Debug, SimpleObject)]
pub struct RenewalExposure {
    /// 1 for the first renewal.
    number: u32,
    /// Its first day.
    starts_on: Date,
    /// Its last day.
    ends_on: Date,
    /// Last day of notice that avoids it; the last day of the term before where no notice is agreed.
    notice_deadline: Date,
    /// Days from `asOf` to the deadline; negative once it has passed.
    days_left: i64,
    /// How near the deadline is.
    alert: AlertTier,
    /// Whether nothing can be done about it any more: the deadline has passed.
    bound: bool,
    /// All its monthly charges but metered power, at the price rule of renewals, rounded once. Null where an input
    /// is missing, and when the caller may not see prices.
    cost: Option<Money>,
    /// Whether the cost is hidden from the caller's role.
    cost_hidden: bool,
    /// Whether a price is an estimate: a list or market price of the future, or an index not published yet.
    estimated: bool,
    /// Why there is no cost.
    reason: Option<String>,
    /// How the cost came about.
    explain: Explanation,
}

impl RenewalExposure {
    /// The renewal as seen on a day, without its cost for those who may not see prices.
    pub(super) fn new(exposure: Exposure, as_of: NaiveDate, sees_prices: bool) -> Self {
        let Exposure { renewal, cost, explanation, reason } = exposure;
        Self {
            number: renewal.term.number,
            starts_on: Date(renewal.term.start),
            ends_on: Date(renewal.term.end),
            notice_deadline: Date(renewal.deadline),
            days_left: (renewal.deadline - as_of).num_days(),
            alert: renewal.alert.into(),
            bound: renewal.bound,
            cost: cost.filter(|_| sees_prices).map(|cost| money(cost.amount, cost.currency)),
            cost_hidden: !sees_prices,
            estimated: explanation.estimated,
            explain: Explanation::from(explanation).without(reason.clone()),
            reason,
        }
    }
}

/// What leaving early costs. Give just one of them.
#[derive(Clone, Debug, InputObject)]
pub struct EarlyTerminationRuleInput {
    /// A share of what is still contracted, what was advanced and is not written off yet, and a fixed fee.
    pub remaining_charges: Option<RemainingChargesInput>,
    /// A fee by the number of contract months that are over, by month.
    pub table: Option<Vec<TerminationStepInput>>,
    /// The same fee whenever it is, in the contract's currency.
    pub fixed: Option<Decimal>,
}

/// A fee by what is still contracted.
#[derive(Clone, Debug, InputObject)]
pub struct RemainingChargesInput {
    /// Share of the remaining monthly charges without metered power, as a fraction: 0.75 is 75 %.
    pub share: Decimal,
    /// What was advanced at the start.
    #[graphql(default)]
    pub advances: Vec<AdvanceInput>,
    /// Added in any case, in the contract's currency.
    #[graphql(default)]
    pub fixed: Decimal,
}

/// What one side advanced at the start: a set-up charge that was waived, a concession, free months.
#[derive(Clone, Debug, InputObject)]
pub struct AdvanceInput {
    /// How much, in the contract's currency.
    pub amount: Decimal,
    /// First day of the months it is written off over; the start of billing where left out.
    pub from: Option<Date>,
    /// Over how many months it is written off; those of the initial term where left out.
    pub months: Option<i32>,
}

/// The fee from a number of contract months on.
#[derive(Clone, Debug, InputObject)]
pub struct TerminationStepInput {
    /// Contract months that are over.
    pub from_contract_month: i32,
    /// The fee, in the contract's currency.
    pub fee: Decimal,
}

impl EarlyTerminationRuleInput {
    /// The rule.
    pub(super) fn value(self) -> Result<TerminationRule> {
        match (self.remaining_charges, self.table, self.fixed) {
            (Some(terms), None, None) => {
                let advances = terms.advances.into_iter().enumerate().map(|(place, advance)| {
                    let field = format!("rule.remainingCharges.advances[{place}].months");
                    let months = advance.months.map(|months| count(&field, months)).transpose()?;
                    Ok(Advance { amount: advance.amount, from: advance.from.map(|date| date.0), months })
                });
                let advances = advances.collect::<Result<_>>()?;
                Ok(TerminationRule::RemainingCharges { share: terms.share, advances, fixed: terms.fixed })
            }
            (None, Some(steps), None) => {
                let steps = steps.into_iter().enumerate().map(|(place, step)| {
                    let field = format!("rule.table[{place}].fromContractMonth");
                    let from_contract_month = count(&field, step.from_contract_month)?;
                    Ok(TerminationStep { from_contract_month, fee: step.fee })
                });
                Ok(TerminationRule::DecliningTable(steps.collect::<Result<_>>()?))
            }
            (None, None, Some(fee)) => Ok(TerminationRule::Fixed(fee)),
            _ => Err(Error::invalid("rule", "give just one of remainingCharges, table and fixed")),
        }
    }
}

/// What leaving early costs, as it is stored. One of the three kinds is there.
#[derive(Clone, Debug, SimpleObject)]
pub struct StoredTerminationRule {
    /// A share of what is still contracted, what was advanced and is not written off yet, and a fixed fee.
    remaining_charges: Option<RemainingCharges>,
    /// A fee by the number of contract months that are over, by month.
    table: Option<Vec<TerminationFee>>,
    /// The same fee whenever it is.
    fixed: Option<Money>,
}

/// A fee by what is still contracted.
#[derive(Clone, Debug, SimpleObject)]
pub struct RemainingCharges {
    /// Share of the remaining monthly charges without metered power, as a fraction: 0.75 is 75 %.
    share: Decimal,
    /// What was advanced at the start.
    advances: Vec<StoredAdvance>,
    /// Added in any case.
    fixed: Money,
}

/// What one side advanced at the start.
#[derive(Clone, Debug, SimpleObject)]
pub struct StoredAdvance {
    /// How much.
    amount: Money,
    /// First day of the months it is written off over.
    from: Date,
    /// Over how many months it is written off.
    months: i32,
}

/// The fee from a number of contract months on.
#[derive(Clone, Debug, SimpleObject)]
pub struct TerminationFee {
    /// Contract months that are over.
    from_contract_month: i32,
    /// The fee.
    fee: Money,
}

impl StoredTerminationRule {
    /// The rule with its money.
    pub(super) fn new(rule: TerminationTerms, currency: &str) -> Self {
        let money = |amount: Decimal| Money { amount: plain(amount), currency: currency.to_owned() };
        let remaining = rule.share.map(|share| RemainingCharges {
            share,
            advances: rule
                .advances
                .into_iter()
                .map(|it| StoredAdvance {
                    amount: money(it.amount),
                    from: Date(it.from_on),
                    months: it.months,
                })
                .collect(),
            fixed: money(rule.fixed.unwrap_or_default()),
        });
        let table = rule.table.into_iter();
        let table: Vec<_> = table
            .map(|it| TerminationFee { from_contract_month: it.from_contract_month, fee: money(it.fee) })
            .collect();
        Self {
            fixed: rule.fixed.filter(|_| remaining.is_none()).map(money),
            remaining_charges: remaining,
            table: Some(table).filter(|table| !table.is_empty()),
        }
    }
}

impl EarlyTerminationRuleInput {
    /// The rule as it is stored with a contract: what is left out of advances is that of the contract.
    pub(super) fn terms(self, contract: &colocation_contract::Model) -> Result<TerminationTerms> {
        match (self.remaining_charges, self.table, self.fixed) {
            (Some(given), None, None) => {
                let advances = given.advances.into_iter().map(|advance| TerminationAdvance {
                    amount: advance.amount,
                    from_on: advance.from.map_or(contract.billing_starts_on, |date| date.0),
                    months: advance.months.unwrap_or(contract.initial_term_months),
                });
                let (share, fixed) = (Some(given.share), Some(given.fixed));
                Ok(TerminationTerms { share, advances: advances.collect(), table: Vec::new(), fixed })
            }
            (None, Some(steps), None) => {
                let steps = steps.into_iter().map(|step| TerminationFeeStep {
                    from_contract_month: step.from_contract_month,
                    fee: step.fee,
                });
                Ok(TerminationTerms { table: steps.collect(), ..TerminationTerms::default() })
            }
            (None, None, Some(fixed)) => {
                Ok(TerminationTerms { fixed: Some(fixed), ..TerminationTerms::default() })
            }
            _ => Err(Error::invalid("rule", "give just one of remainingCharges, table and fixed")),
        }
    }
}

pub(super) fn count(field: &str, value: i32) -> Result<u32> {
    u32::try_from(value).map_err(|_| Error::invalid(field, format!("{value} is negative")))
}

/// The cost of leaving on a day.
#[derive(Clone, Debug, SimpleObject)]
pub struct EarlyTermination {
    /// The day of the notice that counts: the one that was asked about, or the earlier one that stands.
    notice_on: Date,
    /// Last day the contract binds to; it is not early to leave on it or after it.
    bound_until: Date,
    /// Monthly charges from the day after the last one until then, without metered power, by contract months. Each
    /// charge and month is rounded, where the cost of a renewal is rounded once: the two may differ by some cents. So
    /// it is invoiced where the contract goes by contract months; invoices by days may come to a little more or less.
    remaining: Money,
    /// The share of them that is due.
    on_remaining: Money,
    /// What was advanced and is not written off yet.
    unamortised: Money,
    /// The fixed fee, or that of the table.
    fixed: Money,
    /// What is due: the share, what was advanced and the fixed fee together.
    fee: Money,
    /// How the fee came about.
    explain: Explanation,
}

impl From<Termination> for EarlyTermination {
    fn from(termination: Termination) -> Self {
        let money = |amount| money(amount, termination.currency);
        Self {
            notice_on: Date(termination.notice),
            bound_until: Date(termination.bound_until),
            remaining: money(termination.remaining),
            on_remaining: money(termination.on_remaining),
            unamortised: money(termination.unamortised),
            fixed: money(termination.fixed),
            fee: money(termination.fee),
            explain: termination.explanation.into(),
        }
    }
}

/// The cost of days after the end of a contract.
#[derive(Clone, Debug, SimpleObject)]
pub struct ContractHoldover {
    /// The last day of the contract.
    ends_on: Date,
    /// Days stayed after it.
    days: u32,
    /// The cost of each calendar month.
    months: Vec<ScheduledMonth>,
    /// All of it.
    cost: Money,
    /// How the cost came about.
    explain: Explanation,
}

/// The cost of a month.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScheduledMonth {
    /// The month.
    month: Month,
    /// The cost, rounded to the minor unit.
    amount: Money,
}

impl From<Holdover> for ContractHoldover {
    fn from(stay: Holdover) -> Self {
        let money = |amount| money(amount, stay.currency);
        let months = stay.months.iter();
        Self {
            ends_on: Date(stay.end),
            days: stay.days,
            months: months
                .map(|(month, amount)| ScheduledMonth { month: Month(*month), amount: money(*amount) })
                .collect(),
            cost: money(stay.cost),
            explain: stay.explanation.into(),
        }
    }
}

/// What a contract costs in consecutive months, in one view of money.
#[derive(Clone, Debug, SimpleObject)]
pub struct ContractCostSchedule {
    /// Which event places an amount in a month.
    view: MoneyView,
    /// The months, in order.
    months: Vec<ContractCostMonth>,
    /// The sum of the months. Null where a month is not known.
    total: Option<Money>,
    /// Why months are not known, such as a price index of which nothing is published and no rise is assumed.
    reason: Option<String>,
    /// The level months of the fixed charges of the initial term, with what they defer. Null where expense is as
    /// invoiced, and where a price of the term is not known.
    straight_line: Option<ContractStraightLine>,
    /// How the amounts came about.
    explain: Explanation,
}

/// What a contract costs in a month, in one view of money.
#[derive(Clone, Debug, SimpleObject)]
pub struct ContractCostMonth {
    /// The month.
    month: Month,
    /// The cost, rounded to the minor unit. Null where a price is not known.
    amount: Option<Money>,
}

/// The fixed charges of an initial term in level months, whatever is invoiced in each.
#[derive(Clone, Debug, SimpleObject)]
pub struct ContractStraightLine {
    /// What a whole month costs: the fixed charges of the initial term by contract months, divided by its months.
    month: Money,
    /// All that is invoiced of fixed charges in the initial term, which is all of the expense too.
    total: Money,
    /// The months that were asked for, as far as a fixed charge of the initial term is due in them.
    months: Vec<LevelMonth>,
    /// How the level months came about.
    explain: Explanation,
}

/// A month whose expense is level while its invoices are not. Metered power, what is charged once and renewals are no
/// part of it.
#[derive(Clone, Debug, SimpleObject)]
pub struct LevelMonth {
    /// The month.
    month: Month,
    /// Fixed charges that are invoiced for it.
    invoiced: Money,
    /// The level expense of them.
    expense: Money,
    /// Expense so far less invoices so far, from the beginning of the term: above zero it is owed to later months,
    /// below zero paid ahead of them. It ends at zero.
    deferred: Money,
}

impl From<StraightLine> for ContractStraightLine {
    fn from(level: StraightLine) -> Self {
        let money = |amount| money(amount, level.currency);
        Self {
            month: money(level.month),
            total: money(level.total),
            months: level
                .months
                .iter()
                .map(|it| LevelMonth {
                    month: Month(it.month),
                    invoiced: money(it.invoiced),
                    expense: money(it.expense),
                    deferred: money(it.deferred),
                })
                .collect(),
            explain: level.explanation.into(),
        }
    }
}

impl ContractCostSchedule {
    /// The months with their money.
    pub(super) fn new(schedule: decisions::CostSchedule, view: MoneyView, currency: &str) -> Self {
        let money = |amount: Decimal| Money { amount: plain(amount), currency: currency.to_owned() };
        let months = schedule.months.into_iter();
        Self {
            view,
            months: months
                .map(|(month, amount)| ContractCostMonth { month: Month(month), amount: amount.map(money) })
                .collect(),
            total: schedule.total.map(money),
            straight_line: schedule.level.map(Into::into),
            explain: Explanation::from(schedule.explanation).without(schedule.reason.clone()),
            reason: schedule.reason,
        }
    }
}
