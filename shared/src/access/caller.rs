//! Who sent a request, as API Gateway's authorizer says.

use std::collections::HashMap;

use aws_smithy_types::base64;
use lambda_http::http::header::AUTHORIZATION;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use serde_json::{Map, Value};

use super::Actor;
use super::actor::enforce;
use super::rules::{OnUser, Whom};
use crate::domain::Email;
use crate::problem::{Code, Problem};
use crate::store::{Found, ReadSet, StoreError};

/// How callers sign in to a deployment. API Gateway checks them and refuses whoever fails; a function that is
/// reached without that check refuses as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// Not at all: anyone may do anything.
    Anonymous,
    /// With an AWS signature. Whoever IAM lets invoke the API may act for anyone.
    Iam,
    /// With a JSON Web Token (RFC 7519) of the issuer that the deployment trusts.
    Jwt(Administrators),
}

/// Who may act for anyone where callers sign in with tokens. An empty name matches nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Administrators {
    /// Their group: an element of the claim `cognito:groups`, `groups` or `roles`.
    pub group: String,
    /// Their scope: a word of the claim `scope` or `scp`.
    pub scope: String,
}

/// Who sent a request, before anything is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Someone who may act for anyone.
    Unrestricted,
    /// The owner of a verified address.
    Owner(Email),
}

impl SignIn {
    /// Who sent a request.
    ///
    /// # Errors
    /// 401 `unauthenticated` without the authorizer's word; 403 `forbidden` for a token without a verified
    /// address.
    pub fn caller(&self, request: &Request) -> Result<Caller, Problem> {
        let authorizer = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.authorizer.as_ref(),
            _ => None,
        };
        match self {
            Self::Anonymous => Ok(Caller::Unrestricted),
            Self::Iam => match authorizer.and_then(|authorizer| authorizer.iam.as_ref()) {
                Some(_) => Ok(Caller::Unrestricted),
                None => Err(unauthenticated()),
            },
            Self::Jwt(administrators) => match authorizer.and_then(|authorizer| authorizer.jwt.as_ref()) {
                Some(jwt) => owner(administrators, &jwt.claims, request),
                None => Err(unauthenticated()),
            },
        }
    }
}

impl Caller {
    /// `read_set`, and the item that says which user the caller is.
    #[must_use]
    pub fn with_own_keys(&self, read_set: ReadSet) -> ReadSet {
        match self {
            Self::Unrestricted => read_set,
            Self::Owner(email) => read_set.email(email),
        }
    }

    /// The user that the caller is, among what was read [`Caller::with_own_keys`].
    ///
    /// # Errors
    /// When an item can't be read.
    pub fn actor(&self, found: &Found) -> Result<Actor, StoreError> {
        Ok(match self {
            Self::Unrestricted => Actor::Unrestricted,
            Self::Owner(email) => Actor::Person(found.owner(email)?),
        })
    }

    /// Whether they may have that address, whether or not a user has it already.
    ///
    /// # Errors
    /// 403 `forbidden`.
    pub fn may_have(&self, address: &Email) -> Result<(), Problem> {
        let Self::Owner(own) = self else { return Ok(()) };
        let whom = if own.key() == address.key() { Whom::Oneself } else { Whom::Other };
        enforce(OnUser::HaveAddress.permission(whom), Code::UserNotFound)?;
        Ok(())
    }
}

fn unauthenticated() -> Problem {
    Problem::new(Code::Unauthenticated, "Send a valid token in the header Authorization: Bearer <token>.")
}

fn owner(
    administrators: &Administrators,
    claims: &HashMap<String, String>,
    request: &Request,
) -> Result<Caller, Problem> {
    if administrators.include(claims, request) {
        return Ok(Caller::Unrestricted);
    }
    // OpenID Connect Core 1.0, section 5.1. An address that nobody has verified may be anyone's.
    let verified = claims.get("email_verified").is_some_and(|verified| verified == "true");
    if verified
        && let Some(email) = claims.get("email")
        && let Ok(email) = Email::known(email)
    {
        return Ok(Caller::Owner(email));
    }
    let detail = "The token must have a verified e-mail address: the claims email and email_verified.";
    Err(Problem::new(Code::Forbidden, detail))
}

