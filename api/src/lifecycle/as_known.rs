//! What was known at the end of a day: rows as they were recorded by then.
//!
//! What was made later is left out, what was changed later is as it was before the first change since, and what was
//! removed later is there. The change log has every row before each change of it, so nothing is kept twice for this.

use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::{
    audit::change::{self, ChangeAction},
    id::{AssetId, HardwareModelId},
    inventory::{
        asset,
        hardware_model::{self, HardwareKind},
    },
    lifecycle::{book_entry, book_event, depreciation_rule::Book},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ModelTrait, QueryFilter, QuerySelect, QueryTrait,
    prelude::Json,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, ValueType},
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{
    books::Books,
    holdings::{self, Holding, still_there},
    recorded::Recorded,
};
use crate::{
    error::{Error, Result},
    rules::require_plausible,
    store::Read,
};

/// Whose knowledge a figure of the books has: that of the end of a day, or all that is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known(Option<NaiveDate>);

impl Known {
    /// What was recorded by the end of a day, or all.
    ///
    /// # Errors
    /// `Invalid` for a day that nobody keeps books for.
    pub fn on(day: Option<NaiveDate>) -> Result<Self> {
        require_plausible("asOf", day)?;
        Ok(Self(day))
    }

    /// The day; none where all counts that is recorded.
    #[must_use]
    pub fn day(self) -> Option<NaiveDate> {
        self.0
    }

    /// What it takes for granted; nothing where all counts that is recorded.
    #[must_use]
    pub fn said(self) -> Option<String> {
        self.0.map(|day| {
            format!(
                "What was recorded after {day} is left out: assets, entries, events, closings and rules are as they were at \
                 its end. Which assets a filter means, models, calendars and rates are as they are now; what was removed \
                 from the inventory since is not there."
            )
        })
    }

    /// The first moment that does not count any more.
    #[must_use]
    pub fn end(self) -> Option<DateTime<Utc>> {
        self.0?.succ_opt().map(|next| next.and_time(NaiveTime::MIN).and_utc())
    }

    /// Rows of a table as they were known, of those that are there now. What was removed since is added where `is_meant`
    /// says so; `only` has the ids of all rows that can be meant, where no row that was removed can be.
    ///
    /// # Errors
    /// Those of the database, and `Internal` for a change whose row cannot be read.
    pub async fn rows<E>(
        self,
        db: &impl Read,
        now: Vec<E::Model>,
        only: Option<SelectStatement>,
        is_meant: impl Fn(&E::Model) -> bool,
    ) -> Result<Vec<E::Model>>
    where
        E: EntityTrait,
        E::Model: DeserializeOwned,
    {
        let Some(end) = self.end() else { return Ok(now) };
        let mut since = first_changes::<E>(db, end, only).await?;
        let mut rows = Vec::with_capacity(now.len());
        for row in now {
            rows.push(match since.remove(&value::<E, Uuid>(&row, "id")?) {
                Some(before) => read::<E>(before)?,
                None => row,
            });
        }
        for before in since.into_values() {
            let row = read::<E>(before)?;
            if is_meant(&row) {
                rows.push(row);
            }
        }
        let mut known = Vec::with_capacity(rows.len());
        for row in rows {
            if value::<E, DateTime<Utc>>(&row, "created_at")? < end {
                known.push(row);
            }
        }
        Ok(known)
    }
}

/// The rows of a table before their first change from a moment on, by id, of those that were there before it. Later changes
/// are not read; `only` has the ids of the rows that are, where not all are.
async fn first_changes<E: EntityTrait>(
    db: &impl Read,
    from: DateTime<Utc>,
    only: Option<SelectStatement>,
) -> Result<HashMap<Uuid, Json>> {
    use change::Column as C;
    let table = E::default();
    let mut changes = change::Entity::find()
        .select_only()
        .columns([C::RowId, C::Before])
        .filter(C::Entity.eq(table.table_name()))
        .filter(C::At.gte(from))
        .filter(C::RowId.is_not_null())
        .filter(C::Action.is_in([ChangeAction::Update, ChangeAction::Delete]))
        .filter(C::Before.is_not_null())
        .filter(Expr::exists(earlier(table.table_name(), from)).not());
    if let Some(only) = only {
        changes = changes.filter(C::RowId.in_subquery(only));
    }
    let changes: Vec<(Uuid, Json)> = changes.into_tuple().all(db).await?;
    Ok(changes.into_iter().collect())
}

