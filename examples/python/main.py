"""Books a meeting for people with different Do-Not-Disturb hours, and shows when each is reminded and why.

`tactful_client` is generated from the API's OpenAPI document; see ../README.md. Ends with an error if an answer isn't the
expected one.
"""

import argparse
import os
import uuid
from datetime import datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from tactful_client import AuthenticatedClient, Client
from tactful_client.api.calendars import (
    create_feed,
    find_meeting_times,
    get_feed,
    get_free_slots,
    list_meetings,
    revoke_feed,
)
from tactful_client.api.meetings import add_participant, create_meeting, get_reminders, remove_participant
from tactful_client.api.users import create_user
from tactful_client.models import (
    AttendeeIn,
    AttendeeType,
    BookedMeeting,
    FeedAddress,
    FreeSlots,
    FreeSlotsQuery,
    Meeting,
    MeetingsPage,
    MeetingTimes,
    MeetingTimesQuery,
    NewMeeting,
    NewUser,
    Problem,
    Reason,
    Reminders,
    User,
    UserAndMeeting,
)
from tactful_client.types import UNSET

MADRID = ZoneInfo("Europe/Madrid")


def connect(url):
    token = os.environ.get("TACTFUL_TOKEN")
    return AuthenticatedClient(base_url=url, token=token) if token else Client(base_url=url)


def expect(kind, status, answer):
    """The body of an answer with that kind and status. Any other answer ends the program with a message."""
    if answer.status_code != status or not isinstance(answer.parsed, kind):
        raise SystemExit(f"expected {status} and a {kind.__name__}, not {answer.status_code}: {answer.content.decode()}")
    return answer.parsed


def check(true, what):
    if not true:
        raise SystemExit(f"it should be that {what}")


def clock(time):
    return time.strftime("%a %d %b %H:%M")


def create_people(client):
    # Addresses are unique, and this program may run several times against the same service.
    run = uuid.uuid4().hex[:8]
    new = lambda name, **more: expect(
        User,
        HTTPStatus.CREATED,
        create_user.sync_detailed(client=client, body=NewUser(f"{name.lower()}.{run}@example.com", name, **more)),
    )
    ana = new("Ana", timezone="Europe/Madrid", dnd_start_time=22, dnd_end_time=7)
    bo = new("Bo", timezone="Asia/Kolkata")
    cy = new("Cy", timezone="America/New_York", dnd_start_time="21:30", dnd_end_time="08:30")
    for person in (ana, bo, cy):
        hours = f"not to be disturbed from {person.dnd_start_time} to {person.dnd_end_time}" if person.dnd_start_time else "always there"
        print(f"{person.name:4} {person.timezone:17} {hours}")
    return ana, bo, cy


def book(client, ana, bo, day):
    """Books 07:30. An hour before is inside Ana's Do-Not-Disturb hours."""
    body = NewMeeting(
        creator_id=ana.user_id,
        title="Design review",
        start_time=f"{day}T07:30",
        end_time=f"{day}T08:30",
        time_zone=ana.timezone,
        participants=[bo.email],
        notification_interval=60,
    )
    meeting = expect(BookedMeeting, HTTPStatus.CREATED, create_meeting.sync_detailed(client=client, body=body))
    print(f"\nbooked: {meeting.title}, {clock(meeting.start_time)} in {meeting.time_zone}")
    check(meeting.unavailable_participants == [], "nobody has another meeting")

    # A second meeting at the same time conflicts with the first.
    problem = expect(Problem, HTTPStatus.CONFLICT, create_meeting.sync_detailed(client=client, body=body))
    check(problem.code == "meeting_conflict", "the creator can't be booked twice")
    print(f"again:  {problem.status} {problem.code}: {problem.detail}")
    for conflict in problem.conflicts:
        print(f"        in the way: {conflict.title}, {clock(conflict.start_time)} to {clock(conflict.end_time)}")
    return meeting


def find_free_slots(client, ana, day):
    query = FreeSlotsQuery(
        user_id=ana.user_id,
        start_time=f"{day}T00:00",
        end_time=f"{day}T23:00",
        exclude_dnd=True,
        min_minutes=45,
    )
    slots = expect(FreeSlots, HTTPStatus.OK, get_free_slots.sync_detailed(client=client, body=query))
    print("\nAna is free, awake and for 45 minutes or more:")
    for slot in slots.free_slots:
        print(f"        {clock(slot.start_time)} to {clock(slot.end_time)}, {slot.minutes} minutes")
    # The time from 07:00 to 07:30 is too short.
    check([slot.minutes for slot in slots.free_slots] == [13 * 60 + 30], "the one slot is from 08:30 to 22:00")


