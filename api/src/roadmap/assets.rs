//! The assets, read as they arrive and kept small: a hundred thousand of them take a few megabytes.

use std::{collections::HashMap, fmt, sync::Arc};

use chrono::NaiveDate;
use entity::{
    id::{AssetId, HardwareModelId, RackId, SiteId},
    inventory::{
        asset::{self, AssetStatus},
        environment::Environment,
        hardware_model::HardwareKind,
    },
    lifecycle::{closed_period, depreciation_rule::Book},
    money::Amount,
};
use forecasting::refresh::CapacityNeed;
use futures_util::TryStreamExt;
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    QueryTrait,
    sea_query::{Expr, SimpleExpr},
};
use serde::{Deserialize, Serialize};

use super::{
    estate::Estate,
    keys::{Dimension, Properties},
};
use crate::{
    capacity::{deadlines::Needs, purchases},
    error::Result,
    lifecycle::{holdings, matching::AssetFacts},
    scenarios::Overlay,
    store::Read,
};

/// What the roadmap needs of an asset.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Which one.
    pub id: AssetId,
    /// Its model.
    pub model: HardwareModelId,
    /// Where it stands.
    pub site: SiteId,
    /// First day of service.
    pub in_service_on: Option<NaiveDate>,
    /// Last day of the warranty.
    pub warranty_ends_on: Option<NaiveDate>,
    /// Day on which it is due back, when leased.
    pub lease_return_on: Option<NaiveDate>,
    /// Day on which it left service.
    pub retired_on: Option<NaiveDate>,
    /// What was paid for it, and in which currency.
    pub price: Option<(Amount, Arc<str>)>,
    /// What it is used for.
    pub environment: Environment,
    /// Its criticality.
    pub tier: Option<i32>,
    /// The position of the asset that holds it, as a chassis does its blades, where that is among those that are read.
    pub parent: Option<u32>,
    /// What the capacity pools that it is part of ask for, where a refresh policy goes by that and it is known.
    pub capacity: Option<CapacityNeed>,
    /// What lines are kept apart by, shared by assets that agree in it.
    pub properties: Arc<Properties>,
}

impl Asset {
    /// What decides which refresh policy it falls under.
    #[must_use]
    pub fn facts(&self, kind: HardwareKind) -> AssetFacts {
        AssetFacts {
            kind,
            site: self.site,
            model: self.model,
            environment: self.environment,
            tier: self.tier,
        }
    }

    /// Whether it still works, and so may be refreshed.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        self.retired_on.is_none()
    }

    /// Whether it is a lessor's, and goes back.
    #[must_use]
    pub fn is_leased(&self) -> bool {
        self.lease_return_on.is_some()
    }
}

/// Words that many rows share, kept once.
#[derive(Default)]
struct Words(HashMap<String, Arc<str>>);

impl Words {
    fn share(&mut self, word: String) -> Arc<str> {
        Arc::clone(self.0.entry(word).or_insert_with_key(|word| word.as_str().into()))
    }
}

/// Reads the assets that cost something from a day on: those in use, and those that left later, as the inventory and the
/// books have it; what capacity pools ask for is seen on `as_of`.
///
/// # Errors
/// Those of the database.
pub async fn read(db: &impl Read, estate: &Estate, as_of: NaiveDate, from: NaiveDate) -> Result<Vec<Asset>> {
    let needs = match estate.is_due_by_capacity() {
        true => purchases::read(db, as_of, true, &Overlay::none()).await?.needs,
        false => None,
    };
    Ok(read_with_closed(db, (estate, needs.as_ref()), &[], from).await?.0)
}