/// The changes of the same row of a table, from a moment on, before a change.
fn earlier(table: &str, from: DateTime<Utc>) -> SelectStatement {
    use change::Column as C;
    let earlier = Alias::new("earlier");
    let of = |column: C| Expr::col((earlier.clone(), column));
    let this = |column: C| Expr::col((change::Entity, column));
    let in_the_same_moment = Condition::all().add(of(C::At).eq(this(C::At))).add(of(C::Id).lt(this(C::Id)));
    Query::select()
        .expr(Expr::val(1))
        .from_as(change::Entity, earlier.clone())
        .and_where(of(C::Entity).eq(table))
        .and_where(of(C::RowId).eq(this(C::RowId)))
        .and_where(of(C::At).gte(from))
        .cond_where(Condition::any().add(of(C::At).lt(this(C::At))).add(in_the_same_moment))
        .take()
}

fn read<E: EntityTrait<Model: DeserializeOwned>>(row: Json) -> Result<E::Model> {
    serde_json::from_value(row).map_err(Error::internal)
}

fn value<E: EntityTrait, T: ValueType>(row: &E::Model, name: &str) -> Result<T> {
    let gone = || Error::internal(format!("{} without {name}", E::default().table_name()));
    let column = E::Column::from_str(name).map_err(|_| gone())?;
    <T as ValueType>::try_from(row.get(column)).map_err(|_| gone())
}

/// The assets under a condition that can stand in a set of books from a day on, with what is on record about them: as
/// the books know them.
///
/// # Errors
/// Those of the database.
pub async fn in_books(
    db: &impl Read,
    books: &Books,
    condition: Condition,
    from: NaiveDate,
) -> Result<(Vec<Holding>, Recorded)> {
    if books.known.day().is_none() {
        let condition = Condition::all().add(condition).add(still_there(from, books.book, books.closed));
        let recorded = Recorded::load(db, books.book, Some(&condition)).await?;
        return Ok((holdings::read(db, condition).await?, recorded));
    }
    // Whether it had left is what was known of it, and not what the inventory says now.
    whole(db, books.known, books.book, condition).await
}

/// All assets under a condition with what is on record about them, as it was known.
///
/// # Errors
/// Those of the database.
pub async fn whole(
    db: &impl Read,
    known: Known,
    book: Book,
    condition: Condition,
) -> Result<(Vec<Holding>, Recorded)> {
    let recorded = Recorded::load(db, book, Some(&condition)).await?;
    if known.day().is_none() {
        return Ok((holdings::read(db, condition).await?, recorded));
    }
    let ids = asset::Entity::find().select_only().column(asset::Column::Id).filter(condition.clone());
    let now = asset::Entity::find().filter(condition).all(db).await?;
    let there: HashSet<AssetId> = now.iter().map(|row| row.id).collect();
    let kinds = kinds(db).await?;
    let assets = known.rows::<asset::Entity>(db, now, Some(ids.into_query()), |_| false).await?;
    let of_models = assets.iter().filter_map(|row| Some(Holding::new(row, *kinds.get(&row.model_id)?)));
    let mut assets: Vec<Holding> = of_models.collect();
    assets.sort_unstable_by_key(|holding| holding.id);
    let (entries, events) = recorded.into_rows();
    let entries = known
        .rows::<book_entry::Entity>(db, entries, None, |row| {
            row.book == book && there.contains(&row.asset_id)
        })
        .await?;
    let events = known
        .rows::<book_event::Entity>(db, events, None, |row| row.book == book && there.contains(&row.asset_id))
        .await?;
    Ok((assets, Recorded::of(entries, events)))
}

async fn kinds(db: &impl Read) -> Result<HashMap<HardwareModelId, HardwareKind>> {
    use hardware_model::Column as M;
    let query = hardware_model::Entity::find().select_only().columns([M::Id, M::Kind]);
    let kinds: Vec<(HardwareModelId, HardwareKind)> = query.into_tuple().all(db).await?;
    Ok(kinds.into_iter().collect())
}
