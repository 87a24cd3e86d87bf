// Instants, days and weeks in the zone of whoever is shown. The browser's own zone is read in one place, `browserZone`, to
// be proposed to new people. Nothing here counts hours by hand: Temporal knows the zones.
import { signal } from "@preact/signals";
import { Temporal } from "temporal-polyfill";

export { Temporal };
export type Zoned = Temporal.ZonedDateTime;
export type Day = Temporal.PlainDate;

export const MINUTES_OF_DAY = 24 * 60;

/** The present minute. */
export const now = signal(presentMinute());

function presentMinute(): Temporal.Instant {
    return Temporal.Now.instant().round({ smallestUnit: "minute", roundingMode: "floor" });
}

setInterval(() => {
    const minute = presentMinute();
    if (!minute.equals(now.peek())) now.value = minute;
}, 1000);

export function browserZone(): string {
    return Temporal.Now.timeZoneId();
}

/** Whether this browser knows the zone; its data may be older than the service's. */
export function isZone(zone: string): boolean {
    try {
        now.peek().toZonedDateTimeISO(zone);
        return true;
    } catch {
        return false;
    }
}

/** All zones that the browser knows. */
export function zones(): string[] {
    return ["UTC", ...Intl.supportedValuesOf("timeZone")];
}

// A year of meetings is some thousand times, which are asked for again whenever they are drawn.
const known = new Map<string, Zoned>();
const MOST_KNOWN = 20_000;

function remembered(key: string, compute: () => Zoned): Zoned {
    let found = known.get(key);
    if (found === undefined) {
        if (known.size >= MOST_KNOWN) known.clear();
        found = compute();
        known.set(key, found);
    }
    return found;
}

/** A time of the API on the clocks of a zone. */
export function at(time: string, zone: string): Zoned {
    return remembered(`${time} ${zone}`, () => Temporal.Instant.from(time).toZonedDateTimeISO(zone));
}

/** A time as the API reads it: local with its offset, so that it is one instant in any zone. */
export function timeIn(time: Zoned): string {
    return time.toString({ timeZoneName: "never", smallestUnit: "minute" });
}

export function today(zone: string): Day {
    return now.value.toZonedDateTimeISO(zone).toPlainDate();
}

/** Where a day begins in a zone, which isn't midnight everywhere. */
export function startOf(day: Day, zone: string): Zoned {
    return remembered(`${day.toString()} ${zone}`, () => day.toZonedDateTime({ timeZone: zone }));
}

/** The minute of the day that the clocks show. */
export function minuteOf(time: Zoned): number {
    return time.hour * 60 + time.minute;
}

/**
 * The instant when the clocks of the zone show that minute of that day, where minute 1440 is the next midnight. A time that
 * the clocks skip is as much later as they skip, and of one that happens twice it is the first.
 */
export function onClock(day: Day, minute: number, zone: string): Zoned {
    const wall = day.toPlainDateTime().add({ minutes: minute });
    return wall.toZonedDateTime(zone, { disambiguation: "compatible" });
}

/** The days of the week that `day` is in. `first` is its first day, from 1 for Monday to 7. */
export function weekOf(day: Day, first: number): Day[] {
    const start = day.subtract({ days: (day.dayOfWeek - first + 7) % 7 });
    return Array.from({ length: 7 }, (_, days) => start.add({ days }));
}

/** Whether the clocks show that local time twice on that day. */
export function isAmbiguous(time: Zoned): boolean {
    let found = ambiguous.get(time);
    if (found === undefined) {
        found = happensTwice(time);
        ambiguous.set(time, found);
    }
    return found;
}

const ambiguous = new WeakMap<Zoned, boolean>();

function happensTwice(time: Zoned): boolean {
    const wall = time.toPlainDateTime();
    const zone = time.timeZoneId;
    const earlier = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
    return !earlier.equals(wall.toZonedDateTime(zone, { disambiguation: "later" }));
}
