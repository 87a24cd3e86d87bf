// What was found: the heat map with a look at one time before it is booked, or why there is nothing.
import { useEffect, useState } from "preact/hooks";
import { tryMeeting, type Attendee, type DryRunMeeting, type MeetingTime, type MeetingTimes, type NamedPerson, type NewMeeting, type Schemas } from "../api/client";
import { clock, clockFrom, duration, shortDay } from "../format";
import { t, type Text } from "../strings";
import { at } from "../time";
import type { Problem } from "../api/problem";
import { ErrorLine } from "../settings/windows";
import { Field } from "../ui/field";
import { HeatMap, ownClock, written } from "./heat_map";
import { namesOf } from "./names";

const EMPTY: Record<Schemas["EmptyReason"], [why: Text, although: Text]> = {
    required_attendee_busy: ["empty_required_attendee_busy", "relaxed_required_attendee_busy"],
    quiet_time: ["empty_quiet_time", "relaxed_quiet_time"],
    working_hours: ["empty_working_hours", "relaxed_working_hours"],
    window_too_short: ["empty_window_too_short", "relaxed_window_too_short"],
    too_few_attendees: ["empty_too_few_attendees", "relaxed_too_few_attendees"],
};
const BY: Record<Schemas["Blocking"]["by"], Text> = { busy: "busy", quiet: "is_quiet", outside_working_hours: "outside_working_hours" };

interface Props {
    found: MeetingTimes;
    zone: string;
    userId: string;
    title: string;
    problem: Problem | null;
    meetingAt: (time: MeetingTime) => NewMeeting;
    onTitle: (title: string) => void;
    onBook: (time: MeetingTime) => void;
    /** Opens the form of a new meeting with it. */
    onChange: (time: MeetingTime) => void;
}

export function FoundTimes(props: Props) {
    const { found, zone, userId, title, problem, meetingAt, onTitle, onBook, onChange } = props;
    const [looked, setLooked] = useState<MeetingTime | null>(null);
    const [preview, setPreview] = useState<DryRunMeeting | null>(null);
    const [refused, setRefused] = useState<Problem | null>(null);
    useEffect(() => setLooked(null), [found]);
    const look = async (time: MeetingTime): Promise<void> => {
        setLooked(time);
        setPreview(null);
        const tried = await tryMeeting(meetingAt(time));
        setRefused(tried.ok ? null : tried.problem);
        if (tried.ok) setPreview(tried.value);
    };
    const { nearest } = found;
    const times = found.suggestions.length > 0 ? found.suggestions : nearest === null ? [] : [nearest];
    const isNothing = found.suggestions.length === 0;
    const asOf = at(found.as_of, zone);
    return (
        <div class="card found">
            <h2 id="found" tabIndex={-1}>{t(isNothing ? "nothing_found" : "times_found")}</h2>
            {isNothing && <Nothing found={found} userId={userId} />}
            {isNothing && nearest !== null && <><h3>{t("nearest")}</h3><p>{t(EMPTY[nearest.relaxed][1])}</p></>}
            {times.length > 0 && (
                <>
                    <Field label={t("title_optional")}>
                        {(attributes) => (
                            <input {...attributes} class="title" value={title} autocomplete="off" onInput={(event) => onTitle(event.currentTarget.value)} />
                        )}
                    </Field>
                    <HeatMap label={t(isNothing ? "nearest" : "times_found")} times={times} zone={zone} userId={userId} names={found.people} looked={looked}
                        onLook={(time) => void look(time)} onBook={onBook} onChange={onChange} />
                    <p class="help">{t("times_known", { at: clock(asOf) })}</p>
                </>
            )}
            <ErrorLine text={problemText(problem)} />
            <div aria-live="polite">
                {looked !== null && (preview !== null || refused !== null) && (
                    <div class="effects">
                        <h3>{t("if_booked", { at: written(looked, zone) })}</h3>
                        <ErrorLine text={problemText(refused)} />
                        {preview !== null && <Reminders preview={preview} time={looked} zone={zone} names={found.people} userId={userId} />}
                        {preview !== null && (
                            <div class="buttons">
                                <button type="button" class="primary" onClick={() => onBook(looked)}>{t("book")}</button>
                                <button type="button" onClick={() => onChange(looked)}>{t("change_first")}</button>
                            </div>
                        )}
                    </div>
                )}
            </div>
        </div>
    );
}

/** What the API says of a booking; its errors name fields that aren't on this form, so they are told together. */
function problemText(problem: Problem | null): string | null {
    if (problem === null) return null;
    const parts = problem.errors.map(({ field, message }) => (/^\p{Lu}/u.test(message) ? message : `${field} ${message}`));
    return parts.length > 0 ? parts.join(" ") : problem.detail;
}

function Nothing({ found, userId }: { found: MeetingTimes; userId: string }) {
    const nameOf = namesOf(found.people, userId);
    return (
        <>
            {found.empty_reason !== null && <p>{t(EMPTY[found.empty_reason][0])}</p>}
            {found.blocking.length > 0 && (
                <>
                    <h3>{t("in_the_way")}</h3>
                    <ul class="blocking">
                        {found.blocking.map((person) => (
                            <li key={person.user_id + person.by} data-availability={person.by}>
                                {t("blocks", { who: nameOf(person), by: t(BY[person.by]), time: duration(person.minutes) })}
                            </li>
                        ))}
                    </ul>
                </>
            )}
        </>
    );
}

function Reminders({ preview, time, zone, names, userId }: {
    preview: DryRunMeeting; time: MeetingTime; zone: string; names: NamedPerson[]; userId: string;
}) {
    const nameOf = namesOf(names, userId);
    return (
        <ul>
            {preview.reminders.map((reminder, index) => {
                const who = nameOf(reminder);
                const person = time.attendees.find(({ user_id }) => user_id === reminder.user_id);
                const text = reminder.remind_at === null
                    ? t("would_not_be_reminded", { who })
                    : t("would_be_reminded", { who, at: onClockOf(person, reminder.remind_at, zone) });
                const isMoved = reminder.reason !== "on_time" && reminder.reason !== "immediate" && reminder.remind_at !== null;
                return <li key={index}>{isMoved ? t("is_moved", { what: text }) : text}</li>;
            })}
        </ul>
    );
}

// On the person's own clock where the suggestion tells it, otherwise on the reader's.
function onClockOf(person: Attendee | undefined, remindAt: string, zone: string): string {
    const own = person?.reminder?.remind_at;
    const isSame = own != null && at(own, "UTC").epochMilliseconds === at(remindAt, "UTC").epochMilliseconds;
    if (isSame) {
        const time = ownClock(own);
        return clockFrom(time, ownClock(person!.local_start_time).toPlainDate());
    }
    const time = at(remindAt, zone);
    return `${shortDay(time.toPlainDate())} ${clock(time)}`;
}
