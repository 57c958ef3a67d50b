//! Recovery assessments, as clients see them.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{id::ScenarioId, recovery::recovery_drill};
use rust_decimal::Decimal;
use topology::graph::Node;

use super::{
    consistency_groups::ConsistencyGroup,
    service::ServiceRecovery,
    words::{RecoveryFinding, RecoveryVerdict},
};
use crate::{
    error::{Error, Result},
    recovery::{
        assessment::{self, Assessment, Choice, Part, Question},
        consistency::GroupRecovery,
        services,
        verdicts::Verdict,
    },
    schema::{
        explain::{Explanation, ExplanationInput},
        record::Record,
        rows::Items,
        scalar::{Date, Id, Moment},
    },
    topology::{
        graphql::{
            lens::{TopologyGraph, day, overlay, skip, view},
            things::ConfigurationItem,
            trust::{ResultTrust, STALE_AFTER_DAYS},
        },
        items::Thing,
        trust::edges_from,
    },
};

/// Which services are assessed. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AssessedServiceFilter {
    /// These things alone, with their ids as services, assets or whatever they are; at most 1,000.
    pub ids: Option<Vec<ID>>,
    /// Services of these tiers.
    pub tiers: Option<Vec<i32>>,
    /// Services that these people or teams answer for.
    pub owners: Option<Vec<String>>,
}

/// How services recover: what is promised, what can be kept, and what has been shown.
pub struct RecoveryAssessment {
    asked: Arc<Assessment>,
    services: Vec<Arc<services::ServiceRecovery>>,
}

/// Items that need each other to start.
#[derive(SimpleObject)]
pub struct RecoveryCircle {
    /// The items that the caller may see.
    items: Vec<ConfigurationItem>,
    /// How many more there are that the caller may not see.
    hidden: usize,
}

/// The recovery of one item in an order of recovery.
#[derive(SimpleObject)]
pub struct RecoveryStep {
    /// The item.
    item: ConfigurationItem,
    /// Minutes after the beginning at which work on it begins.
    start_minute: u64,
    /// And at which it is up.
    end_minute: u64,
    /// Whether its own time is not known; it is taken for nothing then.
    is_unknown: bool,
}

/// Who is brought up when.
#[derive(SimpleObject)]
pub struct RecoveryOrder {
    /// How many items can be worked on at once; null for as many as there are.
    crew: Option<u32>,
    /// Minutes until the last is up.
    makespan_minutes: u64,
    /// Whether an own time is not known, so that it may take longer.
    is_lower_bound: bool,
    /// The items in the order in which work on them begins, each after what it needs. What stands by itself and needs
    /// nobody's work is left out.
    steps: Items<RecoveryStep>,
    /// How many more steps there are of items that the caller may not see.
    hidden_steps: usize,
    /// What can never be up, of the services and of all they need: it needs more of a group than there is, or something
    /// else that does.
    never: Vec<ConfigurationItem>,
    /// How many more there are that the caller may not see.
    hidden_never: usize,
}

/// How items that recover to one point in time do.
#[derive(SimpleObject)]
pub struct ConsistencyGroupRecovery {
    /// The group.
    group: ConsistencyGroup,
    /// Its members in use that the caller may see.
    members: Vec<ConfigurationItem>,
    /// How many more there are that the caller may not see.
    hidden: usize,
    /// Minutes of data that may be lost together (effective RPO): the most that one of them may lose. Null where nobody
    /// said it of any.
    effective_point_minutes: Option<u32>,
    /// Whether nobody said it of one of them, so that more may be lost.
    is_point_lower_bound: bool,
    /// The member that makes it so much.
    point_from: Option<ConfigurationItem>,
    /// The newest moment of the last 35 days that all of them can go back to, by their good backups.
    common_point_at: Option<Moment>,
    /// Minutes since then.
    age_minutes: Option<i64>,
    /// Whether that is no more than may be lost. Null where nobody said how much that is; no where there is no such moment.
    is_within_objective: Option<bool>,
    /// What is odd: members that promise more than the group can keep, and backups that do not fit together.
    findings: Items<RecoveryFinding>,
}

/// How many services have which verdict.
#[derive(SimpleObject)]
pub struct RecoverySummary {
    /// The services that were assessed.
    services: usize,
    /// Those whose objective a drill has shown to be kept.
    proven: usize,
    /// Those of which no drill has shown anything.
    unproven: usize,
    /// Those whose last drill missed the objective.
    failed: usize,
    /// Those whose drill is too old, or from before the last material change.
    stale: usize,
    /// Those that cannot be up within their time objective, whatever a drill has shown.
    unreachable: usize,
    /// Those without a time objective.
    without_objective: usize,
}

