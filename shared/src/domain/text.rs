//! Text that people write, of bounded length and without characters that would break a mail header or a
//! terminal.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use url::Url;

/// A person's name.
pub type Name = Line<200>;
/// A meeting's title.
pub type Title = Line<200>;
/// Where a meeting takes place: a room, an address or a link.
pub type Location = Line<500>;
/// What a meeting is about.
pub type Description = Prose<5000>;

/// One line of text of at most `MAX` characters, not blank, without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<const MAX: usize>(String);

/// Text of several lines, of at most `MAX` characters, not blank. Of the control characters it may have line
/// breaks and tabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prose<const MAX: usize>(String);

impl<const MAX: usize> Line<MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is refused. The message is for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It is empty, or white space alone.
    #[error("must not be blank")]
    Blank,
    /// It is too long.
    #[error("must be at most {max} characters, not {length}")]
    TooLong {
        /// How many characters it may have.
        max: usize,
        /// How many it has.
        length: usize,
    },
    /// It has a character in it that it must not have.
    #[error("must not contain the control character U+{:04X}", u32::from(*.0))]
    ControlCharacter(char),
}

/// A link in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// The text before it.
    pub before: &'a str,
    /// The link as written.
    pub text: &'a str,
    /// The text after it.
    pub after: &'a str,
    /// The address that it leads to.
    pub url: Url,
}

impl Location {
    /// The first link in it that is safe to follow: `http` or `https`. Anything else stays text, such as
    /// `javascript:`, `data:` or a scheme that some client may know. The link ends at white space, without
    /// the punctuation that closes a sentence or a bracket: `Zoom (https://zoom.example/1).`
    pub fn link(&self) -> Option<Link<'_>> {
        self.0.split_whitespace().find_map(|word| {
            let text = word.trim_start_matches(['(', '<', '[', '"', '\'']);
            let text = text.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '>', ']', '"', '\'']);
            let (scheme, _) = text.split_once("://")?;
            let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
            let url = if is_web { Url::parse(text).ok()? } else { return None };
            let (before, after) = self.0.split_once(text)?;
            Some(Link { before, text, after, url })
        })
    }
}

impl<const MAX: usize> Prose<MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Description {
    /// Its lines, which may end with `\r\n`, `\n` or `\r`.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
    }
}

/// Drops surrounding white space. A separator of lines, as word processors write it, becomes a space.
impl<const MAX: usize> FromStr for Line<MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        checked(&text.replace(SEPARATORS, " "), MAX, |c| !c.is_control()).map(Self)
    }
}

/// Drops surrounding white space. A separator of lines, as word processors write it, becomes a line break.
impl<const MAX: usize> FromStr for Prose<MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let is_allowed = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
        checked(&text.replace(SEPARATORS, "\n"), MAX, is_allowed).map(Self)
    }
}

impl<const MAX: usize> fmt::Display for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Display for Prose<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `text` for use inside a sentence of ours: without the characters that embed, override or isolate a text
/// direction (UAX #9, sections 2.1, 2.2 and 2.4). One without its end would also reverse the words that
/// follow. Hebrew and Arabic are written from right to left without them.
pub fn inline(text: &str) -> Cow<'_, str> {
    let changes_direction = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match text.contains(changes_direction) {
        true => Cow::Owned(text.replace(changes_direction, "")),
        false => Cow::Borrowed(text),
    }
}

/// Unicode's separators of lines and paragraphs, and NEL. Who pastes text doesn't see them.
const SEPARATORS: [char; 3] = ['\u{2028}', '\u{2029}', '\u{85}'];

fn checked(text: &str, max: usize, allowed: impl Fn(char) -> bool) -> Result<String, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Blank);
    }
    let length = text.chars().count();
    if length > max {
        return Err(TextError::TooLong { max, length });
    }
    match text.chars().find(|c| !allowed(*c)) {
        Some(c) => Err(TextError::ControlCharacter(c)),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_bounded_and_clean() {
        assert_eq!("  Ana María ".parse::<Name>().unwrap().as_str(), "Ana María");
        assert!(" \t ".parse::<Name>().is_err());
        assert!("x".repeat(200).parse::<Name>().is_ok());
        assert!("x".repeat(201).parse::<Name>().unwrap_err().to_string().contains("200"));
        assert!("a\r\nBcc: x@y".parse::<Name>().unwrap_err().to_string().contains("U+000D"));
        for separator in SEPARATORS {
            assert_eq!(format!("a{separator}b{separator}").parse::<Name>().unwrap().as_str(), "a b");
        }
    }

    #[test]
    fn prose_keeps_its_line_breaks() {
        assert_eq!("one\n\ttwo".parse::<Description>().unwrap().as_str(), "one\n\ttwo");
        assert!("bell\u{7}".parse::<Description>().is_err());
        for separator in SEPARATORS {
            let prose = format!("{separator}a{separator}{separator}b").parse::<Description>().unwrap();
            assert_eq!(prose.as_str(), "a\n\nb");
        }
        let prose = "one\r\n\rtwo\nthree".parse::<Description>().unwrap();
        assert_eq!(prose.lines().collect::<Vec<_>>(), ["one", "", "two", "three"]);
    }

    #[test]
    fn inline_text_has_no_characters_that_change_the_direction() {
        for turning in ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}') {
            assert!(format!("{turning}Ana").parse::<Name>().is_ok());
            assert_eq!(inline(&format!("{turning}A{turning}na")), "Ana", "U+{:04X}", u32::from(turning));
        }
        for harmless in ["דנה לוי", "مريم (A)\u{200f}", "Zoë\u{200e}", "\u{61c}1", "\u{2029}", "👩‍👩‍👧"]
        {
            assert!(matches!(inline(harmless), Cow::Borrowed(text) if text == harmless));
        }
    }

    #[test]
    fn only_http_and_https_are_links() {
        let link = |text: &str| text.parse::<Location>().unwrap().link().map(|link| String::from(link.url));
        assert_eq!(link("HTTPS://meet.example.com/ä").as_deref(), Some("https://meet.example.com/%C3%A4"));
        for text in [
            "Room 5",
            "javascript:alert(1)",
            "data:text/html,x",
            "tel:112",
            "https:",
            "https://",
            "https:evil.example",
            "xhttps://x.example",
            "javascript:'https://x.example'",
        ] {
            assert_eq!(link(text), None, "{text}");
        }
    }

    #[test]
    fn a_link_is_found_between_words() {
        for (text, before, link, after) in [
            ("https://zoom.example/j/1", "", "https://zoom.example/j/1", ""),
            ("https://zoom.example/j/1 (Passcode: 42)", "", "https://zoom.example/j/1", " (Passcode: 42)"),
            ("Zoom (https://zoom.example/j/1).", "Zoom (", "https://zoom.example/j/1", ")."),
            (
                "Room 1, or http://x.example?a=b, or https://y.example",
                "Room 1, or ",
                "http://x.example?a=b",
                ", or https://y.example",
            ),
        ] {
            let location = text.parse::<Location>().unwrap();
            let found = location.link().unwrap();
            assert_eq!((found.before, found.text, found.after), (before, link, after));
        }
    }
}
