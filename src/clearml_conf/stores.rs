//! Entries with the same store and the same key become one backend; each entry becomes a rule.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    Import, Variable,
    entries::{Azure, Entries, Google, GoogleKey, Identity, Place, S3},
    names::{escaped, unique, variable},
    value::Secret,
    yaml,
};

/// Where the apiserver is, when no file says it.
const API_SERVER: &str = "http://localhost:8008";

/// Writes the configuration.
pub(super) fn write(entries: &Entries, import: &mut Import) {
    let api_server = entries.api_server.clone().unwrap_or_else(|| {
        import
            .notes
            .push(format!("no file says where the apiserver is: set auth.clearml.api_server ({API_SERVER} now)"));
        API_SERVER.to_owned()
    });
    let mut desk = Desk { import, backends: Map::new(), rules: Vec::new(), names: BTreeSet::new() };
    desk.s3(&entries.s3);
    desk.google(&entries.google);
    desk.azure(&entries.azure);
    let Desk { import, backends, rules, .. } = desk;
    import.stores = backends.len();
    let auth = json!({"provider": "clearml", "clearml": {"api_server": api_server}});
    let root = Map::from_iter([
        ("auth".to_owned(), auth),
        ("backends".to_owned(), Value::Object(backends)),
        ("rules".to_owned(), Value::Array(sorted(rules))),
    ]);
    import.configuration = yaml::document(&root);
}

/// The more a rule names, the earlier it stands: as ClearML chooses among its entries.
fn sorted(mut rules: Vec<(String, Value)>) -> Vec<Value> {
    rules.sort_by_key(|(start, _)| std::cmp::Reverse(start.len()));
    rules.into_iter().map(|(_, rule)| rule).collect()
}

struct Desk<'a> {
    import: &'a mut Import,
    backends: Map<String, Value>,
    /// Each with the text that its URLs start with.
    rules: Vec<(String, Value)>,
    names: BTreeSet<String>,
}

