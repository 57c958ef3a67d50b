//! Placements: places in racks that are held for equipment to come, and given back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::{
    capacity::{capacity_placement, capacity_placement_rack},
    id::{CapacityPlacementId, EntityId, RackId, SiteId},
    inventory::{
        rack::{self, RackStatus},
        site::{self, SiteStatus},
    },
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait, sea_query::LockType,
};
use uuid::Uuid;

use super::{
    needs,
    placements::{self, Answer, Question},
    rack_choices::{self, Choice},
    rack_holds::{self, Hold, Period},
};
use crate::{
    error::{Error, Result},
    inventory::{
        placement::{Mounted, Span},
        usage,
    },
    rules::{
        draft, expect_version, require_fraction, require_order, require_plausible, require_range,
        require_text, require_text_if_any,
    },
    store::{Read, Tx},
};

/// What is to be held.
#[derive(Clone, Debug)]
pub struct Order {
    /// What, how much of it, where and when.
    pub question: Question,
    /// What for.
    pub purpose: String,
    /// How likely it is to be needed.
    pub probability: Rate,
    /// Where the record comes from.
    pub source: Option<String>,
}

/// One placement.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: CapacityPlacementId) -> Result<capacity_placement::Model> {
    let found = capacity_placement::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("capacity placement", id))
}

/// Holds places for pieces in the racks in which they fit on every day of the period.
///
/// The sites and racks that may be chosen are locked by id, so that nobody else takes what was found to be free.
///
/// # Errors
/// `Invalid` where fewer fit than are asked for, for a second placement of a purpose and day, and as
/// [`placements::answer`].
pub async fn reserve(tx: &Tx, order: Order) -> Result<capacity_placement::Model> {
    let Order { question, purpose, probability, source } = order;
    let piece = question.piece;
    let Period { from, until } = question.period;
    let row = capacity_placement::ActiveModel {
        id: Set(tx.new_id()),
        purpose: Set(purpose),
        from_on: Set(from),
        to_on: Set(until),
        pieces: Set(i32::try_from(question.pieces).map_err(Error::internal)?),
        half_units: Set(piece.half_units),
        power_watts: Set(piece.power_watts),
        cooling_watts: Set(piece.cooling_watts),
        ports: Set(piece.ports),
        weight_grams: Set(piece.weight_grams),
        cords: Set(piece.cords),
        probability: Set(probability),
        source: Set(source),
        ..Default::default()
    };
    let new = draft(&row)?;
    check(&new)?;
    placements::check(&question)?;
    let racks = locked(tx, &question.choice, question.period).await?;
    require_new(tx, &new).await?;
    let answer = placements::among(tx, &question, racks).await?;
    require_all(&answer)?;
    let placement = tx.insert(row).await?;
    for chosen in answer.racks.iter().filter(|rack| rack.pieces > 0) {
        let row = capacity_placement_rack::ActiveModel {
            id: Set(tx.new_id()),
            placement_id: Set(placement.id),
            rack_id: Set(chosen.state.rack.id),
            pieces: Set(i32::try_from(chosen.pieces).map_err(Error::internal)?),
            ..Default::default()
        };
        tx.insert(row).await?;
    }
    Ok(placement)
}

/// Gives the places of a placement back.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn release(tx: &Tx, id: CapacityPlacementId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("capacity placement", row.version, expected_version)?;
    let racks = capacity_placement_rack::Entity::find()
        .filter(capacity_placement_rack::Column::PlacementId.eq(id))
        .order_by_asc(capacity_placement_rack::Column::Id);
    for rack in racks.all(tx).await? {
        tx.delete::<_, capacity_placement_rack::ActiveModel>(rack).await?;
    }
    tx.delete::<_, capacity_placement::ActiveModel>(row).await
}

/// Gives some of the places of a placement back, rack by rack: with the last of them the placement is gone.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version; `Invalid` for no rack, one that is named twice, one in
/// which it holds nothing, and more pieces than it holds there.
pub async fn release_pieces(
    tx: &Tx,
    id: CapacityPlacementId,
    given: &[(RackId, i32)],
    expected_version: Option<i32>,
) -> Result<Option<capacity_placement::Model>> {
    use capacity_placement_rack::Column as R;
    let row = find(tx, id).await?;
    expect_version("capacity placement", row.version, expected_version)?;
    let held = capacity_placement_rack::Entity::find().filter(R::PlacementId.eq(id));
    let held = held.order_by_asc(R::Id).all(tx).await?;
    let back = given_back(tx, &row, &held, given).await?;
    let taken = |rack: &capacity_placement_rack::Model| back.get(&rack.rack_id).copied().unwrap_or_default();
    if held.iter().all(|rack| taken(rack) >= rack.pieces) {
        release(tx, id, None).await?;
        return Ok(None);
    }
    let pieces = back.values().fold(row.pieces, |left, back| left.saturating_sub(*back));
    let row = tx.update(row, |row: &mut capacity_placement::ActiveModel| row.pieces = Set(pieces)).await?;
    for rack in held {
        let left = rack.pieces.saturating_sub(taken(&rack));
        if left == 0 {
            tx.delete::<_, capacity_placement_rack::ActiveModel>(rack).await?;
        } else if left < rack.pieces {
            tx.update(rack, |row: &mut capacity_placement_rack::ActiveModel| row.pieces = Set(left)).await?;
        }
    }
    Ok(Some(row))
}

