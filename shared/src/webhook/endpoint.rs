//! The address that webhooks go to.

use std::fmt;

use url::Url;

use crate::loopback::is_loopback;

/// The URL of the one receiver. Its path may be a secret, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// An address that webhooks must not go to. The text follows the setting's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is no URL with a host.
    #[error("must be a URL such as https://example.com/hooks")]
    NoUrl,
    /// It is not encrypted: anyone on the way could read or change what is sent.
    #[error("must begin with https://")]
    NotEncrypted,
    /// A user name, a password or a fragment, none of which would be sent.
    #[error("must have no user name, password or fragment")]
    TooMuch,
}

impl Endpoint {
    /// An `https` URL.
    ///
    /// # Errors
    /// See [`EndpointError`].
    pub fn https(text: &str) -> Result<Self, EndpointError> {
        Self::parse(text, |_| false)
    }

    /// An `https` URL, or an `http` one of this machine for development.
    ///
    /// # Errors
    /// See [`EndpointError`].
    pub fn https_or_loopback(text: &str) -> Result<Self, EndpointError> {
        Self::parse(text, is_loopback)
    }

    fn parse(text: &str, may_be_plain: impl Fn(&Url) -> bool) -> Result<Self, EndpointError> {
        let url = Url::parse(text).map_err(|_| EndpointError::NoUrl)?;
        if !url.has_host() {
            return Err(EndpointError::NoUrl);
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && may_be_plain(&url)) {
            return Err(EndpointError::NotEncrypted);
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(EndpointError::TooMuch);
        }
        Ok(Self(url))
    }

    /// The address as text, for sending there and for nothing else.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({}://{}/…)", self.0.scheme(), self.0.host_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_is_accepted() {
        for good in
            ["https://example.com", "HTTPS://example.com:8443/hooks/s3cret?a=b", "https://[2001:db8::1]/"]
        {
            assert!(Endpoint::https(good).is_ok(), "{good}");
        }
        let bad = [
            ("", EndpointError::NoUrl),
            ("example.com/hooks", EndpointError::NoUrl),
            ("mailto:ana@example.com", EndpointError::NoUrl),
            ("http://example.com/", EndpointError::NotEncrypted),
            ("http://localhost/", EndpointError::NotEncrypted),
            ("ftp://example.com/", EndpointError::NotEncrypted),
            ("https://ana:pw@example.com/", EndpointError::TooMuch),
            ("https://example.com/#top", EndpointError::TooMuch),
        ];
        for (text, error) in bad {
            assert_eq!(Endpoint::https(text), Err(error), "{text}");
        }
    }

    #[test]
    fn this_machine_needs_no_encryption_where_loopback_is_allowed() {
        for good in
            ["http://localhost:8000/", "http://127.0.0.1/x", "http://[::1]:8000/", "https://example.com/"]
        {
            assert!(Endpoint::https_or_loopback(good).is_ok(), "{good}");
        }
        for bad in ["http://example.com/", "http://10.0.0.1/", "http://localhost.example.com/", "file:///etc"]
        {
            assert!(Endpoint::https_or_loopback(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_path_is_not_shown() {
        let endpoint = Endpoint::https("https://example.com/hooks/s3cret?key=s3cret").unwrap();
        assert_eq!(format!("{endpoint:?}"), "Endpoint(https://example.com/…)");
    }
}
