//! From rows to the bytes of a file.

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
pub mod rows;
pub mod template;
