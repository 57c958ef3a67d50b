//! What a thing needs, what needs it and what lies around it, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::id::ScenarioId;
use topology::graph::Node;

use super::{
    dependencies::DependencyKind,
    explained,
    lens::{DependencyLink, Lens, TopologyGraph, TopologyInclude, options, overlay, size, skip, view},
    things::ConfigurationItem,
};
use crate::{
    error::{Error, Result},
    rules::require_plausible,
    schema::{
        explain::Explanation,
        request::caller,
        scalar::{Date, Id},
    },
    topology::{
        asked,
        needs::{self, Direction, Found, Met, Walk},
    },
};

/// The most things that one picture has.
const MOST_DRAWN: i32 = 2_000;

/// A thing that another needs, directly or through others.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReachedItem {
    /// The thing.
    item: ConfigurationItem,
    /// The least number of steps to it.
    steps: u32,
    /// The thing before it on that way. Null where the caller may not see it.
    via: Option<ConfigurationItem>,
    /// What ties the two.
    link: DependencyLink,
    /// The name of the group that ties them, where it is one and the caller may see what needs it.
    group: Option<String>,
}

/// A row of a tree, branch by branch: below each row stands what hangs on it.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReachTreeRow {
    /// Place of the row, from zero.
    place: u64,
    /// Place of the row that it hangs on. Null for the first.
    parent: Option<u64>,
    /// Steps from the first row.
    depth: u32,
    /// The thing. Null where the caller may not see it.
    item: Option<ConfigurationItem>,
    /// What ties it to the row that it hangs on. Null for the first.
    link: Option<DependencyLink>,
    /// The name of the group that ties them, where it is one and the caller may see what needs it.
    group: Option<String>,
    /// Whether what hangs on it stands at another row, where the thing is nearer to the first.
    is_repeated: bool,
}

/// A tree.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReachTree {
    /// The rows, branch by branch.
    rows: Vec<ReachTreeRow>,
    /// Whether there are more rows than were asked for.
    is_cut: bool,
}

/// What a thing needs, or what needs it, directly or through others.
pub struct Reach {
    lens: Lens,
    root: Node,
    found: Found,
    shown: Vec<Met>,
    hidden: u64,
}

/// What a thing needs, or what needs it, directly or through others.
#[Object]
impl Reach {
    /// The thing.
    async fn item(&self) -> Result<ConfigurationItem> {
        self.lens.item(self.root).ok_or_else(|| Error::internal("an item that is hidden"))
    }

    /// Everything that was met, each once and at its least number of steps, nearest first.
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Vec<ReachedItem>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let items = self.shown.iter().skip(skip).take(size).filter_map(|met| {
            let (link, group) = self.lens.link(met.link);
            let via = met.before.and_then(|before| self.lens.item(self.found.met.get(before)?.node));
            Some(ReachedItem { item: self.lens.item(met.node)?, steps: met.steps, via, link, group })
        });
        Ok(items.collect())
    }

    /// Everything that was met as a tree. A thing is unfolded once, where it is nearest, so that circles end.
    async fn tree(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 200, desc = "At most so many rows.")] first: i32,
        #[graphql(
            default = 0,
            desc = "Leave out so many rows at the beginning; the others keep their places."
        )]
        skip: i32,
    ) -> Result<ReachTree> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let (rows, is_cut) = self.found.tree(&self.lens.estate, skip.saturating_add(size));
        let rows = rows.iter().enumerate().skip(skip).map(|(place, row)| {
            let (link, group) = self.lens.link(row.link);
            let is_first = row.parent.is_none();
            ReachTreeRow {
                place: place as u64,
                parent: row.parent.map(|parent| parent as u64),
                depth: row.depth,
                item: self.lens.item(row.node),
                link: (!is_first).then_some(link),
                group: group.filter(|_| !is_first),
                is_repeated: row.is_repeated,
            }
        });
        Ok(ReachTree { rows: rows.collect(), is_cut })
    }

    /// How many things were met that the caller may see, without the one that was asked about.
    async fn total_count(&self) -> u64 {
        self.shown.len() as u64
    }

    /// How many things were met that the caller may not see.
    async fn hidden(&self) -> u64 {
        self.hidden
    }

    /// Steps to the farthest thing that was met.
    async fn deepest(&self) -> u32 {
        self.found.met.last().map_or(0, |met| met.steps)
    }

    /// Whether there is more behind the depth that was asked for.
    async fn is_cut(&self) -> bool {
        self.found.is_cut
    }

    /// The graph in which it was looked for.
    async fn graph(&self) -> TopologyGraph {
        TopologyGraph(Arc::clone(&self.lens.estate))
    }

    /// How it came about.
    async fn explain(&self) -> Explanation {
        let walk = (self.found.walk.direction, self.found.walk.depth);
        explained::of_reach(&self.lens.estate, walk, (self.shown.len(), self.hidden))
    }
}

