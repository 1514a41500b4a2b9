//! A user delegation key.

use presign_core::Timestamp;
use quick_xml::de::from_str;
use secrecy::SecretString;
use serde::Deserialize;

use super::Layout;
use crate::{sas::push_lines, sas_key::SasKey};

/// A [user delegation key](https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key#response-body):
/// the right of one identity to sign for the blob service, for some days.
#[derive(Debug)]
pub(crate) struct DelegationKey {
    key: SasKey,
    said: Said,
    not_before: Timestamp,
    expires_at: Timestamp,
}

/// What the store says of a key. It goes into each signature as it was said.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    /// `skoid`: whose key it is.
    object_id: String,
    /// `sktid`: the tenant that identity is in.
    tenant_id: String,
    /// `skt`.
    starts: String,
    /// `ske`.
    expires: String,
    /// `sks`: for which service.
    service: String,
    /// `skv`: of which service version.
    version: String,
}

/// The answer as it stands. It holds the key, so it has no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    signed_oid: String,
    signed_tid: String,
    signed_start: String,
    signed_expiry: String,
    signed_service: String,
    signed_version: String,
    value: String,
}

impl DelegationKey {
    /// Reads the store's answer; `None` when it is no key.
    pub(crate) fn parse(xml: &str) -> Option<Self> {
        let answer: Answer = from_str(xml.trim_start_matches('\u{feff}')).ok()?;
        let key = SasKey::decode(&SecretString::from(answer.value))?;
        let (not_before, expires_at) = (time(&answer.signed_start)?, time(&answer.signed_expiry)?);
        let said = Said {
            object_id: answer.signed_oid,
            tenant_id: answer.signed_tid,
            starts: answer.signed_start,
            expires: answer.signed_expiry,
            service: answer.signed_service,
            version: answer.signed_version,
        };
        // A line end inside of a value would make two lines of it in what is signed.
        let sound = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic());
        let is_sound = said.values().into_iter().all(sound);
        is_sound.then_some(Self { key, said, not_before, expires_at })
    }

    pub(crate) const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    pub(crate) const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The signature of a string-to-sign, in base64.
    pub(crate) fn sign(&self, string_to_sign: &str) -> String {
        self.key.sign(string_to_sign)
    }

    /// Whether both sign alike: the same identity gets the same key for the same time.
    pub(crate) fn signs_like(&self, other: &Self) -> bool {
        self.said == other.said && self.sign("") == other.sign("")
    }
}

impl Said {
    fn values(&self) -> [&str; 6] {
        [&self.object_id, &self.tenant_id, &self.starts, &self.expires, &self.service, &self.version]
    }
}

fn time(text: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(text).ok()
}

/// What a delegation adds to a SAS.
#[derive(Debug)]
pub(crate) struct Delegation<'a> {
    pub(crate) key: &'a DelegationKey,
    /// `scid`, a GUID: who asked for the link; empty to not say.
    pub(crate) correlation_id: String,
}

impl Delegation<'_> {
    /// The lines that it adds to the string-to-sign.
    pub(crate) fn push_lines(&self, text: &mut String, layout: Layout) {
        push_lines(text, &self.key.said.values());
        push_lines(text, &["", "", &self.correlation_id]); // saoid, suoid: for Data Lake's access control lists
        if layout != Layout::First {
            push_lines(text, &["", ""]); // skdutid, sduoid: for whoever has the link
        }
    }

    /// The fields that it adds to the query.
    pub(crate) fn fields(&self) -> [(&str, &str); 7] {
        let [object_id, tenant_id, starts, expires, service, version] = self.key.said.values();
        [
            ("&skoid=", object_id),
            ("&sktid=", tenant_id),
            ("&skt=", starts),
            ("&ske=", expires),
            ("&sks=", service),
            ("&skv=", version),
            ("&scid=", &self.correlation_id),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(object_id: &str, start: &str, value: &str) -> String {
        format!(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><UserDelegationKey><SignedOid>{object_id}</SignedOid>\
             <SignedTid>tid</SignedTid><SignedStart>{start}</SignedStart><SignedExpiry>2024-03-08T11:45:00Z</SignedExpiry>\
             <SignedService>b</SignedService><SignedVersion>2020-12-06</SignedVersion><Value>{value}</Value>\
             </UserDelegationKey>"
        )
    }

    const START: &str = "2024-03-01T11:45:00Z";

    #[test]
    fn the_store_s_answer_is_read_with_its_byte_order_mark() {
        let key = DelegationKey::parse(&xml("oid", START, "c2VjcmV0LWtleQ==")).unwrap();
        assert_eq!(key.not_before().to_string(), START);
        assert_eq!(key.said.values(), ["oid", "tid", START, "2024-03-08T11:45:00Z", "b", "2020-12-06"]);
        assert!(!format!("{key:?}").contains("c2Vj"));
    }

    #[test]
    fn what_is_no_key_or_could_break_a_signature_is_refused() {
        for broken in [
            String::new(),
            "<html>".to_owned(),
            "<UserDelegationKey/>".to_owned(),
            xml("", START, "c2VjcmV0LWtleQ=="),
            xml("a\nb", START, "c2VjcmV0LWtleQ=="),
            xml("oid", "soon", "c2VjcmV0LWtleQ=="),
            xml("oid", START, "n0t-b4se64"),
        ] {
            assert!(DelegationKey::parse(&broken).is_none(), "{broken}");
        }
    }
}
