//! Where assets of a file stand: held to the racks as they are, and to the rows of the file taken so far.

use std::collections::BTreeSet;

use entity::id::{EntityId, RackId};
use entity::inventory::asset::{self, AssetStatus, RackFace};
use entity::inventory::rack::{self, RackStatus};
use entity::inventory::site::SiteStatus;
use entity::inventory::{hardware_model, manufacturer, site};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::engine::Run;
use super::fill::{Filling, choice, put};
use super::known::{Key, Known, rows_among};
use crate::error::{Error, Result};
use crate::import::records::Asset;
use crate::inventory::placement::{self, Mounted, Spot, units};

/// Racks that one statement reads.
const RACKS_AT_ONCE: usize = 5_000;

/// Where an asset stands.
pub fn of(asset: &asset::Model) -> Spot {
    Spot {
        site_id: asset.site_id,
        rack_id: asset.rack_id,
        position_half_units: asset.position_half_units,
        face: asset.face,
        parent_id: asset.parent_id,
    }
}

/// Reads what surrounds the assets of the files: where they stand now, what they are, and what stands beside them
/// and where they are to stand.
pub async fn load(run: &mut Run<'_>) -> Result<()> {
    if run.records.assets.is_empty() {
        return Ok(());
    }
    let parents: BTreeSet<_> = run.known.assets.rows().filter_map(|asset| asset.parent_id).collect();
    let missing = parents.into_iter().filter(|id| run.known.assets.with_id(*id).is_none());
    for row in rows_among::<asset::Entity, _>(run.tx, asset::Column::Id, missing).await? {
        run.known.assets.put(Key::from(&row.tag), row);
    }
    load_sites_and_racks(run).await?;
    load_models(run).await?;
    let named = run.records.assets.iter().filter_map(|record| record.rack.as_ref());
    let named = named.filter_map(|key| run.known.racks.get(&Key::from(key))).map(|rack| rack.id);
    let now = run.known.assets.rows().filter_map(|asset| asset.rack_id);
    let racks: BTreeSet<RackId> = named.chain(now).collect();
    load_mounted(run, &racks.into_iter().collect::<Vec<_>>()).await
}

async fn load_sites_and_racks(run: &mut Run<'_>) -> Result<()> {
    let racks: BTreeSet<_> = run.known.assets.rows().filter_map(|asset| asset.rack_id).collect();
    let racks = racks.into_iter().filter(|id| run.known.racks.with_id(*id).is_none());
    let racks = rows_among::<rack::Entity, _>(run.tx, rack::Column::Id, racks).await?;
    let sites: BTreeSet<_> = run.known.assets.rows().map(|asset| asset.site_id).collect();
    let sites = sites.into_iter().filter(|id| run.known.sites.with_id(*id).is_none());
    for row in rows_among::<site::Entity, _>(run.tx, site::Column::Id, sites).await? {
        run.known.sites.put(Key::from(&row.code), row);
    }
    for row in racks {
        if let Some(site) = run.known.sites.with_id(row.site_id) {
            let key = Key::of([&site.code, &row.name]);
            run.known.racks.put(key, row);
        }
    }
    Ok(())
}

async fn load_models(run: &mut Run<'_>) -> Result<()> {
    let models: BTreeSet<_> = run.known.assets.rows().map(|asset| asset.model_id).collect();
    let models = models.into_iter().filter(|id| run.known.hardware_models.with_id(*id).is_none());
    let models = rows_among::<hardware_model::Entity, _>(run.tx, hardware_model::Column::Id, models).await?;
    let makers: BTreeSet<_> = models.iter().map(|model| model.manufacturer_id).collect();
    let makers = makers.into_iter().filter(|id| run.known.manufacturers.with_id(*id).is_none());
    for row in rows_among::<manufacturer::Entity, _>(run.tx, manufacturer::Column::Id, makers).await? {
        run.known.manufacturers.put(Key::from(&row.name), row);
    }
    for row in models {
        if let Some(manufacturer) = run.known.manufacturers.with_id(row.manufacturer_id) {
            let key = Key::of([&manufacturer.name, &row.name]);
            run.known.hardware_models.put(key, row);
        }
    }
    Ok(())
}

