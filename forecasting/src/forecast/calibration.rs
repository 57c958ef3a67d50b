//! placeholder
use super::width::{Calibration, FEATURES, HISTORIES, STEPS};
pub(super) static SHIPPED: Calibration =
    Calibration { coefficients: [0.0; FEATURES], multipliers: [[[1.3, 2.0]; STEPS]; HISTORIES.len()] };
