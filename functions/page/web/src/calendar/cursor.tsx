// A piece of time that the arrow keys move, where Enter makes a meeting: what dragging over empty time is for a pointer.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { longDay, span } from "../format";
import { zone } from "../state/agenda";
import { overlay } from "../state/overlay";
import { t } from "../strings";
import { onClock, type Day, type Zoned } from "../time";
import { percent } from "./layout";

const STEP = 30;

export function Cursor({ days }: { days: Day[] }) {
    const place = useSignal({ column: 0, start: 9 * 60, length: STEP });
    useEffect(() => { place.value = { ...place.peek(), column: Math.min(place.peek().column, days.length - 1) }; }, [days.length]);
    const timesAt = ({ column, start, length }: { column: number; start: number; length: number }): [Day, Zoned, Zoned] => {
        const day = days[Math.min(column, days.length - 1)]!;
        return [day, onClock(day, start, zone.value), onClock(day, start + length, zone.value)];
    };
    const { column, start, length } = place.value;
    const [day, from, until] = timesAt(place.value);
    // Keys may come faster than what they do is drawn: each begins where the last one ended.
    const open = (): void => {
        const [, start, end] = timesAt(place.peek());
        overlay.value = { kind: "create", start, end };
    };
    const onKey = (event: KeyboardEvent): void => {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const ahead = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
        const next = { ...place.peek() };
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            const by = event.key === "ArrowDown" ? STEP : -STEP;
            if (event.shiftKey) next.length += by;
            else next.start += by;
        } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
            next.column += event.key === ahead ? 1 : -1;
        } else {
            return;
        }
        event.preventDefault();
        if (next.length < STEP || next.start < 0 || next.start + next.length > 1440 || next.column < 0 || next.column >= days.length) return;
        place.value = next;
        const button = event.currentTarget as HTMLElement;
        requestAnimationFrame(() => button.scrollIntoView({ block: "nearest" }));
    };
    return (
        <button type="button" class="cursor"
            aria-label={t("cursor", { time: `${longDay(day)}, ${span(from, until)}` })}
            style={{
                top: percent(start),
                height: percent(length),
                insetInlineStart: `${(100 * column) / days.length}%`,
                width: `${100 / days.length}%`,
            }}
            onKeyDown={onKey}
            onClick={open}>
            <span class="unseen" aria-live="polite">{span(from, until)}</span>
        </button>
    );
}
