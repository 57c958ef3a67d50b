//! Paper to draw on, in dots from the upper left corner.

use std::ops;

use plotters::{
    chart::{ChartBuilder, ChartContext},
    coord::{
        Shift,
        cartesian::Cartesian2d,
        ranged1d::{DefaultFormatting, KeyPointHint, Ranged},
        types::RangedCoordf64,
    },
    drawing::{DrawingArea, IntoDrawingArea},
    element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle},
    style::{
        Color, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};
use plotters_svg::SVGBackend;

use super::palette::{GRID, Hatch, INK, Look, PAPER, QUIET};
use crate::error::{Error, Result};

/// Width of every picture.
pub(super) const WIDTH: i32 = 1_200;
/// Free space at the sides.
pub(super) const MARGIN: i32 = 24;
/// Letters of what is said beside a picture.
pub(super) const SMALL: f64 = 13.0;
/// How far lines of such letters are apart.
pub(super) const LINE: i32 = 19;
/// Letters of titles.
const LARGE: f64 = 20.0;
/// How wide a letter is on average, in its size; letters of most fonts are narrower.
const LETTER: f64 = 0.56;
/// How far lines of a hatching are apart.
const HATCH: usize = 7;

/// A place in dots.
pub(super) type Dot = (i32, i32);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A picture that is being drawn.
pub(super) struct Canvas<'a> {
    area: Area<'a>,
}

/// How a text stands.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub(super) size: f64,
    pub(super) colour: RGBColor,
    pub(super) is_bold: bool,
    pub(super) side: HPos,
}

impl Ink {
    pub(super) const PLAIN: Self = Self { size: SMALL, colour: INK, is_bold: false, side: HPos::Left };
    pub(super) const QUIET: Self = Self { colour: QUIET, ..Self::PLAIN };
    pub(super) const TITLE: Self = Self { size: LARGE, is_bold: true, ..Self::PLAIN };

    pub(super) const fn centred(self) -> Self {
        Self { side: HPos::Center, ..self }
    }

    pub(super) const fn in_colour(self, colour: RGBColor) -> Self {
        Self { colour, ..self }
    }

    fn style(self) -> TextStyle<'static> {
        // The backend divides sizes by this.
        let style = if self.is_bold { FontStyle::Bold } else { FontStyle::Normal };
        let mut style = TextStyle::from((FontFamily::SansSerif, self.size * 1.24, style));
        style.color = self.colour.to_backend_color();
        style.pos(Pos::new(self.side, VPos::Center))
    }
}

/// How a line looks.
#[derive(Clone, Copy)]
pub(super) struct Pen {
    pub(super) colour: RGBColor,
    pub(super) width: u32,
    /// Length of dashes and of what is between; unbroken where absent.
    pub(super) dash: Option<(i32, i32)>,
}

impl Pen {
    pub(super) const fn unbroken(colour: RGBColor, width: u32) -> Self {
        Self { colour, width, dash: None }
    }

    pub(super) const fn dashed(colour: RGBColor, width: u32, dash: (i32, i32)) -> Self {
        Self { colour, width, dash: Some(dash) }
    }
}

