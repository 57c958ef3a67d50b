//! The register of fixed assets, as the books have it, against the inventory, as the racks have it.

use chrono::NaiveDate;
use entity::{
    id::AssetId,
    inventory::asset::{self, AssetStatus},
    money::Amount,
};
use forecasting::depreciation::{
    Finding, InventoryAsset, Reconciliation, RegisterEntry, RegisterRecord, findings, reconcile,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    error::{Error, Result},
    import::register::Line,
    rules::require_plausible,
    store::Read,
};

/// The life that a register is taken to mean where it says none: one that nothing is wrong with.
const SOUND_LIFE: u32 = 60;

/// An asset of the inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Which one.
    pub id: AssetId,
    /// Its tag.
    pub tag: String,
}

/// What came of comparing a register with the inventory.
pub struct Compared {
    /// The lines of the register.
    pub lines: Vec<Line>,
    /// The assets of the inventory.
    pub assets: Vec<Counted>,
    /// By positions in both lists.
    pub reconciliation: Reconciliation<usize, usize>,
    /// What is wrong with single lines, by position.
    pub findings: Vec<(usize, Finding)>,
    /// Assets whose price is in another currency, so that no cost is compared.
    pub foreign: usize,
}

/// Compares the lines of a register, all in one currency, with the assets under a condition. What is planned or on
/// order is not there yet, and left out.
///
/// # Errors
/// `Invalid` for a day that nobody keeps books for, and for amounts that no register has.
pub async fn compare(
    db: &impl Read,
    condition: Condition,
    lines: Vec<Line>,
    currency: &str,
    as_of: NaiveDate,
) -> Result<Compared> {
    require_plausible("asOf", Some(as_of))?;
    use asset::Column as C;
    type Found = (AssetId, String, Option<String>, AssetStatus, Option<Amount>, Option<String>);
    let found: Vec<Found> = asset::Entity::find()
        .select_only()
        .columns([C::Id, C::Tag, C::Serial, C::Status, C::PurchaseAmount, C::PurchaseCurrency])
        .filter(condition)
        .filter(C::Status.is_not_in([AssetStatus::Planned, AssetStatus::Ordered]))
        .order_by_asc(C::Tag)
        .into_tuple()
        .all(db)
        .await?;
    tokio::task::block_in_place(|| {
        let mut inventory = Vec::with_capacity(found.len());
        let (mut assets, mut foreign) = (Vec::with_capacity(found.len()), 0);
        for (position, (id, tag, serial, status, amount, code)) in found.into_iter().enumerate() {
            let is_foreign = code.is_some_and(|code| code != currency);
            foreign += usize::from(is_foreign);
            inventory.push(InventoryAsset {
                id: position,
                tag: Some(tag.clone()),
                serial,
                cost: amount.filter(|_| !is_foreign).map(Amount::to_decimal),
                retired: matches!(status, AssetStatus::Retired | AssetStatus::Disposed),
            });
            assets.push(Counted { id, tag });
        }
        let register: Vec<_> = lines.iter().enumerate().map(entry).collect();
        let reconciliation =
            reconcile(&register, &inventory).map_err(|cause| Error::invalid("csv", cause))?;
        // A register that never says when service began is not wrong on every line.
        let says_service = lines.iter().any(|line| line.in_service_on.is_some());
        let of_line = |(position, line): (usize, &Line)| {
            let found = findings(&record(line), as_of).into_iter();
            let found = found.filter(move |finding| says_service || finding.field != "in_service");
            found.map(move |finding| (position, finding))
        };
        let findings = lines.iter().enumerate().flat_map(of_line).collect();
        Ok(Compared { assets, reconciliation, findings, foreign, lines })
    })
}

fn entry((position, line): (usize, &Line)) -> RegisterEntry<usize> {
    RegisterEntry {
        id: position,
        tag: line.tag.clone(),
        serial: line.serial.clone(),
        component: line.component.clone(),
        // What is wrong with an amount is a finding of the line; here it only has to be one.
        cost: line.cost.max(Decimal::ZERO),
        book_value: stated_value(line).max(Decimal::ZERO),
        disposed: line.disposed,
    }
}

/// The book value: as stated, or else what the other amounts leave of the cost.
fn stated_value(line: &Line) -> Decimal {
    line.book_value.unwrap_or_else(|| record(line).book_value_or_cost())
}

fn record(line: &Line) -> RegisterRecord {
    RegisterRecord {
        cost: line.cost,
        salvage: line.salvage.unwrap_or_default(),
        life_months: line.life_months.map_or(SOUND_LIFE, i32::unsigned_abs),
        acquired: line.acquired_on,
        in_service: line.in_service_on,
        depreciable_from: line.depreciable_from,
        accumulated: line.accumulated,
        impairment: line.impairment.unwrap_or_default(),
        book_value: line.book_value,
        retired: line.retired_on,
        pieces: line.quantity.map(i32::unsigned_abs),
        has_serial: line.serial.is_some(),
    }
}
