//! A NetBox database: its tables as CSV, one file each (4.x), or its `dumpdata` as JSON (3.x and 4.x).
//!
//! Both become the same [`Tables`], from which the records are made: places, hardware, then power, carriers, cables, machines. What a
//! row refers to and is not there becomes a problem that names the row. Nothing is made up: a site without a kind
//! has none, and only an asset without a tag gets one, derived from its number.

mod cables;
mod feeds;
mod hardware;
mod machines;
mod places;
mod power;
mod tables;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use super::problem::{Problem, Severity};
use super::{Parsed, Source};
use tables::{Object, Tables};

/// Reads all files as one database.
pub(super) fn parse(sources: &[Source]) -> Parsed {
    let mut parsed = Parsed::default();
    let tables = Tables::of(sources, &mut parsed.problems);
    let mut netbox = Netbox { tables: &tables, parsed, followed: HashSet::new() };
    let places = netbox.places();
    let models = netbox.hardware_models();
    netbox.assets(&places, &models);
    netbox.power(&places);
    netbox.vendors();
    netbox.network();
    netbox.cables_left_out();
    netbox.workloads(&places);
    netbox.parsed
}

/// The database that is read and what has become of it.
struct Netbox<'a> {
    tables: &'a Tables,
    parsed: Parsed,
    /// Cables that became a dependency, or a part of one.
    followed: HashSet<&'a str>,
}

impl<'a> Netbox<'a> {
    /// What an object refers to. Nothing when it refers to nothing, or to what is not there, which is a problem.
    fn referred(
        &mut self,
        object: &Object,
        field: &str,
        table: &'static str,
        severity: Severity,
    ) -> Option<&'a Object> {
        let id = object.reference(field)?;
        let found = self.tables.find(table, id);
        if found.is_none() {
            self.report(object, severity, &format!("is not a row of {table}"), Some((field, id)));
        }
        found
    }

    /// What an object cannot be without: nothing is an error too.
    fn required(&mut self, object: &Object, field: &str, table: &'static str) -> Option<&'a Object> {
        if object.reference(field).is_none() {
            self.report(
                object,
                Severity::Error,
                &format!("{field} is empty, which names a row of {table}"),
                None,
            );
        }
        self.referred(object, field, table, Severity::Error)
    }

    fn report(&mut self, object: &Object, severity: Severity, message: &str, cell: Option<(&str, &str)>) {
        let problem = Problem::of_row(&object.origin, severity, message);
        self.parsed.problems.push(match cell {
            Some((column, value)) => problem.at(column, value),
            None => problem,
        });
    }

    /// A note on a whole table, at the file of its first row.
    fn note(&mut self, object: &Object, message: String) {
        self.parsed.problems.push(Problem::of_file(&object.origin.file, Severity::Note, message));
    }

    /// The name of the tenant, who is the owner.
    fn tenant(&mut self, object: &Object) -> Option<String> {
        let tenant = self.referred(object, "tenant", "tenancy_tenant", Severity::Warning)?;
        tenant.text("name").map(str::to_owned)
    }

    /// The names of an object of a tree and of all it lies in, from the inside out.
    fn ancestry(&self, table: &'static str, innermost: &'a Object) -> Vec<&'a str> {
        /// Deeper trees are rings.
        const DEPTH: usize = 32;
        let parent = |object: &&'a Object| self.tables.find(table, object.reference("parent")?);
        let objects = std::iter::successors(Some(innermost), parent).take(DEPTH);
        objects.filter_map(|object| object.text("name")).collect()
    }
}
