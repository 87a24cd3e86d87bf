// Name, address and zone.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { User, UserPatch } from "../api/client";
import { fieldError, generalError } from "../api/problem";
import { t } from "../strings";
import { isZone } from "../time";
import { Field, ZoneField } from "../ui/field";
import { Outcome, Preview, useTrial } from "./effects";
import { Buttons, changeOf, Newer } from "./hours_form";
import { textOf, useSaving } from "./saving";
import { ErrorLine } from "./windows";

function profileOf({ name, email, timezone }: User) {
    return { name, email, timezone };
}

export function ProfileForm({ user }: { user: User }) {
    const saved = profileOf(user);
    const [fields, setFields] = useState(saved);
    const saving = useSaving(user);
    const fill = (): void => setFields(saved);
    // Before anybody can have typed something.
    useLayoutEffect(fill, [user.user_id, user.name, user.email, user.timezone]);
    const changed = (Object.keys(saved) as (keyof typeof saved)[]).filter((name) => fields[name] !== saved[name]);
    const part = (from: typeof saved): UserPatch => Object.fromEntries(changed.map((name) => [name, from[name]]));
    const submit = (event: Event): void => {
        event.preventDefault();
        void saving.save(changeOf(user, part(fields)), { undo: (before) => (changed.length === 0 ? null : changeOf(before, part(profileOf(before)))) });
    };
    const isOtherZone = changed.includes("timezone") && isZone(fields.timezone);
    const trial = useTrial(isOtherZone ? changeOf(user, { timezone: fields.timezone }).attempt : null, fields.timezone);
    const problem = saving.problem ?? trial.doubt;
    useEffect(() => saving.setProblem(null), [textOf(fields)]);
    const taken = problem?.code === "email_taken" ? problem.detail : null;
    const text = (name: "name" | "email", error: string | null) => (
        <Field label={t(name)} error={error}>
            {(attributes) => (
                <input {...attributes} inputMode={name === "email" ? "email" : "text"} value={fields[name]} autocomplete={name}
                    onInput={(event) => setFields({ ...fields, [name]: event.currentTarget.value })} />
            )}
        </Field>
    );
    return (
        <form class="card" onSubmit={submit} noValidate aria-labelledby="profile">
            <h2 id="profile">{t("profile")}</h2>
            <div class="row">
                {text("name", fieldError(problem, "name"))}
                {text("email", taken ?? fieldError(problem, "email"))}
            </div>
            <ZoneField label={t("zone")} value={fields.timezone} error={fieldError(problem, "timezone", "time_zone")}
                onChange={(timezone) => setFields({ ...fields, timezone })} />
            <Preview changed={trial.changed} />
            <Outcome moved={changed.length > 0 ? null : saving.moved} zone={user.timezone} />
            <Newer {...saving} />
            <ErrorLine text={taken === null ? generalError(problem, ["name", "email", "timezone", "time_zone"]) : null} />
            <Buttons isChanged={changed.length > 0} isSaving={saving.isSaving} onDiscard={fill} />
        </form>
    );
}
