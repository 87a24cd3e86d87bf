// Leaving: what waits is saved, the tokens are forgotten, and the issuer is told.
import { saveWaiting } from "../state/changes";
import { close } from "../state/overlay";
import { underWay } from "../state/progress";
import { leave, signIn } from "../state/sign_in";
import { endSessionUrl } from "./provider";
import { end } from "./session";

/** How long calls that are under way may go on. */
const PATIENCE_MS = 3_000;

export async function signOut(): Promise<void> {
    saveWaiting();
    close();
    if (signIn !== "oidc") {
        void end();
        return leave();
    }
    await settled();
    const url = await endSessionUrl().catch(() => null);
    await end();
    // Also without an address at the issuer: a fresh page remembers nothing of anybody.
    location.assign(url ?? "/");
}

/** Waits for the calls that are under way: who goes to another page ends them. */
function settled(): Promise<void> {
    return new Promise((resolve) => {
        const stop = underWay.subscribe((calls) => {
            if (calls === 0) setTimeout(done);
        });
        const timer = setTimeout(done, PATIENCE_MS);
        function done(): void {
            clearTimeout(timer);
            stop();
            resolve();
        }
    });
}
