//! Assets: register, change, move, and every step of their life.

use chrono::{Days, NaiveDate};
use entity::{
    id::{AssetId, EntityId},
    inventory::{
        asset::{self, AssetStatus, PowerBasis},
        environment::Environment,
    },
    money::Amount,
};
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{
    chains, models,
    placement::{Place, Spot, find_spot},
    retirement::require_day_kept,
    vendors,
};
use crate::{
    capacity::held_amounts::{self, Taking},
    error::{Error, Result},
    rules::{
        draft, edited, expect_version, require_order, require_plausible, require_range, require_text,
        require_text_if_any,
    },
    store::{Read, Tx},
};

/// A step in the life of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Order what was planned.
    Order,
    /// Take it in.
    Receive,
    /// Put it to work.
    Commission,
    /// Take it out of service for a while.
    Maintain,
    /// Put it back to work.
    Resume,
    /// Put it back into stock, as a spare.
    Withdraw,
    /// Take it out of service for good.
    Retire,
    /// Let it go.
    Dispose,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 8] = [
        Self::Order,
        Self::Receive,
        Self::Commission,
        Self::Maintain,
        Self::Resume,
        Self::Withdraw,
        Self::Retire,
        Self::Dispose,
    ];

    /// The life cycle: from which states the step may be taken, and where it leads.
    #[must_use]
    pub fn leads(self) -> (&'static [AssetStatus], AssetStatus) {
        use AssetStatus as S;
        match self {
            Self::Order => (&[S::Planned], S::Ordered),
            Self::Receive => (&[S::Planned, S::Ordered], S::InStock),
            Self::Commission => (&[S::Ordered, S::InStock], S::InService),
            Self::Maintain => (&[S::InService], S::Maintenance),
            Self::Resume => (&[S::Maintenance], S::InService),
            Self::Withdraw => (&[S::InService, S::Maintenance, S::Retired], S::InStock),
            Self::Retire => (&[S::InStock, S::InService, S::Maintenance], S::Retired),
            Self::Dispose => (&[S::Retired], S::Disposed),
        }
    }

    fn check(self, asset: &asset::Model) -> Result<()> {
        let (from, to) = self.leads();
        if from.contains(&asset.status) {
            return Ok(());
        }
        let allowed: Vec<String> = from.iter().map(ActiveEnum::to_value).collect();
        Err(Error::Conflict(format!(
            "the asset {} cannot go from {} to {} by this step, which starts from {}",
            asset.tag,
            asset.status.to_value(),
            to.to_value(),
            allowed.join(" or ")
        )))
    }
}

/// One asset.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: AssetId) -> Result<asset::Model> {
    asset::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("asset", id))
}

/// Registers an asset that stands at the beginning of its life, or in the middle of it: not one that is out
/// of service.
///
/// # Errors
/// `Invalid` when the tag is taken, the place is not free, or a rule of [`check`] is broken; `NotFound` for a
/// model, a vendor or a place that is not there.
pub async fn register(tx: &Tx, mut row: asset::ActiveModel, place: &Place) -> Result<asset::Model> {
    row.id = Set(tx.new_id());
    if row.environment.is_not_set() {
        row.environment = Set(Environment::Production);
    }
    if row.power_basis.is_not_set() {
        row.power_basis = Set(PowerBasis::Model);
    }
    let model_id = *row.model_id.try_as_ref().ok_or_else(|| Error::internal("an asset without a model"))?;
    let model = models::hold(tx, model_id).await?;
    let status = row.status.try_as_ref().copied().unwrap_or(AssetStatus::Planned);
    let basis = row.power_basis.try_as_ref().copied().unwrap_or(PowerBasis::Model);
    let measured = row.measured_draw_watts.try_as_ref().copied().flatten();
    let standing = (&model, Taking::planned(status, (basis, measured), &model));
    let spot = find_spot(tx, place, standing, &[]).await.map_err(|error| error.under("placement"))?;
    spot.write(&mut row);
    let asset = draft(&row)?;
    if matches!(asset.status, AssetStatus::Maintenance | AssetStatus::Retired | AssetStatus::Disposed) {
        let message = format!(
            "{} is not the beginning of a life: register it as PLANNED, ORDERED, IN_STOCK or IN_SERVICE",
            asset.status.to_value()
        );
        return Err(Error::invalid("status", message));
    }
    check(&asset)?;
    check_warranty(&asset)?;
    if let Some(vendor) = asset.vendor_id {
        vendors::find(tx, vendor).await?;
    }
    tx.insert(row).await
}

