//! Spend by quarter, in layers that lie on one another.

use chrono::NaiveDate;
use plotters::style::text_anchor::HPos;
use rust_decimal::Decimal;

use super::{
    canvas::{self, Axes, Axis, Canvas, Ink, LINE, MARGIN, Pen, Plot, SMALL, WIDTH, fitted, lines, width},
    legend::{self, Sample},
    palette::{INK, LOOKS_COUNT, QUIET, look},
    scale::{Scale, brief, position},
};
use crate::error::Result;

/// Quarters of a picture at most: those after are left out, and that is said.
const QUARTERS_DRAWN: usize = 60;
/// Sentences below a picture at most.
const NOTES: usize = 8;

const LEFT: i32 = 110;
const RIGHT: i32 = WIDTH - 256;
const TOP: i32 = 84;
const HIGH: i32 = 430;
const BOTTOM: i32 = TOP + HIGH;

/// What a chart of stacked quarters shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// What it is about.
    pub title: String,
    /// The view that was asked, the calendar, the scenario.
    pub about: String,
    /// The one currency of all amounts.
    pub currency: String,
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
    /// The quarters, in the order of time.
    pub quarters: Vec<Quarter>,
    /// What lies on one another, the lowest first. What is below zero hangs below.
    pub layers: Vec<Layer>,
    /// What the sums may turn out to be, by quarter; none where that was not asked.
    pub ranges: Vec<Range>,
    /// What to know beside the picture. Each is a sentence.
    pub notes: Vec<String>,
}

/// A quarter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarter {
    /// Its fiscal year, as it is written: `FY27`.
    pub year: String,
    /// Its name within the year: `Q1`.
    pub name: String,
    /// How many of its months there are, where not all are.
    pub months: Option<u32>,
}

/// A category of spend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it is.
    pub name: String,
    /// An amount for each quarter.
    pub amounts: Vec<Decimal>,
}

/// What the sum of a quarter may turn out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// What one in ten stays below.
    pub p10: Decimal,
    /// What nine in ten stay below.
    pub p90: Decimal,
}

/// The text of an SVG picture of spend by quarter.
///
/// # Errors
/// `Internal` when it cannot be drawn.
pub fn stack(chart: &Stack) -> Result<String> {
    let sheet = Sheet::of(chart);
    let room = WIDTH - 2 * MARGIN;
    let notes: Vec<String> = sheet.notes.iter().take(NOTES).flat_map(|note| lines(note, room, 2)).collect();
    let end = BOTTOM + 68;
    let height = end + LINE * i32::try_from(notes.len()).unwrap_or(0) + 8;
    canvas::picture(height, (&chart.title, &sheet.description()), |canvas| {
        canvas.text(&fitted(&chart.title, room, 20.0), (MARGIN, 26), Ink::TITLE)?;
        canvas.text(&fitted(&sheet.subtitle(), room, SMALL), (MARGIN, 51), Ink::QUIET)?;
        if sheet.is_empty() {
            let reason = chart.notes.first().map_or("no quarter has an amount", |note| note);
            return canvas.nothing((WIDTH / 2, (TOP + BOTTOM) / 2), reason);
        }
        sheet.draw(canvas)?;
        for (place, note) in notes.iter().enumerate() {
            let y = end + LINE * i32::try_from(place).unwrap_or(0);
            canvas.text(note, (MARGIN, y), Ink::QUIET)?;
        }
        Ok(())
    })
}

/// A chart with what follows from its values.
struct Sheet<'a> {
    chart: &'a Stack,
    quarters: &'a [Quarter],
    /// The layers that have an amount in these quarters, so many as there are looks.
    layers: Vec<Layer>,
    totals: Vec<Decimal>,
    notes: Vec<String>,
}

impl<'a> Sheet<'a> {
    fn of(chart: &'a Stack) -> Self {
        let count = chart.quarters.len().min(QUARTERS_DRAWN);
        let quarters = &chart.quarters[..count];
        let mut notes = Vec::new();
        let parts = quarters.iter().filter_map(|quarter| {
            let months = quarter.months?;
            let words = if months == 1 { "month" } else { "months" };
            Some(format!("{} {} has {months} {words} only", quarter.year, quarter.name))
        });
        let parts: Vec<String> = parts.collect();
        if !parts.is_empty() {
            notes.push(format!("* {}.", parts.join(", ")));
        }
        if chart.quarters.len() > count {
            notes.push(format!(
                "Quarters that follow these and are not drawn: {}.",
                chart.quarters.len() - count
            ));
        }
        notes.extend(chart.notes.iter().cloned());
        let mut layers: Vec<Layer> = Vec::new();
        for layer in &chart.layers {
            let mut amounts: Vec<Decimal> = layer.amounts.iter().take(count).copied().collect();
            amounts.resize(count, Decimal::ZERO);
            if amounts.iter().all(Decimal::is_zero) {
                continue;
            }
            let is_full = layers.len() == LOOKS_COUNT;
            match layers.last_mut() {
                Some(rest) if is_full => {
                    "others".clone_into(&mut rest.name);
                    rest.amounts
                        .iter_mut()
                        .zip(amounts)
                        .for_each(|(sum, amount)| *sum = sum.saturating_add(amount));
                }
                _ => layers.push(Layer { name: layer.name.clone(), amounts }),
            }
        }
        let of = |place: usize| total(layers.iter().map(|layer| layer.amounts[place]));
        let totals = (0..count).map(of).collect();
        Self { chart, quarters, layers, totals, notes }
    }

    fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    fn subtitle(&self) -> String {
        let Stack { about, currency, as_of, .. } = self.chart;
        format!("{about}, {currency} per quarter, as of {as_of}")
    }

    /// The picture in words.
    fn description(&self) -> String {
        let mut said = vec![format!("Stacked quarters: {}.", self.subtitle())];
        let amounts = self.quarters.iter().zip(&self.totals);
        let amounts: Vec<String> = amounts
            .map(|(quarter, total)| format!("{} {}: {}", quarter.year, quarter.name, brief(*total)))
            .collect();
        said.push(format!("{}.", amounts.join(", ")));
        said.extend(self.notes.iter().take(NOTES).cloned());
        said.join(" ")
    }

    fn draw(&self, canvas: &Canvas<'_>) -> Result<()> {
        let sum = |place: usize, below: bool| {
            let amounts = self.layers.iter().map(|layer| position(layer.amounts[place]));
            amounts.filter(|amount| (*amount < 0.0) == below).sum::<f64>()
        };
        let ends = (0..self.quarters.len()).flat_map(|place| [sum(place, false), sum(place, true)]);
        let ranges = self.chart.ranges.iter().flat_map(|range| [position(range.p10), position(range.p90)]);
        let scale = Scale::holding(ends.chain(ranges));
        #[expect(clippy::cast_precision_loss, reason = "quarters of a picture are few")]
        let count = self.quarters.len() as f64;
        let plot = canvas.axes(Axes {
            frame: (LEFT, TOP, RIGHT, BOTTOM),
            across: Axis { range: (0.0, count), ticks: Vec::new(), label: &|_| String::new() },
            up: Axis {
                range: (scale.low, scale.high),
                ticks: scale.ticks.clone(),
                label: &|tick| scale.label(*tick),
            },
            unit: &format!("{} per quarter", self.chart.currency),
            has_upright_grid: false,
        })?;
        for (place, _) in self.quarters.iter().enumerate() {
            self.draw_quarter(canvas, &plot, place)?;
        }
        let (_, zero) = plot.place(0.0, 0.0);
        canvas.line(vec![(LEFT, zero), (RIGHT, zero)], Pen::unbroken(INK, 1))?;
        self.name_years(canvas)?;
        self.list_layers(canvas)
    }

    /// The edges of a quarter, in dots.
    fn edges(&self, place: usize) -> (i32, i32) {
        let count = i32::try_from(self.quarters.len()).unwrap_or(1).max(1);
        let place = i32::try_from(place).unwrap_or(0);
        let edge = |place: i32| LEFT + (RIGHT - LEFT) * place / count;
        (edge(place), edge(place + 1))
    }

    fn draw_quarter(&self, canvas: &Canvas<'_>, plot: &Plot<'_>, place: usize) -> Result<()> {
        let (from, to) = self.edges(place);
        let gap = ((to - from) / 8).max(1);
        let (left, right) = (from + gap, to - gap);
        let height = |value: f64| plot.place(0.0, value).1;
        let (mut above, mut below) = (0.0, 0.0);
        for (layer, look) in self.layers.iter().zip((0..).map(look)) {
            let amount = position(layer.amounts[place]);
            let base = if amount < 0.0 { &mut below } else { &mut above };
            let (start, end) = (height(*base), height(*base + amount));
            *base += amount;
            // A light line keeps neighbours apart where there is room for it.
            let (upper, lower) = (start.min(end), start.max(end));
            let upper = if lower - upper > 3 { upper + 1 } else { upper };
            if lower > upper {
                canvas.block((left, upper), (right, lower), look)?;
            }
        }
        let middle = i32::midpoint(left, right);
        let total = self.totals[place];
        if below < 0.0 {
            let y = height(position(total));
            canvas.line(vec![(left - 2, y), (right + 2, y)], Pen::unbroken(INK, 3))?;
        }
        let mut top = height(above);
        if let Some(range) = self.chart.ranges.get(place) {
            let (high, low) = (height(position(range.p90)), height(position(range.p10)));
            let reach = ((right - left) / 6).max(2);
            for (path, wide) in [
                (vec![(middle, high), (middle, low)], 2),
                (vec![(middle - reach, high), (middle + reach, high)], 2),
                (vec![(middle - reach, low), (middle + reach, low)], 2),
            ] {
                canvas.line(path, Pen::unbroken(INK, wide))?;
            }
            top = top.min(high);
        }
        let text = brief(total);
        if width(&text, 12.0) <= to - from {
            canvas.label(&text, (middle, top - 11), Ink { size: 12.0, ..Ink::PLAIN }.centred())?;
        }
        self.name_quarter(canvas, place, middle)
    }

