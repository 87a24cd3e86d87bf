// The address by which calendar programs subscribe to the person's calendar. It is a password: it is shown once, kept in
// memory alone while this is open, and never put into the page's own address.
import { useRef, useState } from "preact/hooks";
import { createFeed, revokeFeed } from "../api/client";
import { generalError, type Problem } from "../api/problem";
import { complain, say } from "../state/messages";
import { t } from "../strings";
import { Field } from "../ui/field";
import { ErrorLine } from "./windows";

export function FeedForm({ userId }: { userId: string }) {
    const [address, setAddress] = useState<string | null>(null);
    const [isBusyAlone, setBusyAlone] = useState(false);
    const [problem, setProblem] = useState<Problem | null>(null);
    const input = useRef<HTMLInputElement>(null);
    const make = useRef<HTMLButtonElement>(null);
    const create = async (): Promise<void> => {
        const created = await createFeed(userId);
        setProblem(created.ok ? null : created.problem);
        if (!created.ok) return;
        setAddress(created.value.url);
        requestAnimationFrame(() => { input.current?.focus(); input.current?.select(); });
    };
    const revoke = async (): Promise<void> => {
        const revoked = await revokeFeed(userId);
        setProblem(revoked.ok ? null : revoked.problem);
        if (!revoked.ok) return;
        setAddress(null);
        say(t("feed_revoked"));
        requestAnimationFrame(() => make.current?.focus());
    };
    const shown = address === null ? "" : address + (isBusyAlone ? "?detail=busy" : "");
    const copy = async (): Promise<void> => {
        try {
            await navigator.clipboard.writeText(shown);
            say(t("copied"));
        } catch {
            // Without a secure origin or the permission the person copies it.
            input.current?.select();
            complain(t("not_copied"));
        }
    };
    return (
        <section class="card" aria-labelledby="feed">
            <h2 id="feed">{t("feed")}</h2>
            <p class="help">{t("feed_help")}</p>
            {address !== null && (
                <div class="feed">
                    <Field label={t("feed_address")} help={t("feed_once")}>
                        {(attributes) => (
                            <input {...attributes} ref={input} readOnly dir="ltr" value={shown} onFocus={(event) => event.currentTarget.select()} />
                        )}
                    </Field>
                    <label class="check">
                        <input type="checkbox" checked={isBusyAlone} onChange={(event) => setBusyAlone(event.currentTarget.checked)} />
                        {t("feed_busy")}
                    </label>
                    <button type="button" class="primary" onClick={() => void copy()}>{t("copy")}</button>
                </div>
            )}
            <p class="help">{t("feed_replace_help")}</p>
            <ErrorLine text={generalError(problem, [])} />
            <div class="buttons">
                <button type="button" ref={make} onClick={() => void create()}>{t(address === null ? "feed_create" : "feed_replace")}</button>
                <button type="button" class="danger" onClick={() => void revoke()}>{t("feed_revoke")}</button>
            </div>
        </section>
    );
}
