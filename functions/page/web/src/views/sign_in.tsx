// Who opens the page: anyone picks or adds a person where nobody signs in, or where tokens are signed for whoever asks.
import { useEffect, useState } from "preact/hooks";
import { createUser, findUser, getUser, type User } from "../api/client";
import { fieldError, generalError, type Problem } from "../api/problem";
import { enter, getToken, remembered, signIn } from "../state/sign_in";
import { t } from "../strings";
import { browserZone } from "../time";
import { Field, ZoneField } from "../ui/field";
import { Zones } from "../ui/zones";
import { AtTheIssuer, type Account } from "./sign_in_issuer";

export function SignInView() {
    if (signIn === "oidc") return <AtTheIssuer create={(account) => <Create account={account} />} />;
    return (
        <main class="sign-in" id="main">
            <h1>{t("who")}</h1>
            {signIn === "off" && <Recent />}
            {signIn === "off" || signIn === "dev" ? <><Pick /><Create /></> : <p>{t("sign_in_unsupported")}</p>}
        </main>
    );
}

function Recent() {
    const [people, setPeople] = useState<User[]>([]);
    useEffect(() => {
        void Promise.all(remembered().map(getUser)).then((answers) => {
            setPeople(answers.flatMap((answer) => (answer.ok ? [answer.value] : [])));
        });
    }, []);
    if (people.length === 0) return null;
    return (
        <section class="card">
            <h2>{t("recent")}</h2>
            <ul class="people">
                {people.map((user) => (
                    <li key={user.user_id}>
                        <button type="button" onClick={() => enter(user)}>
                            <b>{user.name}</b> <span class="muted">{user.email}</span>
                        </button>
                    </li>
                ))}
            </ul>
        </section>
    );
}

function Pick() {
    const [email, setEmail] = useState("");
    const [problem, setProblem] = useState<Problem | null>(null);
    const submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        await getToken(email.trim());
        const found = await findUser(email.trim());
        if (found.ok) enter(found.value);
        else setProblem(found.problem);
    };
    const missing = problem?.code === "user_not_found" ? t("no_such_person") : null;
    const error = missing ?? fieldError(problem, "email") ?? generalError(problem, ["email"]);
    return (
        <form class="card" onSubmit={submit} noValidate>
            <h2>{t("pick")}</h2>
            <Field label={t("email")} error={error}>
                {(attributes) => (
                    <input {...attributes} type="email" value={email} autocomplete="email"
                        onInput={(event) => setEmail(event.currentTarget.value)} />
                )}
            </Field>
            <button type="submit" class="primary">{t("open")}</button>
        </form>
    );
}

/** Adds a person; where somebody is signed in at an issuer, that one. */
function Create({ account = null }: { account?: Account | null }) {
    const known = account ?? { email: "", name: "" };
    const [fields, setFields] = useState({ ...known, timezone: browserZone(), from: "22:00", until: "07:00" });
    const [problem, setProblem] = useState<Problem | null>(null);
    const set = (name: keyof typeof fields) => (value: string) => setFields((before) => ({ ...before, [name]: value }));
    const submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        const { email, name, timezone, from, until } = fields;
        const hours = from === "" && until === "" ? {} : { dnd_start_time: from, dnd_end_time: until };
        await getToken(email.trim());
        const created = await createUser({ email: email.trim(), name, timezone, ...hours });
        if (created.ok) enter(created.value);
        else setProblem(created.problem);
    };
    const taken = problem?.code === "email_taken" ? problem.detail : null;
    const text = (name: "email" | "name", error: string | null) => (
        <Field label={t(name)} error={error}>
            {(attributes) => (
                <input {...attributes} inputMode={name === "email" ? "email" : "text"} value={fields[name]} autocomplete="off"
                    readOnly={name === "email" && account !== null}
                    onInput={(event) => set(name)(event.currentTarget.value)} />
            )}
        </Field>
    );
    const time = (name: "from" | "until", label: string, error: string | null) => (
        <Field label={label} error={error}>
            {(attributes) => (
                <input {...attributes} type="time" value={fields[name]}
                    onInput={(event) => set(name)(event.currentTarget.value)} />
            )}
        </Field>
    );
    const shown = ["email", "name", "timezone", "time_zone", "dnd_start_time", "dnd_end_time"];
    const general = taken === null ? generalError(problem, shown) : null;
    return (
        <form class="card" onSubmit={submit} noValidate>
            {account === null && <h2>{t("create_person")}</h2>}
            {text("name", fieldError(problem, "name"))}
            {text("email", taken ?? fieldError(problem, "email"))}
            <ZoneField label={t("zone")} value={fields.timezone} onChange={set("timezone")} error={fieldError(problem, "timezone", "time_zone")} />
            <div class="row">
                {time("from", t("quiet_from"), fieldError(problem, "dnd_start_time"))}
                {time("until", t("quiet_until"), fieldError(problem, "dnd_end_time"))}
            </div>
            <p class="help">{t("quiet_help")}</p>
            {general !== null && <p class="error" role="alert">{general}</p>}
            <button type="submit" class="primary">{t("create")}</button>
            <Zones />
        </form>
    );
}
