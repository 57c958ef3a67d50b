//! The assets of refresh cycles.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{
    id::{AssetId, RefreshCycleAssetId},
    inventory::asset,
    lifecycle::refresh_cycle_asset,
};
use sea_orm::Condition;

use super::RefreshCycle;
use crate::{
    access::{Caller, Permission},
    error::Result,
    inventory::graphql::assets::{Asset, AssetFilter},
    schema::{
        filter::{Filter, IdFilter, through},
        page::Sortable,
        record::{Noun, Record},
        scalar::{Id, Moment},
    },
};

/// An asset that a refresh cycle replaces.
#[derive(Clone)]
pub struct RefreshCycleAsset(Record<refresh_cycle_asset::Entity>);

impl From<Record<refresh_cycle_asset::Entity>> for RefreshCycleAsset {
    fn from(record: Record<refresh_cycle_asset::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for RefreshCycleAsset {
    type Entity = refresh_cycle_asset::Entity;
    type Id = RefreshCycleAssetId;
    const VIEW: Permission = Permission::ViewLifecycle;
    const ID: refresh_cycle_asset::Column = refresh_cycle_asset::Column::Id;

    fn columns(field: &str) -> &'static [refresh_cycle_asset::Column] {
        use refresh_cycle_asset::Column as C;
        match field {
            "asset" => &[C::AssetId],
            "cycle" => &[C::CycleId],
            "addedAt" => &[C::CreatedAt],
            _ => &[],
        }
    }
}

/// An asset that a refresh cycle replaces.
#[Object]
impl RefreshCycleAsset {
    /// The id of the membership.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<RefreshCycleAssetId>(self.0.get(refresh_cycle_asset::Column::Id)?).into())
    }

    /// The asset.
    async fn asset(&self, ctx: &Context<'_>) -> Result<Option<Asset>> {
        self.0.one(ctx, refresh_cycle_asset::Column::AssetId).await
    }

    /// The cycle.
    async fn cycle(&self, ctx: &Context<'_>) -> Result<Option<RefreshCycle>> {
        self.0.one(ctx, refresh_cycle_asset::Column::CycleId).await
    }

    /// When it was added to the cycle.
    async fn added_at(&self) -> Result<Moment> {
        self.0.get(refresh_cycle_asset::Column::CreatedAt)
    }
}

/// Which assets of a refresh cycle. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshCycleAssetFilter {
    /// All of these as well.
    pub and: Option<Vec<RefreshCycleAssetFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<RefreshCycleAssetFilter>>,
    /// And not this.
    pub not: Option<Box<RefreshCycleAssetFilter>>,
    /// By the id of the asset.
    pub asset_id: Option<IdFilter<AssetId>>,
    /// By the asset.
    pub asset: Option<AssetFilter>,
}

impl Filter for RefreshCycleAssetFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use refresh_cycle_asset::Column as C;
        let asset = match &self.asset {
            Some(asset) => {
                let condition = asset.condition(caller)?;
                Some(through::<asset::Entity>(C::AssetId, asset::Column::Id, condition))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.asset_id.as_ref().map(|test| test.on(C::AssetId)))
            .add_option(asset))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order the assets of a refresh cycle by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum RefreshCycleAssetOrderField {
    /// By the moment it was added.
    AddedAt,
}

impl Sortable for RefreshCycleAssetOrderField {
    type Noun = RefreshCycleAsset;

    fn column(self) -> refresh_cycle_asset::Column {
        match self {
            Self::AddedAt => refresh_cycle_asset::Column::CreatedAt,
        }
    }
}
