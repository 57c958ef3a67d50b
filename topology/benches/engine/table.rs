//! Figures beside their targets.

use std::time::Duration;

/// What an operation may take at 10,000, 100,000 and 1,000,000 items, in milliseconds.
#[derive(Clone, Copy)]
pub struct Target(pub [f64; 3]);

pub const CLOSURE: Target = Target([0.1, 1.5, 25.0]);
pub const PATH: Target = Target([0.010, 0.050, 0.100]);
pub const COMPONENTS: Target = Target([1.0, 10.0, 60.0]);
pub const RECOVERY: Target = Target([1.0, 10.0, 120.0]);
pub const SINGLE_POINTS: Target = Target([0.5, 5.0, 30.0]);
pub const ALL_SINGLE_POINTS: Target = Target([50.0, 1_500.0, 30_000.0]);
pub const GROUPS: Target = Target([100.0, 1_500.0, 10_000.0]);
pub const CHANGE: Target = Target([0.05; 3]);

/// The rows of one graph.
pub struct Table {
    /// Which of the sizes the targets are taken from: the least that holds the graph.
    size: usize,
    floor: Duration,
    missed: Vec<String>,
}

impl Table {
    pub fn of(items: u32, floor: Duration) -> Self {
        let size = [10_000, 100_000].iter().position(|size| items <= *size).unwrap_or(2);
        println!("  {:<40} {:>12} {:>12} {:>10}", "processor time", "ms", "at most", "x floor");
        let table = Self { size, floor, missed: Vec::new() };
        table.plain("floor: every edge once", floor, "");
        table
    }

    /// A figure without a target.
    pub fn plain(&self, what: &str, time: Duration, note: &str) {
        self.line(what, time, None, note);
    }

    /// A figure with its target.
    pub fn row(&mut self, what: &str, time: Duration, target: Target, note: &str) {
        self.row_within(what, time, Duration::from_secs_f64(target.0[self.size] / 1e3), note);
    }

    /// A figure that is to stay below a time which was measured as well.
    pub fn row_within(&mut self, what: &str, time: Duration, most: Duration, note: &str) {
        self.line(what, time, Some(most), note);
        if time > most {
            self.missed.push(what.to_owned());
        }
    }

    /// How much something holds.
    pub fn megabytes(&mut self, what: &str, amount: f64, most: f64) {
        println!("  {what:<40} {amount:>12.1} {most:>12.1}");
        if amount > most {
            self.missed.push(what.to_owned());
        }
    }

    fn line(&self, what: &str, time: Duration, most: Option<Duration>, note: &str) {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let most = most.map_or_else(String::new, |most| format!("{:.4}", ms(most)));
        let ratio = ms(time) / ms(self.floor);
        println!("  {what:<40} {:>12.4} {most:>12} {ratio:>10.2}  {note}", ms(time));
    }

    /// Says which targets were missed.
    pub fn close(self) {
        match self.missed.is_empty() {
            true => println!("  every target is met\n"),
            false => println!("  missed: {}\n", self.missed.join("; ")),
        }
    }
}
