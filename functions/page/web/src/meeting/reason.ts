// Why a reminder comes when it comes, in words.
import type { Invitation, Meeting, Reminder } from "../api/client";
import { clockFrom, duration } from "../format";
import { t, type Text } from "../strings";
import { at, type Zoned } from "../time";

/** When somebody wanted to hear of the meeting. */
export function wantedTime(reminder: Reminder, meeting: Meeting, zone: string): Zoned {
    return at(meeting.start_time, zone).subtract({ minutes: reminder.minutes_before });
}

/** Whether it comes at another minute than the one that was asked for, or not at all. */
export function isMoved(reminder: Reminder): boolean {
    return reminder.reason !== "on_time";
}

/** Whether nothing came and nothing will. */
export function isSilent(reminder: Reminder): boolean {
    return reminder.remind_at === null || ["suppressed", "cancelled", "missed", "failed"].includes(reminder.state);
}

const WHY: Partial<Record<Reminder["reason"], [yours: Text, theirs: Text]>> = {
    immediate: ["why_past", "why_past"],
    after_dnd: ["why_quiet", "why_quiet_of"],
    before_dnd: ["why_quiet", "why_quiet_of"],
    after_dnd_short: ["why_quiet_short", "why_quiet_short_of"],
    after_meeting: ["why_meeting", "why_meeting_of"],
    before_meeting: ["why_meeting", "why_meeting_of"],
    dnd_until_start: ["why_quiet_until_start", "why_quiet_until_start_of"],
    meeting_started: ["why_started", "why_started"],
    recipient_limit: ["why_limit", "why_limit_of"],
};

const OUTCOMES: Record<Reminder["state"], [yours: Text, theirs: Text]> = {
    planned: ["will_hear", "will_hear_of"],
    scheduled: ["will_hear", "will_hear_of"],
    delivered: ["heard", "heard_of"],
    suppressed: ["will_not_hear", "will_not_hear_of"],
    cancelled: ["reminder_cancelled", "reminder_cancelled"],
    missed: ["reminder_missed", "reminder_missed"],
    failed: ["reminder_failed", "reminder_failed"],
};

/** Whether it has no minute any more in which it could be sent. */
export function isNever({ remind_at, state }: Reminder | Invitation): boolean {
    return remind_at === null && (state === "planned" || state === "scheduled");
}

/** Why nothing is sent, whatever minute was wanted; empty for reasons that name that minute. */
export function whyNot(reason: Reminder["reason"], name: string | null): string {
    const why = ["dnd_until_start", "meeting_started", "recipient_limit"].includes(reason) ? WHY[reason] : undefined;
    return why === undefined ? "" : t(why[name === null ? 0 : 1], { name: name ?? "" });
}

/** "22:30 is in your quiet hours. You will hear at 21:59." `name` is whose reminder it is, null for the reader's own. */
export function explain(reminder: Reminder, meeting: Meeting, zone: string, name: string | null): string {
    const day = at(meeting.start_time, zone).toPlainDate();
    const values = {
        wanted: clockFrom(wantedTime(reminder, meeting, zone), day),
        at: clockFrom(at(reminder.delivered_at ?? reminder.remind_at ?? meeting.start_time, zone), day),
        name: name ?? "",
    };
    const own = name === null ? 0 : 1;
    const why = WHY[reminder.reason]?.[own];
    const outcome = OUTCOMES[isNever(reminder) ? "suppressed" : reminder.state][own];
    return [...(why === undefined ? [] : [t(why, values)]), t(outcome, values)].join(" ");
}

/** "1 hour before, by e-mail". */
export function asked(reminder: { minutes_before: number; type: Reminder["type"] }): string {
    return t(reminder.type === "email" ? "before_by_email" : "before_by_webhook", { time: duration(reminder.minutes_before) });
}

/** Why a reminder comes at another minute than the one that was asked for, or not at all: "22:30 is in your quiet hours." */
export function why(reminder: Pick<Reminder, "reason" | "minutes_before">, start: string, zone: string): string {
    const begins = at(start, zone);
    const wanted = begins.subtract({ minutes: reminder.minutes_before });
    const text = WHY[reminder.reason]?.[0];
    return text === undefined ? "" : t(text, { wanted: clockFrom(wanted, begins.toPlainDate()) });
}
