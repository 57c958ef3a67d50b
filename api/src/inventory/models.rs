//! Hardware models: register, change.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    id::{EntityId, HardwareModelId},
    inventory::hardware_model::{self, DateQuality, HardwareKind},
    money::{Amount, Rate},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};

use super::{chains, manufacturers, placement};
use crate::{
    error::{Error, Result},
    rules::{
        draft, edited, expect_version, require_order, require_plausible, require_range, require_text,
        require_text_if_any,
    },
    store::{Read, Tx},
};

/// One hardware model.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: HardwareModelId) -> Result<hardware_model::Model> {
    hardware_model::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("hardware model", id))
}

/// One hardware model whose height and depth nobody changes until the change is over.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn hold(tx: &Tx, id: HardwareModelId) -> Result<hardware_model::Model> {
    let model = hardware_model::Entity::find_by_id(id).lock_shared().one(tx).await?;
    model.ok_or_else(|| Error::not_found("hardware model", id))
}

/// What a model says about the draw of its assets.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct ModelPower {
    /// The model.
    pub id: HardwareModelId,
    /// What it is for.
    pub kind: HardwareKind,
    /// Draw under usual load, in watts.
    pub typical_draw_watts: Option<i32>,
    /// Draw on the nameplate, in watts.
    pub maximum_draw_watts: Option<i32>,
}

/// What the models say about draw, read with one statement.
///
/// # Errors
/// Those of the database.
pub async fn power_of(
    db: &impl Read,
    mut ids: Vec<HardwareModelId>,
) -> Result<HashMap<HardwareModelId, ModelPower>> {
    use hardware_model::Column as C;
    ids.sort_unstable();
    ids.dedup();
    let query = hardware_model::Entity::find()
        .select_only()
        .columns([C::Id, C::Kind, C::TypicalDrawWatts, C::MaximumDrawWatts])
        .filter(C::Id.is_in(ids));
    let found = query.into_model::<ModelPower>().all(db).await?;
    Ok(found.into_iter().map(|power| (power.id, power)).collect())
}

/// Registers a hardware model.
///
/// # Errors
/// `Invalid` when the manufacturer has a model of that name or a rule of [`check`] is broken, `NotFound` for
/// a manufacturer or a successor that is not there.
pub async fn register(tx: &Tx, mut row: hardware_model::ActiveModel) -> Result<hardware_model::Model> {
    row.id = Set(tx.new_id());
    if row.full_depth.is_not_set() {
        row.full_depth = Set(true);
    }
    if row.date_quality.is_not_set() {
        row.date_quality = Set(DateQuality::Unknown);
    }
    let model = draft(&row)?;
    check(&model)?;
    manufacturers::find(tx, model.manufacturer_id).await?;
    check_successor(tx, &model).await?;
    tx.insert(row).await
}

/// Changes what is known of a hardware model.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken or assets of the model would
/// no longer fit where they are mounted.
pub async fn update(
    tx: &Tx,
    id: HardwareModelId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut hardware_model::ActiveModel),
) -> Result<hardware_model::Model> {
    let before = find(tx, id).await?;
    expect_version("hardware model", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    if after.successor_id != before.successor_id {
        check_successor(tx, &after).await?;
    }
    let reshaped =
        (after.height_half_units, after.full_depth) != (before.height_half_units, before.full_depth);
    let after = tx.update(before, |changed| *changed = row).await?;
    if reshaped {
        placement::check_all_of(tx, &after).await?;
    }
    Ok(after)
}

async fn check_successor(tx: &Tx, model: &hardware_model::Model) -> Result<()> {
    use hardware_model::Column as C;
    let Some(successor_id) = model.successor_id else { return Ok(()) };
    let successor = find(tx, successor_id).await?;
    let columns = (C::Id, C::SuccessorId);
    if successor_id == model.id
        || chains::leads_to::<hardware_model::Entity>(tx, columns, successor_id.uuid(), model.id.uuid())
            .await?
    {
        let message =
            format!("{} comes before {} already, a circle of successors", model.name, successor.name);
        return Err(Error::invalid("successor", message));
    }
    Ok(())
}

/// The rules of a hardware model, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(model: &hardware_model::Model) -> Result<()> {
    require_text("name", &model.name, 200)?;
    require_text_if_any("partNumber", model.part_number.as_deref(), 100)?;
    if let Some(months) = model.useful_life_months {
        require_range("usefulLifeMonths", months, 1, 600)?;
    }
    if let Some(ratio) = model.consolidation_ratio
        && (ratio <= Rate::ZERO || ratio > Rate(1_000 * Rate::ONE.0))
    {
        let message = format!("{ratio} is not above 0 and at most 1000 old units for one successor");
        return Err(Error::invalid("consolidationRatio", message));
    }
    check_capacity(model.usable_terabytes)?;
    check_computing(model.cores, model.memory_gibibytes)?;
    check_body(model)?;
    check_price(model)?;
    check_milestones(model)
}

