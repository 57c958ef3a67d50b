//! Colours that stay apart for those who see few of them, and in grey.

use plotters::style::RGBColor;

/// Letters, axes and what was observed.
pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// What is said beside the picture.
pub(super) const QUIET: RGBColor = RGBColor(0x55, 0x55, 0x55);
/// Grids.
pub(super) const GRID: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);
/// What is behind everything.
pub(super) const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
/// Blue of Okabe and Ito.
pub(super) const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
/// Light blue of Okabe and Ito.
pub(super) const SKY: RGBColor = RGBColor(0x56, 0xB4, 0xE9);
/// Vermilion of Okabe and Ito.
pub(super) const VERMILION: RGBColor = RGBColor(0xD5, 0x5E, 0x00);

const ORANGE: RGBColor = RGBColor(0xE6, 0x9F, 0x00);
const GREEN: RGBColor = RGBColor(0x00, 0x9E, 0x73);
const YELLOW: RGBColor = RGBColor(0xF0, 0xE4, 0x42);
const PURPLE: RGBColor = RGBColor(0xCC, 0x79, 0xA7);
const GREY: RGBColor = RGBColor(0xBB, 0xBB, 0xBB);

/// What is drawn over an area, so that it is told from others in grey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hatch {
    /// Nothing.
    None,
    /// Lines that rise to the right.
    Rising,
    /// Lines that fall to the right.
    Falling,
    /// Level lines.
    Level,
    /// Upright lines.
    Upright,
}

/// How an area looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) fill: RGBColor,
    pub(super) hatch: Hatch,
    /// The colour of the hatching.
    pub(super) over: RGBColor,
}

/// The looks of areas that lie on one another: neighbours differ in lightness and in hatching.
const LOOKS: [Look; 8] = [
    Look { fill: BLUE, hatch: Hatch::None, over: PAPER },
    Look { fill: ORANGE, hatch: Hatch::Rising, over: INK },
    Look { fill: GREEN, hatch: Hatch::Level, over: PAPER },
    Look { fill: YELLOW, hatch: Hatch::None, over: INK },
    Look { fill: VERMILION, hatch: Hatch::Falling, over: PAPER },
    Look { fill: SKY, hatch: Hatch::Upright, over: INK },
    Look { fill: GREY, hatch: Hatch::Rising, over: INK },
    Look { fill: PURPLE, hatch: Hatch::None, over: PAPER },
];

/// How many looks there are.
pub(super) const LOOKS_COUNT: usize = LOOKS.len();

/// The look of an area by its place.
pub(super) fn look(place: usize) -> Look {
    LOOKS[place % LOOKS_COUNT]
}
