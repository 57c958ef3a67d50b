//! What looks wrong in the inventory: rules that records may break, because an estate has to be loaded before
//! it can be put right.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::{
    inventory::{
        asset::{self, AssetStatus, Column},
        hardware_model,
    },
    money::Amount,
};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, ExprTrait, Func, Query, SimpleExpr},
};

use crate::{
    access::Permission,
    error::{Error, Result},
    store::Read,
};

/// A price so many times another is probably one in cents; half of a hundred, for prices differ.
const SUSPICIOUS_FACTOR: i64 = 50;

/// Days on which fewer assets were bought are no sign of a default.
const FEWEST_OF_A_DEFAULT: i64 = 10;

/// What makers and importers write where a serial number should be, in small letters.
const PLACEHOLDERS: [&str; 22] = [
    "-",
    "0",
    "00000000",
    "0123456789",
    "123456789",
    "1234567890",
    "chassis serial number",
    "default string",
    "empty",
    "n/a",
    "na",
    "no serial",
    "none",
    "not applicable",
    "not available",
    "not specified",
    "null",
    "serial number",
    "system serial number",
    "tbd",
    "to be filled by o.e.m.",
    "unknown",
];

/// A rule that assets may break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Several assets have the same serial number.
    DuplicateSerial,
    /// The serial number is a word that stands for none.
    PlaceholderSerial,
    /// It went into service before its model was sold.
    InServiceBeforeRelease,
    /// Its warranty ended before it was bought.
    WarrantyBeforePurchase,
    /// It shares its day of purchase with more than a fifth of all.
    DefaultPurchaseDate,
    /// Its service begins in the future.
    FutureService,
    /// It is in service, and nobody knows since when.
    ServiceDateMissing,
    /// It has been disposed of and is still in a rack.
    DisposedInRack,
    /// It is retired and still takes room in a rack.
    RetiredInRack,
    /// It is retired and still draws power.
    RetiredDrawingPower,
    /// It is in use and nobody answers for it.
    OwnerMissing,
    /// It is in use and charged to nobody.
    CostCentreMissing,
    /// It is in use and nobody knows how long its model is supported.
    SupportDateMissing,
    /// It was bought for nothing.
    ZeroPrice,
    /// Its model is listed for nothing.
    ZeroListPrice,
    /// It cost fifty times as much as its model is listed for, or as another of its model did.
    PriceInCents,
}

impl Finding {
    /// Every rule.
    pub const ALL: [Self; 16] = [
        Self::DuplicateSerial,
        Self::PlaceholderSerial,
        Self::InServiceBeforeRelease,
        Self::WarrantyBeforePurchase,
        Self::DefaultPurchaseDate,
        Self::FutureService,
        Self::ServiceDateMissing,
        Self::DisposedInRack,
        Self::RetiredInRack,
        Self::RetiredDrawingPower,
        Self::OwnerMissing,
        Self::CostCentreMissing,
        Self::SupportDateMissing,
        Self::ZeroPrice,
        Self::ZeroListPrice,
        Self::PriceInCents,
    ];

    /// The rule in words.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::DuplicateSerial => "no two assets that are still here have the same serial number",
            Self::PlaceholderSerial => "a serial number is one, and no word that stands for none",
            Self::InServiceBeforeRelease => "service begins after the maker began to sell the model",
            Self::WarrantyBeforePurchase => "the warranty ends after the purchase",
            Self::DefaultPurchaseDate => {
                "no day is the day of purchase of more than a fifth of all assets, and of ten at least"
            }
            Self::FutureService => "service has begun, or has no day yet",
            Self::ServiceDateMissing => "what is in service has a first day of service",
            Self::DisposedInRack => "what has been disposed of is in no rack",
            Self::RetiredInRack => "what is retired leaves its rack",
            Self::RetiredDrawingPower => "what is retired draws no power",
            Self::OwnerMissing => "somebody answers for what is in use",
            Self::CostCentreMissing => "what is in use is charged to a cost centre",
            Self::SupportDateMissing => "the last date of support of what is in use is known",
            Self::ZeroPrice => "a purchase price is above zero, or not known",
            Self::ZeroListPrice => "the list price of a model is above zero, or not known",
            Self::PriceInCents => {
                "a purchase price is no fifty times what its model is listed for or another of it cost: \
                 cents, perhaps"
            }
        }
    }

    /// What a caller needs to see it, beyond seeing the inventory.
    #[must_use]
    pub fn permission(self) -> Option<Permission> {
        matches!(self, Self::ZeroPrice | Self::ZeroListPrice | Self::PriceInCents)
            .then_some(Permission::ViewPrices)
    }

    /// The assets that break the rule.
    #[must_use]
    pub fn condition(self, today: NaiveDate) -> Condition {
        let status = |status: AssetStatus| Column::Status.eq(status);
        let in_use = || Column::Status.is_in([AssetStatus::InService, AssetStatus::Maintenance]);
        let all = Condition::all();
        match self {
            Self::DuplicateSerial => {
                all.add(duplicate_serial()).add(Column::Status.ne(AssetStatus::Disposed))
            }
            Self::PlaceholderSerial => all.add(is_placeholder()),
            Self::InServiceBeforeRelease => all.add(of_models(
                Expr::col((hardware_model::Entity, hardware_model::Column::ReleasedOn))
                    .gt(of(Column::InServiceOn)),
            )),
            Self::WarrantyBeforePurchase => all.add(of(Column::WarrantyEndsOn).lt(of(Column::PurchasedOn))),
            Self::DefaultPurchaseDate => all.add(default_purchase_date()),
            Self::FutureService => all.add(Column::InServiceOn.gt(today)),
            Self::ServiceDateMissing => all.add(in_use()).add(Column::InServiceOn.is_null()),
            Self::DisposedInRack => all.add(status(AssetStatus::Disposed)).add(Column::RackId.is_not_null()),
            Self::RetiredInRack => all.add(status(AssetStatus::Retired)).add(Column::RackId.is_not_null()),
            Self::RetiredDrawingPower => {
                all.add(status(AssetStatus::Retired)).add(Column::MeasuredDrawWatts.gt(0))
            }
            Self::OwnerMissing => all.add(in_use()).add(Column::Owner.is_null()),
            Self::CostCentreMissing => all.add(in_use()).add(Column::CostCentre.is_null()),
            Self::SupportDateMissing => {
                all.add(in_use()).add(of_models(hardware_model::Column::LastDateOfSupportOn.is_null()))
            }
            Self::ZeroPrice => all.add(Column::PurchaseAmount.eq(0_i64)),
            Self::ZeroListPrice => all.add(of_models(hardware_model::Column::ListPriceAmount.eq(0_i64))),
            Self::PriceInCents => all.add(price_in_cents()),
        }
    }
}