/// The same with the last day of the last month that the books are closed through, by the one statement.
///
/// # Errors
/// Those of the database.
pub async fn read_with_closed(
    db: &impl Read,
    (estate, needs): (&Estate, Option<&Needs>),
    dimensions: &[Dimension],
    from: NaiveDate,
) -> Result<(Vec<Asset>, Option<NaiveDate>)> {
    use asset::Column as C;
    let mut columns = vec![
        C::Id,
        C::ModelId,
        C::SiteId,
        C::Status,
        C::InServiceOn,
        C::WarrantyEndsOn,
        C::LeaseReturnOn,
        C::RetiredOn,
        C::PurchaseAmount,
        C::PurchaseCurrency,
        C::Environment,
        C::Tier,
        C::ParentId,
    ];
    for (dimension, column) in [(Dimension::Owner, C::Owner), (Dimension::CostCentre, C::CostCentre)] {
        if dimensions.contains(&dimension) {
            columns.push(column);
        }
    }
    if needs.is_some() {
        columns.push(C::RackId);
    }
    let relevant =
        Condition::any().add(C::Status.is_in([AssetStatus::InService, AssetStatus::Maintenance])).add(
            Condition::all()
                .add(C::Status.is_in([AssetStatus::Retired, AssetStatus::Disposed]))
                .add(C::RetiredOn.is_not_null())
                .add(holdings::leaves_from(from, Book::Book, Expr::expr(closed_through()))),
        );
    let last = columns.len();
    let mut decoder = Decoder {
        estate,
        needs,
        dimensions,
        words: Words::default(),
        properties: HashMap::new(),
        held: Vec::new(),
    };
    let query = asset::Entity::find().select_only().columns(columns).filter(relevant);
    let query = query.expr_as(closed_through(), "closed_through");
    let query = db.get_database_backend().build(query.as_query());
    let mut rows = db.rows(query).await?;
    let (mut assets, mut closed) = (Vec::new(), None);
    while let Some(row) = rows.try_next().await? {
        if assets.is_empty() {
            // It is the same in all rows; without assets there is nothing to catch up.
            closed = row.try_get_by_index(last)?;
        }
        assets.push(decoder.asset(&row)?);
    }
    // Cheaper here than in the database, which would have to hold all of them before it sends the first.
    assets.sort_unstable_by_key(|asset| asset.id);
    place_parents(&mut assets, &decoder.held);
    Ok((assets, closed))
}

/// Tells assets, sorted by id, where those are that hold them: a position takes a fraction of what an id does.
fn place_parents(assets: &mut [Asset], held: &[(AssetId, AssetId)]) {
    let position = |assets: &[Asset], id: &AssetId| assets.binary_search_by_key(id, |asset| asset.id).ok();
    for (child, parent) in held {
        let parent = position(assets, parent).and_then(|at| u32::try_from(at).ok());
        if let (Some(at), Some(parent)) = (position(assets, child), parent) {
            assets[at].parent = Some(parent);
        }
    }
}

/// The last day of the last month that the books are closed through, as part of another statement.
fn closed_through() -> SimpleExpr {
    let latest = closed_period::Entity::find()
        .select_only()
        .column_as(closed_period::Column::ThroughOn.max(), "through_on")
        .filter(closed_period::Column::Book.eq(Book::Book))
        .into_query();
    SimpleExpr::SubQuery(None, Box::new(latest.into()))
}

/// How many assets of a status cost nothing in a roadmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    status: AssetStatus,
    count: i64,
}

impl fmt::Display for Outside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_left = matches!(self.status, AssetStatus::Retired | AssetStatus::Disposed);
        let without_day = if has_left { " without the day on which they left" } else { "" };
        let word = self.status.to_value().to_lowercase().replace('_', " ");
        write!(formatter, "{} assets {word}{without_day}", self.count)
    }
}

/// Counts the assets that are not in service yet, and those that left on an unknown day, by status: one statement.
///
/// # Errors
/// Those of the database.
pub async fn outside(db: &impl Read) -> Result<Vec<Outside>> {
    use asset::Column as C;
    let left = Condition::all()
        .add(C::Status.is_in([AssetStatus::Retired, AssetStatus::Disposed]))
        .add(C::RetiredOn.is_null());
    let early = C::Status.is_in([AssetStatus::Planned, AssetStatus::Ordered, AssetStatus::InStock]);
    let counts: Vec<(AssetStatus, i64)> = asset::Entity::find()
        .select_only()
        .column(C::Status)
        .column_as(C::Id.count(), "count")
        .filter(Condition::any().add(left).add(early))
        .group_by(C::Status)
        .order_by_asc(C::Status)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counts.into_iter().map(|(status, count)| Outside { status, count }).collect())
}

