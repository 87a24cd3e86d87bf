// What lies where on a day, in minutes of its clock from 0 to 1440. Pure: no signals, no elements.
import { MINUTES_OF_DAY, at, minuteOf, startOf, type Day } from "../time";

/** A part of a day. */
export interface Span { start: number; end: number }

/** A part of a day on which something lies that may go on before and after that day. */
export interface Segment extends Span {
    fromBefore: boolean;
    toAfter: boolean;
}

/** A segment beside others at the same time: the `column`th of `columns`. */
export type Placed<T> = T & { column: number; columns: number };

/** What is shorter is drawn, and placed, as long as this. */
export const SHORTEST = 25;

/**
 * The part of a day which an interval of instants covers, or null. It is measured on the clock: a night in which the clocks
 * go back has as many minutes as any other, and an interval within the hour that happens twice is drawn with its real length.
 */
export function segmentOf(interval: { start_time: string; end_time: string }, day: Day, zone: string): Segment | null {
    return segmentsOn(day, zone)(interval);
}

/** The same for many intervals. Where the day begins and ends is looked up once. */
export function segmentsOn(day: Day, zone: string): (interval: { start_time: string; end_time: string }) => Segment | null {
    const [dawn, dusk] = [startOf(day, zone).epochMilliseconds, startOf(day.add({ days: 1 }), zone).epochMilliseconds];
    return ({ start_time, end_time }) => {
        const [start, end] = [at(start_time, zone), at(end_time, zone)];
        const [first, last] = [start.epochMilliseconds, end.epochMilliseconds];
        if (last <= dawn || first >= dusk) return null;
        const [fromBefore, toAfter] = [first < dawn, last > dusk];
        const from = fromBefore ? 0 : minuteOf(start);
        const until = last >= dusk ? MINUTES_OF_DAY : minuteOf(end);
        if (until > from) return { start: from, end: until, fromBefore, toAfter };
        const real = (Math.min(last, dusk) - Math.max(first, dawn)) / 60_000;
        return { start: from, end: Math.min(from + real, MINUTES_OF_DAY), fromBefore, toAfter };
    };
}

/** Puts what overlaps side by side: each takes the first column that is free, and all of a cluster have the same width. */
export function sideBySide<T extends Span>(items: T[]): Placed<T>[] {
    const drawn = (item: Span): number => Math.max(item.end, item.start + SHORTEST);
    const sorted = [...items].sort((a, b) => a.start - b.start || drawn(b) - drawn(a));
    const placed: Placed<T>[] = [];
    let cluster: Placed<T>[] = [];
    let ends: number[] = [];
    const close = (): void => {
        for (const item of cluster) item.columns = ends.length;
        placed.push(...cluster);
        cluster = [];
        ends = [];
    };
    for (const item of sorted) {
        if (ends.length > 0 && ends.every((end) => end <= item.start)) close();
        const free = ends.findIndex((end) => end <= item.start);
        const column = free === -1 ? ends.length : free;
        ends[column] = drawn(item);
        cluster.push({ ...item, column, columns: 1 });
    }
    close();
    return placed;
}

/** What is left of `spans` without `taken`. Both are in order. */
export function without(spans: Span[], taken: Span[]): Span[] {
    return spans.flatMap((span) => {
        const left: Span[] = [];
        let from = span.start;
        for (const { start, end } of taken) {
            if (end <= from || start >= span.end) continue;
            if (start > from) left.push({ start: from, end: start });
            from = end;
        }
        if (from < span.end) left.push({ start: from, end: span.end });
        return left;
    });
}

/** How much of a day the clock's minutes are, as CSS says it. */
export function percent(minutes: number): string {
    return `${(minutes / MINUTES_OF_DAY) * 100}%`;
}
