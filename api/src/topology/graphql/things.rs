//! What can depend on something, as clients see it.

use async_graphql::{Enum, ID, SimpleObject};

use crate::topology::{
    asked::global_id,
    items::{Label, Thing},
};

/// Kinds of things that can depend on each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum ConfigurationItemKind {
    /// A service.
    Service,
    /// An asset.
    Asset,
    /// A workload in a cloud.
    Workload,
    /// A rack.
    Rack,
    /// A power feed.
    PowerFeed,
    /// A site.
    Site,
    /// A vendor.
    Vendor,
    /// A colocation contract.
    ColocationContract,
    /// A support contract.
    SupportContract,
    /// A cloud account.
    ProviderAccount,
}

impl From<Thing> for ConfigurationItemKind {
    fn from(thing: Thing) -> Self {
        match thing {
            Thing::Service(_) => Self::Service,
            Thing::Asset(_) => Self::Asset,
            Thing::Workload(_) => Self::Workload,
            Thing::Rack(_) => Self::Rack,
            Thing::PowerFeed(_) => Self::PowerFeed,
            Thing::Site(_) => Self::Site,
            Thing::Vendor(_) => Self::Vendor,
            Thing::ColocationContract(_) => Self::ColocationContract,
            Thing::SupportContract(_) => Self::SupportContract,
            Thing::ProviderAccount(_) => Self::ProviderAccount,
        }
    }
}

/// A thing that can depend on another.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConfigurationItem {
    /// The id of the thing itself.
    id: ID,
    /// What sort of thing it is.
    kind: ConfigurationItemKind,
    /// What people call it.
    name: String,
    /// Criticality: 0 is the most critical. Null where it is not recorded.
    tier: Option<i32>,
    /// Team or person who answers for it. Null where nobody is recorded.
    owner: Option<String>,
}

impl ConfigurationItem {
    /// A thing with what people call it.
    #[must_use]
    pub fn new(thing: Thing, label: &Label) -> Self {
        Self {
            id: ID(global_id(thing)),
            kind: thing.into(),
            name: label.name.clone(),
            tier: label.tier,
            owner: label.owner.clone(),
        }
    }
}
