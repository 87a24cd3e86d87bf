//! Who sent a request, as API Gateway's authorizer says.

use std::collections::HashMap;

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use serde_json::Value;

use super::Actor;
use super::rules::{OnUser, Permission, Whom};
use super::token::{token, verified_claims};
use crate::domain::{Account, Email};
use crate::problem::{Code, Problem};
use crate::store::{Found, ReadSet, Store};

/// How callers sign in to a deployment. API Gateway checks them and refuses whoever fails; a function that is
/// reached without that check refuses as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// Not at all: anyone may do anything.
    Anonymous,
    /// With an AWS signature. Whoever IAM lets invoke the API may act for anyone.
    Iam,
    /// With a JSON Web Token (RFC 7519) of the issuer that the deployment trusts.
    Jwt {
        /// Who may act for anyone.
        administrators: Administrators,
        /// Whether another account may sign in with an address that an account has signed in with, and takes
        /// its place. For an issuer whose subjects change.
        rebinds_accounts: bool,
    },
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
    /// A person who signed in.
    Person(Person),
}

/// A person who signed in with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their verified address.
    pub email: Email,
    /// Their account at the issuer.
    pub account: Account,
    /// Whether they may take the place of another account with the same address.
    rebinds: bool,
}

impl SignIn {
    /// Who sent a request.
    ///
    /// # Errors
    /// 401 `unauthenticated` without the authorizer's word, and for more than one token; 403 `forbidden` for
    /// a token without a verified address or without a subject.
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
            Self::Jwt { administrators, rebinds_accounts } => {
                let jwt = authorizer.and_then(|authorizer| authorizer.jwt.as_ref());
                let claims = &jwt.ok_or_else(unauthenticated)?.claims;
                if administrators.include(claims, token(request)?)? {
                    return Ok(Caller::Unrestricted);
                }
                person(claims, *rebinds_accounts).map(Caller::Person)
            }
        }
    }
}

impl Caller {
    /// `read_set`, and the item that says which user the caller is.
    #[must_use]
    pub fn with_own_keys(&self, read_set: ReadSet) -> ReadSet {
        match self {
            Self::Unrestricted => read_set,
            Self::Person(person) => read_set.email(&person.email),
        }
    }

    /// The user that the caller is, among what was read [`Caller::with_own_keys`].
    ///
    /// # Errors
    /// 403 `account_bound` for another account than the one that the address is bound to; 500 when an item
    /// can't be read.
    pub fn actor(&self, found: &Found) -> Result<Actor, Problem> {
        let Self::Person(person) = self else { return Ok(Actor::Unrestricted) };
        let claim = found.claim(&person.email)?;
        if let Some(bound) = claim.as_ref().and_then(|claim| claim.account.as_ref()) {
            person.check_bound(bound)?;
        }
        Ok(Actor::Person(claim.map(|claim| claim.user_id)))
    }

    /// Binds the caller's address to their account, unless it is bound. `found` is what was read
    /// [`Caller::with_own_keys`]. For requests that write, beside their own writes, so that nobody waits for
    /// it. The request was allowed when it was read; if this fails, the next one tries again.
    pub async fn bind(&self, store: &Store, found: &Found) {
        let Self::Person(person) = self else { return };
        let Ok(Some(claim)) = found.claim(&person.email) else { return };
        if claim.account.as_ref() == Some(&person.account) {
            return;
        }
        match store.bind_account(&claim, &person.account).await {
            Err(error) if !error.is_conflict() => {
                tracing::warn!(%error, user_id = %claim.user_id, "an account could not be bound");
            }
            _ => {}
        }
    }

    /// Whether they may have that address, whether or not a user has it already.
    ///
    /// # Errors
    /// 403 `forbidden`.
    pub fn may_have(&self, address: &Email) -> Result<(), Problem> {
        self.may_as_owner(OnUser::HaveAddress, address)
    }

    /// The same for creating a meeting in its owner's name.
    #[expect(clippy::missing_errors_doc, reason = "as above")]
    pub fn may_act_as(&self, address: &Email) -> Result<(), Problem> {
        self.may_as_owner(OnUser::ActAs, address)
    }

