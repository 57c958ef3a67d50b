//! Contracts, plans and cloud: records with parts, links and rules between them.

use api::import::csv::Noun;
use serde_json::json;
use support::on_both_engines;

use super::*;

const CONTRACT: &str = "number,vendor,currency,signed_on,billing_starts_on,initial_term_months,auto_renew,\
    renewal_price_rule,renewal_uplift,notice_minimum,notice_unit,proration,classification,sites\n";
const CHARGE: &str =
    "contract,position,site,kind,unit_price_amount,quantity,billing,escalator_kind,escalator_rate\n";

fn with(header: &str, rows: &str) -> String {
    format!("{header}{rows}")
}

async fn sign(app: &TestApp) {
    furnish(app).await;
    let contract = with(
        CONTRACT,
        "C-1,CDW,USD,2025-11-30,2026-01-15,36,false,MARKET,,90,CALENDAR_DAYS,ACTUAL_DAYS_CALENDAR,SERVICE,FRA1\n",
    );
    let charge = with(CHARGE, "C-1,1,FRA1,SPACE_KW,165,100,ADVANCE,FIXED,0.03\n");
    let report =
        import(app, &[("colocation_contracts.csv", &contract), ("colocation_charges.csv", &charge)]).await;
    assert_eq!(errors(&report), [""; 0]);
    assert_eq!(counts(&report), ["colocation_contract 1/0/0/0", "colocation_charge 1/0/0/0"]);
}

#[test]
fn contracts_come_with_sites_and_charges() {
    on_both_engines(async |app| {
        sign(app).await;
        let file = "number,sites,owner\nC-1,FRA1|HQ,Facilities\n";
        let report = import(app, &[("colocation_contracts.csv", file)]).await;
        assert_eq!(changes(&report), ["C-1 owner:  -> Facilities", "C-1 sites: FRA1 -> FRA1|HQ"]);
        assert!(!import(app, &[("colocation_contracts.csv", file)]).await.written);
        let report = import(app, &[("colocation_contracts.csv", "number,sites\nC-1,HQ\n")]).await;
        assert_eq!(counts(&report), ["colocation_contract 0/0/0/1"]);
        assert!(errors(&report)[0].contains("not a site of the contract"), "{:?}", errors(&report));
        let report = import(app, &[("colocation_contracts.csv", "number,sites\nC-1,FRA1\n")]).await;
        assert_eq!(changes(&report), ["C-1 sites: FRA1|HQ -> FRA1"]);
    });
}

#[test]
fn rules_of_contracts_hold_for_imports() {
    on_both_engines(async |app| {
        sign(app).await;
        let charges = with(
            CHARGE,
            "C-1,2,HQ,SPACE_KW,165,100,ADVANCE,,\nC-1,3,FRA1,SPACE_KW,-1,100,ADVANCE,,\nC-9,1,,SPACE_KW,1,1,ADVANCE,,\n\
             C-1,4,FRA1,CROSS_CONNECT,200,3,ADVANCE,,\n",
        );
        let report = import(app, &[("colocation_charges.csv", &charges)]).await;
        assert_eq!(counts(&report), ["colocation_charge 1/0/0/3"]);
        let errors = errors(&report);
        assert!(errors[0].starts_with("colocation_charges.csv:2: error: site: "), "{errors:?}");
        assert!(errors[1].starts_with("colocation_charges.csv:3: error: "), "{errors:?}");
        assert!(errors[2].contains("'C-9' is neither in the database"), "{errors:?}");
        let contracts = with(
            CONTRACT,
            "C-2,CDW,USD,2025-11-30,2026-01-15,1,false,MARKET,,90,CALENDAR_DAYS,ACTUAL_DAYS_CALENDAR,SERVICE,FRA1\n",
        );
        let report = import(app, &[("colocation_contracts.csv", &contracts)]).await;
        assert_eq!(counts(&report), ["colocation_contract 0/0/0/1"]);
    });
}

