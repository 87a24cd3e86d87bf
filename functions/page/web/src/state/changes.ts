// Changes of meetings that are drawn at once and saved after: a move, which can be taken back, and a cancellation, which can be
// undone until it is saved.
import { cancelMeeting, etagOf, updateMeeting, type BookedMeeting, type Meeting } from "../api/client";
import { isPassing, type Problem } from "../api/problem";
import { list, longDay, span } from "../format";
import { titleOf } from "../meeting/words";
import { t } from "../strings";
import { at, timeIn, type Zoned } from "../time";
import { agenda, forgetUnsaved, reload, setUnsaved, zone } from "./agenda";
import { complain, dismiss, say } from "./messages";

/** How long a cancellation can be undone, and how long after the last key a move by keyboard is saved. */
const UNDO_MS = 8_000;
const SETTLE_MS = 900;

/** What waits to be saved, by meeting. */
const waiting = new Map<string, { timer: number; save: () => void }>();

function later(id: string, delay: number, save: () => void): void {
    const before = waiting.get(id);
    if (before !== undefined) clearTimeout(before.timer);
    const run = (): void => {
        waiting.delete(id);
        save();
    };
    waiting.set(id, { timer: setTimeout(run, delay), save: run });
}

function drop(id: string): void {
    const entry = waiting.get(id);
    if (entry !== undefined) clearTimeout(entry.timer);
    waiting.delete(id);
}

/** Saves at once what waits to be saved. */
export function saveWaiting(): void {
    for (const { timer, save } of [...waiting.values()]) {
        clearTimeout(timer);
        save();
    }
}

// Whoever closes the page has decided.
addEventListener("pagehide", saveWaiting);

function savedVersion(id: string): Meeting | undefined {
    return agenda.peek()?.meetings.find((meeting) => meeting.meeting_id === id);
}

function put(meeting: Meeting): void {
    const known = agenda.peek();
    if (known === null) return;
    const meetings = known.meetings.map((other) => (other.meeting_id === meeting.meeting_id ? meeting : other));
    agenda.value = { ...known, meetings };
}

/** Who can't come or would be asleep, as a sentence; empty if nobody. */
export function warningsOf(booked: Pick<BookedMeeting, "unavailable_participants" | "do_not_disturb_participants" | "participants">): string {
    const name = (person: { user_id: string; email: string }): string =>
        booked.participants.find(({ user_id }) => user_id === person.user_id)?.name ?? person.email;
    const parts: string[] = [];
    const { unavailable_participants: busy, do_not_disturb_participants: quiet } = booked;
    if (busy.length > 0) parts.push(t("busy_then", { people: list(busy.map(name)) }));
    if (quiet.length > 0) parts.push(t("quiet_then", { people: list(quiet.map(name)) }));
    return parts.join(" ");
}

/** Moves or resizes a meeting. By keyboard it is saved once the keys have settled. */
export function reschedule(meeting: Meeting, start: Zoned, end: Zoned, by: "pointer" | "keyboard"): void {
    const id = meeting.meeting_id;
    const moved = { ...meeting, start_time: timeIn(start), end_time: timeIn(end) };
    setUnsaved(id, moved);
    later(id, by === "keyboard" ? SETTLE_MS : 0, () => void saveMove(moved));
}

async function saveMove(moved: Meeting): Promise<void> {
    const id = moved.meeting_id;
    const before = savedVersion(id);
    if (before === undefined) return forgetUnsaved(id);
    const { start_time, end_time } = moved;
    const answer = await updateMeeting(id, { start_time, end_time }, etagOf(before));
    if (!answer.ok) return failed(id, answer.problem, () => void saveMove(moved));
    // Another key was pressed meanwhile: that one is still to be saved.
    if (!waiting.has(id)) forgetUnsaved(id);
    put(answer.value);
    const [start, end] = [at(start_time, zone.peek()), at(end_time, zone.peek())];
    const time = `${longDay(start.toPlainDate())}, ${span(start, end)}`;
    const text = `${t("moved", { title: titleOf(moved), time })} ${warningsOf(answer.value)}`.trim();
    const back = { ...answer.value, start_time: before.start_time, end_time: before.end_time };
    say(text, { label: t("undo"), run: () => { setUnsaved(id, back); void saveMove(back); } });
    void reload();
}

/** Takes a meeting off the page at once, and cancels it when it can't be undone any more. */
export function cancel(meeting: Meeting): void {
    const id = meeting.meeting_id;
    setUnsaved(id, null);
    later(id, UNDO_MS, () => {
        dismiss();
        void saveCancel(meeting);
    });
    const undo = (): void => {
        drop(id);
        forgetUnsaved(id);
    };
    say(t("cancelled", { title: titleOf(meeting) }), { label: t("undo"), run: undo });
}

async function saveCancel(meeting: Meeting): Promise<void> {
    const id = meeting.meeting_id;
    const answer = await cancelMeeting(id, etagOf(savedVersion(id) ?? meeting));
    if (!answer.ok) return failed(id, answer.problem, () => void saveCancel(meeting));
    await reload();
    forgetUnsaved(id);
}

/** Says what went wrong. What may work later stays as it is drawn, and can be sent again. */
function failed(id: string, problem: Problem, again: () => void): void {
    if (isPassing(problem)) {
        complain(problem.detail, { label: t("retry"), run: again });
        return;
    }
    forgetUnsaved(id);
    const text = problem.code === "version_mismatch" ? t("newer_version") : problem.detail;
    const conflicts = problem.conflicts?.map(titleOf) ?? [];
    complain([text, ...problem.errors.map(({ message }) => message), list(conflicts)].join(" ").trim(), { label: t("show_newer"), run: () => void reload() });
}