/// The rule of how many cores and how much memory a piece of equipment has.
///
/// # Errors
/// `Invalid` for none, and beyond all that is made.
pub(super) fn check_computing(cores: Option<i32>, gibibytes: Option<Rate>) -> Result<()> {
    if let Some(cores) = cores {
        require_range("cores", cores, 1, 1_000_000)?;
    }
    match gibibytes.filter(|size| *size <= Rate::ZERO || *size > MOST_GIBIBYTES) {
        Some(size) => {
            let message = format!("{size} is not above 0 and at most {MOST_GIBIBYTES}");
            Err(Error::invalid("memoryGibibytes", message))
        }
        None => Ok(()),
    }
}

/// The most memory that one piece of equipment has, in gibibytes: far more than is made.
const MOST_GIBIBYTES: Rate = Rate(10_000_000 * Rate::ONE.0);

/// The most that one piece of equipment holds, in terabytes: far more than is made.
const MOST_TERABYTES: Rate = Rate(1_000_000 * Rate::ONE.0);

/// The rule of how much data a piece of equipment holds.
///
/// # Errors
/// `Invalid` below zero and beyond all that is made.
pub(super) fn check_capacity(terabytes: Option<Rate>) -> Result<()> {
    let is_possible = |size: &Rate| (Rate::ZERO..=MOST_TERABYTES).contains(size);
    match terabytes.filter(|size| !is_possible(size)) {
        Some(size) => {
            Err(Error::invalid("usableTerabytes", format!("{size} is not between 0 and {MOST_TERABYTES}")))
        }
        None => Ok(()),
    }
}

fn check_body(model: &hardware_model::Model) -> Result<()> {
    if let Some(height) = model.height_half_units.filter(|height| !(0..=120).contains(height)) {
        let message = format!("{} is not between 0 and 60 units", f64::from(height) / 2.0);
        return Err(Error::invalid("dimensions.heightUnits", message));
    }
    if let Some(weight) = model.weight_grams {
        require_range("dimensions.weightGrams", weight, 0, 5_000_000)?;
    }
    for (field, draw) in [
        ("power.typicalDrawWatts", model.typical_draw_watts),
        ("power.maximumDrawWatts", model.maximum_draw_watts),
    ] {
        if let Some(draw) = draw {
            require_range(field, draw, 0, 1_000_000)?;
        }
    }
    if let (Some(typical), Some(maximum)) = (model.typical_draw_watts, model.maximum_draw_watts)
        && typical > maximum
    {
        let message = format!("{typical} is more than the maximum of {maximum}");
        return Err(Error::invalid("power.typicalDrawWatts", message));
    }
    Ok(())
}

fn check_price(model: &hardware_model::Model) -> Result<()> {
    if let Some(price) = model.list_price_amount.filter(|price| *price < Amount::ZERO) {
        return Err(Error::invalid("listPrice.price.amount", format!("{price} is below zero")));
    }
    require_plausible("listPrice.on", model.list_price_on)?;
    require_plausible("listPrice.validUntil", model.list_price_valid_until)?;
    require_order(
        "listPrice.validUntil",
        model.list_price_on,
        model.list_price_valid_until,
        "the day of the price",
    )
}

/// What comes before what, of the milestones that are known.
fn check_milestones(model: &hardware_model::Model) -> Result<()> {
    type Milestone = (&'static str, &'static str, Option<NaiveDate>);
    let release: Milestone = ("milestones.releasedOn", "the release", model.released_on);
    let announcement: Milestone =
        ("milestones.endOfSaleAnnouncedOn", "the announcement", model.end_of_sale_announced_on);
    let sale: Milestone = ("milestones.endOfSaleOn", "the end of sale", model.end_of_sale_on);
    let shipping: Milestone = ("milestones.lastShipOn", "the last shipping", model.last_ship_on);
    let maintenance: Milestone = (
        "milestones.endOfSoftwareMaintenanceOn",
        "the end of software maintenance",
        model.end_of_software_maintenance_on,
    );
    let security: Milestone = (
        "milestones.endOfSecuritySupportOn",
        "the end of security support",
        model.end_of_security_support_on,
    );
    let support: Milestone =
        ("milestones.lastDateOfSupportOn", "the last date of support", model.last_date_of_support_on);
    for (field, _, day) in [release, announcement, sale, shipping, maintenance, security, support] {
        require_plausible(field, day)?;
    }
    let main = [release, announcement, sale, shipping, support];
    for (place, (field, _, day)) in main.into_iter().enumerate() {
        for (_, name, earlier) in main.into_iter().take(place) {
            require_order(field, earlier, day, name)?;
        }
    }
    for (_, name, earlier) in [maintenance, security] {
        require_order(support.0, earlier, support.2, name)?;
    }
    for (field, _, day) in [maintenance, security] {
        require_order(field, release.2, day, release.1)?;
    }
    Ok(())
}
