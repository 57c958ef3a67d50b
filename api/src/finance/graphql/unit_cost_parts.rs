//! What goes into unit costs, as clients see it.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use entity::finance::unit_cost_part;
use rust_decimal::Decimal;

use crate::{
    access::Permission,
    error::Result,
    finance::unit_cost_parts::{self, Basis, Part},
    inventory::graphql::models::HardwareKind,
    schema::{
        request::{change, read},
        scalar::rate,
    },
};

/// A unit that cost is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "unit_cost_part::Metric")]
pub enum UnitCostMetric {
    /// An endpoint under management.
    PerEndpoint,
    /// A terabyte: used unless said otherwise.
    PerTb,
    /// A kilowatt: by what is drawn and by what is committed, both.
    PerKw,
    /// A server in service.
    PerServer,
    /// A virtual machine powered on.
    PerVm,
    /// A seat.
    PerSeat,
    /// A ticket of the service desk.
    PerTicket,
    /// A workload that carries a tag.
    PerWorkload,
}

/// What a cost is for, of that which profit and loss has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "unit_cost_part::CostCategory")]
pub enum CostCategory {
    /// Colocation contracts: the share of facilities.
    Colocation,
    /// Cloud at effective cost.
    Cloud,
    /// Depreciation of hardware, present and planned.
    Depreciation,
    /// Support contracts, and support bought with hardware.
    Support,
    /// Disposal of hardware.
    Disposal,
}

/// Some of a cost that goes into a unit cost.
#[derive(Clone, Debug, SimpleObject)]
pub struct UnitCostBasisPart {
    /// The cost.
    category: CostCategory,
    /// Which fraction of it counts, above 0 and up to 1.
    share: Decimal,
    /// Only the cost of these kinds of hardware; of any where the list is empty.
    kinds: Vec<HardwareKind>,
}

impl From<&Part> for UnitCostBasisPart {
    fn from(part: &Part) -> Self {
        Self {
            category: part.category.into(),
            share: part.share.to_decimal(),
            kinds: part.kinds.iter().map(|kind| (*kind).into()).collect(),
        }
    }
}

/// What goes into a unit cost.
#[derive(Clone, Debug, SimpleObject)]
pub struct UnitCostBasis {
    /// The unit.
    metric: UnitCostMetric,
    /// Whether somebody declared it; otherwise it is the usual.
    declared: bool,
    /// The parts.
    parts: Vec<UnitCostBasisPart>,
}

impl From<&Basis> for UnitCostBasis {
    fn from(basis: &Basis) -> Self {
        Self {
            metric: basis.metric.into(),
            declared: basis.is_declared,
            parts: basis.parts.iter().map(Into::into).collect(),
        }
    }
}

/// Some of a cost that is to go into a unit cost.
#[derive(Clone, Debug, InputObject)]
pub struct UnitCostBasisPartInput {
    /// The cost.
    pub category: CostCategory,
    /// Which fraction of it counts: 0.25 is 25 %.
    #[graphql(default_with = "Decimal::ONE")]
    pub share: Decimal,
    /// Only the cost of these kinds of hardware, for depreciation and disposal; of any where left out.
    #[graphql(default)]
    pub kinds: Vec<HardwareKind>,
}

impl UnitCostBasisPartInput {
    fn part(self, place: usize) -> Result<Part> {
        Ok(Part {
            category: self.category.into(),
            share: rate(self.share, &format!("parts[{place}].share"))?,
            kinds: self.kinds.into_iter().map(Into::into).collect(),
        })
    }
}

/// Queries of what goes into unit costs.
#[derive(Default)]
pub struct UnitCostBasisQuery;

/// Queries of what goes into unit costs.
#[Object]
impl UnitCostBasisQuery {
    /// What goes into each unit cost: what was declared, or else the usual.
    async fn unit_cost_bases(&self, ctx: &Context<'_>) -> Result<Vec<UnitCostBasis>> {
        let reader = read(ctx, Permission::ViewFinance)?;
        Ok(unit_cost_parts::all(&reader).await?.iter().map(Into::into).collect())
    }
}

/// Changes of what goes into unit costs.
#[derive(Default)]
pub struct UnitCostBasisMutation;

/// Changes of what goes into unit costs.
#[Object]
impl UnitCostBasisMutation {
    /// Declares what goes into a unit cost, in place of what was declared before.
    async fn declare_unit_cost_basis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unit.")] metric: UnitCostMetric,
        #[graphql(desc = "The parts, each category once.")] parts: Vec<UnitCostBasisPartInput>,
    ) -> Result<UnitCostBasis> {
        let basis = change(ctx, Permission::EditFinance, async |tx| {
            let parts = parts.into_iter().enumerate().map(|(place, part)| part.part(place));
            unit_cost_parts::declare(tx, metric.into(), parts.collect::<Result<_>>()?).await
        });
        Ok((&basis.await?).into())
    }

    /// Takes back what was declared for a unit cost: the usual counts again.
    async fn reset_unit_cost_basis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unit.")] metric: UnitCostMetric,
    ) -> Result<UnitCostBasis> {
        let basis =
            change(ctx, Permission::EditFinance, async |tx| unit_cost_parts::reset(tx, metric.into()).await);
        Ok((&basis.await?).into())
    }
}
