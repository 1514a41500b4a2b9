//! Lists of callers.

use std::collections::HashSet;

use crate::{auth::Principal, config::PrincipalsConfig};

/// What names everybody in a list.
const EVERYBODY: &str = "*";

/// Some callers, by user, company or role.
#[derive(Debug, Clone)]
pub(super) struct Principals {
    users: Names,
    companies: Names,
    roles: Names,
}

impl Principals {
    pub(super) fn new(config: &PrincipalsConfig) -> Self {
        let PrincipalsConfig { users, companies, roles } = config;
        Self { users: Names::new(users), companies: Names::new(companies), roles: Names::new(roles) }
    }

    /// Whether no list names anybody.
    pub(super) fn are_nobody(&self) -> bool {
        [&self.users, &self.companies, &self.roles].into_iter().all(Names::is_empty)
    }

    /// Whether one of the lists names the caller.
    pub(super) fn include(&self, principal: &Principal) -> bool {
        self.users.include(&principal.user)
            || self.companies.include(&principal.company)
            || self.roles.include(&principal.role)
    }
}

#[derive(Debug, Clone)]
enum Names {
    All,
    These(HashSet<String>),
}

impl Names {
    fn new(names: &[String]) -> Self {
        if names.iter().any(|name| name == EVERYBODY) {
            Self::All
        } else {
            Self::These(names.iter().cloned().collect())
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::These(names) if names.is_empty())
    }

    fn include(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.contains(name),
        }
    }
}
