//! What is asked, and the storage account's part of the answers.

use std::collections::BTreeMap;

use http_body_util::BodyExt;
use hyper::{Request, body::Incoming};
use presign_core::Clock;

use super::{Own, State};
use crate::common::at;

pub(crate) type Fields = BTreeMap<String, String>;

pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Fields,
    pub(crate) headers: Fields,
    pub(crate) body: String,
}

pub(crate) fn fields(text: &str) -> Fields {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

impl Asked {
    pub(crate) async fn read(request: Request<Incoming>) -> Self {
        let (head, body) = request.into_parts();
        let text = |value: &hyper::header::HeaderValue| value.to_str().unwrap().to_owned();
        Self {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: fields(head.uri.query().unwrap_or_default()),
            headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

pub(crate) fn expect<T: PartialEq + std::fmt::Debug + ?Sized>(what: &str, is: &T, should_be: &T) -> Result<(), String> {
    if is == should_be { Ok(()) } else { Err(format!("{what} is {is:?} and not {should_be:?}")) }
}

/// [Get User Delegation Key](https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key).
pub(super) fn key(state: &State, own: &mut Own, asked: &Asked) -> Result<String, String> {
    expect("the method", asked.method.as_str(), "POST")?;
    let is_account = ["/mlstore/", "/devstoreaccount1/"].contains(&asked.path.as_str());
    expect("the path names an account", &is_account, &true)?;
    expect("the query", &asked.query, &fields("restype=service&comp=userdelegationkey"))?;
    expect("the token", asked.header("authorization"), &*format!("Bearer access-token-{}", own.tokens))?;
    expect("x-ms-version names a version", &asked.header("x-ms-version").len(), &"2020-12-06".len())?;
    let date = asked.header("x-ms-date");
    expect("x-ms-date is in GMT", &date.ends_with(" GMT"), &true)?;
    let (start, expiry) = window(&asked.body).ok_or_else(|| format!("the body is {:?}", asked.body))?;
    let (now, week) = (state.clock.now().unix(), 7 * 86_400);
    let (starts, expires) = (at(start).unix(), at(expiry).unix());
    expect("the key's life", &(expires - starts), &week)?;
    expect("the key's start is a quarter of an hour back", &(starts <= now - 900), &true)?;
    expect("the key's start is an hour and a quarter back at most", &(starts > now - 4500), &true)?;
    if own.key_failure.is_none() {
        own.keys += 1;
    }
    Ok(own.key.clone().unwrap_or_else(|| key_xml(start, expiry)))
}

/// The body is written in one way only.
fn window(body: &str) -> Option<(&str, &str)> {
    let inner = body.strip_prefix("<?xml version=\"1.0\" encoding=\"utf-8\"?><KeyInfo><Start>")?;
    inner.strip_suffix("</Expiry></KeyInfo>")?.split_once("</Start><Expiry>")
}

/// The same key for the same time, as with Azure.
pub(crate) fn key_xml(start: &str, expiry: &str) -> String {
    let value = "a2V5".repeat(11);
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><UserDelegationKey>\
         <SignedOid>11059fcc-5514-4800-b5f8-49808b9cfab6</SignedOid>\
         <SignedTid>ab1f708d-50f6-404c-a006-d71b2ac7a606</SignedTid>\
         <SignedStart>{start}</SignedStart><SignedExpiry>{expiry}</SignedExpiry>\
         <SignedService>b</SignedService><SignedVersion>2020-12-06</SignedVersion><Value>{value}</Value>\
         </UserDelegationKey>"
    )
}
