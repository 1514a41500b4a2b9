//! Where lines go.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
};

use crate::config::AuditConfig;

/// Standard output, a file, or both.
#[derive(Debug)]
pub(super) struct Trail {
    stdout: bool,
    path: Option<PathBuf>,
    /// `None` after a failure, until it could be opened again.
    file: Option<File>,
    /// Whether a write broke off, perhaps within a line.
    torn: bool,
}

impl Trail {
    pub(super) fn open(config: &AuditConfig) -> io::Result<Self> {
        let path = config.path.clone().filter(|_| config.output.has_file());
        let file = path.as_ref().map(open).transpose()?;
        Ok(Self { stdout: config.output.has_stdout(), path, file, torn: false })
    }

    /// Has the next write open the file anew.
    pub(super) fn close(&mut self) {
        self.file = None;
    }

    /// Hands whole lines to the operating system.
    pub(super) fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if let Some(path) = &self.path {
            let mut file = match self.file.take() {
                Some(file) => file,
                None => open(path)?,
            };
            // What comes after half a line is not to be taken for a part of it.
            let after_half_a_line = self.torn && file.metadata()?.len() > 0;
            let start: &[u8] = if after_half_a_line { b"\n" } else { b"" };
            self.torn = true;
            file.write_all(start)?;
            file.write_all(lines)?;
            self.torn = false;
            self.file = Some(file);
        }
        if self.stdout {
            let mut stdout = io::stdout().lock();
            stdout.write_all(lines)?;
            stdout.flush()?;
        }
        Ok(())
    }
}

fn open(path: &PathBuf) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options.open(path)
}
