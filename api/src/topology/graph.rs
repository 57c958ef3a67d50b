//! The graph of an estate, from what is recorded.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::topology::dependency;
use sea_orm::EntityTrait;
use topology::graph::{Draft, Graph, Node};

use super::items::{Label, Thing};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// What goes into a graph.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The day it is seen from.
    pub as_of: NaiveDate,
    /// Whether what follows from the inventory is in it.
    pub derived: bool,
    /// Whether soft needs are in it.
    pub soft: bool,
}

/// The graph of an estate, with what its nodes are.
#[derive(Debug)]
pub struct Estate {
    /// The graph.
    pub graph: Graph,
    /// What each node is.
    pub things: Vec<Thing>,
    /// What is recorded.
    pub dependencies: Vec<dependency::Model>,
    /// What the things are called.
    pub labels: HashMap<Thing, Label>,
}

impl Estate {
    /// The node of a thing.
    #[must_use]
    pub fn node(&self, thing: Thing) -> Option<Node> {
        self.things.iter().position(|other| *other == thing).map(|position| Node(position as u32))
    }
}

/// Reads the graph.
///
/// # Errors
/// Those of the database.
pub async fn estate(db: &impl Read, _options: Options) -> Result<Estate> {
    let dependencies = dependency::Entity::find().all(db).await?;
    let (graph, _) = Draft::default().build().map_err(Error::internal)?;
    Ok(Estate { graph, things: Vec::new(), dependencies, labels: HashMap::new() })
}
