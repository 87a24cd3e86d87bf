// The meetings of the coming weeks in order, each with its reminders in words.
import { useMemo, useState } from "preact/hooks";
import { segmentOf } from "../calendar/layout";
import { Toolbar } from "../calendar/toolbar";
import { days as daysInWords, list, longDay, span } from "../format";
import { explain } from "../meeting/reason";
import { titleOf } from "../meeting/words";
import type { Meeting } from "../api/client";
import { agenda, meetings, reminders, useAgenda, zone } from "../state/agenda";
import { overlay } from "../state/overlay";
import { place } from "../state/place";
import { person } from "../state/sign_in";
import { t } from "../strings";
import { at, Temporal, today, type Day } from "../time";

const WEEKS = 4;
/** What the API lists at once. */
const MOST_DAYS = 366;

export function ListView() {
    const date = place.value.date ?? today(zone.value);
    const [length, setLength] = useState(WEEKS * 7);
    const days = useMemo(() => Array.from({ length }, (_, days) => date.add({ days })), [date.toString(), length]);
    useAgenda(days, length <= WEEKS * 7);
    // A meeting is listed on the day when it starts, or on the first that is shown.
    const byDay = useMemo(() => {
        const found = new Map<string, Meeting[]>();
        for (const meeting of meetings.value) {
            const start = at(meeting.start_time, zone.value).toPlainDate();
            const isEarlier = Temporal.PlainDate.compare(start, date) < 0;
            if (isEarlier && segmentOf(meeting, date, zone.value) === null) continue;
            const day = isEarlier ? date : start;
            const key = day.toString();
            found.set(key, [...(found.get(key) ?? []), meeting]);
        }
        return found;
    }, [meetings.value, zone.value, date.toString()]);
    const listed = days.filter((day) => byDay.has(day.toString()));
    return (
        <main id="main" tabIndex={-1} class="calendar list">
            <Toolbar title={daysInWords(date, days.at(-1)!)} date={date} step={length} />
            <div class="list-body">
                {agenda.value !== null && listed.length === 0 && <p class="muted">{t("nothing_booked")}</p>}
                {listed.map((day) => <DayList key={day.toString()} day={day} meetings={byDay.get(day.toString())!} />)}
                {length < MOST_DAYS && (
                    <button type="button" onClick={() => setLength(Math.min(length + 12 * 7, MOST_DAYS))}>{t("show_more")}</button>
                )}
            </div>
        </main>
    );
}

function DayList({ day, meetings }: { day: Day; meetings: Meeting[] }) {
    return (
        <section class="day-list">
            <h2 data-today={day.equals(today(zone.value))}>{longDay(day)}</h2>
            <ul>{meetings.map((meeting) => <Row key={meeting.meeting_id} meeting={meeting} />)}</ul>
        </section>
    );
}

function Row({ meeting }: { meeting: Meeting }) {
    const [start, end] = [at(meeting.start_time, zone.value), at(meeting.end_time, zone.value)];
    const others = meeting.participants.filter(({ user_id }) => user_id !== person.value?.user_id);
    return (
        <li>
            <button type="button" class="plain" onClick={() => { overlay.value = { kind: "details", meeting }; }}>
                <span class="time">{span(start, end)}</span>
                <span class="what">
                    <b dir="auto">{titleOf(meeting)}</b>
                    {others.length > 0 && " "}
                    {others.length > 0 && <span class="muted" dir="auto">{list(others.slice(0, 5).map(({ name }) => name))}</span>}
                    {(reminders.value.get(meeting.meeting_id) ?? []).map((reminder) => (
                        <span key={`${reminder.type} ${reminder.minutes_before}`} class="reminder-words" data-moved={reminder.reason !== "on_time"}>
                            {explain(reminder, meeting, zone.value, null)}
                        </span>
                    ))}
                </span>
            </button>
        </li>
    );
}
