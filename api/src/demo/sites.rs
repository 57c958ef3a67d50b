//! Sites, and the vendors they buy from.

use std::collections::HashMap;

use entity::{
    id::{SiteId, VendorId},
    inventory::{site, site::SiteStatus, vendor},
};
use sea_orm::ActiveValue::Set;

use super::{
    SOURCE,
    data::{self, Site, Vendor},
    dice::Sequence,
};
use crate::error::{Error, Result};

/// A site with what the rest of the estate needs to know of it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub id: SiteId,
    /// Its code, which is that of its template and the number of its division.
    pub code: String,
    /// Which division of the company it belongs to; the first is 0.
    pub division: u32,
    /// What it is like.
    pub like: Site,
}

/// The sites of so many divisions, each with one of every template.
pub(super) fn places(divisions: u32, ids: &mut Sequence) -> Result<Vec<Place>> {
    let templates: Vec<Site> = data::rows(include_str!("data/sites.json"))?;
    let mut places = Vec::with_capacity(templates.len() * divisions as usize);
    for division in 0..divisions {
        for like in &templates {
            let code = named(&like.code, division, "-");
            places.push(Place { id: ids.next(), code, division, like: like.clone() });
        }
    }
    Ok(places)
}

/// The row of a site.
pub(super) fn row(place: &Place) -> site::ActiveModel {
    let like = place.like.clone();
    site::ActiveModel {
        id: Set(place.id),
        code: Set(place.code.clone()),
        name: Set(named(&like.name, place.division, " ")),
        kind: Set(like.kind),
        status: Set(SiteStatus::Active),
        time_zone: Set(like.time_zone),
        street: Set(like.street),
        city: Set(like.city),
        region: Set(like.region),
        postal_code: Set(like.postal_code),
        country: Set(like.country),
        opened_on: Set(like.opened_on),
        exit_on: Set(like.exit_on),
        exit_reason: Set(like.exit_reason),
        headcount: Set(like.headcount),
        source: Set(Some(SOURCE.to_owned())),
        ..Default::default()
    }
}

/// The name of something that every division has: the first has the plain one.
pub(super) fn named(name: &str, division: u32, between: &str) -> String {
    if division == 0 { name.to_owned() } else { format!("{name}{between}{}", division + 1) }
}

/// Vendors by their codes.
#[derive(Debug, Default)]
pub(super) struct Vendors(HashMap<String, VendorId>);

impl Vendors {
    /// The vendors and their rows.
    pub(super) fn plan(ids: &mut Sequence) -> Result<(Self, Vec<vendor::ActiveModel>)> {
        let vendors: Vec<Vendor> = data::rows(include_str!("data/vendors.json"))?;
        let mut known = Self::default();
        let rows = vendors.into_iter().map(|vendor| {
            let id = ids.next();
            known.0.insert(vendor.code.clone(), id);
            vendor::ActiveModel {
                id: Set(id),
                code: Set(vendor.code),
                name: Set(vendor.name),
                contact_email: Set(vendor.contact_email),
                account_number: Set(vendor.account_number),
                payment_terms_days: Set(vendor.payment_terms_days),
                notes: Set(vendor.notes),
                ..Default::default()
            }
        });
        let rows = rows.collect();
        Ok((known, rows))
    }

    /// The vendor with a code.
    pub(super) fn id(&self, code: &str) -> Result<VendorId> {
        self.0.get(code).copied().ok_or_else(|| Error::internal(format!("no vendor {code}")))
    }
}
