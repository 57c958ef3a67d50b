//! Charges of colocation contracts, as clients see them.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use chrono::NaiveDate;
use entity::{
    contracts::colocation_charge,
    id::{AssetId, ColocationChargeId, ColocationContractId, SiteId},
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    charge_terms::{
        Abatement, AbatementInput, Escalator, EscalatorInput, Metering, MeteringInput, Overage, OverageInput,
        RampStep, RampStepInput, abatements, ramp, real,
    },
    colocation_contracts::ColocationContract,
    words::{ChargeBilling, ChargeKind, PowerUnit},
};
use crate::{
    access::Permission,
    contracts::{colocation_charges, colocation_contracts, power_units},
    error::{Error, Result},
    inventory::graphql::{assets::Asset, sites::Site},
    schema::{
        patch::{kept, patch, patch_required, patch_with},
        record::{Noun, Record},
        request::{caller, change, read},
        scalar::{Date, Id, Moment, Money, amount, rate},
    },
};

/// One line of a colocation contract's price sheet.
#[derive(Clone)]
pub struct ColocationCharge(Record<colocation_charge::Entity>);

impl From<Record<colocation_charge::Entity>> for ColocationCharge {
    fn from(record: Record<colocation_charge::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ColocationCharge {
    type Entity = colocation_charge::Entity;
    type Id = ColocationChargeId;
    const VIEW: Permission = Permission::ViewContracts;
    const ID: colocation_charge::Column = colocation_charge::Column::Id;

    fn columns(field: &str) -> &'static [colocation_charge::Column] {
        use colocation_charge::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "contract" => &[C::ContractId],
            "site" => &[C::SiteId],
            "position" => &[C::Position],
            "kind" => &[C::Kind],
            "description" => &[C::Description],
            "unitPrice" => &[C::UnitPriceAmount, C::ContractId],
            "quantity" => &[C::Quantity],
            "fromOn" => &[C::FromOn],
            "toOn" => &[C::ToOn],
            "billing" => &[C::Billing],
            "escalator" => &[C::Escalator],
            "ramp" => &[C::Ramp, C::Kind, C::PowerUnit, C::PowerFactor],
            "kilowatts" | "kilovoltAmperes" => &[C::Quantity, C::Kind, C::PowerUnit, C::PowerFactor],
            "powerUnit" => &[C::Kind, C::PowerUnit],
            "powerFactor" => &[C::PowerFactor],
            "peakKilowatts" => &[C::PeakKilowatts],
            "abatements" => &[C::Abatements],
            "metering" => &[C::Metering, C::PowerFactor],
            "renewalUplift" => &[C::RenewalUplift],
            "asset" => &[C::AssetId],
            "overage" => &[C::Overage],
            _ => &[],
        }
    }
}

impl ColocationCharge {
    /// The power factor of its quantity; none where that is no power in kilovolt-amperes.
    fn factor(&self) -> Result<Option<Decimal>> {
        use colocation_charge::Column as C;
        let (kind, unit) = (self.0.get(C::Kind)?, self.0.get(C::PowerUnit)?);
        Ok(power_units::factor_of(kind, unit, self.0.get(C::PowerFactor)?))
    }
}

