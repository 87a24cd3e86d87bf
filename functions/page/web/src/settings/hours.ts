// Hours as the forms edit them: windows of the week, and days with other windows. Quiet hours and working hours are alike.
import type { Schemas } from "../api/client";

export type Weekday = Schemas["DayOfWeek"];
export const WEEKDAYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Times as `<input type="time">` has them. The end of a day is its next midnight there, "00:00". */
export interface EditedWindow { key: number; start: string; end: string; isAllDay: boolean }
export interface EditedWeekly extends EditedWindow { days: Weekday[] }
export interface EditedException { key: number; from: string; until: string; windows: EditedWindow[] }
export interface EditedHours { weekly: EditedWeekly[]; exceptions: EditedException[] }

type Answered = Schemas["WorkingHours"];

let keys = 0;

/** Tells rows apart while they are added and removed. */
export function newKey(): number {
    keys += 1;
    return keys;
}

function edited({ start, end }: { start: string; end: string }): EditedWindow {
    const isAllDay = start === "00:00" && end === "24:00";
    return { key: newKey(), start, end: end === "24:00" ? "00:00" : end, isAllDay };
}

export function editedHours(hours: Answered | null | undefined): EditedHours {
    return {
        weekly: hours?.weekly.map((window) => ({ ...edited(window), days: window.days })) ?? [],
        exceptions: hours?.exceptions.map(({ from, until, windows }) =>
            ({ key: newKey(), from, until, windows: windows.map(edited) })) ?? [],
    };
}

// From midnight to midnight the API asks for "All day" to be said.
function written({ start, end, isAllDay }: EditedWindow): { start: string; end: string } {
    if (isAllDay) return { start: "00:00", end: "24:00" };
    return { start, end: end === "00:00" && start !== "00:00" ? "24:00" : end };
}

/** The hours as the API reads and answers them. */
export function writtenHours(hours: EditedHours): Answered {
    return {
        weekly: hours.weekly.map((window) => ({ days: WEEKDAYS.filter((day) => window.days.includes(day)), ...written(window) })),
        exceptions: hours.exceptions.map(({ from, until, windows }) => ({ from, until, windows: windows.map(written) })),
    };
}

/** Whether every time and every day is typed to its end. */
export function isComplete({ weekly, exceptions }: EditedHours): boolean {
    const isWhole = ({ start, end, isAllDay }: EditedWindow): boolean => isAllDay || (start !== "" && end !== "");
    return weekly.every(isWhole) && exceptions.every(({ from, until, windows }) => from !== "" && until !== "" && windows.every(isWhole));
}
