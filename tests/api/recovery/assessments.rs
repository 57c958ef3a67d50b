//! Recovery along the graph: inversions, circles, unknown times, the order with a crew, and what is asked wrongly.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{a_service, codes, drill, golden::a_web_shop, id, needs, needs_some, objective, recovery};

#[test]
fn the_order_of_recovery_depends_on_the_crew() {
    on_both_engines(async |app| {
        let web = a_web_shop(app).await;
        let ask = |crew: &str| {
            format!(
                r#"{{ recoveryAssessment(service: "{web}" {crew}) {{
                    asOf
                    order {{ crew makespanMinutes isLowerBound hiddenSteps never {{ name }}
                        steps {{ item {{ name }} startMinute endMinute isUnknown }} }}
                    services {{ timeWithCrewMinutes findings {{ code message }} }}
                    circles {{ hidden items {{ name }} }}
                    explain {{ formula inputs {{ name value }} assumptions excluded estimated }}
                }} }}"#
            )
        };
        let found = app.viewer().query(&ask("")).await["recoveryAssessment"].clone();
        assert_eq!(found["asOf"], "2026-07-01");
        let order = &found["order"];
        assert_eq!(
            [&order["crew"], &order["makespanMinutes"], &order["isLowerBound"], &order["hiddenSteps"]],
            [&Value::Null, &json!(145), &json!(false), &json!(0)]
        );
        assert_eq!([&order["never"], &found["circles"]], [&json!([]), &json!([])]);
        assert_eq!(found["explain"]["estimated"], false);
        let steps = order["steps"].as_array().unwrap();
        // Of three application servers the two that are up first, of two name servers one.
        assert_eq!(steps.len(), 6, "{steps:?}");
        let step = |name: &str| steps.iter().find(|step| step["item"]["name"] == name).unwrap();
        assert_eq!([&step("san")["startMinute"], &step("san")["endMinute"]], [&json!(0), &json!(60)]);
        assert_eq!([&step("app 2")["startMinute"], &step("app 2")["endMinute"]], [&json!(105), &json!(130)]);
        assert_eq!([&step("web")["startMinute"], &step("web")["endMinute"]], [&json!(130), &json!(145)]);

        // One after the other: 60 + 45 + 20 + 25 + 10 + 15.
        let found = app.viewer().query(&ask(", crew: 1")).await["recoveryAssessment"].clone();
        assert_eq!([&found["order"]["crew"], &found["order"]["makespanMinutes"]], [&json!(1), &json!(175)]);
        assert_eq!(found["services"][0]["timeWithCrewMinutes"], 175);
        let two = app.viewer().query(&ask(", crew: 2")).await["recoveryAssessment"].clone();
        assert_eq!(two["order"]["makespanMinutes"], 145);
    });
}

#[test]
fn a_crew_that_is_too_small_is_told_from_a_chain_that_is_too_long() {
    on_both_engines(async |app| {
        let shop = a_service(app, "shop").await;
        objective(app, &shop, "timeMinutes: 40, ownMinutes: 10").await;
        for name in ["one", "two"] {
            let part = a_service(app, name).await;
            objective(app, &part, "ownMinutes: 30").await;
            needs(app, &shop, &part).await;
        }
        let fields = "effectiveTimeMinutes timeGapMinutes timeWithCrewMinutes findings { code }";
        let found = recovery(app, &shop, "", fields).await;
        assert_eq!([&found["effectiveTimeMinutes"], &found["timeGapMinutes"]], [&json!(40), &Value::Null]);
        assert_eq!(found["findings"], json!([]));
        let found = recovery(app, &shop, ", crew: 1", fields).await;
        assert_eq!([&found["effectiveTimeMinutes"], &found["timeWithCrewMinutes"]], [&json!(40), &json!(70)]);
        assert_eq!(codes(&found["findings"]), ["RTO_UNREACHABLE_WITH_CREW"]);
    });
}

