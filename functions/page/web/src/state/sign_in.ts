// Who uses the page. A token is in memory alone; only the ids of people picked in this tab are remembered, and only where
// nobody signs in.
import { signal } from "@preact/signals";
import type { User } from "../api/client";

export type SignIn = "off" | "dev" | "oidc" | "unsupported";

const page = document.documentElement.dataset;

/** How callers of this deployment sign in. */
export const signIn = (page["signIn"] ?? "off") as SignIn;
export const issuer = page["issuer"] ?? "";
export const clientId = page["clientId"] ?? "";

export const bearer = signal<string | null>(null);

/** The person whose calendar is shown. */
export const person = signal<User | null>(null);

/** The host of the issuer, as people know it. */
export function provider(): string {
    return new URL(issuer).host;
}

/** Gets the token of an address where the program signs one for whoever asks. Without one, the API says what is wrong. */
export async function getToken(email: string): Promise<void> {
    if (signIn !== "dev") return;
    try {
        const answer = await fetch(`/local/token?${new URLSearchParams({ email })}`, { credentials: "omit" });
        bearer.value = answer.ok ? await answer.text() : null;
    } catch {
        bearer.value = null;
    }
}

const KEY = "people";

/** The ids of the people picked in this tab, the latest first. */
export function remembered(): string[] {
    try {
        const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
        return Array.isArray(stored) ? stored.filter((id) => typeof id === "string") : [];
    } catch {
        return [];
    }
}

export function enter(user: User): void {
    person.value = user;
    if (signIn !== "off") return;
    const ids = [user.user_id, ...remembered().filter((id) => id !== user.user_id)].slice(0, 8);
    try {
        sessionStorage.setItem(KEY, JSON.stringify(ids));
    } catch {
        // Without storage nobody is remembered.
    }
}

export function leave(): void {
    person.value = null;
    bearer.value = null;
}
