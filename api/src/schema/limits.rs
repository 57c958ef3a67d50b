//! What one query may ask for, and the right to ask anything at all.
//!
//! Checked before the GraphQL library walks the query: its parser and its rules take time, and stack, that
//! grow faster than the text of a hostile query does.

use async_graphql::{Request, ServerResult, registry::Registry};

use super::{
    cost::{DEEPEST_NESTING, Size, size_of},
    engine::server_error,
};
use crate::{
    config::Limits,
    error::{Error, Result},
};

/// Directives in a query at most.
const MOST_DIRECTIVES: u64 = 50;

/// Lists inside lists at most in what is asked of the schema itself: types, their fields, and arguments.
const DEEPEST_INTROSPECTION: u64 = 3;

/// From here on nobody cares how much exactly.
const BEYOND_COUNTING: u64 = 1_000_000_000_000;

/// What queries may ask for.
#[derive(Clone, Copy, Debug)]
pub struct QueryLimits(pub Limits);

impl QueryLimits {
    /// Refuses queries that ask for too much.
    ///
    /// # Errors
    /// `LimitExceeded` with what was asked for and what is allowed; `Invalid` for what cannot be parsed.
    pub fn check_request(&self, registry: &Registry, request: &mut Request) -> ServerResult<()> {
        check_nesting(&request.query).map_err(server_error)?;
        request.parsed_query()?;
        let variables = std::mem::take(&mut request.variables);
        let size = size_of(registry, request.parsed_query()?, &variables);
        request.variables = variables;
        size.and_then(|size| self.check(size)).map_err(server_error)
    }

    fn check(&self, size: Size) -> Result<()> {
        let most = |limit: usize| u64::try_from(limit).unwrap_or(u64::MAX);
        let limits = [
            ("nests", size.depth, "fields inside each other", most(self.0.max_depth)),
            ("nests", size.nesting, "braces and fragments inside each other", DEEPEST_NESTING),
            ("has", size.aliases, "aliases", most(self.0.max_aliases)),
            ("has", size.directives, "directives", MOST_DIRECTIVES),
            ("nests", size.introspection, "lists of the schema inside each other", DEEPEST_INTROSPECTION),
        ];
        for (verb, found, what, limit) in limits {
            if found > limit {
                let message = format!(
                    "the query {verb} {} {what}, at most {} are allowed",
                    counted(found),
                    grouped(limit)
                );
                return Err(Error::LimitExceeded(message));
            }
        }
        let most = most(self.0.max_cost);
        if size.cost > most {
            let message =
                format!("the query costs {}, at most {} is allowed", counted(size.cost), grouped(most));
            return Err(Error::LimitExceeded(message));
        }
        Ok(())
    }
}

fn check_nesting(query: &str) -> Result<()> {
    let nesting = nesting(query);
    if nesting > DEEPEST_NESTING {
        return Err(Error::LimitExceeded(format!(
            "the query nests {} brackets inside each other, at most {DEEPEST_NESTING} are allowed",
            grouped(nesting)
        )));
    }
    Ok(())
}

/// How deep brackets lie inside brackets, those in texts and comments left out. Reads texts just as the parser
/// does: brackets that were taken for text here would be nested there.
fn nesting(query: &str) -> u64 {
    let (mut depth, mut deepest) = (0_u64, 0);
    let mut rest = query.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match first {
            b'"' if after.starts_with(b"\"\"") => match after_block(&after[2..]) {
                Some(rest) => rest,
                // The parser now tries shorter texts. It is not followed there: every bracket may count.
                None => return deepest.max(depth + opening(after)),
            },
            b'"' => after_text(after),
            b'#' => after.iter().position(|byte| b"\r\n".contains(byte)).map_or(&[], |end| &after[end..]),
            b'{' | b'[' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
                after
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                after
            }
            _ => after,
        };
    }
    deepest
}

/// What follows a text of several lines, where it ends. Only three quotes can be escaped in it.
fn after_block(mut rest: &[u8]) -> Option<&[u8]> {
    while let [_, after @ ..] = rest {
        if let Some(end) = rest.strip_prefix(b"\"\"\"") {
            return Some(end);
        }
        rest = rest.strip_prefix(b"\\\"\"\"").unwrap_or(after);
    }
    None
}

/// What follows a text of one line. The byte behind a backslash does not end it, a line break does: the parser
/// refuses that, and it must not hide brackets here.
fn after_text(mut rest: &[u8]) -> &[u8] {
    while let [first, after @ ..] = rest {
        rest = match first {
            b'"' | b'\n' | b'\r' => return after,
            b'\\' if !matches!(after.first(), Some(b'\n' | b'\r')) => after.get(1..).unwrap_or_default(),
            _ => after,
        };
    }
    rest
}

fn opening(query: &[u8]) -> u64 {
    query.iter().filter(|byte| b"{[(".contains(byte)).count() as u64
}

fn counted(number: u64) -> String {
    if number > BEYOND_COUNTING {
        return format!("more than {}", grouped(BEYOND_COUNTING));
    }
    grouped(number)
}

/// A number with a comma between each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{grouped, nesting};

    #[test]
    fn brackets_are_counted_where_they_are_brackets() {
        assert_eq!(nesting("{ a { b } c { d(e: [{ f: 1 }]) } }"), 5);
        assert_eq!(nesting("{ a(b: \"{{{{\") }"), 2);
        assert_eq!(nesting("{ a(b: \"\\\"{{{{\") }"), 2);
        assert_eq!(nesting("{ a(b: \"\"\"{{{{\"\"\") # {{{{\n }"), 2);
        assert_eq!(nesting("{ a(b: \"\"\"\\\"\"\"{{{{\"\"\") }"), 2);
        // A backslash in a block is itself, unless three quotes follow it.
        assert_eq!(nesting("\"\"\" \\\\\"\"\" a \"\"\" {{{"), 3);
        // A block that does not end is no block: the parser reads an empty text and `x` here.
        assert_eq!(nesting("[ \"\"\"x\" [[["), 4);
        assert_eq!(nesting("\"\\\n{{{"), 3);
        assert_eq!(nesting("\"{{\n{{{"), 3);
        assert_eq!(nesting("}}}}{"), 1);
        assert_eq!(nesting(""), 0);
    }

    #[test]
    fn large_numbers_are_grouped() {
        let texts = [0, 12, 123, 1_234, 123_456, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }
}
