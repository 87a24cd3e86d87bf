#!/bin/sh
# Creates two people and a meeting that starts in a few minutes, and says when each of them gets which mail, and why then.
# Start Tactful with `cargo run`, then run this as often as you like: every run makes new people.
#
#     examples/quickstart.sh [URL]        by default http://localhost:3000
#
# Needs curl and sed. Where callers sign in, TACTFUL_TOKEN holds an administrator's token; `cargo run -- --auth dev` hands out
# its own.
set -eu

url=${1:-http://localhost:3000}
url=${url%/}
newline='
'

fail() {
    printf 'quickstart: %s\n' "$1" >&2
    exit 1
}

# Requests $2 with the token $1, which may be empty: a GET, or a POST of $3. Leaves the body of the answer in $answer.
request() {
    token=$1
    path=$2
    body=${3:-}
    answer=$(curl -sS -w '\n%{http_code}' ${token:+-H "authorization: Bearer $token"} ${body:+-d "$body"} "$url$path") ||
        fail "nothing answers at $url. Start it with \`cargo run\`, or name its address: examples/quickstart.sh URL"
    status=${answer##*"$newline"}
    answer=${answer%"$newline"*}
    case $status in
        2??) ;;
        *) fail "$url$path answered $status: $(printf '%.400s' "$answer")" ;;
    esac
}

# The text $1 of the JSON $2; nothing if it is null or absent.
text() {
    printf '%s\n' "$2" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# What the person with the address $1 signs in with.
token_of() {
    if [ -n "${TACTFUL_TOKEN:-}" ]; then
        printf '%s\n' "$TACTFUL_TOKEN"
    else
        # Where nobody has to sign in, there are none.
        curl -sf "$url/local/token?email=$1" || true
    fi
}

# The instant $3 on the clock of the user $2, who has the token $1. Free slots are shown in the user's own zone.
own_time() {
    request "$1" /api/get_free_slots "{\"user_id\":\"$2\",\"start_time\":\"$3\",\"end_time\":\"$end\"}"
    text start_time "${answer%%\"booked_meetings\"*}" | sed 's/\(.*\)T\(..:..\):..\(.*\)/\2 on \1 (UTC\3)/'
}

# The minute $1, counted from 1970, in UTC: the second form is for the `date` of BSD and macOS.
instant() {
    at=$(($1 * 60))
    date -u -d "@$at" +%FT%RZ 2>/dev/null || date -u -r "$at" +%FT%RZ
}

# The minute $1, counted from 1970, on clocks in Kolkata, which are 330 minutes ahead all year.
clock_in_kolkata() {
    minute=$((($1 + 330) % 1440))
    printf '%02d:%02d' $((minute / 60)) $((minute % 60))
}

in_words() {
    case $1 in
        on_time) echo "nothing moved it" ;;
        immediate) echo "as soon as possible, as its own minute is over" ;;
        after_dnd) echo "moved to the end of the Do-Not-Disturb hours" ;;
        before_dnd) echo "moved to before the Do-Not-Disturb hours" ;;
        after_meeting) echo "moved to the end of another meeting" ;;
        before_meeting) echo "moved to before another meeting" ;;
        after_dnd_short) echo "moved to the end of the Do-Not-Disturb hours, although little time is left" ;;
        dnd_until_start) echo "Do-Not-Disturb until the meeting starts" ;;
        meeting_started) echo "no minute is left before the meeting starts" ;;
        recipient_limit) echo "enough messages were sent to this person on that day" ;;
        *) echo "see docs/api.md" ;;
    esac
}

request "" /api/health
case $answer in
    *'"tzdb"'*) ;;
    *) fail "$url is not Tactful: /api/health answered $(printf '%.400s' "$answer")" ;;
esac

run=$(date +%s)-$$
ana_email=ana+$run@example.com
bo_email=bo+$run@example.com
ana_token=$(token_of "$ana_email")
bo_token=$(token_of "$bo_email")

# Ana is reminded two minutes before the start. Bo's hours begin at that very minute, at whatever time of the day this
# runs: so his reminder comes before them, with five minutes to spare. That is a minute later than the last in which an
# invitation is sent, or the two would be one mail.
start_minute=$(($(date +%s) / 60 + 10))
start=$(instant $start_minute)
end=$(instant $((start_minute + 30)))
bo_from=$(clock_in_kolkata $((start_minute - 2)))
bo_until=$(clock_in_kolkata $((start_minute + 538)))

request "$ana_token" /api/create_user "{\"email\":\"$ana_email\",\"name\":\"Ana\",\"timezone\":\"Europe/Madrid\"}"
ana=$(text user_id "$answer")
echo "Created Ana, $ana_email, in Europe/Madrid. She may be disturbed at any time."
request "$bo_token" /api/create_user "{\"email\":\"$bo_email\",\"name\":\"Bo\",\"timezone\":\"Asia/Kolkata\",
    \"dnd_start_time\":\"$bo_from\",\"dnd_end_time\":\"$bo_until\"}"
bo=$(text user_id "$answer")
echo "Created Bo, $bo_email, in Asia/Kolkata. Do not disturb him from $bo_from to $bo_until."
echo

request "$ana_token" /api/create_meeting "{\"creator_id\":\"$ana\",\"title\":\"Design review\",\"start_time\":\"$start\",
    \"end_time\":\"$end\",\"time_zone\":\"Europe/Madrid\",\"participants\":[\"$bo_email\"],\"notification_interval\":2}"
meeting=$(text meeting_id "$answer")
ana_start=$(own_time "$ana_token" "$ana" "$start")
bo_start=$(own_time "$bo_token" "$bo" "$start")
echo "Ana invites Bo to a design review, with a reminder two minutes before it. It starts"
echo "    for Ana at $ana_start"
echo "    for Bo  at $bo_start"
echo

# Reminders are answered at once; invitations once they are planned, which takes about a second.
for _ in 1 2 3 4 5; do
    request "$ana_token" "/api/meetings/$meeting/reminders"
    case $answer in
        *'"invitations":[{'*"$ana"*"$bo"*) break ;;
    esac
    sleep 1
done
reminders=${answer%%\"invitations\":*}
invitations=${answer#*\"invitations\":}

echo "Their mail, on their own clocks, and why then:"
printf '%s\n' "$invitations$reminders" | sed 's/{/\
{/g' | while read -r notice; do
    case $notice in
        *"\"$ana\""*) name=Ana token=$ana_token user=$ana ;;
        *"\"$bo\""*) name="Bo " token=$bo_token user=$bo ;;
        *) continue ;;
    esac
    case $notice in
        *'"type":"invitation"'*) what=invitation ;;
        *) what="reminder  " ;;
    esac
    remind_at=$(text remind_at "$notice")
    reason=$(text reason "$notice")
    if [ -n "$remind_at" ]; then
        when="at $(own_time "$token" "$user" "$remind_at")"
    else
        when="is not sent"
    fi
    echo "    $name  $what $when"
    echo "         $reason: $(in_words "$reason")"
done
echo
echo "Read it at $url/local/outbox from that minute on. Everything else is linked from $url/local"
