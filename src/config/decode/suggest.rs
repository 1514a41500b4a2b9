//! "Did you mean …".

/// The known word that differs least from this one, if it differs little.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase().replace('-', "_");
    known
        .map(|candidate| (strsim::damerau_levenshtein(&word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let known = ["listen", "admin_listen", "base_path"];
        let near = |word| nearest(word, known.into_iter());
        assert_eq!(near("lisen"), Some("listen"));
        assert_eq!(near("Base-Path"), Some("base_path"));
        assert_eq!(near("adminlisten"), Some("admin_listen"));
        assert_eq!(near("port"), None);
    }
}
