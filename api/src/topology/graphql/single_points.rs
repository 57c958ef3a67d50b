//! What brings services down alone, as clients see it.

use std::{ops::Range, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::id::ScenarioId;
use rust_decimal::Decimal;

use super::{
    explained,
    lens::{
        DependencyStep, GroupOutcome, Lens, TopologyGraph, TopologyInclude, options, overlay, size, skip,
        view,
    },
    rollups::ImpactMoney,
    things::{ConfigurationItem, ConfigurationItemKind},
    trust::{ResultTrust, STALE_AFTER_DAYS},
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
        chains::Saved,
        items::Thing,
        single_points::{self, Answer, CommonCause, OfService, Question},
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
pub struct SinglePoint {
    item: ConfigurationItem,
    found: single_points::SinglePoint,
    lens: Lens,
}

/// What brings a service down alone.
#[Object]
impl SinglePoint {
    /// The thing.
    async fn item(&self) -> &ConfigurationItem {
        &self.item
    }

    /// The chain from the service to the thing, each step with what ties it to the next. `chainLength` says how long it
    /// is.
    async fn chain(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most so many steps, from the service on.")] first: i32,
    ) -> Result<Vec<DependencyStep>> {
        self.lens.first_steps(ctx, &self.found.chain, first)
    }

    /// How many steps the whole chain has.
    async fn chain_length(&self) -> u64 {
        self.found.chain.len() as u64
    }

    /// Whether it hides behind redundancy: several members of a group on the chain rest on it together.
    async fn is_common_cause(&self) -> bool {
        !self.found.common.is_empty()
    }

    /// Those groups, each with the members that fall with the thing.
    async fn groups(&self) -> Vec<GroupOutcome> {
        self.lens.outcomes(self.found.common.iter().cloned())
    }

    /// The score of its failure.
    async fn blast_radius(&self) -> Decimal {
        self.found.weight.blast_radius
    }

    /// Services in use that are down with it.
    async fn services(&self) -> u64 {
        self.found.weight.services
    }

    /// What an hour of its failure costs.
    async fn revenue_per_hour(&self) -> ImpactMoney {
        let nothing = "no service that is down has its revenue on record";
        ImpactMoney::new(&self.found.weight.revenue, &self.lens.caller, nothing)
    }
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
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Vec<SinglePoint>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let points = self.answer.points(self.place, skip..skip.saturating_add(size)).await?;
        let points = points.into_iter().filter_map(|found| {
            Some(SinglePoint { item: self.lens.item(found.node)?, found, lens: self.lens.clone() })
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
pub struct SinglePointsConnection {
    answer: Arc<Answer>,
    lens: Lens,
    places: Range<usize>,
}

/// Services with what brings them down alone.
#[Object]
impl SinglePointsConnection {
    /// The services that have single points or can never be up: the most critical first, then by their worst single
    /// point.
    async fn services(&self) -> Vec<ServiceSinglePoints> {
        let service =
            |place| ServiceSinglePoints { answer: Arc::clone(&self.answer), lens: self.lens.clone(), place };
        self.places.clone().map(service).collect()
    }

    /// How many there are.
    async fn total_count(&self) -> u64 {
        self.answer.services.len() as u64
    }

    /// How many services were looked at.
    async fn looked_at(&self) -> u64 {
        self.answer.looked_at.len() as u64
    }

    /// The graph in which they were looked for.
    async fn graph(&self) -> TopologyGraph {
        TopologyGraph(Arc::clone(&self.lens.estate))
    }

    /// How much of the answer rests on dependencies that are stale or unsure: of all edges that the services that were
    /// looked at need hard or as part of a group, directly or not.
    async fn trust(
        &self,
        #[graphql(
            default_with = "STALE_AFTER_DAYS",
            desc = "Days after which a dependency that was last seen is stale."
        )]
        stale_after_days: i32,
        #[graphql(desc = "The least confidence, from 0 to 1; 0.5 when left out.")] minimum_confidence: Option<
            Decimal,
        >,
    ) -> Result<ResultTrust> {
        let estate = &self.answer.estate;
        let doubts = (stale_after_days, minimum_confidence);
        let edges = self.answer.edges()?;
        ResultTrust::of((&estate.recorded, estate.options.as_of), &self.lens.caller, doubts, edges)
    }

    /// How the answer came about.
    async fn explain(&self) -> Explanation {
        explained::of_single_points(&self.answer)
    }
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
    /// How they came about.
    explain: Explanation,
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
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn single_points_of_failure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of a service; all services when left out.")] service: Option<ID>,
        #[graphql(desc = "Which services and which single points. Left out: all.")] filter: Option<
            SinglePointFilter,
        >,
        #[graphql(default = 50, desc = "Services at most.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many services at the beginning.")] skip: i32,
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
        let (most, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let filter = filter.unwrap_or_default();
        for tier in filter.tier.iter().flatten() {
            crate::rules::require_range("filter.tier", *tier, 0, 3)?;
        }
        if let (Some(service), Some(_)) = (&service, &filter.tier) {
            let message = format!("stands beside service, `{}`: give one of them", service.as_str());
            return Err(Error::invalid("filter.tier", message));
        }
        let question = Question {
            service: service.map(|id| id.0),
            tiers: filter.tier,
            options: options(ctx, as_of, include)?,
            scenario: overlay(&view, scenario).await?,
        };
        let kinds = filter.kind;
        let is_wanted = move |thing: Thing| {
            kinds.as_ref().is_none_or(|kinds| kinds.contains(&ConfigurationItemKind::from(thing.kind())))
        };
        let is_ordered = ctx.look_ahead().field("services").exists();
        let answer = Arc::new(single_points::answer(&view, &question, is_wanted, is_ordered).await?);
        let lens = Lens { estate: Arc::clone(&answer.estate), caller: caller(ctx)?.clone() };
        let count = answer.services.len();
        let places = skip.min(count)..skip.saturating_add(most).min(count);
        Ok(SinglePointsConnection { answer, lens, places })
    }

    /// Groups whose members look redundant and rest on the same thing: a rack, a feed, a site, a contract, a carrier.
    #[graphql(complexity = "1_000 + child_complexity")]
    async fn common_causes(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
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
        let (most, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let options = options(ctx, as_of, include)?;
        require_plausible("asOf", Some(options.as_of))?;
        let scenario = overlay(&view, scenario).await?;
        let estate = view.estate_under(options, &scenario).await?;
        let lens = Lens { estate, caller: caller(ctx)?.clone() };
        let (causes, hidden) =
            tokio::task::block_in_place(|| single_points::common_causes(&lens.estate, &lens.caller))?;
        let shown =
            causes.iter().skip(skip).take(most).filter_map(|cause| CommonCauseItem::new(&lens, cause));
        let explain = explained::of_common_causes(&lens.estate, causes.len(), hidden);
        Ok(CommonCauseConnection {
            causes: shown.collect(),
            total_count: causes.len() as u64,
            hidden,
            graph: TopologyGraph(lens.estate),
            explain,
        })
    }
}
