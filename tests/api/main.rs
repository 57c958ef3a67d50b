//! Plinth from outside: what users see, on both engines, and the shape of the project.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod audit;
mod finance;
mod import;
mod requests;
mod tidy;
