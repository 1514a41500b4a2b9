//! Series of what is no longer configured.

use presign_core::{Operation, RefreshOutcome};

use super::{Metrics, Outcome, signer::Cause};

impl Metrics {
    /// Forgets a backend that is no more: nobody is to be woken for its credential.
    pub(crate) fn forget_backend(&self, backend: &str) {
        self.credential(backend, None);
        for outcome in RefreshOutcome::ALL {
            let _ = self.credential_refresh.remove_label_values(&[backend, outcome.label()]);
        }
        for cause in Cause::ALL {
            let _ = self.sign_failures.remove_label_values(&[backend, cause.label()]);
        }
        for result in ["hit", "miss"] {
            let _ = self.link_cache.remove_label_values(&[backend, result]);
        }
        for operation in Operation::ALL {
            // What was never counted cannot be removed, which is as good.
            let _ = self.sign_duration.remove_label_values(&[backend, operation.label()]);
        }
    }

    /// Forgets a rule that is no more.
    pub(crate) fn forget_rule(&self, rule: &str) {
        let _ = self.rule_matches.remove_label_values(&[rule]);
    }

    /// Forgets what a rule did with a backend that it has no more.
    pub(crate) fn forget_route(&self, rule: &str, backend: &str) {
        let _ = self.request_duration.remove_label_values(&[backend, rule]);
        for operation in Operation::ALL {
            for outcome in Outcome::ALL {
                let labels = [backend, rule, operation.label(), outcome.label()];
                let _ = self.requests.remove_label_values(&labels);
            }
        }
    }
}
