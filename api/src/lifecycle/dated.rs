//! What the due date of a single asset follows from, whoever read it.

use chrono::NaiveDate;
use entity::inventory::hardware_model::DateQuality;
use forecasting::refresh::{self, CapacityNeed, Milestone, RefreshSubject, RiskSubject, RiskTerms};

/// The dates of an asset and of its model.
#[derive(Clone, Copy, Debug)]
pub struct Dated {
    /// First day of service.
    pub in_service_on: Option<NaiveDate>,
    /// Last day of the warranty.
    pub warranty_ends_on: Option<NaiveDate>,
    /// Day on which a lease returns it.
    pub lease_return_on: Option<NaiveDate>,
    /// Its criticality.
    pub tier: Option<i32>,
    /// Last day on which its model has any support.
    pub last_date_of_support_on: Option<NaiveDate>,
    /// How well that day is known.
    pub date_quality: DateQuality,
    /// What the capacity pools that it is part of ask for.
    pub capacity: Option<CapacityNeed>,
}

impl Dated {
    /// What its risk is scored from.
    #[must_use]
    pub fn scored(&self) -> RiskSubject {
        RiskSubject {
            in_service: self.in_service_on,
            warranty_end: self.warranty_ends_on,
            last_date_of_support: self.last_date_of_support_on,
            tier: self.tier,
        }
    }

    /// What its due date follows from, where its risk is scored by these terms.
    #[must_use]
    pub fn subject(&self, risk: Option<&RiskTerms>) -> RefreshSubject {
        let quality = match self.date_quality {
            DateQuality::Published => refresh::DateQuality::Published,
            DateQuality::Contract => refresh::DateQuality::Contract,
            DateQuality::Estimated => refresh::DateQuality::Estimated,
            DateQuality::Unknown => refresh::DateQuality::Unknown,
        };
        RefreshSubject {
            in_service: self.in_service_on,
            last_date_of_support: self.last_date_of_support_on.map(|date| Milestone { date, quality }),
            warranty_end: self.warranty_ends_on,
            // A score that does not fit is not known.
            risk_date: risk.and_then(|terms| terms.date(&self.scored()).ok().flatten()),
            capacity: self.capacity,
            lease_return: self.lease_return_on,
        }
    }
}
