//! Figures beside what they are to be.

/// What was wanted of the figures, and whether it was met.
#[derive(Default)]
pub struct Targets {
    told: Vec<String>,
    missed: usize,
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
        let word = if met { "met" } else { "MISSED" };
        self.missed += usize::from(!met);
        self.told.push(format!("{word:6}  {name}: {figure:.4}, wanted {wanted}"));
        word
    }

    /// Prints all of them; whether each was met.
    pub fn print(&self) -> bool {
        println!("\nTargets: {}, missed: {}", self.told.len(), self.missed);
        self.told.iter().for_each(|told| println!("  {told}"));
        self.missed == 0
    }
}
