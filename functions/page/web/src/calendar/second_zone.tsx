// Another zone whose hours stand beside the grid.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { t } from "../strings";
import { isZone } from "../time";
import { Zones } from "../ui/zones";

export const secondZone = signal<string | null>(null);

export function SecondZone() {
    const [text, setText] = useState(secondZone.peek() ?? "");
    const change = (typed: string): void => {
        setText(typed);
        const zone = typed.trim().replaceAll(" ", "_");
        // A first syllable is no zone, but "UTC" and the names of the list are.
        secondZone.value = zone !== "" && isZone(zone) ? zone : null;
    };
    return (
        <label class="second-zone">
            <span class="unseen">{t("second_zone")}</span>
            <input list="zones" value={text} placeholder={t("second_zone")} autocomplete="off" spellcheck={false}
                onInput={(event) => change(event.currentTarget.value)} />
            <Zones />
        </label>
    );
}
