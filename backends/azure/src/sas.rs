//! A SAS for one blob: its fields, and the string that a key signs.

use std::time::Duration;

use presign_core::{Operation, SignRequest, Timestamp, encode};

use crate::{
    delegation::{Delegation, Layout},
    service_version::ServiceVersion,
};

/// How far a SAS starts in the past, so that a store whose clock is slow takes it: what Microsoft's
/// [best practices](https://learn.microsoft.com/azure/storage/common/storage-sas-overview#best-practices-when-using-sas)
/// ask for.
pub(crate) const START_BEFORE: Duration = Duration::from_mins(15);

/// What `sr` says: the SAS is for one blob.
const ONE_BLOB: &str = "b";

/// The fields of a SAS for one blob: a [service SAS](https://learn.microsoft.com/rest/api/storageservices/create-service-sas),
/// or, with a delegation, a
/// [user delegation SAS](https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas).
#[derive(Debug)]
pub(crate) struct Sas<'a> {
    request: &'a SignRequest<'a>,
    account: &'a str,
    version: &'a ServiceVersion,
    /// `st`.
    starts: String,
    /// `se`.
    expires: String,
    /// `spr`; empty for a store that is reached without TLS.
    protocol: &'static str,
    delegation: Option<&'a Delegation<'a>>,
}

impl<'a> Sas<'a> {
    /// The service SAS that a request asks for.
    pub(crate) fn new(
        request: &'a SignRequest<'a>,
        account: &'a str,
        version: &'a ServiceVersion,
        https_only: bool,
    ) -> Self {
        let starts = request.signed_at.minus(START_BEFORE).to_string();
        let expires = request.expires_at().to_string();
        let protocol = if https_only { "https" } else { "" };
        Self { request, account, version, starts, expires, protocol, delegation: None }
    }

    /// Signed by a user delegation key instead of the account's, and so neither good before that key's start nor after
    /// its end.
    pub(crate) fn delegated(mut self, delegation: &'a Delegation<'a>) -> Self {
        let (first, last) = (delegation.key.not_before(), delegation.key.expires_at());
        let within = |time: Timestamp| time.max(first).min(last).to_string();
        self.starts = within(self.request.signed_at.minus(START_BEFORE));
        self.expires = within(self.request.expires_at());
        self.delegation = Some(delegation);
        self
    }

    /// The string that the key signs, from service version 2020-12-06 on. The blob's name stands in it as it is; in the
    /// URL it is encoded.
    pub(crate) fn string_to_sign(&self) -> String {
        let overrides = self.request.overrides;
        let resource = self.canonicalized_resource();
        let mut text = String::with_capacity(self.room() + resource.len());
        push_lines(&mut text, &[permissions(self.request.operation), &self.starts, &self.expires, &resource]);
        match self.delegation {
            None => push_lines(&mut text, &[""]), // si: no stored access policy
            Some(delegation) => delegation.push_lines(&mut text, self.version.layout()),
        }
        push_lines(
            &mut text,
            &[
                "", // sip: from any address
                self.protocol,
                self.version.as_str(),
                ONE_BLOB,
                "", // no snapshot
                "", // ses: no encryption scope
            ],
        );
        if self.delegation.is_some() && self.version.layout() == Layout::WithRequestFields {
            push_lines(&mut text, &["", ""]); // srh, srq: whatever other headers and parameters
        }
        push_lines(
            &mut text,
            &[
                text_of(overrides.cache_control.as_ref()),
                text_of(overrides.content_disposition.as_ref()),
                "", // rsce: the content encoding as stored
                "", // rscl: the content language as stored
            ],
        );
        text.push_str(text_of(overrides.content_type.as_ref()));
        text
    }

    fn canonicalized_resource(&self) -> String {
        let location = self.request.location;
        ["/blob/", self.account, "/", location.bucket(), "/", location.key().as_str()].concat()
    }

    /// Appends the query: the fields above as far as they say something, and the signature.
    pub(crate) fn append_to(&self, url: &mut String, signature: &str) {
        let overrides = self.request.overrides;
        push_fields(
            url,
            &[
                ("?sv=", self.version.as_str()),
                ("&st=", &self.starts),
                ("&se=", &self.expires),
                ("&sr=", ONE_BLOB),
                ("&sp=", permissions(self.request.operation)),
                ("&spr=", self.protocol),
            ],
        );
        if let Some(delegation) = self.delegation {
            push_fields(url, &delegation.fields());
        }
        push_fields(
            url,
            &[
                ("&rscc=", text_of(overrides.cache_control.as_ref())),
                ("&rscd=", text_of(overrides.content_disposition.as_ref())),
                ("&rsct=", text_of(overrides.content_type.as_ref())),
                ("&sig=", signature),
            ],
        );
    }

    /// About how long [`Sas::append_to`]'s text is, in bytes.
    pub(crate) fn room(&self) -> usize {
        let overrides = self.request.overrides;
        let values = [&overrides.cache_control, &overrides.content_disposition, &overrides.content_type];
        let delegation = if self.delegation.is_some() { 288 } else { 0 };
        // Encoding makes a byte three at most, and header values consist mostly of letters.
        256 + delegation + values.into_iter().flatten().map(|value| 6 + 2 * value.len()).sum::<usize>()
    }
}

/// The [permissions](https://learn.microsoft.com/rest/api/storageservices/create-service-sas#permissions-for-a-directory-container-or-blob)
/// that an operation needs, in the order that Azure wants: a write may create the blob, or replace it.
const fn permissions(operation: Operation) -> &'static str {
    match operation {
        Operation::Get | Operation::Head => "r",
        Operation::Put => "cw",
        Operation::Delete => "d",
    }
}

/// Lines of a string-to-sign, each with its end.
pub(crate) fn push_lines(text: &mut String, lines: &[&str]) {
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
}

/// Fields of a query, without the empty ones.
fn push_fields(url: &mut String, fields: &[(&str, &str)]) {
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        url.push_str(name);
        encode::query_into(url, value);
    }
}

fn text_of(value: Option<&String>) -> &str {
    value.map_or("", String::as_str)
}
