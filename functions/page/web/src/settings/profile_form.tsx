// Name, address and zone.
import { useEffect, useState } from "preact/hooks";
import { updateUser, type User, type UserPatch } from "../api/client";
import { fieldError, generalError } from "../api/problem";
import { t } from "../strings";
import { isZone } from "../time";
import { Field, ZoneField } from "../ui/field";
import { Outcome, Preview } from "./effects";
import { Buttons, quietOf } from "./hours_form";
import { useSaving } from "./saving";
import { ErrorLine } from "./windows";

export function ProfileForm({ user }: { user: User }) {
    const saved = { name: user.name, email: user.email, timezone: user.timezone };
    const [fields, setFields] = useState(saved);
    const { problem, isSaving, moved, setProblem, save } = useSaving();
    const fill = (): void => {
        setFields(saved);
        setProblem(null);
    };
    useEffect(fill, [user.user_id, user.name, user.email, user.timezone]);
    const changed = (Object.keys(saved) as (keyof typeof saved)[]).filter((name) => fields[name] !== saved[name]);
    const part = (from: typeof saved): UserPatch => Object.fromEntries(changed.map((name) => [name, from[name]]));
    const submit = (event: Event): void => {
        event.preventDefault();
        const [patch, before] = [part(fields), part(saved)];
        void save({
            call: () => updateUser(user.user_id, patch),
            undo: changed.length === 0 ? null : () => updateUser(user.user_id, before),
            movesReminders: changed.includes("timezone"),
        });
    };
    const taken = problem?.code === "email_taken" ? problem.detail : null;
    const text = (name: "name" | "email", error: string | null) => (
        <Field label={t(name)} error={error}>
            {(attributes) => (
                <input {...attributes} inputMode={name === "email" ? "email" : "text"} value={fields[name]} autocomplete={name}
                    onInput={(event) => setFields({ ...fields, [name]: event.currentTarget.value })} />
            )}
        </Field>
    );
    const before = quietOf(user);
    const isOtherZone = fields.timezone !== saved.timezone && isZone(fields.timezone);
    return (
        <form class="card" onSubmit={submit} noValidate aria-labelledby="profile">
            <h2 id="profile">{t("profile")}</h2>
            <div class="row">
                {text("name", fieldError(problem, "name"))}
                {text("email", taken ?? fieldError(problem, "email"))}
            </div>
            <ZoneField label={t("zone")} value={fields.timezone} error={fieldError(problem, "timezone", "time_zone")}
                onChange={(timezone) => setFields({ ...fields, timezone })} />
            {isOtherZone && <Preview before={before} after={{ ...before, zone: fields.timezone }} />}
            <Outcome moved={changed.length > 0 ? null : moved} zone={user.timezone} />
            <ErrorLine text={taken === null ? generalError(problem, ["name", "email", "timezone", "time_zone"]) : null} />
            <Buttons isChanged={changed.length > 0} isSaving={isSaving} onDiscard={fill} />
        </form>
    );
}
