//! How often a service is up, as clients see it.

use async_graphql::{Enum, Object};
use rust_decimal::{Decimal, prelude::FromPrimitive};
use topology::availability::{Availability, Evidence, downtime};

use crate::{
    recovery::assessment::Basis,
    schema::{
        explain::{Explanation, ExplanationInput},
        rows::Items,
    },
    topology::graphql::things::ConfigurationItem,
};

/// Minutes of 30 days.
const THIRTY_DAYS: u32 = 43_200;

/// Decimals of a share of time: more is not known.
const DECIMALS: u32 = 10;

/// What the share of time of each thing is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Basis")]
pub enum AvailabilityBasis {
    /// What was observed of the service and of each thing it needs.
    Observed,
    /// What is promised of each thing that the service needs; the service itself is taken to be always up, for its own
    /// target is what the answer is compared with.
    Target,
}

/// How often a service is up, from how often each thing it needs is. What two ways share counts once.
pub struct ServiceAvailability {
    pub(super) found: Availability,
    pub(super) basis: Basis,
    pub(super) target: Option<Decimal>,
    pub(super) unknown: Vec<ConfigurationItem>,
}

/// How often a service is up, from how often each thing it needs is. What two ways share counts once.
#[Object]
impl ServiceAvailability {
    /// The share of time in which it is up, from 0 to 1. Null where nothing is known of anything in the way.
    async fn share(&self) -> Option<Decimal> {
        self.share_of_time()
    }

    /// Why there is no share. Null where there is one.
    async fn share_reason(&self) -> Option<String> {
        let unknown = self.found.unknown.len();
        self.is_unknown()
            .then(|| format!("of none of the {unknown} things in the way it is known how often they are up"))
    }

    /// The share of time in which it has to be up.
    async fn target(&self) -> Option<Decimal> {
        self.target
    }

    /// Whether it is up as much as it has to be. Null without a target, and where it would be up enough only if all that
    /// is not known were always up: see `isUpperBound`.
    async fn meets_target(&self) -> Option<bool> {
        let meets = self.share_of_time()? >= self.target?;
        (!meets || self.found.unknown.is_empty()).then_some(meets)
    }

    /// Minutes of 30 days in which it is down. Null where there is no share.
    #[graphql(name = "downtimeMinutesIn30Days")]
    async fn downtime_minutes(&self) -> Option<Decimal> {
        if self.is_unknown() { None } else { minutes(self.found.share) }
    }

    /// Minutes of 30 days in which it may be down by its target.
    #[graphql(name = "allowedMinutesIn30Days")]
    async fn allowed_minutes(&self) -> Option<Decimal> {
        use rust_decimal::prelude::ToPrimitive;
        minutes(self.target?.to_f64()?)
    }

    /// Whether all combinations of failures were weighed. False: so many were drawn that the share is within its
    /// standard error.
    async fn is_exact(&self) -> bool {
        matches!(self.found.evidence, Evidence::Exact { .. })
    }

    /// How many things were neither certain nor able to bring it down alone, so that combinations of them had to be
    /// weighed. Null where they were drawn.
    async fn uncertain(&self) -> Option<u64> {
        match self.found.evidence {
            Evidence::Exact { uncertain } => Some(uncertain as u64),
            Evidence::Drawn { .. } => None,
        }
    }

    /// How many combinations were drawn. Null where all were weighed.
    async fn draws(&self) -> Option<u32> {
        match self.found.evidence {
            Evidence::Drawn { draws, .. } => Some(draws),
            Evidence::Exact { .. } => None,
        }
    }

    /// The standard error of the share. Null where all combinations were weighed.
    async fn standard_error(&self) -> Option<Decimal> {
        match self.found.evidence {
            Evidence::Drawn { error, .. } => decimal(error),
            Evidence::Exact { .. } => None,
        }
    }

    /// Whether the share of something is not known: it was taken as always up, so the service is up less than this.
    async fn is_upper_bound(&self) -> bool {
        !self.found.unknown.is_empty()
    }

    /// How many things have no known share, hidden ones included.
    async fn unknown_count(&self) -> usize {
        self.found.unknown.len()
    }

    /// The things whose share is not known, as far as the caller may see them; the first 100.
    async fn unknown(&self) -> Items<ConfigurationItem> {
        Items(self.unknown.clone())
    }

    /// How the share came about.
    async fn explain(&self) -> Explanation {
        let input = |name: &str, value: String| ExplanationInput { name: name.to_owned(), value };
        let shares = match self.basis {
            Basis::Observed => "observed availability of each thing",
            Basis::Target => "availability target of each thing that is needed",
        };
        let mut inputs = vec![input("shares", shares.to_owned())];
        match self.found.evidence {
            Evidence::Exact { uncertain } => inputs.push(input("uncertain things", uncertain.to_string())),
            Evidence::Drawn { draws, seed, .. } => {
                inputs.push(input("draws", draws.to_string()));
                inputs.push(input("seed", seed.to_string()));
            }
        }
        let unknown = self.found.unknown.len();
        Explanation {
            formula: "product of the shares of all that brings it down alone, times the chance that the rest does not"
                .to_owned(),
            inputs,
            assumptions: vec![
                "Things fail independently of one another; what does not has to be a thing of its own.".to_owned(),
                "A share that is not known counts as always up.".to_owned(),
            ],
            excluded: (unknown > 0)
                .then(|| format!("failures of {unknown} things whose share is not known"))
                .into_iter()
                .collect(),
            estimated: matches!(self.found.evidence, Evidence::Drawn { .. }),
        }
    }
}

impl ServiceAvailability {
    fn share_of_time(&self) -> Option<Decimal> {
        if self.is_unknown() { None } else { decimal(self.found.share) }
    }

    /// Whether nothing is known of anything in the way. What is never up is known to be down.
    fn is_unknown(&self) -> bool {
        // Of a promise the service itself is taken to be always up, which is not known of it.
        let taken = usize::from(self.basis == Basis::Target);
        self.found.share > 0.0 && self.found.known <= taken
    }
}

fn decimal(share: f64) -> Option<Decimal> {
    Some(Decimal::from_f64(share)?.round_dp(DECIMALS).normalize())
}

fn minutes(share: f64) -> Option<Decimal> {
    Some(Decimal::from_f64(downtime(share, THIRTY_DAYS))?.round_dp(2))
}
