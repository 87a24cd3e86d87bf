// The meetings, quiet time and free time of the days that are shown, and the reminders of these meetings.
import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { getFreeSlots, getReminders, listMeetings, type FreeSlots, type Meeting, type Reminder } from "../api/client";
import type { Problem } from "../api/problem";
import { at, isZone, startOf, timeIn, type Day } from "../time";
import { person } from "./sign_in";

export interface Agenda {
    /** The first day that it is about. */
    first: Day;
    meetings: Meeting[];
    slots: FreeSlots;
}

/** What is known of the days that are shown; of other days until theirs has come. */
export const agenda = signal<Agenda | null>(null);
export const problem = signal<Problem | null>(null);

/** The person's reminders by meeting, where they are known. */
export const reminders = signal<ReadonlyMap<string, Reminder[]>>(new Map());

/** What was changed here and isn't saved yet: a meeting as it will be, or null for one that will be gone. */
export const unsaved = signal<ReadonlyMap<string, Meeting | null>>(new Map());

/** The meetings as they are drawn. */
export const meetings = computed(() => {
    const changed = unsaved.value;
    const known = agenda.value?.meetings ?? [];
    return known.flatMap((meeting) => changed.get(meeting.meeting_id) ?? (changed.has(meeting.meeting_id) ? [] : [meeting]));
});

/** The zone in which the person's days are drawn. */
export const zone = computed(() => {
    const own = person.value?.timezone ?? "UTC";
    return isZone(own) ? own : "UTC";
});

/**
 * Whether the browser has other rules for the zone than the service, which answers in the person's own zone: rules change, and
 * browsers learn of that with their updates.
 */
export const hasOtherRules = computed(() => {
    const slots = agenda.value?.slots;
    if (slots === undefined || slots.time_zone !== zone.value) return false;
    const times = [slots, ...slots.booked_meetings, ...slots.do_not_disturb].flatMap(({ start_time, end_time }) => [start_time, end_time]);
    return times.some((time) => !time.endsWith(at(time, zone.value).offset));
});

let shown: Day[] = [];
let latest = 0;

/** The first of the days that are shown, if the day isn't one of them. */
export function shownInPlaceOf(day: Day): Day | null {
    return shown.length === 0 || shown.some((other) => other.equals(day)) ? null : shown[0]!;
}

/** Shows these days, and loads them again when they change. */
export function useAgenda(days: Day[], withReminders = true): void {
    const id = person.value?.user_id;
    const key = `${days[0]?.toString()} ${days.length} ${id} ${zone.value}`;
    useEffect(() => {
        shown = days;
        void load(withReminders);
        const again = (): void => {
            if (document.visibilityState === "visible") void load(withReminders);
        };
        // What others change is seen when one comes back to the page, and when the connection does.
        document.addEventListener("visibilitychange", again);
        addEventListener("online", again);
        return () => {
            document.removeEventListener("visibilitychange", again);
            removeEventListener("online", again);
        };
    }, [key]);
}

/** Reads everything that is shown anew. */
export async function reload(): Promise<void> {
    await load(true);
}

async function load(withReminders: boolean): Promise<void> {
    const user = person.peek();
    const [first, last] = [shown[0], shown.at(-1)];
    if (user === null || first === undefined || last === undefined) return;
    latest += 1;
    const asked = latest;
    const window = {
        start_time: timeIn(startOf(first, zone.peek())),
        end_time: timeIn(startOf(last.add({ days: 1 }), zone.peek())),
    };
    const [list, slots] = await Promise.all([listMeetings(user.user_id, window), getFreeSlots(user.user_id, window)]);
    // Somebody may have gone on to another week meanwhile.
    if (asked !== latest) return;
    const failed = list.ok ? (slots.ok ? null : slots.problem) : list.problem;
    problem.value = failed;
    if (!list.ok || !slots.ok) return;
    agenda.value = { first, meetings: withoutCopies(list.value, agenda.peek()?.meetings ?? []), slots: slots.value };
    if (withReminders) await loadReminders(list.value.map((meeting) => meeting.meeting_id), user.user_id);
}

/** What is as it was stays the same object, so that it isn't drawn again. */
function withoutCopies(read: Meeting[], known: Meeting[]): Meeting[] {
    const before = new Map(known.map((meeting) => [meeting.meeting_id, meeting]));
    return read.map((meeting) => {
        const same = before.get(meeting.meeting_id);
        return same !== undefined && JSON.stringify(same) === JSON.stringify(meeting) ? same : meeting;
    });
}

/** How many meetings are asked about at once. */
const AT_ONCE = 4;

async function loadReminders(ids: string[], userId: string): Promise<void> {
    const asked = latest;
    const waiting = [...ids];
    const worker = async (): Promise<void> => {
        for (let id = waiting.shift(); id !== undefined && asked === latest; id = waiting.shift()) {
            const answer = await getReminders(id);
            if (answer.ok && asked === latest) {
                const own = answer.value.reminders.filter((reminder) => reminder.user_id === userId);
                reminders.value = new Map(reminders.value).set(id, own);
            }
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

export function setUnsaved(id: string, meeting: Meeting | null): void {
    unsaved.value = new Map(unsaved.value).set(id, meeting);
}

export function forgetUnsaved(id: string): void {
    const without = new Map(unsaved.value);
    without.delete(id);
    unsaved.value = without;
}
