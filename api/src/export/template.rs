//! What an import file of a noun looks like, made from the columns that the import reads.

use std::fmt::Write;

use super::csv;
use crate::import::columns::{Column, Need};
use crate::import::csv::Noun;

/// A header and one row of examples, as a file that can be imported.
pub fn template(noun: Noun) -> String {
    let columns = noun.columns();
    csv::table(columns.iter().map(|column| column.name), [columns.iter().map(|column| column.example)])
}

/// What each column may hold, one line per column, for people.
pub fn description(noun: Noun) -> String {
    let columns = noun.columns();
    let width = columns.iter().map(|column| column.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for column in columns {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:width$}  {}", column.name, about(column));
    }
    text
}

fn about(column: &Column) -> String {
    let need = match column.need {
        Need::Key => "key; ",
        Need::KeyPart => "part of the key; ",
        Need::Create => "needed for a new row; ",
        Need::Optional => "",
    };
    let kind = column.kind.describe();
    if column.about.is_empty() { format!("{need}{kind}") } else { format!("{need}{kind}; {}", column.about) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_has_a_header_and_an_example() {
        assert_eq!(
            template(Noun::ExchangeRate),
            "base,quote,on_date,kind,rate\r\nEUR,USD,2026-01-01,PLAN,1.1\r\n"
        );
    }

    #[test]
    fn a_description_has_a_line_for_each_column() {
        assert_eq!(
            description(Noun::ExchangeRate),
            "base     key; ISO 4217 code\n\
             quote    key; ISO 4217 code\n\
             on_date  key; date as 2027-01-31\n\
             kind     key; PLAN, SPOT, AVERAGE, CONTRACT\n\
             rate     needed for a new row; number; units of quote for one unit of base\n"
        );
    }
}
