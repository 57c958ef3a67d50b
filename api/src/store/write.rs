//! Writes. Each leaves a change record: who, when, before and after.
#![expect(clippy::disallowed_methods, reason = "this is the one place that may use the writers of SeaORM")]

use std::str::FromStr;

use chrono::{DateTime, Utc};
use entity::{
    access::api_token,
    audit::{
        change::{self, ChangeAction},
        idempotency_key,
    },
    id::ApiTokenId,
};
use sea_orm::{
    ActiveEnum, ActiveModelBehavior, ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityName,
    EntityTrait, IntoActiveModel, Iterable, ModelTrait, PrimaryKeyToColumn, QueryFilter, Value,
    sea_query::Expr,
};
use serde::Serialize;
use uuid::Uuid;

use super::{Read, Store, Tx};
use crate::error::{Error, Result};

impl Store {
    /// Notes when an API token last let a caller in: bookkeeping, not a change of business data.
    ///
    /// # Errors
    /// `Unavailable` when the database takes no writes.
    pub(crate) async fn note_use(&self, token: ApiTokenId, now: DateTime<Utc>) -> Result<()> {
        let used = api_token::Column::LastUsedAt;
        let update = api_token::Entity::update_many().col_expr(used, Expr::value(entity::moment(now)));
        update.filter(api_token::Column::Id.eq(token)).exec(&self.db).await?;
        Ok(())
    }
}

impl Tx {
    /// A new id of the right kind.
    pub fn new_id<I: entity::id::EntityId>(&self) -> I {
        I::from_uuid(self.ids.next(self.caller.now))
    }

    /// A new id of any kind.
    pub fn new_uuid(&self) -> Uuid {
        self.ids.next(self.caller.now)
    }

    /// Writes a new row, with version 1 and the moment of the change.
    ///
    /// # Errors
    /// `Invalid` when a natural key is taken or a rule of the table is broken.
    pub async fn insert<A>(&self, row: A) -> Result<<A::Entity as EntityTrait>::Model>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A> + Serialize + Sync,
    {
        let row = self.stamped(row, 1, true);
        let model = row.insert(&self.db).await?;
        self.record::<A::Entity>(ChangeAction::Insert, None, Some(&model)).await?;
        Ok(model)
    }

    /// Changes the row that was read as `before`, and raises its version.
    ///
    /// # Errors
    /// `Conflict` when somebody else changed the row since it was read.
    pub async fn update<M, A>(&self, before: M, edit: impl FnOnce(&mut A)) -> Result<M>
    where
        M: ModelTrait + IntoActiveModel<A> + Serialize + Sync,
        M::Entity: EntityTrait<Model = M>,
        A: ActiveModelTrait<Entity = M::Entity> + ActiveModelBehavior + Send,
    {
        let mut row: A = before.clone().into_active_model();
        edit(&mut row);
        if !row.is_changed() {
            return Ok(before);
        }
        let version = version_of(&before)?;
        let row = self.stamped(row, version + 1, false);
        let update = M::Entity::update(row).validate()?.filter(column::<M::Entity>("version")?.eq(version));
        let after = match update.exec(&self.db).await {
            Err(sea_orm::DbErr::RecordNotUpdated) => {
                return Err(Error::Conflict(format!(
                    "the {} was changed by somebody else, read it again",
                    spoken(M::Entity::default().table_name())
                )));
            }
            other => other?,
        };
        self.record::<M::Entity>(ChangeAction::Update, Some(&before), Some(&after)).await?;
        Ok(after)
    }

    /// Removes a row.
    ///
    /// # Errors
    /// `Conflict` when other rows still refer to it.
    pub async fn delete<M, A>(&self, before: M) -> Result<()>
    where
        M: ModelTrait + IntoActiveModel<A> + Serialize + Sync,
        M::Entity: EntityTrait<Model = M>,
        A: ActiveModelTrait<Entity = M::Entity> + ActiveModelBehavior + Send,
    {
        let row: A = before.clone().into_active_model();
        row.delete(&self.db).await?;
        self.record::<M::Entity>(ChangeAction::Delete, Some(&before), None).await
    }

