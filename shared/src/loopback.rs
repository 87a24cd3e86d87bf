//! Which addresses stay on this machine, where what is sent needs no encryption.

use url::{Host, Url};

/// Whether the host of `url` is this machine: `localhost`, or an address of the loopback.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
