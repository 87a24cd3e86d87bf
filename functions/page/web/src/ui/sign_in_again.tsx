// Asks the person to sign in again, over whatever is open, while the calls that need it wait.
import { useEffect, useState } from "preact/hooks";
import { asking, signInAgain } from "../sign_in/session";
import { signIn } from "../state/sign_in";
import { t } from "../strings";
import { Dialog } from "./dialog";

export function SignInAgain() {
    const asked = asking.value;
    return asked === null ? null : <Ask answer={asked.answer} />;
}

function Ask({ answer }: { answer: (isSignedIn: boolean) => void }) {
    const [attempt, setAttempt] = useState<AbortController | null>(null);
    const [problem, setProblem] = useState<string | null>(null);
    useEffect(() => () => attempt?.abort(), [attempt]);
    const begin = async (): Promise<void> => {
        // The one before, whose window may be closed already, is over.
        const next = new AbortController();
        setAttempt(next);
        setProblem(null);
        const failed = await signInAgain(next.signal);
        if (!next.signal.aborted && failed !== null) setProblem(failed);
    };
    return (
        <Dialog title={t("sign_in_ended")} onClose={() => answer(false)}>
            <p>{t("sign_in_kept")} {signIn === "oidc" && t("sign_in_window")}</p>
            {problem !== null && <p class="error" role="alert">{problem}</p>}
            <footer>
                <button type="button" class="primary" autofocus onClick={begin}>{t("sign_in_again")}</button>
                <button type="button" onClick={() => answer(false)}>{t("not_now")}</button>
            </footer>
        </Dialog>
    );
}
