//! What depends on what, as its users see it.

mod derived;
mod impacts;
mod needs;
mod setting;
mod single_points;
