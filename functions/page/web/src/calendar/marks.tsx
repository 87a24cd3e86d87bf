// Reminders on a day: a bell at the minute when one comes, and a line from the minute that was asked for.
import { Fragment } from "preact";
import type { Meeting, Reminder } from "../api/client";
import { meetings, reminders, zone } from "../state/agenda";
import { overlay } from "../state/overlay";
import { explain, isMoved, isSilent, wantedTime } from "../meeting/reason";
import { clock } from "../format";
import { at, minuteOf, type Day } from "../time";
import { titleOf } from "../meeting/words";
import { percent } from "./layout";

interface Mark {
    meeting: Meeting;
    reminder: Reminder;
    minute: number;
    /** Where on the same day it was asked for, if it moved. */
    wanted: number | null;
}

function marksOf(day: Day): Mark[] {
    return meetings.value.flatMap((meeting) =>
        (reminders.value.get(meeting.meeting_id) ?? []).flatMap((reminder) => {
            if (reminder.remind_at === null || isSilent(reminder)) return [];
            const comes = at(reminder.remind_at, zone.value);
            if (!comes.toPlainDate().equals(day)) return [];
            const asked = wantedTime(reminder, meeting, zone.value);
            const isSameDay = asked.toPlainDate().equals(day);
            const wanted = isMoved(reminder) ? (isSameDay ? minuteOf(asked) : asked.epochMilliseconds < comes.epochMilliseconds ? 0 : 1440) : null;
            return [{ meeting, reminder, minute: minuteOf(comes), wanted }];
        }),
    );
}

/** Minutes within which marks would lie on each other. */
const APART = 18;

export function Marks({ day }: { day: Day }) {
    const marks = marksOf(day).sort((a, b) => a.minute - b.minute);
    let previous = -APART;
    let row = 0;
    return (
        <>
            {marks.map(({ meeting, reminder, minute, wanted }) => {
                row = minute - previous < APART ? row + 1 : 0;
                previous = minute;
                const words = explain(reminder, meeting, zone.value, null);
                const heading = `${clock(at(reminder.remind_at!, zone.value))} · ${titleOf(meeting)}`;
                return (
                    <Fragment key={`${meeting.meeting_id} ${reminder.type} ${reminder.minutes_before}`}>
                        {wanted !== null && wanted !== minute && (
                            <div class="mark-way" style={{ top: percent(Math.min(wanted, minute)), height: percent(Math.abs(wanted - minute)) }} />
                        )}
                        <button type="button" class="mark" aria-label={`${heading} ${words}`} data-moved={isMoved(reminder)} data-state={reminder.state}
                            style={{ top: percent(minute), "--row": String(row) }}
                            onClick={() => { overlay.value = { kind: "details", meeting }; }}>
                            <Bell />
                            <span class="mark-words" dir="auto">
                                <b>{heading}</b>{" "}
                                <span>{words}</span>
                            </span>
                        </button>
                    </Fragment>
                );
            })}
        </>
    );
}

function Bell() {
    return (
        <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
            <path fill="currentColor" d="M8 1a1 1 0 0 0-1 1v.6A4.5 4.5 0 0 0 3.5 7v3L2 12v1h12v-1l-1.5-2V7A4.5 4.5 0 0 0 9 2.6V2a1 1 0 0 0-1-1zM6.3 14a1.8 1.8 0 0 0 3.4 0z" />
        </svg>
    );
}
