//! What whoever reads a forecast should know about the series behind it.

use std::fmt;

use super::method::Method;

/// Something about the series that the forecast had to allow for. Steps count from 1, the first observation.
#[derive(Debug, Clone, PartialEq)]
pub enum Warning {
    /// Steps without a value: filled to fit the method, left out when it was tried.
    Gaps {
        /// How many.
        count: usize,
    },
    /// The last steps have no value: the forecast begins further ahead of the data.
    Stale {
        /// How many steps lie between the last value and the forecast.
        count: usize,
    },
    /// Single values far from their surroundings, set aside.
    Spikes {
        /// Where they are.
        steps: Vec<usize>,
    },
    /// The level changed abruptly and stayed: earlier values were taken to the new level.
    Shift {
        /// First step of the new level.
        step: usize,
        /// Middle value of the year before.
        before: f64,
        /// Middle value of the year after.
        after: f64,
    },
    /// Levels stay and change at once, always the same way: what comes next is more of it, or none any more.
    Stairs {
        /// How many changes there were.
        changes: usize,
        /// What a change usually is.
        size: f64,
        /// Steps that it usually takes from one to the next.
        every: f64,
        /// Steps since the last.
        since: usize,
        /// Chance that there are more, and the share of them that is in the forecast.
        goes_on: f64,
    },
    /// A series that never falls otherwise fell to a fraction, as a counter that begins anew: one for each time.
    Reset {
        /// First step after it.
        step: usize,
        /// Whether only what came after the last of them was used.
        used: bool,
    },
    /// Too little came since a counter began anew to be used alone: the run before was lowered, so that it goes on.
    Joined {
        /// First step after it.
        step: usize,
        /// What the run before was lowered by.
        by: f64,
    },
    /// All values before a step are zero, as before anything was in use: only what came from there on was used.
    Began {
        /// The first step that is not zero.
        step: usize,
    },
    /// All values from a step on are zero, for longer than ever between demands: demand has ended.
    Ended {
        /// The first step of the zeros at the end.
        step: usize,
    },
    /// The last two values are zero, and none before came near: a drop-out, set aside.
    DroppedOut {
        /// The first of them.
        step: usize,
    },
    /// Too few points to try methods on them; intervals are taken from how far they moved.
    Short {
        /// How many points there are.
        points: usize,
    },
    /// Nothing is known of how far values vary: intervals are taken as a tenth of the level per step.
    UnknownVariation,
    /// All values are equal: the intervals say so, and nothing about what has never been seen.
    Constant,
    /// Only the last points were used.
    Cut {
        /// How many were used.
        used: usize,
    },
    /// A period that cannot be seen in so few points.
    PeriodNotSeen {
        /// The period.
        period: usize,
    },
    /// The forecast was held to a limit that the series is far from.
    Bounded,
    /// The named method cannot be used here; another was.
    Replaced {
        /// The method that was asked for.
        method: Method,
        /// Why not.
        reason: &'static str,
    },
}

impl Warning {
    /// What is said of a counter that began anew.
    fn of_counter(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reset { step, used: true } => {
                write!(
                    f,
                    "the series began anew at step {step}, as a counter does: only what came after was used"
                )
            }
            Self::Reset { step, used: false } => write!(
                f,
                "the series began anew at step {step}, as a counter does, too late to use only what came after"
            ),
            Self::Joined { step, by } => write!(
                f,
                "too little came from step {step} on to be used alone: the values of the run before were lowered \
                 by {by}, so that its growth goes on from there"
            ),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gaps { count } => {
                write!(
                    f,
                    "{count} steps have no value: filled from their neighbours to fit, left out when tried"
                )
            }
            Self::Stale { count } => {
                write!(
                    f,
                    "the last {count} steps have no value: the forecast begins further ahead of the data"
                )
            }
            Self::Spikes { steps } => {
                let steps: Vec<String> = steps.iter().map(usize::to_string).collect();
                write!(
                    f,
                    "single values far from their surroundings were set aside: step {}",
                    steps.join(", ")
                )
            }
            Self::Shift { step, before, after } => write!(
                f,
                "the level changed at step {step}, from about {before} to {after}: earlier values were taken to the \
                 new level"
            ),
            Self::Stairs { changes, size, every, since, goes_on } => write!(
                f,
                "levels stay and change at once: {changes} changes of about {size}, one in about {every:.0} steps, the \
                 last {since} steps ago; more come with a chance of {:.0} %, and this share of them is in the forecast",
                100.0 * goes_on
            ),
            Self::Reset { .. } | Self::Joined { .. } => self.of_counter(f),
            Self::Began { step } => {
                write!(f, "all values before step {step} are zero: only what came from there on was used")
            }
            Self::Ended { step } => write!(
                f,
                "all values from step {step} on are zero, as where demand has ended: zero goes on, and the 95 % \
                 interval reaches up to what there was before"
            ),
            Self::DroppedOut { step } => write!(
                f,
                "the values from step {step} on are zero, and none before came near: taken for missing and set aside; \
                 the 95 % interval reaches down to zero, should it be the end"
            ),
            Self::Short { points } => {
                write!(
                    f,
                    "{points} points are too few to try methods on: intervals are taken from how far they moved, and hold \
                     what was seen"
                )
            }
            Self::UnknownVariation => f.write_str(
                "so few points do not show how much they vary: a tenth of the level per step is assumed",
            ),
            Self::Constant => f.write_str(
                "all values are equal: the intervals have no width, and know nothing of what never was",
            ),
            Self::Cut { used } => write!(f, "only the last {used} points were used"),
            Self::PeriodNotSeen { period } => {
                write!(f, "a season of {period} steps needs more than two periods to be seen")
            }
            Self::Bounded => f.write_str(
                "the forecast would have left ten times the largest size seen, and was held there",
            ),
            Self::Replaced { method, reason } => write!(f, "{method} was not used: {reason}"),
        }
    }
}
