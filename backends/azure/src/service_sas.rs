//! A service SAS for one blob: its fields, and the string that an account key signs.

use std::time::Duration;

use presign_core::{Operation, SignRequest, encode};

use crate::service_version::ServiceVersion;

/// How far a SAS starts in the past, so that a store whose clock is slow takes it: what Microsoft's
/// [best practices](https://learn.microsoft.com/azure/storage/common/storage-sas-overview#best-practices-when-using-sas)
/// ask for.
const START_BEFORE: Duration = Duration::from_mins(15);

/// What `sr` says: the SAS is for one blob.
const ONE_BLOB: &str = "b";

/// The fields of a [service SAS](https://learn.microsoft.com/rest/api/storageservices/create-service-sas) for one blob.
#[derive(Debug)]
pub(crate) struct ServiceSas<'a> {
    request: &'a SignRequest<'a>,
    account: &'a str,
    version: &'a ServiceVersion,
    /// `st`.
    starts: String,
    /// `se`.
    expires: String,
    /// `spr`; empty for a store that is reached without TLS.
    protocol: &'static str,
}

impl<'a> ServiceSas<'a> {
    /// The SAS that a request asks for.
    pub(crate) fn new(
        request: &'a SignRequest<'a>,
        account: &'a str,
        version: &'a ServiceVersion,
        https_only: bool,
    ) -> Self {
        let starts = request.signed_at.minus(START_BEFORE).to_string();
        let expires = request.expires_at().to_string();
        Self { request, account, version, starts, expires, protocol: if https_only { "https" } else { "" } }
    }

    /// The string that an
    /// [account key signs](https://learn.microsoft.com/rest/api/storageservices/create-service-sas#version-2020-12-06-and-later),
    /// from service version 2020-12-06 on. The blob's name stands in it as it is; in the URL it is encoded.
    pub(crate) fn string_to_sign(&self) -> String {
        let overrides = self.request.overrides;
        let resource = self.canonicalized_resource();
        let fields = [
            permissions(self.request.operation),
            &self.starts,
            &self.expires,
            &resource,
            "", // si: no stored access policy
            "", // sip: from any address
            self.protocol,
            self.version.as_str(),
            ONE_BLOB,
            "", // no snapshot
            "", // ses: no encryption scope
            text(overrides.cache_control.as_ref()),
            text(overrides.content_disposition.as_ref()),
            "", // rsce: the content encoding as stored
            "", // rscl: the content language as stored
            text(overrides.content_type.as_ref()),
        ];
        fields.join("\n")
    }

    fn canonicalized_resource(&self) -> String {
        let location = self.request.location;
        ["/blob/", self.account, "/", location.bucket(), "/", location.key().as_str()].concat()
    }

    /// Appends the query: the fields above as far as they say something, and the signature.
    pub(crate) fn append_to(&self, url: &mut String, signature: &str) {
        let overrides = self.request.overrides;
        let fields = [
            ("?sv=", self.version.as_str()),
            ("&st=", &self.starts),
            ("&se=", &self.expires),
            ("&sr=", ONE_BLOB),
            ("&sp=", permissions(self.request.operation)),
            ("&spr=", self.protocol),
            ("&rscc=", text(overrides.cache_control.as_ref())),
            ("&rscd=", text(overrides.content_disposition.as_ref())),
            ("&rsct=", text(overrides.content_type.as_ref())),
            ("&sig=", signature),
        ];
        for (name, value) in fields {
            if !value.is_empty() {
                url.push_str(name);
                encode::query_into(url, value);
            }
        }
    }

    /// About how long [`ServiceSas::append_to`]'s text is, in bytes.
    pub(crate) fn room(&self) -> usize {
        let overrides = self.request.overrides;
        let values = [&overrides.cache_control, &overrides.content_disposition, &overrides.content_type];
        // Encoding makes a byte three at most, and header values consist mostly of letters.
        256 + values.into_iter().flatten().map(|value| 6 + 2 * value.len()).sum::<usize>()
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

fn text(value: Option<&String>) -> &str {
    value.map_or("", String::as_str)
}
