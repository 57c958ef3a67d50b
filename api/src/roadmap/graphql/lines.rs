//! Lines, coverage and what was left out.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use forecasting::roadmap::{Category as Purpose, Coverage as Counted, Line as Row, Subject};
use rust_decimal::Decimal;

use super::{
    series::Series,
    words::{Category, RoadmapDimension, RoadmapSubject},
};
use crate::{
    access::Permission,
    error::Result,
    inventory::graphql::sites::Site,
    roadmap::{
        keys::Key,
        masking,
        plan::{Plan, Source},
        records::{self, Slice},
    },
    schema::request::read,
};

/// A value of a dimension.
#[derive(Clone, Debug, SimpleObject)]
pub struct RoadmapKey {
    /// The dimension.
    dimension: RoadmapDimension,
    /// Its value. Null where the records have none.
    value: Option<String>,
}

impl RoadmapKey {
    /// The values of the dimensions of a plan, in the order in which they were asked for.
    pub fn all(plan: &Plan, key: &Key) -> Vec<Self> {
        let keys = plan.dimensions.iter().zip(key);
        keys.map(|(dimension, value)| Self {
            dimension: (*dimension).into(),
            value: value.as_deref().map(str::to_owned),
        })
        .collect()
    }
}

/// How a figure came about.
#[derive(Clone, Debug, SimpleObject)]
pub struct RoadmapExplanation {
    /// The formulas, one for each kind of source.
    pub(super) formula: Vec<String>,
    /// What went in, counted.
    pub(super) inputs: Vec<String>,
    /// What was taken for granted.
    pub(super) assumptions: Vec<String>,
    /// Whether any of it is an estimate.
    pub(super) estimated: bool,
    /// What was left out, counted by reason.
    pub(super) excluded: Vec<String>,
}

/// A record behind a figure.
#[derive(Clone, Debug, SimpleObject)]
pub struct RoadmapRecord {
    /// Its id.
    id: ID,
    /// What it is.
    kind: &'static str,
    /// What people call it.
    label: String,
}

/// Records as they are shown.
pub fn listed(records: Result<Vec<records::Record>>) -> Result<Vec<RoadmapRecord>> {
    let records = records?.into_iter();
    Ok(records
        .map(|record| RoadmapRecord { id: record.id.into(), kind: record.kind, label: record.label })
        .collect())
}

/// A line of the roadmap: one category and one value of each dimension.
pub struct Line {
    pub(super) plan: Arc<Plan>,
    pub(super) category: Purpose,
    pub(super) key: Key,
    pub(super) site: Option<Site>,
    pub(super) row: Row<Source>,
    pub(super) is_hidden: bool,
}

/// Hides the lines that would tell a single price, category by category.
pub(super) fn hide_prices(plan: &Plan, lines: &mut [Line]) {
    let hidden = masking::hidden_lines(plan, lines.iter().map(|line| (line.category, &line.row.records)));
    for (line, is_hidden) in lines.iter_mut().zip(hidden) {
        line.is_hidden = is_hidden;
    }
}

/// A line of the roadmap: one category and one value of each dimension.
#[Object(name = "RoadmapLine")]
impl Line {
    /// What the amounts are for.
    async fn category(&self) -> Category {
        self.category.into()
    }

    /// The values of the dimensions, in the order in which they were asked for.
    async fn keys(&self) -> Vec<RoadmapKey> {
        RoadmapKey::all(&self.plan, &self.key)
    }

    /// The site, when lines are kept apart by site. Null for what belongs to no single site.
    async fn site(&self) -> Option<&Site> {
        self.site.as_ref()
    }

    /// The amounts. Null where they are hidden.
    async fn amounts(&self) -> Option<Series> {
        let amounts = (!self.is_hidden).then(|| self.row.amounts())?;
        Some(Series { plan: Arc::clone(&self.plan), amounts })
    }