def find_times(client, ana, bo, cy, day):
    """Asks when an hour suits Ana and Bo, and Cy if possible; and then for a morning on which Cy is needed."""

    def ask(start, end, cy_is):
        query = MeetingTimesQuery(
            organizer_id=ana.user_id,
            attendees=[AttendeeIn(email=bo.email), AttendeeIn(email=cy.email, type_=cy_is)],
            start_time=f"{day}T{start}",
            end_time=f"{day}T{end}",
            time_zone=ana.timezone,
            duration_minutes=60,
            max_suggestions=3,
        )
        return expect(MeetingTimes, HTTPStatus.OK, find_meeting_times.sync_detailed(client=client, body=query))

    print("\nan hour that suits Ana and Bo, and Cy if possible:")
    suggestions = ask("00:00", "23:59", AttendeeType.OPTIONAL).suggestions
    for suggestion in suggestions:
        here = [f"{person.local_start_time:%H:%M} {person.availability.value}" for person in suggestion.attendees]
        print(f"        {clock(suggestion.start_time)}; on their own clocks {', '.join(here)}")
    best = [person.availability.value for person in suggestions[0].attendees]
    check(best == ["free", "free", "free"], "there is a time at which all are awake")

    nothing = ask("08:30", "12:00", AttendeeType.REQUIRED)
    check(nothing.empty_reason.value == "quiet_time", "it is night for Cy while it is morning in Madrid")
    who = nothing.blocking[0]
    print(f"        not in the morning: {who.email} is {who.by.value} for {who.minutes} minutes of it")


def list_agenda(client, bo, meeting, day):
    """Reads all pages of Bo's next week, on his clock."""
    window = {"start_time": f"{day}T00:00", "end_time": f"{day + timedelta(days=7)}T00:00", "time_zone": bo.timezone}
    agenda, cursor = [], UNSET
    while cursor is not None:
        answer = list_meetings.sync_detailed(bo.user_id, client=client, **window, limit=100, cursor=cursor)
        page = expect(MeetingsPage, HTTPStatus.OK, answer)
        agenda += page.meetings
        cursor = page.next_cursor
    print("\nBo's week:")
    for listed in agenda:
        print(f"        {clock(listed.start_time)}: {listed.title}, version {listed.version}")
    check([listed.meeting_id for listed in agenda] == [meeting.meeting_id], "the review is Bo's one meeting")


def add_and_remove(client, meeting, cy):
    body = UserAndMeeting(user_id=cy.user_id, meeting_id=meeting.meeting_id)
    joined = expect(BookedMeeting, HTTPStatus.OK, add_participant.sync_detailed(client=client, body=body))
    check(len(joined.participants) == 3, "Cy takes part")
    asleep = [person.email for person in joined.do_not_disturb_participants]
    check(asleep == [cy.email], "it is night for Cy")
    print(f"\nadded:  Cy, in their Do-Not-Disturb hours: {asleep[0]}")
    left = expect(Meeting, HTTPStatus.OK, remove_participant.sync_detailed(client=client, body=body))
    print(f"removed; left are {', '.join(person.name for person in left.participants)}")
    check(left.version == 3, "each change made another version")


def share_calendar(client, meeting, ana):
    """Whoever has the address reads the calendar, until it is revoked."""
    url = expect(FeedAddress, HTTPStatus.CREATED, create_feed.sync_detailed(ana.user_id, client=client)).url
    feed = url.rsplit("/", 1)[1]
    calendar = get_feed.sync_detailed(feed, client=client)
    check(f"UID:{meeting.meeting_id}@tactful" in calendar.content.decode(), "the calendar has the meeting")
    print(f"\nAna's calendar, to subscribe to: {calendar.content.count(b'BEGIN:VEVENT')} meeting")
    same = get_feed.sync_detailed(feed, client=client, if_none_match=calendar.headers["ETag"])
    check(same.status_code == HTTPStatus.NOT_MODIFIED, "nothing has changed")
    check(revoke_feed.sync_detailed(ana.user_id, client=client).status_code == HTTPStatus.NO_CONTENT, "it is revoked")
    expect(Problem, HTTPStatus.NOT_FOUND, get_feed.sync_detailed(feed, client=client))


def read_reminders(client, meeting, people):
    answer = get_reminders.sync_detailed(meeting.meeting_id, client=client)
    reminders = expect(Reminders, HTTPStatus.OK, answer).reminders
    print(f"\nreminders {meeting.notification_interval[0].minutes_before} minutes before:")
    shown = {}
    for reminder in reminders:
        person = next((person for person in people if person.user_id == reminder.user_id), None)
        if person is None or reminder.remind_at is None:
            continue
        local = reminder.remind_at.astimezone(ZoneInfo(person.timezone))
        print(f"        {person.name} at {clock(local)} their time: {reminder.reason.value}, {reminder.state.value}")
        shown[person.name] = (local, reminder.reason)
    ana, bo = shown["Ana"], shown["Bo"]
    check((ana[0].strftime("%H:%M"), ana[1]) == ("07:00", Reason.AFTER_DND), "Ana is reminded when her night ends")
    check(bo == (meeting.start_time - timedelta(hours=1), Reason.ON_TIME), "Bo is reminded an hour before")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://localhost:3000", help="where Tactful answers")
    client = connect(parser.parse_args().url)
    day = (datetime.now(MADRID) + timedelta(days=30)).date()
    ana, bo, cy = create_people(client)
    meeting = book(client, ana, bo, day)
    find_free_slots(client, ana, day)
    find_times(client, ana, bo, cy, day)
    list_agenda(client, bo, meeting, day)
    add_and_remove(client, meeting, cy)
    read_reminders(client, meeting, [ana, bo])
    share_calendar(client, meeting, ana)


if __name__ == "__main__":
    main()
