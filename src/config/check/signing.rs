//! `signing`.

use presign_core::HumanDuration;

use crate::config::{SigningConfig, finding::Findings, path::Path};

/// The longest life that S3 and Google Cloud Storage accept: seven days.
const LONGEST: HumanDuration = HumanDuration::from_secs(7 * 24 * 3600);

/// A longer one would only make links older.
const LONGEST_WINDOW: HumanDuration = HumanDuration::from_secs(24 * 3600);

pub(super) fn check(signing: &SigningConfig, findings: &mut Findings) {
    let path = Path::root().key("signing");
    let SigningConfig { default_ttl, min_ttl, redirect_cache_margin: margin, .. } = *signing;
    let SigningConfig { stable_window, credential_margin, .. } = *signing;
    let whole = |duration: HumanDuration| duration.0.subsec_nanos() == 0;
    for (name, duration) in [
        ("default_ttl", default_ttl),
        ("min_ttl", min_ttl),
        ("redirect_cache_margin", margin),
        ("stable_window", stable_window),
        ("credential_margin", credential_margin),
    ] {
        findings.require(whole(duration), path.key(name), "links live for whole seconds: leave the fraction off");
    }
    if stable_window > LONGEST_WINDOW {
        let message = "so long that links would be old when they are handed out: give 1d at most";
        findings.error(path.key("stable_window"), message);
    }
    if default_ttl > LONGEST {
        findings.error(path.key("default_ttl"), "longer than any store accepts: give 7d at most");
    }
    if default_ttl < HumanDuration::from_secs(1) {
        findings.error(path.key("default_ttl"), "too short for any link to be of use: give 1s at least");
    } else if min_ttl > default_ttl {
        let message = format!("longer than 'default_ttl' ({default_ttl}), so links would be refused: give less");
        findings.error(path.key("min_ttl"), message);
    } else if margin >= default_ttl {
        let message = format!("not shorter than 'default_ttl' ({default_ttl}): give less");
        findings.error(path.key("redirect_cache_margin"), message);
    }
}
