//! What is wrong between colocation contracts and what is used under them, and what that affects.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    contracts::{
        colocation_charge::{self, ChargeKind},
        colocation_circuit, colocation_contract,
    },
    id::{AssetId, ColocationContractId, VendorId},
    inventory::asset,
};
use forecasting::{
    colocation::{
        self, BusinessDays, Charge, Contract, CrossConnect, Indices, MeterReading, Problem, Reading, Usage,
        committed_kilowatts, duplicate_orders, month_cost, monthly_rate, validate_usage,
    },
    month::Month,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    findings::Finding,
    power::{self, Installation, Installed},
    terms,
};
use crate::{error::Result, store::Read};

/// Full months before a day that are looked through for more than is committed.
const MONTHS_LOOKED_THROUGH: i32 = 11;

/// The longest period of a reading that is held against a breaker, in hours.
const LONGEST_INTERVAL: i64 = 1;

/// What is used under contracts, read once for all of them.
#[derive(Debug, Default)]
pub struct Used {
    installed: HashMap<ColocationContractId, Vec<Installed>>,
    assets: HashMap<AssetId, (String, Option<NaiveDate>)>,
    numbers: HashMap<VendorId, Vec<(ColocationContractId, String)>>,
}

impl Used {
    /// Reads what was drawn in the year up to a day, the assets that connections end at, and the numbers of the other
    /// contracts of the same vendors: a number of statements that does not depend on how many contracts there are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(
        db: &impl Read,
        contracts: Vec<ColocationContractId>,
        vendors: Vec<VendorId>,
        charges: impl Iterator<Item = &colocation_charge::Model>,
        as_of: NaiveDate,
    ) -> Result<Self> {
        let ends: BTreeSet<AssetId> = charges.filter_map(|charge| charge.asset_id).collect();
        let mut used = Self {
            installed: power::of_contracts(db, contracts, power::year_up_to(as_of)).await?,
            ..Self::default()
        };
        if !ends.is_empty() {
            type Row = (AssetId, String, Option<NaiveDate>, Option<NaiveDate>);
            let rows: Vec<Row> = asset::Entity::find()
                .select_only()
                .columns([
                    asset::Column::Id,
                    asset::Column::Tag,
                    asset::Column::RetiredOn,
                    asset::Column::DisposedOn,
                ])
                .filter(asset::Column::Id.is_in(ends))
                .into_tuple()
                .all(db)
                .await?;
            let ends = rows.into_iter().map(|(id, tag, retired, disposed)| (id, (tag, retired.or(disposed))));
            used.assets = ends.collect();
        }
        let numbers: Vec<(ColocationContractId, VendorId, String)> = colocation_contract::Entity::find()
            .select_only()
            .columns([
                colocation_contract::Column::Id,
                colocation_contract::Column::VendorId,
                colocation_contract::Column::Number,
            ])
            .filter(colocation_contract::Column::VendorId.is_in(vendors))
            .order_by_asc(colocation_contract::Column::Number)
            .into_tuple()
            .all(db)
            .await?;
        for (id, vendor, number) in numbers {
            used.numbers.entry(vendor).or_default().push((id, number));
        }
        Ok(used)
    }

    /// Everything that is wrong between a contract and its use on a day. Empty for terms that cannot be computed:
    /// those have findings of their own.
    ///
    /// # Errors
    /// `Invalid` for figures that do not fit.
    pub fn findings(
        &self,
        contract: &colocation_contract::Model,
        charges: &[colocation_charge::Model],
        indices: &Indices,
        as_of: NaiveDate,
    ) -> Result<Vec<Finding>> {
        let mut findings = self.duplicates(contract);
        let Ok(value) = terms::colocation(contract, charges) else { return Ok(findings) };
        let installed = self.installed.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let priced = Priced { value: &value, indices, as_of };
        findings.extend(self.of_contract(&priced, charges, installed)?);
        for deployment in installed {
            findings.extend(of_readings(&priced, charges, deployment));
        }
        findings.extend(of_commitments(&priced, installed)?);
        Ok(findings)
    }

    /// Contracts with the vendor that have the same number but for a suffix.
    fn duplicates(&self, contract: &colocation_contract::Model) -> Vec<Finding> {
        let others = self.numbers.get(&contract.vendor_id).into_iter().flatten();
        let others = others.filter(|(id, _)| *id != contract.id);
        let twins = others.filter(|(_, other)| !duplicate_orders(&[other, &contract.number]).is_empty());
        let twins = twins.map(|(_, other)| {
            let rule = format!("the same as {other} with this vendor, but for a suffix: recorded twice?");
            Finding::warning("number", &contract.number, rule)
        });
        twins.collect()
    }

    /// Circuits, the draw of months and connections.
    fn of_contract(
        &self,
        priced: &Priced<'_>,
        charges: &[colocation_charge::Model],
        installed: &[Installed],
    ) -> Result<Vec<Finding>> {
        let as_of = priced.as_of;
        let billed: Vec<(&Installed, &colocation_circuit::Model)> = installed
            .iter()
            .flat_map(|deployment| deployment.circuits.iter().map(move |circuit| (deployment, circuit)))
            .filter(|(_, circuit)| is_billed(circuit, as_of))
            .collect();
        let connections: Vec<(usize, &colocation_charge::Model)> = charges
            .iter()
            .enumerate()
            .filter(|(_, charge)| charge.kind == ChargeKind::CrossConnect)
            .filter(|(_, charge)| charge.asset_id.is_some_and(|id| self.assets.contains_key(&id)))
            .filter(|(_, charge)| charge.to_on.is_none_or(|to| as_of <= to))
            .collect();
        let end_of = |charge: &colocation_charge::Model| charge.asset_id.and_then(|id| self.assets.get(&id));
        let usage = Usage {
            as_of,
            circuits: billed
                .iter()
                .map(|(deployment, row)| colocation::Circuit {
                    name: format!("{}/{}", deployment.deployment.name, row.reference),
                    cabinet: format!("{}/{}", deployment.deployment.name, row.cabinet),
                    ..power::circuit(row)
                })
                .collect(),
            readings: Vec::new(),
            whole: Vec::new(),
            power_factor: None,
            monthly_draw: monthly_draw(installed, as_of)?,
            cross_connects: connections
                .iter()
                .filter_map(|(_, charge)| end_of(charge))
                .map(|(tag, gone)| CrossConnect { name: tag.clone(), decommissioned: *gone })
                .collect(),
            returned_cabinets: billed
                .iter()
                .filter(|(_, circuit)| circuit.returned_on.is_some_and(|returned| returned <= as_of))
                .map(|(deployment, row)| format!("{}/{}", deployment.deployment.name, row.cabinet))
                .collect(),
        };
        let findings = validate_usage(priced.value, &usage).into_iter().map(|problem| {
            if let Some((place, rest)) = placed(&problem, "circuits[") {
                let Some((deployment, circuit)) = billed.get(place) else { return of_problem(&problem) };
                let path = format!(
                    "deployments[{}].circuits[{}].{rest}",
                    deployment.deployment.name, circuit.reference
                );
                let of_unit = circuit.charge_id.filter(|_| rest == "cabinet").and_then(|id| {
                    priced.monthly(charges.iter().position(|charge| charge.id == id)?, Some(Decimal::ONE))
                });
                let cabinet = Some(circuit.cabinet.clone()).filter(|_| rest == "cabinet");
                let found = of_problem(&problem);
                return Finding { field: path, value: cabinet.or(found.value), affects: of_unit, ..found };
            }
            if let Some((place, _)) = placed(&problem, "cross_connects[") {
                let Some((position, charge)) = connections.get(place) else { return of_problem(&problem) };
                let tag = end_of(charge).map(|(tag, _)| tag.clone());
                let affects = priced.monthly(*position, None);
                let field = format!("charges[{position}].asset");
                return Finding { field, value: tag, affects, ..of_problem(&problem) };
            }
            let power = priced.of_kinds(&POWER);
            Finding { affects: power, ..of_problem(&problem) }
        });
        Ok(findings.collect())
    }
}

