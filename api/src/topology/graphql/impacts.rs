//! What fails when items fail, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::id::ScenarioId;
use rust_decimal::Decimal;
use tokio::sync::OnceCell;

use super::{
    lens::{DependencyStep, GroupOutcome, Lens, TopologyGraph, TopologyInclude, options, size, skip, view},
    power::RackPowerRedundancy,
    rollups::ImpactRollUp,
    things::ConfigurationItem,
    trust::{ResultTrust, STALE_AFTER_DAYS},
};
use crate::{
    access::Permission,
    error::{Error, Result},
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::{Explanation, ExplanationInput},
        page::PageInfo,
        request::read,
        rows::Items,
        scalar::{Date, Id, shown},
    },
    topology::{
        asked,
        graph::Options,
        impacts::{self, Affected, Answer, Key, Question, Status},
        index::View,
        leaning::{Leaning, leaning},
    },
};

/// What became of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "Status")]
pub enum ImpactStatus {
    /// It is down.
    Down,
    /// It is up and does less than it should.
    Degraded,
    /// It is up and has less to fall back on.
    AtRisk,
}

/// What fails when things fail.
pub struct Impact {
    answer: Arc<Answer>,
    lens: Lens,
    scenario: Arc<Overlay>,
    /// Read once, where it is asked for.
    leaning: Arc<OnceCell<Leaning>>,
}

impl Impact {
    /// Works out what fails.
    ///
    /// # Errors
    /// Those of [`impacts::answer`] and [`Overlay::load_without_prices`].
    pub(super) async fn of(
        view: &View,
        of: Vec<String>,
        options: Options,
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Self> {
        let scenario = Overlay::load_without_prices(&view.reader, scenario.map(|id| id.0)).await?;
        let question = Question { of, options, scenario };
        let answer = Arc::new(impacts::answer(view, &question).await?);
        let lens = Lens { estate: Arc::clone(&answer.estate), caller: view.caller().clone() };
        Ok(Self { answer, lens, scenario: question.scenario, leaning: Arc::default() })
    }

    async fn leaning(&self, ctx: &Context<'_>) -> Result<&Leaning> {
        leaning_once(ctx, &self.leaning, &self.answer).await
    }

    fn item(&self, affected: &Affected) -> AffectedItem {
        AffectedItem {
            answer: Arc::clone(&self.answer),
            lens: self.lens.clone(),
            leaning: Arc::clone(&self.leaning),
            affected: affected.clone(),
        }
    }
}

async fn leaning_once<'a>(
    ctx: &Context<'_>,
    known: &'a OnceCell<Leaning>,
    answer: &Answer,
) -> Result<&'a Leaning> {
    let load = async || Box::pin(leaning(&read(ctx, Permission::ViewInventory)?, answer)).await;
    known.get_or_try_init(load).await
}

/// What fails when things fail.
#[Object]
impl Impact {
    /// What is affected: the worst first, then what is nearest to what failed.
    async fn affected(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
    ) -> Result<AffectedItemConnection> {
        let size = size(ctx, "first", first)?;
        let after = after.as_deref().map(place).transpose()?;
        let page = self.answer.page(after, size);
        let (first, last) = (page.first().map(cursor), page.last().map(cursor));
        let ends = self.answer.affected.last().map(Affected::key) == page.last().map(Affected::key);
        let has_next = !ends && (!page.is_empty() || size == 0);
        Ok(AffectedItemConnection {
            nodes: page.iter().map(|affected| self.item(affected)).collect(),
            page_info: PageInfo::forward(has_next, after.is_some(), (first, last)),
            total_count: self.answer.affected.len() as u64,
        })
    }

    /// What was down before anything failed: it needs more of a group than there is, which is a mistake of the records,
    /// or the last contract of its site is over.
    async fn already_down(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Vec<AffectedItem>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let before = self.answer.down_before.iter().skip(skip).take(size);
        Ok(before.map(|affected| self.item(affected)).collect())
    }

    /// How many were down before anything failed, those included that the caller may not see.
    async fn already_down_count(&self) -> u64 {
        self.answer.down_before.len() as u64 + self.answer.hidden_before
    }

    /// How many of those the caller may not see: `alreadyDown` lists the others.
    async fn already_down_hidden(&self) -> u64 {
        self.answer.hidden_before
    }

    /// What it all comes to, as far as the caller may see it.
    async fn roll_up(&self) -> ImpactRollUp {
        ImpactRollUp::new(Arc::clone(&self.answer), self.lens.clone())
    }

    /// Affected things that the caller may not see. They take part, and are nowhere named.
    async fn hidden(&self) -> u64 {
        self.answer.hidden
    }

