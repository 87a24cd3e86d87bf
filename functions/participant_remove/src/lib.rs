//! participant_remove