impl Desk<'_> {
    fn s3(&mut self, entries: &[S3]) {
        for group in groups(entries, |one, other| {
            (&one.host, one.secure, &one.region) == (&other.host, other.secure, &other.region)
                && one.identity.equals(&other.identity)
        }) {
            let Some(first) = group.first() else { continue };
            let name = self.name(first.host.as_deref().or(first.place.bucket.as_deref()).unwrap_or("aws"));
            let mut fields = Map::new();
            if let Some(host) = &first.host {
                let scheme = if first.secure { "https" } else { "http" };
                fields.insert("type".to_owned(), json!("minio"));
                fields.insert("endpoint".to_owned(), json!(format!("{scheme}://{host}")));
            } else {
                fields.insert("type".to_owned(), json!("s3"));
            }
            if let Some(region) = &first.region {
                fields.insert("region".to_owned(), json!(region));
            }
            fields.insert("credentials".to_owned(), self.identity(&name, &first.identity));
            let base = first.host.as_ref().map_or_else(|| "s3://".to_owned(), |host| format!("s3://{host}/"));
            self.add(&name, fields, "buckets", &base, group.iter().map(|entry| &entry.place));
        }
    }

    fn google(&mut self, entries: &[Google]) {
        for group in groups(entries, |one, other| one.key == other.key) {
            let Some(first) = group.first() else { continue };
            let name = self.name(first.place.bucket.as_deref().unwrap_or("google"));
            let credentials = match &first.key {
                GoogleKey::File(path) => json!({"source": "service_account", "key_file": path}),
                GoogleKey::Default => json!({"source": "adc"}),
                GoogleKey::Inline(place) => {
                    let file = format!("{name}.json");
                    self.import.notes.push(format!("write the key in {place} to the file {file}, or change key_file"));
                    json!({"source": "service_account", "key_file": file})
                }
            };
            let fields = Map::from_iter([("type".to_owned(), json!("gcs")), ("credentials".to_owned(), credentials)]);
            self.add(&name, fields, "buckets", "gs://", group.iter().map(|entry| &entry.place));
        }
    }

    fn azure(&mut self, entries: &[Azure]) {
        for group in
            groups(entries, |one, other| one.account == other.account && same(one.key.as_ref(), other.key.as_ref()))
        {
            let Some(first) = group.first() else { continue };
            let name = self.name(&first.account);
            let credentials = if let Some(key) = &first.key {
                json!({"source": "account_key", "account_key": self.reference(&name, "ACCOUNT_KEY", key)})
            } else {
                self.import.notes.push(format!(
                    "{}: Azure's default credential became workload_identity; there are managed_identity, client_secret \
                     and others",
                    first.place.setting
                ));
                json!({"source": "workload_identity"})
            };
            let fields = Map::from_iter([
                ("type".to_owned(), json!("azure")),
                ("account".to_owned(), json!(first.account)),
                ("credentials".to_owned(), credentials),
            ]);
            let base = format!("azure://{}.blob.core.windows.net/", first.account);
            self.add(&name, fields, "containers", &base, group.iter().map(|entry| &entry.place));
        }
    }

    /// A backend, confined to the buckets that its entries name, and their rules.
    fn add<'p>(
        &mut self,
        name: &str,
        mut fields: Map<String, Value>,
        buckets: &str,
        base: &str,
        places: impl Iterator<Item = &'p Place> + Clone,
    ) {
        let named: Option<BTreeSet<&str>> = places.clone().map(|place| place.bucket.as_deref()).collect();
        if let Some(named) = named {
            fields.insert(buckets.to_owned(), json!(named));
        } else {
            self.import.notes.push(format!(
                "backend {name}: signs for every bucket that its key may read, for every ClearML user: name the buckets \
                 in '{buckets}', and users or roles in the rules' 'allow'"
            ));
        }
        for place in places {
            self.rule(name, base, place);
        }
        self.backends.insert(name.to_owned(), Value::Object(fields));
    }

    fn rule(&mut self, backend: &str, base: &str, place: &Place) {
        let parts = [place.bucket.as_ref(), place.folder.as_ref().filter(|_| place.bucket.is_some())];
        let start: String = parts.into_iter().flatten().fold(base.to_owned(), |start, part| format!("{start}{part}/"));
        if self.rules.iter().any(|(known, _)| *known == start) {
            let message = "left out: an earlier entry is for the same URLs";
            return self.import.notes.push(format!("{} {message}", place.setting));
        }
        let wanted = place.bucket.as_ref().map_or_else(|| backend.to_owned(), |_| start.replace("://", "-"));
        let name = unique(&wanted, |name| self.rules.iter().any(|(_, rule)| rule["name"] == *name));
        // Without a bucket, the first segment is one.
        let all = if place.bucket.is_some() || base.matches('/').count() > 2 { "**" } else { "*/**" };
        let glob = format!("{}{all}", escaped(&start));
        self.rules.push((start, json!({"name": name, "match": {"glob": glob}, "backend": backend})));
    }

    fn name(&mut self, wanted: &str) -> String {
        let name = unique(wanted, |name| self.names.contains(name));
        self.names.insert(name.clone());
        name
    }

    fn identity(&mut self, name: &str, identity: &Identity) -> Value {
        match identity {
            Identity::Chain => json!({"source": "default"}),
            Identity::Profile(profile) => json!({"source": "profile", "profile": profile}),
            Identity::Keys { key, secret, token } => {
                let mut fields = Map::new();
                fields.insert("source".to_owned(), json!("static"));
                fields.insert("access_key".to_owned(), self.reference(name, "ACCESS_KEY", key));
                fields.insert("secret_key".to_owned(), self.reference(name, "SECRET_KEY", secret));
                if let Some(token) = token {
                    fields.insert("session_token".to_owned(), self.reference(name, "SESSION_TOKEN", token));
                    self.import.notes.push(format!("{}: a session token ends, and the backend with it", token.place));
                }
                Value::Object(fields)
            }
        }
    }

    /// A reference to the variable that the file takes the secret from, or to a new one.
    fn reference(&mut self, backend: &str, kind: &str, secret: &Secret) -> Value {
        let name = secret.variable().map_or_else(|| variable(backend, kind), str::to_owned);
        if self.import.variables.iter().all(|known| known.name != name) {
            self.import.variables.push(Variable { name: name.clone(), from: secret.place.clone() });
        }
        json!({"env": name})
    }
}

impl Identity {
    fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Chain, Self::Chain) => true,
            (Self::Profile(one), Self::Profile(other)) => one == other,
            (Self::Keys { key, secret, token }, Self::Keys { key: key2, secret: secret2, token: token2 }) => {
                key.equals(key2) && secret.equals(secret2) && same(token.as_ref(), token2.as_ref())
            }
            _ => false,
        }
    }
}

fn same(one: Option<&Secret>, other: Option<&Secret>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.equals(other),
        (None, None) => true,
        _ => false,
    }
}

/// Entries that belong together, in their order.
fn groups<T>(entries: &[T], belong: impl Fn(&T, &T) -> bool) -> Vec<Vec<&T>> {
    let mut groups: Vec<Vec<&T>> = Vec::new();
    for entry in entries {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| belong(first, entry))) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    groups
}
