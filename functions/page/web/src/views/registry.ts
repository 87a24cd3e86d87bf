// The views of the page. A new one is a file in this folder and a line here: the bar, the shortcuts and the address follow.
import type { FunctionComponent } from "preact";
import type { Text } from "../strings";
import { DayView } from "./day";
import { FindView } from "./find";
import { ListView } from "./list";
import { SettingsView } from "./settings";
import { WeekView } from "./week";

export interface View {
    /** Its name in the address, `#week`. */
    name: string;
    title: Text;
    /** The key that leads to it. */
    key: string;
    Component: FunctionComponent;
}

export const views: View[] = [
    { name: "week", title: "week", key: "w", Component: WeekView },
    { name: "day", title: "day", key: "d", Component: DayView },
    { name: "list", title: "list", key: "l", Component: ListView },
    { name: "find", title: "find", key: "f", Component: FindView },
    { name: "settings", title: "settings", key: "s", Component: SettingsView },
];

/** The view of that name, or the one for this screen. */
export function viewNamed(name: string): View {
    const usual = matchMedia("(max-width: 40rem)").matches ? "day" : "week";
    return views.find((view) => view.name === name) ?? views.find((view) => view.name === usual)!;
}
