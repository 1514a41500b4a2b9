//! Storage URLs in a request's path.
//!
//! Three ways to write one there, because clients and proxies leave no choice:
//!
//! * `/s3/bucket/key`, which is what a ClearML SDK asks for under `path_substitution`;
//! * `/s3://bucket/key`, and `/s3:/bucket/key` where a proxy merged the slashes;
//! * `/s3%3A%2F%2Fbucket%2Fkey`, encoded whole, once or twice.

use presign_core::{Scheme, encode};

use crate::storage_url::{InvalidStorageUrl, StorageUrl, UrlScheme};

/// Reads the path (still encoded, starting with `/`, below the base path). `None` when it is not a storage URL at all.
pub(super) fn parse(path: &str) -> Option<Result<StorageUrl, InvalidStorageUrl>> {
    let path = path.strip_prefix('/')?;
    if let Some(whole) = encoded_whole(path) {
        return Some(whole.and_then(|text| StorageUrl::parse(&text)));
    }
    let (first, rest) = path.split_once('/')?;
    let scheme = Scheme::parse(first.strip_suffix(':').unwrap_or(first))?;
    let rest = if first.ends_with(':') { rest.strip_prefix('/').unwrap_or(rest) } else { rest };
    let (authority, key) = rest.split_once('/')?;
    Some(taken_apart(scheme, authority, key))
}

fn taken_apart(scheme: Scheme, authority: &str, key: &str) -> Result<StorageUrl, InvalidStorageUrl> {
    let authority = encode::decode(authority).ok_or(InvalidStorageUrl::NotUtf8)?;
    let rest = decode_key(key).ok_or(InvalidStorageUrl::NotUtf8)?;
    Ok(StorageUrl { scheme: UrlScheme::Storage(scheme), authority, rest })
}

/// The storage URL of a path whose `://` is encoded (`s3%3A%2F%2F…`), or encoded twice (`s3%253A%252F%252F…`).
fn encoded_whole(path: &str) -> Option<Result<String, InvalidStorageUrl>> {
    let (_, rest) = path.split_once('%')?;
    let starts = |what: &str| rest.get(..what.len()).is_some_and(|start| start.eq_ignore_ascii_case(what));
    let times = match () {
        () if starts("3A%2F%2F") || starts("3A//") => 1,
        () if starts("253A%252F%252F") => 2,
        () => return None,
    };
    let mut text = path.to_owned();
    for _ in 0..times {
        match encode::decode(&text) {
            Some(decoded) => text = decoded,
            None => return Some(Err(InvalidStorageUrl::NotUtf8)),
        }
    }
    StorageUrl::is_one(&text).then_some(Ok(text))
}

/// Decodes what the transport encoded in a key, once.
///
/// A ClearML SDK writes `%XX` into the keys themselves, up to the segment with the task's id, and its HTTP client then
/// quotes the URL without touching the `%XX` it finds: in `My%20Project/task%3A1.<id>/a%20b` the first and the last
/// triplet are transport and the middle one is key. So up to that segment only the characters that the SDK leaves
/// unquoted in a key, and the client then quotes, are decoded; after it, everything is.
///
/// A client that encodes keys properly writes the `%` of such a key as `%25`. One `%25` before two hexadecimal digits
/// therefore tells that the whole key is encoded.
fn decode_key(key: &str) -> Option<String> {
    let Some(end) = task_prefix_end(key) else {
        return encode::decode(key);
    };
    let (prefix, rest) = key.split_at_checked(end)?;
    if has_encoded_triplet(prefix) {
        return encode::decode(key);
    }
    let mut decoded = decode_sdk_prefix(prefix);
    decoded.push_str(&encode::decode(rest)?);
    Some(decoded)
}

/// Where the first segment that ends in `.` and a task id (32 lower-case hexadecimal digits) ends.
pub(crate) fn task_prefix_end(key: &str) -> Option<usize> {
    let mut end = 0;
    for segment in key.split('/') {
        end += segment.len();
        if is_task_segment(segment) {
            return Some(end);
        }
        end += 1;
    }
    None
}

fn is_task_segment(segment: &str) -> bool {
    let is_id = |id: &str| id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    segment.rsplit_once('.').is_some_and(|(name, id)| !name.is_empty() && is_id(id))
}

