//! Levelling under caps.

use super::Examples;

pub fn under_caps(examples: &Examples) {
    let _ = (examples.value("2.level"), examples.value("2.level_cap700"));
}
