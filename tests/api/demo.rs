//! The demo estate: the same on every run, sound by the rules of every noun, and what the README says it is.

mod chargeback;
mod feed;
mod graph;
mod year;

use std::collections::{BTreeMap, HashMap};

use api::{
    access::users,
    cloud::{accounts, costs, growth, workloads},
    contracts::{
        colocation_circuits, colocation_deployments, colocation_readings, findings, invoice_lines,
        support_contracts,
    },
    demo::{self, Scale},
    finance::{
        allocation_models, budget_versions, currencies, exchange_rates, fiscal_calendars, ledger_codes,
        savings_claims, savings_initiatives, unit_cost_parts, variances, volumes,
    },
    inventory::{assets, models, racks, sites, vendors},
    lifecycle::{book_events, depreciation_rules, refresh_cycles, refresh_policies, software_releases},
    recovery::{consistency_groups, objectives},
    store::{Ids, Store},
    topology::{dependencies, power_feeds, redundancy_groups, services},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use entity::{
    access::user,
    audit::change,
    cloud::{cost_record, growth_assumption, provider_account, workload},
    contracts::{
        colocation_charge, colocation_circuit, colocation_contract, colocation_contract_site,
        colocation_deployment, colocation_reading, invoice, invoice_line, support_contract, support_coverage,
    },
    finance::{
        actual_posting, allocation_model, budget_line, budget_version, currency, exchange_rate,
        fiscal_calendar, ledger_code, period_close, savings_claim, savings_initiative, unit_cost_part,
        variance_explanation, volume,
    },
    id::SoftwareReleaseId,
    inventory::{
        asset::{self, AssetStatus, RackFace},
        hardware_model, manufacturer, rack, site, vendor,
    },
    lifecycle::{
        book_event, depreciation_rule, refresh_cycle, refresh_cycle_asset, refresh_policy,
        software_release::{self, MilestoneState},
    },
    recovery::{
        backup_record, consistency_group, consistency_group_member, recovery_drill, recovery_drill_item,
        recovery_objective,
    },
    topology::{configuration_item, dependency, power_feed, redundancy_group, service},
};
use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait, PaginatorTrait, QueryOrder};
use serde::Serialize;
use serde_json::{Value, json};
use support::{Database, Engine, TestApp, block_on, on_both_engines, plinth};
use uuid::Uuid;

const ENDPOINTS: &str = "[LAPTOP, DESKTOP, MONITOR, PHONE, PRINTER]";

#[test]
fn a_seed_gives_the_same_estate_on_every_run_and_engine() {
    block_on(async {
        let scale = Scale { assets: 400, seed: 7 };
        let first = dump(Engine::Sqlite, scale).await;
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let again = dump(engine, scale).await;
            for (table, rows) in &first {
                // Not `assert_eq`, which would print both.
                assert!(*rows == again[table], "{engine} has other rows of {table}");
            }
        }
        let other = dump(Engine::Sqlite, Scale { seed: 8, ..scale }).await;
        assert!(other["asset"] != first["asset"], "another seed gives the same assets");
    });
}

#[test]
fn the_standard_estate_is_the_company_of_the_readme() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        let data = app.director().query("{ sites(first: 20) { totalCount nodes { code headcount } } }").await;
        assert_eq!(data["sites"]["totalCount"], 9);
        let people = data["sites"]["nodes"].as_array().unwrap().iter();
        assert_eq!(people.map(|site| site["headcount"].as_i64().unwrap()).sum::<i64>(), 4_200);
        assert_eq!(count(app, &format!("{{ model: {{ kind: {{ in: {ENDPOINTS} }} }} }}")).await, 1_800);
        assert_eq!(
            count(app, &format!("{{ not: {{ model: {{ kind: {{ in: {ENDPOINTS} }} }} }} }}")).await,
            1_200
        );
        for kind in ["SERVER", "STORAGE", "SWITCH", "FIREWALL", "POWER", "LAPTOP", "PRINTER"] {
            assert!(count(app, &format!("{{ model: {{ kind: {{ eq: {kind} }} }} }}")).await > 0, "no {kind}");
        }
        let leaving = app.director().query("{ site(code: \"CMH-DC1\") { exit { on } } }").await;
        assert_eq!(leaving["site"]["exit"]["on"], "2027-09-30");
    });
}