/// Changes what is known of an asset. Where it stands and where it is in its life have steps of their own.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken, another model does not fit where the asset
/// is mounted, or it was retired and would be without the day.
pub async fn update(
    tx: &Tx,
    id: AssetId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut asset::ActiveModel),
) -> Result<asset::Model> {
    let before = find(tx, id).await?;
    expect_version("asset", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    require_day_kept(&before, &after)?;
    if (after.in_service_on, after.warranty_ends_on) != (before.in_service_on, before.warranty_ends_on) {
        check_warranty(&after)?;
    }
    if after.vendor_id != before.vendor_id
        && let Some(vendor) = after.vendor_id
    {
        vendors::find(tx, vendor).await?;
    }
    if after.model_id != before.model_id {
        let model = models::hold(tx, after.model_id).await?;
        if after.status != AssetStatus::Disposed {
            let moving = with_all_within(tx, id).await?;
            let standing = (&model, Taking::new(&after, &model));
            find_spot(tx, &Place::of(&after), standing, &moving).await.map_err(|error| match error {
                Error::Invalid { message, .. } => Error::invalid("model", message),
                other => other,
            })?;
        }
    }
    tx.update(before, |changed| *changed = row).await
}

/// Takes a step in the life of an asset, with what it changes besides the state.
///
/// # Errors
/// `Conflict` for a stale version, and for a step that does not start from the asset's state, naming from
/// where to where; `Invalid` when a rule of [`check`] is broken.
pub async fn advance(
    tx: &Tx,
    id: AssetId,
    expected_version: Option<i32>,
    step: Step,
    edit: impl FnOnce(&mut asset::ActiveModel),
) -> Result<asset::Model> {
    let before = find(tx, id).await?;
    expect_version("asset", before.version, expected_version)?;
    step.check(&before)?;
    let (row, after) = edited(&before, |row| {
        row.status = Set(step.leads().1);
        edit(row);
    })?;
    check(&after)?;
    if let Some(vendor) = after.vendor_id.filter(|vendor| before.vendor_id != Some(*vendor)) {
        vendors::find(tx, vendor).await?;
    }
    tx.update(before, |changed| *changed = row).await
}

/// Takes an asset in, where it is to be kept.
///
/// # Errors
/// As [`advance`] and [`relocate`].
pub async fn receive(
    tx: &Tx,
    id: AssetId,
    expected_version: Option<i32>,
    place: Option<&Place>,
) -> Result<asset::Model> {
    let asset = advance(tx, id, expected_version, Step::Receive, |_| {}).await?;
    settle(tx, asset, place).await
}

/// Puts an asset to work on a day. One that has served before keeps its first day of service.
///
/// # Errors
/// As [`advance`] and [`relocate`]; `Invalid` for a day that has not come.
pub async fn commission(
    tx: &Tx,
    id: AssetId,
    expected_version: Option<i32>,
    on: NaiveDate,
    place: Option<&Place>,
) -> Result<asset::Model> {
    let asset = find(tx, id).await?;
    expect_version("asset", asset.version, expected_version)?;
    require_past(tx, on)?;
    let served_from = asset.in_service_on;
    require_order("on", served_from, Some(on), "its first day of service")?;
    let asset = advance(tx, id, expected_version, Step::Commission, |row| {
        row.in_service_on = Set(served_from.or(Some(on)));
    })
    .await?;
    settle(tx, asset, place).await
}

/// Puts an asset back into stock, as a spare. A retired one comes back to life.
///
/// # Errors
/// As [`advance`] and [`relocate`]; `Invalid` where it stays in a rack in which what it takes again is held.
pub async fn withdraw(
    tx: &Tx,
    id: AssetId,
    expected_version: Option<i32>,
    place: Option<&Place>,
) -> Result<asset::Model> {
    let before = find(tx, id).await?;
    expect_version("asset", before.version, expected_version)?;
    Step::Withdraw.check(&before)?;
    if before.status == AssetStatus::Retired {
        held_amounts::require_left_on_return(tx, &before, place).await?;
    }
    let asset = advance(tx, id, expected_version, Step::Withdraw, |row| row.retired_on = Set(None)).await?;
    settle(tx, asset, place).await
}

/// Lets an asset go on a day: sold, returned or recycled. It leaves its rack and its chassis.
///
/// # Errors
/// As [`advance`]; `Conflict` while something lives in it, `Invalid` for a day that has not come.
pub async fn dispose(
    tx: &Tx,
    id: AssetId,
    expected_version: Option<i32>,
    on: NaiveDate,
) -> Result<asset::Model> {
    expect_version("asset", find(tx, id).await?.version, expected_version)?;
    require_past(tx, on)?;
    let asset = advance(tx, id, expected_version, Step::Dispose, |row| {
        row.disposed_on = Set(Some(on));
        row.rack_id = Set(None);
        row.position_half_units = Set(None);
        row.face = Set(None);
        row.parent_id = Set(None);
    })
    .await;
    let asset = asset.map_err(|error| at("disposedOn", "on", error))?;
    let here = asset::Column::Status.ne(AssetStatus::Disposed);
    require_no_children(tx, &asset, here, "in it", "dispose of").await?;
    Ok(asset)
}

/// Moves an asset and all that lives in it. What is not said of the new place is cleared: an asset that is
/// moved to a site leaves its rack.
///
/// # Errors
/// `Conflict` for a stale version and for an asset that has been disposed of; `Invalid` when the place is not
/// free or not allowed.
pub async fn relocate(
    tx: &Tx,
    id: AssetId,
    expected_version: Option<i32>,
    place: &Place,
) -> Result<asset::Model> {
    let asset = find(tx, id).await?;
    expect_version("asset", asset.version, expected_version)?;
    settle(tx, asset, Some(place)).await
}

/// Removes an asset that was registered by mistake. The change log keeps what it was.
///
/// # Errors
/// `Conflict` for a stale version, and while other records refer to it.
pub async fn remove(tx: &Tx, id: AssetId, expected_version: Option<i32>) -> Result<asset::Model> {
    let asset = find(tx, id).await?;
    expect_version("asset", asset.version, expected_version)?;
    require_no_children(tx, &asset, asset::Column::Id.is_not_null(), "in it", "remove").await?;
    tx.delete(asset.clone()).await.map_err(|error| match error {
        Error::Conflict(_) => {
            Error::Conflict(format!("other records refer to the asset {}, so it stays", asset.tag))
        }
        other => other,
    })?;
    Ok(asset)
}

/// Puts an asset where it is to be, if that was said.
async fn settle(tx: &Tx, asset: asset::Model, place: Option<&Place>) -> Result<asset::Model> {
    let Some(place) = place else { return Ok(asset) };
    if asset.status == AssetStatus::Disposed {
        return Err(Error::Conflict(format!("the asset {} has been disposed of", asset.tag)));
    }
    let model = models::hold(tx, asset.model_id).await?;
    let moving = with_all_within(tx, asset.id).await?;
    let standing = (&model, Taking::new(&asset, &model));
    let spot = find_spot(tx, place, standing, &moving).await.map_err(|error| error.under("to"))?;
    let asset = tx.update(asset, |row| spot.write(row)).await?;
    take_along(tx, moving.get(1..).unwrap_or_default(), spot).await?;
    Ok(asset)
}

/// What lives in a chassis goes where the chassis goes. Answers with what has moved.
///
/// # Errors
/// Those of the database.
pub async fn take_along(tx: &Tx, within: &[AssetId], spot: Spot) -> Result<Vec<asset::Model>> {
    if within.is_empty() {
        return Ok(Vec::new());
    }
    let ids = within.iter().map(|id| id.uuid());
    let mut moved = Vec::new();
    for child in asset::Entity::find().filter(asset::Column::Id.is_in(ids)).all(tx).await? {
        let child = tx.update(child, |row: &mut asset::ActiveModel| {
            row.site_id = Set(spot.site_id);
            row.rack_id = Set(spot.rack_id);
        });
        moved.push(child.await?);
    }
    Ok(moved)
}

/// The asset, and then all that lives in it.
///
/// # Errors
/// Those of the database.
pub async fn with_all_within(tx: &Tx, id: AssetId) -> Result<Vec<AssetId>> {
    let columns = (asset::Column::Id, asset::Column::ParentId);
    let within = chains::all_within::<asset::Entity>(tx, columns, id.uuid()).await?;
    Ok(std::iter::once(id).chain(within.into_iter().map(AssetId::from_uuid)).collect())
}

/// Refuses a change of an asset that others live in which are in a state that does not allow it.
///
/// # Errors
/// `Conflict` with their number.
pub async fn require_no_children(
    tx: &Tx,
    asset: &asset::Model,
    such: sea_orm::sea_query::SimpleExpr,
    state: &str,
    verb: &str,
) -> Result<()> {
    let children =
        asset::Entity::find().filter(asset::Column::ParentId.eq(asset.id)).filter(such).count(tx).await?;
    if children == 0 {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "{children} assets that live in {} are still {state}, {verb} or move them first",
        asset.tag
    )))
}

