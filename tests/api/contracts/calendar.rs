//! The decision calendar over all contracts, and its feed.

use ::support::{
    TestApp,
    http::{Answer, Server, answer, token_of},
    on_both_engines,
};
use api::{access::Role, config::Limits};
use icalendar::{Calendar, Component};
use serde_json::{Value, json};

use super::{
    a_contract, a_site, a_vendor, decisions::sign_renewing_c1, golden::examples, shown, sign, support, with,
};

/// The contract of the worked example of notice: 36 months from 2024-03-01, 90 to 180 days of notice.
async fn sign_n(app: &TestApp) {
    let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
    let input = with(
        a_contract("N", &vendor, &[&site]),
        &json!({
            "term": { "signedOn": "2024-02-01", "billingStartsOn": "2024-03-01", "months": 36 },
            "notice": { "minimum": 90, "maximum": 180 },
            "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0.03" } },
        }),
    );
    sign(app, input).await;
}

async fn sign_support(app: &TestApp) {
    let vendor = a_vendor(app, "CARE").await;
    let input = with(
        support::a_contract("S1", &vendor, &[]),
        &json!({ "details": {
            "noticeDays": 60, "renewal": { "automatic": true, "months": 12, "uplift": "0.04" },
        } }),
    );
    support::sign(app, input).await;
}

const CALENDAR: &str = r#"query($from: Date!, $to: Date!, $asOf: Date, $kinds: [ContractEventKind!],
        $contracts: [ContractKind!], $first: Int! = 100) {
    contractCalendar(from: $from, to: $to, asOf: $asOf, kinds: $kinds, contracts: $contracts, first: $first) {
        asOf totalCount events { date kind contractNumber term noticeDeadline daysLeft alert reason
            silence { startsOn endsOn cost { amount } costHidden }
            colocationContract { number } supportContract { number } }
        explain { formula assumptions excluded inputs { name value } }
    } }"#;

fn span(from: &str, to: &str, as_of: &str) -> Value {
    json!({ "from": from, "to": to, "asOf": as_of })
}

fn dates(data: &Value) -> Vec<String> {
    let events = data["contractCalendar"]["events"].as_array().unwrap().iter();
    let word = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    events
        .map(|it| format!("{} {} {}", word(it, "date"), word(it, "kind"), word(it, "contractNumber")))
        .collect()
}