#[test]
fn one_of_three_colocation_contracts_is_near_its_notice_deadline() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        let text = format!(
            "{{ colocationContracts(first: 9) {{ nodes {{ number currency notice {{ deadline(asOf: \"{}\") }} \
             findings {{ severity }} }} }} }}",
            demo::TODAY
        );
        let data = app.director().query(&text).await;
        let contracts = data["colocationContracts"]["nodes"].as_array().unwrap();
        assert_eq!(contracts.len(), 3);
        let near = |contract: &&Value| {
            let deadline = contract["notice"]["deadline"].as_str().unwrap().parse::<NaiveDate>().unwrap();
            (demo::TODAY + Days::new(30)..demo::TODAY + Days::new(60)).contains(&deadline)
        };
        let numbers: Vec<_> = contracts.iter().filter(near).map(|contract| &contract["number"]).collect();
        assert_eq!(numbers, ["COL-ASH-2024"]);
        assert!(!data.to_string().contains("ERROR"), "{data:#}");
        assert!(data.to_string().contains("WARNING"), "nothing to find");
    });
}

#[test]
fn a_year_costs_about_twelve_million_and_a_refresh_four() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        for year in years(app, "PNL", None).await {
            assert!((11_000_000..13_000_000).contains(&year), "operations cost {year}");
        }
        let capital = years(app, "CASH", Some("REFRESH_CAPITAL")).await;
        assert!(
            (3_500_000..4_500_000).contains(&capital[0]),
            "the refresh of the first year costs {capital:?}"
        );
        assert!(capital.iter().all(|year| (2_000_000..4_500_000).contains(year)), "{capital:?}");
        for (category, least) in [("COLOCATION", 2_500_000), ("CLOUD", 3_800_000), ("SUPPORT", 1_800_000)] {
            let years = years(app, "PNL", Some(category)).await;
            assert!(years.iter().all(|year| (least..least * 3 / 2).contains(year)), "{category}: {years:?}");
        }
    });
}

