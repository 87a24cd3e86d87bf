// Not to be disturbed from now on, for a while.
import { useEffect, useState } from "preact/hooks";
import { endSnooze, snoozeUser, trySnooze, type Snooze, type User } from "../api/client";
import { fieldError, generalError } from "../api/problem";
import { clock, duration, shortDay } from "../format";
import { t } from "../strings";
import { at, now } from "../time";
import { Field } from "../ui/field";
import { Outcome, Preview, useTrial } from "./effects";
import { Newer } from "./hours_form";
import { textOf, useSaving, type Change } from "./saving";
import { ErrorLine } from "./windows";

const CHOICES = [30, 60, 120, 240, 480, 1440, 2880, 10080];
const A_TIME = "until";

export function SnoozeForm({ user }: { user: User }) {
    const zone = user.timezone;
    const present = now.value.toZonedDateTimeISO(zone);
    const [choice, setChoice] = useState("60");
    const [until, setUntil] = useState(() => {
        const morning = present.toPlainDate().add({ days: 1 }).toPlainDateTime("09:00");
        return morning.toString({ smallestUnit: "minute" });
    });
    const saving = useSaving(user);
    const isTime = choice === A_TIME;
    const snoozed = user.snoozed_until ?? null;
    const body: Snooze = isTime ? { until } : { minutes: Number(choice) };
    const { changed, doubt } = useTrial(isTime && until === "" ? null : () => trySnooze(user.user_id, body), textOf(body));
    const problem = saving.problem ?? doubt;
    useEffect(() => saving.setProblem(null), [textOf(body)]);

    const begin = (body: Snooze): Change => ({
        attempt: () => trySnooze(user.user_id, body),
        call: (etag) => snoozeUser(user.user_id, body, etag),
    });
    // The API has no dry run of it.
    const end: Change = { attempt: null, call: (etag) => endSnooze(user.user_id, etag) };
    const back = ({ snoozed_until }: User): Change | null => (snoozed_until == null ? null : begin({ until: snoozed_until }));
    const submit = (event: Event): void => {
        event.preventDefault();
        void saving.save(begin(body), { undo: (before) => back(before) ?? end });
    };
    const stop = (): void => {
        void saving.save(end, { undo: back, done: t("snooze_ended") });
    };
    const until_time = snoozed === null ? null : at(snoozed, zone);
    return (
        <form class="card" onSubmit={submit} noValidate aria-labelledby="snooze">
            <h2 id="snooze">{t("snooze")}</h2>
            <p class="help">{t("snooze_help")}</p>
            {until_time !== null && (
                <div class="snoozed">
                    <p>{t("snoozed", { at: `${shortDay(until_time.toPlainDate())} ${clock(until_time)}` })}</p>
                    <button type="button" onClick={stop}>{t("end_snooze")}</button>
                </div>
            )}
            <div class="row">
                <Field label={t("snooze_for")} error={fieldError(problem, "minutes")}>
                    {(attributes) => (
                        <select {...attributes} value={choice} onChange={(event) => setChoice(event.currentTarget.value)}>
                            {CHOICES.map((minutes) => <option key={minutes} value={String(minutes)}>{duration(minutes)}</option>)}
                            <option value={A_TIME}>{t("a_time")}</option>
                        </select>
                    )}
                </Field>
                {isTime && (
                    <Field label={t("snooze_until")} error={fieldError(problem, "until")}>
                        {(attributes) => (
                            <input {...attributes} type="datetime-local" value={until} onInput={(event) => setUntil(event.currentTarget.value)} />
                        )}
                    </Field>
                )}
            </div>
            <Preview changed={changed} />
            <Outcome moved={saving.moved} zone={zone} />
            <Newer {...saving} />
            <ErrorLine text={generalError(problem, ["minutes", "until"])} />
            <div class="buttons"><button type="submit" class="primary" aria-disabled={saving.isSaving}>{t("begin_snooze")}</button></div>
        </form>
    );
}
