// Editors of hours: those of every week, and days with other ones. Each error appears at the value that its path names.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { Problem } from "../api/problem";
import { longWeekday, weekday } from "../format";
import { firstDayOfWeek } from "../language";
import { t, type Text } from "../strings";
import { Temporal, today } from "../time";
import { Field } from "../ui/field";
import { errorAt } from "./errors";
import { newKey, WEEKDAYS, type EditedException, type EditedHours, type EditedWeekly, type EditedWindow, type Weekday } from "./hours";

interface HoursProps {
    /** The name of the hours in the API, where the paths of errors begin. */
    root: string;
    hours: EditedHours;
    problem: Problem | null;
    zone: string;
    /** What stands there while there are no hours. */
    none: Text;
    onChange: (hours: EditedHours) => void;
}

export function HoursEditor({ root, hours, problem, zone, none, onChange }: HoursProps) {
    const own = useRef<HTMLDivElement>(null);
    const { weekly, exceptions } = hours;
    const focusLast = (selector: string): void => {
        requestAnimationFrame(() => [...(own.current?.querySelectorAll<HTMLElement>(selector) ?? [])].at(-1)?.focus());
    };
    const addWeekly = (): void => {
        const days: Weekday[] = weekly.length === 0 ? [...WEEKDAYS] : [];
        const [start, end] = root === "working_hours" ? ["09:00", "17:00"] : ["22:00", "07:00"];
        onChange({ ...hours, weekly: [...weekly, { key: newKey(), days, start: start!, end: end!, isAllDay: false }] });
        focusLast(".weekly > li input");
    };
    const addException = (): void => {
        const day = today(zone).add({ days: 1 }).toString();
        const windows = root === "working_hours" ? [] : [{ key: newKey(), start: "00:00", end: "00:00", isAllDay: true }];
        onChange({ ...hours, exceptions: [...exceptions, { key: newKey(), from: day, until: day, windows }] });
        focusLast(".exceptions > li input[type=date]");
    };
    return (
        <div ref={own}>
            <h3>{t("every_week")}</h3>
            {weekly.length === 0 && <p class="muted">{t(none)}</p>}
            <ol class="weekly">
                {weekly.map((window, index) => (
                    <WeeklyRow key={window.key} window={window} number={index + 1} path={`${root}.weekly[${index}]`} problem={problem}
                        onChange={(changed) => onChange({ ...hours, weekly: weekly.with(index, changed) })}
                        onRemove={() => { onChange({ ...hours, weekly: weekly.filter((other) => other !== window) }); focusLast(".add-weekly"); }} />
                ))}
            </ol>
            <ErrorLine text={errorAt(problem, `${root}.weekly`)} />
            <button type="button" class="add-weekly" onClick={addWeekly}>{t("add_window")}</button>

            <h3>{t("exceptions")}</h3>
            <p class="help">{t("exceptions_help")}</p>
            {exceptions.length === 0 && <p class="muted">{t("no_exceptions")}</p>}
            <ol class="exceptions">
                {exceptions.map((exception, index) => (
                    <ExceptionRow key={exception.key} exception={exception} number={index + 1} path={`${root}.exceptions[${index}]`} problem={problem}
                        onChange={(changed) => onChange({ ...hours, exceptions: exceptions.with(index, changed) })}
                        onRemove={() => { onChange({ ...hours, exceptions: exceptions.filter((other) => other !== exception) }); focusLast(".add-exception"); }} />
                ))}
            </ol>
            <ErrorLine text={errorAt(problem, `${root}.exceptions`)} />
            <button type="button" class="add-exception" onClick={addException}>{t("add_exception")}</button>
        </div>
    );
}

export function ErrorLine({ text }: { text: string | null }) {
    return text === null ? null : <p class="error" role="alert">{text}</p>;
}

interface RowProps<T> {
    number: number;
    path: string;
    problem: Problem | null;
    onChange: (changed: T) => void;
    onRemove: () => void;
}

function WeeklyRow({ window, number, path, problem, onChange, onRemove }: RowProps<EditedWeekly> & { window: EditedWeekly }) {
    const name = t("window_n", { n: String(number) });
    return (
        <li>
            <Group name={name} onRemove={onRemove}>
                <Days days={window.days} error={errorAt(problem, `${path}.days`)} onChange={(days) => onChange({ ...window, days })} />
                <WindowFields window={window} path={path} problem={problem} onChange={(changed) => onChange({ ...window, ...changed })} />
                <ErrorLine text={errorAt(problem, path)} />
            </Group>
        </li>
    );
}

