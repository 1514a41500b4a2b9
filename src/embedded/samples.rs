//! The sample objects: what ClearML stores, with the names that break careless gateways.

use std::{fs, io, path::Path};

/// An object of the demonstration.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Its key, literal: the `%3A` in it is three characters.
    pub key: &'static str,
    /// What to see in it.
    pub about: &'static str,
    content: &'static [u8],
}

const IMAGE: &[u8] = include_bytes!("samples/loss.png");
const NOTES: &[u8] = include_bytes!("samples/notes.txt");
const REPORT: &[u8] = include_bytes!("samples/report.html");
const PRIVATE: &[u8] = include_bytes!("samples/private.txt");

/// All sample objects, laid out as ClearML does: project, task and its id, then metrics or artifacts.
pub const SAMPLES: [Sample; 6] = [
    Sample {
        key: "demo/My Project/task%3A1.0123456789abcdef0123456789abcdef/metrics/loss/train/loss_train_00000000.png",
        about: "a debug sample: an image, below a name with a space and a literal %3A",
        content: IMAGE,
    },
    Sample {
        key: "demo/My Project/task%3A1.0123456789abcdef0123456789abcdef/artifacts/notes/read me first.txt",
        about: "an artifact: a text, with spaces in its name",
        content: NOTES,
    },
    Sample {
        key: "demo/My Project/task%3A1.0123456789abcdef0123456789abcdef/artifacts/report/report.html",
        about: "a page, which is downloaded and not run",
        content: REPORT,
    },
    Sample {
        key: "demo/Größe & потеря/日本語.fedcba9876543210fedcba9876543210/metrics/损失/损失_00000001.png",
        about: "the same image, below names that are not ASCII",
        content: IMAGE,
    },
    Sample {
        key: "demo/a+b #1 (50%)/100% = 'x'.txt",
        about: "a text, with '+', '#', '%', '=' and quotes in its name",
        content: NOTES,
    },
    Sample { key: "demo/private/not for you.txt", about: "an object that a rule refuses: 403", content: PRIVATE },
];

/// Writes all samples below a folder, each under its key.
pub(super) fn write(folder: &Path) -> io::Result<()> {
    for sample in SAMPLES {
        let path = folder.join(sample.key);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, sample.content)?;
    }
    Ok(())
}
