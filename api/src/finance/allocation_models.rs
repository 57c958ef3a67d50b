//! Allocation models: create, change, remove, and the rules that they keep.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::{
    finance::{
        allocation_model::{self, AllocationMethod, Level, Node, Rule},
        chargeback,
    },
    id::AllocationModelId,
};
use forecasting::{
    ForecastError,
    budget::{Allocation, AllocationModel, AllocationRule, DriverVolume},
    money::Currency,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::chargebacks;
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_order, require_plausible, require_text},
    store::{Read, Tx},
};

/// The most nodes of a model.
pub const MOST_NODES: usize = 1_000;

/// The most rules of a model whose pools are divided at once: equations take time by the cube of their number.
pub const MOST_EQUATIONS: usize = 100;

/// What cost that nobody bears is called; no node is.
pub const UNALLOCATED: &str = "UNALLOCATED";

/// One model.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: AllocationModelId) -> Result<allocation_model::Model> {
    let found = allocation_model::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("allocation model", id))
}

/// The model with a name.
///
/// # Errors
/// Those of the database.
pub async fn find_named(db: &impl Read, name: &str) -> Result<Option<allocation_model::Model>> {
    let named = allocation_model::Column::Name.eq(name);
    Ok(allocation_model::Entity::find().filter(named).one(db).await?)
}

