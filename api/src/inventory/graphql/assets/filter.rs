//! Which assets, and in which order.

use async_graphql::{Enum, InputObject};
use entity::{
    id::AssetId,
    inventory::{asset, environment, hardware_model, rack, site, vendor},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};

use super::{Asset, AssetStatus, Environment};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    inventory::graphql::{
        models::HardwareModelFilter, racks::RackFilter, sites::SiteFilter, vendors::VendorFilter,
    },
    schema::{
        filter::{
            Comparison, DateFilter, EnumFilter, Filter, IdFilter, IntFilter, MomentFilter, StringFilter,
            through,
        },
        page::Sortable,
    },
};

/// Which assets. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AssetFilter {
    /// All of these as well.
    pub and: Option<Vec<AssetFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<AssetFilter>>,
    /// And not this.
    pub not: Option<Box<AssetFilter>>,
    /// By id.
    pub id: Option<IdFilter<AssetId>>,
    /// By tag.
    pub tag: Option<StringFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By serial number.
    pub serial: Option<StringFilter>,
    /// By status.
    pub status: Option<EnumFilter<AssetStatus>>,
    /// By its model, and through it by kind, maker or end of support.
    pub model: Option<HardwareModelFilter>,
    /// By the site that it stands at.
    pub site: Option<SiteFilter>,
    /// By the rack that it is mounted in.
    pub rack: Option<RackFilter>,
    /// By the chassis that it lives in.
    pub parent: Option<IdFilter<AssetId>>,
    /// True: mounted in a rack. False: not.
    pub racked: Option<bool>,
    /// By whom it was bought or leased from.
    pub vendor: Option<VendorFilter>,
    /// By environment.
    pub environment: Option<EnumFilter<Environment>>,
    /// By criticality.
    pub tier: Option<IntFilter>,
    /// By owner.
    pub owner: Option<StringFilter>,
    /// By cost centre.
    pub cost_centre: Option<StringFilter>,
    /// By first day of service.
    pub in_service_on: Option<DateFilter>,
    /// By last day of the warranty.
    pub warranty_ends_on: Option<DateFilter>,
    /// By day of purchase.
    pub purchased_on: Option<DateFilter>,
    /// By number of the purchase order.
    pub purchase_order: Option<StringFilter>,
    /// By the day on which a leased asset is due back.
    pub lease_return_on: Option<DateFilter>,
    /// By the day on which it left service.
    pub retired_on: Option<DateFilter>,
    /// By the day on which it left the company.
    pub disposed_on: Option<DateFilter>,
    /// By the moment it was recorded.
    pub created_at: Option<MomentFilter>,
    /// By price, in units of its currency. Needs the right to see prices.
    pub price: Option<Comparison<Decimal>>,
}

impl AssetFilter {
    /// The tests of what the asset is related to.
    fn relations(&self, caller: &Caller) -> Result<Condition> {
        use asset::Column as C;
        let mut all = Condition::all().add_option(self.parent.as_ref().map(|test| test.on(C::ParentId)));
        if let Some(test) = &self.model {
            let models = test.condition(caller)?;
            all = all.add(through::<hardware_model::Entity>(C::ModelId, hardware_model::Column::Id, models));
        }
        if let Some(test) = &self.site {
            all = all.add(through::<site::Entity>(C::SiteId, site::Column::Id, test.condition(caller)?));
        }
        if let Some(test) = &self.rack {
            all = all.add(through::<rack::Entity>(C::RackId, rack::Column::Id, test.condition(caller)?));
        }
        if let Some(test) = &self.vendor {
            all =
                all.add(through::<vendor::Entity>(C::VendorId, vendor::Column::Id, test.condition(caller)?));
        }
        if let Some(racked) = self.racked {
            all = all.add(if racked { C::RackId.is_not_null() } else { C::RackId.is_null() });
        }
        Ok(all)
    }

    /// The tests of days and moments.
    fn days(&self) -> Result<Condition> {
        use asset::Column as C;
        let tests = [
            (&self.in_service_on, C::InServiceOn),
            (&self.warranty_ends_on, C::WarrantyEndsOn),
            (&self.purchased_on, C::PurchasedOn),
            (&self.lease_return_on, C::LeaseReturnOn),
            (&self.retired_on, C::RetiredOn),
            (&self.disposed_on, C::DisposedOn),
        ];
        let mut all = Condition::all()
            .add_option(self.created_at.as_ref().map(|test| test.on(C::CreatedAt)).transpose()?);
        for (test, column) in tests {
            all = all.add_option(test.as_ref().map(|test| test.on(column)).transpose()?);
        }
        Ok(all)
    }
}

impl Filter for AssetFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use asset::Column as C;
        if self.price.is_some() && !caller.may(Permission::ViewPrices) {
            // An answer would tell the price by halving.
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller.role });
        }
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.tag.as_ref().map(|test| test.on(C::Tag)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.serial.as_ref().map(|test| test.on(C::Serial)))
            .add_option(self.status.as_ref().map(|test| test.on::<asset::AssetStatus>(C::Status)))
            .add(self.relations(caller)?)
            .add_option(
                self.environment.as_ref().map(|test| test.on::<environment::Environment>(C::Environment)),
            )
            .add_option(self.tier.as_ref().map(|test| test.on(C::Tier)).transpose()?)
            .add_option(self.owner.as_ref().map(|test| test.on(C::Owner)))
            .add_option(self.cost_centre.as_ref().map(|test| test.on(C::CostCentre)))
            .add_option(self.purchase_order.as_ref().map(|test| test.on(C::PurchaseOrder)))
            .add(self.days()?)
            .add_option(self.price.as_ref().map(|test| test.on(C::PurchaseAmount)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order assets by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AssetOrderField {
    /// By tag.
    Tag,
    /// By name.
    Name,
    /// By status.
    Status,
    /// By first day of service.
    InServiceOn,
    /// By last day of the warranty.
    WarrantyEndsOn,
    /// By criticality.
    Tier,
    /// By owner.
    Owner,
    /// By day of purchase.
    PurchasedOn,
    /// By the place in its rack, from the floor up.
    Unit,
    /// By price, whatever its currency. Needs the right to see prices.
    Price,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for AssetOrderField {
    type Noun = Asset;

    fn column(self) -> asset::Column {
        match self {
            Self::Tag => asset::Column::Tag,
            Self::Name => asset::Column::Name,
            Self::Status => asset::Column::Status,
            Self::InServiceOn => asset::Column::InServiceOn,
            Self::WarrantyEndsOn => asset::Column::WarrantyEndsOn,
            Self::Tier => asset::Column::Tier,
            Self::Owner => asset::Column::Owner,
            Self::PurchasedOn => asset::Column::PurchasedOn,
            Self::Unit => asset::Column::PositionHalfUnits,
            Self::Price => asset::Column::PurchaseAmount,
            Self::CreatedAt => asset::Column::CreatedAt,
        }
    }

    fn permission(self) -> Option<Permission> {
        (self == Self::Price).then_some(Permission::ViewPrices)
    }
}