#[test]
fn deadlines_fall_when_the_worked_example_says() {
    on_both_engines(async |app| {
        sign_n(app).await;
        let data = app.finance().query_with(CALENDAR, span("2026-07-01", "2028-03-31", "2026-10-01")).await;
        let events = data["contractCalendar"]["events"].as_array().unwrap();
        let first = |kind: &str| events.iter().find(|event| event["kind"] == kind).unwrap();
        let examples = examples();
        assert_eq!(first("WINDOW_OPEN")["date"], examples["1.notice.window_open_180d"]);
        assert_eq!(first("DECISION_DUE")["date"], examples["1.notice.internal_decision_minus60d"]);
        assert_eq!(first("NOTICE_DEADLINE")["date"], examples["1.notice.90d"]);
        assert_eq!(first("TERM_END")["date"], examples["1.term.end"]);
        assert_eq!(first("NOTICE_DEADLINE")["silence"]["endsOn"], examples["1.renewal.term12_end"]);
        let deadline = first("NOTICE_DEADLINE");
        assert_eq!((&deadline["alert"], &deadline["daysLeft"]), (&json!("WITHIN_60_DAYS"), &json!(60)));
        assert_eq!(deadline["silence"]["cost"]["amount"], "12360.00");
        insta::assert_snapshot!(dates(&data).join("\n"), @r"
        2026-09-01 WINDOW_OPEN N
        2026-10-01 DECISION_DUE N
        2026-11-30 NOTICE_DEADLINE N
        2027-02-28 TERM_END N
        2027-03-01 AUTO_RENEWED N
        2027-03-01 ESCALATION N
        2027-09-02 WINDOW_OPEN N
        2027-10-02 DECISION_DUE N
        2027-12-01 NOTICE_DEADLINE N
        2028-02-29 TERM_END N
        2028-03-01 AUTO_RENEWED N
        2028-03-01 ESCALATION N
        ");
        insta::assert_snapshot!(shown(&data["contractCalendar"]["explain"]), @r#"
        assumptions: ["Saturdays and Sundays are days of rest, holidays are not known","a decision is due 60 days before the notice deadline where a contract states no lead of its own: 1 contracts"]
        excluded: []
        formula: "deadlines count back from the last day of a term; alerts count the days from asOf to the deadline"
        inputs: [{"name":"colocation contracts","value":"1"},{"name":"support contracts","value":"0"},{"name":"cloud commitments","value":"0"},{"name":"as of","value":"2026-10-01"}]
        "#);
    });
}

#[test]
fn events_of_all_contracts_come_in_order() {
    on_both_engines(async |app| {
        sign_renewing_c1(app).await;
        sign_support(app).await;
        let data = app.finance().query_with(CALENDAR, span("2026-01-01", "2027-03-31", "2026-07-01")).await;
        insta::assert_snapshot!(dates(&data).join("\n"), @r"
        2026-03-14 ABATEMENT_END C1
        2026-04-15 RAMP_STEP C1
        2026-07-15 RAMP_STEP C1
        2026-08-31 DECISION_DUE S1
        2026-10-30 NOTICE_DEADLINE S1
        2026-12-31 TERM_END S1
        2027-01-01 AUTO_RENEWED S1
        2027-01-01 ESCALATION S1
        2027-01-15 ESCALATION C1
        2027-01-15 ESCALATION C1
        ");
        let events = data["contractCalendar"]["events"].as_array().unwrap();
        let deadline = events.iter().find(|event| event["kind"] == "NOTICE_DEADLINE").unwrap();
        assert_eq!(deadline["supportContract"]["number"], "S1");
        assert_eq!(deadline["colocationContract"], Value::Null);
        // 250 a month, 4 % more in the renewal.
        assert_eq!(deadline["silence"]["cost"]["amount"], "3120.00");
        let step = events.iter().find(|event| event["kind"] == "RAMP_STEP").unwrap();
        assert_eq!((&step["alert"], &step["noticeDeadline"]), (&Value::Null, &Value::Null));

        let only = |change: Value| with(span("2026-01-01", "2027-03-31", "2026-07-01"), &change);
        let kinds = only(json!({ "kinds": ["NOTICE_DEADLINE"], "first": 1 }));
        let data = app.finance().query_with(CALENDAR, kinds).await;
        assert_eq!(dates(&data), ["2026-10-30 NOTICE_DEADLINE S1"]);
        let contracts = only(json!({ "contracts": ["COLOCATION"], "first": 1 }));
        let data = app.finance().query_with(CALENDAR, contracts).await;
        assert_eq!(dates(&data), ["2026-03-14 ABATEMENT_END C1"]);
        assert_eq!(data["contractCalendar"]["totalCount"], 5);
    });
}

#[test]
fn notice_leaves_nothing_to_decide() {
    on_both_engines(async |app| {
        sign_n(app).await;
        let contract = app.director().query(r#"{ colocationContract(number: "N") { id } }"#).await;
        let text = r#"mutation($id: ID!) { recordNotice(id: $id, on: "2026-06-30") { id } }"#;
        app.director().query_with(text, contract["colocationContract"].clone()).await;
        let data = app.finance().query_with(CALENDAR, span("2026-07-01", "2030-03-31", "2026-10-01")).await;
        assert_eq!(dates(&data), ["2027-02-28 TERM_END N"]);
        assert_eq!(data["contractCalendar"]["events"][0]["alert"], Value::Null);
    });
}

#[test]
fn prices_are_hidden_and_spans_are_bounded() {
    on_both_engines(async |app| {
        sign_n(app).await;
        let asked = span("2026-07-01", "2027-03-31", "2026-10-01");
        let data = app.architect().query_with(CALENDAR, asked.clone()).await;
        let events = data["contractCalendar"]["events"].as_array().unwrap();
        let deadline = events.iter().find(|event| event["kind"] == "NOTICE_DEADLINE").unwrap();
        assert_eq!(deadline["silence"]["cost"], Value::Null);
        assert_eq!(deadline["silence"]["costHidden"], true);
        assert_eq!(deadline["silence"]["endsOn"], "2028-02-29");
        app.viewer().expect_error_with(CALENDAR, asked.clone(), "FORBIDDEN").await;

        let mut found = Vec::new();
        for (change, code) in [
            (json!({ "to": "2026-06-30" }), "INVALID"),
            (json!({ "to": "2136-07-01" }), "LIMIT_EXCEEDED"),
            (json!({ "from": "0026-07-01" }), "INVALID"),
            (json!({ "asOf": "0026-07-01" }), "INVALID"),
            (json!({ "first": 0 }), "INVALID"),
        ] {
            let asked = with(asked.clone(), &change);
            found.push(app.architect().expect_error_with(CALENDAR, asked, code).await.message);
        }
        insta::assert_snapshot!(found.join("\n"), @r"
        to: 2026-06-30 lies before the first day, 2026-07-01
        to: 2136-07-01 is 40177 days after 2026-07-01, at most 3660 are given at once
        from: 0026-07-01 is not between 1970 and 2199
        asOf: 0026-07-01 is not between 1970 and 2199
        first: 0 is not between 1 and 2000
        ");
    });
}

#[test]
fn the_calendar_takes_as_many_statements_for_one_contract_as_for_ten() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let text = r#"{ contractCalendar(from: "2026-01-01", to: "2027-12-31") { events {
            kind charge { kind site { code } } silence { cost { amount } }
            colocationContract { number vendor { code } sites { code } charges { kind } }
            supportContract { number vendor { code } }
        } } }"#;
        let renewal =
            json!({ "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0.03" } } });
        let mut counts = Vec::new();
        for contract in 0..10 {
            let number = format!("K{contract}");
            sign(app, with(a_contract(&number, &vendor, &[&site]), &renewal)).await;
            let number = format!("S{contract}");
            support::sign(app, support::a_contract(&number, &vendor, &[])).await;
            counts.push(app.finance().statements(text).await);
        }
        assert_eq!(counts.first(), counts.last(), "{counts:?}");
    });
}

