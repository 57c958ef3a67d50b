//! What equipment and workloads are used for.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What something is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Environment {
    /// Serves the business.
    Production,
    /// Stands by to serve it.
    DisasterRecovery,
    /// The last rehearsal before production.
    Staging,
    /// Tries things out.
    Test,
    /// Where software is made.
    Development,
}
