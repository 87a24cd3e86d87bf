// The form that asks for times.
import { useRef } from "preact/hooks";
import type { User } from "../api/client";
import { fieldError, generalError, type Problem } from "../api/problem";
import { duration } from "../format";
import { RemindersField } from "../meeting/form_lists";
import { ErrorLine } from "../settings/windows";
import { speak } from "../state/messages";
import { t, type Text } from "../strings";
import { Field } from "../ui/field";
import { withTyped, type Asked, type Question } from "./question";

const DURATIONS = [15, 30, 45, 60, 90, 120, 180, 240, 480];
const INTERVALS = [5, 10, 15, 30, 60];
const BUFFERS = [0, 5, 10, 15, 30, 60];
const WITHIN: Record<Question["within"], Text> = {
    not_quiet: "within_not_quiet", working_hours: "within_working_hours", any: "within_any",
};
const SHOWN = ["attendees", "start_time", "end_time", "duration_minutes", "within", "start_interval_minutes", "buffer_minutes", "minimum_attendees", "notification_interval"];

interface Props {
    user: User;
    question: Question;
    problem: Problem | null;
    isAsking: boolean;
    onChange: (question: Question) => void;
    onAsk: (question: Question) => void;
}

export function QuestionForm({ user, question, problem, isAsking, onChange, onAsk }: Props) {
    const typed = useRef<HTMLInputElement>(null);
    const set = (change: Partial<Question>): void => onChange({ ...question, ...change });
    const add = (): void => {
        const people = withTyped(question);
        const added = people.slice(question.people.length);
        set({ people, typed: "" });
        if (added.length > 0) speak(added.map(({ email }) => email).join(", "));
        typed.current?.focus();
    };
    const submit = (event: Event): void => {
        event.preventDefault();
        const whole = { ...question, people: withTyped(question), typed: "" };
        onChange(whole);
        onAsk(whole);
    };
    const remove = (person: Asked): void => {
        set({ people: question.people.filter((other) => other !== person) });
        typed.current?.focus();
    };
    const unknown = problem?.unknown?.map((email) => email.toLowerCase()) ?? [];
    const about = (person: Asked, index: number): string | null =>
        fieldError(problem, `attendees[${index}]`)
        ?? (unknown.includes(person.email.toLowerCase()) ? t("no_such_person_here") : null);
    const general = unknown.length > 0 && question.people.some((person, index) => about(person, index) !== null)
        ? null : generalError(problem, SHOWN);
    const rowErrors = problem?.errors.some(({ field }) => /^attendees\[\d+\]/.test(field)) === true;
    return (
        <form class="card" onSubmit={submit} noValidate aria-labelledby="who-takes-part">
            <h2 id="who-takes-part">{t("who_takes_part")}</h2>
            <ul class="asked">
                <li><span class="who">{user.name} <bdi class="muted">{user.email}</bdi></span> <span class="muted">{t("you")}</span></li>
                {question.people.map((person, index) => (
                    <PersonRow key={person.email} person={person} error={about(person, index)} onRemove={() => remove(person)}
                        onChange={(isRequired) => set({ people: question.people.with(index, { ...person, isRequired }) })} />
                ))}
            </ul>
            <div class="adding">
                <Field label={t("address_of_person")} help={t("add_person_help")} error={rowErrors ? null : fieldError(problem, "attendees")}>
                    {(attributes) => (
                        <input {...attributes} ref={typed} type="text" inputMode="email" autocomplete="off" spellcheck={false} value={question.typed}
                            onInput={(event) => set({ typed: event.currentTarget.value })}
                            onKeyDown={(event) => {
                                if (event.key !== "Enter" || question.typed.trim() === "") return;
                                event.preventDefault();
                                add();
                            }} />
                    )}
                </Field>
                <button type="button" onClick={add}>{t("add")}</button>
            </div>
            <h2>{t("when")}</h2>
            <div class="row">
                <DateField label={t("first_day")} value={question.from} error={fieldError(problem, "start_time")} onChange={(from) => set({ from })} />
                <DateField label={t("last_day")} value={question.until} error={fieldError(problem, "end_time")} onChange={(until) => set({ until })} />
                <Choice label={t("how_long")} values={DURATIONS} value={question.minutes} write={duration}
                    error={fieldError(problem, "duration_minutes")} onChange={(minutes) => set({ minutes })} />
                <Field label={t("within")} error={fieldError(problem, "within")}>
                    {(attributes) => (
                        <select {...attributes} value={question.within} onChange={(event) => set({ within: event.currentTarget.value as Question["within"] })}>
                            {(Object.keys(WITHIN) as Question["within"][]).map((name) => <option key={name} value={name}>{t(WITHIN[name])}</option>)}
                        </select>
                    )}
                </Field>
            </div>
            <details>
                <summary>{t("more_options")}</summary>
                <div class="row">
                    <Choice label={t("every_minutes")} values={INTERVALS} value={question.interval} write={duration}
                        error={fieldError(problem, "start_interval_minutes")} onChange={(interval) => set({ interval })} />
                    <Choice label={t("buffer")} values={BUFFERS} value={question.buffer} write={duration}
                        error={fieldError(problem, "buffer_minutes")} onChange={(buffer) => set({ buffer })} />
                    <Field label={t("minimum")} help={t("minimum_help")} error={fieldError(problem, "minimum_attendees")}>
                        {(attributes) => (
                            <input {...attributes} type="number" min="1" max="100" value={question.minimum}
                                onInput={(event) => set({ minimum: event.currentTarget.value })} />
                        )}
                    </Field>
                </div>
                <RemindersField reminders={question.reminders} error={fieldError(problem, "notification_interval")} onChange={(reminders) => set({ reminders })} />
            </details>
            <ErrorLine text={general} />
            <div class="buttons"><button type="submit" class="primary" aria-disabled={isAsking}>{t("find_times")}</button></div>
        </form>
    );
}

function PersonRow({ person, error, onChange, onRemove }: {
    person: Asked; error: string | null; onChange: (isRequired: boolean) => void; onRemove: () => void;
}) {
    return (
        <li>
            <bdi class="who">{person.email}</bdi>
            <select aria-label={t("needed_of", { who: person.email })} value={person.isRequired ? "required" : "optional"}
                onChange={(event) => onChange(event.currentTarget.value === "required")}>
                <option value="required">{t("required")}</option>
                <option value="optional">{t("optional")}</option>
            </select>
            <button type="button" class="plain" aria-label={t("remove_named", { what: person.email })} onClick={onRemove}>✕</button>
            <ErrorLine text={error} />
        </li>
    );
}

function DateField({ label, value, error, onChange }: { label: string; value: string; error: string | null; onChange: (value: string) => void }) {
    return (
        <Field label={label} error={error}>
            {(attributes) => <input {...attributes} type="date" value={value} onInput={(event) => onChange(event.currentTarget.value)} />}
        </Field>
    );
}

function Choice({ label, values, value, error, write, onChange }: {
    label: string; values: number[]; value: number; error: string | null; write: (value: number) => string; onChange: (value: number) => void;
}) {
    return (
        <Field label={label} error={error}>
            {(attributes) => (
                <select {...attributes} value={String(value)} onChange={(event) => onChange(Number(event.currentTarget.value))}>
                    {values.map((choice) => <option key={choice} value={String(choice)}>{write(choice)}</option>)}
                </select>
            )}
        </Field>
    );
}
