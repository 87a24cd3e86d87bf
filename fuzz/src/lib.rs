//! What the targets share: a table that always answers, and requests made from the fuzzer's bytes.

pub mod request;
pub mod table;

/// Runs a use case to its end.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(work))
}
