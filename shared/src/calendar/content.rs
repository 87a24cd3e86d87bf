//! Content lines (RFC 5545, section 3.1): escaped, quoted and folded, whatever text they hold.
//!
//! Written here because the crates that write iCalendar fold a line to 76 octets, let a bare CR through, or
//! stamp every component of a time zone with an id and the time of their own clock.

/// An iCalendar object that is being written.
#[derive(Debug, Default)]
pub(super) struct Content {
    text: String,
}

/// The most octets of a line, its end not counted.
const MOST: usize = 75;

impl Content {
    /// What was written.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// A component, with what `inside` writes.
    pub(super) fn block(&mut self, component: &str, inside: impl FnOnce(&mut Self)) {
        self.plain("BEGIN", component);
        inside(self);
        self.plain("END", component);
    }

    /// A property whose value stands for itself, such as a number, a date, a keyword or a URI.
    pub(super) fn plain(&mut self, name: &str, value: &str) {
        self.line(name, &[], value);
    }

    /// A property whose value is text that somebody wrote (RFC 5545, section 3.3.11).
    pub(super) fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        let mut characters = value.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' | ';' | ',' => escaped.extend(['\\', character]),
                '\r' if characters.peek() == Some(&'\n') => {}
                '\r' | '\n' => escaped.push_str("\\n"),
                _ => escaped.push(character),
            }
        }
        self.line(name, &[], &escaped);
    }

    /// A property with parameters, and a value that stands for itself.
    pub(super) fn line(&mut self, name: &str, parameters: &[(&str, &str)], value: &str) {
        let mut line = name.to_owned();
        for (name, value) in parameters {
            line.extend([";", name, "=", &parameter(value)]);
        }
        line.extend([":", value]);
        self.fold(&line);
    }

    /// Writes a line, on as many lines as it needs.
    fn fold(&mut self, line: &str) {
        let mut rest = line;
        let mut room = MOST;
        while rest.len() > room {
            let (here, next) = rest.split_at(break_before(rest, room));
            self.text.extend([here, "\r\n "]);
            // The space that begins a line counts.
            (rest, room) = (next, MOST - 1);
        }
        self.text.extend([rest, "\r\n"]);
    }
}

/// A parameter's value, with what may not stand in one in circumflexes (RFC 6868), in
/// quotes unless it is a plain word.
fn parameter(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '+');
    if value.chars().all(plain) {
        return value.to_owned();
    }
    let encoded = value.replace('^', "^^").replace('"', "^'").replace('\n', "^n");
    format!("\"{encoded}\"")
}

/// Where to fold a line of which `room` octets fit: never inside a character, and beside white space only if
/// there is nothing but white space, as some readers drop it where a line ends.
fn break_before(line: &str, room: usize) -> usize {
    let most = line.floor_char_boundary(room);
    let solid = |at: &usize| {
        let (before, after) = line.split_at(*at);
        !before.ends_with(char::is_whitespace) && !after.starts_with(char::is_whitespace)
    };
    (most / 2..=most).rev().filter(|at| line.is_char_boundary(*at)).find(solid).unwrap_or(most)
}
