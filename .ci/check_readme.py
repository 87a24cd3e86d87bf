#!/usr/bin/env python3
"""Does what README.md says, as a new user would: its commands in its order, twice on the same data, and starts over.

Usage: check_readme.py PATH-OF-LOCAL. It takes three to four minutes, most of them until the reminders of the meeting by hand.
"""

import datetime
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from check_commands import commands

README = Path("README.md")

# Blocks that take minutes, or need SAM. The step sam_local has its own check of what the last of them does.
NOT_RUN = ("cargo test\n", "echo 'SenderEmail: ", "sam build\n")

# An answer that isn't good ends the commands, but is printed.
CURL = """#!/usr/bin/env bash
exec "$REAL_CURL" --fail-with-body "$@"
"""


class Local:
    """The program that `cargo run` starts, in a folder of its own, on a free port instead of the usual one."""

    def __init__(self, program, folder):
        self.folder = folder
        with open(folder / "log", "a") as log:
            arguments = [program, "--listen", "127.0.0.1:0"]
            self.process = subprocess.Popen(arguments, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.process.stdout:
            found = re.search(r"answers on (http://\S+)", line)
            if found:
                self.url = found[1]
                # Keep reading, so that its output pipe doesn't fill up.
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        sys.exit("`cargo run` ended before it printed its address")

    def get(self, path):
        """Status and body."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def here(self, text):
        """A command for this program instead of the one on the usual port."""
        text = text.replace("examples/quickstart.sh", f"examples/quickstart.sh {self.url}")
        return re.sub(r"(http://)?localhost:3000", self.url, text)

    def stop(self, how):
        self.process.send_signal(how)
        self.process.wait()


def run(script, folder):
    """The lines that the commands print. Each of them must do its work."""
    curl = folder / "bin" / "curl"
    if not curl.exists():
        curl.parent.mkdir()
        curl.write_text(CURL)
        curl.chmod(curl.stat().st_mode | stat.S_IXUSR)
    path = os.environ["PATH"]
    # Not for a script of ours: it looks at the statuses itself.
    environment = {**os.environ, "REAL_CURL": shutil.which("curl")}
    if not script.startswith("examples/"):
        environment["PATH"] = f"{curl.parent}:{path}"
    script = "set -euo pipefail\n" + script
    done = subprocess.run(["bash"], input=script, text=True, env=environment, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"{script}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return [line for line in done.stdout.splitlines() if line]


def minute(text):
    return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC).replace(second=0, microsecond=0)


def quickstart(local, script):
    """Whom it creates, and when they get their reminders, as the README says it."""
    now = datetime.datetime.now(datetime.UTC)
    printed = "\n".join(run(local.here(script), local.folder))
    assert re.search(r"Created Ana, .*Europe/Madrid", printed) and re.search(r"Created Bo, .*Asia/Kolkata", printed), printed

    def moment(pattern):
        clock, day, offset = re.search(pattern + r" +at (\d\d:\d\d) on (\S+) \(UTC(\S+)\)", printed).groups()
        return minute(f"{day}T{clock}:00{offset}".replace("Z", "+00:00"))

    start = moment("for Ana")
    assert datetime.timedelta(minutes=9) < start - now < datetime.timedelta(minutes=11), printed
    assert moment("Ana +reminder") == start - datetime.timedelta(minutes=2), printed
    # Within three minutes of the start of the script, and before his hours, which begin two minutes before the meeting.
    assert moment("Bo +reminder") <= now + datetime.timedelta(minutes=3, seconds=30), printed
    assert re.search(r"Bo +reminder.*\n +before_dnd: ", printed), printed
    return printed


def by_hand(local, script):
    """The meeting. Both of its people are reminded a minute before its start."""
    ana, bo, meeting = run(local.here(script), local.folder)
    assert re.fullmatch("[0-9a-f]{32}", ana), ana
    bo, meeting = json.loads(bo), json.loads(meeting)
    assert [bo["name"], bo["timezone"]] == ["Bo", "Asia/Kolkata"], bo
    assert meeting["creator_id"] == ana, meeting
    return meeting


def reminders(local, line, meeting):
    script = local.here(line.replace("<meeting_id>", meeting["meeting_id"]))
    found = json.loads("\n".join(run(script, local.folder)))["reminders"]
    wanted = minute(meeting["start_time"]) - datetime.timedelta(minutes=1)
    shown = [(minute(reminder["remind_at"]), reminder["reason"]) for reminder in found]
    assert shown == [(wanted, "on_time")] * 2, found
    return found


def wait_for_mail(local, meetings):
    """Until the outbox has the reminders of both people of each meeting."""
    wanted = {person["email"] for meeting in meetings for person in meeting}
    end = time.monotonic() + 420
    while time.monotonic() < end:
        mails = json.loads(local.get("/local/outbox")[1])
        missing = [email for email in wanted if not any(is_reminder(mail, email) for mail in mails)]
        if not missing:
            print(f"the outbox has all {len(wanted)} reminders")
            return
        time.sleep(2)
    sys.exit(f"no reminder for {missing} in the outbox: {[(mail['to'], mail['subject']) for mail in mails]}")


def is_reminder(mail, email):
    return email in json.dumps(mail["to"]) and mail["subject"].startswith("Reminder")


def main(program):
    program = Path(program).resolve()
    text = README.read_text()
    blocks = list(commands(README))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        local = None
        try:
            booked = []
            for again in ("once", "again"):
                for script in blocks:
                    if script == "cargo run\n":
                        if local is None:
                            local = Local(program, folder)
                    elif script.startswith("examples/quickstart.sh"):
                        quickstart(local, script)
                    elif script.startswith("api="):
                        meeting = by_hand(local, script)
                    elif script.startswith("curl localhost:3000/api/meetings/<meeting_id>/reminders"):
                        booked.append(reminders(local, script, meeting))
                    else:
                        assert script.startswith(NOT_RUN), f"README.md has a command that this check doesn't know: {script}"
                print(f"README.md: its commands did their work {again}")
            assert len(booked) == 2, booked
            for path in sorted(set(re.findall(r"<http://localhost:3000(/[^>]*)>", text))):
                assert local.get(path)[0] == 200, path
            for options in sorted(set(re.findall(r"`cargo run -- ([^`]+)`", text))):
                subprocess.run([program, *options.split(), "--help"], stdout=subprocess.DEVNULL, check=True)

            # "kill the process whenever you like and start it again"
            local.stop(signal.SIGKILL)
            local = Local(program, folder)
            assert local.get(f"/api/meetings/{meeting['meeting_id']}")[0] == 200
            wait_for_mail(local, booked)

            # "To start over, stop it and delete `.local`."
            local.stop(signal.SIGTERM)
            shutil.rmtree(folder / ".local")
            local = Local(program, folder)
            assert local.get(f"/api/meetings/{meeting['meeting_id']}")[0] == 404
            assert local.get("/local/outbox")[1] == "[]"
            print("README.md: killed and started again, and started over")
        except BaseException:
            log = folder / "log"
            print(log.read_text()[-4000:] if log.exists() else "", file=sys.stderr)
            raise
        finally:
            if local is not None and local.process.poll() is None:
                local.stop(signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1])
