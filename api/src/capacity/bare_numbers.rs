//! Numbers that JSON does not have, as some programs write them: `NaN` and `Infinity` without quotes, and what is too
//! large to be read.

use std::borrow::Cow;

/// Stands before what was no text, in the text that takes its place: no source writes it.
const MARK: char = '\u{0}';

/// The mark as JSON has it, with the quote before it.
const OPENING: &str = "\"\\u0000";

/// A text in which bare numbers that JSON does not have are texts, which [`bare`] tells from others.
#[derive(Clone, Debug)]
pub(super) struct Quoted<'a> {
    /// JSON, as far as it was apart from those.
    pub text: Cow<'a, str>,
    /// The line of each and the byte within it behind the text that took its place, counted from 1.
    replaced: Vec<(usize, usize)>,
}

impl<'a> Quoted<'a> {
    /// What stands in quotes stays as it is.
    pub fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let (mut new, mut copied, mut at) = (String::new(), 0, 0);
        let (mut line, mut line_start) = (1, 0);
        let mut replaced = Vec::new();
        while let Some(byte) = bytes.get(at) {
            let end = match byte {
                b'"' => end_of_text(bytes, at),
                byte if is_of_word(*byte) => end_of_word(bytes, at),
                _ => at + 1,
            };
            let Some(piece) = text.get(at..end) else {
                at += 1;
                continue;
            };
            if *byte == b'\n' {
                (line, line_start) = (line + 1, new.len() + end - copied);
            }
            if is_bare_number(piece) {
                new.push_str(&text[copied..at]);
                new.push_str(OPENING);
                new.push_str(piece);
                new.push('"');
                replaced.push((line, new.len() - line_start));
                copied = end;
            }
            at = end;
        }
        if replaced.is_empty() {
            return Self { text: Cow::Borrowed(text), replaced };
        }
        new.push_str(&text[copied..]);
        Self { text: Cow::Owned(new), replaced }
    }

    /// What is wrong with the text, with the place as it was before anything was put into quotes.
    pub fn why(&self, cause: &serde_json::Error) -> String {
        let (line, column) = (cause.line(), cause.column());
        let told = cause.to_string();
        let place = format!(" at line {line} column {column}");
        let before = self.replaced.iter().filter(|(of, end)| *of == line && *end <= column).count();
        match told.strip_suffix(&place) {
            Some(what) if before > 0 => {
                let column = column.saturating_sub(before * (OPENING.len() + 1));
                format!("{what} at line {line} column {column}")
            }
            _ => told,
        }
    }
}

/// The bare number that a text stands for; none for a text that was one.
pub(super) fn bare(text: &str) -> Option<&str> {
    text.strip_prefix(MARK)
}

/// `NaN`, `Inf` and `Infinity` in any case and with either sign, and what no number of JSON is as large as.
fn is_bare_number(piece: &str) -> bool {
    piece.parse::<f64>().is_ok_and(|number| !number.is_finite())
}

/// Whether a byte is part of a number or a word outside of texts.
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_' | b'$') || !byte.is_ascii()
}

fn end_of_word(bytes: &[u8], from: usize) -> usize {
    let rest = bytes[from..].iter().position(|byte| !is_of_word(*byte));
    rest.map_or(bytes.len(), |length| from + length)
}

/// Behind the quote that closes the text that begins at a place, or the end where none does.
fn end_of_text(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        Quoted::new(text).text.into_owned()
    }

    #[test]
    fn bare_numbers_become_texts_and_nothing_else_changes() {
        let mark = |word: &str| format!("\"\\u0000{word}\"");
        assert_eq!(
            quoted("[1,NaN, -Infinity,\n+Inf,nan]"),
            format!("[1,{}, {},\n{},{}]", mark("NaN"), mark("-Infinity"), mark("+Inf"), mark("nan"))
        );
        assert_eq!(quoted("[1e400,-1e308]"), format!("[{},-1e308]", mark("1e400")));
        for text in [
            r#"{"NaN":"NaN","a":"\" NaN, Infinity","b":"\\"}"#,
            "[true,false,null,1e5,-2.5E-3]",
            "[NaNs,NaN1,1NaN,éNaN,NaN-é]",
            r#"["NaN"#,
            r#"["\"#,
            "",
        ] {
            assert_eq!(quoted(text), text);
        }
    }

    #[test]
    fn a_text_that_was_bare_is_told_from_others() {
        let read: Vec<String> = serde_json::from_str(&quoted(r#"[NaN,"NaN",-inf]"#)).unwrap();
        let read: Vec<Option<&str>> = read.iter().map(|text| bare(text)).collect();
        assert_eq!(read, [Some("NaN"), None, Some("-inf")]);
    }

    #[test]
    fn the_place_of_a_mistake_is_that_of_the_text_as_it_came() {
        for (text, place) in [
            ("[NaN,NaN,}]", "line 1 column 10"),
            ("[1,\n NaN, 2,\n NaN,, 3]", "line 3 column 6"),
            ("[1,,NaN]", "line 1 column 4"),
            ("<html>", "line 1 column 1"),
        ] {
            let quoted = Quoted::new(text);
            let cause = serde_json::from_str::<serde_json::Value>(&quoted.text).unwrap_err();
            assert!(quoted.why(&cause).ends_with(place), "{text}: {}", quoted.why(&cause));
        }
    }
}
