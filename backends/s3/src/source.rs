//! From what the configuration says about credentials to who hands them out.

use std::sync::Arc;

use presign_core::{BuildContext, Environment, HumanDuration, Problems, SecretRef};
use presign_credentials::{CredentialCache, Policy};

use crate::{
    Config, Credential, Credentials, credentials,
    fetch::{
        AssumeRole, Chain, Files, Imds, Session, Source, Way, WebIdentity, World, check_access_key, session_policy,
    },
    profile,
    provider::Provider,
    region::Region,
};

/// Reads who hands out the credential. Asks nobody yet.
pub(crate) async fn read(
    config: &Config,
    context: &BuildContext,
    world: &World,
    problems: &mut Problems,
) -> Option<Provider> {
    let mut reader = Reader { config, world, problems };
    let way = reader.way(&config.credentials, "credentials").await?;
    Some(match way {
        Way::Given(credential) => Provider::permanent(credential),
        way => {
            let source = Source { way, world: world.clone() };
            let (clock, observer) = (Arc::clone(&context.clock), Arc::clone(&context.observer));
            Provider::Fetched(CredentialCache::new(&context.name, source, clock, observer, Policy::default()))
        }
    })
}

struct Reader<'a> {
    config: &'a Config,
    world: &'a World,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    async fn way(&mut self, credentials: &Credentials, field: &str) -> Option<Way> {
        match credentials {
            Credentials::Static { access_key, secret_key, session_token } => {
                let (access_key, secret_key) = (access_key.clone(), secret_key.clone());
                self.files(Files { access_key, secret_key, session_token: session_token.clone() }, field)
            }
            Credentials::Env {} => from_environment(&*self.world.environment, field, self.problems).map(Way::Given),
            Credentials::Default {} => {
                let disabled = self.world.variable("AWS_EC2_METADATA_DISABLED");
                let disabled = disabled.is_some_and(|value| value.eq_ignore_ascii_case("true"));
                let imds = if disabled { None } else { Some(self.imds(None, field)?) };
                Some(Way::Chain(Chain::Default(imds)))
            }
            Credentials::Profile { profile } => {
                let checked = profile::check(profile.as_deref(), &*self.world.environment).await;
                self.problems.keep(&format!("{field}.profile"), checked)?;
                Some(Way::Chain(Chain::Profile(profile.clone())))
            }
            Credentials::WebIdentity(role) => self.web_identity(role, field).map(Way::WebIdentity),
            Credentials::Ecs {} => Some(Way::Chain(Chain::Container)),
            Credentials::Imds { endpoint } => self.imds(endpoint.clone(), &format!("{field}.endpoint")).map(Way::Imds),
            Credentials::AssumeRole(role) => {
                // Boxed because a role may be assumed with a role.
                let base = Box::pin(self.way(&role.base, &format!("{field}.base"))).await;
                let external_id = role.external_id.as_ref().map(|id| id.resolve(&*self.world.environment)).transpose();
                let external_id = self.problems.keep(&format!("{field}.external_id"), external_id);
                let session = self.session(&role.session, role.role_arn.clone(), field);
                let (base, external_id, session) = (base?, external_id?, session?);
                Some(Way::AssumeRole(Box::new(AssumeRole { base, external_id, session })))
            }
        }
    }

    /// What stands in files is read again; the rest stays.
    fn files(&mut self, files: Files, field: &str) -> Option<Way> {
        let environment = &*self.world.environment;
        let access_key = files.access_key.resolve(environment).and_then(check_access_key);
        let access_key = self.problems.keep(&format!("{field}.access_key"), access_key);
        let secret_key = self.problems.keep(&format!("{field}.secret_key"), files.secret_key.resolve(environment));
        let token = files.session_token.as_ref().map(|token| token.resolve(environment)).transpose();
        let session_token = self.problems.keep(&format!("{field}.session_token"), token);
        let (access_key, secret_key, session_token) = (access_key?, secret_key?, session_token?);
        if files.any() {
            return Some(Way::Files(files));
        }
        Some(Way::Given(Credential { access_key, secret_key, session_token, expires_at: None }))
    }

    fn imds(&mut self, endpoint: Option<String>, field: &str) -> Option<Imds> {
        let endpoint = endpoint.or_else(|| self.world.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT"));
        self.problems.keep(field, Imds::new(endpoint.as_deref()))
    }

    fn web_identity(&mut self, role: &credentials::WebIdentity, field: &str) -> Option<WebIdentity> {
        let variable = |name| self.world.variable(name);
        let token_file = role.token_file.clone().or_else(|| variable("AWS_WEB_IDENTITY_TOKEN_FILE").map(Into::into));
        let for_aws = role.session.sts_endpoint.is_none();
        let role_arn = role.role_arn.clone().or_else(|| variable("AWS_ROLE_ARN").filter(|_| for_aws));
        if token_file.is_none() {
            let message = "is needed: the environment variable AWS_WEB_IDENTITY_TOKEN_FILE is not set";
            self.problems.add(&format!("{field}.token_file"), message);
        }
        let session = self.session(&role.session, role_arn, field);
        Some(WebIdentity { token_file: token_file?, session: session? })
    }

    fn session(&mut self, said: &credentials::Session, role_arn: Option<String>, field: &str) -> Option<Session> {
        let mut keep = |name: &str, message: Option<String>| {
            message.map(|message| self.problems.add(&format!("{field}.{name}"), message)).is_none()
        };
        let mut fine = keep("role_arn", role_problem(role_arn.as_deref(), said.sts_endpoint.is_none()));
        fine &= keep("session_name", said.session_name.as_deref().and_then(name_problem));
        fine &= keep("duration", said.duration.and_then(duration_problem));
        fine &= keep("sts_endpoint", said.sts_endpoint.as_deref().and_then(address_problem));
        let policy = said.session_policy.as_ref().map(|policy| {
            let partition = Region::parse(&self.world.region).map_or("aws", Region::partition);
            session_policy(partition, &self.config.buckets, &policy.prefixes, &policy.operations)
        });
        let policy = self.problems.keep(&format!("{field}.session_policy"), policy.transpose());
        let duration = said.duration.and_then(|duration| i32::try_from(duration.0.as_secs()).ok());
        let name = said.session_name.clone().unwrap_or_else(|| "presign-gateway".to_owned());
        let session = Session { role_arn, name, duration, policy: policy?, endpoint: said.sts_endpoint.clone() };
        fine.then_some(session)
    }
}

