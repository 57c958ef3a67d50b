//! By when what is in pools asks for more: the days that refresh policies by capacity go by.
//!
//! An asset is part of a pool that names it. It is part of one that names its rack or its site too, where its kind is
//! what the pool is a supply of: a server of virtual processors and memory, an array of storage, a switch of ports.
//! Height, power and cooling are of racks and rooms, and replacing what stands there does not make more of them.

use std::collections::HashMap;

use entity::{
    capacity::capacity_pool::CapacityResource,
    id::{AssetId, CapacityPoolId, RackId, SiteId},
    inventory::hardware_model::HardwareKind,
};
use forecasting::{
    capacity::{exhaustion::Exhaustion, order::OrderBy},
    month::Month,
    refresh::CapacityNeed,
};

use super::{forecasts::PoolForecast, members, supplies::Change};
use crate::{error::Result, store::Read, topology::items::Thing};

/// What a pool asks for; none where that is not known.
type Asked = Option<CapacityNeed>;

/// What the pools ask for, by what is in them.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    assets: HashMap<AssetId, Vec<Asked>>,
    racks: HashMap<RackId, Vec<(CapacityResource, Asked)>>,
    sites: HashMap<SiteId, Vec<(CapacityResource, Asked)>>,
}

/// What pools ask for, from when they run out: one statement.
///
/// # Errors
/// Those of the database.
pub async fn of(db: &impl Read, forecasts: impl Iterator<Item = &PoolForecast> + Clone) -> Result<Needs> {
    let ids: Vec<CapacityPoolId> = forecasts.clone().map(|forecast| forecast.pool.id).collect();
    let members = members::of(db, ids).await?;
    let mut needs = Needs::default();
    for forecast in forecasts {
        let (asked, resource) = (asked(forecast), forecast.pool.resource);
        for thing in members.get(&forecast.pool.id).into_iter().flatten() {
            match thing {
                Thing::Asset(id) => needs.assets.entry(*id).or_default().push(asked),
                Thing::Rack(id) => needs.racks.entry(*id).or_default().push((resource, asked)),
                Thing::Site(id) => needs.sites.entry(*id).or_default().push((resource, asked)),
                _ => {}
            }
        }
    }
    Ok(needs)
}

fn asked(forecast: &PoolForecast) -> Asked {
    if let Some(last) = ended(forecast) {
        return Some(CapacityNeed::NotWithin(last));
    }
    match forecast.order_by {
        Ok(OrderBy::Due(date) | OrderBy::Overdue { date, .. }) => Some(CapacityNeed::OrderBy(date)),
        Ok(OrderBy::None { reason: Exhaustion::NotWithinHorizon(last) }) => {
            Some(CapacityNeed::NotWithin(last))
        }
        Ok(OrderBy::None { .. }) | Err(_) => None,
    }
}

/// The last month of a pool that runs out because its last site is left: nothing more is needed of it.
fn ended(forecast: &PoolForecast) -> Option<Month> {
    let month = forecast.exhaustions.p90_demand.month()?;
    let supply = forecast.supplied.supply.as_ref()?;
    let is_left =
        |change: &&Change| matches!(change.thing, Some(Thing::Site(_))) && change.on <= month.last_day();
    let left = forecast.supplied.changes.iter().filter(is_left).map(|change| change.on).max()?;
    (supply.on(left).is_zero() && Month::of(left) <= month).then(|| Month::of(left).plus(-1))
}

impl Needs {
    /// What the pools of an asset ask for together. None where one of them is not known and no other asks for more: an
    /// unknown need is not a low one.
    #[must_use]
    pub fn of(
        &self,
        asset: AssetId,
        rack: Option<RackId>,
        site: SiteId,
        kind: HardwareKind,
    ) -> Option<CapacityNeed> {
        let within = rack.and_then(|rack| self.racks.get(&rack)).into_iter().chain(self.sites.get(&site));
        let within = within.flatten().filter(|(resource, _)| supplies(kind, *resource));
        let own = self.assets.get(&asset).into_iter().flatten().copied();
        let (mut known, mut is_unknown) = (CapacityNeed::NoPool, false);
        for asked in own.chain(within.map(|(_, asked)| *asked)) {
            match asked {
                Some(need) => known = known.and(need),
                None => is_unknown = true,
            }
        }
        (!is_unknown || matches!(known, CapacityNeed::OrderBy(_))).then_some(known)
    }
}

/// Whether hardware of a kind is a supply of a resource.
fn supplies(kind: HardwareKind, resource: CapacityResource) -> bool {
    use CapacityResource as R;
    use HardwareKind as K;
    match resource {
        R::Vcpu | R::Memory => matches!(kind, K::Server | K::Blade | K::Chassis),
        R::Storage | R::Iops => kind == K::Storage,
        R::Ports | R::Bandwidth => {
            matches!(kind, K::Switch | K::Router | K::Firewall | K::LoadBalancer | K::Wireless)
        }
        R::RackUnits | R::Power | R::Cooling | R::Licences => false,
    }
}

#[cfg(test)]
mod tests {
    use entity::id::EntityId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_asset_is_part_of_what_its_kind_supplies() {
        let (asset, other) = (AssetId::from_uuid(Uuid::from_u128(1)), AssetId::from_uuid(Uuid::from_u128(2)));
        let (rack, site) = (RackId::from_uuid(Uuid::from_u128(3)), SiteId::from_uuid(Uuid::from_u128(4)));
        let day = |text: &str| CapacityNeed::OrderBy(text.parse().unwrap());
        let lasts = CapacityNeed::NotWithin("2029-11".parse::<Month>().unwrap());
        let mut needs = Needs::default();
        needs.racks.insert(rack, vec![(CapacityResource::Storage, Some(day("2027-05-01")))]);
        needs
            .sites
            .insert(site, vec![(CapacityResource::Vcpu, Some(lasts)), (CapacityResource::Power, None)]);
        needs.assets.insert(asset, vec![Some(day("2027-03-01"))]);
        let of = |asset, rack, kind| needs.of(asset, rack, site, kind);
        assert_eq!(of(asset, None, HardwareKind::Other), Some(day("2027-03-01")));
        assert_eq!(of(other, Some(rack), HardwareKind::Storage), Some(day("2027-05-01")));
        assert_eq!(of(other, None, HardwareKind::Storage), Some(CapacityNeed::NoPool));
        // Power is of the site, so that it asks nothing of a server.
        assert_eq!(of(other, Some(rack), HardwareKind::Server), Some(lasts));
        let mut unknown = needs.clone();
        unknown.assets.insert(other, vec![None]);
        assert_eq!(unknown.of(other, None, site, HardwareKind::Server), None);
        assert_eq!(unknown.of(other, Some(rack), site, HardwareKind::Storage), Some(day("2027-05-01")));
    }
}
