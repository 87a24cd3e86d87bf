import { dismiss, message, spoken } from "../state/messages";
import { t } from "../strings";

/** The line at the bottom, and what screen readers are told. */
export function Messages() {
    const shown = message.value;
    return (
        <>
            <div class="message" role="status" hidden={shown === null} data-tone={shown?.tone}>
                {shown !== null && (
                    <>
                        <p>{shown.text}</p>
                        {shown.action !== undefined && (
                            <button type="button" onClick={() => { dismiss(); shown.action?.run(); }}>{shown.action.label}</button>
                        )}
                        <button type="button" class="plain" aria-label={t("close")} onClick={dismiss}>✕</button>
                    </>
                )}
            </div>
            <p class="unseen" aria-live="polite">{spoken.value}</p>
        </>
    );
}
