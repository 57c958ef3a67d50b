//! Dependencies, as clients see them.

use async_graphql::Enum;
use entity::topology::dependency;

/// Ways of needing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "dependency::DependencyKind")]
pub enum DependencyKind {
    /// It is executed there.
    RunsOn,
    /// It needs it, in a way that is not told.
    DependsOn,
    /// It calls it.
    Uses,
    /// Its data are there.
    StoresOn,
    /// Its traffic passes through it.
    ConnectsVia,
    /// Its power comes from it.
    PoweredBy,
    /// Its heat goes to it.
    CooledBy,
    /// It lets people in by it.
    AuthenticatesWith,
    /// Its data are copied there: no need.
    ReplicatesTo,
    /// Its backups are there.
    BacksUpTo,
    /// It is part of a cluster that it needs.
    MemberOf,
    /// It is inside it.
    ContainedIn,
}