/// Draws a picture of a height, and tells what it is to those who do not see it.
pub(super) fn picture(
    height: i32,
    (title, description): (&str, &str),
    draw: impl FnOnce(&Canvas<'_>) -> Result<()>,
) -> Result<String> {
    let mut text = String::new();
    {
        let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
        let canvas = Canvas { area: SVGBackend::with_string(&mut text, size).into_drawing_area() };
        canvas.area.fill(&PAPER).map_err(Error::internal)?;
        draw(&canvas)?;
        canvas.area.present().map_err(Error::internal)?;
    }
    let words = format!("<title>{}</title>\n<desc>{}</desc>\n", escaped(title), escaped(description));
    // The first line is the tag that opens the picture.
    let (opening, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let opening = opening.replacen("<svg ", "<svg role=\"img\" ", 1);
    Ok(format!("{opening}\n{words}{rest}"))
}

impl<'a> Canvas<'a> {
    pub(super) fn text(&self, text: &str, (x, y): Dot, ink: Ink) -> Result<()> {
        self.area.draw_text(&clean(text), &ink.style(), (x, y)).map_err(Error::internal)
    }

    /// A text on paper of its own, so that lines behind it do not run through it.
    pub(super) fn label(&self, text: &str, (x, y): Dot, ink: Ink) -> Result<()> {
        let wide = width(text, ink.size) + 6;
        let left = match ink.side {
            HPos::Left => x - 3,
            HPos::Right => x - wide + 3,
            HPos::Center => x - wide / 2,
        };
        let corners = [(left, y - 9), (left + wide, y + 9)];
        let paper = PAPER.mix(0.85).filled();
        self.area.draw(&Rectangle::new(corners, paper)).map_err(Error::internal)?;
        self.text(text, (x, y), ink)
    }

    pub(super) fn line(&self, path: Vec<Dot>, pen: Pen) -> Result<()> {
        let style = ShapeStyle::from(pen.colour).stroke_width(pen.width);
        match pen.dash {
            None => self.area.draw(&PathElement::new(path, style)),
            Some((dash, gap)) => self.area.draw(&DashedPathElement::new(path, dash, gap, style)),
        }
        .map_err(Error::internal)
    }

    pub(super) fn surface(&self, outline: Vec<Dot>, colour: RGBColor, opacity: f64) -> Result<()> {
        self.area.draw(&Polygon::new(outline, colour.mix(opacity))).map_err(Error::internal)
    }

    pub(super) fn disc(&self, at: Dot, radius: i32, colour: RGBColor) -> Result<()> {
        self.area.draw(&Circle::new(at, radius, colour.filled())).map_err(Error::internal)
    }

    /// An area with its hatching.
    pub(super) fn block(&self, (x0, y0): Dot, (x1, y1): Dot, look: Look) -> Result<()> {
        let corners = [(x0, y0), (x1, y1)];
        self.area.draw(&Rectangle::new(corners, look.fill.filled())).map_err(Error::internal)?;
        for (from, to) in hatching((x0, y0), (x1, y1), look.hatch) {
            self.line(vec![from, to], Pen::unbroken(look.over, 1))?;
        }
        Ok(())
    }

    /// A cross, as on a map.
    pub(super) fn cross(&self, (x, y): Dot, size: i32, pen: Pen) -> Result<()> {
        self.line(vec![(x - size, y - size), (x + size, y + size)], pen)?;
        self.line(vec![(x - size, y + size), (x + size, y - size)], pen)
    }

    /// What a picture without values says instead.
    pub(super) fn nothing(&self, (x, y): Dot, reason: &str) -> Result<()> {
        self.text("Nothing to draw", (x, y), Ink { is_bold: true, ..Ink::PLAIN }.centred())?;
        for (place, line) in lines(reason, WIDTH - 300, 3).into_iter().enumerate() {
            let below = LINE * (i32::try_from(place).unwrap_or(0) + 1);
            self.text(&line, (x, y + below), Ink::QUIET.centred())?;
        }
        Ok(())
    }

    /// Axes with their grid, between two corners in dots.
    pub(super) fn axes(&self, axes: Axes<'_>) -> Result<Plot<'a>> {
        let (width, height) = self.area.dim_in_pixel();
        let (left, top, right, bottom) = axes.frame;
        let below = 24;
        let beside = 76;
        let (x, y) = (axes.across, axes.up);
        let mut chart = ChartBuilder::on(&self.area)
            .margin_left(left - beside)
            .margin_top(top)
            .margin_right(i32::try_from(width).unwrap_or(WIDTH) - right)
            .margin_bottom(i32::try_from(height).unwrap_or(bottom) - bottom - below)
            .x_label_area_size(below)
            .y_label_area_size(beside)
            .build_cartesian_2d(Ticked::new(x.range, x.ticks), Ticked::new(y.range, y.ticks))
            .map_err(Error::internal)?;
        let style = Ink::PLAIN.style();
        let mut mesh = chart.configure_mesh();
        mesh.bold_line_style(GRID).light_line_style(plotters::style::TRANSPARENT).axis_style(QUIET);
        mesh.label_style(style.clone()).axis_desc_style(style);
        mesh.x_label_formatter(x.label).y_label_formatter(y.label).y_desc(clean(axes.unit));
        if !axes.has_upright_grid {
            mesh.disable_x_mesh();
        }
        mesh.draw().map_err(Error::internal)?;
        Ok(Plot { chart })
    }
}

/// One of two axes.
pub(super) struct Axis<'a> {
    pub(super) range: (f64, f64),
    pub(super) ticks: Vec<f64>,
    pub(super) label: &'a dyn Fn(&f64) -> String,
}

/// Both axes and where they are.
pub(super) struct Axes<'a> {
    /// Left, top, right and bottom of what is between them, in dots.
    pub(super) frame: (i32, i32, i32, i32),
    pub(super) across: Axis<'a>,
    pub(super) up: Axis<'a>,
    /// What the axis beside is in.
    pub(super) unit: &'a str,
    pub(super) has_upright_grid: bool,
}

/// Values on an axis, some of which have words.
struct Ticked {
    values: RangedCoordf64,
    ticks: Vec<f64>,
}

impl Ticked {
    fn new((low, high): (f64, f64), ticks: Vec<f64>) -> Self {
        Self { values: (low..high).into(), ticks }
    }
}

impl Ranged for Ticked {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.values.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.clone() }
    }

    fn range(&self) -> ops::Range<f64> {
        self.values.range()
    }
}

