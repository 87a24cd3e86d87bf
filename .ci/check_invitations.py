#!/usr/bin/env python3
"""Reads invitations with three libraries that calendar programs use, and compares the results with the expected values.

Each library reads all files in one process and keeps the first definition of each TZID, as programs do.

Usage: check_invitations.py DIR. `cargo run -p shared --example invitations -- DIR` writes the files. It needs Node, and
ical.js in NODE_PATH.
"""

import json
import subprocess
import sys
from collections import Counter
from datetime import timezone
from pathlib import Path

import icalendar
import vobject


def circumflexes(text):
    """Decodes a parameter's value (RFC 6868), for a library that doesn't."""
    return text.replace("^^", "\0").replace("^'", '"').replace("^n", "\n").replace("\0", "^")


first_definitions = {}


def by_icalendar(text):
    calendar = icalendar.Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    # The VTIMEZONE in the file, not Python's zone of that name, whose rules may be older.
    for zone in calendar.walk("VTIMEZONE"):
        if zone["TZID"] not in first_definitions:
            first_definitions[zone["TZID"]] = zone.to_tz(lookup_tzid=False)

    def when(name):
        time, zone = event[name].dt, event[name].params.get("TZID")
        return time.replace(tzinfo=first_definitions[zone]) if zone else time

    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    optional = lambda name: str(event[name]) if name in event else None
    return {
        "method": str(calendar["METHOD"]),
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "start": when("DTSTART"),
        "end": when("DTEND"),
        "summary": str(event["SUMMARY"]),
        "description": optional("DESCRIPTION"),
        "location": optional("LOCATION"),
        "status": str(event["STATUS"]),
        "attendees": [{"name": str(a.params["CN"]), "email": str(a).removeprefix("mailto:")} for a in attendees],
    }


def by_vobject(text):
    calendar = vobject.readOne(text)
    event = calendar.vevent
    optional = lambda name: getattr(event, name).value if hasattr(event, name) else None
    return {
        "method": calendar.method.value,
        "uid": event.uid.value,
        "sequence": int(event.sequence.value),
        "start": event.dtstart.value,
        "end": event.dtend.value,
        "summary": event.summary.value,
        "description": optional("description"),
        "location": optional("location"),
        "status": event.status.value,
        "attendees": [
            {"name": circumflexes(a.params["CN"][0]), "email": a.value.removeprefix("mailto:")}
            for a in event.contents.get("attendee", [])
        ],
    }


def times_by_ical_js(files):
    script = Path(__file__).with_name("read_times.cjs")
    return json.loads(subprocess.run(["node", script, *files], check=True, stdout=subprocess.PIPE).stdout)


def main(directory):
    expected = json.loads((directory / "expected.json").read_text())
    wrong = 0
    wrong_times = Counter()
    uids, sequences = {}, {}
    for meant in expected:
        text = (directory / meant["file"]).read_bytes().decode()
        meeting = meant["meeting_id"]
        for reader in (by_icalendar, by_vobject):
            found = reader(text)
            for end in ("start", "end"):
                found[end] = int(found[end].astimezone(timezone.utc).timestamp())
            uid = found.pop("uid")
            if uids.setdefault(meeting, uid) != uid:
                wrong += 1
                print(f"{meant['file']}: {reader.__name__} finds the UID {uid}, which was {uids[meeting]}")
            for name, value in found.items():
                if value != meant[name]:
                    wrong += 1
                    wrong_times[reader.__name__] += name in ("start", "end")
                    print(f"{meant['file']}: {reader.__name__} finds {name} {value!r}, not {meant[name]!r}")
        owner = (meeting, meant["audience"])
        if meant["sequence"] <= sequences.get(owner, -1):
            wrong += 1
            print(f"{meant['file']}: SEQUENCE {meant['sequence']} does not rise")
        sequences[owner] = meant["sequence"]
    for meant, times in zip(expected, times_by_ical_js([directory / meant["file"] for meant in expected]), strict=True):
        if times != [meant["start"], meant["end"]]:
            wrong += 1
            wrong_times["ical_js"] += 1
            print(f"{meant['file']}: ical.js finds the times {times}, not {[meant['start'], meant['end']]}")
    if len(set(uids.values())) != len(uids):
        wrong += 1
        print("two meetings have the same UID")
    print(f"{len(expected)} invitations of {len(uids)} meetings read by three libraries, {wrong} differences")
    return 1 if wrong or not expected else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
