//! Assets in numbers: counted and summed by what they have in common, in one statement however many there are.

use std::collections::HashMap;

use entity::{
    id::ManufacturerId,
    inventory::{
        asset::{self, AssetStatus},
        environment::Environment,
        hardware_model::{self, HardwareKind},
    },
};
use rust_decimal::Decimal;
use sea_orm::{
    Condition, EntityTrait, JoinType, Order, QueryFilter, QueryResult, QuerySelect, QueryTrait,
    RelationTrait,
    sea_query::{Alias, Expr, NullOrdering, SelectStatement, SimpleExpr},
};

use crate::{
    error::{Error, Result},
    store::Read,
};

/// The most groups that one answer has.
const MOST_GROUPS: u64 = 10_000;

/// Something that assets have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// The site.
    Site,
    /// What the model is for.
    Kind,
    /// The model.
    Model,
    /// The maker.
    Manufacturer,
    /// Whom it was bought from.
    Vendor,
    /// Where it stands in its life.
    Status,
    /// What it is used for.
    Environment,
    /// Who answers for it.
    Owner,
    /// Its criticality.
    Tier,
    /// What it is charged to.
    CostCentre,
    /// The year it was bought.
    PurchaseYear,
    /// The year its service began.
    ServiceYear,
    /// The year the last support of its model ends.
    SupportYear,
}

impl Dimension {
    /// The name of its column in the answer.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Site => "site_id",
            Self::Kind => "kind",
            Self::Model => "model_id",
            Self::Manufacturer => "manufacturer_id",
            Self::Vendor => "vendor_id",
            Self::Status => "status",
            Self::Environment => "environment",
            Self::Owner => "owner",
            Self::Tier => "tier",
            Self::CostCentre => "cost_centre",
            Self::PurchaseYear => "purchase_year",
            Self::ServiceYear => "service_year",
            Self::SupportYear => "support_year",
        }
    }

    fn expression(self) -> SimpleExpr {
        use asset::Column as C;
        let of_asset = |column: C| Expr::col((asset::Entity, column));
        let of_model = |column: hardware_model::Column| Expr::col((hardware_model::Entity, column));
        match self {
            Self::Site => of_asset(C::SiteId),
            Self::Kind => of_model(hardware_model::Column::Kind),
            Self::Model => of_asset(C::ModelId),
            Self::Manufacturer => of_model(hardware_model::Column::ManufacturerId),
            Self::Vendor => of_asset(C::VendorId),
            Self::Status => of_asset(C::Status),
            Self::Environment => of_asset(C::Environment),
            Self::Owner => of_asset(C::Owner),
            Self::Tier => of_asset(C::Tier),
            Self::CostCentre => of_asset(C::CostCentre),
            Self::PurchaseYear => year_of("asset.purchased_on"),
            Self::ServiceYear => year_of("asset.in_service_on"),
            Self::SupportYear => year_of("hardware_model.last_date_of_support_on"),
        }
    }

    fn is_of_model(self) -> bool {
        matches!(self, Self::Kind | Self::Manufacturer | Self::SupportYear)
    }
}

/// Both engines write dates as ISO has them, and have no other way of asking for the year in common.
fn year_of(column: &'static str) -> SimpleExpr {
    Expr::cust(format!("CAST(SUBSTR(CAST({column} AS TEXT), 1, 4) AS INTEGER)"))
}

/// What the assets of a group have in common, as far as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Key {
    /// What the models are for.
    pub kind: Option<HardwareKind>,
    /// The maker.
    pub manufacturer: Option<ManufacturerId>,
    /// Where they stand in their life.
    pub status: Option<AssetStatus>,
    /// What they are used for.
    pub environment: Option<Environment>,
    /// Who answers for them.
    pub owner: Option<String>,
    /// Their criticality.
    pub tier: Option<i32>,
    /// What they are charged to.
    pub cost_centre: Option<String>,
    /// The year they were bought.
    pub purchase_year: Option<i32>,
    /// The year their service began.
    pub service_year: Option<i32>,
    /// The year the last support of their models ends.
    pub support_year: Option<i32>,
    /// Ids of the site, the model and the vendor, for telling groups apart.
    references: [Option<uuid::Uuid>; 3],
}

/// Assets that have something in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// What they have in common.
    pub key: Key,
    /// The row of the statement that has its references.
    pub row: usize,
    /// How many they are.
    pub count: i64,
    /// What was paid for them, by currency.
    pub totals: Vec<Total>,
}

