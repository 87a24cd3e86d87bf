// What a change does to the person's reminders, as the service tells it: before it is saved, and afterwards.
import { useEffect, useState } from "preact/hooks";
import type { ChangedUser, MovedReminder } from "../api/client";
import type { Problem } from "../api/problem";
import { clock, clockFrom, shortDay } from "../format";
import { why } from "../meeting/reason";
import { t, type Text } from "../strings";
import { at } from "../time";
import { version, type Attempt } from "./saving";

/** How long after the last key a dry run is made. */
const SETTLE_MS = 350;

export interface Trial {
    /** What the change would come to; null as long as that isn't known. */
    changed: ChangedUser | null;
    /** What is wrong with the change. */
    doubt: Problem | null;
}

const UNKNOWN: Trial = { changed: null, doubt: null };

/** Asks what a change would do, again when `text` or the version that is shown is another one. */
export function useTrial(attempt: Attempt | null, text: string): Trial {
    const [trial, setTrial] = useState<Trial & { of: string | null }>({ ...UNKNOWN, of: null });
    const isAsked = attempt !== null;
    const of = version.value;
    useEffect(() => {
        if (!isAsked) return setTrial({ ...UNKNOWN, of });
        let isOver = false;
        const timer = setTimeout(async () => {
            const answer = await attempt();
            if (isOver) return;
            setTrial(answer.ok ? { changed: answer.value, doubt: null, of } : { changed: null, doubt: answer.problem, of });
        }, SETTLE_MS);
        return () => {
            isOver = true;
            clearTimeout(timer);
        };
    }, [isAsked, text, of]);
    // What was said of an earlier version may be wrong now.
    return trial.of === of ? trial : UNKNOWN;
}

/** Which reminders the change would move, to which minute, and why. */
export function Preview({ changed }: { changed: ChangedUser | null }) {
    if (changed === null) return null;
    const { moved_reminders: moved = [], moved_reminders_until: until, timezone: zone } = changed;
    const last = until == null ? null : at(until, zone);
    return (
        <section class="effects" aria-live="polite">
            <h3>{t("what_moves")}</h3>
            {moved.length === 0 && <p>{t("nothing_moves")}</p>}
            <Moves moved={moved} zone={zone} texts={BEFORE} />
            {last !== null && <p class="muted">{t("some_seen", { at: `${shortDay(last.toPlainDate())} ${clock(last)}` })}</p>}
        </section>
    );
}

/** What the last saved change moved. */
export function Outcome({ moved, zone }: { moved: MovedReminder[] | null; zone: string }) {
    if (moved === null || moved.length === 0) return null;
    return (
        <section class="effects" role="status">
            <h3>{t("what_moved")}</h3>
            <Moves moved={moved} zone={zone} texts={AFTER} />
        </section>
    );
}

interface Texts { both: Text; away: Text; back: Text; same: Text; none: Text }
const BEFORE: Texts = { both: "moves_to", away: "moves_away", back: "moves_back", same: "moves_not", none: "moves_nowhere" };
const AFTER: Texts = { both: "moved_to", away: "moved_away", back: "moved_back", same: "moves_not", none: "moves_nowhere" };

/** More than so many are shown on wish alone. */
const SHOWN = 10;

function Moves({ moved, zone, texts }: { moved: MovedReminder[]; zone: string; texts: Texts }) {
    const lines = moved.map((reminder) => (
        <li key={`${reminder.meeting_id} ${reminder.type} ${reminder.minutes_before}`}>{sentences(reminder, zone, texts)}</li>
    ));
    const more = lines.slice(SHOWN);
    return (
        <>
            <ul>{lines.slice(0, SHOWN)}</ul>
            {more.length > 0 && (
                <details>
                    <summary>{t("more_moves", { n: String(more.length) })}</summary>
                    <ul>{more}</ul>
                </details>
            )}
        </>
    );
}

/** "Design review, Tue 1 Dec: your reminder moves from 08:00 to 09:05. 08:00 is in your quiet hours." */
function sentences(reminder: MovedReminder, zone: string, texts: Texts): string {
    const { title, start_time, from, to } = reminder;
    const day = at(start_time, zone).toPlainDate();
    const [old, changed] = [from, to].map((time) => (time === null ? "" : clockFrom(at(time, zone), day)));
    const text = from === to ? (to === null ? "none" : "same") : to === null ? "away" : from === null ? "back" : "both";
    const what = t(texts[text], { title: title ?? t("a_meeting"), day: shortDay(day), from: old!, to: changed! });
    return [what, why(reminder, start_time, zone)].join(" ").trim();
}