/// A step is recorded when it has been taken. Sites east of Greenwich are a day ahead at most.
pub(super) fn require_past(tx: &Tx, on: NaiveDate) -> Result<()> {
    require_plausible("on", Some(on))?;
    let today = tx.caller().now.date_naive();
    if today.checked_add_days(Days::new(1)).is_some_and(|tomorrow| on > tomorrow) {
        return Err(Error::invalid("on", format!("{on} has not come, today is {today}")));
    }
    Ok(())
}

/// An error of a column as an error of the argument that was written into it.
pub(super) fn at(column: &str, argument: &str, error: Error) -> Error {
    match error {
        Error::Invalid { field, message } if field == column => Error::invalid(argument, message),
        other => other,
    }
}

/// The rules of an asset, whoever writes it.
///
/// What only looks wrong (a serial that others have, a warranty that ends before the purchase) is not refused
/// but found: see [`super::findings`]. An estate has to be loaded before it can be put right.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(asset: &asset::Model) -> Result<()> {
    require_text("tag", &asset.tag, 64)?;
    require_text_if_any("name", asset.name.as_deref(), 200)?;
    require_text_if_any("serial", asset.serial.as_deref(), 100)?;
    require_text_if_any("owner", asset.owner.as_deref(), 200)?;
    require_text_if_any("costCentre", asset.cost_centre.as_deref(), 100)?;
    require_text_if_any("purchase.order", asset.purchase_order.as_deref(), 100)?;
    if let Some(tier) = asset.tier {
        require_range("tier", tier, 0, 3)?;
    }
    if let Some(watts) = asset.measured_draw_watts {
        require_range("power.measuredDrawWatts", watts, 0, 1_000_000)?;
    }
    models::check_capacity(asset.usable_terabytes)?;
    models::check_computing(asset.cores, asset.memory_gibibytes)?;
    if asset.power_basis == PowerBasis::Measured && asset.measured_draw_watts.is_none() {
        return Err(Error::invalid("power.basis", "MEASURED needs measuredDrawWatts"));
    }
    if let Some(price) = asset.purchase_amount.filter(|price| *price < Amount::ZERO) {
        return Err(Error::invalid("purchase.price.amount", format!("{price} is below zero")));
    }
    check_days(asset)
}

