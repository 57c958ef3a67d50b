//! Creating something once, however often the request arrives.

use entity::audit::idempotency_key;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, Iterable, ModelTrait, PrimaryKeyToColumn, QueryFilter,
};
use sha2::{Digest, Sha256};
use std::fmt::Debug;

use super::{Read, Tx, write::id_of};
use crate::error::{Error, Result};

impl Tx {
    /// Runs `make`, unless the caller has already run `operation` under the same key: then answers with what
    /// came of it. Without a key it always runs.
    ///
    /// # Errors
    /// `Conflict` when the key was used for another operation or another input; those of `make`.
    pub async fn once<M: ModelTrait>(
        &self,
        operation: &'static str,
        key: Option<String>,
        input: &impl Debug,
        make: impl AsyncFnOnce() -> Result<M>,
    ) -> Result<M>
    where
        M::Entity: EntityTrait<Model = M>,
    {
        let Some(key) = key else { return make().await };
        let input_hash = hex(&Sha256::digest(format!("{input:?}")));
        let actor = self.caller().subject.clone();
        let earlier = idempotency_key::Entity::find()
            .filter(idempotency_key::Column::Actor.eq(&actor))
            .filter(idempotency_key::Column::Key.eq(&key))
            .one(self)
            .await?;
        if let Some(earlier) = earlier {
            if earlier.operation != operation || earlier.input_hash != input_hash {
                return Err(Error::Conflict(format!(
                    "the idempotency key `{key}` was used for another input"
                )));
            }
            let id = <M::Entity as EntityTrait>::PrimaryKey::iter().next();
            let id = id.ok_or_else(|| Error::internal("a table without a key"))?.into_column();
            let made = M::Entity::find().filter(id.eq(earlier.row_id)).one(self).await?;
            return made.ok_or_else(|| Error::Conflict(format!("what `{key}` made is gone since")));
        }
        let made = make().await?;
        let row_id = id_of::<M::Entity>(&made).ok_or_else(|| Error::internal("a row without an id"))?;
        self.remember(idempotency_key::ActiveModel {
            id: Set(self.new_id()),
            actor: Set(actor),
            key: Set(key),
            operation: Set(operation.to_owned()),
            input_hash: Set(input_hash),
            row_id: Set(row_id),
            created_at: Set(entity::moment(self.caller().now)),
        })
        .await?;
        Ok(made)
    }
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