/// The thing of a node, where the caller may see it.
pub(super) fn item(asked: &Assessment, node: Node) -> Option<ConfigurationItem> {
    let thing = asked.thing(node).filter(|thing| thing.is_shown_to(&asked.caller))?;
    Some(ConfigurationItem::new(thing, asked.estate.about(thing).unwrap_or_default()))
}

/// The things of nodes, as far as the caller may see them.
pub(super) fn items(asked: &Assessment, nodes: &[Node]) -> Vec<ConfigurationItem> {
    nodes.iter().filter_map(|node| item(asked, *node)).collect()
}

fn together(asked: &Assessment, group: &GroupRecovery) -> ConsistencyGroupRecovery {
    let members = items(asked, &group.own.nodes);
    let finding = |found: &services::Found| {
        RecoveryFinding::about(found.code, found.message.clone(), items(asked, &found.nodes))
    };
    ConsistencyGroupRecovery {
        group: Record::whole(group.own.group.clone()).into(),
        hidden: group.own.nodes.len() - members.len(),
        members,
        effective_point_minutes: group.point,
        is_point_lower_bound: group.is_lower_bound,
        point_from: group.worst.and_then(|node| item(asked, node)),
        common_point_at: group.common_at,
        age_minutes: group.age,
        is_within_objective: group.point.map(|point| group.age.is_some_and(|age| age <= i64::from(point))),
        findings: Items(group.findings.iter().map(finding).collect()),
    }
}

/// How services recover: what is promised, what can be kept, and what has been shown.
#[Object]
impl RecoveryAssessment {
    /// The day it is seen from.
    async fn as_of(&self) -> Date {
        Date(self.asked.as_of)
    }

    /// How many services have which verdict.
    async fn summary(&self) -> RecoverySummary {
        let count = |verdict| self.services.iter().filter(|service| service.proof.verdict == verdict).count();
        let time = |service: &services::ServiceRecovery| service.objective.as_ref()?.time_minutes;
        RecoverySummary {
            services: self.services.len(),
            proven: count(Verdict::Proven),
            unproven: count(Verdict::Unproven),
            failed: count(Verdict::Failed),
            stale: count(Verdict::Stale),
            unreachable: self
                .services
                .iter()
                .filter(|service| service.gap.is_some() || service.recovery.minutes.is_none())
                .count(),
            without_objective: self.services.iter().filter(|service| time(service).is_none()).count(),
        }
    }

    /// How many services there are in all of those that were asked for, whichever part of them this is.
    async fn total_count(&self) -> usize {
        self.asked.chosen
    }

    /// The services, by name; things that were asked for by id in the order of the ids.
    async fn services(
        &self,
        #[graphql(desc = "Those with one of these verdicts. Left out: all.")] verdicts: Option<
            Vec<RecoveryVerdict>,
        >,
    ) -> Items<ServiceRecovery> {
        let is_wanted = |service: &&Arc<services::ServiceRecovery>| {
            let verdict = service.proof.verdict.into();
            verdicts.as_ref().is_none_or(|verdicts| verdicts.contains(&verdict))
        };
        let chosen = self.services.iter().filter(is_wanted);
        Items(
            chosen
                .map(|service| ServiceRecovery { asked: Arc::clone(&self.asked), own: Arc::clone(service) })
                .collect(),
        )
    }

    /// The order in which the services and all they need are brought up.
    async fn order(&self) -> RecoveryOrder {
        let asked = &self.asked;
        let work = |step: &&topology::schedule::Step| step.is_unknown || step.end > step.start;
        let steps: Vec<_> = asked.schedule.steps.iter().filter(work).collect();
        let seen: Vec<RecoveryStep> = steps
            .iter()
            .filter_map(|step| {
                let (start_minute, end_minute, is_unknown) = (step.start, step.end, step.is_unknown);
                Some(RecoveryStep { item: item(asked, step.node)?, start_minute, end_minute, is_unknown })
            })
            .collect();
        let never = items(asked, &asked.schedule.never);
        RecoveryOrder {
            crew: asked.crew,
            makespan_minutes: asked.schedule.makespan,
            is_lower_bound: steps.iter().any(|step| step.is_unknown),
            hidden_steps: steps.len() - seen.len(),
            steps: Items(seen),
            hidden_never: asked.schedule.never.len() - never.len(),
            never,
        }
    }

