//! Worlds in which an address may pass to another account.

use shared::access::SignIn;

use crate::{Process, World};

impl World {
    /// A new process, in which a token of another account takes the place of the one before.
    pub fn restart_rebinding(&mut self) {
        let mut settings = self.settings.of_functions(&self.services.receiver, &self.template);
        if let SignIn::Jwt { rebinds_accounts, .. } = &mut settings.sign_in {
            *rebinds_accounts = true;
        }
        let Self { services, loopback, template, clock, tokens, .. } = self;
        self.process = Process::start(services, loopback, template, clock, tokens.as_ref(), settings);
    }
}
