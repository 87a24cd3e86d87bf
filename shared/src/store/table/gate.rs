//! What a transaction waits for before it is sent.

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

/// Decides, while a request is worked on, whether it may write. Clones share the decision.
#[derive(Clone, Debug)]
pub struct Gate(Shared<BoxFuture<'static, bool>>);

impl Gate {
    /// A gate that opens if `decision` is true.
    pub fn new(decision: impl Future<Output = bool> + Send + 'static) -> Self {
        Self(decision.boxed().shared())
    }

    pub(super) async fn opens(&self) -> bool {
        self.0.clone().await
    }
}
