//! The relaxation in which cohorts may be divided among months, by the simplex method with generalised upper bounds.
//!
//! One row per cohort says that its parts make a whole. These rows are kept out of the basis (Dantzig and Van Slyke,
//! 1967): each cohort has a *key* option that takes what its other options leave, so that the basis has only as many
//! rows as there are limits, however many cohorts there are. At the end all but as many cohorts are in one month.
#![expect(clippy::float_arithmetic, reason = "prices are rounded and their bound is proven exactly")]

use std::collections::BTreeMap;

use super::scaled::Scaled;

const TOLERANCE: f64 = 1e-9;
/// A part of a cohort that counts as one.
const PART: f64 = 1e-6;
/// Pivots after which the inverse is computed anew.
const REFACTOR: usize = 150;
const MOST_PIVOTS: usize = 20_000;
/// Options that are priced at most, over all pivots: fewer pivots where there are very many options.
const MOST_PRICED: usize = 3_000_000_000;
/// What an overrun costs once there should be none, in mean costs of a cohort per whole row.
const FORBIDDEN: f64 = 1e7;

/// A column of the basis.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Column {
    /// What is left of a row.
    Slack(usize),
    /// By how much a row is overrun.
    Overrun(usize),
    /// A part of a cohort in one of its options that is not the key.
    Part { cohort: usize, option: usize },
}

/// Where the simplex method ended.
pub(crate) struct Vertex {
    /// Prices of the rows, in the units of [`Scaled`].
    pub prices: Vec<f64>,
    /// For each cohort the option that has the largest part of it.
    pub choice: Vec<usize>,
    /// Whether no row is overrun.
    pub fits: bool,
    /// The cohorts that are divided, with the options that have a part of them.
    pub divided: Vec<(usize, Vec<usize>)>,
}

/// The method, from the whole choice of an option per cohort.
pub(crate) struct Simplex<'a> {
    scaled: &'a Scaled<'a>,
    rows: usize,
    key: Vec<usize>,
    key_value: Vec<f64>,
    basis: Vec<Column>,
    /// Inverse of the basis, a row per column of it.
    inverse: Vec<f64>,
    values: Vec<f64>,
    /// Whether overruns are being removed, or costs lowered.
    removing: bool,
    pivots: usize,
}

/// What ends a step.
enum Leaving {
    Basic(usize),
    Key(usize),
}

impl<'a> Simplex<'a> {
    /// Begins with a choice, whatever it overruns.
    pub fn new(scaled: &'a Scaled<'a>, choice: &[usize]) -> Self {
        let rows = scaled.instance.rows();
        let mut simplex = Self {
            scaled,
            rows,
            key: choice.to_vec(),
            key_value: vec![1.0; choice.len()],
            basis: Vec::with_capacity(rows),
            inverse: vec![0.0; rows * rows],
            values: Vec::with_capacity(rows),
            removing: false,
            pivots: 0,
        };
        for (row, left) in simplex.left().into_iter().enumerate() {
            let short = left < 0.0;
            simplex.basis.push(if short { Column::Overrun(row) } else { Column::Slack(row) });
            simplex.inverse[row * rows + row] = if short { -1.0 } else { 1.0 };
            simplex.values.push(left.abs());
        }
        simplex
    }

    /// Removes what is overrun, as far as it can be; the prices of the answer say why not further.
    pub fn fit(&mut self) -> Vertex {
        self.removing = true;
        self.run();
        self.vertex()
    }

    /// Lowers costs as far as they can be, without overrunning anything more.
    pub fn minimise(&mut self) -> Vertex {
        self.removing = false;
        self.run();
        self.vertex()
    }

    fn run(&mut self) {
        let most = (MOST_PRICED / self.scaled.costs.len().max(1)).clamp(200, MOST_PIVOTS);
        let first = self.pivots;
        while self.pivots - first < most {
            let duals = self.duals();
            let Some(entering) = self.entering(&duals) else { break };
            if !self.step(entering) {
                break;
            }
            self.pivots += 1;
            if self.pivots.is_multiple_of(REFACTOR) && !self.refactor() {
                break;
            }
        }
    }

    /// What the keys leave of each row.
    fn left(&self) -> Vec<f64> {
        let mut left = self.scaled.capacities[..self.rows].to_vec();
        for option in &self.key {
            self.add_option(&mut left, *option, -1.0);
        }
        left
    }

    fn add_option(&self, column: &mut [f64], option: usize, factor: f64) {
        let uses = self.scaled.instance.uses[option].iter().zip(&self.scaled.amounts[option]);
        for (taken, amount) in uses.filter(|(taken, _)| taken.row < self.rows) {
            column[taken.row] += factor * amount;
        }
    }

    fn column(&self, column: Column) -> Vec<f64> {
        let mut entries = vec![0.0; self.rows];
        match column {
            Column::Slack(row) => entries[row] = 1.0,
            Column::Overrun(row) => entries[row] = -1.0,
            Column::Part { cohort, option } => {
                self.add_option(&mut entries, option, 1.0);
                self.add_option(&mut entries, self.key[cohort], -1.0);
            }
        }
        entries
    }

