//! The face of access.

use async_graphql::{Context, MergedObject, Object, SimpleObject};

use super::{Caller, Role as RoleWord, policy};
use crate::{
    error::Result,
    schema::request::{caller, read},
};

pub mod roles;
pub mod tokens;
pub mod users;

pub use roles::{Permission, Role};

/// Queries of access.
#[derive(Default, MergedObject)]
pub struct AccessQuery(CallerQuery, users::UserQuery, tokens::TokenQuery);

/// Changes of access.
#[derive(Default, MergedObject)]
pub struct AccessMutation(users::UserMutation, tokens::TokenMutation);

/// Who is asking.
#[derive(Clone, Debug, SimpleObject)]
pub struct Me {
    /// Who: a user id, an e-mail address or the name of a program.
    subject: String,
    /// Name for people.
    name: String,
    /// The role that decides what is allowed.
    role: Role,
    /// What is allowed.
    permissions: Vec<Permission>,
}

impl From<&Caller> for Me {
    fn from(caller: &Caller) -> Self {
        Self {
            subject: caller.subject.clone(),
            name: caller.name.clone(),
            role: caller.role.into(),
            permissions: permissions_of(caller.role),
        }
    }
}

/// A role and what it may do.
#[derive(Clone, Debug, SimpleObject)]
pub struct RolePermissions {
    /// The role.
    role: Role,
    /// What it may do.
    permissions: Vec<Permission>,
}

/// Queries of callers and roles.
#[derive(Default)]
pub struct CallerQuery;

/// Queries of callers and roles.
#[Object]
impl CallerQuery {
    /// Who is asking, and what they may do.
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        Ok(caller(ctx)?.into())
    }

    /// Every role with its permissions.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<RolePermissions>> {
        read(ctx, super::Permission::ManageUsers)?;
        let roles = <RoleWord as sea_orm::Iterable>::iter();
        Ok(roles
            .map(|role| RolePermissions { role: role.into(), permissions: permissions_of(role) })
            .collect())
    }
}

fn permissions_of(role: RoleWord) -> Vec<Permission> {
    let held = super::Permission::ALL.into_iter().filter(|permission| policy::allows(role, *permission));
    held.map(Permission::from).collect()
}