    /// All months together. Null where they are hidden.
    async fn total(&self) -> Option<Decimal> {
        (!self.is_hidden).then(|| self.plan.shown(self.row.total()))
    }

    /// Whether the amounts are hidden from the caller's role: they are of a single record, whose price the role
    /// may not see, or would tell such a price by what they lack to the total.
    async fn amounts_hidden(&self) -> bool {
        self.is_hidden
    }

    /// How the amounts came about.
    async fn explain(&self) -> RoadmapExplanation {
        RoadmapExplanation {
            formula: self.row.formulas.iter().map(|formula| (*formula).to_owned()).collect(),
            inputs: records::counted(&self.plan, &self.row.records),
            assumptions: self.row.assumptions.iter().cloned().collect(),
            estimated: self.row.estimated,
            excluded: Vec::new(),
        }
    }

    /// How many records are behind the amounts.
    async fn record_count(&self) -> usize {
        records::count(&self.plan, &self.row.records)
    }

    /// The records behind the amounts.
    async fn records(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "at most so many, up to 1,000")] first: i32,
        #[graphql(default = 0, desc = "so many that come before are left out")] skip: i32,
    ) -> Result<Vec<RoadmapRecord>> {
        let reader = read(ctx, Permission::ViewTotals)?;
        listed(records::list(&reader, &self.plan, &self.row.records, Slice::new(first, skip)?).await)
    }
}

/// Which share of the records had the inputs that the roadmap needs.
pub struct Coverage {
    pub(super) plan: Arc<Plan>,
    pub(super) subject: Subject,
    pub(super) counted: Counted,
}

/// Which share of the records had the inputs that the roadmap needs.
#[Object(name = "RoadmapCoverage")]
impl Coverage {
    /// The kind of record.
    async fn subject(&self) -> RoadmapSubject {
        self.subject.into()
    }

    /// Records that had all inputs.
    async fn covered_count(&self) -> u64 {
        self.counted.covered_count
    }

    /// All records.
    async fn total_count(&self) -> u64 {
        self.counted.total_count
    }

    /// Share of the records, 0 to 1. Null without records.
    async fn count_ratio(&self) -> Option<Decimal> {
        self.counted.count_ratio().map(|ratio| ratio.round_dp(4))
    }

    /// Value of the records that had all inputs: what assets cost, what the others cost in these months.
    async fn covered_value(&self) -> Decimal {
        self.plan.shown(self.counted.covered_value)
    }

    /// Value of all records, as far as it is known.
    async fn total_value(&self) -> Decimal {
        self.plan.shown(self.counted.total_value)
    }

    /// Share of the known value, 0 to 1. Null where none is known.
    async fn value_ratio(&self) -> Option<Decimal> {
        self.counted.value_ratio().map(|ratio| ratio.round_dp(4))
    }

    /// Records whose value is not known: they count, and weigh nothing.
    async fn without_value(&self) -> u64 {
        self.counted.without_value
    }
}

/// Records that were left out, wholly or of one part, for one reason.
pub struct Exclusion {
    pub(super) plan: Arc<Plan>,
    pub(super) subject: Subject,
    pub(super) reason: String,
    pub(super) records: Vec<Source>,
}

/// Records that were left out, wholly or of one part, for one reason.
#[Object(name = "RoadmapExclusion")]
impl Exclusion {
    /// The kind of record.
    async fn subject(&self) -> RoadmapSubject {
        self.subject.into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.reason
    }

    /// How many.
    async fn count(&self) -> usize {
        self.records.len()
    }

    /// Which.
    async fn records(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "at most so many, up to 1,000")] first: i32,
        #[graphql(default = 0, desc = "so many that come before are left out")] skip: i32,
    ) -> Result<Vec<RoadmapRecord>> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let sources = self.records.iter().copied().collect();
        listed(records::list(&reader, &self.plan, &sources, Slice::new(first, skip)?).await)
    }
}