fn from_environment(environment: &dyn Environment, field: &str, problems: &mut Problems) -> Option<Credential> {
    let access_key = environment.variable("AWS_ACCESS_KEY_ID").filter(|value| !value.is_empty());
    let access_key = access_key.ok_or_else(|| "the environment variable AWS_ACCESS_KEY_ID is not set".to_owned());
    let access_key = problems.keep(field, access_key.and_then(check_access_key));
    let secret_key = SecretRef::Env("AWS_SECRET_ACCESS_KEY".to_owned()).resolve(environment);
    let secret_key = problems.keep(field, secret_key);
    let token = environment.variable("AWS_SESSION_TOKEN").filter(|value| !value.is_empty());
    let session_token = token.map(Into::into);
    Some(Credential { access_key: access_key?, secret_key: secret_key?, session_token, expires_at: None })
}

fn role_problem(role: Option<&str>, for_aws: bool) -> Option<String> {
    match role {
        None if for_aws => Some("is needed: AWS's STS assumes no role without its name".to_owned()),
        Some(role) if !role.starts_with("arn:") => {
            Some(format!("'{role}' is not a role's name, such as arn:aws:iam::123456789012:role/reader"))
        }
        _ => None,
    }
}

/// [`RoleSessionName`](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
fn name_problem(name: &str) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_=,.@-".contains(&byte);
    let fine = (2..=64).contains(&name.len()) && name.bytes().all(allowed);
    (!fine).then(|| format!("'{name}' is not 2 to 64 letters, digits and _=,.@-"))
}

/// [`DurationSeconds`](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
fn duration_problem(duration: HumanDuration) -> Option<String> {
    let fine = (900..=43_200).contains(&duration.0.as_secs());
    (!fine).then(|| format!("{duration} is not between 15m and 12h, as STS wants it"))
}

fn address_problem(address: &str) -> Option<String> {
    let uri = address.parse::<http::Uri>().ok();
    let fine = uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    (!fine).then(|| format!("'{address}' is not an address such as https://sts.eu-west-1.amazonaws.com"))
}
