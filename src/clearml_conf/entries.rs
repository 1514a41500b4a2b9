//! What ClearML's settings say of stores, entry by entry.

use hocon::HoconValue;
use presign_core::Environment;

use super::{
    hocon::Document,
    value::{Fields, Secret, is_folder, is_host, is_name, is_path, is_url},
};

/// All that the files say.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) api_server: Option<String>,
    pub(super) s3: Vec<S3>,
    pub(super) google: Vec<Google>,
    pub(super) azure: Vec<Azure>,
}

/// `aws.s3`, or one of its `credentials`; in the apiserver's settings `aws`, and its `buckets`.
#[derive(Debug)]
pub(super) struct S3 {
    pub(super) place: Place,
    /// `host[:port]` of a store that is not AWS.
    pub(super) host: Option<String>,
    pub(super) secure: bool,
    pub(super) region: Option<String>,
    pub(super) identity: Identity,
}

/// What an entry is about; without a bucket, any.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// The setting, for messages.
    pub(super) setting: String,
    pub(super) bucket: Option<String>,
    pub(super) folder: Option<String>,
}

/// What S3 requests are signed with.
#[derive(Debug)]
pub(super) enum Identity {
    Keys { key: Secret, secret: Secret, token: Option<Secret> },
    Profile(String),
    Chain,
}

/// `google.storage`, or one of its `credentials`; in the apiserver's settings `google`, and its `buckets`.
#[derive(Debug)]
pub(super) struct Google {
    pub(super) place: Place,
    pub(super) key: GoogleKey,
}

/// What requests of Google are signed with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum GoogleKey {
    File(String),
    /// The file's content stands in the setting.
    Inline(String),
    Default,
}

/// One of `azure.storage.containers`.
#[derive(Debug)]
pub(super) struct Azure {
    pub(super) place: Place,
    pub(super) account: String,
    /// `None` where Azure's default credential is to be used.
    pub(super) key: Option<Secret>,
}

/// What reading an entry came to: nothing, where it is empty.
type Read<T> = Result<Option<T>, String>;

impl Entries {
    /// Adds what a file says.
    pub(super) fn read(&mut self, document: &Document, environment: &dyn Environment, notes: &mut Vec<String>) {
        let fields = |(path, value)| Fields { place: format!("{}: {path}", document.name), value, environment };
        let section = |path| document.get(path).map(fields);
        if let Some(api) = section("api") {
            match api.checked("api_server", is_url) {
                Ok(url) => self.api_server = url.or(self.api_server.take()),
                Err(message) => notes.push(message),
            }
        }
        // As in files, and as in the apiserver's own settings.
        for (path, list) in [("aws.s3", "credentials"), ("aws", "buckets")] {
            if let Some(section) = section(path) {
                all(&section, list, s3, &mut self.s3, notes);
            }
        }
        for (path, list) in [("google.storage", "credentials"), ("google", "buckets")] {
            if let Some(section) = section(path) {
                all(&section, list, google, &mut self.google, notes);
            }
        }
        for path in ["azure.storage", "azure"] {
            if let Some(section) = section(path) {
                all(&section, "containers", azure, &mut self.azure, notes);
            }
        }
    }
}

/// The entries of a list, and the section that they stand in, which is one for all that no other is for.
fn all<T>(
    section: &Fields<'_>,
    list: &str,
    read: fn(&Fields<'_>, &mut Vec<String>) -> Read<T>,
    found: &mut Vec<T>,
    notes: &mut Vec<String>,
) {
    let listed = section.value.as_object().and_then(|fields| fields.get(list)).and_then(HoconValue::as_array);
    let of = |(index, value)| Fields { place: format!("{}.{list}[{index}]", section.place), value, ..*section };
    let items: Vec<Fields<'_>> = listed.unwrap_or_default().iter().enumerate().map(of).collect();
    for fields in items.iter().chain([section]) {
        match read(fields, notes) {
            Ok(entry) => found.extend(entry),
            Err(message) => notes.push(format!("{} left out: {message}", fields.place)),
        }
    }
}

fn place(fields: &Fields<'_>, bucket: &str) -> Result<Place, String> {
    // The SDK takes quotes and a '/' from the name's end.
    let bucket = fields.text(bucket)?.map(|name| name.trim_matches(['"', '\'']).trim_end_matches('/').to_owned());
    if bucket.as_deref().is_some_and(|name| !is_name(name)) {
        return Err("the bucket's name is none".to_owned());
    }
    let folder = fields.checked("subdir", is_folder)?.map(|folder| folder.trim_matches('/').to_owned());
    Ok(Place { setting: fields.place.clone(), bucket, folder: folder.filter(|folder| !folder.is_empty()) })
}

fn s3(fields: &Fields<'_>, notes: &mut Vec<String>) -> Read<S3> {
    let keys = fields.secret("key").zip(fields.secret("secret"));
    let profile = fields.checked("profile", is_name)?;
    let identity = match (keys, profile) {
        (Some((key, secret)), _) => Identity::Keys { key, secret, token: fields.secret("token") },
        (None, Some(profile)) => Identity::Profile(profile),
        (None, None) if fields.flag("use_credentials_chain", false) => Identity::Chain,
        (None, None) if fields.has("bucket") || fields.has("host") || fields.has("key") => {
            return Err("it has no key with its secret, no profile and no credentials chain".to_owned());
        }
        (None, None) => return Ok(None),
    };
    if fields.has("extra_args") || fields.has("acl") {
        notes.push(format!("{}: extra_args and acl are for uploads and were not carried over", fields.place));
    }
    if fields.has("verify") && fields.text("verify")?.is_none_or(|verify| !verify.eq_ignore_ascii_case("true")) {
        notes.push(format!(
            "{}: verify was not carried over: the gateway always checks certificates, by the system's authorities (see \
             SSL_CERT_FILE)",
            fields.place
        ));
    }
    Ok(Some(S3 {
        place: place(fields, "bucket")?,
        host: fields.checked("host", is_host)?.map(|host| host.to_ascii_lowercase()),
        secure: fields.flag("secure", true),
        region: fields.checked("region", is_name)?,
        identity,
    }))
}

fn google(fields: &Fields<'_>, _notes: &mut Vec<String>) -> Read<Google> {
    let place = place(fields, "bucket")?;
    let key = match fields.secret("credentials_json") {
        Some(key) if key.is_json() => GoogleKey::Inline(key.place),
        Some(_) => match fields.checked("credentials_json", is_path)? {
            Some(path) => GoogleKey::File(path),
            None => GoogleKey::Default,
        },
        None if place.bucket.is_some() || fields.has("project") => GoogleKey::Default,
        None => return Ok(None),
    };
    Ok(Some(Google { place, key }))
}

fn azure(fields: &Fields<'_>, _notes: &mut Vec<String>) -> Read<Azure> {
    let place = place(fields, "container_name")?;
    let Some(account) = fields.checked("account_name", is_name)? else {
        return if place.bucket.is_some() { Err("it names no account".to_owned()) } else { Ok(None) };
    };
    let key = fields.secret("account_key");
    if key.is_none() && !fields.flag("use_default_credential", false) {
        return Err("it has no account_key".to_owned());
    }
    Ok(Some(Azure { place, account: account.to_ascii_lowercase(), key }))
}
