//! The migrated database fits every entity, and every reference in it is indexed and says what a delete does.

use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QuerySelect, Statement};
use support::{Engine, TestApp, on_both_engines, on_engine};

#[test]
fn every_entity_can_be_read() {
    on_both_engines(async |app| {
        read::<entity::inventory::manufacturer::Entity>(app).await;
        read::<entity::inventory::vendor::Entity>(app).await;
        read::<entity::inventory::site::Entity>(app).await;
        read::<entity::inventory::rack::Entity>(app).await;
        read::<entity::inventory::hardware_model::Entity>(app).await;
        read::<entity::inventory::asset::Entity>(app).await;
        read::<entity::contracts::colocation_contract::Entity>(app).await;
        read::<entity::contracts::colocation_charge::Entity>(app).await;
        read::<entity::contracts::colocation_contract_site::Entity>(app).await;
        read::<entity::contracts::support_contract::Entity>(app).await;
        read::<entity::contracts::support_coverage::Entity>(app).await;
        read_finance(app).await;
        read::<entity::contracts::colocation_deployment::Entity>(app).await;
        read::<entity::contracts::colocation_circuit::Entity>(app).await;
        read::<entity::contracts::colocation_reading::Entity>(app).await;
        read::<entity::contracts::invoice::Entity>(app).await;
        read::<entity::contracts::invoice_line::Entity>(app).await;
        read::<entity::contracts::offer::Entity>(app).await;
        read::<entity::cloud::cloud_commitment::Entity>(app).await;
        read::<entity::lifecycle::refresh_policy::Entity>(app).await;
        read::<entity::lifecycle::refresh_cycle::Entity>(app).await;
        read::<entity::lifecycle::refresh_cycle_asset::Entity>(app).await;
        read::<entity::lifecycle::depreciation_rule::Entity>(app).await;
        read::<entity::lifecycle::software_release::Entity>(app).await;
        read::<entity::lifecycle::book_entry::Entity>(app).await;
        read::<entity::lifecycle::book_event::Entity>(app).await;
        read::<entity::lifecycle::closed_period::Entity>(app).await;
        read::<entity::cloud::provider_account::Entity>(app).await;
        read::<entity::cloud::workload::Entity>(app).await;
        read::<entity::cloud::cost_record::Entity>(app).await;
        read::<entity::cloud::growth_assumption::Entity>(app).await;
        read::<entity::scenarios::scenario::Entity>(app).await;
        read::<entity::scenarios::scenario_change::Entity>(app).await;
        read::<entity::recovery::recovery_objective::Entity>(app).await;
        read::<entity::recovery::backup_record::Entity>(app).await;
        read::<entity::recovery::recovery_drill::Entity>(app).await;
        read::<entity::recovery::recovery_drill_item::Entity>(app).await;
        read::<entity::recovery::consistency_group::Entity>(app).await;
        read::<entity::recovery::consistency_group_member::Entity>(app).await;
        read::<entity::capacity::capacity_pool::Entity>(app).await;
        read::<entity::capacity::capacity_pool_member::Entity>(app).await;
        read::<entity::capacity::capacity_observation::Entity>(app).await;
        read::<entity::capacity::capacity_day::Entity>(app).await;
        read::<entity::capacity::capacity_reservation::Entity>(app).await;
        read::<entity::capacity::capacity_placement::Entity>(app).await;
        read::<entity::capacity::capacity_placement_rack::Entity>(app).await;
        read::<entity::capacity::capacity_event::Entity>(app).await;
        read::<entity::capacity::capacity_forecast::Entity>(app).await;
        read::<entity::capacity::capacity_forecast_point::Entity>(app).await;
        read::<entity::capacity::capacity_purchase_rule::Entity>(app).await;
        read::<entity::scenarios::frozen_scenario::Entity>(app).await;
        read::<entity::topology::service::Entity>(app).await;
        read::<entity::topology::power_feed::Entity>(app).await;
        read::<entity::topology::configuration_item::Entity>(app).await;
        read::<entity::topology::redundancy_group::Entity>(app).await;
        read::<entity::topology::dependency::Entity>(app).await;
        read::<entity::access::user::Entity>(app).await;
        read::<entity::access::api_token::Entity>(app).await;
        read::<entity::audit::change::Entity>(app).await;
        read::<entity::audit::idempotency_key::Entity>(app).await;
    });
}

async fn read_finance(app: &TestApp) {
    read::<entity::finance::price_index_value::Entity>(app).await;
    read::<entity::finance::currency::Entity>(app).await;
    read::<entity::finance::fiscal_calendar::Entity>(app).await;
    read::<entity::finance::exchange_rate::Entity>(app).await;
    read::<entity::finance::volume::Entity>(app).await;
    read::<entity::finance::unit_cost_part::Entity>(app).await;
    read::<entity::finance::allocation_model::Entity>(app).await;
    read::<entity::finance::chargeback::Entity>(app).await;
    read::<entity::finance::chargeback_line::Entity>(app).await;
    read::<entity::finance::savings_initiative::Entity>(app).await;
    read::<entity::finance::savings_claim::Entity>(app).await;
    read::<entity::finance::ledger_code::Entity>(app).await;
    read::<entity::finance::budget_version::Entity>(app).await;
    read::<entity::finance::budget_line::Entity>(app).await;
    read::<entity::finance::actual_posting::Entity>(app).await;
    read::<entity::finance::period_close::Entity>(app).await;
    read::<entity::finance::variance_explanation::Entity>(app).await;
}

/// Selecting names every column of the entity, so a missing one fails.
async fn read<E: EntityTrait>(app: &TestApp) {
    E::find().limit(1).all(app.store().pool()).await.unwrap();
}

#[test]
fn every_reference_is_indexed_and_says_what_a_delete_does() {
    on_engine(Engine::Postgres, async |app| {
        let unindexed = "SELECT c.conrelid::regclass || '.' || a.attname FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f' AND NOT EXISTS (SELECT 1 FROM pg_index i
                WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1] AND i.indpred IS NULL)";
        assert_eq!(names(app, unindexed).await, Vec::<String>::new(), "references without an index");
        let silent = "SELECT conname::text FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'a'";
        assert_eq!(names(app, silent).await, Vec::<String>::new(), "references without a delete rule");
    });
}

async fn names(app: &TestApp, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let rows = app.store().pool().query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}