fn has_encoded_triplet(text: &str) -> bool {
    text.match_indices("%25").any(|(start, found)| {
        let after = text.as_bytes().get(start + found.len()..start + found.len() + 2);
        after.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// The characters that the SDK leaves in a key as they are, so that a triplet of theirs was made on the way: by its HTTP
/// client, or by the SDK itself when it registered the URL of what it had uploaded.
fn decode_sdk_prefix(prefix: &str) -> String {
    decode_some(prefix, |byte| byte.is_ascii_alphanumeric() || b"-._~ '[]{}()$^,;+=".contains(&byte))
}

/// The literal name of a form's part: forms cannot hold line ends and quotes, which clients write as triplets
/// ([HTML](https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data)). Up to the
/// task's segment triplets are the SDK's own.
pub(super) fn undo_form(name: &str) -> String {
    let (prefix, rest) = name.split_at_checked(task_prefix_end(name).unwrap_or_default()).unwrap_or(("", name));
    prefix.to_owned() + &decode_some(rest, |byte| matches!(byte, b'"' | b'\r' | b'\n'))
}

/// Decodes the triplets of these bytes, all of them ASCII, and leaves all others.
fn decode_some(text: &str, is_one: impl Fn(u8) -> bool) -> String {
    let mut pieces = text.split('%');
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.filter(|byte| is_one(*byte)) {
            Some(byte) if !piece.starts_with('+') => {
                decoded.push(char::from(byte));
                decoded.push_str(piece.get(2..).unwrap_or_default());
            }
            _ => {
                decoded.push('%');
                decoded.push_str(piece);
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    fn read(path: &str) -> String {
        let url = parse(path).unwrap().unwrap();
        format!("{}/{}", url.authority, url.rest)
    }

    #[test]
    fn all_spellings_of_the_scheme_are_one() {
        for path in
            ["/s3://bkt/x", "/s3:/bkt/x", "/s3%3A%2F%2Fbkt%2Fx", "/s3%3a%2f%2fbkt%2fx", "/s3/bkt/x", "/S3/bkt/x"]
        {
            assert_eq!(read(path), "bkt/x", "{path}");
        }
        assert_eq!(read("/s3%253A%252F%252Fbkt%252Fa%252520b"), "bkt/a%20b");
        assert_eq!(read("/s3/minio.local%3A9000/bkt/x"), "minio.local:9000/bkt/x");
    }

    #[test]
    fn the_sdk_form_and_the_encoded_form_name_the_same_object() {
        let expected = format!("bkt/My Project/task%3A1.{ID}/artifacts/a b/a+b.pkl");
        let sdk = format!("/s3/bkt/My%20Project/task%3A1.{ID}/artifacts/a%20b/a+b.pkl");
        let encoded = format!("/s3/bkt/My%20Project/task%253A1.{ID}/artifacts/a%20b/a%2Bb.pkl");
        assert_eq!(read(&sdk), expected);
        assert_eq!(read(&encoded), expected);
        let whole = format!("/s3%3A%2F%2Fbkt%2FMy%20Project%2Ftask%253A1.{ID}%2Fartifacts%2Fa%20b%2Fa%2Bb.pkl");
        assert_eq!(read(&whole), expected);
    }

    #[test]
    fn unicode_that_the_sdk_quoted_stays_quoted_before_the_task_id_only() {
        let path = format!("/s3/b/%D1%82/run%5B1%5D.{ID}/metrics/%D0%BF/x.png");
        assert_eq!(read(&path), format!("b/%D1%82/run[1].{ID}/metrics/п/x.png"));
    }

    #[test]
    fn the_url_that_the_sdk_registers_of_an_upload_names_what_was_uploaded() {
        let path = format!("/s3/b/P%20%281%29%20%27x%27%2C%24%2B%3D/t.{ID}/a%281%29%2525.png");
        assert_eq!(read(&path), format!("b/P (1) 'x',$+=/t.{ID}/a(1)%25.png"));
    }

    #[test]
    fn a_key_without_a_task_id_is_decoded_once() {
        assert_eq!(read("/gs/b/a%20b%2Fc%253A+d"), "b/a b/c%3A+d");
    }

    #[test]
    fn a_path_that_is_no_storage_url_is_none() {
        for path in
            ["/", "/s3", "/s3/bkt", "/favicon.ico", "/loss.png", "/s3x/b/k", "/https://h/b", "/%", "/%3A%2F%2Fb%2Fk"]
        {
            assert_eq!(parse(path), None, "{path}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(path in "(/|%|:|s3|25|3A|2F|é|\\.[0-9a-f]{32}|[ -~]){0,40}") {
            let _ = parse(&path);
            let _ = parse(&format!("/s3/{path}"));
        }

        #[test]
        fn an_encoded_key_comes_back_unless_it_holds_a_task_id(key in "[ -~é]{1,40}") {
            let path = format!("/s3/bkt/{}", encode::query(&key).replace("%2F", "/"));
            prop_assert_eq!(read(&path), format!("bkt/{key}"));
        }
    }
}