struct Decoder<'a> {
    estate: &'a Estate,
    /// By when capacity pools ask for more, where a policy goes by that.
    needs: Option<&'a Needs>,
    dimensions: &'a [Dimension],
    words: Words,
    properties: HashMap<Properties, Arc<Properties>>,
    /// Assets that others hold, with those: few do.
    held: Vec<(AssetId, AssetId)>,
}

impl Decoder<'_> {
    fn asset(&mut self, row: &QueryResult) -> Result<Asset> {
        let model: HardwareModelId = row.try_get_by_index(1)?;
        let site: SiteId = row.try_get_by_index(2)?;
        let status: AssetStatus = row.try_get_by_index(3)?;
        let amount: Option<Amount> = row.try_get_by_index(8)?;
        let currency: Option<String> = row.try_get_by_index(9)?;
        let environment: Environment = row.try_get_by_index(10)?;
        let tier: Option<i32> = row.try_get_by_index(11)?;
        let retired_on: Option<NaiveDate> = row.try_get_by_index(7)?;
        let is_in_use = matches!(status, AssetStatus::InService | AssetStatus::Maintenance);
        let properties = self.properties(row, model, site, environment, tier)?;
        let id: AssetId = row.try_get_by_index(0)?;
        if let Some(parent) = row.try_get_by_index(12)? {
            self.held.push((id, parent));
        }
        let capacity = self.capacity(row, id, model, site)?;
        Ok(Asset {
            id,
            capacity,
            model,
            site,
            in_service_on: row.try_get_by_index(4)?,
            warranty_ends_on: row.try_get_by_index(5)?,
            lease_return_on: row.try_get_by_index(6)?,
            retired_on: if is_in_use { None } else { retired_on },
            price: amount.zip(currency.map(|code| self.words.share(code))),
            environment,
            tier,
            parent: None,
            properties,
        })
    }

    fn capacity(
        &self,
        row: &QueryResult,
        asset: AssetId,
        model: HardwareModelId,
        site: SiteId,
    ) -> Result<Option<CapacityNeed>> {
        let (Some(needs), Some(model)) = (self.needs, self.estate.models.get(&model)) else {
            return Ok(None);
        };
        let rack: Option<RackId> = row.try_get("", "rack_id")?;
        Ok(needs.of(asset, rack, site, model.kind))
    }

    fn properties(
        &mut self,
        row: &QueryResult,
        model: HardwareModelId,
        site: SiteId,
        environment: Environment,
        tier: Option<i32>,
    ) -> Result<Arc<Properties>> {
        let mut properties = Properties::default();
        let mut next = 13;
        for dimension in self.dimensions {
            match dimension {
                Dimension::Site => {
                    properties.site = self.estate.sites.get(&site).map(|site| Arc::clone(&site.code));
                }
                Dimension::HardwareKind => {
                    properties.kind =
                        self.estate.models.get(&model).map(|model| self.words.share(model.kind.to_value()));
                }
                Dimension::Environment => {
                    properties.environment = Some(self.words.share(environment.to_value()));
                }
                Dimension::Tier => properties.tier = tier.map(|tier| self.words.share(tier.to_string())),
                _ => {}
            }
        }
        for (dimension, place) in
            [(Dimension::Owner, &mut properties.owner), (Dimension::CostCentre, &mut properties.cost_centre)]
        {
            if self.dimensions.contains(&dimension) {
                *place = row.try_get_by_index::<Option<String>>(next)?.map(|word| self.words.share(word));
                next += 1;
            }
        }
        if let Some(known) = self.properties.get(&properties) {
            return Ok(Arc::clone(known));
        }
        let shared = Arc::new(properties.clone());
        self.properties.insert(properties, Arc::clone(&shared));
        Ok(shared)
    }
}