    fn may_as_owner(&self, action: OnUser, address: &Email) -> Result<(), Problem> {
        let Self::Person(person) = self else { return Ok(()) };
        let whom = if person.email.key() == address.key() { Whom::Oneself } else { Whom::Other };
        if action.permission(whom) == Permission::Allowed {
            return Ok(());
        }
        // Their own address is no secret from them.
        let own = person.email.as_str();
        let detail = format!(
            "Your token's address is {own}: only with it can you be a user or book in a user's name. An \
             administrator may choose any address. Nothing was changed."
        );
        Err(Problem::new(Code::Forbidden, detail))
    }

    /// The account that a user whom they create is bound to.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Unrestricted => None,
            Self::Person(person) => Some(&person.account),
        }
    }

    /// Whether they are the account that an address of theirs is bound to, or may become it.
    ///
    /// # Errors
    /// 403 `account_bound`.
    pub fn check_bound(&self, bound: &Account) -> Result<(), Problem> {
        match self {
            Self::Unrestricted => Ok(()),
            Self::Person(person) => person.check_bound(bound),
        }
    }
}

impl Person {
    fn check_bound(&self, bound: &Account) -> Result<(), Problem> {
        if self.rebinds || *bound == self.account {
            return Ok(());
        }
        let detail = "Another account signed in with this address before. An administrator can free it for \
                      yours. Nothing was changed.";
        Err(Problem::new(Code::AccountBound, detail))
    }
}

fn unauthenticated() -> Problem {
    Problem::new(Code::Unauthenticated, "Send a valid token in the header Authorization: Bearer <token>.")
}

fn person(claims: &HashMap<String, String>, rebinds: bool) -> Result<Person, Problem> {
    // OpenID Connect Core 1.0, section 5.1. An address that nobody has verified may be anyone's.
    let verified = claims.get("email_verified").is_some_and(|verified| verified == "true");
    let email = claims.get("email").filter(|_| verified).and_then(|email| Email::known(email).ok());
    let email = email.ok_or_else(|| {
        let detail = "The token must have a verified e-mail address: the claims email and email_verified.";
        Problem::new(Code::Forbidden, detail)
    })?;
    let named = |name: &str| claims.get(name).filter(|value| !value.is_empty()).cloned();
    let subject = named("sub").filter(|subject| subject.len() <= Account::MAX_SUBJECT);
    let account = named("iss").zip(subject).map(|(issuer, subject)| Account { issuer, subject });
    let account = account.ok_or_else(|| {
        let detail = "The token must say whose it is: the claims iss and sub, which has at most 255 bytes.";
        Problem::new(Code::Forbidden, detail)
    })?;
    Ok(Person { email, account, rebinds })
}

const GROUPS: [&str; 3] = ["cognito:groups", "groups", "roles"];
const SCOPES: [&str; 2] = ["scope", "scp"];

impl Administrators {
    fn include(&self, verified: &HashMap<String, String>, token: Option<&str>) -> Result<bool, Problem> {
        let claims_name = |names: &[&str], wanted: &str| {
            let values = names.iter().filter_map(|name| verified.get(*name));
            !wanted.is_empty() && values.flat_map(|value| words(value)).any(|word| word == wanted)
        };
        if !claims_name(&GROUPS, &self.group) && !claims_name(&SCOPES, &self.scope) {
            return Ok(false);
        }
        // A word may be only a part of a name, as in `[site admin]`: only the
        // token itself says where names end.
        let Some(token) = token else { return Ok(false) };
        let claims = verified_claims(token, verified).ok_or_else(|| {
            let detail = "The token in the header Authorization is not the one that was checked.";
            Problem::new(Code::Unauthenticated, detail)
        })?;
        let has = |names: &[&str], wanted: &str, of_text: fn(&str, &str) -> bool| {
            let is_wanted = |value: &Value| match value {
                Value::String(text) => of_text(text, wanted),
                Value::Array(elements) => elements.iter().any(|element| element == wanted),
                _ => false,
            };
            !wanted.is_empty() && names.iter().filter_map(|name| claims.get(*name)).any(is_wanted)
        };
        Ok(has(&GROUPS, &self.group, |text, wanted| text == wanted)
            // RFC 8693, section 4.2.
            || has(&SCOPES, &self.scope, |text, wanted| text.split(' ').any(|scope| scope == wanted)))
    }
}

