//! Software releases: what is known of a release line, kept up to date by its product and cycle.

use chrono::NaiveDate;
use entity::lifecycle::software_release::{self, MilestoneState};
use sea_orm::{ActiveModelTrait, ActiveValue, ColumnTrait, EntityTrait, Iterable, QueryFilter};

use crate::{
    error::{Error, Result},
    rules::{draft, edited, require_order, require_plausible, require_text, require_text_if_any},
    store::Tx,
};

/// What became of a release that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is new.
    Created(software_release::Model),
    /// It was known otherwise.
    Updated(software_release::Model),
    /// It was known just so.
    Unchanged(software_release::Model),
}

/// Records a release line, or what changed of it since: lines are told apart by product and cycle. Columns that
/// are not set stay as they are.
///
/// # Errors
/// `Invalid` when a rule of [`check`] is broken.
pub async fn record(tx: &Tx, mut row: software_release::ActiveModel) -> Result<Recorded> {
    use software_release::Column as C;
    let (product, cycle) = (row.product.try_as_ref(), row.cycle.try_as_ref());
    let known = software_release::Entity::find()
        .filter(C::Product.eq(product.cloned()))
        .filter(C::Cycle.eq(cycle.cloned()))
        .one(tx)
        .await?;
    let Some(before) = known else {
        row.id = ActiveValue::Set(tx.new_id());
        for state in [&mut row.active_support, &mut row.end_of_life, &mut row.discontinued] {
            if state.is_not_set() {
                *state = ActiveValue::Set(MilestoneState::Unknown);
            }
        }
        check(&draft(&row)?)?;
        return Ok(Recorded::Created(tx.insert(row).await?));
    };
    let (changes, after) = edited(&before, |known: &mut software_release::ActiveModel| {
        for column in C::iter() {
            if let ActiveValue::Set(value) = row.get(column) {
                known.set_if_not_equals(column, value);
            }
        }
    })?;
    check(&after)?;
    if !changes.is_changed() {
        return Ok(Recorded::Unchanged(before));
    }
    Ok(Recorded::Updated(tx.update(before, |edit| *edit = changes).await?))
}

/// The rules of a software release, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(release: &software_release::Model) -> Result<()> {
    require_text("product", &release.product, 200)?;
    require_text("cycle", &release.cycle, 100)?;
    require_text_if_any("label", release.label.as_deref(), 200)?;
    require_text_if_any("latestVersion", release.latest_version.as_deref(), 100)?;
    require_plausible("releasedOn", release.released_on)?;
    check_milestone("activeSupport", release.active_support, release.active_support_ends_on)?;
    check_milestone("endOfLife", release.end_of_life, release.end_of_life_on)?;
    check_milestone("discontinued", release.discontinued, release.discontinued_on)?;
    require_order("endOfLife.on", release.released_on, release.end_of_life_on, "the release")
}

/// A date and what is known of it say the same.
fn check_milestone(field: &str, state: MilestoneState, on: Option<NaiveDate>) -> Result<()> {
    require_plausible(&format!("{field}.on"), on)?;
    match (state, on) {
        (MilestoneState::Dated, None) => {
            Err(Error::invalid(format!("{field}.on"), "is missing although the state is DATED"))
        }
        (MilestoneState::Dated, Some(_)) | (_, None) => Ok(()),
        (_, Some(on)) => Err(Error::invalid(
            format!("{field}.state"),
            format!("is not DATED although the date {on} is given"),
        )),
    }
}