#[test]
fn support_covers_assets_of_the_same_import() {
    on_both_engines(async |app| {
        furnish(app).await;
        let files = [
            ("assets.csv", "tag,manufacturer,model,site\nA-1,Dell,R650,HQ\nA-2,Dell,R650,HQ\n"),
            (
                "support_contracts.csv",
                "number,vendor,currency,starts_on,ends_on,charge_amount,billing_frequency,auto_renew\n\
                 S-1,CDW,USD,2026-01-01,2028-12-31,18000,YEARLY,false\n\
                 S-2,CDW,USD,2026-01-01,2025-12-31,18000,YEARLY,false\n",
            ),
            (
                "support_coverages.csv",
                "contract,asset,from_on,to_on\nS-1,A-1,,\nS-1,A-2,2025-01-01,\nS-1,A-3,,\nS-2,A-1,,\n",
            ),
        ];
        let report = import(app, &files).await;
        assert_eq!(
            counts(&report),
            ["asset 2/0/0/0", "support_contract 1/0/0/1", "support_coverage 1/0/0/3"],
            "{:?}",
            errors(&report)
        );
        assert_eq!(
            errors(&report)[..2],
            [
                "support_contracts.csv:3: error: ends_on: 2025-12-31 lies before the start on 2026-01-01",
                "support_coverages.csv:3: error: from_on: 2025-01-01 lies before the contract starts on 2026-01-01",
            ]
        );
    });
}

#[test]
fn cycles_take_assets_that_are_free() {
    on_both_engines(async |app| {
        furnish(app).await;
        let policy = "name,priority,warranty_rule,lease_rule,age_months,lead_days,install_days,buffer_days,quantity_rule,\
            currency,freight_rate,install_amount,support_rate,support_months,disposal_amount,residual_amount,\
            contingency_rate,exit_tolerance_days,cohort_period,scope_sites,scope_kinds,price_index\n\
            Five years,10,false,true,60,60,14,15,LIKE_FOR_LIKE,USD,0.02,150,0.12,36,40,0,0.05,180,QUARTER,FRA1|HQ,SERVER,2027:0.03\n";
        let files = [
            (
                "assets.csv",
                "tag,manufacturer,model,site,retired_on\nA-1,Dell,R650,HQ,\nA-2,Dell,R650,HQ,\nA-3,Dell,R650,HQ,2024-01-01\n",
            ),
            ("refresh_policies.csv", policy),
            (
                "refresh_cycles.csv",
                "name,policy,assets,site\nOne,Five years,A-1,\nTwo,Five years,A-1|A-2,\nThree,Five years,A-3,\n\
                 Four,Five years,A-2,FRA1\n",
            ),
        ];
        let report = import(app, &files).await;
        assert_eq!(
            counts(&report)[1..],
            ["refresh_policy 1/0/0/0", "refresh_cycle 1/0/0/3"],
            "{:?}",
            errors(&report)
        );
        assert_eq!(
            errors(&report),
            [
                "refresh_cycles.csv:3: error: assets: A-1 is in the open refresh cycle One",
                "refresh_cycles.csv:4: error: assets: A-3 is RETIRED",
                "refresh_cycles.csv:5: error: assets: A-2 is at another site than the refresh cycle's",
            ]
        );
        let report = import(app, &[files[1], ("refresh_cycles.csv", "name,assets\nOne,A-2\n")]).await;
        assert_eq!(changes(&report), ["One assets: A-1 -> A-2"]);
        let report = import(app, &[("refresh_cycles.csv", "name,status\nOne,COMPLETED\n")]).await;
        assert_eq!(counts(&report), ["refresh_cycle 0/0/0/1"]);
    });
}