/// What power costs that is paid for whether it is drawn or not.
const POWER: [colocation::ChargeKind; 2] =
    [colocation::ChargeKind::SpaceKw, colocation::ChargeKind::PowerCircuit];

/// Findings about a contract with what they affect, where they do not say it: the charge that they are about, or all
/// that is charged.
pub fn affected(
    findings: &mut [Finding],
    contract: &colocation_contract::Model,
    charges: &[colocation_charge::Model],
    indices: &Indices,
    as_of: NaiveDate,
) {
    let Ok(value) = terms::colocation(contract, charges) else { return };
    let priced = Priced { value: &value, indices, as_of };
    for finding in findings.iter_mut().filter(|finding| finding.affects.is_none()) {
        let of_charge = finding.field.strip_prefix("charges[").and_then(|rest| rest.split_once(']'));
        finding.affects = match of_charge {
            // What is waived counts as if it were not.
            Some((place, _)) => place.parse().ok().and_then(|place| priced.listed(place)),
            None if finding.field == "charges" => {
                let is_circuit =
                    finding.value.as_deref().is_some_and(|kinds| kinds.contains("POWER_CIRCUIT"));
                let kind = if is_circuit {
                    colocation::ChargeKind::PowerCircuit
                } else {
                    colocation::ChargeKind::PowerMetered
                };
                finding.value.as_ref().and_then(|_| priced.of_kinds(&[kind]))
            }
            None => priced.all(),
        };
    }
}

