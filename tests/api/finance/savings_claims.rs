//! What shows that something is saved: lines of the ledger that are claimed once, a first day that has come, evidence.

use api::import::csv::Noun;
use serde_json::{Value, json};
use support::on_both_engines;

use super::{
    savings::{LINE, a_code, a_ledger, advance, claim, identify, initiative, realise, savings},
    volumes::{export, import},
};

#[test]
fn a_line_of_the_ledger_is_claimed_once() {
    on_both_engines(async |app| {
        a_ledger(app).await;
        let (first, second) =
            (identify(app, initiative("S-1", "1")).await, identify(app, initiative("S-2", "1")).await);
        let finance = app.finance();
        let lines = format!("{LINE}, {LINE}, {{ costCentre: \"\", account: \"1\", month: \"2026-05\" }}");
        let made = finance.query(&claim(&first, &lines)).await["claimLedgerLines"].clone();
        assert_eq!(
            made[0]["claim"],
            json!({ "costCentre": "IT-100", "account": "6100", "month": "2026-05", "document": "INV-7",
                    "initiative": { "code": "S-1" } })
        );
        assert_eq!(
            made[1]["error"]["message"],
            "the initiative S-1 claims the line IT-100 / 6100 / 2026-05 / INV-7 already"
        );
        assert_eq!(
            made[2]["error"],
            json!({ "code": "INVALID", "field": "costCentre", "message": "is blank" })
        );
        let other = r#"{ costCentre: "IT-100", account: "6100", month: "2026-05", document: "INV-8" }"#;
        let whole = r#"{ costCentre: "IT-100", account: "6100", month: "2026-05" }"#;
        let made = finance.query(&claim(&second, &format!("{LINE}, {other}, {whole}"))).await;
        let made = &made["claimLedgerLines"];
        assert_eq!(
            made[0]["error"],
            json!({ "code": "CONFLICT", "field": null, "message":
                "the line IT-100 / 6100 / 2026-05 / INV-7 is claimed by the initiative S-1, so the initiative S-2 cannot \
                 claim it as well" })
        );
        assert_eq!(made[1]["error"], Value::Null);
        // All documents are some that another one claims.
        assert_eq!(made[2]["error"]["code"], "CONFLICT");
        let blank = claim(&second, r#"{ costCentre: "a", account: "b", month: "2026-05", document: "" }"#);
        assert_eq!(finance.expect_error(&blank, "INVALID").await.field, "lines[0].document");
        app.planner().expect_error(&claim(&second, LINE), "FORBIDDEN").await;

        let files = [export(app, Noun::SavingsInitiative).await, export(app, Noun::SavingsClaim).await];
        assert!(files[1].contains("IT-100,6100,2026-05,INV-7,S-1"), "{}", files[1]);
        let both =
            [("savings_initiatives.csv", files[0].as_str()), ("savings_claims.csv", files[1].as_str())];
        let (counts, problems) = import(app, &both).await;
        assert_eq!(counts, ["savings_initiative 0/0/2/0", "savings_claim 0/0/2/0"]);
        assert_eq!(problems, Vec::<String>::new());
        let theft = "cost_centre,account,month,document,initiative\nIT-100,6100,2026-05,INV-7,S-2\nIT-100,6100,2026-05,,S-1\n";
        let (counts, problems) = import(app, &[("savings_claims.csv", theft)]).await;
        assert_eq!(counts, ["savings_claim 0/0/0/2"]);
        assert!(
            problems[0].contains("claimed by the initiative S-1, so the initiative S-2 cannot"),
            "{problems:?}"
        );
    });
}

#[test]
fn a_line_has_codes_of_the_ledger_whatever_a_reorganisation_calls_them() {
    on_both_engines(async |app| {
        a_ledger(app).await;
        let (first, second) =
            (identify(app, initiative("S-1", "1")).await, identify(app, initiative("S-2", "1")).await);
        let finance = app.finance();
        let (old, new) =
            (a_code(app, "COST_CENTRE", "OLD-1").await, a_code(app, "COST_CENTRE", "NEW-1").await);
        let line = |centre: &str, account: &str| {
            format!(r#"{{ costCentre: "{centre}", account: "{account}", month: "2026-05" }}"#)
        };
        let outcome = async |initiative: &str, line: String| {
            finance.query(&claim(initiative, &line)).await["claimLedgerLines"][0].clone()
        };
        let made = outcome(&first, line(" IT-100", "6100 ")).await;
        assert_eq!([&made["claim"]["costCentre"], &made["claim"]["account"]], ["IT-100", "6100"]);
        assert_eq!(outcome(&second, line("IT-100 ", "6100")).await["error"]["code"], "CONFLICT");
        for (centre, account, field, message) in [
            ("it-100", "6100", "costCentre", "`it-100` is no cost centre of the ledger, but IT-100 is"),
            ("6100", "6100", "costCentre", "`6100` is no cost centre of the ledger"),
            ("IT-100", "9999", "account", "`9999` is no account of the ledger"),
        ] {
            let refused = outcome(&second, line(centre, account)).await["error"].clone();
            assert_eq!(refused, json!({ "code": "INVALID", "field": field, "message": message }));
        }
        // Two lines become one with the reorganisation: neither counts before one gives it up.
        for initiative in [&first, &second] {
            realise(app, initiative).await;
        }
        assert_eq!(outcome(&first, line("OLD-1", "6100")).await["error"], Value::Null);
        assert_eq!(outcome(&second, line("NEW-1", "6100")).await["error"], Value::Null);
        assert_eq!(savings(&finance, "").await["contested"]["count"], 0);
        let supersede = format!(
            r#"mutation {{ supersedeLedgerCode(id: "{old}", by: "{new}", from: "2026-04-01") {{ id }} }}"#
        );
        finance.query(&supersede).await;
        let found = savings(&finance, "").await;
        assert_eq!([&found["contested"]["count"], &found["claimed"]["count"]], [2, 0]);
        let third = identify(app, initiative("S-3", "1")).await;
        let refused = outcome(&third, line("OLD-1", "6100")).await["error"].clone();
        assert_eq!(refused["code"], "CONFLICT");
        let remove = format!(r#"mutation {{ removeLedgerCode(id: "{old}") }}"#);
        let refusal = finance.expect_error(&remove, "CONFLICT").await;
        assert_eq!(refusal.message, "the savings initiative S-1 claims a line of the cost centre OLD-1");
        let file = "cost_centre,account,month,document,initiative\nOLD-1,6100,2026-05,INV-1,S-3\nIT-9,6100,2026-05,,S-3\n";
        let (counts, problems) = import(app, &[("savings_claims.csv", file)]).await;
        assert_eq!(counts, ["savings_claim 0/0/0/2"]);
        assert!(problems[0].contains("so the initiative S-3 cannot claim it"), "{problems:?}");
        assert!(problems[1].contains("`IT-9` is no cost centre of the ledger"), "{problems:?}");
    });
}

#[test]
fn what_has_not_started_or_has_no_evidence_is_not_realised() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let mut later = initiative("S-1", "100");
        later["startsOn"] = json!("2026-07-02");
        let mut bare = initiative("S-2", "100");
        bare["evidence"] = json!([]);
        for (input, message) in [
            (
                later,
                "startsOn: 2026-07-02 lies after today, 2026-07-01: S-1 cannot be REALISED before it starts",
            ),
            (bare, "evidence: is empty: S-2 cannot be REALISED without evidence"),
        ] {
            let saving = identify(app, input).await;
            for stage in ["VALIDATED", "APPROVED", "IMPLEMENTED"] {
                finance.query(&advance(&saving, stage)).await;
            }
            let refusal = finance.expect_error(&advance(&saving, "REALISED"), "INVALID").await;
            assert_eq!(refusal.message, message);
        }
        // Nor are first day and evidence of what is realised taken back.
        let saving = identify(app, initiative("S-3", "100")).await;
        realise(app, &saving).await;
        let update = |changes: &str| {
            format!(
                r#"mutation {{ updateSavingsInitiative(id: "{saving}", changes: {{ {changes} }}) {{ owner }} }}"#
            )
        };
        let refusal = finance.expect_error(&update(r#"startsOn: "2026-12-01""#), "INVALID").await;
        assert_eq!(refusal.field, "startsOn", "{}", refusal.message);
        let refusal = finance.expect_error(&update("evidence: []"), "INVALID").await;
        assert_eq!(refusal.field, "evidence", "{}", refusal.message);
        finance.query(&update(r#"owner: "Controlling""#)).await;
        let file = "code,name,lever,kind,stage,currency,baseline_amount,baseline_from,baseline_method,baseline_fixed_on,\
            starts_on,claimed_amount\n\
            S-4,Name,renegotiation,HARD,REALISED,USD,100,2025-01,invoices,2026-01-15,2026-05-01,10\n";
        let (counts, problems) = import(app, &[("savings_initiatives.csv", file)]).await;
        assert_eq!(counts, ["savings_initiative 0/0/0/1"]);
        assert!(problems[0].contains("S-4 cannot be REALISED without evidence"), "{problems:?}");
    });
}
