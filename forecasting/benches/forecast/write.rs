//! Writes a calibration down as the file that comes with the crate.

use forecasting::forecast::width::{Calibration, HISTORIES};

/// Prints the file.
pub fn print(calibration: &Calibration) {
    println!(
        "//! The calibration that comes with the crate: learned, not chosen.
//!
//! Written by `cargo bench -p forecasting --bench forecast -- learn > calibration.rs` from 617 monthly series of the M1
//! competition and 1,143 of the M4 competition, with 24, 36, 48, 60, 96 and 120 points as history: before the official
//! hold-outs (18 and 36 months), which have four fifths of the weight, and before up to five other years of each series;
//! formatted by rustfmt.

use super::width::{{Calibration, FEATURES, HISTORIES, STEPS}};

/// What [`forecast`](super::forecast) takes its widths from.
pub(super) static SHIPPED: Calibration = Calibration {{ coefficients: COEFFICIENTS, multipliers: MULTIPLIERS }};
"
    );
    println!("const COEFFICIENTS: [f64; FEATURES] = {:.4?};\n", calibration.coefficients);
    println!("/// By history of {HISTORIES:?} points, then by step: of the 80 % and of the 95 % interval.");
    println!("const MULTIPLIERS: [[[f64; 2]; STEPS]; HISTORIES.len()] = {:.3?};", calibration.multipliers);
}