/// A warranty that somebody states ends after the service began. What waited in stock for longer than its warranty
/// may still go into service.
fn check_warranty(asset: &asset::Model) -> Result<()> {
    require_order("warrantyEndsOn", asset.in_service_on, asset.warranty_ends_on, "the first day of service")
}

fn check_days(asset: &asset::Model) -> Result<()> {
    for (field, day) in [
        ("purchase.on", asset.purchased_on),
        ("inServiceOn", asset.in_service_on),
        ("warrantyEndsOn", asset.warranty_ends_on),
        ("leaseReturnOn", asset.lease_return_on),
        ("expectedOn", asset.expected_on),
        ("retirementPlannedOn", asset.retirement_planned_on),
        ("retiredOn", asset.retired_on),
        ("disposedOn", asset.disposed_on),
    ] {
        require_plausible(field, day)?;
    }
    use AssetStatus as S;
    let status = asset.status;
    let needs = [
        ("inServiceOn", asset.in_service_on, !matches!(status, S::Planned | S::Ordered), "has been received"),
        ("retiredOn", asset.retired_on, matches!(status, S::Retired | S::Disposed), "is out of service"),
        ("disposedOn", asset.disposed_on, status == S::Disposed, "has been disposed of"),
    ];
    for (field, day, may_have, state) in needs {
        if let Some(day) = day.filter(|_| !may_have) {
            let message =
                format!("{day} belongs to an asset that {state}, this one is {}", status.to_value());
            return Err(Error::invalid(field, message));
        }
    }
    require_order("retiredOn", asset.in_service_on, asset.retired_on, "the first day of service")?;
    require_order("disposedOn", asset.in_service_on, asset.disposed_on, "the first day of service")?;
    require_order("disposedOn", asset.retired_on, asset.disposed_on, "the retirement")
}
