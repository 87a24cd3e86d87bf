// The fields of a meeting that hold several values: people and reminders.
import { useState } from "preact/hooks";
import { duration } from "../format";
import { t } from "../strings";
import { Field } from "../ui/field";
import type { Reminding } from "./draft";
import { asked } from "./reason";

export function PeopleField({ people, error, onChange }: { people: string[]; error: string | null; onChange: (people: string[]) => void }) {
    const [typed, setTyped] = useState("");
    const add = (): void => {
        const found = typed.split(/[\s,;]+/).filter((email) => email !== "" && !people.includes(email));
        if (found.length > 0) onChange([...people, ...found]);
        setTyped("");
    };
    return (
        <div>
            <Field label={t("people")} error={error} help={t("people_help")}>
                {(attributes) => (
                    <input {...attributes} value={typed} inputMode="email" autocomplete="off" onBlur={add}
                        onInput={(event) => setTyped(event.currentTarget.value)}
                        onKeyDown={(event) => {
                            if (event.key !== "Enter" && event.key !== ",") return;
                            // Enter in an empty field saves the meeting, as in every other one.
                            if (event.key === "Enter" && typed.trim() === "") return;
                            event.preventDefault();
                            add();
                        }} />
                )}
            </Field>
            <Chips items={people.map((email) => ({ key: email, text: email }))} onRemove={(key) => onChange(people.filter((email) => email !== key))} />
        </div>
    );
}

const CHOICES = [5, 10, 15, 30, 60, 120, 1440, 2880, 10080];
/** What the API allows. */
const MOST = 5;

export function RemindersField({ reminders, error, onChange }: { reminders: Reminding[]; error: string | null; onChange: (reminders: Reminding[]) => void }) {
    const keyOf = ({ type, minutes_before }: Reminding): string => `${type} ${minutes_before}`;
    const add = (value: string): void => {
        const reminding: Reminding = { type: "email", minutes_before: Number(value) };
        if (value !== "" && !reminders.some((known) => keyOf(known) === keyOf(reminding))) onChange([...reminders, reminding]);
    };
    return (
        <div>
            <Field label={t("reminders")} error={error}>
                {(attributes) => (
                    <select {...attributes} value="" disabled={reminders.length >= MOST}
                        onChange={(event) => { add(event.currentTarget.value); event.currentTarget.value = ""; }}>
                        <option value="">{t("add_reminder")}</option>
                        {CHOICES.map((minutes) => <option key={minutes} value={String(minutes)}>{duration(minutes)}</option>)}
                    </select>
                )}
            </Field>
            <Chips items={reminders.map((reminding) => ({ key: keyOf(reminding), text: asked(reminding) }))}
                onRemove={(key) => onChange(reminders.filter((reminding) => keyOf(reminding) !== key))} />
        </div>
    );
}

function Chips({ items, onRemove }: { items: { key: string; text: string }[]; onRemove: (key: string) => void }) {
    if (items.length === 0) return null;
    return (
        <ul class="chips">
            {items.map(({ key, text }) => (
                <li key={key}>
                    <span dir="auto">{text}</span>
                    <button type="button" class="plain" aria-label={t("remove", { what: text })} onClick={() => onRemove(key)}>✕</button>
                </li>
            ))}
        </ul>
    );
}
