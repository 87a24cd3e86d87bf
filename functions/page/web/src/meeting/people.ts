// The profiles of people whose reminders are shown, to tell times on their own clocks.
import { signal } from "@preact/signals";
import { getUser, type User } from "../api/client";
import { isZone } from "../time";
import { person } from "../state/sign_in";

const known = signal<ReadonlyMap<string, User | null>>(new Map());

/** Reads those that aren't known. Where callers sign in, others can't be read, and stay unknown. */
export function learn(ids: string[]): void {
    const asked = ids.filter((id) => !known.peek().has(id) && id !== person.peek()?.user_id);
    if (asked.length === 0) return;
    known.value = new Map([...known.peek(), ...asked.map((id) => [id, null] as const)]);
    void Promise.all(asked.map(async (id) => {
        const answer = await getUser(id);
        if (answer.ok) known.value = new Map(known.peek()).set(id, answer.value);
    }));
}

/** Somebody's own zone; the reader's where it isn't known. */
export function zoneOf(id: string): { zone: string; isOwn: boolean } {
    const user = id === person.value?.user_id ? person.value : known.value.get(id);
    if (user != null && isZone(user.timezone)) return { zone: user.timezone, isOwn: true };
    const own = person.value?.timezone ?? "UTC";
    return { zone: isZone(own) ? own : "UTC", isOwn: false };
}
