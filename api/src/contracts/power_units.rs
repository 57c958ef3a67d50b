//! Commitments of power in kilovolt-amperes: what may be stated in them, and the kilowatts that they are.

use entity::{
    contracts::colocation_charge::{self, ChargeKind, PowerUnit},
    money::Rate,
};
use forecasting::quantity::{kilovolt_amperes, kilowatts};
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use super::findings::Finding;
use crate::{
    error::{Error, Result},
    rules::require_least,
};

/// The power factor of a charge that is stated in kilovolt-amperes. None where it is stated in kilowatts.
///
/// # Errors
/// The field, the value and the rule, where one is missing or in vain.
pub fn power_factor(row: &colocation_charge::Model) -> Result<Option<Decimal>, Finding> {
    match (row.power_unit, row.power_factor) {
        (Some(PowerUnit::KilovoltAmpere), None) => {
            Err(Finding::missing("powerFactor", "kilovolt-amperes are kilowatts by a power factor"))
        }
        (Some(PowerUnit::KilovoltAmpere), factor) => Ok(factor.map(Rate::to_decimal)),
        (_, Some(factor)) => {
            Err(Finding::error("powerFactor", factor, "only what is stated in KILOVOLT_AMPERE has one"))
        }
        (_, None) => Ok(None),
    }
}

/// Kilowatts in the unit in which a charge is stated. A factor that is refused leaves them as they are: the contract is
/// refused for it.
#[must_use]
pub fn stated(real: Decimal, factor: Option<Decimal>) -> Decimal {
    factor.and_then(|factor| kilovolt_amperes(real, factor).ok()).unwrap_or(real)
}

/// What a meter is committed to, in kilowatts.
///
/// # Errors
/// The field, the value and the rule, where it is in another unit than that of the charge.
pub fn metered(
    terms: &colocation_charge::Metering,
    factor: Option<Decimal>,
) -> Result<Option<Decimal>, Finding> {
    match (factor, terms.commit_kilowatts, terms.commit_kilovolt_amperes) {
        (Some(_), Some(commitment), _) => {
            let rule = "the charge is stated in KILOVOLT_AMPERE, so its commitment is too";
            Err(Finding::error("commitKilowatts", commitment, rule))
        }
        (None, _, Some(commitment)) => {
            let rule = "only a charge that is stated in KILOVOLT_AMPERE commits to them";
            Err(Finding::error("commitKilovoltAmperes", commitment, rule))
        }
        (Some(factor), None, Some(commitment)) => {
            let real = kilowatts(commitment, factor);
            real.map(Some).map_err(|cause| Finding::error("powerFactor", factor, &cause.to_string()))
        }
        (_, commitment, None) => Ok(commitment),
    }
}

/// What a charge may be stated in: a power factor comes with kilovolt-amperes, and only with them.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &colocation_charge::ActiveModel) -> Result<()> {
    let unit = row.power_unit.try_as_ref().copied().flatten();
    let factor = row.power_factor.try_as_ref().copied().flatten();
    let metering = row.metering.try_as_ref().and_then(Option::as_ref);
    let committed = metering.and_then(|metering| metering.commit_kilovolt_amperes);
    require_least("metering.commitKilovoltAmperes", committed, Decimal::ZERO)?;
    match (unit, factor) {
        (Some(PowerUnit::KilovoltAmpere), None) => {
            let message =
                "is missing: a charge that is stated in KILOVOLT_AMPERE has one, above 0 and at most 1";
            return Err(Error::invalid("powerFactor", message));
        }
        (None | Some(PowerUnit::Kilowatt), Some(factor)) => {
            let message =
                format!("{factor} is refused: only a charge that is stated in KILOVOLT_AMPERE has one");
            return Err(Error::invalid("powerFactor", message));
        }
        (Some(PowerUnit::KilovoltAmpere), Some(factor)) if factor <= Rate::ZERO || factor > Rate::ONE => {
            let message = format!("{factor} is refused: a power factor is above 0 and at most 1");
            return Err(Error::invalid("powerFactor", message));
        }
        _ => {}
    }
    match row.kind.try_as_ref().filter(|_| unit.is_some()) {
        Some(kind) if !matches!(kind, ChargeKind::SpaceKw | ChargeKind::PowerMetered) => {
            let message =
                format!("is refused of {}: only SPACE_KW and POWER_METERED commit to power", kind.to_value());
            Err(Error::invalid("powerUnit", message))
        }
        _ => Ok(()),
    }
}

/// The power factor of the quantity and the ramp of a charge: that of committed space in kilovolt-amperes. What a
/// meter is expected to read is in kilowatts always.
#[must_use]
pub fn factor_of(kind: ChargeKind, unit: Option<PowerUnit>, factor: Option<Rate>) -> Option<Decimal> {
    let is_apparent = kind == ChargeKind::SpaceKw && unit == Some(PowerUnit::KilovoltAmpere);
    factor.filter(|_| is_apparent).map(Rate::to_decimal)
}

/// What is committed for a deployment, in kilowatts: as it is stated, or kilovolt-amperes times the power factor.
///
/// # Errors
/// `Invalid` for a commitment that does not fit.
pub fn deployed(
    stated: Option<Rate>,
    kilovolt_amperes: Option<Rate>,
    factor: Option<Rate>,
) -> Result<Option<Decimal>> {
    match (kilovolt_amperes, factor) {
        (Some(apparent), Some(factor)) => {
            let real = kilowatts(apparent.to_decimal(), factor.to_decimal());
            real.map(|real| Some(real.normalize())).map_err(|cause| Error::invalid("powerFactor", cause))
        }
        _ => Ok(stated.map(Rate::to_decimal)),
    }
}

/// Charges that are stated in kilovolt-amperes, each in a sentence.
#[must_use]
pub fn apparent(charges: &[colocation_charge::Model]) -> Vec<String> {
    let of_charge = |(place, charge): (usize, &colocation_charge::Model)| {
        let factor = factor_of(charge.kind, charge.power_unit, charge.power_factor)?;
        Some(format!(
            "charge {} is stated in kVA: times its power factor of {} it is the committed kW",
            place + 1,
            factor.normalize()
        ))
    };
    charges.iter().enumerate().filter_map(of_charge).collect()
}
