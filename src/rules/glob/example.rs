//! A text that a glob matches.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

use super::{PORTABLE, translate};

/// A text that the glob matches, with something wherever it takes anything; `None` for what is no glob.
pub(crate) fn example(glob: &str) -> Option<String> {
    text(&regex_syntax::parse(&translate(glob, &PORTABLE).ok()?).ok()?)
}

fn text(expression: &Hir) -> Option<String> {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(String::new()),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok(),
        HirKind::Class(Class::Unicode(class)) => character(class).map(String::from),
        HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Repetition(repetition) => text(&repetition.sub),
        HirKind::Capture(capture) => text(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(text).collect(),
        HirKind::Alternation(alternatives) => text(alternatives.first()?),
    }
}

/// One that names may have, where the class has one.
fn character(class: &ClassUnicode) -> Option<char> {
    let has = |character: &char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(character));
    ('a'..='z').chain('0'..='9').find(has).or_else(|| Some(class.ranges().first()?.start()))
}
