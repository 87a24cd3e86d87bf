//! What every Tactful function shares: the rules of time, the domain, the store, timers, messages and HTTP.

pub mod time;
