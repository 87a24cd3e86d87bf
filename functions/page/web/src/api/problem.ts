// What a call answers when it didn't do what it was asked (RFC 9457), and what stands in for that without an answer.
import type { components } from "./schema";
import { wasAccepted } from "../sign_in/session";
import { t } from "../strings";

type Described = components["schemas"]["Problem"];

/** A problem of the API, or one of the page's own: `unreachable` and `unreadable`. */
export interface Problem {
    code: string;
    /** A sentence for people. */
    detail: string;
    errors: Described["errors"];
    conflicts?: NonNullable<Described["conflicts"]>;
    unknown?: NonNullable<Described["unknown"]>;
    user_id?: string;
}

export function unreachable(): Problem {
    return { code: "unreachable", detail: t("unreachable"), errors: [] };
}

/** The sign-in has ended, or never counted here: `why` is what the API says then. */
export function notSignedIn(why: string): Problem {
    const detail = wasAccepted() ? t("sign_in_ended") : t("sign_in_refused", { why });
    return { code: "unauthenticated", detail, errors: [] };
}

/** An answer that isn't the API's own: API Gateway's, or that of a proxy. */
export function unreadable(status: number): Problem {
    return { code: "unreadable", detail: t("unreadable", { status: String(status) }), errors: [] };
}

/** Whether the same request may work a little later. */
export function isPassing(problem: Problem): boolean {
    return ["unreachable", "unreadable", "unauthenticated", "busy_try_again", "internal_error"].includes(problem.code);
}

/** The sentence about a field, in the words of the API; those about members of it (`participants[0]`) count too. */
export function fieldError(problem: Problem | null, ...names: string[]): string | null {
    const about = (field: string): boolean =>
        names.some((name) => field === name || field.startsWith(`${name}[`) || field.startsWith(`${name}.`));
    const errors = problem?.errors.filter((error) => about(error.field)) ?? [];
    return errors.length > 0 ? errors.map(sentence).join(" ") : null;
}

/** What the problem says that no field of a form shows. `shown` are the names of the form's fields. */
export function generalError(problem: Problem | null, shown: string[]): string | null {
    if (problem === null) return null;
    const hidden = problem.errors.filter((error) => !shown.some((name) => error.field.startsWith(name)));
    if (hidden.length > 0) return hidden.map(sentence).join(" ");
    return problem.errors.length > 0 ? null : problem.detail;
}

// A message is words that follow the field's name, or a sentence.
function sentence(error: { field: string; message: string }): string {
    const isSentence = /^[\p{Lu}\d]/u.test(error.message);
    return isSentence ? error.message : `${error.field} ${error.message}`;
}
