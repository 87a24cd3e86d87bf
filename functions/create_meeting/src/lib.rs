//! create_meeting