const GROUPS: [&str; 3] = ["cognito:groups", "groups", "roles"];
const SCOPES: [&str; 2] = ["scope", "scp"];

impl Administrators {
    fn include(&self, claims: &HashMap<String, String>, request: &Request) -> bool {
        let claims_name = |names: &[&str], wanted: &str| {
            let values = names.iter().filter_map(|name| claims.get(*name));
            !wanted.is_empty() && values.flat_map(|value| words(value)).any(|word| word == wanted)
        };
        if !claims_name(&GROUPS, &self.group) && !claims_name(&SCOPES, &self.scope) {
            return false;
        }
        // A word may be only a part of a name, as in `[site admin]`: only the
        // token itself says where names end.
        let Some(token) = claims_of_token(request) else { return false };
        let has = |names: &[&str], wanted: &str, of_text: fn(&str, &str) -> bool| {
            let is_wanted = |value: &Value| match value {
                Value::String(text) => of_text(text, wanted),
                Value::Array(elements) => elements.iter().any(|element| element == wanted),
                _ => false,
            };
            !wanted.is_empty() && names.iter().filter_map(|name| token.get(*name)).any(is_wanted)
        };
        has(&GROUPS, &self.group, |text, wanted| text == wanted)
            // RFC 8693, section 4.2.
            || has(&SCOPES, &self.scope, |text, wanted| text.split(' ').any(|scope| scope == wanted))
    }
}

/// The words of a claim as API Gateway passes it: a list is `[a b]`.
fn words(claim: &str) -> impl Iterator<Item = &str> {
    let inner = claim.strip_prefix('[').and_then(|claim| claim.strip_suffix(']')).unwrap_or(claim);
    inner.split([' ', ',']).filter(|word| !word.is_empty())
}

