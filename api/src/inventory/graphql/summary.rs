//! Assets in numbers, as clients see them.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, Object};
use entity::{id::EntityId, inventory::asset};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::{
    assets::{AssetFilter, AssetStatus, Environment},
    manufacturers::Manufacturer,
    models::{HardwareKind, HardwareModel},
    sites::Site,
    vendors::Vendor,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    inventory::summary::{self, Dimension, Group},
    schema::{
        filter::Filter,
        record::{Noun, Record, columns_of, names, select},
        request::{caller, read},
        scalar::{Money, plain},
    },
};

/// Prices that a sum has to hide, for callers who see sums and no single prices.
const FEWEST_SUMMED: i64 = 5;

/// How many groups a summary is taken to have, for its cost.
const USUAL_GROUPS: usize = 50;

/// Something that assets have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Dimension")]
pub enum AssetDimension {
    /// The site.
    Site,
    /// What the model is for.
    Kind,
    /// The model.
    Model,
    /// The maker.
    Manufacturer,
    /// Whom it was bought or leased from.
    Vendor,
    /// Where it stands in its life.
    Status,
    /// What it is used for.
    Environment,
    /// Who answers for it.
    Owner,
    /// Its criticality.
    Tier,
    /// The cost centre that it is charged to.
    CostCentre,
    /// The year it was bought.
    PurchaseYear,
    /// The year its service began.
    ServiceYear,
    /// The year the last support of its model ends.
    SupportYear,
}

/// Assets that have something in common. Keys that were not asked for are null, as are those that the assets
/// lack.
pub struct AssetGroup {
    summary: Arc<Asked>,
    record: Record<asset::Entity>,
    group: Group,
}

/// What all groups of an answer share.
struct Asked {
    by: Vec<Dimension>,
    manufacturers: Vec<Uuid>,
}

impl AssetGroup {
    /// The object whose id stands in a column of the assets, when it is a key.
    async fn reference<N: Noun>(
        &self,
        ctx: &Context<'_>,
        key: Dimension,
        column: asset::Column,
    ) -> Result<Option<N>> {
        if self.summary.by.contains(&key) { self.record.one(ctx, column).await } else { Ok(None) }
    }

    /// Whether the sums are hidden: from those who see no sums, and small ones from those who see no single
    /// prices, for the sum of one is the price.
    fn hides_totals(&self, ctx: &Context<'_>) -> Result<bool> {
        let caller = caller(ctx)?;
        let is_small = self.group.totals.iter().any(|total| total.count < FEWEST_SUMMED);
        Ok(!caller.may(Permission::ViewTotals) || (is_small && !caller.may(Permission::ViewPrices)))
    }
}

