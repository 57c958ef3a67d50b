//! Who may do what.
//!
//! A *caller* is a person or a program with one *role*; a role has *permissions*
//! (the table in [`policy`]); a permission is asked for by name at the place that needs it.
//! A caller shows a *token* that somebody signed ([`token`]) or the secret of an *API token* that we keep
//! the hash of ([`keys`]); either names one of the *users*.
//! This area does not know what the rows of other areas mean.

pub mod graphql;
pub mod keys;
pub mod policy;
pub mod token;
pub mod users;

use std::fmt::{self, Write as _};

use chrono::{DateTime, Utc};
pub use entity::access::user::Role;

/// What a caller may be allowed to do: synthetic resources and few verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// Read fiscal calendars, currencies, exchange rates, volumes, allocation models and savings initiatives.
    ViewFinance,
    /// Change fiscal calendars, exchange rates, depreciation rules, volumes, allocation models and savings initiatives.
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

impl Permission {
    /// Every permission, in the order of the table.
    pub const ALL: [Self; 17] = [
        Self::ViewInventory,
        Self::EditInventory,
        Self::ViewContracts,
        Self::EditContracts,
        Self::ViewLifecycle,
        Self::EditLifecycle,
        Self::ViewCloud,
        Self::EditCloud,
        Self::ViewFinance,
        Self::EditFinance,
        Self::ViewPrices,
        Self::ViewTotals,
        Self::EditScenarios,
        Self::ViewTopology,
        Self::EditTopology,
        Self::ViewAudit,
        Self::ManageUsers,
    ];
}

/// As the API spells it: `VIEW_TOTALS`.
impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{self:?}");
        for (place, letter) in name.char_indices() {
            if place > 0 && letter.is_ascii_uppercase() {
                formatter.write_char('_')?;
            }
            formatter.write_char(letter.to_ascii_uppercase())?;
        }
        Ok(())
    }
}

/// Who asks, when, and under which request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Subject of the token: a user id, an e-mail address or the name of a program.
    pub subject: String,
    /// Name for people, shown in the change log.
    pub name: String,
    /// The one role that decides what is allowed.
    pub role: Role,
    /// The only clock of the request.
    pub now: DateTime<Utc>,
    /// Ties log lines, change records and answers together.
    pub request_id: String,
}

impl Caller {
    /// The caller behind commands on the server's own machine.
    #[must_use]
    pub fn system(role: Role, now: DateTime<Utc>) -> Self {
        Self {
            subject: "system".into(),
            name: "command line".into(),
            role,
            now,
            request_id: format!("cli-{}", now.timestamp_micros()),
        }
    }

    /// Whether the role has the permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        policy::allows(self.role, permission)
    }
}