#[test]
fn an_objective_above_the_one_of_what_needs_it_is_an_inversion() {
    on_both_engines(async |app| {
        let (web, db) = (a_service(app, "web").await, a_service(app, "db").await);
        needs(app, &web, &db).await;
        objective(app, &web, "timeMinutes: 120, ownMinutes: 1").await;
        objective(app, &db, "timeMinutes: 240, ownMinutes: 1").await;
        let mut members = Vec::new();
        for (name, time) in [("a", 60), ("b", 240), ("c", 60)] {
            let member = a_service(app, name).await;
            objective(app, &member, &format!("timeMinutes: {time}, ownMinutes: 1")).await;
            members.push(member);
        }
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        // Two of three are in time: the group is no inversion.
        needs_some(app, &web, "some", 2, &members).await;
        let found = recovery(app, &web, "", "findings { code message items { name } }").await;
        assert_eq!(
            found["findings"],
            json!([{
                "code": "RTO_INVERSION",
                "message": "`web` has to be up within 120 minutes and needs `db`, which has 240",
                "items": [{ "name": "web" }, { "name": "db" }],
            }])
        );
        // All three have to be there: the slow one is.
        let portal = a_service(app, "portal").await;
        objective(app, &portal, "timeMinutes: 120, ownMinutes: 1").await;
        needs_some(app, &portal, "all", 3, &members).await;
        let found = recovery(app, &portal, "", "findings { code items { name } }").await;
        assert_eq!(
            found["findings"],
            json!([{ "code": "RTO_INVERSION", "items": [{ "name": "portal" }, { "name": "b" }] }])
        );
    });
}

#[test]
fn a_circle_that_a_group_opens_has_a_first_and_one_time() {
    on_both_engines(async |app| {
        let (pair, peer, third) =
            (a_service(app, "pair").await, a_service(app, "peer").await, a_service(app, "third").await);
        needs_some(app, &pair, "either", 1, &[&peer, &third]).await;
        needs(app, &peer, &pair).await;
        for (service, minutes) in [(&pair, 10), (&peer, 100), (&third, 5)] {
            objective(app, service, &format!("timeMinutes: 200, ownMinutes: {minutes}")).await;
        }
        for (service, minutes) in [(&pair, 15), (&peer, 115)] {
            let fields = "effectiveTimeMinutes timeWithCrewMinutes findings { code }";
            let found = recovery(app, service, ", crew: 1", fields).await;
            assert_eq!(
                found,
                json!({ "effectiveTimeMinutes": minutes, "timeWithCrewMinutes": minutes, "findings": [] })
            );
        }
        let text = format!(
            r#"{{ recoveryAssessment(service: "{peer}") {{
                circles {{ hidden }}
                order {{ makespanMinutes steps {{ item {{ name }} startMinute endMinute }} }}
            }} }}"#
        );
        let found = app.viewer().query(&text).await["recoveryAssessment"].clone();
        assert_eq!(found["circles"], json!([]));
        assert_eq!(found["order"]["makespanMinutes"], 115);
        assert_eq!(
            found["order"]["steps"],
            json!([
                { "item": { "name": "third" }, "startMinute": 0, "endMinute": 5 },
                { "item": { "name": "pair" }, "startMinute": 5, "endMinute": 15 },
                { "item": { "name": "peer" }, "startMinute": 15, "endMinute": 115 },
            ])
        );
    });
}

