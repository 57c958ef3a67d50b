//! What placements hold of pools: places in racks that are members, or that stand at sites that are.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    capacity::{
        capacity_placement::{self, PlacementCords},
        capacity_placement_rack,
        capacity_pool::{self, CapacityResource, CapacityUnit},
        capacity_pool_member,
    },
    id::{CapacityPlacementId, CapacityPoolId},
    inventory::rack,
    money::Rate,
};
use forecasting::capacity::placement::Resource;
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationDef, RelationTrait,
    sea_query::{ConditionType, Expr, IntoCondition},
};

use super::{needs::Piece, rack_holds::Period, units};
use crate::{error::Result, store::Read};

/// What one placement holds of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolHold {
    /// The placement.
    pub placement: CapacityPlacementId,
    /// What it is for.
    pub purpose: String,
    /// First day it is held.
    pub from_on: NaiveDate,
    /// Last day it is held; none where nobody said.
    pub to_on: Option<NaiveDate>,
    /// How likely it is to be needed.
    pub probability: Decimal,
    /// How much is held, in the unit of the pool.
    pub quantity: Decimal,
}

#[derive(FromQueryResult)]
struct Row {
    pool_id: CapacityPoolId,
    resource: CapacityResource,
    unit: CapacityUnit,
    placement_id: CapacityPlacementId,
    pieces: i64,
    purpose: String,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
    probability: Rate,
    half_units: Option<i32>,
    power_watts: Option<i32>,
    cooling_watts: Option<i32>,
    ports: Option<i32>,
    cords: PlacementCords,
}

/// What is reckoned of a resource in racks, and the unit that it is reckoned in.
fn reckoned(resource: CapacityResource) -> Option<(Resource, CapacityUnit)> {
    match resource {
        CapacityResource::RackUnits => Some((Resource::RackUnits, CapacityUnit::RackUnit)),
        CapacityResource::Power => Some((Resource::Power, CapacityUnit::Kilowatt)),
        CapacityResource::Cooling => Some((Resource::Cooling, CapacityUnit::Kilowatt)),
        CapacityResource::Ports => Some((Resource::Ports, CapacityUnit::Port)),
        _ => None,
    }
}

/// What placements hold of some pools on some day of a period, by pool, in the order of the first days: one statement,
/// however many pools there are.
///
/// # Errors
/// Those of the database.
pub async fn of(
    db: &impl Read,
    pools: Vec<CapacityPoolId>,
    period: Period,
) -> Result<HashMap<CapacityPoolId, Vec<PoolHold>>> {
    use capacity_placement::Column as C;
    use capacity_placement_rack::Column as R;
    use capacity_pool_member::Column as M;
    let measured = [
        CapacityResource::RackUnits,
        CapacityResource::Power,
        CapacityResource::Cooling,
        CapacityResource::Ports,
    ];
    let query = capacity_placement_rack::Entity::find()
        .select_only()
        .columns([M::PoolId, M::Resource])
        .column(capacity_pool::Column::Unit)
        .column(R::PlacementId)
        .column_as(R::Pieces.sum(), "pieces")
        .columns([C::Purpose, C::FromOn, C::ToOn, C::Probability])
        .columns([C::HalfUnits, C::PowerWatts, C::CoolingWatts, C::Ports, C::Cords])
        .join(JoinType::InnerJoin, capacity_placement_rack::Relation::Placement.def())
        .join(JoinType::InnerJoin, capacity_placement_rack::Relation::Rack.def())
        .join(JoinType::InnerJoin, members())
        .join(JoinType::InnerJoin, capacity_pool_member::Relation::Pool.def())
        .filter(M::PoolId.is_in(pools))
        .filter(M::Resource.is_in(measured))
        .filter(period.met())
        .group_by(M::PoolId)
        .group_by(M::Resource)
        .group_by(capacity_pool::Column::Unit)
        .group_by(R::PlacementId)
        .group_by(C::Id)
        .order_by_asc(C::FromOn)
        .order_by_asc(C::Id);
    let mut holds: HashMap<_, Vec<PoolHold>> = HashMap::new();
    for row in query.into_model::<Row>().all(db).await? {
        let pool = row.pool_id;
        if let Some(hold) = hold(row)? {
            holds.entry(pool).or_default().push(hold);
        }
    }
    Ok(holds)
}

/// A rack that holds places is a member itself, or the site that it stands at is.
fn members() -> RelationDef {
    let at_site = |_, _| {
        Expr::col((rack::Entity, rack::Column::SiteId))
            .equals((capacity_pool_member::Entity, capacity_pool_member::Column::SiteId))
            .into_condition()
    };
    capacity_placement_rack::Entity::belongs_to(capacity_pool_member::Entity)
        .from(capacity_placement_rack::Column::RackId)
        .to(capacity_pool_member::Column::RackId)
        .condition_type(ConditionType::Any)
        .on_condition(at_site)
        .into()
}

fn hold(row: Row) -> Result<Option<PoolHold>> {
    let piece = Piece {
        half_units: row.half_units,
        power_watts: row.power_watts,
        cooling_watts: row.cooling_watts,
        ports: row.ports,
        weight_grams: None,
        cords: row.cords,
    };
    let Some((resource, kept)) = reckoned(row.resource) else { return Ok(None) };
    let Some((_, amount)) = piece.amounts().into_iter().find(|(own, _)| *own == resource) else {
        return Ok(None);
    };
    let quantity = units::converted("reserved", amount, kept, row.unit)?.saturating_mul(row.pieces.into());
    Ok(Some(PoolHold {
        placement: row.placement_id,
        purpose: row.purpose,
        from_on: row.from_on,
        to_on: row.to_on,
        probability: row.probability.to_decimal(),
        quantity,
    }))
}
