//! Power, invoices, offers, indices and commitments as files.

use api::import::csv::Noun;
use serde_json::json;
use support::on_both_engines;

use super::{
    exporting::{exported, lines},
    *,
};

const CONTRACTS: [(&str, &str); 3] = [
    ("provider_accounts.csv", "provider,account_number,name,currency\nAWS,1,Production,USD\n"),
    (
        "colocation_contracts.csv",
        "number,vendor,currency,signed_on,billing_starts_on,initial_term_months,auto_renew,renewal_price_rule,\
         notice_minimum,notice_unit,proration,classification,dispute_window_days,termination_share,\
         termination_advances,termination_fixed_fee,sites\n\
         C-1,CDW,USD,2025-11-30,2026-01-01,36,false,FIXED_UPLIFT,90,CALENDAR_DAYS,ACTUAL_DAYS_CALENDAR,SERVICE,90,\
         0.75,24000:2026-01-01:36,500,FRA1\n",
    ),
    (
        "colocation_charges.csv",
        "contract,position,kind,unit_price_amount,quantity,asset,overage_buffer_rate,overage_multiplier,overage_basis\n\
         C-1,1,SPACE_KW,165,100,,0.05,1.5,ABOVE_COMMITMENT\nC-1,2,CROSS_CONNECT,300,1,R-1,,,\n",
    ),
];

const FILES: [(&str, &str); 7] = [
    (
        "price_index_values.csv",
        "series,month,value,published_on\nCPI-U,2026-01,309.685,2026-02-12\nCPI-U,2026-02,310.1,\n",
    ),
    (
        "colocation_deployments.csv",
        "contract,name,draw_cap_kilovolt_amperes,cooling_is_not_limited,power_factor,commit_kilowatts\n\
         C-1,CAGE,120,true,0.95,100\n",
    ),
    (
        "colocation_circuits.csv",
        "contract,deployment,reference,cabinet,pair,feed,volts,amperes,phases,derate,site,rack,charge,billed_from_on,\
         returned_on\n\
         C-1,CAGE,K1,C01,P1,A,208,30,1,0.8,FRA1,A01,1,2026-01-01,\nC-1,CAGE,K2,C01,P1,B,208,30,3,0.8,,,,,2026-06-30\n",
    ),
    (
        "colocation_readings.csv",
        "contract,deployment,circuit,starts_at,ends_at,peak_kilowatts,average_kilowatts,kilowatt_hours\n\
         C-1,CAGE,K1,2026-01-01T00:00:00Z,2026-01-01T00:15:00Z,,3.1,\n\
         C-1,CAGE,,2026-01-01T01:00:00+01:00,2026-02-01T00:00:00Z,4.5,,2000\n",
    ),
    (
        "invoice_lines.csv",
        "contract,invoice,line,amount,description,dated_on,month,charge,service_month,kind,quantity,unit_price_amount\n\
         C-1,INV-1,1,16500,Committed power,2026-06-01,2026-06,1,2026-06,SPACE_KW,100,165\n\
         C-1,INV-1,2,-300,Credit,2026-06-01,2026-06,2,,CREDIT,,\nC-1,INV-2,1,16500,Power,2026-07-01,2026-07,1,,,,\n",
    ),
    (
        "offers.csv",
        "vendor,reference,subject,amount,currency,quoted_on,valid_until_on,colocation_contract,status,decided_on\n\
         CDW,Q-1,100 kW,158,USD,2026-06-01,2026-08-31,C-1,,\nCDW,Q-2,50 kW,170,USD,2026-06-01,2026-08-31,,DECLINED,2026-06-15\n",
    ),
    (
        "cloud_commitments.csv",
        "provider,account_number,reference,kind,starts_on,ends_on,currency,hourly_amount,total_amount,auto_renews,\
         notice_days,owner\n\
         AWS,1,SP-1,SAVINGS_PLAN,2026-01-01,2026-12-31,USD,4.25,,true,30,Platform\n\
         AWS,1,EA-1,ENTERPRISE_AGREEMENT,2026-01-01,2028-12-31,USD,,360000,,,\n",
    ),
];

