//! What is odd about objectives and drills: found, and left to a person.

use entity::recovery::recovery_drill::DrillKind;

/// What is wrong with a promise to recover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// What is needed has a longer time objective than what needs it.
    TimeInversion,
    /// Recovery takes longer along the chain than the time objective allows.
    TimeUnreachable,
    /// With so few people it takes longer than the time objective allows.
    TimeUnreachableWithCrew,
    /// More data may be lost along the chain than the point objective allows.
    PointUnreachable,
    /// It can never be up: it needs more of a group than there is.
    NeverUp,
    /// Items that need each other to start.
    CircularStart,
    /// A time of its own is not known.
    OwnTimeUnknown,
    /// It bears data and nobody said how much may be lost.
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
    GroupPointDiffers,
    /// There is no moment that all members of a consistency group can go back to.
    NoCommonPoint,
    /// The newest such moment is older than what may be lost.
    CommonPointTooOld,
    /// Members of a consistency group are backed up at different moments.
    SchedulesDiffer,
}

/// Something that is odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// What.
    pub code: Code,
    /// The values and the rule, in a sentence.
    pub message: String,
}

impl Odd {
    fn new(code: Code, message: String) -> Self {
        Self { code, message }
    }
}

/// Minutes that nobody brings anything up in by hand.
const BY_HAND: i32 = 8;

/// Minutes of 30 days.
const THIRTY_DAYS: i32 = 43_200;

/// What is odd about an objective by itself: its time objective, own time and time of failover, in minutes.
#[must_use]
pub fn of_objective(time: Option<i32>, own: Option<i32>, failover: Option<i32>) -> Vec<Odd> {
    let Some(objective) = time else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(own) = own.filter(|own| *own > objective) {
        let as_hours = objective.saturating_mul(60);
        if objective > 0 && own <= as_hours {
            let message = format!(
                "timeMinutes {objective} is less than the {own} minutes it takes by itself; were hours meant? \
                 {objective} hours are {as_hours} minutes"
            );
            found.push(Odd::new(Code::HoursAsMinutes, message));
        } else {
            let message =
                format!("timeMinutes {objective} is less than the {own} minutes it takes by itself");
            found.push(Odd::new(Code::OwnTimeAboveObjective, message));
        }
    } else if objective <= BY_HAND && failover.is_none() && own.is_none() {
        let message = format!(
            "timeMinutes {objective} is too short to be kept by hand, and nothing says how it fails over; were \
             hours meant? {objective} hours are {} minutes",
            objective.saturating_mul(60)
        );
        found.push(Odd::new(Code::NoFailover, message));
    }
    if objective > THIRTY_DAYS {
        let message = format!("timeMinutes {objective} is more than 30 days; were seconds meant?");
        found.push(Odd::new(Code::ImplausiblyLong, message));
    }
    found
}

/// What is odd about a drill.
#[must_use]
pub fn of_drill(
    kind: DrillKind,
    achieved: Option<i32>,
    signed_off_by: Option<&str>,
    evidence: Option<&str>,
) -> Vec<Odd> {
    let mut found = Vec::new();
    if evidence.is_none() {
        let message = "has no evidence: nobody can look up what happened, so it proves nothing".to_owned();
        found.push(Odd::new(Code::EvidenceMissing, message));
    }
    if signed_off_by.is_none() {
        found.push(Odd::new(Code::SignOffMissing, "was signed off by nobody".to_owned()));
    }
    if kind != DrillKind::Tabletop && achieved.is_none() {
        let message =
            "has no achievedTimeMinutes: nobody knows how long it took, so it proves nothing".to_owned();
        found.push(Odd::new(Code::TimeNotMeasured, message));
    }
    found
}
