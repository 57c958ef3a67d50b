//! Where a command writes what it is asked for: standard output, or a file that is there only once it is whole.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile, TempPath};

use super::Failure;

/// What is written to. A file is written beside the place where it is to be and put there by [`Target::whole`], so that
/// a command that fails leaves none, and the one that was there before stays as it was.
pub(super) struct Target {
    writer: Box<dyn Write>,
    beside: Option<(TempPath, PathBuf)>,
}

impl Target {
    /// Standard output.
    pub(super) fn standard_output() -> Self {
        Self { writer: Box::new(BufWriter::new(io::stdout())), beside: None }
    }

    /// A file of a folder, which is made where it is missing; standard output without a folder.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(super) fn within(folder: Option<&Path>, name: &str) -> Result<Self, Failure> {
        let Some(folder) = folder else { return Ok(Self::standard_output()) };
        fs::create_dir_all(folder).map_err(|cause| unwritable(folder, &cause))?;
        Self::file(&folder.join(name))
    }

    /// A file. What is no file, such as a pipe, is written to as it is.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(super) fn file(path: &Path) -> Result<Self, Failure> {
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if fs::metadata(&place).is_ok_and(|about| !about.is_file()) {
            let file = File::create(&place).map_err(|cause| unwritable(path, &cause))?;
            return Ok(Self { writer: Box::new(BufWriter::new(file)), beside: None });
        }
        let (file, beside) = beside(&place).map_err(|cause| unwritable(path, &cause))?.into_parts();
        Ok(Self { writer: Box::new(BufWriter::new(file)), beside: Some((beside, place)) })
    }

    /// Puts what was written where it is to be.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn whole(self) -> Result<(), Failure> {
        let Self { mut writer, beside } = self;
        writer.flush()?;
        drop(writer);
        let Some((beside, place)) = beside else { return Ok(()) };
        beside.persist(&place).map_err(|cause| unwritable(&place, &cause.error))
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A file in the folder of another, which those may read who may read what is usually made there.
fn beside(place: &Path) -> io::Result<NamedTempFile> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = Builder::new();
    builder.prefix(".plinth-").suffix(".part");
    #[cfg(unix)]
    let usual = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(usual);
    builder.tempfile_in(folder.unwrap_or(Path::new(".")))
}

fn unwritable(path: &Path, cause: &io::Error) -> Failure {
    Failure::Failed(anyhow::anyhow!("{}: {cause}", path.display()))
}
