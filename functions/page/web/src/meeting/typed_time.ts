// Times as people type them.
import { Temporal } from "../time";

/** "9", "9:30", "930", "21.30", "3pm", "3:15 p.m.", "3:15 م" as a time of the day, or null. */
export function readTime(text: string): Temporal.PlainTime | null {
    const found = /^(\d{1,2})(?:[:.h]?(\d{2}))?\s*(?:([ap])\.?m?\.?|([صم]))?$/i.exec(westernDigits(text).trim());
    if (found === null) return null;
    let hour = Number(found[1]);
    const minute = Number(found[2] ?? "0");
    const half = found[4] === undefined ? found[3]?.toLowerCase() : found[4] === "م" ? "p" : "a";
    if (half !== undefined) {
        if (hour < 1 || hour > 12) return null;
        hour = (hour % 12) + (half === "p" ? 12 : 0);
    }
    return hour > 23 || minute > 59 ? null : new Temporal.PlainTime(hour, minute);
}

/** "45m", "1h", "1h30", "1:30h", "90 min" as minutes, or null. */
export function readDuration(text: string): number | null {
    const typed = westernDigits(text).trim().replace(/^\+/, "");
    const minutes = /^(\d{1,4})\s*m(?:in)?(?:utes?|uten)?$/i.exec(typed);
    if (minutes !== null) return Number(minutes[1]) || null;
    const hours = /^(\d{1,3})(?::(\d{2}))?\s*(?:h|hours?|std|stunden?)\s*(?:(\d{1,2})\s*m?(?:in)?)?$/i.exec(typed);
    if (hours === null) return null;
    return Number(hours[1]) * 60 + Number(hours[2] ?? hours[3] ?? "0") || null;
}

/** Arabic-Indic digits as those that the pattern reads. */
function westernDigits(text: string): string {
    return text.replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660));
}
