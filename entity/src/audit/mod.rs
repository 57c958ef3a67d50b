//! What was changed, by whom, and which requests were already answered.

pub mod change;
pub mod idempotency_key;
