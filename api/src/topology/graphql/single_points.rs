//! What brings services down alone, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::id::ScenarioId;
use rust_decimal::Decimal;

use super::{
    lens::{
        DependencyStep, GroupOutcome, Lens, TopologyGraph, TopologyInclude, options, overlay, size, view,
    },
    rollups::ImpactMoney,
    things::{ConfigurationItem, ConfigurationItemKind},
};
use crate::{
    error::{Error, Result},
    rules::require_plausible,
    schema::{
        request::caller,
        scalar::{Date, Id},
    },
    topology::{
        chains::Saved,
        items::Thing,
        single_points::{self, Answer, CommonCause, OfService, Question, Weight},
    },
};

/// Which services and which single points.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SinglePointFilter {
    /// Services of these tiers; of all when left out, of none when empty.
    tier: Option<Vec<i32>>,
    /// Single points of these kinds; of all when left out, of none when empty.
    kind: Option<Vec<ConfigurationItemKind>>,
}

/// What brings a service down alone.
#[derive(Clone, SimpleObject)]
pub struct SinglePoint {
    /// The thing.
    item: ConfigurationItem,
    /// The chain from the service to the thing, each step with what ties it to the next.
    chain: Vec<DependencyStep>,
    /// Whether it hides behind redundancy: several members of a group on the chain rest on it together.
    is_common_cause: bool,
    /// Those groups, each with the members that fall with the thing.
    groups: Vec<GroupOutcome>,
    /// The score of its failure.
    blast_radius: Decimal,
    /// Services that are down with it.
    services: u64,
    /// What an hour of its failure costs.
    revenue_per_hour: ImpactMoney,
}

/// A service with what brings it down alone.
pub struct ServiceSinglePoints {
    answer: Arc<Answer>,
    lens: Lens,
    place: usize,
}

impl ServiceSinglePoints {
    fn row(&self) -> Result<&OfService> {
        self.answer.services.get(self.place).ok_or_else(|| Error::internal("a service that is not there"))
    }
}

/// A service with what brings it down alone.
#[Object]
impl ServiceSinglePoints {
    /// The service.
    async fn service(&self) -> Result<ConfigurationItem> {
        self.lens.item(self.row()?.node).ok_or_else(|| Error::internal("a service that is hidden"))
    }

    /// It is down with everything else up, since something that it needs can never be met. Then nothing brings it
    /// down, and no single point is named.
    async fn is_never_up(&self) -> Result<bool> {
        Ok(self.row()?.is_never_up)
    }

    /// Its single points: by the score of their failure, then by what an hour of it costs where that is in one
    /// currency and the caller may see prices.
    async fn points(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 10, desc = "At most so many.")] first: i32,
    ) -> Result<Vec<SinglePoint>> {
        let size = size(ctx, "first", first)?;
        let points = self.answer.points(self.row()?, size)?;
        let points = points.into_iter().filter_map(|point| {
            let Weight { blast_radius, revenue, services } = &*point.weight;
            let nothing = "no service that is down has its revenue on record";
            Some(SinglePoint {
                item: self.lens.item(point.node)?,
                chain: self.lens.steps(&point.chain),
                is_common_cause: !point.common.is_empty(),
                groups: point.common.iter().filter_map(|saved| self.lens.outcome(saved)).collect(),
                blast_radius: *blast_radius,
                services: *services,
                revenue_per_hour: ImpactMoney::new(revenue, &self.lens.caller, nothing),
            })
        });
        Ok(points.collect())
    }

    /// How many single points it has that the caller may see.
    async fn count(&self) -> Result<u64> {
        Ok(self.row()?.points.len() as u64)
    }

    /// How many single points it has that the caller may not see.
    async fn hidden(&self) -> Result<u64> {
        Ok(self.row()?.hidden)
    }
}

/// Services with what brings them down alone.
#[derive(SimpleObject)]
pub struct SinglePointsConnection {
    /// The services that have single points or can never be up: the most critical first, then by their worst single
    /// point.
    services: Vec<ServiceSinglePoints>,
    /// How many there are.
    total_count: u64,
    /// How many services were looked at.
    looked_at: u64,
    /// The graph in which they were looked for.
    graph: TopologyGraph,
}

