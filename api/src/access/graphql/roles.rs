//! Roles and permissions as words of the API.

use async_graphql::Enum;

use crate::access;

/// What a caller may do; every user has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "access::Role")]
pub enum Role {
    /// Sees what exists and what is planned, without contracts and money.
    Viewer,
    /// Sees what exists, contracts included, without money, and keeps what depends on what.
    Architect,
    /// Keeps inventory, plans and cloud, and sees money in sums.
    Planner,
    /// Keeps money: cost records, calendars and rates.
    Finance,
    /// Sees all and changes all but users.
    Director,
    /// Sees what it decides on, prices included.
    Committee,
    /// Sees all, the change log included, and changes nothing.
    Auditor,
    /// Keeps users and API tokens, and sees no business data.
    Admin,
}

/// What a caller may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "access::Permission")]
pub enum Permission {
    /// Read sites, racks, models, assets and vendors.
    ViewInventory,
    /// Change sites, racks, models, assets and vendors.
    EditInventory,
    /// Read contracts: terms, dates, sites and coverage.
    ViewContracts,
    /// Change contracts and record notices.
    EditContracts,
    /// Read refresh policies, cycles, depreciation rules and releases.
    ViewLifecycle,
    /// Change refresh policies and cycles.
    EditLifecycle,
    /// Read cloud accounts and workloads.
    ViewCloud,
    /// Change cloud accounts, workloads, cost records and growth assumptions.
    EditCloud,
    /// Read fiscal calendars, currencies and exchange rates.
    ViewFinance,
    /// Change fiscal calendars, exchange rates and depreciation rules.
    EditFinance,
    /// Read single prices: purchases, list prices, charges, cost records.
    ViewPrices,
    /// Read money summed over many records: the roadmap and its totals.
    ViewTotals,
    /// Change scenarios and freeze them.
    EditScenarios,
    /// Read services, power feeds and what depends on what.
    ViewTopology,
    /// Change services, power feeds and what depends on what.
    EditTopology,
    /// Read the change log.
    ViewAudit,
    /// Manage users, roles and tokens.
    ManageUsers,
}
