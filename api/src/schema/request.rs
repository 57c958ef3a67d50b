//! What a resolver does with a request: read with a permission, or change with one.

use async_graphql::Context;
use entity::id::EntityId;
use sea_orm::{ColumnTrait, Condition};

use super::{
    record::{Noun, columns_of, select},
    scalar::Id,
};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    store::{Reader, Snapshot, Store, Tx},
};

/// The caller of this request.
///
/// # Errors
/// `Unauthenticated` when the request carried no credentials.
pub fn caller<'a>(ctx: &Context<'a>) -> Result<&'a Caller> {
    ctx.data_opt::<Caller>()
        .ok_or_else(|| Error::Unauthenticated("send a token in the header `Authorization: Bearer …`".into()))
}

/// The database of this request.
///
/// # Errors
/// `Internal` when the schema was built without one.
pub fn store<'a>(ctx: &Context<'a>) -> Result<&'a Store> {
    ctx.data_opt::<Store>().ok_or_else(|| Error::internal("the schema has no store"))
}

/// A handle that reads what `permission` covers.
///
/// # Errors
/// `Unauthenticated` without credentials, `Forbidden` without the permission.
pub fn read(ctx: &Context<'_>, permission: Permission) -> Result<Reader> {
    store(ctx)?.read(caller(ctx)?, permission)
}

/// As [`read`], where all statements see the same moment, however many they are.
///
/// # Errors
/// Those of [`read`], and `Unavailable` when the database is away.
pub async fn snapshot(ctx: &Context<'_>, permission: Permission) -> Result<Snapshot> {
    store(ctx)?.snapshot(caller(ctx)?, &[permission]).await
}

/// Runs one change in one transaction, with authorisation and change records.
///
/// # Errors
/// Those of [`read`] and of `work`; then nothing has changed.
pub async fn change<T>(
    ctx: &Context<'_>,
    permission: Permission,
    work: impl AsyncFnOnce(&Tx) -> Result<T>,
) -> Result<T> {
    store(ctx)?.change(caller(ctx)?, permission, work).await
}

/// One object by id: null when there is none.
///
/// # Errors
/// Those of [`read`].
pub async fn by_id<N: Noun>(ctx: &Context<'_>, id: Id<N::Id>) -> Result<Option<N>> {
    by_condition(ctx, Condition::all().add(N::ID.eq(id.0.uuid()))).await
}

/// One object by a condition that holds for at most one row: null when there is none.
///
/// # Errors
/// Those of [`read`].
pub async fn by_condition<N: Noun>(ctx: &Context<'_>, condition: Condition) -> Result<Option<N>> {
    let reader = read(ctx, N::VIEW)?;
    let columns = columns_of::<N>(ctx.field(), &[]);
    let found = select::<N>(&reader, condition, &[], &columns).await?;
    Ok(found.into_iter().next().map(N::from))
}

/// Hides a price from roles that may not see single prices.
///
/// # Errors
/// `Unauthenticated` without credentials.
pub fn priced<T>(ctx: &Context<'_>, price: impl FnOnce() -> Result<Option<T>>) -> Result<Option<T>> {
    if caller(ctx)?.may(Permission::ViewPrices) { price() } else { Ok(None) }
}
