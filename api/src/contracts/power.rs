//! The power under colocation contracts as it is stored: circuits, their limits and what was read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use entity::{
    contracts::{
        colocation_charge::{self, ChargeKind},
        colocation_circuit::{self, Feed as FeedColumn},
        colocation_contract, colocation_deployment, colocation_reading,
    },
    id::{ColocationContractId, ColocationDeploymentId},
    money::Rate,
};
use forecasting::{
    colocation::{
        BusinessDays, Capacity, Circuit, Deployment, Draw, Feed, Indices, Limit, MeterReading, MeteredPart,
        MonthReading, MonthUse, Phases, PowerMonth, committed_kilowatts, drawn, month_reading, power_month,
    },
    month::Month,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{colocation_charges, power_units, terms};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// Days of readings that the draw of a day is told from.
const DAYS_READ: u64 = 365;

/// A deployment with its circuits and what was read.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The deployment.
    pub deployment: colocation_deployment::Model,
    /// Its circuits, by reference.
    pub circuits: Vec<colocation_circuit::Model>,
    /// What was read, in order.
    pub readings: Vec<colocation_reading::Model>,
}

/// A circuit as a value.
#[must_use]
pub fn circuit(row: &colocation_circuit::Model) -> Circuit {
    Circuit {
        name: row.reference.clone(),
        cabinet: row.pair.clone().unwrap_or_else(|| row.cabinet.clone()),
        feed: row.feed.map(|feed| match feed {
            FeedColumn::A => Feed::A,
            FeedColumn::B => Feed::B,
        }),
        voltage: row.volts.to_decimal(),
        amps: row.amperes.to_decimal(),
        phases: if row.phases == 3 { Phases::Three } else { Phases::One },
        derate: row.derate.to_decimal(),
    }
}

/// Whether a circuit is in use on a day.
#[must_use]
pub fn in_use(row: &colocation_circuit::Model, on: NaiveDate) -> bool {
    row.billed_from_on.is_none_or(|from| from <= on)
        && row.billed_to_on.is_none_or(|to| on <= to)
        && row.returned_on.is_none_or(|returned| on < returned)
}

impl Installed {
    /// The circuits in use on a day.
    #[must_use]
    pub fn circuits_on(&self, on: NaiveDate) -> Vec<Circuit> {
        self.circuits.iter().filter(|row| in_use(row, on)).map(circuit).collect()
    }

    /// The meters whose readings add up to what the deployment draws, and what they read: the meter of the whole
    /// where there is one, else those of the circuits in use.
    fn meters(&self, on: NaiveDate) -> (BTreeSet<String>, Vec<MeterReading>) {
        let name = &self.deployment.name;
        if self.readings.iter().any(|reading| reading.circuit_id.is_none()) {
            let whole = self.readings.iter().filter(|reading| reading.circuit_id.is_none());
            return (BTreeSet::from([name.clone()]), whole.map(|it| read(it, name.clone())).collect());
        }
        let used = self.circuits.iter().filter(|row| in_use(row, on)).map(|row| self.meter_of(row)).collect();
        let names: HashMap<_, _> = self.circuits.iter().map(|row| (row.id, self.meter_of(row))).collect();
        let readings = self.readings.iter();
        let readings = readings.filter_map(|it| Some(read(it, names.get(&it.circuit_id?)?.clone())));
        (used, readings.collect())
    }

    /// The meters whose readings add up to what the deployment draws, each with the metered charges that its circuits
    /// name: none where they name none.
    fn owners(&self, on: NaiveDate, charges: &[colocation_charge::Model]) -> Vec<(String, BTreeSet<usize>)> {
        let (meters, _) = self.meters(on);
        let used = || self.circuits.iter().filter(|row| in_use(row, on));
        let owner = |row: &colocation_circuit::Model| {
            let is_owner = |charge: &colocation_charge::Model| {
                Some(charge.id) == row.charge_id && charge.kind == ChargeKind::PowerMetered
            };
            charges.iter().position(is_owner)
        };
        let of_meter = |meter: String| {
            let is_whole = meter == self.deployment.name;
            let of_it = used().filter(|row| is_whole || self.meter_of(row) == meter);
            let owners = of_it.filter_map(owner).collect();
            (meter, owners)
        };
        meters.into_iter().map(of_meter).collect()
    }

    fn meter_of(&self, circuit: &colocation_circuit::Model) -> String {
        format!("{}/{}", self.deployment.name, circuit.reference)
    }

    /// What was read of all circuits together, under the name of the deployment.
    #[must_use]
    pub fn whole_readings(&self) -> Vec<(String, MeterReading)> {
        let name = &self.deployment.name;
        let whole = self.readings.iter().filter(|row| row.circuit_id.is_none());
        whole.map(|row| (name.clone(), read(row, name.clone()))).collect()
    }

