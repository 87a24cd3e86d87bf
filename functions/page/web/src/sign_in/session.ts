// The tokens of who is signed in, which are in memory alone, and how they are replaced: by the refresh token while the issuer
// takes it, and otherwise by the person, whom the page asks without losing anything.
import { signal } from "@preact/signals";
import { bearer, getToken, person, signIn } from "../state/sign_in";
import { t } from "../strings";
import { authorizationUrl, exchange, explain, isRefusal, newAttempt, refresh, revoke, type Attempt, type Tokens } from "./provider";

/** While the page asks the person to sign in again: what it answers to the calls that wait for it. */
export const asking = signal<{ answer: (isSignedIn: boolean) => void } | null>(null);

let tokens: Tokens | null = null;
/** When the token ends, on the clock that nobody sets. */
let endsAt = Infinity;
/** Whether the API has taken a token since somebody signed in. If not, another one will not help. */
let isAccepted = false;

/** How long before its end a token is replaced, at most. */
const MARGIN_S = 30;

/** Puts the tokens of somebody who signed in into use. */
export function begin(given: Tokens): void {
    tokens = given;
    bearer.value = given.idToken;
    // Counted from now: the clock of this device may be wrong.
    const margin = Math.min(MARGIN_S, given.lifetime / 4);
    endsAt = performance.now() + (given.lifetime - margin) * 1000;
}

/** The claims of who is signed in at the issuer. */
export function account(): Pick<Tokens, "email" | "name"> | null {
    return tokens;
}

/** Forgets the tokens, and has the issuer forget the one that would last. */
export async function end(): Promise<void> {
    const last = tokens?.refreshToken ?? null;
    tokens = null;
    isAccepted = false;
    endsAt = Infinity;
    if (last !== null) await revoke(last).catch(() => undefined);
}

let renewing: Promise<boolean> | null = null;

/** Gets new tokens with the refresh token, once for however many calls need them. */
function renew(): Promise<boolean> {
    const before = tokens;
    if (before === null || before.refreshToken === null) return Promise.resolve(false);
    const { refreshToken } = before;
    const attempt = async (): Promise<boolean> => {
        try {
            const given = await refresh(refreshToken);
            // Meanwhile they may have signed out, and the tokens of somebody else are not theirs.
            if (tokens !== before || given.subject !== before.subject) return false;
            begin(given);
            return true;
        } catch (error) {
            if (tokens === before && isRefusal(error)) tokens = { ...before, refreshToken: null };
            return false;
        }
    };
    renewing ??= attempt().finally(() => { renewing = null; });
    return renewing;
}

/** Replaces a token that is about to end, where that needs nobody; null if there is nothing to do. */
export function freshened(): Promise<boolean> | null {
    return performance.now() > endsAt && tokens?.refreshToken != null ? renew() : null;
}

export function accepted(): void {
    isAccepted = true;
}

/** Whether the API took a token of who is signed in before. */
export function wasAccepted(): boolean {
    return isAccepted;
}

let replacing: Promise<boolean> | null = null;

/** After the API has refused a token: whether there is another one now. All calls wait for the same. */
export function replaced(refused: string): Promise<boolean> {
    const now = bearer.peek();
    if (now !== null && now !== refused) return Promise.resolve(true);
    if (now === null || !isAccepted) return Promise.resolve(false);
    const ask = (): Promise<boolean> => new Promise((resolve) => {
        asking.value = { answer: resolve };
    });
    replacing ??= renew().then((isRenewed) => isRenewed || ask()).finally(() => {
        asking.value = null;
        replacing = null;
    });
    return replacing;
}

/** The channel between the window of a sign-in and the page that opened it, and what each says there. */
const WINDOWS = "sign-in";
interface Found { state: string; parameters: string }
interface Taken { taken: string }

/** How long a window waits until the page that opened it takes what it found. */
const PATIENCE_MS = 4_000;

/**
 * Signs the same person in again, in a window of its own, so that the page stays as it is with all that was typed. Answers what
 * went wrong, or null. The window hands what it found over on a channel that only pages of this origin hear: an issuer may have
 * cut the tie between the window and who opened it.
 */
export async function signInAgain(isOver: AbortSignal): Promise<string | null> {
    if (signIn === "dev") {
        await getToken(person.peek()?.email ?? "");
        if (bearer.peek() === null) return t("unreachable");
        asking.peek()?.answer(true);
        return null;
    }
    const before = tokens;
    // Before anything is waited for: a browser blocks a window that no click opened.
    const opened = window.open("", "_blank", "popup,width=520,height=720");
    if (opened === null) return t("popup_blocked");
    const attempt = newAttempt();
    const channel = new BroadcastChannel(WINDOWS);
    try {
        const answered = found(channel, attempt, isOver);
        opened.location.replace(await authorizationUrl(attempt, before?.email));
        const parameters = await answered;
        if (parameters === null) return null;
        const given = await exchange(parameters, attempt);
        if (given.subject !== before?.subject) return t("sign_in_other_person", { email: before?.email ?? "" });
        begin(given);
        asking.peek()?.answer(true);
        return null;
    } catch (error) {
        opened.close();
        return explain(error);
    } finally {
        channel.close();
    }
}

/** What the window of that attempt found; null if it is no longer waited for. */
function found(channel: BroadcastChannel, { state }: Attempt, isOver: AbortSignal): Promise<URLSearchParams | null> {
    return new Promise((resolve) => {
        isOver.addEventListener("abort", () => resolve(null));
        channel.addEventListener("message", ({ data }: MessageEvent<Found>) => {
            if (data.state !== state) return;
            channel.postMessage({ taken: state } satisfies Taken);
            resolve(new URLSearchParams(data.parameters));
        });
    });
}

/** In the window: hands over what it found. Answers whether a page took it. */
export function handOver(parameters: URLSearchParams): Promise<boolean> {
    const state = parameters.get("state") ?? "";
    const channel = new BroadcastChannel(WINDOWS);
    return new Promise<boolean>((resolve) => {
        channel.addEventListener("message", ({ data }: MessageEvent<Taken>) => {
            if (data.taken === state) resolve(true);
        });
        setTimeout(() => resolve(false), PATIENCE_MS);
        channel.postMessage({ state, parameters: parameters.toString() } satisfies Found);
    }).finally(() => channel.close());
}
