//! What lines are kept apart by.

use std::sync::Arc;

/// A property of a source that lines can be kept apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
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

/// The values of the chosen dimensions, in their order. Missing where a source has no such property.
pub type Key = Vec<Option<Arc<str>>>;

/// What a source knows of itself, from which its key is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Properties {
    /// Code of the site.
    pub site: Option<Arc<str>>,
    /// Kind of hardware.
    pub kind: Option<Arc<str>>,
    /// Environment.
    pub environment: Option<Arc<str>>,
    /// Criticality tier.
    pub tier: Option<Arc<str>>,
    /// Owner.
    pub owner: Option<Arc<str>>,
    /// Cost centre.
    pub cost_centre: Option<Arc<str>>,
    /// Rule that makes a refresh due.
    pub binding_rule: Option<Arc<str>>,
    /// Cloud provider.
    pub provider: Option<Arc<str>>,
}

impl Properties {
    /// The properties that the dimensions ask for, and no others: sources that differ in nothing else share a
    /// line.
    #[must_use]
    pub fn key(&self, dimensions: &[Dimension]) -> Key {
        dimensions.iter().map(|dimension| self.get(*dimension).cloned()).collect()
    }

    fn get(&self, dimension: Dimension) -> Option<&Arc<str>> {
        match dimension {
            Dimension::Site => self.site.as_ref(),
            Dimension::HardwareKind => self.kind.as_ref(),
            Dimension::Environment => self.environment.as_ref(),
            Dimension::Tier => self.tier.as_ref(),
            Dimension::Owner => self.owner.as_ref(),
            Dimension::CostCentre => self.cost_centre.as_ref(),
            Dimension::BindingRule => self.binding_rule.as_ref(),
            Dimension::Provider => self.provider.as_ref(),
        }
    }
}
