//! Profiles in AWS's own files
//! ([configuration and credential files](https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html)).

use std::{collections::HashMap, error::Error, io, path::Path};

use aws_config::profile::{Profile, ProfileSet};
use aws_types::os_shim_internal::{Env, Fs};
use presign_core::Environment;

/// The two files: the variable that names it, and where it is otherwise, below the home folder.
const FILES: [(&str, &str); 2] =
    [("AWS_CONFIG_FILE", ".aws/config"), ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")];

/// Properties by which a profile gets its credential in another way than by a key.
const FETCHED: [&str; 6] =
    ["role_arn", "credential_process", "sso_session", "sso_start_url", "web_identity_token_file", "credential_source"];

/// Checks that a profile can have a credential: by default the one that `AWS_PROFILE` names, or `default`.
///
/// # Errors
/// Says why the profile can have none, without anything of what the files hold.
pub(crate) async fn check(profile: Option<&str>, environment: &dyn Environment) -> Result<(), String> {
    let name = profile.map(str::to_owned).or_else(|| environment.variable("AWS_PROFILE"));
    let name = name.unwrap_or_else(|| "default".to_owned());
    let profiles = load(&name, environment).await?;
    let found = profiles.get_profile(&name).ok_or_else(|| missing(&name, &profiles))?;
    if property(found, "login_session").is_some() {
        return Err(format!("the profile '{name}' gets its credential by login_session, which is not supported"));
    }
    if property(found, "credential_source").is_some_and(|source| source == "Environment") {
        return Err(format!(
            "the profile '{name}' assumes its role with a key from the environment: take `source: assume_role` with \
             `base: {{source: env}}`"
        ));
    }
    let has_key = property(found, "aws_access_key_id").and(property(found, "aws_secret_access_key")).is_some();
    if has_key || FETCHED.iter().any(|name| property(found, name).is_some()) {
        return Ok(());
    }
    Err(format!(
        "the profile '{name}' has no aws_access_key_id and aws_secret_access_key, nor credential_process, SSO or role_arn"
    ))
}

/// Whether any profile's role is assumed with the instance's own.
pub(crate) async fn some_use_metadata(environment: &dyn Environment) -> bool {
    let Ok(profiles) = load("default", environment).await else { return false };
    let mut found = profiles.profiles().filter_map(|name| profiles.get_profile(name));
    found.any(|profile| property(profile, "credential_source").is_some_and(|source| source == "Ec2InstanceMetadata"))
}

fn property<'a>(profile: &'a Profile, name: &str) -> Option<&'a str> {
    profile.get(name).map(str::trim).filter(|value| !value.is_empty())
}

/// Lets AWS's library parse the files, whose places and contents come from `environment` alone.
#[expect(clippy::default_trait_access, reason = "the library's type for the default files has no name outside it")]
async fn load(name: &str, environment: &dyn Environment) -> Result<ProfileSet, String> {
    let (mut contents, mut variables) = (HashMap::new(), Vec::new());
    for (variable, default) in FILES {
        let (path, text) = file(variable, default, environment)?;
        contents.insert(path.clone(), text);
        variables.push((variable, path));
    }
    let variables: Vec<_> = variables.iter().map(|(variable, path)| (*variable, path.as_str())).collect();
    let (files, environment) = (Fs::from_map(contents), Env::from_slice(&variables));
    aws_config::profile::load(&files, &environment, &Default::default(), Some(name.to_owned().into()))
        .await
        .map_err(|error| error.source().map_or_else(|| error.to_string(), ToString::to_string))
}

/// Path and content of one file. One that nobody asked for may be missing.
fn file(variable: &str, default: &str, environment: &dyn Environment) -> Result<(String, String), String> {
    let home = environment.variable("HOME").unwrap_or_default();
    let configured = environment.variable(variable).filter(|path| !path.is_empty());
    let path = match &configured {
        Some(path) => path.strip_prefix("~/").map_or_else(|| path.clone(), |rest| format!("{home}/{rest}")),
        None => format!("{home}/{default}"),
    };
    match environment.read(Path::new(&path)) {
        Ok(text) => Ok((path, text)),
        Err(error) if configured.is_none() && error.kind() == io::ErrorKind::NotFound => Ok((path, String::new())),
        Err(error) => Err(format!("the file {path} cannot be read: {error}")),
    }
}

fn missing(name: &str, profiles: &ProfileSet) -> String {
    let mut known: Vec<_> = profiles.profiles().collect();
    known.sort_unstable();
    match known.as_slice() {
        [] => format!("there is no profile '{name}': AWS's files are missing or empty"),
        known => format!("there is no profile '{name}' in AWS's files, only {}", known.join(", ")),
    }
}
