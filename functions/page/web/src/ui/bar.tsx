// The bar at the top: where one is, and where else one can go.
import type { User } from "../api/client";
import { go, place } from "../state/place";
import { person, signIn } from "../state/sign_in";
import { signOut } from "../sign_in/sign_out";
import { zoneName } from "../format";
import { chosen, language, LANGUAGES, type Language } from "../language";
import { overlay } from "../state/overlay";
import { t } from "../strings";
import { views, type View } from "../views/registry";
import { Progress } from "./progress";

export function Bar({ view }: { view: View | null }) {
    const user = person.value;
    return (
        <header class="bar">
            <Progress />
            <a class="skip" href="#main" onClick={skip}>{t("skip")}</a>
            <p class="brand">Tactful</p>
            {view !== null && user !== null && (
                <>
                    <nav aria-label={t("views")}>
                        {views.map(({ name, title }) => (
                            <a key={name} href={`#${name}`} aria-current={name === view.name ? "page" : undefined}
                                onClick={(event) => { event.preventDefault(); go({ view: name, date: place.value.date }); }}>
                                {t(title)}
                            </a>
                        ))}
                    </nav>
                    <LanguageChoice />
                    <button type="button" class="plain help-button" aria-label={t("shortcuts")} title={t("shortcuts")} onClick={() => { overlay.value = { kind: "shortcuts" }; }}>?</button>
                    <Person user={user} />
                </>
            )}
        </header>
    );
}

/** Who it is, and the way out. */
function Person({ user }: { user: User }) {
    const who = <><b>{user.name}</b> <span class="muted">{zoneName(user.timezone)}</span></>;
    if (signIn !== "oidc") return <button type="button" class="plain person" title={t("switch_person")} onClick={signOut}>{who}</button>;
    return (
        <>
            <span class="person">{who}</span>
            <button type="button" class="plain" onClick={signOut}>{t("sign_out")}</button>
        </>
    );
}

const NAMES: Record<Language, string> = { en: "English", de: "Deutsch", ar: "العربية" };

function LanguageChoice() {
    return (
        <select class="language" aria-label={t("language")} value={language.value}
            onChange={(event) => { chosen.value = event.currentTarget.value as Language; }}>
            {LANGUAGES.map((name) => <option key={name} value={name} lang={name}>{NAMES[name]}</option>)}
        </select>
    );
}

// The fragment of the address is the view's, so the link moves the focus itself.
function skip(event: Event): void {
    event.preventDefault();
    document.getElementById("main")?.focus();
}