    fn cost(&self, column: Column) -> f64 {
        match column {
            Column::Slack(_) => 0.0,
            Column::Overrun(_) => {
                if self.removing {
                    1.0
                } else {
                    FORBIDDEN
                }
            }
            Column::Part { .. } if self.removing => 0.0,
            Column::Part { cohort, option } => {
                self.scaled.costs[option] - self.scaled.costs[self.key[cohort]]
            }
        }
    }

    fn duals(&self) -> Vec<f64> {
        let mut duals = vec![0.0; self.rows + 1];
        for (position, column) in self.basis.iter().enumerate() {
            let cost = self.cost(*column);
            if cost != 0.0 {
                let row = &self.inverse[position * self.rows..(position + 1) * self.rows];
                for (dual, entry) in duals.iter_mut().zip(row) {
                    *dual += cost * entry;
                }
            }
        }
        duals
    }

    /// The column whose entry lowers the objective fastest.
    fn entering(&self, duals: &[f64]) -> Option<Column> {
        let prices: Vec<f64> = duals.iter().map(|dual| -dual).collect();
        let mut best = (-TOLERANCE, None);
        for (row, price) in prices.iter().enumerate().take(self.rows) {
            if *price < best.0 {
                best = (*price, Some(Column::Slack(row)));
            }
            if self.removing && 1.0 - price < best.0 {
                best = (1.0 - price, Some(Column::Overrun(row)));
            }
        }
        for cohort in 0..self.key.len() {
            let of_key = self.priced(self.key[cohort], &prices);
            for option in self.scaled.instance.options(cohort) {
                let reduced = self.priced(option, &prices) - of_key;
                if reduced < best.0 {
                    best = (reduced, Some(Column::Part { cohort, option }));
                }
            }
        }
        best.1
    }

    fn priced(&self, option: usize, prices: &[f64]) -> f64 {
        let priced = self.scaled.priced(option, prices);
        if self.removing { priced - self.scaled.costs[option] } else { priced }
    }

    /// Brings a column into the basis; `false` if nothing stops it, which only rounding errors can bring about.
    fn step(&mut self, entering: Column) -> bool {
        let direction = self.times_inverse(&self.column(entering));
        let own = if let Column::Part { cohort, .. } = entering { Some(cohort) } else { None };
        let Some((length, leaving)) = self.leaving(&direction, own) else { return false };
        for (value, rate) in self.values.iter_mut().zip(&direction) {
            *value -= length * rate;
        }
        for (cohort, rate) in self.key_rates(&direction, own) {
            self.key_value[cohort] += length * rate;
        }
        match leaving {
            Leaving::Basic(position) => self.replace(position, entering, &direction, length),
            Leaving::Key(cohort) => {
                let parts = self.parts(cohort);
                // The largest part becomes the key.
                let Some(heir) = parts
                    .iter()
                    .copied()
                    .max_by(|left, right| self.values[*left].total_cmp(&self.values[*right]))
                else {
                    if let Column::Part { option, .. } = entering {
                        self.key[cohort] = option;
                        self.key_value[cohort] = length;
                    }
                    return true;
                };
                let Column::Part { option, .. } = self.basis[heir] else { return false };
                self.key_value[cohort] = self.values[heir];
                self.key[cohort] = option;
                let rows = self.rows;
                let sum: Vec<f64> = (0..rows)
                    .map(|entry| -parts.iter().map(|part| self.inverse[part * rows + entry]).sum::<f64>())
                    .collect();
                self.inverse[heir * rows..(heir + 1) * rows].copy_from_slice(&sum);
                let direction = self.times_inverse(&self.column(entering));
                self.replace(heir, entering, &direction, length);
            }
        }
        true
    }

    /// Positions of the parts of a cohort in the basis.
    fn parts(&self, cohort: usize) -> Vec<usize> {
        let is_part = |column: &Column| matches!(column, Column::Part { cohort: of, .. } if *of == cohort);
        (0..self.rows).filter(|position| is_part(&self.basis[*position])).collect()
    }

    /// How fast the keys of the cohorts concerned grow.
    fn key_rates(&self, direction: &[f64], own: Option<usize>) -> Vec<(usize, f64)> {
        let mut rates: Vec<(usize, f64)> = own.map(|cohort| (cohort, -1.0)).into_iter().collect();
        for (column, rate) in self.basis.iter().zip(direction) {
            let Column::Part { cohort, .. } = column else { continue };
            match rates.iter_mut().find(|(of, _)| of == cohort) {
                Some((_, sum)) => *sum += rate,
                None => rates.push((*cohort, *rate)),
            }
        }
        rates
    }

