// A meeting in words.
import type { Meeting } from "../api/client";
import { list, longDay, span } from "../format";
import { t } from "../strings";
import { at } from "../time";

export function titleOf(meeting: { title: string | null }): string {
    return meeting.title ?? t("untitled");
}

export function isOrganizer(meeting: Meeting, userId: string | undefined): boolean {
    return meeting.creator_id === userId;
}

/** "Design review, Tuesday, 1 December 2026, 10:00 – 11:00, with Bo and Cy". */
export function describe(meeting: Meeting, zone: string, userId: string | undefined): string {
    const [start, end] = [at(meeting.start_time, zone), at(meeting.end_time, zone)];
    const others = meeting.participants.filter((participant) => participant.user_id !== userId);
    const parts = [titleOf(meeting), longDay(start.toPlainDate()), span(start, end)];
    if (others.length > 0) parts.push(t("with_people", { people: list(others.slice(0, 5).map(({ name }) => name)) }));
    return parts.join(", ");
}