#[test]
fn support_that_costs_nothing_says_for_how_many_months() {
    on_both_engines(async |app| {
        furnish(app).await;
        let policies = |rows: &[&str]| {
            let header = "name,priority,warranty_rule,lease_rule,age_months,lead_days,install_days,buffer_days,\
                quantity_rule,currency,freight_rate,install_amount,disposal_amount,residual_amount,contingency_rate,\
                exit_tolerance_days,cohort_period,support_rate,support_months\n";
            let same = "10,false,true,60,60,14,15,LIKE_FOR_LIKE,USD,0.02,150,40,0,0.05,180,QUARTER";
            let rows = rows.iter().enumerate().map(|(place, row)| format!("P{place},{same},{row}\n"));
            format!("{header}{}", rows.collect::<String>())
        };
        let text = policies(&["0,0", "0,", "0,36", ",", "0.12,36", "0.12,"]);
        let report = import(app, &[("refresh_policies.csv", text.as_str())]).await;
        assert_eq!(counts(&report), ["refresh_policy 4/0/0/2"], "{:?}", errors(&report));
        let missing = "support_months: is missing: a support rate of 0 says that support costs nothing for some months; \
                       leave the rate out where nothing is known of it";
        assert_eq!(
            errors(&report),
            [
                format!("refresh_policies.csv:3: error: {missing}"),
                "refresh_policies.csv:7: error: support_months: 0 months cannot be paid in advance; say how many \
                 months the support covers"
                    .to_owned(),
            ]
        );
        // Nor does a rate come alone to what is there without months; what has them keeps them.
        let text = "name,support_rate\nP0,0\nP2,0.1\n";
        let report = import(app, &[("refresh_policies.csv", text)]).await;
        assert_eq!(counts(&report), ["refresh_policy 0/1/0/1"], "{:?}", errors(&report));
        assert_eq!(errors(&report), [format!("refresh_policies.csv:2: error: {missing}")]);
    });
}

#[test]
fn wear_of_policies_goes_in_and_out() {
    on_both_engines(async |app| {
        furnish(app).await;
        let text = "name,priority,warranty_rule,lease_rule,lead_days,install_days,buffer_days,quantity_rule,currency,\
            freight_rate,install_amount,disposal_amount,residual_amount,contingency_rate,exit_tolerance_days,cohort_period,\
            residual_curve,wiping,risk_threshold,risk_ages,risk_out_of_warranty,risk_unsupported,risk_tiers\n\
            A,10,false,false,60,14,15,LIKE_FOR_LIKE,USD,0.02,150,40,0,0.05,180,QUARTER,24:0.35|60:0.1,SHREDDED,60,36:20|60:40,\
            25,30.5,0:1.5|3:0.5\n\
            B,10,false,false,60,14,15,LIKE_FOR_LIKE,USD,0.02,150,40,300,0.05,180,QUARTER,24:0.35,,60,,,60,\n\
            C,10,false,false,60,14,15,LIKE_FOR_LIKE,USD,0.02,150,40,0,0.05,180,QUARTER,,,,36:20,,,\n\
            D,10,false,false,60,14,15,LIKE_FOR_LIKE,USD,0.02,150,40,0,0.05,180,QUARTER,,,60,36:20,,,\n";
        let report = import(app, &[("refresh_policies.csv", text)]).await;
        assert_eq!(counts(&report), ["refresh_policy 1/0/0/3"], "{:?}", errors(&report));
        assert_eq!(
            errors(&report),
            [
                "refresh_policies.csv:3: error: costs.residualCurve: is given beside residualPerUnit 300: old units sell for \
                 one or the other, so one of them is cleared or 0",
                "refresh_policies.csv:4: error: risk_ages is given without risk_threshold",
                "refresh_policies.csv:5: error: rules.risk.threshold: risk threshold \"60\" is not usable: no asset could \
                 ever reach it",
            ]
        );
        let query = "{ refreshPolicy(name: \"A\") { rules { risk { threshold ages { fromAgeMonths score } outOfWarranty
            unsupported tiers { tier factor } } } costs { wiping residualCurve { ageMonths share } } } }";
        let found = app.director().query(query).await["refreshPolicy"].clone();
        assert_eq!(
            found,
            json!({
                "rules": { "risk": {
                    "threshold": "60", "outOfWarranty": "25", "unsupported": "30.5",
                    "ages": [{ "fromAgeMonths": 36, "score": "20" }, { "fromAgeMonths": 60, "score": "40" }],
                    "tiers": [{ "tier": 0, "factor": "1.5" }, { "tier": 3, "factor": "0.5" }],
                } },
                "costs": { "wiping": "SHREDDED", "residualCurve": [
                    { "ageMonths": 24, "share": "0.35" }, { "ageMonths": 60, "share": "0.1" },
                ] },
            })
        );
        let out = exporting::exported(app, Noun::RefreshPolicy).await;
        let out = String::from_utf8(out.bytes).unwrap();
        assert!(out.contains("24:0.35|60:0.1,SHREDDED"), "{out}");
        let again = import(app, &[("refresh_policies.csv", out.as_str())]).await;
        assert_eq!((again.written, errors(&again)), (false, Vec::new()), "{:?}", changes(&again));
    });
}

