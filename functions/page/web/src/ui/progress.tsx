import { underWay } from "../state/progress";
import { t } from "../strings";

/** A line at the top while calls are under way; the style sheet shows it after 300 ms. */
export function Progress() {
    if (underWay.value === 0) return null;
    return <div class="progress" role="progressbar" aria-label={t("loading")} />;
}
