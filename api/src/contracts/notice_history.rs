//! When notice of a contract was given and withdrawn, as its changes tell.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    audit::change,
    id::{ColocationContractId, EntityId},
};
use forecasting::colocation::{NoticeAction, NoticeEntry, notice_in_force};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    store::Read,
};

/// The column that says whether notice stands.
const GIVEN_ON: &str = "notice_given_on";

/// Notice that was given or withdrawn, and when that was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// What was said, on which day.
    pub entry: NoticeEntry,
    /// When it was recorded.
    pub at: DateTime<Utc>,
}

/// What the change log tells of one change: the row, the moment, the row before and after.
type Told = (Option<Uuid>, DateTime<Utc>, Option<Value>, Option<Value>);

/// The day of the notice that stands as seen on a day.
#[must_use]
pub fn in_force(history: &[Recorded], as_of: NaiveDate) -> Option<NaiveDate> {
    let entries: Vec<_> = history.iter().map(|recorded| recorded.entry).collect();
    notice_in_force(&entries, as_of)
}

/// The notices of contracts in the order they were recorded, with one statement for all of them. Contracts without
/// any are left out.
///
/// # Errors
/// Those of the database.
pub async fn of_contracts(
    db: &impl Read,
    ids: Vec<ColocationContractId>,
) -> Result<HashMap<ColocationContractId, Vec<Recorded>>> {
    let ids = ids.into_iter().map(EntityId::uuid);
    let changes: Vec<Told> = change::Entity::find()
        .select_only()
        .columns([change::Column::RowId, change::Column::At, change::Column::Before, change::Column::After])
        .filter(change::Column::Entity.eq(ColocationContractId::KIND))
        .filter(change::Column::RowId.is_in(ids))
        .order_by_asc(change::Column::At)
        .order_by_asc(change::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let mut found: HashMap<_, Vec<Recorded>> = HashMap::new();
    for (row, at, before, after) in changes {
        let (Some(row), Some(after)) = (row, after) else { continue };
        let (before, after) = (given_on(before.as_ref())?, given_on(Some(&after))?);
        if before != after {
            follow(found.entry(ColocationContractId(row)).or_default(), before, after, at);
        }
    }
    Ok(found)
}

/// Adds what one change says of notice.
fn follow(
    history: &mut Vec<Recorded>,
    before: Option<NaiveDate>,
    after: Option<NaiveDate>,
    at: DateTime<Utc>,
) {
    let mut add = |date, action| history.push(Recorded { entry: NoticeEntry { date, action }, at });
    match (before, after) {
        (Some(_), None) => add(at.date_naive(), NoticeAction::Withdrawn),
        // Another day was written over the first, which so never counted.
        (Some(wrong), Some(given)) => {
            add(wrong, NoticeAction::Withdrawn);
            add(given, NoticeAction::Given);
        }
        (None, Some(given)) => {
            // What is given anew was withdrawn before, even where that was recorded later.
            if let Some(last) = history.last_mut()
                && last.entry.action == NoticeAction::Withdrawn
            {
                last.entry.date = last.entry.date.min(given);
            }
            history.push(Recorded { entry: NoticeEntry { date: given, action: NoticeAction::Given }, at });
        }
        (None, None) => {}
    }
}

fn given_on(row: Option<&Value>) -> Result<Option<NaiveDate>> {
    let day = row.and_then(|row| row.get(GIVEN_ON)).and_then(Value::as_str);
    day.map(|day| day.parse().map_err(Error::internal)).transpose()
}