    /// What was read of single circuits, with their references.
    #[must_use]
    pub fn meter_readings(&self) -> Vec<(String, MeterReading)> {
        let names: HashMap<_, _> = self.circuits.iter().map(|row| (row.id, row.reference.clone())).collect();
        let of_circuits = self.readings.iter().filter_map(|row| {
            let name = names.get(&row.circuit_id?)?;
            Some((name.clone(), read(row, name.clone())))
        });
        of_circuits.collect()
    }

    fn limits(&self, on: NaiveDate, commitment: Option<Decimal>) -> Result<Deployment> {
        let row = &self.deployment;
        let limit = |value: Option<Rate>, is_none: bool| match value {
            Some(value) => Limit::Of(value.to_decimal()),
            None if is_none => Limit::Unlimited,
            None => Limit::Unknown,
        };
        let own = power_units::deployed(row.commit_kilowatts, row.commit_kilovolt_amperes, row.power_factor)?;
        Ok(Deployment {
            circuits: self.circuits_on(on),
            draw_cap: limit(row.draw_cap_kilovolt_amperes, row.draw_is_not_capped),
            cooling: limit(row.cooling_kilowatts, row.cooling_is_not_limited),
            power_factor: row.power_factor.map(Rate::to_decimal),
            commitment: own.or(commitment),
        })
    }
}

/// A reading as a value, of a meter with a name.
#[must_use]
pub fn read(row: &colocation_reading::Model, meter: String) -> MeterReading {
    MeterReading {
        meter,
        from: row.starts_at.naive_utc(),
        to: row.ends_at.naive_utc(),
        peak: row.peak_kilowatts.map(Rate::to_decimal),
        average: row.average_kilowatts.map(Rate::to_decimal),
        energy: row.kilowatt_hours.map(Rate::to_decimal),
    }
}