#[test]
fn every_row_keeps_the_rules_of_its_noun() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        let db = app.database().connect().await;
        check(site::Entity, &db, sites::check).await;
        check(rack::Entity, &db, racks::check).await;
        check(vendor::Entity, &db, vendors::check).await;
        check(hardware_model::Entity, &db, models::check).await;
        check(asset::Entity, &db, assets::check).await;
        check(support_contract::Entity, &db, support_contracts::check).await;
        check(refresh_policy::Entity, &db, refresh_policies::check).await;
        check(refresh_cycle::Entity, &db, refresh_cycles::check).await;
        check(depreciation_rule::Entity, &db, depreciation_rules::check).await;
        check(software_release::Entity, &db, software_releases::check).await;
        check(provider_account::Entity, &db, accounts::check).await;
        check(workload::Entity, &db, workloads::check).await;
        check(cost_record::Entity, &db, costs::check).await;
        check(growth_assumption::Entity, &db, growth::check).await;
        check(currency::Entity, &db, currencies::check).await;
        check(exchange_rate::Entity, &db, exchange_rates::check).await;
        check(fiscal_calendar::Entity, &db, fiscal_calendars::check).await;
        check(volume::Entity, &db, volumes::check).await;
        check(unit_cost_part::Entity, &db, unit_cost_parts::check).await;
        check(allocation_model::Entity, &db, allocation_models::check).await;
        check(savings_initiative::Entity, &db, savings_initiatives::check).await;
        check(savings_claim::Entity, &db, savings_claims::check).await;
        check(ledger_code::Entity, &db, ledger_codes::check).await;
        check(budget_version::Entity, &db, budget_versions::check).await;
        check(variance_explanation::Entity, &db, variances::check).await;
        check(colocation_deployment::Entity, &db, colocation_deployments::check).await;
        check(colocation_circuit::Entity, &db, colocation_circuits::check).await;
        check(colocation_reading::Entity, &db, colocation_readings::check).await;
        check(invoice_line::Entity, &db, |line| invoice_lines::check(line, "GBP")).await;
        check(book_event::Entity, &db, book_events::check).await;
        check(service::Entity, &db, services::check).await;
        check(power_feed::Entity, &db, power_feeds::check).await;
        check(redundancy_group::Entity, &db, redundancy_groups::check).await;
        check(dependency::Entity, &db, dependencies::check).await;
        check(recovery_objective::Entity, &db, objectives::check).await;
        check(consistency_group::Entity, &db, consistency_groups::check).await;
        check(user::Entity, &db, users::check).await;
        let charges = colocation_charge::Entity::find().all(&db).await.unwrap();
        for contract in colocation_contract::Entity::find().all(&db).await.unwrap() {
            let own: Vec<_> = charges.iter().filter(|it| it.contract_id == contract.id).cloned().collect();
            let found = findings::of_colocation(&contract, &own);
            assert!(!found.iter().any(|finding| finding.is_error), "{}: {found:?}", contract.number);
        }
        db.close().await.unwrap();
    });
}

#[test]
fn no_two_assets_stand_in_the_same_place() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        let db = app.database().connect().await;
        let racks = rack::Entity::find().all(&db).await.unwrap();
        let racks: HashMap<_, _> = racks.into_iter().map(|rack| (rack.id, rack)).collect();
        let models = hardware_model::Entity::find().all(&db).await.unwrap();
        let models: HashMap<_, _> = models.into_iter().map(|model| (model.id, model)).collect();
        let mut taken: HashMap<_, String> = HashMap::new();
        let mut loads: HashMap<_, i64> = HashMap::new();
        for asset in asset::Entity::find().all(&db).await.unwrap() {
            let model = &models[&asset.model_id];
            let Some(rack) = asset.rack_id.map(|id| &racks[&id]) else { continue };
            assert_eq!(rack.site_id, asset.site_id, "{} stands at another site than its rack", asset.tag);
            assert_ne!(asset.status, AssetStatus::Disposed, "{}", asset.tag);
            *loads.entry(rack.id).or_default() += model.weight_grams.unwrap_or_default();
            let (Some(position), Some(height)) = (asset.position_half_units, model.height_half_units) else {
                continue;
            };
            assert_eq!(asset.face, Some(RackFace::Front), "{}", asset.tag);
            assert!(position >= 2 && position + height <= rack.height_units * 2 + 2, "{}", asset.tag);
            for half_unit in position..position + height {
                if let Some(other) = taken.insert((rack.id, half_unit), asset.tag.clone()) {
                    panic!("{} stands where {other} stands", asset.tag);
                }
            }
        }
        for (rack, load) in loads {
            assert!(load <= racks[&rack].weight_limit_grams.unwrap(), "{} holds {load} g", racks[&rack].name);
        }
        db.close().await.unwrap();
    });
}

#[test]
fn some_records_are_wrong_so_that_findings_show() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        let text = "{ inventoryFindings { kind count } }";
        let data = app.director().at(now()).query(text).await;
        let counts: BTreeMap<&str, i64> = data["inventoryFindings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| (finding["kind"].as_str().unwrap(), finding["count"].as_i64().unwrap()))
            .collect();
        let wrong = [
            "DUPLICATE_SERIAL",
            "PLACEHOLDER_SERIAL",
            "WARRANTY_BEFORE_PURCHASE",
            "SERVICE_DATE_MISSING",
            "RETIRED_IN_RACK",
            "OWNER_MISSING",
            "SUPPORT_DATE_MISSING",
        ];
        for finding in wrong {
            assert!(counts[finding] > 0, "{finding} is not found: {counts:?}");
        }
        assert_eq!(counts["DISPOSED_IN_RACK"], 0);
        assert_eq!(counts["IN_SERVICE_BEFORE_RELEASE"], 0);
    });
}