/// Prices on a day.
struct Priced<'v> {
    value: &'v Contract,
    indices: &'v Indices,
    as_of: NaiveDate,
}

impl Priced<'_> {
    /// What a charge costs for a whole month at the prices of the day, or so many units of it. None where a price
    /// is not known.
    fn monthly(&self, position: usize, units: Option<Decimal>) -> Option<Decimal> {
        let charge = self.value.charges.get(position)?;
        let charge = match units {
            Some(units) => Charge { quantity: units, ramp: Vec::new(), peak: None, ..charge.clone() },
            None => charge.clone(),
        };
        self.rate(vec![charge])
    }

    /// What a charge costs for a month by its list price, with nothing waived; of a meter, at its expected draw.
    fn listed(&self, position: usize) -> Option<Decimal> {
        let charge = self.value.charges.get(position)?;
        let charge = Charge { abatements: Vec::new(), ..charge.clone() };
        match charge.kind {
            colocation::ChargeKind::PowerMetered => self.metered(&charge),
            kind if kind.is_monthly() => self.rate(vec![charge]),
            _ => None,
        }
    }

    /// What all charges of some kinds cost for a whole month.
    fn of_kinds(&self, kinds: &[colocation::ChargeKind]) -> Option<Decimal> {
        let of_kinds = self.value.charges.iter().filter(|charge| kinds.contains(&charge.kind));
        let found: Vec<Charge> = of_kinds.cloned().collect();
        match found.first()?.kind {
            colocation::ChargeKind::PowerMetered => found.iter().map(|charge| self.metered(charge)).sum(),
            _ => self.rate(found),
        }
    }

    /// What everything that is charged every month costs, but for metered power.
    fn all(&self) -> Option<Decimal> {
        self.rate(self.value.charges.clone()).filter(|_| !self.value.charges.is_empty())
    }

    fn rate(&self, charges: Vec<Charge>) -> Option<Decimal> {
        let some = Contract { charges, ..self.value.clone() };
        let (rate, _) = monthly_rate(&some, self.as_of, self.indices, &BusinessDays::default()).ok()?;
        Some(self.value.currency.round(rate))
    }

    fn metered(&self, charge: &Charge) -> Option<Decimal> {
        let end = self.value.end(&BusinessDays::default());
        let line = month_cost(self.value, charge, Month::of(self.as_of), end, self.indices).ok()?;
        Some(line.amount)
    }
}

/// Deployments for which more is committed than the contract commits to.
fn of_commitments(priced: &Priced<'_>, installed: &[Installed]) -> Result<Vec<Finding>> {
    let rows = installed.iter().map(|it| &it.deployment);
    let stated: Vec<_> = rows.filter_map(|row| Some((row, row.commit_kilowatts?.to_decimal()))).collect();
    let committed = committed_kilowatts(priced.value, priced.as_of)
        .map_err(|cause| crate::error::Error::invalid("charges", cause))?;
    let Some(committed) = committed else { return Ok(Vec::new()) };
    let sum: Decimal = stated.iter().map(|(_, kilowatts)| *kilowatts).sum();
    if sum <= committed {
        return Ok(Vec::new());
    }
    let rule = match stated.as_slice() {
        [_] => format!("the contract commits to {} kilowatts", committed.normalize()),
        _ => format!(
            "the contract commits to {} kilowatts, its deployments to {}",
            committed.normalize(),
            sum.normalize()
        ),
    };
    let found = stated.iter().map(|(row, kilowatts)| {
        let field = format!("deployments[{}].commitKilowatts", row.name);
        let found = Finding::warning(&field, kilowatts.normalize(), rule.clone());
        Finding { affects: priced.of_kinds(&[colocation::ChargeKind::SpaceKw]), ..found }
    });
    Ok(found.collect())
}