    /// The scenario that was laid over what is recorded. Null for the baseline, and where the caller may not see
    /// scenarios.
    async fn scenario(&self) -> Option<Scenario> {
        let sees_scenarios = self.lens.caller.may(Permission::ViewTotals);
        self.scenario.scenario().filter(|_| sees_scenarios).and_then(scenarios::of)
    }

    /// The graph in which it was worked out.
    async fn graph(&self) -> TopologyGraph {
        TopologyGraph(Arc::clone(&self.answer.estate))
    }

    /// How much of the answer rests on dependencies that are stale or unsure: of all edges along which something failed.
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
        let (estate, doubts) = (&self.answer.estate, (stale_after_days, minimum_confidence));
        let graph = (&estate.recorded, estate.options.as_of);
        ResultTrust::of(graph, &self.lens.caller, doubts, self.answer.failing_edges())
    }

    /// Racks that one side of their power saved although it does not carry alone what they draw, as `powerRedundancy` has
    /// it, by site and name: they may go down all the same, with what stands in them.
    async fn overloaded_racks(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Items<RackPowerRedundancy<'_>>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        let racks = self.leaning(ctx).await?.short.iter().skip(skip).take(size);
        Ok(Items(racks.map(|(rack, _)| RackPowerRedundancy(rack)).collect()))
    }

    /// How many racks `overloadedRacks` has in all.
    async fn overloaded_rack_count(&self, ctx: &Context<'_>) -> Result<usize> {
        Ok(self.leaning(ctx).await?.short.len())
    }

    /// How the figures came about.
    async fn explain(&self, ctx: &Context<'_>) -> Result<Explanation> {
        Ok(explanation(&self.answer, self.leaning(ctx).await?))
    }
}

/// A page of what is affected.
#[derive(SimpleObject)]
pub struct AffectedItemConnection {
    /// What is on this page.
    nodes: Vec<AffectedItem>,
    /// Where this page lies in the list.
    page_info: PageInfo,
    /// How many the whole list has.
    total_count: u64,
}

/// A thing that is affected.
pub struct AffectedItem {
    answer: Arc<Answer>,
    lens: Lens,
    leaning: Arc<OnceCell<Leaning>>,
    affected: Affected,
}

/// A thing that is affected.
#[Object]
impl AffectedItem {
    /// The thing.
    async fn item(&self) -> Result<ConfigurationItem> {
        self.lens.item(self.affected.node).ok_or_else(|| Error::internal("an affected item that is hidden"))
    }

    /// What became of it.
    async fn status(&self) -> ImpactStatus {
        self.affected.status.into()
    }

    /// Steps from what failed: zero for that itself.
    async fn steps(&self) -> u32 {
        self.affected.steps
    }

    /// Why: the shortest chain from the thing to what failed, each step with what ties it to the next. `reasonLength` says
    /// how long it is, and `reasonEnd` what it ends with.
    async fn reason(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most so many steps, from the thing on.")] first: i32,
    ) -> Result<Vec<DependencyStep>> {
        self.lens.first_steps(ctx, &self.answer.reason(&self.affected), first)
    }

    /// How many steps the whole chain has.
    async fn reason_length(&self) -> u64 {
        self.answer.reason(&self.affected).len() as u64
    }

    /// The last step of the chain, however long it is: what failed itself.
    async fn reason_end(&self) -> Option<DependencyStep> {
        self.answer.reason(&self.affected).last().map(|step| self.lens.step(step))
    }

    /// What is down and only degrades it.
    async fn lost(&self) -> Vec<ConfigurationItem> {
        let lost = self.affected.hurt.iter().flat_map(|hurt| &hurt.lost);
        lost.filter_map(|lost| self.lens.item(*lost)).collect()
    }

    /// The groups that lost members and still have enough: what saved it.
    async fn saved_by(&self) -> Vec<GroupOutcome> {
        let groups = self.affected.hurt.iter().flat_map(|hurt| &hurt.saved_by);
        self.lens.outcomes(groups.map(|group| self.answer.downs.saved(&self.answer.estate, *group)))
    }

    /// How much of what saved it rests on dependencies that are stale or unsure: of all edges to the members of those
    /// groups that are up.
    async fn saved_by_trust(
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
        let (estate, doubts) = (&self.answer.estate, (stale_after_days, minimum_confidence));
        let graph = (&estate.recorded, estate.options.as_of);
        ResultTrust::of(graph, &self.lens.caller, doubts, self.answer.saving_edges(&self.affected))
    }

