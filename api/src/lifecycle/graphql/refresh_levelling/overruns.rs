//! Caps that cannot be kept, whatever is done with the cohorts of a plan.

use forecasting::levelling::Limit;

use super::{RefreshConflict, RefreshLevelling, plans::named};
use crate::lifecycle::{levelling_growth::Outgrown, levelling_terms::label};

impl RefreshLevelling {
    /// The first cap that is overrun before anything is levelled: by earlier orders, or by growth of capacity.
    pub(super) fn overrun(&self) -> Option<RefreshConflict> {
        let (levelled, plan) = (&self.sheet.levelled, &self.sheet.book.plan);
        match (levelled.overrun(plan), levelled.outgrown(plan)) {
            (Some((limit, earlier)), _) => Some(self.by_earlier(&limit, &earlier)),
            (None, Some(outgrown)) => Some(self.by_growth(&outgrown)),
            (None, None) => None,
        }
    }

    fn by_earlier(&self, limit: &Limit, earlier: &[usize]) -> RefreshConflict {
        let plan = &self.sheet.book.plan;
        let labels: Vec<&str> = earlier.iter().map(|at| plan.earlier[*at].label.as_str()).collect();
        let limit = label(limit);
        let words =
            format!("{} are ordered before {}, above the {limit}", named(&labels), plan.window.from());
        RefreshConflict {
            cohorts: self.sheet.earlier_cohorts(earlier.iter().copied()),
            limits: vec![limit],
            irreducible: true,
            words,
        }
    }

    fn by_growth(&self, outgrown: &Outgrown) -> RefreshConflict {
        let limit = label(&outgrown.limit);
        let with = match outgrown.earlier.is_empty() {
            true => String::new(),
            false => format!(", with what is ordered before {},", self.sheet.book.plan.window.from()),
        };
        let pools = if outgrown.pools == 1 { "pool" } else { "pools" };
        RefreshConflict {
            cohorts: self.sheet.earlier_cohorts(outgrown.earlier.iter().copied()),
            irreducible: outgrown.earlier.is_empty(),
            words: format!(
                "growth of capacity of {} {pools}{with} is ordered above the {limit}",
                outgrown.pools
            ),
            limits: vec![limit],
        }
    }
}
