//! An enum is spelled alike in the database and in JSON, and the words are those of the tables' checks.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use entity::access::user::Role;
use entity::audit::change::ChangeAction;
use entity::capacity::{capacity_forecast, capacity_placement, capacity_pool, capacity_purchase_rule};
use entity::cloud::{cloud_commitment, cost_record, provider_account};
use entity::contracts::{
    colocation_charge, colocation_circuit, colocation_contract, invoice, offer, support_contract,
};
use entity::finance::{
    actual_posting, allocation_model, budget_line, budget_version, chargeback, chargeback_line,
    exchange_rate, fiscal_calendar, ledger_code, savings_initiative, unit_cost_part, variance_explanation,
    volume,
};
use entity::inventory::{asset, environment, hardware_model, rack, site};
use entity::lifecycle::{
    book_entry, book_event, depreciation_rule, refresh_cycle, refresh_policy, software_release,
};
use entity::recovery::{backup_record, recovery_drill};
use entity::scenarios::scenario;
use entity::topology::{dependency, power_feed, service};
use sea_orm::{ActiveEnum, Iterable};
use serde::Serialize;

fn check<E: ActiveEnum<Value = String> + Iterable + Serialize>() {
    for word in E::iter() {
        let json = serde_json::to_value(&word).unwrap();
        assert_eq!(json, word.to_value(), "{}", std::any::type_name::<E>());
    }
}

fn words<E: ActiveEnum<Value = String>>() -> Vec<String> {
    E::values()
}

#[test]
fn the_database_and_json_spell_alike() {
    check::<Role>();
    check::<ChangeAction>();
    check::<provider_account::Provider>();
    check::<cost_record::ChargeCategory>();
    check::<colocation_contract::RenewalPriceRule>();
    check::<colocation_contract::NoticeUnit>();
    check::<colocation_contract::Proration>();
    check::<colocation_contract::Classification>();
    check::<colocation_charge::ChargeKind>();
    check::<colocation_charge::Billing>();
    check::<colocation_circuit::Feed>();
    check::<invoice::InvoiceStatus>();
    check::<offer::OfferStatus>();
    check::<support_contract::BillingFrequency>();
    check::<cloud_commitment::CommitmentKind>();
    check::<exchange_rate::RateKind>();
    check::<fiscal_calendar::LabelBy>();
    check::<fiscal_calendar::CalendarPattern>();
    check::<volume::Measure>();
    check::<unit_cost_part::Metric>();
    check::<unit_cost_part::CostCategory>();
    check::<allocation_model::AllocationMethod>();
    check::<allocation_model::Level>();
    check::<chargeback::ChargebackStatus>();
    check::<chargeback_line::LineSide>();
    check::<savings_initiative::SavingsKind>();
    check::<savings_initiative::SavingsStage>();
    check::<savings_initiative::Recurrence>();
    check::<ledger_code::CodeKind>();
    check::<budget_version::VersionKind>();
    check::<budget_version::VersionStatus>();
    check::<budget_line::BudgetView>();
    check::<actual_posting::PostingKind>();
    check::<variance_explanation::VarianceDriver>();
    check::<asset::RackFace>();
    check::<asset::AssetStatus>();
    check::<asset::PowerBasis>();
    check::<environment::Environment>();
    check::<hardware_model::HardwareKind>();
    check::<hardware_model::PriceSource>();
    check::<hardware_model::DateQuality>();
    check::<rack::RackStatus>();
    check::<site::SiteKind>();
    check::<site::SiteStatus>();
    check::<depreciation_rule::Book>();
    check::<depreciation_rule::DepreciationMethod>();
    check::<depreciation_rule::Convention>();
    check::<depreciation_rule::ScheduleRounding>();
    check::<book_entry::TaxClass>();
    check::<book_event::BookEventKind>();
    check::<refresh_cycle::CycleStatus>();
    check::<refresh_policy::QuantityRule>();
    check::<refresh_policy::CohortPeriod>();
    check::<refresh_policy::HostResource>();
    check::<software_release::MilestoneState>();
    check::<scenario::ScenarioStatus>();
    check::<service::ServiceKind>();
    check::<service::ServiceStatus>();
    check::<power_feed::FeedStatus>();
    check::<dependency::DependencyKind>();
    check::<dependency::Hardness>();
    check::<dependency::Evidence>();
    check::<backup_record::BackupKind>();
    check::<recovery_drill::DrillKind>();
}

#[test]
fn capacity_is_spelled_alike() {
    check::<capacity_pool::CapacityResource>();
    check::<capacity_pool::CapacityUnit>();
    check::<capacity_pool::CapacityBasis>();
    check::<capacity_placement::PlacementCords>();
    check::<capacity_forecast::ExhaustionCode>();
    check::<capacity_forecast::ForecastMethod>();
    check::<capacity_forecast::OrderStatus>();
    check::<capacity_purchase_rule::DemandQuantile>();
}

#[test]
fn numbers_in_words_are_spelled_as_people_do() {
    assert!(words::<depreciation_rule::DepreciationMethod>().contains(&"DECLINING_150".to_owned()));
    assert_eq!(words::<fiscal_calendar::CalendarPattern>(), ["MONTHS", "W445", "W454", "W544"]);
}

#[test]
fn value_objects_refuse_what_they_do_not_know() {
    let scope: refresh_policy::RefreshScope = serde_json::from_str(r#"{"kinds":["SERVER"]}"#).unwrap();
    assert_eq!(scope.kinds, [hardware_model::HardwareKind::Server]);
    assert!(scope.site_ids.is_empty());
    assert!(serde_json::from_str::<refresh_policy::RefreshScope>(r#"{"kind":["SERVER"]}"#).is_err());
    let step = colocation_charge::RampStep { from_contract_month: 3, kilowatts: "62.5".parse().unwrap() };
    let json = serde_json::to_string(&step).unwrap();
    assert_eq!(json, r#"{"from_contract_month":3,"kilowatts":"62.5"}"#);
}
