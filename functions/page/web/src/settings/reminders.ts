// A person's reminders of the next two weeks: which of them a change of their hours concerns, and which it moved.
import { getReminders, listMeetings, type Meeting, type Reminder } from "../api/client";
import { at, now, timeIn, type Zoned } from "../time";
import { quietAround, type Hours, type QuietTime } from "./quiet";

const DAYS = 14;
/** At most so many meetings are looked at: each is a call. */
export const MOST_MEETINGS = 40;
const AT_ONCE = 5;

export interface Planned { meeting: Meeting; reminder: Reminder }
export interface Plan { planned: Planned[]; meetings: Meeting[]; isWhole: boolean }

/** What the rule knows of a person's quiet time. */
export interface Quiet {
    zone: string;
    hours: Hours;
    isDuringMeetings: boolean;
    snoozedUntil: string | null;
}

export type Effect = "falls_quiet" | "falls_open" | "falls_otherwise";
export interface Concerned { planned: Planned; wanted: Zoned; effect: Effect }
export interface Moved { meeting: Meeting; from: string | null; to: string | null }

const LIVE: readonly Reminder["state"][] = ["planned", "scheduled", "suppressed"];

/** The person's reminders that are still to come, or null where they can't be read. */
export async function readPlan(userId: string): Promise<Plan | null> {
    const start = now.peek().toZonedDateTimeISO("UTC");
    const listed = await listMeetings(userId, { start_time: timeIn(start), end_time: timeIn(start.add({ days: DAYS })) });
    if (!listed.ok) return null;
    const ahead = listed.value.filter(({ start_time }) => at(start_time, "UTC").epochMilliseconds > start.epochMilliseconds);
    const looked = ahead.slice(0, MOST_MEETINGS);
    const planned: Planned[] = [];
    for (let from = 0; from < looked.length; from += AT_ONCE) {
        const part = looked.slice(from, from + AT_ONCE);
        const answers = await Promise.all(part.map(({ meeting_id }) => getReminders(meeting_id)));
        answers.forEach((answer, index) => {
            if (!answer.ok) return;
            const own = answer.value.reminders.filter(({ user_id, state }) => user_id === userId && LIVE.includes(state));
            planned.push(...own.map((reminder) => ({ meeting: part[index]!, reminder })));
        });
    }
    return { planned, meetings: listed.value, isWhole: looked.length === ahead.length };
}

function isSnoozed(time: Zoned, until: string | null): boolean {
    return until !== null && time.epochMilliseconds < at(until, "UTC").epochMilliseconds;
}

function isInMeeting(time: Zoned, planned: Planned, meetings: Meeting[]): boolean {
    return meetings.some(({ meeting_id, start_time, end_time }) => meeting_id !== planned.meeting.meeting_id
        && at(start_time, "UTC").epochMilliseconds <= time.epochMilliseconds
        && time.epochMilliseconds < at(end_time, "UTC").epochMilliseconds);
}

function isSame(one: QuietTime | null, other: QuietTime | null): boolean {
    if (one === null || other === null) return one === other;
    return one.start.epochMilliseconds === other.start.epochMilliseconds && one.end.epochMilliseconds === other.end.epochMilliseconds;
}

/** The reminders whose wanted minute a change of the quiet time concerns. */
export function concerned(plan: Plan, before: Quiet, after: Quiet): Concerned[] {
    return plan.planned.flatMap((planned): Concerned[] => {
        const wanted = at(planned.meeting.start_time, after.zone).subtract({ minutes: planned.reminder.minutes_before });
        const look = (quiet: Quiet) => {
            const window = quietAround(wanted.withTimeZone(quiet.zone), quiet.hours);
            const isBusy = quiet.isDuringMeetings && isInMeeting(wanted, planned, plan.meetings);
            const snoozed = isSnoozed(wanted, quiet.snoozedUntil);
            return { window, isQuiet: window !== null || isBusy || snoozed, snoozed };
        };
        const [old, changed] = [look(before), look(after)];
        if (old.isQuiet !== changed.isQuiet) return [{ planned, wanted, effect: changed.isQuiet ? "falls_quiet" : "falls_open" }];
        const isOther = changed.isQuiet && (!isSame(old.window, changed.window) || (changed.snoozed && before.snoozedUntil !== after.snoozedUntil));
        return isOther ? [{ planned, wanted, effect: "falls_otherwise" }] : [];
    });
}

function keyOf({ meeting, reminder }: Planned): string {
    return `${meeting.meeting_id} ${reminder.type} ${reminder.minutes_before}`;
}

/** What differs between two plans, as the service told them. */
export function moved(before: Plan, after: Plan): Moved[] {
    const old = new Map(before.planned.map((planned) => [keyOf(planned), planned.reminder.remind_at]));
    return after.planned.flatMap((planned) => {
        const [from, to] = [old.get(keyOf(planned)), planned.reminder.remind_at];
        if (from === undefined || from === to) return [];
        return [{ meeting: planned.meeting, from, to }];
    });
}

const TRIES = 4;

/** What a saved change moved. Reminders are planned again at once, but an answer may be a moment older. */
export async function readMoved(userId: string, before: Plan, isExpected: boolean): Promise<{ plan: Plan; moved: Moved[] } | null> {
    for (let tried = 1; ; tried += 1) {
        const plan = await readPlan(userId);
        if (plan === null) return null;
        const found = moved(before, plan);
        if (found.length > 0 || !isExpected || tried === TRIES) return { plan, moved: found };
        await new Promise((resolve) => setTimeout(resolve, 500));
    }
}
