//! Pools that have run out, or do before an order can help.

use chrono::NaiveDate;
use entity::id::{CapacityPoolId, EntityId};
use forecasting::{
    capacity::purchases::{Growth, Shortage},
    month::Month,
};

use super::purchases::Growing;

/// A time in which a pool has run out and no order can help, or is not known to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// The pool.
    pub pool: CapacityPoolId,
    /// What people call it.
    pub name: String,
    /// The first month of it.
    pub from: Month,
    /// How long, how much, and since when it is too late; or why that is not known.
    pub shortage: Result<Shortage, String>,
}

impl Risk {
    /// The times of a pool in which no order can help.
    pub fn all<'a>(growing: &'a Growing, growth: &'a Growth) -> impl Iterator<Item = Self> + 'a {
        growth.shortages.iter().map(|shortage| Self {
            pool: growing.pool,
            name: growing.name.clone(),
            from: shortage.from,
            shortage: Ok(*shortage),
        })
    }

    /// A pool that has been out since a month, and of which no more is known for a reason.
    #[must_use]
    pub fn unmeasured(growing: &Growing, since: Month, reason: String) -> Self {
        Self { pool: growing.pool, name: growing.name.clone(), from: since, shortage: Err(reason) }
    }

    /// All of it in a sentence, seen on a day.
    #[must_use]
    pub fn sentence(&self, as_of: NaiveDate) -> String {
        let runs_out = if self.from < Month::of(as_of) { "ran out" } else { "runs out" };
        let told = format!("{} {runs_out} in {}", self.name, self.from);
        match &self.shortage {
            Ok(Shortage { months, relief, overdue_days, .. }) => {
                let unit = if *months == 1 { "month" } else { "months" };
                let late = if *overdue_days == 1 { "day" } else { "days" };
                format!(
                    "{told}, for {months} {unit}: an order of {as_of} helps from {relief} on, and is {overdue_days} \
                     {late} late"
                )
            }
            Err(reason) => {
                format!("{told}: from when on an order of {as_of} helps is not known, for {reason}")
            }
        }
    }
}

/// A pool of which nobody can tell whether it runs out before an order can help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// The pool.
    pub pool: CapacityPoolId,
    /// Why.
    pub reason: String,
}

/// Risks by urgency: what is short first, then what lacks longer, what has no known end before all, then in the order of
/// names.
pub fn sort(risks: &mut [Risk]) {
    risks.sort_by(|one, other| {
        let months = |risk: &Risk| risk.shortage.as_ref().map_or(u32::MAX, |shortage| shortage.months);
        let key = |risk: &Risk| (risk.from, std::cmp::Reverse(months(risk)));
        key(one)
            .cmp(&key(other))
            .then_with(|| one.name.cmp(&other.name))
            .then_with(|| one.pool.uuid().cmp(&other.pool.uuid()))
    });
}
