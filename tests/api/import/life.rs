//! Where imported assets are in their life.

use support::on_both_engines;

use super::*;

fn assets(rows: &str) -> String {
    format!(
        "tag,manufacturer,model,site,status,in_service_on,retired_on,disposed_on,rack,position_units\n{rows}"
    )
}

#[test]
fn an_estate_comes_in_with_its_past() {
    on_both_engines(async |app| {
        furnish(app).await;
        let file = assets(
            "A-1,Dell,R650,FRA1,,2020-01-01,,,,\nA-2,Dell,R650,FRA1,,2020-01-01,2024-01-01,,A01,1\n\
             A-3,Dell,R650,FRA1,,2020-01-01,2024-01-01,2024-03-01,A01,2\nA-4,Dell,R650,FRA1,PLANNED,,,,,\n\
             A-5,Dell,R650,FRA1,IN_SERVICE,,2024-01-01,,,\nA-6,Dell,R650,FRA1,,2024-05-01,2024-01-01,,,\n",
        );
        let report = import(app, &[("assets.csv", &file)]).await;
        assert_eq!(counts(&report), ["asset 4/0/0/2"]);
        assert_eq!(
            problems(&report),
            [
                "assets.csv:4: note: rack: is left out: the asset has been disposed of",
                "assets.csv:6: error: retired_on: 2024-01-01 belongs to an asset that is out of service, this one is \
                 IN_SERVICE",
                "assets.csv:7: error: retired_on: 2024-01-01 lies before the first day of service on 2024-05-01",
            ]
        );
        let data = app.viewer().query("{ assets(orderBy: { field: TAG }) { nodes { status } } }").await;
        let states: Vec<_> =
            data["assets"]["nodes"].as_array().unwrap().iter().map(|it| &it["status"]).collect();
        assert_eq!(states, ["IN_SERVICE", "RETIRED", "DISPOSED", "PLANNED"]);
        assert_eq!(counts(&import(app, &[("assets.csv", &file)]).await), ["asset 0/0/4/2"]);
    });
}

#[test]
fn a_life_goes_by_its_steps() {
    on_both_engines(async |app| {
        furnish(app).await;
        let file = assets(
            "A-1,Dell,R650,FRA1,RETIRED,2020-01-01,2024-01-01,,,\nA-2,Dell,R650,FRA1,IN_SERVICE,,,,,\n",
        );
        import(app, &[("assets.csv", &file)]).await;
        let report =
            import(app, &[("assets.csv", &assets("A-1,,,,IN_SERVICE,,,,,\nA-2,,,,PLANNED,,,,,\n"))]).await;
        assert_eq!(changes(&report), ["A-1 status: RETIRED -> IN_SERVICE", "A-1 retired_on: 2024-01-01 -> "]);
        assert_eq!(
            errors(&report),
            ["assets.csv:3: error: status: no step leads from IN_SERVICE to PLANNED"]
        );
    });
}
