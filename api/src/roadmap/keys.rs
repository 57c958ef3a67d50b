//! What lines are kept apart by.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A property of a source that lines can be kept apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

    /// The values of all properties, to be kept.
    #[must_use]
    pub fn words(&self) -> [Option<String>; 8] {
        let all = [
            &self.site,
            &self.kind,
            &self.environment,
            &self.tier,
            &self.owner,
            &self.cost_centre,
            &self.binding_rule,
            &self.provider,
        ];
        all.map(|word| word.as_deref().map(str::to_owned))
    }

    /// The properties that were kept as [`Properties::words`].
    #[must_use]
    pub fn of_words(words: [Option<String>; 8]) -> Self {
        let [site, kind, environment, tier, owner, cost_centre, binding_rule, provider] =
            words.map(|word| word.map(Into::into));
        Self { site, kind, environment, tier, owner, cost_centre, binding_rule, provider }
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
