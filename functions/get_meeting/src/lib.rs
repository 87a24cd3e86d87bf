//! get_meeting
