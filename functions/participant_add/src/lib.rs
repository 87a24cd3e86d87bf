//! participant_add