impl Group {
    /// How many of them have a known price.
    #[must_use]
    pub fn priced(&self) -> i64 {
        self.totals.iter().map(|total| total.count).sum()
    }
}

/// What was paid for some assets in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The currency.
    pub currency: String,
    /// For how many assets.
    pub count: i64,
    /// How much, exactly.
    pub amount: Decimal,
}

/// What a summary was asked for, and what came of it.
pub struct Summary {
    /// The names of the columns of the rows.
    pub columns: Vec<&'static str>,
    /// The rows of the statement.
    pub rows: Vec<QueryResult>,
    /// The groups, the largest first.
    pub groups: Vec<Group>,
}

/// Counts and sums the assets under a condition by what they have in common.
///
/// # Errors
/// `LimitExceeded` when there are more groups than an answer has.
pub async fn summarise(db: &impl Read, condition: Condition, by: &[Dimension]) -> Result<Summary> {
    let rows = db.query_all(&statement(condition, by)).await?;
    if rows.len() as u64 > MOST_GROUPS {
        let message = format!("there are more than {MOST_GROUPS} groups, ask for fewer keys or filter");
        return Err(Error::TooMuch { field: "groupBy".into(), message });
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<Key, usize> = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        let key = key_of(row, by)?;
        let place = *places.entry(key.clone()).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Group { key, row: index, ..Group::default() });
        }
        if let Some(group) = groups.get_mut(place) {
            group.count += row.try_get::<i64>("", "assets")?;
            group.totals.extend(total_of(row)?);
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    Ok(Summary { columns: by.iter().map(|dimension| dimension.name()).collect(), rows, groups })
}

/// One row for each group and currency. Sums are taken apart into whole units and millionths, for the sum of
/// millionths alone could pass the largest number that SQLite adds up.
fn statement(condition: Condition, by: &[Dimension]) -> SelectStatement {
    let mut query = asset::Entity::find().select_only();
    if by.iter().any(|dimension| dimension.is_of_model()) {
        query = query.join(JoinType::InnerJoin, asset::Relation::Model.def());
    }
    let mut query = query.filter(condition).limit(MOST_GROUPS + 1).into_query();
    let currency = Expr::col((asset::Entity, asset::Column::PurchaseCurrency));
    for dimension in by {
        query.expr_as(dimension.expression(), Alias::new(dimension.name()));
    }
    query
        .expr_as(currency.clone(), Alias::new("currency"))
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("assets"))
        .expr_as(Expr::cust("CAST(SUM(asset.purchase_amount / 1000000) AS BIGINT)"), Alias::new("units"))
        .expr_as(
            Expr::cust("CAST(SUM(asset.purchase_amount % 1000000) AS BIGINT)"),
            Alias::new("millionths"),
        );
    for key in by.iter().map(|dimension| dimension.expression()).chain([currency]) {
        query.add_group_by([key.clone()]);
        query.order_by_expr_with_nulls(key, Order::Asc, NullOrdering::Last);
    }
    query
}

fn key_of(row: &QueryResult, by: &[Dimension]) -> Result<Key> {
    let mut key = Key::default();
    for dimension in by {
        let name = dimension.name();
        match dimension {
            Dimension::Site => key.references[0] = row.try_get("", name)?,
            Dimension::Model => key.references[1] = row.try_get("", name)?,
            Dimension::Vendor => key.references[2] = row.try_get("", name)?,
            Dimension::Kind => key.kind = row.try_get("", name)?,
            Dimension::Manufacturer => key.manufacturer = row.try_get("", name)?,
            Dimension::Status => key.status = row.try_get("", name)?,
            Dimension::Environment => key.environment = row.try_get("", name)?,
            Dimension::Owner => key.owner = row.try_get("", name)?,
            Dimension::Tier => key.tier = row.try_get("", name)?,
            Dimension::CostCentre => key.cost_centre = row.try_get("", name)?,
            Dimension::PurchaseYear => key.purchase_year = row.try_get("", name)?,
            Dimension::ServiceYear => key.service_year = row.try_get("", name)?,
            Dimension::SupportYear => key.support_year = row.try_get("", name)?,
        }
    }
    Ok(key)
}

fn total_of(row: &QueryResult) -> Result<Option<Total>> {
    let Some(currency) = row.try_get::<Option<String>>("", "currency")? else { return Ok(None) };
    let (units, millionths): (i64, i64) = (row.try_get("", "units")?, row.try_get("", "millionths")?);
    let amount = Decimal::from(units) + Decimal::new(millionths, 6);
    Ok(Some(Total { currency, count: row.try_get("", "assets")?, amount }))
}
