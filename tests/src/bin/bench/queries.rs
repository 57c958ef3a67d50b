//! The queries that are measured.

use serde_json::{Value, json};

use super::Bench;

/// A query, in GraphQL and as a path of the yardstick.
pub struct Query {
    /// What it asks for.
    pub name: &'static str,
    /// Requests of a round.
    pub requests: u32,
    graphql: &'static str,
    path: &'static str,
}

/// One asset, a filtered page with what belongs to it, and a flat page.
pub const QUERIES: &[Query] = &[
    Query {
        name: "q1: one asset by id with model, rack, site",
        requests: 400,
        graphql: "query One($id: ID!) { asset(id: $id) { tag name serial status inServiceOn model { name kind } \
                  placement { unit rack { name } site { code name } } } }",
        path: "/q1",
    },
    Query {
        name: "q2: 100 assets by site and status with rack, site, model",
        requests: 100,
        graphql: "query Page($site: String!) { assets(first: 100, filter: { site: { code: { eq: $site } }, \
                  status: { eq: IN_SERVICE } }) { nodes { tag name serial status inServiceOn model { name kind } \
                  placement { unit rack { name } site { code name } } } } }",
        path: "/q2",
    },
    Query {
        name: "q3: 1,000 assets flat",
        requests: 60,
        graphql: "query Flat { assets(first: 1000) { nodes { id tag name serial status owner tier environment \
                  inServiceOn warrantyEndsOn } } }",
        path: "/q3",
    },
];

/// The roadmap that is measured.
pub const ROADMAP: &str = "{ roadmap(from: \"2026-11\", months: 36, currency: \"USD\", asOf: \"2026-11-02\", \
                           groupBy: [SITE]) { lines { category keys { value } amounts { months { month amount } } } \
                           totals { years { label amount } } coverage { subject countRatio } } }";

impl Query {
    /// The body of the GraphQL request and the path of the yardstick, for the same rows.
    pub async fn prepare(&self, bench: &Bench) -> (Value, String) {
        let assets = "{ assets(first: 1, filter: { status: { eq: IN_SERVICE } }) { nodes { id placement { site { code } } } } }";
        let answer = bench.ask(&json!({ "query": assets })).await;
        let asset = &answer["data"]["assets"]["nodes"][0];
        let id = asset["id"].as_str().expect("an asset in service");
        let site = asset["placement"]["site"]["code"].as_str().expect("its site");
        let variables = match self.path {
            "/q1" => json!({ "id": id }),
            "/q2" => json!({ "site": site }),
            _ => json!({}),
        };
        let path = match self.path {
            "/q1" => format!("/q1?key={}", id.trim_start_matches("asset_")),
            "/q2" => format!("/q2?key={site}"),
            path => path.to_owned(),
        };
        (json!({ "query": self.graphql, "variables": variables }), path)
    }
}
