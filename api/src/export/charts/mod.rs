//! Charts: values to the text of an SVG picture.
//!
//! A chart is drawn from plain values: it knows no database, no clock and no rule of the business, and equal values
//! give equal bytes. Axes, grids and shapes are drawn by plotters, without fonts of the system.
//!
//! Whoever sees no colours reads it as well: the colours are those of Okabe and Ito, lines differ in their dashes,
//! areas in their lightness and hatching, and what is drawn has its name beside it. What is left out of a picture
//! to keep it readable is said below it.

mod canvas;
mod fan;
mod legend;
mod palette;
mod scale;
mod stack;

pub use fan::{Event, Exhausted, Fan, FanPoint, fan};
pub use forecasting::month::Month;
pub use stack::{Layer, Quarter, Range, Stack, stack};
