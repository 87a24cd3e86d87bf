// The dialog that lies over the view, one at a time.
import { signal } from "@preact/signals";
import type { Meeting } from "../api/client";
import type { Draft } from "../meeting/draft";
import type { Zoned } from "../time";

export type Overlay =
    | { kind: "shortcuts" }
    | { kind: "details"; meeting: Meeting }
    | NewMeeting
    | { kind: "edit"; meeting: Meeting };

/** A form for a new meeting, filled with `draft` where it has something. `onBooked` is called when it is booked. */
export interface NewMeeting { kind: "create"; start: Zoned; end: Zoned; draft?: Partial<Draft>; onBooked?: () => void }

export const overlay = signal<Overlay | null>(null);

export function close(): void {
    overlay.value = null;
}
