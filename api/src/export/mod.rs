//! From rows to the bytes of a file. Pure: what is exported is decided elsewhere.

pub mod csv;
pub mod template;