/// Members of a group that look redundant and rest on the same thing.
#[derive(Clone, SimpleObject)]
pub struct CommonCauseItem {
    /// What they rest on.
    item: ConfigurationItem,
    /// The group, with the members that fall together.
    group: Option<GroupOutcome>,
    /// Whether what needs the group is down then.
    is_single_point: bool,
    /// What needs such a group, the most critical first; ten at most.
    owners: Vec<ConfigurationItem>,
    /// How many need such a group.
    owner_count: u64,
}

/// Common causes.
#[derive(SimpleObject)]
pub struct CommonCauseConnection {
    /// Those that bring down what needs the group first, then by the most critical of what needs it.
    causes: Vec<CommonCauseItem>,
    /// How many there are that the caller may see.
    total_count: u64,
    /// How many there are that the caller may not see.
    hidden: u64,
    /// The graph in which they were looked for.
    graph: TopologyGraph,
}

impl CommonCauseItem {
    fn new(lens: &Lens, cause: &CommonCause) -> Option<Self> {
        let saved = Saved { group: cause.group, lost: cause.lost.clone(), left: cause.left };
        Some(Self {
            item: lens.item(cause.node)?,
            group: lens.outcome(&saved),
            is_single_point: cause.is_single_point,
            owners: cause.owners.iter().take(10).filter_map(|owner| lens.item(*owner)).collect(),
            owner_count: cause.owners.len() as u64,
        })
    }
}

/// Queries of single points of failure.
#[derive(Default)]
pub struct SinglePointQuery;

/// Queries of single points of failure.
#[Object]
impl SinglePointQuery {
    /// What brings services down alone, redundancy reckoned with: for one service, or for all that a filter lets
    /// through.
    #[graphql(complexity = "1_000 + child_complexity")]
    async fn single_points_of_failure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of a service; all services when left out.")] service: Option<ID>,
        #[graphql(desc = "Which services and which single points. Left out: all.")] filter: Option<
            SinglePointFilter,
        >,
        #[graphql(default = 50, desc = "Services at most.")] first: i32,
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
    ) -> Result<SinglePointsConnection> {
        let view = view(ctx, min_revision).await?;
        let most = size(ctx, "first", first)?;
        let filter = filter.unwrap_or_default();
        for tier in filter.tier.iter().flatten() {
            crate::rules::require_range("filter.tier", *tier, 0, 3)?;
        }
        let question = Question {
            service: service.map(|id| id.0),
            tiers: filter.tier,
            options: options(ctx, as_of, include)?,
            scenario: overlay(&view, scenario).await?,
        };
        let kinds = filter.kind;
        let is_wanted = |thing: Thing| {
            kinds.as_ref().is_none_or(|kinds| kinds.contains(&ConfigurationItemKind::from(thing.kind())))
        };
        let answer = Arc::new(single_points::answer(&view, &question, is_wanted).await?);
        let lens = Lens { estate: Arc::clone(&answer.estate), caller: caller(ctx)?.clone() };
        let services = (0..answer.services.len().min(most)).map(|place| ServiceSinglePoints {
            answer: Arc::clone(&answer),
            lens: lens.clone(),
            place,
        });
        Ok(SinglePointsConnection {
            services: services.collect(),
            total_count: answer.services.len() as u64,
            looked_at: answer.looked_at,
            graph: TopologyGraph(lens.estate),
        })
    }

    /// Groups whose members look redundant and rest on the same thing: a rack, a feed, a site, a contract, a carrier.
    #[graphql(complexity = "1_000 + child_complexity")]
    async fn common_causes(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
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
    ) -> Result<CommonCauseConnection> {
        let view = view(ctx, min_revision).await?;
        let most = size(ctx, "first", first)?;
        let options = options(ctx, as_of, include)?;
        require_plausible("asOf", Some(options.as_of))?;
        let scenario = overlay(&view, scenario).await?;
        let estate = view.estate_under(options, &scenario).await?;
        let lens = Lens { estate, caller: caller(ctx)?.clone() };
        let (causes, hidden) = single_points::common_causes(&lens.estate, &lens.caller)?;
        let shown = causes.iter().take(most).filter_map(|cause| CommonCauseItem::new(&lens, cause));
        Ok(CommonCauseConnection {
            causes: shown.collect(),
            total_count: causes.len() as u64,
            hidden,
            graph: TopologyGraph(lens.estate),
        })
    }
}
