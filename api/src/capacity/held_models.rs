//! Models of equipment: what one has, takes and draws, and what is bought in its place.

use std::collections::{BTreeSet, HashMap};

use entity::{
    id::HardwareModelId,
    inventory::{
        asset::PowerBasis,
        hardware_model::{self, HardwareKind},
    },
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{error::Result, inventory::usage::draw, store::Read};

/// What a piece of equipment has and takes; none where it is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Data that it holds, in terabytes.
    pub terabytes: Option<Decimal>,
    /// Cores, not threads.
    pub cores: Option<Decimal>,
    /// Memory, in gibibytes.
    pub gibibytes: Option<Decimal>,
    /// What it draws, in watts.
    pub watts: Option<Decimal>,
    /// Height that it takes of a rack, in units.
    pub units: Option<Decimal>,
    /// Network ports of its rack that it takes.
    pub ports: Option<Decimal>,
}

/// A model of equipment.
#[derive(Clone, Debug)]
pub struct ModelHeld {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: HardwareKind,
    /// What one has, and takes under usual load.
    pub figures: Figures,
    /// What one draws under usual load and at most, in watts.
    pub draws: (Option<i32>, Option<i32>),
    /// What is bought in its place.
    pub successor: Option<HardwareModelId>,
    /// How many of these one successor replaces.
    pub consolidation: Option<Decimal>,
}

/// What is on record of what a piece of equipment has.
#[must_use]
pub fn figures(terabytes: Option<Rate>, cores: Option<i32>, gibibytes: Option<Rate>) -> Figures {
    Figures {
        terabytes: terabytes.map(|it| it.to_decimal().normalize()),
        cores: cores.map(Decimal::from),
        gibibytes: gibibytes.map(|it| it.to_decimal().normalize()),
        ..Figures::default()
    }
}

/// Models by id, with those that are bought in their place: two statements.
///
/// # Errors
/// Those of the database.
pub async fn models_of(
    db: &impl Read,
    ids: BTreeSet<HardwareModelId>,
) -> Result<HashMap<HardwareModelId, ModelHeld>> {
    let mut models = model_rows(db, ids).await?;
    let successors: BTreeSet<HardwareModelId> =
        models.values().filter_map(|model| model.successor).filter(|id| !models.contains_key(id)).collect();
    models.extend(model_rows(db, successors).await?);
    Ok(models)
}

/// What is needed of a model.
#[derive(sea_orm::FromQueryResult)]
struct ModelRow {
    id: HardwareModelId,
    name: String,
    kind: HardwareKind,
    usable_terabytes: Option<Rate>,
    cores: Option<i32>,
    memory_gibibytes: Option<Rate>,
    height_half_units: Option<i32>,
    typical_draw_watts: Option<i32>,
    maximum_draw_watts: Option<i32>,
    network_ports: Option<i32>,
    successor_id: Option<HardwareModelId>,
    consolidation_ratio: Option<Rate>,
}

impl ModelRow {
    fn held(self) -> ModelHeld {
        let draws = (self.typical_draw_watts, self.maximum_draw_watts);
        let usual = draw(self.kind, PowerBasis::Model, None, draws);
        let half = |half_units: i32| (Decimal::from(half_units) / Decimal::TWO).normalize();
        // What lives in a chassis takes none of the rack's units, and panels carry ports and take none.
        let in_chassis = (self.kind == HardwareKind::Blade).then_some(Decimal::ZERO);
        let passive = (self.kind == HardwareKind::PatchPanel).then_some(Decimal::ZERO);
        let figures = Figures {
            watts: usual.map(Decimal::from),
            units: self.height_half_units.map(half).or(in_chassis),
            ports: passive.or(self.network_ports.map(Decimal::from)),
            ..figures(self.usable_terabytes, self.cores, self.memory_gibibytes)
        };
        ModelHeld {
            name: self.name,
            kind: self.kind,
            figures,
            draws,
            successor: self.successor_id,
            consolidation: self.consolidation_ratio.map(|ratio| ratio.to_decimal().normalize()),
        }
    }
}

async fn model_rows(
    db: &impl Read,
    ids: BTreeSet<HardwareModelId>,
) -> Result<HashMap<HardwareModelId, ModelHeld>> {
    use hardware_model::Column as C;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let columns = [
        C::Id,
        C::Name,
        C::Kind,
        C::UsableTerabytes,
        C::Cores,
        C::MemoryGibibytes,
        C::HeightHalfUnits,
        C::TypicalDrawWatts,
        C::MaximumDrawWatts,
        C::NetworkPorts,
        C::SuccessorId,
        C::ConsolidationRatio,
    ];
    let query = hardware_model::Entity::find().select_only().columns(columns).filter(C::Id.is_in(ids));
    let rows: Vec<ModelRow> = query.into_model().all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.held())).collect())
}
