//! Worlds with other limits.

use shared::domain::{MessageLimit, Quotas};

use crate::{World, WorldSettings};

impl World {
    /// An empty world whose callers sign in, deployed with those quotas.
    pub async fn signed_in_with(quotas: Quotas) -> Self {
        Self::begin(WorldSettings { signs_in: true, quotas, ..WorldSettings::default() }).await
    }

    /// An empty world at [`crate::BEGINNING`] in which one person is sent that many messages on a day; 0 is
    /// no limit. `invitations` says whether its deployment sends any.
    pub async fn with_message_limit(per_day: u64, invitations: bool) -> Self {
        let message_limit = MessageLimit::new(per_day).unwrap();
        Self::begin(WorldSettings { message_limit, invitations, ..WorldSettings::default() }).await
    }
}
