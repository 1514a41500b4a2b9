//! What the configuration says, before it is checked.

use std::path::PathBuf;

use presign_core::SecretRef;
use schemars::JsonSchema;
use serde::Deserialize;

/// The configuration of an Azure storage account.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{
    "type": "azure", "account": "mlstore", "credentials": {"source": "workload_identity"}, "containers": ["artifacts"],
}]))]
pub struct Config {
    /// The storage account's name.
    pub account: String,
    /// The account's blob endpoint as the gateway reaches it: by default `https://<account>.blob.core.windows.net`. In
    /// other clouds `https://<account>.blob.core.chinacloudapi.cn` and the like; for Azurite the account is part of the
    /// path: `http://127.0.0.1:10000/devstoreaccount1`.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The account's blob endpoint as clients reach it, when that is another: links point there.
    #[serde(default)]
    pub public_endpoint: Option<String>,
    /// The containers that may be signed for, by name or by glob (`team-*`); without any, all of the account's.
    #[serde(default)]
    pub containers: Vec<String>,
    /// The storage service version that signatures name, 2020-12-06 or later. By default 2020-12-06.
    #[serde(default)]
    pub sv: Option<String>,
    /// A file with certificates in PEM of authorities that the gateway trusts beside the system's, when it asks this
    /// account, or Entra ID, for what it signs with: for an endpoint behind a private authority.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// What signs.
    pub credentials: Credentials,
}

/// Where the right to sign comes from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
pub enum Credentials {
    /// One of the account's two keys.
    AccountKey {
        /// The key, in base64 as Azure shows it.
        account_key: SecretRef,
    },
    /// A ready-made shared access signature, good for what it was made for. It lives as long as it was made to live,
    /// whatever a rule says, and response headers cannot be added to it.
    Sas {
        /// The token (`sv=…&sig=…`), or the whole URL that it came in. A token for one blob only works as a URL.
        token: SecretRef,
    },
    /// A user delegation key, got with the token of a Kubernetes service account (Entra Workload ID). In a pod that the
    /// workload identity webhook has prepared, no field is needed.
    WorkloadIdentity {
        /// The application's (or user-assigned identity's) client id. By default `AZURE_CLIENT_ID`.
        #[serde(default)]
        client_id: Option<String>,
        /// Its tenant. By default `AZURE_TENANT_ID`.
        #[serde(default)]
        tenant_id: Option<String>,
        /// The file with the service account's token. By default `AZURE_FEDERATED_TOKEN_FILE`.
        #[serde(default)]
        token_file: Option<PathBuf>,
        /// Entra ID's address. By default `AZURE_AUTHORITY_HOST`, or `https://login.microsoftonline.com`.
        #[serde(default)]
        authority_host: Option<String>,
    },
    /// A user delegation key, got with the identity that Azure gives a virtual machine, or an App Service application.
    ManagedIdentity {
        /// The client id of one of several user-assigned identities. Without an id, the system-assigned one.
        #[serde(default)]
        client_id: Option<String>,
        /// The same, by object id.
        #[serde(default)]
        object_id: Option<String>,
        /// The same, by resource id (`/subscriptions/…`).
        #[serde(default)]
        resource_id: Option<String>,
    },
    /// A user delegation key, got with an application's secret.
    ClientSecret {
        /// The application's client id. By default `AZURE_CLIENT_ID`.
        #[serde(default)]
        client_id: Option<String>,
        /// Its tenant. By default `AZURE_TENANT_ID`.
        #[serde(default)]
        tenant_id: Option<String>,
        /// The secret's value. By default `{env: AZURE_CLIENT_SECRET}`.
        #[serde(default)]
        client_secret: Option<SecretRef>,
        /// Entra ID's address. By default `AZURE_AUTHORITY_HOST`, or `https://login.microsoftonline.com`.
        #[serde(default)]
        authority_host: Option<String>,
    },
    /// A user delegation key, got with an application's certificate.
    ClientCertificate {
        /// The application's client id. By default `AZURE_CLIENT_ID`.
        #[serde(default)]
        client_id: Option<String>,
        /// Its tenant. By default `AZURE_TENANT_ID`.
        #[serde(default)]
        tenant_id: Option<String>,
        /// The certificate and its RSA key, both in PEM in one text. By default the file that
        /// `AZURE_CLIENT_CERTIFICATE_PATH` names.
        #[serde(default)]
        certificate: Option<SecretRef>,
        /// Entra ID's address. By default `AZURE_AUTHORITY_HOST`, or `https://login.microsoftonline.com`.
        #[serde(default)]
        authority_host: Option<String>,
    },
    /// A user delegation key, got with the login of the Azure CLI: for developers.
    Cli {
        /// The tenant, when it is not the one logged in to.
        #[serde(default)]
        tenant_id: Option<String>,
    },
}