/// The claims of the request's token (RFC 7519, section 3). Nothing here checks the token: API Gateway has
/// checked it and passes its claims as well.
fn claims_of_token(request: &Request) -> Option<Map<String, Value>> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let payload = header.rsplit(' ').next()?.split('.').nth(1)?;
    // Base64url without padding (RFC 7515, section 2), for a decoder of padded Base64.
    let mut text = payload.replace('-', "+").replace('_', "/");
    text.extend(std::iter::repeat_n('=', (4 - text.len() % 4) % 4));
    serde_json::from_slice(&base64::decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_authorizer(authorizer: serde_json::Value) -> Request {
        let event = serde_json::json!({
            "version": "2.0", "routeKey": "GET /", "rawPath": "/", "rawQueryString": "", "headers": {},
            "requestContext": {
                "http": { "method": "GET", "path": "/" }, "timeEpoch": 0, "authorizer": authorizer,
            },
            "isBase64Encoded": false,
        });
        lambda_http::request::from_str(&event.to_string()).unwrap()
    }

    fn with_claims(claims: serde_json::Value) -> Request {
        with_authorizer(serde_json::json!({ "jwt": { "claims": claims, "scopes": null } }))
    }

    fn tokens() -> SignIn {
        SignIn::Jwt(Administrators { group: "admin".into(), scope: "tactful/admin".into() })
    }

    fn code(caller: Result<Caller, Problem>) -> &'static str {
        caller.unwrap_err().code().as_str()
    }

    #[test]
    fn each_way_to_sign_in_needs_its_own_authorizer() {
        let none = with_authorizer(serde_json::Value::Null);
        let iam = with_authorizer(
            serde_json::json!({ "iam": { "userArn": "arn:aws:iam::000000000000:user/ops" } }),
        );
        let jwt = with_claims(serde_json::json!({ "email": "ana@example.com", "email_verified": "true" }));
        for request in [&none, &iam, &jwt] {
            assert_eq!(SignIn::Anonymous.caller(request).unwrap(), Caller::Unrestricted);
        }
        assert_eq!(SignIn::Iam.caller(&iam).unwrap(), Caller::Unrestricted);
        assert_eq!(code(SignIn::Iam.caller(&none)), "unauthenticated");
        assert_eq!(code(SignIn::Iam.caller(&jwt)), "unauthenticated");
        let ana = Caller::Owner("ana@example.com".parse::<Email>().unwrap());
        assert_eq!(tokens().caller(&jwt).unwrap(), ana);
        assert_eq!(code(tokens().caller(&none)), "unauthenticated");
        assert_eq!(code(tokens().caller(&iam)), "unauthenticated");
        assert_eq!(code(tokens().caller(&Request::default())), "unauthenticated");
    }

    #[test]
    fn only_a_verified_address_signs_in() {
        for claims in [
            serde_json::json!({}),
            serde_json::json!({ "email": "ana@example.com" }),
            serde_json::json!({ "email": "ana@example.com", "email_verified": "false" }),
            serde_json::json!({ "email": "ana", "email_verified": "true" }),
            serde_json::json!({ "email_verified": "true" }),
        ] {
            assert_eq!(code(tokens().caller(&with_claims(claims.clone()))), "forbidden", "{claims}");
        }
    }

    #[test]
    fn a_group_or_a_scope_makes_an_administrator() {
        use serde_json::json;
        // The claim as API Gateway passes it, and as the token has it.
        let caller = |name: &str, passed: &str, value: &Value| {
            let mut request = with_claims(json!({ name: passed }));
            let payload = base64::encode(json!({ name: value, "note": "ÿ?>~" }).to_string());
            let payload = payload.trim_end_matches('=').replace('+', "-").replace('/', "_");
            let token = format!("Bearer e30.{payload}.c2ln").parse().unwrap();
            request.headers_mut().insert(AUTHORIZATION, token);
            tokens().caller(&request)
        };
        for (name, passed, value) in [
            ("cognito:groups", "[users admin]", json!(["users", "admin"])),
            ("groups", "admin", json!("admin")),
            ("roles", "[admin]", json!(["admin"])),
            ("roles", "[site manager admin]", json!(["site manager", "admin"])),
            ("scope", "openid tactful/admin", json!("openid tactful/admin")),
            ("scp", "tactful/admin", json!("tactful/admin")),
            ("scp", "[a tactful/admin]", json!(["a", "tactful/admin"])),
        ] {
            assert_eq!(caller(name, passed, &value).unwrap(), Caller::Unrestricted, "{name} {value}");
        }
        for (name, passed, value) in [
            ("groups", "[administrators]", json!(["administrators"])),
            ("groups", "[site admin]", json!(["site admin"])),
            ("groups", "[x,admin]", json!(["x,admin"])),
            ("roles", "site admin", json!("site admin")),
            ("groups", "tactful/admin", json!("tactful/admin")),
            ("scope", "admin", json!("admin")),
            ("scope", "a,tactful/admin", json!("a,tactful/admin")),
            ("scope", "tactful/administer", json!("tactful/administer")),
            ("sub", "admin", json!("admin")),
            // The token says more than API Gateway passed.
            ("groups", "[users]", json!(["admin"])),
        ] {
            assert_eq!(code(caller(name, passed, &value)), "forbidden", "{name} {value}");
        }
        // Without the token nobody is an administrator.
        assert_eq!(code(tokens().caller(&with_claims(json!({ "groups": "[admin]" })))), "forbidden");
        let nobody = SignIn::Jwt(Administrators::default());
        for claims in [serde_json::json!({ "groups": "[]" }), serde_json::json!({ "scope": "" })] {
            assert_eq!(code(nobody.caller(&with_claims(claims))), "forbidden");
        }
    }
}