#[test]
fn circles_and_unknown_times_are_told() {
    on_both_engines(async |app| {
        let (web, names, login) =
            (a_service(app, "web").await, a_service(app, "names").await, a_service(app, "login").await);
        needs(app, &web, &names).await;
        needs(app, &names, &login).await;
        needs(app, &login, &names).await;
        objective(app, &web, "ownMinutes: 5").await;
        objective(app, &names, "ownMinutes: 10").await;
        let fields =
            "effectiveTimeMinutes isTimeLowerBound needsCount hidden findings { code items { name } }";
        let found = recovery(app, &web, "", fields).await;
        assert_eq!(
            [
                &found["effectiveTimeMinutes"],
                &found["isTimeLowerBound"],
                &found["needsCount"],
                &found["hidden"]
            ],
            [&json!(15), &json!(true), &json!(2), &json!(0)]
        );
        assert_eq!(codes(&found["findings"]), ["OWN_TIME_UNKNOWN", "CIRCULAR_START"]);
        assert_eq!(found["findings"][0]["items"], json!([{ "name": "login" }]));
        let text = format!(
            r#"{{ recoveryAssessment(service: "{web}") {{
                circles {{ hidden items {{ name }} }} order {{ isLowerBound makespanMinutes }}
            }} }}"#
        );
        let found = app.viewer().query(&text).await["recoveryAssessment"].clone();
        let mut circle: Vec<&str> = found["circles"][0]["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["name"].as_str().unwrap())
            .collect();
        circle.sort_unstable();
        assert_eq!(circle, ["login", "names"]);
        assert_eq!(
            [&found["order"]["isLowerBound"], &found["order"]["makespanMinutes"]],
            [&json!(true), &json!(15)]
        );
        // Its own time, once it is known, makes the sum.
        objective(app, &login, "ownMinutes: 20, failoverMinutes: 5").await;
        let found = recovery(app, &web, "", fields).await;
        assert_eq!([&found["effectiveTimeMinutes"], &found["isTimeLowerBound"]], [&json!(40), &json!(false)]);
    });
}

