//! Users: create, rename, change the role, deactivate and reactivate.

use entity::{
    access::{
        api_token,
        user::{self, Role},
    },
    id::UserId,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::Caller;
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_text},
    store::{Read, Tx},
};

/// The longest address that mail systems carry.
const LONGEST_EMAIL: usize = 254;

/// One user.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: UserId) -> Result<user::Model> {
    user::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("user", id))
}

/// Creates a user. The address is kept in small letters, so that it names one user only.
///
/// # Errors
/// `Invalid` when the address is taken or a rule of [`check`] is broken.
pub async fn create(tx: &Tx, email: &str, name: String, role: Role) -> Result<user::Model> {
    let row = user::ActiveModel {
        id: Set(tx.new_id()),
        email: Set(email.trim().to_lowercase()),
        name: Set(name),
        role: Set(role),
        active: Set(true),
        ..Default::default()
    };
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Gives a user another name for people.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` for a blank name.
pub async fn rename(tx: &Tx, id: UserId, expected_version: Option<i32>, name: String) -> Result<user::Model> {
    update(tx, find(tx, id).await?, expected_version, |row| row.name = Set(name)).await
}

/// Gives a user another role.
///
/// # Errors
/// `Conflict` for a stale version, for one's own role and for the last active administrator.
pub async fn change_role(
    tx: &Tx,
    id: UserId,
    expected_version: Option<i32>,
    role: Role,
) -> Result<user::Model> {
    let user = find(tx, id).await?;
    expect_version("user", user.version, expected_version)?;
    refuse_self(tx.caller(), &user, "nobody changes their own role")?;
    if role != Role::Admin {
        refuse_last_admin(tx, &user).await?;
    }
    update(tx, user, expected_version, |row| row.role = Set(role)).await
}

/// Keeps a user from calling, and revokes their API tokens for good.
///
/// # Errors
/// `Conflict` for a stale version, for oneself and for the last active administrator.
pub async fn deactivate(tx: &Tx, id: UserId, expected_version: Option<i32>) -> Result<user::Model> {
    let user = find(tx, id).await?;
    expect_version("user", user.version, expected_version)?;
    refuse_self(tx.caller(), &user, "nobody deactivates themselves")?;
    refuse_last_admin(tx, &user).await?;
    let live = api_token::Entity::find()
        .filter(api_token::Column::UserId.eq(id))
        .filter(api_token::Column::RevokedAt.is_null())
        .all(tx)
        .await?;
    for token in live {
        super::keys::revoke_row(tx, token).await?;
    }
    update(tx, user, expected_version, |row| row.active = Set(false)).await
}

/// Lets a user call again. They need new API tokens.
///
/// # Errors
/// `Conflict` for a stale version.
pub async fn reactivate(tx: &Tx, id: UserId, expected_version: Option<i32>) -> Result<user::Model> {
    update(tx, find(tx, id).await?, expected_version, |row| row.active = Set(true)).await
}

/// The rules of a user, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(user: &user::Model) -> Result<()> {
    require_text("email", &user.email, LONGEST_EMAIL)?;
    require_text("name", &user.name, 200)?;
    let is_address = user.email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.')
    });
    if !is_address || user.email.contains(char::is_whitespace) {
        let message = format!("`{}` is not an address such as ann@example.com", user.email);
        return Err(Error::invalid("email", message));
    }
    Ok(())
}

async fn update(
    tx: &Tx,
    before: user::Model,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut user::ActiveModel),
) -> Result<user::Model> {
    expect_version("user", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    tx.update(before, |changed| *changed = row).await
}

fn refuse_self(caller: &Caller, user: &user::Model, rule: &str) -> Result<()> {
    let is_self = caller.subject.eq_ignore_ascii_case(&user.email) || caller.subject == user.id.to_string();
    if is_self {
        return Err(Error::Conflict(format!("{rule}, ask another administrator")));
    }
    Ok(())
}

/// Somebody has to be left who can manage users.
async fn refuse_last_admin(tx: &Tx, user: &user::Model) -> Result<()> {
    if !(user.role == Role::Admin && user.active) {
        return Ok(());
    }
    // Locked, so that two administrators cannot remove each other at the same moment.
    let admins = user::Entity::find()
        .filter(user::Column::Role.eq(Role::Admin))
        .filter(user::Column::Active.eq(true))
        .lock_exclusive()
        .all(tx)
        .await?;
    if admins.iter().all(|admin| admin.id == user.id) {
        return Err(Error::Conflict(format!("{} is the last active administrator", user.email)));
    }
    Ok(())
}
