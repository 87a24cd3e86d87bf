// Making, moving and resizing meetings by pointer, and moving them by keyboard. Positions are minutes of the clock, so that a
// meeting which is dragged over a change of the clocks keeps its length on them.
import { signal } from "@preact/signals";
import type { Meeting } from "../api/client";
import { longDay, span } from "../format";
import { titleOf } from "../meeting/words";
import { meetings, zone } from "../state/agenda";
import { reschedule } from "../state/changes";
import { speak } from "../state/messages";
import { overlay } from "../state/overlay";
import { t } from "../strings";
import { at, minuteOf, onClock, Temporal, type Day, type Zoned } from "../time";
import { percent } from "./layout";
import { follow, type Gesture } from "./pointer";

const STEP = 15;

interface Drag {
    day: Day;
    /** Minutes of the clock since that day's midnight; the end may be on a later day. */
    start: number;
    end: number;
    title: string;
    /** What is moved or resized, if anything is. */
    meeting?: Meeting;
}

const drag = signal<Drag | null>(null);

/** Whether that meeting is moved or resized at the moment. */
export function isDragged(meeting: Meeting): boolean {
    return drag.value?.meeting?.meeting_id === meeting.meeting_id;
}

export function Ghost({ day }: { day: Day }) {
    const shown = drag.value;
    if (shown === null || !shown.day.equals(day)) return null;
    const [from, until] = times(shown);
    return (
        <div class="ghost" style={{ top: percent(shown.start), height: percent(Math.min(shown.end, 1440) - shown.start) }}>
            <b dir="auto">{shown.title}</b> <span>{span(from, until)}</span>
        </div>
    );
}

function times({ day, start, end }: { day: Day; start: number; end: number }): [Zoned, Zoned] {
    const from = onClock(day, start, zone.peek());
    const until = onClock(day, end, zone.peek());
    // In the hour that the clocks skip both may be the same instant.
    const isAfter = Temporal.ZonedDateTime.compare(until, from) > 0;
    return [from, isAfter ? until : from.add({ minutes: end - start })];
}

/** Which minute of which day is under the pointer, in steps. */
function under(event: PointerEvent): { day: Day; minute: number } | null {
    const columns = [...document.querySelectorAll<HTMLElement>(".grid .day")];
    const boxes = columns.map((column) => column.getBoundingClientRect());
    const nearest = boxes.map((box) => Math.max(box.left - event.clientX, event.clientX - box.right, 0));
    const found = nearest.indexOf(Math.min(...nearest));
    const [column, box] = [columns[found], boxes[found]];
    if (column === undefined || box === undefined) return null;
    const minute = Math.round(((event.clientY - box.top) / box.height) * (1440 / STEP)) * STEP;
    return { day: Temporal.PlainDate.from(column.dataset["day"]!), minute: Math.min(Math.max(minute, 0), 1440) };
}

/** What a gesture draws until it ends; `done` gets it if the pointer was released. */
function drawing(gesture: Omit<Gesture, "end">, done: (drawn: Drag) => void): Gesture {
    const end = (isReleased: boolean): void => {
        const drawn = drag.peek();
        drag.value = null;
        if (isReleased && drawn !== null) done(drawn);
    };
    return { ...gesture, end };
}

/** Draws a new meeting on empty time. A tap makes one of half an hour. */
export function startCreating(event: PointerEvent): void {
    const target = event.target as Element;
    if (event.button !== 0 || target.closest("button, a, .handle") !== null) return;
    const from = under(event);
    if (from === null) return;
    const { day } = from;
    const start = Math.min(Math.floor(from.minute / 30) * 30, 1410);
    const tapped: Drag = { day, start, end: start + 30, title: t("new_meeting") };
    const create = (drawn: Drag): void => {
        const [first, last] = times(drawn);
        overlay.value = { kind: "create", start: first, end: last };
    };
    const isMouse = event.pointerType === "mouse";
    const origin = isMouse ? from.minute : start;
    const move = (now: PointerEvent): void => {
        const to = under(now);
        if (to === null) return;
        const [first, last] = to.minute < origin ? [to.minute, origin] : [origin, Math.max(to.minute, origin + STEP)];
        // A finger that rests has drawn what a tap makes.
        drag.value = now === event ? tapped : { ...tapped, start: first, end: last };
    };
    follow(event, true, drawing({ move, tap: () => create(tapped) }, create));
}

