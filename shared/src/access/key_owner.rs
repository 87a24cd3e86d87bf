//! Whose idempotency keys a request uses.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};

use super::Caller;

impl Caller {
    /// Whose idempotency keys the request uses, as words that are never the same for two callers. The words
    /// are the token's issuer and subject, which stay with a person; an address may pass to somebody else
    /// (OpenID Connect Core 1.0, section 5.7). A token without a subject has the address instead.
    ///
    /// All who may act for anyone share their keys: they may see each other's users and meetings as well.
    pub fn key_owner(&self, request: &Request) -> Vec<String> {
        let Self::Owner(email) = self else { return Vec::new() };
        let claim = |name: &str| match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => {
                context.authorizer.as_ref()?.jwt.as_ref()?.claims.get(name).cloned()
            }
            _ => None,
        };
        match claim("sub") {
            Some(subject) => vec!["subject".to_owned(), claim("iss").unwrap_or_default(), subject],
            None => vec!["address".to_owned(), email.key()],
        }
    }
}
