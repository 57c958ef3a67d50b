//! Refresh policies and cycles, depreciation rules, software releases and due dates, seen from outside.

mod as_known;
mod bad_data;
mod books;
mod catch_ups;
mod chassis;
mod closings;
mod cycles;
mod entries;
mod events;
mod exposure;
mod levelling;
mod methods;
mod plan;
mod policies;
mod refreshes;
mod registers;
mod releases;
mod roadmaps;
mod roll_forwards;
mod rules;
mod sizing;
mod taxes;
mod waiting;
mod wear;

use serde_json::Value;
use support::TestApp;

/// An estate that policies can be tried on: two sites, two models, as many servers as asked for.
struct Estate {
    site: String,
    other_site: String,
    model: String,
    successor: String,
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

impl Estate {
    /// Both models are servers; support of the older one ends on 2026-12-31.
    async fn build(app: &TestApp) -> Self {
        let director = app.director();
        let made = director
            .query(
                r#"mutation {
                    a: openSite(input: { code: "FRA1", name: "Frankfurt", kind: COLOCATION, timeZone: "Europe/Berlin" }) { id }
                    b: openSite(input: { code: "AMS1", name: "Amsterdam", kind: DATA_CENTER, timeZone: "Europe/Amsterdam" }) { id }
                    maker: registerManufacturer(input: { name: "Dell" }) { id }
                }"#,
            )
            .await;
        let maker = id(&made["maker"]);
        let models = director
            .query(&format!(
                r#"mutation {{
                    old: registerHardwareModel(input: {{ manufacturer: "{maker}", name: "R640", kind: SERVER, details: {{
                        milestones: {{ lastDateOfSupportOn: "2026-12-31", dateQuality: PUBLISHED }}
                    }} }}) {{ id }}
                    new: registerHardwareModel(input: {{ manufacturer: "{maker}", name: "R660", kind: SERVER }}) {{ id }}
                }}"#
            ))
            .await;
        Self {
            site: id(&made["a"]),
            other_site: id(&made["b"]),
            model: id(&models["old"]),
            successor: id(&models["new"]),
        }
    }

    /// A server in service since 2021-07-01, under warranty to 2026-06-30, with whatever else `details` say.
    async fn server(&self, app: &TestApp, tag: &str, details: &str) -> String {
        self.asset(app, tag, &self.site, details).await
    }

    async fn asset(&self, app: &TestApp, tag: &str, site: &str, details: &str) -> String {
        let mutation = format!(
            r#"mutation {{ registerAsset(input: {{
                tag: "{tag}", model: "{}", status: IN_SERVICE, placement: {{ site: "{site}" }},
                details: {{ inServiceOn: "2021-07-01", warrantyEndsOn: "2026-06-30" {details} }}
            }}) {{ id }} }}"#,
            self.model
        );
        id(&app.director().query(&mutation).await["registerAsset"])
    }

    /// A policy with the worked example's rules and times, with whatever else `details` say.
    async fn policy(app: &TestApp, name: &str, priority: i32, details: &str) -> String {
        let mutation = format!(
            r#"mutation {{ createRefreshPolicy(input: {{
                name: "{name}", priority: {priority}, currency: "USD",
                rules: {{ ageMonths: 60, supportMarginMonths: 6, warranty: true }},
                details: {{ times: {{ leadDays: 112, installDays: 21, bufferDays: 14 }} {details} }}
            }}) {{ id }} }}"#
        );
        id(&app.planner().query(&mutation).await["createRefreshPolicy"])
    }
}