    /// Where one side of its power saved it, or the rack that it stands in, and does not carry alone what that draws: the
    /// rack, as `overloadedRacks` has it. It may go down all the same. Null where the side carries it, or nobody knows.
    async fn overloaded_rack(&self, ctx: &Context<'_>) -> Result<Option<RackPowerRedundancy<'_>>> {
        let leaning = leaning_once(ctx, &self.leaning, &self.answer).await?;
        Ok(leaning.below(&self.answer, &self.affected).map(RackPowerRedundancy))
    }
}

/// The cursor of an affected thing: its status, its steps and its id.
fn cursor(affected: &Affected) -> String {
    let status = match affected.status {
        Status::Down => "DOWN",
        Status::Degraded => "DEGRADED",
        Status::AtRisk => "AT_RISK",
    };
    format!("{status}.{}.{}", affected.steps, asked::global_id(affected.thing))
}

/// The place that a cursor tells.
fn place(text: &str) -> Result<Key> {
    let refused = || Error::invalid("after", format!("{} is no cursor of this list", shown(text)));
    let mut parts = text.splitn(3, '.');
    let status = match parts.next() {
        Some("DOWN") => Status::Down,
        Some("DEGRADED") => Status::Degraded,
        Some("AT_RISK") => Status::AtRisk,
        _ => return Err(refused()),
    };
    let steps = parts.next().and_then(|steps| steps.parse().ok()).ok_or_else(refused)?;
    let thing = parts.next().and_then(|id| asked::named("after", id).ok()).ok_or_else(refused)?;
    Ok((status, steps, thing))
}

fn explanation(answer: &Answer, leaning: &Leaning) -> Explanation {
    let roll_up = &answer.roll_up;
    let services = roll_up.services.iter().map(|row| ExplanationInput {
        name: format!("services of {} {}", tier(row.tier), spoken(row.status)),
        value: row.count.to_string(),
    });
    let mut excluded = Vec::new();
    let mut leave = |count: u64, what: &str| {
        if count > 0 {
            excluded.push(format!("{count} {what}"));
        }
    };
    leave(roll_up.without_tier, "affected services of no recorded tier: the blast radius lacks them");
    leave(
        roll_up.not_running,
        "affected assets that are foreseen, ordered or in stock: they are affected, and nothing of them is added up",
    );
    leave(
        roll_up.not_in_use,
        "affected services that are planned: they are affected, and no user, revenue or promise of them is added up",
    );
    leave(answer.estate.left_out.things, "things that are retired");
    leave(answer.estate.left_out.edges, "edges to or from what is retired");
    leave(
        answer.hidden,
        "affected things that you may not see: only money and counts of what you see are added up",
    );
    Explanation {
        formula: "up = not failed, and everything needed hard is up, and of every group enough is up, for as much as \
                  can be up; blast radius = sum over affected services of the weight of their tier (8, 4, 2, 1 for \
                  tier 0 to 3), whole where down, half where degraded, a quarter where at risk"
            .to_owned(),
        inputs: services.collect(),
        assumptions: [impacts::assumptions(), leaning.told(), answer.by_scenario.clone()].concat(),
        excluded,
        estimated: false,
    }
}

fn tier(tier: Option<i32>) -> String {
    tier.map_or_else(|| "no tier".to_owned(), |tier| format!("tier {tier}"))
}

fn spoken(status: Status) -> &'static str {
    match status {
        Status::Down => "down",
        Status::Degraded => "degraded",
        Status::AtRisk => "at risk",
    }
}

/// Queries of what fails.
#[derive(Default)]
pub struct ImpactQuery;

/// Queries of what fails.
#[Object]
impl ImpactQuery {
    /// What fails when things fail, all at once: a feed, a rack, a site, a vendor, a contract that ends.
    #[graphql(complexity = "1_000 + child_complexity")]
    async fn impact(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What fails, by ids: services, assets, workloads, racks, power feeds, sites, vendors, \
                          contracts or cloud accounts; at most 10,000."
        )]
        of: Vec<ID>,
        #[graphql(desc = "The day on which contracts have to be in force; today when left out.")]
        as_of: Option<Date>,
        #[graphql(
            desc = "A scenario: sites that it has left by that day fail too, and contracts whose last term \
                          has ended by then. None when left out."
        )]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(desc = "Which edges count; all when left out.")] include: Option<TopologyInclude>,
        #[graphql(
            desc = "Wait until the graph has come to this revision, two seconds at most; then refuse. Changes return \
                    it as `extensions.graphRevision`."
        )]
        min_revision: Option<i64>,
    ) -> Result<Impact> {
        let view = view(ctx, min_revision).await?;
        let of = of.into_iter().map(|id| id.0).collect();
        Impact::of(&view, of, options(ctx, as_of, include)?, scenario).await
    }
}
