//! Requests that differ from one another in one thing.

use std::time::Duration;

use presign_core::{
    ExpiresIn, ObjectKey, ObjectLocation, Operation, ResponseOverrides, SignRequest, Timestamp, disposition,
};

use crate::{Difference, Suite};

/// A request that owns its parts, and what is special about it.
#[derive(Debug, Clone)]
pub(crate) struct Variant {
    /// What it differs in from the first; `None` for the first itself.
    pub(crate) difference: Option<Difference>,
    /// The difference in words.
    pub(crate) what: String,
    operation: Operation,
    location: ObjectLocation,
    signed_at: Timestamp,
    expires_in: ExpiresIn,
    pub(crate) overrides: ResponseOverrides,
}

impl Variant {
    pub(crate) fn as_request(&self) -> SignRequest<'_> {
        SignRequest::new(self.operation, &self.location, self.signed_at, self.expires_in)
            .with_overrides(&self.overrides)
    }

    fn with(&self, difference: Difference, what: impl Into<String>, change: impl FnOnce(&mut Self)) -> Self {
        let mut changed = Self { difference: Some(difference), what: what.into(), ..self.clone() };
        change(&mut changed);
        changed
    }
}

/// A first request, and one for each thing that may differ.
pub(crate) fn variants(suite: &Suite) -> Vec<Variant> {
    let Ok(key) = ObjectKey::parse("dir/a b+c%2Fd.txt") else { return Vec::new() };
    let location = suite.location(&key);
    let request = suite.request(suite.operation(), &location);
    let first = Variant {
        difference: None,
        what: "the first request".into(),
        operation: request.operation,
        location: location.clone(),
        signed_at: request.signed_at,
        expires_in: request.expires_in,
        overrides: ResponseOverrides::default(),
    };
    let mut all = vec![first.clone()];
    all.extend(operations(suite, &first));
    all.extend(locations(&first));
    all.extend(times(&first));
    all.extend(overrides(&first));
    all
}

fn operations(suite: &Suite, first: &Variant) -> Vec<Variant> {
    let others = suite.operations.iter().copied().filter(|other| *other != first.operation);
    others
        .map(|other| {
            let reads = other.is_read() && first.operation.is_read();
            let difference = if reads { Difference::GetAgainstHead } else { Difference::Operation };
            first.with(difference, other.method(), |variant| variant.operation = other)
        })
        .collect()
}

fn locations(first: &Variant) -> Vec<Variant> {
    let location = &first.location;
    let bucket = location.with_object("another-bucket", location.key().clone()).ok();
    let key =
        ObjectKey::parse("dir/a b+c%2fd.txt").ok().and_then(|key| location.with_object(location.bucket(), key).ok());
    let bucket =
        bucket.map(|other| first.with(Difference::Bucket, "another bucket", |variant| variant.location = other));
    let key = key.map(|other| first.with(Difference::Key, "another key", |variant| variant.location = other));
    bucket.into_iter().chain(key).collect()
}

fn times(first: &Variant) -> Vec<Variant> {
    let day = Duration::from_hours(24);
    let later = |by: Duration| first.signed_at.plus(by);
    let life = ExpiresIn::from_seconds(u64::from(first.expires_in.seconds()).saturating_sub(1));
    let mut all = vec![
        first.with(Difference::Time, "a second later", |variant| variant.signed_at = later(Duration::from_secs(1))),
        first.with(Difference::Time, "a day later", |variant| variant.signed_at = later(day)),
        first.with(Difference::Time, "a day before", |variant| variant.signed_at = first.signed_at.minus(day)),
    ];
    all.extend(
        life.ok().map(|life| first.with(Difference::Life, "a shorter life", |variant| variant.expires_in = life)),
    );
    all
}

/// The same text in each of the three, so that it has to matter where it stands; and texts that need every escape.
fn overrides(first: &Variant) -> Vec<Variant> {
    let text = || Some("no-store".to_owned());
    let awkward = disposition::attachment("été; a+b=c&d \"100%\" 日本#?.txt");
    let sets = [
        ("a content type", ResponseOverrides { content_type: text(), ..ResponseOverrides::default() }),
        ("a content disposition", ResponseOverrides { content_disposition: text(), ..ResponseOverrides::default() }),
        ("a cache control", ResponseOverrides { cache_control: text(), ..ResponseOverrides::default() }),
        ("a file name", ResponseOverrides { content_disposition: Some(awkward), ..ResponseOverrides::default() }),
        (
            "all overrides",
            ResponseOverrides {
                content_disposition: Some("inline; filename=a.txt".into()),
                content_type: Some("text/plain; charset=utf-8".into()),
                cache_control: Some("private, max-age=60".into()),
            },
        ),
    ];
    sets.map(|(what, set)| first.with(Difference::Overrides, what, |variant| variant.overrides = set)).into()
}
