//! What a use case behind HTTP works with.

use crate::access::SignIn;
use crate::clock::Clock;
use crate::domain::{Channels, Quotas};
use crate::store::Store;

/// What a use case works with, besides its request. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Api {
    /// The table.
    pub store: Store,
    /// The time now.
    pub clock: Clock,
    /// The channels that this deployment can notify through.
    pub channels: Channels,
    /// How callers sign in.
    pub sign_in: SignIn,
    /// How much one user may ask for.
    pub quotas: Quotas,
}