async fn feed(server: &Server, role: Role) -> Answer {
    server.get(&format!("/calendar.ics?token={}", token_of(role))).await
}

/// The lines as they were before they were folded.
fn unfolded(text: &str) -> String {
    text.replace("\r\n ", "")
}

#[test]
fn the_feed_is_a_calendar() {
    on_both_engines(async |app| {
        sign_n(app).await;
        sign_support(app).await;
        let server = Server::start(app.store(), Limits::default()).await;
        let answer = feed(&server, Role::Finance).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "text/calendar; charset=utf-8");
        assert_eq!(answer.headers["cache-control"], "no-store");
        for line in answer.text.split_terminator("\r\n") {
            assert!(line.len() <= 75 && !line.contains('\n'), "{line}");
        }
        let calendar: Calendar = answer.text.parse().unwrap();
        let deadline = calendar
            .events()
            .find(|event| event.get_summary() == Some("Last day of notice: colocation contract N"))
            .unwrap();
        assert_eq!(deadline.property_value("DTSTART"), Some("20261130"));
        assert_eq!(deadline.property_value("DTSTAMP"), Some("20260701T090000Z"));
        assert!(unfolded(&answer.text).contains("\r\nDTSTART;VALUE=DATE:20261130\r\n"));
        let alarms: Vec<_> = deadline.components().iter().collect();
        let triggers: Vec<_> = alarms.iter().filter_map(|alarm| alarm.property_value("TRIGGER")).collect();
        assert_eq!(triggers, ["-P365D", "-P180D", "-P90D", "-P60D", "-P30D"], "one for each tier of alerts");
        let mut ids: Vec<_> = alarms.iter().filter_map(|alarm| alarm.property_value("UID")).collect();
        ids.dedup();
        assert_eq!(ids.len(), 5);
        let description = deadline.get_description().unwrap();
        assert!(description.contains("Silence costs USD 12360.00."), "{description}");
        assert!(calendar.events().all(|event| event.get_uid().is_some_and(|uid| uid.ends_with("@plinth"))));
        let mut uids: Vec<_> = calendar.events().map(|event| event.get_uid().unwrap()).collect();
        let count = uids.len();
        uids.sort_unstable();
        uids.dedup();
        assert_eq!(uids.len(), count, "no two events share an id");
        assert_eq!(feed(&server, Role::Finance).await.text, answer.text, "the same ids every time");
        server.stop().await;
    });
}

