//! Which cost goes into which unit cost: what is declared, or else the usual.

use std::collections::BTreeSet;

use entity::{
    finance::unit_cost_part::{self, CostCategory, Kinds, Metric},
    inventory::hardware_model::HardwareKind,
    money::Rate,
};
use forecasting::roadmap::Category;
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, Iterable, QueryFilter, QueryOrder};

use crate::{
    error::{Error, Result},
    rules::{draft, require_fraction},
    store::{Read, Tx},
};

/// Some of a cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The cost.
    pub category: CostCategory,
    /// Which fraction of it counts.
    pub share: Rate,
    /// Only of these kinds of hardware; of any where there are none.
    pub kinds: Vec<HardwareKind>,
}

/// What goes into a unit cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The unit.
    pub metric: Metric,
    /// The parts, by category.
    pub parts: Vec<Part>,
    /// Whether somebody declared them.
    pub is_declared: bool,
}

const COMPUTERS: [HardwareKind; 3] = [HardwareKind::Server, HardwareKind::Blade, HardwareKind::Chassis];

/// What goes into a unit cost unless something else is declared: all of profit and loss for units of people, the
/// hardware itself for terabytes, hardware with support and space for servers, contracts for kilowatts, and cloud for
/// workloads.
#[must_use]
pub fn usual(metric: Metric) -> Vec<Part> {
    let whole = |category, kinds: &[HardwareKind]| Part { category, share: Rate::ONE, kinds: kinds.to_vec() };
    match metric {
        Metric::PerEndpoint | Metric::PerSeat | Metric::PerTicket => {
            CostCategory::iter().map(|category| whole(category, &[])).collect()
        }
        Metric::PerServer | Metric::PerVm => vec![
            whole(CostCategory::Colocation, &[]),
            whole(CostCategory::Depreciation, &COMPUTERS),
            whole(CostCategory::Support, &[]),
            whole(CostCategory::Disposal, &COMPUTERS),
        ],
        Metric::PerTb => vec![
            whole(CostCategory::Depreciation, &[HardwareKind::Storage]),
            whole(CostCategory::Disposal, &[HardwareKind::Storage]),
        ],
        Metric::PerKw => vec![whole(CostCategory::Colocation, &[])],
        Metric::PerWorkload => vec![whole(CostCategory::Cloud, &[])],
    }
}

/// The categories of the roadmap. What is bought for growth counts as hardware that is written off.
#[must_use]
pub fn of_roadmap(category: CostCategory) -> &'static [Category] {
    match category {
        CostCategory::Colocation => &[Category::Colocation],
        CostCategory::Cloud => &[Category::Cloud],
        CostCategory::Depreciation => &[Category::Depreciation, Category::Growth],
        CostCategory::Support => &[Category::Support],
        CostCategory::Disposal => &[Category::Disposal],
    }
}

/// What goes into every unit cost.
///
/// # Errors
/// Those of the database.
pub async fn all(db: &impl Read) -> Result<Vec<Basis>> {
    let rows = unit_cost_part::Entity::find().order_by_asc(unit_cost_part::Column::Category).all(db).await?;
    Ok(Metric::iter().map(|metric| basis(metric, &rows)).collect())
}

/// What goes into a unit cost.
///
/// # Errors
/// Those of the database.
pub async fn of(db: &impl Read, metric: Metric) -> Result<Basis> {
    Ok(basis(metric, &declared(db, metric).await?))
}

async fn declared(db: &impl Read, metric: Metric) -> Result<Vec<unit_cost_part::Model>> {
    let rows = unit_cost_part::Entity::find()
        .filter(unit_cost_part::Column::Metric.eq(metric))
        .order_by_asc(unit_cost_part::Column::Category)
        .all(db)
        .await?;
    Ok(rows)
}

fn basis(metric: Metric, rows: &[unit_cost_part::Model]) -> Basis {
    let own = rows.iter().filter(|row| row.metric == metric);
    let parts: Vec<Part> = own
        .map(|row| Part { category: row.category, share: row.share, kinds: row.kinds.0.clone() })
        .collect();
    if parts.is_empty() {
        return Basis { metric, parts: usual(metric), is_declared: false };
    }
    Basis { metric, parts, is_declared: true }
}

/// Declares what goes into a unit cost, in place of what was declared before. The same again changes nothing.
///
/// # Errors
/// `Invalid` for no parts, a category that is named twice, or when a rule of [`check`] is broken.
pub async fn declare(tx: &Tx, metric: Metric, parts: Vec<Part>) -> Result<Basis> {
    if parts.is_empty() {
        return Err(Error::invalid("parts", "is empty: a unit cost is made of at least one cost"));
    }
    let before = declared(tx, metric).await?;
    let mut seen: Vec<CostCategory> = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let under = |error: Error| error.under(&format!("parts[{place}]"));
        if seen.contains(&part.category) {
            let message = format!("{} is named twice", part.category.to_value());
            return Err(under(Error::invalid("category", message)));
        }
        seen.push(part.category);
        let new = unit_cost_part::ActiveModel {
            id: Set(tx.new_id()),
            metric: Set(metric),
            category: Set(part.category),
            share: Set(part.share),
            kinds: Set(Kinds(part.kinds.clone())),
            ..Default::default()
        };
        check(&draft(&new)?).map_err(under)?;
        match before.iter().find(|row| row.category == part.category) {
            Some(row) => {
                let change = |row: &mut unit_cost_part::ActiveModel| {
                    row.share.set_if_not_equals(part.share);
                    row.kinds.set_if_not_equals(Kinds(part.kinds.clone()));
                };
                tx.update(row.clone(), change).await?;
            }
            None => {
                tx.insert(new).await?;
            }
        }
    }
    for row in before.into_iter().filter(|row| !seen.contains(&row.category)) {
        tx.delete::<_, unit_cost_part::ActiveModel>(row).await?;
    }
    of(tx, metric).await
}

/// Takes back what was declared: the usual counts again.
///
/// # Errors
/// `Conflict` when nothing is declared.
pub async fn reset(tx: &Tx, metric: Metric) -> Result<Basis> {
    let rows = declared(tx, metric).await?;
    if rows.is_empty() {
        return Err(Error::Conflict(format!("nothing is declared for {}", metric.to_value())));
    }
    for row in rows {
        tx.delete::<_, unit_cost_part::ActiveModel>(row).await?;
    }
    of(tx, metric).await
}

/// The rules of a part, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(part: &unit_cost_part::Model) -> Result<()> {
    require_fraction("share", part.share.to_decimal(), Decimal::ZERO, Decimal::ONE)?;
    if part.share == Rate::ZERO {
        return Err(Error::invalid("share", "0 counts nothing: leave the category out"));
    }
    let kinds = &part.kinds.0;
    let distinct: BTreeSet<String> = kinds.iter().map(ActiveEnum::to_value).collect();
    if distinct.len() < kinds.len() {
        return Err(Error::invalid("kinds", "names a kind twice"));
    }
    let has_kinds = matches!(part.category, CostCategory::Depreciation | CostCategory::Disposal);
    if !kinds.is_empty() && !has_kinds {
        let category = part.category.to_value();
        let rule =
            "is not known by kind of hardware; only DEPRECIATION and DISPOSAL are, declare a share of it";
        return Err(Error::invalid("kinds", format!("{category} {rule}")));
    }
    Ok(())
}
