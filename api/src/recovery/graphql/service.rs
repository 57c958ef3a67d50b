//! The recovery of one service, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use entity::money::Rate;

use super::{
    assessment::{DrillResult, item, items},
    availability::{AvailabilityBasis, ServiceAvailability},
    backups::BackupRecord,
    objectives::RecoveryObjective,
    words::{RecoveryFinding, RecoveryVerdict},
};
use crate::{
    error::{Error, Result},
    recovery::{assessment::Assessment, services},
    schema::{record::Record, rows::Items, scalar::Date},
    topology::graphql::{lens, things::ConfigurationItem},
};

/// Items that an availability names whose share is not known.
const MOST_UNKNOWN: usize = 100;

/// The recovery of one service.
pub struct ServiceRecovery {
    pub(super) asked: Arc<Assessment>,
    pub(super) own: Arc<services::ServiceRecovery>,
}

/// One link of the chain that a service waits for.
#[derive(SimpleObject)]
pub struct RecoveryLink {
    /// The item; null where the caller may not see it.
    item: Option<ConfigurationItem>,
    /// Minutes it takes by itself, with its failover. Null where nobody said so, and where the caller may not see it.
    own_minutes: Option<u32>,
    /// Minutes after which it is up. Null where it never is.
    up_after_minutes: Option<u64>,
}

/// The copies of an item that bears data.
#[derive(SimpleObject)]
pub struct ItemBackups {
    /// The item.
    item: ConfigurationItem,
    /// Minutes of data that may be lost (RPO).
    point_minutes: Option<i32>,
    /// The newest good copy.
    newest: Option<BackupRecord>,
    /// Minutes since that was complete.
    age_minutes: Option<i64>,
    /// Whether it is no older than the point objective. Null where there is no objective; no where there is no copy.
    is_within_objective: Option<bool>,
    /// The newest good copy that nobody can change.
    newest_immutable: Option<BackupRecord>,
    /// Last day on which a copy was restored to see that it can be.
    restore_tested_on: Option<Date>,
}

/// How the data that a service needs are protected.
#[derive(SimpleObject)]
pub struct BackupCoverage {
    /// How many of the things it needs, itself included, bear data; hidden ones included.
    bear_data: usize,
    /// How many of them have a good copy.
    covered: usize,
    /// How many have a good copy that is no older than their point objective.
    within_objective: usize,
    /// How many have a copy that nobody can change.
    immutable: usize,
    /// How many have a copy that was restored for a test.
    restore_tested: usize,
    /// Each of them that the caller may see.
    items: Vec<ItemBackups>,
}

/// The recovery of one service: what is promised, what can be kept, and what has been shown.
#[Object]
impl ServiceRecovery {
    /// The service, or the other thing that was asked for.
    async fn item(&self) -> Result<ConfigurationItem> {
        item(&self.asked, self.own.node).ok_or_else(|| Error::internal("a service that is hidden"))
    }

    /// Its recovery objective.
    async fn objective(&self) -> Option<RecoveryObjective> {
        self.own.objective.clone().map(|objective| Record::whole(objective).into())
    }

    /// Minutes after which it is up again when everything failed, along the graph (effective RTO). Null where it never is.
    async fn effective_time_minutes(&self) -> Option<u64> {
        self.own.recovery.minutes
    }

    /// Whether an own time is not known somewhere in the way, so that it may take longer.
    async fn is_time_lower_bound(&self) -> bool {
        self.own.recovery.is_lower_bound
    }

    /// Minutes by which it is up later than promised. Null where it is in time, or nothing was promised.
    async fn time_gap_minutes(&self) -> Option<u64> {
        self.own.gap
    }

    /// Minutes after which it is up when only so many items can be worked on at once as `crew` says.
    async fn time_with_crew_minutes(&self) -> Option<u64> {
        self.own.with_crew
    }

