// What a change does to the person's reminders: before it is saved which ones it concerns, and afterwards where they moved.
import { useMemo } from "preact/hooks";
import { clock, shortDay } from "../format";
import { t } from "../strings";
import { at, type Zoned } from "../time";
import { concerned, type Moved, type Quiet } from "./reminders";
import { plan, textOf } from "./saving";

function written(time: Zoned): string {
    return `${shortDay(time.toPlainDate())} ${clock(time)}`;
}

/** Which reminders the change from `before` to `after` concerns. */
export function Preview({ before, after }: { before: Quiet; after: Quiet }) {
    const known = plan.value;
    const found = useMemo(() => (known === null ? [] : concerned(known, before, after)), [known, textOf([before, after])]);
    if (known === null) return null;
    return (
        <section class="effects" aria-live="polite">
            <h3>{t("what_moves")}</h3>
            {found.length === 0 && <p>{t("nothing_moves")}</p>}
            <ul>
                {found.map(({ planned: { meeting, reminder }, wanted, effect }) => (
                    <li key={`${meeting.meeting_id} ${reminder.type} ${reminder.minutes_before}`} data-effect={effect}>
                        {t(effect, { title: meeting.title ?? t("a_meeting"), at: written(wanted) })}
                    </li>
                ))}
            </ul>
            {!known.isWhole && <p class="muted">{t("some_seen", { n: String(new Set(known.planned.map(({ meeting }) => meeting)).size) })}</p>}
        </section>
    );
}

/** What the last saved change moved, as the service answers it. */
export function Outcome({ moved, zone }: { moved: Moved[] | null; zone: string }) {
    if (moved === null || moved.length === 0) return null;
    return (
        <section class="effects" role="status">
            <h3>{t("what_moved")}</h3>
            <ul>
                {moved.map(({ meeting, from, to }) => {
                    const title = meeting.title ?? t("a_meeting");
                    const [old, changed] = [from, to].map((time) => (time === null ? "" : written(at(time, zone))));
                    const text = to === null ? "moved_away" : from === null ? "moved_back" : "moved_to";
                    return <li key={meeting.meeting_id + old + changed}>{t(text, { title, from: old!, to: changed! })}</li>;
                })}
            </ul>
        </section>
    );
}
