// One person's reminders of a meeting, on their own clock: drawn as a line up to the start, and told in words, with what became
// of each and of the mail for their calendar.
import type { Invitation, Meeting, Reminder } from "../api/client";
import { clock, clockFrom, span, zoneName } from "../format";
import { person } from "../state/sign_in";
import { t } from "../strings";
import { at, type Day } from "../time";
import { explainInvitation, failed } from "./outcome";
import { zoneOf } from "./people";
import { asked, explain, isMoved, isSilent, wantedTime } from "./reason";

export function Timeline({ meeting, participant, reminders, invitations = [] }: {
    meeting: Meeting; participant: { user_id: string; name: string }; reminders: Reminder[]; invitations?: Invitation[];
}) {
    const { zone, isOwn } = zoneOf(participant.user_id);
    const name = participant.user_id === person.value?.user_id ? null : participant.name;
    const [start, end] = [at(meeting.start_time, zone), at(meeting.end_time, zone)];
    const times = reminders.flatMap((reminder) => {
        const wanted = wantedTime(reminder, meeting, zone);
        return reminder.remind_at === null ? [wanted] : [wanted, at(reminder.remind_at, zone)];
    });
    const first = Math.min(...times.map((time) => time.epochMilliseconds), start.epochMilliseconds - 60_000);
    const place = (time: { epochMilliseconds: number }): string =>
        `${(4 + (92 * (time.epochMilliseconds - first)) / (start.epochMilliseconds - first)).toFixed(1)}%`;
    return (
        <div class="timeline">
            <p class="muted">{span(start, end)}{isOwn && ` · ${zoneName(zone)}`}</p>
            {reminders.length > 0 && (
                <div class="line" aria-hidden="true">
                    {reminders.map((reminder) => {
                        if (reminder.remind_at === null) return null;
                        const [wanted, comes] = [wantedTime(reminder, meeting, zone), at(reminder.remind_at, zone)];
                        return (
                            <>
                                {isMoved(reminder) && <i class="wanted" style={{ insetInlineStart: place(wanted) }} />}
                                <i class="comes" data-moved={isMoved(reminder)} data-state={isSilent(reminder) ? "silent" : reminder.state} style={{ insetInlineStart: place(comes) }}>
                                    <span>{clock(comes)}</span>
                                </i>
                            </>
                        );
                    })}
                    <i class="start" style={{ insetInlineStart: "96%" }}><span>{clock(start)}</span></i>
                </div>
            )}
            <ul>
                {reminders.map((reminder) => (
                    <li key={`${reminder.type} ${reminder.minutes_before} ${reminder.remind_at}`} data-moved={isMoved(reminder)}>
                        {explain(reminder, meeting, zone, name)} {failed(reminder)}{" "}
                        <span class="muted">{asked(reminder)}</span> <State message={reminder} day={start.toPlainDate()} zone={zone} />
                    </li>
                ))}
                {invitations.map((invitation) => (
                    <li key="invitation" class="invitation">
                        {explainInvitation(invitation, meeting, zone, name)} <State message={invitation} day={start.toPlainDate()} zone={zone} />
                    </li>
                ))}
            </ul>
        </div>
    );
}

/** What became of it, and when it was sent. */
function State({ message, day, zone }: { message: Reminder | Invitation; day: Day; zone: string }) {
    const { state, delivered_at } = message;
    return (
        <span class="state" data-state={state}>
            {t(`state_${state}`)}{delivered_at !== null && ` ${clockFrom(at(delivered_at, zone), day)}`}
        </span>
    );
}
