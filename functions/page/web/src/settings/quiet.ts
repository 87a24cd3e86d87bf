// Which time is quiet by somebody's hours (docs/time.md, "Quiet time"). It only tells whom a change
// concerns; when a reminder comes instead, the service alone decides.
import type { Schemas } from "../api/client";
import { MINUTES_OF_DAY, onClock, type Day, type Zoned } from "../time";
import { WEEKDAYS } from "./hours";

export type Hours = Schemas["WorkingHours"];
export interface QuietTime { start: Zoned; end: Zoned }

// How far to look before and after a time for the quiet time around it.
const [DAYS_BEFORE, DAYS_AFTER] = [3, 15];

function minuteOfText(text: string): number {
    const [hour = NaN, minute = NaN] = text.split(":").map(Number);
    return hour * 60 + minute;
}

function windowsOn(day: Day, hours: Hours): { start: string; end: string }[] {
    const date = day.toString();
    const others = hours.exceptions.filter(({ from, until }) => from <= date && date <= until);
    if (others.length > 0) return others.flatMap(({ windows }) => windows);
    const name = WEEKDAYS[day.dayOfWeek - 1]!;
    return hours.weekly.filter(({ days }) => days.includes(name));
}

/** The quiet time that the time is in, or null. Windows that aren't complete yet don't count. */
export function quietAround(time: Zoned, hours: Hours): QuietTime | null {
    const zone = time.timeZoneId;
    let found: QuietTime | null = null;
    const isIn = ({ start, end }: QuietTime): boolean => !isBefore(time, start) && isBefore(time, end);
    for (let days = -DAYS_BEFORE; days <= DAYS_AFTER; days += 1) {
        const day = time.toPlainDate().add({ days });
        const windows = windowsOn(day, hours).map(({ start, end }) => [minuteOfText(start), minuteOfText(end)] as const)
            .filter(([start, end]) => !Number.isNaN(start) && !Number.isNaN(end) && start !== end)
            .sort(([one], [other]) => one - other);
        for (const [from, until] of windows) {
            const start = onClock(day, from, zone);
            const end = onClock(day, until <= from ? until + MINUTES_OF_DAY : until, zone);
            if (found !== null && !isBefore(found.end, start)) {
                if (isBefore(found.end, end)) found = { start: found.start, end };
            } else {
                if (found !== null && isIn(found)) return found;
                found = { start, end };
            }
        }
        // A window that opens later can only prolong one that the time is in.
        if (days > 0 && (found === null || !isIn(found))) return null;
    }
    return found !== null && isIn(found) ? found : null;
}

function isBefore(one: Zoned, other: Zoned): boolean {
    return one.epochMilliseconds < other.epochMilliseconds;
}
