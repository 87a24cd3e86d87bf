//! Names as others see them. A name is chosen by its owner, so it must not be mistaken for words of ours.

use std::borrow::Cow;

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

use super::text::inline;
use super::{Email, Name};

/// Why a name is refused. The message is for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing of it can be seen.
    #[error("must have a visible character")]
    Invisible,
    /// It looks like what messages say themselves of somebody or of the service.
    #[error("must not look like words of the service, such as \"(organizer)\" or \"via Tactful\"")]
    OurWords,
    /// It looks like the address that messages show beside a name.
    #[error("must not have an address in brackets: messages show the verified address themselves")]
    Address,
}

/// Whether somebody may choose that name. Names that are stored already may be from a time before this rule.
///
/// # Errors
/// [`NameError`].
pub fn check(name: &Name) -> Result<(), NameError> {
    if !name.as_str().chars().any(is_visible) {
        return Err(NameError::Invisible);
    }
    if [folded(name.as_str()), folded_as_written(name.as_str())].iter().any(|text| has_our_words(text)) {
        return Err(NameError::OurWords);
    }
    if has_address_in_brackets(&folded(&name.as_str().replace('。', "."))) {
        Err(NameError::Address)
    } else {
        Ok(())
    }
}

fn has_our_words(folded: &str) -> bool {
    let marks_the_organizer =
        ["organizer", "organiser", "theorganizer", "theorganiser"].into_iter().any(|word| {
            let opens = |at: usize| {
                folded[..at].ends_with(|c: char| !c.is_alphanumeric() && !",.'’&+/-_".contains(c))
            };
            folded.match_indices(word).any(|(at, _)| opens(at))
        });
    marks_the_organizer || folded.contains("viatactfui") || folded == "tactfui"
}

fn has_address_in_brackets(folded: &str) -> bool {
    folded.match_indices('@').any(|(at, _)| {
        let (before, after) = (&folded[..at], &folded[at..]);
        let inside = before.rfind(OPENING).map(|open| &before[open..]);
        inside.is_some_and(|inside| !inside.contains(CLOSING)) && after.contains('.')
    })
}

/// Characters that look as if they open and close brackets, in their folded form.
const OPENING: [char; 13] = ['(', '[', '{', '<', '❬', '❲', '«', '【', '《', '〈', '⦅', '「', '‹'];
const CLOSING: [char; 13] = [')', ']', '}', '>', '❭', '❳', '»', '】', '》', '〉', '⦆', '」', '›'];

/// The name as others are shown it, inside a sentence of ours: the address, where the name is one that nobody
/// may choose any more.
pub(super) fn shown<'a>(name: &'a Name, email: &'a Email) -> Cow<'a, str> {
    match check(name) {
        Ok(()) => inline(name.as_str()),
        Err(_) => shown_address(email),
    }
}

/// An address as others are shown it: its domain in ASCII, where no letter looks like another.
pub(super) fn shown_address(email: &Email) -> Cow<'_, str> {
    match email.as_sent() {
        Cow::Borrowed(address) => inline(address),
        Cow::Owned(address) => Cow::Owned(inline(&address).into_owned()),
    }
}

/// The same for all texts that look alike (UTS #39, section 4), in whatever case, accents, spaces and
/// invisible characters.
fn folded(text: &str) -> String {
    folded_as_written(&text.nfkc().collect::<String>().to_lowercase())
}

/// The same in the case in which it is written: in capitals other letters look alike. The letters i and l and
/// the digit 1 are one.
fn folded_as_written(text: &str) -> String {
    let bare: String = text.nfkd().filter(|c| is_visible(*c)).collect();
    let alike = skeleton(&bare).filter(|c| is_visible(*c)).collect::<String>().to_lowercase();
    alike.replace(['l', '1'], "i")
}

/// Whether it takes up space with something to see, by itself. The blank Braille pattern has no dot.
fn is_visible(c: char) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    !(c.is_whitespace() || c.is_control() || c == '\u{2800}' || is_combining_mark(c) || ignorable.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(name: &str) -> Result<(), NameError> {
        check(&name.parse::<Name>().unwrap())
    }

    #[test]
    fn names_of_people_are_accepted() {
        for name in [
            "Ana María",
            "O'Brien-Smith, Jr.",
            "דנה לוי",
            "王小明",
            "नरेन्द्र",
            "👩‍👩‍👧",
            "Event Organizer",
            "Wedding-Organizer",
            "Team Organizers (Berlin)",
            "Tactful Tom",
            "ana@example.com",
            "Ana @ Work",
            "Ana (@ana)",
            "Ana (CEO) @ Work",
            "J (Joe) B",
            "İpek",
        ] {
            assert_eq!(checked(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_name_has_something_to_see() {
        for name in [
            "\u{200b}",
            "\u{2060}\u{feff}",
            "\u{3164}",
            "\u{115f}",
            "\u{ad}",
            "\u{2800}",
            "\u{e0100}",
            "\u{202e}",
            "\u{301}",
            "\u{200d}\u{fe0f}",
        ] {
            assert_eq!(checked(name), Err(NameError::Invisible), "{}", name.escape_unicode());
        }
    }

    #[test]
    fn a_name_does_not_imitate_our_words() {
        for name in [
            "Bo (organizer)",
            "(ORGANIZER)",
            "Bo (\u{a0}Organizer\u{2003})",
            "Bo (or\u{200b}gan\u{ad}izer)",
            "Bo \u{ff08}ｏｒｇａｎｉｚｅｒ\u{ff09}",
            "Bo (\u{43e}rg\u{430}nizer)",
            "Bo (0rganizer)",
            "Bo [organiser]",
            "Bo ⟨organizer⟩",
            "Bo (órganizer",
            "Bo via Tactful",
            "Bo v\u{131}a  TACTFUL",
            "Tactful",
            "𝐓actful\u{2060}",
            "Bo via Tac\u{200d}tful",
            "Bo via TactfuI",
            "Ana [0RGANlZER]",
            "Ana (the organizer)",
        ] {
            assert_eq!(checked(name), Err(NameError::OurWords), "{name}");
        }
    }

    #[test]
    fn a_name_does_not_imitate_the_address_beside_it() {
        for name in [
            "Ana <ceo@bank.example>",
            "Ana (ceo@bank.example)",
            "Ana ＜ceo＠bank.example＞",
            "@CEO <ceo@bank.example>",
            "Ana @ Work <ceo@bank.example>",
            "Ana <ceo@bank。example>",
            "Ana «ceo@bank.example»",
            "Ana 【ceo@bank.example】",
            "Ana 《ceo@bank.example》",
        ] {
            assert_eq!(checked(name), Err(NameError::Address), "{name}");
        }
    }

    #[test]
    fn a_stored_name_that_nobody_may_choose_is_shown_as_the_address() {
        let email = "bo@bücher.example".parse::<Email>().unwrap();
        for name in ["\u{3164}", "Ana (organizer)", "Ana <ana@example.com>"] {
            assert_eq!(shown(&name.parse().unwrap(), &email), "bo@xn--bcher-kva.example");
        }
        assert_eq!(shown(&"\u{202e}Bo".parse().unwrap(), &email), "Bo");
    }
}