/// Axes that were drawn.
pub(super) struct Plot<'a> {
    chart: ChartContext<'a, SVGBackend<'a>, Cartesian2d<Ticked, Ticked>>,
}

impl Plot<'_> {
    /// Where values are drawn.
    pub(super) fn place(&self, x: f64, y: f64) -> Dot {
        self.chart.backend_coord(&(x, y))
    }
}

/// The lines of a hatching within a block.
fn hatching((x0, y0): Dot, (x1, y1): Dot, hatch: Hatch) -> Vec<(Dot, Dot)> {
    let (wide, high) = (x1 - x0, y1 - y0);
    if wide < 4 || high < 4 {
        return Vec::new();
    }
    let slanted = |rises: bool| {
        let line = move |offset: i32| {
            let (from, to) = ((offset - high).max(0), offset.min(wide));
            let y = |along: i32| if rises { y0 + offset - along } else { y1 - offset + along };
            ((x0 + from, y(from)), (x0 + to, y(to)))
        };
        (0..wide + high).step_by(HATCH).skip(1).map(line).collect()
    };
    match hatch {
        Hatch::None => Vec::new(),
        Hatch::Rising => slanted(true),
        Hatch::Falling => slanted(false),
        Hatch::Level => (y0..y1).step_by(HATCH).skip(1).map(|y| ((x0, y), (x1, y))).collect(),
        Hatch::Upright => (x0..x1).step_by(HATCH).skip(1).map(|x| ((x, y0), (x, y1))).collect(),
    }
}

/// About how wide a text is.
pub(super) fn width(text: &str, size: f64) -> i32 {
    let letters = i32::try_from(text.chars().count()).unwrap_or(i32::MAX / 100);
    #[expect(clippy::cast_possible_truncation, reason = "a text is no wider than a picture, or is cut")]
    let wide = (f64::from(letters) * size * LETTER).ceil() as i32;
    wide
}

/// As much of a text as there is room for.
pub(super) fn fitted(text: &str, room: i32, size: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "room is a few hundred dots")]
    let letters = (f64::from(room.max(0)) / (size * LETTER)) as usize;
    let cut: String = text.chars().take(letters.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// A text in lines of a width, the last of which says with `…` that there is more.
pub(super) fn lines(text: &str, room: i32, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        let line = &lines[last];
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&longer, SMALL) <= room || line.is_empty() {
            lines[last] = fitted(&longer, room, SMALL);
        } else if lines.len() == most {
            lines[last] = fitted(&format!("{line} …"), room, SMALL);
            break;
        } else {
            lines.push(fitted(word, room, SMALL));
        }
    }
    lines
}

/// A text without letters that no XML may have, not even escaped.
fn clean(text: &str) -> String {
    let is_allowed = |letter: char| !letter.is_control() && !matches!(letter, '\u{FFFE}' | '\u{FFFF}');
    text.chars().map(|letter| if is_allowed(letter) { letter } else { ' ' }).collect()
}

fn escaped(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