#[test]
fn the_feed_shows_what_its_reader_may_see() {
    on_both_engines(async |app| {
        sign_n(app).await;
        let server = Server::start(app.store(), Limits::default()).await;
        let none = server.get("/calendar.ics").await;
        assert_eq!(none.status.as_u16(), 401);
        assert_eq!(none.text, "send a token in the header `Authorization: Bearer …` or as `?token=…`\n");
        assert_eq!(server.get("/calendar.ics?token=nonsense").await.status.as_u16(), 401);
        assert_eq!(feed(&server, Role::Viewer).await.status.as_u16(), 403);
        let seen = feed(&server, Role::Architect).await;
        assert_eq!(seen.status.as_u16(), 200);
        assert!(!unfolded(&seen.text).contains("USD"), "{}", seen.text);

        let admin = app.admin();
        let text = r#"mutation { createUser(input: {
            email: "board@plinth.test", name: "Board", role: COMMITTEE
        }) { id } }"#;
        let user = json!({ "user": admin.query(text).await["createUser"]["id"] });
        let text = r#"mutation($user: ID!) { createApiToken(user: $user, name: "calendar") { secret } }"#;
        let data = admin.query_with(text, user).await;
        let secret = data["createApiToken"]["secret"].as_str().unwrap().to_owned();
        let by_secret = server.get(&format!("/calendar.ics?token={secret}")).await;
        assert_eq!(by_secret.status.as_u16(), 200, "{}", by_secret.text);
        assert!(unfolded(&by_secret.text).contains("USD 12360.00"));
        let request = server.request("/calendar.ics").bearer_auth(secret);
        assert_eq!(answer(request).await.text, by_secret.text);
        server.stop().await;
    });
}

#[test]
fn text_of_people_cannot_break_the_feed() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let renewal = json!({ "details": {
            "owner": "Ops; Berlin, \"Ost\"\nEND:VEVENT\\ äöü 東京",
            "renewal": { "automatic": true, "months": 12, "uplift": "0.03" },
        } });
        sign(app, with(a_contract("A;B,C", &vendor, &[&site]), &renewal)).await;
        let server = Server::start(app.store(), Limits::default()).await;
        let answer = feed(&server, Role::Finance).await;
        let calendar: Calendar = answer.text.parse().unwrap();
        let begins = answer.text.matches("BEGIN:VEVENT\r\n").count();
        assert_eq!(calendar.events().count(), begins);
        assert_eq!(answer.text.matches("\r\nEND:VEVENT\r\n").count(), begins);
        let summary = calendar.events().next().unwrap().get_summary().unwrap().to_owned();
        assert!(summary.ends_with("A;B,C"), "{summary}");
        let description = calendar.events().next().unwrap().get_description().unwrap().to_owned();
        assert!(description.contains("Ops; Berlin, \"Ost\"\nEND:VEVENT\\ äöü 東京"), "{description}");
        server.stop().await;
    });
}

