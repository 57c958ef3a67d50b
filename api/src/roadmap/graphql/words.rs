//! The closed lists of words of the roadmap.

use async_graphql::Enum;
use forecasting::roadmap::{Category as Purpose, MoneyView as View, Subject};

use crate::roadmap::keys::Dimension;

/// Which event places an amount in a month. Views are never added to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "View")]
pub enum MoneyView {
    /// When it is committed: signature of a contract, an order; consumption where nothing is committed.
    Commitment,
    /// When it is paid.
    Cash,
    /// When it is recognised as expense: depreciation, amortised prepayments, the month a service is for.
    Pnl,
}

/// What an amount is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "RoadmapCategory", remote = "Purpose")]
pub enum Category {
    /// Colocation contracts.
    Colocation,
    /// Cloud workloads.
    Cloud,
    /// Depreciation of assets, present and planned; in profit and loss only.
    Depreciation,
    /// Impairment losses of assets, as the books have them; in profit and loss only.
    Impairment,
    /// Support contracts, and support bought with hardware.
    Support,
    /// Hardware, freight and installation of refreshes; in commitment and cash only.
    RefreshCapital,
    /// Disposal of old assets: its cost and their book value, less proceeds.
    Disposal,
    /// What growth of capacity asks for, never part of a refresh: hardware, freight, installation and prepaid support in
    /// commitment and cash, what is written off of them in profit and loss.
    Growth,
}

/// A kind of record that a roadmap is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Subject")]
pub enum RoadmapSubject {
    /// Assets.
    Asset,
    /// Colocation contracts.
    ColocationContract,
    /// Support contracts.
    SupportContract,
    /// Cloud workloads.
    Workload,
    /// Capacity pools that more is bought for.
    CapacityPool,
}

/// What lines are kept apart by, besides their category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Dimension")]
pub enum RoadmapDimension {
    /// The site, by its code.
    Site,
    /// The kind of hardware.
    HardwareKind,
    /// The environment.
    Environment,
    /// The criticality tier.
    Tier,
    /// The owner.
    Owner,
    /// The cost centre.
    CostCentre,
    /// The rule that makes a refresh due.
    BindingRule,
    /// The cloud provider.
    Provider,
}
