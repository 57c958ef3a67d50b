//! Equipment that is retired and brought back: what needs it loses it, and has it again.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    record,
    setting::{a_group, a_service, a_setting, needs},
};

/// A desk on a server, a shop on one of two and on their capacity, and a report that is only degraded without the first.
struct Estate {
    shop: String,
    feed: String,
    servers: [String; 2],
}

impl Estate {
    async fn of(app: &TestApp) -> Self {
        let setting = a_setting(app).await;
        let servers = [setting.server(app, "SRV-1", 1).await, setting.server(app, "SRV-2", 5).await];
        let shop = a_service(app, "Shop", json!({ "tier": 0, "users": 900 })).await;
        let desk = a_service(app, "Desk", json!({ "tier": 1 })).await;
        let report = a_service(app, "Report", json!({ "tier": 3 })).await;
        needs(app, &desk, &servers[0], json!({ "confidence": "0.4" })).await;
        needs(app, &report, &servers[0], json!({ "hardness": "SOFT" })).await;
        record(&app.director(), &servers[1], &servers[0], "REPLICATES_TO", json!({})).await;
        let terms =
            json!({ "name": "pair", "requiredCount": 1, "requiredCapacity": "8", "capacityUnit": "TB" });
        let capacity = || json!({ "capacity": "10" });
        let members = [(servers[0].as_str(), capacity()), (servers[1].as_str(), capacity())];
        a_group(app, &shop, terms, &members).await;
        let feed = setting.feeds[0].clone();
        Self { shop, feed, servers }
    }

    /// All that answers say of the graph, its revision and the versions of rows left out.
    async fn told(&self, client: &Client) -> Value {
        let Self { shop, feed, servers: [one, two] } = self;
        let affected = "affected { totalCount nodes { item { name } status steps reason { item { name } link group }
            lost { name } savedBy { name membersLost membersLeft requiredCapacity lost { name } } } }
            rollUp { blastRadius total { down degraded atRisk } assets { status count kilowatts rackUnits } }";
        let text = format!(
            "{{ graph {{ nodes edges thingsLeftOut edgesLeftOut fingerprint }}
                feed: impact(of: [\"{feed}\"]) {{ {affected} }}
                both: impact(of: [\"{one}\", \"{two}\"]) {{ {affected} }}
                requirements(of: \"{shop}\") {{ items {{ item {{ name }} link group steps }} }}
                singlePointsOfFailure {{ services {{ service {{ name }} points {{ item {{ name }} }} }} }}
                redundancyGroups {{ nodes {{ name requiredCount requiredCapacity members {{ to {{ name }} capacity }} }} }}
                dependencies {{ totalCount nodes {{ kind hardness from {{ name }} to {{ name }} }} }}
                graphQuality {{ dependencies affectedDependencies findings {{ kind count dependencies }} }}
                powerRedundancy {{ sites {{ supply {{ drawWatts }} }} }}
                moveGroups {{ count groups {{ size totals {{ kilowatts }} }} }}
                recoveryAssessment {{ order {{ never {{ name }} }} }} }}"
        );
        client.query(&text).await
    }
}

#[test]
fn what_retired_equipment_took_out_of_the_graph_comes_back_with_it() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let viewer = app.viewer();
        let before = estate.told(&viewer).await;
        let servers = &estate.servers;
        let change = async |verb: &str, arguments: &str| {
            let text =
                format!("mutation($ids: [ID!]!) {{ {verb}(ids: $ids{arguments}) {{ error {{ code }} }} }}");
            let rows = app.director().query_with(&text, json!({ "ids": servers })).await[verb].clone();
            assert_eq!(rows, json!([{ "error": null }, { "error": null }]), "{verb}");
        };
        let one = async |verb: &str, arguments: &str| {
            let text =
                format!("mutation {{ {verb}(id: \"{}\"{arguments}) {{ status retiredOn }} }}", servers[0]);
            app.director().query(&text).await[verb].clone()
        };
        // One of them: half of the pair is gone, and what needed it hard has lost it.
        assert_eq!(one("retireAsset", ", on: \"2026-06-30\"").await["status"], "RETIRED");
        let graph = viewer.query("{ graph { thingsLeftOut edgesLeftOut } }").await["graph"].clone();
        assert_eq!(graph["thingsLeftOut"], 1);
        assert!(graph["edgesLeftOut"].as_u64() >= Some(4), "{graph}");
        let state = json!({ "status": "IN_SERVICE", "retiredOn": null });
        assert_eq!(one("reinstateAsset", "").await, state);
        assert_eq!(estate.told(&viewer).await, before);
        // Both: the shop can never be up.
        change("retireAssets", ", on: \"2026-06-30\"").await;
        let text = "{ recoveryAssessment { order { never { name } } } graph { thingsLeftOut } }";
        let gone = viewer.query(text).await;
        assert_eq!(gone["recoveryAssessment"]["order"]["never"], json!([{ "name": "Shop" }]));
        assert_eq!(gone["graph"]["thingsLeftOut"], 2);
        change("reinstateAssets", "").await;
        assert_eq!(estate.told(&viewer).await, before);
        // Nor does a server that has just begun know better.
        assert_eq!(estate.told(&app.director_afresh()).await, estate.told(&app.director()).await);
    });
}
