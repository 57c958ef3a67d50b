//! Changes by which assets leave service for good and come back.

use async_graphql::{Context, Object};
use entity::{id::AssetId, inventory::asset};

use super::{
    Asset,
    changes::{AssetRow, answer},
};
use crate::{
    access::Permission,
    error::Result,
    inventory::retirement,
    schema::{
        bulk::{self, require_rows},
        record::Record,
        request::change,
        scalar::{Date, Id},
    },
    store::Tx,
};

async fn retire(tx: &Tx, (id, on): (AssetId, Date)) -> Result<asset::Model> {
    retirement::retire(tx, id, None, on.0).await
}

async fn reinstate(tx: &Tx, id: AssetId) -> Result<asset::Model> {
    retirement::reinstate(tx, id, None).await
}

/// What came of assets that were changed in another order than they were named in, by their places in that.
fn by_place<T>(places: Vec<usize>, outcomes: Vec<T>) -> Vec<T> {
    let mut outcomes: Vec<(usize, T)> = places.into_iter().zip(outcomes).collect();
    outcomes.sort_by_key(|(place, _)| *place);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Changes by which assets leave service for good and come back.
#[derive(Default)]
pub struct AssetRetirementMutation;

/// Changes by which assets leave service for good and come back.
#[Object]
impl AssetRetirementMutation {
    /// Takes an asset out of service for good on a day. From IN_STOCK, IN_SERVICE or MAINTENANCE to RETIRED.
    /// It stays where it is until it is moved or disposed of.
    async fn retire_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(desc = "The day from which it is out of service.")] on: Date,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            retirement::retire(tx, *id, expected_version, on.0).await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Takes many assets out of service on a day, each by itself. What lives in others among them goes first, wherever it
    /// stands in the list.
    #[graphql(complexity = "ids.len() * (child_complexity + 1)")]
    async fn retire_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assets, by their ids, at most 1,000.")] ids: Vec<Id<AssetId>>,
        #[graphql(desc = "The day from which they are out of service.")] on: Date,
    ) -> Result<Vec<AssetRow>> {
        require_rows("ids", ids.len())?;
        let outcomes = change(ctx, Permission::EditInventory, async |tx| {
            let ids = ids.into_iter().map(|id| *id).collect();
            let (places, ids): (Vec<usize>, Vec<AssetId>) =
                retirement::holders_first(tx, ids).await?.into_iter().rev().unzip();
            let rows = ids.into_iter().map(|id| (id, on)).collect();
            Ok(by_place(places, bulk::each(tx, rows, retire).await?))
        })
        .await?;
        Ok(answer(outcomes))
    }

    /// Brings a retired asset back as if it had not been retired, where it is and with the status that it had: all that needs
    /// it, and the groups that it is a member of, rest on it again.
    async fn reinstate_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            retirement::reinstate(tx, *id, expected_version).await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Brings many retired assets back, each by itself: the same ids undo `retireAssets`. What others among them live in
    /// comes back first, wherever it stands in the list.
    #[graphql(complexity = "ids.len() * (child_complexity + 1)")]
    async fn reinstate_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assets, by their ids, at most 1,000.")] ids: Vec<Id<AssetId>>,
    ) -> Result<Vec<AssetRow>> {
        require_rows("ids", ids.len())?;
        let outcomes = change(ctx, Permission::EditInventory, async |tx| {
            let ids = ids.into_iter().map(|id| *id).collect();
            let (places, ids): (Vec<usize>, Vec<AssetId>) =
                retirement::holders_first(tx, ids).await?.into_iter().unzip();
            Ok(by_place(places, bulk::each(tx, ids, reinstate).await?))
        })
        .await?;
        Ok(answer(outcomes))
    }
}
