//! Shortest ways from a thing to one that it needs, as clients see them.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::id::ScenarioId;

use super::{
    explained,
    lens::{self, DependencyStep, Lens, TopologyGraph, TopologyInclude, options, overlay, view},
};
use crate::{
    error::{Error, Result},
    rules::{require_plausible, require_range},
    schema::{
        explain::Explanation,
        request::caller,
        scalar::{Date, Id},
    },
    topology::{chains::Step, paths::ways},
};

/// The most ways that one answer spells out.
const MOST_WAYS: i32 = 100;

/// One way from a thing to another.
#[derive(Clone, Debug)]
pub struct DependencyWay {
    lens: Lens,
    steps: Vec<Step>,
}

/// One way from a thing to another.
#[Object]
impl DependencyWay {
    /// The things on it, both ends included, each with what ties it to the next. There is one more than `length`.
    async fn steps(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 100, desc = "At most so many, from the first on.")] first: i32,
        #[graphql(default = 0, desc = "So many are left out before them.")] skip: i32,
    ) -> Result<Vec<DependencyStep>> {
        self.lens.first_steps(ctx, self.steps.get(lens::skip(skip)?..).unwrap_or_default(), first)
    }
}

/// The shortest ways from a thing to one that it needs.
#[derive(SimpleObject)]
pub struct DependencyPath {
    /// Whether the one needs the other at all.
    is_needed: bool,
    /// Steps on the shortest way. Null where there is none.
    length: Option<u64>,
    /// The ways: one, or as many as were asked for.
    ways: Vec<DependencyWay>,
    /// How many shortest ways there are. Null where only one was asked for and found.
    count: Option<u64>,
    /// The graph in which they were looked for.
    graph: TopologyGraph,
    /// How they came about.
    explain: Explanation,
}

/// Queries of ways.
#[derive(Default)]
pub struct PathQuery;

/// Queries of ways.
#[Object]
impl PathQuery {
    /// The shortest way from a thing to one that it needs, or all shortest ways.
    #[graphql(complexity = "1_000 + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn dependency_path(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of what needs.")] from: ID,
        #[graphql(desc = "Id of what is needed.")] to: ID,
        #[graphql(default = false, desc = "Whether to look for all shortest ways, and to count them.")]
        all: bool,
        #[graphql(default = 10, desc = "Ways that are spelled out at most, 1 to 100.")] limit: i32,
        #[graphql(desc = "The day on which contracts have to be in force; today when left out.")]
        as_of: Option<Date>,
        #[graphql(
            desc = "A scenario: what it has taken away by that day is gone, with all that is down because of that. \
                    None when left out."
        )]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(desc = "Which edges count; all when left out.")] include: Option<TopologyInclude>,
        #[graphql(
            desc = "Wait until the graph has come to this revision, two seconds at most; then refuse. Changes return \
                    it as `extensions.graphRevision`."
        )]
        min_revision: Option<i64>,
    ) -> Result<DependencyPath> {
        let view = view(ctx, min_revision).await?;
        require_range("limit", limit, 1, MOST_WAYS)?;
        let options = options(ctx, as_of, include)?;
        require_plausible("asOf", Some(options.as_of))?;
        let estate = view.estate_left_by(options, &*overlay(&view, scenario).await?).await?;
        let caller = caller(ctx)?.clone();
        let ends = (estate.asked(&caller, "from", &from)?, estate.asked(&caller, "to", &to)?);
        let most = usize::try_from(limit).map_err(Error::internal)?;
        let found = ways(&estate, ends, all, most)?;
        let lens = Lens { estate, caller };
        let ways: Vec<_> =
            found.ways.into_iter().map(|steps| DependencyWay { lens: lens.clone(), steps }).collect();
        let length = ways.first().map(|way| way.steps.len().saturating_sub(1) as u64);
        let explain = explained::of_ways(&lens.estate, length, (found.count, ways.len()));
        Ok(DependencyPath {
            is_needed: !ways.is_empty(),
            length,
            ways,
            count: found.count,
            graph: TopologyGraph(lens.estate),
            explain,
        })
    }
}
