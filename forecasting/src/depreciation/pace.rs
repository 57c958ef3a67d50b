//! Where accumulated depreciation is heading, by a rule over what is left of a life or by the tables of tax.

use rust_decimal::Decimal;

use super::entry::BookTerms;
use super::macrs::MacrsSchedule;
use super::method::Curve;
use super::schedule::{Basis, DepreciationRule, LONGEST_LIFE};
use super::timeline::Timeline;
use crate::error::{ForecastError, Result};
use crate::month::Month;

/// Where accumulated depreciation is heading, before any of the asset left.
pub(super) enum Pace {
    Rule(RulePace),
    Macrs(MacrsSchedule),
}

/// What becomes of a life when it is reconsidered.
#[derive(Clone, Copy)]
pub(super) enum NewLife {
    /// It stays.
    Same,
    /// The whole of it, in months.
    Whole(u32),
    /// It becomes longer by so many months.
    Added(i32),
    /// So many months are left.
    Left(u32),
}

/// A rule over what was left of a life when it was last reconsidered.
pub(super) struct RulePace {
    pub(super) timeline: Timeline,
    pub(super) rule: DepreciationRule,
    pub(super) curve: Curve,
    /// Accumulated before.
    pub(super) base: Decimal,
    /// Life that had passed by then, and life that was left.
    pub(super) start: i64,
    pub(super) left: i64,
    /// The whole of life.
    pub(super) whole: i64,
}

impl RulePace {
    /// Whether life is over; one that was over when it was reconsidered is charged once more.
    pub(super) fn is_over(&self, passed: i64) -> bool {
        passed > 0 && passed >= self.left
    }

    pub(super) fn at(&self, passed: i64) -> Decimal {
        self.base
            + if self.is_over(passed) {
                self.curve.at_end()
            } else {
                self.curve.accumulated(passed, self.left)
            }
    }

    /// Takes another life, of which so much has passed by the end of a month.
    pub(super) fn relive(&mut self, life: NewLife, upto: Month, passed: i64) -> Result<()> {
        let months = i64::from(self.rule.life_months);
        let (field, months) = match life {
            NewLife::Same => return Ok(()),
            NewLife::Whole(months) => ("event.life_months", i64::from(months)),
            NewLife::Added(added) => ("event.added_months", months + i64::from(added)),
            NewLife::Left(left) => {
                let before = i64::from(upto.since(self.timeline.first)) + 1;
                ("event.remaining_months", before.max(0) + i64::from(left))
            }
        };
        let stated: &dyn std::fmt::Display = match &life {
            NewLife::Left(left) => left,
            NewLife::Added(added) => added,
            _ => &months,
        };
        let months = u32::try_from(months).ok().filter(|months| (1..=LONGEST_LIFE).contains(months));
        let months = months.filter(|_| !matches!(life, NewLife::Left(0)));
        let Some(months) = months else {
            return Err(ForecastError::invalid(field, stated, "a life is 1 to 1,200 months"));
        };
        self.whole = match life {
            NewLife::Left(left) => passed + self.timeline.length(upto, left),
            NewLife::Added(_) => {
                self.whole + self.timeline.whole(months) - self.timeline.whole(self.rule.life_months)
            }
            NewLife::Whole(_) | NewLife::Same => self.timeline.whole(months),
        };
        self.rule.life_months = months;
        Ok(())
    }

    pub(super) fn passed(&self, month: Month) -> i64 {
        if month < self.timeline.first { 0 } else { self.timeline.counted(month) - self.start }
    }
}

/// The pace of an entry that nothing has happened to yet.
pub(super) fn rule_pace(rule: &DepreciationRule, basis: &Basis, terms: &BookTerms) -> RulePace {
    let timeline = Timeline::new(basis.in_service, rule.convention, &terms.calendar);
    let whole = timeline.whole(rule.life_months);
    let curve = Curve::new(rule.method, basis.cost.amount, basis.salvage, rule.life_months);
    RulePace { timeline, rule: *rule, curve, base: Decimal::ZERO, start: 0, left: whole, whole }
}