/// One line of a colocation contract's price sheet.
#[Object]
impl ColocationCharge {
    /// The id of the charge.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ColocationChargeId>(self.0.get(colocation_charge::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(colocation_charge::Column::Version)
    }

    /// When the charge was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(colocation_charge::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(colocation_charge::Column::UpdatedAt)
    }

    /// The contract that it is part of.
    async fn contract(&self, ctx: &Context<'_>) -> Result<Option<ColocationContract>> {
        self.0.one(ctx, colocation_charge::Column::ContractId).await
    }

    /// The site it is for; null is the whole contract.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, colocation_charge::Column::SiteId).await
    }

    /// Number in the price sheet, from 1.
    async fn position(&self) -> Result<i32> {
        Ok(self.0.get::<i32>(colocation_charge::Column::Position)?.saturating_add(1))
    }

    /// What is charged for.
    async fn kind(&self) -> Result<ChargeKind> {
        Ok(self.0.get::<colocation_charge::ChargeKind>(colocation_charge::Column::Kind)?.into())
    }

    /// The line's text.
    async fn description(&self) -> Result<Option<String>> {
        self.0.get(colocation_charge::Column::Description)
    }

    /// Price of one unit for a month; of a kilowatt-hour where metered; of one unit once where non-recurring.
    /// Null when the caller may not see prices.
    async fn unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        if !caller(ctx)?.may(Permission::ViewPrices) {
            return Ok(None);
        }
        let reader = read(ctx, ColocationContract::VIEW)?;
        let load = async || {
            let contracts = self.0.column_of_siblings::<Uuid>(colocation_charge::Column::ContractId)?;
            colocation_contracts::currencies(&reader, contracts).await
        };
        let currencies = self.0.shared("currencies".to_owned(), load).await?;
        let contract: ColocationContractId = self.0.get(colocation_charge::Column::ContractId)?;
        let price: Amount = self.0.get(colocation_charge::Column::UnitPriceAmount)?;
        Ok(currencies.get(&contract).map(|currency| Money::of(price, currency)))
    }

    /// Whether the price is hidden from the caller's role.
    async fn unit_price_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// How many units: kilowatts or kilovolt-amperes by `powerUnit`, cabinets, connections. A ramp takes its place.
    async fn quantity(&self) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(colocation_charge::Column::Quantity)?.to_decimal())
    }

    /// What its commitment of power is stated in, and priced by. Null of what commits to no power.
    async fn power_unit(&self) -> Result<Option<PowerUnit>> {
        use colocation_charge::{ChargeKind as Kind, Column as C};
        let kind: Kind = self.0.get(C::Kind)?;
        let unit: Option<colocation_charge::PowerUnit> = self.0.get(C::PowerUnit)?;
        let is_power = matches!(kind, Kind::SpaceKw | Kind::PowerMetered);
        Ok(is_power.then(|| unit.map_or(PowerUnit::Kilowatt, Into::into)))
    }

    /// Real over apparent power, where the commitment is stated in kilovolt-amperes.
    async fn power_factor(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(colocation_charge::Column::PowerFactor)?.map(Rate::to_decimal))
    }

    /// The quantity of SPACE_KW in kilowatts, which is held against what is drawn: of kilovolt-amperes, times the power
    /// factor. Null for other kinds.
    async fn kilowatts(&self) -> Result<Option<Decimal>> {
        use colocation_charge::{ChargeKind as Kind, Column as C};
        if self.0.get::<Kind>(C::Kind)? != Kind::SpaceKw {
            return Ok(None);
        }
        real(self.0.get::<Rate>(C::Quantity)?.to_decimal(), self.factor()?).map(Some)
    }

    /// The quantity of SPACE_KW in kilovolt-amperes, where it is stated in them.
    async fn kilovolt_amperes(&self) -> Result<Option<Decimal>> {
        let quantity = self.0.get::<Rate>(colocation_charge::Column::Quantity)?.to_decimal();
        Ok(self.factor()?.map(|_| quantity))
    }

    /// First day charged; null is the start of billing.
    #[graphql(name = "fromOn")]
    async fn first_day(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(colocation_charge::Column::FromOn)?.map(Date))
    }

    /// Last day charged; null is the end of the contract.
    #[graphql(name = "toOn")]
    async fn last_day(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(colocation_charge::Column::ToOn)?.map(Date))
    }

    /// Whether it is billed before or after the month.
    async fn billing(&self) -> Result<ChargeBilling> {
        Ok(self.0.get::<colocation_charge::Billing>(colocation_charge::Column::Billing)?.into())
    }

    /// How its price rises within the initial term.
    async fn escalator(&self) -> Result<Option<Escalator>> {
        let terms: Option<colocation_charge::Escalator> = self.0.get(colocation_charge::Column::Escalator)?;
        Ok(terms.map(Into::into))
    }

    /// Committed power by contract month; empty is the quantity throughout.
    async fn ramp(&self) -> Result<Vec<RampStep>> {
        let ramp: colocation_charge::Ramp = self.0.get(colocation_charge::Column::Ramp)?;
        let factor = self.factor()?;
        ramp.0.iter().map(|step| RampStep::of(step, factor)).collect()
    }

    /// Peak draw in kilowatts, where the higher of commitment and peak is billed.
    async fn peak_kilowatts(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(colocation_charge::Column::PeakKilowatts)?.map(Rate::to_decimal))
    }

    /// Months that are free or reduced.
    async fn abatements(&self) -> Result<Vec<Abatement>> {
        let runs: colocation_charge::Abatements = self.0.get(colocation_charge::Column::Abatements)?;
        Ok(runs.0.into_iter().map(Into::into).collect())
    }

    /// What metered power is billed by.
    async fn metering(&self) -> Result<Option<Metering>> {
        let terms: Option<colocation_charge::Metering> = self.0.get(colocation_charge::Column::Metering)?;
        let factor: Option<Rate> = self.0.get(colocation_charge::Column::PowerFactor)?;
        terms.map(|terms| Metering::of(&terms, factor.map(Rate::to_decimal))).transpose()
    }

    /// Its own rise at each renewal, as a fraction, where the contract renews with a fixed uplift.
    async fn renewal_uplift(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(colocation_charge::Column::RenewalUplift)?.map(Rate::to_decimal))
    }

    /// The asset that a connection ends at.
    async fn asset(&self, ctx: &Context<'_>) -> Result<Option<Asset>> {
        self.0.one(ctx, colocation_charge::Column::AssetId).await
    }

    /// What drawing more than is committed costs. Null: nothing more.
    async fn overage(&self) -> Result<Option<Overage>> {
        let terms: Option<colocation_charge::Overage> = self.0.get(colocation_charge::Column::Overage)?;
        Ok(terms.map(Into::into))
    }
}

