//! One identity type per table, so that a rack's id cannot stand where an asset's is asked for.
//!
//! Every id is a `UUIDv7`: rows sort by the order in which they were made. Who makes ids, and from
//! which clock, is not known here.

use std::fmt;
use std::hash::Hash;
use std::str::FromStr;

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What all ids share: the kind of row they name, and the plain value beneath.
pub trait EntityId: Copy + Eq + Ord + Hash + fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// The kind of row, which is the name of its table.
    const KIND: &'static str;

    /// Takes a plain value for an id of this kind.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The plain value.
    fn uuid(self) -> Uuid;
}

/// Declares the id of a table; its first argument is the type's name, its second the table's.
macro_rules! id {
    ($name:ident, $kind:literal) => {
        #[doc = concat!("Identity of a row of `", $kind, "`.")]
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl EntityId for $name {
            const KIND: &'static str = $kind;

            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }

        // SeaORM asks every primary key for this; ids are never handed out by the database's counter.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

id!(ManufacturerId, "manufacturer");
id!(VendorId, "vendor");
id!(SiteId, "site");
id!(RackId, "rack");
id!(HardwareModelId, "hardware_model");
id!(AssetId, "asset");

id!(ColocationContractId, "colocation_contract");
id!(ColocationChargeId, "colocation_charge");
id!(ColocationContractSiteId, "colocation_contract_site");
id!(SupportContractId, "support_contract");
id!(SupportCoverageId, "support_coverage");

id!(RefreshPolicyId, "refresh_policy");
id!(RefreshCycleId, "refresh_cycle");
id!(RefreshCycleAssetId, "refresh_cycle_asset");
id!(DepreciationRuleId, "depreciation_rule");
id!(SoftwareReleaseId, "software_release");

id!(ProviderAccountId, "provider_account");
id!(WorkloadId, "workload");
id!(CostRecordId, "cost_record");
id!(GrowthAssumptionId, "growth_assumption");

id!(CurrencyId, "currency");
id!(FiscalCalendarId, "fiscal_calendar");
id!(ExchangeRateId, "exchange_rate");

id!(UserId, "user");
id!(ApiTokenId, "api_token");

id!(ChangeId, "change");
id!(IdempotencyKeyId, "idempotency_key");

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "0199a3f4-7c1e-7b52-9d0a-2f6e8c4b1a37";

    #[test]
    fn an_id_reads_back_what_it_prints() {
        let id: AssetId = TEXT.parse().unwrap();
        assert_eq!(id.to_string(), TEXT);
        assert_eq!(AssetId::from_uuid(id.uuid()), id);
        assert_eq!(AssetId::KIND, "asset");
    }

    #[test]
    fn an_id_is_a_plain_string_in_json() {
        let id: AssetId = TEXT.parse().unwrap();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{TEXT}\""));
        assert_eq!(serde_json::from_str::<AssetId>(&json).unwrap(), id);
    }

    #[test]
    fn ids_sort_by_the_time_in_them() {
        let earlier = AssetId("0199a3f4-7c1e-7b52-9d0a-2f6e8c4b1a37".parse().unwrap());
        let later = AssetId("0199a3f4-7c1f-7000-8000-000000000000".parse().unwrap());
        assert!(earlier < later);
    }

    #[test]
    fn a_counter_is_never_an_id() {
        assert!(AssetId::try_from_u64(7).is_err());
    }
}
