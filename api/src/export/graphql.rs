//! Exports in GraphQL.

use async_graphql::{Context, Object, SimpleObject};

use super::labels::Labels;
use super::{csv, rows, template};
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::graphql::ImportNoun;
use crate::schema::request::{caller, store};

/// Most rows of one export.
const MOST_ROWS: i32 = 10_000;

/// Exports.
#[derive(Default)]
pub struct ExportQuery;

/// What an import file of a noun looks like.
#[derive(SimpleObject)]
pub struct CsvTemplate {
    /// The header and one row of examples, as a file that can be imported.
    text: String,
    /// What each column may hold, one line for each, for people.
    description: String,
}

/// Rows of a noun as a CSV file.
#[derive(SimpleObject)]
pub struct CsvExport {
    /// The lines. The header comes with the first page only, so that pages can be joined.
    text: String,
    /// How many rows there are in `text`.
    rows: i32,
    /// What to pass as `after` for the rows that follow; null after the last.
    next: Option<String>,
}

/// Exports.
#[Object]
impl ExportQuery {
    /// What an import file of a noun looks like.
    async fn csv_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "what the file is about")] noun: ImportNoun,
    ) -> Result<CsvTemplate> {
        caller(ctx)?;
        let noun = Noun::from(noun);
        Ok(CsvTemplate { text: template::template(noun), description: template::description(noun) })
    }

    /// The rows of a noun as a CSV file that the import reads back. Needs the permission to see prices where the
    /// noun has some.
    #[graphql(complexity = "usize::try_from(first.unwrap_or(10_000)).unwrap_or(0) / 10 + 10")]
    async fn export_csv(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "what to export")] noun: ImportNoun,
        #[graphql(desc = "rows at most, 10,000 when not given")] first: Option<i32>,
        #[graphql(desc = "`next` of the page before")] after: Option<String>,
    ) -> Result<CsvExport> {
        let noun = Noun::from(noun);
        let reader = rows::open(store(ctx)?, caller(ctx)?, noun)?;
        let first = first.unwrap_or(MOST_ROWS);
        if !(1..=MOST_ROWS).contains(&first) {
            return Err(Error::invalid("first", format!("{first} is not between 1 and {MOST_ROWS}")));
        }
        let mut text = String::new();
        let last = match &after {
            Some(after) => {
                Some(after.parse::<rows::After>().map_err(|wrong| Error::invalid("after", wrong))?)
            }
            None => {
                text.push_str(&csv::line(noun.columns().iter().map(|column| column.name)));
                None
            }
        };
        let page =
            rows::page(&reader, noun, last, u64::from(first.unsigned_abs()), &mut Labels::default()).await?;
        for line in &page.lines {
            text.push_str(&csv::line(line.iter().map(|(_, cell)| cell)));
        }
        let rows = i32::try_from(page.lines.len()).unwrap_or(i32::MAX);
        Ok(CsvExport { text, rows, next: page.next.map(|id| id.to_string()) })
    }
}