/// How many pieces are given back in which rack.
async fn given_back(
    db: &impl Read,
    row: &capacity_placement::Model,
    held: &[capacity_placement_rack::Model],
    given: &[(RackId, i32)],
) -> Result<BTreeMap<RackId, i32>> {
    if given.is_empty() {
        return Err(Error::invalid("racks", "names none; releasePlacement gives all of them back"));
    }
    let mut back = BTreeMap::new();
    for (index, (id, pieces)) in given.iter().enumerate() {
        let Some(holding) = held.iter().find(|holding| holding.rack_id == *id) else {
            let rack = rack::Entity::find_by_id(*id).one(db).await?;
            let name = rack.ok_or_else(|| Error::not_found("rack", *id))?.name;
            let message = format!("{name} holds no places for {}", row.purpose);
            return Err(Error::invalid(format!("racks[{index}].rack"), message));
        };
        require_range(&format!("racks[{index}].pieces"), *pieces, 1, holding.pieces)?;
        if back.insert(*id, *pieces).is_some() {
            return Err(Error::invalid(format!("racks[{index}].rack"), "is named twice"));
        }
    }
    Ok(back)
}

/// The rules of a placement, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &capacity_placement::Model) -> Result<()> {
    require_text("purpose", &row.purpose, 200)?;
    require_plausible("fromOn", Some(row.from_on))?;
    require_order("toOn", Some(row.from_on), row.to_on, "fromOn")?;
    require_plausible("toOn", row.to_on)?;
    require_fraction("probability", row.probability.to_decimal(), Decimal::new(1, 9), Decimal::ONE)?;
    require_text_if_any("source", row.source.as_deref(), 200)
}

/// The rules of what a placement holds, where nobody asked whether it fits.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check_pieces(row: &capacity_placement::Model) -> Result<()> {
    require_range("pieces", row.pieces, 1, needs::MOST_PIECES)?;
    let needed = [
        ("heightUnits", row.half_units.map(i64::from), 200),
        ("powerWatts", row.power_watts.map(i64::from), 1_000_000),
        ("coolingWatts", row.cooling_watts.map(i64::from), 1_000_000),
        ("ports", row.ports.map(i64::from), 10_000),
        ("weightKilograms", row.weight_grams, 10_000_000),
    ];
    for (field, amount, most) in needed {
        amount.map_or(Ok(()), |amount| require_range(field, amount, 1, most))?;
    }
    if needed.iter().all(|(_, amount, _)| amount.is_none()) {
        return Err(Error::invalid("pieces", "need height, power, cooling, ports or weight, and have none"));
    }
    Ok(())
}

/// The racks that may be chosen, which nobody else fills until the change is over.
///
/// Sites come first, since racks of one site may share feeds; all are locked in the order of their ids.
async fn locked(tx: &Tx, choice: &Choice, period: Period) -> Result<Vec<rack::Model>> {
    let racks = rack_choices::chosen(tx, choice, period).await?;
    let sites: BTreeSet<Uuid> = racks.iter().map(|rack| rack.site_id.uuid()).collect();
    let sites = site::Entity::find().filter(site::Column::Id.is_in(sites));
    let sites = sites.order_by_asc(site::Column::Id).lock(LockType::NoKeyUpdate).all(tx).await?;
    let open: BTreeSet<SiteId> =
        sites.iter().filter(|site| site.status != SiteStatus::Closed).map(|site| site.id).collect();
    let ids = rack::Entity::find().filter(rack::Column::Id.is_in(racks.iter().map(|rack| rack.id.uuid())));
    let held = ids.order_by_asc(rack::Column::Id).lock_exclusive().all(tx).await?;
    let is_in_use = |rack: &rack::Model| rack.status == RackStatus::Active && open.contains(&rack.site_id);
    Ok(held.into_iter().filter(is_in_use).collect())
}

async fn require_new(tx: &Tx, new: &capacity_placement::Model) -> Result<()> {
    let same = capacity_placement::Entity::find()
        .filter(capacity_placement::Column::FromOn.eq(new.from_on))
        .filter(capacity_placement::Column::Purpose.eq(&new.purpose));
    if same.count(tx).await? > 0 {
        let message = format!("{} has its places from {} already", new.purpose, new.from_on);
        return Err(Error::invalid("purpose", message));
    }
    Ok(())
}

fn require_all(answer: &Answer) -> Result<()> {
    match &answer.reason {
        Some(reason) => Err(Error::invalid("need.count", reason)),
        None => Ok(()),
    }
}

/// From today on.
fn from_today(tx: &Tx) -> Period {
    Period { from: tx.caller().now.date_naive(), until: None }
}

