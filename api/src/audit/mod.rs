//! What was changed, by whom and when.
//!
//! A *change* holds one row of any table before and after. Changes are written by the store in the transaction
//! that they tell of, and read here; nothing alters them. This area does not know what the rows mean.

pub mod graphql;