/// A charge to add to a price sheet.
#[derive(Clone, Debug, InputObject)]
pub struct NewColocationCharge {
    /// What is charged for.
    pub kind: ChargeKind,
    /// Price of one unit in the contract's currency, for a month; of a kilowatt-hour where metered; of one unit
    /// once where non-recurring.
    pub unit_price: Decimal,
    /// How many units. May be left out where a ramp or a meter states it.
    pub quantity: Option<Decimal>,
    /// What else is agreed.
    #[graphql(default)]
    pub details: ColocationChargeDetails,
}

/// What may be agreed of a charge. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ColocationChargeDetails {
    /// The site it is for; null is the whole contract.
    pub site: MaybeUndefined<Id<SiteId>>,
    /// The line's text.
    pub description: MaybeUndefined<String>,
    /// First day charged; null is the start of billing.
    pub from_on: MaybeUndefined<Date>,
    /// Last day charged; null is the end of the contract.
    pub to_on: MaybeUndefined<Date>,
    /// Whether it is billed before or after the month.
    pub billing: MaybeUndefined<ChargeBilling>,
    /// How its price rises within the initial term.
    pub escalator: MaybeUndefined<EscalatorInput>,
    /// Committed power by contract month, in order; empty is the quantity throughout.
    pub ramp: MaybeUndefined<Vec<RampStepInput>>,
    /// Peak draw in kilowatts, where the higher of commitment and peak is billed.
    pub peak_kilowatts: MaybeUndefined<Decimal>,
    /// Months that are free or reduced.
    pub abatements: MaybeUndefined<Vec<AbatementInput>>,
    /// What metered power is billed by.
    pub metering: MaybeUndefined<MeteringInput>,
    /// Its own rise at each renewal, as a fraction, where the contract renews with a fixed uplift.
    pub renewal_uplift: MaybeUndefined<Decimal>,
    /// The asset that a connection ends at, by its id.
    pub asset: MaybeUndefined<Id<AssetId>>,
    /// What drawing more than is committed costs. For SPACE_KW.
    pub overage: MaybeUndefined<OverageInput>,
    /// What its commitment of power is stated in, kilowatts where left out: of SPACE_KW the quantity, the ramp and the
    /// price of a unit, of POWER_METERED the commitment of the meter.
    pub power_unit: MaybeUndefined<PowerUnit>,
    /// Real over apparent power, above 0 and at most 1: required with KILOVOLT_AMPERE, refused without.
    pub power_factor: MaybeUndefined<Decimal>,
}

/// What of a charge may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ColocationChargeChanges {
    /// What is charged for.
    pub kind: MaybeUndefined<ChargeKind>,
    /// Price of one unit in the contract's currency.
    pub unit_price: MaybeUndefined<Decimal>,
    /// How many units: kilowatts, cabinets, connections.
    pub quantity: MaybeUndefined<Decimal>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: ColocationChargeDetails,
}

impl ColocationChargeDetails {
    fn apply(self, row: &mut colocation_charge::ActiveModel) -> Result<()> {
        patch_with(&mut row.site_id, self.site, |site| Ok(*site))?;
        patch(&mut row.description, self.description);
        patch(&mut row.from_on, self.from_on);
        patch(&mut row.to_on, self.to_on);
        patch_required(&mut row.billing, self.billing, "billing")?;
        patch(&mut row.escalator, self.escalator);
        patch(&mut row.power_unit, self.power_unit);
        patch_with(&mut row.power_factor, self.power_factor, |factor| rate(factor, "powerFactor"))?;
        if let Some(steps) = kept(self.ramp, "ramp")? {
            let is_space = row.kind.try_as_ref() == Some(&colocation_charge::ChargeKind::SpaceKw);
            row.ramp = Set(ramp(steps, is_space && is_apparent(row))?);
        }
        patch_with(&mut row.peak_kilowatts, self.peak_kilowatts, |peak| rate(peak, "peakKilowatts"))?;
        patch_required(&mut row.abatements, self.abatements.map_value(abatements), "abatements")?;
        patch(&mut row.metering, self.metering);
        patch_with(&mut row.renewal_uplift, self.renewal_uplift, |uplift| rate(uplift, "renewalUplift"))?;
        patch_with(&mut row.asset_id, self.asset, |asset| Ok(*asset))?;
        patch(&mut row.overage, self.overage);
        Ok(())
    }
}

