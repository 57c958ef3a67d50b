//! What a question is about: ids of things, and who may know of them.

use entity::id::{
    AssetId, CloudRegionId, ColocationContractId, EntityId, PowerFeedId, PowerPanelId, ProviderAccountId,
    RackId, ServiceId, SiteId, SupportContractId, VendorId, WorkloadId,
};
use topology::graph::Node;

use super::{graph::Estate, items::Thing};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    schema::scalar::{Id, one, shown},
};

/// What it takes to ask what depends on what.
pub const VIEW: Permission = Permission::ViewTopology;

/// The most items that may fail at once.
pub const MOST_ROOTS: usize = 10_000;

/// What a caller needs to know of a thing.
#[must_use]
pub fn permission(thing: Thing) -> Permission {
    thing.kind().permission()
}

/// Whether a caller may know of a thing.
#[must_use]
pub fn is_visible(caller: &Caller, thing: Thing) -> bool {
    caller.may(permission(thing))
}

/// The global id of a thing.
#[must_use]
pub fn global_id(thing: Thing) -> String {
    match thing {
        Thing::Service(id) => Id(id).to_string(),
        Thing::Asset(id) => Id(id).to_string(),
        Thing::Workload(id) => Id(id).to_string(),
        Thing::Rack(id) => Id(id).to_string(),
        Thing::PowerFeed(id) => Id(id).to_string(),
        Thing::Site(id) => Id(id).to_string(),
        Thing::Vendor(id) => Id(id).to_string(),
        Thing::ColocationContract(id) => Id(id).to_string(),
        Thing::SupportContract(id) => Id(id).to_string(),
        Thing::ProviderAccount(id) => Id(id).to_string(),
        Thing::PowerPanel(id) => Id(id).to_string(),
        Thing::CloudRegion(id) => Id(id).to_string(),
    }
}

/// The thing that an id names.
///
/// # Errors
/// `Invalid` for what is no id, or the id of what nothing can depend on.
pub fn named(field: &str, text: &str) -> Result<Thing> {
    fn id<I: EntityId>(field: &str, text: &str) -> Result<I> {
        Id::<I>::parse(text).map(|id| id.0).map_err(|cause| Error::invalid(field, cause))
    }
    let (kind, _) = text
        .rsplit_once('_')
        .ok_or_else(|| Error::invalid(field, format!("{} is not an id", shown(text))))?;
    Ok(match kind {
        ServiceId::KIND => Thing::Service(id(field, text)?),
        AssetId::KIND => Thing::Asset(id(field, text)?),
        WorkloadId::KIND => Thing::Workload(id(field, text)?),
        RackId::KIND => Thing::Rack(id(field, text)?),
        PowerFeedId::KIND => Thing::PowerFeed(id(field, text)?),
        SiteId::KIND => Thing::Site(id(field, text)?),
        VendorId::KIND => Thing::Vendor(id(field, text)?),
        ColocationContractId::KIND => Thing::ColocationContract(id(field, text)?),
        SupportContractId::KIND => Thing::SupportContract(id(field, text)?),
        ProviderAccountId::KIND => Thing::ProviderAccount(id(field, text)?),
        PowerPanelId::KIND => Thing::PowerPanel(id(field, text)?),
        CloudRegionId::KIND => Thing::CloudRegion(id(field, text)?),
        _ => {
            let message = format!(
                "{} is the id of {}, and nothing depends on such a thing: name a service, asset, workload, \
                 rack, power feed, panel, site, vendor, contract, cloud account or region",
                shown(text),
                one(kind)
            );
            return Err(Error::invalid(field, message));
        }
    })
}

impl Estate {
    /// The node that an id names, where the caller may know of it.
    ///
    /// # Errors
    /// `Invalid` as [`named`], and for what is retired; `NotFound` for what is not there, and in the same words for
    /// what the caller may not see.
    pub fn asked(&self, caller: &Caller, field: &str, text: &str) -> Result<Node> {
        let thing = named(field, text)?;
        let known = self.about(thing).filter(|_| is_visible(caller, thing));
        let about = known.ok_or_else(|| Error::not_found("configuration item", text))?;
        self.node(thing).ok_or_else(|| {
            let message =
                format!("`{}` ({text}) is no longer there, so it is no part of the graph", about.name);
            Error::invalid(field, message)
        })
    }

    /// The nodes that ids name, each once.
    ///
    /// # Errors
    /// As [`Estate::asked`]; `Invalid` for none, `TooMuch` for more than ten thousand.
    pub fn all_asked(&self, caller: &Caller, field: &str, texts: &[String]) -> Result<Vec<Node>> {
        let mut nodes =
            texts.iter().map(|text| self.asked(caller, field, text)).collect::<Result<Vec<_>>>()?;
        nodes.sort_unstable();
        nodes.dedup();
        Ok(nodes)
    }

    /// Whether a caller may know of a node.
    #[must_use]
    pub fn shows(&self, caller: &Caller, node: Node) -> bool {
        self.thing(node).is_some_and(|thing| is_visible(caller, thing))
    }
}

/// Refuses no items at all, and more than may fail at once, before anything is read.
///
/// # Errors
/// `Invalid` or `TooMuch` for `field`.
pub fn require_roots(field: &str, count: usize) -> Result<()> {
    if count == 0 {
        return Err(Error::invalid(field, "names no item"));
    }
    if count > MOST_ROOTS {
        let message = format!("{count} items are more than {MOST_ROOTS} at once");
        return Err(Error::TooMuch { field: field.to_owned(), message });
    }
    Ok(())
}

/// A number of steps that a client set; none for all the way.
///
/// # Errors
/// `Invalid` for a number below zero.
pub fn depth(depth: Option<i32>) -> Result<Option<u32>> {
    let below = |depth| Error::invalid("depth", format!("{depth} is below zero"));
    depth.map(|depth| u32::try_from(depth).map_err(|_| below(depth))).transpose()
}