    /// The chain to blame: the service, what it waits for longest, what that waits for, to the end. Of items that need
    /// each other in a circle that no group opens it has all whose own time counts, for they recover together.
    /// `chainLength` says how long it is.
    async fn chain(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 100, desc = "At most so many links, from the service on.")] first: i32,
        #[graphql(default = 0, desc = "So many links are left out before them.")] skip: i32,
    ) -> Result<Vec<RecoveryLink>> {
        let (first, skip) = (lens::size(ctx, "first", first)?, lens::skip(skip)?);
        let own_of =
            |node: topology::graph::Node| self.asked.facts.own.get(node.0 as usize).copied().flatten();
        let link = |node: &topology::graph::Node| RecoveryLink {
            item: item(&self.asked, *node),
            own_minutes: own_of(*node).filter(|_| self.asked.is_seen(*node)),
            up_after_minutes: self.asked.recoveries.of(*node).and_then(|recovery| recovery.minutes),
        };
        Ok(self.own.chain.iter().skip(skip).take(first).map(link).collect())
    }

    /// How many links the chain has.
    async fn chain_length(&self) -> usize {
        self.own.chain.len()
    }

    /// Minutes of data that may be lost, along the graph (effective RPO): the most of all that bears data, never a sum.
    /// Null where nothing that bears data has a point objective.
    async fn effective_point_minutes(&self) -> Option<u32> {
        self.own.point
    }

    /// Whether something that bears data has no point objective, so that more may be lost.
    async fn is_point_lower_bound(&self) -> bool {
        self.own.point_is_lower_bound
    }

    /// The nearest item because of which so much may be lost.
    async fn point_from(&self) -> Option<ConfigurationItem> {
        item(&self.asked, self.own.point_from?)
    }

    /// Whether drills have shown that the objective is kept.
    async fn verdict(&self) -> RecoveryVerdict {
        self.own.proof.verdict.into()
    }

    /// Why, in a sentence.
    async fn verdict_reason(&self) -> &str {
        &self.own.proof.reason
    }

    /// The drill that the verdict rests on, against the objective.
    async fn drill(&self) -> Option<DrillResult> {
        let drill = self.own.proof.drill.as_ref()?;
        Some(DrillResult::of(&self.asked, drill, &self.own))
    }

    /// What it needs, has a time objective of its own, and was in no drill of the last 365 days.
    async fn untested(&self) -> Vec<ConfigurationItem> {
        items(&self.asked, &self.own.untested)
    }

    /// How many more there are that the caller may not see.
    async fn hidden_untested(&self) -> usize {
        self.own.untested.iter().filter(|node| !self.asked.is_seen(**node)).count()
    }

    /// How the data that it needs are protected.
    async fn backups(&self) -> BackupCoverage {
        let held = &self.own.held;
        let is_within = |held: &services::Held| {
            let promised = held.promised?;
            Some(held.age.is_some_and(|age| age <= i64::from(promised)))
        };
        let copy = |copy: &Option<_>| copy.clone().map(|copy| BackupRecord::from(Record::whole(copy)));
        let shown = held.iter().filter_map(|held| {
            Some(ItemBackups {
                item: item(&self.asked, held.node)?,
                point_minutes: held.promised,
                newest: copy(&held.copies.newest),
                age_minutes: held.age,
                is_within_objective: is_within(held),
                newest_immutable: copy(&held.copies.immutable),
                restore_tested_on: held.copies.restore_tested_on.map(Date),
            })
        });
        let count = |is: &dyn Fn(&services::Held) -> bool| held.iter().filter(|held| is(held)).count();
        BackupCoverage {
            bear_data: held.len(),
            covered: count(&|held| held.copies.newest.is_some()),
            within_objective: count(&|held| is_within(held) == Some(true)),
            immutable: count(&|held| held.copies.immutable.is_some()),
            restore_tested: count(&|held| held.copies.restore_tested_on.is_some()),
            items: shown.collect(),
        }
    }

    /// How often it is up, against its target: exact where at most 20 things are uncertain, drawn from the seed beyond.
    #[graphql(complexity = "500 + child_complexity")]
    async fn availability(
        &self,
        #[graphql(
            default_with = "AvailabilityBasis::Observed",
            desc = "What the share of time of each thing is taken from."
        )]
        basis: AvailabilityBasis,
        #[graphql(default = 1, desc = "The seed of draws, from 0: the same seed gives the same answer.")]
        seed: i32,
    ) -> Result<ServiceAvailability> {
        let seed = u64::try_from(seed).map_err(|_| Error::invalid("seed", format!("{seed} is below 0")))?;
        let basis = basis.into();
        let found = self.asked.availability(self.own.node, basis, seed)?;
        let target = self.own.objective.as_ref().and_then(|objective| objective.availability_target);
        let unknown = found.unknown.iter().filter_map(|node| item(&self.asked, *node));
        let unknown = unknown.take(MOST_UNKNOWN).collect();
        Ok(ServiceAvailability { unknown, found, basis, target: target.map(Rate::to_decimal) })
    }

    /// What is odd: objectives that cannot be kept, inversions, circles, unknown times, missing and old backups.
    async fn findings(&self) -> Items<RecoveryFinding> {
        let found = self.own.findings.iter().map(|found| {
            RecoveryFinding::about(found.code, found.message.clone(), items(&self.asked, &found.nodes))
        });
        Items(found.collect())
    }

    /// How much more is odd about things that the caller may not see: it is counted, and not told. Times of their own that
    /// nobody said count as one.
    async fn hidden_findings(&self) -> usize {
        self.own.hidden_findings
    }

    /// How many things it needs.
    async fn needs_count(&self) -> usize {
        self.own.needs
    }

    /// How many of them the caller may not see: they count, and are not named.
    async fn hidden(&self) -> usize {
        self.own.hidden
    }
}
