#!/usr/bin/env python3
"""Books a meeting in a running `local`, receives its webhook and verifies it with the reference library.

Usage: check_webhooks.py PATH-OF-LOCAL. The receiver fails twice, so the same message must come three times. A changed
message must not verify. Takes two to three minutes, because a reminder is sent in a future whole minute.
"""

import datetime
import http.server
import json
import pathlib
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

TIMEOUT = 200
ANSWERS = [500, 500, 204]


class Receiver(http.server.BaseHTTPRequestHandler):
    """Stores each request, and answers with the next of `answers`."""

    requests = queue.Queue()
    answers = list(ANSWERS)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.requests.put((self.path, dict(self.headers.items()), body))
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def start(program, directory, hook):
    """Starts `local` on a free port. Returns the process and its address, once it has printed the address."""
    arguments = ["--listen", "127.0.0.1:0", "--data-dir", directory, "--webhook-url", hook]
    with open(pathlib.Path(directory, "local.log"), "w") as log:
        process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, stderr=log, text=True)
    for line in process.stdout:
        found = re.search(r"answers on (http://\S+)", line)
        if found:
            # Keep reading, so that its output pipe doesn't fill up.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return process, found.group(1)
    raise SystemExit("local ended before it printed its address")


def call(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=20) as answer:
        return json.load(answer)


def book(api):
    ana = call(f"{api}/api/create_user", {"email": "ana@example.com", "name": "Ana", "timezone": "Europe/Madrid"})
    start = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=4)
    at = lambda time: time.strftime("%Y-%m-%dT%H:%MZ")
    return call(f"{api}/api/create_meeting", {
        "creator_id": ana["user_id"], "participants": [], "title": "Design review", "time_zone": "Europe/Madrid",
        "start_time": at(start), "end_time": at(start + datetime.timedelta(hours=1)),
        "notification_interval": [{"type": "webhook", "minutes_before": 60}],
    })


def delivered(api, meeting):
    reminders = call(f"{api}/api/meetings/{meeting['meeting_id']}/reminders")["reminders"]
    return [(reminder["type"], reminder["state"]) for reminder in reminders] == [("webhook", "delivered")]


def check(api, meeting, secret):
    deadline = time.monotonic() + TIMEOUT
    requests = [Receiver.requests.get(timeout=max(1, deadline - time.monotonic())) for _ in ANSWERS]
    verifier = Webhook(secret)
    for path, headers, body in requests:
        assert path == "/hooks", path
        event = verifier.verify(body, headers)
        assert event["type"] == "meeting.reminder", event
        assert event["data"]["meeting"]["meeting_id"] == meeting["meeting_id"], event
        for tampered, by in ((body.replace("Design", "Budget"), verifier), (body, Webhook("A" * 32))):
            try:
                by.verify(tampered, headers)
            except WebhookVerificationError:
                continue
            raise AssertionError("a changed message verifies")
    ids = {headers[name] for _, headers, _ in requests for name in headers if name.lower() == "webhook-id"}
    assert len(ids) == 1, f"one message has several ids: {ids}"

    while not delivered(api, meeting):
        assert time.monotonic() < deadline, "the reminder is not marked as delivered"
        time.sleep(0.2)
    # The message doesn't come again after it was accepted.
    time.sleep(3)
    assert Receiver.requests.empty(), "the message came again after it was accepted"


def main(program):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hook = f"http://127.0.0.1:{server.server_port}/hooks"
    with tempfile.TemporaryDirectory() as directory:
        process, api = start(program, directory, hook)
        try:
            settings = call(f"{api}/local/webhooks")
            assert settings["url"] == hook, settings["url"]
            check(api, book(api), settings["secret"])
        except BaseException:
            print(pathlib.Path(directory, "local.log").read_text()[-4000:], file=sys.stderr)
            raise
        finally:
            process.terminate()
            process.wait(timeout=20)
    print(f"webhooks: {len(ANSWERS)} attempts, one id, every signature good, delivered once")


if __name__ == "__main__":
    main(*sys.argv[1:])