#[test]
fn costs_are_of_accounts_workloads_and_months() {
    on_both_engines(async |app| {
        furnish(app).await;
        let files = [
            ("provider_accounts.csv", "provider,account_number,name,currency\nAWS,1,Prod,EUR\nAWS,2,Test,\n"),
            (
                "workloads.csv",
                "provider,account_number,name,service,region,site,vcpu\nAWS,1,shop,EC2,eu,FRA1,2.5\nGCP,1,x,y,z,,\n",
            ),
            (
                "cost_records.csv",
                "provider,account_number,workload,month,service,charge_category,currency,billed_amount,effective_amount,\
                 list_amount,contracted_amount\nAWS,1,shop,2026-01,EC2,USAGE,EUR,1.5,1.5,2,2\n\
                 AWS,1,,2026-01,EC2,USAGE,EUR,1,1,1,1\nAWS,1,,2026-02,EC2,USAGE,USD,1,1,1,1\n\
                 AWS,1,,2026-03,EC2,CREDIT,EUR,5,5,5,5\n",
            ),
            (
                "growth_assumptions.csv",
                "provider,account_number,workload,from_month,to_month,monthly_rate\nAWS,1,,2026-01,2026-12,0.01\n\
                 AWS,1,,2026-06,,0.02\nAWS,1,shop,2026-06,,0.02\n",
            ),
        ];
        let report = import(app, &files).await;
        assert_eq!(
            counts(&report),
            [
                "provider_account 2/0/0/0",
                "workload 1/0/0/1",
                "cost_record 2/0/0/2",
                "growth_assumption 2/0/0/1",
            ]
        );
        insta::assert_snapshot!(problems(&report).join("\n"));
        let report = import(app, &files).await;
        assert_eq!((report.written, counts(&report)[2].as_str()), (false, "cost_record 0/0/2/2"));
        let file = "provider,account_number,currency\nAWS,1,USD\n";
        let report = import(app, &[("provider_accounts.csv", file)]).await;
        assert_eq!(counts(&report), ["provider_account 0/0/0/1"]);
    });
}

#[test]
fn releases_lose_a_day_that_is_withdrawn() {
    on_both_engines(async |app| {
        let first = "product,cycle,end_of_life_on,active_support,released_on\nesxi,8.0,2027-10-11,NOT_ANNOUNCED,2022-10-11\n";
        assert_eq!(
            counts(&import(app, &[("software_releases.csv", first)]).await),
            ["software_release 1/0/0/0"]
        );
        let second = "product,cycle,end_of_life\nesxi,8.0,NOT_ANNOUNCED\n";
        let report = import(app, &[("software_releases.csv", second)]).await;
        assert_eq!(
            changes(&report),
            ["8.0 end_of_life_on: 2027-10-11 -> ", "8.0 end_of_life: DATED -> NOT_ANNOUNCED"]
                .map(|change| format!("esxi / {change}"))
        );
    });
}
