// What a form for a meeting holds, and what of it the API is sent. Pure.
import type { Meeting, MeetingPatch, NewMeeting } from "../api/client";
import { typedClock } from "../format";
import { at, isZone, minuteOf, Temporal, type Zoned } from "../time";
import { readDuration, readTime } from "./typed_time";

export interface Draft {
    title: string;
    date: string;
    from: string;
    until: string;
    /** How many days after `date` it ends, if more than the times say. */
    moreDays: number;
    zone: string;
    location: string;
    description: string;
    people: string[];
    reminders: Reminding[];
}

/** An entry of `notification_interval`. */
export type Reminding = Meeting["notification_interval"][number];

export function draftOf(start: Zoned, end: Zoned): Draft {
    const days = start.toPlainDate().until(end.toPlainDate(), { largestUnit: "days" }).days;
    return {
        title: "", date: start.toPlainDate().toString(), from: typedClock(start), until: typedClock(end),
        moreDays: minuteOf(end) > minuteOf(start) ? days : Math.max(days - 1, 0),
        zone: start.timeZoneId, location: "", description: "", people: [],
        reminders: [{ type: "email", minutes_before: 60 }],
    };
}

export function draftOfMeeting(meeting: Meeting): Draft {
    const zone = isZone(meeting.time_zone) ? meeting.time_zone : "UTC";
    return {
        ...draftOf(at(meeting.start_time, zone), at(meeting.end_time, zone)),
        title: meeting.title ?? "", location: meeting.location ?? "", description: meeting.description ?? "",
        reminders: meeting.notification_interval,
    };
}

/** Start and end as local times in the draft's zone, or which field can't be read. */
export function readTimes(draft: Draft): { start_time: string; end_time: string } | { unread: "date" | "from" | "until" } {
    let date: Temporal.PlainDate;
    try {
        date = Temporal.PlainDate.from(draft.date);
    } catch {
        return { unread: "date" };
    }
    const from = readTime(draft.from);
    if (from === null) return { unread: "from" };
    const start = date.toPlainDateTime(from);
    const length = readDuration(draft.until);
    const until = readTime(draft.until);
    let end: Temporal.PlainDateTime;
    if (length !== null) {
        end = start.add({ minutes: length });
    } else if (until !== null) {
        const isNextDay = Temporal.PlainTime.compare(until, from) <= 0;
        end = date.toPlainDateTime(until).add({ days: draft.moreDays + (isNextDay ? 1 : 0) });
    } else {
        return { unread: "until" };
    }
    const written = (time: Temporal.PlainDateTime): string => time.toString({ smallestUnit: "minute" });
    return { start_time: written(start), end_time: written(end) };
}

const orNull = (text: string): string | null => (text.trim() === "" ? null : text);

export function newMeeting(draft: Draft, times: { start_time: string; end_time: string }, creatorId: string): NewMeeting {
    return {
        creator_id: creatorId, ...times, time_zone: draft.zone, participants: draft.people,
        title: orNull(draft.title), location: orNull(draft.location), description: orNull(draft.description),
        notification_interval: draft.reminders,
    } as NewMeeting;
}

/** Only what differs from what was opened, so that a change of somebody else to another field stays. */
export function patchOf(draft: Draft, opened: Draft, times: { start_time: string; end_time: string }): MeetingPatch {
    const patch: MeetingPatch = {};
    if (draft.title !== opened.title) patch.title = orNull(draft.title);
    if (draft.location !== opened.location) patch.location = orNull(draft.location);
    if (draft.description !== opened.description) patch.description = orNull(draft.description);
    const hasNewTime = (["date", "from", "until", "zone"] as const).some((name) => draft[name] !== opened[name]);
    if (hasNewTime) Object.assign(patch, times, { time_zone: draft.zone });
    if (draft.reminders !== opened.reminders) patch.notification_interval = draft.reminders;
    return patch;
}
