// Keys that work everywhere on the page but in fields and over dialogs.
import { go, place } from "../state/place";
import { person } from "../state/sign_in";
import { views } from "../views/registry";

/** Listens until the returned function is called. */
export function listenToKeys(): () => void {
    const onKey = (event: KeyboardEvent): void => {
        const target = event.target as Element | null;
        const isTyping = target?.closest("input, textarea, select, dialog") != null;
        if (isTyping || event.ctrlKey || event.metaKey || event.altKey || person.value === null) return;
        const view = views.find(({ key }) => key === event.key);
        if (view !== undefined) {
            event.preventDefault();
            go({ view: view.name, date: place.value.date });
        }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
}