#[test]
fn an_estate_has_as_many_assets_as_were_asked_for() {
    on_both_engines(async |app| {
        let summary = load(app, Scale { assets: 7_000, seed: 3 }).await;
        assert_eq!((summary.assets, summary.sites), (7_000, 18));
        assert_eq!(count(app, "{}").await, 7_000);
        let data = app.director().query("{ colocationContracts { totalCount } }").await;
        assert_eq!(data["colocationContracts"]["totalCount"], 6);
        let db = app.database().connect().await;
        let rows = change::Entity::find().all(&db).await.unwrap();
        let of_assets: Vec<_> = rows.iter().filter(|change| change.entity == "asset").collect();
        assert_eq!(of_assets.len(), 1, "one record for all assets");
        assert_eq!(of_assets[0].after, Some(json!({ "rows": 7_000 })));
        assert_eq!(of_assets[0].reason.as_deref(), Some("demo estate"));
        db.close().await.unwrap();
    });
}

#[test]
fn a_division_has_nine_sites_however_large_it_is() {
    on_both_engines(async |app| {
        let scale = Scale { assets: 7_000, seed: 3 };
        for divisions in [0, 71] {
            let refused = demo::load_divided(app.store(), scale, divisions, |_| {}).await.unwrap_err();
            assert_eq!(refused.field(), Some("divisions"), "{refused}");
        }
        let summary = demo::load_divided(app.store(), scale, 1, |_| {}).await.unwrap();
        assert_eq!((summary.assets, summary.sites), (7_000, 9));
        assert_eq!(count(app, "{}").await, 7_000);
    });
}

#[test]
fn a_database_that_holds_something_is_left_alone() {
    on_both_engines(async |app| {
        let details = r#"mutation { openSite(input: { code: "HAM1", name: "Hamburg", kind: OFFICE,
            timeZone: "Europe/Berlin" }) { id } }"#;
        app.planner().query(details).await;
        assert_eq!(demo::contents(app.store()).await.unwrap().as_deref(), Some("1 site"));
        let refused = demo::load(app.store(), Scale::default(), |_| {}).await.unwrap_err();
        assert_eq!(refused.code(), "CONFLICT");
        assert_eq!(refused.to_string(), "the database already holds 1 site; the demo wants an empty one");
        assert_eq!(count(app, "{}").await, 0);
    });
}

#[test]
fn a_run_that_fails_leaves_nothing() {
    on_both_engines(async |app| {
        let db = app.database().connect().await;
        // The estate has this release as well, and writes it after its sites.
        let release = software_release::ActiveModel {
            id: Set(SoftwareReleaseId(Uuid::nil())),
            version: Set(1),
            created_at: Set(now()),
            updated_at: Set(now()),
            product: Set("ubuntu".to_owned()),
            cycle: Set("24.04".to_owned()),
            active_support: Set(MilestoneState::Unknown),
            end_of_life: Set(MilestoneState::Unknown),
            discontinued: Set(MilestoneState::Unknown),
            ..Default::default()
        };
        software_release::Entity::insert(release).exec_without_returning(&db).await.unwrap();
        let refused = demo::load(app.store(), Scale::default(), |_| {}).await.unwrap_err();
        assert_eq!(refused.code(), "INVALID");
        assert_eq!(site::Entity::find().count(&db).await.unwrap(), 0);
        db.close().await.unwrap();
        for assets in [99, 1_000_001] {
            let refused = demo::load(app.store(), Scale { assets, seed: 1 }, |_| {}).await.unwrap_err();
            let message = format!("assets: {assets} is not between 100 and 1000000");
            assert_eq!(refused.to_string(), message);
        }
    });
}

