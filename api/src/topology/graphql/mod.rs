//! The face of topology.

pub mod things;
