// Times, durations and names as the reader's language writes them. Every formatter is told its zone.
import { computed } from "@preact/signals";
import { locale } from "./language";
import { isAmbiguous, type Day, type Zoned } from "./time";

type Style = Intl.DateTimeFormatOptions;

const formatters = new Map<string, Intl.DateTimeFormat>();

// The grid counts days of the Gregorian calendar, so that the names of days have to be of it too.
function formatter(zone: string, style: Style): Intl.DateTimeFormat {
    const key = `${locale.value} ${zone} ${JSON.stringify(style)}`;
    let made = formatters.get(key);
    if (made === undefined) {
        made = new Intl.DateTimeFormat(locale.value, { ...style, timeZone: zone, calendar: "gregory" });
        formatters.set(key, made);
    }
    return made;
}

function ofTime(time: Zoned, style: Style): string {
    return formatter(time.timeZoneId, style).format(time.epochMilliseconds);
}

// A day alone has no zone; read as UTC it is the same day.
function ofDay(day: Day, style: Style): string {
    return formatter("UTC", style).format(day.toZonedDateTime("UTC").epochMilliseconds);
}

/** "22:30" or "10:30 PM", as the locale has it; with the offset where the clocks show it twice. */
export function clock(time: Zoned): string {
    const style: Style = { hour: "numeric", minute: "2-digit" };
    return isAmbiguous(time) ? ofTime(time, { ...style, timeZoneName: "shortOffset" }) : ofTime(time, style);
}

/** "22:30" or "10:30 PM" and nothing more, as a field for a time has it. */
export function typedClock(time: Zoned): string {
    return ofTime(time, { hour: "numeric", minute: "2-digit" });
}

/** "22:30", and the day too where it is another one than `day`. */
export function clockFrom(time: Zoned, day: Day): string {
    return time.toPlainDate().equals(day) ? clock(time) : `${shortDay(time.toPlainDate())} ${clock(time)}`;
}

/** "10:00 – 11:30", with the days where there are two. */
export function span(start: Zoned, end: Zoned): string {
    return `${clock(start)} – ${clockFrom(end, start.toPlainDate())}`;
}

/** "10 AM" or "10" beside the grid. */
export function hour(day: Day, at: number): string {
    const time = day.toZonedDateTime("UTC").add({ hours: at });
    const has12 = formatter("UTC", { hour: "numeric" }).resolvedOptions().hour12 === true;
    return ofTime(time, has12 ? { hour: "numeric" } : { hour: "numeric", minute: "2-digit" });
}

export function longDay(day: Day): string {
    return ofDay(day, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

export function shortDay(day: Day): string {
    return ofDay(day, { weekday: "short", day: "numeric", month: "short" });
}

export function weekday(day: Day): string {
    return ofDay(day, { weekday: "short" });
}

export function longWeekday(day: Day): string {
    return ofDay(day, { weekday: "long" });
}

export function dayOfMonth(day: Day): string {
    return ofDay(day, { day: "numeric" });
}

export function month(day: Day): string {
    return ofDay(day, { month: "long", year: "numeric" });
}

/** "1 – 7 December 2026". */
export function days(first: Day, last: Day): string {
    const style: Style = { day: "numeric", month: "long", year: "numeric" };
    const instant = (day: Day): number => day.toZonedDateTime("UTC").epochMilliseconds;
    return formatter("UTC", style).formatRange(instant(first), instant(last));
}

/** "1 hour 30 minutes"; days where they are whole. */
export function duration(minutes: number): string {
    const unit = (value: number, name: string): string =>
        new Intl.NumberFormat(locale.value, { style: "unit", unit: name, unitDisplay: "long" }).format(value);
    if (minutes > 0 && minutes % 1440 === 0) return unit(minutes / 1440, "day");
    const parts = [unit(Math.floor(minutes / 60), "hour"), unit(minutes % 60, "minute")];
    if (minutes < 60) return parts[1]!;
    return minutes % 60 === 0 ? parts[0]! : parts.join(" ");
}

const lists = computed(() => new Intl.ListFormat(locale.value, { type: "conjunction" }));

/** "Ana, Bo and Cy". */
export function list(names: string[]): string {
    return lists.value.format(names);
}

/** "Europe/Madrid" without underscores. */
export function zoneName(zone: string): string {
    return zone.replaceAll("_", " ");
}

/** "GMT+1", the offset of a zone at a time. */
export function offset(time: Zoned): string {
    const parts = formatter(time.timeZoneId, { timeZoneName: "shortOffset" }).formatToParts(time.epochMilliseconds);
    return parts.find((part) => part.type === "timeZoneName")?.value ?? time.offset;
}
