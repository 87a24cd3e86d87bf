// The dialog that lies over the view, one at a time.
import { signal } from "@preact/signals";
import type { Meeting } from "../api/client";
import type { Zoned } from "../time";

export type Overlay =
    | { kind: "shortcuts" }
    | { kind: "details"; meeting: Meeting }
    | { kind: "create"; start: Zoned; end: Zoned }
    | { kind: "edit"; meeting: Meeting };

export const overlay = signal<Overlay | null>(null);

export function close(): void {
    overlay.value = null;
}
