//! What is stored stays readable: items and timers as earlier builds wrote them are served, delivered and
//! changed by this one.
//!
//! - `items/*.json`: everything in the table at 10:30 of one scripted day ([`story`]), one file for each kind
//!   of item, one item on each line; and the timers that EventBridge Scheduler held then.
//! - `items/earlier.json`: items in the forms that the program wrote before, one for each form.
//! - `expected.json`: what the API answers about all of them.
//!
//! The tests put the items into a world of their own ([`fixtures`]) and go on from there:
//!
//! - `answers`: every `GET`, free slots, and requests that are made again under their idempotency key.
//! - `agendas`: the lists of meetings.
//! - `deliveries`: which messages are sent, by the sweep and by the stored timers; changes of stored
//!   meetings.
//! - `earlier`: what is answered, delivered and changed of the earlier forms.
//! - `form`: the same day played anew writes items of the same form: the same attributes, of the same types.
//!
//! Nothing here names a type of the program, so that a fixture can only be read the way that the program
//! reads it.
//!
//! When the form changes on purpose, copy one item of each form that goes to `items/earlier.json`, and say in
//! `about` which it is. Then write the rest anew and read the difference:
//!
//! ```sh
//! WRITE_STORED=1 cargo test -p tests --test stored
//! ```

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod agendas;
mod answers;
mod deliveries;
mod earlier;
mod fixtures;
mod form;
mod story;
