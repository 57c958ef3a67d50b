//! The total table of roles and permissions, with its one exception, and nothing else.

use super::{Permission, Role};

/// Whether `role` has `permission`.
///
/// Administrators manage users and see no business data; auditors read everything and change nothing.
/// Planners see money only in sums; architects see what exists and not what it costs, and keep what depends on what.
#[must_use]
pub fn allows(role: Role, permission: Permission) -> bool {
    use Permission as P;
    match role {
        Role::Viewer => {
            matches!(permission, P::ViewInventory | P::ViewLifecycle | P::ViewCloud | P::ViewTopology)
        }
        Role::Architect => matches!(
            permission,
            P::ViewInventory
                | P::ViewContracts
                | P::ViewLifecycle
                | P::ViewCloud
                | P::ViewFinance
                | P::ViewTopology
                | P::EditTopology
        ),
        Role::Planner => matches!(
            permission,
            P::ViewInventory
                | P::EditInventory
                | P::ViewContracts
                | P::ViewLifecycle
                | P::EditLifecycle
                | P::ViewCloud
                | P::EditCloud
                | P::ViewFinance
                | P::ViewTotals
                | P::EditScenarios
                | P::ViewTopology
                | P::EditTopology
        ),
        Role::Finance => matches!(
            permission,
            P::ViewInventory
                | P::ViewContracts
                | P::ViewLifecycle
                | P::ViewCloud
                | P::EditCloud
                | P::ViewFinance
                | P::EditFinance
                | P::ViewPrices
                | P::ViewTotals
                | P::EditScenarios
                | P::ViewTopology
        ),
        Role::Director => !matches!(permission, P::ManageUsers),
        Role::Committee => matches!(
            permission,
            P::ViewInventory
                | P::ViewContracts
                | P::ViewLifecycle
                | P::ViewCloud
                | P::ViewFinance
                | P::ViewPrices
                | P::ViewTotals
                | P::ViewTopology
        ),
        Role::Auditor => matches!(
            permission,
            P::ViewInventory
                | P::ViewContracts
                | P::ViewLifecycle
                | P::ViewCloud
                | P::ViewFinance
                | P::ViewPrices
                | P::ViewTotals
                | P::ViewTopology
                | P::ViewAudit
        ),
        Role::Admin => matches!(permission, P::ManageUsers),
    }
}

/// Whether `role` sees the changes of all rows, and not just of those that it sees itself: for auditors, changes
/// of any row are what they are for, those of users included.
#[must_use]
pub fn shows_every_change(role: Role) -> bool {
    role == Role::Auditor
}
