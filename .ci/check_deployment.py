#!/usr/bin/env python3
"""Looks at a stack that was deployed to the emulator of AWS at AWS_ENDPOINT_URL.

Usage: check_deployment.py reminder STACK   books a meeting that starts soon, and waits for the mails
       check_deployment.py serves STACK     calls the API
       check_deployment.py refused STACK    its deployment failed with a sentence on its name, and nothing of it is left
"""

import datetime
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

import boto3

endpoint = os.environ["AWS_ENDPOINT_URL"]


def outputs(stack):
    (described,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    assert described["StackStatus"] == "CREATE_COMPLETE", described["StackStatus"]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


class Api:
    """The API of a stack, at the address that the emulator gives it beside the one of the output."""

    def __init__(self, stack):
        api = outputs(stack)["ApiUrl"].removeprefix("https://").removeprefix("http://").split(".")[0]
        self.address = f"{endpoint}/_aws/execute-api/{api}/$default"

    def call(self, method, path, body=None, expected=200, quiet=False):
        data = None if body is None else json.dumps(body).encode()
        # The same key with each attempt, as a client does that is answered 503 or nothing.
        headers = {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())}
        for _ in range(5):
            request = urllib.request.Request(self.address + path, data=data, method=method, headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    status, text = response.status, response.read().decode()
            except urllib.error.HTTPError as error:
                status, text = error.code, error.read().decode()
            if status != 503:
                break
            time.sleep(2)
        assert status == expected, f"{method} {path}: {status} {text}"
        if not quiet:
            print(f"{method} {path}: {status}")
        return json.loads(text)


def mails(address):
    with urllib.request.urlopen(f"{endpoint}/_ministack/ses/messages", timeout=10) as response:
        accounts = json.load(response)
    return [mail for mail in json_objects(accounts) if address in json.dumps(mail)]


def json_objects(accounts):
    messages = accounts.get("messages", accounts)
    for value in messages.values() if isinstance(messages, dict) else [messages]:
        yield from value if isinstance(value, list) else []


def wait_for(what, seconds, look, wanted):
    """Looks until it sees what is wanted. The time is long because a busy machine may need it. Whoever gives up says what was
    seen, and when."""
    begun = time.monotonic()
    seen = []
    while time.monotonic() < begun + seconds:
        found = look()
        if not seen or seen[-1][1] != found:
            seen.append((round(time.monotonic() - begun), found))
        if wanted(found):
            print(f"{what}: yes, after {seen[-1][0]} s")
            return
        time.sleep(2)
    for after, found in seen:
        print(f"after {after} s: {found}")
    sys.exit(f"{what}: not within {seconds} s")


def reminder(stack):
    api = Api(stack)
    people = {"ana": "Europe/Madrid", "bo": "Asia/Kolkata"}
    ids = {}
    for name, zone in people.items():
        person = {"email": f"{name}@example.com", "name": name.title(), "timezone": zone}
        ids[name] = api.call("POST", "/api/create_user", person, 201)["user_id"]
    # The reminders are due in the minute after the next. The meeting starts much later, so that those of a planner that is late
    # are sent all the same, at once.
    start = datetime.datetime.now(datetime.UTC).replace(second=0, microsecond=0) + datetime.timedelta(minutes=42)
    meeting = {
        "creator_id": ids["ana"],
        "title": "Design review",
        "start_time": start.strftime("%Y-%m-%dT%H:%MZ"),
        "end_time": (start + datetime.timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%MZ"),
        "time_zone": "Europe/Madrid",
        "participants": ["bo@example.com"],
        "notification_interval": 40,
    }
    meeting_id = api.call("POST", "/api/create_meeting", meeting, 201)["meeting_id"]

    def states():
        reminders = api.call("GET", f"/api/meetings/{meeting_id}/reminders", quiet=True)["reminders"]
        return [f"{reminder['state']} ({reminder['reason']}, {reminder['remind_at']})" for reminder in reminders]

    def all_are(*expected):
        return lambda seen: len(seen) == len(people) and all(state.split()[0] in expected for state in seen)

    wait_for("the planner followed the stream", 300, states, all_are("scheduled", "delivered"))
    timers = boto3.client("scheduler").list_schedules(GroupName=f"{stack}-reminders")["Schedules"]
    # The timer of a message that was sent is gone.
    delivered = [state for state in states() if state.startswith("delivered")]
    assert len(timers) + len(delivered) >= len(people), (timers, delivered)
    print(f"{len(timers)} timers are set")
    wait_for("the reminders are delivered", 600, states, all_are("delivered"))
    for name in people:
        assert mails(f"{name}@example.com"), f"no mail to {name}"


def serves(stack):
    assert Api(stack).call("GET", "/api/health")["status"] == "ok"


def refused(stack):
    cloudformation = boto3.client("cloudformation")
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    assert described["StackStatus"] == "ROLLBACK_COMPLETE", described["StackStatus"]
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    reasons = [event.get("ResourceStatusReason", "") for event in events if event["ResourceStatus"] == "CREATE_FAILED"]
    why = [reason for reason in reasons if "Member must have length less than or equal to 64" in reason]
    assert why, reasons
    print(why[0])
    left = [
        *boto3.client("dynamodb").list_tables()["TableNames"],
        *(f["FunctionName"] for f in boto3.client("lambda").list_functions()["Functions"]),
        *(g["logGroupName"] for g in boto3.client("logs").describe_log_groups()["logGroups"]),
        *(r["RoleName"] for r in boto3.client("iam").list_roles()["Roles"]),
        *(g["Name"] for g in boto3.client("scheduler").list_schedule_groups()["ScheduleGroups"]),
        *boto3.client("sqs").list_queues().get("QueueUrls", []),
        *(a["Name"] for a in boto3.client("apigatewayv2").get_apis()["Items"]),
    ]
    assert left, "the other stacks have resources"
    of_stack = [name for name in left if stack in name]
    assert not of_stack, of_stack
    print(f"{stack} left nothing")


if __name__ == "__main__":
    {"reminder": reminder, "serves": serves, "refused": refused}[sys.argv[1]](sys.argv[2])