    fn name_quarter(&self, canvas: &Canvas<'_>, place: usize, middle: i32) -> Result<()> {
        let quarter = &self.quarters[place];
        let (from, to) = self.edges(place);
        let star = if quarter.months.is_some() { "*" } else { "" };
        let full = format!("{}{star}", quarter.name);
        let short = format!("{}{star}", quarter.name.trim_start_matches('Q'));
        let size = if width(&full, SMALL) <= to - from { SMALL } else { 11.0 };
        let text = if width(&full, size) <= to - from { full } else { short };
        canvas.text(&text, (middle, BOTTOM + 14), Ink { size, ..Ink::PLAIN }.centred())
    }

    /// The years below their quarters.
    fn name_years(&self, canvas: &Canvas<'_>) -> Result<()> {
        let mut place = 0;
        for year in self.quarters.chunk_by(|one, other| one.year == other.year) {
            let (from, to) = (self.edges(place).0, self.edges(place + year.len() - 1).1);
            place += year.len();
            canvas.line(vec![(from, BOTTOM), (from, BOTTOM + 42)], Pen::unbroken(QUIET, 1))?;
            let name = year.first().map_or("", |quarter| quarter.year.as_str());
            let ink = Ink { is_bold: true, ..Ink::PLAIN }.centred();
            canvas.text(&fitted(name, to - from + 8, SMALL), (i32::midpoint(from, to), BOTTOM + 34), ink)?;
        }
        canvas.line(vec![(RIGHT, BOTTOM), (RIGHT, BOTTOM + 42)], Pen::unbroken(QUIET, 1))
    }

    /// The layers in the order in which they lie on one another, each with its sum.
    fn list_layers(&self, canvas: &Canvas<'_>) -> Result<()> {
        let left = RIGHT + 18;
        let end = WIDTH - MARGIN;
        let mut y = TOP + 10;
        canvas.text("sum", (end, y), Ink { side: HPos::Right, ..Ink::QUIET })?;
        y += 24;
        let is_below = |(_, layer): &(usize, &Layer)| total(layer.amounts.iter().copied()) < Decimal::ZERO;
        let (below, above): (Vec<_>, Vec<_>) = self.layers.iter().enumerate().partition(is_below);
        for (place, layer) in above.into_iter().rev().chain(below) {
            legend::draw(canvas, (left, y), Sample::Block(look(place)))?;
            let sum = brief(total(layer.amounts.iter().copied()));
            canvas.text(&sum, (end, y), Ink { side: HPos::Right, ..Ink::PLAIN })?;
            let room = end - left - 42 - width(&sum, SMALL) - 4;
            canvas.text(&fitted(&layer.name, room, SMALL), (left + 42, y), Ink::PLAIN)?;
            y += 26;
        }
        let bold = Ink { is_bold: true, ..Ink::PLAIN };
        canvas.line(vec![(left, y - 10), (end, y - 10)], Pen::unbroken(QUIET, 1))?;
        canvas.text("total", (left + 42, y + 6), bold)?;
        canvas.text(
            &brief(total(self.totals.iter().copied())),
            (end, y + 6),
            Ink { side: HPos::Right, ..bold },
        )?;
        y += 36;
        let has_negative =
            self.layers.iter().flat_map(|layer| &layer.amounts).any(|one| *one < Decimal::ZERO);
        if has_negative {
            legend::draw(canvas, (left, y), Sample::Line(Pen::unbroken(INK, 3)))?;
            canvas.text("sum of a quarter", (left + 42, y), Ink::PLAIN)?;
            y += 26;
        }
        if !self.chart.ranges.is_empty() {
            canvas.line(vec![(left + 17, y - 9), (left + 17, y + 9)], Pen::unbroken(INK, 2))?;
            canvas.line(vec![(left + 12, y - 9), (left + 22, y - 9)], Pen::unbroken(INK, 2))?;
            canvas.line(vec![(left + 12, y + 9), (left + 22, y + 9)], Pen::unbroken(INK, 2))?;
            canvas.text("P10 to P90", (left + 42, y), Ink::PLAIN)?;
        }
        Ok(())
    }
}

/// The sum of amounts; at the largest number where it is beyond.
fn total(amounts: impl Iterator<Item = Decimal>) -> Decimal {
    amounts.fold(Decimal::ZERO, Decimal::saturating_add)
}
