//! What was exported comes in again and changes nothing.

use api::{
    access::Role,
    export::{csv, labels::Labels, line::Line, rows, template},
    import::{
        CsvOptions, Format, Source,
        apply::{Options, apply},
        csv::Noun,
        parse,
    },
};
use support::{TestApp, on_both_engines};

use super::*;

pub(super) async fn lines(app: &TestApp, noun: Noun, page: u64) -> Vec<Line> {
    let role = if noun == Noun::User { Role::Admin } else { Role::Director };
    let reader = rows::open(app.store(), &app.caller(role), noun).unwrap();
    let (mut labels, mut after, mut lines) = (Labels::default(), None, Vec::new());
    loop {
        let page = rows::page(&reader, noun, after, page, &mut labels).await.unwrap();
        lines.extend(page.lines);
        after = page.next;
        if after.is_none() {
            return lines;
        }
    }
}

pub(super) async fn exported(app: &TestApp, noun: Noun) -> Source {
    let header = noun.columns().iter().map(|column| column.name);
    let rows = lines(app, noun, 2).await.into_iter().map(|line| line.into_iter().map(|(_, cell)| cell));
    Source { name: format!("{}.csv", noun.plural()), bytes: csv::table(header, rows).into_bytes() }
}

/// The example row of every template, as an estate of its own.
fn examples() -> Vec<Source> {
    let of = |noun: Noun| Source {
        name: format!("{}.csv", noun.plural()),
        bytes: template::template(noun).into_bytes(),
    };
    Noun::ALL.into_iter().map(of).collect()
}

#[test]
fn cells_stand_in_the_order_of_the_columns() {
    on_both_engines(async |app| {
        furnish(app).await;
        let file = "tag,manufacturer,model,site\nA-1,Dell,R650,HQ\n";
        import(app, &[("assets.csv", file)]).await;
        for noun in Noun::ALL {
            let columns: Vec<_> = noun.columns().iter().map(|column| column.name).collect();
            for line in lines(app, noun, 100).await {
                let names: Vec<_> = line.iter().map(|(name, _)| *name).collect();
                assert_eq!(names, columns, "{noun}");
            }
        }
    });
}

#[test]
fn what_was_exported_changes_nothing_when_it_comes_back() {
    on_both_engines(async |app| {
        furnish(app).await;
        let assets = "tag,name,serial,manufacturer,model,site,rack,position_units,face,parent,purchase_amount,\
            purchase_currency,in_service_on,owner,tier,status\n\
            C-1,'=SUM(1),007,Dell,M1000e,FRA1,A01,1,,,12000.5,USD,2021-05-01,\"Smith, J\",1,IN_SERVICE\n\
            B-1,blade,,Dell,M640,FRA1,,,,C-1,,,,,,IN_STOCK\n\
            S-1,srv,,Dell,R650,FRA1,A01,20.5,REAR,,,,,,0,\n";
        let report = import(app, &[("assets.csv", assets)]).await;
        assert_eq!(errors(&report), [""; 0]);
        let finance = [
            ("exchange_rates.csv", "base,quote,on_date,kind,rate\nEUR,USD,2026-01-01,PLAN,1.1\n"),
            (
                "fiscal_calendars.csv",
                "name,start_month,label_by,pattern,is_default\nA,1,END_YEAR,MONTHS,true\nB,7,END_YEAR,MONTHS,false\n",
            ),
        ];
        let report = import(app, &finance).await;
        assert_eq!(errors(&report), [""; 0]);

        let mut files = Vec::new();
        for noun in Noun::ALL.into_iter().filter(|noun| *noun != Noun::User) {
            files.push(exported(app, noun).await);
        }
        let before = dump(app).await;
        let parsed = parse(Format::Csv(None), &files, &CsvOptions::default());
        let report =
            apply(app.store(), &app.caller(Role::Director), parsed, Options::default()).await.unwrap();
        assert_eq!(problems(&report), [""; 0]);
        assert_eq!((report.written, report.refused()), (false, 0), "{:?}", changes(&report));
        assert!(dump(app).await == before);
    });
}

#[test]
fn everything_that_is_priced_comes_over_to_another_database() {
    on_both_engines(async |app| {
        let files = [
            ("vendors.csv", "code,name\nEQX,Equinix\n"),
            ("sites.csv", "code,name,kind,time_zone\nFRA1,Frankfurt,COLOCATION,UTC\n"),
            ("manufacturers.csv", "name\nDell\n"),
            ("hardware_models.csv", "manufacturer,name,kind,released_on\nDell,R650,SERVER,2021-05-17\n"),
            (
                "colocation_contracts.csv",
                "number,vendor,currency,signed_on,billing_starts_on,initial_term_months,auto_renew,\
                 renewal_term_months,renewal_price_rule,renewal_index_series,renewal_index_lag_months,\
                 renewal_index_floor,renewal_index_cap,renewal_index_no_decrease,notice_minimum,notice_unit,\
                 proration,classification,sites\n\
                 C-1,EQX,USD,2025-11-30,2026-01-15,36,true,12,CPI,CPI-U,3,0.02,0.05,true,90,CALENDAR_DAYS,\
                 ACTUAL_DAYS_CALENDAR,SERVICE,FRA1\n\
                 C-2,EQX,USD,2025-11-30,2026-01-15,36,true,12,FIXED_UPLIFT,,,,,,90,CALENDAR_DAYS,\
                 ACTUAL_DAYS_CALENDAR,SERVICE,FRA1\n",
            ),
            (
                "colocation_charges.csv",
                "contract,position,site,kind,unit_price_amount,quantity,billing,peak_kilowatts,renewal_uplift\n\
                 C-1,1,FRA1,SPACE_KW,165,100,ADVANCE,110.5,\nC-2,1,FRA1,SPACE_KW,165,100,ADVANCE,,0.04\n",
            ),
        ];
        let report = import(app, &files).await;
        assert_eq!(errors(&report), [""; 0]);

        let other = TestApp::start(app.engine()).await;
        let mut sources = Vec::new();
        for noun in Noun::ALL.into_iter().filter(|noun| *noun != Noun::User) {
            sources.push(exported(app, noun).await);
        }
        let parsed = parse(Format::Csv(None), &sources, &CsvOptions::default());
        apply(other.store(), &other.caller(Role::Director), parsed, Options::default()).await.unwrap();
        for (noun, cells) in [
            (Noun::HardwareModel, &[("released_on", "2021-05-17")][..]),
            (
                Noun::ColocationContract,
                &[
                    ("renewal_index_series", "CPI-U"),
                    ("renewal_index_lag_months", "3"),
                    ("renewal_index_floor", "0.02"),
                    ("renewal_index_cap", "0.05"),
                    ("renewal_index_no_decrease", "true"),
                ],
            ),
            (Noun::ColocationCharge, &[("peak_kilowatts", "110.5"), ("renewal_uplift", "0.04")]),
        ] {
            let there = lines(&other, noun, 100).await;
            assert_eq!(there, lines(app, noun, 100).await, "{noun}");
            for (name, value) in cells {
                let has = |line: &Line| line.iter().any(|(column, cell)| column == name && cell == value);
                assert!(there.iter().any(has), "{noun} lost {name}: {there:?}");
            }
        }
        other.stop().await;
    });
}

#[test]
fn templates_are_files_that_can_be_imported() {
    let parsed = parse(Format::Csv(None), &examples(), &CsvOptions::default());
    assert_eq!(parsed.errors(), 0, "{:?}", parsed.problems);
    assert_eq!(parsed.records.len(), Noun::ALL.len());
}