#[test]
fn the_command_fills_a_database_once() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", directory.path().join("demo.sqlite").display());
    let run = |arguments: &[&str]| {
        let output = plinth().arg("demo").args(["--database-url", &url]).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run(&["--assets", "99"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("is not a whole number from 100 to 1000000"), "{said}");
    let (code, said) = run(&["--assets", "100"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.starts_with("100 assets at 9 sites, ") && said.trim_end().ends_with("rows a second"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    let (code, said) = run(&[]);
    assert_eq!(code, Some(1));
    assert_eq!(said.trim_end(), "plinth: the database already holds 9 sites; the demo wants an empty one");
}

fn now() -> DateTime<Utc> {
    demo::TODAY.and_hms_opt(12, 0, 0).unwrap().and_utc()
}

async fn load(app: &TestApp, scale: Scale) -> demo::Summary {
    demo::load(app.store(), scale, |_| {}).await.unwrap()
}

async fn count(app: &TestApp, filter: &str) -> i64 {
    let data = app.director().query(&format!("{{ assets(filter: {filter}) {{ totalCount }} }}")).await;
    data["assets"]["totalCount"].as_i64().unwrap()
}

/// What the roadmap of 2027 to 2029 says of each year, in all or in a category, in whole dollars.
async fn years(app: &TestApp, view: &str, category: Option<&str>) -> Vec<i64> {
    let text = format!(
        "{{ roadmap(from: \"2027-01\", view: {view}, currency: \"USD\", asOf: \"{}\", groupBy: []) {{ \
         totals {{ years {{ amount }} }} lines {{ category amounts {{ years {{ amount }} }} }} }} }}",
        demo::TODAY
    );
    let data = app.director().query(&text).await;
    let roadmap = &data["roadmap"];
    let series = match category {
        Some(category) => {
            let lines = roadmap["lines"].as_array().unwrap();
            &lines.iter().find(|line| line["category"] == category).unwrap()["amounts"]
        }
        None => &roadmap["totals"],
    };
    let whole = |year: &Value| year["amount"].as_str().unwrap().split('.').next().unwrap().parse().unwrap();
    series["years"].as_array().unwrap().iter().map(whole).collect()
}

async fn check<E: EntityTrait>(
    _: E,
    db: &DatabaseConnection,
    rules: impl Fn(&E::Model) -> api::error::Result<()>,
) where
    E::Model: std::fmt::Debug,
{
    let rows = E::find().all(db).await.unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        if let Err(error) = rules(&row) {
            panic!("{error}: {row:#?}");
        }
    }
}

/// Every row of every table of an estate, in the order of ids.
async fn dump(engine: Engine, scale: Scale) -> BTreeMap<String, String> {
    let database = Database::migrated(engine).await;
    let store = Store::connect(database.url(), 2, Ids::random()).await.unwrap();
    demo::load(&store, scale, |_| {}).await.unwrap();
    store.close().await;
    let db = database.connect().await;
    let tables = BTreeMap::from([
        rows(currency::Entity, currency::Column::Id, &db).await,
        rows(exchange_rate::Entity, exchange_rate::Column::Id, &db).await,
        rows(fiscal_calendar::Entity, fiscal_calendar::Column::Id, &db).await,
        rows(user::Entity, user::Column::Id, &db).await,
        rows(vendor::Entity, vendor::Column::Id, &db).await,
        rows(manufacturer::Entity, manufacturer::Column::Id, &db).await,
        rows(hardware_model::Entity, hardware_model::Column::Id, &db).await,
        rows(site::Entity, site::Column::Id, &db).await,
        rows(rack::Entity, rack::Column::Id, &db).await,
        rows(asset::Entity, asset::Column::Id, &db).await,
        rows(colocation_contract::Entity, colocation_contract::Column::Id, &db).await,
        rows(colocation_charge::Entity, colocation_charge::Column::Id, &db).await,
        rows(colocation_contract_site::Entity, colocation_contract_site::Column::Id, &db).await,
        rows(support_contract::Entity, support_contract::Column::Id, &db).await,
        rows(support_coverage::Entity, support_coverage::Column::Id, &db).await,
        rows(depreciation_rule::Entity, depreciation_rule::Column::Id, &db).await,
        rows(refresh_policy::Entity, refresh_policy::Column::Id, &db).await,
        rows(refresh_cycle::Entity, refresh_cycle::Column::Id, &db).await,
        rows(refresh_cycle_asset::Entity, refresh_cycle_asset::Column::Id, &db).await,
        rows(software_release::Entity, software_release::Column::Id, &db).await,
        rows(provider_account::Entity, provider_account::Column::Id, &db).await,
        rows(workload::Entity, workload::Column::Id, &db).await,
        rows(cost_record::Entity, cost_record::Column::Id, &db).await,
        rows(growth_assumption::Entity, growth_assumption::Column::Id, &db).await,
        rows(volume::Entity, volume::Column::Id, &db).await,
        rows(unit_cost_part::Entity, unit_cost_part::Column::Id, &db).await,
        rows(allocation_model::Entity, allocation_model::Column::Id, &db).await,
        rows(savings_initiative::Entity, savings_initiative::Column::Id, &db).await,
        rows(savings_claim::Entity, savings_claim::Column::Id, &db).await,
        rows(ledger_code::Entity, ledger_code::Column::Id, &db).await,
        rows(budget_version::Entity, budget_version::Column::Id, &db).await,
        rows(budget_line::Entity, budget_line::Column::Id, &db).await,
        rows(actual_posting::Entity, actual_posting::Column::Id, &db).await,
        rows(period_close::Entity, period_close::Column::Id, &db).await,
        rows(variance_explanation::Entity, variance_explanation::Column::Id, &db).await,
        rows(colocation_deployment::Entity, colocation_deployment::Column::Id, &db).await,
        rows(colocation_circuit::Entity, colocation_circuit::Column::Id, &db).await,
        rows(colocation_reading::Entity, colocation_reading::Column::Id, &db).await,
        rows(invoice::Entity, invoice::Column::Id, &db).await,
        rows(invoice_line::Entity, invoice_line::Column::Id, &db).await,
        rows(service::Entity, service::Column::Id, &db).await,
        rows(power_feed::Entity, power_feed::Column::Id, &db).await,
        rows(configuration_item::Entity, configuration_item::Column::Id, &db).await,
        rows(redundancy_group::Entity, redundancy_group::Column::Id, &db).await,
        rows(dependency::Entity, dependency::Column::Id, &db).await,
        rows(recovery_objective::Entity, recovery_objective::Column::Id, &db).await,
        rows(backup_record::Entity, backup_record::Column::Id, &db).await,
        rows(recovery_drill::Entity, recovery_drill::Column::Id, &db).await,
        rows(recovery_drill_item::Entity, recovery_drill_item::Column::Id, &db).await,
        rows(consistency_group::Entity, consistency_group::Column::Id, &db).await,
        rows(consistency_group_member::Entity, consistency_group_member::Column::Id, &db).await,
        rows(change::Entity, change::Column::Id, &db).await,
    ]);
    db.close().await.unwrap();
    database.remove().await;
    tables
}

/// The name of a table, and its rows.
async fn rows<E: EntityTrait>(table: E, id: E::Column, db: &DatabaseConnection) -> (String, String)
where
    E::Model: Serialize,
{
    let rows = E::find().order_by_asc(id).all(db).await.unwrap();
    assert!(!rows.is_empty(), "nothing in {}", table.table_name());
    (table.table_name().to_owned(), serde_json::to_string(&rows).unwrap())
}