/// Whether a charge is stated in kilovolt-amperes.
fn is_apparent(row: &colocation_charge::ActiveModel) -> bool {
    row.power_unit.try_as_ref().copied().flatten() == Some(colocation_charge::PowerUnit::KilovoltAmpere)
}

impl ColocationChargeChanges {
    /// Refuses another unit for figures that stay: they would mean something else in silence.
    fn require_restated(&self, row: &colocation_charge::ActiveModel) -> Result<()> {
        let is_asked = match self.details.power_unit {
            MaybeUndefined::Undefined => return Ok(()),
            MaybeUndefined::Null => false,
            MaybeUndefined::Value(unit) => unit == PowerUnit::KilovoltAmpere,
        };
        let has_ramp = row.ramp.try_as_ref().is_some_and(|ramp| !ramp.0.is_empty());
        let is_restated = self.quantity.value().is_some()
            && self.unit_price.value().is_some()
            && (!has_ramp || self.details.ramp.value().is_some());
        let is_space = row.kind.try_as_ref() == Some(&colocation_charge::ChargeKind::SpaceKw);
        if is_space && is_asked != is_apparent(row) && !is_restated {
            let message = "changes what quantity, unit price and ramp are stated in: state those that it has anew with it";
            return Err(Error::invalid("powerUnit", message));
        }
        Ok(())
    }

    fn apply(self, row: &mut colocation_charge::ActiveModel) -> Result<()> {
        self.require_restated(row)?;
        patch_required(&mut row.kind, self.kind, "kind")?;
        if let Some(price) = kept(self.unit_price, "unitPrice")? {
            row.unit_price_amount = Set(amount(price, "unitPrice")?);
        }
        if let Some(quantity) = kept(self.quantity, "quantity")? {
            row.quantity = Set(rate(quantity, "quantity")?);
        }
        self.details.apply(row)
    }
}

impl NewColocationCharge {
    /// The row, without its contract and place.
    pub(super) fn row(self) -> Result<colocation_charge::ActiveModel> {
        let mut row = colocation_charge::ActiveModel { kind: Set(self.kind.into()), ..Default::default() };
        self.details.apply(&mut row)?;
        row.unit_price_amount = Set(amount(self.unit_price, "unitPrice")?);
        if let Some(quantity) = self.quantity {
            row.quantity = Set(rate(quantity, "quantity")?);
        }
        Ok(row)
    }
}

/// Changes of charges.
#[derive(Default)]
pub struct ColocationChargeMutation;

/// Changes of charges.
#[Object]
impl ColocationChargeMutation {
    /// Adds a charge to the end of a contract's price sheet. Sent again with the same idempotency key it
    /// answers with the first charge.
    async fn add_colocation_charge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract, by its id.")] contract: Id<ColocationContractId>,
        #[graphql(desc = "What is to be recorded.")] input: NewColocationCharge,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<ColocationCharge> {
        let given = (contract, &input);
        let charge = change(ctx, Permission::EditContracts, async |tx| {
            tx.once("addColocationCharge", idempotency_key, &given, async || {
                colocation_charges::add(tx, *contract, input.clone().row()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(charge).into())
    }

    /// Changes a charge.
    async fn update_colocation_charge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationChargeId>,
        #[graphql(desc = "What is to change.")] changes: ColocationChargeChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ColocationCharge> {
        let charge = change(ctx, Permission::EditContracts, async |tx| {
            colocation_charges::update(tx, *id, expected_version, |row| changes.apply(row)).await
        })
        .await?;
        Ok(Record::whole(charge).into())
    }

    /// Removes a charge from its contract, and answers with the contract.
    async fn remove_colocation_charge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationChargeId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ColocationContract> {
        let contract = change(ctx, Permission::EditContracts, async |tx| {
            colocation_charges::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(Record::whole(contract).into())
    }
}
