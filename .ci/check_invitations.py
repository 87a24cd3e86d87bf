#!/usr/bin/env python3
"""Reads invitations with two libraries that calendar programs use, and compares the results with the expected values.

Usage: check_invitations.py DIR. `cargo run -p shared --example invitations -- DIR` writes the files.
"""

import json
import re
import sys
from datetime import timezone
from pathlib import Path

import icalendar
import vobject


def circumflexes(text):
    """Decodes a parameter's value (RFC 6868), for a library that doesn't."""
    return text.replace("^^", "\0").replace("^'", '"').replace("^n", "\n").replace("\0", "^")


def by_icalendar(text):
    calendar = icalendar.Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    # The VTIMEZONE in the file, not Python's zone of that name, whose rules may be older.
    zones = {str(zone["TZID"]): zone.to_tz(lookup_tzid=False) for zone in calendar.walk("VTIMEZONE")}

    def when(name):
        time, zone = event[name].dt, event[name].params.get("TZID")
        return time.replace(tzinfo=zones[zone]) if zone else time

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
    # vobject keeps the first zone that it reads under a name for all later files, so remove it.
    for zone in re.findall("^TZID:(.*?)\r?$", text, re.MULTILINE):
        vobject.icalendar.registerTzid(zone, None)
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


def main(directory):
    expected = json.loads((directory / "expected.json").read_text())
    wrong = 0
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
                    print(f"{meant['file']}: {reader.__name__} finds {name} {value!r}, not {meant[name]!r}")
        if meant["sequence"] <= sequences.get(meeting, -1):
            wrong += 1
            print(f"{meant['file']}: SEQUENCE {meant['sequence']} does not rise")
        sequences[meeting] = meant["sequence"]
    if len(set(uids.values())) != len(uids):
        wrong += 1
        print("two meetings have the same UID")
    print(f"{len(expected)} invitations of {len(uids)} meetings read by two libraries, {wrong} differences")
    return 1 if wrong or not expected else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
