//! What a file is like, before anything is computed from it.

use std::{
    collections::HashSet,
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    io::{BufReader, Seek},
};

use super::rows::{Malformed, Rows};

/// How the rows of series lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Series after series.
    Together,
    /// Rows of a series with others between.
    Scattered,
}

/// What is known of a file.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) rows: u64,
    pub(super) order: Order,
    /// Columns that are not read.
    pub(super) unused: Vec<String>,
}

/// Reads a file to its end, so that nothing is written from one that cannot be read.
///
/// While ids only rise, none has to be remembered. Once one does not, the file is read again, and a number is kept
/// for each.
pub(super) fn of(file: &mut File) -> Result<Survey, Malformed> {
    match read(file, None)? {
        Some(survey) => Ok(survey),
        None => {
            let survey = read(file, Some(HashSet::new()))?;
            survey.ok_or_else(|| Malformed::File("its order cannot be told".to_owned()))
        }
    }
}

/// None where ids do not rise and none are remembered.
fn read(file: &mut File, mut seen: Option<HashSet<u64>>) -> Result<Option<Survey>, Malformed> {
    file.rewind()?;
    let mut rows = Rows::new(BufReader::new(&*file))?;
    let (mut count, mut order, mut last) = (0, Order::Together, String::new());
    while let Some(row) = rows.next()? {
        let is_first = count == 0;
        count += 1;
        if !is_first && row.id == last {
            continue;
        }
        match &mut seen {
            Some(seen) => {
                let mut hasher = DefaultHasher::new();
                row.id.hash(&mut hasher);
                if !seen.insert(hasher.finish()) {
                    order = Order::Scattered;
                }
            }
            None if !is_first && row.id.as_ref() < last.as_str() => return Ok(None),
            None => {}
        }
        last.clear();
        last.push_str(&row.id);
    }
    Ok(Some(Survey { rows: count, order, unused: rows.unused }))
}
