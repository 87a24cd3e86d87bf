// Who signs in at the issuer: leaves for there, comes back with a code, and is found by the token, or adds themselves.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { findUser, getUser, type Answer, type User } from "../api/client";
import { isPassing } from "../api/problem";
import { authorizationUrl, exchange, explain, newAttempt } from "../sign_in/provider";
import { keep, returned, type Returned } from "../sign_in/returned";
import { account, begin, handOver } from "../sign_in/session";
import { signOut } from "../sign_in/sign_out";
import { enter, provider } from "../state/sign_in";
import { t } from "../strings";

/** Who signed in, as the issuer knows them. */
export interface Account { email: string; name: string }

type Stage =
    | { is: "out"; problem: string | null }
    | { is: "busy" }
    /** Signed in, and nobody here yet. */
    | { is: "new"; account: Account }
    /** Signed in, but the API said something else. */
    | { is: "stuck"; problem: string; isPassing: boolean }
    /** In a window that another page opened, which has taken what was found. */
    | { is: "done" };

let unread = returned;

export function AtTheIssuer({ create }: { create: (account: Account) => ComponentChildren }) {
    const [stage, setStage] = useState<Stage>(unread === null ? { is: "out", problem: null } : { is: "busy" });
    useEffect(() => {
        // A code works once.
        if (unread !== null) void comeBack(unread).then(setStage);
        unread = null;
    }, []);
    const leave = async (): Promise<void> => {
        try {
            const attempt = newAttempt();
            const url = await authorizationUrl(attempt);
            keep(attempt);
            location.assign(url);
        } catch (error) {
            setStage({ is: "out", problem: explain(error) });
        }
    };
    const again = (): void => {
        setStage({ is: "busy" });
        void openCalendar().then(setStage);
    };
    const problem = "problem" in stage ? stage.problem : null;
    return (
        <main class="sign-in" id="main" tabIndex={-1} aria-busy={stage.is === "busy"}>
            <h1>{t(stage.is === "new" ? "create_own" : "sign_in")}</h1>
            {problem !== null && <p class="error" role="alert">{problem}</p>}
            {stage.is === "busy" && <p>{t("signing_in")}</p>}
            {stage.is === "done" && <p role="status">{t("window_done")}</p>}
            {stage.is === "out" && (
                <section class="card">
                    <p>{t("sign_in_at", { provider: provider() })}</p>
                    <button type="button" class="primary" onClick={leave}>{t("sign_in")}</button>
                </section>
            )}
            {stage.is === "new" && create(stage.account)}
            {(stage.is === "new" || stage.is === "stuck") && (
                <p class="buttons">
                    {stage.is === "stuck" && stage.isPassing && <button type="button" class="primary" onClick={again}>{t("retry")}</button>}
                    <button type="button" onClick={signOut}>{t("sign_out")}</button>
                </p>
            )}
        </main>
    );
}

/** What comes of what the issuer sent back. */
async function comeBack({ parameters, attempt }: Returned): Promise<Stage> {
    if (attempt === null || parameters.get("state") !== attempt.state) {
        // Of a sign-in that no page began nothing is shown, not even what it says went wrong: anybody can make such a link.
        if (!await handOver(parameters)) return { is: "out", problem: t("sign_in_not_begun") };
        window.close();
        return { is: "done" };
    }
    try {
        begin(await exchange(parameters, attempt));
    } catch (error) {
        return { is: "out", problem: explain(error) };
    }
    return openCalendar();
}

/** Opens the calendar of who is signed in, if they have one. */
async function openCalendar(): Promise<Stage> {
    const known = account() ?? { email: "", name: "" };
    const found = await findOneself(known.email);
    if (found.ok) enter(found.value);
    else if (found.problem.code === "user_not_found") return { is: "new", account: known };
    else return { is: "stuck", problem: found.problem.detail, isPassing: isPassing(found.problem) };
    return { is: "busy" };
}

/** `me` is nobody for an administrator, who may act for anyone and can look for their own address. */
async function findOneself(email: string): Promise<Answer<User>> {
    const me = await getUser("me");
    return me.ok || me.problem.code !== "user_not_found" || email === "" ? me : findUser(email);
}
