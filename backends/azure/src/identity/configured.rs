//! From configuration to identity.

use std::{path::PathBuf, sync::Arc};

use presign_core::{BuildContext, Environment, Origin, Problems, SecretRef};
use presign_credentials::http_client_builder;
use reqwest::Client;

use super::{
    Identity,
    assertion::Certificate,
    cli::AzureCli,
    entra::{App, Proof},
    managed::{ManagedIdentity, UserAssigned},
};
use crate::{base_url::is_this_machine, config::Credentials};

/// The identity that a configuration names, with the standard variables for what it leaves out; `None` when it names
/// none, or with problems.
pub(crate) fn configured(
    credentials: &Credentials,
    context: &BuildContext,
    client: Option<&Client>,
    problems: &mut Problems,
) -> Option<Identity> {
    let mut reader = Reader { context, problems };
    match credentials {
        Credentials::AccountKey { .. } | Credentials::Sas { .. } => None,
        Credentials::WorkloadIdentity { client_id, tenant_id, token_file, authority_host } => {
            let token_file = token_file.as_ref().map(|path| path.display().to_string());
            let token_file = reader.given("token_file", token_file.as_ref(), "AZURE_FEDERATED_TOKEN_FILE");
            let proof = token_file.map(|path| Proof::FederatedToken(PathBuf::from(path)));
            reader.app(client, [client_id, tenant_id, authority_host], proof)
        }
        Credentials::ClientSecret { client_id, tenant_id, client_secret, authority_host } => {
            let proof = reader.secret(client_secret.as_ref()).map(Proof::Secret);
            reader.app(client, [client_id, tenant_id, authority_host], proof)
        }
        Credentials::ClientCertificate { client_id, tenant_id, certificate, authority_host } => {
            let proof = reader.certificate(certificate.as_ref()).map(Proof::Certificate);
            reader.app(client, [client_id, tenant_id, authority_host], proof)
        }
        Credentials::ManagedIdentity { client_id, object_id, resource_id } => {
            reader.managed([client_id, object_id, resource_id])
        }
        Credentials::Cli { tenant_id } => {
            let tenant_id = tenant_id.as_ref().map(|id| reader.id("tenant_id", id.clone()));
            let tenant_id = tenant_id.map_or(Some(None), |id| id.map(Some))?;
            Some(Identity::Cli(AzureCli::new(reader.environment(), tenant_id)))
        }
    }
}

struct Reader<'a> {
    context: &'a BuildContext,
    problems: &'a mut Problems,
}

impl<'a> Reader<'a> {
    fn environment(&self) -> &'a dyn Environment {
        &*self.context.environment
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.environment().variable(name).filter(|value| !value.is_empty())
    }

    fn problem(&mut self, field: &str, message: impl Into<String>) {
        self.problems.add(&format!("credentials.{field}"), message);
    }

    /// What the field says, or else the variable.
    fn given(&mut self, field: &str, value: Option<&String>, variable: &str) -> Option<String> {
        let found = value.cloned().or_else(|| self.variable(variable));
        if found.is_none() {
            self.problem(field, format!("is missing: give it, or set the environment variable {variable}"));
        }
        found
    }

    /// An id that goes into a URL or a form.
    fn id(&mut self, field: &str, text: String) -> Option<String> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        if !text.is_empty() && text.bytes().all(fits) {
            return Some(text);
        }
        self.problem(field, "is no id: it has letters, digits, '-' and '.'");
        None
    }

    fn app(
        &mut self,
        client: Option<&Client>,
        [client_id, tenant_id, authority_host]: [&Option<String>; 3],
        proof: Option<Proof>,
    ) -> Option<Identity> {
        let client_id = self.given("client_id", client_id.as_ref(), "AZURE_CLIENT_ID");
        let client_id = client_id.and_then(|id| self.id("client_id", id));
        let tenant_id = self.given("tenant_id", tenant_id.as_ref(), "AZURE_TENANT_ID");
        let tenant_id = tenant_id.and_then(|id| self.id("tenant_id", id));
        let host = self.authority_host(authority_host.as_ref());
        let (client_id, tenant_id, host, proof, client) = (client_id?, tenant_id?, host?, proof?, client?.clone());
        let url = format!("{host}/{tenant_id}/oauth2/v2.0/token");
        Some(Identity::App(App { client, environment: Arc::clone(&self.context.environment), url, client_id, proof }))
    }

    /// Secrets are sent there, so it has to be encrypted.
    fn authority_host(&mut self, value: Option<&String>) -> Option<String> {
        let text = value.cloned().or_else(|| self.variable("AZURE_AUTHORITY_HOST"));
        let text = text.as_deref().unwrap_or("https://login.microsoftonline.com");
        match Origin::parse(text) {
            Ok(origin) if origin.is_https() || is_this_machine(&origin) => {
                Some(format!("{}://{}", origin.scheme(), origin.authority()))
            }
            _ => {
                self.problem("authority_host", "is not an https address such as https://login.microsoftonline.com");
                None
            }
        }
    }

    fn secret(&mut self, value: Option<&SecretRef>) -> Option<SecretRef> {
        let secret = value.cloned().unwrap_or_else(|| SecretRef::Env("AZURE_CLIENT_SECRET".to_owned()));
        match secret.resolve(self.environment()) {
            Ok(_) => Some(secret),
            Err(why) => {
                self.problem("client_secret", why);
                None
            }
        }
    }

    fn certificate(&mut self, value: Option<&SecretRef>) -> Option<SecretRef> {
        let from_variable = || self.variable("AZURE_CLIENT_CERTIFICATE_PATH").map(|path| SecretRef::File(path.into()));
        let Some(certificate) = value.cloned().or_else(from_variable) else {
            self.problem(
                "certificate",
                "is missing: give it, or set the environment variable AZURE_CLIENT_CERTIFICATE_PATH",
            );
            return None;
        };
        match certificate.resolve(self.environment()).and_then(|pem| Certificate::parse(&pem)) {
            Ok(_) => Some(certificate),
            Err(why) => {
                self.problem("certificate", why);
                None
            }
        }
    }

    fn managed(&mut self, [client_id, object_id, resource_id]: [&Option<String>; 3]) -> Option<Identity> {
        let ids = [
            client_id.as_deref().map(UserAssigned::Client),
            object_id.as_deref().map(UserAssigned::Object),
            resource_id.as_deref().map(UserAssigned::Resource),
        ];
        let mut ids = ids.into_iter().flatten();
        let (identity, another) = (ids.next(), ids.next());
        if another.is_some() {
            self.problem("client_id", "has to be the only one of client_id, object_id and resource_id");
            return None;
        }
        // What is asked is on this machine: a proxy could only be in the way, or be told the token.
        let client = http_client_builder().no_proxy().build().map_err(|error| error.to_string());
        let managed = client.and_then(|client| ManagedIdentity::from_environment(self.environment(), client, identity));
        match managed {
            Ok(managed) => Some(Identity::Managed(managed)),
            Err(why) => {
                self.problem("source", why);
                None
            }
        }
    }
}
