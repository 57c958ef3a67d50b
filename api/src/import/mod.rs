//! From the bytes of a file to records and problems.
//!
//! [`parse`] is pure and never fails on content: whatever stands in a file becomes records, problems or both, and
//! a broken line never costs the good ones. Nothing here knows the database: natural keys stay natural keys, and
//! whether what they name exists is found out when the records are applied.

pub mod apply;
pub mod cell;
pub mod columns;
pub mod csv;
mod device_types;
mod draw;
mod endoflife;
pub mod graphql;
mod kinds;
mod lines;
mod netbox;
mod problem;
pub mod records;
pub mod register;
mod relations;
pub mod rights;
mod smells;
mod table;
mod text;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use self::cell::DateFormat;
use self::csv::Noun;
pub use problem::{Problem, Problems, Severity};
pub use records::{Origin, Records};
pub use text::SIZE_LIMIT;

/// A kind of file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The tables of a NetBox database as CSV, one file each and named for the table, or its `dumpdata` JSON.
    Netbox,
    /// The table of the device type library, or its JSON of power and dimensions.
    DeviceTypes,
    /// The table of releases of endoflife.
    Endoflife,
    /// Our own CSV: of one noun, or of the noun that the name or the header of each file tells.
    Csv(Option<Noun>),
}

impl Format {
    /// Every spelling that is understood, for help texts.
    pub const SPELLINGS: &str = "netbox, device-types, endoflife, csv or csv:<noun>";
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "netbox" => Ok(Format::Netbox),
            "device-types" => Ok(Format::DeviceTypes),
            "endoflife" => Ok(Format::Endoflife),
            "csv" => Ok(Format::Csv(None)),
            _ => match text.strip_prefix("csv:") {
                Some(noun) => noun.parse().map(|noun| Format::Csv(Some(noun))),
                None => Err(format!("format '{text}' is not one of {}", Format::SPELLINGS)),
            },
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Format::Netbox => formatter.write_str("netbox"),
            Format::DeviceTypes => formatter.write_str("device-types"),
            Format::Endoflife => formatter.write_str("endoflife"),
            Format::Csv(None) => formatter.write_str("csv"),
            Format::Csv(Some(noun)) => write!(formatter, "csv:{noun}"),
        }
    }
}

/// What has to be declared about a CSV file because it cannot be told from the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CsvOptions {
    /// Between cells; told from the header when absent.
    pub delimiter: Option<char>,
    /// Whether `1,234` is less than two (true) or more than a thousand (false); refused when absent.
    pub decimal_comma: Option<bool>,
    /// How dates that are not ISO 8601 are written; refused when absent.
    pub date_format: Option<DateFormat>,
}

/// A file that was given: its name, which is shown in problems, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Source {
    /// The name without folders and without `.gz`, lower case.
    fn file_name(&self) -> String {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        name.strip_suffix(".gz").map(str::to_owned).unwrap_or(name)
    }

    /// The name of the file without its ending, lower case: `dcim_site` of `folder/dcim_site.csv`.
    fn stem(&self) -> String {
        let name = self.file_name();
        name.rsplit_once('.').map(|(stem, _)| stem.to_owned()).unwrap_or(name)
    }
}

/// What was understood and what was not.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Parsed {
    pub records: Records,
    /// In the order of the files and, within a file, of the lines; what concerns a file as a whole comes first.
    pub problems: Problems,
}

impl Parsed {
    /// How many problems are errors: each cost at least a line.
    pub fn errors(&self) -> usize {
        self.problems.count(Severity::Error)
    }
}

/// Reads files of one format. Options matter to our own CSV only: the others have one spelling each.
pub fn parse(format: Format, sources: &[Source], options: &CsvOptions) -> Parsed {
    let mut parsed = match format {
        Format::Netbox => netbox::parse(sources),
        Format::DeviceTypes => device_types::parse(sources),
        Format::Endoflife => endoflife::parse(sources),
        Format::Csv(noun) => csv::parse(noun, sources, options),
    };
    smells::of_models(&parsed.records.hardware_models, &mut parsed.problems);
    smells::of_assets(&parsed.records.assets, &mut parsed.problems);
    let places: HashMap<&str, usize> =
        sources.iter().enumerate().map(|(at, source)| (source.name.as_str(), at)).collect();
    parsed.problems.finish(|problem| places.get(problem.file.as_ref()).copied());
    parsed
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod laws;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_read_back_as_it_is_spelled() {
        for format in [
            Format::Netbox,
            Format::DeviceTypes,
            Format::Endoflife,
            Format::Csv(None),
            Format::Csv(Some(Noun::Asset)),
        ] {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        let refused = "xlsx".parse::<Format>().unwrap_err();
        assert_eq!(refused, "format 'xlsx' is not one of netbox, device-types, endoflife, csv or csv:<noun>");
    }

    #[test]
    fn a_stem_is_the_name_without_folder_and_endings() {
        let stem = |name: &str| Source { name: name.into(), bytes: vec![] }.stem();
        assert_eq!(stem("a/b.c/DCIM_site.CSV"), "dcim_site");
        assert_eq!(stem(r"C:\data\sites.csv.gz"), "sites");
        assert_eq!(stem("sites"), "sites");
    }
}