/// Reads what stands in racks, which nobody else may fill until the import is over.
async fn load_mounted(run: &mut Run<'_>, racks: &[RackId]) -> Result<()> {
    for racks in racks.chunks(RACKS_AT_ONCE) {
        let ids = racks.iter().map(|id| id.uuid());
        let among = sea_orm::ColumnTrait::is_in(&rack::Column::Id, ids);
        let locked = rack::Entity::find().select_only().column(rack::Column::Id).filter(among);
        let locked = locked.order_by_asc(rack::Column::Id).lock_exclusive();
        locked.into_tuple::<RackId>().all(run.tx).await?;
        for mounted in placement::mounted(run.tx, racks.to_vec()).await? {
            run.known.mounted.entry(mounted.rack_id).or_default().push(mounted);
        }
    }
    Ok(())
}

/// Writes where an asset is to stand, as far as the file says.
pub fn fill(
    record: &Asset,
    row: &mut asset::ActiveModel,
    before: Option<&asset::Model>,
    at: &mut Filling<'_>,
) -> Result<()> {
    let is_disposed = row.status.try_as_ref() == Some(&AssetStatus::Disposed);
    let spot =
        if is_disposed { without_rack(record, before, at)? } else { wanted(record, before, at.known)? };
    let Some(spot) = spot else { return Ok(()) };
    put(&mut row.site_id, Some(spot.site_id));
    put(&mut row.rack_id, Some(spot.rack_id));
    put(&mut row.position_half_units, Some(spot.position_half_units));
    put(&mut row.face, Some(spot.face));
    put(&mut row.parent_id, Some(spot.parent_id));
    Ok(())
}

/// What has been disposed of is known by its last site, and stands nowhere.
fn without_rack(record: &Asset, before: Option<&asset::Model>, at: &mut Filling<'_>) -> Result<Option<Spot>> {
    if record.rack.is_some() || record.parent.is_some() {
        let column = if record.rack.is_some() { "rack" } else { "parent" };
        at.remarks.push((column, "is left out: the asset has been disposed of".into()));
    }
    let site = at.known.sites.named_if_any("site", record.site.as_ref())?.map(|site| site.id);
    let site_id = site.or(before.map(|before| before.site_id));
    Ok(site_id.map(|site_id| Spot {
        site_id,
        rack_id: None,
        position_half_units: None,
        face: None,
        parent_id: None,
    }))
}

fn wanted(record: &Asset, before: Option<&asset::Model>, known: &Known) -> Result<Option<Spot>> {
    let parent = match &record.parent {
        Some(tag) => Some(known.assets.named("parent", &Key::from(tag))?),
        None => before.and_then(|before| known.assets.with_id(before.parent_id?)),
    };
    if let Some(parent) = parent {
        return in_chassis(record, parent, known).map(Some);
    }
    let face: Option<RackFace> = choice("face", record.face.as_ref())?;
    if let Some(key) = &record.rack {
        let rack = known.racks.named("rack", &Key::from(key))?;
        let stays = before.filter(|before| before.rack_id == Some(rack.id));
        let position = record.position_half_units.or(stays.and_then(|before| before.position_half_units));
        let face = face.or(stays.and_then(|before| before.face));
        return Ok(Some(Spot {
            site_id: rack.site_id,
            rack_id: Some(rack.id),
            position_half_units: position,
            face: face.or(position.map(|_| RackFace::Front)),
            parent_id: None,
        }));
    }
    let site = known.sites.named_if_any("site", record.site.as_ref())?;
    let Some(site) = site else { return Ok(None) };
    let stays = before.filter(|before| before.site_id == site.id).map(of);
    let spot = stays.unwrap_or(Spot {
        site_id: site.id,
        rack_id: None,
        position_half_units: None,
        face: None,
        parent_id: None,
    });
    match face {
        Some(_) if spot.rack_id.is_none() => Err(Error::invalid("face", "needs a rack")),
        Some(face) => Ok(Some(Spot { face: Some(face), ..spot })),
        None => Ok(Some(spot)),
    }
}

