//! From rows to the bytes of a file.

mod books;
mod budgets;
mod capacity;
pub mod charts;
mod cloud;
mod contracts;
pub mod csv;
mod finance;
pub mod graphql;
mod inventory;
mod invoices;
pub mod labels;
mod lifecycle;
pub mod line;
mod power;
mod recovery;
pub mod report;
pub mod reports;
pub mod rows;
mod scenarios;
pub mod template;
mod topology;
