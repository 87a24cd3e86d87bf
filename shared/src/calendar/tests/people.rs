//! Names and addresses of people.

use percent_encoding::percent_decode_str;
use proptest::prelude::*;

use super::{email, person, read, review, written};
use crate::calendar::{Audience, Identity, mailto};
use crate::domain::{Description, Email, Location, Meeting, Participant, Role, Title};

#[test]
fn addresses_are_written_as_people_write_them() {
    for (address, uri) in [
        ("ana@example.com", "mailto:ana@example.com"),
        ("Ana.B-c_d~e+tag@Sub.Example.org", "mailto:Ana.B-c_d~e+tag@Sub.Example.org"),
        ("o'brien@example.com", "mailto:o'brien@example.com"),
        ("!$*'+@example.com", "mailto:!$*'+@example.com"),
        // What ends or divides a URI, and what no URI may hold (RFC 6068, section 2, and RFC 3986).
        ("50%off@example.com", "mailto:50%25off@example.com"),
        ("a&b=c?d/e#f@example.com", "mailto:a%26b%3Dc%3Fd%2Fe%23f@example.com"),
        ("^`{|}@example.com", "mailto:%5E%60%7B%7C%7D@example.com"),
        // RFC 6068, section 6.1, has these two.
        ("\"not@me\"@example.org", "mailto:%22not%40me%22@example.org"),
        ("\"oh\\\\no\"@example.org", "mailto:%22oh%5C%5Cno%22@example.org"),
        ("\"a;b,c:d\"@example.org", "mailto:%22a%3Bb%2Cc%3Ad%22@example.org"),
        ("ana@b\u{fc}cher.example", "mailto:ana@xn--bcher-kva.example"),
    ] {
        assert_eq!(mailto(&email(address)), uri, "{address}");
    }
}

/// A quote or a colon in the URI would end it in SENT-BY.
#[test]
fn an_apostrophe_is_no_quote_in_a_parameter() {
    let sender = email("o'brien@example.com");
    let (review, identity) = (review(), Identity::of(&review()));
    let text = crate::calendar::document(&review, Audience::Everyone, identity, &sender, super::now()).text;
    assert_eq!(read(&text).organizer.sent_by.as_deref(), Some("mailto:o'brien@example.com"));
}

/// As in mails: nothing after a name or a title is reversed. A description stands alone and stays as it is.
#[test]
fn names_and_titles_do_not_change_the_direction_of_what_follows() {
    let turning = "\u{202e}A\u{2066}na\u{2069} \u{202b}5";
    let ana = person(turning, "ana@example.com");
    let meeting = Meeting {
        title: Some(turning.parse::<Title>().unwrap()),
        location: Some(turning.parse::<Location>().unwrap()),
        description: Some(turning.parse::<Description>().unwrap()),
        participants: vec![Participant::new(&ana, Role::Organizer)],
        ..review()
    };
    let invitation = read(&written(&meeting, Audience::Everyone).text);
    assert_eq!((invitation.text("SUMMARY"), invitation.text("LOCATION")), ("Ana 5".into(), "Ana 5".into()));
    assert_eq!((&*invitation.organizer.name, &*invitation.attendees[0].name), ("Ana 5", "Ana 5"));
    assert_eq!(invitation.text("DESCRIPTION"), turning);
    let removal = read(&written(&meeting, Audience::Removed(&ana)).text);
    assert_eq!((&*removal.organizer.name, &*removal.attendees[0].name), ("Ana 5", "Ana 5"));
}

/// Every character that may stand before the `@`, in quotes or not (RFC 5322, section 3.4.1).
fn address() -> impl Strategy<Value = Email> {
    let plain = r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,12}(\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,12})?";
    let quoted = r#""([!#-\[\]-~]|\\[!-~]){1,12}""#;
    let domain = r"([a-z0-9]{1,9}\.){1,2}(example|xn--kgbechtv)";
    let local = prop_oneof![plain.prop_map(String::from), quoted.prop_map(String::from)];
    (local, domain).prop_filter_map("no address", |(local, domain)| format!("{local}@{domain}").parse().ok())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_address_is_what_its_uri_decodes_to(email in address()) {
        let uri = mailto(&email);
        let encoded = uri.strip_prefix("mailto:").unwrap();
        prop_assert_eq!(percent_decode_str(encoded).decode_utf8().unwrap(), email.as_sent());
        // RFC 6068, section 2: one `@`, unreserved characters, and no more delimiters than these.
        prop_assert_eq!(encoded.matches('@').count(), 1);
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~%!$'*+@".contains(c);
        prop_assert!(encoded.chars().all(allowed), "{}", uri);
    }
}
