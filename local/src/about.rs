//! What a person has to know about the running program: printed at the start, and shown on the start page.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::cors::Origin;
use crate::deployment::Auth;

/// The running program.
#[derive(Clone, Debug)]
pub struct About {
    /// Where it answers.
    pub address: SocketAddr,
    /// What keeps everything across restarts, if anything does.
    pub data_dir: Option<PathBuf>,
    /// How callers are known.
    pub auth: Auth,
    /// The origins of web pages that may call the API, beside those of this program.
    pub cors_origins: Vec<Origin>,
}

impl About {
    /// Its version.
    pub const VERSION: &str = env!("CARGO_PKG_VERSION");

    /// Where it answers, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The data directory from the root on: who reads a page doesn't see where the program was started.
    pub fn absolute_data_dir(&self) -> Option<PathBuf> {
        let given = self.data_dir.as_ref()?;
        Some(std::path::absolute(given).unwrap_or_else(|_| given.clone()))
    }

    /// Whether callers need tokens.
    pub fn needs_tokens(&self) -> bool {
        self.auth != Auth::Off
    }

    /// The issuer whose tokens callers send, if it isn't this program.
    pub fn issuer(&self) -> Option<&str> {
        match &self.auth {
            Auth::Issuer(settings) => Some(settings.issuer.as_str()),
            Auth::Off | Auth::Dev => None,
        }
    }

    /// The command that shows what Tactful does, to be run in the folder of the source.
    pub fn quickstart(&self) -> String {
        format!("examples/quickstart.sh {}", self.url())
    }

    /// The same by hand: lines to paste into any POSIX shell, again and again, as each paste makes
    /// new addresses. The meeting starts 250 seconds later, cut to the minute. So the reminder is
    /// due in a later minute than the invitation, which takes up to two minutes and a moment, and
    /// would otherwise stand in for it.
    pub fn by_hand(&self) -> String {
        let url = self.url();
        let (token, [by_ana, by_bo]) = match self.auth {
            // Where an issuer signs people in, these lines aren't shown.
            Auth::Off | Auth::Issuer(_) => (String::new(), [String::new(), String::new()]),
            Auth::Dev => {
                let token = format!("token() {{ curl -s \"{url}/local/token?email=$1\"; }}\n");
                let signed = |name| {
                    format!(" \\\n  -H \"authorization: Bearer $(token {name}+$tag@example.com)\" \\\n ")
                };
                (token, [signed("ana"), signed("bo")])
            }
        };
        format!(
            r#"api={url}/api tag=$(date +%s)-$$
{token}ana=$(curl -s "$api/create_user"{by_ana} -d '{{"email":"ana+'$tag'@example.com",
  "name":"Ana","timezone":"Europe/Madrid"}}' |
  sed 's/.*"user_id":"\([^"]*\)".*/\1/'); echo "$ana"
curl -s "$api/create_user"{by_bo} -d '{{"email":"bo+'$tag'@example.com",
  "name":"Bo","timezone":"Asia/Kolkata"}}'; echo
at() {{ date -u -d "@$1" +%FT%RZ 2>/dev/null || date -u -r "$1" +%FT%RZ; }}
now=$(date +%s)
curl -s "$api/create_meeting"{by_ana} -d '{{"creator_id":"'$ana'",
  "title":"Design review","time_zone":"Europe/Madrid",
  "start_time":"'$(at $((now + 250)))'","end_time":"'$(at $((now + 2050)))'",
  "participants":["bo+'$tag'@example.com"],"notification_interval":1}}'; echo
"#
        )
    }

    /// What is printed at the start. It fits a terminal of 100 columns as far as the data directory does.
    pub fn banner(&self) -> String {
        let url = self.url();
        let data = match &self.data_dir {
            Some(directory) => format!("in {} (to start over, stop it and delete that)", directory.display()),
            None => "in memory: gone when it stops".to_owned(),
        };
        let sign_in = match &self.auth {
            Auth::Off => "nobody has to: every caller may do everything".to_owned(),
            Auth::Dev => format!(
                "with tokens (Authorization: Bearer ...), signed here for whoever asks:\n           \
                 {url}/local/token?email=ana@example.com\n           \
                 with &group=admin an administrator's"
            ),
            Auth::Issuer(settings) => {
                format!("with tokens (Authorization: Bearer ...) of\n           {}", settings.issuer.as_str())
            }
        };
        let to_try = match self.issuer() {
            // Its tokens are for people, who get them on the calendar page.
            Some(_) => String::new(),
            None => format!(
                "Try it in another terminal, in the same folder:\n\n\
                 {quickstart}\n\n\
                 Or paste this: Ana invites Bo to a meeting in four minutes. Each gets an invitation, then a\n\
                 reminder a minute before it starts.\n\n\
                 {by_hand}\n",
                quickstart = self.quickstart(),
                by_hand = self.by_hand(),
            ),
        };
        format!(
            "Tactful answers on {url} - open it in a browser. Ctrl-C stops it.\n\n  \
             data     {data}\n  \
             sign-in  {sign_in}\n\n\
             {to_try}\
             Look at it in a browser; these pages refresh themselves. Mail is caught, not sent.\n\n  \
             calendar   {url}/\n  \
             overview   {url}/local\n  \
             docs       {url}/api/docs\n  \
             reminders  {url}/local/reminders\n  \
             webhooks   {url}/local/webhooks\n  \
             outbox     {url}/local/outbox\n\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use page::Issuer;

    use super::*;
    use crate::deployment::IssuerSettings;

    fn about(address: &str, data_dir: Option<PathBuf>, auth: Auth) -> About {
        About { address: address.parse().unwrap(), data_dir, auth, cors_origins: Vec::new() }
    }

    #[test]
    fn every_line_of_the_banner_fits_a_hundred_columns() {
        let issuer = Auth::Issuer(IssuerSettings {
            issuer: Issuer::https("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI")
                .unwrap(),
            audience: Vec::new(),
            page_client_id: None,
            page_connect_origins: Vec::new(),
        });
        for auth in [Auth::Off, Auth::Dev, issuer] {
            for address in ["127.0.0.1:65535", "[::1]:65535"] {
                let banner = about(address, Some(".local".into()), auth.clone()).banner();
                let longest = banner.lines().max_by_key(|line| line.chars().count()).unwrap();
                assert!(longest.chars().count() <= 100, "{longest}");
            }
        }
    }

    #[test]
    fn the_banner_begins_with_the_start_page() {
        let about = about("[::1]:3000", None, Auth::Off);
        let banner = about.banner();
        assert!(banner.starts_with("Tactful answers on http://[::1]:3000 "), "{banner}");
        for page in ["api/docs", "local/reminders", "local/webhooks", "local/outbox"] {
            assert!(banner.contains(&format!("http://[::1]:3000/{page}\n")), "{page}: {banner}");
        }
        assert!(banner.contains("in memory") && !banner.contains(".local"), "{banner}");
    }

    #[test]
    fn the_readme_has_the_same_lines_to_paste() {
        let about = about("127.0.0.1:3000", None, Auth::Off);
        let lines = about.by_hand().replace("127.0.0.1", "localhost");
        assert!(include_str!("../../README.md").contains(&format!("```sh\n{lines}```\n")), "{lines}");
    }
}
