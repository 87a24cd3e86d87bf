//! What a use case behind HTTP works with.

use lambda_http::Request;

use crate::access::{Caller, SignIn};
use crate::admission::Admission;
use crate::clock::Clock;
use crate::domain::quota::Quota;
use crate::domain::{Channels, Quotas};
use crate::store::Store;

/// What [`answer`](crate::http::answer) has to know of what a use case works with.
pub trait Context {
    /// The table and the settings, if the use case has any.
    fn api(&mut self) -> Option<&mut Api>;
}

/// For use cases that need nothing but their request.
impl Context for () {
    fn api(&mut self) -> Option<&mut Api> {
        None
    }
}

/// For the use case that says how callers sign in.
impl Context for SignIn {
    fn api(&mut self) -> Option<&mut Api> {
        None
    }
}

impl Context for Api {
    fn api(&mut self) -> Option<&mut Api> {
        Some(self)
    }
}

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

impl Api {
    /// Begins to count the request, if its caller signs in as a person and there is a limit. What the request
    /// writes from now on waits for the outcome. Whoever may act for anyone is nobody in particular, and not
    /// counted.
    pub fn admit(&mut self, request: &Request) -> Option<Admission> {
        let Ok(Caller::Person(person)) = self.sign_in.caller(request) else { return None };
        let demand = self.quotas.demand(Quota::RequestsPerMinute, 1)?;
        let admission = Admission::new(self.store.clone(), person.account, demand, self.clock.now());
        self.store = self.store.clone().behind(admission.gate());
        Some(admission)
    }
}
