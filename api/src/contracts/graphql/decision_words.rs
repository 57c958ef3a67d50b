//! The closed lists of words of decisions about contracts.

use async_graphql::Enum;
use entity::contracts::colocation_circuit;
use forecasting::colocation;

/// What happens, or must have happened, on a day of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation::EventKind")]
pub enum ContractEventKind {
    /// First day on which notice is accepted.
    WindowOpen,
    /// The day by which to ask the market for proposals.
    RfpStart,
    /// The day by which to decide whether to stay.
    DecisionDue,
    /// Last day on which notice ends the contract with its term.
    NoticeDeadline,
    /// The day by which to begin moving out.
    ExitStart,
    /// Last day of a term.
    TermEnd,
    /// First day of a renewal that nobody stopped.
    AutoRenewed,
    /// A price changes.
    Escalation,
    /// The committed quantity changes.
    RampStep,
    /// Last day of a free or reduced period.
    AbatementEnd,
    /// Last day on which an invoice can be disputed.
    DisputeDeadline,
    /// Last day an offered price is held.
    PriceHoldExpiry,
}

/// How near a notice deadline is. Days count to the deadline, never to the end of the term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation::AlertTier")]
pub enum AlertTier {
    /// More than 365 days are left.
    NotYet,
    /// 181 to 365 days are left.
    #[graphql(name = "WITHIN_365_DAYS")]
    Within365Days,
    /// 91 to 180 days are left.
    #[graphql(name = "WITHIN_180_DAYS")]
    Within180Days,
    /// 61 to 90 days are left.
    #[graphql(name = "WITHIN_90_DAYS")]
    Within90Days,
    /// 31 to 60 days are left.
    #[graphql(name = "WITHIN_60_DAYS")]
    Within60Days,
    /// 0 to 30 days are left; on the deadline itself there are none.
    #[graphql(name = "WITHIN_30_DAYS")]
    Within30Days,
    /// The deadline has passed.
    Passed,
}

/// What saying nothing leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SilenceOutcome {
    /// The contract renews.
    Renews,
    /// It costs nothing.
    Nothing,
}

/// Why saying nothing costs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation::NoRenewal")]
pub enum NoRenewalReason {
    /// The contract has ended.
    Ended,
    /// It does not renew by itself.
    NotAgreed,
    /// Notice that stands ends it.
    NoticeGiven,
    /// The last renewal it has is running or bound.
    LastRenewal,
}

/// What is to be said of a charge on an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation::Verdict")]
pub enum InvoiceVerdict {
    /// Billed as expected, within the tolerance.
    Matches,
    /// More is billed than expected.
    Over,
    /// Less is billed than expected.
    Under,
    /// Billed, and nothing is expected: no such charge, a free month, or a month that the invoice is not for.
    NotExpected,
    /// Expected, and nothing is billed.
    NotBilled,
    /// Billed by an earlier invoice already: the same charge, month and amount.
    Repeated,
    /// What is expected is not known.
    Unknown,
}

/// Why two lines of an invoice seem to bill the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation::DoubleBillingReason")]
pub enum DoubleBillingReason {
    /// The same charge, month and amount on one invoice, which comes to more than expected.
    SameAmount,
    /// The same charge, month and amount as on an earlier invoice.
    EarlierInvoice,
    /// A minimum take and the metered energy both, where the larger of them is due.
    MinimumAndMetered,
    /// Power by circuit and by meter in the same month, one of which is not as the contract has it.
    CircuitAndMetered,
}

/// Which of two feeds that back each other up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation::Feed")]
pub enum PowerFeed {
    /// The first, often called primary.
    A,
    /// The second, often called redundant.
    B,
}

impl From<colocation_circuit::Feed> for PowerFeed {
    fn from(feed: colocation_circuit::Feed) -> Self {
        match feed {
            colocation_circuit::Feed::A => Self::A,
            colocation_circuit::Feed::B => Self::B,
        }
    }
}

impl From<PowerFeed> for colocation_circuit::Feed {
    fn from(feed: PowerFeed) -> Self {
        match feed {
            PowerFeed::A => Self::A,
            PowerFeed::B => Self::B,
        }
    }
}

/// What limits the power of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation::Binding")]
pub enum PowerLimit {
    /// What the feeds protect.
    Protected,
    /// The cap of the contract.
    DrawCap,
    /// What can be cooled.
    Cooling,
}

/// Why a figure of power cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation::Absence")]
pub enum PowerAbsence {
    /// No circuit is given.
    NoCircuits,
    /// It is not known which feed a circuit hangs on.
    FeedUnknown,
    /// It is not known whether the contract caps the draw.
    DrawCapUnknown,
    /// The contract does not cap the draw.
    NoDrawCap,
    /// It is not known how much can be cooled.
    CoolingUnknown,
    /// The power factor between kilowatts and kilovolt-amperes is not known.
    PowerFactorUnknown,
    /// The contract commits to no power.
    NoCommitment,
    /// Nothing was measured.
    NoReadings,
    /// No interval was measured on every circuit.
    NoCompleteInterval,
    /// Only peaks of parts are known, which may not be at one moment.
    PeaksNotCoincident,
}

/// A kind of contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ContractKind {
    /// Space, power and connections in someone else's data center.
    Colocation,
    /// Support of assets.
    Support,
    /// Commitments to cloud providers.
    Cloud,
    /// Offers that are about no contract.
    Offer,
}
