//! One line of a colocation contract's price sheet.

use rust_decimal::Decimal;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AssetId, ColocationChargeId, ColocationContractId, SiteId};
use crate::money::{Amount, Rate};

/// A row of `colocation_charge`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "colocation_charge")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ColocationChargeId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The contract it is part of.
    pub contract_id: ColocationContractId,
    /// The site it is for; none is the whole contract.
    pub site_id: Option<SiteId>,
    /// Place in the price sheet.
    pub position: i32,
    /// What is charged for.
    pub kind: ChargeKind,
    /// The line's text.
    pub description: Option<String>,
    /// Price of one unit in the contract's currency, per month, per kilowatt-hour or once as the kind has
    /// it. Stated positive for a credit too, which lowers the cost.
    pub unit_price_amount: Amount,
    /// How many units.
    pub quantity: Rate,
    /// First day charged; none is the start of billing.
    pub from_on: Option<Date>,
    /// Last day charged; none is the end of the contract.
    pub to_on: Option<Date>,
    /// Whether it is billed before or after the month.
    pub billing: Billing,
    /// How its price rises.
    #[sea_orm(column_type = "JsonBinary")]
    pub escalator: Option<Escalator>,
    /// Committed power by contract month; empty is the quantity throughout.
    #[sea_orm(column_type = "JsonBinary")]
    pub ramp: Ramp,
    /// Peak draw, in kilowatts, where the higher of commitment and peak is billed.
    pub peak_kilowatts: Option<Rate>,
    /// Months that are free or reduced; empty is none.
    #[sea_orm(column_type = "JsonBinary")]
    pub abatements: Abatements,
    /// What metered power is billed by.
    #[sea_orm(column_type = "JsonBinary")]
    pub metering: Option<Metering>,
    /// Its own rise at each renewal, as a fraction, where the contract renews with a fixed uplift.
    pub renewal_uplift: Option<Rate>,
    /// The asset that a connection ends at; none where not recorded.
    pub asset_id: Option<AssetId>,
    /// What drawing more than is committed costs; none is nothing.
    #[sea_orm(column_type = "JsonBinary")]
    pub overage: Option<Overage>,
    /// What its commitment is stated in; none is kilowatts.
    pub power_unit: Option<PowerUnit>,
    /// Real over apparent power, of a commitment in kilovolt-amperes: above 0 and at most 1.
    pub power_factor: Option<Rate>,
}

/// What a commitment of power is stated in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PowerUnit {
    /// Real power.
    Kilowatt,
    /// Apparent power: times the power factor it is the real one.
    KilovoltAmpere,
}

/// What drawing more than is committed costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct Overage {
    /// Share of the commitment that may be passed without cost, as a fraction.
    pub buffer_rate: Decimal,
    /// What the price of a kilowatt is multiplied with.
    pub multiplier: Decimal,
    /// From where the excess counts.
    pub basis: OverageBasis,
}

/// From where power above the commitment counts once the buffer is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OverageBasis {
    /// From the top of the buffer.
    AboveBuffer,
    /// From the commitment.
    AboveCommitment,
}

/// What a colocation charge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChargeKind {
    /// Space sold by the kilowatt.
    SpaceKw,
    /// Space sold by the cabinet.
    SpaceCabinet,
    /// Space sold by the cage.
    SpaceCage,
    /// A circuit, used or not.
    PowerCircuit,
    /// Energy by the meter.
    PowerMetered,
    /// A cable to another tenant or carrier.
    CrossConnect,
    /// Internet or transport.
    Bandwidth,
    /// Work by the provider's staff.
    RemoteHands,
    /// Tax that cannot be reclaimed.
    Tax,
    /// Charged once.
    NonRecurring,
    /// Given back.
    Credit,
}

/// When a charge is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Billing {
    /// Before the month it is for.
    Advance,
    /// After the month it is for.
    Arrears,
}

