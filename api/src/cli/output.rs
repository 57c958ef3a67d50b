//! What commands print.
//!
//! Whoever reads may leave before the end, as `head` does: that is no failure, and no reason to say anything.

use std::io::{self, ErrorKind, Write};

/// Prints a text on standard output.
///
/// # Errors
/// When it cannot be written, unless nobody reads any more.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(cause) if cause.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Prints a line for people on standard error, where somebody reads it.
pub(super) fn tell(line: &str) {
    // There is no third place to say that the second cannot be written to.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Whether a command ended because nobody reads what it writes.
pub(super) fn is_unread(cause: &anyhow::Error) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == ErrorKind::BrokenPipe)
}
