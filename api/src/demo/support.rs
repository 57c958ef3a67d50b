//! Support contracts, and which assets they cover.

use entity::{
    contracts::{support_contract, support_coverage},
    id::{AssetId, SupportContractId, SupportCoverageId},
    inventory::{asset::AssetStatus, hardware_model::HardwareKind},
    money::Amount,
};
use sea_orm::ActiveValue::Set;

use super::{
    SOURCE, STANDARD_ASSETS,
    data::{self, Covers, Model, Support},
    dice::Sequence,
    sites::{Vendors, named},
};
use crate::error::Result;

/// The contracts of a division, and what each covers.
pub(super) type Cover = Vec<(SupportContractId, Covers)>;

/// The contracts of each division with what they cover, and their rows. A contract of the standard estate is
/// for a division of the standard size; larger ones pay more.
pub(super) fn plan(
    divisions: &[u32],
    vendors: &Vendors,
    ids: &mut Sequence,
) -> Result<(Vec<Cover>, Vec<support_contract::ActiveModel>)> {
    let contracts: Vec<Support> = data::rows(include_str!("data/support_contracts.json"))?;
    let mut planned = Vec::with_capacity(divisions.len());
    let mut rows = Vec::with_capacity(divisions.len() * contracts.len());
    for (division, assets) in (0_u32..).zip(divisions) {
        let mut own = Vec::with_capacity(contracts.len());
        for contract in &contracts {
            let id = ids.next();
            own.push((id, contract.covers));
            let vendor_id = vendors.id(&contract.vendor)?;
            let charge = contract.charge_amount.0 / i64::from(STANDARD_ASSETS) * i64::from(*assets);
            let contract = contract.clone();
            rows.push(support_contract::ActiveModel {
                id: Set(id),
                number: Set(named(&contract.number, division, "-")),
                vendor_id: Set(vendor_id),
                level: Set(contract.level),
                currency: Set(contract.currency),
                starts_on: Set(contract.starts_on),
                ends_on: Set(contract.ends_on),
                charge_amount: Set(Amount(charge / 10_000 * 10_000)),
                billing_frequency: Set(contract.billing_frequency),
                escalation_rate: Set(contract.escalation_rate),
                auto_renew: Set(contract.auto_renew),
                renewal_term_months: Set(contract.renewal_term_months),
                renewal_uplift: Set(contract.renewal_uplift),
                notice_days: Set(contract.notice_days),
                notice_given_on: Set(None),
                owner: Set(contract.owner),
                source: Set(Some(SOURCE.to_owned())),
                ..Default::default()
            });
        }
        planned.push(own);
    }
    Ok((planned, rows))
}

/// How many of a thousand such assets a contract covers. `age` is in months.
pub(super) fn coverage(covers: Covers, model: &Model, status: AssetStatus, age: i32) -> i32 {
    use HardwareKind as K;
    let serves = matches!(status, AssetStatus::InService | AssetStatus::Maintenance);
    let is_server = matches!(model.kind, K::Server | K::Blade | K::Chassis);
    let made_by = |maker: &str| model.maker == maker;
    match covers {
        // Nobody took off the list what has been retired, or listed on the contract that has run out.
        Covers::Aged if status == AssetStatus::Retired && is_server => 700,
        Covers::HpeOld if made_by("HPE") && is_server && age >= 40 => 600,
        _ if !serves => 0,
        Covers::Dell if made_by("Dell") && is_server => 900,
        Covers::Hpe if made_by("HPE") && is_server => 850,
        Covers::Lenovo if made_by("Lenovo") && is_server => 880,
        Covers::Cisco if made_by("Cisco") && model.kind != K::Phone => 800,
        Covers::Netapp if made_by("NetApp") => 1000,
        Covers::Pure if made_by("Pure Storage") => 1000,
        Covers::PaloAlto if model.kind == K::Firewall => 950,
        Covers::F5 if model.kind == K::LoadBalancer => 1000,
        Covers::Laptops if model.kind == K::Laptop => 700,
        Covers::Aged if age >= 60 && (is_server || model.kind == K::Storage) => 500,
        _ => 0,
    }
}

/// The row of an asset that a contract covers.
pub(super) fn row(
    id: SupportCoverageId,
    contract_id: SupportContractId,
    asset_id: AssetId,
) -> support_coverage::ActiveModel {
    support_coverage::ActiveModel {
        id: Set(id),
        contract_id: Set(contract_id),
        asset_id: Set(asset_id),
        from_on: Set(None),
        to_on: Set(None),
        ..Default::default()
    }
}
