//! From bytes to text: size, compression and encoding.

use std::io::Read;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;

use super::Source;
use super::problem::{Problem, Problems, Severity};

/// Largest file that is read, in bytes, both as given and unpacked.
pub const SIZE_LIMIT: usize = 64 * 1024 * 1024;

/// The text of a file, or nothing and the reason among the problems.
pub(super) fn decode(source: &Source, problems: &mut Problems) -> Option<String> {
    decode_within(source, SIZE_LIMIT, problems)
}

fn decode_within(source: &Source, limit: usize, problems: &mut Problems) -> Option<String> {
    let file: Arc<str> = source.name.as_str().into();
    match text_of(&source.bytes, limit) {
        Ok((text, None)) => Some(text),
        Ok((text, Some(warning))) => {
            problems.push(Problem::of_file(&file, Severity::Warning, warning));
            Some(text)
        }
        Err(refusal) => {
            problems.push(Problem::of_file(&file, Severity::Error, refusal));
            None
        }
    }
}

/// The text, with a warning where it had to be guessed, or why there is none.
fn text_of(bytes: &[u8], limit: usize) -> Result<(String, Option<String>), String> {
    if bytes.len() > limit {
        return Err(format!("file has {} bytes, more than the limit of {limit}", bytes.len()));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err("file is a zip archive or a workbook, not text: save the sheet as CSV".into());
    }
    let unpacked;
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        unpacked = unpack(bytes, limit)?;
        unpacked.as_slice()
    } else {
        bytes
    };
    let (text, warning) = decoded(bytes)?;
    if text.trim().is_empty() {
        return Err("file is empty".into());
    }
    if let Some(at) = text.find('\0') {
        return Err(format!(
            "file has a NUL character on line {}: it is not text",
            line_of(text.as_bytes(), at)
        ));
    }
    Ok((text, warning))
}

fn unpack(bytes: &[u8], limit: usize) -> Result<Vec<u8>, String> {
    let mut unpacked = Vec::new();
    // One byte more than the limit tells a file that fits from one that does not, and is all that is ever held.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(bytes)
        .take(most)
        .read_to_end(&mut unpacked)
        .map_err(|cause| format!("gzip file is truncated or damaged: {cause}"))?;
    if unpacked.len() > limit {
        return Err(format!("unpacked file has more than the limit of {limit} bytes"));
    }
    Ok(unpacked)
}

fn decoded(bytes: &[u8]) -> Result<(String, Option<String>), String> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8_or_western(rest),
        [0xff, 0xfe, rest @ ..] => utf16(encoding_rs::UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => utf16(encoding_rs::UTF_16BE, rest),
        _ => utf8_or_western(bytes),
    }
}

fn utf16(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Result<(String, Option<String>), String> {
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    if damaged {
        return Err(format!("file is marked as {} but is damaged or truncated", encoding.name()));
    }
    Ok((text.into_owned(), None))
}

fn utf8_or_western(bytes: &[u8]) -> Result<(String, Option<String>), String> {
    let at = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok((text.to_owned(), None)),
        Err(error) => error.valid_up_to(),
    };
    let line = line_of(bytes, at);
    if let Some(byte) = bytes.iter().find(|byte| is_no_text(**byte)) {
        return Err(format!(
            "file is not text: line {line} is not UTF-8 and there are bytes like {byte:#04x}"
        ));
    }
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    let warning = format!("line {line} is not UTF-8: the file is read as Windows-1252, check its accents");
    Ok((text.into_owned(), Some(warning)))
}

/// Control characters that no text file has: all but tab, line feed, form feed, carriage return and, at the end
/// of files of old systems, substitute.
fn is_no_text(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | 0x1a)
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn check(bytes: &[u8], text: &str, warning: Option<&str>) {
        let (found, flagged) = text_of(bytes, 1_000).expect("text");
        assert_eq!(found, text);
        assert_eq!(flagged.as_deref(), warning);
    }

    fn refused(bytes: &[u8], message: &str) {
        assert_eq!(text_of(bytes, 1_000).expect_err("a refusal"), message);
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).expect("packs");
        encoder.finish().expect("packs")
    }

    #[test]
    fn encodings_are_told_apart() {
        check("naïve".as_bytes(), "naïve", None);
        check(b"\xef\xbb\xbfcode", "code", None);
        check(b"\xff\xfec\0\xe9\0", "cé", None);
        check(b"\xfe\xff\0c\0\xe9", "cé", None);
        check(&packed(b"code"), "code", None);
        let guessed = "line 2 is not UTF-8: the file is read as Windows-1252, check its accents";
        check(b"a\nZ\xfcrich", "a\nZürich", Some(guessed));
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_reason() {
        refused(b"", "file is empty");
        refused(b"\xef\xbb\xbf \r\n", "file is empty");
        refused(b"a\nb\0c", "file has a NUL character on line 2: it is not text");
        refused(b"\x89PNG\x01", "file is not text: line 1 is not UTF-8 and there are bytes like 0x01");
        refused(b"PK\x03\x04rest", "file is a zip archive or a workbook, not text: save the sheet as CSV");
        refused(b"\xff\xfec\0\xe9", "file is marked as UTF-16LE but is damaged or truncated");
        refused(&[b'a'; 1_001], "file has 1001 bytes, more than the limit of 1000");
        refused(&packed(&[b'a'; 1_001]), "unpacked file has more than the limit of 1000 bytes");
    }

    #[test]
    fn a_truncated_gzip_file_is_refused() {
        let mut bytes = packed(b"some text that is long enough to be cut");
        bytes.truncate(bytes.len() - 12);
        let refusal = text_of(&bytes, 1_000).expect_err("a refusal");
        assert!(refusal.starts_with("gzip file is truncated or damaged: "), "{refusal}");
    }

    #[test]
    fn the_limit_is_the_stated_one() {
        let source = Source { name: "large.csv".into(), bytes: vec![b'a'; SIZE_LIMIT + 1] };
        let mut problems = Problems::default();
        assert_eq!(decode(&source, &mut problems), None);
        assert_eq!(problems[0].message, "file has 67108865 bytes, more than the limit of 67108864");
    }
}
