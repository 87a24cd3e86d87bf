// What saving would do, as a dry run tells it: who is busy or asleep, and when each will hear.
import type { BookedMeeting, DryRunMeeting, Meeting } from "../api/client";
import { warningsOf } from "../state/changes";
import { t, type Text } from "../strings";
import { learn } from "./people";
import { Timeline } from "./timeline";

export type Preview = BookedMeeting | DryRunMeeting;

const LABELS: Record<string, Text> = { start_time: "from", end_time: "until", time_zone: "zone", timezone: "zone" };

// The API's words follow the name of their field: "is more than two years ahead".
function labelOf(field: string): string {
    const label = LABELS[field];
    return label === undefined ? "" : `${t(label)}: `;
}

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
                {(preview.warnings ?? []).map(({ field, message }) => <p key={message} class="warning">{labelOf(field)}{message}</p>)}
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
