//! Software releases. They come from imports; people read them.

use api::{
    access::{Permission, Role},
    lifecycle::software_releases::{self, Recorded},
};
use entity::lifecycle::software_release::{ActiveModel, MilestoneState};
use sea_orm::ActiveValue::Set;
use serde_json::json;
use support::{TestApp, on_both_engines};

fn line(cycle: &str, end_of_life: Option<&str>) -> ActiveModel {
    let end_of_life_on = end_of_life.map(|day| day.parse().unwrap());
    let state = end_of_life_on.map_or(MilestoneState::NotAnnounced, |_| MilestoneState::Dated);
    ActiveModel {
        product: Set("debian".into()),
        cycle: Set(cycle.into()),
        label: Set(Some(format!("Debian {cycle}"))),
        released_on: Set("2019-07-06".parse().ok()),
        end_of_life_on: Set(end_of_life_on),
        end_of_life: Set(state),
        latest_version: Set(Some(format!("{cycle}.9"))),
        source: Set(Some("a test".into())),
        ..Default::default()
    }
}

async fn record(app: &TestApp, row: ActiveModel) -> api::error::Result<Recorded> {
    let caller = app.caller(Role::Planner);
    app.store()
        .change(&caller, Permission::EditLifecycle, async |tx| software_releases::record(tx, row).await)
        .await
}

#[test]
fn a_line_is_recorded_once_and_updated_after() {
    on_both_engines(async |app| {
        let first = record(app, line("12", None)).await.unwrap();
        assert!(matches!(first, Recorded::Created(_)));
        let again = record(app, line("12", None)).await.unwrap();
        assert!(matches!(&again, Recorded::Unchanged(model) if model.version == 1));
        let dated = record(app, line("12", Some("2026-06-10"))).await.unwrap();
        assert!(matches!(&dated, Recorded::Updated(model) if model.version == 2));

        let mut broken = line("13", Some("2018-01-01"));
        let refusal = record(app, broken.clone()).await.unwrap_err();
        assert_eq!(refusal.to_string(), "endOfLife.on: 2018-01-01 lies before the release on 2019-07-06");
        broken.end_of_life_on = Set(None);
        let refusal = record(app, broken.clone()).await.unwrap_err();
        assert_eq!(refusal.to_string(), "endOfLife.on: is missing although the state is DATED");
        broken.end_of_life_on = Set("2030-01-01".parse().ok());
        broken.end_of_life = Set(MilestoneState::Reached);
        let refusal = record(app, broken).await.unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "endOfLife.state: is not DATED although the date 2030-01-01 is given"
        );

        let query = "{ softwareRelease(product: \"debian\", cycle: \"12\") { id version createdAt updatedAt product cycle
            label releasedOn activeSupport { state on } endOfLife { state on } discontinued { state on }
            latestVersion source } }";
        let mut found = app.viewer().query(query).await["softwareRelease"].clone();
        let query = format!("{{ softwareRelease(id: {}) {{ cycle }} }}", found["id"]);
        assert_eq!(app.viewer().query(&query).await["softwareRelease"]["cycle"], "12");
        for column in ["id", "createdAt", "updatedAt"] {
            assert!(found.as_object_mut().unwrap().remove(column).unwrap().is_string());
        }
        assert_eq!(
            found,
            json!({
                "version": 2, "product": "debian", "cycle": "12", "label": "Debian 12", "releasedOn": "2019-07-06",
                "activeSupport": { "state": "UNKNOWN", "on": null },
                "endOfLife": { "state": "DATED", "on": "2026-06-10" },
                "discontinued": { "state": "UNKNOWN", "on": null },
                "latestVersion": "12.9", "source": "a test"
            })
        );
    });
}

#[test]
fn lines_are_found_by_their_milestones_and_those_without_a_day_come_last() {
    on_both_engines(async |app| {
        for (cycle, day) in [("12", None), ("11", Some("2026-08-31")), ("10", Some("2024-06-30"))] {
            record(app, line(cycle, day)).await.unwrap();
        }
        let cycles = async |arguments: &str| {
            let query = format!(
                "{{ softwareReleases({arguments}) {{ nodes {{ cycle }} pageInfo {{ endCursor }} }} }}"
            );
            app.viewer().query(&query).await["softwareReleases"].clone()
        };
        let order = "orderBy: [{ field: END_OF_LIFE_ON }]";
        let all = cycles(order).await;
        assert_eq!(all["nodes"], json!([{ "cycle": "10" }, { "cycle": "11" }, { "cycle": "12" }]));
        let down = cycles("orderBy: [{ field: END_OF_LIFE_ON, direction: DESC }], first: 1").await;
        assert_eq!(down["nodes"], json!([{ "cycle": "11" }]));
        let cursor = down["pageInfo"]["endCursor"].as_str().unwrap();
        let after = cycles(&format!(
            "orderBy: [{{ field: END_OF_LIFE_ON, direction: DESC }}], first: 5, after: \"{cursor}\""
        ))
        .await;
        assert_eq!(after["nodes"], json!([{ "cycle": "10" }, { "cycle": "12" }]));
        let gone =
            cycles("filter: { endOfLife: { state: { eq: DATED }, on: { lt: \"2026-07-01\" } } }").await;
        assert_eq!(gone["nodes"], json!([{ "cycle": "10" }]));
        let open = cycles(
            "filter: { product: { eq: \"debian\" }, endOfLife: { state: { in: [NOT_ANNOUNCED, UNKNOWN] } } }",
        )
        .await;
        assert_eq!(open["nodes"], json!([{ "cycle": "12" }]));
        let unknown = cycles("filter: { activeSupport: { state: { ne: UNKNOWN } } }").await;
        assert_eq!(unknown["nodes"], json!([]));
        app.admin().expect_error("{ softwareReleases { totalCount } }", "FORBIDDEN").await;
        let refusal =
            app.viewer().expect_error("{ softwareRelease(product: \"debian\") { id } }", "INVALID").await;
        assert_eq!(refusal.message, "id: give either an id or a product and a cycle");
    });
}
