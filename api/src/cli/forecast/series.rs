//! One series: its rows, and the steps that they are.

use std::borrow::Cow;

use forecasting::forecast::{ForecastInput, OBSERVATIONS_MAX, forecast};

use super::{
    Task,
    answers::{self, Answer},
    instants::{Form, Instant, Step},
    rows::Row,
};

/// Rows of a series that are kept: more cannot be as many steps, or are the same steps again and again.
const ROWS_MAX: usize = 1_000_000;
/// Lines that are named when they cannot be used.
const NAMED: usize = 5;

/// A series as it is read.
pub(super) struct Series {
    id: String,
    values: Vec<Value>,
    /// Rows in all.
    count: usize,
    /// Lines that cannot be used, and why.
    problems: Vec<String>,
    unnamed: usize,
}

struct Value {
    line: u64,
    instant: Instant,
    /// None where nothing is known.
    y: Option<f64>,
}

/// A series as equal steps.
struct Steps {
    observations: Vec<Option<f64>>,
    last: Instant,
    step: Step,
    remarks: Vec<String>,
}

impl Series {
    pub(super) fn new(id: &str) -> Self {
        Self { id: id.to_owned(), values: Vec::new(), count: 0, problems: Vec::new(), unnamed: 0 }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn rows_read(&self) -> usize {
        self.count
    }

    pub(super) fn add(&mut self, row: &Row<'_>) {
        self.count += 1;
        if self.values.len() == ROWS_MAX {
            return;
        }
        match self.value(row) {
            Ok(value) => self.values.push(value),
            Err(_) if self.problems.len() == NAMED => self.unnamed += 1,
            Err(problem) => self.problems.push(format!("line {}: {problem}", row.line)),
        }
    }

    fn value(&self, row: &Row<'_>) -> Result<Value, String> {
        let Some(instant) = Instant::read(&row.ds) else {
            return Err(format!(
                "ds `{}` is neither a whole number nor a date such as 2027-01-31 or 2027-01-31 17:00:00",
                shortened(&row.ds)
            ));
        };
        if let Some(first) = self.values.first().filter(|first| first.instant.form != instant.form) {
            return Err(format!(
                "ds `{}` is not written as `{}` of line {}",
                row.ds,
                first.instant.written(),
                first.line
            ));
        }
        let y = row.y.trim();
        if y.is_empty() {
            return Ok(Value { line: row.line, instant, y: None });
        }
        match y.parse::<f64>() {
            Ok(value) if value.is_nan() => Ok(Value { line: row.line, instant, y: None }),
            Ok(value) if value.is_infinite() => Err(format!("y `{}` is infinite", shortened(y))),
            Ok(value) => Ok(Value { line: row.line, instant, y: Some(value) }),
            Err(_) => Err(format!("y `{}` is not a number", shortened(y))),
        }
    }

    /// The series carried on, or why it is not.
    pub(super) fn answer(&self, task: &Task) -> Answer {
        let mut remarks = Vec::new();
        let text = self.steps().and_then(|steps| {
            let Steps { observations, last, step, remarks: found } = steps;
            remarks = found;
            let periods =
                if task.periods.is_empty() { step.periods(last.form) } else { task.periods.clone() };
            let input = ForecastInput { observations, horizon: task.horizon, periods, method: task.method };
            let answer = forecast(&input).map_err(|cause| cause.to_string())?;
            let instants =
                (1..=task.horizon).map(|ahead| step.after(last, ahead).written()).collect::<Vec<_>>();
            Ok(answers::text(&self.id, &instants, &answer, task.format))
        });
        Answer { id: shortened(&self.id).into_owned(), text, remarks }
    }

    /// The values at equal steps, gaps where there is none.
    fn steps(&self) -> Result<Steps, String> {
        if !self.problems.is_empty() {
            let mut problems = self.problems.join("; ");
            if self.unnamed > 0 {
                problems.push_str(&format!("; and {} lines more", self.unnamed));
            }
            return Err(problems);
        }
        if self.values.len() == ROWS_MAX && self.count > ROWS_MAX {
            return Err(format!("{} rows are more than the 1,000,000 that a series may have", self.count));
        }
        let mut remarks = Vec::new();
        let mut values: Vec<&Value> = self.values.iter().collect();
        let unsorted = values.windows(2).filter(|pair| pair[1].instant.at < pair[0].instant.at).count();
        if unsorted > 0 {
            values.sort_by_key(|value| value.instant.at);
            remarks
                .push(format!("ds was not in order and was sorted; places where it went back: {unsorted}"));
        }
        let count = values.len();
        let values = without_repeats(&values)?;
        let repeats = count - values.len();
        if repeats > 0 {
            remarks.push(format!("rows that say again what another says: {repeats}"));
        }
        let instants: Vec<Instant> = values.iter().map(|(instant, _)| *instant).collect();
        let days: Option<Vec<Instant>> = instants.iter().map(|instant| instant.as_day()).collect();
        let instants = days.unwrap_or(instants);
        let step = Step::of(&instants)?;
        if let ([only], Step::Months(..)) = (instants.as_slice(), step)
            && only.form != Form::Month
        {
            let only = only.written();
            remarks
                .push(format!("one date, {only}, does not show how far steps are apart: months are assumed"));
        }
        let (first, last) = match instants.as_slice() {
            [first, .., last] => (*first, *last),
            [only] => (*only, *only),
            [] => return Err("there is no row".to_owned()),
        };
        let most = i64::try_from(OBSERVATIONS_MAX).unwrap_or(i64::MAX);
        let length = step.between(first, last) + 1;
        if length > most {
            return Err(format!(
                "from {} to {} there are {length} steps, more than the 100,000 that a series may have",
                first.written(),
                last.written()
            ));
        }
        let mut observations = vec![None; usize::try_from(length).unwrap_or(0)];
        for (instant, (_, y)) in instants.iter().zip(values) {
            let place = usize::try_from(step.between(first, *instant)).unwrap_or(usize::MAX);
            if let Some(observation) = observations.get_mut(place) {
                *observation = y;
            }
        }
        Ok(Steps { observations, last, step, remarks })
    }
}

/// Each instant once; two values for one are refused. A gap and a value do not contradict each other.
fn without_repeats(values: &[&Value]) -> Result<Vec<(Instant, Option<f64>)>, String> {
    let mut once: Vec<(Instant, Option<f64>)> = Vec::with_capacity(values.len());
    let mut told: Option<&Value> = None;
    for value in values {
        match once.last_mut() {
            Some((instant, y)) if *instant == value.instant => match (y.as_ref(), value.y, told) {
                (Some(one), Some(other), Some(before)) if *one != other => {
                    let (first, second) = (before.line.min(value.line), before.line.max(value.line));
                    return Err(format!(
                        "lines {first} and {second}: two values for ds {}, {one} and {other}",
                        value.instant.written()
                    ));
                }
                (None, Some(other), _) => {
                    *y = Some(other);
                    told = Some(value);
                }
                _ => {}
            },
            _ => {
                once.push((value.instant, value.y));
                told = Some(value);
            }
        }
    }
    Ok(once)
}

/// As much of a text as fits into a sentence.
fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(60) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
