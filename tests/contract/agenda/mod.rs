//! A person's meetings in a window.

mod store;
