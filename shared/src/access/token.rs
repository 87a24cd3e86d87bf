//! The token of a request. API Gateway has checked it and passes its claims as text, in which a group of two
//! words can't be told from two groups. So where that matters, the token itself is read.

use std::collections::HashMap;

use aws_smithy_types::base64;
use lambda_http::Request;
use lambda_http::http::header::AUTHORIZATION;
use serde_json::{Map, Value};

use crate::problem::{Code, Problem};

/// The one token of a request, if it has one.
///
/// # Errors
/// 401 for more than one: two headers, which API Gateway passes as one with a comma, or two words. Which of
/// them it has checked is not known.
pub(super) fn token(request: &Request) -> Result<Option<&str>, Problem> {
    let mut headers = request.headers().get_all(AUTHORIZATION).iter();
    let Some(header) = headers.next() else { return Ok(None) };
    let more_than_one =
        || Problem::new(Code::Unauthenticated, "Send one token, in one Authorization header.");
    let header = header.to_str().map_err(|_| more_than_one())?;
    if headers.next().is_some() || header.contains(',') {
        return Err(more_than_one());
    }
    let mut words = header.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        // API Gateway takes the token alone, too.
        (Some(token), None, _) => Ok(Some(token)),
        (Some(scheme), Some(token), None) if scheme.eq_ignore_ascii_case("Bearer") => Ok(Some(token)),
        (None, ..) => Ok(None),
        _ => Err(more_than_one()),
    }
}

/// The claims of a token (RFC 7519, section 3), if they are those that API Gateway has verified.
pub(super) fn verified_claims(token: &str, verified: &HashMap<String, String>) -> Option<Map<String, Value>> {
    let [_, payload, _] = token.split('.').collect::<Vec<_>>().try_into().ok()?;
    // Base64url without padding (RFC 7515, section 2), for a decoder of padded Base64.
    let mut text = payload.replace('-', "+").replace('_', "/");
    text.extend(std::iter::repeat_n('=', (4 - text.len() % 4) % 4));
    let claims: Map<String, Value> = serde_json::from_slice(&base64::decode(text).ok()?).ok()?;
    let has_all = verified.keys().all(|name| claims.contains_key(name));
    let is_verified = |(name, claim): (&String, &Value)| match verified.get(name) {
        Some(passed) => may_be_passed_as(claim, passed),
        // Whether API Gateway passes these is not documented.
        None => matches!(claim, Value::Null | Value::Object(_)),
    };
    (has_all && claims.iter().all(is_verified)).then_some(claims)
}

/// Whether API Gateway may pass the claim as that text: text as it is, a list as `[a b]`. How it writes
/// objects, and numbers that are long or have a fraction, is not documented.
fn may_be_passed_as(claim: &Value, passed: &str) -> bool {
    match claim {
        Value::String(text) => text == passed,
        Value::Bool(flag) => passed == if *flag { "true" } else { "false" },
        Value::Number(number) => passed.parse().ok() == number.as_f64(),
        Value::Array(elements) => match elements.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
            Some(texts) => passed == format!("[{}]", texts.join(" ")),
            None => true,
        },
        Value::Null | Value::Object(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn with(headers: &[&str]) -> Request {
        let mut request = Request::default();
        for header in headers {
            request.headers_mut().append(AUTHORIZATION, header.parse().unwrap());
        }
        request
    }

    #[test]
    fn a_request_has_one_token_or_none() {
        for (headers, expected) in [
            (&[][..], None),
            (&["Bearer a.b.c"], Some("a.b.c")),
            (&["bearer   a.b.c"], Some("a.b.c")),
            (&["a.b.c"], Some("a.b.c")),
        ] {
            assert_eq!(token(&with(headers)).unwrap(), expected, "{headers:?}");
        }
        for headers in [
            &["Bearer a.b.c", "Bearer d.e.f"][..],
            &["Bearer a.b.c", "Bearer a.b.c"],
            &["Bearer a.b.c,Bearer d.e.f"],
            &["Bearer a.b.c, Bearer d.e.f"],
            &["Bearer a.b.c,"],
            &[",a.b.c"],
            &["Bearer a.b.c d.e.f"],
            &["Bearer Bearer a.b.c"],
            &["Basic a.b.c"],
            &["Bearer \u{e9}"],
        ] {
            let problem = token(&with(headers)).unwrap_err();
            assert_eq!(problem.code(), Code::Unauthenticated, "{headers:?}");
        }
    }

    fn encoded(claims: &Value) -> String {
        let payload = base64::encode(claims.to_string()).trim_end_matches('=').to_owned();
        format!("e30.{}.c2ln", payload.replace('+', "-").replace('/', "_"))
    }

    #[test]
    fn claims_count_only_if_they_are_those_that_were_verified() {
        let claims = json!({
            "sub": "ana", "groups": ["site admin", "users"], "exp": 1_793_613_600, "email_verified": true,
            "address": { "country": "ES" }, "auth": [1, 2], "nothing": null,
        });
        let verified = |changes: &[(&str, Option<&str>)]| {
            let mut verified = HashMap::from(
                [
                    ("sub", "ana"),
                    ("groups", "[site admin users]"),
                    ("exp", "1793613600"),
                    ("email_verified", "true"),
                    ("address", "map[country:ES]"),
                    ("auth", "[1 2]"),
                ]
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
            );
            for (name, value) in changes {
                match value {
                    Some(value) => drop(verified.insert((*name).to_owned(), (*value).to_owned())),
                    None => drop(verified.remove(*name)),
                }
            }
            verified
        };
        let is_verified = |changes: &[_]| verified_claims(&encoded(&claims), &verified(changes)).is_some();
        assert_eq!(verified_claims(&encoded(&claims), &verified(&[])).as_ref(), claims.as_object());
        assert!(is_verified(&[("exp", Some("1.7936136e+09"))]), "the same number");
        assert!(is_verified(&[("address", None)]));
        for change in [
            ("sub", Some("bo")),
            ("sub", None),
            ("groups", Some("[users]")),
            ("groups", None),
            ("exp", Some("1793613601")),
            ("exp", None),
            ("email_verified", Some("false")),
            ("auth", None),
            ("email", Some("ana@example.com")),
        ] {
            assert!(!is_verified(&[change]), "{change:?}");
        }
        for token in ["", "e30", "e30.e30", "e30.e30.e30.e30", "e30.!.c2ln"] {
            assert!(verified_claims(token, &HashMap::new()).is_none(), "{token}");
        }
        assert!(verified_claims("e30.e30.c2ln", &HashMap::new()).is_some());
    }
}