function Group({ name, onRemove, children }: { name: string; onRemove: () => void; children: ComponentChildren }) {
    return (
        <fieldset class="hours-group">
            <legend>{name}</legend>
            {children}
            <button type="button" class="plain remove" aria-label={t("remove_named", { what: name })} onClick={onRemove}>{t("remove_it")}</button>
        </fieldset>
    );
}

// A Monday, so that the names of weekdays follow from it.
const MONDAY = Temporal.PlainDate.from("2024-01-01");

function Days({ days, error, onChange }: { days: Weekday[]; error: string | null; onChange: (days: Weekday[]) => void }) {
    const order = WEEKDAYS.map((_, index) => (index + firstDayOfWeek.value - 1) % 7);
    return (
        <fieldset class="weekdays" aria-invalid={error !== null}>
            <legend>{t("days_of_week")}</legend>
            {order.map((index) => {
                const [name, date] = [WEEKDAYS[index]!, MONDAY.add({ days: index })];
                return (
                    <label key={name}>
                        <input type="checkbox" checked={days.includes(name)} aria-label={longWeekday(date)}
                            onChange={(event) => onChange(event.currentTarget.checked ? [...days, name] : days.filter((day) => day !== name))} />
                        <span aria-hidden="true">{weekday(date)}</span>
                    </label>
                );
            })}
            <ErrorLine text={error} />
        </fieldset>
    );
}

function WindowFields({ window, path, problem, onChange }: {
    window: EditedWindow; path: string; problem: Problem | null; onChange: (changed: Partial<EditedWindow>) => void;
}) {
    const isOverMidnight = window.end !== "" && window.end !== "00:00" && window.end <= window.start;
    const time = (name: "start" | "end", label: string) => (
        <Field label={label} error={errorAt(problem, `${path}.${name}`)}>
            {(attributes) => (
                <input {...attributes} type="time" value={window[name]} onInput={(event) => onChange({ [name]: event.currentTarget.value })} />
            )}
        </Field>
    );
    return (
        <div class="window">
            {!window.isAllDay && (
                <>
                    {time("start", t("from"))}
                    {time("end", t(isOverMidnight ? "until_next_day" : "until"))}
                </>
            )}
            <label class="check">
                <input type="checkbox" checked={window.isAllDay} onChange={(event) => onChange({ isAllDay: event.currentTarget.checked })} />
                {t("all_day")}
            </label>
            {window.isAllDay && <ErrorLine text={errorAt(problem, `${path}.start`) ?? errorAt(problem, `${path}.end`)} />}
        </div>
    );
}

function ExceptionRow({ exception, number, path, problem, onChange, onRemove }: RowProps<EditedException> & { exception: EditedException }) {
    const { windows } = exception;
    const own = useRef<HTMLDivElement>(null);
    const name = t("exception_n", { n: String(number) });
    const date = (field: "from" | "until", label: string) => (
        <Field label={label} error={errorAt(problem, `${path}.${field}`)}>
            {(attributes) => (
                <input {...attributes} type="date" value={exception[field]}
                    onInput={(event) => onChange({ ...exception, [field]: event.currentTarget.value })} />
            )}
        </Field>
    );
    const focusAdd = (): void => {
        requestAnimationFrame(() => own.current?.querySelector<HTMLElement>("button")?.focus());
    };
    return (
        <li>
            <Group name={name} onRemove={onRemove}>
                <div class="window">
                    {date("from", t("first_day"))}
                    {date("until", t("last_day"))}
                </div>
                {windows.map((window, index) => {
                    const label = t("window_n", { n: String(index + 1) });
                    return (
                        <div class="inner" key={window.key} role="group" aria-label={label}>
                            <WindowFields window={window} path={`${path}.windows[${index}]`} problem={problem}
                                onChange={(changed) => onChange({ ...exception, windows: windows.with(index, { ...window, ...changed }) })} />
                            <button type="button" class="plain" aria-label={t("remove_named", { what: `${name}, ${label}` })}
                                onClick={() => { onChange({ ...exception, windows: windows.filter((other) => other !== window) }); focusAdd(); }}>
                                {t("remove_it")}
                            </button>
                            <ErrorLine text={errorAt(problem, `${path}.windows[${index}]`)} />
                        </div>
                    );
                })}
                <ErrorLine text={errorAt(problem, `${path}.windows`) ?? errorAt(problem, path)} />
                <div ref={own}>
                    <button type="button" onClick={() => onChange({ ...exception, windows: [...windows, { key: newKey(), start: "22:00", end: "07:00", isAllDay: false }] })}>
                        {t("add_window")}
                    </button>
                </div>
            </Group>
        </li>
    );
}
