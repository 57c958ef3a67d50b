//! Which policy and which rule an asset falls under. Plain values in, plain values out.

use chrono::{Days, NaiveDate};
use entity::{
    id::{HardwareModelId, SiteId},
    inventory::{environment::Environment, hardware_model::HardwareKind},
    lifecycle::{
        depreciation_rule::{self, Book},
        refresh_policy::{self, RefreshScope},
    },
};

/// What decides which policy an asset falls under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AssetFacts {
    /// What its model is for.
    pub kind: HardwareKind,
    /// Where it stands.
    pub site: SiteId,
    /// What it is an instance of.
    pub model: HardwareModelId,
    /// What it is used for.
    pub environment: Environment,
    /// Its criticality, where it is known.
    pub tier: Option<i32>,
}

/// Whether a scope holds an asset: every list that is not empty has to name it. An asset of unknown criticality
/// is in no list of tiers.
#[must_use]
pub fn covers(scope: &RefreshScope, asset: &AssetFacts) -> bool {
    names(&scope.kinds, Some(asset.kind))
        && names(&scope.site_ids, Some(asset.site))
        && names(&scope.model_ids, Some(asset.model))
        && names(&scope.environments, Some(asset.environment))
        && names(&scope.tiers, asset.tier)
}

/// The policies in use, in the order in which they are asked: by priority, the lowest number first, and then by
/// name.
#[must_use]
pub fn in_order(mut policies: Vec<refresh_policy::Model>) -> Vec<refresh_policy::Model> {
    policies.retain(|policy| policy.active);
    policies.sort_by(|left, right| (left.priority, &left.name).cmp(&(right.priority, &right.name)));
    policies
}

/// The policy that an asset falls under, with its position: the first whose scope holds it, of policies that are
/// [`in_order`].
#[must_use]
pub fn policy_of<'a>(
    policies: &'a [refresh_policy::Model],
    asset: &AssetFacts,
) -> Option<(usize, &'a refresh_policy::Model)> {
    policies.iter().enumerate().find(|(_, policy)| covers(&policy.scope, asset))
}

/// The depreciation rule of a kind of hardware in a set of books: of the rules in use the one that names the
/// kind, or else one for any kind; of several the first by name.
#[must_use]
pub fn rule_of(
    rules: &[depreciation_rule::Model],
    book: Book,
    kind: HardwareKind,
) -> Option<&depreciation_rule::Model> {
    let fitting =
        rules.iter().filter(|rule| rule.active && rule.book == book && names(&rule.kinds.0, Some(kind)));
    fitting.min_by_key(|rule| (rule.kinds.0.is_empty(), rule.name.as_str()))
}

/// Whether an asset is not replaced because its site is empty by then: the site is left no more than `tolerance`
/// days after the asset falls due.
#[must_use]
pub fn leaves_before(due: NaiveDate, exit: Option<NaiveDate>, tolerance_days: i32) -> bool {
    let tolerance = Days::new(u64::try_from(tolerance_days).unwrap_or_default());
    let last = due.checked_add_days(tolerance).unwrap_or(NaiveDate::MAX);
    exit.is_some_and(|exit| exit <= last)
}

fn names<T: PartialEq>(list: &[T], value: Option<T>) -> bool {
    list.is_empty() || value.is_some_and(|value| list.contains(&value))
}

#[cfg(test)]
mod tests {
    use entity::id::EntityId;
    use uuid::Uuid;

    use super::*;

    fn server(tier: Option<i32>) -> AssetFacts {
        AssetFacts {
            kind: HardwareKind::Server,
            site: SiteId::from_uuid(Uuid::from_u128(1)),
            model: HardwareModelId::from_uuid(Uuid::from_u128(2)),
            environment: Environment::Production,
            tier,
        }
    }

    #[test]
    fn an_empty_scope_holds_everything() {
        assert!(covers(&RefreshScope::default(), &server(None)));
    }

    #[test]
    fn every_list_has_to_name_the_asset() {
        let asset = server(Some(1));
        let mut scope = RefreshScope { kinds: vec![HardwareKind::Server], ..Default::default() };
        assert!(covers(&scope, &asset));
        scope.site_ids = vec![asset.site];
        scope.model_ids = vec![asset.model];
        scope.environments = vec![Environment::Test, Environment::Production];
        scope.tiers = vec![0, 1];
        assert!(covers(&scope, &asset));
        assert!(!covers(&scope, &server(None)), "criticality unknown");
        scope.kinds = vec![HardwareKind::Storage];
        assert!(!covers(&scope, &asset));
    }

    #[test]
    fn a_site_that_is_left_within_the_tolerance_saves_the_refresh() {
        let day = |text: &str| text.parse().unwrap();
        let due = day("2026-06-30");
        assert!(leaves_before(due, Some(day("2026-06-30")), 0));
        assert!(!leaves_before(due, Some(day("2026-07-01")), 0));
        assert!(leaves_before(due, Some(day("2026-09-28")), 90));
        assert!(!leaves_before(due, Some(day("2026-09-29")), 90));
        assert!(!leaves_before(due, None, 90));
    }
}
