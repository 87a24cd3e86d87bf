#!/usr/bin/env python3
"""Calls functions as SAM local runs them, with the emulator of AWS at AWS_ENDPOINT_URL.

Usage: check_sam_local.py invoke TEMPLATE SCRATCH   each function with its sample events from tests/events
       check_sam_local.py table TEMPLATE SCRATCH    an empty table
       check_sam_local.py book ADDRESS              books a meeting through `sam local start-api`

Samples name people and a meeting by their ids, and days. Here the table holds these people and this meeting, and the days are
to come.
"""

import datetime
import hashlib
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import boto3
import yaml
from check_permissions import Template

ANA, BO = "5f3a1c528a584a0e9d0b2f6a1f9a7c01", "c0a4b6de7d5f4f0c8a540d6f3d1b2e02"
MEETING = "9b1d9a3e51c24c398a8f6f1f2f0d4a03"
TABLE = "tactful"
# The digest of the secret in tests/events/get_feed.json.
FEED = hashlib.sha256(b"0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2).hexdigest()

now = datetime.datetime.now(datetime.UTC)
day = now.date() + datetime.timedelta(days=7)
usual_start = datetime.datetime.combine(day, datetime.time(9), datetime.UTC)


def people():
    hours = {"dnd": ["22:00", "07:30"]}
    for user_id, name, zone, dnd in (ANA, "ana", "Europe/Madrid", hours), (BO, "bo", "Asia/Kolkata", {}):
        address = f"{name}@example.com"
        yield {
            "pk": f"USER#{user_id}", "sk": "PROFILE", "user_id": user_id, "email": address, "name": name.title(),
            "zone": zone, "version": 1, **dnd,
        }  # fmt: skip
        yield {"pk": f"EMAIL#{address}", "sk": "EMAIL", "user_id": user_id}


def meeting(*users, start=usual_start, is_planned=True):
    """A meeting of an hour, in the calendars of its participants. Unplanned, it is pending work."""
    yield from people()
    end = start + datetime.timedelta(hours=1)
    instants = {"start": int(start.timestamp() * 1000), "end": int(end.timestamp() * 1000)}
    roles = {user: "organizer" if user == ANA else "participant" for user in users}
    names = {ANA: "ana", BO: "bo"}
    local = {"local_start": f"{start:%Y-%m-%dT%H:%M:%S}", "local_end": f"{end:%Y-%m-%dT%H:%M:%S}", "tzdb": "2026a"}
    pending = {} if is_planned else {"owed_shard": "1", "owed_at": int(now.timestamp() // 60) - 5}
    notifications = [{"type": kind, "minutes_before": 60} for kind in ("email", "webhook")]
    yield {
        "pk": f"MEETING#{MEETING}", "sk": "MEETING", "meeting_id": MEETING, "creator_id": ANA, "title": "Design review",
        "status": "confirmed", "zone": "UTC", "version": 1, "planned_version": int(is_planned), "reminders": 2 * len(users),
        "participants": [
            {"user_id": user, "email": f"{names[user]}@example.com", "name": names[user].title(), "role": role}
            for user, role in roles.items()
        ],
        "notifications": notifications, **instants, **local, **pending,
    }  # fmt: skip
    for date in {start.date(), end.date()}:
        for user, role in roles.items():
            entry = {"role": role, "title": "Design review", **instants}
            yield {"pk": f"USER#{user}", "sk": f"DAY#{date}", "version": 1, "meetings": {MEETING: entry}}


def due(channel, minutes_from_now):
    """A meeting with a reminder to Bo in that many minutes."""
    minute = int(now.timestamp() // 60) + minutes_from_now
    start = datetime.datetime.fromtimestamp((minute + 60) * 60, datetime.UTC)
    yield from meeting(ANA, BO, start=start)
    yield {
        "pk": f"MEETING#{MEETING}", "sk": f"REMINDER#{BO}#{channel}#60", "meeting_id": MEETING, "user_id": BO,
        "channel": channel, "minutes_before": 60, "email": "bo@example.com", "state": "scheduled", "reason": "on_time",
        "attempts": 0, "creation": "d5cb0c63cc2c43d093c23603eef7867f", "mark": "6df7c4fe-0b4d-4d84-9377-d4f21cbc9c26",
        "meeting_version": 1, "user_version": 1, "revision": 2, "start": minute + 60, "remind_at": minute,
        "owed_shard": "5", "owed_at": minute + 1, "expires_at": (minute + 60 + 90 * 1440) * 60,
    }  # fmt: skip


# Each sample, what the table holds before it, and what the function answers.
def samples():
    booked = list(meeting(ANA, BO))
    alone = list(meeting(ANA))
    unplanned = list(meeting(ANA, BO, is_planned=False))
    yield "health", [], 200
    for sample in "openapi.get", "openapi.page", "openapi.file", "page.get":
        yield sample, [], 200
    # The names of its files change with their content.
    yield "page.file", [], 404
    yield "create_user", [], 201
    for sample in "get_user", "find_user":
        yield sample, list(people()), 200
    yield "unknown_route.default", [], 405
    yield "unknown_route.preflight", [], 204
    yield "update_user", booked, 200
    for sample in "snooze_user.begin", "snooze_user.end":
        yield sample, booked, 200
    yield "change_feed.create", list(people()), 201
    yield "change_feed.revoke", list(people()), 204
    yield "get_feed", [*booked, {"pk": f"FEED#{FEED}", "sk": "FEED", "user_id": ANA}], 200
    yield "create_meeting", list(people()), 201
    for sample in (
        "get_meeting", "get_invite", "get_reminders", "get_free_slots.get", "get_free_slots.post", "list_meetings",
        "find_meeting_times",
    ):
        yield sample, booked, 200
    yield "update_meeting", booked, 200
    yield "participant_add", alone, 200
    yield "participant_remove", booked, 200
    yield "cancel_meeting", booked, 200
    yield "plan_reminders", unplanned, {"batchItemFailures": []}
    yield "notify", list(due("email", 0)), "delivered"
    # Its minute is still to come, so that its timer is set to it: tests/env.json has no receiver.
    yield "notify_webhook", list(due("webhook", 30)), "moved"
    yield "sweep", unplanned, lambda answer: answer["done"] >= 1 and answer["left"] == 0
    # The first run notes the rules of time zones, and the walk is still to come.
    yield "recompute_meetings", booked, lambda answer: answer["is_pending"] and answer["failed"] == 0


def create_table(template):
    properties = template["Resources"]["Table"]["Properties"]
    names = "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema"
    client = boto3.client("dynamodb")
    if TABLE in client.list_tables()["TableNames"]:
        client.delete_table(TableName=TABLE)
    client.create_table(TableName=TABLE, **{name: properties[name] for name in names})


def hold(items):
    table = boto3.resource("dynamodb").Table(TABLE)
    with table.batch_writer() as batch:
        for item in table.scan()["Items"]:
            batch.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    with table.batch_writer() as batch:
        for item in items:
            batch.put_item(Item=item)


def invoke(path, scratch):
    template = yaml.load(Path(path).read_text(), Template)
    functions = [n for n, r in template["Resources"].items() if r["Type"] == "AWS::Serverless::Function"]
    create_table(template)
    boto3.client("scheduler").create_schedule_group(Name=f"{TABLE}-reminders")
    called = set()
    for sample, items, expected in samples():
        name = sample.split(".")[0]
        function = "".join(part.title() for part in name.split("_")) + "Function"
        event = Path(f"tests/events/{sample}.json").read_text()
        for days, date in enumerate(("2026-12-01", "2026-12-02")):
            event = event.replace(date, str(day + datetime.timedelta(days=days)))
        file = Path(scratch, f"{sample}.json")
        file.write_text(event)
        hold(items)
        command = ["sam", "local", "invoke", function, "--template", path, "--config-file", str(Path("samconfig.toml").resolve())]
        command += ["--event", str(file), "--env-vars", f"{scratch}/env.json", "--skip-pull-image"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            answer = json.loads(run.stdout.strip().splitlines()[-1])
        except (IndexError, ValueError):
            sys.exit(f"{sample}: no answer\n{run.stdout}\n{run.stderr}")
        status = answer.get("statusCode") if isinstance(expected, int) else answer
        fits = expected(status) if callable(expected) else status == expected
        if not fits:
            sys.exit(f"{sample}: {answer}\n{run.stderr}")
        print(f"sam local invoke {function} ({sample}): {status}", flush=True)
        called.add(function)
    assert called == set(functions), set(functions) - called
    print(f"all {len(called)} functions answered as documented")


def book(address):
    def call(method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(address + path, data=data, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            print(f"{method} {path}: {response.status}", flush=True)
            return json.load(response)

    assert call("GET", "/api/health")["status"] == "ok"
    ids = {}
    for name, zone in ("ana", "Europe/Madrid"), ("bo", "Asia/Kolkata"):
        user = {"email": f"{name}@example.com", "name": name.title(), "timezone": zone}
        ids[name] = call("POST", "/api/create_user", user)["user_id"]
    wanted = {
        "creator_id": ids["ana"], "title": "Design review", "time_zone": "Europe/Madrid", "start_time": f"{day}T10:00",
        "end_time": f"{day}T11:00", "participants": ["bo@example.com"], "notification_interval": 60,
    }  # fmt: skip
    booked = call("POST", "/api/create_meeting", wanted)
    assert {person["user_id"] for person in booked["participants"]} == set(ids.values()), booked
    read = call("GET", f"/api/meetings/{booked['meeting_id']}")
    assert read["title"] == "Design review", read


if __name__ == "__main__":
    if sys.argv[1] == "invoke":
        invoke(sys.argv[2], sys.argv[3])
    elif sys.argv[1] == "table":
        create_table(yaml.load(Path(sys.argv[2]).read_text(), Template))
    else:
        book(sys.argv[2])
