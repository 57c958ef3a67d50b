//! The closed lists of words of recovery, and what its types share.

use async_graphql::{Context, Enum, SimpleObject};
use entity::{
    id::ConfigurationItemId,
    recovery::{backup_record, recovery_drill},
};

use crate::{
    access::Permission,
    error::Result,
    recovery::{
        findings::{Code, Odd},
        things, verdicts,
    },
    schema::{
        record::{Record, Table},
        request::{caller, read},
    },
    topology::graphql::things::ConfigurationItem,
    topology::items::{Label, Thing},
};

/// A thing as clients see it.
pub(super) fn shown(thing: Thing, label: &Label) -> ConfigurationItem {
    ConfigurationItem::new(thing, label)
}

/// The item that a column of a row names, read once for all siblings; null where the caller may not see it.
pub(super) async fn item_of<E: Table>(
    ctx: &Context<'_>,
    record: &Record<E>,
    column: E::Column,
) -> Result<Option<ConfigurationItem>> {
    let reader = read(ctx, Permission::ViewTopology)?;
    let load = async || things::labelled(&reader, record.column_of_siblings(column)?).await;
    let found = record.shared("items".to_owned(), load).await?;
    let own: ConfigurationItemId = record.get(column)?;
    let Some((thing, label)) = found.get(&own) else { return Ok(None) };
    Ok(thing.is_shown_to(caller(ctx)?).then(|| shown(*thing, label)))
}

/// Sorts of copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "backup_record::BackupKind")]
pub enum BackupKind {
    /// All of it.
    Full,
    /// What changed since the last copy.
    Incremental,
    /// A state that the storage keeps.
    Snapshot,
    /// A copy that follows, as of a moment.
    Replica,
}

/// How real a drill was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "recovery_drill::DrillKind")]
pub enum DrillKind {
    /// Talked through; nothing was recovered, so it never proves anything.
    Tabletop,
    /// The steps were gone through one by one.
    Walkthrough,
    /// Parts were recovered.
    Functional,
    /// All was recovered beside what went on running.
    Parallel,
    /// All was moved over.
    FullFailover,
}

/// Whether drills have shown that an objective is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "RecoveryVerdict", remote = "verdicts::Verdict")]
pub enum RecoveryVerdict {
    /// A drill has shown it, not too long ago, and nothing has changed since.
    Proven,
    /// No drill has shown it.
    Unproven,
    /// The last drill that measured it has shown the opposite.
    Failed,
    /// A drill has shown it more than 365 days ago, or before the last material change.
    Stale,
}

/// What is odd about how something recovers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "RecoveryFindingCode", remote = "Code")]
pub enum RecoveryFindingCode {
    /// What is needed has a longer time objective than what needs it.
    #[graphql(name = "RTO_INVERSION")]
    TimeInversion,
    /// Recovery takes longer along the chain than the time objective allows.
    #[graphql(name = "RTO_UNREACHABLE")]
    TimeUnreachable,
    /// With so few people it takes longer than the time objective allows.
    #[graphql(name = "RTO_UNREACHABLE_WITH_CREW")]
    TimeUnreachableWithCrew,
    /// More data may be lost along the chain than the point objective allows.
    #[graphql(name = "RPO_UNREACHABLE")]
    PointUnreachable,
    /// It can never be up: it needs more of a group than there is.
    NeverUp,
    /// Items that need each other to start.
    CircularStart,
    /// A time of its own is not known, so figures are lower bounds.
    OwnTimeUnknown,
    /// It bears data and nobody said how much may be lost.
    #[graphql(name = "RPO_UNKNOWN")]
    PointUnknown,
    /// Hours seem to have been entered as minutes.
    HoursAsMinutes,
    /// A time objective that is shorter than the own time.
    OwnTimeAboveObjective,
    /// A time objective so short that nobody keeps it by hand, without a failover.
    NoFailover,
    /// A time objective of more than 30 days.
    ImplausiblyLong,
    /// A drill whose record nobody can look up.
    EvidenceMissing,
    /// A drill that nobody accepted.
    SignOffMissing,
    /// A drill in which nobody looked at the clock.
    TimeNotMeasured,
    /// Data that no good backup protects.
    NoGoodBackup,
    /// The newest good backup is older than the point objective.
    BackupTooOld,
    /// No backup of it that nobody can change.
    NoImmutableBackup,
    /// No backup of it was ever restored.
    RestoreNotTested,
    /// It promises to lose less than something that it has to recover together with.
    #[graphql(name = "GROUP_RPO_DIFFERS")]
    GroupPointDiffers,
    /// There is no moment that all members of a consistency group can go back to.
    NoCommonPoint,
    /// The newest moment that all members of a consistency group can go back to is older than what may be lost.
    CommonPointTooOld,
    /// Members of a consistency group are backed up at different moments.
    #[graphql(name = "BACKUP_SCHEDULES_DIFFER")]
    SchedulesDiffer,
}

/// Something that is odd about a record or an answer.
#[derive(Clone, Debug, SimpleObject)]
pub struct RecoveryFinding {
    /// What.
    code: RecoveryFindingCode,
    /// The values and the rule, in a sentence.
    message: String,
    /// The items that it is about, as far as the caller may see them; none where it is about the record itself.
    items: Vec<ConfigurationItem>,
}

impl RecoveryFinding {
    /// A finding about some items.
    pub(super) fn about(code: Code, message: String, items: Vec<ConfigurationItem>) -> Self {
        Self { code: code.into(), message, items }
    }
}

impl From<Odd> for RecoveryFinding {
    fn from(odd: Odd) -> Self {
        Self::about(odd.code, odd.message, Vec::new())
    }
}
