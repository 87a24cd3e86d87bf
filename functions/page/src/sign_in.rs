//! How the page finds out who uses it, and which origins it may call for that.

use shared::access::SignIn;
use shared::aws::{PageClient, SettingError};
use shared::loopback::is_loopback;
use url::Url;

/// How the page finds out who uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageSignIn {
    /// Nobody signs in: the page asks whose calendar to show.
    Off,
    /// With the tokens that `local` signs for whoever asks.
    Dev,
    /// At an OpenID Connect issuer, by authorization code and PKCE.
    Oidc(OidcClient),
    /// Browsers can't sign in: callers sign requests with AWS credentials, or the issuer knows no client of
    /// the page.
    Unsupported,
}

impl PageSignIn {
    /// How people sign in on the page of a deployment on AWS.
    ///
    /// # Errors
    /// When a setting of the client has no value that the page may use.
    pub fn deployed(sign_in: &SignIn, client: Option<&PageClient>) -> Result<Self, SettingError> {
        match (sign_in, client) {
            (SignIn::Anonymous, _) => Ok(Self::Off),
            (SignIn::Jwt { .. }, Some(client)) => {
                let PageClient { issuer, client_id, connect_origins } = client;
                let issuer = Issuer::https(issuer).map_err(|_| SettingError::Invalid("JWT_ISSUER"))?;
                let origins = connect_origins.split(',').filter(|origin| !origin.is_empty());
                let origins = origins.map(ConnectOrigin::https).collect::<Result<_, _>>();
                let origins = origins.map_err(|_| SettingError::Invalid("PAGE_CONNECT_ORIGINS"))?;
                let client = OidcClient::new(issuer, client_id, origins);
                Ok(Self::Oidc(client.map_err(|_| SettingError::Invalid("PAGE_CLIENT_ID"))?))
            }
            (SignIn::Jwt { .. }, None) | (SignIn::Iam, _) => Ok(Self::Unsupported),
        }
    }
}

/// The page as a client of an issuer. It is public: a page can't keep a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcClient {
    issuer: Issuer,
    id: String,
    origins: Vec<ConnectOrigin>,
}

/// A value that can't be used. The text follows the setting's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OidcClientError {
    /// It is no address of an issuer.
    #[error(
        "must be the https address of an issuer, as its tokens have it in iss, without query or fragment"
    )]
    Issuer,
    /// It is no id of a client.
    #[error("must be the id of a client at the issuer, of letters, digits and the signs that a URL may have")]
    ClientId,
    /// It is no origin.
    #[error("must be an https origin, as https://auth.example.com")]
    Origin,
}

impl OidcClient {
    /// The client with that id. Beside the origin of the issuer the page may call `origins`, for an issuer
    /// whose token endpoint is elsewhere.
    ///
    /// # Errors
    /// [`OidcClientError::ClientId`].
    pub fn new(issuer: Issuer, id: &str, origins: Vec<ConnectOrigin>) -> Result<Self, OidcClientError> {
        if id.is_empty() || !id.chars().all(may_be_in_a_url) {
            return Err(OidcClientError::ClientId);
        }
        Ok(Self { issuer, id: id.to_owned(), origins })
    }

    /// The issuer.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The origins that the page calls in order to sign somebody in.
    pub(crate) fn origins(&self) -> impl Iterator<Item = &str> {
        [&self.issuer.origin].into_iter().chain(&self.origins).map(|origin| origin.0.as_str())
    }
}

/// The issuer of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// As it was given: the claim `iss` has to be the same, character by character.
    address: String,
    origin: ConnectOrigin,
}

impl Issuer {
    /// One with an `https` address.
    ///
    /// # Errors
    /// [`OidcClientError::Issuer`].
    pub fn https(address: &str) -> Result<Self, OidcClientError> {
        Self::parse(address, |_| false)
    }

    /// One with an `https` address, or with an `http` one of this machine for development.
    ///
    /// # Errors
    /// [`OidcClientError::Issuer`].
    pub fn https_or_loopback(address: &str) -> Result<Self, OidcClientError> {
        Self::parse(address, is_loopback)
    }

    fn parse(address: &str, may_be_plain: impl Fn(&Url) -> bool) -> Result<Self, OidcClientError> {
        let url = Url::parse(address).map_err(|_| OidcClientError::Issuer)?;
        let origin = ConnectOrigin::of(&url, may_be_plain).ok_or(OidcClientError::Issuer)?;
        let has_more = url.query().is_some() || url.fragment().is_some();
        if has_more || !address.chars().all(may_be_in_a_url) {
            return Err(OidcClientError::Issuer);
        }
        Ok(Self { address: address.to_owned(), origin })
    }

