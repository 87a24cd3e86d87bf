//! get_free_slots