/// How many assets break the rule.
///
/// # Errors
/// Those of the database.
pub async fn count(db: &impl Read, finding: Finding, today: NaiveDate) -> Result<u64> {
    Ok(asset::Entity::find().filter(finding.condition(today)).count(db).await?)
}

/// What the assets that break the rule cost, by currency, as far as that is known.
///
/// # Errors
/// Those of the database.
pub async fn amounts(db: &impl Read, finding: Finding, today: NaiveDate) -> Result<Vec<(String, Decimal)>> {
    let priced = asset::Entity::find()
        .select_only()
        .column(Column::PurchaseCurrency)
        .column(Column::PurchaseAmount)
        .filter(finding.condition(today))
        .filter(Column::PurchaseAmount.is_not_null());
    let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
    for (currency, amount) in priced.into_tuple::<(String, Amount)>().all(db).await? {
        let sum = sums.entry(currency).or_default();
        let added = sum.checked_add(amount.to_decimal());
        *sum = added.ok_or_else(|| Error::internal("a sum of prices beyond all bounds"))?;
    }
    Ok(sums.into_iter().collect())
}

fn of(column: Column) -> SimpleExpr {
    Expr::col((asset::Entity, column))
}

/// The asset's model fulfils a condition.
fn of_models(condition: SimpleExpr) -> SimpleExpr {
    let models =
        hardware_model::Entity::find().select_only().column(hardware_model::Column::Id).filter(condition);
    Column::ModelId.in_subquery(models.into_query())
}

/// The price is so many times that of the model's list, or of another asset of the model, in the same currency.
fn price_in_cents() -> Condition {
    let other = Alias::new("other");
    let of_other = |column: Column| Expr::col((other.clone(), column));
    let listed = hardware_model::Column::ListPriceAmount;
    let of_list = Query::select()
        .expr(Expr::val(1))
        .from(hardware_model::Entity)
        .and_where(Expr::col((hardware_model::Entity, hardware_model::Column::Id)).eq(of(Column::ModelId)))
        .and_where(
            Expr::col((hardware_model::Entity, hardware_model::Column::ListPriceCurrency))
                .eq(of(Column::PurchaseCurrency)),
        )
        .and_where(Expr::col((hardware_model::Entity, listed)).gt(0))
        .and_where(
            Expr::col((hardware_model::Entity, listed))
                .mul(SUSPICIOUS_FACTOR)
                .lte(of(Column::PurchaseAmount)),
        )
        .to_owned();
    let of_another = Query::select()
        .expr(Expr::val(1))
        .from_as(asset::Entity, other.clone())
        .and_where(of_other(Column::ModelId).eq(of(Column::ModelId)))
        .and_where(of_other(Column::PurchaseCurrency).eq(of(Column::PurchaseCurrency)))
        .and_where(of_other(Column::PurchaseAmount).gt(0))
        .and_where(of_other(Column::PurchaseAmount).mul(SUSPICIOUS_FACTOR).lte(of(Column::PurchaseAmount)))
        .to_owned();
    Condition::any().add(Expr::exists(of_list)).add(Expr::exists(of_another))
}

/// A serial number as people compare it: in lower case, without blanks around it.
fn plain_serial() -> SimpleExpr {
    Expr::expr(Func::lower(Func::cust(Alias::new("TRIM")).arg(of(Column::Serial))))
}

fn is_placeholder() -> SimpleExpr {
    plain_serial().is_in(PLACEHOLDERS)
}

fn duplicate_serial() -> SimpleExpr {
    let shared = asset::Entity::find()
        .select_only()
        .expr(plain_serial())
        .filter(Column::Serial.is_not_null())
        .filter(is_placeholder().not())
        .filter(Column::Status.ne(AssetStatus::Disposed))
        .group_by(plain_serial())
        .having(Expr::col(sea_orm::sea_query::Asterisk).count().gt(1));
    plain_serial().in_subquery(shared.into_query())
}

fn default_purchase_date() -> SimpleExpr {
    let dated = Query::select().expr(of(Column::PurchasedOn).count()).from(asset::Entity).to_owned();
    let on_that_day = || of(Column::PurchasedOn).count();
    let crowded = asset::Entity::find()
        .select_only()
        .column(Column::PurchasedOn)
        .group_by(Column::PurchasedOn)
        .having(on_that_day().gte(FEWEST_OF_A_DEFAULT))
        .having(on_that_day().mul(5).gt(SimpleExpr::SubQuery(None, Box::new(dated.into()))));
    Column::PurchasedOn.in_subquery(crowded.into_query())
}
