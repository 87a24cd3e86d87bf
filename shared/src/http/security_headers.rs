//! Headers that keep browsers from storing, framing or running an answer, and from guessing its type. OWASP's
//! REST security cheat sheet recommends them
//! (<https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers>).

use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The headers. A year is the least that the preload list of browsers accepts (<https://hstspreload.org>).
const SECURITY_HEADERS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// Adds each of the headers that the answer doesn't have yet: a page has a policy of its own, and a file that
/// is the same for everyone may be cached.
pub fn add_security_headers(headers: &mut HeaderMap) {
    for (name, value) in SECURITY_HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;

    use super::super::{Request, Response, answer};
    use super::*;
    use crate::problem::{Code, Problem};

    async fn headers_of(outcome: fn() -> Result<Response, Problem>) -> HeaderMap {
        answer((), Request::default(), |(), _| async move { outcome() }).await.into_parts().0.headers
    }

    #[tokio::test]
    async fn every_answer_has_the_headers() {
        let outcomes: [fn() -> _; 4] = [
            || Ok(Response::new(Body::Empty)),
            || Err(Problem::new(Code::RouteNotFound, "Not here.")),
            || Err(Problem::internal("broken")),
            || panic!("on purpose"),
        ];
        for (index, outcome) in outcomes.into_iter().enumerate() {
            let headers = headers_of(outcome).await;
            for (name, value) in SECURITY_HEADERS {
                assert_eq!(headers.get(&name).map(HeaderValue::as_bytes), Some(value.as_bytes()), "{index}");
            }
        }
    }

    #[tokio::test]
    async fn a_header_of_the_answer_stays() {
        let headers = headers_of(|| {
            let mut response = Response::new(Body::Empty);
            let kept = HeaderValue::from_static("public, max-age=86400");
            response.headers_mut().insert(header::CACHE_CONTROL, kept);
            Ok(response)
        })
        .await;
        let kept: Vec<_> = headers.get_all(header::CACHE_CONTROL).iter().collect();
        assert_eq!(kept, ["public, max-age=86400"]);
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}
