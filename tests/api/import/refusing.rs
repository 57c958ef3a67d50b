//! Files and rows that cannot be taken, beside others that can.

use api::{
    access::Role,
    import::{
        CsvOptions, Format, SIZE_LIMIT, Source,
        apply::{Options, apply},
        parse,
    },
};
use support::on_both_engines;

use super::*;

#[test]
fn every_refusal_names_file_row_and_column() {
    on_both_engines(async |app| {
        furnish(app).await;
        let file = "tag,manufacturer,model,site,vendor,tier,power_basis,in_service_on,purchase_amount,purchase_currency\n\
            G-1,Dell,R650,HQ,CDW,,,,,\n\
            ,Dell,R650,HQ,,,,,,\n\
            B-1,Dell,R999,HQ,,,,,,\n\
            B-2,Dell,R650,XX,,,,,,\n\
            B-3,Dell,R650,HQ,XX,,,,,\n\
            B-4,Dell,R650,HQ,,7,,,,\n\
            B-5,Dell,R650,HQ,,,MEASURED,,,\n\
            B-6,Dell,R650,HQ,,,,31.12.2025,,\n\
            B-7,Dell,R650,HQ,,,,,12,\n\
            B-8,Dell,R650,HQ,,,,,-5,USD\n\
            B-9,,,,,,,,,\n\
            G-1,Dell,R650,HQ,,,,,,\n\
            G-2,Dell,R650,HQ\n\
            G-3,Dell,R650,HQ,,,,,,\n";
        let report = import(app, &[("assets.csv", file)]).await;
        assert_eq!(counts(&report), ["asset 2/0/0/6"]);
        assert_eq!(report.unreadable, 6);
        insta::assert_snapshot!(errors(&report).join("\n"));
    });
}

#[test]
fn references_may_be_to_rows_of_the_same_import_but_not_to_refused_ones() {
    on_both_engines(async |app| {
        let files = [
            (
                "sites.csv",
                "code,name,kind,time_zone,country\nGOOD,Good,OFFICE,UTC,DE\nBAD,Bad,OFFICE,UTC,\nBAD,Bad,OFFICE,UTC,\n",
            ),
            ("racks.csv", "site,name,height_units\nGOOD,R1,42\nGOOD,R2,1000\nGONE,R1,42\n"),
        ];
        let report = import(app, &files).await;
        assert_eq!(counts(&report), ["site 2/0/0/0", "rack 1/0/0/1"]);
        assert_eq!(
            errors(&report),
            [
                "sites.csv:4: error: repeats line 3 of sites.csv",
                "racks.csv:3: error: height_units: '1000' is not between 1 and 200",
                "racks.csv:4: error: site: 'GONE' is neither in the database nor among the rows that were taken",
            ]
        );
    });
}

#[test]
fn circles_are_refused() {
    on_both_engines(async |app| {
        furnish(app).await;
        let file =
            "manufacturer,name,kind,successor_name\nDell,A,SERVER,B\nDell,B,SERVER,A\nDell,C,SERVER,R650\n";
        let report = import(app, &[("hardware_models.csv", file)]).await;
        assert_eq!(counts(&report), ["hardware_model 1/0/0/2"]);
        let file = "manufacturer,name,successor_name\nDell,R650,C\n";
        let report = import(app, &[("hardware_models.csv", file)]).await;
        assert_eq!(
            errors(&report),
            [
                "hardware_models.csv:2: error: successor_name: R650 comes before it already, a circle of successors"
            ]
        );
    });
}

#[test]
fn files_that_are_no_files_are_refused_beside_good_ones() {
    on_both_engines(async |app| {
        let good = "code,name,kind,time_zone\nHQ,Office,OFFICE,UTC\n";
        let mut gzip = vec![0x1f, 0x8b, 8, 0, 0];
        gzip.extend_from_slice(b"cut off");
        let files = vec![
            Source { name: "sites.csv".into(), bytes: good.into() },
            Source { name: "racks.csv".into(), bytes: vec![b'a'; SIZE_LIMIT + 1] },
            Source { name: "assets.csv".into(), bytes: b"\0\x01\x02\xff\xfe binary".to_vec() },
            Source { name: "vendors.csv.gz".into(), bytes: gzip },
            Source { name: "users.csv".into(), bytes: Vec::new() },
            Source { name: "sites.csv".into(), bytes: b"code,name,kind,time_zone\nCUT,\"Not clo".to_vec() },
            Source {
                name: "sites.csv".into(),
                bytes: b"code,name,kind,time_zone\nM1,M\xfcnchen,OFFICE,UTC\n".to_vec(),
            },
        ];
        let parsed = parse(Format::Csv(None), &files, &CsvOptions::default());
        let report =
            apply(app.store(), &app.caller(Role::Director), parsed, Options::default()).await.unwrap();
        assert_eq!(counts(&report), ["site 2/0/0/0"]);
        let named = app.viewer().query("{ sites(orderBy: { field: CODE }) { nodes { code name } } }").await;
        assert_eq!(named["sites"]["nodes"][1]["name"], "München");
        insta::assert_snapshot!(problems(&report).join("\n"));
    });
}
