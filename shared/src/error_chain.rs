//! Why a call failed, as a log may tell it.

use std::error::Error;

/// What an error says, and what each error behind it says that is new. The SDK's own `DisplayErrorContext` would add how all
/// of them are debugged: after a condition that failed, with the items that were in the way, people's names and addresses among them.
pub(crate) fn error_chain(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        let more = error.to_string();
        if !told.ends_with(&more) {
            told = format!("{told}: {more}");
        }
        behind = error.source();
    }
    told
}