fn is_billed(circuit: &colocation_circuit::Model, on: NaiveDate) -> bool {
    circuit.billed_from_on.is_none_or(|from| from <= on) && circuit.billed_to_on.is_none_or(|to| on <= to)
}

/// The average draw of the full months before a day that every meter was read in.
fn monthly_draw(installed: &[Installed], as_of: NaiveDate) -> Result<BTreeMap<Month, Decimal>> {
    let mut draw = BTreeMap::new();
    if installed.iter().all(|deployment| deployment.readings.is_empty()) {
        return Ok(draw);
    }
    let this = Month::of(as_of);
    for back in 1..=MONTHS_LOOKED_THROUGH {
        let month = this.plus(-back);
        let installation = Installation::new(month.last_day(), None, installed.to_vec());
        if let Some(reading) = installation.month(month)? {
            draw.insert(month, reading.average);
        }
    }
    Ok(draw)
}

/// The highest readings of circuits against what they can carry.
fn of_readings(
    priced: &Priced<'_>,
    charges: &[colocation_charge::Model],
    installed: &Installed,
) -> Vec<Finding> {
    let (readings, whole) = (installed.meter_readings(), installed.whole_readings());
    let usage = Usage {
        as_of: priced.as_of,
        circuits: installed.circuits.iter().map(power::circuit).collect(),
        readings: readings.iter().filter_map(|(circuit, reading)| held(circuit, reading)).collect(),
        whole: whole.iter().filter_map(|(name, reading)| held(name, reading)).collect(),
        power_factor: installed.deployment.power_factor.map(entity::money::Rate::to_decimal),
        monthly_draw: BTreeMap::new(),
        cross_connects: Vec::new(),
        returned_cabinets: BTreeSet::new(),
    };
    let problems = validate_usage(priced.value, &usage).into_iter();
    let name = &installed.deployment.name;
    let found = problems.filter_map(|problem| {
        if let Some((place, rest)) = placed(&problem, "whole[") {
            let at = usage.whole.get(place)?.interval.format("%Y-%m-%dT%H:%MZ");
            let field = format!("deployments[{name}].readings[{at}].{rest}");
            return Some(Finding { field, affects: priced.of_kinds(&POWER), ..of_problem(&problem) });
        }
        let (place, rest) = placed(&problem, "readings[")?;
        let reading = usage.readings.get(place)?;
        let at = reading.interval.format("%Y-%m-%dT%H:%MZ");
        let field = format!("deployments[{name}].circuits[{}].readings[{at}].{rest}", reading.circuit);
        let circuit = installed.circuits.iter().find(|row| row.reference == reading.circuit);
        let of_unit = circuit.and_then(|row| row.charge_id).and_then(|id| {
            priced.monthly(charges.iter().position(|charge| charge.id == id)?, Some(Decimal::ONE))
        });
        let affects = of_unit.or_else(|| priced.of_kinds(&POWER));
        Some(Finding { field, affects, ..of_problem(&problem) })
    });
    found.collect()
}

/// A reading as far as a breaker has to carry it: its peak, or its average where the interval is short.
fn held(circuit: &str, reading: &MeterReading) -> Option<Reading> {
    let is_interval = (reading.to - reading.from).num_hours() <= LONGEST_INTERVAL;
    let mean = reading.mean().ok().flatten().filter(|_| is_interval);
    let kilowatts = reading.peak.or(mean)?;
    Some(Reading { circuit: circuit.to_owned(), interval: reading.from, kilowatts })
}

/// The place in a list of the use, and the rest of the field.
fn placed<'p>(problem: &'p Problem, list: &str) -> Option<(usize, &'p str)> {
    let (place, rest) = problem.field.strip_prefix(list)?.split_once(']')?;
    Some((place.parse().ok()?, rest.trim_start_matches('.')))
}

fn of_problem(problem: &Problem) -> Finding {
    let field = problem.field.replace("monthly_draw[", "readings[");
    Finding::warning(&field, &problem.value, problem.rule)
}
