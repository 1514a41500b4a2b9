//! What is printed: links, and as JSON failures too, as output; failures for people as errors.

use std::{collections::BTreeSet, io};

use super::answer::{Failure, Link};
use crate::cli::Outcome;

pub(super) struct Printer<'a> {
    as_json: bool,
    output: &'a mut dyn io::Write,
    errors: &'a mut dyn io::Write,
    warned: BTreeSet<String>,
    has_failures: bool,
}

impl<'a> Printer<'a> {
    pub(super) fn new(as_json: bool, output: &'a mut dyn io::Write, errors: &'a mut dyn io::Write) -> Self {
        Self { as_json, output, errors, warned: BTreeSet::new(), has_failures: false }
    }

    pub(super) fn print(&mut self, input: &str, result: Result<Link, Failure>) -> io::Result<()> {
        self.has_failures |= result.is_err();
        match result {
            Ok(link) if self.as_json => writeln!(self.output, "{}", link.json()),
            Ok(link) => writeln!(self.output, "{}", link.url.expose()),
            Err(failure) if self.as_json => writeln!(self.output, "{}", failure.json(input)),
            Err(failure) => writeln!(self.errors, "{input}: {failure}"),
        }
    }

    /// Once for each backend.
    pub(super) fn warn_of_passing_key(&mut self, backend: &str) -> io::Result<()> {
        if !self.warned.insert(backend.to_owned()) {
            return Ok(());
        }
        writeln!(
            self.errors,
            "warning: links of the backend '{backend}' are checked by the gateway, with a key that it makes up at each \
             start: no running gateway accepts these; set its 'link_secret'"
        )
    }

    pub(super) const fn outcome(&self) -> Outcome {
        if self.has_failures { Outcome::Failed } else { Outcome::Fine }
    }
}
