//! Volumes, what goes into unit costs, and allocation models.

use entity::finance::allocation_model::{self, Names, Node, Nodes, Rule, Rules, Target};
use entity::finance::unit_cost_part::{self, CostCategory, Kinds};
use entity::finance::volume;
use entity::money::Rate;
use sea_orm::ActiveEnum;

use super::engine::Run;
use super::fill::{Filling, choice, choices, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::error::{Error, Result};
use crate::finance::{allocation_models, unit_cost_parts, volumes};
use crate::import::csv::Noun;
use crate::import::records::{AllocationModel, UnitCostPart, Volume};
use crate::import::{Origin, Records};

impl Importable for Volume {
    const NOUN: Noun = Noun::Volume;
    type Entity = volume::Entity;
    type Model = volume::Model;
    type Row = volume::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.volumes
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        let site = self.site.clone().unwrap_or_default();
        Key(vec![self.measure.clone(), site, self.month.to_string()])
    }

    fn table(known: &Known) -> &Table<volume::Model> {
        &known.volumes
    }

    fn table_mut(known: &mut Known) -> &mut Table<volume::Model> {
        &mut known.volumes
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let months = run.records.volumes.iter().map(|record| record.month);
        for row in rows_among::<volume::Entity, _>(run.tx, volume::Column::Month, months).await? {
            let site = match row.site_id {
                Some(id) => match run.known.sites.with_id(id) {
                    Some(site) => site.code.clone(),
                    None => continue,
                },
                None => String::new(),
            };
            run.known.volumes.put(Key(vec![row.measure.to_value(), site, row.month.to_string()]), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut volume::ActiveModel,
        _before: Option<&volume::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.measure, choice("measure", Some(&self.measure))?);
        let site = at.known.sites.named_if_any("site", self.site.as_ref())?;
        put(&mut row.site_id, Some(site.map(|site| site.id)));
        put(&mut row.month, Some(self.month));
        // The average and both ends are two ways to say one thing: the one that is given takes the other's place.
        if self.average.is_some() || self.opening.is_some() || self.closing.is_some() {
            put(&mut row.average, Some(rate("average", self.average)?));
            put(&mut row.opening, Some(rate("opening", self.opening)?));
            put(&mut row.closing, Some(rate("closing", self.closing)?));
        }
        put_any(&mut row.source, self.source.clone());
        Ok(())
    }

    fn check(row: Candidate<'_, volume::Model>, _known: &Known) -> Result<()> {
        volumes::check(row.after)
    }
}

impl Importable for UnitCostPart {
    const NOUN: Noun = Noun::UnitCostPart;
    type Entity = unit_cost_part::Entity;
    type Model = unit_cost_part::Model;
    type Row = unit_cost_part::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.unit_cost_parts
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::of([&self.metric, &self.category])
    }

    fn table(known: &Known) -> &Table<unit_cost_part::Model> {
        &known.unit_cost_parts
    }

    fn table_mut(known: &mut Known) -> &mut Table<unit_cost_part::Model> {
        &mut known.unit_cost_parts
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let metrics = run.records.unit_cost_parts.iter().map(|record| record.metric.clone());
        let column = unit_cost_part::Column::Metric;
        for row in rows_among::<unit_cost_part::Entity, _>(run.tx, column, metrics).await? {
            run.known.unit_cost_parts.put(Key(vec![row.metric.to_value(), row.category.to_value()]), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut unit_cost_part::ActiveModel,
        _before: Option<&unit_cost_part::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.metric, choice("metric", Some(&self.metric))?);
        put(&mut row.category, choice("category", Some(&self.category))?);
        put(&mut row.share, rate("share", self.share)?);
        let kinds = self.kinds.as_ref().map(|kinds| choices("kinds", kinds)).transpose()?;
        put(&mut row.kinds, kinds.map(Kinds));
        usual(&mut row.kinds, Kinds::default());
        Ok(())
    }

    fn check(row: Candidate<'_, unit_cost_part::Model>, _known: &Known) -> Result<()> {
        unit_cost_parts::check(row.after)
    }
}

impl AllocationModel {
    /// The nodes with the categories that are their cost.
    fn nodes(&self) -> Result<Option<Nodes>> {
        let Some(nodes) = &self.nodes else { return Ok(None) };
        let mut made: Vec<Node> = Vec::with_capacity(nodes.len());
        for (level, name) in nodes {
            let level = choice("nodes", Some(level))?;
            let level = level.ok_or_else(|| Error::invalid("nodes", format!("`{name}` has no level")))?;
            made.push(Node { name: name.clone(), level, categories: Vec::new() });
        }
        for (category, name) in self.categories.iter().flatten() {
            let node = made.iter_mut().find(|node| node.name == *name);
            let node = node.ok_or_else(|| Error::invalid("categories", format!("`{name}` is no node")))?;
            node.categories.extend(choice::<CostCategory>("categories", Some(category))?);
        }
        Ok(Some(Nodes(made)))
    }

    /// The rules, in the order of the flows.
    fn rules(&self) -> Result<Option<Rules>> {
        let Some(flows) = &self.flows else { return Ok(None) };
        let mut rules: Vec<Rule> = Vec::new();
        for (source, volume, target) in flows {
            let volume = rate("flows", Some(*volume))?.unwrap_or(Rate::ZERO);
            let target = Target { name: target.clone(), volume };
            match rules.iter_mut().find(|rule| rule.source == *source) {
                Some(rule) => rule.targets.push(target),
                None => {
                    let of = self.drivers.iter().flatten().find(|(node, _)| node == source);
                    let (_, driver) =
                        of.ok_or_else(|| Error::invalid("drivers", format!("`{source}` has none")))?;
                    let whole = self.wholes.iter().flatten().find(|(_, node)| node == source);
                    let whole = rate("wholes", whole.map(|(whole, _)| *whole))?;
                    let (source, driver) = (source.clone(), driver.clone());
                    rules.push(Rule { source, driver, targets: vec![target], whole });
                }
            }
        }
        Ok(Some(Rules(rules)))
    }
}

impl Importable for AllocationModel {
    const NOUN: Noun = Noun::AllocationModel;
    type Entity = allocation_model::Entity;
    type Model = allocation_model::Model;
    type Row = allocation_model::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.allocation_models
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<allocation_model::Model> {
        &known.allocation_models
    }

    fn table_mut(known: &mut Known) -> &mut Table<allocation_model::Model> {
        &mut known.allocation_models
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let names = run.records.allocation_models.iter().map(|record| record.name.clone());
        let column = allocation_model::Column::Name;
        for row in rows_among::<allocation_model::Entity, _>(run.tx, column, names).await? {
            run.known.allocation_models.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut allocation_model::ActiveModel,
        _before: Option<&allocation_model::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.taxonomy_version, self.taxonomy_version.clone());
        put(&mut row.effective_from, self.effective_from);
        put_any(&mut row.effective_to, self.effective_to);
        put(&mut row.method, choice("method", self.method.as_ref())?);
        put(&mut row.step_order, self.step_order.clone().map(Names));
        put(&mut row.nodes, self.nodes()?);
        put(&mut row.rules, self.rules()?);
        usual(&mut row.step_order, Names::default());
        usual(&mut row.rules, Rules::default());
        Ok(())
    }

    fn check(row: Candidate<'_, allocation_model::Model>, _known: &Known) -> Result<()> {
        allocation_models::check(row.after)
    }
}
