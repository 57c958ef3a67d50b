//! CSV that spreadsheets and our own import read back as it was meant.
//!
//! UTF-8 without a mark, `,` between cells, `\r\n` between lines (RFC 4180). A text that a spreadsheet would run as
//! a formula gets a leading `'`, which our import takes off again.

/// The text of a table: a line for the header and one for each row.
pub fn table<Header, Row, Cell>(header: Header, rows: impl IntoIterator<Item = Row>) -> String
where
    Header: IntoIterator<Item: AsRef<str>>,
    Row: IntoIterator<Item = Cell>,
    Cell: AsRef<str>,
{
    let mut text = line(header);
    for row in rows {
        text.push_str(&line(row));
    }
    text
}

/// What happens to a cell that a spreadsheet would run as a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// It is a value of ours, and stays as it is.
    Keep,
    /// It gets a leading `'`, numbers excepted.
    Neutralise,
}

/// One line with its line break, for those who write as they read.
pub fn line(cells: impl IntoIterator<Item: AsRef<str>>) -> String {
    guarded_line(cells.into_iter().map(|cell| (cell, Guard::Neutralise)))
}

/// One line with its line break, of cells of which it is known whether they are texts.
pub fn guarded_line(cells: impl IntoIterator<Item = (impl AsRef<str>, Guard)>) -> String {
    let mut line = String::new();
    for (at, (cell, guard)) in cells.into_iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        push_cell(&mut line, cell.as_ref(), guard);
    }
    // A line of one empty cell would be a blank line, which readers pass over.
    if line.is_empty() {
        line.push_str("\"\"");
    }
    line.push_str("\r\n");
    line
}

fn push_cell(line: &mut String, cell: &str, guard: Guard) {
    let guard = if guard == Guard::Neutralise && is_formula(cell) { "'" } else { "" };
    let is_bare = !cell.contains([',', ';', '\t', '"', '\n', '\r']) && cell.trim() == cell;
    if is_bare {
        line.push_str(guard);
        line.push_str(cell);
    } else {
        line.push('"');
        line.push_str(guard);
        line.push_str(&cell.replace('"', "\"\""));
        line.push('"');
    }
}

/// Whether a text is a formula to a spreadsheet, or would be once its quote is gone: then it has to be quoted once
/// more, so that reading it back takes off what writing it put on.
pub(crate) fn begins_formula(text: &str) -> bool {
    let begins = |signs: &[char]| text.trim_start_matches('\'').starts_with(signs);
    let rest = text.trim_start_matches(|letter: char| letter == '\'' || letter.is_whitespace());
    begins(&['\t', '\r']) || rest.starts_with(['=', '+', '-', '@'])
}

/// Whether a cell needs the leading quote: a number may begin with a sign.
fn is_formula(cell: &str) -> bool {
    begins_formula(cell) && !is_number(cell.trim_start())
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_only_where_they_must_be() {
        for (cells, expected) in [
            (vec!["a", "b c", ""], "a,b c,\r\n"),
            (vec!["a,b", "say \"hi\"", "two\nlines"], "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n"),
            (vec![" a"], "\" a\"\r\n"),
            (vec![""], "\"\"\r\n"),
            (vec!["Zürich"], "Zürich\r\n"),
        ] {
            assert_eq!(line(cells), expected);
        }
    }

    #[test]
    fn formulas_are_neutralised_and_numbers_are_not() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+49 30", "'+49 30"),
            ("-cmd", "'-cmd"),
            ("-", "'-"),
            ("-12.50", "-12.50"),
            ("+3", "+3"),
            ("-1-1", "'-1-1"),
            ("\t=1", "\"'\t=1\""),
            ("\tabc", "\"'\tabc\""),
            ("\rabc", "\"'\rabc\""),
            ("=a,b", "\"'=a,b\""),
            ("a=b", "a=b"),
            ("'=1", "''=1"),
            ("'-5", "''-5"),
            ("'s-Gravenhage", "'s-Gravenhage"),
        ] {
            assert_eq!(line([cell]), format!("{expected}\r\n"));
        }
    }

    #[test]
    fn a_table_is_its_header_and_its_rows() {
        assert_eq!(table(["a", "b"], [["1", "2"], ["3", "4"]]), "a,b\r\n1,2\r\n3,4\r\n");
    }
}