#[test]
fn what_is_asked_wrongly_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let web = a_service(app, "web").await;
        let ask =
            |arguments: &str| format!("{{ recoveryAssessment({arguments}) {{ services {{ verdict }} }} }}");
        for (arguments, field, message) in [
            (
                format!(r#"service: "{web}", crew: 0"#),
                "crew",
                "crew: 0 is not between 1 and 10000".to_owned(),
            ),
            (
                format!(r#"service: "{web}", filter: {{ tiers: [1] }}"#),
                "service",
                format!("service: `{web}` stands beside filter: give one of them"),
            ),
            (
                "filter: { tiers: [4] }".to_owned(),
                "filter.tiers",
                "filter.tiers: 4 is not between 0 and 3".to_owned(),
            ),
            (
                "filter: { ids: [] }".to_owned(),
                "filter.ids",
                "filter.ids: is empty, so nothing could match; leave it out".to_owned(),
            ),
            (r#"service: "web""#.to_owned(), "service", "service: `web` is not an id".to_owned()),
        ] {
            let refusal = app.viewer().expect_error(&ask(&arguments), "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message), (field, message), "{arguments}");
        }
        let stranger = format!(r#"service: "service_{}""#, "0".repeat(32));
        app.viewer().expect_error(&ask(&stranger), "NOT_FOUND").await;
        app.admin().expect_error(&ask(&format!(r#"service: "{web}""#)), "FORBIDDEN").await;
        let twice = app.viewer().query(&ask(&format!(r#"filter: {{ ids: ["{web}", "{web}"] }}"#))).await;
        assert_eq!(twice["recoveryAssessment"]["services"].as_array().unwrap().len(), 1);
        let old = a_service(app, "old").await;
        let retire = format!(r#"mutation {{ retireService(id: "{old}") {{ status }} }}"#);
        app.director().query(&retire).await;
        for (arguments, field) in [
            (format!(r#"service: "{old}""#), "service"),
            (format!(r#"filter: {{ ids: ["{old}"] }}"#), "filter.ids[0]"),
        ] {
            let refusal = app.viewer().expect_error(&ask(&arguments), "INVALID").await;
            let message = format!("{field}: `old` ({old}) is no longer there, so it is no part of the graph");
            assert_eq!((refusal.field.as_str(), refusal.message), (field, message));
        }
        for (filter, count) in [
            ("tiers: [1]", 1),
            ("tiers: [0]", 0),
            (r#"owners: ["Platform"]"#, 1),
            (r#"owners: ["Nobody"]"#, 0),
        ] {
            let found = app.viewer().query(&ask(&format!("filter: {{ {filter} }}"))).await;
            let services = found["recoveryAssessment"]["services"].as_array().unwrap().len();
            assert_eq!(services, count, "{filter}");
        }
    });
}

#[test]
fn one_question_takes_as_many_statements_for_one_service_as_for_many() {
    on_both_engines(async |app| {
        let text = "{ recoveryAssessment { summary { services }
            services { item { name } effectiveTimeMinutes verdict drill { ageDays } findings { code }
                backups { covered items { ageMinutes } } availability { share } }
            order { makespanMinutes steps { item { name } } } circles { items { name } } } }";
        let one = a_service(app, "first").await;
        objective(app, &one, "timeMinutes: 60, bearsData: true").await;
        let of_one = app.viewer().statements_again(text).await;
        a_web_shop(app).await;
        let of_many = app.viewer().statements_again(text).await;
        assert_eq!(of_one, of_many);
    });
}

/// The support contract S-1, which those without `VIEW_CONTRACTS` do not see.
async fn a_support_contract(app: &TestApp) -> String {
    let director = app.director();
    let vendor = r#"mutation { registerVendor(input: { code: "SUP", name: "Support" }) { id } }"#;
    let vendor = id(&director.query(vendor).await["registerVendor"]);
    let sign = "mutation($input: NewSupportContract!) { signSupportContract(input: $input) { id } }";
    let input = json!({
        "number": "S-1", "vendor": vendor, "currency": "USD", "startsOn": "2026-01-01", "endsOn": "2026-12-31",
        "charge": "1200", "billingFrequency": "YEARLY",
    });
    id(&director.query_with(sign, json!({ "input": input })).await["signSupportContract"])
}

#[test]
fn what_is_hidden_counts_and_is_not_named() {
    on_both_engines(async |app| {
        let contract = a_support_contract(app).await;
        let web = a_service(app, "web").await;
        needs(app, &web, &contract).await;
        objective(app, &web, "timeMinutes: 20, ownMinutes: 10").await;
        objective(app, &contract, "timeMinutes: 500, ownMinutes: 30").await;
        let text = format!(
            r#"{{
                recoveryAssessment(service: "{web}") {{
                    order {{ makespanMinutes hiddenSteps steps {{ item {{ name }} }} }}
                    services {{ effectiveTimeMinutes hidden hiddenFindings chain {{ item {{ name }} }}
                        findings {{ code message }} }}
                }}
                drills: recoveryDrills {{ nodes {{ name scope {{ name }} hidden }} }}
                recoveryObjectives(orderBy: [{{ field: TIME_MINUTES }}]) {{ nodes {{ item {{ name }} }} }}
                recoveryDrills(filter: {{ about: "{contract}" }}) {{ totalCount }}
            }}"#
        );
        drill(app, "May", "FUNCTIONAL", "2026-05-01", &[&contract], "").await;

        let seen = app.architect().query(&text).await;
        let service = &seen["recoveryAssessment"]["services"][0];
        assert_eq!([&service["effectiveTimeMinutes"], &service["hidden"]], [&json!(40), &json!(0)]);
        assert_eq!(service["chain"][1]["item"]["name"], "S-1");
        assert_eq!(codes(&service["findings"]), ["RTO_UNREACHABLE", "RTO_INVERSION"]);
        assert_eq!(service["hiddenFindings"], 0);
        let drills = json!([{ "name": "May", "scope": [{ "name": "S-1" }], "hidden": 0 }]);
        assert_eq!(seen["drills"]["nodes"], drills);
        assert_eq!(seen["recoveryDrills"]["totalCount"], 1);

        let seen = app.viewer().query(&text).await;
        let service = &seen["recoveryAssessment"]["services"][0];
        assert_eq!([&service["effectiveTimeMinutes"], &service["hidden"]], [&json!(40), &json!(1)]);
        assert_eq!(service["chain"], json!([{ "item": { "name": "web" } }, { "item": null }]));
        assert_eq!(codes(&service["findings"]), ["RTO_UNREACHABLE"]);
        assert_eq!(service["hiddenFindings"], 1, "the inversion names what is hidden");
        let drills = json!([{ "name": "May", "scope": [], "hidden": 1 }]);
        assert_eq!(seen["drills"]["nodes"], drills);
        assert_eq!(
            service["findings"][0]["message"],
            "`web` is up after 40 minutes at the soonest, 20 later than the 20 promised; it waits for an item that is \
             hidden"
        );
        let order = &seen["recoveryAssessment"]["order"];
        assert_eq!([&order["makespanMinutes"], &order["hiddenSteps"]], [&json!(40), &json!(1)]);
        assert_eq!(order["steps"], json!([{ "item": { "name": "web" } }]));
        assert_eq!(seen["recoveryObjectives"]["nodes"], json!([{ "item": { "name": "web" } }]));
        assert_eq!(seen["recoveryDrills"]["totalCount"], 0);
        let ask = format!(r#"{{ recoveryAssessment(service: "{contract}") {{ asOf }} }}"#);
        app.viewer().expect_error(&ask, "NOT_FOUND").await;
    });
}

#[test]
fn what_is_never_up_or_was_never_tried_is_counted_with_what_is_hidden_of_it() {
    on_both_engines(async |app| {
        let contract = a_support_contract(app).await;
        let (web, one, two) =
            (a_service(app, "web").await, a_service(app, "one").await, a_service(app, "two").await);
        needs(app, &web, &contract).await;
        needs_some(app, &contract, "both", 2, &[&one, &two]).await;
        objective(app, &web, "timeMinutes: 20").await;
        for item in [&contract, &one] {
            objective(app, item, "timeMinutes: 10").await;
        }
        let text = format!(
            r#"{{ recoveryAssessment(service: "{web}") {{
                order {{ never {{ name }} hiddenNever }} services {{ untested {{ name }} hiddenUntested }}
            }} }}"#
        );
        let found = async |client: &Client| {
            let found = client.query(&text).await["recoveryAssessment"].clone();
            (found["order"].clone(), found["services"][0].clone())
        };
        // Contracts are not brought up by anybody, so no drill has to be about them.
        let untested = json!({ "untested": [{ "name": "one" }], "hiddenUntested": 0 });
        let all_up = (json!({ "never": [], "hiddenNever": 0 }), untested.clone());
        assert_eq!(found(&app.viewer()).await, all_up);
        let gone =
            format!(r#"mutation {{ updateService(id: "{two}", changes: {{ status: RETIRED }}) {{ id }} }}"#);
        app.director().query(&gone).await;
        let (order, _) = found(&app.director()).await;
        assert_eq!(order["hiddenNever"], 0);
        let mut names: Vec<&str> =
            order["never"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["S-1", "web"]);
        let seen = json!({ "never": [{ "name": "web" }], "hiddenNever": 1 });
        assert_eq!(found(&app.viewer()).await, (seen, untested));
    });
}

#[test]
fn own_minutes_of_what_is_hidden_are_hidden() {
    on_both_engines(async |app| {
        let shop = a_service(app, "shop").await;
        objective(app, &shop, "ownMinutes: 10").await;
        let contract = a_support_contract(app).await;
        objective(app, &contract, "ownMinutes: 500").await;
        needs(app, &shop, &contract).await;
        let fields = "effectiveTimeMinutes chain { item { name } ownMinutes upAfterMinutes }";
        let seen = recovery(app, &shop, "", fields).await;
        assert_eq!(seen["effectiveTimeMinutes"], 510);
        let hidden = json!({ "item": null, "ownMinutes": null, "upAfterMinutes": 500 });
        assert_eq!(seen["chain"][1], hidden);
        let text = format!("{{ recoveryAssessment(service: \"{shop}\") {{ services {{ {fields} }} }} }}");
        let all = app.director().query(&text).await["recoveryAssessment"]["services"][0].clone();
        let shown = json!({ "item": { "name": "S-1" }, "ownMinutes": 500, "upAfterMinutes": 500 });
        assert_eq!(all["chain"][1], shown);
        let part = recovery(app, &shop, "", "chainLength chain(first: 1, skip: 1) { upAfterMinutes }").await;
        assert_eq!(part, json!({ "chainLength": 2, "chain": [{ "upAfterMinutes": 500 }] }));
        for (arguments, field) in [("first: -1", "first"), ("skip: -1", "skip")] {
            let text = format!(
                "{{ recoveryAssessment(service: \"{shop}\") {{ services {{ chain({arguments}) {{ ownMinutes }} }} }} }}"
            );
            let refusal = app.director().expect_error(&text, "INVALID").await;
            assert_eq!(
                (refusal.field.as_str(), refusal.message.as_str()),
                (field, format!("{field}: -1 is below zero").as_str())
            );
        }
    });
}

#[test]
fn services_are_assessed_part_by_part() {
    on_both_engines(async |app| {
        for name in ["a", "b", "c", "d", "e"] {
            a_service(app, name).await;
        }
        let ask = async |arguments: &str| {
            let text = format!(
                "{{ recoveryAssessment({arguments}) {{ totalCount summary {{ services }}
                    services {{ item {{ name }} }} }} }}"
            );
            app.viewer().query(&text).await["recoveryAssessment"].clone()
        };
        let part = ask("limit: 2, skip: 2").await;
        assert_eq!(
            part,
            json!({ "totalCount": 5, "summary": { "services": 2 },
                "services": [{ "item": { "name": "c" } }, { "item": { "name": "d" } }] })
        );
        assert_eq!(ask("limit: 2, skip: 9").await["services"], json!([]));
        assert_eq!(ask("skip: 4").await["services"], json!([{ "item": { "name": "e" } }]));
        for (arguments, field, message) in [
            ("limit: 0", "limit", "limit: 0 is not between 1 and 1000"),
            ("limit: 1001", "limit", "limit: 1001 is not between 1 and 1000"),
            ("skip: -1", "skip", "skip: -1 is below zero"),
        ] {
            let text = format!("{{ recoveryAssessment({arguments}) {{ totalCount }} }}");
            let refusal = app.viewer().expect_error(&text, "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, message));
        }
    });
}

#[test]
fn a_chain_has_all_of_a_circle_whose_time_counts() {
    on_both_engines(async |app| {
        let mut ids = Vec::new();
        for (name, minutes) in [("rt1", 12), ("rt2", 10), ("rt3", 20), ("rt4", 30), ("rt5", 0)] {
            let id = a_service(app, name).await;
            objective(app, &id, &format!("timeMinutes: 60, ownMinutes: {minutes}")).await;
            ids.push(id);
        }
        // The second, the third and the fifth need each other; the fifth takes no time.
        for (from, to) in [(0, 1), (1, 2), (2, 4), (4, 1), (2, 3)] {
            needs(app, &ids[from], &ids[to]).await;
        }
        let fields = "effectiveTimeMinutes timeGapMinutes chainLength
            chain { item { name } ownMinutes upAfterMinutes } findings { code message }";
        let found = recovery(app, &ids[0], "", fields).await;
        assert_eq!([&found["effectiveTimeMinutes"], &found["timeGapMinutes"]], [72, 12]);
        let link = |name: &str, own: u32, up: u32| json!({ "item": { "name": name }, "ownMinutes": own, "upAfterMinutes": up });
        let chain = [link("rt1", 12, 72), link("rt2", 10, 60), link("rt3", 20, 60), link("rt4", 30, 30)];
        assert_eq!(found["chain"], json!(chain));
        assert_eq!(found["chainLength"], 4);
        let findings = found["findings"].as_array().unwrap();
        let late = findings.iter().find(|finding| finding["code"] == "RTO_UNREACHABLE").unwrap();
        let message = late["message"].as_str().unwrap();
        assert!(
            message.contains("waits for `rt2`, which waits for `rt3`, which waits for `rt4`"),
            "{message}"
        );
    });
}