/// The words of a claim as API Gateway passes it: a list is `[a b]`.
fn words(claim: &str) -> impl Iterator<Item = &str> {
    let inner = claim.strip_prefix('[').and_then(|claim| claim.strip_suffix(']')).unwrap_or(claim);
    inner.split([' ', ',']).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::base64;
    use lambda_http::http::header::AUTHORIZATION;

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
        let administrators = Administrators { group: "admin".into(), scope: "tactful/admin".into() };
        SignIn::Jwt { administrators, rebinds_accounts: false }
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
        let jwt = with_claims(serde_json::json!({
            "iss": "https://issuer.example", "sub": "1", "email": "ana@example.com", "email_verified": "true",
        }));
        for request in [&none, &iam, &jwt] {
            assert_eq!(SignIn::Anonymous.caller(request).unwrap(), Caller::Unrestricted);
        }
        assert_eq!(SignIn::Iam.caller(&iam).unwrap(), Caller::Unrestricted);
        assert_eq!(code(SignIn::Iam.caller(&none)), "unauthenticated");
        assert_eq!(code(SignIn::Iam.caller(&jwt)), "unauthenticated");
        let account = Account { issuer: "https://issuer.example".into(), subject: "1".into() };
        let email = "ana@example.com".parse::<Email>().unwrap();
        let ana = Caller::Person(Person { email, account, rebinds: false });
        assert_eq!(tokens().caller(&jwt).unwrap(), ana);
        assert_eq!(code(tokens().caller(&none)), "unauthenticated");
        assert_eq!(code(tokens().caller(&iam)), "unauthenticated");
        assert_eq!(code(tokens().caller(&Request::default())), "unauthenticated");
    }

    #[test]
    fn only_a_verified_address_of_an_account_signs_in() {
        let good = serde_json::json!({
            "iss": "https://issuer.example", "sub": "1", "email": "ana@example.com", "email_verified": "true",
        });
        tokens().caller(&with_claims(good.clone())).unwrap();
        for (name, bad) in [
            ("iss", None),
            ("iss", Some("")),
            ("sub", None),
            ("sub", Some("")),
            ("sub", Some("x".repeat(256).as_str())),
            ("email", None),
            ("email", Some("ana")),
            ("email_verified", None),
            ("email_verified", Some("false")),
        ] {
            let mut claims = good.clone();
            claims.as_object_mut().unwrap().remove(name);
            if let Some(bad) = bad {
                claims[name] = bad.into();
            }
            assert_eq!(code(tokens().caller(&with_claims(claims))), "forbidden", "{name} {bad:?}");
        }
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
            let mut request = with_claims(json!({ name: passed, "note": "ÿ?>~" }));
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
        // The token is not the one that API Gateway has checked, or it is one of two.
        assert_eq!(code(caller("groups", "[site admin]", &json!(["admin"]))), "unauthenticated");
        assert_eq!(code(caller("groups", "[admin]", &json!(["site admin"]))), "unauthenticated");
        let mut two = with_claims(json!({ "groups": "[site admin]" }));
        for groups in [json!(["site admin"]), json!(["site", "admin"])] {
            let payload = base64::encode(json!({ "groups": groups }).to_string());
            let token = format!("Bearer e30.{}.c2ln", payload.trim_end_matches('='));
            two.headers_mut().append(AUTHORIZATION, token.parse().unwrap());
        }
        assert_eq!(code(tokens().caller(&two)), "unauthenticated");
        let nobody = SignIn::Jwt { administrators: Administrators::default(), rebinds_accounts: false };
        for claims in [serde_json::json!({ "groups": "[]" }), serde_json::json!({ "scope": "" })] {
            assert_eq!(code(nobody.caller(&with_claims(claims))), "forbidden");
        }
    }
}
