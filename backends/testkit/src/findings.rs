//! What the suite found.

/// Broken promises, one sentence each.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<String>);

impl Findings {
    /// Notes a broken promise.
    pub(crate) fn report(&mut self, sentence: String) {
        self.0.push(sentence);
    }

    /// Notes a broken promise unless it is `kept`.
    pub(crate) fn expect(&mut self, kept: bool, sentence: impl FnOnce() -> String) {
        if !kept {
            self.0.push(sentence());
        }
    }

    /// All sentences, in the order in which they were found.
    pub(crate) fn into_sentences(self) -> Vec<String> {
        self.0
    }
}