    /// Sets of items that need each other to start, and that no group opens, among all that the services need.
    async fn circles(&self) -> Result<Vec<RecoveryCircle>> {
        let among = self.asked.needed_by_all()?;
        let circles =
            self.asked.recoveries.circles().filter(|circle| circle.iter().any(|node| among.contains(node)));
        let circles = circles.map(|circle| {
            let items = items(&self.asked, circle);
            RecoveryCircle { hidden: circle.len() - items.len(), items }
        });
        Ok(circles.collect())
    }

    /// The graph in which they were worked out: what is needed, without what is only wanted.
    async fn graph(&self) -> TopologyGraph {
        TopologyGraph(Arc::clone(&self.asked.estate))
    }

    /// What has to recover to one point in time, among all that the services need, by the name of the group.
    async fn consistency_groups(&self) -> Result<Vec<ConsistencyGroupRecovery>> {
        let among = self.asked.needed_by_all()?;
        let is_among = |group: &&GroupRecovery| group.own.nodes.iter().any(|node| among.contains(node));
        let groups = self.asked.groups.iter().filter(is_among);
        Ok(groups.map(|group| together(&self.asked, group)).collect())
    }

    /// How much of the assessment rests on dependencies that are stale or unsure: of all edges that the services need,
    /// directly or not.
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
        let (estate, doubts) = (&self.asked.estate, (stale_after_days, minimum_confidence));
        let edges = edges_from(estate, self.asked.needed_by_all()?);
        ResultTrust::of((&estate.recorded, self.asked.as_of), &self.asked.caller, doubts, edges)
    }

    /// How the figures come about.
    async fn explain(&self) -> Explanation {
        let input = |name: &str, value: String| ExplanationInput { name: name.to_owned(), value };
        let graph = &self.asked.estate.graph;
        Explanation {
            formula: "time = own + max(time of hard needs, k-th fastest member of each group); data lost = the most \
                      of all that bears data, and of a consistency group the most of its members"
                .to_owned(),
            inputs: vec![
                input("as of", self.asked.as_of.to_string()),
                input("age of backups, measured at", self.asked.at.to_rfc3339()),
                input("crew", self.asked.crew.map_or_else(|| "without limit".to_owned(), |crew| crew.to_string())),
                input("items of the graph", graph.items().to_string()),
                input("edges of the graph", graph.edges().to_string()),
            ],
            assumptions: vec![
                "Everything failed at once, and work begins at once.".to_owned(),
                "Items in a circle that no group opens hold each other up: they recover together, one after the other, \
                 and take the sum of their own times."
                    .to_owned(),
                "Sites, racks, feeds, vendors, contracts and accounts stand, unless an own time of theirs is on record."
                    .to_owned(),
                "Objectives are those on record now; drills and backups are those of the day.".to_owned(),
                "With a crew, whatever the longest chain still hangs on comes first; no order of this kind takes twice \
                 as long as the best."
                    .to_owned(),
            ],
            excluded: vec!["soft needs, without which an item is only degraded".to_owned()],
            estimated: false,
        }
    }
}

/// Queries of how services recover.
#[derive(Default)]
pub struct AssessmentQuery;

/// Queries of how services recover.
#[Object]
impl AssessmentQuery {
    /// How one service, or all that a filter names, recover when everything fails: effective time and loss of data along
    /// the graph, against the objectives, the backups and the drills.
    #[graphql(complexity = "100 + 20 * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn recovery_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "One service, or another thing, by its id; instead of `filter`.")] service: Option<
            ID,
        >,
        #[graphql(desc = "Which services. Left out, as `service`: all.")] filter: Option<
            AssessedServiceFilter,
        >,
        #[graphql(desc = "The day it is seen from; today when left out.")] as_of: Option<Date>,
        #[graphql(
            desc = "A scenario: sites that it has left by that day are down, and contracts whose last term has ended \
                    by then. None when left out."
        )]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(
            desc = "How many items can be brought up at once, 1 to 10,000. Left out: as many as there are."
        )]
        crew: Option<i32>,
        #[graphql(
            desc = "Services at most, by name; 1 to 1,000. What is summed up and put in order is of these. Left out: all, \
                    where they are no more than that."
        )]
        limit: Option<i32>,
        #[graphql(default = 0, desc = "Leave out so many services at the beginning.")] skip: i32,
        #[graphql(
            default = true,
            desc = "Whether what follows from the inventory counts as needed: an asset its rack, its feeds, its site."
        )]
        derived: bool,
        #[graphql(
            desc = "Wait until the graph has come to this revision, two seconds at most; then refuse. Changes return \
                    it as `extensions.graphRevision`."
        )]
        min_revision: Option<i64>,
    ) -> Result<RecoveryAssessment> {
        let view = view(ctx, min_revision).await?;
        let as_of = day(ctx, as_of)?;
        let choice = choice(service.as_ref(), filter)?;
        let scenario = overlay(&view, scenario).await?;
        let part = Part { limit, skip: self::skip(skip)? };
        let question = Question { choice, as_of, crew, derived, scenario, part };
        let asked = assessment::ask(&view, &question).await?;
        let services = tokio::task::block_in_place(|| {
            let services = asked.wanted.iter().map(|node| Ok(Arc::new(asked.service(*node)?)));
            services.collect::<Result<Vec<_>>>()
        })?;
        Ok(RecoveryAssessment { asked: Arc::new(asked), services })
    }
}

