//! Series of a file, some at a time.

use std::{collections::HashMap, fs::File, io::BufReader, vec};

use super::{
    rows::{Malformed, Rows},
    series::Series,
    survey::{Order, Survey},
};

/// Rows of a batch, about.
const ROWS: usize = 100_000;
/// Steps that the answers of a batch have, about.
const STEPS: usize = 64_000;
/// Series of a batch at most.
const SERIES: usize = 1_024;

/// Series that are forecast at once.
pub(super) struct Batch {
    pub(super) series: Vec<Series>,
    /// Rows of the file up to here.
    pub(super) read: u64,
}

/// A file as batches, its series in the order of their first rows.
pub(super) struct Batches<'a> {
    source: Source<'a>,
    most: usize,
    read: u64,
}

enum Source<'a> {
    /// Series after series; what was read of the next one already.
    Together(Rows<BufReader<&'a File>>, Option<Series>),
    /// All that there are.
    Held(vec::IntoIter<Series>),
}

impl<'a> Batches<'a> {
    pub(super) fn new(file: &'a File, survey: &Survey, horizon: usize) -> Result<Self, Malformed> {
        let rows = Rows::new(BufReader::new(file))?;
        let source = match survey.order {
            Order::Together => Source::Together(rows, None),
            Order::Scattered => Source::Held(gathered(rows)?.into_iter()),
        };
        Ok(Self { source, most: (STEPS / horizon.max(1)).clamp(16, SERIES), read: 0 })
    }
}

fn gathered(mut rows: Rows<BufReader<&File>>) -> Result<Vec<Series>, Malformed> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut series: Vec<Series> = Vec::new();
    while let Some(row) = rows.next()? {
        let place = match places.get(row.id.as_ref()) {
            Some(place) => *place,
            None => {
                series.push(Series::new(&row.id));
                places.insert(row.id.clone().into_owned(), series.len() - 1);
                series.len() - 1
            }
        };
        series[place].add(&row);
    }
    Ok(series)
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut series: Vec<Series> = Vec::new();
        let mut count = 0;
        while series.len() < self.most && count < ROWS {
            let next = match &mut self.source {
                Source::Held(series) => series.next(),
                Source::Together(rows, begun) => match together(rows, begun) {
                    Ok(next) => next,
                    Err(cause) => return Some(Err(cause)),
                },
            };
            let Some(next) = next else { break };
            count += next.rows_read();
            series.push(next);
        }
        if series.is_empty() {
            return None;
        }
        self.read += count as u64;
        Some(Ok(Batch { series, read: self.read }))
    }
}

/// The next series, up to the first row of the one after it.
fn together(
    rows: &mut Rows<BufReader<&File>>,
    begun: &mut Option<Series>,
) -> Result<Option<Series>, Malformed> {
    while let Some(row) = rows.next()? {
        let is_other = begun.as_ref().is_some_and(|series| series.id() != row.id);
        if is_other {
            let mut next = Series::new(&row.id);
            next.add(&row);
            return Ok(begun.replace(next));
        }
        begun.get_or_insert_with(|| Series::new(&row.id)).add(&row);
    }
    Ok(begun.take())
}
