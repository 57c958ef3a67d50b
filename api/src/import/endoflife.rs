//! The table of software releases of endoflife.
//!
//! A milestone there is a day, `True` (reached, day unknown), `False` (not announced) or nothing (unknown).

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::cell::{self, Style};
use super::problem::{Problem, Problems, Severity};
use super::records::SoftwareRelease;
use super::table::{Row, Table};
use super::{Parsed, Source, text};

/// Reads tables of releases.
pub(super) fn parse(sources: &[Source]) -> Parsed {
    let mut parsed = Parsed::default();
    let mut seen = HashMap::new();
    for source in sources {
        let problems = &mut parsed.problems;
        let file: Arc<str> = source.name.as_str().into();
        let Some(text) = text::decode(source, problems) else { continue };
        let Some(table) = Table::open(&file, &text, None, problems) else { continue };
        if !table.has(&["product", "cycle", "releasedate", "eol"], problems) {
            continue;
        }
        let places = Places::of(&table);
        for row in table.rows(problems) {
            let Some(release) = release(&places, &row, problems) else { continue };
            let key = (release.product.clone(), release.cycle.clone());
            if let Some(first) = seen.insert(key, row.origin.row) {
                let message = format!("repeats the product and cycle of line {first}");
                problems.push(Problem::of_row(&row.origin, Severity::Error, message));
            } else {
                parsed.records.software_releases.push(release);
            }
        }
    }
    parsed
}

struct Places {
    product: Option<usize>,
    cycle: Option<usize>,
    label: Option<usize>,
    codename: Option<usize>,
    released: Option<usize>,
    discontinued: Option<usize>,
    active_support: Option<usize>,
    end_of_life: Option<usize>,
    latest: Option<usize>,
}

impl Places {
    fn of(table: &Table<'_>) -> Self {
        Places {
            product: table.column("product"),
            cycle: table.column("cycle"),
            label: table.column("label"),
            codename: table.column("codename"),
            released: table.column("releasedate"),
            discontinued: table.column("discontinued"),
            active_support: table.column("eoas"),
            end_of_life: table.column("eol"),
            latest: table.column("latest"),
        }
    }
}

/// A state and, where it is dated, its day.
type Milestone = (Option<NaiveDate>, Option<String>);

/// The release of a row, unless product or cycle are missing or a cell cannot be read.
fn release(places: &Places, row: &Row<'_>, problems: &mut Problems) -> Option<SoftwareRelease> {
    let text = |place| Some(row.text(place).to_owned()).filter(|text| !text.is_empty());
    let mut refuse = |column: &str, value: &str, message: String| {
        problems.push(Problem::of_row(&row.origin, Severity::Error, message).at(column, value));
    };
    let mut milestone = |column: &str, place| match milestone(row.text(place)) {
        Ok(milestone) => Some(milestone),
        Err(reason) => {
            refuse(column, row.text(place), reason);
            None
        }
    };
    let released = milestone("releaseDate", places.released);
    let active_support = milestone("eoas", places.active_support);
    let end_of_life = milestone("eol", places.end_of_life);
    let discontinued = milestone("discontinued", places.discontinued);
    let (product, cycle) = (text(places.product), text(places.cycle));
    for (column, value) in [("product", &product), ("cycle", &cycle)] {
        if value.is_none() {
            refuse(column, "", "is part of the key and may not be empty".into());
        }
    }
    let (active_support, end_of_life, discontinued) = (active_support?, end_of_life?, discontinued?);
    Some(SoftwareRelease {
        origin: row.origin.clone(),
        product: product?,
        cycle: cycle?,
        label: text(places.label).or_else(|| text(places.codename)),
        released_on: released?.0,
        active_support_ends_on: active_support.0,
        active_support: active_support.1,
        end_of_life_on: end_of_life.0,
        end_of_life: end_of_life.1,
        discontinued_on: discontinued.0,
        discontinued: discontinued.1,
        latest_version: text(places.latest),
        source: Some("endoflife".into()),
    })
}

fn milestone(text: &str) -> Result<Milestone, String> {
    let (day, state) = match text.to_ascii_lowercase().as_str() {
        "" => (None, "UNKNOWN"),
        "true" => (None, "REACHED"),
        "false" => (None, "NOT_ANNOUNCED"),
        _ => {
            let day = cell::date(text, Style::default())
                .map_err(|_| "is neither a date like 2027-01-31 nor True nor False")?;
            (Some(day), "DATED")
        }
    };
    Ok((day, Some(state.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Parsed {
        parse(&[Source { name: "releases.csv".into(), bytes: text.into() }])
    }

    #[test]
    fn milestones_are_days_or_answers() {
        let day = NaiveDate::from_ymd_opt(2027, 1, 31);
        for (text, expected) in [
            ("2027-01-31", Ok((day, Some("DATED".to_owned())))),
            ("True", Ok((None, Some("REACHED".to_owned())))),
            ("false", Ok((None, Some("NOT_ANNOUNCED".to_owned())))),
            ("", Ok((None, Some("UNKNOWN".to_owned())))),
            ("soon", Err("is neither a date like 2027-01-31 nor True nor False".to_owned())),
        ] {
            assert_eq!(milestone(text), expected, "{text}");
        }
    }

    #[test]
    fn a_bad_row_is_named_and_the_others_stay() {
        let parsed = read(
            "product,category,cycle,label,codename,releaseDate,eol\n\
             debian,os,12,,bookworm,2023-06-10,2026-06-10\n\
             debian,os,13,,trixie,2025-08-09,soon\n\
             debian,os,12,,again,2023-06-10,False\n\
             debian,os,,,,2023-06-10,False\n",
        );
        assert_eq!(parsed.records.software_releases.len(), 1);
        assert_eq!(parsed.records.software_releases[0].label.as_deref(), Some("bookworm"));
        assert_eq!(parsed.records.software_releases[0].active_support.as_deref(), Some("UNKNOWN"));
        let problems: Vec<_> = parsed.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "releases.csv:3: error: eol: 'soon' is neither a date like 2027-01-31 nor True nor False",
                "releases.csv:4: error: repeats the product and cycle of line 2",
                "releases.csv:5: error: cycle: '' is part of the key and may not be empty",
            ]
        );
    }

    #[test]
    fn a_table_of_something_else_is_refused() {
        let parsed = read("product,name\na,b\n");
        assert!(parsed.records.is_empty());
        assert_eq!(parsed.errors(), 3);
    }
}
