// What is asked for a group: who, when, how long.
import type { MeetingTimesQuery, Schemas } from "../api/client";
import type { Reminding } from "../meeting/draft";
import { now, startOf, Temporal, timeIn, today } from "../time";

export interface Asked { email: string; isRequired: boolean }

export interface Question {
    people: Asked[];
    /** What is typed and not added yet. */
    typed: string;
    from: string;
    until: string;
    minutes: number;
    within: Schemas["Within"];
    interval: number;
    buffer: number;
    minimum: string;
    reminders: Reminding[];
}

const DAYS = 7;

export function newQuestion(zone: string): Question {
    const day = today(zone);
    return {
        people: [], typed: "", from: day.toString(), until: day.add({ days: DAYS - 1 }).toString(),
        minutes: 60, within: "not_quiet", interval: 15, buffer: 0, minimum: "",
        reminders: [{ type: "email", minutes_before: 60 }],
    };
}

/** The people with those who are typed, each once. */
export function withTyped({ people, typed }: Question): Asked[] {
    const known = new Set(people.map(({ email }) => email.toLowerCase()));
    const added: Asked[] = [];
    for (const email of typed.split(/[\s,;]+/).filter(Boolean)) {
        if (known.has(email.toLowerCase())) continue;
        known.add(email.toLowerCase());
        added.push({ email, isRequired: true });
    }
    return [...people, ...added];
}

/** The question as the API reads it. What isn't a date is sent as it is, and the API says so. */
export function queryOf(question: Question, organizerId: string, zone: string): MeetingTimesQuery {
    const minimum = question.minimum === "" ? {} : { minimum_attendees: Number(question.minimum) };
    return {
        organizer_id: organizerId,
        attendees: question.people.map(({ email, isRequired }) => ({ email, type: isRequired ? "required" as const : "optional" as const })),
        start_time: beginning(question.from, zone, 0),
        end_time: beginning(question.until, zone, 1),
        time_zone: zone,
        duration_minutes: question.minutes,
        within: question.within,
        start_interval_minutes: question.interval,
        buffer_minutes: question.buffer,
        notification_interval: question.reminders,
        max_suggestions: 10,
        ...minimum,
    };
}

// Nobody meets in the past: of today the rest is asked about.
function beginning(date: string, zone: string, daysLater: number): string {
    try {
        const start = startOf(Temporal.PlainDate.from(date).add({ days: daysLater }), zone);
        const present = now.peek().toZonedDateTimeISO(zone);
        const isToday = daysLater === 0 && present.toPlainDate().equals(start.toPlainDate());
        return timeIn(isToday ? present.add({ minutes: 1 }) : start);
    } catch {
        return date;
    }
}