/// The deployments of contracts with their circuits and what was read between two moments, with three statements
/// however many there are, and one where there is none.
///
/// # Errors
/// Those of the database.
pub async fn of_contracts(
    db: &impl Read,
    contracts: Vec<ColocationContractId>,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<HashMap<ColocationContractId, Vec<Installed>>> {
    let deployments = colocation_deployment::Entity::find()
        .filter(colocation_deployment::Column::ContractId.is_in(contracts))
        .order_by_asc(colocation_deployment::Column::Name)
        .all(db)
        .await?;
    let ids: Vec<ColocationDeploymentId> = deployments.iter().map(|it| it.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut circuits: HashMap<_, Vec<_>> = HashMap::new();
    let found = colocation_circuit::Entity::find()
        .filter(colocation_circuit::Column::DeploymentId.is_in(ids.iter().copied()))
        .order_by_asc(colocation_circuit::Column::Reference)
        .all(db)
        .await?;
    for circuit in found {
        circuits.entry(circuit.deployment_id).or_default().push(circuit);
    }
    let mut readings: HashMap<_, Vec<_>> = HashMap::new();
    let found = colocation_reading::Entity::find()
        .filter(colocation_reading::Column::DeploymentId.is_in(ids))
        .filter(colocation_reading::Column::StartsAt.gte(from))
        .filter(colocation_reading::Column::EndsAt.lte(to))
        .order_by_asc(colocation_reading::Column::StartsAt)
        .all(db)
        .await?;
    for reading in found {
        readings.entry(reading.deployment_id).or_default().push(reading);
    }
    let mut by_contract: HashMap<_, Vec<_>> = HashMap::new();
    for deployment in deployments {
        let circuits = circuits.remove(&deployment.id).unwrap_or_default();
        let readings = readings.remove(&deployment.id).unwrap_or_default();
        let installed = Installed { circuits, readings, deployment };
        by_contract.entry(installed.deployment.contract_id).or_default().push(installed);
    }
    Ok(by_contract)
}

/// The year up to the end of a day.
#[must_use]
pub fn year_up_to(on: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let end = on.checked_add_days(Days::new(1)).unwrap_or(on);
    let start = end.checked_sub_days(Days::new(DAYS_READ)).unwrap_or(end);
    (midnight(start), midnight(end))
}

/// The moments at which a number of months begin and end.
#[must_use]
pub fn months(first: Month, last: Month) -> (DateTime<Utc>, DateTime<Utc>) {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    (midnight(first.first_day()), midnight(last.next().first_day()))
}

/// The power of one contract on a day.
#[derive(Clone, Debug)]
pub struct Installation {
    on: NaiveDate,
    commitment: Option<Decimal>,
    apparent: Vec<String>,
    deployments: Vec<Installed>,
}

impl Installation {
    /// The power of a contract on a day, from what is stored of it.
    #[must_use]
    pub fn new(on: NaiveDate, commitment: Option<Decimal>, deployments: Vec<Installed>) -> Self {
        Self { on, commitment, apparent: Vec::new(), deployments }
    }

    /// The same, knowing which charges the commitment is of.
    #[must_use]
    pub fn stated_in(self, charges: &[colocation_charge::Model]) -> Self {
        Self { apparent: power_units::apparent(charges), ..self }
    }

    /// Its deployments, by name.
    #[must_use]
    pub fn deployments(&self) -> &[Installed] {
        &self.deployments
    }

    /// The numbers called capacity of one of its deployments, with its circuits.
    ///
    /// # Errors
    /// `NotFound` for a deployment that is not one of them, `Invalid` for figures that cannot be.
    pub fn capacity_of(&self, id: ColocationDeploymentId) -> Result<(Capacity, Vec<Circuit>)> {
        let found = self.deployments.iter().find(|it| it.deployment.id == id);
        let installed = found.ok_or_else(|| Error::not_found("colocation deployment", id))?;
        let capacity = self.capacity(installed)?;
        Ok((capacity, installed.circuits_on(self.on)))
    }

    fn capacity(&self, installed: &Installed) -> Result<Capacity> {
        let (meters, readings) = installed.meters(self.on);
        let draw = drawn(&meters, &readings).map_err(refused)?;
        // What a contract commits to is for its only deployment.
        let commitment = self.commitment.filter(|_| self.deployments.len() == 1);
        let mut capacity = installed.limits(self.on, commitment)?.capacity(&draw).map_err(refused)?;
        let row = &installed.deployment;
        match row.commit_kilovolt_amperes {
            Some(committed) => {
                capacity.explanation = capacity.explanation.input("committed kVA", committed.to_decimal());
            }
            None if row.commit_kilowatts.is_none() && commitment.is_some() => self.tell(&mut capacity),
            None => {}
        }
        Ok(self.explained(capacity))
    }

    /// Says of the commitment of the contract what of it is stated in kilovolt-amperes.
    fn tell(&self, capacity: &mut Capacity) {
        capacity.explanation.assumptions.extend(self.apparent.iter().cloned());
    }

    /// The same, saying which readings it is from.
    fn explained(&self, mut capacity: Capacity) -> Capacity {
        let assumption = format!("drawn is what was read in the {DAYS_READ} days up to {}", self.on);
        capacity.explanation = capacity.explanation.assume(assumption);
        capacity
    }

    /// The numbers called capacity over all of its deployments, with all circuits.
    ///
    /// # Errors
    /// `Invalid` for figures that cannot be.
    pub fn total(&self) -> Result<(Capacity, Vec<Circuit>)> {
        if let [only] = self.deployments.as_slice() {
            return self.capacity_of(only.deployment.id);
        }
        let parts = self.deployments.iter().map(|it| self.capacity(it)).collect::<Result<Vec<_>>>()?;
        let draw = self.draw()?;
        let mut factors = self.deployments.iter().map(|it| it.deployment.power_factor);
        let first = factors.next().flatten();
        let factor = first.filter(|first| factors.all(|factor| factor == Some(*first))).map(Rate::to_decimal);
        let mut capacity = Capacity::together(&parts, factor, self.commitment, &draw).map_err(refused)?;
        self.tell(&mut capacity);
        let capacity = self.explained(capacity);
        let circuits = self.deployments.iter().flat_map(|installed| {
            let name = &installed.deployment.name;
            installed.circuits_on(self.on).into_iter().map(move |circuit| Circuit {
                name: format!("{name}/{}", circuit.name),
                cabinet: format!("{name}/{}", circuit.cabinet),
                ..circuit
            })
        });
        Ok((capacity, circuits.collect()))
    }

    fn draw(&self) -> Result<Draw> {
        let (meters, readings) = self.meters();
        drawn(&meters, &readings).map_err(refused)
    }

    fn meters(&self) -> (BTreeSet<String>, Vec<MeterReading>) {
        let (mut meters, mut readings) = (BTreeSet::new(), Vec::new());
        for installed in &self.deployments {
            let (of_it, read) = installed.meters(self.on);
            meters.extend(of_it);
            readings.extend(read);
        }
        (meters, readings)
    }

    /// What was read in a month; none where a meter was not read for all of it.
    ///
    /// # Errors
    /// `Invalid` for figures that cannot be.
    pub fn month(&self, month: Month) -> Result<Option<MonthReading>> {
        let (meters, readings) = self.meters();
        month_reading(&meters, &readings, month).map_err(refused)
    }

    /// The same, in parts where circuits name the metered charges of a price sheet that they are billed by. What no
    /// circuit names a charge of is of the charges that no circuit names.
    ///
    /// # Errors
    /// `Invalid` for figures that cannot be.
    pub fn month_use(&self, month: Month, charges: &[colocation_charge::Model]) -> Result<Option<MonthUse>> {
        let Some(whole) = self.month(month)? else { return Ok(None) };
        let owners: Vec<_> = self.deployments.iter().flat_map(|it| it.owners(self.on, charges)).collect();
        let named: BTreeSet<usize> = owners.iter().flat_map(|(_, owners)| owners).copied().collect();
        if named.is_empty() {
            return Ok(Some(whole.into()));
        }
        let metered = charges.iter().enumerate().filter(|(_, it)| it.kind == ChargeKind::PowerMetered);
        let all: BTreeSet<usize> = metered.map(|(position, _)| position).collect();
        let unnamed: BTreeSet<usize> = all.difference(&named).copied().collect();
        let rest = if unnamed.is_empty() { all } else { unnamed };
        let mut parts: BTreeMap<BTreeSet<usize>, BTreeSet<String>> = BTreeMap::new();
        for (meter, owners) in owners {
            let owners = if owners.is_empty() { rest.clone() } else { owners };
            parts.entry(owners).or_default().insert(meter);
        }
        let (_, readings) = self.meters();
        let parts = parts.into_iter().map(|(charges, meters)| {
            let read = month_reading(&meters, &readings, month).map_err(refused)?;
            Ok(read.map(|read| MeteredPart { charges, average: read.average }))
        });
        let parts = parts.filter_map(Result::transpose).collect::<Result<_>>()?;
        Ok(Some(MonthUse { whole, parts }))
    }
}

/// What was read of deployments in those of some months that every meter was read for all of.
///
/// # Errors
/// `Invalid` for figures that cannot be.
pub fn uses(
    installed: &[Installed],
    charges: &[colocation_charge::Model],
    months: impl IntoIterator<Item = Month>,
) -> Result<BTreeMap<Month, MonthUse>> {
    let mut uses = BTreeMap::new();
    for month in months {
        let installation = Installation::new(month.last_day(), None, installed.to_vec());
        if let Some(used) = installation.month_use(month, charges)? {
            uses.insert(month, used);
        }
    }
    Ok(uses)
}

/// What a month of power costs by what was read; none where a meter was not read for all of it.
///
/// # Errors
/// `Invalid` for terms and figures that cannot be computed.
pub fn cost_of_month(
    contract: &colocation_contract::Model,
    charges: &[colocation_charge::Model],
    deployments: Vec<Installed>,
    month: Month,
    indices: &Indices,
) -> Result<Option<PowerMonth>> {
    let installation = Installation::new(month.last_day(), None, deployments);
    let Some(used) = installation.month_use(month, charges)? else { return Ok(None) };
    let value = terms::colocation(contract, charges)?;
    let cost = power_month(&value, used, &terms::overages(charges), indices, &BusinessDays::default());
    cost.map(Some).map_err(|cause| match cause {
        forecasting::ForecastError::Missing { .. } => Error::invalid("assumedIndexRate", cause),
        other => Error::invalid("month", other),
    })
}

/// The power of contracts on a day, with five statements however many there are.
///
/// # Errors
/// Those of the database, and `Invalid` for a commitment that does not fit.
pub async fn installations(
    db: &impl Read,
    contracts: Vec<ColocationContractId>,
    on: NaiveDate,
) -> Result<HashMap<ColocationContractId, Installation>> {
    let rows = colocation_contract::Entity::find()
        .filter(colocation_contract::Column::Id.is_in(contracts.iter().copied()))
        .all(db)
        .await?;
    let sheets = colocation_charges::of_contracts(db, contracts.clone()).await?;
    let mut installed = of_contracts(db, contracts, year_up_to(on)).await?;
    let mut found = HashMap::new();
    for row in rows {
        let charges = sheets.get(&row.id).map_or(&[][..], Vec::as_slice);
        let commitment = commitment(&row, charges, on)?;
        let deployments = installed.remove(&row.id).unwrap_or_default();
        let installation = Installation::new(on, commitment, deployments).stated_in(charges);
        found.insert(row.id, installation);
    }
    Ok(found)
}

/// What a contract commits to on a day, in kilowatts.
///
/// # Errors
/// `Invalid` for terms that cannot be computed.
pub fn commitment(
    contract: &colocation_contract::Model,
    charges: &[colocation_charge::Model],
    on: NaiveDate,
) -> Result<Option<Decimal>> {
    committed_kilowatts(&terms::colocation(contract, charges)?, on).map_err(refused)
}

fn refused(cause: forecasting::ForecastError) -> Error {
    Error::invalid("", cause)
}
