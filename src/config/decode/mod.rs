//! From a JSON value to a typed one, with every problem found in one go.
//!
//! Deserialization ends at the first error. So the value is mended where the error was (an unknown field is taken out, a
//! wrong value is replaced) and read again, until nothing is wrong any more. What a mended place leads to is not
//! reported: it is not the author's.

mod fault;
mod input;
mod placeholder;
mod suggest;
mod tree;
mod wording;

use std::collections::{HashMap, HashSet};

use serde::de::DeserializeOwned;
use serde_json::Value;

use self::{fault::Fault, input::Input};
use super::{
    conceal,
    finding::Findings,
    path::{Path, Segment},
};

/// More problems than anybody mends in one go.
const MOST_FINDINGS: usize = 100;
/// A bound on the work, whatever a type asks for.
const MOST_ROUNDS: usize = 1_000;

/// What came out of a value.
#[derive(Debug)]
pub(crate) struct Decoded<T> {
    /// The typed value, mended where there were findings; `None` when it could not be mended.
    pub(crate) value: Option<T>,
    /// What was wrong.
    pub(crate) findings: Findings,
    /// The places that were mended: what stands there is not what the author wrote.
    pub(crate) mended: Vec<Path>,
}

/// Reads a value that stands at `base` of the configuration.
pub(crate) fn decode<T: DeserializeOwned>(value: Value, base: &Path) -> Decoded<T> {
    let mut mender =
        Mender { value, base, findings: Findings::default(), attempts: HashMap::new(), guessed: HashSet::new() };
    mender.refuse_empty();
    let value = mender.run::<T>();
    let places = mender.attempts.into_keys().map(|place| base.join(&place)).collect();
    Decoded { value, findings: mender.findings, mended: places }
}

/// Paths here are relative to `base`.
struct Mender<'a> {
    value: Value,
    base: &'a Path,
    findings: Findings,
    /// How often each mended place was tried.
    attempts: HashMap<Path, usize>,
    /// Sections in which a word was guessed that may decide which fields there are (`source: static`).
    guessed: HashSet<Path>,
}

impl Mender<'_> {
    /// Refuses every field without a value. Serde would take an `allow:` whose entries are all commented out for no
    /// `allow` at all, and so for everybody.
    fn refuse_empty(&mut self) {
        for place in tree::empty_fields(&self.value) {
            tree::remove(&mut self.value, &place);
            let whole = self.base.join(&place);
            let parent = whole.parent().unwrap_or_default();
            // `{token hunter2}` is a field without a value, whose name is no name; so is what a stray character made of a
            // value.
            let concealed = conceal::is_suspect(&parent) || !conceal::is_plain_name(&whole);
            let shown = if concealed { parent } else { whole };
            self.findings.error(shown, "a field without a value: give it one, or remove it");
            self.attempts.insert(place, 1);
        }
    }

    fn run<T: DeserializeOwned>(&mut self) -> Option<T> {
        for _ in 0..MOST_ROUNDS {
            match read::<T>(&self.value) {
                Ok(value) => return Some(value),
                Err((place, fault)) => self.mend::<T>(place, fault)?,
            }
            if self.findings.0.len() >= MOST_FINDINGS {
                return None;
            }
        }
        None
    }

    /// Reports a fault, unless it comes from a mended place, and mends it. `None` when that is not possible.
    fn mend<T: DeserializeOwned>(&mut self, place: Path, fault: Fault) -> Option<()> {
        match fault {
            Fault::UnknownField { ref name, .. } => {
                let field = if is_at(&place, name) { place } else { place.key(name) };
                self.report(&field, &fault);
                tree::remove(&mut self.value, &field)
            }
            Fault::Missing(name) => {
                let field = place.key(name);
                if !self.is_mended(&field) {
                    self.report(&place, &fault);
                }
                self.try_placeholder(&field, &fault)
            }
            fault => {
                let culprit = self.pinpoint::<T>(place, &fault);
                if self.is_mended(&culprit) {
                    return self.try_placeholder(&culprit, &fault);
                }
                self.report(&culprit, &fault);
                self.replace(&culprit, &fault)
            }
        }
    }

    /// Serde looks into a tagged section (`source: static`) only after it has read all of it, and then no longer knows
    /// which field was wrong. The field without which the fault is another one is it.
    fn pinpoint<T: DeserializeOwned>(&self, place: Path, fault: &Fault) -> Path {
        let Some(node @ Value::Object(fields)) = tree::get(&self.value, &place) else { return place };
        if conceal::is_reference(node) {
            return place;
        }
        for name in fields.keys() {
            let field = place.key(name);
            let mut without = self.value.clone();
            tree::remove(&mut without, &field);
            if read::<T>(&without).err().is_none_or(|(other_place, other)| other_place != place || other != *fault) {
                return self.pinpoint::<T>(field, fault);
            }
        }
        place
    }

    /// Takes a wrong value out, or where something has to stand, puts something else there.
    fn replace(&mut self, place: &Path, fault: &Fault) -> Option<()> {
        if let Fault::UnknownValue { nearest: Some(word), .. } = fault {
            // What was meant: what is wrong beside it is wrong.
            self.attempts.insert(place.clone(), 0);
            return tree::put(&mut self.value, place, Value::from(*word));
        }
        if matches!(place.last(), Some(Segment::Key(_))) {
            self.attempts.insert(place.clone(), 0);
            return tree::remove(&mut self.value, place);
        }
        self.try_placeholder(place, fault)
    }

    fn try_placeholder(&mut self, place: &Path, fault: &Fault) -> Option<()> {
        let attempt = self.attempts.entry(place.clone()).or_default();
        let placeholder = placeholder::candidate(*attempt, fault)?;
        *attempt += 1;
        if matches!(fault, Fault::UnknownValue { .. }) {
            self.guessed.extend(place.parent());
        }
        tree::put(&mut self.value, place, placeholder)
    }

    fn is_mended(&self, place: &Path) -> bool {
        self.attempts.keys().any(|mended| place.is_within(mended))
    }

    fn report(&mut self, place: &Path, fault: &Fault) {
        let section = if matches!(fault, Fault::Missing(_)) { Some(place.clone()) } else { place.parent() };
        if self.is_mended(place) || section.is_some_and(|section| self.guessed.contains(&section)) {
            return;
        }
        let path = self.base.join(place);
        let node = tree::get(&self.value, place).unwrap_or(&Value::Null);
        self.findings.error(path.clone(), wording::describe(fault, &path, node));
    }
}

fn is_at(place: &Path, name: &str) -> bool {
    matches!(place.last(), Some(Segment::Key(last)) if last == name)
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, (Path, Fault)> {
    serde_path_to_error::deserialize(Input(value)).map_err(|error| (Path::from(error.path()), error.into_inner()))
}

#[cfg(test)]
mod tests;
