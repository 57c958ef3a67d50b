//! The GraphQL contract: roots merged from the areas, and what all areas share to speak it.
//!
//! Knows how to page, filter, order and batch rows of any noun. Does not know any noun.

pub mod bulk;
pub mod codes;
mod cost;
pub mod cursor;
mod engine;
pub mod explain;
pub mod filter;
mod generic;
mod inputs;
pub mod limits;
pub mod live;
mod node;
mod order;
pub mod page;
pub mod patch;
pub mod record;
pub mod request;
pub mod roots;
pub mod rows;
pub mod scalar;

pub use engine::{Operation, PlinthSchema};
pub use roots::{build, sdl};