async fn furnish_contracts(app: &TestApp) {
    furnish(app).await;
    let assets = "tag,manufacturer,model,site\nR-1,Dell,R650,FRA1\n";
    let report = import(app, &[("assets.csv", assets)]).await;
    assert_eq!(errors(&report), [""; 0]);
    let report = import(app, &CONTRACTS).await;
    assert_eq!(errors(&report), [""; 0]);
}

#[test]
fn power_invoices_and_offers_come_in_once() {
    on_both_engines(async |app| {
        furnish_contracts(app).await;
        let report = import(app, &FILES).await;
        assert_eq!(errors(&report), [""; 0]);
        insta::assert_snapshot!(counts(&report).join("\n"), @r"
        price_index_value 2/0/0/0
        colocation_deployment 1/0/0/0
        colocation_circuit 2/0/0/0
        colocation_reading 2/0/0/0
        invoice_line 3/0/0/0
        offer 2/0/0/0
        cloud_commitment 2/0/0/0
        ");
        let before = dump(app).await;
        let again = import(app, &FILES).await;
        assert_eq!((errors(&again), again.written), (Vec::<String>::new(), false));
        insta::assert_snapshot!(counts(&again).join("\n"), @r"
        price_index_value 0/0/2/0
        colocation_deployment 0/0/1/0
        colocation_circuit 0/0/2/0
        colocation_reading 0/0/2/0
        invoice_line 0/0/3/0
        offer 0/0/2/0
        cloud_commitment 0/0/2/0
        ");
        assert!(dump(app).await == before, "posting twice changes nothing");

        // An invoice that only its lines tell of comes to what they come to.
        let invoices = lines(app, Noun::Invoice, 100).await;
        let shown: Vec<_> = invoices
            .iter()
            .map(|line| line.iter().map(|(_, cell)| cell.as_str()).collect::<Vec<_>>().join(","))
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        C-1,INV-1,2026-06-01,2026-06,16200,USD,OPEN,2026-08-30,,,,,invoice_lines.csv
        C-1,INV-2,2026-07-01,2026-07,16500,USD,OPEN,2026-09-29,,,,,invoice_lines.csv
        ");
        let circuits = lines(app, Noun::ColocationCircuit, 100).await;
        assert!(circuits[0].contains(&("rack", "A01".to_owned())), "{circuits:?}");
        assert!(circuits[0].contains(&("charge", "1".to_owned())), "{circuits:?}");
        let readings = lines(app, Noun::ColocationReading, 100).await;
        assert!(readings[1].contains(&("starts_at", "2026-01-01T00:00:00Z".to_owned())), "{readings:?}");
        let contracts = lines(app, Noun::ColocationContract, 100).await;
        assert!(contracts[0].contains(&("termination_advances", "24000:2026-01-01:36".to_owned())));
        let charges = lines(app, Noun::ColocationCharge, 100).await;
        assert!(charges[1].contains(&("asset", "R-1".to_owned())), "{charges:?}");
    });
}

#[test]
fn what_files_say_wrongly_is_refused_by_name() {
    on_both_engines(async |app| {
        furnish_contracts(app).await;
        let report = import(app, &FILES).await;
        assert_eq!(errors(&report), [""; 0]);
        let files = [
            (
                "invoice_lines.csv",
                "contract,invoice,line,amount,description,dated_on,month,charge\n\
                 C-1,INV-1,1,16000,Committed power,,,1\nC-1,INV-9,1,5,Power,,,\nC-1,INV-1,3,5,Power,,,9\n\
                 C-9,INV-1,1,5,Power,2026-06-01,2026-06,\n",
            ),
            (
                "colocation_circuits.csv",
                "contract,deployment,reference,cabinet,volts,amperes,phases,derate,rack,site\n\
                 C-1,ROW,K1,C01,208,30,1,0.8,,\nC-1,CAGE,K3,C01,208,30,2,0.8,,\nC-1,CAGE,K4,C01,208,30,1,0.8,Z99,FRA1\n",
            ),
            (
                "colocation_readings.csv",
                "contract,deployment,circuit,starts_at,ends_at,average_kilowatts\n\
                 C-1,CAGE,K9,2026-01-01T00:00:00Z,2026-01-01T00:15:00Z,1\n\
                 C-1,CAGE,K1,2026-01-01 00:00,2026-01-01T00:15:00Z,1\n\
                 C-1,CAGE,K1,2026-03-01T00:00:00Z,2026-02-01T00:00:00Z,1\n",
            ),
            ("price_index_values.csv", "series,month,value\nCPI-U,2026-03,0\n"),
            (
                "cloud_commitments.csv",
                "provider,account_number,reference,kind,starts_on,ends_on,currency,hourly_amount\n\
                 AWS,1,X,SAVINGS_PLAN,2026-01-01,2026-12-31,EUR,1\nAWS,1,Y,SAVINGS_PLAN,2026-01-01,2026-12-31,USD,\n",
            ),
            (
                "offers.csv",
                "vendor,reference,subject,amount,currency,quoted_on,valid_until_on\n\
                 CDW,X,y,1,USD,2026-06-01,2026-05-31\n",
            ),
        ];
        let report = import(app, &files).await;
        insta::assert_snapshot!(errors(&report).join("\n"), @r"
        colocation_readings.csv:2: error: circuit: 'C-1 / CAGE / K9' is neither in the database nor among the rows that were taken
        colocation_readings.csv:3: error: starts_at: '2026-01-01 00:00' is not a moment like 2027-01-31T10:15:00Z, with its zone
        colocation_readings.csv:4: error: ends_at: 2026-02-01T00:00:00Z is not after the moment the period begins, 2026-03-01T00:00:00Z
        price_index_values.csv:2: error: value: 0 is refused: a price index is above zero
        colocation_circuits.csv:2: error: deployment: 'C-1 / ROW' is neither in the database nor among the rows that were taken
        colocation_circuits.csv:3: error: phases: 2 is neither 1 nor 3
        colocation_circuits.csv:4: error: rack: 'FRA1 / Z99' is neither in the database nor among the rows that were taken
        invoice_lines.csv:2: error: amount: 16000 is refused: line 1 of the invoice INV-1 is recorded with 16500
        invoice_lines.csv:3: error: invoice: the invoice INV-9 is new, so its lines say dated_on and month
        invoice_lines.csv:4: error: charge: 'C-1 / 9' is neither in the database nor among the rows that were taken
        invoice_lines.csv:5: error: invoice: the invoice INV-1 could not be recorded
        offers.csv:2: error: validUntil: 2026-05-31 lies before the day of the offer on 2026-06-01
        cloud_commitments.csv:2: error: currency: EUR is not USD, in which the account is billed
        cloud_commitments.csv:3: error: hourly: give either what is committed for each hour or the total
        ");
    });
}

#[test]
fn power_invoices_and_offers_come_over_to_another_database() {
    on_both_engines(async |app| {
        furnish_contracts(app).await;
        let report = import(app, &FILES).await;
        assert_eq!(errors(&report), [""; 0]);
        let other = TestApp::start(app.engine()).await;
        let mut sources = Vec::new();
        for noun in Noun::ALL.into_iter().filter(|noun| *noun != Noun::User) {
            sources.push(exported(app, noun).await);
        }
        let parsed = parse(Format::Csv(None), &sources, &CsvOptions::default());
        let report =
            apply(other.store(), &other.caller(Role::Director), parsed, Options::default()).await.unwrap();
        assert_eq!(errors(&report), [""; 0]);
        for noun in [
            Noun::ColocationContract,
            Noun::ColocationCharge,
            Noun::PriceIndexValue,
            Noun::ColocationDeployment,
            Noun::ColocationCircuit,
            Noun::ColocationReading,
            Noun::Invoice,
            Noun::InvoiceLine,
            Noun::Offer,
            Noun::CloudCommitment,
        ] {
            let there = lines(&other, noun, 100).await;
            assert_eq!(there, lines(app, noun, 100).await, "{noun}");
            assert!(!there.is_empty(), "{noun}");
            let columns: Vec<_> = noun.columns().iter().map(|column| column.name).collect();
            let names: Vec<_> = there[0].iter().map(|(name, _)| *name).collect();
            assert_eq!(names, columns, "{noun}");
        }
        other.stop().await;
    });
}

#[test]
fn an_invoice_comes_in_whole_or_not_at_all() {
    on_both_engines(async |app| {
        furnish_contracts(app).await;
        let lines = "contract,invoice,line,amount,description,dated_on,month,charge\n\
             C-1,ONE,1,100,Power,2026-06-01,2026-06,1\nC-1,ONE,2,5,Power,2026-06-01,2026-06,9\n\
             C-1,TWO,1,100,Power,2026-06-01,2026-06,1\nC-1,TWO,2,100,Power,2026-06-02,2026-06,1\n\
             C-1,THREE,1,100,Power,2026-06-01,2026-06,1\nC-1,THREE,2,much,Power,2026-06-01,2026-06,1\n\
             C-1,FOUR,1,100,Power,2026-06-01,2026-06,1\nC-1,FOUR,2,5,Power,2026-06-01,2026-06,\n";
        let report = import(app, &[("invoice_lines.csv", lines)]).await;
        insta::assert_snapshot!(errors(&report).join("\n"), @r"
        invoice_lines.csv:2: error: invoice: the invoice ONE is refused whole: its line 2 says charge: 'C-1 / 9' is neither in the database nor among the rows that were taken
        invoice_lines.csv:3: error: invoice: the invoice ONE is refused whole: its line 2 says charge: 'C-1 / 9' is neither in the database nor among the rows that were taken
        invoice_lines.csv:4: error: invoice: the invoice TWO is refused whole: its lines say dated_on 2026-06-01 and 2026-06-02
        invoice_lines.csv:5: error: invoice: the invoice TWO is refused whole: its lines say dated_on 2026-06-01 and 2026-06-02
        invoice_lines.csv:6: error: invoice: the invoice THREE is refused whole: line 7 of invoice_lines.csv cannot be read
        invoice_lines.csv:7: error: amount: 'much' is not a number
        ");
        let page = "{ invoices { nodes { number total { amount } lines { amount { amount } } } } }";
        let found = app.director().query(page).await["invoices"]["nodes"].clone();
        let lines = json!([{ "amount": { "amount": "100.00" } }, { "amount": { "amount": "5.00" } }]);
        assert_eq!(found, json!([{ "number": "FOUR", "total": { "amount": "105.00" }, "lines": lines }]));
    });
}

#[test]
fn readings_of_files_overlap_neither_others_nor_what_is_recorded() {
    on_both_engines(async |app| {
        furnish_contracts(app).await;
        let report = import(app, &FILES).await;
        assert_eq!(errors(&report), [""; 0]);
        let readings = "contract,deployment,circuit,starts_at,ends_at,average_kilowatts\n\
             C-1,CAGE,K1,2026-01-01T00:05:00Z,2026-01-01T00:20:00Z,1\n\
             C-1,CAGE,K1,2026-02-01T00:00:00Z,2026-02-01T01:00:00Z,1\n\
             C-1,CAGE,K1,2026-02-01T00:30:00Z,2026-02-01T01:30:00Z,1\n\
             C-1,CAGE,K1,2026-12-01T00:00:00Z,2026-12-01T01:00:00Z,1\n";
        let report = import(app, &[("colocation_readings.csv", readings)]).await;
        insta::assert_snapshot!(errors(&report).join("\n"), @r"
        colocation_readings.csv:2: error: starts_at: the period overlaps 2026-01-01T00:00:00Z to 2026-01-01T00:15:00Z, which is read already, in part
        colocation_readings.csv:4: error: starts_at: the period overlaps 2026-02-01T00:00:00Z to 2026-02-01T01:00:00Z, which is read already, in part
        colocation_readings.csv:5: error: ends_at: 2026-12-01T01:00:00Z lies in the future, it is 2026-07-01T09:00:00Z: what is not over is not read
        ");
    });
}

#[test]
fn commitments_in_kilovolt_amperes_and_plans_of_the_cloud_come_in_and_go_out() {
    on_both_engines(async |app| {
        furnish_contracts(app).await;
        let files = [
            (
                "colocation_charges.csv",
                "contract,position,kind,unit_price_amount,quantity,ramp,average_kilowatts,commit_kilovolt_amperes,\
                 minimum_take_rate,power_usage_effectiveness_contractual,power_unit,power_factor\n\
                 C-1,3,SPACE_KW,132,125,0:50|6:125,,,,,KILOVOLT_AMPERE,0.8\n\
                 C-1,4,POWER_METERED,0.1,50,,50,125,0.7,1.3,KILOVOLT_AMPERE,0.8\n",
            ),
            (
                "colocation_deployments.csv",
                "contract,name,power_factor,commit_kilovolt_amperes\nC-1,CAGE,0.9,60\n",
            ),
            (
                "cloud_commitments.csv",
                "provider,account_number,reference,kind,starts_on,ends_on,currency,hourly_amount,notice_days,\
                 notice_days_maximum,decision_lead_days,proposal_lead_days,migration_days,decommission_buffer_days\n\
                 AWS,1,SP-1,SAVINGS_PLAN,2026-01-01,2026-12-31,USD,4.25,30,120,60,90,45,10\n",
            ),
        ];
        let report = import(app, &files).await;
        assert_eq!(errors(&report), [""; 0]);
        assert!(!import(app, &files).await.written, "the same again changes nothing");
        let has = |line: &[(&'static str, String)], cells: &[(&'static str, &str)]| {
            for (column, cell) in cells {
                assert!(line.contains(&(*column, (*cell).to_owned())), "{column} {cell}: {line:?}");
            }
        };
        let charges = lines(app, Noun::ColocationCharge, 100).await;
        let unit = [("power_unit", "KILOVOLT_AMPERE"), ("power_factor", "0.8")];
        has(&charges[2], &unit);
        has(&charges[2], &[("quantity", "125"), ("ramp", "0:50|6:125")]);
        has(&charges[3], &unit);
        has(&charges[3], &[("commit_kilovolt_amperes", "125"), ("commit_kilowatts", "")]);
        has(&charges[0], &[("power_unit", ""), ("power_factor", "")]);
        let deployments = lines(app, Noun::ColocationDeployment, 100).await;
        has(&deployments[0], &[("commit_kilovolt_amperes", "60"), ("commit_kilowatts", "")]);
        let planned =
            [("notice_days_maximum", "120"), ("proposal_lead_days", "90"), ("migration_days", "45")];
        has(&lines(app, Noun::CloudCommitment, 100).await[0], &planned);
        let wrong = [
            (
                "colocation_charges.csv",
                "contract,position,kind,unit_price_amount,quantity,power_unit,power_factor\n\
                 C-1,5,SPACE_KW,132,125,KILOVOLT_AMPERE,\nC-1,6,SPACE_KW,132,125,,0.8\n",
            ),
            ("colocation_deployments.csv", "contract,name,commit_kilovolt_amperes\nC-1,ROW,60\n"),
        ];
        insta::assert_snapshot!(errors(&import(app, &wrong).await).join("\n"), @r"
        colocation_charges.csv:2: error: power_factor: is missing: a charge that is stated in KILOVOLT_AMPERE has one, above 0 and at most 1
        colocation_charges.csv:3: error: power_factor: 0.8 is refused: only a charge that is stated in KILOVOLT_AMPERE has one
        colocation_deployments.csv:2: error: power_factor: is missing: a commitment in kilovolt-amperes is one in kilowatts by a power factor
        ");
    });
}