    /// The address, as the claim `iss` has it.
    pub fn as_str(&self) -> &str {
        &self.address
    }
}

/// An origin that the page may call: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectOrigin(String);

impl ConnectOrigin {
    /// An `https` origin.
    ///
    /// # Errors
    /// [`OidcClientError::Origin`].
    pub fn https(text: &str) -> Result<Self, OidcClientError> {
        Self::parse(text, |_| false)
    }

    /// An `https` origin, or an `http` one of this machine for development.
    ///
    /// # Errors
    /// [`OidcClientError::Origin`].
    pub fn https_or_loopback(text: &str) -> Result<Self, OidcClientError> {
        Self::parse(text, is_loopback)
    }

    fn parse(text: &str, may_be_plain: impl Fn(&Url) -> bool) -> Result<Self, OidcClientError> {
        let url = Url::parse(text).map_err(|_| OidcClientError::Origin)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !is_bare {
            return Err(OidcClientError::Origin);
        }
        Self::of(&url, may_be_plain).ok_or(OidcClientError::Origin)
    }

    /// The origin of an address. Its host has nothing that means more in a policy: a `*` would be a pattern,
    /// a `;` the end of the directive.
    fn of(url: &Url, may_be_plain: impl Fn(&Url) -> bool) -> Option<Self> {
        let is_encrypted = url.scheme() == "https" || url.scheme() == "http" && may_be_plain(url);
        let is_of_nobody = url.username().is_empty() && url.password().is_none();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        let host = url.host_str()?;
        (is_encrypted && is_of_nobody && host.chars().all(is_plain))
            .then(|| Self(url.origin().ascii_serialization()))
    }
}

/// The characters of RFC 3986: none of them ends an attribute in quotes or begins a placeholder.
fn may_be_in_a_url(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_https_address_that_is_kept_as_it_is() {
        for good in [
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc",
            "https://tenant.auth0.com/",
            "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0",
            "https://id.example:8443/realms/staff",
        ] {
            assert_eq!(Issuer::https(good).unwrap().as_str(), good);
        }
        let bad =
            ["", "id.example", "http://id.example", "http://localhost:9000", "https://ana:pw@id.example"];
        let more = ["?a=b", "#a", "/\"", "/<b>", "/{client_id}", "/ ", "/a b", ";script-src/", "*/"];
        let more = more.map(|end| format!("https://id.example{end}"));
        for bad in bad.into_iter().chain(more.iter().map(String::as_str)) {
            assert_eq!(Issuer::https(bad), Err(OidcClientError::Issuer), "{bad}");
        }
        for local in ["http://localhost:9000", "http://127.0.0.1:9000/id", "https://id.example"] {
            assert!(Issuer::https_or_loopback(local).is_ok(), "{local}");
        }
        assert!(Issuer::https_or_loopback("http://id.example").is_err());
    }

    #[test]
    fn an_origin_is_one_host_and_no_pattern() {
        assert_eq!(ConnectOrigin::https("https://ID.example:443/").unwrap().0, "https://id.example");
        for bad in [
            "https://*.example",
            "https://id.example/token",
            "https://id.example;script-src",
            "https://id.example,https://other.example",
            "http://id.example",
            "http://localhost",
            "https:",
            "data:",
            "*",
            "'unsafe-inline'",
            "https://id.example?x",
            "https://ana@id.example",
        ] {
            assert_eq!(ConnectOrigin::https(bad), Err(OidcClientError::Origin), "{bad}");
        }
        assert!(ConnectOrigin::https_or_loopback("http://localhost:9000").is_ok());
        assert!(ConnectOrigin::https_or_loopback("http://id.example").is_err());
    }

    #[test]
    fn a_client_has_an_id_that_ends_no_attribute() {
        let issuer = Issuer::https("https://id.example").unwrap();
        for good in ["1a2b3c", "tactful-page", "https://page.example/client", "a&b"] {
            assert!(OidcClient::new(issuer.clone(), good, Vec::new()).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a\"", "<a>", "{issuer}", "ä", "a\n"] {
            let refused = OidcClient::new(issuer.clone(), bad, Vec::new());
            assert_eq!(refused, Err(OidcClientError::ClientId), "{bad}");
        }
    }
}