/// A thing of a picture.
#[derive(Clone, Debug, SimpleObject)]
pub struct DrawnItem {
    /// The thing.
    item: ConfigurationItem,
    /// The least number of steps from what was asked about, along edges in either direction.
    steps: u32,
}

/// An edge of a picture.
#[derive(Clone, Debug, SimpleObject)]
pub struct DrawnEdge {
    /// The id of what needs.
    from: ID,
    /// The id of what is needed.
    to: ID,
    /// In what way.
    kind: DependencyKind,
    /// What becomes of the one without the other.
    link: DependencyLink,
    /// The name of the group, where it is one and the caller may see what needs it.
    group: Option<String>,
    /// Whether it follows from inventory or contracts and was not recorded.
    is_derived: bool,
    /// The id of the dependency. Null where it follows from inventory or contracts.
    dependency: Option<ID>,
}

/// What lies around a thing, ready to draw; where what is drawn is up to the client.
#[derive(SimpleObject)]
pub struct Neighbourhood {
    /// The things, nearest first, that which was asked about leading.
    items: Vec<DrawnItem>,
    /// The edges among them, by what needs and what is needed.
    edges: Vec<DrawnEdge>,
    /// Things within the depth that did not fit.
    left_out: u64,
    /// Things within the depth that the caller may not see.
    hidden: u64,
    /// Whether there is more behind the depth.
    is_cut: bool,
    /// The graph that it is part of.
    graph: TopologyGraph,
    /// How it came about.
    explain: Explanation,
}

/// Queries of what needs what.
#[derive(Default)]
pub struct NeedQuery;

