// What is shown: a view and a date. Both are in the fragment of the address, so that the browser's back button works; it is
// never sent to a server.
import { signal } from "@preact/signals";
import { Temporal, type Day } from "../time";

export interface Place {
    /** The name of a view in views/registry.ts. */
    view: string;
    /** The date that the view is about; without one it is today. */
    date: Day | null;
}

function read(): Place {
    const [view = "", date = ""] = location.hash.slice(1).split("/");
    try {
        return { view, date: date === "" ? null : Temporal.PlainDate.from(date) };
    } catch {
        return { view, date: null };
    }
}

export const place = signal<Place>(read());

addEventListener("hashchange", () => {
    place.value = read();
});

export function go(to: Partial<Place>): void {
    const { view, date } = { ...place.value, ...to };
    const hash = date === null ? `#${view}` : `#${view}/${date.toString()}`;
    if (hash !== location.hash) location.hash = hash;
    place.value = { view, date };
}
