//! Figures beside what they are to be.

/// Counts what was missed.
#[derive(Default)]
pub struct Targets {
    missed: Vec<String>,
}

impl Targets {
    /// A figure that is to be at most so much.
    pub fn at_most(&mut self, name: &str, figure: f64, limit: f64) -> &'static str {
        self.note(name, figure, figure <= limit, &format!("at most {limit}"))
    }

    /// A figure that is to be at least so much.
    pub fn at_least(&mut self, name: &str, figure: f64, limit: f64) -> &'static str {
        self.note(name, figure, figure >= limit, &format!("at least {limit}"))
    }

    /// A figure that is to be within a range.
    pub fn within(&mut self, name: &str, figure: f64, (low, high): (f64, f64)) -> &'static str {
        self.note(name, figure, (low..=high).contains(&figure), &format!("{low} to {high}"))
    }

    fn note(&mut self, name: &str, figure: f64, met: bool, wanted: &str) -> &'static str {
        if !met {
            self.missed.push(format!("{name}: {figure:.3}, wanted {wanted}"));
        }
        if met { "met" } else { "MISSED" }
    }

    /// Prints what was missed.
    pub fn print(&self) {
        println!("\nTargets missed: {}", self.missed.len());
        self.missed.iter().for_each(|missed| println!("  {missed}"));
    }
}