/// Assets that have something in common. Keys that were not asked for are null, as are those that the assets
/// lack.
#[Object]
impl AssetGroup {
    /// Their site.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.reference(ctx, Dimension::Site, asset::Column::SiteId).await
    }

    /// What their models are for.
    async fn kind(&self) -> Option<HardwareKind> {
        self.group.key.kind.map(Into::into)
    }

    /// Their model.
    async fn model(&self, ctx: &Context<'_>) -> Result<Option<HardwareModel>> {
        self.reference(ctx, Dimension::Model, asset::Column::ModelId).await
    }

    /// Their maker.
    async fn manufacturer(&self, ctx: &Context<'_>) -> Result<Option<Manufacturer>> {
        let Some(id) = self.group.key.manufacturer else { return Ok(None) };
        let reader = read(ctx, Manufacturer::VIEW)?;
        let columns = columns_of::<Manufacturer>(ctx.field(), &[]);
        let key = format!("manufacturers {}", names::<Manufacturer>(&columns).join(","));
        let load = async || {
            let ids = self.summary.manufacturers.iter().copied();
            let wanted = Condition::all().add(Manufacturer::ID.is_in(ids));
            let found = select::<Manufacturer>(&reader, wanted, &[], &columns).await?;
            let by_id = found.into_iter().map(|it| Ok((it.get::<Uuid>(Manufacturer::ID)?, it)));
            by_id.collect::<Result<HashMap<_, _>>>()
        };
        let found = self.record.shared(key, load).await?;
        Ok(found.get(&id.uuid()).cloned().map(Manufacturer::from))
    }

    /// Whom they were bought or leased from.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        self.reference(ctx, Dimension::Vendor, asset::Column::VendorId).await
    }

    /// Where they stand in their life.
    async fn status(&self) -> Option<AssetStatus> {
        self.group.key.status.map(Into::into)
    }

    /// What they are used for.
    async fn environment(&self) -> Option<Environment> {
        self.group.key.environment.map(Into::into)
    }

    /// Who answers for them.
    async fn owner(&self) -> Option<&str> {
        self.group.key.owner.as_deref()
    }

    /// Their criticality.
    async fn tier(&self) -> Option<i32> {
        self.group.key.tier
    }

    /// The cost centre that they are charged to.
    async fn cost_centre(&self) -> Option<&str> {
        self.group.key.cost_centre.as_deref()
    }

    /// The year they were bought.
    async fn purchase_year(&self) -> Option<i32> {
        self.group.key.purchase_year
    }

    /// The year their service began.
    async fn service_year(&self) -> Option<i32> {
        self.group.key.service_year
    }

    /// The year the last support of their models ends.
    async fn support_year(&self) -> Option<i32> {
        self.group.key.support_year
    }

    /// How many they are.
    async fn count(&self) -> i64 {
        self.group.count
    }

    /// How many of them have a known purchase price: what the totals cover.
    async fn with_purchase_price(&self) -> i64 {
        self.group.priced()
    }

    /// What was paid for them, one sum for each currency and never across currencies. Null when the caller
    /// may not see it: sums of fewer than five prices are for those who see single prices.
    async fn purchase_totals(&self, ctx: &Context<'_>) -> Result<Option<Vec<Money>>> {
        if self.hides_totals(ctx)? {
            return Ok(None);
        }
        let totals = self.group.totals.iter();
        let money = totals.map(|it| Money { amount: plain(it.amount), currency: it.currency.clone() });
        Ok(Some(money.collect()))
    }

    /// Whether the totals are hidden from the caller's role.
    async fn purchase_totals_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        self.hides_totals(ctx)
    }
}

/// Queries of assets in numbers.
#[derive(Default)]
pub struct InventorySummaryQuery;

/// Queries of assets in numbers.
#[Object]
impl InventorySummaryQuery {
    /// The assets counted and summed by what they have in common, the largest groups first. Without keys they
    /// are one group.
    #[graphql(complexity = "USUAL_GROUPS * child_complexity + 1")]
    async fn asset_summary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<AssetFilter>,
        #[graphql(default, desc = "What groups are kept apart by.")] group_by: Vec<AssetDimension>,
    ) -> Result<Vec<AssetGroup>> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let mut by: Vec<Dimension> = Vec::with_capacity(group_by.len());
        for key in group_by.into_iter().map(Dimension::from) {
            if by.contains(&key) {
                return Err(Error::invalid("groupBy", format!("{key:?} is named twice")));
            }
            by.push(key);
        }
        let summary = summary::summarise(&reader, condition, &by).await?;
        let makers = summary.groups.iter().filter_map(|group| group.key.manufacturer);
        let mut manufacturers: Vec<Uuid> = makers.map(EntityId::uuid).collect();
        manufacturers.sort_unstable();
        manufacturers.dedup();
        let asked = Arc::new(Asked { by, manufacturers });
        let records = Record::of_rows(summary.columns, summary.rows);
        let groups = summary.groups.into_iter().filter_map(|group| {
            let record = records.get(group.row)?.clone();
            Some(AssetGroup { summary: Arc::clone(&asked), record, group })
        });
        Ok(groups.collect())
    }
}
