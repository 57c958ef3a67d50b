//! The newest copies of data: what is there to go back to, and how old it is.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{id::ConfigurationItemId, recovery::backup_record};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Alias, Expr, ExprTrait, Func, Query},
};

use crate::{error::Result, store::Read};

/// The copies of one item's data that matter.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    /// The newest good one.
    pub newest: Option<backup_record::Model>,
    /// The newest good one that nobody can change.
    pub immutable: Option<backup_record::Model>,
    /// The last day on which one was restored to see that it can be.
    pub restore_tested_on: Option<NaiveDate>,
}

impl Copies {
    /// Minutes since the newest good copy, of which only whole ones count.
    #[must_use]
    pub fn age(&self, at: DateTime<Utc>) -> Option<i64> {
        self.newest.as_ref().map(|copy| (at - copy.completed_at).num_minutes())
    }
}

/// The copies of every item that were complete before a moment of a day, with three statements.
///
/// # Errors
/// Those of the database.
pub async fn of(
    db: &impl Read,
    as_of: NaiveDate,
    before: DateTime<Utc>,
) -> Result<HashMap<ConfigurationItemId, Copies>> {
    use backup_record::Column as C;
    let mut found: HashMap<ConfigurationItemId, Copies> = HashMap::new();
    for copy in newest(db, before, false).await? {
        let item = copy.item_id;
        found.entry(item).or_default().newest = Some(copy);
    }
    for copy in newest(db, before, true).await? {
        let item = copy.item_id;
        found.entry(item).or_default().immutable = Some(copy);
    }
    let tested = Condition::all().add(C::RestoreTestedOn.lte(as_of)).add(C::CompletedAt.lt(before));
    for copy in backup_record::Entity::find().filter(tested).all(db).await? {
        let copies = found.entry(copy.item_id).or_default();
        copies.restore_tested_on = Ord::max(copies.restore_tested_on, copy.restore_tested_on);
    }
    Ok(found)
}

/// Of every item the newest good copy that was complete before a moment.
async fn newest(
    db: &impl Read,
    before: DateTime<Utc>,
    only_immutable: bool,
) -> Result<Vec<backup_record::Model>> {
    use backup_record::Column as C;
    let other = Alias::new("other");
    let of_other = |column: C| Expr::col((other.clone(), column));
    let mut latest = Query::select();
    latest
        .expr(Func::max(of_other(C::CompletedAt)))
        .from_as(backup_record::Entity, other.clone())
        .and_where(of_other(C::ItemId).equals((backup_record::Entity, C::ItemId)))
        .and_where(of_other(C::IsGood).eq(true))
        .and_where(of_other(C::CompletedAt).lt(before));
    let mut good = Condition::all().add(C::IsGood.eq(true));
    if only_immutable {
        latest.and_where(of_other(C::IsImmutable).eq(true));
        good = good.add(C::IsImmutable.eq(true));
    }
    let found = backup_record::Entity::find().filter(good.add(C::CompletedAt.in_subquery(latest)));
    Ok(found.order_by_asc(C::Id).all(db).await?)
}
