//! The faults that real records have, at fixed places: they make coverage and findings show something.

use chrono::Days;
use entity::inventory::asset;
use sea_orm::ActiveValue::Set;

/// A fault of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// As it should be.
    None,
    /// Nobody knows what was paid.
    Price,
    /// Nobody knows since when it is in service.
    InService,
    /// The serial number of the asset before it.
    Twin,
    /// What a factory leaves behind that sets no serial number.
    Placeholder,
    /// A warranty that ended before the purchase.
    Warranty,
    /// Nobody answers for it.
    Owner,
    /// Nobody said how critical it is.
    Tier,
}

impl Fault {
    /// The fault of the asset with a number.
    pub(super) fn of(number: u32) -> Self {
        match number {
            number if number % 53 == 17 => Self::Price,
            number if number % 127 == 5 => Self::InService,
            number if number % 311 == 9 => Self::Twin,
            number if number % 499 == 20 => Self::Placeholder,
            number if number % 401 == 40 => Self::Warranty,
            number if number % 89 == 3 => Self::Owner,
            number if number % 73 == 30 => Self::Tier,
            _ => Self::None,
        }
    }

    /// Spoils a row. `serial` is that of the row before, and becomes that of this one.
    pub(super) fn put_into(self, row: &mut asset::ActiveModel, serial: &mut String) {
        match self {
            Self::None => {}
            Self::Price => {
                row.purchase_amount = Set(None);
                row.purchase_currency = Set(None);
            }
            Self::InService => row.in_service_on = Set(None),
            Self::Twin => row.serial = Set(Some(serial.clone())),
            Self::Placeholder => row.serial = Set(Some("To be filled by O.E.M.".to_owned())),
            Self::Warranty => {
                if let Set(Some(bought_on)) = row.purchased_on {
                    row.warranty_ends_on = Set(Some(bought_on - Days::new(30)));
                }
            }
            Self::Owner => row.owner = Set(None),
            Self::Tier => row.tier = Set(None),
        }
        if let Set(Some(own)) = &row.serial {
            serial.clone_from(own);
        }
    }
}
