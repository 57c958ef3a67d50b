//! Every figure of money can be asked for under a scenario, or is of a kind that none can change.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};
use support::{Engine, on_engine};

const INTROSPECTION: &str = "{ __schema { types { name kind interfaces { name } possibleTypes { name }
    inputFields { name type { ...ref } }
    fields { name args { name type { ...ref } } type { ...ref } } } } }
    fragment ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// What takes no scenario, and why none can change it.
const WITHOUT: [(&str, &str); 23] = [
    ("Asset.purchase", "what was paid"),
    ("BookEntry.opening", "what was taken over into the books"),
    ("BudgetVersion.totals", "lines of a budget as they are written; one is drafted under a scenario"),
    ("ColocationContract.findings", "what is doubtful about records"),
    ("ColocationContract.invoiceCheck", "what was billed against what was agreed"),
    ("ColocationContract.powerMonth", "what was read on meters, at the prices that were agreed"),
    ("ColocationContract.terminationRule", "what was agreed"),
    ("HardwareModel.listPrice", "a price as it was quoted"),
    ("Invoice.check", "what was billed against what was agreed"),
    ("Query.assetSummary", "what was paid"),
    ("Query.budgetFindings", "what is doubtful about lines and postings"),
    ("Query.budgetOutlook", "versions of budgets and postings; the forecast is drafted under a scenario"),
    ("Query.budgetVariance", "versions of budgets and postings"),
    ("Query.cloudCostSummary", "what was billed"),
    ("Query.costOfOwnership", "worked out from what is passed and from a quoted price"),
    ("Query.givenUnitCost", "worked out from what is passed"),
    ("Query.inventoryFindings", "what is doubtful about records"),
    ("Query.leaseOrBuy", "worked out from what is passed"),
    ("Query.refreshReserve", "worked out from what is passed"),
    ("Query.registerReconciliation", "a register against what is recorded"),
    ("RefreshPolicy.costs", "what a policy states"),
    ("SavingsInitiative.baseline", "what was agreed"),
    ("SupportContract.annualCost", "the price of the first twelve months, as it was agreed"),
];

/// As `WITHOUT`: terms of changes themselves, and findings of contracts.
const BY_NATURE: [(&str, &str); 2] = [
    ("ScenarioChange.terms", "what a scenario says"),
    ("SupportContract.findings", "what is doubtful about records"),
];

/// The books, whose schedules are asked for year by year: figures of what is in them.
const OF_BOOKS: [(&str, &str); 2] =
    [("Query.bookValue", "what is in the books"), ("Query.midQuarterTest", "what was put into service")];

struct Schema(HashMap<String, Value>);

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The name of a type, lists and requirements taken off.
fn named(of: &Value) -> &str {
    let mut ty = &of["type"];
    while ty["name"].is_null() && !ty["ofType"].is_null() {
        ty = &ty["ofType"];
    }
    text(&ty["name"])
}

fn list<'v>(of: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    of[name].as_array().into_iter().flatten()
}

impl Schema {
    fn fields(&self, of: &str) -> impl Iterator<Item = &Value> {
        list(&self.0[of], "fields")
    }

    /// Nouns are asked for by themselves, and their figures are walked under their own name.
    fn is_noun(&self, name: &str) -> bool {
        let has = |field: &str| self.fields(name).any(|one| text(&one["name"]) == field);
        has("id") && has("version")
    }

    fn tells_money<'s>(&'s self, name: &'s str, seen: &mut HashSet<&'s str>) -> bool {
        if name == "Money" {
            return true;
        }
        if !self.0.contains_key(name) || self.is_noun(name) || name.ends_with("Connection") {
            return false;
        }
        if !seen.insert(name) {
            return false;
        }
        let members: Vec<&str> = list(&self.0[name], "possibleTypes").map(|one| text(&one["name"])).collect();
        let fields: Vec<&str> = self.fields(name).map(named).collect();
        members.into_iter().chain(fields).any(|one| self.tells_money(one, seen))
    }

    /// Whether a field takes a scenario, as an argument or within one.
    fn takes_scenario(&self, field: &Value) -> bool {
        list(field, "args").any(|argument| {
            let within = self.0.get(named(argument));
            text(&argument["name"]) == "scenario"
                || within.is_some_and(|input| {
                    list(input, "inputFields").any(|one| text(&one["name"]) == "scenario")
                })
        })
    }

    /// `Type.field` of everything that tells money and takes no scenario.
    fn without_scenario(&self) -> BTreeSet<String> {
        let nouns = self.0.keys().filter(|name| self.is_noun(name)).map(String::as_str);
        let mut found = BTreeSet::new();
        for owner in nouns.chain(["Query"]) {
            for field in self.fields(owner) {
                let of = named(field);
                // A sum that a row has is a column of it.
                let is_column = owner != "Query" && of == "Money" && list(field, "args").next().is_none();
                if is_column || self.is_noun(of) || self.takes_scenario(field) {
                    continue;
                }
                if self.tells_money(of, &mut HashSet::new()) {
                    found.insert(format!("{owner}.{}", text(&field["name"])));
                }
            }
        }
        found
    }
}

#[test]
fn every_figure_of_money_takes_a_scenario_or_is_one_that_none_changes() {
    on_engine(Engine::Sqlite, async |app| {
        let mut answer = app.director().query(INTROSPECTION).await["__schema"].take();
        let types = answer["types"].take();
        let types = types.as_array().unwrap().iter();
        let schema = Schema(types.map(|ty| (text(&ty["name"]).to_owned(), ty.clone())).collect());
        let listed = WITHOUT.iter().chain(&BY_NATURE).chain(&OF_BOOKS);
        let listed: BTreeSet<String> = listed.map(|(name, _)| (*name).to_owned()).collect();
        let found = schema.without_scenario();
        let unlisted: Vec<_> = found.difference(&listed).collect();
        let (unlisted, none): (Vec<&String>, Vec<&String>) = (unlisted, Vec::new());
        assert_eq!(unlisted, none, "take a scenario, or say here why none can change them");
        // What other figures of the books take does not have to be struck off here.
        let gone: Vec<_> =
            listed.difference(&found).filter(|name| !OF_BOOKS.iter().any(|(one, _)| one == name)).collect();
        assert_eq!(gone, none, "are listed and take a scenario, or are gone");
        // The walk sees something.
        for owner in ["Query", "ColocationContract", "SupportContract"] {
            assert!(schema.fields(owner).any(|field| schema.takes_scenario(field)), "{owner}");
        }
        assert!(
            schema.takes_scenario(schema.fields("Query").find(|one| one["name"] == "allocation").unwrap())
        );
        assert_ne!(json!(found.len()), json!(0));
    });
}
