// Keys that work everywhere on the page but in fields and over dialogs.
import { proposeMeeting } from "../calendar/toolbar";
import { zone } from "../state/agenda";
import { overlay } from "../state/overlay";
import { go, place } from "../state/place";
import { person } from "../state/sign_in";
import { today } from "../time";
import { views } from "../views/registry";

const KEYS: Record<string, () => void> = {
    t: () => go({ date: today(zone.peek()) }),
    j: () => step("1"),
    k: () => step("-1"),
    n: proposeMeeting,
    "?": () => { overlay.value = { kind: "shortcuts" }; },
};

/** How far a step goes, its view knows. */
function step(direction: string): void {
    document.querySelector<HTMLButtonElement>(`[data-step="${direction}"]`)?.click();
}

/** Listens until the returned function is called. */
export function listenToKeys(): () => void {
    const onKey = (event: KeyboardEvent): void => {
        const target = event.target as Element | null;
        const isTyping = target?.closest("input, textarea, select, dialog") != null;
        if (isTyping || overlay.value !== null || event.ctrlKey || event.metaKey || event.altKey || person.value === null) return;
        const view = views.find(({ key }) => key === event.key);
        const run = view === undefined ? KEYS[event.key] : () => go({ view: view.name, date: place.value.date });
        if (run === undefined) return;
        event.preventDefault();
        run();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
}