/// What lives in a chassis stands where the chassis stands and takes no units.
fn in_chassis(record: &Asset, parent: &asset::Model, known: &Known) -> Result<Spot> {
    let of_chassis = |what: &str| format!("is not the {what} of the chassis {}", parent.tag);
    if parent.status == AssetStatus::Disposed {
        return Err(Error::invalid("parent", format!("{} has been disposed of", parent.tag)));
    }
    if let Some(position) = record.position_half_units {
        let message = format!(
            "{} is taken by the chassis {}, what lives in it takes none",
            units(position),
            parent.tag
        );
        return Err(Error::invalid("position_units", message));
    }
    let site = known.sites.named_if_any("site", record.site.as_ref())?;
    if site.is_some_and(|site| site.id != parent.site_id) {
        return Err(Error::invalid("site", of_chassis("site")));
    }
    let rack = known.racks.named_if_any("rack", record.rack.as_ref())?;
    if rack.is_some_and(|rack| parent.rack_id != Some(rack.id)) {
        return Err(Error::invalid("rack", of_chassis("rack")));
    }
    if record.face.is_some() {
        return Err(Error::invalid("face", format!("is that of the chassis {}", parent.tag)));
    }
    Ok(Spot {
        site_id: parent.site_id,
        rack_id: parent.rack_id,
        position_half_units: None,
        face: None,
        parent_id: Some(parent.id),
    })
}

/// Holds a place that is new, or newly needed, to the rules.
pub fn check(after: &asset::Model, before: Option<&asset::Model>, known: &Known) -> Result<()> {
    let is_new = before.is_none_or(|before| {
        of(before) != of(after) || before.model_id != after.model_id || before.status == AssetStatus::Disposed
    });
    if !is_new || after.status == AssetStatus::Disposed {
        return Ok(());
    }
    let site = known.sites.with_id(after.site_id);
    let moves_in = before.is_none_or(|before| before.site_id != after.site_id);
    if let Some(site) = site.filter(|site| moves_in && site.status == SiteStatus::Closed) {
        return Err(Error::invalid("site", format!("the site {} is closed", site.code)));
    }
    if after.parent_id.is_some() {
        return Ok(());
    }
    let rack = after.rack_id.and_then(|rack| known.racks.with_id(rack));
    let model = known.hardware_models.with_id(after.model_id);
    let (Some(rack), Some(model)) = (rack, model) else { return Ok(()) };
    if rack.status == RackStatus::Retired && before.is_none_or(|before| before.rack_id != after.rack_id) {
        return Err(Error::invalid("rack", format!("{} is retired and takes no more equipment", rack.name)));
    }
    let others = known.mounted.get(&rack.id).into_iter().flatten();
    let others: Vec<Mounted> = others.filter(|other| other.id != after.id).cloned().collect();
    if let Some(position) = after.position_half_units {
        let face = after.face.unwrap_or(RackFace::Front);
        placement::wanted_span(position, face, model)
            .and_then(|span| placement::check_units(rack, &others, span))
            .map_err(|error| match error {
                Error::Invalid { message, .. } => Error::invalid("position_units", message),
                other => other,
            })?;
    }
    check_weight(rack, &others, model)
}

/// What is known of the weights; what is not known weighs nothing here.
fn check_weight(rack: &rack::Model, others: &[Mounted], model: &hardware_model::Model) -> Result<()> {
    let (Some(limit), Some(added)) = (rack.weight_limit_grams, model.weight_grams) else { return Ok(()) };
    let there: i64 = others.iter().filter_map(|other| other.weight_grams).sum();
    if added > 0 && there.saturating_add(added) > limit {
        let message = format!(
            "{added} g more than the {there} g in the rack {} pass its limit of {limit} g",
            rack.name
        );
        return Err(Error::invalid("rack", message));
    }
    Ok(())
}
