//! Which hardware models, and in which order.

use async_graphql::{Enum, InputObject};
use entity::{
    id::HardwareModelId,
    inventory::{hardware_model, manufacturer},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};

use super::{DateQuality, HardwareKind, HardwareModel, ModelName};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    inventory::graphql::manufacturers::ManufacturerFilter,
    schema::{
        filter::{
            BooleanFilter, Comparison, DateFilter, EnumFilter, Filter, IdFilter, IntFilter, StringFilter,
            through,
        },
        page::Sortable,
    },
};

/// Which hardware models. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct HardwareModelFilter {
    /// All of these as well.
    pub and: Option<Vec<HardwareModelFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<HardwareModelFilter>>,
    /// And not this.
    pub not: Option<Box<HardwareModelFilter>>,
    /// By id.
    pub id: Option<IdFilter<HardwareModelId>>,
    /// By the maker.
    pub manufacturer: Option<ManufacturerFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By order number.
    pub part_number: Option<StringFilter>,
    /// By what it is for.
    pub kind: Option<EnumFilter<HardwareKind>>,
    /// By whether it takes both faces of its units.
    pub full_depth: Option<BooleanFilter>,
    /// By the draw under usual load, in watts.
    pub typical_draw_watts: Option<IntFilter>,
    /// By the months that it is meant to serve.
    pub useful_life_months: Option<IntFilter>,
    /// By the first day the maker sold it.
    pub released_on: Option<DateFilter>,
    /// By the last day it can be ordered.
    pub end_of_sale_on: Option<DateFilter>,
    /// By the last day of security fixes.
    pub end_of_security_support_on: Option<DateFilter>,
    /// By the last day of any support.
    pub last_date_of_support_on: Option<DateFilter>,
    /// By how well the days are known.
    pub date_quality: Option<EnumFilter<DateQuality>>,
    /// By the model to buy in its place.
    pub successor: Option<IdFilter<HardwareModelId>>,
    /// By list price, in units of its currency. Needs the right to see prices.
    pub list_price: Option<Comparison<Decimal>>,
}

impl Filter for HardwareModelFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use hardware_model::Column as C;
        if self.list_price.is_some() && !caller.may(Permission::ViewPrices) {
            // An answer would tell the price by halving.
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller.role });
        }
        let manufacturer = match &self.manufacturer {
            Some(test) => Some(through::<manufacturer::Entity>(
                C::ManufacturerId,
                manufacturer::Column::Id,
                test.condition(caller)?,
            )),
            None => None,
        };
        let day =
            |test: &Option<DateFilter>, column: C| test.as_ref().map(|test| test.on(column)).transpose();
        let quality = self.date_quality.as_ref();
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(manufacturer)
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.part_number.as_ref().map(|test| test.on(C::PartNumber)))
            .add_option(self.kind.as_ref().map(|test| test.on::<hardware_model::HardwareKind>(C::Kind)))
            .add_option(self.full_depth.as_ref().map(|test| test.on(C::FullDepth)))
            .add_option(
                self.typical_draw_watts.as_ref().map(|test| test.on(C::TypicalDrawWatts)).transpose()?,
            )
            .add_option(
                self.useful_life_months.as_ref().map(|test| test.on(C::UsefulLifeMonths)).transpose()?,
            )
            .add_option(day(&self.released_on, C::ReleasedOn)?)
            .add_option(day(&self.end_of_sale_on, C::EndOfSaleOn)?)
            .add_option(day(&self.end_of_security_support_on, C::EndOfSecuritySupportOn)?)
            .add_option(day(&self.last_date_of_support_on, C::LastDateOfSupportOn)?)
            .add_option(quality.map(|test| test.on::<hardware_model::DateQuality>(C::DateQuality)))
            .add_option(self.successor.as_ref().map(|test| test.on(C::SuccessorId)))
            .add_option(self.list_price.as_ref().map(|test| test.on(C::ListPriceAmount)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// The one model of that name.
pub(super) fn named(named: &ModelName) -> Condition {
    let maker = Condition::all().add(manufacturer::Column::Name.eq(named.manufacturer.as_str()));
    Condition::all().add(hardware_model::Column::Name.eq(named.name.as_str())).add(through::<
        manufacturer::Entity,
    >(
        hardware_model::Column::ManufacturerId,
        manufacturer::Column::Id,
        maker,
    ))
}

/// What to order hardware models by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum HardwareModelOrderField {
    /// By name.
    Name,
    /// By what they are for.
    Kind,
    /// By the last day they can be ordered.
    EndOfSaleOn,
    /// By the last day of security fixes.
    EndOfSecuritySupportOn,
    /// By the last day of any support.
    LastDateOfSupportOn,
    /// By the moment they were recorded.
    CreatedAt,
}

impl Sortable for HardwareModelOrderField {
    type Noun = HardwareModel;

    fn column(self) -> hardware_model::Column {
        use hardware_model::Column as C;
        match self {
            Self::Name => C::Name,
            Self::Kind => C::Kind,
            Self::EndOfSaleOn => C::EndOfSaleOn,
            Self::EndOfSecuritySupportOn => C::EndOfSecuritySupportOn,
            Self::LastDateOfSupportOn => C::LastDateOfSupportOn,
            Self::CreatedAt => C::CreatedAt,
        }
    }
}
