//! What happened to two assets in the books: one is worth less than it stands there for, one went to another cost
//! centre.

use chrono::NaiveDate;
use entity::{
    inventory::{
        asset::{self, AssetStatus},
        hardware_model::{self, HardwareKind},
    },
    lifecycle::{
        book_event::{self, BookEventKind},
        depreciation_rule::Book,
    },
    money::Amount,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::TODAY;
use crate::{error::Result, lifecycle::book_events, store::Tx};

/// What the impaired array is still worth: 1,500 of its currency.
const RECOVERABLE: Amount = Amount(1_500_000_000);

/// Writes the events, and returns how many there are.
pub(super) async fn write(tx: &Tx) -> Result<u64> {
    let mut written = 0;
    if let Some(array) = bought_of_late(tx, HardwareKind::Storage).await? {
        let row = book_event::ActiveModel {
            recoverable_amount: Set(Some(RECOVERABLE)),
            notes: Set(Some("its workload went to the cloud earlier than planned".to_owned())),
            ..event(&array, BookEventKind::Impairment, NaiveDate::from_ymd_opt(2026, 8, 14))
        };
        book_events::record(tx, row).await?;
        written += 1;
    }
    if let Some(server) = bought_of_late(tx, HardwareKind::Server).await? {
        let row = book_event::ActiveModel {
            to_cost_centre: Set(Some("4120".to_owned())),
            notes: Set(Some("serves the storage cluster from then on".to_owned())),
            ..event(&server, BookEventKind::Transfer, NaiveDate::from_ymd_opt(2026, 7, 1))
        };
        book_events::record(tx, row).await?;
        written += 1;
    }
    Ok(written)
}

fn event(asset: &asset::Model, kind: BookEventKind, on: Option<NaiveDate>) -> book_event::ActiveModel {
    book_event::ActiveModel {
        asset_id: Set(asset.id),
        book: Set(Book::Book),
        component: Set(String::new()),
        kind: Set(kind),
        happened_on: Set(on.unwrap_or(TODAY)),
        ..Default::default()
    }
}

/// The first asset of a kind, by its tag, that was bought in 2025 and serves.
async fn bought_of_late(tx: &Tx, kind: HardwareKind) -> Result<Option<asset::Model>> {
    let models = hardware_model::Entity::find().filter(hardware_model::Column::Kind.eq(kind)).all(tx).await?;
    let found = asset::Entity::find()
        .filter(asset::Column::ModelId.is_in(models.into_iter().map(|model| model.id)))
        .filter(asset::Column::Status.eq(AssetStatus::InService))
        .filter(asset::Column::PurchaseAmount.gt(RECOVERABLE.0 * 4))
        .filter(asset::Column::InServiceOn.gte(NaiveDate::from_ymd_opt(2025, 1, 1)))
        .filter(asset::Column::InServiceOn.lt(NaiveDate::from_ymd_opt(2026, 1, 1)))
        .order_by_asc(asset::Column::Tag);
    Ok(found.one(tx).await?)
}
