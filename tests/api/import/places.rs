//! Where imported assets stand.

use support::on_both_engines;

use super::*;

fn assets(rows: &str) -> String {
    format!("tag,manufacturer,model,site,rack,position_units,face,parent,status\n{rows}")
}

#[test]
fn an_occupied_unit_is_refused_with_the_one_in_the_way() {
    on_both_engines(async |app| {
        furnish(app).await;
        let file =
            assets("A-1,Dell,R650,FRA1,A01,5,,,\nA-2,Dell,R650,FRA1,A01,5,,,\nA-3,Dell,R650,FRA1,A01,6,,,\n");
        let report = import(app, &[("assets.csv", &file)]).await;
        assert_eq!(counts(&report), ["asset 2/0/0/1"]);
        assert_eq!(
            errors(&report),
            [
                "assets.csv:3: error: position_units: U5 (1 high, both faces) of the rack A01 is taken by A-1 at \
                 U5 (1 high, both faces)"
            ]
        );
        let file = assets(
            "B-1,Dell,M1000e,FRA1,A01,1,,,\nB-2,Dell,R650,FRA1,A01,42,,,\nB-3,Dell,R650,FRA1,A01,43,,,\n",
        );
        let report = import(app, &[("assets.csv", &file)]).await;
        assert_eq!(counts(&report), ["asset 1/0/0/2"]);
        assert_eq!(
            errors(&report),
            [
                "assets.csv:2: error: position_units: U1 (10 high, both faces) of the rack A01 is taken by A-1 at \
                 U5 (1 high, both faces)",
                "assets.csv:4: error: position_units: U43 (1 high, both faces) is beyond the top of the rack A01, U42",
            ]
        );
    });
}

#[test]
fn a_unit_that_is_left_in_the_same_file_is_free() {
    on_both_engines(async |app| {
        furnish(app).await;
        let file = assets("A-1,Dell,R650,FRA1,A01,1,,,\nA-2,Dell,R650,FRA1,A01,2,,,\n");
        import(app, &[("assets.csv", &file)]).await;
        let file = assets("A-2,,,FRA1,A01,3,,,\nA-1,,,FRA1,A01,2,,,\nA-3,Dell,R650,FRA1,A01,1,,,\n");
        let report = import(app, &[("assets.csv", &file)]).await;
        assert_eq!((counts(&report), errors(&report)), (vec!["asset 1/2/0/0".to_owned()], vec![]));
    });
}

#[test]
fn racks_hold_their_height_weight_and_state() {
    on_both_engines(async |app| {
        furnish(app).await;
        let file = assets(
            "A-1,Dell,R650,FRA1,A02,1,,,\nA-2,Dell,R650,FRA1,A02,2,,,\nA-3,Dell,R650,FRA1,A02,3,,,\nA-4,Dell,M640,FRA1,A01,9,,,\n",
        );
        let report = import(app, &[("assets.csv", &file)]).await;
        assert_eq!(
            errors(&report),
            [
                "assets.csv:4: error: rack: 20000 g more than the 40000 g in the rack A02 pass its limit of 50000 g",
                "assets.csv:5: error: position_units: 9: the model M640 has no known height, record it first; \
                 0 for what mounts beside the units",
            ]
        );
        let report =
            import(app, &[("racks.csv", "site,name,height_units,status\nFRA1,A02,1,\nFRA1,A01,,RETIRED\n")])
                .await;
        assert_eq!(
            errors(&report),
            ["racks.csv:2: error: height_units: 1 is too low for A-2 at U2 (1 high, both faces)"]
        );
        let file = assets("A-5,Dell,R650,FRA1,A01,1,,,\n");
        let report = import(app, &[("assets.csv", &file)]).await;
        assert_eq!(
            errors(&report),
            ["assets.csv:2: error: rack: A01 is retired and takes no more equipment"]
        );
        let report = import(app, &[("racks.csv", "site,name,status\nFRA1,A02,RETIRED\n")]).await;
        assert_eq!(
            errors(&report),
            ["racks.csv:2: error: status: 2 assets are still in the rack, move or dispose of them first"]
        );
        let models = "manufacturer,name,height_units\nDell,R650,2\n";
        let report = import(app, &[("hardware_models.csv", models)]).await;
        assert_eq!(counts(&report), ["hardware_model 0/0/0/1"]);
        assert!(errors(&report)[0].contains("no longer fits"), "{:?}", errors(&report));
    });
}

#[test]
fn what_lives_in_a_chassis_stands_where_the_chassis_stands() {
    on_both_engines(async |app| {
        furnish(app).await;
        // The blade comes before its chassis.
        let file = assets(
            "B-1,Dell,M640,FRA1,,,,C-1,\nC-1,Dell,M1000e,FRA1,A01,1,,,\nB-2,Dell,M640,HQ,,,,C-1,\nB-3,Dell,M640,FRA1,,,,C-9,\n",
        );
        let report = import(app, &[("assets.csv", &file)]).await;
        assert_eq!(counts(&report), ["asset 2/0/0/2"]);
        assert_eq!(
            errors(&report),
            [
                "assets.csv:4: error: site: is not the site of the chassis C-1",
                "assets.csv:5: error: parent: 'C-9' is neither in the database nor among the rows that were taken",
            ]
        );
        let report = import(app, &[("assets.csv", &assets("C-1,,,FRA1,A02,1,,,\n"))]).await;
        assert_eq!(changes(&report), ["C-1 rack: A01 -> A02"]);
        let blade =
            app.viewer().query("{ asset(tag: \"B-1\") { version placement { rack { name } } } }").await;
        assert_eq!(blade["asset"]["placement"]["rack"]["name"], "A02");
        assert_eq!(blade["asset"]["version"], 2);

        let report = import(app, &[("assets.csv", &assets("C-1,,,,,,,B-1,\n"))]).await;
        assert_eq!(
            errors(&report),
            ["assets.csv:2: error: parent: is the asset itself or lives in it, a circle"]
        );
    });
}