    /// Removes the rows of a condition with one statement and one change record that says why and how many.
    ///
    /// # Errors
    /// `Conflict` when other rows still refer to one of them.
    pub async fn delete_many<E: EntityTrait>(&self, condition: Condition, reason: &str) -> Result<u64> {
        let count = E::delete_many().filter(condition).exec(&self.db).await?.rows_affected;
        let before = serde_json::json!({ "rows": count });
        let table = E::default();
        self.write_record(ChangeAction::Bulk, table.table_name(), None, (Some(before), None), Some(reason))
            .await?;
        Ok(count)
    }

    /// Writes an idempotency key, which is bookkeeping and not a change of business data.
    pub(super) async fn remember(&self, key: idempotency_key::ActiveModel) -> Result<()> {
        idempotency_key::Entity::insert(key).exec_without_returning(&self.db).await?;
        Ok(())
    }

    async fn record<E>(
        &self,
        action: ChangeAction,
        before: Option<&E::Model>,
        after: Option<&E::Model>,
    ) -> Result<()>
    where
        E: EntityTrait,
        E::Model: Serialize,
    {
        let row_id = before.or(after).and_then(|model| id_of::<E>(model));
        let json = |model: Option<&E::Model>| model.map(serde_json::to_value).transpose();
        let states = (json(before).map_err(Error::internal)?, json(after).map_err(Error::internal)?);
        self.write_record(action, E::default().table_name(), row_id, states, None).await
    }

    pub(super) async fn write_record(
        &self,
        action: ChangeAction,
        table: &str,
        row_id: Option<Uuid>,
        (before, after): (Option<serde_json::Value>, Option<serde_json::Value>),
        reason: Option<&str>,
    ) -> Result<()> {
        self.graph.touch(table);
        let caller = self.caller();
        let row = change::ActiveModel {
            id: Set(self.new_id()),
            at: Set(entity::moment(caller.now)),
            actor: Set(caller.subject.clone()),
            role: Set(caller.role.to_value()),
            request_id: Set(caller.request_id.clone()),
            entity: Set(table.to_owned()),
            row_id: Set(row_id),
            action: Set(action),
            before: Set(before),
            after: Set(after),
            reason: Set(reason.map(str::to_owned)),
        };
        change::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Fills in what every row carries. Tables without such a column are left as they are.
    pub(super) fn stamped<A: ActiveModelTrait>(&self, mut row: A, version: i32, is_new: bool) -> A {
        let now = entity::moment(self.caller.now);
        if let Ok(version_column) = column::<A::Entity>("version") {
            row.set(version_column, version.into());
        }
        if let Ok(updated) = column::<A::Entity>("updated_at") {
            row.set(updated, now.into());
        }
        if let (true, Ok(created)) = (is_new, column::<A::Entity>("created_at")) {
            row.set(created, now.into());
        }
        row
    }
}

fn column<E: EntityTrait>(name: &str) -> Result<E::Column> {
    E::Column::from_str(name)
        .map_err(|_| Error::internal(format!("{} has no column {name}", E::default().table_name())))
}

fn version_of<M: ModelTrait>(model: &M) -> Result<i32> {
    match model.get(column::<M::Entity>("version")?) {
        Value::Int(Some(version)) => Ok(version),
        other => Err(Error::internal(format!("a version that is {other:?}"))),
    }
}

pub(super) fn id_of<E: EntityTrait>(model: &E::Model) -> Option<Uuid> {
    let key = E::PrimaryKey::iter().next()?;
    match model.get(key.into_column()) {
        Value::Uuid(id) => id,
        _ => None,
    }
}

/// A table's name as people say it: `colocation_contract` becomes `colocation contract`.
fn spoken(table: &str) -> String {
    table.replace('_', " ")
}