/// Queries of what needs what.
#[Object]
impl NeedQuery {
    /// The dependency graph: at which revision it is, and how large.
    #[graphql(complexity = "100 + child_complexity")]
    async fn graph(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day on which contracts have to be in force; today when left out.")]
        as_of: Option<Date>,
        #[graphql(
            desc = "A scenario: sites that it has left by that day are down, and contracts whose last term has ended \
                    by then. None when left out."
        )]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(desc = "Which edges count; all when left out.")] include: Option<TopologyInclude>,
        #[graphql(
            desc = "Wait until the graph has come to this revision, two seconds at most; then refuse. Changes return \
                    it as `extensions.graphRevision`."
        )]
        min_revision: Option<i64>,
    ) -> Result<TopologyGraph> {
        let view = view(ctx, min_revision).await?;
        let options = options(ctx, as_of, include)?;
        require_plausible("asOf", Some(options.as_of))?;
        let scenario = overlay(&view, scenario).await?;
        Ok(TopologyGraph(view.estate_under(options, &scenario).await?))
    }

    /// What a thing needs, directly or through others, as a list or as a tree.
    #[graphql(complexity = "1_000 + child_complexity")]
    async fn requirements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the thing.")] of: ID,
        #[graphql(desc = "Steps at most; all the way when left out.")] depth: Option<i32>,
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
    ) -> Result<Reach> {
        reach(ctx, &of, (Direction::Needs, depth), (as_of, scenario, include), min_revision).await
    }

    /// What needs a thing, directly or through others, as a list or as a tree: all that might feel its failure.
    #[graphql(complexity = "1_000 + child_complexity")]
    async fn dependants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the thing.")] of: ID,
        #[graphql(desc = "Steps at most; all the way when left out.")] depth: Option<i32>,
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
    ) -> Result<Reach> {
        reach(ctx, &of, (Direction::NeededBy, depth), (as_of, scenario, include), min_revision).await
    }

    /// What lies around a thing, in both directions: things and edges, ready to draw.
    #[graphql(complexity = "1_000 + child_complexity")]
    async fn neighbourhood(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the thing.")] of: ID,
        #[graphql(default = 1, desc = "Steps at most.")] depth: i32,
        #[graphql(
            default = 200,
            desc = "Things at most, 1 to 2,000; what is farthest is left out and counted."
        )]
        limit: i32,
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
    ) -> Result<Neighbourhood> {
        crate::rules::require_range("limit", limit, 1, MOST_DRAWN)?;
        let depth = asked::depth(Some(depth))?;
        let (lens, root) = root(ctx, &of, (as_of, scenario, include), min_revision).await?;
        let most = usize::try_from(limit).map_err(Error::internal)?;
        let found = needs::neighbourhood(&lens.estate, &lens.caller, root, depth, most);
        let items = found.nodes.iter();
        let items =
            items.filter_map(|(node, steps)| Some(DrawnItem { item: lens.item(*node)?, steps: *steps }));
        let id = |node: Node| Some(ID(asked::global_id(lens.estate.thing(node)?)));
        let edges = found.edges.iter().filter_map(|edge| {
            let (link, group) = lens.link(edge.link);
            Some(DrawnEdge {
                from: id(edge.from)?,
                to: id(edge.to)?,
                kind: edge.kind.into(),
                link,
                group,
                is_derived: edge.dependency.is_none(),
                dependency: edge.dependency.map(|dependency| ID(Id(dependency).to_string())),
            })
        });
        let met = found.nodes.len() as u64 + found.left_out;
        let met = usize::try_from(met).map_err(Error::internal)?;
        let explain = explained::of_reach(&lens.estate, (Direction::Both, depth), (met, found.hidden));
        Ok(Neighbourhood {
            items: items.collect(),
            edges: edges.collect(),
            left_out: found.left_out,
            hidden: found.hidden,
            is_cut: found.is_cut,
            graph: TopologyGraph(Arc::clone(&lens.estate)),
            explain,
        })
    }
}

/// Which graph is asked for.
type Asked = (Option<Date>, Option<Id<ScenarioId>>, Option<TopologyInclude>);

/// The graph, and the node that is asked about.
async fn root(
    ctx: &Context<'_>,
    of: &ID,
    (as_of, scenario, include): Asked,
    min_revision: Option<i64>,
) -> Result<(Lens, Node)> {
    let view = view(ctx, min_revision).await?;
    let options = options(ctx, as_of, include)?;
    require_plausible("asOf", Some(options.as_of))?;
    let estate = view.estate_left_by(options, &*overlay(&view, scenario).await?).await?;
    let caller = caller(ctx)?.clone();
    let root = estate.asked(&caller, "of", of)?;
    Ok((Lens { estate, caller }, root))
}

async fn reach(
    ctx: &Context<'_>,
    of: &ID,
    (direction, depth): (Direction, Option<i32>),
    graph: Asked,
    min_revision: Option<i64>,
) -> Result<Reach> {
    let depth = asked::depth(depth)?;
    let (lens, root) = root(ctx, of, graph, min_revision).await?;
    let found = needs::walk(&lens.estate.graph, root, Walk { direction, depth });
    let (shown, hidden) = found.list(&lens.estate, &lens.caller);
    Ok(Reach { lens, root, found, shown, hidden })
}