/// Creates a model.
///
/// # Errors
/// `Invalid` when the name is taken or a rule of [`check`] is broken.
pub async fn create(tx: &Tx, mut row: allocation_model::ActiveModel) -> Result<allocation_model::Model> {
    row.id = Set(tx.new_id());
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Changes a model.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: AllocationModelId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut allocation_model::ActiveModel),
) -> Result<allocation_model::Model> {
    let before = find(tx, id).await?;
    expect_version("allocation model", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes a model.
///
/// # Errors
/// `Conflict` for a stale version, or a chargeback that was submitted by it.
pub async fn remove(tx: &Tx, id: AllocationModelId, expected_version: Option<i32>) -> Result<()> {
    let model = find(tx, id).await?;
    expect_version("allocation model", model.version, expected_version)?;
    let used = Condition::all().add(chargeback::Column::ModelId.eq(id));
    chargebacks::refuse_used(tx, used, &format!("the allocation model {}", model.name)).await?;
    tx.delete::<_, allocation_model::ActiveModel>(model).await
}

/// The rules of a model, whoever writes it: names are unique and known, each category is the cost of one node, volumes
/// are no more than their whole, and pools are divided in an order that works, or can be divided at once.
///
/// # Errors
/// `Invalid` with the field, the value and the rule; a circle is named.
pub fn check(model: &allocation_model::Model) -> Result<()> {
    require_text("name", &model.name, 100)?;
    require_text("taxonomyVersion", &model.taxonomy_version, 50)?;
    require_plausible("effectiveFrom", Some(model.effective_from))?;
    require_plausible("effectiveTo", model.effective_to)?;
    require_order("effectiveTo", Some(model.effective_from), model.effective_to, "the first day")?;
    check_nodes(&model.nodes.0)?;
    check_rules(model)?;
    match model.method {
        AllocationMethod::Simultaneous if !model.step_order.0.is_empty() => {
            let order = model.step_order.0.join(", ");
            return Err(Error::invalid(
                "stepOrder",
                format!("{order}: pools that are divided at once have none"),
            ));
        }
        AllocationMethod::Simultaneous if model.rules.0.len() > MOST_EQUATIONS => {
            let message =
                format!("{} rules, at most {MOST_EQUATIONS} are solved at once", model.rules.0.len());
            return Err(Error::invalid("rules", message));
        }
        _ => {}
    }
    divide(model, Currency::USD, Vec::new()).map(|_| ())
}

fn check_nodes(nodes: &[Node]) -> Result<()> {
    if nodes.is_empty() {
        return Err(Error::invalid("nodes", "is empty: cost has to end somewhere"));
    }
    if nodes.len() > MOST_NODES {
        return Err(Error::invalid(
            "nodes",
            format!("has {} nodes, at most {MOST_NODES} are kept", nodes.len()),
        ));
    }
    let mut names = BTreeSet::new();
    let mut owners = BTreeMap::new();
    for (place, node) in nodes.iter().enumerate() {
        let field = |name: &str| format!("nodes[{place}].{name}");
        require_text(&field("name"), &node.name, 100)?;
        let shown = format!("`{}`", node.name);
        if node.name.contains([':', '|']) {
            let message = format!("{shown} has a colon or a bar, which keep names apart in files");
            return Err(Error::invalid(field("name"), message));
        }
        if node.name.eq_ignore_ascii_case(UNALLOCATED) {
            let message = format!("{shown} is what cost that nobody bears is called");
            return Err(Error::invalid(field("name"), message));
        }
        if !names.insert(node.name.as_str()) {
            return Err(Error::invalid(field("name"), format!("{shown} is named twice")));
        }
        for category in &node.categories {
            if let Some(owner) = owners.insert(category.to_value(), node.name.as_str()) {
                let message = format!("{} is the cost of `{owner}` already", category.to_value());
                return Err(Error::invalid(field("categories"), message));
            }
        }
    }
    Ok(())
}

fn check_rules(model: &allocation_model::Model) -> Result<()> {
    let levels: BTreeMap<&str, Level> =
        model.nodes.0.iter().map(|node| (node.name.as_str(), node.level)).collect();
    let mut sources = BTreeSet::new();
    for (place, rule) in model.rules.0.iter().enumerate() {
        let field = |name: &str| format!("rules[{place}].{name}");
        require_text(&field("driver"), &rule.driver, 100)?;
        if rule.driver.contains([':', '|']) {
            let message = format!("`{}` has a colon or a bar, which keep names apart in files", rule.driver);
            return Err(Error::invalid(field("driver"), message));
        }
        match levels.get(rule.source.as_str()) {
            None => {
                return Err(Error::invalid(
                    field("source"),
                    format!("`{}` is no node of the model", rule.source),
                ));
            }
            Some(Level::Consumer) => {
                let message = format!("`{}` is a consumer, with whom cost ends", rule.source);
                return Err(Error::invalid(field("source"), message));
            }
            Some(_) => {}
        }
        if !sources.insert(rule.source.as_str()) {
            return Err(Error::invalid(field("source"), format!("`{}` has a rule already", rule.source)));
        }
        if rule.targets.is_empty() {
            return Err(Error::invalid(
                field("targets"),
                format!("is empty: nobody bears `{}`", rule.source),
            ));
        }
        for (at, target) in rule.targets.iter().enumerate() {
            if !levels.contains_key(target.name.as_str()) {
                let message = format!("`{}` is no node of the model", target.name);
                return Err(Error::invalid(field(&format!("targets[{at}].name")), message));
            }
            if target.volume.to_decimal() < Decimal::ZERO {
                let message = format!("{} is below zero: a volume is not negative", target.volume);
                return Err(Error::invalid(field(&format!("targets[{at}].volume")), message));
            }
        }
    }
    Ok(())
}

/// Whether a node gives nothing on: cost ends there. A pool without a rule is no such node; its cost has no place to
/// go.
#[must_use]
pub fn receives(model: &allocation_model::Model, node: &Node) -> bool {
    node.level != Level::Pool && !model.rules.0.iter().any(|rule| rule.source == node.name)
}

/// Divides costs by a model.
///
/// # Errors
/// `Invalid` for what the model gets wrong, a circle by its names among it.
pub fn divide(
    model: &allocation_model::Model,
    currency: Currency,
    costs: Vec<(String, Decimal)>,
) -> Result<Allocation<String>> {
    let receivers = model.nodes.0.iter().filter(|node| receives(model, node));
    let arithmetic = AllocationModel {
        currency,
        costs,
        receivers: receivers.map(|node| node.name.clone()).collect(),
        rules: model.rules.0.iter().map(rule).collect(),
    };
    let allocation = match model.method {
        AllocationMethod::StepDown => arithmetic.step_down(&model.step_order.0),
        AllocationMethod::Simultaneous => arithmetic.simultaneous(),
    };
    allocation.map_err(refused)
}

fn rule(rule: &Rule) -> AllocationRule<String> {
    let targets = rule.targets.iter();
    AllocationRule {
        source: rule.source.clone(),
        driver: rule.driver.clone(),
        targets: targets
            .map(|target| DriverVolume { target: target.name.clone(), volume: target.volume.to_decimal() })
            .collect(),
        whole: rule.whole.map(entity::money::Rate::to_decimal),
    }
}

fn refused(cause: ForecastError) -> Error {
    match cause {
        ForecastError::Invalid { field: "order", value, rule } => {
            Error::invalid("stepOrder", format!("{value}: {rule}"))
        }
        ForecastError::Invalid { value, rule, .. } => Error::invalid("rules", format!("{value}: {rule}")),
        other => Error::invalid("amounts", other),
    }
}

/// Refuses days on which a model does not hold.
///
/// # Errors
/// `Invalid` naming the field, the day and the model.
pub fn require_effective(
    model: &allocation_model::Model,
    field: &str,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<()> {
    if first < model.effective_from {
        let message =
            format!("{first} lies before the model {} holds, from {} on", model.name, model.effective_from);
        return Err(Error::invalid(field, message));
    }
    match model.effective_to.filter(|end| last > *end) {
        Some(end) => {
            let message = format!("{last} lies after the model {} holds, up to {end}", model.name);
            Err(Error::invalid(field, message))
        }
        None => Ok(()),
    }
}
