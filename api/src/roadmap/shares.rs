//! Which part of something that assets share belongs to which lines.
//!
//! What is refreshed or depreciated together does not depend on what is asked for; only afterwards is it divided
//! among the lines, so that every way of keeping lines apart adds up to the same total.

use std::{collections::HashMap, sync::Arc};

use forecasting::refresh::DueRule;

use super::keys::{Dimension, Key, Properties};

/// The part that belongs to one line of each category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The line.
    pub key: Key,
    /// How much of the whole, as a weight: a number of assets, or money in millionths.
    pub weight: u64,
    /// Positions of the assets that it is for.
    pub members: Vec<u32>,
}

impl Share {
    /// All of something that no assets stand behind.
    #[must_use]
    pub fn whole(properties: &Properties, dimensions: &[Dimension]) -> Vec<Self> {
        vec![Self { key: properties.key(dimensions), weight: 1, members: Vec::new() }]
    }
}

/// An asset, with what decides its line and how much it weighs.
pub struct Member<'a> {
    /// Position of the asset.
    pub position: u32,
    /// What lines are kept apart by; assets that agree in it share the allocation.
    pub properties: &'a Arc<Properties>,
    /// The rule that makes its refresh due, where that matters.
    pub rule: Option<DueRule>,
    /// Its weight.
    pub weight: u64,
}

/// Divides members among lines, in the order of the lines.
pub fn divide<'a>(dimensions: &[Dimension], members: impl Iterator<Item = Member<'a>>) -> Vec<Share> {
    let mut alike: HashMap<(*const Properties, Option<DueRule>), Share> = HashMap::new();
    for member in members {
        let share = alike.entry((Arc::as_ptr(member.properties), member.rule)).or_insert_with(|| {
            let key = member.rule.map_or_else(
                || member.properties.key(dimensions),
                |rule| {
                    let binding_rule = Some(format!("{rule:?}").to_uppercase().into());
                    Properties { binding_rule, ..(**member.properties).clone() }.key(dimensions)
                },
            );
            Share { key, weight: 0, members: Vec::new() }
        });
        share.weight = share.weight.saturating_add(member.weight);
        share.members.push(member.position);
    }
    let mut shares: Vec<Share> = alike.into_values().collect();
    shares.sort_by(|one, other| one.key.cmp(&other.key));
    shares
}
