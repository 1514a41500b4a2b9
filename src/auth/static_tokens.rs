//! `provider: static`: tokens that the configuration names.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderMap;
use presign_core::{BuildError, Environment, Readiness, Timestamp};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use crate::{
    auth::{AuthError, Authenticator, Principal, carrier::Credential, cookies::CookieNames, digest::Digest},
    config::{StaticConfig, StaticToken},
};

/// Knows callers by tokens that the configuration names. It remembers digests, and compares all of them, so that how
/// long an answer takes says nothing about the tokens.
#[derive(Debug)]
pub(crate) struct StaticTokens {
    cookies: CookieNames,
    known: Vec<(Digest, Arc<Principal>)>,
}

impl StaticTokens {
    pub(crate) fn read(config: &StaticConfig, environment: &dyn Environment) -> Result<Self, BuildError> {
        let mut problems = Vec::new();
        let cookies = CookieNames::parse(&config.cookie_names, "static.cookie_names");
        let mut known: Vec<(Digest, Arc<Principal>)> = Vec::with_capacity(config.tokens.len());
        if config.tokens.is_empty() {
            problems.push(BuildError::at("static.tokens", "there is no token: nobody could log in"));
        }
        for (index, token) in config.tokens.iter().enumerate() {
            match read_token(token, environment) {
                Ok((digest, _)) if known.iter().any(|(other, _)| *other == digest) => {
                    let message = "another entry has the same token";
                    problems.push(BuildError::at(format!("static.tokens[{index}].token"), message));
                }
                Ok(entry) => known.push(entry),
                Err((field, message)) => {
                    problems.push(BuildError::at(format!("static.tokens[{index}].{field}"), message));
                }
            }
        }
        match (problems.into_iter().reduce(BuildError::and), cookies) {
            (None, Ok(cookies)) => Ok(Self { cookies, known }),
            (Some(problem), Ok(_)) | (None, Err(problem)) => Err(problem),
            (Some(problem), Err(other)) => Err(problem.and(other)),
        }
    }

    fn find(&self, credential: Credential<'_>) -> Result<Arc<Principal>, AuthError> {
        let Credential::Token(_) = credential else { return Err(AuthError::UnsupportedScheme) };
        let digest = credential.digest();
        let equal = |(known, principal): &(Digest, Arc<Principal>)| {
            bool::from(known.ct_eq(&digest)).then(|| Arc::clone(principal))
        };
        self.known.iter().fold(None, |found, entry| equal(entry).or(found)).ok_or(AuthError::Refused)
    }

    fn answer(&self, headers: &HeaderMap) -> Result<Arc<Principal>, AuthError> {
        let mut error = AuthError::NoneSent;
        for credential in Credential::all(headers, &self.cookies)? {
            match self.find(credential) {
                Ok(principal) => return Ok(principal),
                Err(other) => error = error.or_worse(other),
            }
        }
        Err(error)
    }
}

fn read_token(
    config: &StaticToken,
    environment: &dyn Environment,
) -> Result<(Digest, Arc<Principal>), (&'static str, String)> {
    let token = config.token.resolve(environment).map_err(|message| ("token", message))?;
    if !token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(("token", "a token has visible ASCII characters only, and no spaces".to_owned()));
    }
    if config.user.is_empty() {
        return Err(("user", "a token stands for a user: give an id".to_owned()));
    }
    let principal = Principal::new(&config.user, &config.company, &config.role);
    Ok((Credential::Token(token.expose_secret()).digest(), Arc::new(principal)))
}

#[async_trait]
impl Authenticator for StaticTokens {
    fn authenticate_now(&self, headers: &HeaderMap, _: Timestamp) -> Option<Result<Arc<Principal>, AuthError>> {
        Some(self.answer(headers))
    }

    async fn authenticate(&self, headers: &HeaderMap, _: Timestamp) -> Result<Arc<Principal>, AuthError> {
        self.answer(headers)
    }

    fn provider(&self) -> &'static str {
        "static"
    }

    fn readiness(&self) -> Readiness {
        Readiness::Ready
    }
}