    /// How far the step goes and what stops it; of equals the one with the larger rate, for stability.
    fn leaving(&self, direction: &[f64], own: Option<usize>) -> Option<(f64, Leaving)> {
        let mut found: Option<(f64, f64, Leaving)> = None;
        let mut consider = |value: f64, rate: f64, leaving: Leaving| {
            let length = value.max(0.0) / rate;
            let better = found.as_ref().is_none_or(|(least, with, _)| {
                length < least - TOLERANCE || (length <= least + TOLERANCE && rate > *with)
            });
            if better {
                found = Some((length, rate, leaving));
            }
        };
        for (position, rate) in direction.iter().enumerate() {
            // Once nothing is overrun, an overrun that is still in the basis must not grow either.
            let kept = !self.removing && matches!(self.basis[position], Column::Overrun(_));
            if *rate > TOLERANCE || (kept && *rate < -TOLERANCE && self.values[position] <= TOLERANCE) {
                consider(self.values[position], rate.abs(), Leaving::Basic(position));
            }
        }
        for (cohort, rate) in self.key_rates(direction, own) {
            if rate < -TOLERANCE {
                consider(self.key_value[cohort], -rate, Leaving::Key(cohort));
            }
        }
        found.map(|(length, _, leaving)| (length, leaving))
    }

    fn replace(&mut self, position: usize, entering: Column, direction: &[f64], value: f64) {
        let rows = self.rows;
        let pivot = direction[position];
        let row: Vec<f64> =
            self.inverse[position * rows..(position + 1) * rows].iter().map(|entry| entry / pivot).collect();
        for (other, rate) in direction.iter().enumerate() {
            if other != position && *rate != 0.0 {
                let entries = &mut self.inverse[other * rows..(other + 1) * rows];
                for (entry, of_pivot) in entries.iter_mut().zip(&row) {
                    *entry -= rate * of_pivot;
                }
            }
        }
        self.inverse[position * rows..(position + 1) * rows].copy_from_slice(&row);
        self.basis[position] = entering;
        self.values[position] = value;
    }

    fn times_inverse(&self, column: &[f64]) -> Vec<f64> {
        let rows = self.rows;
        let filled: Vec<(usize, f64)> =
            column.iter().copied().enumerate().filter(|(_, entry)| *entry != 0.0).collect();
        (0..rows)
            .map(|position| {
                filled.iter().map(|(row, entry)| self.inverse[position * rows + row] * entry).sum::<f64>()
            })
            .collect()
    }

    /// Computes the inverse and the values anew, by elimination with pivots; `false` if the basis is singular.
    fn refactor(&mut self) -> bool {
        let rows = self.rows;
        let width = 2 * rows;
        let mut table = vec![0.0; rows * width];
        for position in 0..rows {
            for (row, entry) in self.column(self.basis[position]).into_iter().enumerate() {
                table[row * width + position] = entry;
            }
            table[position * width + rows + position] = 1.0;
        }
        for step in 0..rows {
            let size = |row: &usize| table[row * width + step].abs();
            let Some(pivot) = (step..rows).max_by(|left, right| size(left).total_cmp(&size(right))) else {
                return false;
            };
            if size(&pivot) < 1e-12 {
                return false;
            }
            for entry in 0..width {
                table.swap(step * width + entry, pivot * width + entry);
            }
            let factor = 1.0 / table[step * width + step];
            table[step * width..(step + 1) * width].iter_mut().for_each(|entry| *entry *= factor);
            let of_pivot = table[step * width..(step + 1) * width].to_vec();
            for row in (0..rows).filter(|row| *row != step) {
                let factor = table[row * width + step];
                if factor != 0.0 {
                    let entries = table[row * width..(row + 1) * width].iter_mut();
                    entries.zip(&of_pivot).for_each(|(entry, of_pivot)| *entry -= factor * of_pivot);
                }
            }
        }
        for position in 0..rows {
            self.inverse[position * rows..(position + 1) * rows]
                .copy_from_slice(&table[position * width + rows..(position + 1) * width]);
        }
        self.values = self.times_inverse(&self.left());
        self.key_value.fill(1.0);
        for (column, value) in self.basis.iter().zip(&self.values) {
            if let Column::Part { cohort, .. } = column {
                self.key_value[*cohort] -= value;
            }
        }
        true
    }

    fn vertex(&self) -> Vertex {
        let duals = self.duals();
        let mut choice = self.key.clone();
        let mut largest = self.key_value.clone();
        let mut fits = true;
        let mut divided: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (column, value) in self.basis.iter().zip(&self.values) {
            if let Column::Part { cohort, option } = column
                && *value > PART
            {
                divided.entry(*cohort).or_default().push(*option);
            }
            match column {
                Column::Part { cohort, option } if *value > largest[*cohort] => {
                    largest[*cohort] = *value;
                    choice[*cohort] = *option;
                }
                Column::Overrun(_) if *value > 1e-7 => fits = false,
                _ => {}
            }
        }
        for (cohort, parts) in &mut divided {
            if self.key_value[*cohort] > PART {
                parts.push(self.key[*cohort]);
            }
        }
        let divided = divided.into_iter().filter(|(_, parts)| parts.len() > 1).collect();
        Vertex { prices: duals.iter().map(|dual| (-dual).max(0.0)).collect(), choice, fits, divided }
    }
}
