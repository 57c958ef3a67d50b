//! What the lines and areas of a picture are.

use super::{
    canvas::{Canvas, Dot, Ink, Pen, SMALL, width},
    palette::Look,
};
use crate::error::Result;

/// How long a sample of a line is.
const SAMPLE: i32 = 34;
/// Space between two entries of a row.
const BETWEEN: i32 = 26;

/// What stands before a name.
#[derive(Clone, Copy)]
pub(super) enum Sample {
    /// A line.
    Line(Pen),
    /// An area between two lines.
    Band(Pen, f64),
    /// A block with its hatching.
    Block(Look),
    /// A cross.
    Cross(Pen),
}

/// Entries in a row, from a place on.
pub(super) fn row(canvas: &Canvas<'_>, (left, y): Dot, entries: &[(Sample, &str)]) -> Result<()> {
    let mut x = left;
    for (sample, name) in entries {
        draw(canvas, (x, y), *sample)?;
        canvas.text(name, (x + SAMPLE + 8, y), Ink::PLAIN)?;
        x += SAMPLE + 8 + width(name, SMALL) + BETWEEN;
    }
    Ok(())
}

/// A sample, its left end in the middle of its height at a place.
pub(super) fn draw(canvas: &Canvas<'_>, (x, y): Dot, sample: Sample) -> Result<()> {
    let end = x + SAMPLE;
    match sample {
        Sample::Line(pen) => canvas.line(vec![(x, y), (end, y)], pen),
        Sample::Band(pen, opacity) => {
            let (above, below) = (y - 7, y + 7);
            let outline = vec![(x, above), (end, above), (end, below), (x, below)];
            canvas.surface(outline, pen.colour, opacity)?;
            canvas.line(vec![(x, above), (end, above)], pen)?;
            canvas.line(vec![(x, below), (end, below)], pen)
        }
        Sample::Block(look) => canvas.block((x, y - 8), (end, y + 8), look),
        Sample::Cross(pen) => canvas.cross((x + SAMPLE / 2, y), 6, pen),
    }
}