#[test]
fn what_the_company_plans_with_moves_the_calendar() {
    on_both_engines(async |app| {
        sign_n(app).await;
        let director = app.director();
        let contract = director.query(r#"{ colocationContract(number: "N") { id } }"#).await;
        let text = r#"mutation($id: ID!, $planning: ContractPlanningDetails) {
            updateColocationContract(id: $id, changes: { planning: $planning }) {
                planning { decisionLeadDays proposalLeadDays migrationDays decommissionBufferDays }
            } }"#;
        let asked =
            |planning: Value| with(contract["colocationContract"].clone(), &json!({ "planning": planning }));
        let planning = json!({ "decisionLeadDays": 30, "proposalLeadDays": 90, "migrationDays": 120,
                               "decommissionBufferDays": 14 });
        let data = director.query_with(text, asked(planning.clone())).await;
        assert_eq!(data["updateColocationContract"]["planning"], planning);
        let data = app.finance().query_with(CALENDAR, span("2026-01-01", "2027-02-28", "2026-10-01")).await;
        insta::assert_snapshot!(dates(&data).join("\n"), @r"
        2026-08-02 RFP_START N
        2026-09-01 WINDOW_OPEN N
        2026-10-17 EXIT_START N
        2026-10-31 DECISION_DUE N
        2026-11-30 NOTICE_DEADLINE N
        2027-02-28 TERM_END N
        ");
        let assumptions = data["contractCalendar"]["explain"]["assumptions"].to_string();
        assert!(!assumptions.contains("60 days"), "{assumptions}");

        let mut found = Vec::new();
        for planning in [
            json!({ "decisionLeadDays": -1 }),
            json!({ "proposalLeadDays": 3_651 }),
            json!({ "migrationDays": -1 }),
            json!({ "decommissionBufferDays": -1 }),
            Value::Null,
        ] {
            found.push(director.expect_error_with(text, asked(planning), "INVALID").await.message);
        }
        insta::assert_snapshot!(found.join("\n"), @r"
        planning.decisionLeadDays: -1 is not between 0 and 3650
        planning.proposalLeadDays: 3651 is not between 0 and 3650
        planning.migrationDays: -1 is not between 0 and 3650
        planning.decommissionBufferDays: -1 is not between 0 and 3650
        planning: null is refused: this cannot be cleared, leave it out to keep it
        ");
        app.planner().expect_error_with(text, asked(json!({})), "FORBIDDEN").await;
    });
}

#[test]
fn support_contracts_say_when_their_prices_rise() {
    on_both_engines(async |app| {
        let vendor = a_vendor(app, "CARE").await;
        let input = with(
            support::a_contract("S", &vendor, &[]),
            &json!({ "endsOn": "2028-12-31", "details": { "escalationRate": "0.05", "noticeDays": 60,
                "renewal": { "automatic": true, "months": 24, "uplift": "0.07" } } }),
        );
        support::sign(app, input).await;
        let text = r#"{ contractCalendar(from: "2026-07-01", to: "2030-12-31", asOf: "2026-07-01", kinds: [ESCALATION]) {
            events { date kind reason supportContract { number } } } }"#;
        let data = app.architect().query(text).await;
        let events = data["contractCalendar"]["events"].as_array().unwrap().iter();
        let shown: Vec<String> = events
            .map(|it| {
                format!("{} {} {}", it["date"], it["supportContract"]["number"], it["reason"])
                    .replace('"', "")
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        2027-01-01 S the price rises by 5 %
        2028-01-01 S the price rises by 5 %
        2029-01-01 S the price rises by 7 % with the renewal
        2030-01-01 S the price rises by 5 %
        ");
    });
}

#[test]
fn support_contracts_say_when_to_ask_and_to_move() {
    on_both_engines(async |app| {
        let vendor = a_vendor(app, "CARE").await;
        let planned = |notice: i32| {
            json!({ "details": { "noticeDays": 60, "noticeDaysMaximum": notice,
                "planning": { "decisionLeadDays": 30, "proposalLeadDays": 90, "migrationDays": 45, "decommissionBufferDays": 5 },
                "renewal": { "automatic": true, "months": 12 } } })
        };
        let input = |notice: i32| with(support::a_contract("S", &vendor, &[]), &planned(notice));
        let text = "mutation($input: NewSupportContract!) { signSupportContract(input: $input) { id } }";
        let refusal = app.director().expect_error_with(text, json!({ "input": input(30) }), "INVALID").await;
        assert_eq!(
            refusal.message,
            "noticeDaysMaximum: 30 is less than the latest notice of 60, so no day would be valid"
        );
        support::sign(app, input(180)).await;
        let text = r#"{ contractCalendar(from: "2026-01-01", to: "2027-01-01", asOf: "2026-01-01") {
            events { date kind contractNumber } }
            supportContract(number: "S") { notice { days earliestDays } planning { decisionLeadDays proposalLeadDays
                migrationDays decommissionBufferDays } } }"#;
        let data = app.architect().query(text).await;
        insta::assert_snapshot!(dates(&data).join("\n"), @r"
        2026-07-02 RFP_START S
        2026-07-04 WINDOW_OPEN S
        2026-09-30 DECISION_DUE S
        2026-10-30 NOTICE_DEADLINE S
        2026-11-11 EXIT_START S
        2026-12-31 TERM_END S
        2027-01-01 AUTO_RENEWED S
        ");
        insta::assert_snapshot!(data["supportContract"], @r#"{"notice":{"days":60,"earliestDays":180},"planning":{"decisionLeadDays":30,"decommissionBufferDays":5,"migrationDays":45,"proposalLeadDays":90}}"#);
    });
}
