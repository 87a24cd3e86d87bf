// What saving would do, as a dry run tells it: who is busy or asleep, and when each will hear.
import type { BookedMeeting, DryRunMeeting, Meeting } from "../api/client";
import { warningsOf } from "../state/changes";
import { t } from "../strings";
import { learn } from "./people";
import { Timeline } from "./timeline";

export type Preview = BookedMeeting | DryRunMeeting;

export function PreviewPane({ preview }: { preview: Preview | null }) {
    if (preview === null) return null;
    learn(preview.participants.map(({ user_id }) => user_id));
    const warnings = warningsOf(preview);
    const meeting = preview as Meeting;
    return (
        <section class="preview" aria-label={t("preview")}>
            <h3>{t("preview")}</h3>
            <div aria-live="polite">
                {warnings !== "" && <p class="warning">{warnings}</p>}
                {(preview.warnings ?? []).map(({ message }) => <p key={message} class="warning">{message}</p>)}
            </div>
            <ul class="participants">
                {preview.participants.map((participant) => (
                    <li key={participant.user_id}>
                        <p><b dir="auto">{participant.name}</b></p>
                        <Timeline meeting={meeting} participant={participant} reminders={(preview.reminders ?? []).filter(({ user_id }) => user_id === participant.user_id)} />
                    </li>
                ))}
            </ul>
        </section>
    );
}
