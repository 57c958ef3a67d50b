//! Which postings a unit cost is made of where months are closed, as clients ask for them.

use async_graphql::InputObject;
use entity::id::BudgetVersionId;

use super::{exchange_rates::RateKind, unit_cost_parts::CostCategory};
use crate::{
    finance::unit_cost_postings::{Account, Asked},
    schema::scalar::Id,
};

/// Where a cost is posted.
#[derive(Clone, Debug, InputObject)]
pub struct UnitCostAccount {
    /// The cost.
    pub category: CostCategory,
    /// Code of the account.
    pub account: String,
    /// Code of the tower; any, or none, where left out.
    pub tower: Option<String>,
}

/// Which postings take the place of what was due in closed months.
#[derive(Clone, Debug, InputObject)]
pub struct UnitCostActuals {
    /// Versions of actual figures, by their ids: one for a fiscal year, 1 to 12 of them.
    pub versions: Vec<Id<BudgetVersionId>>,
    /// Where costs are posted, several accounts for a cost where it has them; a cost that is not named is posted to the
    /// account of its own name.
    #[graphql(default)]
    pub accounts: Vec<UnitCostAccount>,
    /// Which recorded rates postings in other currencies are converted with.
    #[graphql(default_with = "RateKind::Average")]
    pub rate_kind: RateKind,
}

impl From<UnitCostActuals> for Asked {
    fn from(asked: UnitCostActuals) -> Self {
        let accounts = asked.accounts.into_iter().map(|account| Account {
            category: account.category.into(),
            account: account.account,
            tower: account.tower,
        });
        Self {
            versions: asked.versions.into_iter().map(|id| id.0).collect(),
            accounts: accounts.collect(),
            rate_kind: asked.rate_kind.into(),
        }
    }
}
