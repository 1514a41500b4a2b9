//! What the configuration says of credentials, before it is checked.

use std::path::PathBuf;

use presign_core::{HumanDuration, Operation, SecretRef, ValueRef};
use schemars::JsonSchema;
use serde::Deserialize;

/// Where the right to sign comes from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
pub enum Credentials {
    /// An access key of its own. What stands in files is read again every minute.
    Static {
        /// The access key's id.
        access_key: ValueRef,
        /// The secret that belongs to it.
        secret_key: SecretRef,
        /// The session token, for a temporary access key.
        #[serde(default)]
        session_token: Option<SecretRef>,
    },
    /// The environment variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, if set, `AWS_SESSION_TOKEN`.
    // With braces, because serde lets a variant without them have any field.
    Env {},
    /// What AWS's own programs would take: environment, profile, web identity, container, instance metadata, in this
    /// order ([default chain](https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html)).
    Default {},
    /// A profile in AWS's credentials or config file (`~/.aws/credentials`, `~/.aws/config`, or where
    /// `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` point to): an access key, `credential_process`, SSO, or a
    /// role.
    Profile {
        /// The profile; by default what `AWS_PROFILE` says, or `default`.
        #[serde(default)]
        profile: Option<String>,
    },
    /// A role that is assumed with a token from a file, as EKS gives one to a service account
    /// ([IRSA](https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html)), or a token for
    /// MinIO's own STS.
    WebIdentity(WebIdentity),
    /// What the container's host hands out: ECS, and EKS pod identity
    /// (`AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`, or `AWS_CONTAINER_CREDENTIALS_FULL_URI` with
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`).
    #[serde(alias = "container")]
    Ecs {},
    /// The role of the EC2 instance, from version 2 of its metadata service.
    Imds {
        /// Where the service is; by default what `AWS_EC2_METADATA_SERVICE_ENDPOINT` says, or
        /// `http://169.254.169.254`.
        #[serde(default)]
        endpoint: Option<String>,
    },
    /// A role that is assumed with another credential.
    AssumeRole(AssumeRole),
}

/// A role that is assumed with a token from a file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebIdentity {
    /// The role; by default what `AWS_ROLE_ARN` says. MinIO needs none where its policies come from the token.
    #[serde(default)]
    pub role_arn: Option<String>,
    /// The file with the token, read again for each new credential; by default what `AWS_WEB_IDENTITY_TOKEN_FILE` says.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// What is common to all calls of STS.
    #[serde(flatten)]
    pub session: Session,
}

/// A role that is assumed with another credential.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssumeRole {
    /// The role. MinIO needs none.
    #[serde(default)]
    pub role_arn: Option<String>,
    /// What the role's owner wants to be told, when the role belongs to another account.
    #[serde(default)]
    pub external_id: Option<ValueRef>,
    /// The credential that may assume the role; by default the default chain.
    #[serde(default = "default_base")]
    pub base: Box<Credentials>,
    /// What is common to all calls of STS.
    #[serde(flatten)]
    pub session: Session,
}

/// What is common to all calls of STS.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub struct Session {
    /// The session's name, as it stands in AWS's logs; by default `presign-gateway`.
    #[serde(default)]
    pub session_name: Option<String>,
    /// How long the credential lives, 15 minutes at least; by default an hour, which is the most for a role that is
    /// assumed with a role.
    #[serde(default)]
    pub duration: Option<HumanDuration>,
    /// Takes away what the gateway does not need: the session may do no more than this, whatever the role may.
    #[serde(default)]
    pub session_policy: Option<SessionPolicy>,
    /// The token service; by default what `AWS_ENDPOINT_URL_STS` says, or AWS's own in the backend's region. For a
    /// `minio` backend: its endpoint.
    #[serde(default)]
    pub sts_endpoint: Option<String>,
}

/// What a session may do: these operations on the backend's `buckets`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionPolicy {
    /// What keys start with, such as `team-a/`; without any, all keys.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// What is allowed; by default to read.
    #[serde(default)]
    pub operations: Vec<Operation>,
}

fn default_base() -> Box<Credentials> {
    Box::new(Credentials::Default {})
}

impl Credentials {
    /// The same, asking this token service where none is named.
    #[must_use]
    pub fn with_sts_endpoint(mut self, endpoint: &str) -> Self {
        let mut rest = Some(&mut self);
        while let Some(credentials) = rest.take() {
            let session = match credentials {
                Self::WebIdentity(WebIdentity { session, .. }) => session,
                Self::AssumeRole(AssumeRole { session, base, .. }) => {
                    rest = Some(base);
                    session
                }
                _ => continue,
            };
            session.sts_endpoint.get_or_insert_with(|| endpoint.to_owned());
        }
        self
    }
}
