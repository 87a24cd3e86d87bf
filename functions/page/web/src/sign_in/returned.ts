// What the issuer sent back in the address. This is read before anything else of the page is, and taken out of the address and
// of its history at once, so that the code is in no bookmark and the rest of the page finds the place that was left.
import type { Attempt } from "./provider";

const KEY = "sign-in";

/** What is kept while the person is at the issuer: nothing that is of use to anybody without the code. */
interface Kept extends Attempt {
    /** Where the person was on the page. */
    hash: string;
}

export interface Returned {
    parameters: URLSearchParams;
    /** The sign-in that was begun in this tab; null if none was, as in a window that another tab opened. */
    attempt: Attempt | null;
}

/** Keeps an attempt for the minutes of the redirect: in this tab, and until it is read once. */
export function keep(attempt: Attempt): void {
    const kept: Kept = { ...attempt, hash: location.hash };
    sessionStorage.setItem(KEY, JSON.stringify(kept));
}

function taken(): Kept | null {
    try {
        const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null;
        sessionStorage.removeItem(KEY);
        return kept;
    } catch {
        return null;
    }
}

function read(): Returned | null {
    if (document.documentElement.dataset["signIn"] !== "oidc") return null;
    const kept = taken();
    const parameters = new URLSearchParams(location.search);
    if (!parameters.has("state") || !(parameters.has("code") || parameters.has("error"))) return null;
    history.replaceState(null, "", `${location.pathname}${kept?.hash ?? ""}`);
    return { parameters, attempt: kept };
}

export const returned = read();
