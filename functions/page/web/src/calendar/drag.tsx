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

const STEP = 15;
/** A pointer that moves less than so many pixels has clicked. */
const SLACK = 4;

interface Drag {
    day: Day;
    /** Minutes of the clock since that day's midnight; the end may be on a later day. */
    start: number;
    end: number;
    title: string;
}

const drag = signal<Drag | null>(null);

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

/** Follows the pointer until it is released. `move` draws; `done` gets what was drawn, unless Escape ended it. */
function follow(event: PointerEvent, move: (event: PointerEvent) => void, done: (drawn: Drag) => void): void {
    const [x, y] = [event.clientX, event.clientY];
    let moved = false;
    const over = new AbortController();
    const { signal: ended } = over;
    const finish = (): void => {
        over.abort();
        drag.value = null;
    };
    addEventListener("pointermove", (now) => {
        if (!moved && Math.hypot(now.clientX - x, now.clientY - y) < SLACK) return;
        moved = true;
        move(now);
    }, { signal: ended });
    addEventListener("pointerup", () => {
        const drawn = drag.peek();
        finish();
        if (!moved) return;
        // The click that follows, if one does, would open what is under the pointer.
        const click = new AbortController();
        addEventListener("click", (event) => event.stopPropagation(), { capture: true, signal: click.signal });
        setTimeout(() => click.abort(), 0);
        if (drawn !== null) done(drawn);
    }, { signal: ended });
    addEventListener("pointercancel", finish, { signal: ended });
    addEventListener("keydown", (key) => { if (key.key === "Escape") finish(); }, { signal: ended });
}

/** Draws a new meeting on empty time. A finger scrolls instead, and taps. */
export function startCreating(event: PointerEvent): void {
    const target = event.target as Element;
    if (event.button !== 0 || target.closest("button, a, .handle") !== null) return;
    const from = under(event);
    if (from === null) return;
    const start = Math.min(Math.floor(from.minute / 30) * 30, 1410);
    const title = t("new_meeting");
    const create = ({ day, start, end }: Omit<Drag, "title">): void => {
        const [first, last] = times({ day, start, end });
        overlay.value = { kind: "create", start: first, end: last };
    };
    if (event.pointerType === "touch") {
        const tap = new AbortController();
        const [x, y] = [event.clientX, event.clientY];
        addEventListener("pointerup", (up) => {
            tap.abort();
            if (Math.hypot(up.clientX - x, up.clientY - y) < SLACK) create({ day: from.day, start, end: start + 30 });
        }, { signal: tap.signal });
        addEventListener("pointercancel", () => tap.abort(), { signal: tap.signal });
        return;
    }
    let moved = false;
    const origin = from.minute;
    follow(event, (now) => {
        const to = under(now);
        if (to === null) return;
        moved = true;
        const [first, last] = to.minute < origin ? [to.minute, origin] : [origin, Math.max(to.minute, origin + STEP)];
        drag.value = { day: from.day, start: first, end: last, title };
    }, create);
    const click = new AbortController();
    addEventListener("pointerup", () => {
        click.abort();
        if (!moved) create({ day: from.day, start, end: start + 30 });
    }, { signal: click.signal });
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

export function startMoving(event: PointerEvent, meeting: Meeting): void {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const grabbed = under(event);
    if (grabbed === null) return;
    const { day, start, end } = clockOf(meeting);
    const before = grabbed.day.until(day, { largestUnit: "days" }).days * 1440 + start - grabbed.minute;
    follow(event, (now) => {
        const to = under(now);
        if (to === null) return;
        const minute = to.minute + before;
        const days = Math.floor(minute / 1440);
        const first = minute - days * 1440;
        drag.value = { day: to.day.add({ days }), start: first, end: first + end - start, title: titleOf(meeting) };
    }, (drawn) => reschedule(meeting, ...times(drawn), "pointer"));
}

export function startResizing(event: PointerEvent, meeting: Meeting): void {
    if (event.button !== 0) return;
    event.stopPropagation();
    const { day, start } = clockOf(meeting);
    follow(event, (now) => {
        const to = under(now);
        if (to === null) return;
        const end = day.until(to.day, { largestUnit: "days" }).days * 1440 + to.minute;
        drag.value = { day, start, end: Math.max(end, start + STEP), title: titleOf(meeting) };
    }, (drawn) => reschedule(meeting, ...times(drawn), "pointer"));
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