/// How a charge's price rises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct Escalator {
    /// What moves the price.
    pub kind: EscalatorKind,
    /// Rise at each step, as a fraction; for a fixed escalator.
    #[serde(default)]
    pub rate: Option<Decimal>,
    /// Day of the first rise; for an explicit anchor.
    #[serde(default)]
    pub first_on: Option<Date>,
    /// Months from one rise to the next.
    pub every_months: i32,
    /// Which day the rises are counted from.
    pub anchor: EscalatorAnchor,
    /// Whether each rise is on the last price, not on the first.
    pub compounding: bool,
    /// Name of the index; for an index escalator.
    #[serde(default)]
    pub series: Option<String>,
    /// How many months before the rise the index is read.
    #[serde(default)]
    pub lag_months: Option<i32>,
    /// Least rise at a step, as a fraction.
    #[serde(default)]
    pub floor: Option<Decimal>,
    /// Greatest rise at a step, as a fraction.
    #[serde(default)]
    pub cap: Option<Decimal>,
    /// Whether a falling index leaves the price as it is.
    #[serde(default)]
    pub no_decrease: Option<bool>,
    /// The rises one by one; for a table escalator.
    #[serde(default)]
    pub table: Option<Vec<EscalatorStep>>,
}

/// What moves an escalated price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EscalatorKind {
    /// A fixed rate.
    Fixed,
    /// A consumer price index.
    Cpi,
    /// A table of rates.
    Table,
    /// Nothing.
    None,
}

/// Which day an escalator counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EscalatorAnchor {
    /// The start of billing.
    Anniversary,
    /// The first of January.
    CalendarJanuary,
    /// The day stated.
    Explicit,
}

/// One rise of a table escalator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EscalatorStep {
    /// Day it takes effect.
    pub on: Date,
    /// Rise, as a fraction.
    pub rate: Decimal,
}

/// Committed power by contract month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Ramp(pub Vec<RampStep>);

/// One step of a ramp; it holds until the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RampStep {
    /// First contract month it holds in; the first of all is 0.
    pub from_contract_month: i32,
    /// Committed power in kilowatts, or in kilovolt-amperes where the charge is stated in them.
    pub kilowatts: Decimal,
}

/// Months that are free or reduced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Abatements(pub Vec<Abatement>);

/// A run of free or reduced months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Abatement {
    /// First contract month; the first of all is 0.
    pub from_contract_month: i32,
    /// How many months.
    pub months: i32,
    /// What is given off the price, as a fraction: 1 is free.
    pub rate: Decimal,
}

/// What metered power is billed by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default, deny_unknown_fields)]
pub struct Metering {
    /// Expected average draw of the equipment, in kilowatts.
    pub average_kilowatts: Option<Decimal>,
    /// Power usage effectiveness as measured.
    pub power_usage_effectiveness_measured: Option<Decimal>,
    /// Power usage effectiveness as the contract fixes it.
    pub power_usage_effectiveness_contractual: Option<Decimal>,
    /// Greatest power usage effectiveness that may be billed.
    pub power_usage_effectiveness_cap: Option<Decimal>,
    /// Share of the commitment that is paid for even when not drawn, as a fraction.
    pub minimum_take_rate: Option<Decimal>,
    /// Committed draw, in kilowatts.
    pub commit_kilowatts: Option<Decimal>,
    /// Committed draw, in kilovolt-amperes; of a charge that is stated in them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit_kilovolt_amperes: Option<Decimal>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::colocation_contract::Entity",
        from = "Column::ContractId",
        to = "super::colocation_contract::Column::Id",
        on_delete = "Cascade"
    )]
    Contract,
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::SiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
    #[sea_orm(
        belongs_to = "crate::inventory::asset::Entity",
        from = "Column::AssetId",
        to = "crate::inventory::asset::Column::Id",
        on_delete = "Restrict"
    )]
    Asset,
}

impl ActiveModelBehavior for ActiveModel {}
