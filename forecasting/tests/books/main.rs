//! Books: their laws, examples and refusals.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cases;
mod entries;
#[expect(dead_code, reason = "what only other laws need")]
#[path = "../estate/mod.rs"]
mod estate;
mod laws;
mod refusals;
