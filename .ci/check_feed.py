#!/usr/bin/env python3
"""Reads feeds over all zones' clock changes with three libraries that calendar programs use, and compares every time
with the instant that is meant, and with what the clocks of the meeting's zone show then.

Each library reads all files in one process and keeps the first definition of each TZID, as programs do. Then it reads
two controls of the first, in which each library has to find differences. Otherwise this check couldn't fail: the same events with
starts in UTC and no VTIMEZONE, and the same file with definitions that know no summer time.

Usage: check_feed.py DIR. `cargo run -p shared --example feed -- DIR` writes the files. It needs Node, and ical.js in
NODE_PATH.
"""

import json
import logging
import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import icalendar
import vobject

# Those of the process, as programs keep them.
first_definitions = {}


def local_time(time):
    return f"{time.replace(tzinfo=None):%Y-%m-%dT%H:%M:%S}"


def seconds(time):
    """A time without a zone is nobody's: programs take it for one of the machine's."""
    return int((time if time.tzinfo else time.replace(tzinfo=timezone.utc)).timestamp())


def by_icalendar(files):
    for file in files:
        calendar = icalendar.Calendar.from_ical(file.read_bytes().decode())
        for zone in calendar.walk("VTIMEZONE"):
            if zone["TZID"] not in first_definitions:
                # The VTIMEZONE in the file, not Python's zone of that name, whose rules may be older.
                first_definitions[zone["TZID"]] = zone.to_tz(lookup_tzid=False)
        events = {}
        for event in calendar.walk("VEVENT"):
            times = []
            for name in ("DTSTART", "DTEND"):
                time, zone = event[name].dt, event[name].params.get("TZID")
                times.append(time.replace(tzinfo=first_definitions[zone]) if zone else time)
            events[str(event["UID"])] = [*map(seconds, times), local_time(times[0])]
        yield events


def by_vobject(files):
    for file in files:
        calendar = vobject.readOne(file.read_bytes().decode())
        events = {}
        for event in calendar.vevent_list:
            times = [event.dtstart.value, event.dtend.value]
            events[event.uid.value] = [*map(seconds, times), local_time(times[0])]
        yield events


def by_ical_js(files):
    script = Path(__file__).with_name("read_feed.cjs")
    read = subprocess.run(["node", script, *files], check=True, stdout=subprocess.PIPE).stdout
    for events in json.loads(read):
        yield {uid: times for uid, *times in events}


READERS = {"icalendar": by_icalendar, "vobject": by_vobject, "ical.js": by_ical_js}


def compare(reader, files, expected):
    """What is meant and not found: how many instants, by how many seconds at most, and how many local times."""
    drifts, lost = [], 0
    for found, meant in zip(reader(files), expected, strict=True):
        if len(found) != len(meant["events"]):
            raise SystemExit(f"{meant['file']} has {len(meant['events'])} events, and not {len(found)}")
        for event in meant["events"]:
            start, end, local = found[event["uid"]]
            drift = max(abs(start - event["start"]), abs(end - event["end"]))
            if drift:
                drifts.append((drift, event))
            lost += event["local_start"] is not None and local != event["local_start"]
    return drifts, lost


def in_utc(text, meant):
    """The same events with UTC starts, and no VTIMEZONE."""
    instants = {event["uid"]: (event["start"], event["end"]) for event in meant["events"]}
    text = re.sub(r"BEGIN:VTIMEZONE\r\n.*?END:VTIMEZONE\r\n", "", text.replace("\r\n ", ""), flags=re.DOTALL)
    lines, uid = [], None
    for line in text.split("\r\n"):
        if line.startswith("UID:"):
            uid = line.removeprefix("UID:")
        name = re.split("[;:]", line)[0]
        if name in ("DTSTART", "DTEND"):
            instant = datetime.fromtimestamp(instants[uid][name == "DTEND"], timezone.utc)
            line = f"{name}:{instant:%Y%m%dT%H%M%SZ}"
        lines.append(line)
    return "\r\n".join(lines)


def without_summer(text, _):
    """The same file with definitions of the standard time alone, under other names: those above are kept."""
    text = re.sub(r"BEGIN:DAYLIGHT\r\n.*?END:DAYLIGHT\r\n", "", text, flags=re.DOTALL)
    return re.sub(r"(?<=TZID[:=])", "No_summer_", text.replace("\r\n ", ""))


def main(directory):
    expected = json.loads((directory / "expected.json").read_text())
    files = [directory / meant["file"] for meant in expected]
    events = [event for meant in expected for event in meant["events"]]
    wrong = 0
    for name, reader in READERS.items():
        drifts, lost = compare(reader, files, expected)
        for drift, event in drifts[:5]:
            print(f"{name} reads {event['uid']} in {event['zone']} {drift} seconds away from {event['start']}")
        largest = max((drift for drift, _ in drifts), default=0)
        print(f"{name}: {len(events)} events in {len(files)} feeds, drift {largest} s, {lost} other local times")
        wrong += len(drifts) + lost
    # vobject logs each time that it finds a definition odd.
    logging.disable(logging.CRITICAL)
    for number, (control, change) in enumerate({"UTC starts and no VTIMEZONE": in_utc, "no summer time": without_summer}.items()):
        changed = []
        for file, meant in zip(files[:1], expected):
            changed.append(file.with_name(f"control-{number}-{file.name}"))
            changed[-1].write_bytes(change(file.read_bytes().decode(), meant).encode())
        for name, reader in READERS.items():
            drifts, lost = compare(reader, changed, expected[:1])
            print(f"control, {control}: {name} finds {len(drifts)} other instants and {lost} other local times")
            wrong += not (lost if change is in_utc else drifts)
    zones = {event["zone"] for event in events}
    print(f"{len(zones)} zones, {wrong} differences")
    return 1 if wrong or len(zones) < 500 else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