/// Refuses to take a rack out of use that holds places for what is to come.
///
/// # Errors
/// `Conflict` naming a placement.
pub async fn require_none_in(tx: &Tx, rack: &rack::Model) -> Result<()> {
    let here = capacity_placement_rack::Column::RackId.eq(rack.id);
    require_none(tx, from_today(tx).met().add(here)).await
}

/// Refuses to close a site at which racks hold places for what is to come.
///
/// # Errors
/// `Conflict` naming a rack and a placement.
pub async fn require_none_at(tx: &Tx, site: &site::Model) -> Result<()> {
    require_none(tx, from_today(tx).met().add(rack::Column::SiteId.eq(site.id))).await
}

async fn require_none(tx: &Tx, among: Condition) -> Result<()> {
    match holding(tx, among).await? {
        Some((rack, purpose)) => {
            let message = format!("the rack {rack} holds places for {purpose}, release them first");
            Err(Error::Conflict(message))
        }
        None => Ok(()),
    }
}

/// What placements hold in a rack from today on: one statement.
///
/// # Errors
/// Those of the database.
pub async fn in_rack(tx: &Tx, rack: RackId) -> Result<Vec<Hold>> {
    Ok(rack_holds::of(tx, vec![rack], from_today(tx)).await?.remove(&rack).unwrap_or_default())
}

/// Refuses to take units of a rack with which what placements hold from today on finds less room than before. `heights` says
/// what lies free before and after; nothing where nobody knows.
///
/// # Errors
/// `Invalid` naming `unit`, and a placement.
pub async fn require_room(
    tx: &Tx,
    rack: &rack::Model,
    holds: &[Hold],
    wanted: Span,
    heights: impl FnOnce() -> Option<(Vec<i32>, Vec<i32>)>,
) -> Result<()> {
    if holds.is_empty() {
        return Ok(());
    }
    let Some((before, after)) = heights() else { return Ok(()) };
    let Some(less) = less_room(tx, rack, holds, &before, &after).await? else { return Ok(()) };
    let LessRoom { purpose, on, .. } = less;
    let message =
        format!("{wanted} of the rack {} is held for {purpose} on {on}, release that first", rack.name);
    Err(Error::invalid("unit", message))
}

/// Refuses a height of a rack with which what placements hold from today on finds less room than before. Nothing where
/// nobody knows what lies free beside what is `mounted`.
///
/// # Errors
/// `Invalid` naming `heightUnits`, and a placement.
pub async fn require_height(
    tx: &Tx,
    before: &rack::Model,
    after: &rack::Model,
    mounted: &[Mounted],
) -> Result<()> {
    let holds = in_rack(tx, after.id).await?;
    let free = |rack: &rack::Model| usage::free_heights(rack.height_units, mounted, None);
    let Some((higher, lower)) = free(before).zip(free(after)).filter(|_| !holds.is_empty()) else {
        return Ok(());
    };
    let Some(less) = less_room(tx, after, &holds, &higher, &lower).await? else { return Ok(()) };
    let LessRoom { purpose, on, short } = less;
    let message = format!(
        "{} is too low for what the rack {} holds for {purpose} on {on}: {short} units would be missing, release that \
         first",
        after.height_units, after.name
    );
    Err(Error::invalid("heightUnits", message))
}

/// What finds less room than before.
struct LessRoom {
    /// What the first placement is for that holds height on the day.
    purpose: String,
    /// The first day on which the most is short.
    on: NaiveDate,
    /// How much height that is, in units.
    short: Decimal,
}

/// Whether what is held finds less room in what lies free after a change than in what does before it.
async fn less_room(
    tx: &Tx,
    rack: &rack::Model,
    holds: &[Hold],
    before: &[i32],
    after: &[i32],
) -> Result<Option<LessRoom>> {
    let (short, on) = rack_holds::lacking(after, holds, from_today(tx))?;
    if short <= rack_holds::lacking(before, holds, from_today(tx))?.0 {
        return Ok(None);
    }
    let of_day = Period { from: on, until: Some(on) }.met();
    let here = capacity_placement_rack::Column::RackId.eq(rack.id);
    let high = of_day.add(capacity_placement::Column::HalfUnits.is_not_null()).add(here);
    let (_, purpose) = holding(tx, high).await?.unwrap_or_default();
    Ok(Some(LessRoom { purpose, on, short: short.normalize() }))
}

/// The first rack that holds places, and what the first placement in it is for.
async fn holding(db: &impl Read, among: Condition) -> Result<Option<(String, String)>> {
    let query = capacity_placement_rack::Entity::find()
        .select_only()
        .column(rack::Column::Name)
        .column(capacity_placement::Column::Purpose)
        .join(JoinType::InnerJoin, capacity_placement_rack::Relation::Placement.def())
        .join(JoinType::InnerJoin, capacity_placement_rack::Relation::Rack.def())
        .filter(among)
        .order_by_asc(rack::Column::Name)
        .order_by_asc(capacity_placement::Column::FromOn)
        .order_by_asc(capacity_placement::Column::Purpose);
    Ok(query.into_tuple().one(db).await?)
}
