//! Whatever bytes the headers hold.

use http::HeaderValue;
use proptest::{collection::vec, prelude::*};

use super::*;

fn names() -> CookieNames {
    CookieNames::parse(&["clearml_token_basic".into(), "allegro_token*".into()], "names").unwrap()
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"Bearer ".to_vec()),
        Just(b"Basic ".to_vec()),
        Just(b"clearml_token_basic=".to_vec()),
        Just(b"allegro_token_x=".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"; ".to_vec()),
        Just(b"=".to_vec()),
        Just(b"eyJ.eyJ.sig".to_vec()),
        vec(any::<u8>(), 0..12),
    ];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn request(authorization: &[Vec<u8>], cookies: &[Vec<u8>]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let named = [(header::AUTHORIZATION, authorization), (header::COOKIE, cookies)];
    for (name, values) in named {
        for value in values.iter().filter_map(|value| HeaderValue::from_bytes(value).ok()) {
            headers.append(name.clone(), value);
        }
    }
    headers
}

fn holds(values: &[Vec<u8>], text: &str) -> bool {
    values.iter().any(|value| value.windows(text.len()).any(|window| window == text.as_bytes()))
}

proptest! {
    #[test]
    fn no_token_is_found_that_was_not_sent(authorization in vec(value(), 0..3), cookies in vec(value(), 0..4)) {
        let (headers, names) = (request(&authorization, &cookies), names());
        let Ok(credentials) = Credential::all(&headers, &names) else { return Ok(()) };
        for credential in credentials {
            let (Credential::Token(text) | Credential::Keys(text)) = credential;
            prop_assert!(!text.is_empty() && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert!(holds(&authorization, text) || holds(&cookies, text), "{text}");
        }
    }

    #[test]
    fn a_token_in_the_header_is_the_only_one(token in "[!-~]{1,40}", cookies in vec(value(), 0..4)) {
        let (headers, names) = (request(&[format!("Bearer {token}").into_bytes()], &cookies), names());
        let found: Vec<_> = Credential::all(&headers, &names).unwrap().collect();
        prop_assert!(found == [Credential::Token(&token)]);
    }

    #[test]
    fn a_cookie_among_others_is_found(
        token in "[!#-:<-~]{1,40}",
        name in prop_oneof![Just("clearml_token_basic".to_owned()), "allegro_token[a-z]{0,5}"],
        before in vec("[a-z]{1,8}=[a-z]{0,8}", 0..4),
    ) {
        let cookie = before.iter().map(String::as_str).chain([format!("{name}={token}").as_str()]).collect::<Vec<_>>().join("; ");
        let (headers, names) = (request(&[], &[cookie.into_bytes()]), names());
        let found: Vec<_> = Credential::all(&headers, &names).unwrap().collect();
        prop_assert!(found == [Credential::Token(&token)]);
    }
}

#[test]
fn a_token_and_keys_of_the_same_text_are_remembered_apart() {
    assert_ne!(Credential::Token("YTpi").digest(), Credential::Keys("YTpi").digest());
}
