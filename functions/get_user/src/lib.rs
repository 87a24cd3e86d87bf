//! get_user
