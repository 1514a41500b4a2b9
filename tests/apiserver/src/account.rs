//! Who may log in.

use serde_json::{Value, json};

/// The id of the company that all accounts belong to.
pub const COMPANY: &str = "c0ffee00c0ffee00c0ffee00c0ffee00";

/// Somebody who may log in, with a name and password or with an access key and its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// The user's id.
    pub id: &'static str,
    /// The user's full name.
    pub name: &'static str,
    /// The role.
    pub role: &'static str,
    /// The name to log in with; empty for an account that has only keys.
    pub login: &'static str,
    /// The password; empty for an account that has only keys.
    pub password: &'static str,
    /// The access key.
    pub access_key: &'static str,
    /// The access key's secret.
    pub secret_key: &'static str,
}

/// A user.
pub const ALICE: Account = Account {
    id: "a11ce000a11ce000a11ce000a11ce000",
    name: "Alice User",
    role: "user",
    login: "alice",
    password: "alice-password",
    access_key: "ALICEKEY000000000000000000001",
    secret_key: "alice-secret-0000000000000000000000000001",
};

/// Another user.
pub const BOB: Account = Account {
    id: "b0b00000b0b00000b0b00000b0b00000",
    name: "Bob User",
    role: "user",
    login: "bob",
    password: "bob-password",
    access_key: "BOBKEY00000000000000000000001",
    secret_key: "bob-secret-00000000000000000000000000001",
};

/// A guest.
pub const GUEST: Account = Account {
    id: "60e57000600e57000600e57000600e57",
    name: "Guest",
    role: "guest",
    login: "guest",
    password: "guest-password",
    access_key: "GUESTKEY000000000000000000001",
    secret_key: "guest-secret-0000000000000000000000000001",
};

/// The service identity of role `admin` that every open-source server has. It is in no user list.
pub const SERVICES_AGENT: Account = Account {
    id: "__services_agent__",
    name: "services_agent",
    role: "admin",
    login: "",
    password: "",
    access_key: "ADMINKEY000000000000000000001",
    secret_key: "admin-secret-0000000000000000000000000001",
};

/// A service identity of role `system`: the only role here that may call `auth.validate_token`.
pub const SYSTEM: Account = Account {
    id: "__presign__",
    name: "presign",
    role: "system",
    login: "",
    password: "",
    access_key: "SYSTEMKEY00000000000000000001",
    secret_key: "system-secret-000000000000000000000000001",
};

const ALL: [Account; 5] = [ALICE, BOB, GUEST, SERVICES_AGENT, SYSTEM];

/// Who a caller is, as tokens say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) user: String,
    pub(crate) company: String,
    pub(crate) role: String,
    pub(crate) user_name: String,
}

impl Account {
    pub(crate) fn with_id(id: &str) -> Option<Self> {
        ALL.into_iter().find(|account| account.id == id)
    }

    pub(crate) fn with_login(login: &str) -> Option<Self> {
        ALL.into_iter().find(|account| !login.is_empty() && account.login == login)
    }

    pub(crate) fn with_keys(access_key: &str, secret_key: &str) -> Option<Self> {
        ALL.into_iter().find(|account| account.access_key == access_key && account.secret_key == secret_key)
    }

    /// Whether the user list holds it; service identities are in none.
    pub(crate) fn is_listed(self) -> bool {
        !self.login.is_empty()
    }

    pub(crate) fn identity(self) -> Identity {
        Identity {
            user: self.id.to_owned(),
            company: COMPANY.to_owned(),
            role: self.role.to_owned(),
            user_name: self.name.to_owned(),
        }
    }
}

impl Identity {
    pub(crate) fn to_claim(&self) -> Value {
        json!({
            "user": self.user,
            "company": self.company,
            "role": self.role,
            "user_name": self.user_name,
            "company_name": "clearml",
        })
    }
}
