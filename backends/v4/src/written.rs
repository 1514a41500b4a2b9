//! What a link for writing insists on: type and length of what is written.

use presign_core::{Operation, SignRequest, SignedUrl};

/// The headers that the signature of a link for writing covers. None for other links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written(Vec<(&'static str, String)>);

impl Written {
    /// The headers of a request. `length` is how the store wants to be told a number of bytes.
    #[must_use]
    pub fn by(request: &SignRequest<'_>, length: fn(u64) -> (&'static str, String)) -> Self {
        if request.operation != Operation::Put {
            return Self::default();
        }
        let content_type = request.content_type.map(|text| ("content-type", text.to_owned()));
        let content_length = request.content_length.map(length);
        Self(content_type.into_iter().chain(content_length).collect())
    }

    /// Without what belongs to the object as a whole, for a request that sends a part of it.
    #[must_use]
    pub fn of_part(mut self) -> Self {
        self.0.retain(|(name, _)| *name != "content-type");
        self
    }

    /// Without the length, for a request that sends no bytes of the object.
    #[must_use]
    pub fn of_whole(mut self) -> Self {
        self.0.retain(|(name, _)| *name == "content-type");
        self
    }

    /// Names and values, to be signed.
    #[must_use]
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    /// The link, with these headers among those to send.
    #[must_use]
    pub fn listed_by(self, link: SignedUrl) -> SignedUrl {
        self.0.into_iter().fold(link, |link, (name, value)| link.with_header(name, value))
    }
}
