//! A user for each role.

use entity::access::user;
use sea_orm::ActiveValue::Set;

use super::{
    data::{self, User},
    dice::Sequence,
};
use crate::error::Result;

/// The rows of the users.
pub(super) fn users(ids: &mut Sequence) -> Result<Vec<user::ActiveModel>> {
    let users: Vec<User> = data::rows(include_str!("data/users.json"))?;
    let rows = users.into_iter().map(|user| user::ActiveModel {
        id: Set(ids.next()),
        email: Set(user.email),
        name: Set(user.name),
        role: Set(user.role),
        active: Set(true),
        ..Default::default()
    });
    Ok(rows.collect())
}