fn choice(service: Option<&ID>, filter: Option<AssessedServiceFilter>) -> Result<Choice> {
    let filter = match (service, filter) {
        (Some(service), None) => {
            let only = Some(vec![("service".to_owned(), Thing::parse("service", service)?)]);
            return Ok(Choice { only, ..Choice::default() });
        }
        (Some(service), Some(_)) => {
            let message = format!("`{}` stands beside filter: give one of them", service.as_str());
            return Err(Error::invalid("service", message));
        }
        (None, filter) => filter.unwrap_or_default(),
    };
    let only = filter.ids.map(|ids| {
        if filter.tiers.is_some() || filter.owners.is_some() {
            return Err(Error::invalid("filter.ids", "stand beside tiers or owners: give one of them"));
        }
        if ids.is_empty() {
            return Err(Error::invalid("filter.ids", "is empty, so nothing could match; leave it out"));
        }
        if ids.len() > 1_000 {
            let message = format!("{} ids are more than the 1,000 of one question", ids.len());
            return Err(Error::TooMuch { field: "filter.ids".to_owned(), message });
        }
        let things = ids.iter().enumerate();
        let named = |(index, id): (usize, &ID)| {
            let field = format!("filter.ids[{index}]");
            let thing = Thing::parse(&field, id)?;
            Ok((field, thing))
        };
        things.map(named).collect::<Result<Vec<_>>>()
    });
    if let Some(tier) = filter.tiers.iter().flatten().find(|tier| !(0..=3).contains(*tier)) {
        return Err(Error::invalid("filter.tiers", format!("{tier} is not between 0 and 3")));
    }
    Ok(Choice { only: only.transpose()?, tiers: filter.tiers, owners: filter.owners })
}

/// What a drill measured against what was promised.
#[derive(SimpleObject)]
pub struct DrillResult {
    /// The drill.
    pub(super) drill: super::drills::RecoveryDrill,
    /// Minutes from the declaration to being usable again (RTA).
    pub(super) achieved_time_minutes: Option<i32>,
    /// Minutes in which it has to be up again (RTO).
    pub(super) promised_time_minutes: Option<i32>,
    /// Whether it was up in time. Null where either is missing.
    pub(super) is_time_met: Option<bool>,
    /// Minutes between the last good data and the outage (RPA).
    pub(super) achieved_point_minutes: Option<i32>,
    /// Minutes of data that may be lost (RPO).
    pub(super) promised_point_minutes: Option<i32>,
    /// Whether no more data was lost than may be. Null where either is missing.
    pub(super) is_point_met: Option<bool>,
    /// Days between the drill and the day it is seen from.
    pub(super) age_days: i64,
}

impl DrillResult {
    /// A drill against the objective of a service.
    pub(super) fn of(
        asked: &Assessment,
        drill: &recovery_drill::Model,
        own: &services::ServiceRecovery,
    ) -> Self {
        use crate::recovery::verdicts::is_met;
        let time = own.objective.as_ref().and_then(|objective| objective.time_minutes);
        let point = own.objective.as_ref().and_then(|objective| objective.point_minutes);
        Self {
            achieved_time_minutes: drill.achieved_time_minutes,
            promised_time_minutes: time,
            is_time_met: is_met(drill.achieved_time_minutes, time),
            achieved_point_minutes: drill.achieved_point_minutes,
            promised_point_minutes: point,
            is_point_met: is_met(drill.achieved_point_minutes, point),
            age_days: (asked.as_of - drill.held_on).num_days(),
            drill: Record::whole(drill.clone()).into(),
        }
    }
}
