//! A product that assets are instances of, with its physical figures and its milestones.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{HardwareModelId, ManufacturerId};
use crate::money::{Amount, Rate};

/// A row of `hardware_model`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "hardware_model")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HardwareModelId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Who makes it.
    pub manufacturer_id: ManufacturerId,
    /// Name; unique within its manufacturer.
    pub name: String,
    /// Order number.
    pub part_number: Option<String>,
    /// What it is for.
    pub kind: HardwareKind,
    /// Height in half rack units; 0 mounts beside the units, none is not rack-mounted or not known.
    pub height_half_units: Option<i32>,
    /// Whether it takes both faces of its units.
    pub full_depth: bool,
    /// Draw under usual load, in watts.
    pub typical_draw_watts: Option<i32>,
    /// Draw on the nameplate, in watts.
    pub maximum_draw_watts: Option<i32>,
    /// Weight, in grams.
    pub weight_grams: Option<i64>,
    /// Data that one unit holds after redundancy and before reduction, in terabytes of 10¹² bytes.
    pub usable_terabytes: Option<Rate>,
    /// Cores of one unit, not threads.
    pub cores: Option<i32>,
    /// Main memory of one unit, in gibibytes of 2³⁰ bytes.
    pub memory_gibibytes: Option<Rate>,
    /// How long it is meant to serve, in months.
    pub useful_life_months: Option<i32>,
    /// List price of one unit.
    pub list_price_amount: Option<Amount>,
    /// ISO 4217 code of the list price.
    pub list_price_currency: Option<String>,
    /// Day the list price was true.
    pub list_price_on: Option<Date>,
    /// Last day the list price can be ordered at.
    pub list_price_valid_until: Option<Date>,
    /// How the list price is known.
    pub list_price_source: Option<PriceSource>,
    /// First day the maker sold it.
    pub released_on: Option<Date>,
    /// Day the maker announced the end of sale.
    pub end_of_sale_announced_on: Option<Date>,
    /// Last day it can be ordered.
    pub end_of_sale_on: Option<Date>,
    /// Last day the maker ships it.
    pub last_ship_on: Option<Date>,
    /// Last day of bug fixes.
    pub end_of_software_maintenance_on: Option<Date>,
    /// Last day of security fixes.
    pub end_of_security_support_on: Option<Date>,
    /// Last day of any support.
    pub last_date_of_support_on: Option<Date>,
    /// How well the milestones are known.
    pub date_quality: DateQuality,
    /// The model to buy in its place.
    pub successor_id: Option<HardwareModelId>,
    /// How many of these one successor replaces.
    pub consolidation_ratio: Option<Rate>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// What a hardware model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HardwareKind {
    /// A computer that stands on its own in a rack.
    Server,
    /// A computer that lives in a chassis.
    Blade,
    /// An enclosure that blades live in.
    Chassis,
    /// A storage array or shelf.
    Storage,
    /// A network switch.
    Switch,
    /// A network router.
    Router,
    /// A firewall.
    Firewall,
    /// A load balancer.
    LoadBalancer,
    /// A wireless access point or controller.
    Wireless,
    /// A power distribution unit or uninterruptible supply.
    Power,
    /// A passive panel.
    PatchPanel,
    /// A portable computer of one person.
    Laptop,
    /// A stationary computer of one person.
    Desktop,
    /// A screen.
    Monitor,
    /// A desk or mobile telephone.
    Phone,
    /// A printer or multifunction device.
    Printer,
    /// Anything else.
    Other,
}

/// How a list price is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PriceSource {
    /// A vendor's quote.
    Quote,
    /// A published price list.
    Catalog,
    /// An older price carried forward by an index.
    Indexed,
}

/// How well a date is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DateQuality {
    /// The maker publishes it.
    Published,
    /// A contract states it.
    Contract,
    /// Someone's estimate.
    Estimated,
    /// Nobody has said.
    Unknown,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::manufacturer::Entity",
        from = "Column::ManufacturerId",
        to = "super::manufacturer::Column::Id",
        on_delete = "Restrict"
    )]
    Manufacturer,
    #[sea_orm(belongs_to = "Entity", from = "Column::SuccessorId", to = "Column::Id", on_delete = "Restrict")]
    Successor,
}

impl ActiveModelBehavior for ActiveModel {}
