//! An error with its causes, as text for the log.

use std::error::Error;

/// What an error says, followed by what each of its causes adds. The SDK's own `DisplayErrorContext` would
/// also add all of their debug output: after a failed condition that has the items that were in the way,
/// with people's names and addresses.
pub(crate) fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
        source = error.source();
    }
    text
}
