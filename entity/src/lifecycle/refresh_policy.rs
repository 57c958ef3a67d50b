//! When equipment is due for replacement, and what replacing it costs.

use rust_decimal::Decimal;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{DepreciationRuleId, HardwareModelId, RefreshPolicyId, SiteId};
use crate::inventory::environment::Environment;
use crate::inventory::hardware_model::HardwareKind;
use crate::money::{Amount, Rate};

/// A row of `refresh_policy`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "refresh_policy")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefreshPolicyId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name; unique.
    pub name: String,
    /// Of the policies that apply to an asset the lowest number wins.
    pub priority: i32,
    /// Whether it is in use.
    pub active: bool,
    /// The assets it applies to.
    #[sea_orm(column_type = "JsonBinary")]
    pub scope: RefreshScope,
    /// Due at this age in months; none turns the rule off.
    pub age_months: Option<i32>,
    /// Due this many months before support ends; none turns the rule off.
    pub support_margin_months: Option<i32>,
    /// Whether the end of warranty makes due.
    pub warranty_rule: bool,
    /// Whether the return of a lease makes due.
    pub lease_rule: bool,
    /// Whether a capacity pool that runs out makes due what is part of it.
    #[serde(default)]
    pub capacity_rule: bool,
    /// From order to delivery, in days.
    pub lead_days: i32,
    /// From delivery to service, in days.
    pub install_days: i32,
    /// Safety before the due date, in days.
    pub buffer_days: i32,
    /// From invoice to payment, in days.
    pub payment_terms_days: i32,
    /// How many new units replace the old.
    pub quantity_rule: QuantityRule,
    /// Old units that one new unit replaces, where the model has no ratio of its own.
    pub ratio: Option<Rate>,
    /// Spares as a fraction of new units.
    pub spares_rate: Option<Rate>,
    /// ISO 4217 code of every amount here.
    pub currency: String,
    /// How the list price moves, year by year.
    #[sea_orm(column_type = "JsonBinary")]
    pub price_index: PriceIndex,
    /// Freight and duty as a fraction of hardware.
    pub freight_rate: Rate,
    /// Installation of one new unit.
    pub install_amount: Amount,
    /// Prepaid support as a fraction of hardware.
    pub support_rate: Rate,
    /// Months that the prepaid support covers.
    pub support_months: i32,
    /// Disposal of one old unit.
    pub disposal_amount: Amount,
    /// What one old unit still brings in.
    pub residual_amount: Amount,
    /// Reserve as a fraction of the whole.
    pub contingency_rate: Rate,
    /// How long past its due date an asset may stay, in days, when its site is being left.
    pub exit_tolerance_days: i32,
    /// How due dates are grouped into cycles.
    pub cohort_period: CohortPeriod,
    /// How purchases under it are written off; none is by kind.
    pub depreciation_rule_id: Option<DepreciationRuleId>,
    /// How often its old units fail; none is the rate that a question assumes.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub failure_rates: Option<FailureRates>,
    /// How many new units the demand of the old ones needs, in place of the quantity rule.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub demand: Option<DemandTerms>,
    /// The share of their purchase price that old units still bring in, by age, in place of an amount for each.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub residual_curve: Option<ResidualCurve>,
    /// How the storage media of old units are wiped.
    #[serde(default)]
    pub wiping: Wiping,
    /// How the risk of keeping an asset is scored; none turns the rule off.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub risk: Option<RiskTerms>,
}

/// How many new units replace the old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QuantityRule {
    /// One for one.
    LikeForLike,
    /// One for several, by the consolidation ratio.
    Ratio,
}

/// How due dates are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CohortPeriod {
    /// By calendar month.
    Month,
    /// By calendar quarter.
    Quarter,
    /// By calendar year.
    Year,
}

/// The assets a policy applies to: all that match every list, where an empty list is any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default, deny_unknown_fields)]
pub struct RefreshScope {
    /// Kinds of hardware.
    pub kinds: Vec<HardwareKind>,
    /// Sites.
    pub site_ids: Vec<SiteId>,
    /// Hardware models.
    pub model_ids: Vec<HardwareModelId>,
    /// Environments.
    pub environments: Vec<Environment>,
    /// Criticality tiers, 0 to 3.
    pub tiers: Vec<i32>,
}

/// How a price moves, one step a year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct PriceIndex(pub Vec<YearRate>);

/// The movement of a price over one calendar year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearRate {
    /// Calendar year.
    pub year: i32,
    /// Change within it, as a fraction.
    pub rate: Decimal,
}

/// What the old units are used for, and what new ones supply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct DemandTerms {
    /// Growth per year, as a fraction.
    pub growth_rate: Decimal,
    /// Years that the new units must last.
    pub years: i32,
    /// Units that may fail, on top, for each cohort.
    pub failover_units: i32,
    /// What is counted; the one that needs the most units decides.
    pub resources: Vec<ResourceTerms>,
}

/// The demand of one resource, and what a new unit supplies of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceTerms {
    /// The resource.
    pub resource: HostResource,
    /// What one old unit has of it.
    pub old_per_unit: Decimal,
    /// The share of it that is used.
    pub utilisation: Decimal,
    /// What one new unit has of it.
    pub new_per_unit: Decimal,
    /// How much more a unit of the new resource does than one of the old.
    pub performance_factor: Decimal,
    /// The share of a new unit that may be used.
    pub target_utilisation: Decimal,
}

/// What hosts have, and what demand uses up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HostResource {
    /// Cores.
    Cores,
    /// Memory.
    Memory,
    /// Storage.
    Storage,
    /// Cores that licences are bought for.
    LicenceCores,
}

/// Failures of a unit in a year by its age, each from an age on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct FailureRates(pub Vec<AgeRate>);

/// Failures of a unit in a year, from an age on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeRate {
    /// The age, in months.
    pub from_age_months: i32,
    /// Failures in a year: 0.09 is nine in a hundred units.
    pub rate: Decimal,
}

/// The share of a purchase price that old units still bring in, through points by age.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct ResidualCurve(pub Vec<AgeShare>);

/// The share of a purchase price that a unit of an age brings in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeShare {
    /// The age, in months.
    pub age_months: i32,
    /// The share: 0.35 is 35 %.
    pub share: Decimal,
}

/// How the storage media of old units are wiped.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Wiping {
    /// Overwritten; they are sold with the rest.
    #[default]
    Erased,
    /// Shredded; nothing is sold.
    Shredded,
}

/// How the risk of keeping an asset is scored, and from which score on it is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct RiskTerms {
    /// The score from which on an asset is due.
    pub threshold: Decimal,
    /// Points for age, each from an age on.
    pub ages: Vec<AgeScore>,
    /// Points once the warranty has ended.
    pub out_of_warranty: Decimal,
    /// Points once the model has no support any more.
    pub unsupported: Decimal,
    /// Factors of tiers.
    pub tiers: Vec<TierFactor>,
}

/// Points for age, from an age on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeScore {
    /// The age, in months.
    pub from_age_months: i32,
    /// The points.
    pub score: Decimal,
}

/// How much more the points of a tier count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierFactor {
    /// The tier, 0 to 3.
    pub tier: i32,
    /// The factor.
    pub factor: Decimal,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::depreciation_rule::Entity",
        from = "Column::DepreciationRuleId",
        to = "super::depreciation_rule::Column::Id",
        on_delete = "Restrict"
    )]
    DepreciationRule,
}

impl ActiveModelBehavior for ActiveModel {}
