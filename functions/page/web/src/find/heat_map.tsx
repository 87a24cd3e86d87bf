// Times for a group: a column for each time, a row for each person with the time on their own clock. Whether somebody can is
// told by a word, a sign, a pattern and a colour.
import type { Attendee, MeetingTime, NamedPerson } from "../api/client";
import { clock, clockFrom, duration, shortDay, span } from "../format";
import { t, type Text } from "../strings";
import { at, Temporal, type Day, type Zoned } from "../time";
import { namesOf } from "./names";

const SIGNS: Record<Attendee["availability"], string> = { free: "✓", busy: "✕", quiet: "☾", outside_working_hours: "◷" };
const WORDS: Record<Attendee["availability"], Text> = {
    free: "is_free", busy: "busy", quiet: "is_quiet", outside_working_hours: "outside_working_hours",
};

/** What the clock of a person shows: the answer has their offset, not their zone. */
export function ownClock(time: string): Zoned {
    return Temporal.PlainDateTime.from(time.slice(0, 16)).toZonedDateTime("UTC");
}

/** "Tue 1 Dec, 10:00 – 11:00". */
export function written(time: MeetingTime, zone: string): string {
    const [start, end] = [at(time.start_time, zone), at(time.end_time, zone)];
    return `${shortDay(start.toPlainDate())}, ${span(start, end)}`;
}

interface Props {
    label: string;
    times: MeetingTime[];
    zone: string;
    userId: string;
    names: NamedPerson[];
    looked: MeetingTime | null;
    onLook: (time: MeetingTime) => void;
    onBook: (time: MeetingTime) => void;
    onChange: (time: MeetingTime) => void;
}

export function HeatMap({ label, times, zone, userId, names, looked, onLook, onBook, onChange }: Props) {
    const people = times[0]?.attendees ?? [];
    const nameOf = namesOf(names, userId);
    return (
        <div class="heat" role="region" aria-label={label} tabIndex={0}>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t("person")}</th>
                        {times.map((time) => {
                            const [start, end] = [at(time.start_time, zone), at(time.end_time, zone)];
                            return (
                                <th scope="col" key={time.start_time}>
                                    <button type="button" class="plain" aria-pressed={looked === time} title={t("look_at", { at: written(time, zone) })}
                                        onClick={() => onLook(time)}>
                                        <span>{shortDay(start.toPlainDate())}</span>{" "}
                                        <span>{span(start, end)}</span>
                                    </button>
                                </th>
                            );
                        })}
                    </tr>
                </thead>
                <tbody>
                    {people.map((person, row) => (
                        <tr key={person.user_id}>
                            <th scope="row">
                                <bdi title={person.email}>{nameOf(person)}</bdi>
                                {person.type === "optional" && <span class="muted">{t("optional")}</span>}
                            </th>
                            {times.map((time) => (
                                <Cell key={time.start_time} person={time.attendees[row]!} day={at(time.start_time, zone).toPlainDate()} />
                            ))}
                        </tr>
                    ))}
                </tbody>
                <tfoot>
                    <tr>
                        <th scope="row">{t("burden")}</th>
                        {times.map(({ start_time, burden_minutes: { total } }) => (
                            <td key={start_time}>{total === 0 ? t("burden_none") : t("burden_total", { time: duration(total) })}</td>
                        ))}
                    </tr>
                    <tr>
                        <th scope="row"><span class="unseen">{t("book")}</span></th>
                        {times.map((time) => (
                            <td key={time.start_time}>
                                <button type="button" class="primary" aria-label={t("book_at", { at: written(time, zone) })} onClick={() => onBook(time)}>
                                    {t("book")}
                                </button>
                                <button type="button" class="plain" aria-label={t("change_at", { at: written(time, zone) })} onClick={() => onChange(time)}>
                                    {t("change_first")}
                                </button>
                            </td>
                        ))}
                    </tr>
                </tfoot>
            </table>
        </div>
    );
}

function Cell({ person, day }: { person: Attendee; day: Day }) {
    const start = ownClock(person.local_start_time);
    return (
        <td data-availability={person.availability}>
            <b>{clockFrom(start, day)}</b>
            <span><span aria-hidden="true">{SIGNS[person.availability]}</span> {t(WORDS[person.availability])}</span>
            <span class="reminder">{reminded(person, start)}</span>
        </td>
    );
}

function reminded({ reminder }: Attendee, start: Zoned): string {
    if (reminder === null) return "";
    if (reminder.remind_at === null) return t("not_reminded");
    const time = ownClock(reminder.remind_at);
    const isSameDay = time.toPlainDate().equals(start.toPlainDate());
    const written = isSameDay ? clock(time) : `${shortDay(time.toPlainDate())} ${clock(time)}`;
    return t(reminder.reason === "on_time" ? "reminded_at" : "reminded_moved", { at: written });
}
