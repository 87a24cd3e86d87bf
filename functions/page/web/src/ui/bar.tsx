// The bar at the top: where one is, and where else one can go.
import { go, place } from "../state/place";
import { leave, person } from "../state/sign_in";
import { zoneName } from "../format";
import { t } from "../strings";
import { views, type View } from "../views/registry";

export function Bar({ view }: { view: View | null }) {
    const user = person.value;
    return (
        <header class="bar">
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
                    <button type="button" class="plain person" title={t("switch_person")} onClick={leave}>
                        <b>{user.name}</b> <span class="muted">{zoneName(user.timezone)}</span>
                    </button>
                </>
            )}
        </header>
    );
}

// The fragment of the address is the view's, so the link moves the focus itself.
function skip(event: Event): void {
    event.preventDefault();
    document.getElementById("main")?.focus();
}
