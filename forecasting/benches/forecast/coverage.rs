//! How often actual values were within intervals.

use forecasting::forecast::width::Calibration;

use crate::data::Series;
use crate::learn::{LEVELS, cases};
use crate::targets::Targets;

/// Lengths of history that are judged.
const JUDGED: [usize; 4] = [24, 36, 60, 120];
/// What coverage of each level is to be within.
const WANTED: [(f64, f64); 2] = [(77.0, 83.0), (93.0, 97.0)];
/// Steps of a band.
const BAND: usize = 12;

/// Coverage in bands of a year, by length of history and over all of them.
pub fn judge(label: &str, calibration: &Calibration, series: &[Series], mut targets: Option<&mut Targets>) {
    println!("  {label}");
    // Values and how many of them were held, by band and level, over all lengths.
    let mut total = [[0.0; 3]; 3];
    for history in JUDGED {
        let cases = cases(series, &[history]);
        let mut counts = [[0.0; 3]; 3];
        for case in &cases {
            for (step, actual) in case.test.iter().enumerate() {
                let widths = calibration.half_widths(&case.evidence, step);
                let distance = case.evidence.distance(step, *actual);
                let count = &mut counts[step / BAND];
                count[2] += 1.0;
                (0..LEVELS.len())
                    .filter(|level| distance <= widths[*level])
                    .for_each(|level| count[level] += 1.0);
            }
        }
        line(&format!("{history} points, {} series", cases.len()), &counts, label, targets.as_deref_mut());
        for (total, counts) in total.iter_mut().zip(counts) {
            total.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        }
    }
    line("all lengths", &total, label, targets);
}

fn line(name: &str, counts: &[[f64; 3]; 3], label: &str, mut targets: Option<&mut Targets>) {
    print!("    {name:24}");
    for (band, count) in counts.iter().enumerate().filter(|(_, count)| count[2] > 0.0) {
        print!("  months {:2}-{:2}:", band * BAND + 1, (band + 1) * BAND);
        for level in 0..LEVELS.len() {
            let covered = 100.0 * count[level] / count[2];
            let what = format!("{label}, {name}, band {}, {} %", band + 1, 100.0 * LEVELS[level]);
            let missed = targets
                .as_deref_mut()
                .is_some_and(|targets| targets.within(&what, covered, WANTED[level]) != "met");
            print!(" {covered:.1}{}", if missed { "*" } else { " " });
        }
    }
    println!();
}