/** Where a meeting is on the clock, from its first day's midnight. */
function clockOf(meeting: Meeting): { day: Day; start: number; end: number } {
    const [from, until] = [at(meeting.start_time, zone.peek()), at(meeting.end_time, zone.peek())];
    const day = from.toPlainDate();
    const length = from.toPlainDateTime().until(until.toPlainDateTime(), { largestUnit: "minutes" }).minutes;
    const start = minuteOf(from);
    // Over a night in which the clocks go back, the clock may say that it ends before it starts.
    return { day, start, end: start + (length > 0 ? length : from.until(until, { largestUnit: "minutes" }).minutes) };
}

/** Saves what was drawn, unless it is where it was. */
function rescheduleTo(meeting: Meeting): (drawn: Drag) => void {
    const before = clockOf(meeting);
    return (drawn) => {
        const isSame = drawn.day.equals(before.day) && drawn.start === before.start && drawn.end === before.end;
        if (!isSame) reschedule(meeting, ...times(drawn), "pointer");
    };
}

export function startMoving(event: PointerEvent, meeting: Meeting): void {
    if (event.button !== 0) return;
    const grabbed = under(event);
    if (grabbed === null) return;
    const { day, start, end } = clockOf(meeting);
    const before = grabbed.day.until(day, { largestUnit: "days" }).days * 1440 + start - grabbed.minute;
    const move = (now: PointerEvent): void => {
        const to = under(now);
        if (to === null) return;
        const minute = to.minute + before;
        const days = Math.floor(minute / 1440);
        const first = minute - days * 1440;
        drag.value = { day: to.day.add({ days }), start: first, end: first + end - start, title: titleOf(meeting), meeting };
    };
    follow(event, true, drawing({ move }, rescheduleTo(meeting)));
}

/** The handle is no place to scroll from: a finger resizes at once. */
export function startResizing(event: PointerEvent, meeting: Meeting): void {
    if (event.button !== 0) return;
    event.stopPropagation();
    const shown = clockOf(meeting);
    const { day, start } = shown;
    const move = (now: PointerEvent): void => {
        const to = under(now);
        if (to === null) return;
        const end = day.until(to.day, { largestUnit: "days" }).days * 1440 + to.minute;
        drag.value = { day, start, end: now === event ? shown.end : Math.max(end, start + STEP), title: titleOf(meeting), meeting };
    };
    follow(event, false, drawing({ move }, rescheduleTo(meeting)));
}

const MOVES: Record<string, { minutes?: number; days?: number }> = {
    ArrowUp: { minutes: -STEP },
    ArrowDown: { minutes: STEP },
    ArrowLeft: { days: -1 },
    ArrowRight: { days: 1 },
};

/** Alt and an arrow move a meeting by a quarter of an hour or a day; with Shift they move its end. */
export function moveByKey(event: KeyboardEvent, shown: Meeting): void {
    const move = MOVES[event.key];
    if (!event.altKey || move === undefined) return;
    event.preventDefault();
    // Keys may come faster than what they do is drawn.
    const meeting = meetings.peek().find(({ meeting_id }) => meeting_id === shown.meeting_id) ?? shown;
    const { day, start, end } = clockOf(meeting);
    const isRightToLeft = document.documentElement.dir === "rtl";
    const days = (move.days ?? 0) * (isRightToLeft ? -1 : 1);
    const minutes = move.minutes ?? 0;
    if (event.shiftKey && end + minutes + days * 1440 <= start) return;
    const changed = event.shiftKey
        ? { day, start, end: end + minutes + days * 1440 }
        : { day: day.add({ days }), start: start + minutes, end: end + minutes };
    const [from, until] = times(changed);
    reschedule(meeting, from, until, "keyboard");
    // On another day it is another element. Preact draws it in a microtask, and the next key must find it.
    const id = CSS.escape(meeting.meeting_id);
    const focus = (): void => document.querySelector<HTMLElement>(`[data-meeting="${id}"]`)?.focus();
    queueMicrotask(focus);
    setTimeout(focus, 0);
    speak(`${longDay(from.toPlainDate())}, ${span(from, until)}`);
}
