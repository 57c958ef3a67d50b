//! One change of a scenario. What it is about stands in columns, so that nothing it names can go; what it says
//! stands in its terms.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{
    ColocationChargeId, ColocationContractId, ProviderAccountId, RefreshPolicyId, ScenarioChangeId,
    ScenarioId, SiteId, SupportContractId, WorkloadId,
};
use crate::inventory::hardware_model::HardwareKind;
use crate::lifecycle::refresh_policy::YearRate;
use crate::money::{Amount, Rate};

/// A row of `scenario_change`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "scenario_change")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScenarioChangeId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The scenario it is part of.
    pub scenario_id: ScenarioId,
    /// Place in the list.
    pub position: i32,
    /// Why it is in the list.
    pub note: Option<String>,
    /// The colocation contract it is about.
    pub colocation_contract_id: Option<ColocationContractId>,
    /// The colocation charge it is about.
    pub colocation_charge_id: Option<ColocationChargeId>,
    /// The support contract it is about.
    pub support_contract_id: Option<SupportContractId>,
    /// The refresh policy it is about.
    pub refresh_policy_id: Option<RefreshPolicyId>,
    /// The site it is about.
    pub site_id: Option<SiteId>,
    /// The workload it is about.
    pub workload_id: Option<WorkloadId>,
    /// The cloud account it is about.
    pub provider_account_id: Option<ProviderAccountId>,
    /// What it says.
    #[sea_orm(column_type = "JsonBinary")]
    pub terms: Terms,
}

/// What a change says, by its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Terms {
    /// Hardware prices move by other rates: under a policy, of a kind of hardware, or all.
    PriceIndex {
        /// The kind of hardware; none is any.
        hardware_kind: Option<HardwareKind>,
        /// The rates, by calendar year.
        rates: Vec<YearRate>,
    },
    /// A price index moves by other rates than are assumed: one series or all.
    CpiCurve {
        /// Name of the index; none is all.
        series: Option<String>,
        /// The rates, by calendar year.
        rates: Vec<YearRate>,
    },
    /// Cloud spend grows by another rate: of a workload, an account or all.
    GrowthRate {
        /// Growth per month, as a fraction.
        monthly_rate: Rate,
        /// First month, as its first day.
        from: Date,
        /// Last month, as its first day; none is without end.
        to: Option<Date>,
    },
    /// A refresh policy replaces at another age.
    PolicyLife {
        /// Age in months.
        age_months: i32,
        /// Months before the end of support; none leaves the policy's own.
        support_margin_months: Option<i32>,
    },
    /// A contract ends with a term, as if notice had been given in time.
    ContractNotRenewed {
        /// Last day of the term; none is the one that runs.
        ends_on: Option<Date>,
    },
    /// A price is agreed anew: by a factor or as a unit price.
    RenegotiatedPrice {
        /// What prices are multiplied with.
        factor: Option<Rate>,
        /// The new price of a unit, or of a billing period of support.
        unit_price: Option<Amount>,
        /// First day of the new price.
        from: Date,
    },
    /// A site is empty from a day on.
    SiteExit {
        /// The day.
        on: Date,
    },
    /// A refresh cohort is ordered in another month.
    CohortMoved {
        /// Names the cohort.
        key: String,
        /// What people call it.
        label: String,
        /// The month, as its first day.
        to: Date,
    },
    /// Another sum may be ordered in a fiscal year.
    CapChanged {
        /// The fiscal year, by its label.
        fiscal_year: i32,
        /// The sum.
        amount: Amount,
        /// ISO 4217 code of the sum.
        currency: String,
    },
    /// One unit of a currency is worth something else in another.
    ExchangeRate {
        /// ISO 4217 code of the one unit.
        base: String,
        /// ISO 4217 code of what it is worth.
        quote: String,
        /// Units of the quote for one of the base.
        rate: Rate,
        /// First day.
        from: Date,
    },
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::scenario::Entity",
        from = "Column::ScenarioId",
        to = "super::scenario::Column::Id",
        on_delete = "Cascade"
    )]
    Scenario,
    #[sea_orm(
        belongs_to = "crate::contracts::colocation_contract::Entity",
        from = "Column::ColocationContractId",
        to = "crate::contracts::colocation_contract::Column::Id",
        on_delete = "Restrict"
    )]
    ColocationContract,
    #[sea_orm(
        belongs_to = "crate::contracts::colocation_charge::Entity",
        from = "Column::ColocationChargeId",
        to = "crate::contracts::colocation_charge::Column::Id",
        on_delete = "Restrict"
    )]
    ColocationCharge,
    #[sea_orm(
        belongs_to = "crate::contracts::support_contract::Entity",
        from = "Column::SupportContractId",
        to = "crate::contracts::support_contract::Column::Id",
        on_delete = "Restrict"
    )]
    SupportContract,
    #[sea_orm(
        belongs_to = "crate::lifecycle::refresh_policy::Entity",
        from = "Column::RefreshPolicyId",
        to = "crate::lifecycle::refresh_policy::Column::Id",
        on_delete = "Restrict"
    )]
    RefreshPolicy,
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::SiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
    #[sea_orm(
        belongs_to = "crate::cloud::workload::Entity",
        from = "Column::WorkloadId",
        to = "crate::cloud::workload::Column::Id",
        on_delete = "Restrict"
    )]
    Workload,
    #[sea_orm(
        belongs_to = "crate::cloud::provider_account::Entity",
        from = "Column::ProviderAccountId",
        to = "crate::cloud::provider_account::Column::Id",
        on_delete = "Restrict"
    )]
    ProviderAccount,
}

impl ActiveModelBehavior for ActiveModel {}
