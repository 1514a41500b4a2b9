//! Images that are nothing but pixels. A browser runs none of these, whatever their bytes are.

use http::{HeaderMap, HeaderValue, header};

/// How many bytes tell an image's type.
pub(crate) const SIGNATURE_BYTES: usize = 12;

/// A type of raster image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImageType {
    Png,
    Jpeg,
    Gif,
    Webp,
    Bmp,
}

impl ImageType {
    /// The type of which both the stored `Content-Type` and the first bytes are.
    pub(crate) fn of(headers: &HeaderMap, start: &[u8]) -> Option<Self> {
        if headers.contains_key(header::CONTENT_ENCODING) {
            return None;
        }
        let stored = Self::stored(headers.get(header::CONTENT_TYPE)?.to_str().ok()?)?;
        (Self::sniffed(start)? == stored).then_some(stored)
    }

    /// The media type.
    pub(crate) const fn media_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Bmp => "image/bmp",
        })
    }

    fn stored(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next()?.trim().to_ascii_lowercase();
        Some(match essence.as_str() {
            "image/png" => Self::Png,
            "image/jpeg" | "image/jpg" => Self::Jpeg,
            "image/gif" => Self::Gif,
            "image/webp" => Self::Webp,
            "image/bmp" | "image/x-ms-bmp" => Self::Bmp,
            _ => return None,
        })
    }

    /// By the signatures of the [MIME Sniffing Standard](https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern).
    fn sniffed(start: &[u8]) -> Option<Self> {
        match start {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'B', b'M', ..] => Some(Self::Bmp),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(content_type: &'static str, start: &[u8]) -> Option<ImageType> {
        ImageType::of(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))]), start)
    }

    #[test]
    fn an_image_is_one_by_its_type_and_by_its_bytes() {
        assert_eq!(of("image/png", b"\x89PNG\r\n\x1a\n...."), Some(ImageType::Png));
        assert_eq!(of("IMAGE/JPEG; q=1", b"\xff\xd8\xff\xe0"), Some(ImageType::Jpeg));
        assert_eq!(of("image/gif", b"GIF89a"), Some(ImageType::Gif));
        assert_eq!(of("image/webp", b"RIFF....WEBPVP8 "), Some(ImageType::Webp));
        assert_eq!(of("image/x-ms-bmp", b"BM......"), Some(ImageType::Bmp));
    }

    #[test]
    fn what_is_an_image_by_one_of_the_two_only_is_none() {
        for (content_type, start) in [
            ("image/png", b"<html><script>".as_slice()),
            ("image/png", b"GIF89a"),
            ("image/png", b""),
            ("text/html", b"\x89PNG\r\n\x1a\n"),
            ("image/svg+xml", b"<svg xmlns="),
            ("binary/octet-stream", b"\x89PNG\r\n\x1a\n"),
        ] {
            assert_eq!(of(content_type, start), None, "{content_type} {start:?}");
        }
    }

    #[test]
    fn what_has_to_be_unpacked_first_is_no_image() {
        let png = HeaderValue::from_static("image/png");
        let gzip = HeaderValue::from_static("gzip");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, png), (header::CONTENT_ENCODING, gzip)]);
        assert_eq!(ImageType::of(&headers, b"\x89PNG\r\n\x1a\n"), None);
    }
}
